"""Members as the identity provider of their workspace sees them and writes them (SCIM, docs/scim.md).

A membership is kept while it is suspended; then its user counts as no member (`User.acts_in`). What the
provider wrote of a member is the workspace's view of them (`scim_views.py`). A user's profile follows it only
where the workspace made the user, who belongs to no other and has no platform role: else one workspace could
have the mail of another's member.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys, list_log
from roster.db.codec import attributes, readable
from roster.db.list_tree import integer
from roster.db.store import (
    Absent,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Store,
)
from roster.db.transactions import ReadConflict, Transaction, retry_from, retry_on_conflict
from roster.directory import members, scim_views, users
from roster.directory.emails import NotAnAddress, canonical
from roster.directory.folding import folded
from roster.domain import Actor, Membership, ScimView, User, Workspace, WorkspaceRole
from roster.errors import Conflict
from roster.events import Event


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A member of a workspace, suspended or not; `view` is None where the provider wrote nothing yet."""

    membership: Membership
    user: User
    view: ScimView | None = None

    @property
    def active(self) -> bool:
        """Whether the membership is in force. SCIM shows the membership's state, never the site's."""
        return not self.membership.suspended

    @property
    def user_name(self) -> str:
        """The name by which the provider finds the member: what it wrote, else the e-mail address."""
        return self.view.user_name if self.view is not None else self.user.email

    @property
    def revision(self) -> str:
        """What differs whenever the member does: for the weak ETag."""
        view = self.view.revision if self.view is not None else 0
        return f"{self.membership.number}.{self.membership.revision}.{self.user.revision}.{view}"


@dataclass(frozen=True, slots=True)
class MemberProfile:
    """What the directory's profile of a user takes from a view; `email` is an address."""

    email: str
    full_name: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenMember:
    """What a provider writes of a member. `body` is JSON (`ScimView`); `profile` is what the user's profile
    follows, if it may; `active` None leaves the state as it is.
    """

    user_name: str
    profile: MemberProfile
    external_id: str | None = None
    body: str = "{}"
    active: bool | None = None


MOST = 1_000
"""Members who are found by one external id or address: a provider may repeat both."""

Edit = Callable[[Provisioned], WrittenMember]
"""Makes what is to be written from the member as it is; may raise."""


# Reading.


def places(workspace_id: str, user_id: str) -> list[Key]:
    """Where a member is: user, membership, view; nowhere, where the text can be no id. To be read with the
    caller.
    """
    return members.places(workspace_id, user_id)


def among(found: Mapping[Key, Item], workspace_id: str, user_id: str) -> Provisioned:
    """The member among the items of `places`. Raises NotFound."""
    membership, user = members.among(found, workspace_id, user_id, suspended=True)
    return Provisioned(membership, user, scim_views.among(found, workspace_id, user_id))


def by_id(store: Store, workspace_id: str, user_id: str) -> Provisioned:
    """One BatchGet. Raises NotFound."""
    wanted = places(workspace_id, user_id)
    return among(store.batch_get(wanted) if wanted else {}, workspace_id, user_id)


def by_ids(store: Store, workspace_id: str, user_ids: Sequence[str]) -> list[Provisioned]:
    """Those that are members, in the order of the ids: one BatchGet a hundred keys, three a member."""
    wanted = [key for user_id in user_ids for key in places(workspace_id, user_id)]
    found = store.batch_get(wanted) if wanted else {}
    return _those_among(found, workspace_id, user_ids)


def _those_among(found: Mapping[Key, Item], workspace_id: str, user_ids: Iterable[str]) -> list[Provisioned]:
    """Those of the users that are members, among the items of `places`."""
    there = (user_id for user_id in user_ids if _is_member(found, workspace_id, user_id))
    return [among(found, workspace_id, user_id) for user_id in there]


def _is_member(found: Mapping[Key, Item], workspace_id: str, user_id: str) -> bool:
    if not keys.is_id(user_id) or keys.member(workspace_id, user_id) not in found:
        return False
    return users.of_item(found.get(keys.user(user_id))) is not None


def name_places(workspace_id: str, user_name: str) -> list[Key]:
    """What tells who has the user name: the name's lock, and the address's if it is one, also in other
    characters that fold alike. To be read with the caller.
    """
    name = folded(user_name)
    address, lock = _address(name), keys.scim_user_name(workspace_id, name)
    return [lock] if address is None else [lock, address]


def _address(text: str) -> Key | None:
    """The lock of the address that the text is, if it is one."""
    try:
        return keys.email(canonical(text))
    except NotAnAddress:
        return None


def _named(found: Mapping[Key, Item], places: Iterable[Key]) -> list[str]:
    """The users to whom the locks among the items lead, each once."""
    return list(dict.fromkeys(str(found[place]["user_id"]) for place in places if place in found))


