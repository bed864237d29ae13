"""What the Workspace profile asks the directory: the caller in one workspace."""

from collections.abc import Mapping
from dataclasses import dataclass

from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.directory import members, reference_data, workspaces
from roster.domain import Membership, Principal, User, Workspace
from roster.errors import (
    Forbidden,
)


@dataclass(frozen=True, slots=True)
class ProfileCall:
    """An admitted request: the user, in the workspace that the credential or the user names."""

    user: User
    workspace: Workspace
    membership: Membership
    permissions: tuple[str, ...]
    modules: frozenset[str]


def placed(store: Store, principal: Principal) -> ProfileCall:
    """The caller's workspace: the token's own, else the default, else the oldest; one BatchGet."""
    user = principal.user
    choices = dict.fromkeys((user.limited_to, user.default_workspace_id, user.oldest_workspace_id))
    ids = [choice for choice in choices if choice is not None]
    wanted = [key for one in ids for key in (keys.workspace(one), keys.member(one, user.id))]
    if user.role_number is not None:
        wanted.append(keys.permission_role(user.role_number))
    found = store.batch_get(wanted)
    for workspace_id in ids:
        call = _in(found, user, workspace_id)
        if call is not None:
            return call
    raise Forbidden(user.id)


def _in(found: Mapping[Key, Item], user: User, workspace_id: str) -> ProfileCall | None:
    item = found.get(keys.workspace(workspace_id))
    workspace = workspaces.of_item(item)
    membership = members.of_item(members.item_of_caller(found, workspace_id, user))
    if item is None or workspace is None or membership is None:
        return None
    permissions = reference_data.permissions(found, user.role_number)
    return ProfileCall(user, workspace, membership, permissions, reference_data.modules_of(item))
