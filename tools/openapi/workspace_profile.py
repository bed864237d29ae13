"""Workspace profile in the OpenAPI document."""

from collections.abc import Mapping

from tools.openapi.api_spec import TEXT, TOO_LARGE, ApiSpec, DocumentedError, Schema, phrase, record


def _problem(status: int) -> Mapping[str, Schema]:
    said = record(
        type={"type": "string", "format": "uri"},
        title={"const": phrase(status)},
        status={"const": status},
        detail=TEXT,
        instance=TEXT,
        traceId=TEXT,
    )
    return {f"WorkspaceProfile{phrase(status).replace(' ', '')}": said}


WORKSPACE_PROFILE = ApiSpec(
    name="Workspace profile",
    about="The caller in one workspace, with its locale and modules.",
    folders=("workspace_profile",),
    security=({"bearer": ()}, {"accessToken": ()}),
    headers=("X-Request-Id", "Referrer-Policy"),
    refusals={
        401: DocumentedError("No live credential, or two.", _problem(401), ("WWW-Authenticate.Bearer",)),
        403: DocumentedError("Suspended, or a member of no workspace.", _problem(403)),
        413: DocumentedError(TOO_LARGE, _problem(413)),
        503: DocumentedError("Busy; try again.", _problem(503), ("Retry-After",)),
    },
)
