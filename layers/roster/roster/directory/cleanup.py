"""Cleanups: removing what a deleted user, project, space, role or group, an ended membership or the end of
all API tokens left behind, which may be without bound. `teardown.py` clears away what was in a deleted
workspace.

Nothing gives access any more when a cleanup begins. It can stop anywhere and begin again: each
batch is a transaction whose conditions make a second pass harmless, and the job's own item goes last,
unless the same job was ordered anew meanwhile.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from roster.db import counted_lists, keys
from roster.db.codec import readable
from roster.db.store import (
    Absent,
    Below,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Refused,
    Store,
    Update,
    Value,
    all_of,
    any_of,
    chunks,
    every,
)
from roster.db.transactions import Transaction, batched, retry_on_conflict
from roster.directory import (
    grants,
    group_places,
    members,
    scim_views,
    site_roles,
    teardown,
    users,
    workspaces,
)
from roster.directory.teardown import AT_ONCE
from roster.directory.teardown import Stuck as Stuck
from roster.directory.teardown import end_grants as _end_grants
from roster.directory.teardown import until_clear as _until_clear
from roster.domain import Actor, Membership, SpaceRole


def jobs(store: Store) -> Iterator[Item]:
    """The cleanups that are ordered and not done: one Query a megabyte of each partition."""
    for pk in (keys.CLEANUP, *keys.CLEANUP_SHARDS):
        yield from every(store, pk)


def run(store: Store, job: Key, now: datetime) -> None:
    """Do one job, if it is still to be done.

    Raises Unavailable at the deadline, to begin again, and Stuck where that would not help.
    """
    order = store.get(job)
    if order is None:
        return
    by = Actor("sweep", now)
    for kind in (site_roles.GROUPS.what, site_roles.ROLES.what):
        if isinstance(number := order.get(kind), int):
            _reference(store, kind, number, by)
            _delete(store, job, Equals("job", order.get("job")))
            return
    if "space_id" in order:
        _space(store, order, by)
    elif "group_id" in order:
        _workspace_group(store, str(order["workspace_id"]), str(order["group_id"]), by)
    elif "project_id" in order:
        _project(store, str(order["project_id"]), by)
    elif job == keys.cleanup_of_workspace(str(order.get("workspace_id", "none"))):
        teardown.clear(store, str(order["workspace_id"]), _whole(order, "number"), by)
    elif "workspace_id" in order:
        _member(store, str(order["workspace_id"]), str(order["user_id"]), by)
    elif job == keys.cleanup_of_tokens(str(order["user_id"])):
        _tokens(store, str(order["user_id"]))
    else:
        _user(store, str(order["user_id"]), by)
    _delete(store, job, Equals("job", order.get("job")))
    if "space_id" in order:
        _end_changing(store)


def _reference(store: Store, kind: str, number: int, by: Actor) -> None:
    """Take a deleted group or role from every user: the list of all users tells who has it."""

    def clear() -> bool:
        clean = True
        for rows in chunks(counted_lists.everything(store, keys.USERS), AT_ONCE):
            having = [str(row.get("id")) for row in rows if number in (row.get("role_number"), *_groups(row))]
            people = users.by_ids(store, [user_id for user_id in having if keys.is_id(user_id)])
            parts = [site_roles.plan_leaving(user, kind, number, by) for user in people.values()]
            clean &= not any(batched(store, [part for part in parts if part is not None]))
        return clean

    _until_clear(clear)
    store.write(site_roles.plan_gone(kind, number))


def _groups(row: Item) -> list[Value]:
    found = row.get("groups")
    return found if isinstance(found, list) else []


def _member(store: Store, workspace_id: str, user_id: str, by: Actor) -> None:
    user = users.by_id(store, user_id)
    through = user.revoked_through.get(workspace_id) if user is not None else None
    if user is None or through is None:
        return  # deleted meanwhile, which is a cleanup of its own, or cleared already

    def clear() -> bool:
        granted = grants.of_user(store, user_id, workspace_id)
        return _end_grants(store, (each for each in granted if grants.has_ended(each, user)), by)

    _until_clear(clear)
    retry_on_conflict(lambda: _end_revocation(store, workspace_id, user_id, through, by))


def _end_revocation(store: Store, workspace_id: str, user_id: str, through: int, by: Actor) -> None:
    """Remove the workspace from `revoked_through`, unless another membership has ended there meanwhile."""
    user = users.by_id(store, user_id)
    if user is None or user.revoked_through.get(workspace_id) != through:
        return
    left: Item = {name: number for name, number in user.revoked_through.items() if name != workspace_id}
    work = Transaction(by)
    work.do(
        Update(
            keys.user(user_id),
            set={users.REVOKED_THROUGH: left} if left else {},
            remove=() if left else (users.REVOKED_THROUGH,),
            condition=members.none_revoked_since(user),
        )
    )
    work.commit(store)


def _user(store: Store, user_id: str, by: Actor) -> None:
    def clear() -> bool:
        clean = True  # memberships first: nothing is granted where there is none
        for rows in chunks(counted_lists.everything(store, keys.workspaces_of(user_id)), AT_ONCE):
            clean &= not any(batched(store, list(_endings(store, rows, user_id, by))))
        return clean & _end_grants(store, grants.of_user(store, user_id), by)

    _until_clear(clear)
    for listing in (keys.workspaces_of(user_id), *(keys.spaces_of(user_id, role) for role in SpaceRole)):
        _clear(store, listing, "")  # the counts of what is no more
    credentials = (keys.SESSIONS, keys.TOKENS, keys.FAMILIES, keys.ACCESSES, keys.ANSWERS)
    for prefix in (*credentials, keys.FACTORS_AND_CODES, keys.ENROLMENT, keys.CHALLENGES):
        _clear(store, keys.user(user_id).pk, prefix)


def _project(store: Store, project_id: str, by: Actor) -> None:
    if store.get(keys.project(project_id)) is not None:
        return  # its grants are in force

    def clear() -> bool:
        return _end_grants(store, every(store, keys.project(project_id).pk, begins=keys.MEMBERS_BESIDE), by)

    _until_clear(clear)
    _clear(store, keys.users_of(project_id), "")  # the counts of what is no more


def _workspace_group(store: Store, workspace_id: str, group_id: str, by: Actor) -> None:
    if store.get(keys.workspace_group(workspace_id, group_id)) is not None:
        return  # its places are in force
    _until_clear(lambda: _end_grants(store, group_places.granted(store, workspace_id, group_id), by))
    teardown.clear_list(store, keys.members_of_group(workspace_id, group_id))


def _tokens(store: Store, user_id: str) -> None:
    """Remove the API tokens that ended with all others of the user; those made since stay."""
    user = users.by_id(store, user_id)
    if user is None:
        return  # deleted meanwhile, which is a cleanup of its own
    for found in every(store, keys.user(user_id).pk, begins=keys.TOKENS):
        if found.get("token_version", 0) != user.token_version:
            store.write(Delete(keys.secret(str(found["digest"]))))
            store.write(Delete(Key.of(found)))


def _space(store: Store, order: Item, by: Actor) -> None:
    """Correct the lists of a space's holders: a deleted one leaves them, a renamed one is renamed there."""
    space_id, name = str(order["space_id"]), order.get("name")
    if isinstance(name, str):
        _rename(store, order, space_id, name)
        return
    if store.get(keys.space(space_id)) is not None:
        return  # its roles are in force
    held = keys.space(space_id).pk
    _until_clear(lambda: _end_grants(store, every(store, held, begins=keys.SPACE_ROLES), by))
    for listing in (keys.apps_in(space_id), *(keys.holders_of(space_id, role) for role in SpaceRole)):
        teardown.clear_list(store, listing)


