"""The token endpoint in the OpenAPI document."""

from collections.abc import Mapping

from tools.openapi.api_spec import (
    TEXT,
    TOO_LARGE,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    record,
    reference,
)


def _failure(name: str, *codes: str) -> Mapping[str, Schema]:
    return {f"OAuth{name}": record(error={"type": "string", "enum": list(codes)}, error_description=TEXT)}


_FORM: Schema = {
    "required": True,
    "content": {"application/x-www-form-urlencoded": {"schema": reference("OAuthTokenRequest")}},
}

_REVOCATION_FORM: Schema = {
    "required": True,
    "content": {"application/x-www-form-urlencoded": {"schema": reference("OAuthRevocationRequest")}},
}

_EXAMPLE = {
    "grant_type": "client_credentials",
    "client_id": "reports",
    "client_secret": "the client's secret",
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
                "NotGranted",
                "invalid_request",
                "invalid_grant",
                "unauthorized_client",
                "unsupported_grant_type",
                "invalid_scope",
            ),
        ),
        401: DocumentedError(
            "The client is not known or not proved.",
            _failure("InvalidClient", "invalid_client"),
            ("WWW-Authenticate.Basic",),
        ),
        413: DocumentedError(TOO_LARGE, _failure("TooLarge", "invalid_request")),
        503: DocumentedError(
            "Busy; try again.", _failure("Unavailable", "temporarily_unavailable"), ("Retry-After",)
        ),
    },
    operations={
        "POST /oauth/token": Operation(body=_FORM, example=_EXAMPLE),
        "POST /oauth/revoke": Operation(
            body=_REVOCATION_FORM,
            example={"token": "the refresh token", "client_id": "reports", "client_secret": "its secret"},
        ),
    },
)
