"""Memberships: who belongs to which workspace, and as what.

When a membership ends, its number becomes the user's `revoked_through` in the workspace: grants that were
given under the membership of this number, or an earlier one, are void (see `grants.py`). The cleanup removes
these grants, and then the number.

A suspended membership counts as none: `of_item` does not see it, its row is in a list of its own, and the
user's `suspended_in` keeps it from all who judge a caller. What was granted under it stays: it takes a new
number when it is resumed, which is larger.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import (
    Absent,
    AtLeast,
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
)
from roster.db.transactions import ReadConflict, Transaction, item, retry_from, retry_on_conflict
from roster.directory import scim_views, suspensions, users
from roster.domain import Actor, Membership, ScimView, User, Workspace, WorkspaceRole
from roster.errors import Conflict, DirectoryError, LastAdmin, NotFound
from roster.events import Event

Joined = tuple[Membership, User]
Demand = Callable[[Membership], None]


def of_item(found: Item | None) -> Membership | None:
    """The membership that an item holds, if there is one that is not suspended."""
    membership = kept_in(found)
    return None if membership is None or membership.suspended else membership


def kept_in(found: Item | None) -> Membership | None:
    """The membership that an item holds, suspended or not, if there is one."""
    return None if found is None else entity(Membership, found)


def item_of_caller(found: Mapping[Key, Item], workspace_id: str, caller: User) -> Item | None:
    """The caller's membership of a workspace among items that were read: the workspace, and the membership.

    None too where the workspace is suspended, or the caller's token acts in another one. Whatever asks
    whether a caller belongs to a workspace asks here.
    """
    if not caller.acts_in(workspace_id) or not suspensions.is_open(found, workspace_id, caller):
        return None
    return found.get(keys.member(workspace_id, caller.id))


def rows_of_caller(store: Store, caller: User, closed: frozenset[str] = suspensions.NONE) -> Iterator[Item]:
    """The rows of the caller's memberships, in the order of the workspaces, without those of the `closed`
    ones (`suspensions.py`): one Query a megabyte.
    """
    rows = naming(counted_lists.everything(store, keys.workspaces_of(caller.id)), "workspace_id")
    return (row for row in rows if caller.acts_in(row["workspace_id"]) and row["workspace_id"] not in closed)


def page(
    store: Store,
    workspace_id: str,
    number: int,
    size: int,
    *,
    known: Mapping[Key, Item] | None = None,
) -> tuple[list[Joined], int]:
    """A page of members in order of joining, with their users, and the total: four calls at most, three where
    `known` holds the list's head; one more while the list is being written.
    """
    rows = counted_lists.page(store, keys.members(workspace_id), number, size, known=known)
    found = readable(Membership, rows.items)
    living = users.by_ids(store, [membership.user_id for membership in found])
    return [(one, living[one.user_id]) for one in found if one.user_id in living], rows.total


def add(store: Store, workspace: Workspace, user_id: str, role: WorkspaceRole, *, by: Actor) -> Joined:
    """Make a user a member: one BatchGet, one Write for the number, one Transact.

    Raises Conflict where the user is one already, NotFound where user or workspace is not there.
    """

    def attempt() -> Joined:
        work, made = prepare(store, workspace, user_id, role, by=by)
        work.commit(store)
        return made

    return retry_on_conflict(attempt)


def prepare(
    store: Store, workspace: Workspace, user_id: str, role: WorkspaceRole, *, by: Actor
) -> tuple[Transaction, Joined]:
    """The transaction that makes a user a member, and what it makes: one BatchGet, one Write for the number.

    Raises Conflict where the user is one already, suspended or not, NotFound where the user is not there, and
    LimitReached where the workspace has as many members as it may. So does the commit, and ReadConflict where
    the user has changed meanwhile.
    """
    user, found = _read(store.batch_get(places(workspace.id, user_id)), workspace.id, user_id)
    if user is None:
        raise NotFound("user", user_id)
    if kept_in(found) is not None:
        raise Conflict("membership")
    work = Transaction(by)
    number = work.take(store, keys.members(workspace.id), limit=workspace.limits.members)
    made = Membership(workspace.id, user.id, role, number, instant(by.at))
    plan(work, workspace, user, made)
    return work, (made, user)


def plan(
    work: Transaction, workspace: Workspace, user: User, membership: Membership, *, is_new: bool = False
) -> None:
    """The operations that make a membership; `user` is the user as it was read, and says its turn.

    Of a user who `is_new`, the same transaction makes the profile, as `joined` says: it is not changed here.
    A suspended membership has a number that `list_log.allocate` gave, for no row of members comes.
    """
    membership = replace(membership, turn=user.memberships_begun + 1)
    state = attributes(membership)
    work.do(Put(item(keys.member(workspace.id, user.id), state), Absent()), lambda _: Conflict("membership"))
    if not is_new and membership.suspended:
        held: Item = {"suspended_in": {**user.suspended_in, workspace.id: membership.number}}
        there = all_of(Present(), Absent("deleted_at"), _as_read(user))
        begun = Update(keys.user(user.id), set=held, add={"memberships_begun": 1}, condition=there)
        work.do(begun, _user_gone_or_lost)
    elif not is_new:
        work.do(_oldest_with(user, membership), _user_gone_or_lost)
    if membership.role is WorkspaceRole.ADMIN and not membership.suspended:
        grown = Update(keys.workspace(workspace.id), add={"admins": 1}, condition=Present())
        work.add_counter(grown, lambda _: NotFound("workspace", workspace.id))
    elif work.bulk:  # who takes a number from the list's log is refused where the list is closed
        work.check(keys.workspace(workspace.id), Present(), lambda _: NotFound("workspace", workspace.id))
    listing = keys.suspended_members if membership.suspended else keys.members
    work.add_row(listing(workspace.id), membership.number, state)
    row: Item = {
        "workspace_id": workspace.id,
        "created_at": membership.created_at,
        "role": membership.role,
        "turn": membership.turn,
    }
    work.add_row(keys.workspaces_of(user.id), workspace.number, row, lambda _: Conflict("membership"))
    role = membership.role
    work.audit(Event.MEMBER_ADDED, user.id, after=state, workspace=workspace.id, role=role)
    if membership.suspended:
        _tell_suspension(work, replace(membership, suspended=False), membership)


def joined(user: User, membership: Membership) -> User:
    """The user as a new membership leaves it, for those who plan more than one of a user's."""
    if membership.suspended:
        held = {**user.suspended_in, membership.workspace_id: membership.number}
        return replace(user, memberships_begun=user.memberships_begun + 1, suspended_in=held)
    user = replace(
        user,
        memberships_begun=user.memberships_begun + 1,
        administers=user.administers + (membership.role is WorkspaceRole.ADMIN),
    )
    if user.oldest_membership_at is not None and user.oldest_membership_at <= membership.created_at:
        return user
    return replace(
        user, oldest_workspace_id=membership.workspace_id, oldest_membership_at=membership.created_at
    )


