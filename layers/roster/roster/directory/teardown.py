"""What becomes of all that was in a deleted workspace: it is removed, in bounded batches.

A workspace is unreachable from the moment when it was deleted, so the order tells only that nothing is left
whose place has gone: what was granted, apps, spaces, features, projects, memberships and platform ADMINs with
the tokens that act in the workspace alone, then the lists. It can stop anywhere and begin again: what was
removed is in no list any more.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from roster.db import counted_lists, keys, list_log
from roster.db.codec import naming, readable
from roster.db.store import Delete, Item, Key, Present, Store, Update, chunks, every
from roster.db.transactions import ReadConflict, Transaction, batched
from roster.directory import grants, group_places, members, projects, spaces, suspensions, users
from roster.domain import Actor, App, Feature, Membership, Project, Space, SpaceRole
from roster.errors import DirectoryError

_LISTS = (
    keys.members,
    keys.spaces_in,
    keys.features_in,
    keys.projects_in,
    keys.invitations_in,
    keys.groups_in,
)

AT_ONCE = 25
"""Rows of a list that are looked at together."""


class Stuck(DirectoryError):
    """Something that a cleanup must clear does not fit together; the job stays, `roster repair` can help."""


def clear(store: Store, workspace_id: str, number: int, by: Actor) -> None:
    """Remove all that was in a deleted workspace, whose place in the site's order was `number`.

    Some Queries a space and a project, a Query a member and a platform ADMIN, a BatchGet twenty-five members,
    and as few transactions as hold them. Raises Stuck where something does not fit together.
    """
    if store.get(keys.workspace(workspace_id)) is not None:
        return  # it was never deleted
    lists = [of(workspace_id) for of in _LISTS]
    for listing in lists:  # whoever read the workspace before it was deleted comes too late now
        list_log.close(store, listing)
    for listing, end in (
        (keys.spaces_in(workspace_id), _end_spaces),
        (keys.features_in(workspace_id), _end_features),
        (keys.projects_in(workspace_id), _end_projects),
        (keys.groups_in(workspace_id), _end_groups),
    ):
        until_clear(lambda listing=listing, end=end: _each(store, listing, end, by))  # type: ignore[misc]
    for of in (keys.members, keys.suspended_members):
        until_clear(lambda of=of: _end_members(store, workspace_id, of(workspace_id), number, by))  # type: ignore[misc]
    until_clear(lambda: _end_tokens_of_admins(store, workspace_id, by))
    for listing in lists:  # their counters stay, and say that the lists are closed
        for pk in (listing, keys.log(listing)):
            clear_partition(store, pk)
    clear_partition(store, keys.suspended_members(workspace_id))
    kept = keys.workspace_tombstone(workspace_id)
    for left in every(store, kept.pk):
        if Key.of(left) != kept:
            store.write(Delete(Key.of(left)))
    if store.get(keys.suspended(workspace_id)) is not None:
        work = Transaction(by)
        suspensions.plan_end(work, workspace_id)
        with suppress(ReadConflict):  # another cleanup has done it
            work.commit(store)


def _each(store: Store, listing: str, end: Callable[[Store, list[Item], Actor], bool], by: Actor) -> bool:
    clean = True
    for rows in chunks(counted_lists.everything(store, listing), AT_ONCE):
        clean &= end(store, rows, by)
    return clean


def _end_spaces(store: Store, rows: list[Item], by: Actor) -> bool:
    ids = [str(row["space_id"]) for row in naming(rows, "space_id")]
    clean = True
    for space_id in ids:
        held = every(store, keys.space(space_id).pk, begins=keys.SPACE_ROLES)
        clean &= end_grants(store, held, by)
        clean &= _each(store, keys.apps_in(space_id), _end_apps, by)
        for listing in (keys.apps_in(space_id), *(keys.holders_of(space_id, role) for role in SpaceRole)):
            clear_list(store, listing)
    parts = []
    for space in readable(Space, store.batch_get([keys.space(space_id) for space_id in ids]).values()):
        work = Transaction(by)
        work.do(Delete(keys.space(space.id), Present()))
        if (lock := spaces.lock_of(space)) is not None:
            work.do(Delete(lock))
        if space.project_id is not None:
            work.do(Delete(keys.space_in_project(space.project_id, space.id)))
            projects.count_child(work, space.project_id, -1)
        work.remove_row(keys.SPACES, space.number)
        work.remove_row(keys.spaces_in(space.workspace_id), space.number)
        parts.append(work)
    return clean & (not any(batched(store, parts)))


def _end_apps(store: Store, rows: list[Item], by: Actor) -> bool:
    found = store.batch_get([keys.app(str(row["app_id"])) for row in naming(rows, "app_id")])
    apps = readable(App, found.values())
    homes = spaces.by_ids(store, {app.space_id for app in apps})
    parts = []
    for app in apps:
        work = Transaction(by)
        work.do(Delete(keys.app(app.id), Present()))
        work.remove_row(keys.APPS, app.number)
        work.remove_row(keys.apps_in(app.space_id), app.number)
        if (home := homes.get(app.space_id)) is not None and home.apps is not None:
            work.add_counter(Update(keys.space(home.id), add={"apps": -1}, condition=Present()))
        parts.append(work)
    return not any(batched(store, parts))


def _end_features(store: Store, rows: list[Item], by: Actor) -> bool:
    found = store.batch_get([keys.feature(str(row["feature_id"])) for row in naming(rows, "feature_id")])
    parts = []
    for feature in readable(Feature, found.values()):
        work = Transaction(by)
        work.do(Delete(keys.feature(feature.id), Present()))
        if feature.project_id is not None:
            work.do(Delete(keys.feature_in_project(feature.project_id, feature.id)))
            projects.count_child(work, feature.project_id, -1)
        work.remove_row(keys.features_in(feature.workspace_id), feature.place)
        parts.append(work)
    return not any(batched(store, parts))


def _end_projects(store: Store, rows: list[Item], by: Actor) -> bool:
    ids = [str(row["project_id"]) for row in naming(rows, "project_id")]
    clean = True
    for project_id in ids:
        held = every(store, keys.project(project_id).pk, begins=keys.MEMBERS_BESIDE)
        clean &= end_grants(store, held, by)
        clear_partition(store, keys.users_of(project_id))
    parts = []
    for project in readable(Project, store.batch_get([keys.project(one) for one in ids]).values()):
        work = Transaction(by)
        work.do(Delete(keys.project(project.id), Present()))
        work.remove_row(keys.PROJECTS, project.number)
        work.remove_row(keys.projects_in(project.workspace_id), project.place)
        parts.append(work)
    return clean & (not any(batched(store, parts)))


def _end_groups(store: Store, rows: list[Item], by: Actor) -> bool:
    clean, parts = True, []
    for row in naming(rows, "group_id", "workspace_id"):
        workspace_id, group_id = str(row["workspace_id"]), str(row["group_id"])
        store.write(Delete(keys.workspace_group(workspace_id, group_id)))  # from now on nobody comes into it
        clean &= end_grants(store, group_places.granted(store, workspace_id, group_id), by)
        clear_list(store, keys.members_of_group(workspace_id, group_id))
        work = Transaction(by)
        work.remove_row(keys.groups_in(workspace_id), keys.number_of(Key.of(row)))
        parts.append(work)
    return clean & (not any(batched(store, parts)))


def _end_members(store: Store, workspace_id: str, listing: str, number: int, by: Actor) -> bool:
    clean = True
    for rows in chunks(counted_lists.everything(store, listing), AT_ONCE):
        ids = [str(row["user_id"]) for row in naming(rows, "user_id")]
        found = store.batch_get([key for one in ids for key in members.places(workspace_id, one)])
        people = users.living(found)
        present = (found[key] for one in ids if (key := keys.member(workspace_id, one)) in found)
        parts = []
        for membership in readable(Membership, present):
            user = people.get(membership.user_id)
            if user is not None:
                clean &= _end_tokens(store, user.id, workspace_id, by)
            work = Transaction(by)
            work.do(Delete(keys.member(workspace_id, membership.user_id), members.still(membership)))
            members.plan_end_of_gone(work, store, membership, user, number)
            parts.append(work)
        clean &= not any(batched(store, parts))
    return clean


def _end_tokens_of_admins(store: Store, workspace_id: str, by: Actor) -> bool:
    """Remove such tokens of platform ADMINs, who make them without being members."""
    clean = True
    for row in naming(counted_lists.everything(store, keys.ADMINS), "user_id"):
        clean &= _end_tokens(store, str(row["user_id"]), workspace_id, by)
    return clean


def _end_tokens(store: Store, user_id: str, workspace_id: str, by: Actor) -> bool:
    """Remove the user's API tokens that act in the workspace alone: they prove nobody any more."""
    parts = []
    for token in every(store, keys.user(user_id).pk, begins=keys.TOKENS):
        if token.get("workspace_id") == workspace_id:
            work = Transaction(by)
            work.do(Delete(Key.of(token)))
            work.do(Delete(keys.secret(str(token["digest"]))))
            parts.append(work)
    return not any(batched(store, parts))


def end_grants(store: Store, granted: Iterable[Item], by: Actor) -> bool:
    """Take grants away; whether none was refused."""
    clean = True
    for some in chunks(granted, AT_ONCE):
        parts = []
        groups = {
            keys.workspace_group(str(one["workspace_id"]), str(one["group_id"]))
            for one in some
            if "group_id" in one
        }
        there = store.batch_get(sorted(groups)) if groups else {}
        for grant in some:
            work = Transaction(by)
            grants.plan_end(work, grant, groups=there)
            parts.append(work)
        clean &= not any(batched(store, parts))
    return clean


def clear_list(store: Store, listing: str) -> None:
    """Remove what is left of a list that is no more: its counts, its log and the counter of its numbers."""
    for pk in (listing, keys.log(listing), keys.counter(listing).pk):
        clear_partition(store, pk)


def clear_partition(store: Store, pk: str) -> None:
    """Remove every item of a partition, such as the counts of a list that is no more."""
    for each in every(store, pk):
        store.write(Delete(Key.of(each)))


def until_clear(clear: Callable[[], bool]) -> None:
    """Clear until nothing was refused: another cleanup may have been at it, so once more tells."""
    if not clear() and not clear():
        raise Stuck
