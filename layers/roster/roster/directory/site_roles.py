"""The site's permission roles and groups, as they are written: made, changed and deleted.

Both are few and rarely change. Every change names the revision of one item that all of them move, so a change
has seen all roles and groups as they are: names are unique, one role at most is the default, and no number is
given twice. A number that was deleted is marked there while the cleanup takes it from its users: meanwhile
readers do not show it (`living`).
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from roster import bounds
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.store import Absent, Condition, Delete, Equals, Item, Key, Put, Store, Update, any_of, every
from roster.db.transactions import ReadConflict, ToError, Transaction, item, retry_on_conflict
from roster.directory import reference_data
from roster.domain import Actor, Group, PermissionRole, User
from roster.errors import Conflict, NotFound, Unavailable
from roster.events import Event

N = TypeVar("N", Group, PermissionRole)
Demand = Callable[[int], None]
"""Is given the revision of what is to be deleted, and may raise."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[N]):
    """Groups or roles: what they are called, where they are, and how one is made."""

    what: str
    cls: type[N]
    place: Callable[[int], Key]
    plan: Callable[[Transaction, N, ToError], None]
    job: Callable[[int], Key]

    @property
    def last(self) -> str:
        """The attribute with the largest number that was ever deleted or given here."""
        return f"last_{self.what}"

    def gone(self, number: int) -> str:
        """The attribute that is there while a deleted number is taken from its users."""
        return f"gone_{self.what}_{number}"


def _plan_role(work: Transaction, role: PermissionRole, taken: ToError) -> None:
    reference_data.plan_role(work, role, taken, replaces_default=True)


GROUPS: Kind[Group] = Kind(
    "group",
    Group,
    keys.group,
    reference_data.plan_group,
    keys.cleanup_of_group,
)
ROLES: Kind[PermissionRole] = Kind(
    "role",
    PermissionRole,
    keys.permission_role,
    _plan_role,
    keys.cleanup_of_role,
)


def living(user: User, registry: Item | None) -> User:
    """The user without groups and a role that were deleted; `registry` is the item of `keys.reference`."""
    if not registry:
        return user
    groups = tuple(each for each in user.groups if GROUPS.gone(each) not in registry)
    has_role = user.role_number is None or ROLES.gone(user.role_number) not in registry
    if groups == user.groups and has_role:
        return user
    return replace(user, groups=groups, role_number=user.role_number if has_role else None)


def by_number(store: Store, kind: Kind[N], number: int) -> N:
    """One Get. Raises NotFound."""
    return _of(kind, store.get(kind.place(number)), number)


def prepare(store: Store, kind: Kind[N], wanted: N, *, by: Actor) -> tuple[Transaction, N]:
    """The transaction that makes a group or a role, and what it makes: one Get, one Query.

    Raises Conflict for a name in use; the commit raises ReadConflict where others have changed meanwhile.
    """
    registry, others = _read(store, kind)
    _demand_name(wanted, others)
    last = max(_whole(registry, kind.last), max((one.number for one in others), default=0))
    if last >= bounds.LARGEST_NUMBER:
        raise Unavailable
    made = replace(wanted, number=last + 1)
    work = Transaction(by)
    kind.plan(work, made, lambda _: ReadConflict())  # another has taken the number meanwhile
    _claim(work, registry, {kind.last: made.number})
    _replace_default(work, None, made, others)
    return work, made


def change(store: Store, kind: Kind[N], number: int, edit: Callable[[N], N], *, by: Actor) -> N:
    """Change a group or a role: one Get, one Query, one Transact; `edit` makes the new state, or raises.

    Raises NotFound, and Conflict for a name in use.
    """

    def attempt() -> N:
        registry, there = _read(store, kind)
        before = next((one for one in there if one.number == number), None)
        if before is None:
            raise NotFound(kind.what, str(number))
        after = replace(edit(before), revision=before.revision + 1)
        others = [one for one in there if one.number != number]
        _demand_name(after, others)
        work = Transaction(by)
        work.do(Update(kind.place(number), set=attributes(after), condition=_still(before)))
        _claim(work, registry, {})
        _replace_default(work, before, after, others)
        if isinstance(after, PermissionRole):
            work.audit(Event.ROLE_CHANGED, str(number), before=attributes(before), after=attributes(after))
        else:
            work.audit(Event.GROUP_CHANGED, str(number))
        work.commit(store)
        return after

    return retry_on_conflict(attempt)