def change_role(
    store: Store,
    workspace: Workspace,
    user_id: str,
    role: WorkspaceRole,
    *,
    by: Actor,
    even_last_admin: bool,
    demand: Demand,
    known: Mapping[Key, Item] | None = None,
) -> Joined:
    """Give a member another role: one BatchGet, one Transact; none where it is the present role.

    What was granted in the workspace stays. `demand` is called with the membership as it is, and may raise.
    `known` are the items of `places`, where the caller has read them: then the BatchGet is spared.
    Raises NotFound where there is no such membership, LastAdmin where the workspace would be left without
    ADMIN, unless `even_last_admin`.
    """

    def attempt(found: Mapping[Key, Item]) -> Joined:
        membership, user = among(found, workspace.id, user_id)
        demand(membership)
        if membership.role is role:
            return membership, user
        changed = replace(membership, role=role, revision=membership.revision + 1)
        work = Transaction(by)
        now: Item = {"role": role, "revision": changed.revision}
        work.do(Update(keys.member(workspace.id, user_id), set=now, condition=unchanged(membership)))
        row = keys.row(keys.members(workspace.id), membership.number)
        work.do(Update(row, set=now, condition=Present()))
        of_user = keys.row(keys.workspaces_of(user_id), workspace.number)
        work.do(Update(of_user, set={"role": role}, condition=Present()))
        _count_admins(work, workspace, role, even_last_admin=even_last_admin)
        sign = 1 if role is WorkspaceRole.ADMIN else -1
        alive = all_of(Present(), Absent("deleted_at"))
        work.do(Update(keys.user(user_id), add={"administers": sign}, condition=alive))
        before, after = attributes(membership), attributes(changed)
        work.audit(
            Event.MEMBER_CHANGED, user_id, before=before, after=after, workspace=workspace.id, role=role
        )
        work.commit(store)
        return changed, user

    return retry_from(known, lambda: store.batch_get(places(workspace.id, user_id)), attempt)


