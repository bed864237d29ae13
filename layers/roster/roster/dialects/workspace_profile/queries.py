"""What the Workspace profile asks the directory: the caller in one workspace."""

from collections.abc import Mapping
from dataclasses import dataclass

from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.directory import members, reference_data, suspensions, workspaces
from roster.domain import Membership, Principal, User, Workspace
from roster.errors import (
    Forbidden,
)

_AT_ONCE = 50  # workspaces that one BatchGet looks at, with a membership each


@dataclass(frozen=True, slots=True)
class ProfileCall:
    """An admitted request: the user, in the workspace that the credential or the user names."""

    user: User
    workspace: Workspace
    membership: Membership
    permissions: tuple[str, ...]
    modules: frozenset[str]


def placed(store: Store, principal: Principal) -> ProfileCall:
    """The caller's workspace: the token's own, else the default, else the oldest; one BatchGet.

    Where none of these counts and one is suspended, the oldest membership of another: one Query a
    megabyte more, and a BatchGet fifty workspaces.
    """
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
    if any(not suspensions.is_open(found, one, user) for one in ids):
        roles = {key: item for key, item in found.items() if key.pk == keys.permission_role(0).pk}
        call = _elsewhere(store, user, roles)
        if call is not None:
            return call
    raise Forbidden(user.id)


def _elsewhere(store: Store, user: User, roles: Mapping[Key, Item]) -> ProfileCall | None:
    """The caller in the workspace of the oldest membership that counts, whichever it is."""
    rows = sorted(members.rows_of_caller(store, user), key=members.age)
    ids = [str(row["workspace_id"]) for row in rows]
    for some in (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)):
        found = store.batch_get(
            [key for one in some for key in (keys.workspace(one), keys.member(one, user.id))]
        )
        for workspace_id in some:
            call = _in({**roles, **found}, user, workspace_id)
            if call is not None:
                return call
    return None


def _in(found: Mapping[Key, Item], user: User, workspace_id: str) -> ProfileCall | None:
    item = found.get(keys.workspace(workspace_id))
    workspace = workspaces.of_item(item)
    membership = members.of_item(members.item_of_caller(found, workspace_id, user))
    if item is None or workspace is None or membership is None:
        return None
    permissions = reference_data.permissions(found, user.role_number)
    return ProfileCall(user, workspace, membership, permissions, reference_data.modules_of(item))