def delete(store: Store, kind: Kind[N], number: int, *, by: Actor, demand: Demand) -> None:
    """Delete a group or a role: one BatchGet, one Transact, which orders the cleanup of its users.

    Raises NotFound.
    """

    def attempt() -> None:
        place = kind.place(number)
        found = store.batch_get([place, keys.reference()])
        before = _of(kind, found.get(place), number)
        demand(before.revision)
        registry = found.get(keys.reference(), {})
        work = Transaction(by)
        work.do(Delete(place, _still(before)))
        last = max(_whole(registry, kind.last), number)
        _claim(work, registry, {kind.last: last, kind.gone(number): 1})
        work.order_cleanup(kind.job(number), **{kind.what: number})
        if isinstance(before, PermissionRole):
            if before.is_default:
                work.do(Delete(keys.default_role(), any_of(Absent(), Equals("number", number))))
            work.audit(Event.ROLE_DELETED, str(number), before=attributes(before))
        else:
            work.audit(Event.GROUP_DELETED, str(number))
        work.commit(store)

    retry_on_conflict(attempt)


def plan_leaving(user: User, kind: str, number: int, by: Actor) -> Transaction | None:
    """The transaction by which a deleted number leaves a user; None where the user has it no more."""
    change: dict[str, Any]
    if kind == GROUPS.what and number in user.groups:
        kept = [each for each in user.groups if each != number]
        change = {"set": {"groups": kept}}
    elif kind == ROLES.what and user.role_number == number:
        change = {"remove": ("role_number",)}
    else:
        return None
    same = Equals("revision", user.revision)
    work = Transaction(by)
    work.do(Update(keys.user(user.id), add={"revision": 1}, condition=same, **change))
    work.do(Update(keys.row(keys.USERS, user.number), condition=Equals("id", user.id), **change))
    return work


def plan_gone(kind: str, number: int) -> Update:
    """The operation that ends the mark of a deleted number, when no user has it any more."""
    known: Kind[Any] = GROUPS if kind == GROUPS.what else ROLES
    return Update(keys.reference(), remove=(known.gone(number),))


def _read(store: Store, kind: Kind[N]) -> tuple[Item, list[N]]:
    """The item that all changes move, before all there are of the kind."""
    registry = store.get(keys.reference()) or {}
    return registry, readable(kind.cls, every(store, kind.place(0).pk))


def _of(kind: Kind[N], found: Item | None, number: int) -> N:
    if found is None:
        raise NotFound(kind.what, str(number))
    return entity(kind.cls, found)


def _demand_name(wanted: Group | PermissionRole, others: Sequence[Group | PermissionRole]) -> None:
    """Raise Conflict where another has the name, without regard to case."""
    if _folded(wanted.name) in {_folded(one.name) for one in others}:
        raise Conflict("name", wanted.name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _claim(work: Transaction, registry: Item, state: Mapping[str, int]) -> None:
    """Demand that nothing has changed since the item was read."""
    revision = registry.get("revision")
    same: Condition = Absent("revision") if revision is None else Equals("revision", revision)
    work.add_counter(Update(keys.reference(), set=state, add={"revision": 1}, condition=same))


def _replace_default(
    work: Transaction,
    before: Group | PermissionRole | None,
    after: Group | PermissionRole,
    others: Sequence[Group | PermissionRole],
) -> None:
    """Let the role be the default, and none other, or be it no more."""
    if not isinstance(after, PermissionRole):
        return
    was = isinstance(before, PermissionRole) and before.is_default
    if not after.is_default:
        if was:
            work.do(Delete(keys.default_role()))
        return
    for one in others:
        if isinstance(one, PermissionRole) and one.is_default:
            no_more = replace(one, is_default=False, revision=one.revision + 1)
            state = attributes(no_more)
            work.do(Update(keys.permission_role(one.number), set=state, condition=_still(one)))
    if before is not None:
        work.do(Put(item(keys.default_role(), {"number": after.number})))


def _still(one: Group | PermissionRole) -> Condition:
    """That it is the one that was read; earlier versions kept no revision."""
    same = Equals("revision", one.revision)
    return any_of(Absent("revision"), same) if one.revision == 1 else same


def _whole(found: Mapping[str, Any], name: str) -> int:
    value = found.get(name, 0)
    return value if type(value) is int else 0
