"""GET /docs: a page that shows the OpenAPI document, for people with a browser."""

from roster.dialects.site.api import endpoint, page
from roster.http.handler import Response

app, handler = endpoint("text/html; charset=utf-8")
PAGE = page()


@app.get("/docs")
@app.head("/docs")
def get_docs() -> Response[str]:
    return PAGE.response(app.call)
