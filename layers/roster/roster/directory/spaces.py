"""Spaces of a workspace, perhaps of one of its projects, and the apps in them."""

from collections.abc import Collection, Iterable, Mapping

from roster.db import keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import Absent, Item, Key, Present, Put, Store, every
from roster.db.transactions import Transaction, item
from roster.directory import grants, projects
from roster.domain import App, Space, User
from roster.errors import Conflict, NotFound
from roster.events import Event

LISTED = ("id", "number", "workspace_id", "name", "created_at", "updated_at", "allow_ssh")
"""What the site's list of spaces keeps of one: all that Cloud Foundry v2 shows."""


def of_item(found: Item | None) -> Space | None:
    """The space that an item holds, if there is one."""
    return None if found is None else entity(Space, found)


def rows_of(numbers: Iterable[int]) -> list[Key]:
    """Where the site's list keeps these spaces."""
    return [keys.row(keys.SPACES, number) for number in numbers]


def in_rows(items: Mapping[Key, Item]) -> dict[int, Space]:
    """The spaces whose list copies are among the items, by number."""
    found = readable(Space, (item for key, item in items.items() if key.pk == keys.SPACES))
    return {space.number: space for space in found}


def app_rows_of(numbers: Iterable[int]) -> list[Key]:
    """Where the site's list keeps these apps."""
    return [keys.row(keys.APPS, number) for number in numbers]


def apps_in_rows(items: Mapping[Key, Item]) -> dict[int, App]:
    """The apps whose list copies are among the items, by number."""
    found = readable(App, (item for key, item in items.items() if key.pk == keys.APPS))
    return {app.number: app for app in found}


def in_project(store: Store, project_id: str, only: Collection[str] | None) -> list[Space]:
    """A project's spaces by name, of all or only of these: one Query, or one BatchGet a hundred."""
    if only is None:
        items = every(store, keys.project(project_id).pk, begins=keys.SPACES_BESIDE)
    else:
        items = iter(store.batch_get([keys.space_in_project(project_id, one) for one in only]).values())
    return sorted(readable(Space, items), key=lambda space: (space.name, space.id))


def of_user_in(store: Store, user: User, workspace_id: str) -> set[str]:
    """The ids of the spaces of a workspace in which the user holds a role: one Query a megabyte."""
    granted = (one for one in grants.of_user(store, user.id, workspace_id) if "space_id" in one)
    whole = naming(granted, "space_id", "workspace_id")
    return {str(one["space_id"]) for one in whole if not grants.is_void(one, user)}


def by_id(store: Store, space_id: str) -> Space | None:
    """One Get."""
    return of_item(store.get(keys.space(space_id))) if keys.is_id(space_id) else None


def plan(work: Transaction, space: Space) -> None:
    """The operations that make a space: profile, the project's copy, rows of site and workspace, audit."""
    state = attributes(space)
    work.do(Put(item(keys.space(space.id), state), Absent()), lambda _: Conflict("id", space.id))
    work.check(keys.workspace(space.workspace_id), Present(), lambda _: NotFound("workspace"))
    if space.project_id is not None:
        work.do(Put(item(keys.space_in_project(space.project_id, space.id), state)))
        projects.count_child(work, space.project_id, 1)
    work.add_row(keys.SPACES, space.number, {name: state[name] for name in LISTED if name in state})
    work.add_row(keys.spaces_in(space.workspace_id), space.number, grants.row_of(space))
    work.audit(Event.SPACE_CREATED, space.id, workspace=space.workspace_id)


def plan_app(work: Transaction, app: App) -> None:
    """The operations that register an app in a space."""
    state = attributes(app)
    work.do(Put(item(keys.app(app.id), state), Absent()), lambda _: Conflict("id", app.id))
    work.add_row(keys.APPS, app.number, state)
    row: Item = {"app_id": app.id, "space_id": app.space_id, "name": app.name}
    work.add_row(keys.apps_in(app.space_id), app.number, row)
    work.audit(Event.APP_CREATED, app.id, space=app.space_id)
