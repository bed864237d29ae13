"""GET /console: the pages for people, and under the name of what they hold together their files."""

from pathlib import Path

from roster.dialects.site.console import Console, endpoint
from roster.http.handler import Response

app, handler = endpoint()
CONSOLE = Console.beside(Path(__file__))


@app.get("/console")
@app.head("/console")
def get_console() -> Response[str]:
    return CONSOLE.index(app.call)


@app.get("/console/.+")
@app.head("/console/.+")
def get_console_file() -> Response[str]:
    return CONSOLE.file(app.call)
