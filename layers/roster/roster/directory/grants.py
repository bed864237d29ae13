"""What users are granted inside a workspace: roles in its spaces, places in its projects.

A grant belongs to the membership under which it was given (`since`: that membership's number, 0 where
an import gave it to somebody who was no member). When a membership ends, its number becomes the user's
`revoked_through` in that workspace, and every grant whose `since` is not greater is void at once; the cleanup
removes it later.
"""

from collections.abc import Collection, Iterable, Mapping

from roster import security_log
from roster.clock import instant
from roster.db import keys
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
    Value,
    every,
)
from roster.db.transactions import ReadConflict, ToError, Transaction, item
from roster.directory import suspensions
from roster.domain import Instant, Project, Space, SpaceRole, User
from roster.errors import Conflict, DirectoryError, NotFound
from roster.events import Event


def is_void(grant: Mapping[str, Value], user: User) -> bool:
    """Whether the user's grant does not count: it ended with its membership, the membership is suspended, or
    the token acts elsewhere.

    One that names no workspace grants nothing.
    """
    return has_ended(grant, user) or not user.acts_in(grant["workspace_id"])


def has_ended(grant: Mapping[str, Value], user: User) -> bool:
    """Whether the user's grant ended with its membership, so that it never counts again."""
    if not isinstance(grant.get("workspace_id"), str):
        security_log.corrupt_item("grant.workspace_id")
        return True
    through, since = user.revoked_through.get(str(grant["workspace_id"]), 0), grant.get("since", 0)
    return through > 0 and not (isinstance(since, int) and since > through)


def item_of_caller(found: Mapping[Key, Item], place: Key, caller: User) -> Item | None:
    """The caller's grant among items that were read: the workspace, and the grant under its key.

    None too where it is void, or the workspace is suspended.
    """
    grant = found.get(place)
    if grant is None or is_void(grant, caller):
        return None
    return grant if suspensions.is_open(found, str(grant["workspace_id"]), caller) else None


def plan_space_role(
    work: Transaction,
    space: Space,
    user: User,
    role: SpaceRole,
    since: int,
    *,
    at: Instant | None = None,
    instead_of: Item | None = None,
) -> None:
    """The operations that give a user a role in a space: both sides, and the lists of user and space.

    They demand that the space is there, under the name that the user's list will show. `at` is when the role
    was given, now where absent. `instead_of` is a void grant that was not cleared yet.
    """
    work.check(keys.space(space.id), Equals("name", space.name), _space_gone_or_lost)
    created_at = at or instant(work.by.at)
    grant: Item = {
        "user_id": user.id,
        "workspace_id": space.workspace_id,
        "space_id": space.id,
        "role": role,
        "number": space.number,
        "user_number": user.number,
        "since": since,
        "created_at": created_at,
    }
    free: Condition = Absent() if instead_of is None else _still(instead_of)
    refused = _taken if instead_of is None else _lost
    work.do(Put(item(keys.space_role(space.id, role, user.id), grant), free), refused)
    work.do(Put(item(keys.space_grant(user.id, space.workspace_id, space.id, role), grant), free), refused)
    row: Item = {**row_of(space), "since": since, "revision": space.revision}
    holder: Item = {
        "user_id": user.id,
        "workspace_id": space.workspace_id,
        "since": since,
        "created_at": created_at,
    }
    spaces_of, holders_of = keys.spaces_of(user.id, role), keys.holders_of(space.id, role)
    if instead_of is None:
        work.add_row(spaces_of, space.number, row, _taken)
        work.add_row(holders_of, user.number, holder, _taken)
    else:
        work.do(Update(keys.row(spaces_of, space.number), set=row, condition=Present()))
        work.do(Update(keys.row(holders_of, user.number), set=holder, condition=Present()))
    within = space.workspace_id
    work.audit(
        Event.SPACE_ROLE_ADDED, user.id, after={"role": role}, within=within, space=space.id, role=role
    )


def row_of(space: Space) -> Item:
    """What lists of spaces keep of one: what filters and orders ask for (Cloud Foundry v2)."""
    return {
        "space_id": space.id,
        "workspace_id": space.workspace_id,
        "name": space.name,
        "created_at": space.created_at,
    }


