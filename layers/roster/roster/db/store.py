"""The store: all that the access patterns may ask of a table, and how it refuses.

Two stores implement it: DynamoDB (`dynamodb/store.py`) and SQLite (`local/sqlite_store.py`); one contract
suite holds them equal. The semantics are DynamoDB's; what this interface cannot say, the directory
does not need. Strings order by their UTF-8 bytes. Names of attributes may be any string.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol, Self, TypeAlias, TypedDict, TypeVar

from roster.clock import Deadline
from roster.errors import Fault

T = TypeVar("T")
Value: TypeAlias = "str | int | bool | None | list[Value] | dict[str, Value]"
Item: TypeAlias = dict[str, Value]
"""An item always holds its key as the string attributes `PK` and `SK`. Integers have at most 38 digits."""


class Key(NamedTuple):
    """The primary key of an item: partition key and sort key."""

    pk: str
    sk: str

    @classmethod
    def of(cls, item: Mapping[str, Value]) -> "Key":
        return cls(str(item["PK"]), str(item["SK"]))

    def attributes(self) -> dict[str, Value]:
        return {"PK": self.pk, "SK": self.sk}


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: `hash` names its partition attribute; its sort attribute is `SK`."""

    name: str
    hash: str


# Conditions. They look at the item as it is before the operation; an absent item has no attributes.


@dataclass(frozen=True, slots=True)
class Absent:
    """The attribute is not there; with the default, the item itself is not."""

    name: str = "PK"


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute is there; with the default, the item itself is."""

    name: str = "PK"


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute is there, of the same type as `value`, and equal to it."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The attribute is there, of the type of `value`, and not below it."""

    name: str
    value: int | str


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute is there, of the type of `value`, and below it."""

    name: str
    value: int | str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every condition holds."""

    conditions: tuple["Condition", ...]


Condition: TypeAlias = Absent | Present | Equals | AtLeast | Below | AnyOf | AllOf


def any_of(*conditions: Condition) -> AnyOf:
    return AnyOf(conditions)


def all_of(*conditions: Condition) -> AllOf:
    return AllOf(conditions)


# Operations.


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item, replacing one that is there."""

    item: Item
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        return Key.of(self.item)


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of an item, making the item where it is absent.

    `set` writes values; `add` adds to integers (an absent one counts as 0); `remove` drops
    attributes. The three name different attributes, never `PK` or `SK`; at least one is not empty.
    """

    key: Key
    set: Mapping[str, Value] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the item; removing an absent one succeeds unless the condition says otherwise."""

    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but demand the condition (transactions only)."""

    key: Key
    condition: Condition


Operation: TypeAlias = Put | Update | Delete | Check


# Refusals.


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation whose condition did not hold: its position, and the item as it was (None: absent)."""

    position: int
    item: Item | None


class Refused(Exception):
    """At least one condition did not hold; nothing was written. Refusals are in order of position."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(f"refused at {[refusal.position for refusal in self.refusals]}")

    @property
    def first(self) -> Refusal:
        return self.refusals[0]


class Malformed(Exception):
    """The call itself is wrong (too many operations, a key twice, a token reused): a defect of ours."""

    def __init__(self, message: str = "", fault: Fault | None = None) -> None:
        """`fault` is what DynamoDB said, where it was asked."""
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a Query or Scan in key order, and where to go on (None: there is no more)."""

    items: list[Item]
    next: Key | None


class Asked(TypedDict, total=False):
    """The options of a query, for a store that hands them on to another."""

    index: Index | None
    begins: str
    between: tuple[str, str] | None
    limit: int | None
    forward: bool
    start: Key | None
    consistent: bool


class Store(Protocol):
    """A table. Reads are strongly consistent unless the call says otherwise (an index never is).

    Every method raises `roster.errors.Unavailable` when the table is throttled, contended or away
    until the deadline; conflicts, throttling and lost answers are retried inside with jitter.
    """

    def within(self, deadline: Deadline) -> Self:
        """The same table, its calls bounded by this deadline."""

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """One item, or None."""

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Those of the items that exist; one call a hundred keys. Repeated keys count once."""

    def query(
        self,
        pk: str,
        *,
        index: Index | None = None,
        begins: str = "",
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        forward: bool = True,
        start: Key | None = None,
        consistent: bool = True,
    ) -> Page:
        """One call over one partition: a prefix or an inclusive range of sort keys.

        At most `limit` items and at most a megabyte; `start` is a previous page's `next` (its item
        is not repeated). With `index`, `pk` is a value of its hash attribute.
        """

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        """One call over one of `segments` parts of the whole table, in no order; for tools only."""

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        """One operation, not a transaction; the new item with `returning` (Update only).

        Raises `Refused` with the single position 0. After a lost answer it is sent again: an
        operation that cannot bear that belongs in `transact`.
        """

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        """1 to 100 operations on different keys, all or nothing.

        `token` (1 to 36 characters) makes a repeat within ten minutes harmless: the same
        operations succeed without effect, others are `Malformed`. Raises `Refused`. With `once` it is
        not tried again inside: a conflict is `Unavailable` too.
        """

    def pause(self, attempt: int) -> None:
        """Wait for what another caller is to do: with jitter, and longer at each attempt from 0 on."""

    def bulk_put(self, items: Sequence[Item]) -> None:
        """Unconditional puts in any order, not atomic: import into fresh keys and benchmarks only."""


def every(
    store: Store, pk: str, *, begins: str = "", between: tuple[str, str] | None = None
) -> Iterator[Item]:
    """Every item of a partition, or of a prefix or range of it, in order: one Query a megabyte."""
    start: Key | None = None
    while True:
        page = store.query(pk, begins=begins, between=between, start=start)
        yield from page.items
        if (start := page.next) is None:
            return


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, so many at once, as calls take them; the last chunk may have fewer."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
