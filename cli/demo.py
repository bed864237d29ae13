"""Demo data: a small directory in which every relation is used, and large ones for benchmarks.

Deterministic throughout: the same call gives the same records.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roster.clock import instant

Line = dict[str, Any]

# Published on purpose: they open demo data only.
PASSWORD = "roster-demo-2016"  # noqa: S105
"""Of ADMIN, LEAD and DEVELOPER; nobody else in the demo can log in."""

ADMIN, ADMIN_ID = "amara.okafor@demo.test", "u-0000001"
"""The platform ADMIN of the demo."""

LEAD, LEAD_ID = "mateo.silva@demo.test", "u-0000002"
"""The ADMIN of the first workspace."""

DEVELOPER, DEVELOPER_ID = "ingrid.lindqvist@demo.test", "u-0000003"
"""A member of two workspaces who develops in spaces of the first."""

ORG_ID, PROJECT_ID = "ws-northwind", "p-web"
"""A workspace, and a project of it that the developer works in."""

SERVICE_ID = "robot-build"

ADMIN_TOKEN = "demo-token-of-amara-okafor-who-administers"  # noqa: S105
DEVELOPER_TOKEN = "demo-token-of-ingrid-lindqvist-who-develops"  # noqa: S105
SERVICE_TOKEN = "demo-token-of-the-build-robot-at-northwind"  # noqa: S105
"""API tokens, for curl; the robot's is for its workspace."""

CLIENT_ID, CLIENT_SECRET = "build", "demo-secret-of-the-client-that-builds"
"""The client of the token endpoint that stands for the robot."""

_FIRST = (  # noqa: SIM905 - a line a name would be eighty lines
    "Amara Mateo Ingrid Kenji Leila Tomasz Priya Oluwaseun Chiara Hamza Sofia Duc Maren Kwame Anneli Rafael "
    "Noor Siobhan Yusuf Hana Lucas Zainab Pavel Mei Emeka Freya Arjun Camila Bram Thandiwe Aiko Viktor "
    "Salma Gabriel Linh Elif Jonas Adaeze Nikhil Solveig"
).split()
_LAST = (  # noqa: SIM905
    "Okafor Silva Lindqvist Watanabe Haddad Kowalski Raman Adeyemi Ricci Siddiqui Petrova Nguyen Hoffmann "
    "Mensah Korhonen Moreno Rahman Byrne Demir Sato Ferreira Bello Novak Chen Nwosu Larsen Mehta Vargas "
    "Janssen Dlamini Mori Sokolov Farouk Laurent Tran Yildiz Weber Eze Kulkarni Berg"
).split()
_TIMEZONES = (
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Africa/Lagos",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "UTC",
)
_FORMATS = (("yyyy-MM-dd", "HH:mm"), ("dd.MM.yyyy", "HH:mm"), ("MM/dd/yyyy", "h:mm tt"))

_WORKSPACES = (
    ("northwind", "Northwind Freight", "eu", "Europe/Berlin", "de-DE", "Hamburg", "Germany", "20457"),
    ("lakeside", "Lakeside Clinics", "us", "America/Chicago", "en-US", "Illinois", "United States", "60611"),
    ("tanuki", "Tanuki Games", "jp", "Asia/Tokyo", "ja-JP", "Tokyo", "Japan", "150-0002"),
)
_SUSPENDED = (
    "meridian",
    "Meridian Surveys",
    "eu",
    "Europe/Lisbon",
    "pt-PT",
    "Lisboa",
    "Portugal",
    "1100-148",
)
"""A workspace that its members do not reach: only platform ADMINs see it, and may resume it."""
_LIMITS = {
    "northwind": {"members": 50, "projects": 10, "spaces": 20},
    "tanuki": {"projects": 1},
}
"""Tanuki has as many projects as it may."""
_PROJECTS = (
    ("northwind", "web", "Customer portal"),
    ("northwind", "ops", "Yard operations"),
    ("lakeside", "book", "Appointments"),
    ("tanuki", "game", "Game services"),
)
_SPACES = (
    ("northwind", "web", "web-development", ("portal", "portal-worker")),
    ("northwind", "web", "web-production", ("portal",)),
    ("northwind", "ops", "yard-production", ("gatekeeper", "crane-feed")),
    ("northwind", None, "playground", ()),
    ("lakeside", "book", "booking-staging", ("calendar",)),
    ("lakeside", "book", "booking-production", ("calendar", "reminders")),
    ("tanuki", "game", "arena-development", ("lobby",)),
    ("tanuki", "game", "arena-production", ("lobby", "scores")),
)
_FEATURES = (
    ("northwind", "web", "Boards", "Boards", True),
    ("northwind", "ops", "Work inbox", "WorkInbox", True),
    ("northwind", None, "Currency rates", "CurrencyRates", True),
    ("lakeside", "book", "Booking", "Booking", True),
    ("lakeside", "book", "Waiting list", None, True),
    ("tanuki", "game", "Entitlements", "EntitlementOperations", True),
    ("tanuki", None, "Boards", "Boards", False),
)
_ROLES = (
    (1, "Viewer", ["runs.read", "users.read"], True),
    (2, "Tester", ["runs.read", "runs.write", "users.read"], False),
    (3, "Lead", ["projects.write", "runs.read", "runs.write", "users.read"], False),
    (4, "Site admin", ["projects.write", "runs.read", "runs.write", "users.read", "users.write"], False),
)
_GROUPS = ("Quality", "Development", "Operations")
_PEOPLE = 36


