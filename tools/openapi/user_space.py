"""User Space in the OpenAPI document."""

from collections.abc import Mapping

from tools.openapi.api_spec import (
    IDENTIFIER,
    TEXT,
    TOO_LARGE,
    USER_ID,
    ApiSpec,
    DocumentedError,
    Schema,
    header,
    phrase,
    record,
)

_USER = (
    "The caller's id. A token, a session or a gateway proves it, or nothing does: the deployment says which."
)


def _failure(status: int) -> Mapping[str, Schema]:
    said = record(code={"const": status}, status={"const": phrase(status)}, message=TEXT)
    return {f"UserSpace{phrase(status).replace(' ', '')}": said}


USER_SPACE = ApiSpec(
    name="User Space",
    about="What a user sees of one organisation and project, all three named by headers.",
    folders=("user_space",),
    security=(
        {"bearer": ()},
        {"session": ()},
        {"gatewaySecret": ()},
        {},
    ),
    parameters=(
        header("X-User-Id", _USER, USER_ID, required=True),
        header("X-Org-Id", "The organisation's id.", IDENTIFIER, required=True),
        header("X-Project-Id", "The project's id.", IDENTIFIER, required=True),
    ),
    refusals={
        400: DocumentedError("A header is absent or malformed.", _failure(400)),
        401: DocumentedError("No `X-User-Id`, or no proof of it.", _failure(401)),
        404: DocumentedError("No such organisation or project, or none of the caller's.", _failure(404)),
        413: DocumentedError(TOO_LARGE, _failure(413)),
        503: DocumentedError("Busy; try again.", _failure(503), ("Retry-After",)),
    },
)