def by_user_name(
    store: Store, workspace_id: str, user_name: str, *, known: Mapping[Key, Item] | None = None
) -> Provisioned | None:
    """The member with the user name, without regard to case; one that the provider has not written yet by
    their e-mail address. Two BatchGets; one where `known` holds the items of `name_places`.
    """
    wanted = name_places(workspace_id, user_name)
    holders = _named(store.batch_get(wanted) if known is None else known, wanted)
    there = by_ids(store, workspace_id, holders) if holders else []
    return next((one for one in there if folded(one.user_name) == folded(user_name)), None)


def ids_by_external_id(store: Store, workspace_id: str, external_id: str, most: int = MOST) -> list[str]:
    """Users of whom the provider wrote this external id, `most` and one more at most: one Query."""
    return _indexed(store, *keys.scim_users_of(workspace_id, external_id), most)


def by_external_id(store: Store, workspace_id: str, external_id: str) -> list[Provisioned]:
    """The members of whom the provider wrote exactly this external id: one Query, one BatchGet."""
    ids = ids_by_external_id(store, workspace_id, external_id)
    there = by_ids(store, workspace_id, ids) if ids else []
    return [one for one in there if one.view is not None and one.view.external_id == external_id]


def ids_by_email(
    store: Store,
    workspace_id: str,
    address: str,
    *,
    known: Mapping[Key, Item] | None = None,
    most: int = MOST,
) -> list[str]:
    """Users in whose views the address may be, in any case, and who has it in the profile; `most` and two
    more at most: a BatchGet and a Query, the Query alone where `known` holds the items of `name_places`.
    """
    wanted = name_places(workspace_id, address)
    named = _named(store.batch_get(wanted) if known is None else known, wanted)
    rows = _indexed(store, *keys.scim_addresses_of(workspace_id, folded(address)), most)
    return list(dict.fromkeys([*named, *rows]))


def by_email(store: Store, workspace_id: str, address: str) -> list[Provisioned]:
    """The members of `ids_by_email`: two BatchGets, one Query."""
    ids = ids_by_email(store, workspace_id, address)
    return by_ids(store, workspace_id, ids) if ids else []


def _indexed(store: Store, pk: str, prefix: str, most: int) -> list[str]:
    return [str(row["user_id"]) for row in store.query(pk, begins=prefix, limit=most + 1).items]


def heads(workspace_id: str) -> list[Key]:
    """The heads of the two lists of `page`, to be read with the caller."""
    return [
        *counted_lists.head(keys.members(workspace_id)),
        *counted_lists.head(keys.suspended_members(workspace_id)),
    ]


def page(
    store: Store,
    workspace_id: str,
    start: int,
    count: int,
    *,
    known: Mapping[Key, Item] | None = None,
) -> tuple[list[Provisioned], int]:
    """`count` members from the place `start` (from 1) on, and the total: those in force by their number, then
    the suspended ones.

    Three calls and a BatchGet a hundred keys, two a member; one fewer where `known` holds `heads`. As many
    where the page reaches into both lists.
    """
    head = store.batch_get(heads(workspace_id)) if known is None else known
    rows: list[Item] = []
    before = total = 0
    for listing in (keys.members(workspace_id), keys.suspended_members(workspace_id)):
        here = counted_lists.head(listing)
        mine = {key: head[key] for key in here if key in head}
        wanted, skip = count - len(rows), max(0, start - 1 - before)
        if wanted > 0:
            found = _from(store, listing, skip, wanted, mine)
            rows, size = [*rows, *found.items], found.total
        else:
            root, changes = counted_lists.counted(store, listing, mine)
            size = counted_lists.size_of(root, changes)
        before, total = before + size, total + size
    return _joined(store, workspace_id, readable(Membership, rows)), total


def _from(store: Store, listing: str, skip: int, count: int, head: Mapping[Key, Item]) -> counted_lists.Rows:
    """`count` rows after the first `skip`, and the total. Where the list ends among them, they are read from
    its end, which needs no branch.
    """
    seen = integer(head.get(keys.root(listing), {}), "total")
    if 0 < skip < seen < skip + count:
        last = counted_lists.page(store, listing, 1, count, forward=False, known=head)
        left = max(0, last.total - skip)
        if left <= count:  # else the log says of more than the root does
            return counted_lists.Rows(last.items[:left][::-1], last.total)
    return counted_lists.page(store, listing, 1, count, offset=skip, known=head)


def _joined(store: Store, workspace_id: str, found: list[Membership]) -> list[Provisioned]:
    wanted = [
        key for one in found for key in (keys.user(one.user_id), keys.scim_view(workspace_id, one.user_id))
    ]
    items = store.batch_get(wanted) if wanted else {}
    living = users.living(items)
    return [
        Provisioned(one, living[one.user_id], scim_views.among(items, workspace_id, one.user_id))
        for one in found
        if one.user_id in living
    ]


