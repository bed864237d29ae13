"""The token endpoint in the OpenAPI document."""

from tools.openapi.api_spec import TEXT, TOO_LARGE, ApiSpec, DocumentedError, Operation, Schema, record


def _failure(*codes: str) -> Schema:
    return record(error={"enum": list(codes)}, error_description=TEXT)


_FORM: Schema = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/OAuthTokenRequest"}}
    },
}

OAUTH = ApiSpec(
    name="OAuth",
    about="Tokens by the grants of RFC 6749, as the clients of Cloud Foundry ask for them.",
    folders=("oauth",),
    security=({"client": ()}, {}),
    headers=("X-Request-Id", "Pragma"),
    refusals={
        400: DocumentedError(
            "The request is not valid, or not granted.",
            _failure(
                "invalid_request",
                "invalid_grant",
                "unauthorized_client",
                "unsupported_grant_type",
                "invalid_scope",
            ),
        ),
        401: DocumentedError(
            "The client is not known or not proved.", _failure("invalid_client"), ("WWW-Authenticate.Basic",)
        ),
        413: DocumentedError(TOO_LARGE, _failure("invalid_request")),
        503: DocumentedError("Busy; try again.", _failure("temporarily_unavailable"), ("Retry-After",)),
    },
    operations={"POST /oauth/token": Operation(body=_FORM)},
)
