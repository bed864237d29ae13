"""The Testmo API in the OpenAPI document."""

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


def _failure(message: str, **more: Schema) -> Schema:
    return record(message={"const": message}, **more)


TESTMO = ApiSpec(
    name="Testmo",
    about="The site's users, groups, roles and projects by integer id, for programs with a bearer token.",
    folders=("testmo",),
    security=BEARER,
    path=dict.fromkeys(("user_id", "project_id", "number"), NUMBER),
    refusals={
        400: DocumentedError(
            "Path or query is no percent-encoded UTF-8.", _failure("The request is malformed.")
        ),
        401: DocumentedError("No live bearer token of an active user.", _failure("Unauthenticated.")),
        403: DocumentedError("To site admins only.", _failure("This action is unauthorized.")),
        404: DocumentedError("No such object, or none that the caller sees.", _failure("Not found.")),
        413: DocumentedError(TOO_LARGE, _failure("The request is too large.")),
        422: DocumentedError(
            "A parameter breaks a rule; `errors` names it.",
            _failure("The given data was invalid.", errors=_ERRORS),
        ),
        503: DocumentedError(
            "Busy; try again.", _failure("The directory is busy, try again."), ("Retry-After",)
        ),
    },
    operations={
        "GET /api/v1/groups": Operation("The site's groups, to site admins", "testmoListGroups"),
        "GET /api/v1/groups/{number}": Operation("One group, to site admins", "testmoGetGroup"),
        "GET /api/v1/roles": Operation("The site's roles, to site admins", "testmoListRoles"),
        "GET /api/v1/roles/{number}": Operation("One role, to site admins", "testmoGetRole"),
        "GET /api/v1/projects": Operation("The projects that the caller sees", "testmoListProjects"),
        "GET /api/v1/projects/{number}": Operation("One project, to whoever sees it", "testmoGetProject"),
        "GET /api/v1/projects/{project_id}/users": Operation(id="testmoListProjectUsers"),
        "GET /api/v1/project/{project_id}/users": Operation(
            "The project's users: the document's other spelling", "testmoListUsersOfProject"
        ),
    },
)
