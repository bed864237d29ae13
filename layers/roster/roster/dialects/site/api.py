"""What the site says of itself: its OpenAPI document, and a page that shows it. Public, and no table."""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, replace
from pathlib import Path

from aws_lambda_powertools.event_handler import openapi

from roster.db.store import Store
from roster.dialects.site.static_document import StaticDocument
from roster.dialects.workspaces.api import Access, Workspaces
from roster.errors import DirectoryError, NotFound
from roster.http import handler
from roster.http.error_responses import ErrorResponse
from roster.http.request import Request
from roster.settings import settings

_WORKSPACES = Workspaces(Access.PUBLIC)  # which also speaks where there is no route
# Found beside its package, for to import it takes the shapes of all of OpenAPI: half a cold start.
_ASSETS = Path(openapi.__path__[0], "swagger_ui")


@dataclass(frozen=True, slots=True)
class Site(handler.Dialect[Request]):
    """The dialect; `content_type` is that of the one thing that the endpoint shows."""

    content_type: str

    def authorize(self, request: Request, store: Store) -> Request:
        """Admit anybody. Raises NotFound, as a path without a route does, where `ApiDocs` is none."""
        if settings().api_docs != "public":
            raise NotFound("route")
        return request

    def read_body(self, request: Request) -> None:
        """Whatever a body holds, it is not read."""

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        reply = _WORKSPACES.error_response(error, request)
        return replace(reply, headers={**reply.headers, "Content-Type": _WORKSPACES.content_type})


def endpoint(content_type: str) -> tuple[handler.Resolver[Request], handler.Handler]:
    """The resolver and the handler of an endpoint that shows something of this type."""
    return handler.endpoint(Site(content_type))


def document(file: Path) -> StaticDocument:
    """The OpenAPI document in a file."""
    return StaticDocument.of("application/json", file.read_text("utf-8"))


def page() -> StaticDocument:
    """The page that shows the document beside it; it may load that and nothing else."""
    html, policy = _page()
    return StaticDocument.of(
        "text/html", html, {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    )


_OPTIONS = {
    "url": "openapi.json",
    "dom_id": "#docs",
    "deepLinking": True,
    "filter": True,
    "defaultModelsExpandDepth": 0,
}
_FOLD_ERRORS = """
({React: {createElement: h, useState}}) => ({wrapComponents: {response: Response => props => {
  const [open, setOpen] = useState(false);
  if (props.code < "400") return h(Response, props);
  const body = open && h("table", null, h("tbody", null, h(Response, props)));
  const words = props.response.get("description").split("`");  // every second one is code
  const shown = words.map((one, at) => at % 2 ? h("code", null, one) : one);
  const line = h("summary", null, props.code, " ", ...shown);
  const fold = h("details", {onToggle: event => setOpen(event.target.open)}, line, body);
  return h("tr", {"data-code": props.code}, h("td", {colSpan: 3}, fold));
}}})"""
"""A plugin of Swagger UI: of an error a line is shown, and its shape once somebody unfolds it (FN-13)."""


def _page() -> tuple[str, str]:
    """The page, and the policy that names its own scripts and styles by their hashes."""
    style = _asset("swagger-ui.min.css")
    scripts = [
        _asset("swagger-ui-bundle.min.js"),
        f"SwaggerUIBundle({{...{json.dumps(_OPTIONS)}, plugins: [{_FOLD_ERRORS}]}})",
    ]
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Roster</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{style}</style></head><body><main id="docs"></main>'
        + "".join(f"<script>{script}</script>" for script in scripts)
        + "</body></html>"
    )
    policy = (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; script-src {_hashes(*scripts)}; style-src {_hashes(style)}"
    )
    return html, policy


def _asset(name: str) -> str:
    """A file of Swagger UI, which Powertools ships: nothing is fetched from elsewhere."""
    return (_ASSETS / name).read_text("utf-8")


def _hashes(*texts: str) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
