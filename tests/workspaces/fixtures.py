"""Whom and what the tests of Workspaces speak of, its endpoints, and what every answer has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from roster.domain import User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once

SENTINEL = "sentinel 7c1f password"
"""A password that no answer, log or item may ever hold."""

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""


@dataclass(frozen=True)
class Fixtures:
    """Two workspaces and everybody's part in them; all sessions are open."""

    root: User  # platform ADMIN, member of nothing
    boss: User  # ADMIN of acme
    member: User  # MEMBER of acme
    rival: User  # ADMIN of globex
    stranger: User  # member of nothing
    acme: Workspace
    globex: Workspace

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        people = {name: directory.user(name) for name in ("boss", "member", "rival", "stranger")}
        fixtures = cls(
            directory.admin(),
            acme=directory.workspace("acme"),
            globex=directory.workspace("globex"),
            **people,
        )
        directory.member(fixtures.acme, fixtures.boss, "ADMIN")
        directory.member(fixtures.acme, fixtures.member)
        directory.member(fixtures.globex, fixtures.rival, "ADMIN")
        for user in (fixtures.root, *people.values()):
            api.cookie(user)
        return fixtures


Body = Callable[[Fixtures], dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """An endpoint and a request that it grants: `workspaceId` is acme, `userId` the member."""

    name: str
    route: str
    body: Body | None = None

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    def send(
        self,
        api: Api,
        fixtures: Fixtures,
        *,
        workspace: str | None = None,
        user: str | None = None,
        **more: Any,
    ) -> Answer:
        path = self.route.partition(" ")[2]
        path = path.replace("{workspaceId}", workspace or fixtures.acme.id)
        path = path.replace("{userId}", user or fixtures.member.id)
        if self.body is not None and "raw" not in more:
            more.setdefault("body", self.body(fixtures))
        return api.send(self.method, path, **more)


CREATE_WORKSPACE = Endpoint(
    "create_workspace", "POST /api/workspaces", lambda _: {"key": "umbra", "name": "Umbra"}
)
LIST_WORKSPACES = Endpoint("list_workspaces", "GET /api/workspaces")
GET_WORKSPACE = Endpoint("get_workspace", "GET /api/workspaces/{workspaceId}")
ADD_MEMBER = Endpoint(
    "add_member",
    "POST /api/workspaces/{workspaceId}/members",
    lambda fixtures: {"userId": fixtures.stranger.id, "role": "MEMBER"},
)
LIST_MEMBERS = Endpoint("list_members", "GET /api/workspaces/{workspaceId}/members")
REMOVE_MEMBER = Endpoint("remove_member", "DELETE /api/workspaces/{workspaceId}/members/{userId}")
CREATE_USER = Endpoint(
    "create_user",
    "POST /api/admin/users",
    lambda _: {
        "email": "ada@example.com",
        "fullName": "Ada Lovelace",
        "password": SENTINEL,
        "roles": ["USER"],
    },
)
LIST_USERS = Endpoint("list_users", "GET /api/admin/users")
GET_USER = Endpoint("get_user", "GET /api/admin/users/{userId}")
UPDATE_USER = Endpoint(
    "update_user", "PUT /api/admin/users/{userId}", lambda _: {"fullName": "Ada", "password": SENTINEL}
)
DELETE_USER = Endpoint("delete_user", "DELETE /api/admin/users/{userId}")
GET_ME = Endpoint("get_me", "GET /api/auth/me")
LOGOUT = Endpoint("logout", "POST /api/auth/logout")

IN_A_WORKSPACE = (GET_WORKSPACE, ADD_MEMBER, LIST_MEMBERS, REMOVE_MEMBER)
OF_USERS = (CREATE_USER, LIST_USERS, GET_USER, UPDATE_USER, DELETE_USER)
ENDPOINTS = (CREATE_WORKSPACE, LIST_WORKSPACES, *IN_A_WORKSPACE, *OF_USERS, GET_ME, LOGOUT)
"""All that want a session."""

WRITES = tuple(endpoint for endpoint in ENDPOINTS if endpoint.method != "GET")
WITH_BODY = tuple(endpoint for endpoint in ENDPOINTS if endpoint.body is not None)


def named(endpoint: Endpoint) -> str:
    """The test id of an endpoint."""
    return endpoint.name


def assert_dressed(answer: Answer) -> None:
    """What every answer has, whatever it says."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert answer.json["timestamp"].endswith("Z")
    assert SENTINEL not in answer.text


def assert_granted(answer: Answer, *names: str) -> None:
    """200 in the envelope: `names` are the keys of `data`, in order; none for an answer without data."""
    assert answer.status == 200, answer.text
    assert_dressed(answer)
    assert list(answer.json) == (["code", "data", "timestamp"] if names else ["code", "timestamp"])
    assert answer.code == "SUCCESS"
    if names:
        assert tuple(answer.data) == names


USER = (
    *("id", "email", "fullName", "roles", "active", "createdAt"),
    *("firstName", "lastName", "userName", "timezone", "dateFormat", "timeFormat"),
    *("notifications", "roleNumber", "groups", "onboarding", "defaultWorkspaceId", "mustChangePassword"),
    "emailVerified",
)
"""The keys of a user, in order."""
NO_PROFILE: dict[str, Any] = {
    **dict.fromkeys(("firstName", "lastName", "userName", "timezone", "dateFormat", "timeFormat")),
    **{"notifications": 1, "roleNumber": None, "groups": [], "onboarding": 0},
    **{"defaultWorkspaceId": None, "mustChangePassword": False, "emailVerified": False},
}
"""What a user is shown with of whom nothing more was said."""


def assert_listed(answer: Answer, *names: str) -> None:
    """200 and a whole list; `names` are the keys of every row, in order."""
    assert answer.status == 200, answer.text
    assert_dressed(answer)
    assert list(answer.json) == ["code", "data", "timestamp"]
    assert {tuple(row) for row in answer.data} == {names}


_CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    415: "UNSUPPORTED_MEDIA_TYPE",
}


def assert_refused(answer: Answer, status: int) -> None:
    """This status in the dialect's own words."""
    assert answer.status == status, answer.text
    assert_dressed(answer)
    names = ["code", "message", "data", "timestamp"] if status == 400 else ["code", "message", "timestamp"]
    assert list(answer.json) == names
    assert answer.code == _CODES[status]
    assert answer.cookies == []


def assert_invalid(answer: Answer, field: str) -> None:
    """400 that names the field (or something inside it) and nothing else."""
    assert_refused(answer, 400)
    assert all(list(each) == ["field", "message"] for each in answer.data)
    assert {each["field"].partition(".")[0] for each in answer.data} == {field.partition(".")[0]}
    assert any(each["field"].startswith(field) for each in answer.data)
    assert all(each["message"] for each in answer.data)


def assert_meta(answer: Answer, page: int, size: int, total: int, pages: int) -> None:
    """200 and one page of a list, saying which."""
    assert answer.status == 200, answer.text
    assert list(answer.json) == ["code", "data", "meta", "timestamp"]
    assert list(answer.json["meta"].items()) == [
        ("page", page),
        ("size", size),
        ("total", total),
        ("totalPages", pages),
    ]


def bare(answer: Answer) -> tuple[int, dict[str, str], str]:
    """An answer without the one thing that may differ between two like it: the request id."""
    return answer.status, {n: v for n, v in answer.headers.items() if n != "x-request-id"}, answer.text
