"""Whom and what the tests of the Testmo API speak of, and what every answer has."""

from dataclasses import dataclass, replace
from typing import Any

from roster.db import keys, list_log
from roster.db.transactions import Transaction, batched
from roster.directory import grants, users
from roster.domain import Actor, Project, User, UserKind, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once


@dataclass(frozen=True)
class Fixtures:
    """The site's first five users, in order of their integer ids, and a project in each workspace."""

    root: User  # 1, platform ADMIN, in no project
    member: User  # 2, made by root, MEMBER of acme, in web
    boss: User  # 3, ADMIN of acme, in no project
    robot: User  # 4, a service account, MEMBER of acme, in web
    stranger: User  # 5, member of nothing
    acme: Workspace
    globex: Workspace
    web: Project  # 1, of acme
    games: Project  # 2, of globex

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        root = directory.user("user1", admin=True, full_name="User 1", role_number=4, groups=(1, 2))
        wanted = User(
            id="",
            number=0,
            email="user2@example.com",
            full_name="User 2",
            created_at="",
            role_number=2,
        )
        member = users.create(api.store, wanted, None, by=acting(directory, root))
        boss = directory.user("boss")
        robot = directory.user("robot", kind=UserKind.SERVICE, notifications=3)
        stranger = directory.user("stranger")
        for number, name in ((1, "QA"), (2, "Development"), (3, "Sales")):
            directory.group(number, name)
        for number, name in ((2, "Tester"), (4, "Site admin")):
            directory.role(number, name, "users.read")
        acme, globex = directory.workspace("acme"), directory.workspace("globex")
        directory.member(acme, boss, "ADMIN")
        web, games = directory.project(acme, "web"), directory.project(globex, "games")
        for user in (robot, member):
            directory.member(acme, user)
            directory.grant(web, user)
        fixtures = cls(root, member, boss, robot, stranger, acme, globex, web, games)
        for user in (root, member, boss, robot, stranger):
            api.token(user)
        return fixtures


def acting(directory: Directory, user: User) -> Actor:
    """The user as the one who makes a change."""
    return replace(directory.by, user_id=user.id, user_number=user.number)


def bulk_users(directory: Directory, count: int, project: Project | None = None) -> list[User]:
    """So many users more, perhaps all in a project; the next integer ids."""
    first = list_log.allocate(directory.store, keys.USERS, count)
    made = [
        User(f"many-{n}", n, f"many{n}@example.com", f"User {n}", "2026-04-13T01:00:00Z")
        for n in range(first, first + count)
    ]
    parts = []
    for user in made:
        work = Transaction(directory.by)
        users.plan(work, user, None)
        if project is not None:
            grants.plan_project_member(work, project, user, 0)
        parts.append(work)
    assert not any(batched(directory.store, parts))
    return made


NUMBERS = ("page", "prev_page", "next_page", "last_page", "per_page", "total")


def assert_page(answer: Answer, *numbers: int | None, more: tuple[str, ...] = ()) -> list[Any]:
    """200 and a page object with these six numbers; its rows."""
    assert answer.status == 200, answer.text
    assert list(answer.json) == [*NUMBERS, "result", *more]
    assert tuple(answer.json[name] for name in NUMBERS) == numbers
    assert_dressed(answer)
    rows: list[Any] = answer.json["result"]
    return rows


_MESSAGES = {
    400: "The request is malformed.",
    401: "Unauthenticated.",
    403: "This action is unauthorized.",
    404: "Not found.",
}


def assert_refused(answer: Answer, status: int) -> None:
    """This status with a message and nothing else."""
    assert answer.status == status, answer.text
    assert answer.json == {"message": _MESSAGES[status]}
    assert_dressed(answer)


def assert_invalid(answer: Answer, *fields: str) -> None:
    """422 that names these parameters, each with its reasons."""
    assert answer.status == 422, answer.text
    assert list(answer.json) == ["message", "errors"]
    assert answer.json["message"] == "The given data was invalid."
    assert list(answer.json["errors"]) == list(fields)
    for reasons in answer.json["errors"].values():
        assert reasons
        assert all(isinstance(reason, str) and reason for reason in reasons)
    assert_dressed(answer)


def assert_dressed(answer: Answer) -> None:
    """What every answer has, whatever it says."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


BAD_NUMBERS = {
    "zero": "0",
    "negative": "-1",
    "fraction": "1.5",
    "exponent": "1e3",
    "plus": "%2B1",
    "blanks": "%201%20",
    "newline": "1%0A",
    "underscore": "1_0",
    "arabic": "%D9%A3",
    "superscript": "%C2%B2",
    "hexadecimal": "0x1",
    "leading-zero": "01",
    "word": "true",
    "empty": "",
    "10-digits": "1000000000",
    "10^30": "1" + "0" * 30,
    "list": "1,2",
}
"""Texts in a query that are no number of a page: P-08."""
