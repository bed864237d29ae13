"""The 23 documented endpoints as subjects: their data, and requests that succeed each time."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.handlers import App, Calls, Subject, same
from roster.domain import User
from tests.support.api import Api
from tests.support.budgets import BudgetFixtures
from tests.support.directory import PASSWORD, Directory

Ask = Callable[[Api], object]

WORKSPACES = "/api/workspaces"
ADMIN_USERS = "/api/admin/users"


@dataclass
class Cast:
    """Users and members who are added and removed while subjects are measured."""

    app: App
    fixtures: BudgetFixtures
    users: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, app: App) -> "Cast":
        fixtures = BudgetFixtures.set(app.api, Directory(app.store, app.api.clock))
        fixtures.bulk_users()
        return cls(app, fixtures)


def endpoints(cast: Cast) -> list[Subject]:
    """All of them, in the documents' order; users and members are made before they are ended."""
    return [*_reads(cast), *_writes(cast)]


def narrow(cast: Cast) -> list[Subject]:
    """The reads of one object that are one round trip."""
    wanted = {"GET /api/v1/user", "GET /minimal/rest/user/v1/org", "GET /api/workspaces/{workspaceId}"}
    return [subject for subject in _reads(cast) if subject.name in wanted]


def _reads(cast: Cast) -> Iterator[Subject]:
    fixtures = cast.fixtures
    base, ada, headers = fixtures.base, fixtures.ada, fixtures.identity()
    asks: dict[str, Ask] = {
        f"GET /minimal/rest/user/v1/{name}": _getting(f"/minimal/rest/user/v1/{name}", headers=headers)
        for name in ("org", "org/detail", "project", "project/detail", "space", "feature")
    }
    asks |= {
        "GET /v2/users/{guid}/spaces": _getting(f"/v2/users/{ada.id}/spaces", bearer=ada),
        f"GET {WORKSPACES}": _getting(f"{WORKSPACES}?page=1&size=100", as_=base.root),
        "GET /api/workspaces/{workspaceId}": _getting(f"{WORKSPACES}/{base.acme.id}", as_=base.member),
        "GET /api/workspaces/{workspaceId}/members": _getting(
            f"{WORKSPACES}/{base.acme.id}/members?page=1&size=100", as_=base.boss
        ),
        f"GET {ADMIN_USERS}": _getting(f"{ADMIN_USERS}?page=1&size=100", as_=base.root),
        "GET /api/admin/users/{userId}": _getting(f"{ADMIN_USERS}/{ada.id}", as_=base.root),
        "GET /api/v1/user": _getting("/api/v1/user", bearer=base.root),
        "GET /api/v1/users": _getting("/api/v1/users?page=1&per_page=100", bearer=base.root),
        "GET /api/v1/users/{user_id}": _getting(f"/api/v1/users/{ada.number}", bearer=base.root),
        "GET /api/v1/projects/{project_id}/users": _getting(
            f"/api/v1/projects/{fixtures.web.number}/users", bearer=base.root
        ),
        "GET /api/workspace/auth/me": _getting("/api/workspace/auth/me", bearer=ada),
    }
    for name, ask in asks.items():
        yield Subject(name, same(cast.app.call(ask)), _is(200))


def _writes(cast: Cast) -> Iterator[Subject]:
    base, ada = cast.fixtures.base, cast.fixtures.ada
    app = cast.app
    people = f"{WORKSPACES}/{base.acme.id}/members"

    def each(ask: Callable[[int, int], Ask]) -> Calls:
        return lambda number, length: [app.call(ask(number, place)) for place in range(length)]

    def made(calls: Calls, into: list[str]) -> Calls:
        return lambda number, length: [_noting(call, into) for call in calls(number, length)]

    def ended(whom: list[str], path: str) -> Calls:
        return each(lambda number, place: _deleting(f"{path}/{whom.pop()}", base.root))

    def newcomers(number: int, length: int) -> list[Callable[[], Any]]:
        """Users that the measured calls make members of; they are made unmeasured."""
        directory = Directory(app.store, app.api.clock)
        new = [directory.user(f"newcomer-{number}-{place}").id for place in range(length)]
        cast.members += new
        return [
            app.call(
                lambda api, id=id: api.post(people, {"userId": id, "role": "MEMBER"}, as_=base.boss)  # type: ignore[misc]
            )
            for id in new
        ]

    yield Subject(
        f"POST {WORKSPACES}",
        each(
            lambda number, place: (
                lambda api: api.post(WORKSPACES, {"key": f"w-{number}-{place}", "name": "W"}, as_=base.root)
            )
        ),
        _is(200),
    )
    yield Subject("POST /api/workspaces/{workspaceId}/members", newcomers, _is(200))
    yield Subject(
        "DELETE /api/workspaces/{workspaceId}/members/{userId}", ended(cast.members, people), _is(200)
    )
    yield Subject(
        f"POST {ADMIN_USERS}",
        made(
            each(
                lambda number, place: lambda api: api.post(ADMIN_USERS, _person(number, place), as_=base.root)
            ),
            cast.users,
        ),
        _is(200),
    )
    yield Subject(
        "PUT /api/admin/users/{userId}",
        each(
            lambda number, place: (
                lambda api: api.put(
                    f"{ADMIN_USERS}/{ada.id}", {"fullName": f"Ada {number} {place}"}, as_=base.root
                )
            )
        ),
        _is(200),
    )
    yield Subject("DELETE /api/admin/users/{userId}", ended(cast.users, ADMIN_USERS), _is(200))


def _person(number: int, place: int) -> dict[str, object]:
    email = f"person-{number}-{place}@example.com"
    return {"email": email, "fullName": "Person", "password": PASSWORD, "roles": ["USER"]}


def _noting(call: Callable[[], Any], into: list[str]) -> Callable[[], Any]:
    def noted() -> Any:
        answer = call()
        into.append(json.loads(answer["body"])["data"]["id"])
        return answer

    return noted


def _deleting(path: str, who: User) -> Ask:
    return lambda api: api.delete(path, as_=who)


def _getting(path: str, **more: Any) -> Ask:
    return lambda api: api.get(path, **more)


def _is(status: int) -> Callable[[Any], bool]:
    return lambda answer: answer["statusCode"] in (status, status + 1)
