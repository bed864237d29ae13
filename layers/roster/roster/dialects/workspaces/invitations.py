"""Invitations and links to choose a password by (docs/invitations.md): their shapes, who is told a link."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import StringConstraints

from roster import bounds, clock
from roster.auth import acceptance, links, password_links
from roster.auth.links import LinkToken
from roster.db.transactions import Transaction
from roster.dialects.fields import Body, Email, Instant, Line, Moment, Password, Wire
from roster.dialects.workspaces.api import WorkspacesCall
from roster.dialects.workspaces.schemas import UNCHANGED
from roster.directory import invitations
from roster.domain import Invitation, User, Workspace, WorkspaceRole
from roster.errors import FieldError, ValidationFailed
from roster.http.request import Request
from roster.settings import cookie_name, settings

LIFETIME = timedelta(days=7)
LONGEST = timedelta(days=30)

TokenInLink = Annotated[str, StringConstraints(max_length=bounds.LINK_TOKEN_CHARACTERS)]
"""What stands in a link behind the page's name."""


class Invite(Body):
    email: Email
    role: Literal["ADMIN", "MEMBER"]
    expiresAt: Instant = UNCHANGED


class Look(Body):
    token: TokenInLink


class Accept(Body):
    """Name and password are asked of somebody without an account."""

    token: TokenInLink
    fullName: Line = UNCHANGED
    password: Password = UNCHANGED


class Forgotten(Body):
    email: str


class Reset(Body):
    token: TokenInLink
    password: Password
    endTokens: bool = False


class InvitationShape(Wire):
    id: str
    email: str
    role: Literal["ADMIN", "MEMBER"]
    expiresAt: Moment


class NewInvitation(InvitationShape):
    """The only answer that ever shows the link, and only where it does not go by mail alone."""

    link: str | None

    @classmethod
    def of(cls, invitation: Invitation, token: LinkToken) -> Self:
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role.value,
            expiresAt=invitation.expires_at,
            link=shown(invitation.public_url, token),
        )


class ListedInvitation(InvitationShape):
    state: Literal["open", "accepted", "expired", "revoked"]
    createdAt: Moment

    @classmethod
    def of(cls, invitation: Invitation, now: str) -> Self:
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role.value,
            expiresAt=invitation.expires_at,
            state=invitation.state_at(now).value,
            createdAt=invitation.created_at,
        )


class OfferingWorkspace(Wire):
    key: str
    name: str

    @classmethod
    def of(cls, workspace: Workspace | None) -> Self | None:
        return None if workspace is None else cls(key=workspace.key, name=workspace.name)


class OfferShape(Wire):
    """What a link offers; without workspace and role it invites a new user of the site."""

    workspace: OfferingWorkspace | None
    email: str
    role: Literal["ADMIN", "MEMBER"] | None
    expiresAt: Moment
    hasAccount: bool

    @classmethod
    def of(cls, offer: acceptance.Offer) -> Self:
        return cls(
            workspace=OfferingWorkspace.of(offer.workspace),
            email=offer.email,
            role=offer.invitation.role.value if offer.invitation else None,
            expiresAt=offer.expires_at,
            hasAccount=offer.has_account,
        )


class PasswordLinkShape(Wire):
    link: str | None
    expiresAt: Moment


def shown(public_url: str, token: LinkToken) -> str | None:
    """The link for whoever made it; None where it goes by mail alone."""
    return links.address(public_url, token) if settings().shows_links else None


def first_link(call: WorkspacesCall, work: Transaction, user: User) -> str | None:
    """The link of a new user without a password, made in the transaction that makes the user."""
    public_url = links.public_url(call.request)
    _, token = password_links.plan(work, user, first=True, public_url=public_url)
    return shown(public_url, token)


def expiry(call: WorkspacesCall, wanted: str | None) -> str:
    """When an invitation ends: as wanted, or in seven days. Raises ValidationFailed for what may not be."""
    if wanted is None:
        return clock.instant(call.now + LIFETIME)
    if not clock.instant(call.now) < wanted <= clock.instant(call.now + LONGEST):
        raise ValidationFailed(FieldError("expiresAt", f"must be within the next {LONGEST.days} days"))
    return wanted


def wanted(
    call: WorkspacesCall, sealed: links.Sealed, email: str, role: WorkspaceRole, expires_at: str
) -> Invitation:
    """The invitation that a link of this seal is for; its number comes with its transaction."""
    workspace_id, own = sealed.token.ids
    return Invitation(
        own,
        0,
        workspace_id,
        email,
        role,
        "",
        expires_at,
        nonce=sealed.nonce,
        digest=sealed.digest,
        public_url=links.public_url(call.request),
        mailed=not settings().shows_links,
    )


def renew(call: WorkspacesCall, invitation_id: str) -> tuple[Invitation, LinkToken]:
    """A new link for an open invitation, which then has seven days at least: one Get, one Transact."""
    signing = links.keys()
    present = invitations.open_in(call.store, call.workspace, invitation_id, clock.instant(call.now))
    sealed = links.seal(signing, "invitation", present.workspace_id, present.id)
    renewed = replace(
        present,
        nonce=sealed.nonce,
        digest=sealed.digest,
        expires_at=max(present.expires_at, clock.instant(call.now + LIFETIME)),
        public_url=links.public_url(call.request),
        mailed=not settings().shows_links,
    )
    invitations.renew(call.store, present, renewed, by=call.actor)
    return renewed, sealed.token


def demand_another(call: WorkspacesCall, user_id: str) -> None:
    """Raise ValidationFailed where the user is the caller: one's own password wants the present one."""
    if user_id == call.user.id:
        raise ValidationFailed(
            FieldError("userId", "is your own; change your password with PUT /api/auth/me/password")
        )


def session_in(request: Request) -> str | None:
    """The one session cookie of a request to a public endpoint, if there is one."""
    found = request.cookie(cookie_name())
    return found[0] if len(found) == 1 else None