# Writing.


def create(store: Store, workspace: Workspace, wanted: WrittenMember, *, by: Actor) -> Provisioned:
    """Make a member: two BatchGets, a Write for each number, one Transact.

    Nobody has the address: the user too is made, and the workspace manages them. Somebody has it: they become
    a member, and their profile stays. A member of whom the provider has written nothing yet gets the view.
    Raises Conflict ("userName") where that is another member's name, or the member has a view already, and
    LimitReached.
    """

    def attempt() -> Provisioned:
        names = name_places(workspace.id, wanted.user_name)
        address = keys.email(canonical(wanted.profile.email))
        found = store.batch_get([*names, address, keys.default_role()])
        holder = next(iter(_named(found, [address])), None)
        named = _named(found, [*names, address])
        keys_of_named = [key for each in named for key in places(workspace.id, each)]
        items = store.batch_get(keys_of_named) if named else {}
        there = _those_among(items, workspace.id, named)
        present = next((one for one in there if one.user.id == holder), None)
        if present is not None and present.view is not None:
            raise Conflict("userName", wanted.user_name)
        _demand_free(there, wanted.user_name, holder)
        if present is not None:
            return _change(store, workspace, present, wanted, found, by=by)
        user = users.of_item(items.get(keys.user(holder))) if holder is not None else None
        return _join(store, workspace, user, wanted, found, by=by)

    return retry_on_conflict(lambda: _with_what_is_there(attempt))


def _with_what_is_there(attempt: Callable[[], Provisioned]) -> Provisioned:
    """What the attempt returns. Raises ReadConflict where somebody got the address, or became a member, since
    it has read: they are who is provisioned.
    """
    try:
        return attempt()
    except Conflict as error:
        if error.what in ("email", "membership"):
            raise ReadConflict from error
        raise


def _demand_free(there: Iterable[Provisioned], user_name: str, own: str | None) -> None:
    """Raise Conflict where another member is known by the user name."""
    for one in there:
        if one.user.id != own and folded(one.user_name) == folded(user_name):
            raise Conflict("userName", user_name)


