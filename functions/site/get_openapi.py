"""GET /openapi.json: every endpoint in one OpenAPI 3.1 document."""

from pathlib import Path

from roster.dialects.site.api import document, endpoint
from roster.http.handler import Response

app, handler = endpoint("application/json; charset=utf-8")
DOCUMENT = document(Path(__file__).with_name("openapi.json"))


@app.get("/openapi.json")
@app.head("/openapi.json")
def get_openapi() -> Response[str]:
    return DOCUMENT.response(app.call)
