"""Import: a file of records comes into a directory. What is there already stays as it is.

1. read      every line is checked; what is kept of it is who it is and what it refers to
2. compare   the table says what it holds of that
3. resolve   what refers to nothing good is bad; the rest gets its numbers
4. write     what is missing, type by type, each line read again

An import that was killed is completed by another.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path
from typing import IO, TypeAlias

from cli.records import comparing, writing
from cli.records.ledger import Bad, Ledger, State
from cli.records.reading import Unreadable, line_at, lines, opened, parsed
from cli.records.shapes import SHAPES, ApiTokenRecord, Record, ScimTokenRecord
from roster.db.store import Store
from roster.domain import Actor

Progress: TypeAlias = Callable[[str, int, int], None]
"""Hears what is being done ("read", "compare", "write"), how much of it is done, and of how much."""

_AT_ONCE = 500  # records written together
_AT_ONCE_BYTES = 1024 * 1024  # of lines: what is made of them must fit into transactions of 4 MB
_TICK = 1000  # lines


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did: records made and records that were there already, by type; bad lines in order.

    `left_out`: API tokens and clients whose lines have no secret, so that nobody could use them, by type.
    """

    created: Counter[str]
    unchanged: Counter[str]
    bad: list[Bad]
    left_out: Counter[str] = field(default_factory=Counter)


def unheard(what: str, done: int, total: int) -> None:
    """The progress that nobody follows."""


def load(
    store: Store, path: Path, *, by: Actor, dry: bool = False, progress: Progress = unheard
) -> ImportOutcome:
    """Import the records of a file; `-` is standard input. With `dry`, only tell what would come of it.

    Raises OSError where the file cannot be read, and Unavailable where the table stays away: what was
    written by then is whole, and importing again completes it.
    """
    with opened(path) as file:
        return load_file(store, file, by=by, dry=dry, progress=progress)


def load_file(
    store: Store, file: IO[bytes], *, by: Actor, dry: bool = False, progress: Progress = unheard
) -> ImportOutcome:
    """Import the records of a file that is open and can be read twice, as `load` does."""
    ledger = _read(file, progress)
    comparing.compare(store, ledger, lambda done, total: progress("compare", done, total))
    writing.leave_room(store, ledger)
    ledger.resolve()
    if dry:
        created = Counter(kind for kind in SHAPES for _ in ledger.in_order(kind))
    else:
        writing.number(store, ledger)
        created = _write(writing.Writer(store, ledger, by), file, progress)
    unchanged, left_out, bad = ledger.settle()
    return ImportOutcome(created, unchanged, bad, left_out)


def _read(file: IO[bytes], progress: Progress) -> Ledger:
    ledger = Ledger()
    size = file.seek(0, SEEK_END)
    for line, place, raw in lines(file):
        try:
            record, given = parsed(raw)
        except Unreadable as fault:
            ledger.spoil(line, fault)
        else:
            ledger.add(line, place, record, given)
        if line % _TICK == 0:
            progress("read", place, size)
    progress("read", size, size)
    return ledger


def _write(writer: writing.Writer, file: IO[bytes], progress: Progress) -> Counter[str]:
    ledger = writer.ledger
    created: Counter[str] = Counter()
    order = [entry for kind in SHAPES for entry in _order(ledger, kind)]
    done = 0
    for some in _chunks(file, ledger, order):
        results = writer.write(some)
        for entry, result in results.items():
            if isinstance(result, str):
                ledger.condemn(entry, result)
            elif result is not State.NEW:
                ledger.states[entry] = result
            else:
                created[ledger.kind(entry)] += 1
        done += len(some)
        progress("write", done, len(order))
    return created


def _chunks(file: IO[bytes], ledger: Ledger, order: list[int]) -> Iterator[list[tuple[int, Record]]]:
    """The records of these entries, some of one type together."""
    some: list[tuple[int, Record]] = []
    size = 0
    for entry in order:
        raw = line_at(file, ledger.places[entry])
        full = len(some) == _AT_ONCE or size + len(raw) > _AT_ONCE_BYTES
        if some and (full or ledger.types[some[0][0]] != ledger.types[entry]):
            yield some
            some, size = [], 0
        record, _ = parsed(raw)
        some.append((entry, record))
        size += len(raw)
    if some:
        yield some


def _order(ledger: Ledger, kind: str) -> list[int]:
    """A type's new entries as they are written: in the order of the file."""
    order = ledger.in_order(kind)
    if kind in (ApiTokenRecord.type_name, ScimTokenRecord.type_name):
        # Whether a token without a secret is there shows after the others.
        order.sort(key=lambda entry: ledger.names[entry].startswith("name "))
    return order
