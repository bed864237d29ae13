"""Groups of a workspace: who is in them, and what being in one means.

A place in a group is a grant like one in a project (`grants.py`): it belongs to one membership, is void when
that ends, and the cleanup removes it. It is kept while the membership is suspended. Members come and go by
rows of their own, never by a list that is written back; so two who change a group at once lose nobody.

A group with the role ADMIN makes its members ADMINs. What counts is `User.admin_by_groups`, one item a
member, so that the role comes and goes in one transaction; hence `MOST_ADMINS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys, list_log
from roster.db.codec import attributes, entity, naming, readable
from roster.db.items import difference
from roster.db.store import (
    Absent,
    Below,
    Check,
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
)
from roster.db.transactions import ReadConflict, Transaction, item, retry_from, retry_on_conflict
from roster.directory import grants, group_places, members, users
from roster.directory.folding import folded
from roster.domain import (
    Actor,
    GroupPlace,
    Instant,
    User,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)
from roster.errors import Conflict, DirectoryError, FieldError, LimitReached, NotFound, ValidationFailed
from roster.events import Event

MOST_ADMINS = 90
"""Members of a group with the role ADMIN: one operation each, of a hundred in a transaction."""

_READ, _WRITTEN, _FIRST = 32, 96, 28
"""Users of one chunk, and operations that may be theirs in its transaction: three more are the group's.
Of a new group there are more; so fewer users come with it.
"""

Demand = Callable[[WorkspaceGroup], None]
"""Is given the group as it is, and may raise."""


# Reading.


def among(found: Mapping[Key, Item], workspace_id: str, group_id: str) -> WorkspaceGroup:
    """The group among items that were read (`keys.workspace_group`). Raises NotFound."""
    there = found.get(keys.workspace_group(workspace_id, group_id)) if keys.is_plain_id(group_id) else None
    if there is None:
        raise NotFound("group", group_id)
    return entity(WorkspaceGroup, there)


def by_id(store: Store, workspace_id: str, group_id: str) -> WorkspaceGroup:
    """One Get. Raises NotFound."""
    there = store.get(keys.workspace_group(workspace_id, group_id)) if keys.is_plain_id(group_id) else None
    if there is None:
        raise NotFound("group", group_id)
    return entity(WorkspaceGroup, there)


def _by_ids(store: Store, workspace_id: str, group_ids: Sequence[str]) -> list[WorkspaceGroup]:
    """Those that are there, in the order of the ids: one BatchGet a hundred, none for none."""
    wanted = [keys.workspace_group(workspace_id, each) for each in group_ids]
    found = store.batch_get(wanted) if wanted else {}
    return readable(WorkspaceGroup, (found[key] for key in wanted if key in found))


def name_place(workspace_id: str, name: str) -> Key:
    """What tells which group has the name. To be read with the caller."""
    return keys.group_name(workspace_id, folded(name))


def by_name(
    store: Store, workspace_id: str, name: str, *, known: Mapping[Key, Item] | None = None
) -> WorkspaceGroup | None:
    """The group with the name, without regard to case: two Gets, one where `known` holds `name_place`."""
    place = name_place(workspace_id, name)
    lock = store.get(place) if known is None else known.get(place)
    found = _by_ids(store, workspace_id, [str(lock["group_id"])]) if lock is not None else []
    return found[0] if found else None


def by_external_id(
    store: Store, workspace_id: str, external_id: str, *, most: int = 1_000
) -> list[WorkspaceGroup]:
    """The groups with exactly this external id, `most` and one more at most: one Query, one BatchGet."""
    pk, prefix = keys.scim_groups_of(workspace_id, external_id)
    ids = [str(row["group_id"]) for row in store.query(pk, begins=prefix, limit=most + 1).items]
    return [one for one in _by_ids(store, workspace_id, ids) if one.external_id == external_id]


def page(store: Store, workspace_id: str, start: int, count: int) -> tuple[list[WorkspaceGroup], int]:
    """`count` groups from the place `start` (from 1) on, in order of creation, and the total: four calls."""
    listing = keys.groups_in(workspace_id)
    if count < 1:
        return [], counted_lists.total(store, listing)
    rows = counted_lists.page(store, listing, 1, count, offset=max(0, start - 1))
    ids = [str(row["group_id"]) for row in naming(rows.items, "group_id")]
    return _by_ids(store, workspace_id, ids), rows.total


def demand_members(store: Store, workspace_id: str, user_ids: Sequence[str]) -> None:
    """Raise ValidationFailed (field `members`) where one of the texts is no member of the workspace,
    suspended or not: one BatchGet a hundred. It says the same of a foreign user and of none.
    """
    wanted = dict.fromkeys(user_ids)
    known = [user_id for user_id in wanted if keys.is_id(user_id)]
    places = [keys.member(workspace_id, user_id) for user_id in known]
    found = store.batch_get(places) if places else {}
    if len(found) < len(wanted):
        raise _no_member()


def _no_member() -> ValidationFailed:
    return ValidationFailed(FieldError("members", "names somebody who is no member of the workspace"))


# The group itself.


def create(
    store: Store, workspace: Workspace, name: str, external_id: str | None, *, by: Actor
) -> WorkspaceGroup:
    """Make a group without members, as `create_with` does."""
    return create_with(store, workspace, name, external_id, (), by=by)[0]


def create_with(
    store: Store,
    workspace: Workspace,
    name: str,
    external_id: str | None,
    user_ids: Sequence[str],
    *,
    by: Actor,
) -> tuple[WorkspaceGroup, list[str]]:
    """Make a group with the first of these users, as many as its transaction takes, and return it and who is
    left to `add`: one BatchGet, one Write a list, one Transact.

    Raises Conflict ("displayName"), and ValidationFailed where one of the first is no member.
    """
    wanted, group_id = list(dict.fromkeys(user_ids)), str(uuid4())
    first, rest = wanted[:_FIRST], wanted[_FIRST:]
    lock = keys.group_name(workspace.id, folded(name))

    def attempt() -> WorkspaceGroup:
        found = store.batch_get([lock, *_tells(workspace.id, first)])
        if lock in found:  # a refusal spends no number
            raise Conflict("displayName", name)
        work, at = Transaction(by), instant(by.at)
        new = WorkspaceGroup(group_id, workspace.id, 0, name, at, at, external_id, members=len(first))
        coming = [one for each in first if (one := _coming(found, new, each)) is not None]
        made = replace(new, number=work.take(store, keys.groups_in(workspace.id)))
        plan(work, made)
        if coming:
            _plan_places(work, store, made, coming)
        work.commit(store)
        return made

    return retry_on_conflict(attempt), rest


def plan(work: Transaction, group: WorkspaceGroup) -> None:
    """The operations that make a group: item, name, external id, row, audit."""
    place = keys.workspace_group(group.workspace_id, group.id)
    work.do(Put(item(place, attributes(group)), Absent()), lambda _: Conflict("id", group.id))
    _name(work, group)
    if group.external_id is not None:
        _refer(work, group, group.external_id)
    row: Item = {"group_id": group.id, "workspace_id": group.workspace_id}
    work.add_row(keys.groups_in(group.workspace_id), group.number, row)
    work.check(keys.workspace(group.workspace_id), Present(), lambda _: NotFound("workspace"))
    after = attributes(group)
    work.audit(Event.WORKSPACE_GROUP_CREATED, group.id, after=after, workspace=group.workspace_id)


def _name(work: Transaction, group: WorkspaceGroup) -> None:
    lock = item(keys.group_name(group.workspace_id, folded(group.name)), {"group_id": group.id})
    work.do(Put(lock, Absent()), lambda _: Conflict("displayName", group.name))


def _unname(work: Transaction, group: WorkspaceGroup) -> None:
    lock = keys.group_name(group.workspace_id, folded(group.name))
    work.do(Delete(lock, Equals("group_id", group.id)))


def _refer(work: Transaction, group: WorkspaceGroup, external_id: str) -> None:
    place = keys.scim_group(group.workspace_id, external_id, group.id)
    work.do(Put(item(place, {"group_id": group.id})))


def _unrefer(work: Transaction, group: WorkspaceGroup) -> None:
    if group.external_id is not None:
        work.do(Delete(keys.scim_group(group.workspace_id, group.external_id, group.id)))


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

    def attempt(before: WorkspaceGroup) -> WorkspaceGroup:
        demand(before)
        wanted = replace(before, **edit)
        if wanted == before:
            return before
        after = replace(wanted, revision=before.revision + 1, updated_at=instant(by.at))
        work = Transaction(by)
        fields = [name for name in ("name", "external_id") if getattr(before, name) != getattr(after, name)]
        _write(work, before, after)
        if folded(before.name) != folded(after.name):
            _name(work, after)
            _unname(work, before)
        if before.external_id != after.external_id:
            _unrefer(work, before)
            if after.external_id is not None:
                _refer(work, after, after.external_id)
        _tell_change(work, before, after, fields)
        work.commit(store)
        return after

    return retry_from(group, lambda: by_id(store, workspace.id, group.id), attempt)


def _write(work: Transaction, before: WorkspaceGroup, after: WorkspaceGroup) -> None:
    place = keys.workspace_group(before.workspace_id, before.id)
    work.do(difference(place, attributes(before), attributes(after), _unchanged(before)), _gone_or_lost)


def _tell_change(work: Transaction, before: WorkspaceGroup, after: WorkspaceGroup, fields: list[str]) -> None:
    work.audit(
        Event.WORKSPACE_GROUP_CHANGED,
        before.id,
        before=attributes(before),
        after=attributes(after),
        workspace=before.workspace_id,
        fields=[*fields],
    )


def set_role(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    role: WorkspaceRole | None,
    *,
    by: Actor,
    demand: Demand = lambda group: None,
) -> WorkspaceGroup:
    """Make a group's members ADMINs of the workspace (`role` ADMIN), or no longer (None): one Query, one
    BatchGet, one Transact; none where it is so already.

    Raises LimitReached where the group has more than `MOST_ADMINS` members, NotFound, and what `demand`
    raises.
    """

    def attempt(before: WorkspaceGroup) -> WorkspaceGroup:
        demand(before)
        if before.role is role:
            return before
        if role is not None and before.members > MOST_ADMINS:
            raise LimitReached("members of an ADMIN group")
        after = replace(before, role=role, revision=before.revision + 1, updated_at=instant(by.at))
        work = Transaction(by)
        _write(work, before, after)
        _rule(work, store, before, 1 if role is not None else -1)
        _tell_change(work, before, after, ["role"])
        work.commit(store)
        return after

    return retry_from(group, lambda: by_id(store, workspace.id, group.id), attempt)


def _rule(work: Transaction, store: Store, group: WorkspaceGroup, more: int) -> None:
    """All members of a group become ADMINs by it, or are it no longer: one Query, one BatchGet."""
    there = list(group_places.places(store, group))
    living = users.by_ids(store, [place.user_id for place in there])
    for place in there:
        user = living.get(place.user_id)
        if user is not None and not grants.has_ended(attributes(place), user):
            work.do(_ruling(user, group.workspace_id, more))


def _ruling(user: User, workspace_id: str, more: int) -> Update:
    """What the profile says of one group more (or less, -1) that makes its members ADMINs; only while the
    membership as it was read has not ended.
    """
    count = max(0, user.admin_by_groups.get(workspace_id, 0) + more)
    left: Item = {name: each for name, each in user.admin_by_groups.items() if name != workspace_id}
    if count:
        left[workspace_id] = count
    same = all_of(Absent("deleted_at"), members.none_revoked_since(user), members.same_groups(user))
    return Update(
        keys.user(user.id),
        set={"admin_by_groups": left} if left else {},
        remove=() if left else ("admin_by_groups",),
        condition=same,
    )


def delete(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    *,
    by: Actor,
    demand: Demand = lambda group: None,
) -> None:
    """Delete a group; a cleanup removes the places in it: one Write, one Transact; of an ADMIN group one
    Query and one BatchGet before. Raises NotFound, and what `demand` raises.
    """

    def attempt(before: WorkspaceGroup) -> None:
        demand(before)
        work = Transaction(by)
        place = keys.workspace_group(workspace.id, before.id)
        work.do(Delete(place, _unchanged(before)), _gone_or_lost)
        _unname(work, before)
        _unrefer(work, before)
        work.remove_row(keys.groups_in(workspace.id), before.number)
        if before.role is not None:
            _rule(work, store, before, -1)
        job = keys.cleanup_of_workspace_group(workspace.id, before.id)
        work.order_cleanup(job, workspace_id=workspace.id, group_id=before.id)
        work.audit(
            Event.WORKSPACE_GROUP_DELETED, before.id, before=attributes(before), workspace=workspace.id
        )
        work.commit(store)

    retry_from(group, lambda: by_id(store, workspace.id, group.id), attempt)


def _unchanged(group: WorkspaceGroup) -> Condition:
    return Equals("revision", group.revision)


def _gone_or_lost(found: Item | None) -> DirectoryError:
    return NotFound("group") if found is None else ReadConflict()


# Its members.


def add(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    user_ids: Sequence[str],
    *,
    by: Actor,
    demand: Demand | None = None,
    at: Mapping[str, Instant] | None = None,
) -> int:
    """Let users into a group, and return how many came; who is there stays. A BatchGet a hundred, and for
    each thirty a BatchGet, a Write and a Transact; so it may be repeated. `at` says when each came (import);
    then the group counts as not changed.

    `demand` is asked of the group as it is when the first row is written, and may raise. Raises
    ValidationFailed as `demand_members` does, LimitReached for an ADMIN group of more than `MOST_ADMINS`,
    NotFound where the group has gone, and Unavailable at the deadline.
    """
    rest, came = list(dict.fromkeys(user_ids)), 0
    if len(rest) > _READ:  # else the one chunk tells before anything is written
        demand_members(store, workspace.id, rest)
    while rest:
        some = rest[:_READ]
        taken, more = retry_on_conflict(
            lambda some=some, first=None if came else demand: _add_some(  # type: ignore[misc]
                store, workspace.id, group.id, some, by, first, at
            )
        )
        rest, came = rest[taken:], came + more
    return came


def _add_some(
    store: Store,
    workspace_id: str,
    group_id: str,
    user_ids: Sequence[str],
    by: Actor,
    demand: Demand | None,
    at: Mapping[str, Instant] | None,
) -> tuple[int, int]:
    """Let the first of these users in, as many as one transaction takes: how many these are, and who came."""
    group, found = _read(store, workspace_id, group_id, user_ids)
    if demand is not None:
        demand(group)
    ops, taken = 0, 0
    coming: list[_Coming] = []
    for user_id in user_ids:
        one = _coming(found, group, user_id)
        if one is not None:
            cost = 3 + (one.former is not None) + (group.role is not None)
            if ops + cost > _WRITTEN:
                break
            ops += cost
            coming.append(one)
        taken += 1
    if not coming:
        return taken, 0
    more = sum(one.former is None for one in coming)
    if group.role is not None and group.members + more > MOST_ADMINS:
        raise LimitReached("members of an ADMIN group")
    work = Transaction(by)
    _plan_places(work, store, group, coming, at)
    changed_at = group.updated_at if at is not None else instant(by.at)
    _count(work, group, more, changed_at, only_this=demand is not None)
    work.commit(store)
    return taken, len(coming)


def _read(
    store: Store, workspace_id: str, group_id: str, user_ids: Sequence[str]
) -> tuple[WorkspaceGroup, Mapping[Key, Item]]:
    """The group, with all that tells of these users: one BatchGet. Raises NotFound."""
    known = [user_id for user_id in user_ids if keys.is_id(user_id)]
    wanted = [keys.workspace_group(workspace_id, group_id), *_tells(workspace_id, known)]
    wanted += [keys.group_place(user_id, workspace_id, group_id) for user_id in known]
    found = store.batch_get(wanted)
    return among(found, workspace_id, group_id), found


def _tells(workspace_id: str, user_ids: Sequence[str]) -> list[Key]:
    """What tells of users whether they are members: nothing, of a text that can be no id."""
    known = [user_id for user_id in user_ids if keys.is_id(user_id)]
    return [key for each in known for key in (keys.user(each), keys.member(workspace_id, each))]


@dataclass(frozen=True, slots=True)
class _Coming:
    """Somebody who is to come into a group: who, since which membership, and perhaps a place that is void."""

    user: User
    since: int
    member: Condition
    former: GroupPlace | None


def _coming(found: Mapping[Key, Item], group: WorkspaceGroup, user_id: str) -> _Coming | None:
    """None where the user is there. Raises ValidationFailed where they are no member of the workspace."""
    if not keys.is_id(user_id):
        raise _no_member()
    user = users.of_item(found.get(keys.user(user_id)))
    membership = members.kept_in(found.get(keys.member(group.workspace_id, user_id)))
    if user is None or membership is None:
        raise _no_member()
    there = found.get(group_places.key_of(group, user_id))
    if there is not None and not grants.has_ended(there, user):
        return None
    former = entity(GroupPlace, there) if there is not None else None
    return _Coming(user, membership.number, members.still(membership), former)


def _plan_places(
    work: Transaction,
    store: Store,
    group: WorkspaceGroup,
    coming: Sequence[_Coming],
    at: Mapping[str, Instant] | None = None,
) -> None:
    """The operations that let users into a group, perhaps as of `at`: one Write for the numbers of all."""
    listing = group_places.listing_of(group)
    work.taken[listing] = block = list_log.take(store, listing, numbers=len(coming))
    for number, one in enumerate(coming, block.number):
        came_at = instant(work.by.at) if at is None else at[one.user.id]
        _plan_place(work, group, one, number, came_at)
    ids = [one.user.id for one in coming]
    work.audit(Event.WORKSPACE_GROUP_JOINED, group.id, workspace=group.workspace_id, users=[*ids])


def _plan_place(
    work: Transaction, group: WorkspaceGroup, one: _Coming, number: int, came_at: Instant
) -> None:
    user_id, workspace_id = one.user.id, group.workspace_id
    made = GroupPlace(group.id, workspace_id, user_id, number, one.since, came_at)
    state = attributes(made)
    listing = group_places.listing_of(group)
    free: Condition = Absent() if one.former is None else Equals("number", one.former.number)
    work.do(Put(item(group_places.key_of(group, user_id), state), free))
    work.do(Check(keys.member(workspace_id, user_id), one.member))
    work.add_row(listing, number, {name: value for name, value in state.items() if name != "number"})
    if one.former is not None:
        work.remove_row(listing, one.former.number)
    if group.role is not None:
        work.do(_ruling(one.user, workspace_id, 1))


def _count(
    work: Transaction, group: WorkspaceGroup, more: int, changed_at: Instant, *, only_this: bool = False
) -> None:
    """So many members more are counted, while the group has the role that was read, and few enough for it;
    with `only_this` while it is as it was read.
    """
    role = group.role
    same: Condition = Absent("role") if role is None else Equals("role", role.value)
    conditions: list[Condition] = [Present(), same, *([_unchanged(group)] if only_this else [])]
    if role is not None and more > 0:
        conditions.append(Below("members", MOST_ADMINS - more + 1))
    counted = Update(
        keys.workspace_group(group.workspace_id, group.id),
        set={"updated_at": changed_at},
        add={"members": more, "revision": 1},
        condition=all_of(*conditions),
    )
    work.do(counted, _gone_or_lost)


def remove(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    user_ids: Sequence[str],
    *,
    by: Actor,
    demand: Demand | None = None,
) -> int:
    """Take users out of a group, and return how many went; who is not there is no error. For each thirty a
    BatchGet, a Write and a Transact; so it may be repeated. `demand` as in `add`. Raises NotFound and
    Unavailable.
    """
    rest, gone = [user_id for user_id in dict.fromkeys(user_ids) if keys.is_id(user_id)], 0
    while rest:
        some, rest = rest[:_READ], rest[_READ:]
        gone += retry_on_conflict(
            lambda some=some, first=None if gone else demand: _remove_some(  # type: ignore[misc]
                store, workspace.id, group.id, some, by, first
            )
        )
    return gone


def _remove_some(
    store: Store, workspace_id: str, group_id: str, user_ids: Sequence[str], by: Actor, demand: Demand | None
) -> int:
    group, found = _read(store, workspace_id, group_id, user_ids)
    if demand is not None:
        demand(group)
    work = Transaction(by)
    left: list[str] = []
    for user_id in user_ids:
        there = found.get(group_places.key_of(group, user_id))
        if there is None:
            continue
        user = users.of_item(found.get(keys.user(user_id)))
        grants.plan_end(work, there)
        if group.role is not None and user is not None and not grants.has_ended(there, user):
            work.do(_ruling(user, workspace_id, -1))
        left.append(user_id)
    if not left:
        return 0
    _count(work, group, -len(left), instant(by.at), only_this=demand is not None)
    work.audit(Event.WORKSPACE_GROUP_LEFT, group.id, workspace=workspace_id, users=[*left])
    work.commit(store)
    return len(left)


def replace_members(
    store: Store,
    workspace: Workspace,
    group: WorkspaceGroup,
    user_ids: Sequence[str],
    *,
    by: Actor,
    demand: Demand | None = None,
) -> int:
    """Let exactly these users be in a group, and return how many came or went: one Query a megabyte, then as
    `remove` and `add`. Raises as they do, and ValidationFailed before anything is written.
    """
    demand_members(store, workspace.id, user_ids)
    wanted = set(user_ids)
    present = [place.user_id for place in group_places.places(store, group)]
    going = [user_id for user_id in present if user_id not in wanted]
    gone = remove(store, workspace, group, going, by=by, demand=demand)
    return gone + add(store, workspace, group, user_ids, by=by, demand=None if gone else demand)
