"""The rows of a counted list that another list with the same numbers has not: any page, with an exact total.

Of a large list nearly all are of one kind (active users), and few of another (suspended ones). A list of the
few is enough: both trees of counts have the same branches and leaves, and what they differ by is the others.
"""

from collections.abc import Iterator, Mapping

from roster.db import keys
from roster.db.counted_lists import BRANCH, LEAF, Rows
from roster.db.store import Item, Key, Store


def page(store: Store, listing: str, without: str, number: int, size: int) -> Rows:
    """Page `number` (from 1) of the rows whose numbers `without` has not, in order, and how many there are.

    One BatchGet of roots, one of branches, one a hundred rows; past the end only the first.
    """
    skip = (number - 1) * size
    found = store.batch_get([keys.root(listing), keys.root(without)])
    all_rows, others = _counts(found.get(keys.root(listing), {})), _counts(found.get(keys.root(without), {}))
    counts = {index: count - others.get(index, 0) for index, count in all_rows.items()}
    total = max(0, sum(counts.values()))
    if skip >= total:
        return Rows([], total)
    indexes, skip = _needed(counts, skip, size)
    branches = store.batch_get([keys.branch(each, index) for index in indexes for each in (listing, without)])
    numbers = [each for index in indexes for each in _numbers(branches, listing, without, index)]
    places = [keys.row(listing, each) for each in numbers[skip : skip + size]]
    rows = store.batch_get(places) if places else {}
    return Rows([rows[place] for place in places if place in rows], total)


def _needed(counts: Mapping[int, int], skip: int, size: int) -> tuple[list[int], int]:
    """The branches that hold the rows after `skip` others, and how many to skip in the first of them."""
    indexes: list[int] = []
    first, before = skip, 0
    for index in sorted(counts):
        if before >= skip + size:
            break
        if before + counts[index] > skip:
            if not indexes:
                first = skip - before
            indexes.append(index)
        before += counts[index]
    return indexes, first


def _numbers(branches: Mapping[Key, Item], listing: str, without: str, index: int) -> Iterator[int]:
    """The numbers of a branch that the one list has and the other has not, in order."""
    has, lacks = branches.get(keys.branch(listing, index), {}), branches.get(keys.branch(without, index), {})
    for leaf in sorted(int(name) for name in has if name.isdecimal()):
        bits = _integer(has, str(leaf)) & ~_integer(lacks, str(leaf))
        while bits:
            lowest = bits & -bits
            yield index * BRANCH + leaf * LEAF + lowest.bit_length() - 1
            bits ^= lowest


def _counts(root: Item) -> dict[int, int]:
    return {int(name[1:]): _integer(root, name) for name in root if name[0] == "b" and name[1:].isdecimal()}


def _integer(item: Item, name: str) -> int:
    value = item.get(name, 0)
    return value if isinstance(value, int) else 0
