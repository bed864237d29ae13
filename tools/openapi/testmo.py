"""The Testmo API in the OpenAPI document."""

from collections.abc import Mapping

from tools.openapi.api_spec import (
    BEARER,
    NUMBER,
    TEXT,
    TOO_LARGE,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    record,
)

_ERRORS: Schema = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "minItems": 1, "items": TEXT},
}


def _failure(name: str, message: str, **more: Schema) -> Mapping[str, Schema]:
    return {f"Testmo{name}": record(message={"const": message}, **more)}


TESTMO = ApiSpec(
    name="Testmo",
    about="The site's users, groups, roles and projects by integer id, for programs with a bearer token.",
    folders=("testmo",),
    security=BEARER,
    path=dict.fromkeys(("user_id", "project_id", "number"), NUMBER),
    refusals={
        400: DocumentedError(
            "Path or query is no percent-encoded UTF-8.", _failure("Malformed", "The request is malformed.")
        ),
        401: DocumentedError(
            "No live bearer token of an active user.", _failure("Unauthenticated", "Unauthenticated.")
        ),
        403: DocumentedError("To site admins only.", _failure("Forbidden", "This action is unauthorized.")),
        404: DocumentedError(
            "No such object, or none that the caller sees.", _failure("NotFound", "Not found.")
        ),
        413: DocumentedError(TOO_LARGE, _failure("TooLarge", "The request is too large.")),
        422: DocumentedError(
            "A parameter breaks a rule; `errors` names it.",
            _failure("Invalid", "The given data was invalid.", errors=_ERRORS),
        ),
        503: DocumentedError(
            "Busy; try again.", _failure("Unavailable", "The directory is busy, try again."), ("Retry-After",)
        ),
    },
    operations={
        "GET /api/v1/user": Operation(id="getTestmoCurrentUser"),
        "GET /api/v1/users": Operation(id="listTestmoUsers"),
        "GET /api/v1/users/{user_id}": Operation(id="getTestmoUser"),
        "GET /api/v1/groups": Operation("The site's groups, to site admins", "listTestmoGroups"),
        "GET /api/v1/groups/{number}": Operation("One group, to site admins", "getTestmoGroup"),
        "GET /api/v1/roles": Operation("The site's roles, to site admins", "listTestmoRoles"),
        "GET /api/v1/roles/{number}": Operation("One role, to site admins", "getTestmoRole"),
        "GET /api/v1/projects": Operation("The projects that the caller sees", "listTestmoProjects"),
        "GET /api/v1/projects/{number}": Operation("One project, to whoever sees it", "getTestmoProject"),
        "GET /api/v1/projects/{project_id}/users": Operation(id="listTestmoProjectUsers"),
        "GET /api/v1/project/{project_id}/users": Operation(
            "The project's users: the document's other spelling", "listTestmoUsersOfProject"
        ),
    },
)
