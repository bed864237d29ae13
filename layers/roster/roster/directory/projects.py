"""Projects of a workspace and their people; their number is the integer id of the Testmo API.

A workspace lists its projects in order of creation, by their `place`. A project counts the spaces and
features in it, so that it is not deleted from under them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import (
    Absent,
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
    any_of,
    every,
)
from roster.db.transactions import ReadConflict, ToError, Transaction, item, retry_from
from roster.directory import grants, members, suspensions, users
from roster.domain import Actor, Instant, Project, User, Workspace, WorkspaceRole
from roster.errors import Conflict, DirectoryError, NotAMember, NotEmpty, NotFound
from roster.events import Event

Edit = Callable[[Project], Project]
Demand = Callable[[Project], None]
Placed = tuple[User, Instant | None]
"""A member of a project, and since when (None: made before that was kept)."""


def of_item(found: Item | None) -> Project | None:
    """The project that an item holds, if there is one."""
    return None if found is None else entity(Project, found)


def place_of(number: int) -> Key:
    """Where the list's row of the project with this integer id is."""
    return keys.row(keys.PROJECTS, number)


def visible(store: Store, user: User, row: Item | None) -> Project:
    """The project of a list's row, to whoever may see it: one BatchGet.

    Raises NotFound alike where there is none and where the caller is neither platform ADMIN, nor ADMIN
    of its workspace, nor one of its users.
    """
    if row is None:
        raise NotFound("project")
    project_id, workspace_id = str(row["id"]), str(row["workspace_id"])
    profile, place = keys.project(project_id), keys.project_member(project_id, user.id)
    home, member = keys.workspace(workspace_id), keys.member(workspace_id, user.id)
    found = store.batch_get([profile, place, home, member])
    project, membership = (
        of_item(found.get(profile)),
        members.of_item(members.item_of_caller(found, workspace_id, user)),
    )
    rules = membership is not None and user.role_in(membership) is WorkspaceRole.ADMIN
    works_there = grants.item_of_caller(found, place, user) is not None
    if project is None or home not in found or not (user.is_admin or rules or works_there):
        raise NotFound("project")
    return project


def users_page(store: Store, project: Project, number: int, size: int) -> tuple[list[User], int]:
    """A page of a project's users by their integer ids, and the total: four calls at most."""
    placed, total = members_page(store, project, number, size)
    return [user for user, _ in placed], total


def members_page(store: Store, project: Project, number: int, size: int) -> tuple[list[Placed], int]:
    """A page of a project's members by their integer ids, and the total: four calls at most."""
    rows = counted_lists.page(store, keys.users_of(project.id), number, size)
    found = naming(rows.items, "user_id", "workspace_id")
    living = users.by_ids(store, [str(row["user_id"]) for row in found])
    pairs = ((row, living.get(str(row["user_id"]))) for row in found)
    placed = [(user, _since(row)) for row, user in pairs if user and not grants.is_void(row, user)]
    return placed, rows.total


def _since(granted: Item) -> Instant | None:
    created_at = granted.get("created_at")
    return created_at if isinstance(created_at, str) else None


def in_workspace(store: Store, workspace_id: str, number: int, size: int) -> tuple[list[Project], int]:
    """A page of a workspace's projects in order of creation, and the total: four calls at most."""
    rows = counted_lists.page(store, keys.projects_in(workspace_id), number, size)
    places = [keys.project(str(row["project_id"])) for row in naming(rows.items, "project_id")]
    found = store.batch_get(places)
    return readable(Project, (found[place] for place in places if place in found)), rows.total


def of_user_in(store: Store, user: User, workspace_id: str) -> list[Project]:
    """The projects of a workspace in which the user has a place, in order of creation.

    One Query a megabyte, one BatchGet a hundred.
    """
    granted = every(store, keys.user(user.id).pk, begins=keys.project_grants_in(workspace_id))
    return sorted(_granted(store, user, granted), key=lambda project: (project.place, project.number))


def of_user(store: Store, user: User) -> list[Project]:
    """The projects that the user has a place in: one Query a megabyte, one BatchGet a hundred."""
    return _granted(store, user, (one for one in grants.of_user(store, user.id) if "project_id" in one))


