"""`GET /` for a person with a browser: what this server is, and where to go on (FN-08)."""

import hashlib
from base64 import b64encode

from aws_lambda_powertools.event_handler import Response

from roster.http.request import BLANK
from roster.settings import settings

_STYLE = "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}"
_CONSOLE = """
<p><a href="/console">The console</a>, for people: your account, and what you administer</p>"""
_LINKS = """
<ul>
<li><a href="/docs">The documentation of the API</a>: every endpoint, how to sign in, a form to try it</li>
<li><a href="/openapi.json">The same as an OpenAPI document</a>, for programs that make clients</li>
</ul>"""
_HIDDEN = "\n<p>The documentation of the API is not shown here: ask whoever runs this server.</p>"
_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Roster</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main>
<h1>Roster</h1>
<p>This server is a directory: it knows workspaces, their projects and spaces, the users of the site, and who
belongs where. It speaks HTTP to programs, in five dialects over the same data.</p>%s
<p>A program that asks for this address with another <code>Accept</code> than a browser's is answered the JSON
from which clients of Cloud Foundry begin.</p>
</main></body></html>
"""
_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"style-src 'sha256-{_HASH}'"
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


def page() -> Response[str]:
    """The page; it leads to what the deployment shows: the console, and the documentation."""
    config = settings()
    console = _CONSOLE if config.console == "public" else ""
    html = _PAGE % (console + (_LINKS if config.api_docs == "public" else _HIDDEN))
    return Response(200, "text/html; charset=utf-8", html, headers=dict(_HEADERS))


def wants_html(accept: str) -> bool:
    """Whether `Accept` names `text/html`, and values it above JSON (RFC 9110, 12.5.1).

    `*/*` is what programs send that do not care: they are answered as before there was a page.
    """
    quality: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_type, *parameters = (one.strip(BLANK) for one in part.split(";"))
        quality[media_type] = _quality(parameters)
    json = quality.get("application/json", quality.get("application/*", 0.0))
    return quality.get("text/html", 0.0) > json


def _quality(parameters: list[str]) -> float:
    """The value of `q`; 1 where there is none, 0 where it is no number of the kind."""
    given = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
    if not given:
        return 1.0
    whole, _, thousandths = given[0].partition(".")
    fits = (
        whole in ("0", "1") and len(thousandths) <= 3 and all(digit in "0123456789" for digit in thousandths)
    )
    return min(float(given[0]), 1.0) if fits else 0.0
