"""The log of a counted list: rows first, counts after, so that no two writers of a list wait for each other.

A transaction that moves rows of a list does not touch the tree of counts (`list_tree.py`): every writer
would, and DynamoDB cancels transactions that overlap on an item. It puts one item of its own into the log
beside:

    NEXT#<list>    NEXT     last     the last number of a row that was given
                            changes  the last number of a change that was given
                            held     there are at most so many rows (kept where a limit may be set)
                            folded   changes up to this one are in the tree, perhaps more
    LOG#<list>     <place>  number   of the change
                            added    the numbers of rows that came; neither: the change is void
                            removed  the numbers of rows that went
    LIST#<list>    ROOT     mark     changes up to this one are in the tree

`take` gives out the numbers, one Write that is no transaction. The log is a ring of `RING` places: change n
is at n modulo RING, and a change goes only where nothing is, or something older. So the log never grows, and
nothing is ever deleted from it.

Who reads a list reads the root, and then the changes after its mark: the total is exact, and one's own
change is in it. `fold` moves a run of changes into the tree in one transaction, on the condition that the
mark is where it was. It may stop anywhere, run twice or never: readers see the same before and after.

A number that was given out and never used (its writer stopped, or was refused) would end the run. The fold
puts a void change there; the writer, if it comes after all, is refused by it, and takes another number. For
whoever removes a row takes the number of the change after it has read the row, a row's removal always follows
its arrival in the log.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from roster import bounds
from roster.clock import ordered_id
from roster.db import keys
from roster.db.items import item
from roster.db.list_tree import BRANCH, Changes, Move, counting, integer
from roster.db.store import (
    Absent,
    Below,
    Condition,
    Equals,
    Item,
    Key,
    Operation,
    Put,
    Refused,
    Store,
    Update,
    all_of,
    any_of,
    every,
)
from roster.errors import LimitReached, NotFound, Unavailable
from roster.settings import settings

RING = 200
"""Places of a log: what a reader may have to read at most, four units where keys are long."""
LONG = 100
"""Changes that are not in the tree, from which on a writer folds.