def remove(
    store: Store,
    workspace: Workspace,
    user_id: str,
    *,
    by: Actor,
    even_last_admin: bool,
    demand: Demand | None = None,
    known: Mapping[Key, Item] | None = None,
) -> None:
    """End a membership, suspended or not, and with it all that was granted in the workspace: one BatchGet,
    one Transact.

    Where it was the user's oldest, the next oldest is searched first. `demand` is called with the membership
    as it is, and may raise. `known` are the items of `places`, where the caller has read them: then the
    BatchGet is spared. Raises NotFound where there is no such membership, LastAdmin where it is the
    workspace's last ADMIN unless `even_last_admin`.
    """

    def attempt(found: Mapping[Key, Item]) -> None:
        membership, user = among(found, workspace.id, user_id, suspended=True)
        if demand is not None:
            demand(membership)
        work = Transaction(by)
        view = scim_views.among(found, workspace.id, user_id)
        plan_removal(work, store, workspace, membership, user, view, even_last_admin=even_last_admin)
        work.commit(store)

    retry_from(known, lambda: store.batch_get(places(workspace.id, user_id)), attempt)


def plan_removal(
    work: Transaction,
    store: Store,
    workspace: Workspace,
    membership: Membership,
    user: User,
    view: ScimView | None,
    *,
    even_last_admin: bool,
) -> None:
    """All operations by which a membership ends, and the view of it; they also change the profile of the user
    as it was read.

    One Query a megabyte where it was the user's oldest.
    """
    work.do(Delete(keys.member(workspace.id, user.id), unchanged(membership)))
    end(work, workspace, membership, even_last_admin=even_last_admin)
    work.do(_left(work, store, user, membership))
    work.order_cleanup(
        keys.cleanup_of_member(workspace.id, user.id), workspace_id=workspace.id, user_id=user.id
    )
    if view is not None:
        scim_views.plan_forget(work, view)
    role, before = membership.role, attributes(membership)
    work.audit(Event.MEMBER_REMOVED, user.id, before=before, workspace=workspace.id, role=role)


