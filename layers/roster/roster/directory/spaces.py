"""Spaces of a workspace, perhaps of one of its projects, and the apps in them.

A space's name is unique in its workspace without regard to case: a lock item holds it. The lists of the
spaces in which a user holds a role keep the space's name too, and a space may have very many holders. So a
change of the name, and a deletion, order a cleanup that corrects these lists (`cleanup.py`). Until it is
done, the order itself says what is right (`changing`), and whoever reads a user's list of spaces asks for it.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.items import difference
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
    Value,
    all_of,
    any_of,
    every,
)
from roster.db.transactions import ReadConflict, Transaction, item, retry_from, retry_on_conflict
from roster.directory import grants, members, projects
from roster.domain import Actor, App, Space, User, Workspace
from roster.errors import (
    Conflict,
    DirectoryError,
    FieldError,
    NotEmpty,
    NotFound,
    ValidationFailed,
)
from roster.events import Event

LISTED = ("id", "number", "workspace_id", "name", "created_at", "updated_at", "allow_ssh")
"""What the site's list of spaces keeps of one: all that Cloud Foundry v2 shows."""

NOT_COPIED = frozenset({"apps", "revision"})
"""The attributes of a space that the copy in its project does not keep."""

NO_PROJECT = FieldError("projectId", "must be a project of this workspace")
NO_OWNER = FieldError("ownerId", "must be a member of this workspace")

Edit = Callable[[Space], Space]


def of_item(found: Item | None) -> Space | None:
    """The space that an item holds, if there is one."""
    return None if found is None else entity(Space, found)


def folded(name: str) -> str:
    """The form by which names are unique in a workspace: canonically composed, without regard to case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def lock_of(space: Space) -> Key | None:
    """Where the lock of the space's name is; None where it has no name, which an import allows."""
    return keys.space_name(space.workspace_id, folded(space.name)) if space.name else None


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


def by_ids(store: Store, space_ids: Iterable[str]) -> dict[str, Space]:
    """Those of the spaces that exist: one BatchGet a hundred."""
    found = store.batch_get([keys.space(space_id) for space_id in space_ids])
    return {space.id: space for space in readable(Space, found.values())}


def page(store: Store, workspace_id: str, number: int, size: int) -> tuple[list[Space], int]:
    """A page of a workspace's spaces in order of creation, and the total: four calls at most."""
    rows = counted_lists.page(store, keys.spaces_in(workspace_id), number, size)
    ids = [str(row["space_id"]) for row in naming(rows.items, "space_id")]
    found = by_ids(store, ids)
    return [found[each] for each in ids if each in found], rows.total


def seen_by(store: Store, user: User, workspace_id: str) -> list[Space]:
    """The spaces of a workspace in which the user holds a role, in order of creation: one Query a megabyte,
    one BatchGet a hundred.
    """
    found = by_ids(store, of_user_in(store, user, workspace_id))
    return sorted(found.values(), key=lambda space: space.number)


def changing(store: Store) -> dict[int, str | None]:
    """The spaces of which users' lists may still be wrong, by number: the present name, None where it was
    deleted. One Query a megabyte.
    """
    jobs = every(store, keys.CLEANUP, begins=keys.SPACE_CLEANUPS)
    told = ((job.get("number"), job.get("name")) for job in jobs)
    return {
        number: name if isinstance(name, str) else None for number, name in told if isinstance(number, int)
    }


def prepare(store: Store, workspace: Workspace, wanted: Space, *, by: Actor) -> tuple[Transaction, Space]:
    """The transaction that makes a space, and the space: two Writes, for its numbers.

    The commit raises ValidationFailed for a project or an owner that the workspace has not, Conflict for
    a name in use, and LimitReached where the workspace has as many spaces as it may.
    """
    work = Transaction(by)
    made = replace(
        wanted,
        id=str(uuid4()),
        number=work.take(store, keys.SPACES),
        workspace_id=workspace.id,
        created_at=instant(by.at),
        apps=0,
    )
    work.take_room(store, keys.spaces_in(workspace.id), limit=workspace.limits.spaces)
    _demand_related(work, made, Space("", 0, workspace.id, "", ""))
    plan(work, made, alone=True)
    return work, made


