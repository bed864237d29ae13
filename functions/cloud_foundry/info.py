"""GET /: where everything is; also GET /v2/info. Both are public."""

from typing import Any

from roster.dialects.cloud_foundry import info as about
from roster.dialects.site import front_page
from roster.http.handler import Response

app, handler = about.endpoint()


@app.get("/")
@app.head("/")
def get_root() -> Response[Any]:
    request = app.call
    if front_page.wants_html(request.headers.get("accept", "")):
        return front_page.page()
    return Response(200, "application/json", about.root(about.base_of(request)))


@app.get("/v2/info")
def get_info() -> dict[str, Any]:
    return about.info(about.base_of(app.call))
