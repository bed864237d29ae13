"""User Space in the OpenAPI document."""

from tools.openapi.api_spec import TEXT, TOO_LARGE, ApiSpec, DocumentedError, Schema, phrase, record

_NAMED = {"organisationHeader": (), "projectHeader": (), "userHeader": ()}


def _failure(status: int) -> Schema:
    return record(code={"const": status}, status={"const": phrase(status)}, message=TEXT)


USER_SPACE = ApiSpec(
    name="User Space",
    about="What a user sees of one organisation and project, all three named by headers.",
    folders=("user_space",),
    security=(
        {**_NAMED, "bearer": ()},
        {**_NAMED, "session": ()},
        {**_NAMED, "gatewaySecret": ()},
        _NAMED,
    ),
    refusals={
        400: DocumentedError("A header is absent or malformed.", _failure(400)),
        401: DocumentedError("No `X-User-Id`, or no proof of it.", _failure(401)),
        404: DocumentedError("No such organisation or project, or none of the caller's.", _failure(404)),
        413: DocumentedError(TOO_LARGE, _failure(413)),
        503: DocumentedError("Busy; try again.", _failure(503), ("Retry-After",)),
    },
)