def plan(work: Transaction, space: Space, *, alone: bool = False) -> None:
    """The operations that make a space: profile, name, the project's copy, rows of site and workspace, audit.

    Where it is made `alone`, the caller has counted it in its project (`_demand_related`).
    """
    state = attributes(replace(space, apps=0))
    work.do(Put(item(keys.space(space.id), state), Absent()), lambda _: Conflict("id", space.id))
    if not alone:  # an imported id may be that of a deleted space, whose roles are not cleared yet
        work.do(Check(keys.cleanup_of_space(space.id), Absent()), lambda _: Conflict("id", space.id))
    work.check(keys.workspace(space.workspace_id), Present(), lambda _: NotFound("workspace"))
    if (lock := lock_of(space)) is not None:
        work.do(Put(item(lock, {"space_id": space.id}), Absent()), lambda _: Conflict("name"))
    if space.project_id is not None:
        work.do(Put(item(keys.space_in_project(space.project_id, space.id), _copied(state))))
        if not alone:
            projects.count_child(work, space.project_id, 1)
    work.add_row(keys.SPACES, space.number, {name: state[name] for name in LISTED if name in state})
    work.add_row(keys.spaces_in(space.workspace_id), space.number, grants.row_of(space))
    work.audit(Event.SPACE_CREATED, space.id, after=state, workspace=space.workspace_id)


def alive(store: Store, space: Space) -> Space:
    """The space as it is now: one Get. Raises NotFound where it has gone."""
    found = by_id(store, space.id)
    if found is None:
        raise NotFound("space", space.id)
    return found


def demand_related(store: Store, workspace_id: str, project_id: str | None, owner_id: str | None) -> None:
    """Raise ValidationFailed where the project is not of the workspace or the owner no member of it: one
    BatchGet, none where neither is named.
    """
    project = keys.project(project_id) if project_id is not None else None
    owner = keys.member(workspace_id, owner_id) if owner_id is not None else None
    wanted = [key for key in (project, owner) if key is not None]
    found = store.batch_get(wanted) if wanted else {}
    wrong = []
    if project is not None and found.get(project, {}).get("workspace_id") != workspace_id:
        wrong.append(NO_PROJECT)
    if owner is not None and members.of_item(found.get(owner)) is None:
        wrong.append(NO_OWNER)
    if wrong:
        raise ValidationFailed(*wrong)


def change(store: Store, space: Space, edit: Edit, *, by: Actor) -> Space:
    """Change a space: one Transact. `edit` makes the new state from the present one, `space` at first; where
    it raises, nothing is changed.

    Raises ValidationFailed (project, owner), Conflict (name), and NotFound where the space has gone.
    """

    def attempt(before: Space) -> Space:
        work, changed = _prepare_change(before, edit(before), by=by)
        work.commit(store)
        return changed

    return retry_from(space, lambda: alive(store, space), attempt)


def _prepare_change(before: Space, after: Space, *, by: Actor) -> tuple[Transaction, Space]:
    after = replace(after, revision=before.revision + 1, updated_at=instant(by.at))
    old, new = attributes(before), attributes(after)
    work = Transaction(by)
    _demand_related(work, after, before)
    work.do(difference(keys.space(before.id), old, new, _unchanged(before)), _gone_or_lost)
    listed_old, listed_new = ({name: state[name] for name in LISTED if name in state} for state in (old, new))
    work.do(difference(keys.row(keys.SPACES, before.number), listed_old, listed_new, Present()))
    if before.name != after.name:
        row = keys.row(keys.spaces_in(before.workspace_id), before.number)
        work.do(difference(row, grants.row_of(before), grants.row_of(after), Present()))
        _rename(work, before, after)
    _copy_to_project(work, before, after)
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    fields: list[Value] = [*sorted(changed - {"revision", "updated_at"})]
    work.audit(
        Event.SPACE_CHANGED, before.id, before=old, after=new, workspace=before.workspace_id, fields=fields
    )
    return work, after


