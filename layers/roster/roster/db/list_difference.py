"""The rows of a counted list that another list with the same numbers has not: any page, with an exact total.

Of a large list nearly all are of one kind (active users), and few of another (suspended ones). A list of the
few is enough: both trees of counts have the same branches and leaves, and what they differ by is the others.
"""

from collections.abc import Mapping

from roster.db import counted_lists, keys, list_tree
from roster.db.counted_lists import Rows
from roster.db.store import Store


def page(store: Store, listing: str, without: str, number: int, size: int) -> Rows:
    """Page `number` (from 1) of the rows whose numbers `without` has not, in order, and how many there are.

    One BatchGet of heads, one of branches, one a hundred rows; past the end only the first. One Query more
    while the large list is being written.
    """
    skip = (number - 1) * size
    found = store.batch_get([*counted_lists.head(listing), *counted_lists.head(without)])
    root, come_and_gone = counted_lists.counted(store, listing, found)
    others, of_others = counted_lists.counted(store, without, found)
    fewer = of_others.counts(others)
    counts = {index: count - fewer.get(index, 0) for index, count in come_and_gone.counts(root).items()}
    total = max(0, sum(counts.values()))
    if skip >= total:
        return Rows([], total)
    indexes, skip = _needed(counts, skip, size)
    branches = store.batch_get([keys.branch(each, index) for index in indexes for each in (listing, without)])
    leaves = {
        index: _others(
            come_and_gone.leaves(index, branches.get(keys.branch(listing, index), {})),
            of_others.leaves(index, branches.get(keys.branch(without, index), {})),
        )
        for index in indexes
    }
    numbers = [each for index in indexes for each in list_tree.numbers(index, leaves[index])]
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


def _others(has: Mapping[int, int], lacks: Mapping[int, int]) -> dict[int, int]:
    """The leaves with what the one has and the other has not."""
    return {leaf: bits & ~lacks.get(leaf, 0) for leaf, bits in has.items()}
