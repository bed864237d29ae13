"""What other systems are told of a change: a CloudEvents 1.0 object, made from the audit item alone.

docs/events.md has its form. It holds ids, roles and states, as the audit item does; no secret is in either.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from roster.db import keys
from roster.db.store import Item, Key, Value
from roster.events import Event
from roster.settings import settings

CloudEvent: TypeAlias = dict[str, Any]

MEDIA_TYPE = "application/cloudevents+json"
MOST_IDS = 100
"""Entries that a list in an event has at most; `<name>Count` then says how many there are."""
MOST_BYTES = 20_000

_BY_ACTION: Mapping[str, tuple[Event, ...]] = {
    event.action: tuple(other for other in Event if other.action == event.action) for event in Event
}
_RESUMED_OR_SUSPENDED = {True: ".resumed", False: ".suspended"}
_SUBJECTS = {
    "password": "user", "password_link": "user", "session": "user", "refresh_token": "user",
    "access_token": "user", "token": "user", "member": "user", "project.member": "user",
    "space.role": "user", "audit": "user",
}  # fmt: skip
"""What a noun's audit items name as the target, where that is not what the noun says."""


def type_of(found: Item) -> str:
    """The event's type, by the audit item's action and, where several share it, by what `active` became."""
    kinds = _BY_ACTION.get(str(found.get("action")), ())
    if not kinds:
        return f"roster.{found.get('action')}"  # of a newer version
    after = _side(found, "after").get("active")
    if len(kinds) > 1 and isinstance(after, bool):
        return next(one.type for one in kinds if one.type.endswith(_RESUMED_OR_SUSPENDED[after]))
    return kinds[0].type


def workspace_of(found: Item) -> str:
    """The id of the workspace that an audit item concerns; empty where it is of the site alone."""
    if str(found.get("action")).startswith("workspace."):
        told: object = found.get("target")
    else:
        told = found.get("tenant") or _details(found).get("workspace")
    return told if isinstance(told, str) and keys.is_id(told) else ""


def subject_of(found: Item) -> str:
    """What the event is about: `user/<id>` and the like."""
    noun = type_of(found).removeprefix("roster.").rpartition(".")[0]
    return f"{_SUBJECTS.get(noun, noun.partition('.')[0])}/{found.get('target')}"


def event_of(found: Item) -> CloudEvent:
    """The event that an audit item tells of; the item as the table holds it, with its key.

    `sequence` is there once the item is numbered. Two calls for one item make the same event, but for what an
    erasure has changed meanwhile.
    """
    event: CloudEvent = {
        "specversion": "1.0",
        "id": keys.event_id(Key.of(found)),
        "source": settings().public_url or "urn:roster",
        "type": type_of(found),
        "time": found.get("at"),
        "subject": subject_of(found),
        "datacontenttype": "application/json",
    }
    if isinstance(sequence := found.get("sequence"), int):
        event["sequence"] = str(sequence)
    data = {
        "workspaceId": workspace_of(found) or None,
        "actor": found.get("actor"),
        "target": found.get("target"),
        "before": _shown(_side(found, "before")),
        "after": _shown(_side(found, "after")),
        "details": _shown({n: v for n, v in _details(found).items() if n not in ("before", "after")}),
        "request": found.get("request"),
    }
    event["data"] = data
    for name in sorted(("details", "before", "after"), key=lambda name: -len(json.dumps(data[name]))):
        if len(json.dumps(event, ensure_ascii=False).encode()) > MOST_BYTES:
            data[name] = {"cut": True}
    return event


def _details(found: Item) -> Mapping[str, Value]:
    details = found.get("details")
    return details if isinstance(details, dict) else {}


def _side(found: Item, name: str) -> Mapping[str, Value]:
    side = _details(found).get(name)
    return side if isinstance(side, dict) else {}


def _shown(told: Mapping[str, Value]) -> dict[str, Any]:
    """The same under wire names, with long lists cut."""
    shown: dict[str, Any] = {}
    for name, value in told.items():
        wire = _camel(name)
        shown[wire] = value
        if isinstance(value, list) and len(value) > MOST_IDS:
            shown[wire] = value[:MOST_IDS]
            shown[f"{wire}Count"] = len(value)
    return shown


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
