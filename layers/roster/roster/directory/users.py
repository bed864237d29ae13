"""Users: by id, by address, in pages; made, changed and deleted with every invariant in one transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import attribute, attributes, entity, readable
from roster.db.items import difference
from roster.db.store import (
    Absent,
    AtLeast,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Refused,
    Store,
    Update,
    Value,
    all_of,
)
from roster.db.transactions import Transaction, item, retry_from, retry_on_conflict
from roster.directory import user_lists
from roster.directory.emails import canonical
from roster.directory.references import NOTHING, References
from roster.domain import Actor, User
from roster.errors import Conflict, LastAdmin, NotFound, Unauthenticated, Unavailable
from roster.events import Event

REVOKED_THROUGH = attribute(User, "revoked_through")
NOT_LISTED = frozenset(
    {
        "oldest_workspace_id",
        "oldest_membership_at",
        "memberships_begun",
        REVOKED_THROUGH,
        attribute(User, "session_version"),
        attribute(User, "session_version_at"),
        "token_version",
        "tokens_made",
        "revision",
        "last_sign_in_at",
        "administers",
        "admin_by_groups",
        "suspended_in",
    }
)
"""The attributes of a user that the site's list of users does not keep."""

Edit = Callable[[User], User]
Demand = Callable[[User], None]


def of_item(found: Item | None) -> User | None:
    """The user that an item holds; None where there is none or only the tombstone of one."""
    return None if found is None or "deleted_at" in found else entity(User, found)


def by_id(store: Store, user_id: str) -> User | None:
    """One Get."""
    return of_item(store.get(keys.user(user_id))) if keys.is_id(user_id) else None


def by_ids(store: Store, user_ids: list[str]) -> dict[str, User]:
    """Those of the users that live: one BatchGet a hundred."""
    return living(store.batch_get([keys.user(user_id) for user_id in user_ids]))


def living(items: Mapping[Key, Item]) -> dict[str, User]:
    """The users whose profiles are among the items, by id, without those who were deleted."""
    named = ((key, item, str(item.get("id"))) for key, item in items.items() if "deleted_at" not in item)
    profiles = (item for key, item, own in named if keys.is_id(own) and key == keys.user(own))
    found = readable(User, profiles)
    return {user.id: user for user in found}


def is_tombstone(found: Item | None) -> bool:
    """Whether the item is what is left of a deleted user."""
    return found is not None and "deleted_at" in found


def by_number(store: Store, number: int) -> User:
    """The user with this integer id: one Get of the list's copy. Raises NotFound."""
    found = store.get(keys.row(keys.USERS, number))
    if found is None:
        raise NotFound("user")
    return entity(User, found)


def in_rows(items: Mapping[Key, Item]) -> list[User]:
    """The users whose list copies are among the items."""
    return readable(User, (item for key, item in items.items() if key.pk == keys.USERS))


def rows_of(numbers: Iterable[int]) -> list[Key]:
    """Where the list's copies of these users are."""
    return [keys.row(keys.USERS, number) for number in numbers]


def page(store: Store, number: int, size: int) -> tuple[list[User], int]:
    """A page of the site's users in order of their numbers, and their total: three calls at most."""
    rows = counted_lists.page(store, keys.USERS, number, size)
    return readable(User, rows.items), rows.total


def with_password(store: Store, lock: Item | None) -> tuple[User | None, str | None]:
    """The user who holds an address's lock, and the hash of the password: one BatchGet, also for nobody's."""
    user_id = "nobody" if lock is None else str(lock["user_id"])
    profile, secret = keys.user(user_id), keys.password(user_id)
    found = store.batch_get([profile, secret])
    if lock is None:  # only now: the number of calls must not tell which addresses there are
        return None, None
    return of_item(found.get(profile)), hash_in(found.get(secret))


def hash_in(found: Item | None) -> str | None:
    """The hash that a password's item holds."""
    stored = (found or {}).get("hash")
    return stored if isinstance(stored, str) else None


def replace_hash(store: Store, user_id: str, stored: str, better: str) -> None:
    """Keep another hash of the same password: one Write, whose failure fails nothing, as a later login tries
    again. Sessions stay, and no audit item is written, for nothing has changed for anybody.
    """
    with suppress(Refused, Unavailable):
        store.write(Update(keys.password(user_id), set={"hash": better}, condition=Equals("hash", stored)))


def plan_sign_in(work: Transaction, user: User) -> None:
    """The operation that notes in which hour the user signed in; none where the profile says it already."""
    hour = f"{instant(work.by.at)[: len('2026-04-13T01')]}:00:00Z"
    if user.last_sign_in_at != hour:
        noted = Update(
            keys.user(user.id),
            set={"last_sign_in_at": hour},
            condition=all_of(Present(), Absent("deleted_at")),
        )
        work.do(noted, lambda _: Unauthenticated())


