"""The token endpoint (RFC 6749) and the end of its tokens (RFC 7009).

Forms in, JSON out, the client proved by Basic or by the form.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aws_lambda_powertools.event_handler import Response

from roster import dependencies
from roster.auth import login, token_endpoint
from roster.auth.credentials import Credential
from roster.auth.refresh_tokens import Issued
from roster.auth.token_endpoint import Applicant, BeyondScope, UnknownClient
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects.oauth.schemas import (
    OAuthRevocationRequest,
    OAuthToken,
    OAuthTokenRequest,
    Revoked,
)
from roster.domain import Actor
from roster.errors import (
    DirectoryError,
    FieldError,
    Forbidden,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
    WrongMediaType,
)
from roster.http import handler, strict_form
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.request import BLANK, Request
from roster.http.source_address import source_of

_CHALLENGE = 'Basic realm="roster", charset="UTF-8"'
_UNCACHED = {"Pragma": "no-cache"}  # RFC 6749, 5.1


class UnknownGrant(DirectoryError):
    """A `grant_type` that is not served here."""


_ERRORS: dict[type[DirectoryError], tuple[int, str, str]] = {
    ValidationFailed: (400, "invalid_request", "The request is not valid."),
    TooLarge: (413, "invalid_request", "The request is too large."),
    WrongMediaType: (400, "invalid_request", "The body must be application/x-www-form-urlencoded in UTF-8."),
    UnknownClient: (401, "invalid_client", "The client is not known, or did not prove itself."),
    Unauthenticated: (400, "invalid_grant", "The credentials or the token are not valid."),
    Forbidden: (400, "unauthorized_client", "The client may not ask for this grant."),
    UnknownGrant: (400, "unsupported_grant_type", "This grant is not served here."),
    BeyondScope: (400, "invalid_scope", "A scope is none, or was not granted."),
    NotFound: (404, "invalid_request", "There is nothing here."),
    Unavailable: (503, "temporarily_unavailable", "The directory is busy; try again."),
    DirectoryError: (500, "server_error", "The request could not be completed."),
}


@dataclass(frozen=True, slots=True)
class TokenCall:
    """An admitted request: the client, and what was read beside it for the grant that the form names."""

    store: Store
    now: datetime
    request: Request
    applicant: Applicant
    found: Mapping[Key, Item]

    @property
    def actor(self) -> Actor:
        return Actor(self.request.id, self.now)

    def granted(self, form: OAuthTokenRequest) -> Response[OAuthToken]:
        """The tokens that the form asks for."""
        return Response(200, "application/json", OAuthToken.of(self._issued(form)), headers=_UNCACHED)

    def revoke(self, form: OAuthRevocationRequest) -> Response[Revoked]:
        """End the token that the form gives back; an unknown one is no error (RFC 7009, 2.2)."""
        form.demand("token")
        credential = Credential.read(form.token)
        token_endpoint.revoke(self.store, self.applicant, credential, self.found, by=self.actor)
        return Response(200, "application/json", Revoked(), headers=_UNCACHED)

    def _issued(self, form: OAuthTokenRequest) -> Issued:
        store, who, found, by = self.store, self.applicant, self.found, self.actor
        match form.grant_type:
            case token_endpoint.PASSWORD:
                form.demand("username", "password")
                return token_endpoint.by_password(
                    store, who, form.username, form.password, form.passcode, form.scope, found, by=by
                )
            case token_endpoint.REFRESH:
                form.demand("refresh_token")
                credential = Credential.read(form.refresh_token)
                return token_endpoint.by_refresh_token(store, who, credential, form.scope, found, by=by)
            case token_endpoint.CLIENT:
                return token_endpoint.by_client(store, who, form.scope, by=by)
        raise UnknownGrant


Prefetch = Callable[[Mapping[str, str], datetime], list[Key]]
"""What an endpoint wants read together with the client, from the form."""


def of_grant(form: Mapping[str, str], now: datetime) -> list[Key]:
    """What the grant that a form names wants read; its source is read with the client."""
    match form.get("grant_type"):
        case token_endpoint.PASSWORD:
            return login.asked_of(login.address_of(form.get("username", "")), None, now)
        case token_endpoint.REFRESH:
            return token_endpoint.asked_of(Credential.read(form.get("refresh_token", "")))
    return []


def of_revocation(form: Mapping[str, str], now: datetime) -> list[Key]:
    """What a token that is given back wants read."""
    return token_endpoint.revocation_keys(Credential.read(form.get("token", "")))


@dataclass(frozen=True, slots=True)
class OAuth(handler.Dialect[TokenCall]):
    """The dialect; `prefetch` is what an endpoint of it wants read with the client."""

    prefetch: Prefetch
    ignores_unknown_parameters: ClassVar[bool] = True  # RFC 6749, 3.2

    def authorize(self, request: Request, store: Store) -> TokenCall:
        """400 for what is no form or names two clients, 413, 401 for one not proved: one BatchGet.

        For one that failed, what `granting.applicant` writes comes after it.
        """
        form = request.form()
        client_id, secrets = _client_in(request.headers.get("authorization"), form)
        if not keys.is_id(client_id):
            raise UnknownClient
        now, source = dependencies.current().now(), source_of(request)
        counted = token_endpoint.counted_of(client_id, source, now)
        found = store.batch_get([keys.client(client_id), *counted, *self.prefetch(form, now)])
        applicant = token_endpoint.applicant(store, client_id, secrets, source, found, now)
        return TokenCall(store, now, request, applicant, found)

    def read_body(self, request: Request) -> None:
        """Nothing more: `authorize` has read the form, and Powertools reads forms itself."""

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, code, description = entry_for(error, _ERRORS)
        body = compact({"error": code, "error_description": _reasons(error) or description})
        challenge = {"WWW-Authenticate": _CHALLENGE} if status == 401 else {}
        return ErrorResponse(status, body, {**_UNCACHED, **challenge})


def _client_in(header: str | None, form: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The client's id, and what may be its secret. Raises ValidationFailed, UnknownClient.

    RFC 6749 forbids to prove oneself twice (2.3), and clients of Cloud Foundry do: they may, if both agree.
    """
    if header is None:
        return form.get("client_id", ""), (form.get("client_secret", ""),)
    client_id, secrets = _basic(header)
    named, told = form.get("client_id") or client_id, form.get("client_secret") or secrets[0]
    if named != client_id or told not in secrets:
        raise ValidationFailed(FieldError("client_id", "is one in the header and another in the form"))
    return client_id, secrets


def _basic(header: str) -> tuple[str, tuple[str, ...]]:
    """Id and secret of a Basic header. Raises UnknownClient.

    Both should be form-encoded (RFC 6749, 2.3.1), and most clients send them as they are: an id is the
    same either way, a secret is taken as either.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise UnknownClient
    try:
        pair = base64.b64decode(encoded.strip(BLANK), validate=True).decode()
    except ValueError as error:
        raise UnknownClient from error
    client_id, colon, secret = pair.partition(":")
    if not colon:
        raise UnknownClient
    try:
        return client_id, (secret, strict_form.decoded(secret))
    except strict_form.NotStrictForm:
        return client_id, (secret,)


def _reasons(error: DirectoryError) -> str:
    """What is wrong with the request: fields and rules, never what was sent."""
    field_errors = error.field_errors if isinstance(error, ValidationFailed) else ()
    return "; ".join(
        f"{field_error.field or 'the form'} {field_error.message}" for field_error in field_errors
    )


def endpoint(prefetch: Prefetch = of_grant) -> tuple[handler.Resolver[TokenCall], handler.Handler]:
    """The resolver and the handler of an endpoint."""
    return handler.endpoint(OAuth(prefetch))
