"""Counted lists: any page of a million rows in three reads, with an exact total.

A list is one partition. Its rows have growing numbers: there may be gaps, and no number is used twice.
A tree of two levels says which numbers have a row:

    ROOT           total, and how many rows each branch has        b0=9873  b1=10000  b2=417
    BRANCH#n       10,000 numbers as 100 leaves                    0=...  1=...  2=...
      leaf         100 numbers as the bits of one integer          bit 42 set: row 42 of the leaf is there
    ROW#n          what the list shows, or the ids of what it shows
    NEXT           the last number that was given

One transaction writes a row and the counts above it. The row's condition says that it was absent (or
there), so `ADD` of the power of two switches exactly that bit, without a read before it.
To read page N, the root tells in which branch the page begins, the branch tells the number of its first
row, and one Query from there reads the page's rows and no others. Numbers without a row cost nothing.

Every transaction that writes a list writes its root. DynamoDB cancels transactions that overlap on an
item, so a list takes some tens of writes a second. Import writes the counts once a batch.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from roster import bounds
from roster.db import keys
from roster.db.store import Absent, Below, Item, Key, Refused, Store, Update, Value, any_of, every
from roster.errors import Unavailable

LEAF = 100  # numbers in a leaf: 2**100 stays below the 38 digits that a DynamoDB number can have
BRANCH = 100 * LEAF  # numbers in a branch: two kilobytes when every leaf is full, one read unit


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a listing, and how many rows the listing has in all."""

    items: list[Item]
    total: int


def allocate(store: Store, listing: str, count: int = 1, *, limit: int | None = None) -> int:
    """Give out `count` numbers of a listing and return the first of them: one Write.

    Raises LimitReached where the listing would have more than `limit` rows.

    Raises Unavailable where so many are not left: no reader takes a larger one (`bounds.py`).
    """
    left = Below("last", bounds.LARGEST_NUMBER - count + 1)
    more = Update(keys.next_number(listing), add={"last": count}, condition=any_of(Absent("last"), left))
    try:
        counter = store.write(more, returning=True) or {}
    except Refused as error:
        raise Unavailable from error
    return _integer(counter, "last") - count + 1


def reserve(store: Store, listing: str, number: int) -> None:
    """See to it that numbers up to this one are never given out: one Write. For imported numbers."""
    key = keys.next_number(listing)
    condition = any_of(Absent("last"), Below("last", number))
    try:
        store.write(Update(key, set={"last": number}, condition=condition))
    except Refused:
        return  # it was so already


