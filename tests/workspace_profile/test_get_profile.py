"""GET /api/workspace/auth/me."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from roster.auth import api_tokens
from roster.auth.credentials import Credential
from roster.directory import users
from roster.domain import UserKind
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.workspace_profile.fixtures import MODULES, PATH, Fixtures, assert_refused, bare, profile

pytestmark = pytest.mark.any_engine

# What a profile holds.


def test_all_seventeen_fields_in_order(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.feature(fixtures.acme, "Kanban", module="Boards")
    directory.change(fixtures.ada, onboarding=2)
    data = profile(api, fixtures.ada)
    assert list(data.items()) == [
        ("UserId", fixtures.ada.id),
        ("UserName", "ada"),
        ("Email", "ada@example.com"),
        ("FirstName", "Ada"),
        ("LastName", "King"),
        ("UserType", 0),
        ("WorkspaceName", "acme"),
        ("Locale", "de-CH"),
        ("TimeZone", "Europe/Zurich"),
        ("DateTimeFormat", "dd.MM.yyyy HH:mm:ss"),
        ("DateFormat", "dd.MM.yyyy"),
        ("TimeFormat", "HH:mm:ss"),
        ("RegionCode", "eu"),
        ("OnboardingStatus", 2),
        ("Roles", ["ADMIN", "USER"]),
        ("Permissions", ["boards.read", "users.read", "users.write"]),
        ("Modules", {name: {"Enabled": name == "Boards"} for name in MODULES}),
    ]
    assert tuple(data["Modules"]) == MODULES


def test_what_is_not_known_is_null_or_the_default(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.member(fixtures.umbra, fixtures.stranger)
    assert list(profile(api, fixtures.stranger).items()) == [
        ("UserId", fixtures.stranger.id),
        ("UserName", "stranger@example.com"),
        ("Email", "stranger@example.com"),
        ("FirstName", None),
        ("LastName", None),
        ("UserType", 0),
        ("WorkspaceName", "umbra"),
        ("Locale", "en-US"),
        ("TimeZone", "UTC"),
        ("DateTimeFormat", "yyyy-MM-dd HH:mm"),
        ("DateFormat", "yyyy-MM-dd"),
        ("TimeFormat", "HH:mm"),
        ("RegionCode", None),
        ("OnboardingStatus", 0),
        ("Roles", ["MEMBER", "USER"]),
        ("Permissions", []),
        ("Modules", {name: {"Enabled": False} for name in MODULES}),
    ]


def test_the_locale_is_the_workspaces_whatever_the_browser_likes(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(PATH, bearer=fixtures.ada, headers={"accept-language": "fr-FR"})
    assert answer.json["Data"]["Locale"] == "de-CH"


def test_a_service_account_is_of_another_type(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    robot = directory.user("robot", kind=UserKind.SERVICE)
    directory.member(fixtures.acme, robot)
    assert profile(api, robot)["UserType"] == 1


@pytest.mark.parametrize(
    ("admin", "role", "roles"),
    [
        (False, "MEMBER", ["MEMBER", "USER"]),
        (False, "ADMIN", ["ADMIN", "USER"]),
        (True, "MEMBER", ["ADMIN", "MEMBER"]),
        (True, "ADMIN", ["ADMIN"]),
    ],
)
def test_roles_of_membership_and_platform_come_sorted_and_once(
    api: Api, directory: Directory, fixtures: Fixtures, admin: bool, role: str, roles: list[str]
) -> None:
    user = directory.user("eve", admin=admin)
    directory.member(fixtures.umbra, user, role)
    assert profile(api, user)["Roles"] == roles


def test_permissions_of_a_role_that_is_not_there_are_none(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.change(fixtures.ada, role_number=9)
    assert profile(api, fixtures.ada)["Permissions"] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_enabled_by_any_feature_of_the_workspace_that_is_switched_on(
    api: Api, directory: Directory, fixtures: Fixtures, module: str
) -> None:
    def enabled() -> list[str]:
        return [name for name, state in profile(api, fixtures.ada)["Modules"].items() if state["Enabled"]]

    directory.feature(fixtures.acme, "off", module=module, enabled=False)
    directory.feature(fixtures.acme, "other", module="Another")
    directory.feature(fixtures.globex, "foreign", module=module)
    assert enabled() == []
    directory.feature(fixtures.acme, "on", directory.project(fixtures.acme), module=module)
    assert enabled() == [module]
    directory.feature(fixtures.acme, "twice", module=module)
    assert enabled() == [module]


# Which workspace.


def _workspace(api: Api, who: Any) -> str:
    return str(profile(api, who)["WorkspaceName"])


def test_the_tokens_own_then_the_default_then_the_oldest(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    own = directory.token(fixtures.ada, fixtures.globex)
    assert (_workspace(api, fixtures.ada), _workspace(api, own)) == ("acme", "globex")
    directory.change(fixtures.ada, default_workspace_id=fixtures.globex.id)
    assert (_workspace(api, fixtures.ada), _workspace(api, own)) == ("globex", "globex")
    acmes = directory.token(fixtures.ada, fixtures.acme)
    assert _workspace(api, acmes) == "acme"


@pytest.mark.parametrize("default", ["umbra", "nowhere"])
def test_a_default_that_is_not_theirs_falls_back_to_the_oldest(
    api: Api, directory: Directory, fixtures: Fixtures, default: str
) -> None:
    workspace_id = fixtures.umbra.id if default == "umbra" else "nowhere"
    directory.change(fixtures.ada, default_workspace_id=workspace_id)
    assert _workspace(api, fixtures.ada) == "acme"


def test_the_next_oldest_steps_in_when_a_membership_ends(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.leave(fixtures.acme, fixtures.ada)
    data = profile(api, fixtures.ada)
    assert (data["WorkspaceName"], data["Roles"], data["Locale"]) == ("globex", ["MEMBER", "USER"], "en-US")
    directory.leave(fixtures.globex, fixtures.ada)
    assert_refused(api.get(PATH, bearer=fixtures.ada), 403)


def test_fb_06_of_memberships_of_one_second_the_first_is_the_oldest(api: Api, directory: Directory) -> None:
    eve = directory.user("eve")
    homes = {key: directory.workspace(key) for key in ("first", "second", "third", "fourth")}
    order = ("third", "first", "fourth", "second")
    for key in order:
        directory.member(homes[key], eve)
    for key in order:
        assert _workspace(api, eve) == key
        directory.leave(homes[key], eve)


def test_a_token_for_a_workspace_falls_back_to_no_other(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    own, foreign = (
        directory.token(fixtures.ada, fixtures.globex),
        directory.token(fixtures.ada, fixtures.umbra),
    )
    assert_refused(api.get(PATH, bearer=foreign), 403)
    directory.leave(fixtures.globex, fixtures.ada)
    assert_refused(api.get(PATH, bearer=own), 403)
    assert _workspace(api, fixtures.ada) == "acme"


# 403: known, and nothing to show.


def test_a_suspended_user_and_one_without_a_workspace_are_403_alike(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    homeless = api.get(PATH, bearer=fixtures.stranger)
    assert_refused(homeless, 403)
    assert homeless.json["instance"] == PATH
    directory.change(fixtures.stranger, role_number=4)
    assert bare(api.get(PATH, bearer=fixtures.stranger)) == bare(homeless)
    assert bare(api.get(PATH, bearer=fixtures.root)) == bare(homeless)
    assert profile(api, fixtures.ada)
    directory.suspend(fixtures.ada)
    assert bare(api.get(PATH, bearer=fixtures.ada)) == bare(homeless)
    directory.change(fixtures.ada, active=True)
    assert profile(api, fixtures.ada)


# 401: nobody known.

FAILED, ABSENT = 'Bearer error="invalid_token"', "Bearer"


def test_no_token_at_all_is_challenged_without_an_error(api: Api, fixtures: Fixtures) -> None:
    nothing = api.get(PATH)
    assert_refused(nothing, 401)
    assert nothing.headers["www-authenticate"] == ABSENT
    for more in (
        {"as_": fixtures.ada},
        {"headers": {"x-user-id": fixtures.ada.id}},
        {"headers": {"authorization": "Basic eDp5"}},
        {"headers": {"authorization": "Bearer"}},
        {"headers": {"authorization": api.token(fixtures.ada)}},
    ):
        assert bare(api.get(PATH, **more)) == bare(nothing), more


def test_every_token_that_failed_is_one_401(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    token, revoked = api.token(fixtures.ada), directory.token(fixtures.ada)
    gone = directory.user("gone")
    api.token(gone)
    users.delete(api.store, gone, by=directory.by)
    credential = Credential.read(revoked)
    assert credential is not None
    api_tokens.revoke(api.store, fixtures.ada, credential.id, by=directory.by)
    garbage = api.get(PATH, bearer="garbage")
    assert_refused(garbage, 401)
    assert garbage.headers["www-authenticate"] == FAILED
    failed: dict[str, dict[str, Any]] = {
        "unknown": {"bearer": str(Credential.new("token", fixtures.ada.id))},
        "expired": {"bearer": directory.token(fixtures.ada, expires_at="2026-04-13T01:01:00Z")},
        "revoked": {"bearer": revoked},
        "of a deleted user": {"bearer": gone},
        "a session": {"bearer": api.cookie(fixtures.ada)},
        "two": {"headers": {"authorization": f"Bearer {token},Bearer {token}"}},
        "two words": {"bearer": f"{token} x"},
        "other case of the scheme": {"headers": {"authorization": "bearer garbage"}},
    }
    for reason, more in failed.items():
        assert bare(api.get(PATH, **more)) == bare(garbage), reason


# The token in the query.


@pytest.mark.row("S-14")
def test_a_token_in_the_query_is_as_good(api: Api, fixtures: Fixtures) -> None:
    token = api.token(fixtures.ada)
    answer = api.get(f"{PATH}?access_token={quote(token)}")
    assert answer.status == 200
    assert bare(answer) == bare(api.get(PATH, bearer=fixtures.ada))
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "query",
    [
        "access_token=garbage",
        "access_token=",
        "access_token=Bearer%20{token}",
        "access_token={token}&access_token={token}",
        "access_token={token}%2C{token}",
        "access_token=%20{token}",
        "access_token={token}%00",
        "access_token=%FF",
    ],
)
@pytest.mark.row("S-15")
def test_what_is_no_token_in_the_query_is_401(api: Api, fixtures: Fixtures, query: str) -> None:
    answer = api.get(f"{PATH}?{query.format(token=api.token(fixtures.ada))}")
    assert_refused(answer, 401)
    assert answer.headers["www-authenticate"] == FAILED
    assert api.token(fixtures.ada) not in answer.text


@pytest.mark.row("S-13")
def test_both_at_once_is_401_though_each_is_good(api: Api, fixtures: Fixtures) -> None:
    token = api.token(fixtures.ada)
    for header in (f"Bearer {token}", "Bearer garbage", "Basic eDp5"):
        answer = api.get(f"{PATH}?access_token={token}", headers={"authorization": header})
        assert_refused(answer, 401)
        assert answer.headers["www-authenticate"] == FAILED
    assert_refused(api.get(f"{PATH}?access_token=", bearer=fixtures.ada), 401)


@pytest.mark.row("S-14")
def test_a_deployment_may_refuse_tokens_in_the_query(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(ACCESS_TOKEN_IN_QUERY="false")
    token = api.token(fixtures.ada)
    assert_refused(api.get(f"{PATH}?access_token={token}"), 401)
    assert_refused(api.get(f"{PATH}?access_token={token}", bearer=fixtures.ada), 401)
    assert profile(api, fixtures.ada)


@pytest.mark.parametrize("name", ["Access_Token", "accessToken", "token", "access-token"])
def test_another_name_in_the_query_is_nothing(api: Api, fixtures: Fixtures, name: str) -> None:
    token = api.token(fixtures.ada)
    nothing = api.get(f"{PATH}?{name}={token}")
    assert_refused(nothing, 401)
    assert nothing.headers["www-authenticate"] == ABSENT
    answer = api.get(f"{PATH}?{name}={token}", bearer=fixtures.ada)
    assert answer.status == 200


@pytest.mark.parametrize(
    "query", ["page=0", "x=%zz", "x=%00", "x=%FF", "workspaceId=globex", "&&=", "x=1&x=2"]
)
def test_unknown_query_parameters_are_ignored(api: Api, fixtures: Fixtures, query: str) -> None:
    assert bare(api.get(f"{PATH}?{query}", bearer=fixtures.ada)) == bare(api.get(PATH, bearer=fixtures.ada))


@pytest.mark.row("S-14")
def test_no_log_holds_a_token(api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture) -> None:
    token = api.token(fixtures.ada)
    for query in ("", f"access_token={token}", f"access_token={token}&access_token={token}"):
        api.get(f"{PATH}?{query}", bearer=None if query else token)
    answered = [record for record in caplog.records if record.getMessage() == "answered"]
    assert [record.__dict__["status"] for record in answered] == [200, 200, 401]
    for record in caplog.records:
        assert token.partition(".")[2] not in str(record.__dict__)


# What else there is.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_or_path_is_404_as_problem_details(api: Api, fixtures: Fixtures, method: str) -> None:
    for target in (PATH, f"{PATH}/x", "/api/workspace/auth"):
        assert_refused(api.send(method, target, bearer=fixtures.ada), 404)


def test_a_refusal_takes_one_at_most(api: Api, fixtures: Fixtures, meter: Meter) -> None:
    for who, trips in (("garbage", 1), (str(Credential.new("token", fixtures.ada.id)), 1)):
        with meter.measure() as reading:
            assert api.get(PATH, bearer=who).status == 401
        assert reading.trips == trips
    with meter.measure() as reading:
        assert api.get(PATH).status == 401
    assert reading.trips == 0