A fold writes each branch that its changes touch, and branches share a partition with the rows. So the fewer
folds there are the more changes the list takes; and half of the ring is left to those that come meanwhile.
"""
_SHARE = 25
"""One in so many writers folds a long log: at 400 a second that is as long as a fold takes."""
OVERDUE = 100
"""A number that so many later changes follow is given up: after a quarter of a second at 400 a second."""
_MOST_BRANCHES = 90
"""Branches in one fold: a transaction of the store has at most 100 operations."""
_TRIES = 10
_PATIENCE = 8
"""Pauses of one who waits for a place in the log, from which on a folder gives up all who are missing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was given out: the first number of the rows, and the number of the change.

    `change` is None where the list's counts still move with its rows.
    """

    number: int
    change: int | None
    folded: int = 0

    @property
    def asks_for_fold(self) -> bool:
        """Whether the writer of this change is to fold the log when it is done."""
        return self.change is not None and self.change - self.folded >= LONG and self.change % _SHARE == 0


def take(
    store: Store, listing: str, *, numbers: int = 1, rows: int | None = None, limit: int | None = None
) -> Taken:
    """Give out `numbers` numbers of rows and the number of one change: one Write.

    `rows` says how many rows the change adds (as many as numbers unless told otherwise), which may not be
    more than `limit` with those that are there. Raises LimitReached, NotFound where the list was closed, and
    Unavailable where no number is left: no reader takes a larger one (`bounds.py`).
    """
    rows = numbers if rows is None else rows
    for _ in range(_TRIES):
        counted = _counter(store, listing, numbers, rows, limit, changes=1)
        if counted is None:
            return Taken(_last_before(store, listing, numbers) + 1, None)
        if counted.refused:
            _make_room(store, listing, counted.item, numbers, limit)
            continue
        change, folded = integer(counted.item, "changes"), integer(counted.item, "folded")
        folded = _when_its_place_is_free(store, listing, change, folded)
        return Taken(integer(counted.item, "last") - numbers + 1, change, folded)
    raise Unavailable


def _when_its_place_is_free(store: Store, listing: str, change: int, folded: int) -> int:
    """Wait until the change that this one's place still has is in the tree; return up to which they are.

    Of those who wait one in `_SHARE` folds, for folds at once cancel each other; the longer it takes the more
    do. At last whoever is missing is given up. Raises Unavailable at the deadline.
    """
    attempt = 0
    while change - folded > RING:
        if attempt:
            store.pause(attempt - 1)
        before, folded = folded, integer(store.get(keys.root(listing)) or {}, "mark")
        if folded == before and change % max(1, _SHARE >> (attempt // 2)) == 0:
            overdue = 0 if attempt >= _PATIENCE else None
            with suppress(Unavailable):
                folded = fold(store, listing, overdue=overdue, once=True)
        attempt += 1
    return folded


def allocate(store: Store, listing: str, count: int = 1) -> int:
    """Give out `count` numbers of rows that are counted with the rows, and return the first: one Write.

    Raises Unavailable where so many are not left.
    """
    for _ in range(_TRIES):
        counted = _counter(store, listing, count, 0, None, changes=0)
        if counted is None:
            return _last_before(store, listing, count) + 1
        if not counted.refused:
            return integer(counted.item, "last") - count + 1
        _make_room(store, listing, counted.item, count, None)
    raise Unavailable


def opened(listing: str) -> Put:
    """The operation that opens a list that is made now, so that nobody need look what it was before."""
    nothing = {"last": 0, "changes": 0, "folded": 0, "held": 0}
    return Put(item(keys.counter(listing), nothing), Absent())


def reserve(store: Store, listing: str, number: int) -> None:
    """See to it that numbers up to this one are never given out: one Write. For imported numbers."""
    key = keys.counter(listing)
    if is_open(store, listing):
        with suppress(Refused):  # it was so already
            store.write(Update(key, set={"last": number}, condition=Below("last", number)))
        return
    old = keys.next_number(listing)
    with suppress(Refused):
        store.write(
            Update(old, set={"last": number}, condition=any_of(Absent("last"), Below("last", number)))
        )


def last_number(store: Store, listing: str) -> int:
    """The last number of a row that was given out: one BatchGet."""
    found = store.batch_get([keys.counter(listing), keys.next_number(listing)])
    return max((integer(each, "last") for each in found.values()), default=0)


def entry(listing: str, change: int, moves: Iterable[Move]) -> Put:
    """The operation that puts a change into the log; it is refused where the number was given up."""
    some = list(moves)
    content: dict[str, int | list[int]] = {"number": change}
    for name, sign in (("added", 1), ("removed", -1)):
        if numbers := sorted(move.number for move in some if move.sign == sign):
            content[name] = numbers
    return Put(item(_place(listing, change), content), _free(change))  # type: ignore[arg-type]


def held(listing: str, rows: int) -> Iterator[Update]:
    """What a transaction that counts rows of a list at once must say, so that no limit is passed later."""
    if keys.may_be_limited(listing):
        there = None if keys.starts_empty(listing) else Below("last", _ANY)
        yield Update(keys.counter(listing), add={"held": rows, "last": 0, "changes": 0}, condition=there)


STILL_COUNTS_WITH_ROWS = Absent("mark")
"""Of a root that moves with its rows: nobody has opened the list meanwhile. No right to check is needed."""


def give_up(store: Store, listing: str, change: int) -> None:
    """Say that a change will not come, so that no fold waits for it: one Write, which may fail."""
    with suppress(Refused, Unavailable):
        store.write(Put(item(_place(listing, change), {"number": change}), _free(change)))


def pending(store: Store, listing: str, root: Item, counter: Item) -> Changes | None:
    """What came and went since the root was written, up to what the counter said: nothing, or one Query.

    None where the log has gone on so far that the root must be read again.
    """
    mark, last = integer(root, "mark"), integer(counter, "changes")
    if last <= mark:
        return Changes()
    entries = _entries(store, listing, mark)
    return None if entries is None else _together(entries.values())


def fold(
    store: Store, listing: str, *, overdue: int | None = None, least: int = 1, once: bool = False
) -> int:
    """Move changes from the log into the tree, and return up to which they are there.

    Fewer than `least` are left where they are: another has folded by now. Where `least` is more than one, the
    list is busy, and nothing is done that wants it to rest.

    One BatchGet, one Query, one Transact, one Write; and one Write for each number that is given up, those
    that `overdue` later changes follow (`OVERDUE` unless told otherwise). Where another folds at the same
    time, one of the two does nothing; with `once` a conflict with it is Unavailable.
    """
    counter_key, root_key = keys.counter(listing), keys.root(listing)
    found = store.batch_get([root_key, counter_key])
    root, counter = found.get(root_key, {}), found.get(counter_key, {})
    mark, last = integer(root, "mark"), integer(counter, "changes")
    if last - mark < least:
        return mark
    entries = _entries(store, listing, mark)
    if entries is None:
        return mark
    patience = OVERDUE if overdue is None else overdue
    upto = _bounded(entries, mark, _run(store, listing, entries, mark, last, patience))
    if upto == mark:
        return mark
    changes = _together(each for number, each in entries.items() if number <= upto)
    work: list[Operation] = list(_folding(listing, root, changes, upto))
    quiet = _settled(counter_key, root, changes, upto) if upto == last and least == 1 else None
    if not _commit(store, [*work, quiet] if quiet else work, once=once):
        if quiet is None or not _commit(store, work, once=once):
            return mark
        quiet = None  # more is under way by now
    if quiet is None:
        with suppress(Refused):
            behind = any_of(Absent("folded"), Below("folded", upto))
            store.write(
                Update(counter_key, set={"folded": upto}, condition=all_of(Below("last", _ANY), behind))
            )
    return upto


def close(store: Store, listing: str) -> None:
    """Let nothing come to a list any more: two Writes, and folds between, which give up what is under way.

    Where that was done already: one Get. What leaves the list afterwards needs not be counted.
    """
    key = keys.counter(listing)
    for _ in range(_TRIES):
        counter = store.get(key)
        if counter is None:
            open_list(store, listing)
        elif not counter.get("closed"):
            store.write(Update(key, set={"closed": True}, condition=Below("last", _ANY)))
        elif counter.get("final") or fold(store, listing, overdue=0) >= integer(counter, "changes"):
            if not counter.get("final"):
                store.write(Update(key, set={"final": True}, condition=Below("last", _ANY)))
            return
    raise Unavailable


# The counter.

_ANY = bounds.LARGEST_NUMBER + 2
"""Above every number: `Below("last", _ANY)` says that the counter is there."""


@dataclass(frozen=True, slots=True)
class _Counted:
    item: Item
    refused: bool = False


def _counter(
    store: Store, listing: str, numbers: int, rows: int, limit: int | None, *, changes: int
) -> _Counted | None:
    """Move the counter, making it where it is not there yet; None where counts still move with rows."""
    add = {"last": numbers, "changes": changes}
    left = Below("last", bounds.LARGEST_NUMBER - numbers + 1)
    conditions: list[Condition] = [any_of(Absent(), left) if keys.starts_empty(listing) else left]
    if rows or numbers:  # what leaves may leave a closed list too
        conditions.append(Absent("closed"))
    if rows and keys.may_be_limited(listing):
        add["held"] = rows
    if rows and limit is not None:
        none = [Absent()] if rows <= limit else []
        conditions.append(any_of(*none, Below("held", limit - rows + 1)))
    more = Update(keys.counter(listing), add=add, condition=all_of(*conditions))
    for _ in range(_TRIES):
        try:
            return _Counted(store.write(more, returning=True) or {})
        except Refused as refused:
            if refused.first.item is not None:
                return _Counted(refused.first.item, refused=True)
        if settings().list_counts != "after":
            return None
        open_list(store, listing)
    raise Unavailable


def _make_room(store: Store, listing: str, counter: Item, numbers: int, limit: int | None) -> None:
    """Raise what the counter's refusal means; return where it may let in another try."""
    if counter.get("closed"):
        raise NotFound("workspace")
    if integer(counter, "last") > bounds.LARGEST_NUMBER - numbers or limit is None:
        raise Unavailable
    seen: object = None
    for _ in range(_TRIES):
        found = store.batch_get([keys.root(listing), keys.counter(listing)])
        root, counter = found.get(keys.root(listing), {}), found.get(keys.counter(listing), {})
        changes = pending(store, listing, root, counter)
        if changes is not None and integer(root, "total") + changes.more >= limit:
            raise LimitReached(listing)
        last = integer(counter, "changes")
        if last <= integer(root, "mark"):
            rested = _settled(keys.counter(listing), root, Changes(), last)
            _commit(store, [rested, _still(root, listing, last)])
            return
        before, seen = seen, (changes, last)
        # Whoever took the room and does not use it gives it back; at first they are given time.
        fold(store, listing, overdue=0 if seen == before else None)


