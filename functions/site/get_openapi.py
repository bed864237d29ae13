"""GET /openapi.json: every endpoint in one OpenAPI 3.1 document."""

from pathlib import Path

from roster.dialects.site.api import document, endpoint
from roster.http.handler import Response

app, handler = endpoint("application/json; charset=utf-8")


@app.get("/openapi.json", compress=True)
def get_openapi() -> Response[str]:
    return document(Path(__file__).with_name("openapi.json"))