def suspend(
    work: Transaction, store: Store, workspace: Workspace, membership: Membership, user: User
) -> tuple[Membership, Update]:
    """The operations that suspend a membership, the membership as it will be, and what changes in the profile
    of the user, for the caller to do or to add to. One Query a megabyte where it was the user's oldest.

    The commit raises LastAdmin where the workspace would be left without ADMIN.
    """
    after = replace(membership, suspended=True, revision=membership.revision + 1)
    now: Item = {"suspended": True, "revision": after.revision}
    work.do(Update(keys.member(workspace.id, user.id), set=now, condition=unchanged(membership)))
    work.remove_row(keys.members(workspace.id), membership.number)
    work.add_row(keys.suspended_members(workspace.id), membership.number, _row_of(after))
    if membership.role is WorkspaceRole.ADMIN:
        _count_admins(work, workspace, WorkspaceRole.MEMBER, even_last_admin=False)
    state: Item = {"suspended_in": {**user.suspended_in, workspace.id: membership.number}}
    gone: tuple[str, ...] = ()
    if user.oldest_workspace_id == workspace.id:
        place, gone = _next_place(work, store, user)
        state |= place
    _tell_suspension(work, membership, after)
    fewer = _administered(membership, -1)
    return after, Update(keys.user(user.id), set=state, add=fewer, remove=gone, condition=_as_read(user))


def resume(
    work: Transaction, store: Store, workspace: Workspace, membership: Membership, user: User
) -> tuple[Membership, Update]:
    """The operations that bring a suspended membership back into force, the membership as it will be, and
    what changes in the profile of the user, as of `suspend`: one Write for the number.

    Raises LimitReached where the workspace has as many members as it may.
    """
    number = work.take(store, keys.members(workspace.id), limit=workspace.limits.members)
    after = replace(membership, suspended=False, number=number, revision=membership.revision + 1)
    now: Item = {"suspended": False, "number": number, "revision": after.revision}
    work.do(Update(keys.member(workspace.id, user.id), set=now, condition=unchanged(membership)))
    work.remove_row(keys.suspended_members(workspace.id), membership.number)
    work.add_row(keys.members(workspace.id), number, _row_of(after))
    if membership.role is WorkspaceRole.ADMIN:
        _count_admins(work, workspace, WorkspaceRole.ADMIN, even_last_admin=True)
    state: Item = {}
    gone = _without(state, "suspended_in", user.suspended_in, workspace.id)
    if user.oldest_membership_at is None or user.oldest_membership_at > membership.created_at:
        state |= {"oldest_workspace_id": workspace.id, "oldest_membership_at": membership.created_at}
    before, now_is = attributes(membership), attributes(after)
    work.audit(Event.MEMBER_RESUMED, user.id, before=before, after=now_is, workspace=workspace.id)
    more = _administered(after, 1)
    return after, Update(keys.user(user.id), set=state, add=more, remove=gone, condition=_as_read(user))


def _row_of(membership: Membership) -> Item:
    """The row of a membership that is there already: as its item, which before `turn` was kept has none."""
    state: Item = {**attributes(membership)}
    if not membership.turn:
        del state["turn"]
    return state


def _tell_suspension(work: Transaction, membership: Membership, after: Membership) -> None:
    before, now, home = attributes(membership), attributes(after), membership.workspace_id
    work.audit(Event.MEMBER_SUSPENDED, membership.user_id, before=before, after=now, workspace=home)


def end(work: Transaction, workspace: Workspace, membership: Membership, *, even_last_admin: bool) -> None:
    """The operations that end a membership: its rows and counts, not its own item and the profile."""
    _end_row(work, membership)
    work.remove_row(keys.workspaces_of(membership.user_id), workspace.number)
    if membership.suspended:
        return
    if membership.role is WorkspaceRole.ADMIN:
        _count_admins(work, workspace, WorkspaceRole.MEMBER, even_last_admin=even_last_admin)