def is_open(store: Store, listing: str) -> bool:
    """Whether the list has a counter; it is made where it may be."""
    if store.get(keys.counter(listing)) is not None:
        return True
    if settings().list_counts == "after":
        open_list(store, listing)
        return True
    return False


def open_list(store: Store, listing: str) -> None:
    """Make the counter of a list, from what a version before 0.2 kept: one BatchGet, one Transact."""
    old_key, root_key = keys.next_number(listing), keys.root(listing)
    found = store.batch_get([old_key, root_key])
    old, root = found.get(old_key), found.get(root_key)
    mark = integer(root or {}, "mark")
    made: dict[str, int] = {"last": integer(old or {}, "last"), "changes": mark, "folded": mark}
    if keys.may_be_limited(listing):
        made["held"] = integer(root or {}, "total")
    work: list[Operation] = [
        Put(item(keys.counter(listing), made), Absent()),
        Update(old_key, set={"moved": True}, condition=_as_it_was(old, "last", "moved")),
        Update(root_key, set={"mark": mark}, condition=_as_it_was(root, "total", "mark")),
    ]
    _commit(store, work)  # refused: another was first, or a number was given meanwhile


def _last_before(store: Store, listing: str, count: int) -> int:
    """The number before those that are given out, where versions before 0.2 gave them."""
    left = Below("last", bounds.LARGEST_NUMBER - count + 1)
    more = Update(
        keys.next_number(listing),
        add={"last": count},
        condition=all_of(Absent("moved"), any_of(Absent("last"), left)),
    )
    try:
        return integer(store.write(more, returning=True) or {}, "last") - count
    except Refused as error:
        raise Unavailable from error


