"""What a caller of Cloud Foundry v2 may see: an administrator everything, others what they belong to.

A space is seen by its developers, managers and auditors, and by the ADMINs of its workspace; an
organization by its members; an app by whoever sees its space. Users are seen wherever they are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from roster.db import keys
from roster.db.store import Item, Key
from roster.dialects.cloud_foundry.schemas import Entity
from roster.directory import grants, members, suspensions
from roster.domain import Space, SpaceRole, User, Workspace, WorkspaceRole

SCOPES = frozenset({"admin", "admin_read_only", "global_auditor", "read"})
_ALL = frozenset({"admin", "admin_read_only", "global_auditor"})
_ANYBODY = frozenset({"admin", "admin_read_only"})


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a caller may read. `user` is None for somebody whom only a trusted issuer knows.

    `closed` are the workspaces whose rows the caller's lists leave out (`suspensions.py`).
    """

    user_id: str
    user: User | None
    scopes: frozenset[str]
    closed: frozenset[str] = suspensions.NONE

    @property
    def may_read(self) -> bool:
        """Whether the credential's scopes allow anything at all."""
        return bool(self.scopes & SCOPES)

    @property
    def sees_all(self) -> bool:
        return bool(self.scopes & _ALL)

    def may_name(self, user_id: str) -> bool:
        """Whether the caller may ask for this user."""
        return user_id == self.user_id or bool(self.scopes & _ANYBODY)

    @property
    def may_list_users(self) -> bool:
        return bool(self.scopes & _ANYBODY)

    def evidence(self, entity: Entity) -> list[Key]:
        """The items that tell whether the caller sees an object; none where no item is needed."""
        if self.sees_all or self.user is None:
            return []
        match entity:
            case Space():
                roles = [keys.space_role(entity.id, role, self.user.id) for role in SpaceRole]
                home = keys.workspace(entity.workspace_id)
                return [*roles, home, keys.member(entity.workspace_id, self.user.id)]
            case Workspace():
                return [keys.workspace(entity.id), keys.member(entity.id, self.user.id)]
        return []

    def sees(self, entity: Entity, found: Mapping[Key, Item]) -> bool:
        """Whether the caller sees an object, by its evidence."""
        if self.sees_all:
            return True
        if self.user is None:
            return False
        match entity:
            case Space():
                roles = (keys.space_role(entity.id, role, self.user.id) for role in SpaceRole)
                holds = any(grants.item_of_caller(found, role, self.user) for role in roles)
                return holds or self.rules(entity.workspace_id, found)
            case Workspace():
                return members.item_of_caller(found, entity.id, self.user) is not None
        return True

    def rules(self, workspace_id: str, found: Mapping[Key, Item]) -> bool:
        """Whether the caller is ADMIN of a workspace, by the membership among the items."""
        if self.user is None:
            return False
        membership = members.item_of_caller(found, workspace_id, self.user)
        if membership is None:
            return False
        role = self.user.effective_role(workspace_id, membership.get("role"))
        return role is WorkspaceRole.ADMIN
