"""Workspaces, which some dialects call organisations or sites."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys, list_log
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import Absent, Item, Key, Put, Store
from roster.db.transactions import Transaction, item, retry_on_conflict
from roster.directory import members
from roster.domain import Actor, Membership, User, Workspace
from roster.errors import Conflict
from roster.events import Event

LISTED = ("id", "number", "key", "name", "created_at", "updated_at")
"""What the site's list of workspaces keeps of one: all that any dialect's list shows."""


def of_item(found: Item | None) -> Workspace | None:
    """The workspace that an item holds, if there is one."""
    return None if found is None else entity(Workspace, found)


def by_id(store: Store, workspace_id: str) -> Workspace | None:
    """One Get."""
    return of_item(store.get(keys.workspace(workspace_id))) if keys.is_id(workspace_id) else None


def by_ids(store: Store, workspace_ids: Iterable[str]) -> dict[str, Workspace]:
    """Those of the workspaces that exist: one BatchGet a hundred."""
    found = store.batch_get([keys.workspace(workspace_id) for workspace_id in workspace_ids])
    return {workspace.id: workspace for workspace in readable(Workspace, found.values())}


def rows_of(numbers: Iterable[int]) -> list[Key]:
    """Where the site's list keeps these workspaces."""
    return [keys.row(keys.WORKSPACES, number) for number in numbers]


def in_rows(items: Mapping[Key, Item]) -> dict[int, Workspace]:
    """The workspaces whose list copies are among the items, by number."""
    found = readable(Workspace, (item for key, item in items.items() if key.pk == keys.WORKSPACES))
    return {workspace.number: workspace for workspace in found}


def page(store: Store, number: int, size: int) -> tuple[list[Workspace], int]:
    """A page of all workspaces in order of creation, and their total: three calls at most."""
    rows = counted_lists.page(store, keys.WORKSPACES, number, size)
    return readable(Workspace, rows.items), rows.total


def page_of_visible(store: Store, caller: User, number: int, size: int) -> tuple[list[Workspace], int]:
    """A page of all workspaces to a platform ADMIN, else of the caller's own: the calls of the two."""
    if caller.is_admin:
        return page(store, number, size)
    return page_of_caller(store, caller, number, size)


def page_of_caller(store: Store, caller: User, number: int, size: int) -> tuple[list[Workspace], int]:
    """A page of the workspaces the caller is a member of, in their order of creation: four calls at most.

    To a token limited to one workspace, that one alone: one BatchGet.
    """
    if caller.limited_to is not None:
        mine = _limited_to(store, caller, caller.limited_to)
        return (mine[(number - 1) * size : number * size], len(mine))
    rows = counted_lists.page(store, keys.workspaces_of(caller.id), number, size)
    ids = [str(row["workspace_id"]) for row in naming(rows.items, "workspace_id")]
    found = by_ids(store, ids)
    return [found[each] for each in ids if each in found], rows.total


def memberships_page(
    store: Store, user: User, number: int, size: int
) -> tuple[list[tuple[Workspace, Membership]], int]:
    """A page of a user's memberships in order of the workspaces' creation, with these, and the total: four
    calls at most.
    """
    rows = counted_lists.page(store, keys.workspaces_of(user.id), number, size)
    named = naming(rows.items, "workspace_id")
    found = by_ids(store, (str(row["workspace_id"]) for row in named))
    pairs = ((found.get(str(row["workspace_id"])), row) for row in named)
    return [(place, _membership(place, user, row)) for place, row in pairs if place is not None], rows.total


def _membership(workspace: Workspace, user: User, row: Item) -> Membership:
    """A membership as the list of its user's has it, which does not say its number."""
    return entity(Membership, {**row, "workspace_id": workspace.id, "user_id": user.id, "number": 0})


def _limited_to(store: Store, caller: User, workspace_id: str) -> list[Workspace]:
    """The one workspace in which the caller acts, or none."""
    found = store.batch_get([keys.workspace(workspace_id), keys.member(workspace_id, caller.id)])
    workspace = of_item(found.get(keys.workspace(workspace_id)))
    belongs = members.item_of_caller(found, workspace_id, caller) is not None
    return [workspace] if workspace is not None and belongs else []


def create(store: Store, workspace: Workspace, *, by: Actor) -> Workspace:
    """Make a workspace: one Get, one Write for its number, one Transact. Raises Conflict for a key in use."""

    def attempt() -> Workspace:
        work, made = prepare(store, workspace, by=by)
        work.commit(store)
        return made

    return retry_on_conflict(attempt)


def prepare(store: Store, workspace: Workspace, *, by: Actor) -> tuple[Transaction, Workspace]:
    """The transaction that makes a workspace, and the workspace: one Get, one Write for its number.

    Raises Conflict for a key in use; so does the commit.
    """
    if store.get(keys.workspace_key(workspace.key)) is not None:  # a refusal spends no number
        raise Conflict("key", workspace.key)
    work = Transaction(by)
    made = replace(
        workspace,
        id=workspace.id or str(uuid4()),
        number=work.take(store, keys.WORKSPACES),
        created_at=instant(by.at),
        updated_at=instant(by.at),
    )
    plan(work, made)
    return work, made


def plan(work: Transaction, workspace: Workspace) -> None:
    """The operations that make a workspace: profile, key, row, the counters of its lists, audit."""
    state = attributes(workspace)
    work.do(Put(item(keys.workspace(workspace.id), state), Absent()), lambda _: Conflict("id", workspace.id))
    lock = item(keys.workspace_key(workspace.key), {"workspace_id": workspace.id})
    work.do(Put(lock, Absent()), lambda _: Conflict("key", workspace.key))
    for listing in (keys.members(workspace.id), keys.spaces_in(workspace.id)):
        work.do(list_log.opened(listing), lambda _: Conflict("id", workspace.id))
    work.add_row(keys.WORKSPACES, workspace.number, {name: state[name] for name in LISTED if name in state})
    work.audit(Event.WORKSPACE_CREATED, workspace.id)