def delete(store: Store, space: Space, demand: Callable[[Space], None], *, by: Actor) -> None:
    """Delete a space: two Writes, and one Transact, which ends it and orders the cleanup of its roles; these
    are void at once.

    `demand` is called with the space as it is when it is deleted, and may raise. A space that was made before
    its apps were counted takes one Get more. Raises NotEmpty while apps are in it, and NotFound where it has
    gone.
    """

    def attempt(before: Space) -> None:
        demand(before)
        apps = before.apps
        if apps is None:
            apps = counted_lists.total(store, keys.apps_in(space.id))
        if apps:
            raise NotEmpty("space")
        uncounted: Condition = Absent("apps") if before.apps is None else Equals("apps", 0)
        work = Transaction(by)
        work.do(Delete(keys.space(space.id), all_of(_unchanged(before), uncounted)), _gone_or_lost)
        if (lock := lock_of(before)) is not None:
            work.do(Delete(lock, _own_lock(before)))
        if before.project_id is not None:
            work.do(Delete(keys.space_in_project(before.project_id, space.id)))
            projects.count_child(work, before.project_id, -1)
        work.remove_row(keys.SPACES, before.number)
        work.remove_row(keys.spaces_in(before.workspace_id), before.number)
        _order_cleanup(work, before, None)
        work.audit(Event.SPACE_DELETED, space.id, before=attributes(before), workspace=before.workspace_id)
        work.commit(store)

    retry_from(space, lambda: alive(store, space), attempt)


def _demand_related(work: Transaction, after: Space, before: Space) -> None:
    """Demand that a new project is of the workspace and a new owner a member; move the projects' counts."""
    if after.project_id != before.project_id:
        if after.project_id is not None:
            same = Equals("workspace_id", after.workspace_id)
            counted = Update(keys.project(after.project_id), add={"children": 1}, condition=same)
            work.do(counted, lambda _: ValidationFailed(NO_PROJECT))
        if before.project_id is not None:
            projects.count_child(work, before.project_id, -1)
    if after.owner_id is not None and after.owner_id != before.owner_id:
        member = keys.member(after.workspace_id, after.owner_id)
        work.do(Check(member, Present()), lambda _: ValidationFailed(NO_OWNER))


def _rename(work: Transaction, before: Space, after: Space) -> None:
    old, new = lock_of(before), lock_of(after)
    if old != new:
        if new is not None:
            work.do(Put(item(new, {"space_id": after.id}), Absent()), lambda _: Conflict("name"))
        if old is not None:
            work.do(Delete(old, _own_lock(before)))
    _order_cleanup(work, after, after.name)


def _copy_to_project(work: Transaction, before: Space, after: Space) -> None:
    if before.project_id is not None and before.project_id != after.project_id:
        work.do(Delete(keys.space_in_project(before.project_id, before.id)))
    if after.project_id is None:
        return
    place, old, new = (
        keys.space_in_project(after.project_id, after.id),
        _copied(attributes(before)),
        _copied(attributes(after)),
    )
    if before.project_id == after.project_id:
        work.do(difference(place, old, new, Present()))
    else:
        work.do(Put(item(place, new)))


def _order_cleanup(work: Transaction, space: Space, name: str | None) -> None:
    """Order that the lists of the space's holders are corrected; let readers know that they may be wrong."""
    work.order_cleanup(
        keys.cleanup_of_space(space.id),
        space_id=space.id,
        workspace_id=space.workspace_id,
        number=space.number,
        revision=space.revision,
        name=name,
    )
    work.do(Put(item(keys.spaces_changing(), {"last": work.token})))