@dataclass(frozen=True, slots=True)
class Move:
    """Rows that come to a listing (`sign` 1) or leave it (-1) within a transaction."""

    listing: str
    number: int
    sign: int

    @property
    def branch(self) -> Key:
        return keys.branch(self.listing, self.number // BRANCH)

    @property
    def root(self) -> Key:
        return keys.root(self.listing)


def counting(moves: Iterable[Move]) -> Iterator[Update]:
    """The updates of branches and roots that belong to these moves, one an item, in order of key."""
    totals: Counter[str] = Counter()
    branches: dict[tuple[str, int], Counter[str]] = {}
    counts: dict[str, Counter[str]] = {}
    for move in moves:
        index, within = divmod(move.number, BRANCH)
        leaf, bit = divmod(within, LEAF)
        totals[move.listing] += move.sign
        counts.setdefault(move.listing, Counter())[f"b{index}"] += move.sign
        branches.setdefault((move.listing, index), Counter())[str(leaf)] += move.sign << bit
    for (listing, index), leaves in sorted(branches.items()):
        yield Update(keys.branch(listing, index), add=leaves)
    for listing, total in sorted(totals.items()):
        yield Update(keys.root(listing), add={"total": total, **counts[listing]})


@dataclass(frozen=True, slots=True)
class Few:
    """How many rows a listing has, and which numbers they have where they are few."""

    total: int
    numbers: tuple[int, ...] | None


def head(listing: str, skip: int = 0) -> list[Key]:
    """The items that tell where the row after `skip` others is, had nothing ever been deleted."""
    return [keys.root(listing), keys.branch(listing, skip // BRANCH)]


def page(
    store: Store,
    listing: str,
    number: int,
    size: int,
    *,
    forward: bool = True,
    offset: int = 0,
    known: Mapping[Key, Item] | None = None,
) -> Rows:
    """Page `number` (from 1) of `size` rows, in ascending order of their numbers unless told otherwise.

    `offset` rows come before the first page.
    One BatchGet (`head`; none where the caller knows it already), one Get where its guess was wrong,
    one Query; past the end only the first.
    """
    skip = offset + (number - 1) * size
    root_key = keys.root(listing)
    found = known if known is not None else store.batch_get(head(listing, skip))
    root = found.get(root_key)
    total = _integer(root, "total") if root else 0
    if root is None or skip >= total:
        return Rows([], total)
    index, skip = _branch_at(root, skip, forward)
    key = keys.branch(listing, index)
    branch = found.get(key) or store.get(key) or {}
    first = index * BRANCH + _number_at(branch, skip, forward)
    return Rows(_read(store, listing, first, size, forward), total)


def everything(store: Store, listing: str) -> Iterator[Item]:
    """All rows in ascending order, a megabyte a Query. For tools, cleanups and bounded lists."""
    return every(store, listing, between=keys.rows_from(0))


def few(store: Store, wanted: Collection[str], most: int) -> dict[str, Few]:
    """Of each listing its total, and its rows' numbers where there are at most `most`.

    One BatchGet a hundred keys of roots and first branches, and one a hundred further branches.
    """
    found = store.batch_get([key for listing in wanted for key in head(listing)])
    roots = {listing: found.get(keys.root(listing), {}) for listing in wanted}
    short = {listing: root for listing, root in roots.items() if _integer(root, "total") <= most}
    places = {
        listing: [keys.branch(listing, index) for index in _branches(root)] for listing, root in short.items()
    }
    lacking = [key for branches in places.values() for key in branches if key not in found]
    found |= store.batch_get(lacking) if lacking else {}
    return {
        listing: Few(
            _integer(root, "total"),
            tuple(number for key in places[listing] for number in _numbers(key, found.get(key, {})))
            if listing in places
            else None,
        )
        for listing, root in roots.items()
    }


def total(store: Store, listing: str) -> int:
    """How many rows the listing has: one Get."""
    root = store.get(keys.root(listing))
    return _integer(root, "total") if root else 0


def _branches(root: Item) -> list[int]:
    """The branches in which the root knows rows, in order."""
    return sorted(int(name[1:]) for name in root if name[0] == "b" and _integer(root, name) > 0)


def _numbers(key: Key, branch: Item) -> Iterator[int]:
    """The numbers of a branch's rows, in order."""
    first = keys.number_of_branch(key) * BRANCH
    for leaf in sorted(int(name) for name in branch if name.isdecimal()):
        bits = _integer(branch, str(leaf))
        while bits:
            lowest = bits & -bits
            yield first + leaf * LEAF + lowest.bit_length() - 1
            bits ^= lowest


def _branch_at(root: Item, skip: int, forward: bool) -> tuple[int, int]:
    """The branch that holds the row after `skip` others, and how many to skip inside it."""
    counts = sorted(
        ((int(name[1:]), _integer(root, name)) for name in root if name[0] == "b"), reverse=not forward
    )
    index = 0
    for index, count in counts:  # noqa: B007 - the last branch stands when a count ran ahead of the total
        if skip < count:
            break
        skip -= count
    return index, skip


def _number_at(branch: Item, skip: int, forward: bool) -> int:
    """Which number inside the branch comes after `skip` others; its far end when there are too few."""
    leaves = sorted((int(name) for name in branch if name.isdecimal()), reverse=not forward)
    for leaf in leaves:
        bits = _integer(branch, str(leaf))
        if skip < (count := bits.bit_count()):
            nth = skip if forward else count - 1 - skip
            for _ in range(nth):
                bits &= bits - 1  # drops the lowest bit that is set
            return leaf * LEAF + (bits & -bits).bit_length() - 1
        skip -= count
    return BRANCH if forward else -1


def _read(store: Store, listing: str, first: int, size: int, forward: bool) -> list[Item]:
    """`size` rows from the number `first` on: one Query a megabyte."""
    if first < 0:
        return []
    reach = keys.rows_from(first) if forward else keys.rows_to(first)
    items: list[Item] = []
    start: Key | None = None
    while len(items) < size:
        part = store.query(listing, between=reach, limit=size - len(items), forward=forward, start=start)
        items += part.items
        if (start := part.next) is None:
            break
    return items


def _integer(item: Item, name: str) -> int:
    value: Value = item.get(name, 0)
    return value if isinstance(value, int) else 0