def create(store: Store, user: User, password: str | None, *, by: Actor) -> User:
    """Make a user: one BatchGet, one Write for the number, one Transact; `password` is a hash, None for no
    login.

    Raises Conflict for an address in use.
    """

    def attempt() -> User:
        work, made = prepare(store, user, password, by=by)
        work.commit(store)
        return made

    return retry_on_conflict(attempt)


def prepare(
    store: Store, user: User, password: str | None, *, by: Actor, named: References = NOTHING
) -> tuple[Transaction, User]:
    """The transaction that makes a user, and the user: one BatchGet, one Write for the number.

    `named` is what the user refers to: raises ValidationFailed for what is not there, and Conflict for an
    address in use; so does the commit.
    """
    lock = keys.email(canonical(user.email))
    found = store.batch_get([lock, keys.default_role(), *named.keys])
    named.demand(found)
    if lock in found:  # a refusal spends no number
        raise Conflict("email")
    work = Transaction(by)
    made = replace(
        user,
        id=user.id or str(uuid4()),
        number=work.take(store, keys.USERS),
        role_number=default_role(found) if user.role_number is None else user.role_number,
        created_at=instant(by.at),
        created_by=by.user_id,
        created_by_number=by.user_number,
    )
    plan(work, made, password)
    named.check(work)
    return work, made


def default_role(found: Mapping[Key, Item]) -> int | None:
    """The role that a new user gets who was given none.

    That it is still there is no condition of the transaction, as one item would then be everybody's.
    """
    number = found.get(keys.default_role(), {}).get("number")
    return number if type(number) is int else None


def plan(work: Transaction, user: User, password: str | None) -> None:
    """The operations that make a user: profile, address, row, admin count, audit."""
    work.do(Put(item(keys.user(user.id), attributes(user)), Absent()), lambda _: Conflict("id", user.id))
    work.do(_lock(user), lambda _: Conflict("email"))
    work.add_row(
        keys.USERS, user.number, _row(attributes(user)), lambda _: Conflict("number", str(user.number))
    )
    if password is not None:
        work.do(Put(item(keys.password(user.id), {"hash": password})))
    if user.is_admin:
        work.add_counter(Update(keys.site_admins(), add={"count": 1}))
    user_lists.plan(work, None, user)
    work.audit(Event.USER_CREATED, user.id, after=attributes(user))


def change(
    store: Store,
    user: User,
    edit: Edit,
    *,
    by: Actor,
    password: str | None = None,
    named: References = NOTHING,
) -> User:
    """Change a user: one Transact, and before a change of status or roles one BatchGet.

    `edit` makes the new state from the present one, `user` at first; where it raises, nothing is changed.
    `named` is what the change refers to anew.

    A new password (its hash) or a suspension ends every session. Raises Conflict (address), LastAdmin,
    and NotFound where the user has gone meanwhile.
    """

    def attempt(before: User) -> User:
        after = edit(before)
        there = user_lists.listed(store, before, after)
        work, changed = prepare_change(before, after, by=by, password=password, listed=there)
        named.check(work)
        work.commit(store)
        return changed

    return retry_from(as_stored(user), lambda: alive(store, user.id), attempt)


def prepare_change(
    before: User,
    after: User,
    *,
    by: Actor,
    password: str | None = None,
    listed: Collection[Key] = (),
) -> tuple[Transaction, User]:
    """The transaction that turns one state of a user into another, and the user as it will be.

    `listed` is what `user_lists.listed` finds for a change of status or roles.
    The commit raises Conflict (address), LastAdmin, and ReadConflict where `before` is not the present state.
    """
    ends_sessions = password is not None or not after.active
    is_other_address = canonical(before.email) != canonical(after.email)
    if is_other_address and before.email_verified:  # it is another one that was proved
        after = replace(after, email_verified=False)
    after = replace(
        after,
        revision=before.revision + 1,
        session_version=before.session_version + (1 if ends_sessions else 0),
        session_version_at=instant(by.at) if ends_sessions else before.session_version_at,
        updated_at=instant(by.at),
        updated_by=by.user_id,
        updated_by_number=by.user_number,
    )
    work = Transaction(by)
    old, new = _plan_state(work, before, after)
    if is_other_address:
        work.do(_lock(after), lambda _: Conflict("email"))
        work.do(Delete(keys.email(canonical(before.email)), Equals("user_id", before.id)))
    if password is not None:
        work.do(Put(item(keys.password(before.id), {"hash": password})))
    _count_admins(work, before.is_admin, after.is_admin)
    user_lists.plan(work, before, after, listed)
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    changed |= {"password"} if password is not None else set()
    work.audit(_change_of(before, after), before.id, before=old, after=new, fields=[*sorted(changed)])
    return work, after


