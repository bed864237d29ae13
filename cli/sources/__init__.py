"""Files of other systems, of which `roster import --from` makes records.

A source yields records and says what it leaves out; the records' own import judges them, so that rules,
limits and errors are in one place.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cli.records.ledger import Bad
from cli.records.loading import ImportOutcome, Progress, load_file, unheard
from cli.records.reading import LONGEST, opened
from cli.sources import auth0, json_array, keycloak, scim, tables
from cli.sources.shared import Entry, FileFormat, FileReport, WrongFormat
from roster.db.store import Store
from roster.domain import Actor

SOURCES: Mapping[str, FileFormat] = {
    "csv": tables.CSV,
    "json": json_array.SOURCE,
    "keycloak": keycloak.SOURCE,
    "auth0": auth0.SOURCE,
    "okta": tables.OKTA,
    "cognito": tables.COGNITO,
    "scim": scim.SOURCE,
}
SHOWN = 5
"""Records that a dry run shows."""

_HIDDEN = ("password", "passwordHash", "secret")


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What became of a file of another system: the import's outcome, and what the source says."""

    outcome: ImportOutcome
    bad: list[str]
    """The records that were refused: where in the file, and why."""
    report: FileReport
    shown: list[Entry]
    """The first records, without what is secret."""


def load(
    store: Store,
    path: Path,
    source: FileFormat,
    *,
    renamed: Mapping[str, str],
    by: Actor,
    dry: bool = False,
    progress: Progress = unheard,
) -> SourceOutcome:
    """Import what a file of another system says; with `dry` only tell what would come of it.

    Raises WrongFormat where it is no such file, and else as the import of records does.
    """
    report, places, first = FileReport(), list[str](), list[Entry]()
    with opened(path) as file, tempfile.TemporaryFile() as records:  # the owner's alone, with its hashes
        for place, made in source.read(file, renamed, report):
            places.append(place)
            if len(first) < SHOWN:
                first.append(_hiding(made))
            records.write(json.dumps(made).encode() + b"\n")
        outcome = load_file(store, records, by=by, dry=dry, progress=progress)
    bad = [f"{places[each.line - 1]}: {_elsewhere(each, places)}" for each in outcome.bad]
    return SourceOutcome(outcome, bad, report, first)


def shown(line: bytes) -> str:
    """A line of a file of records, without what is secret; one that is no record is not shown."""
    if not _is_record(line):
        return "(not a record)"
    return json.dumps(_hiding(json.loads(line)), ensure_ascii=False)


def _hiding(made: Entry) -> Entry:
    return {name: "..." if name in _HIDDEN else told for name, told in made.items()}


def _elsewhere(bad: Bad, places: list[str]) -> str:
    """The reason, with other lines named as they are in the file itself."""
    words = bad.reason.split(" ")
    for at, word in enumerate(words[1:], 1):
        number = word.rstrip(",:")
        if words[at - 1] == "line" and number.isdecimal() and int(number) <= len(places):
            words[at - 1 : at + 1] = [places[int(number) - 1] + word[len(number) :], ""]
    return " ".join(word for word in words if word)


def other_format(file: IO[bytes]) -> str | None:
    """What a file seems to be that does not begin as a file of records; None for one that does.

    Only its beginning is looked at; the file is left at it.
    """
    head = file.read(LONGEST)
    file.seek(0)
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head or _is_record(head.splitlines()[0]):
        return None
    for mark, what in _MARKS.items():
        if head.startswith(mark):
            return what
    return next(_guesses(head.decode("utf-8", "replace")), None)


_MARKS = {
    b"SQLite format 3": "an embedded store: `make run STORE=...` serves it, and --store names it",
    b"PK\x03\x04": "an archive or a spreadsheet: save it as CSV for `roster import --from csv`",
    b"\x1f\x8b": "compressed: unpack it first",
}


def _guesses(text: str) -> Iterator[str]:
    first = text.splitlines()[0]
    if text[0] in "[{":
        for name, marks in {
            "scim": ("scim:api:messages", "scim:schemas:core"),
            "keycloak": ('"realm"',),
            "auth0": ('"user_id"', '"password_hash"', '"custom_password_hash"', '"email_verified"'),
        }.items():
            if any(mark in text for mark in marks):
                yield f"{SOURCES[name].title}: `roster import --from {name}` reads it"
        if text[0] == "[":
            yield f"{SOURCES['json'].title}: `roster import --from json` reads it"
        elif first.strip() == "{":
            yield "one JSON document: records are JSON objects, one a line (docs/records.md)"
    elif max(map(first.count, ",;\t")) >= 1:
        for name, mark in {"cognito": "cognito:", "okta": "login"}.items():
            if mark in first:
                yield f"{SOURCES[name].title}: `roster import --from {name}` reads it"
        yield f"{SOURCES['csv'].title}: `roster import --from csv` reads it"


def _is_record(line: bytes) -> bool:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "type" in told


__all__ = ["SOURCES", "FileReport", "SourceOutcome", "WrongFormat", "load", "other_format", "shown"]