def _rename(store: Store, order: Item, space_id: str, name: str) -> None:
    """Write the name into the holders' lists, but where a later one stands: cleanups may overtake others."""
    number, revision = _whole(order, "number"), _whole(order, "revision")
    earlier = all_of(Present(), any_of(Absent("revision"), Below("revision", revision)))
    for role in SpaceRole:
        for row in counted_lists.everything(store, keys.holders_of(space_id, role)):
            place = keys.row(keys.spaces_of(str(row["user_id"]), role), number)
            _write(store, Update(place, set={"name": name, "revision": revision}, condition=earlier))


def _end_changing(store: Store) -> None:
    """Tell readers that no space's cleanup is ordered, unless one is or has just been."""
    found = store.get(keys.spaces_changing())
    if found is not None and not any(every(store, keys.CLEANUP, begins=keys.SPACE_CLEANUPS)):
        _delete(store, keys.spaces_changing(), Equals("last", found.get("last")))


def _endings(store: Store, rows: list[Item], user_id: str, by: Actor) -> Iterator[Transaction]:
    numbers = {str(row["workspace_id"]): keys.number_of(Key.of(row)) for row in rows}
    kept = [key for one in numbers for key in (keys.member(one, user_id), keys.scim_view(one, user_id))]
    found = store.batch_get(kept)
    views = {one: view for one in numbers if (view := scim_views.among(found, one, user_id)) is not None}
    names = store.batch_get([scim_views.name_of(view) for view in views.values()]) if views else {}
    found = {
        key: each for key, each in found.items() if key == keys.member(str(each.get("workspace_id")), user_id)
    }
    whole = workspaces.by_ids(store, numbers)
    for membership in readable(Membership, found.values()):
        work = Transaction(by)
        work.do(Delete(keys.member(membership.workspace_id, user_id), members.still(membership)))
        if (view := views.get(membership.workspace_id)) is not None:
            lock = names.get(scim_views.name_of(view), {})
            scim_views.plan_forget(work, view, has_name=lock.get("user_id") == user_id)
        workspace = whole.get(membership.workspace_id)
        if workspace is not None:
            members.end(work, workspace, membership, even_last_admin=True)
        else:  # deleted, and its own cleanup is to come
            number = numbers[membership.workspace_id]
            members.plan_end_of_gone(work, store, membership, None, number)
        yield work


def _clear(store: Store, pk: str, prefix: str) -> None:
    for each in every(store, pk, begins=prefix):
        if prefix == keys.TOKENS:
            store.write(Delete(keys.secret(str(each["digest"]))))
        store.write(Delete(Key.of(each)))


def _delete(store: Store, key: Key, condition: Condition) -> None:
    _write(store, Delete(key, condition))


def _write(store: Store, operation: Update | Delete) -> None:
    """A write whose refusal says that somebody else has done it, or that it is not to be done."""
    with suppress(Refused):
        store.write(operation)


def _whole(order: Item, name: str) -> int:
    value = order[name]
    if not isinstance(value, int):
        raise TypeError(name)
    return value
