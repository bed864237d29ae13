"""The dialects in their order in the document, and the headers and credentials that they share."""

from tools.openapi.api_spec import TEXT, ApiSpec, Schema
from tools.openapi.cloud_foundry import CLOUD_FOUNDRY
from tools.openapi.oauth import OAUTH
from tools.openapi.scim import SCIM
from tools.openapi.site import SITE
from tools.openapi.testmo import TESTMO
from tools.openapi.user_space import USER_SPACE
from tools.openapi.workspace_profile import WORKSPACE_PROFILE
from tools.openapi.workspaces import WORKSPACES

API_SPECS: tuple[ApiSpec, ...] = (
    WORKSPACES,
    USER_SPACE,
    CLOUD_FOUNDRY,
    TESTMO,
    WORKSPACE_PROFILE,
    SCIM,
    OAUTH,
    SITE,
)


def _header(meaning: str, schema: Schema = TEXT) -> Schema:
    return {"description": meaning, "required": True, "schema": schema}


# What follows a dot in a name tells headers of one name apart.
HEADERS: dict[str, Schema] = {
    "Cache-Control": _header("That anybody may keep it for five minutes.", {"const": "public, max-age=300"}),
    "Cache-Control.Console": _header("That it is asked for each time.", {"const": "no-cache"}),
    "Content-Security-Policy": _header("What the page may load."),
    "ETag": _header("The object's revision, for `If-Match`.", {"type": "string", "pattern": '^"[0-9]+"$'}),
    "ETag.Hash": _header(
        "The document's hash, for `If-None-Match`; what is compressed has another.",
        {"type": "string", "pattern": '^"[0-9a-f]{32}(-gzip|-br)?"$'},
    ),
    "ETag.Version": _header(
        "The version, for `If-Match` and `If-None-Match`.", {"type": "string", "pattern": '^W/"[^"]+"$'}
    ),
    "Location": _header("Where the resource is.", {"type": "string", "format": "uri"}),
    "Link": _header("Where there is more to read.", {"const": '</docs>; rel="help"'}),
    "Pragma": _header("For caches of HTTP/1.0.", {"const": "no-cache"}),
    "Referrer-Policy": _header("The token in the query is told to nobody.", {"const": "no-referrer"}),
    "Retry-After": _header(
        "Seconds after which to try again.", {"type": "string", "pattern": "^[1-9][0-9]*$"}
    ),
    "Set-Cookie": _header("The session's cookie, opened or taken away; the device's, which proves nobody."),
    "Vary": _header("That it comes as gzip to those who take that.", {"const": "Accept-Encoding"}),
    "WWW-Authenticate.Basic": _header(
        "That the client must prove itself.", {"const": 'Basic realm="roster", charset="UTF-8"'}
    ),
    "WWW-Authenticate.Bearer": _header(
        "That a bearer token is wanted, and whether one was sent that is not valid.",
        {"enum": ["Bearer", 'Bearer error="invalid_token"']},
    ),
    "WWW-Authenticate.Scim": _header("That a bearer token is wanted.", {"const": "Bearer"}),
    "X-Request-Id": _header("What the logs call this request."),
    "X-VCAP-Request-ID": _header("The client's id of this request, and ours."),
}


def _key(name: str, place: str, meaning: str) -> Schema:
    return {"type": "apiKey", "in": place, "name": name, "description": meaning}


SECURITY: dict[str, Schema] = {
    "session": _key(
        "__Host-session",
        "cookie",
        "A session that `POST /api/auth/login` opened. On plain-HTTP loopback the cookie is `session`.",
    ),
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token (`POST /api/auth/tokens`), or a JSON Web Token of a trusted issuer.",
    },
    "scimToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "A SCIM token of the workspace (`POST /api/workspaces/{workspaceId}/scim-tokens`).",
    },
    "client": {
        "type": "http",
        "scheme": "basic",
        "description": "A client's id and secret, which the form may hold instead.",
    },
    "accessToken": _key(
        "access_token", "query", "The same token in the query, where the deployment allows it."
    ),
    "gatewaySecret": _key("X-Gateway-Secret", "header", "What a gateway in front proves itself by."),
}
