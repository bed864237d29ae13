"""Whom and what the tests of User Space speak of, its endpoints, and what every answer has."""

from dataclasses import dataclass
from typing import Any

from roster.domain import Database, Organisation, Project, Space, User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once

ROOT = "/minimal/rest/user/v1"
ENDPOINTS = ("org", "org/detail", "project", "project/detail", "space", "feature")

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""

FACE = Organisation("ac", "admin@acme.example", "Ada", "1 Main Street", "Bern", "CH", "3000")
DATABASE = Database("db.example", "5432", "app", "web", "postgres", 5, 60, 10, 2)


@dataclass(frozen=True)
class Fixtures:
    """Two organisations, their projects, and everybody's part in them."""

    root: User  # platform ADMIN, member of nothing
    boss: User  # ADMIN of acme, in no project
    member: User  # MEMBER of acme, in web
    outsider: User  # MEMBER of acme, in no project
    rival: User  # ADMIN of globex
    stranger: User  # member of nothing
    acme: Workspace
    globex: Workspace
    web: Project  # of acme
    ops: Project  # of acme
    games: Project  # of globex
    alpha: Space  # of web; the member is developer and auditor
    mike: Space  # of web; nobody has a role
    zulu: Space  # of web; the member is manager

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        people = {name: directory.user(name) for name in ("boss", "member", "outsider", "rival", "stranger")}
        acme, globex = directory.workspace("acme", organisation=FACE), directory.workspace("globex")
        web = directory.project(acme, "web", abbreviation="w", description="The site", database=(DATABASE,))
        ops, games = directory.project(acme, "ops"), directory.project(globex, "games")
        directory.member(acme, people["boss"], "ADMIN")
        directory.member(acme, people["member"])
        directory.member(acme, people["outsider"])
        directory.member(globex, people["rival"], "ADMIN")
        zulu, alpha, mike = (
            directory.space(
                acme, name, web, owner_id=people["boss"].id, description="d", email="s@acme.example"
            )
            for name in ("zulu", "alpha", "mike")
        )
        kilo, loose = directory.space(acme, "kilo", ops), directory.space(acme, "loose")
        directory.grant(web, people["member"])
        for space, role in (
            (alpha, "developer"),
            (alpha, "auditor"),
            (zulu, "manager"),
            (kilo, "developer"),
            (loose, "developer"),
        ):
            directory.grant(space, people["member"], role)
        fixtures = cls(directory.admin(), **people, acme=acme, globex=globex, web=web, ops=ops, games=games,
                    alpha=alpha, mike=mike, zulu=zulu)  # fmt: skip
        for user in (fixtures.root, *people.values()):
            api.token(user)
        return fixtures

    def headers(
        self, user: User | str, org: Workspace | str | None = None, project: Project | str | None = None
    ) -> dict[str, str]:
        """The three identity headers; acme and its web where nothing else is said, none for an empty text."""
        named = {"X-Org-Id": org or self.acme, "X-Project-Id": project or self.web, "X-User-Id": user}
        return {name: who if isinstance(who, str) else who.id for name, who in named.items()}


def ask(api: Api, fixtures: Fixtures, endpoint: str, user: User, **where: Any) -> Answer:
    """A request of a user, proved by an API token."""
    return api.get(f"{ROOT}/{endpoint}", headers=fixtures.headers(user, **where), bearer=user)


def data_of(answer: Answer) -> Any:
    """The data of 200 in the family's body."""
    assert answer.status == 200, answer.text
    assert list(answer.json) == ["code", "status", "message", "data"]
    assert (answer.json["code"], answer.json["status"]) == (200, "OK")
    assert answer.json["message"]
    assert_dressed(answer)
    return answer.data


_PHRASES = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 503: "Service Unavailable"}


def assert_refused(answer: Answer, status: int, message: str = "") -> None:
    """This status in the family's body, of three keys."""
    assert answer.status == status, answer.text
    assert list(answer.json) == ["code", "status", "message"]
    assert (answer.json["code"], answer.json["status"]) == (status, _PHRASES[status])
    assert message in answer.json["message"]
    assert_dressed(answer)


def assert_dressed(answer: Answer) -> None:
    """What every answer has, whatever it says."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
