"""Places in groups of a workspace: who is in which, and whom groups make ADMINs.

They are written by `workspace_groups.py`.
"""

from collections.abc import Iterable, Iterator, Sequence

from roster.db import counted_lists, keys
from roster.db.codec import attributes, naming, readable
from roster.db.store import Item, Key, Store
from roster.directory import grants, users
from roster.domain import GroupPlace, User, WorkspaceGroup

_FEW = 200
"""Rows up to which a list is read with others."""


def listing_of(group: WorkspaceGroup) -> str:
    return keys.members_of_group(group.workspace_id, group.id)


def key_of(group: WorkspaceGroup, user_id: str) -> Key:
    return keys.group_place(user_id, group.workspace_id, group.id)


def members_page(
    store: Store, group: WorkspaceGroup, number: int, size: int
) -> tuple[list[tuple[GroupPlace, User]], int]:
    """A page of a group's members in order of joining with their users, and the total: four calls.

    Who is suspended, or has left the workspace and is not cleared away yet, is not shown but counted.
    """
    rows = counted_lists.page(store, listing_of(group), number, size)
    named = naming(rows.items, "user_id", "workspace_id", "group_id")
    found = readable(GroupPlace, map(_numbered, named))
    living = users.by_ids(store, [one.user_id for one in found])
    pairs = ((one, living.get(one.user_id)) for one in found)
    return [
        (one, user) for one, user in pairs if user and not grants.is_void(attributes(one), user)
    ], rows.total


def places(store: Store, group: WorkspaceGroup) -> Iterator[GroupPlace]:
    """All places in a group, in order of joining: one Query a megabyte. Take no more of it than is shown."""
    rows = granted(store, group.workspace_id, group.id)
    return (place for row in rows for place in readable(GroupPlace, [row]))


def granted(store: Store, workspace_id: str, group_id: str) -> Iterator[Item]:
    """The same as grants, as `grants.plan_end` takes them."""
    rows = counted_lists.everything(store, keys.members_of_group(workspace_id, group_id))
    return map(_numbered, rows)


def _numbered(row: Item) -> Item:
    return {**row, "number": keys.number_of(Key.of(row))}


def rulers(store: Store, workspace_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The users whom groups make ADMINs, of each workspace: one BatchGet where they have no groups. Else one
    BatchGet a hundred keys in each of six steps (heads, rows and groups; of ADMIN groups heads, rows and
    users), and a Query for a long list.
    """
    lists = {workspace_id: keys.groups_in(workspace_id) for workspace_id in workspace_ids}
    rows = [row for some in _rows_of(store, lists.values()) for row in naming(some, "group_id")]
    wanted = [keys.workspace_group(str(row["workspace_id"]), str(row["group_id"])) for row in rows]
    groups = readable(WorkspaceGroup, store.batch_get(wanted).values()) if wanted else []
    ruling = [group for group in groups if group.role is not None]
    there = _rows_of(store, (listing_of(group) for group in ruling))
    ids = dict.fromkeys(str(row["user_id"]) for some in there for row in naming(some, "user_id"))
    people = users.by_ids(store, list(ids)).values() if ids else ()
    return {
        workspace_id: frozenset(user.id for user in people if user.admin_by_groups.get(workspace_id, 0) > 0)
        for workspace_id in lists
    }


def _rows_of(store: Store, listings: Iterable[str]) -> Iterable[list[Item]]:
    wanted = list(listings)
    return counted_lists.rows_of(store, counted_lists.few(store, wanted, _FEW)).values() if wanted else ()


def pairs_among(
    store: Store, groups: Sequence[WorkspaceGroup], user_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Who of the users is in which of the groups, by the group's id: one BatchGet a hundred pairs."""
    known = [user_id for user_id in dict.fromkeys(user_ids) if keys.is_id(user_id)]
    wanted = [key_of(group, user_id) for group in groups for user_id in known]
    found = store.batch_get(wanted) if wanted else {}
    return {group.id: [each for each in known if key_of(group, each) in found] for group in groups}
