"""Whom and what the tests of Workspace profile speak of, and what every answer has."""

from dataclasses import dataclass
from typing import Any

from roster.domain import User, Workspace, WorkspaceSettings
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once

PATH = "/api/workspace/auth/me"

FIELDS = (
    "UserId",
    "UserName",
    "Email",
    "FirstName",
    "LastName",
    "UserType",
    "WorkspaceName",
    "Locale",
    "TimeZone",
    "DateTimeFormat",
    "DateFormat",
    "TimeFormat",
    "RegionCode",
    "OnboardingStatus",
    "Roles",
    "Permissions",
    "Modules",
)
MODULES = ("Boards", "Booking", "CurrencyRates", "EntitlementOperations", "WorkInbox")


@dataclass(frozen=True)
class Fixtures:
    """Three workspaces; ada joined acme first, then globex."""

    root: User  # platform ADMIN, member of nothing
    ada: User  # ADMIN of acme, MEMBER of globex
    stranger: User  # member of nothing
    acme: Workspace
    globex: Workspace
    umbra: Workspace  # without members

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        swiss = WorkspaceSettings(
            "de-CH", "Europe/Zurich", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy", "HH:mm:ss", "eu"
        )
        fixtures = cls(
            directory.admin(),
            directory.user("ada", first_name="Ada", last_name="King", user_name="ada", role_number=4),
            directory.user("stranger"),
            directory.workspace("acme", settings=swiss),
            directory.workspace("globex"),
            directory.workspace("umbra"),
        )
        directory.role(4, "Lead", "users.write", "boards.read", "users.read", "boards.read")
        directory.member(fixtures.acme, fixtures.ada, "ADMIN")
        api.clock.advance(minutes=1)
        directory.member(fixtures.globex, fixtures.ada)
        for user in (fixtures.root, fixtures.ada, fixtures.stranger):
            api.token(user)
        return fixtures


def profile(api: Api, who: User | str) -> dict[str, Any]:
    """The data of 200 in the document's envelope."""
    answer = api.get(PATH, bearer=who)
    assert answer.status == 200, answer.text
    assert list(answer.json) == ["Data", "Errors", "Warnings", "Success"]
    assert (answer.json["Errors"], answer.json["Warnings"], answer.json["Success"]) == ([], [], True)
    assert_dressed(answer)
    data: dict[str, Any] = answer.json["Data"]
    assert tuple(data) == FIELDS
    return data


_PROBLEMS = {
    401: ("15.5.2", "Unauthorized"),
    403: ("15.5.4", "Forbidden"),
    404: ("15.5.5", "Not Found"),
}


def assert_refused(answer: Answer, status: int) -> None:
    """This status as ProblemDetails; 401 with a challenge, no other with one."""
    assert answer.status == status, answer.text
    assert list(answer.json) == ["type", "title", "status", "detail", "instance", "traceId"]
    section, title = _PROBLEMS[status]
    assert answer.json["type"] == f"https://www.rfc-editor.org/rfc/rfc9110#section-{section}"
    assert (answer.json["title"], answer.json["status"]) == (title, status)
    assert answer.json["detail"]
    assert answer.json["traceId"] == answer.headers["x-request-id"]
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert_dressed(answer)


def assert_dressed(answer: Answer) -> None:
    """What every answer has, whatever it says."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert answer.headers["referrer-policy"] == "no-referrer"


def bare(answer: Answer) -> tuple[int, dict[str, str], dict[str, Any]]:
    """An answer without what may differ between two like it: the request id, in header and body."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status, headers, {name: value for name, value in answer.json.items() if name != "traceId"}