def plan_project_member(
    work: Transaction,
    project: Project,
    user: User,
    since: int,
    *,
    at: Instant | None = None,
    instead_of: Item | None = None,
    taken: ToError = lambda _: Conflict("grant"),
) -> None:
    """The operations that give a user a place in a project; the project's list goes by the user's number.

    `at` is when they were given it, now where absent. `instead_of` is a void grant that was not cleared yet;
    `taken` makes the error where they have a place already.
    """
    work.check(keys.project(project.id), Present(), lambda _: NotFound("project"))
    created_at = at or instant(work.by.at)
    grant: Item = {
        "user_id": user.id,
        "workspace_id": project.workspace_id,
        "project_id": project.id,
        "number": user.number,
        "since": since,
        "created_at": created_at,
    }
    place = keys.project_grant(user.id, project.workspace_id, project.id)
    if instead_of is not None:
        work.do(Put(item(keys.project_member(project.id, user.id), grant)))
        work.do(Put(item(place, grant), _still(instead_of)))
        renewed: Item = {"since": since, "created_at": created_at}
        work.do(Update(keys.row(keys.users_of(project.id), user.number), set=renewed, condition=Present()))
        work.audit(Event.PROJECT_MEMBER_ADDED, user.id, project=project.id)
        return
    work.do(Put(item(keys.project_member(project.id, user.id), grant), Absent()), taken)
    work.do(Put(item(place, grant), Absent()), taken)
    row: Item = {
        "user_id": user.id,
        "workspace_id": project.workspace_id,
        "since": since,
        "created_at": created_at,
    }
    work.add_row(keys.users_of(project.id), user.number, row, taken)
    work.audit(Event.PROJECT_MEMBER_ADDED, user.id, within=project.workspace_id, project=project.id)


def plan_end(work: Transaction, grant: Item, *, groups: Collection[Key] = ()) -> None:
    """The operations that take a grant away, from the item on the user's side.

    `groups` are those that are there, of the group in which it is a place: else nothing counts it.
    """
    user_id, workspace_id = str(grant["user_id"]), str(grant["workspace_id"])
    number = _whole(grant, "number")
    if "project_id" in grant:
        project_id = str(grant["project_id"])
        work.do(Delete(keys.project_grant(user_id, workspace_id, project_id), _still(grant)))
        work.do(Delete(keys.project_member(project_id, user_id)))
        work.remove_row(keys.users_of(project_id), number)
    elif "group_id" in grant:
        group_id = str(grant["group_id"])
        work.do(Delete(keys.group_place(user_id, workspace_id, group_id), _still(grant)))
        work.remove_row(keys.members_of_group(workspace_id, group_id), number)
        group = keys.workspace_group(workspace_id, group_id)
        if group in groups:
            work.add_counter(Update(group, add={"members": -1, "revision": 1}, condition=Present()))
    else:
        space_id, role = str(grant["space_id"]), str(grant["role"])
        work.do(Delete(keys.space_grant(user_id, workspace_id, space_id, role), _still(grant)))
        work.do(Delete(keys.space_role(space_id, role, user_id)))
        work.remove_row(keys.spaces_of(user_id, role), number)
        work.remove_row(keys.holders_of(space_id, role), _whole(grant, "user_number"))


def of_user(store: Store, user_id: str, workspace_id: str | None = None) -> Iterable[Item]:
    """All that a user was granted, in one workspace or in all, void or not: one Query a megabyte."""
    prefix = keys.GRANTS if workspace_id is None else keys.grants_in(workspace_id)
    return every(store, keys.user(user_id).pk, begins=prefix)


def _still(grant: Item) -> Condition:
    """That the grant is there and was not given again under another membership."""
    return Equals("since", grant["since"]) if "since" in grant else Present()


def _whole(grant: Item, name: str) -> int:
    value = grant[name]
    if not isinstance(value, int):
        raise TypeError(name)
    return value


def _taken(_: Item | None) -> DirectoryError:
    return Conflict("grant")


def _lost(_: Item | None) -> DirectoryError:
    return ReadConflict()


def _space_gone_or_lost(found: Item | None) -> DirectoryError:
    return NotFound("space") if found is None else ReadConflict()
