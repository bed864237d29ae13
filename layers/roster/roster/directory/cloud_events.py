"""What other systems are told of a change: a CloudEvents 1.0 object, made from the audit item.

docs/events.md has its form. It holds ids, roles and states, as the audit item does; no secret is in either.
Where the deployment includes profiles, it also has the name and the address of the user whom it is about, as
they are when it is made.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from roster.db import keys
from roster.db.store import Item, Key, Store, Value
from roster.directory import users
from roster.domain import User
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
_USER = "user"
_SUBJECTS = {
    "password": _USER, "password_link": _USER, "session": _USER, "refresh_token": _USER,
    "access_token": _USER, "token": _USER, "member": _USER, "member.view": _USER, "project.member": _USER,
    "space.role": _USER, "audit": _USER, "workspace.group": "workspace_group",
    "workspace.group.member": "workspace_group",
}  # fmt: skip
"""What a noun's audit items name as the target, where that is not what the noun says."""


def source() -> str:
    """What the events of this deployment come from."""
    return settings().public_url or "urn:roster"


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
    return f"{subject_noun(type_of(found))}/{found.get('target')}"


def subject_noun(type_: str) -> str:
    """What events of a type are about."""
    noun = type_.removeprefix("roster.").rpartition(".")[0]
    return _SUBJECTS.get(noun, noun.partition(".")[0])


def events_of(store: Store, found: Sequence[Item]) -> list[CloudEvent]:
    """The events that audit items tell of, in the same order.

    Where the deployment includes profiles, one BatchGet a hundred users; else no call.
    """
    profiles: dict[str, User] = {}
    if settings().include_profiles:
        about = {str(one.get("target")) for one in found if subject_noun(type_of(one)) == _USER}
        profiles = users.by_ids(store, sorted(filter(keys.is_id, about)))
    return [event_of(one, profiles.get(str(one.get("target")))) for one in found]


def event_of(found: Item, profile: User | None = None) -> CloudEvent:
    """The event that an audit item tells of; the item as the table holds it, with its key.

    `sequence` is there once the item is numbered. `profile` is the user whom the event is about, where their
    name and address are to be told. Two calls for one item make the same event, but for what an erasure, or
    a change of the profile, has changed meanwhile.
    """
    event: CloudEvent = {
        "specversion": "1.0",
        "id": keys.event_id(Key.of(found)),
        "source": source(),
        "type": type_of(found),
        "time": found.get("at"),
        "subject": subject_of(found),
        "datacontenttype": "application/json",
    }
    if isinstance(sequence := found.get("sequence"), int):
        event["sequence"] = str(sequence)
    data = {
        "workspaceId": workspace_of(found) or None,
        "actor": _actor(found),
        "target": found.get("target"),
        "before": _shown(_side(found, "before")),
        "after": _shown(_side(found, "after")),
        "details": _shown({n: v for n, v in _details(found).items() if n not in ("before", "after")}),
        "request": found.get("request"),
    }
    if profile is not None and subject_noun(type_of(found)) == _USER:
        data["profile"] = {"name": profile.full_name, "email": profile.email}
    event["data"] = data
    for name in sorted(("details", "before", "after"), key=lambda name: -len(json.dumps(data[name]))):
        if len(json.dumps(event, ensure_ascii=False).encode()) > MOST_BYTES:
            data[name] = {"cut": True}
    return event


def _actor(found: Item) -> Any:
    """The id of whoever did it; of an identity provider its kind and its token, as in the audit."""
    actor = found.get("actor")
    return {"kind": "scim", "tokenId": actor} if found.get("actor_kind") == "scim" else actor


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
