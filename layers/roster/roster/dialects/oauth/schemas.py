"""The wire shapes of the token endpoint (RFC 6749): the form, and the tokens."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, model_validator

from roster.auth import refresh_tokens
from roster.auth.refresh_tokens import Issued
from roster.dialects.fields import Wire, absent_if_none
from roster.errors import (
    FieldError,
    ValidationFailed,
)
from roster.http.request import FORM


class OAuthForm(BaseModel):
    """A form of a client; it may prove itself by Basic instead. Fields that are not known are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _one_each(cls, fields: dict[str, list[str]]) -> dict[str, str]:
        """Powertools gives a field's values, of which there is one; an empty one is none (RFC 6749, 3.2)."""
        return {name: value for name, (value,) in fields.items() if value}

    def demand(self, *names: str) -> None:
        """Raise ValidationFailed where a field is absent."""
        absent = [FieldError(name, "is required") for name in names if not getattr(self, name)]
        if absent:
            raise ValidationFailed(*absent)


class OAuthTokenRequest(OAuthForm):
    """The fields of the form; the client may prove itself by Basic instead. Others are ignored."""

    grant_type: str
    username: str = ""
    password: str = ""
    passcode: str = ""
    refresh_token: str = ""
    scope: str = ""
    client_id: str = ""
    client_secret: str = ""


class OAuthRevocationRequest(OAuthForm):
    """A token that its client gives back; the hint is not needed, for the token says what it is."""

    token: str
    token_type_hint: str = ""
    client_id: str = ""
    client_secret: str = ""


Form = Annotated[OAuthTokenRequest, Body(media_type=FORM)]
"""The body; Powertools' own `Form` knows no model of several fields."""


RevocationForm = Annotated[OAuthRevocationRequest, Body(media_type=FORM)]


class Revoked(Wire):
    """Nothing: the status says it all (RFC 7009, 2.2)."""


class OAuthToken(Wire):
    """What is granted; `expires_in` in seconds, `scope` separated by spaces."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str | None = absent_if_none()
    scope: str

    @classmethod
    def of(cls, issued: Issued) -> "OAuthToken":
        return cls(
            access_token=str(issued.access),
            token_type="bearer",  # noqa: S106
            expires_in=int(refresh_tokens.ACCESS.total_seconds()),
            refresh_token=str(issued.refresh) if issued.refresh else None,
            scope=" ".join(issued.scopes),
        )
