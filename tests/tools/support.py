"""What the tests of the records share: a directory to import into, and a picture of it."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.records.export import export
from cli.records.loading import ImportOutcome, load
from roster.db.store import Item, Key, Store
from roster.domain import Actor
from tests.support.snapshots import everything

Line = dict[str, Any]

NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
AT = "2024-02-29T12:00:00Z"
BY = Actor("test", NOW)


@dataclass(frozen=True)
class Records:
    """Imports lines, and shows what became of them."""

    store: Store
    folder: Path

    def load(self, *lines: Line | str | bytes) -> ImportOutcome:
        path = self.folder / "records.jsonl"
        path.write_bytes(b"".join(_bytes(line) + b"\n" for line in lines))
        return load(self.store, path, by=BY)

    def good(self, *lines: Line) -> ImportOutcome:
        """Import lines of which none is bad."""
        outcome = self.load(*lines)
        assert outcome.bad == []
        return outcome

    def refused(self, *lines: Line | str | bytes) -> list[str]:
        """The bad lines' texts."""
        return [str(bad) for bad in self.load(*lines).bad]

    def export(self) -> list[Line]:
        out = io.StringIO()
        export(self.store, out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    def exported(self, kind: str) -> list[Line]:
        return [line for line in self.export() if line["type"] == kind]


def workspace(name: str = "w1", /, **fields: Any) -> Line:
    return {"type": "workspace", "id": name, "key": f"key-{name}", "name": name.upper(), **fields}


def user(name: str = "u1", /, **fields: Any) -> Line:
    return {"type": "user", "id": name, "email": f"{name}@example.com", **fields}


def project(name: str = "p1", home: str = "w1", /, **fields: Any) -> Line:
    return {"type": "project", "id": name, "workspaceId": home, **fields}


def space(name: str = "s1", home: str = "w1", /, **fields: Any) -> Line:
    return {"type": "space", "id": name, "workspaceId": home, **fields}


def member(home: str = "w1", who: str = "u1", /, **fields: Any) -> Line:
    return {"type": "membership", "workspaceId": home, "userId": who, **fields}


def token(secret: str | None, who: str = "u1", /, **fields: Any) -> Line:
    return {
        "type": "apiToken",
        "userId": who,
        "name": "ci",
        **({"secret": secret} if secret else {}),
        **fields,
    }


def client(secret: str, name: str = "cf", /, **fields: Any) -> Line:
    return {"type": "client", "id": name, "secret": secret, **fields}


def items(store: Store) -> dict[Key, Item]:
    """The whole table."""
    return {Key.of(item): item for item in everything(store)}


def without(line: Mapping[str, Any], *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}


def by_text(lines: Iterable[Line]) -> list[str]:
    """The lines in an order of their own."""
    return sorted(json.dumps(line, sort_keys=True) for line in lines)


def _bytes(line: Line | str | bytes) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()