def demo_records() -> list[Line]:
    """The demo: four workspaces, one of them suspended, three dozen people, a robot, and every relation."""
    return list(_demo())


def generate(users: int, *, first: int = 1) -> Iterator[Line]:
    """A workspace, roles, groups, and this many users of it with every field filled.

    The users are numbered from `first`; other numbers are other people.
    """
    yield {"type": "workspace", "id": "acme", "key": "acme", "name": "Acme", "createdAt": _at(0)}
    yield from _catalogue()
    for number in range(first, first + users):
        yield _person(number) | {"createdBy": _user_id(first), "updatedBy": _user_id(first)}


def write(lines: Iterable[Line], path: Path) -> None:
    """Make a records file of them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _demo() -> Iterator[Line]:
    for place, told in enumerate((*_WORKSPACES, _SUSPENDED)):
        yield _workspace(place, *told)
    yield from _catalogue()
    for number, (home, key, name) in enumerate(_PROJECTS, 1):
        yield {
            "type": "project",
            "id": f"p-{key}",
            "number": number,
            "workspaceId": f"ws-{home}",
            "name": name,
            "abbreviation": key,
            "description": f"{name} of {home}",
            "database": [_database(key)],
        }
    yield from _people()
    yield from _places()
    yield from _credentials()


def _workspace(
    place: int, key: str, name: str, region: str, zone: str, locale: str, state: str, country: str, pin: str
) -> Line:
    leader = place * 12 + 1
    return {
        "type": "workspace",
        "id": f"ws-{key}",
        "key": key,
        "name": name,
        "settings": {"locale": locale, "timeZone": zone, "regionCode": region},
        "organisation": {
            "abbreviation": key[:4],
            "adminEmail": f"office@{key}.test",
            "adminName": f"{_FIRST[leader]} {_LAST[leader]}",
            "address": f"{place + 3} Harbour Street",
            "state": state,
            "country": country,
            "pinCode": pin,
        },
        "active": key != _SUSPENDED[0],
        "limits": _LIMITS.get(key, {}),
        "createdAt": _at(place),
    }


def _catalogue() -> Iterator[Line]:
    for number, name, permissions, is_default in _ROLES:
        yield {
            "type": "role",
            "number": number,
            "name": name,
            "permissions": permissions,
            "isDefault": is_default,
        }
    for number, name in enumerate(_GROUPS, 1):
        yield {"type": "group", "number": number, "name": name}


def _people() -> Iterator[Line]:
    """Twelve people a workspace; the first is everybody's ADMIN, the second of each leads the workspace."""
    homes = [home for home, *_ in _WORKSPACES]
    for number in range(1, _PEOPLE + 1):
        home = homes[(number - 1) // 12]
        yield _person(number, "demo.test") | {
            "password": PASSWORD if number <= 3 else None,
            "roles": ["ADMIN", "USER"] if number == 1 else ["USER"],
            "active": number != 7,
            **({"mustChangePassword": True} if number == 8 else {}),
            "roleNumber": 4 if number == 1 else 1 + number % 3,
            "defaultWorkspaceId": f"ws-{home}" if number % 2 else None,
            "createdBy": None if number == 1 else _user_id(1),
            "updatedAt": None,
            "updatedBy": None,
        }
    yield {
        "type": "user",
        "id": SERVICE_ID,
        "email": "build.robot@demo.test",
        "fullName": "Build Robot",
        "kind": "service",
        "createdAt": _at(_PEOPLE + 1),
        "createdBy": _user_id(1),
    }
    yield _membership(homes[0], SERVICE_ID, "MEMBER", _PEOPLE + 1)
    for number in range(1, _PEOPLE):  # the last of all belongs to no workspace
        role = "ADMIN" if number % 12 == 2 else "MEMBER"
        yield _membership(homes[(number - 1) // 12], _user_id(number), role, number)
    yield _membership(homes[1], _user_id(3), "ADMIN", _PEOPLE + 2)
    yield _membership(_SUSPENDED[0], _user_id(14), "ADMIN", _PEOPLE + 3)


def _places() -> Iterator[Line]:
    """Spaces and features, and who is what in them."""
    homes = [home for home, *_ in _WORKSPACES]
    for home, project, name, apps in _SPACES:
        members = [_user_id(homes.index(home) * 12 + place) for place in range(1, 12)]
        yield {
            "type": "space",
            "id": f"s-{name}",
            "workspaceId": f"ws-{home}",
            "projectId": f"p-{project}" if project else None,
            "name": name,
            "description": f"Where {name} runs",
            "email": f"{name}@{home}.test",
            "ownerId": members[1],
            "allowSsh": not name.endswith("production"),
            "createdAt": _at(50),
        }
        for app in apps:
            yield {"type": "app", "id": f"a-{name}-{app}", "spaceId": f"s-{name}", "name": app}
        roles = ("manager", "developer", "developer", "developer", "auditor")
        for user_id, role in zip(members[1:], roles, strict=False):
            yield {"type": "spaceRole", "spaceId": f"s-{name}", "userId": user_id, "role": role}
    yield {
        "type": "spaceRole",
        "spaceId": "s-web-development",
        "userId": SERVICE_ID,
        "role": "developer",
    }
    for home, project, _ in _PROJECTS:
        for place in range(2, 9):
            user_id = _user_id(homes.index(home) * 12 + place)
            yield {"type": "projectMembership", "projectId": f"p-{project}", "userId": user_id}
    for home, project, name, module, enabled in _FEATURES:
        yield {
            "type": "feature",
            "id": f"f-{home}-{name.lower().replace(' ', '-')}",
            "workspaceId": f"ws-{home}",
            "projectId": f"p-{project}" if project else None,
            "name": name,
            "description": f"{name} for {home}",
            "email": f"product@{home}.test",
            "ownerId": _user_id(homes.index(home) * 12 + 2),
            "touchedBy": _user_id(homes.index(home) * 12 + 3),
            "enabled": enabled,
            "module": module,
        }


def _credentials() -> Iterator[Line]:
    yield {"type": "apiToken", "userId": ADMIN_ID, "name": "demo", "secret": ADMIN_TOKEN}
    yield {"type": "apiToken", "userId": DEVELOPER_ID, "name": "demo", "secret": DEVELOPER_TOKEN}
    yield {
        "type": "apiToken",
        "userId": SERVICE_ID,
        "workspaceId": "ws-northwind",
        "name": "build",
        "secret": SERVICE_TOKEN,
    }
    yield {
        "type": "client",
        "id": "cf",
        "name": "Cloud Foundry's command line",
        "secret": "",
        "grants": ["password", "refresh_token"],
        "scopes": ["cloud_controller.read", "cloud_controller.write"],
    }
    yield {
        "type": "client",
        "id": CLIENT_ID,
        "name": "Build robot",
        "secret": CLIENT_SECRET,
        "userId": SERVICE_ID,
        "grants": ["client_credentials"],
        "scopes": ["cloud_controller.read"],
    }


def _person(number: int, domain: str = "people.test") -> Line:
    """A user with every field filled; 1,600 pairs of names, then the e-mail is told apart by a number."""
    turn, place = divmod(number - 1, len(_FIRST))
    first, last = _FIRST[place], _LAST[(place + turn) % len(_LAST)]
    series = (number - 1) // (len(_FIRST) * len(_LAST))
    local = f"{first}.{last}".lower() + (f".{series}" if series else "")
    date_format, time_format = _FORMATS[number % len(_FORMATS)]
    return {
        "type": "user",
        "id": _user_id(number),
        "number": number,
        "email": f"{local}@{domain}",
        "fullName": f"{first} {last}",
        "firstName": first,
        "lastName": last,
        "userName": local,
        "roles": ["USER"],
        "active": True,
        "kind": "person",
        "emailVerified": number % 4 > 0,
        "timezone": _TIMEZONES[number % len(_TIMEZONES)],
        "dateFormat": date_format,
        "timeFormat": time_format,
        "notifications": 1 + number % 3,
        "roleNumber": 1 + number % 3,
        "groups": [1 + number % 3],
        "onboarding": number % 3,
        "defaultWorkspaceId": "acme",
        "createdAt": _at(number),
        "updatedAt": _at(number + 1),
    }


def _membership(home: str, user_id: str, role: str, place: int) -> Line:
    return {
        "type": "membership",
        "workspaceId": f"ws-{home}",
        "userId": user_id,
        "role": role,
        "createdAt": _at(place),
    }


def _database(name: str) -> Line:
    return {
        "host": f"{name}.db.test",
        "port": "5432",
        "username": f"{name}_app",
        "db_name": name,
        "db_type": "postgres",
        "connect_timeout_secs": 5,
        "idle_timeout_secs": 60,
        "max_open_connections": 10,
        "max_idle_connections": 2,
    }


def _user_id(number: int) -> str:
    return f"u-{number:07}"


def _at(minutes: int) -> str:
    return instant(datetime(2016, 6, 8, 16, 41, 37, tzinfo=UTC) + timedelta(minutes=minutes))
