"""The site's users in bulk: the items that their creation would leave, without its transactions."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from multiprocessing import get_context

from cli import demo
from cli.records.reading import parsed
from cli.records.shapes import UserRecord
from roster.clock import Deadline
from roster.db import keys
from roster.db.list_tree import Move, counting
from roster.db.store import Item, Put, Store
from roster.db.transactions import Transaction
from roster.directory import users
from roster.domain import Actor, User

_CHUNK = 1_000  # users that a worker makes and writes at once
_PATIENCE = 120.0  # seconds for a chunk
_BY = Actor("bulk", datetime(2016, 6, 8, tzinfo=UTC))


def filling(store: Callable[[], Store], count: int, *, only_rows: bool = False) -> Iterator[list[Item]]:
    """Bring users 1 to `count`, every field filled, into a table without users; gives their rows in order.

    With `only_rows` profiles and addresses stay out, and each thousand has the first one's names: only their
    numbers are others'. `store` is pickled, and called in each worker
    process; the counts are written when the last rows have been taken.
    """
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        yield from pool.map(partial(_write, store, count, only_rows), range(1, count + 1, _CHUNK))
    _patient(store).bulk_put(list(tree(keys.USERS, range(1, count + 1))))


def rows_alone(first: int, last: int) -> Iterator[list[Item]]:
    """The list's rows of these numbers, by thousands that all have the same names; no user is behind them."""
    for start in range(first, last + 1, _CHUNK):
        many = min(_CHUNK, last + 1 - start)
        yield [_renumbered(row, start + which) for which, row in enumerate(_first_rows()[:many])]


def tree(listing: str, numbers: Iterable[int]) -> Iterator[Item]:
    """The root, the branches and the counter of a listing that holds these numbers, the largest last."""
    moves = [Move(listing, number, 1) for number in numbers]
    for update in counting(moves):
        yield {**update.key.attributes(), **update.add}
    yield {**keys.next_number(listing).attributes(), "last": moves[-1].number}


def _write(store: Callable[[], Store], count: int, only_rows: bool, first: int) -> list[Item]:
    many = min(_CHUNK, count + 1 - first)
    if only_rows:
        rows = [_renumbered(row, first + which) for which, row in enumerate(_first_rows()[:many])]
        _patient(store).bulk_put(rows)
        return rows
    made = [_items(user) for user in _people(first, many)]
    _patient(store).bulk_put([item for items in made for item in items.values()])
    return [items[keys.USERS] for items in made]


@cache
def _first_rows() -> list[Item]:
    return [_items(user)[keys.USERS] for user in _people(1, _CHUNK)]


def _renumbered(row: Item, number: int) -> Item:
    return {**row, **keys.row(keys.USERS, number).attributes(), "number": number}


def _people(first: int, count: int) -> Iterator[User]:
    for line in demo.generate(count, first=first):
        record, _ = parsed(json.dumps(line).encode())
        if isinstance(record, UserRecord):
            yield record.made(str(record.id), record.number or 0, "", first, first)


def _items(user: User) -> dict[str, Item]:
    """The user's items by partition; the audit is left out."""
    work = Transaction(_BY)
    users.plan(work, user, None)
    puts = [operation.item for operation, _ in work.operations if isinstance(operation, Put)]
    return {str(item["PK"]): item for item in puts if "action" not in item}


def _patient(store: Callable[[], Store]) -> Store:
    return store().within(Deadline.after(_PATIENCE))