def prepare_ending(
    before: User, *, by: Actor, tokens: bool, factors: int | None = None
) -> tuple[Transaction, User]:
    """The transaction that ends all sessions and grants of a user, with `tokens` also the API tokens, and the
    user as it will be, perhaps with this number of second factors; the audit is the caller's to add. The
    commit raises ReadConflict where `before` is not the present state.
    """
    after = replace(
        before,
        factors=before.factors if factors is None else factors,
        revision=before.revision + 1,
        session_version=before.session_version + 1,
        session_version_at=instant(by.at),
        token_version=before.token_version + (1 if tokens else 0),
    )
    work = Transaction(by)
    _plan_state(work, before, after, listed=before.factors != after.factors)
    if tokens:
        plan_cleanup_of_tokens(work, before.id)
    return work, after


def prepare_factors(before: User, factors: int, *, by: Actor) -> tuple[Transaction, User]:
    """The transaction that gives a user this number of second factors, and the user as it will be; the audit
    is the caller's to add. The commit raises ReadConflict where `before` is not the present state.
    """
    after = replace(before, revision=before.revision + 1, factors=factors)
    work = Transaction(by)
    _plan_state(work, before, after)
    return work, after


def plan_cleanup_of_tokens(work: Transaction, user_id: str) -> None:
    """The operation by which the API tokens that have all ended are removed."""
    work.order_cleanup(keys.cleanup_of_tokens(user_id), user_id=user_id)


def delete(store: Store, user: User, *, by: Actor, demand: Demand | None = None) -> None:
    """Delete a user: one Transact leaves a tombstone, frees the address and orders the cleanup.

    One BatchGet before it where the user is suspended, ADMIN or no USER.

    `demand` is called with the user as it is when it is deleted, and may raise. No credential is valid
    without the profile. Raises LastAdmin, and NotFound where the user has gone.
    """

    def attempt(before: User) -> None:
        if demand is not None:
            demand(before)
        work = Transaction(by)
        plan_deletion(work, store, before)
        work.commit(store)

    retry_from(as_stored(user), lambda: alive(store, user.id), attempt)


def plan_deletion(work: Transaction, store: Store, before: User, *, only_if: Condition | None = None) -> None:
    """The operations that delete a user as read, perhaps under a further condition of the profile: none is
    read for that, but one BatchGet where the user is suspended, ADMIN or no USER.
    """
    at = instant(work.by.at)
    tombstone = item(keys.user(before.id), {"id": before.id, "number": before.number, "deleted_at": at})
    same = _unchanged(before)
    work.do(Put(tombstone, same if only_if is None else all_of(same, only_if)))
    work.do(Delete(keys.email(canonical(before.email)), Equals("user_id", before.id)))
    work.do(Delete(keys.password(before.id)))
    work.do(Delete(keys.password_link(before.id)))
    work.remove_row(keys.USERS, before.number)
    _count_admins(work, before.is_admin, False)
    user_lists.plan(work, before, None, user_lists.listed(store, before, None))
    work.order_cleanup(keys.cleanup_of_user(before.id), user_id=before.id)
    work.audit(Event.USER_DELETED, before.id, before=attributes(before))


def as_stored(user: User) -> User | None:
    """The user, or None where a limited token has hidden a part of it, so that it must be read again."""
    return user if user.limited_to is None else None


def _change_of(before: User, after: User) -> Event:
    if before.active == after.active:
        return Event.USER_CHANGED
    return Event.USER_RESUMED if after.active else Event.USER_SUSPENDED


def alive(store: Store, user_id: str) -> User:
    """One Get; raises NotFound where the user is not there."""
    user = by_id(store, user_id)
    if user is None:
        raise NotFound("user", user_id)
    return user


def _plan_state(
    work: Transaction, before: User, after: User, *, listed: bool = True
) -> tuple[dict[str, Value], dict[str, Value]]:
    """The operations that turn one state of a user's profile into another, and with `listed` the row of it in
    the site's list; both states as they are stored.
    """
    old, new = attributes(before), attributes(after)
    work.do(difference(keys.user(before.id), old, new, _unchanged(before)))
    if listed:
        work.do(difference(keys.row(keys.USERS, before.number), _row(old), _row(new), Present()))
    return old, new


def _row(state: Mapping[str, Value]) -> dict[str, Value]:
    """What the site's list of users keeps of a user: all that lists show."""
    return {name: value for name, value in state.items() if name not in NOT_LISTED}


def _lock(user: User) -> Put:
    return Put(item(keys.email(canonical(user.email)), {"user_id": user.id}), Absent())


def _unchanged(user: User) -> Condition:
    return all_of(Absent("deleted_at"), Equals("revision", user.revision))


def _count_admins(work: Transaction, before: bool, after: bool) -> None:
    if before and not after:
        work.add_counter(
            Update(keys.site_admins(), add={"count": -1}, condition=AtLeast("count", 2)),
            lambda _: LastAdmin("site"),
        )
    elif after and not before:
        work.add_counter(Update(keys.site_admins(), add={"count": 1}))
