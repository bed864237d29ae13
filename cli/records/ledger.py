"""What a file of records says, in some two hundred bytes a record: who they are and what they refer to.

An *entry* is an integer: a record of the file, or something that a record only refers to.

    NAMED ── found in the table ──> THERE          a reference that resolves
    NEW ──── found in the table ──> THERE          nothing to do
    NEW ──── spoilt, or refers to what is BAD or is nowhere ──> BAD
    NEW ──── wants a secret, and is not in the table ──> LEFT_OUT
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from typing import Any

from cli.records.reading import Unreadable
from cli.records.shapes import (
    SHAPES,
    FeatureRecord,
    ProjectRecord,
    Record,
    ScimUserRecord,
    SpaceRecord,
    UserRecord,
    WorkspaceGroupRecord,
    WorkspaceRecord,
    canonical_json,
)
from roster.directory.emails import canonical
from roster.directory.folding import folded

_TYPES = tuple(SHAPES)


class State(IntEnum):
    """What is known of an entry."""

    NAMED = 0
    NEW = 1
    THERE = 2
    BAD = 3
    LEFT_OUT = 4


@dataclass(frozen=True, slots=True, order=True)
class Bad:
    """A line that was not imported, and why; never holds a secret."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class Ledger:
    """The entries, as parallel columns."""

    names: list[str] = field(default_factory=list)
    """What identifies the entry within its type."""
    types: bytearray = field(default_factory=bytearray)
    states: bytearray = field(default_factory=bytearray)
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    places: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    """Given in the file, found in the table or made; 0: none yet."""
    prints: "array[int]" = field(default_factory=lambda: array("Q"))
    """Equal where two lines of one identity say the same."""
    entries: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in _TYPES})
    """The entries by type and identity."""
    addresses: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    space_names: dict[tuple[str, str], int] = field(default_factory=dict)
    """By workspace and folded name: whose it is."""
    user_names: dict[tuple[str, str], int] = field(default_factory=dict)
    group_names: dict[tuple[str, str], int] = field(default_factory=dict)
    """Likewise of what an identity provider names."""
    given: dict[str, dict[int, int]] = field(default_factory=lambda: {"project": {}, "user": {}})
    """By type: who was given which number."""
    homes: dict[int, str] = field(default_factory=dict)
    """The workspaces of projects."""
    titles: dict[str, set[str]] = field(default_factory=lambda: {"role": set(), "group": set()})
    """The names of numbered roles and groups: what identifies those without a number."""
    spoilt: dict[int, int] = field(default_factory=dict)
    """Entries that a line names which is no record, with that line."""
    repeats: list[tuple[int, int]] = field(default_factory=list)
    """Lines that say again what an entry says."""
    bad: list[Bad] = field(default_factory=list)
    _referrers: "array[int]" = field(default_factory=lambda: array("q"))
    _targets: "array[int]" = field(default_factory=lambda: array("q"))
    _fields: bytearray = field(default_factory=bytearray)
    _field_names: list[str] = field(default_factory=list)

    def entry(self, kind: str, name: str) -> int:
        """The entry of that identity, made where there is none."""
        known = self.entries[kind]
        found = known.get(name)
        if found is None:
            found = known[name] = len(self.names)
            self.names.append(name)
            self.types.append(_TYPES.index(kind))
            self.states.append(State.NAMED)
            for column in (self.lines, self.places, self.numbers, self.prints):
                column.append(0)
        return found

    def kind(self, entry: int) -> str:
        return _TYPES[self.types[entry]]

    def add(self, line: int, place: int, record: Record, given: dict[str, Any]) -> None:
        """Take in the record on a line. What speaks against it within the file becomes a bad line."""
        kind = record.type_name
        name = record.identity(given)
        told = blake2b(canonical_json(given).encode(), digest_size=8)
        fingerprint = int.from_bytes(told.digest(), "big")
        known = self.entries[kind].get(name)
        if known is not None and self.lines[known]:
            if self.prints[known] == fingerprint:
                self.repeats.append((line, known))
            else:
                self.bad.append(Bad(line, f"{kind}: line {self.lines[known]} is the same one, but differs"))
            return
        entry = self.entry(kind, name)
        reason = self._claim(entry, record)
        if reason:
            self.spoilt.setdefault(entry, line)
            self.bad.append(Bad(line, f"{kind}: {reason}"))
            return
        self.states[entry] = State.NEW
        self.lines[entry], self.places[entry], self.prints[entry] = line, place, fingerprint
        for label, other_kind, other in record.references():
            self._refer(entry, label, self.entry(other_kind, other))

    def spoil(self, line: int, fault: Unreadable) -> None:
        """Take in a line that is no record."""
        self.bad.append(Bad(line, str(fault)))
        if fault.named:
            self.spoilt.setdefault(self.entry(*fault.named), line)

    def condemn(self, entry: int, reason: str) -> None:
        """Declare the entry's line bad. The reason does not name the type."""
        self.states[entry] = State.BAD
        self.bad.append(Bad(self.lines[entry], f"{self.kind(entry)}: {reason}"))

    def in_order(self, kind: str, state: State = State.NEW) -> list[int]:
        """The file's entries of a type in that state, as they follow one another in the file."""
        wanted = (entry for entry in self.entries[kind].values() if self.states[entry] == state)
        return sorted((entry for entry in wanted if self.lines[entry]), key=self.lines.__getitem__)

    def number_of(self, kind: str, name: str | None) -> int | None:
        """The number of what a record refers to."""
        return None if name is None else self.numbers[self.entries[kind][name]] or None

    def resolve(self) -> None:
        """Condemn what refers to nothing, to the wrong workspace, or to a bad record.

        The table has been asked: what is still NAMED is nowhere.
        """
        self._compare_homes()
        failing = [
            entry for entry, state in enumerate(self.states) if state == State.BAD or state == State.NAMED
        ]
        if not failing:
            return
        referrers: dict[int, list[int]] = {}
        for edge, referrer in enumerate(self._referrers):
            if self.states[referrer] == State.NEW:
                referrers.setdefault(self._targets[edge], []).append(edge)
        while failing:
            target = failing.pop()
            for edge in referrers.get(target, ()):
                referrer = self._referrers[edge]
                if self.states[referrer] == State.NEW:
                    label = self._field_names[self._fields[edge]]
                    self.condemn(referrer, f"{label} '{self.names[target]}' {self._absence(target)}")
                    failing.append(referrer)

    def settle(self) -> tuple[Counter[str], Counter[str], list[Bad]]:
        """How many lines of each type were there already, and were left out; all bad lines in their order."""
        for line, entry in self.repeats:
            if self.states[entry] == State.BAD:
                self.bad.append(
                    Bad(line, f"{self.kind(entry)}: repeats line {self.lines[entry]}, which is bad")
                )
        told = [entry for entry, line in enumerate(self.lines) if line]
        left_out = [*self._of(State.LEFT_OUT, told), *self._of(State.LEFT_OUT, self._repeated())]
        there = [*self._of(State.THERE, told), *self._of(State.THERE, self._repeated())]
        there += self._of(State.NEW, self._repeated())
        return Counter(map(self.kind, there)), Counter(map(self.kind, left_out)), sorted(self.bad)

    def _of(self, state: State, entries: Iterable[int]) -> Iterator[int]:
        return (entry for entry in entries if self.states[entry] == state)

    def _repeated(self) -> Iterator[int]:
        return (entry for _, entry in self.repeats)

    def _claim(self, entry: int, record: Record) -> str | None:
        """Let the entry have what must be unique; why it cannot, or None."""
        number: int | None = getattr(record, "number", None)
        match record:
            case UserRecord():
                address = canonical(record.email_as(self.names[entry]))
                claims: Iterable[tuple[str, dict[Any, int], Any]] = (
                    ("email", self.addresses, address),
                    ("number", self.given["user"], number),
                )
            case WorkspaceRecord():
                claims = (("key", self.keys, record.key),)
            case SpaceRecord() if record.name:
                claims = (("name", self.space_names, (record.workspace_id, folded(record.name))),)
            case ScimUserRecord():
                claims = (("userName", self.user_names, (record.workspace_id, folded(record.user_name))),)
            case WorkspaceGroupRecord():
                named = record.workspace_id, folded(record.display_name)
                claims = (("displayName", self.group_names, named),)
            case ProjectRecord():
                claims = (("number", self.given["project"], number),)
                self.homes[entry] = record.workspace_id
            case _:
                claims = ()
        for label, held, value in claims:
            if value in held:
                return f"{label} is already on line {self.lines[held[value]]}"
        for _, held, value in claims:
            if value is not None:
                held[value] = entry
        if number:
            self.numbers[entry] = number
            if record.type_name in self.titles:
                self.titles[record.type_name].add(str(getattr(record, "name", "")))
        return None

    def _refer(self, entry: int, label: str, target: int) -> None:
        if label not in self._field_names:
            self._field_names.append(label)
        self._referrers.append(entry)
        self._targets.append(target)
        self._fields.append(self._field_names.index(label))

    def _edges(self) -> Iterator[tuple[int, str, int]]:
        names = self._field_names
        for referrer, target, label in zip(self._referrers, self._targets, self._fields, strict=True):
            yield referrer, names[label], target

    def _compare_homes(self) -> None:
        """A project that a space or a feature names lies in the same workspace as these."""
        types = {_TYPES.index(shape.type_name) for shape in (SpaceRecord, FeatureRecord)}
        home = ""
        for referrer, label, target in self._edges():
            if self.types[referrer] not in types or self.states[referrer] != State.NEW:
                continue
            if label == "workspaceId":
                home = self.names[target]
            elif label == "projectId" and self.homes.get(target, home) != home:
                self.condemn(referrer, f"projectId '{self.names[target]}' is in another workspace")

    def _absence(self, target: int) -> str:
        line = self.lines[target] or self.spoilt.get(target)
        return f"is on line {line}, which is bad" if line else "is not in this file or the table"
