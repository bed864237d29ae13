"""Workspaces in the OpenAPI document."""

from tools.openapi.api_spec import (
    IDENTIFIER,
    MOMENT,
    PUBLIC,
    TEXT,
    TOO_LARGE,
    USER_ID,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    Security,
    header,
    record,
)

_IF_MATCH = header("If-Match", "The ETag that the change demands; other than the present one is 412.")
_SESSION: Security = ({"session": ()},)
_ONCE = header(
    "Idempotency-Key",
    "A retry under the same key, within 24 hours, is given the first answer again.",
    {"type": "string", "pattern": "^[\\x20-\\x7e]{1,255}$"},
)


def failure(*codes: str, **more: Schema) -> Schema:
    """The schema of a failure's body, which holds one of the codes."""
    code: Schema = {"const": codes[0]} if len(codes) == 1 else {"enum": list(codes)}
    return record(code=code, message=TEXT, **more, timestamp=MOMENT)


def refused(meaning: str, schema: Schema, *headers: str) -> DocumentedError:
    """A failure, with the link to where there is more to read."""
    return DocumentedError(meaning, schema, ("Link", *headers))


_FLAWS: Schema = {"type": "array", "minItems": 1, "items": record(field=TEXT, message=TEXT)}

NOT_VALID = refused(
    "The request breaks a rule; `data` names the fields.", failure("VALIDATION_ERROR", data=_FLAWS)
)

WORKSPACES = ApiSpec(
    name="Workspaces",
    about="Workspaces, their members and the site's users: a session for people, a token for programs.",
    folders=("workspaces", "session"),
    security=({"session": ()}, {"bearer": ()}),
    path={"workspaceId": IDENTIFIER, "userId": USER_ID, "tokenId": IDENTIFIER},
    refusals={
        400: NOT_VALID,
        401: refused("No session and no token, both, or one that has ended.", failure("UNAUTHORIZED")),
        403: refused(
            "Not the caller's to do, sent by a foreign page, or (`SESSION_REQUIRED`) not for tokens.",
            failure("FORBIDDEN", "SESSION_REQUIRED"),
        ),
        404: refused("There is no such thing.", failure("NOT_FOUND")),
        409: refused("In use, or the last administrator.", failure("CONFLICT")),
        412: refused("It has changed since.", failure("PRECONDITION_FAILED")),
        413: refused(TOO_LARGE, failure("PAYLOAD_TOO_LARGE")),
        415: refused("The body is not `application/json`.", failure("UNSUPPORTED_MEDIA_TYPE")),
        422: refused("The `Idempotency-Key` was another request's.", failure("IDEMPOTENCY_MISMATCH")),
        503: refused("Busy; try again.", failure("UNAVAILABLE"), "Retry-After"),
    },
    operations={
        "POST /api/workspaces": Operation(parameters=(_ONCE,)),
        "GET /api/workspaces/{workspaceId}": Operation(headers=("ETag",)),
        "POST /api/workspaces/{workspaceId}/members": Operation(parameters=(_ONCE,)),
        "DELETE /api/workspaces/{workspaceId}/members/{userId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/admin/users": Operation(parameters=(_ONCE,)),
        "GET /api/admin/users/{userId}": Operation(headers=("ETag",)),
        "PUT /api/admin/users/{userId}": Operation(parameters=(_IF_MATCH,), headers=("ETag",)),
        "DELETE /api/admin/users/{userId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/auth/login": Operation(security=PUBLIC, headers=("Set-Cookie",)),
        "POST /api/auth/logout": Operation(security=_SESSION, headers=("Set-Cookie",)),
        "GET /api/auth/me": Operation(headers=("ETag",)),
        "PUT /api/auth/me/password": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        "POST /api/auth/tokens": Operation(security=_SESSION),
        "GET /api/auth/tokens": Operation(security=_SESSION),
        "DELETE /api/auth/tokens/{tokenId}": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
    },
)