def plan_end_of_gone(
    work: Transaction, store: Store, membership: Membership, user: User | None, number: int
) -> None:
    """The operations that end a membership of a deleted workspace, whose number in the site's order this is,
    but for the membership's own item. Where it was the user's oldest, the next oldest is searched first.

    `user` is None where the user was deleted.
    """
    _end_row(work, membership)
    work.remove_row(keys.workspaces_of(membership.user_id), number)
    if user is None:
        return
    fewer, workspace_id = _administered(membership, -1), membership.workspace_id
    state: Item = {}
    gone = _without(state, "suspended_in", user.suspended_in, workspace_id)
    gone += _without(state, "admin_by_groups", user.admin_by_groups, workspace_id)
    if user.oldest_workspace_id == workspace_id:
        place, further = _next_place(work, store, user)
        state, gone = {**state, **place}, (*gone, *further)
    if state or gone:
        same = all_of(Absent("deleted_at"), _as_read(user))
        work.do(Update(keys.user(user.id), set=state, add=fewer, remove=gone, condition=same))
    elif fewer:
        alive = all_of(Present(), Absent("deleted_at"))
        work.do(Update(keys.user(user.id), add=fewer, condition=alive))


def _end_row(work: Transaction, membership: Membership) -> None:
    """The row of a membership goes, from the list that has it."""
    listing = keys.suspended_members if membership.suspended else keys.members
    work.remove_row(listing(membership.workspace_id), membership.number)


def _without(state: Item, name: str, present: Mapping[str, int], workspace_id: str) -> tuple[str, ...]:
    """Put into `state` what a map of the profile says without the workspace; what the profile has no more."""
    if workspace_id not in present:
        return ()
    left: Item = {each: number for each, number in present.items() if each != workspace_id}
    if left:
        state[name] = left
    return () if left else (name,)


def _next_place(work: Transaction, store: Store, user: User) -> tuple[Item, tuple[str, ...]]:
    """What the profile says of the oldest membership when the present one ends, and what it says no more."""
    oldest = str(user.oldest_workspace_id)
    rows = counted_lists.everything(store, keys.workspaces_of(user.id))
    following = _next_oldest(
        (row for row in rows if row.get("workspace_id") not in user.suspended_in), oldest
    )
    if following is None:
        return {}, ("oldest_workspace_id", "oldest_membership_at")
    work.do(Check(keys.member(following[2], user.id), Present()))
    return {"oldest_membership_at": following[0], "oldest_workspace_id": following[2]}, ()


def _count_admins(
    work: Transaction, workspace: Workspace, role: WorkspaceRole, *, even_last_admin: bool
) -> None:
    """One ADMIN more, where a member becomes one, or one less, of which another must be left."""
    place = keys.workspace(workspace.id)
    if role is WorkspaceRole.ADMIN:
        grown = Update(place, add={"admins": 1}, condition=Present())
        work.add_counter(grown, lambda _: NotFound("workspace", workspace.id))
        return
    enough: Condition = Present() if even_last_admin else AtLeast("admins", 2)
    fewer = Update(place, add={"admins": -1}, condition=enough)
    work.add_counter(fewer, lambda _: LastAdmin("workspace"))


def _administered(membership: Membership, sign: int) -> dict[str, int]:
    """How a membership that begins or ends counts among the workspaces that its user administers."""
    counts = membership.role is WorkspaceRole.ADMIN and not membership.suspended
    return {"administers": sign} if counts else {}


def still(membership: Membership) -> Condition:
    """That the membership's item is of the membership that was read, whatever its role is now."""
    return Equals("number", membership.number)


def unchanged(membership: Membership) -> Condition:
    """That the membership's item is as it was read. Those of earlier versions have no revision."""
    return all_of(still(membership), Equals("role", membership.role), _of_revision(membership.revision))


def _of_revision(revision: int) -> Condition:
    same = Equals("revision", revision)
    return any_of(same, Absent("revision")) if revision == 1 else same


def none_revoked_since(user: User) -> Condition:
    """That `revoked_through` of the user's profile is the one that was read."""
    return _same(users.REVOKED_THROUGH, user.revoked_through)


def same_groups(user: User) -> Condition:
    """That `admin_by_groups` of the user's profile is the one that was read."""
    return _same("admin_by_groups", user.admin_by_groups)


def _same(name: str, present: Mapping[str, int]) -> Condition:
    return Equals(name, dict(present)) if present else Absent(name)


