"""Groups of a workspace: who is in them, and what being in one means.

A place in a group is a grant like one in a project (`grants.py`): it belongs to one membership, is void when
that ends, and the cleanup removes it. It is kept while the membership is suspended. Members come and go by
rows of their own, never by a list that is written back; so two who change a group at once lose nobody.

A group with the role ADMIN makes its members ADMINs. What counts is `User.admin_by_groups`, one item a
member, so that the role comes and goes in one transaction; hence `MOST_ADMINS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction
from roster.domain import Actor, GroupPlace, User, Workspace, WorkspaceGroup, WorkspaceRole

MOST_ADMINS = 90
"""Members of a group with the role ADMIN: one operation each, of a hundred in a transaction."""

Demand = Callable[[WorkspaceGroup], None]
"""Is given the group as it is, and may raise."""


def among(found: Mapping[Key, Item], workspace_id: str, group_id: str) -> WorkspaceGroup:
    """The group among items that were read (`keys.workspace_group`). Raises NotFound."""
    raise NotImplementedError


def by_id(store: Store, workspace_id: str, group_id: str) -> WorkspaceGroup:
    """One Get. Raises NotFound."""
    raise NotImplementedError


def by_name(store: Store, workspace_id: str, name: str) -> WorkspaceGroup | None:
    """The group with the name, without regard to case: two Gets."""
    raise NotImplementedError


def by_external_id(store: Store, workspace_id: str, external_id: str) -> list[WorkspaceGroup]:
    """The groups with exactly this external id: one Query, one BatchGet."""
    raise NotImplementedError


def page(
    store: Store, workspace_id: str, start: int, count: int, *, known: Mapping[Key, Item] | None = None
) -> tuple[list[WorkspaceGroup], int]:
    """`count` groups from the place `start` (from 1) on, in order of creation, and the total: four calls,
    three where `known` holds the head of `keys.groups_in`.
    """
    raise NotImplementedError


def members_page(
    store: Store, group: WorkspaceGroup, number: int, size: int
) -> tuple[list[tuple[GroupPlace, User]], int]:
    """A page of a group's members in order of joining with their users, and the total: four calls."""
    raise NotImplementedError


def places(store: Store, group_id: str) -> Iterator[GroupPlace]:
    """All places in a group, in order of joining: one Query a megabyte. Take no more of it than is shown."""
    raise NotImplementedError


def members_among(store: Store, group: WorkspaceGroup, user_ids: Sequence[str]) -> list[str]:
    """Those of the users who are in the group: one BatchGet a hundred."""
    raise NotImplementedError


def demand_members(store: Store, workspace_id: str, user_ids: Sequence[str]) -> None:
    """Raise ValidationFailed (field `members`) where one of the texts is no member of the workspace,
    suspended or not: one BatchGet a hundred. It says the same of a foreign user and of none.
    """
    raise NotImplementedError


def prepare_create(
    store: Store, workspace: Workspace, name: str, external_id: str | None, *, by: Actor
) -> tuple[Transaction, WorkspaceGroup]:
    """The transaction that makes a group without members, and the group: one Get, one Write for the number.

    Raises Conflict ("displayName"); so does the commit.
    """
    raise NotImplementedError


def change(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    edit: Mapping[str, Any],
    *,
    by: Actor,
    demand: Demand = lambda group: None,
) -> WorkspaceGroup:
    """Give a group another `name` or `external_id`, as `edit` says by these names: one Transact, none where
    nothing changes. Raises Conflict ("displayName"), NotFound, and what `demand` raises.
    """
    raise NotImplementedError


def set_role(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    role: WorkspaceRole | None,
    *,
    by: Actor,
    demand: Demand = lambda group: None,
) -> WorkspaceGroup:
    """Make a group's members ADMINs of the workspace, or no longer: one Query, one BatchGet, one Transact.

    Raises LimitReached where the group has more than `MOST_ADMINS` members, NotFound, and what `demand`
    raises.
    """
    raise NotImplementedError


def delete(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    *,
    by: Actor,
    demand: Demand = lambda group: None,
) -> None:
    """Delete a group; a cleanup removes the places in it: one Transact; of an ADMIN group one Query and one
    BatchGet before. Raises NotFound, and what `demand` raises.
    """
    raise NotImplementedError


def add(
    store: Store, workspace: Workspace, group: WorkspaceGroup, user_ids: Sequence[str], *, by: Actor
) -> int:
    """Let users into a group, and return how many came; who is there stays. A BatchGet a hundred, and for
    each thirty a Write and a Transact; so it may be repeated.

    Raises ValidationFailed as `demand_members` does, LimitReached for an ADMIN group of more than
    `MOST_ADMINS`, NotFound where the group has gone, and Unavailable at the deadline.
    """
    raise NotImplementedError


def remove(
    store: Store, workspace: Workspace, group: WorkspaceGroup, user_ids: Sequence[str], *, by: Actor
) -> int:
    """Take users out of a group, and return how many went; who is not there is no error. A BatchGet a
    hundred, and for each forty a Write and a Transact; so it may be repeated. Raises NotFound and Unavailable.
    """
    raise NotImplementedError


def replace(
    store: Store, workspace: Workspace, group: WorkspaceGroup, user_ids: Sequence[str], *, by: Actor
) -> None:
    """Let exactly these users be in a group: one Query a megabyte, then as `remove` and `add`. Raises as they
    do, and ValidationFailed before anything is written.
    """
    raise NotImplementedError