def _granted(store: Store, user: User, granted: Iterable[Item]) -> list[Project]:
    whole = naming(granted, "project_id", "workspace_id")
    mine = {
        str(one["project_id"]): str(one["workspace_id"]) for one in whole if not grants.is_void(one, user)
    }
    homes = dict.fromkeys(keys.workspace(home) for home in mine.values())
    found = store.batch_get([*map(keys.project, mine), *homes])
    there = [keys.project(one) for one, home in mine.items() if suspensions.is_open(found, home, user)]
    return readable(Project, (found[place] for place in there if place in found))


def page(store: Store, number: int, size: int) -> tuple[list[Project], int]:
    """A page of all projects by their integer ids, and the total: three calls at most."""
    rows = counted_lists.page(store, keys.PROJECTS, number, size)
    numbered = ({**row, "number": keys.number_of(Key.of(row))} for row in rows.items)
    return readable(Project, numbered), rows.total


def alive(store: Store, project_id: str) -> Project:
    """One Get; raises NotFound where the project is not there."""
    project = of_item(store.get(keys.project(project_id)))
    if project is None:
        raise NotFound("project")
    return project


def prepare(
    store: Store, workspace: Workspace, project: Project, *, by: Actor
) -> tuple[Transaction, Project]:
    """The transaction that makes a project of a workspace, and the project: two Writes for its numbers.

    Raises LimitReached where the workspace has as many as it may.
    """
    work = Transaction(by)
    listing = keys.projects_in(workspace.id)
    place = work.take(store, listing, limit=workspace.limits.projects)
    made = replace(
        project,
        id=str(uuid4()),
        workspace_id=workspace.id,
        number=work.take(store, keys.PROJECTS),
        place=place,
        created_at=instant(by.at),
        updated_at=instant(by.at),
    )
    plan(work, made)
    return work, made


def change(store: Store, project: Project, edit: Edit, *, by: Actor) -> Project:
    """Change a project: one Transact. `edit` makes the new state from the present one, `project` at first.

    Raises NotFound where the project has gone meanwhile, and what `edit` raises.
    """

    def attempt(before: Project) -> Project:
        after = replace(edit(before), revision=before.revision + 1, updated_at=instant(by.at))
        old, new = attributes(before), attributes(after)
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        work = Transaction(by)
        work.do(Update(keys.project(before.id), set=changed, condition=_unchanged(before)))
        if after.name != before.name:
            row = keys.row(keys.PROJECTS, before.number)
            work.do(Update(row, set={"name": after.name}, condition=Present()))
        work.audit(Event.PROJECT_CHANGED, before.id, workspace=before.workspace_id, fields=[*sorted(changed)])
        work.commit(store)
        return after

    return retry_from(project, lambda: alive(store, project.id), attempt)


def delete(store: Store, project: Project, *, by: Actor, demand: Demand) -> None:
    """Delete a project, and with it the places in it: two Writes for the logs of its lists, and one Transact,
    which orders the cleanup of the places.

    `demand` is called with the project as it is when it is deleted, and may raise. Of a project from before
    children were counted, two Queries tell whether anything is in it. Raises NotEmpty while a space or a
    feature is in it, and NotFound where it has gone meanwhile.
    """

    def attempt(before: Project) -> None:
        demand(before)
        if before.children > 0 or (before.created_at is None and _holds_something(store, before.id)):
            raise NotEmpty("project")
        no_more = Equals("children", before.children)
        same = all_of(_unchanged(before), any_of(no_more, Absent("children")))
        work = Transaction(by)
        work.do(Delete(keys.project(before.id), same))
        work.remove_row(keys.PROJECTS, before.number)
        if before.place:
            work.remove_row(keys.projects_in(before.workspace_id), before.place)
        work.order_cleanup(keys.cleanup_of_project(before.id), project_id=before.id)
        work.audit(Event.PROJECT_DELETED, before.id, before=attributes(before), workspace=before.workspace_id)
        work.commit(store)

    retry_from(project, lambda: alive(store, project.id), attempt)


def _holds_something(store: Store, project_id: str) -> bool:
    pk = keys.project(project_id).pk
    return any(
        store.query(pk, begins=prefix, limit=1).items for prefix in (keys.SPACES_BESIDE, keys.FEATURES_BESIDE)
    )


