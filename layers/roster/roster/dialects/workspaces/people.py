"""The wire shapes of one's own account and of what administrators do to the accounts of others."""

from typing import Any, Literal, Self

from roster.auth import sessions
from roster.auth.account import LiveCredentials
from roster.clock import instant, moment
from roster.dialects.fields import Line, Moment, Wire
from roster.dialects.workspaces.api import WorkspacesCall
from roster.dialects.workspaces.schemas import UNCHANGED, OwnProfile
from roster.domain import ApiToken, Membership, Session, TokenFamily, User, Workspace
from roster.errors import FieldError, ValidationFailed


class UpdateMe(OwnProfile):
    """What is absent stays as it is; null empties a text, and is no value of the others."""

    fullName: Line = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the user that the body names, with their new values."""
        named = {"full_name": self.fullName} if "fullName" in self.model_fields_set else {}
        return {**named, **self.profile()}


class LiveCredential(Wire):
    """A credential, without its secret. `lastUsedAt` is moved once an hour at most; `address` and `agent` are
    those of the login, and `name` is the token's, or the id of the program that was granted tokens.
    """

    id: str
    kind: Literal["session", "token", "grant"]
    name: str | None
    workspaceId: str | None
    createdAt: Moment
    lastUsedAt: Moment | None
    address: str | None
    agent: str | None
    expiresAt: Moment | None

    @classmethod
    def of(cls, found: Session | ApiToken | TokenFamily, **more: object) -> Self:
        name, workspace_id, address, agent, expires_at = None, None, None, None, None
        kind: Literal["session", "token", "grant"]
        match found:
            case Session():
                kind, address, agent = "session", found.address, found.agent
                expires_at = instant(moment(found.created_at) + sessions.LIFETIME)
            case ApiToken():
                kind, name, workspace_id = "token", found.name, found.workspace_id
                expires_at = found.expires_at
            case _:
                kind, name, expires_at = "grant", found.client_id, found.expires_at
        return cls(
            id=found.id,
            kind=kind,
            name=name,
            workspaceId=workspace_id,
            createdAt=found.created_at,
            lastUsedAt=found.seen_at,
            address=address,
            agent=agent,
            expiresAt=expires_at,
            **more,
        )


class OwnSession(LiveCredential):
    """A session of the caller's, or a grant; `current` is the one that asks."""

    current: bool


class UserMembership(Wire):
    """A membership, as a list of one user's shows it."""

    workspaceId: str
    key: str
    name: str
    role: Literal["ADMIN", "MEMBER"]
    createdAt: Moment

    @classmethod
    def of(cls, workspace: Workspace, membership: Membership) -> Self:
        return cls(
            workspaceId=workspace.id,
            key=workspace.key,
            name=workspace.name,
            role=membership.role.value,
            createdAt=membership.created_at,
        )


class UserCredentials(Wire):
    """All live credentials of a user, each kind in order of making."""

    sessions: list[LiveCredential]
    tokens: list[LiveCredential]
    grants: list[LiveCredential]

    @classmethod
    def of(cls, found: LiveCredentials) -> Self:
        return cls(
            sessions=[LiveCredential.of(each) for each in found.sessions],
            tokens=[LiveCredential.of(each) for each in found.tokens],
            grants=[LiveCredential.of(each) for each in found.grants],
        )


def demand_factors_of_another(call: WorkspacesCall, user: User) -> None:
    """Raise ValidationFailed where the user is the caller, who removes their own one at a time."""
    if user.id == call.user.id:
        raise ValidationFailed(
            FieldError("userId", "is your own; remove your factors with DELETE /api/auth/factors/{factorId}")
        )