def _join(
    store: Store,
    workspace: Workspace,
    holder: User | None,
    wanted: WrittenMember,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> Provisioned:
    """Make the membership of somebody who is no member, and of nobody the user."""
    user = holder or _user(wanted.profile, found, by)
    work = Transaction(by)
    suspended = wanted.active is False
    listing = keys.members(workspace.id)
    if suspended:
        number = list_log.allocate(store, listing)
    else:
        number = work.take(store, listing, limit=workspace.limits.members)
    at = instant(by.at)
    membership = Membership(workspace.id, user.id, WorkspaceRole.MEMBER, number, at, suspended=suspended)
    if holder is None:
        user = replace(user, number=work.take(store, keys.USERS))
        made = members.joined(user, membership)
        users.plan(work, made, None)
    else:
        made = members.joined(user, membership)
    members.plan(work, workspace, user, membership, is_new=holder is None)
    view = ScimView(
        workspace.id,
        user.id,
        wanted.user_name,
        at,
        at,
        wanted.external_id,
        wanted.body,
        managed=holder is None,
    )
    scim_views.plan(work, None, view, found)
    work.commit(store)
    return Provisioned(replace(membership, turn=user.memberships_begun + 1), made, view)


def _user(profile: MemberProfile, found: Mapping[Key, Item], by: Actor) -> User:
    return User(
        str(uuid4()),
        0,
        profile.email,
        profile.full_name,
        instant(by.at),
        first_name=profile.first_name,
        last_name=profile.last_name,
        role_number=users.default_role(found),
        created_by=by.user_id,
        created_by_number=by.user_number,
    )


def change(store: Store, workspace: Workspace, present: Provisioned, edit: Edit, *, by: Actor) -> Provisioned:
    """Write a member's view, perhaps the profile with it, and suspend or resume the membership as
    `WrittenMember.active` says. `edit` is called with the member as it is, `present` at first.

    One BatchGet and for another user name a second, a Write where a row comes or goes, one Transact; none
    where nothing changes. Raises what `edit` raises, Conflict ("userName", "email"), LastAdmin, LimitReached,
    NotFound.
    """

    def attempt(one: Provisioned) -> Provisioned:
        wanted = edit(one)
        found: Mapping[Key, Item] = {}
        if one.view is None or folded(one.view.user_name) != folded(wanted.user_name):
            names = name_places(workspace.id, wanted.user_name)
            found = store.batch_get(names)
            others = [user_id for user_id in _named(found, names) if user_id != one.user.id]
            _demand_free(by_ids(store, workspace.id, others) if others else [], wanted.user_name, one.user.id)
        return _change(store, workspace, one, wanted, found, by=by)

    return retry_from(present, lambda: by_id(store, workspace.id, present.user.id), attempt)


def _change(
    store: Store,
    workspace: Workspace,
    present: Provisioned,
    wanted: WrittenMember,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> Provisioned:
    """`found` are the items of `name_places` where the user name is another one."""
    is_toggled = wanted.active is not None and wanted.active != present.active
    view = _viewed(present, wanted, workspace.id, instant(by.at), is_toggled)
    user = _profiled(store, present, wanted.profile)
    if view == present.view and user == present.user and not is_toggled:
        return present
    work = Transaction(by)
    membership, after = present.membership, user
    if user != present.user:
        work, after = users.prepare_change(present.user, user, by=by)
        work.demand(keys.user(user.id), _belongs_nowhere_else(present.user))
    if is_toggled:
        turn = members.resume if membership.suspended else members.suspend
        membership, of_user = turn(work, store, workspace, membership, present.user)
        work.also(of_user)
        after = replace(after, suspended_in=_suspended_in(after, membership))
    else:
        place = keys.member(workspace.id, membership.user_id)
        work.do(Check(place, members.unchanged(membership)))
    if view != present.view:
        scim_views.plan(work, present.view, view, found)
    work.commit(store)
    return Provisioned(membership, after, view)


def _suspended_in(user: User, membership: Membership) -> Mapping[str, int]:
    """The user's `suspended_in` with what the membership is now."""
    others = {home: number for home, number in user.suspended_in.items() if home != membership.workspace_id}
    return {**others, membership.workspace_id: membership.number} if membership.suspended else others


def _viewed(
    present: Provisioned, wanted: WrittenMember, workspace_id: str, at: str, is_toggled: bool
) -> ScimView:
    """The view as it will be; the present one where nothing changes. It says when the member was changed, so
    it is another when the membership is suspended or resumed too.
    """
    old = present.view or ScimView(workspace_id, present.user.id, "", at, at, revision=0)
    new = replace(old, user_name=wanted.user_name, external_id=wanted.external_id, body=wanted.body)
    return old if new == old and not is_toggled else replace(new, updated_at=at, revision=old.revision + 1)


def _profiled(store: Store, present: Provisioned, profile: MemberProfile) -> User:
    """The user as the profile will be; as it is where it does not follow the view, or says the same."""
    user, view = present.user, present.view
    if view is None or not view.managed or user.is_platform_admin:
        return user
    after = replace(
        user,
        email=profile.email,
        full_name=profile.full_name,
        first_name=profile.first_name,
        last_name=profile.last_name,
    )
    return after if after != user and is_all_of(store, present) else user


def is_all_of(store: Store, present: Provisioned) -> bool:
    """Whether the membership is the user's only one: one BatchGet, none where they never had another."""
    if present.user.memberships_begun <= 1:
        return True
    return counted_lists.total(store, keys.workspaces_of(present.user.id)) == 1


def _belongs_nowhere_else(user: User) -> Condition:
    """That no membership of the user has begun since the user was read, and no platform role was given."""
    begun = user.memberships_begun
    return Equals("memberships_begun", begun) if begun else Absent("memberships_begun")


def end(
    store: Store,
    workspace: Workspace,
    present: Provisioned,
    *,
    by: Actor,
    demand: Callable[[Provisioned], None] = lambda present: None,
) -> None:
    """End a membership, suspended or not, with its view; a user whom the workspace made, who belongs nowhere
    else and has no platform role, is deleted with it. One Write or two, one Transact.

    `demand` is called with the member as it is, and may raise. Raises LastAdmin, and NotFound where it has
    ended meanwhile.
    """

    def attempt(one: Provisioned) -> None:
        demand(one)
        work = Transaction(by)
        managed = one.view is not None and one.view.managed
        if managed and not one.user.is_platform_admin and is_all_of(store, one):
            _plan_end_of_both(work, store, workspace, one)
        else:
            members.plan_removal(
                work, store, workspace, one.membership, one.user, one.view, even_last_admin=False
            )
        work.commit(store)

    retry_from(present, lambda: by_id(store, workspace.id, present.user.id), attempt)


def _plan_end_of_both(work: Transaction, store: Store, workspace: Workspace, present: Provisioned) -> None:
    membership, user = present.membership, present.user
    work.do(Delete(keys.member(workspace.id, user.id), members.unchanged(membership)))
    members.end(work, workspace, membership, even_last_admin=False)
    before = attributes(membership)
    work.audit(Event.MEMBER_REMOVED, user.id, before=before, workspace=workspace.id, role=membership.role)
    users.plan_deletion(work, store, user, only_if=_belongs_nowhere_else(user))
    if present.view is not None:
        scim_views.plan_forget(work, present.view)