def _as_read(user: User) -> Condition:
    """That all that the profile says of memberships is as it was read, but for counts."""
    oldest = user.oldest_workspace_id
    same = Absent("oldest_workspace_id") if oldest is None else Equals("oldest_workspace_id", oldest)
    return all_of(none_revoked_since(user), _same("suspended_in", user.suspended_in), same_groups(user), same)


def places(workspace_id: str, user_id: str) -> list[Key]:
    """Where a membership, its user, and what the provider wrote of them are; nowhere, where the text can be
    no id.
    """
    if not keys.is_id(user_id):
        return []
    return [keys.user(user_id), keys.member(workspace_id, user_id), keys.scim_view(workspace_id, user_id)]


def among(found: Mapping[Key, Item], workspace_id: str, user_id: str, *, suspended: bool = False) -> Joined:
    """The membership and its user among the items of `places`. Raises NotFound, also for one that is
    suspended unless these are asked for too.
    """
    user, place = _read(found, workspace_id, user_id)
    membership = kept_in(place) if suspended else of_item(place)
    if user is None or membership is None:
        raise NotFound("member", user_id)
    return membership, user


def _read(found: Mapping[Key, Item], workspace_id: str, user_id: str) -> tuple[User | None, Item | None]:
    """The user, and what stands under the key of the membership."""
    if not keys.is_id(user_id):
        return None, None
    return users.of_item(found.get(keys.user(user_id))), found.get(keys.member(workspace_id, user_id))


def _oldest_with(user: User, membership: Membership) -> Update:
    """What a new membership means for the profile: it is counted, and becomes the oldest where none is older.

    Two that begin at once may have one turn: then neither is the older one.
    """
    key = keys.user(user.id)
    counts = {"memberships_begun": 1, **_administered(membership, 1)}
    alive = Absent("deleted_at")
    if user.oldest_workspace_id is None:
        same: Condition = all_of(Present(), alive, Absent("oldest_workspace_id"))
    else:
        same = all_of(alive, Equals("oldest_workspace_id", user.oldest_workspace_id))
    if user.oldest_membership_at is not None and user.oldest_membership_at <= membership.created_at:
        return Update(key, add=counts, condition=same)
    oldest: Item = {
        "oldest_workspace_id": membership.workspace_id,
        "oldest_membership_at": membership.created_at,
    }
    return Update(key, set=oldest, add=counts, condition=same)


def _left(work: Transaction, store: Store, user: User, membership: Membership) -> Update:
    """What the end of a membership changes in the profile: `revoked_through`, what groups and a suspension
    say of the workspace, and perhaps the oldest one.
    """
    workspace_id = membership.workspace_id
    state: Item = {users.REVOKED_THROUGH: {**user.revoked_through, workspace_id: membership.number}}
    gone = _without(state, "suspended_in", user.suspended_in, workspace_id)
    gone += _without(state, "admin_by_groups", user.admin_by_groups, workspace_id)
    if user.oldest_workspace_id == workspace_id:
        place, further = _next_place(work, store, user)
        state, gone = {**state, **place}, (*gone, *further)
    fewer = _administered(membership, -1)
    return Update(keys.user(user.id), set=state, add=fewer, remove=gone, condition=_as_read(user))


def age(row: Item) -> tuple[str, int, str]:
    """What orders the rows of a user's workspaces from the oldest membership on; the workspace is last."""
    turn = row.get("turn", 0)
    return str(row.get("created_at")), turn if isinstance(turn, int) else 0, str(row.get("workspace_id"))


def _next_oldest(rows: Iterable[Item], without: str) -> tuple[str, int, str] | None:
    return min((each for each in map(age, rows) if each[2] != without), default=None)


def _user_gone_or_lost(found: Item | None) -> DirectoryError:
    return NotFound("user") if found is None or "deleted_at" in found else ReadConflict()
