"""What a workspace's ADMINs say of its identity provider: its tokens, and what groups make of members."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from roster.auth import scim_tokens
from roster.db import keys
from roster.db.store import Key
from roster.dialects.fields import Body, Instant, Line, Moment, Wire
from roster.dialects.workspaces.api import Rights, WorkspacesCall, demand_manager
from roster.dialects.workspaces.schemas import WHERE_SENT
from roster.directory import workspace_groups
from roster.domain import GroupPlace, ScimToken, User, WorkspaceGroup, WorkspaceRole
from roster.http.request import Request

# Rights.


def group_of(call: WorkspacesCall) -> WorkspaceGroup:
    """The group that the path names. Raises NotFound where the workspace has none of this id."""
    return workspace_groups.among(call.found, call.workspace.id, call.request.path.get("groupId", ""))


def _group_keys(request: Request, user_id: str) -> Sequence[Key]:
    workspace_id, group_id = request.path.get("workspaceId", ""), request.path.get("groupId", "")
    return [keys.workspace_group(workspace_id, group_id)] if keys.is_plain_id(group_id) else []


def _demand_change(call: WorkspacesCall) -> None:
    group_of(call)
    demand_manager(call)


def _token_keys(request: Request, user_id: str) -> Sequence[Key]:
    return scim_tokens.places(request.path.get("workspaceId", ""))


SEE_GROUP = Rights(_group_keys, group_of)
CHANGE_GROUP = Rights(_group_keys, _demand_change, "An ADMIN of the workspace and a platform ADMIN may.")
SCIM_TOKENS = Rights(_token_keys, lambda call: None)

# Requests.


class CreateScimToken(Body):
    name: Line
    expiresAt: Annotated[Instant | None, WHERE_SENT] = None


class ChangeGroupRole(Body):
    """What the group makes of its members: ADMINs of the workspace, or nothing (null)."""

    workspaceRole: Annotated[Literal["ADMIN"] | None, Field()]

    @property
    def role(self) -> WorkspaceRole | None:
        return WorkspaceRole(self.workspaceRole) if self.workspaceRole is not None else None


# Answers.


class ListedScimToken(Wire):
    """A SCIM token; `lastUsedAt` is at most an hour too early, and null where it never was used."""

    id: str
    name: str
    createdAt: Moment
    expiresAt: Moment | None
    createdBy: str | None
    lastUsedAt: Moment | None

    @classmethod
    def of(cls, token: ScimToken) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            createdAt=token.created_at,
            expiresAt=token.expires_at,
            createdBy=token.created_by,
            lastUsedAt=token.seen_at,
        )


class NewScimToken(ListedScimToken):
    """The only answer that ever shows the secret; the answer to a retry has null there."""

    secret: str | None


class GroupOfWorkspace(Wire):
    """A group of the workspace; `members` counts who is in it, suspended or not."""

    id: str
    displayName: str
    externalId: str | None
    workspaceRole: Literal["ADMIN"] | None
    members: int
    createdAt: Moment
    updatedAt: Moment

    @classmethod
    def of(cls, group: WorkspaceGroup) -> Self:
        return cls(
            id=group.id,
            displayName=group.name,
            externalId=group.external_id,
            workspaceRole="ADMIN" if group.role is WorkspaceRole.ADMIN else None,
            members=group.members,
            createdAt=group.created_at,
            updatedAt=group.updated_at,
        )


class GroupMember(Wire):
    userId: str
    email: str
    fullName: str
    addedAt: Moment

    @classmethod
    def of(cls, place: GroupPlace, user: User) -> Self:
        return cls(userId=user.id, email=user.email, fullName=user.full_name, addedAt=place.created_at)
