"""The tree of counts above the rows of a counted list, without the table: which numbers have a row.

    ROOT           total, and how many rows each branch has        b0=9873  b1=10000  b2=417
    BRANCH#n       10,000 numbers as 100 leaves                    0=...  1=...  2=...
      leaf         100 numbers as the bits of one integer          bit 42 set: row 42 of the leaf is there

`ADD` of a power of two switches exactly one bit, without a read before it, where it is known that the bit is
not set (or is): rows see to that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from roster.db import keys
from roster.db.store import Item, Key, Update, Value

LEAF = 100  # numbers in a leaf: 2**100 stays below the 38 digits that a DynamoDB number can have
BRANCH = 100 * LEAF  # numbers in a branch: two kilobytes when every leaf is full, one read unit


@dataclass(frozen=True, slots=True)
class Move:
    """A row that comes to a listing (`sign` 1) or leaves it (-1) within a transaction."""

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
class Changes:
    """Rows that came and went since the tree was written."""

    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()

    @property
    def more(self) -> int:
        return len(self.added) - len(self.removed)

    def counts(self, root: Item) -> dict[int, int]:
        """How many rows each branch has, by the root and these changes."""
        told = Counter({int(name[1:]): integer(root, name) for name in root if _is_branch_count(name)})
        told.update(number // BRANCH for number in self.added)
        told.subtract(number // BRANCH for number in self.removed)
        return told

    def leaves(self, index: int, branch: Item) -> dict[int, int]:
        """The leaves of a branch as bits, by its item and these changes.

        The item may be newer than the root to which the changes belong: setting a bit twice is no harm.
        """
        bits = {int(name): integer(branch, name) for name in branch if name.isdecimal()}
        for number in self.added:
            if number // BRANCH == index:
                leaf, bit = divmod(number % BRANCH, LEAF)
                bits[leaf] = bits.get(leaf, 0) | 1 << bit
        for number in self.removed:
            if number // BRANCH == index:
                leaf, bit = divmod(number % BRANCH, LEAF)
                bits[leaf] = bits.get(leaf, 0) & ~(1 << bit)
        return bits


def branch_at(counts: Mapping[int, int], skip: int, forward: bool) -> tuple[int, int]:
    """The branch that holds the row after `skip` others, and how many to skip inside it."""
    index = 0
    for index in sorted(counts, reverse=not forward):
        if skip < counts[index]:
            break
        skip -= counts[index]
    return index, skip


def number_at(leaves: Mapping[int, int], skip: int, forward: bool) -> int:
    """Which number inside the branch comes after `skip` others; its far end when there are too few."""
    for leaf in sorted(leaves, reverse=not forward):
        bits = leaves[leaf]
        if skip < (count := bits.bit_count()):
            nth = skip if forward else count - 1 - skip
            for _ in range(nth):
                bits &= bits - 1  # drops the lowest bit that is set
            return leaf * LEAF + (bits & -bits).bit_length() - 1
        skip -= count
    return BRANCH if forward else -1


def numbers(index: int, leaves: Mapping[int, int]) -> Iterator[int]:
    """The numbers of a branch's rows, in order."""
    for leaf in sorted(leaves):
        bits = leaves[leaf]
        while bits:
            lowest = bits & -bits
            yield index * BRANCH + leaf * LEAF + lowest.bit_length() - 1
            bits ^= lowest


def integer(item: Mapping[str, Value], name: str) -> int:
    """The integer of that name; 0 where there is none."""
    value = item.get(name, 0)
    return value if isinstance(value, int) else 0


def _is_branch_count(name: str) -> bool:
    return name[0] == "b" and name[1:].isdecimal()
