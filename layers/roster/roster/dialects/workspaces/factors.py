"""The wire shapes of second factors, and the answer to a login by one."""

from typing import Annotated, Literal, Self

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie
from pydantic import Field, model_validator

from roster import bounds
from roster.auth import remembered, totp
from roster.auth.credentials import Credential
from roster.auth.enrolment import Begun
from roster.auth.login import Sender
from roster.auth.second_factor import PasskeyAnswer
from roster.dialects.fields import Body, Line, Moment, Wire
from roster.dialects.workspaces.api import (
    WorkspacesCall,
    challenge_cookie,
    cookie,
    device_cookies,
    session_cookie,
)
from roster.dialects.workspaces.passkeys import Assertion, relying_party
from roster.dialects.workspaces.schemas import UNCHANGED, AdminUser, Success
from roster.domain import Factor, User
from roster.settings import remembered_cookie_name

Code = Annotated[str, Field(min_length=1, max_length=bounds.CODE_CHARACTERS)]
"""A code as somebody types it: six digits of an authenticator, or a recovery code."""


class SecondLogin(Body):
    challenge: Annotated[str, Field(max_length=bounds.LINK_TOKEN_CHARACTERS)]
    code: Code = UNCHANGED
    assertion: Assertion = UNCHANGED
    remember: bool = False

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if len({"code", "assertion"} & self.model_fields_set) != 1:
            raise ValueError("must have one of code and assertion")
        return self

    def answer(self, call: WorkspacesCall) -> str | PasskeyAnswer:
        """The code, or what a passkey signed. Raises NoRelyingParty as `relying_party` does."""
        if "code" in self.model_fields_set:
            return self.code
        return PasskeyAnswer(relying_party(call), self.assertion.json_of())


class Reauthenticate(Body):
    """What proves anew who calls: one of these."""

    code: Code = UNCHANGED
    assertion: Assertion = UNCHANGED
    password: str = UNCHANGED

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("must have one of code, assertion and password")
        return self


class Proved(Wire):
    """Until when changes of credentials ask for no other proof."""

    provedUntil: Moment


class EnrolTotp(Body):
    name: Line = "Authenticator"


class ConfirmTotp(Body):
    code: Code


class OwnFactor(Wire):
    """A second factor of the caller's; nothing by which it proves anybody."""

    id: str
    kind: Literal["totp", "passkey"]
    name: str
    createdAt: Moment
    lastUsedAt: Moment | None

    @classmethod
    def of(cls, factor: Factor) -> Self:
        return cls(
            id=factor.id,
            kind=factor.kind.value,
            name=factor.name,
            createdAt=factor.created_at,
            lastUsedAt=factor.last_used_at,
        )


class NewTotp(Wire):
    """A secret for an authenticator, shown this once: as text, as an address, and as a QR code in SVG."""

    factorId: str
    secret: str
    address: str
    qrCode: str

    @classmethod
    def of(cls, begun: Begun, account: str) -> Self:
        address = totp.address(begun.secret, account)
        return cls(
            factorId=begun.enrolment.id,
            secret=totp.text_of(begun.secret),
            address=address,
            qrCode=totp.qr_code(address),
        )


class NewRecoveryCodes(Wire):
    """Recovery codes, shown this once."""

    codes: list[str]


def logged_in(
    call: WorkspacesCall, user: User, credential: Credential, sender: Sender, kept: str | None = None
) -> Response[Success[AdminUser]]:
    """The answer to a login by a factor: the session's cookie, none of the challenge's any more, and what the
    browser is known by later; `kept` is that of one that is remembered.
    """
    cookies = [
        session_cookie(str(credential)),
        challenge_cookie(""),
        *device_cookies(sender.cookie_for(user)),
        *remembered_cookies(kept),
    ]
    return Response(200, "application/json", call.success(AdminUser.of(user)), cookies=cookies)


def remembered_cookies(value: str | None) -> list[Cookie]:
    """The cookie of a browser that is asked for no second factor for a while (`remembered.py`), or none."""
    return [] if value is None else [cookie(remembered_cookie_name(), value, remembered.MAX_AGE)]