# The log.


def _place(listing: str, change: int) -> Key:
    return keys.change(listing, change % RING)


def _free(change: int) -> Condition:
    """That a change's place has nothing, or an older change, which is in the tree long since."""
    return any_of(Absent(), Below("number", change))


def _entries(store: Store, listing: str, mark: int) -> dict[int, Item] | None:
    """The changes after the mark, by number: one Query. None where a place was used again: the mark is old.

    The Query is of the whole ring, never of a part of it. What it sees is then everything that was there at
    one moment. If it ended at the counter that was read, it would miss a later removal and may still see a
    later arrival in a part of the ring that was used again: a total that never was.
    """
    entries = {integer(each, "number"): each for each in every(store, keys.log(listing))}
    if any(number > mark + RING for number in entries):
        return None
    return {number: each for number, each in entries.items() if number > mark}


def _run(store: Store, listing: str, entries: dict[int, Item], mark: int, last: int, overdue: int) -> int:
    """Up to which change nothing is missing; what is overdue is given up, and comes to the entries.

    What was only numbered later does not count: many may have come at once, and all be on their way.
    """
    for number in range(mark + 1, min(last, mark + RING) + 1):
        if number in entries:
            continue
        if sum(later > number for later in entries) < overdue:
            return number - 1
        there = _given_up(store, listing, number)
        if there is None:
            return number - 1
        entries[number] = there
    return min(last, mark + RING)


def _bounded(entries: Mapping[int, Item], mark: int, upto: int) -> int:
    """Up to which change of the run one transaction holds the branches that are touched."""
    touched: set[int] = set()
    for number in range(mark + 1, upto + 1):
        changes = _together([entries[number]])
        touched |= {each // BRANCH for each in changes.added | changes.removed}
        if len(touched) > _MOST_BRANCHES and number > mark + 1:
            return number - 1
    return upto


def _given_up(store: Store, listing: str, number: int) -> Item | None:
    """The change of this number, void unless its writer came first; None where later ones have its place."""
    void = item(_place(listing, number), {"number": number})
    try:
        store.write(Put(void, _free(number)))
    except Refused as refused:
        there = refused.first.item or {}
        return there if integer(there, "number") == number else None
    return void


def _together(entries: Iterable[Mapping[str, object]]) -> Changes:
    added: set[int] = set()
    removed: set[int] = set()
    for each in entries:
        for name, numbers in (("added", added), ("removed", removed)):
            told = each.get(name)
            if isinstance(told, list):
                numbers.update(number for number in told if isinstance(number, int))
    return Changes(frozenset(added), frozenset(removed))


def _folding(listing: str, root: Item, changes: Changes, upto: int) -> Iterable[Update]:
    """The updates of the tree: what came and went within the run leaves no trace."""
    moves = [Move(listing, number, 1) for number in changes.added - changes.removed]
    moves += [Move(listing, number, -1) for number in changes.removed - changes.added]
    above: Mapping[str, int] = {}
    for update in counting(moves):
        if update.key == keys.root(listing):
            above = update.add
        else:
            yield update
    moved = {name: by for name, by in above.items() if by}
    yield Update(
        keys.root(listing), set={"mark": upto}, add=moved, condition=_as_it_was(root, "mark", "total")
    )


def _still(root: Item, listing: str, mark: int) -> Update:
    """Changes nothing of a root; it is an update so that no writer needs the right to check alone."""
    return Update(keys.root(listing), set={"mark": mark}, condition=_as_it_was(root, "mark", "total"))


def _as_it_was(found: Item | None, *names: str) -> Condition:
    """That these attributes of an item are as they were read."""
    there = found or {}
    return all_of(*(Equals(name, there[name]) if name in there else Absent(name) for name in names))


def _settled(counter_key: Key, root: Item, changes: Changes, upto: int) -> Update:
    """What the counter says when everything is in the tree and nothing is under way."""
    state = {"folded": upto}
    if keys.may_be_limited(keys.listing_of_log(counter_key.pk)):
        state["held"] = integer(root, "total") + changes.more
    return Update(counter_key, set=state, condition=Equals("changes", upto))


def _commit(store: Store, work: Sequence[Operation], *, once: bool = False) -> bool:
    try:
        store.transact(work, token=ordered_id(), once=once)
    except Refused:
        return False
    return True
