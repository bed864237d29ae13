"""Spaces of a workspace, perhaps of one of its projects, and the apps in them."""

from collections.abc import Collection

from roster.errors import Missing, Taken
from roster.model import App, Space, User
from roster.table import grants, keys
from roster.table.mapping import attributes, entity, readable
from roster.table.store import Absent, Item, Present, Put, Store, every
from roster.table.transaction import Transaction, item


def of_item(found: Item | None) -> Space | None:
    """The space that an item holds, if there is one."""
    return None if found is None else entity(Space, found)


def in_project(store: Store, project_id: str, only: Collection[str] | None) -> list[Space]:
    """A project's spaces by name, of all or only of these: one Query, or one BatchGet a hundred."""
    if only is None:
        items = every(store, keys.project(project_id).pk, begins=keys.SPACES_BESIDE)
    else:
        items = iter(store.batch_get([keys.space_in_project(project_id, one) for one in only]).values())
    return sorted(readable(Space, items), key=lambda space: (space.name, space.id))


def of_user_in(store: Store, user: User, workspace_id: str) -> set[str]:
    """The ids of the spaces of a workspace in which the user holds a role: one Query a megabyte."""
    granted = grants.of_user(store, user.id, workspace_id)
    return {str(one["space_id"]) for one in granted if "space_id" in one and not grants.is_void(one, user)}


def plan(work: Transaction, space: Space) -> None:
    """The operations that make a space: profile, the project's copy, rows of site and workspace, audit."""
    state = attributes(space)
    work.do(Put(item(keys.space(space.id), state), Absent()), lambda _: Taken("id", space.id))
    work.check(keys.tenant(space.workspace_id), Present(), lambda _: Missing("workspace"))
    if space.project_id is not None:
        work.do(Put(item(keys.space_in_project(space.project_id, space.id), state)))
    row: Item = {"space_id": space.id, "workspace_id": space.workspace_id, "name": space.name}
    work.enlist(keys.SPACES, space.number, row)
    work.enlist(keys.spaces_in(space.workspace_id), space.number, row)
    work.audit("space.created", space.id, workspace=space.workspace_id)


def plan_app(work: Transaction, app: App) -> None:
    """The operations that register an app in a space."""
    state = attributes(app)
    work.do(Put(item(keys.app(app.id), state), Absent()), lambda _: Taken("id", app.id))
    work.do(Put(item(keys.app_in_space(app.space_id, app.id), state)))
    work.audit("app.created", app.id, space=app.space_id)
