"""One way to break each invariant behind the directory's back, and no other invariant with it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from roster.clock import instant
from roster.emails import canonical
from roster.table import keys, tokens, users
from roster.table.store import Delete, Item, Key, Put, Store, Update, Value
from roster.table.transaction import item
from tools import demo
from tools.invariants import Invariant

NOW = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
USER, OTHER, LONER = "u-0000002", "u-0000004", "u-0000036"
HOME = "ws-northwind"

Damage = Callable[[Store], Key]
"""Breaks one invariant; returns the key that a report must name."""


def number_of(store: Store, key: Key) -> int:
    number = got(store, key)["number"]
    assert isinstance(number, int)
    return number


def got(store: Store, key: Key) -> Item:
    found = store.get(key)
    assert found is not None
    return found


def set_to(key: Callable[[Store], Key] | Key, **state: Value) -> Damage:
    def damage(store: Store) -> Key:
        place = key if isinstance(key, Key) else key(store)
        store.write(Update(place, set=state))
        return place

    return damage


def gone(key: Key, owner: Key) -> Damage:
    def damage(store: Store) -> Key:
        assert store.get(key) is not None
        store.write(Delete(key))
        return owner

    return damage


def there(key: Key, **state: Value) -> Damage:
    def damage(store: Store) -> Key:
        store.write(Put(item(key, state)))
        return key

    return damage


def row_of(listing: str, owner: Key) -> Callable[[Store], Key]:
    return lambda store: keys.row(listing, number_of(store, owner))


def nobodys_membership(store: Store) -> Key:
    """A membership, with its rows, of a user who is not there at all."""
    key = keys.user(OTHER)
    store.write(Delete(keys.email(canonical(str(got(store, key)["email"])))))
    number = number_of(store, key)
    store.write(Delete(key))
    store.write(Delete(keys.row(keys.USERS, number)))
    _uncount(store, keys.USERS, number)
    for grant in store.query(key.pk, begins=keys.GRANTS).items:
        _ungrant(store, grant)
    return keys.member(HOME, OTHER)


def _ungrant(store: Store, grant: Item) -> None:
    user, number = str(grant["user_id"]), grant["number"]
    assert isinstance(number, int)
    if "project_id" in grant:
        other, listing = (
            keys.project_member(str(grant["project_id"]), user),
            keys.users_of(str(grant["project_id"])),
        )
    else:
        other = keys.space_role(str(grant["space_id"]), str(grant["role"]), user)
        listing = keys.spaces_of(user, str(grant["role"]))
    for key in (Key.of(grant), other, keys.row(listing, number)):
        store.write(Delete(key))
    _uncount(store, listing, number)


def _uncount(store: Store, listing: str, number: int) -> None:
    leaf, bit = divmod(number, 100)
    store.write(Update(keys.branch(listing, 0), add={str(leaf): -(1 << bit)}))
    store.write(Update(keys.root(listing), add={"total": -1, "b0": -1}))


def swapped_bit(store: Store) -> Key:
    """A leaf that counts as many rows as there are, but another one."""
    key = keys.branch(keys.USERS, 0)
    store.write(Update(key, add={"0": (1 << 90) - (1 << number_of(store, keys.user(USER)))}))
    return key


def old_job(store: Store) -> Key:
    key = keys.sweep_of_user("u-long-gone")
    since = instant(NOW - timedelta(hours=2))
    store.write(Put(item(key, {"user_id": "u-long-gone", "job": "j", "since": since})))
    return key


def mark_alone(store: Store) -> Key:
    """The mark of a membership that was removed, of which no sweep knows."""
    key = keys.member(HOME, LONER)
    mark: Item = {
        "workspace_id": HOME,
        "user_id": LONER,
        "number": 99,
        "floor": 99,
        "removed_at": instant(NOW),
    }
    store.write(Put(item(key, mark)))
    return key


def dead_session(store: Store) -> Key:
    """A session of a user who was deleted, of which no sweep knows."""
    tombstone = {"id": "u-dead", "number": 9999, "deleted_at": instant(NOW)}
    store.write(Put(item(keys.user("u-dead"), tombstone)))
    key = keys.session("u-dead", "s1")
    store.write(Put(item(key, _session("u-dead"))))
    return key


def dead_password(store: Store) -> Key:
    tombstone = {"id": "u-dead", "number": 9999, "deleted_at": instant(NOW)}
    store.write(Put(item(keys.user("u-dead"), tombstone)))
    key = keys.password("u-dead")
    store.write(Put(item(key, {"hash": "x"})))
    return key


def void_grant(store: Store) -> Key:
    """A grant of an ended membership, of which no sweep knows, because a new membership took the place."""
    key = keys.member(HOME, USER)
    floor = number_of(store, key)
    listed = keys.row(keys.members(HOME), floor)
    store.write(Update(key, set={"floor": floor}))
    store.write(Update(listed, set={"floor": floor}))
    return store.query(keys.user(USER).pk, begins=keys.grants_in(HOME)).items and Key.of(
        store.query(keys.user(USER).pk, begins=keys.grants_in(HOME)).items[0]
    )  # type: ignore[return-value]


def stray_feature(store: Store) -> Key:
    key = keys.feature("f-stray")
    store.write(Put(item(key, {"id": "f-stray", "workspace_id": "ws-none", "name": "Stray"})))
    return key


def stray_app(store: Store) -> Key:
    """An app whose space is not there, with its copy."""
    state: Item = {"id": "a-stray", "space_id": "s-none", "name": "stray"}
    store.write(Put(item(keys.app("a-stray"), state)))
    store.write(Put(item(keys.app_in_space("s-none", "a-stray"), state)))
    return keys.app("a-stray")


def feature_of_no_project(store: Store) -> Key:
    state: Item = {"id": "f-stray", "workspace_id": HOME, "name": "Stray", "project_id": "p-none"}
    store.write(Put(item(keys.feature("f-stray"), state)))
    store.write(Put(item(keys.feature_in_project("p-none", "f-stray"), state)))
    return keys.feature("f-stray")


def moved_project(store: Store) -> Key:
    """A project of a workspace that is not there; nobody has a place in it."""
    key = keys.project("p-stray")
    state: Item = {"id": "p-stray", "number": 1, "workspace_id": HOME, "name": "Stray"}
    present = keys.project("p-web")
    store.write(Update(present, set={"workspace_id": "ws-none"}))
    store.write(Update(keys.row(keys.PROJECTS, number_of(store, present)), set={"workspace_id": "ws-none"}))
    del key, state
    return present


def moved_space(store: Store, **state: Value) -> Key:
    """A space without project, grants or apps, that refers to what is not there."""
    key = keys.space("s-playground")
    for place in (key, keys.row(keys.SPACES, number_of(store, key))):
        store.write(Update(place, set={n: v for n, v in state.items() if place == key or n != "project_id"}))
    return key


def _session(user_id: str) -> Item:
    at = instant(NOW)
    return {"id": "s1", "user_id": user_id, "created_at": at, "seen_at": at, "epoch": 0, "digest": "d"}


_ = (users, tokens, demo, Mapping, Invariant)
