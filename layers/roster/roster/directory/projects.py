"""Projects of a workspace; their number is the integer id of the Testmo API."""

from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import Absent, Item, Key, Present, Put, Store, Update
from roster.db.transactions import ToError, Transaction, item
from roster.directory import grants, members, suspensions, users
from roster.domain import Project, User, WorkspaceRole
from roster.errors import Conflict, DirectoryError, NotFound
from roster.events import Event


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
    rules = membership is not None and membership.role is WorkspaceRole.ADMIN
    works_there = grants.item_of_caller(found, place, user) is not None
    if project is None or home not in found or not (user.is_admin or rules or works_there):
        raise NotFound("project")
    return project


def users_page(store: Store, project: Project, number: int, size: int) -> tuple[list[User], int]:
    """A page of a project's users by their integer ids, and the total: four calls at most."""
    rows = counted_lists.page(store, keys.users_of(project.id), number, size)
    found = naming(rows.items, "user_id", "workspace_id")
    living = users.by_ids(store, [str(row["user_id"]) for row in found])
    pairs = ((row, living.get(str(row["user_id"]))) for row in found)
    return [user for row, user in pairs if user and not grants.is_void(row, user)], rows.total


def of_user(store: Store, user: User) -> list[Project]:
    """The projects that the user has a place in: one Query a megabyte, one BatchGet a hundred."""
    granted = (one for one in grants.of_user(store, user.id) if "project_id" in one)
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
    work.audit(Event.PROJECT_CREATED, project.id, workspace=project.workspace_id)