def _unchanged(before: Project) -> Condition:
    same = Equals("revision", before.revision)
    if before.revision > 1:
        return same
    return any_of(same, all_of(Present(), Absent("revision")))  # as an earlier version wrote it


# Members of a project.


def member_keys(workspace_id: str, project_id: str, user_id: str) -> list[Key]:
    """What tells whether a user has, or may have, a place in a project: user, membership, and the place."""
    return [
        keys.user(user_id),
        keys.member(workspace_id, user_id),
        keys.project_grant(user_id, workspace_id, project_id),
    ]


def add_member(
    store: Store, project: Project, user_id: str, *, by: Actor, found: Mapping[Key, Item] | None = None
) -> Placed:
    """Give a member of the workspace a place in the project, unless they have it: one BatchGet, one Transact.

    `found` are the items of `member_keys` where the caller has read them. Raises NotAMember where the user
    is no member of the workspace, NotFound where the project has gone meanwhile.
    """
    if not keys.is_id(user_id):
        raise NotAMember
    own, member, place = member_keys(project.workspace_id, project.id, user_id)

    def attempt(found: Mapping[Key, Item]) -> Placed:
        user, membership = users.of_item(found.get(own)), members.of_item(found.get(member))
        if user is None or membership is None:
            raise NotAMember
        held = found.get(place)
        if held is not None and not grants.is_void(held, user):
            return user, _since(held)
        work = Transaction(by)
        work.do(Check(member, members.still(membership)))
        work.do(Check(own, all_of(Present(), Absent("deleted_at"))))
        since = membership.number
        grants.plan_project_member(
            work, project, user, since, instead_of=held, taken=lambda _: ReadConflict()
        )
        work.commit(store)
        return user, instant(by.at)

    return retry_from(found, lambda: store.batch_get([own, member, place]), attempt)


def remove_member(
    store: Store,
    project: Project,
    user_id: str,
    *,
    by: Actor,
    demand: Callable[[], None] = lambda: None,
    found: Mapping[Key, Item] | None = None,
) -> None:
    """End a user's place in a project: one BatchGet, one Transact. `found` is as in `add_member`.

    Raises NotFound where the user has none; `demand` is called where they have one, and may raise.
    """
    if not keys.is_id(user_id):
        raise NotFound("member", user_id)
    own, member, place = member_keys(project.workspace_id, project.id, user_id)

    def attempt(found: Mapping[Key, Item]) -> None:
        user, held = users.of_item(found.get(own)), found.get(place)
        if user is None or held is None or grants.is_void(held, user):
            raise NotFound("member", user_id)
        demand()
        work = Transaction(by)
        grants.plan_end(work, held)
        work.audit(Event.PROJECT_MEMBER_REMOVED, user_id, project=project.id)
        work.commit(store)

    retry_from(found, lambda: store.batch_get([own, member, place]), attempt)


def _gone(_: Item | None) -> DirectoryError:
    return NotFound("project")


def count_child(work: Transaction, project_id: str, more: int, to_error: ToError = _gone) -> None:
    """A space or a feature comes to a project (`more` is 1) or leaves it (-1).

    While one is in it, the project cannot be deleted. Refused where there is no such project.
    """
    counted = Update(keys.project(project_id), add={"children": more}, condition=Present())
    work.add_counter(counted, to_error)


def plan(work: Transaction, project: Project) -> None:
    """The operations that make a project: profile, rows of site and workspace, audit."""
    state = attributes(project)
    work.do(Put(item(keys.project(project.id), state), Absent()), lambda _: Conflict("id", project.id))
    work.check(keys.workspace(project.workspace_id), Present(), lambda _: NotFound("workspace"))
    row: Item = {"id": project.id, "workspace_id": project.workspace_id, "name": project.name}
    work.add_row(keys.PROJECTS, project.number, row, lambda _: Conflict("number", str(project.number)))
    if project.place:
        listing = keys.projects_in(project.workspace_id)
        work.add_row(listing, project.place, {"project_id": project.id})
    work.audit(Event.PROJECT_CREATED, project.id, after=state, workspace=project.workspace_id)