def _copied(state: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in state.items() if name not in NOT_COPIED}


def _unchanged(space: Space) -> Condition:
    """That the space is the one that was read; the first ones were written without a revision."""
    same = Equals("revision", space.revision)
    return all_of(Present(), any_of(Absent("revision"), same) if space.revision == 1 else same)


def _own_lock(space: Space) -> Condition:
    """That the lock is the space's own, if there is one: older tables lack locks."""
    return any_of(Absent(), Equals("space_id", space.id))


def _gone_or_lost(found: Item | None) -> DirectoryError:
    return NotFound("space") if found is None else ReadConflict()


# Apps.


def plan_app(work: Transaction, app: App) -> None:
    """The operations that register an app in a space, which counts it."""
    counted = Update(keys.space(app.space_id), add={"apps": 1}, condition=Present())
    work.add_counter(counted, lambda _: NotFound("space"))
    _plan_app(work, app)


def prepare_app(store: Store, space: Space, name: str, *, by: Actor) -> tuple[Transaction, App]:
    """The transaction that registers an app in a space, and the app: one Write for its number.

    A space that was made before its apps were counted takes two Gets more. The commit raises NotFound where
    the space has gone.
    """
    work = Transaction(by)
    number = work.take(store, keys.APPS)
    made = App(str(uuid4()), number, space.id, name, instant(by.at))
    _count_app(store, work, space, 1)
    _plan_app(work, made)
    return work, made


def apps_page(
    store: Store, space_id: str, number: int, size: int, *, known: Mapping[Key, Item] | None = None
) -> tuple[list[App], int]:
    """A page of a space's apps in order of creation, and the total: three calls at most, two where `known`
    holds the list's head.
    """
    rows = counted_lists.page(store, keys.apps_in(space_id), number, size, known=known)
    shown = ({**row, "id": row.get("app_id"), "number": keys.number_of(Key.of(row))} for row in rows.items)
    return readable(App, shown), rows.total


def app_of_item(found: Item | None) -> App | None:
    """The app that an item holds, if there is one."""
    return None if found is None else entity(App, found)


def delete_app(store: Store, space: Space, app: App, *, by: Actor) -> None:
    """Remove an app from its space: two Writes and one Transact.

    Two Gets more where its apps were not counted. Raises NotFound where it has gone.
    """

    def attempt() -> None:
        work = Transaction(by)
        work.do(Delete(keys.app(app.id), Present()), lambda _: NotFound("app", app.id))
        _count_app(store, work, space, -1)
        work.remove_row(keys.APPS, app.number)
        work.remove_row(keys.apps_in(space.id), app.number)
        work.audit(Event.APP_DELETED, app.id, space=space.id)
        work.commit(store)

    retry_on_conflict(attempt)


def _plan_app(work: Transaction, app: App) -> None:
    state = attributes(app)
    work.do(Put(item(keys.app(app.id), state), Absent()), lambda _: Conflict("id", app.id))
    work.add_row(keys.APPS, app.number, state)
    work.add_row(keys.apps_in(app.space_id), app.number, row_of_app(app))
    work.audit(Event.APP_CREATED, app.id, space=app.space_id)


def row_of_app(app: App) -> Item:
    """What a space's list of apps keeps of one."""
    row: Item = {"app_id": app.id, "space_id": app.space_id, "name": app.name}
    return row if app.created_at is None else {**row, "created_at": app.created_at}


def _count_app(store: Store, work: Transaction, space: Space, change: int) -> None:
    """Count an app that comes or goes. What was never counted is counted now, by the list."""
    if space.apps is None:
        space = alive(store, space)
    if space.apps is None:
        there = counted_lists.total(store, keys.apps_in(space.id))
        first: Item = {"apps": there + change}
        update = Update(keys.space(space.id), set=first, condition=all_of(Present(), Absent("apps")))
    else:
        update = Update(keys.space(space.id), add={"apps": change}, condition=Present())
    work.do(update, _gone_or_lost)
