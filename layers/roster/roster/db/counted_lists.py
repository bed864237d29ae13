"""Counted lists: any page of a million rows in three reads, with an exact total.

A list is one partition. Its rows have growing numbers: there may be gaps, and no number is used twice. A
tree of counts stands above the rows (`list_tree.py`): the root tells in which branch a page begins, the
branch tells the number of its first row, and one Query from there reads the page's rows and no others.
Numbers without a row cost nothing. The first page begins at the first row, whatever its number.

Writers do not touch the tree; the log says what came and went since it was written (`list_log.py`). Whoever
reads applies that to what the tree says, so that a total is exact, and one's own change is in it. The root is
read before the branch: the branch may then be newer than the root and its log, which does no harm.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from roster.db import keys, list_log, list_tree
from roster.db.list_tree import BRANCH, Changes, integer
from roster.db.store import Item, Key, Store, every
from roster.errors import Unavailable

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a listing, and how many rows the listing has in all."""

    items: list[Item]
    total: int


@dataclass(frozen=True, slots=True)
class Few:
    """How many rows a listing has, and which numbers they have where they are few."""

    total: int
    numbers: tuple[int, ...] | None


def head(listing: str) -> list[Key]:
    """The items that tell how many rows there are, and where."""
    after = [keys.counter(listing)] if keys.is_counted_after(listing) else []
    return [keys.root(listing), *after]


def counted(store: Store, listing: str, known: Mapping[Key, Item] | None) -> tuple[Item, Changes]:
    """The root of a listing, and what has changed since it was written; `known` is its head, if read.

    Raises Unavailable where neither stands still."""
    for _ in range(_TRIES):
        found = known if known is not None else store.batch_get(head(listing))
        root, counter = found.get(keys.root(listing), {}), found.get(keys.counter(listing), {})
        changes = list_log.pending(store, listing, root, counter)
        if changes is not None:
            return root, changes
        known = None
    raise Unavailable


def size_of(root: Item, changes: Changes) -> int:
    """How many rows a listing has, from what `counted` says."""
    return integer(root, "total") + changes.more


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

    One BatchGet (`head`; none where the caller knows it already), one Get but for the first page, one Query;
    one Query more while the listing is being written. Past the end no rows are read. Where counts move with
    the rows, the BatchGet also has the branch in which the page begins if nothing was ever removed.
    `offset` rows come before the first page.
    """
    skip = offset + (number - 1) * size
    if known is None and skip and not keys.is_counted_after(listing):
        known = store.batch_get([*head(listing), keys.branch(listing, skip // BRANCH)])
    root, changes = counted(store, listing, known)
    total = integer(root, "total") + changes.more
    if skip >= total:
        return Rows([], total)
    if skip == 0:
        return Rows(_read(store, listing, None, size, forward), total)
    index, rest = list_tree.branch_at(changes.counts(root), skip, forward)
    place = keys.branch(listing, index)
    leaves = changes.leaves(index, (known or {}).get(place) or store.get(place) or {})
    first = index * BRANCH + list_tree.number_at(leaves, rest, forward)
    return Rows(_read(store, listing, first, size, forward), total)


def everything(store: Store, listing: str) -> Iterator[Item]:
    """All rows in ascending order, a megabyte a Query. For tools, cleanups and bounded lists."""
    return every(store, listing, between=keys.rows_from(0))


def few(store: Store, wanted: Collection[str], most: int) -> dict[str, Few]:
    """Of each listing its total, and its rows' numbers where there are at most `most`.

    One BatchGet a hundred keys of heads and first branches, and one a hundred further branches; one Query
    for each listing that is being written. Where a branch does not have as many rows as its root says, the
    two were read on both sides of a change, and the branch is read again.
    """
    found = store.batch_get([key for each in wanted for key in (*head(each), keys.branch(each, 0))])
    heads = {listing: counted(store, listing, found) for listing in wanted}
    short = {each for each, (root, changes) in heads.items() if integer(root, "total") + changes.more <= most}
    places = {each: {index: keys.branch(each, index) for index in _used(*heads[each])} for each in short}
    lacking = [
        key
        for listing, branches in places.items()
        for index, key in branches.items()
        if key not in found or not _agree(heads[listing][0], index, found[key])
    ]
    found |= store.batch_get(lacking) if lacking else {}
    return {
        listing: Few(
            integer(root, "total") + changes.more,
            tuple(
                number
                for index, key in places[listing].items()
                for number in list_tree.numbers(index, changes.leaves(index, found.get(key, {})))
            )
            if listing in short
            else None,
        )
        for listing, (root, changes) in heads.items()
    }


def rows_of(store: Store, listings: Mapping[str, Few]) -> dict[str, list[Item]]:
    """All rows of listings that `few` tells of: one BatchGet a hundred rows where it has their numbers, and
    one Query a megabyte for each listing that is longer.
    """
    places = {
        listing: [keys.row(listing, number) for number in each.numbers]
        for listing, each in listings.items()
        if each.numbers is not None
    }
    wanted = [key for some in places.values() for key in some]
    found = store.batch_get(wanted) if wanted else {}
    return {
        listing: [found[key] for key in places[listing] if key in found]
        if listing in places
        else list(everything(store, listing))
        for listing in listings
    }


def total(store: Store, listing: str) -> int:
    """How many rows the listing has: one BatchGet, and one Query while it is being written."""
    return size_of(*counted(store, listing, None))


def totals(store: Store, listings: Iterable[str]) -> dict[str, int]:
    """How many rows each listing has: one BatchGet for all, and one Query for each that is being written."""
    wanted = list(listings)
    found = store.batch_get([key for listing in wanted for key in head(listing)])
    return {listing: size_of(*counted(store, listing, found)) for listing in wanted}


def _used(root: Item, changes: Changes) -> list[int]:
    """The branches that have rows, in order."""
    return sorted(index for index, count in changes.counts(root).items() if count > 0)


def _agree(root: Item, index: int, branch: Item) -> bool:
    """Whether a branch has as many rows as its root says."""
    bits = Changes().leaves(index, branch).values()
    return sum(each.bit_count() for each in bits) == integer(root, f"b{index}")


def _read(store: Store, listing: str, first: int | None, size: int, forward: bool) -> list[Item]:
    """`size` rows from the number `first` on (None: from the end of the list): one Query a megabyte."""
    if first is None:
        reach = keys.rows_from(0)
    elif first < 0:
        return []
    else:
        reach = keys.rows_from(first) if forward else keys.rows_to(first)
    items: list[Item] = []
    start: Key | None = None
    while len(items) < size:
        part = store.query(listing, between=reach, limit=size - len(items), forward=forward, start=start)
        items += part.items
        if (start := part.next) is None:
            break
    return items
