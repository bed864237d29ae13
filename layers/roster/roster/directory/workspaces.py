"""Workspaces, which some dialects call organisations or sites."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys, list_log
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Store,
    Update,
    all_of,
    any_of,
)
from roster.db.transactions import Transaction, item, retry_from, retry_on_conflict
from roster.directory import members, suspensions
from roster.domain import Actor, Membership, User, Workspace
from roster.errors import Conflict, NotFound, NotSuspended
from roster.events import Event
from roster.settings import settings

LISTED = ("id", "number", "key", "name", "created_at", "updated_at", "active")
"""What the site's list of workspaces keeps of one: all that any dialect's list shows."""

Edit = Callable[[Workspace], Workspace]
Demand = Callable[[Workspace], None]


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


def page_of_caller(
    store: Store, caller: User, number: int, size: int, closed: frozenset[str] = suspensions.NONE
) -> tuple[list[Workspace], int]:
    """A page of the workspaces the caller is a member of, in their order of creation: four calls at most.

    Without the `closed` ones (`suspensions.py`) and those where the membership is suspended, where there are
    any: then one Query a megabyte of the rows, and one BatchGet. To a token limited to one workspace,
    that one alone: one BatchGet.
    """
    if caller.limited_to is not None:
        mine = _limited_to(store, caller, caller.limited_to)
        return (mine[(number - 1) * size : number * size], len(mine))
    if closed or caller.suspended_in:
        every = [str(row["workspace_id"]) for row in members.rows_of_caller(store, caller, closed)]
        ids, total = every[(number - 1) * size : number * size], len(every)
    else:
        rows = counted_lists.page(store, keys.workspaces_of(caller.id), number, size)
        ids, total = [str(row["workspace_id"]) for row in naming(rows.items, "workspace_id")], rows.total
    found = by_ids(store, ids)
    return [found[each] for each in ids if each in found], total


def memberships_page(
    store: Store, user: User, number: int, size: int
) -> tuple[list[tuple[Workspace, Membership]], int]:
    """A page of a user's memberships in order of the workspaces' creation, with these and the role that the
    user has there, and the total: four calls at most.

    Without the suspended ones, where there are any: then one Query a megabyte of the rows, and one BatchGet.
    """
    if user.suspended_in:
        whole = list(members.rows_of_caller(store, user))
        named, total = whole[(number - 1) * size : number * size], len(whole)
    else:
        rows = counted_lists.page(store, keys.workspaces_of(user.id), number, size)
        named, total = list(naming(rows.items, "workspace_id")), rows.total
    found = by_ids(store, (str(row["workspace_id"]) for row in named))
    pairs = ((found.get(str(row["workspace_id"])), row) for row in named)
    return [(place, _membership(place, user, row)) for place, row in pairs if place is not None], total


def _membership(workspace: Workspace, user: User, row: Item) -> Membership:
    """A membership as the list of its user's has it, which does not say its number, with the role that
    counts.
    """
    role = user.effective_role(workspace.id, row.get("role"))
    there: Item = {"workspace_id": workspace.id, "user_id": user.id, "number": 0, "role": role}
    return entity(Membership, {**row, **there})


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
    """The operations that make a workspace: profile, key, row, the counters of its lists, audit; for a
    suspended one its marks too.
    """
    state = attributes(workspace)
    work.do(Put(item(keys.workspace(workspace.id), state), Absent()), lambda _: Conflict("id", workspace.id))
    lock = item(keys.workspace_key(workspace.key), {"workspace_id": workspace.id})
    work.do(Put(lock, Absent()), lambda _: Conflict("key", workspace.key))
    if settings().list_counts == "after":
        for listing in (keys.members(workspace.id), keys.spaces_in(workspace.id)):
            work.do(list_log.opened(listing), lambda _: Conflict("id", workspace.id))
    work.add_row(keys.WORKSPACES, workspace.number, {name: state[name] for name in LISTED if name in state})
    if not workspace.active:
        suspensions.plan_begin(work, workspace.id)
    work.audit(Event.WORKSPACE_CREATED, workspace.id, after=state, within=workspace.id)


def change(store: Store, workspace: Workspace, edit: Edit, *, by: Actor) -> Workspace:
    """Change a workspace: one Transact, none where nothing changes. `edit` makes the new state from the
    present one, `workspace` at first; where it raises, nothing is changed.

    Raises Conflict for a key in use, and NotFound where the workspace has gone meanwhile.
    """

    def attempt(before: Workspace) -> Workspace:
        after = edit(before)
        if after == before:
            return before
        work, changed = _prepare_change(before, after, by=by)
        work.commit(store)
        return changed

    return retry_from(workspace, lambda: alive(store, workspace.id), attempt)


def _prepare_change(before: Workspace, after: Workspace, *, by: Actor) -> tuple[Transaction, Workspace]:
    """The transaction that turns one state of a workspace into another, and the workspace as it will be.

    It moves the lock of the key, the copy in the site's list, and the marks of a suspended workspace.
    """
    after = replace(after, revision=before.revision + 1, updated_at=instant(by.at))
    old, new = attributes(before), attributes(after)
    changed: Item = {name: value for name, value in new.items() if old.get(name) != value}
    work = Transaction(by)
    work.do(Update(keys.workspace(before.id), set=changed, condition=unchanged(before)))
    listed: Item = {name: value for name, value in changed.items() if name in LISTED}
    if listed:
        work.do(Update(keys.row(keys.WORKSPACES, before.number), set=listed, condition=Present()))
    if before.key != after.key:
        lock = item(keys.workspace_key(after.key), {"workspace_id": after.id})
        work.do(Put(lock, Absent()), lambda _: Conflict("key", after.key))
        work.do(Delete(keys.workspace_key(before.key), Equals("workspace_id", before.id)))
    if before.active and not after.active:
        suspensions.plan_begin(work, before.id)
    elif after.active and not before.active:
        suspensions.plan_end(work, before.id)
    fields = sorted(set(changed) - {"revision", "updated_at"})
    work.audit(
        _change_of(before, after), before.id, before=old, after=new, within=before.id, fields=[*fields]
    )
    return work, after


def _change_of(before: Workspace, after: Workspace) -> Event:
    if before.active == after.active:
        return Event.WORKSPACE_CHANGED
    return Event.WORKSPACE_RESUMED if after.active else Event.WORKSPACE_SUSPENDED


def delete(store: Store, workspace: Workspace, *, by: Actor, demand: Demand) -> None:
    """Delete a suspended workspace: one Write and one Transact, which leaves a tombstone, frees the key and
    orders the cleanup.

    `demand` is called with the workspace as it is when it is deleted, and may raise. Nobody is a member of
    what is not there. Raises NotSuspended, and NotFound where it has gone.
    """

    def attempt(before: Workspace) -> None:
        demand(before)
        if before.active:
            raise NotSuspended("workspace")
        at = instant(by.at)
        tombstone: Item = {"id": before.id, "number": before.number, "deleted_at": at}
        work = Transaction(by)
        work.do(Delete(keys.workspace(before.id), unchanged(before)))
        work.do(Put(item(keys.workspace_tombstone(before.id), tombstone)))
        work.do(Delete(keys.workspace_key(before.key), Equals("workspace_id", before.id)))
        work.remove_row(keys.WORKSPACES, before.number)
        job = keys.cleanup_of_workspace(before.id)
        work.order_cleanup(job, workspace_id=before.id, number=before.number)
        work.audit(Event.WORKSPACE_DELETED, before.id, before=attributes(before), within=before.id)
        work.commit(store)

    retry_from(workspace, lambda: alive(store, workspace.id), attempt)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is in a workspace; of invitations those that are open."""

    members: int
    projects: int
    spaces: int
    features: int
    invitations: int


def counts(store: Store, workspace_id: str) -> Counts:
    """How much there is in a workspace, exactly: one BatchGet."""
    listings = [
        listing(workspace_id)
        for listing in (
            keys.members,
            keys.projects_in,
            keys.spaces_in,
            keys.features_in,
            keys.invitations_in,
        )
    ]
    found = counted_lists.totals(store, listings)
    return Counts(*(found[listing] for listing in listings))


def alive(store: Store, workspace_id: str) -> Workspace:
    """One Get; raises NotFound where the workspace is not there."""
    workspace = by_id(store, workspace_id)
    if workspace is None:
        raise NotFound("workspace", workspace_id)
    return workspace


def unchanged(workspace: Workspace) -> Condition:
    """That the workspace is as it was read, but for its counts; of earlier versions some have no revision."""
    same = Equals("revision", workspace.revision)
    return any_of(same, all_of(Present(), Absent("revision"))) if workspace.revision == 1 else same
