"""The password grant of a user with a second factor: `passcode`, as UAA has it."""

from collections.abc import Callable

import pytest

from roster.auth import login_throttle
from tests.oauth.fixtures import SECRET, Fixtures, assert_error
from tests.support.codes import code_of, wrong_code
from tests.support.directory import PASSWORD
from tests.support.snapshots import everything


@pytest.fixture
def secret(fixtures: Fixtures) -> bytes:
    """That of Ada's authenticator."""
    return fixtures.directory.authenticator(fixtures.ada)[1]


def code(fixtures: Fixtures, secret: bytes) -> str:
    return code_of(secret, fixtures.api.clock())


@pytest.mark.row("SF-31")
def test_a_passcode_proves_once(fixtures: Fixtures, secret: bytes) -> None:
    passcode = code(fixtures, secret)
    issued = fixtures.log_in(passcode=passcode)
    assert fixtures.lives(issued["access_token"])
    assert_error(fixtures.by_password(passcode=passcode), "invalid_grant")
    assert fixtures.renew(issued["refresh_token"]).status == 200  # whoever was granted it was asked


def test_a_recovery_code_is_one(fixtures: Fixtures, secret: bytes) -> None:
    passcode = fixtures.directory.recovery_codes(fixtures.ada)[0]
    fixtures.log_in("plain", SECRET, passcode=passcode)
    assert_error(fixtures.by_password(passcode=passcode), "invalid_grant")
    [used] = [item for item in everything(fixtures.api.store) if item.get("action") == "recovery_code.used"]
    assert used["target"] == fixtures.ada.id


@pytest.mark.parametrize("client", [("cf", ""), ("plain", SECRET)])
@pytest.mark.parametrize("passcode", ["wrong", "none"])
@pytest.mark.row("SF-31", "SF-08")
def test_without_the_right_one_nothing_is_granted_and_guesses_are_counted(
    fixtures: Fixtures, secret: bytes, client: tuple[str, str], passcode: str
) -> None:
    shown = {} if passcode == "none" else {"passcode": wrong_code(secret, fixtures.api.clock())}
    for _ in range(login_throttle.FREE):
        with fixtures.api.no_effect(apart=("ATTEMPTS", "LOGINS#")):
            assert_error(fixtures.by_password(*client, **shown), "invalid_grant")
    with fixtures.api.no_effect(apart=("LOGINS#",)):
        assert_error(fixtures.by_password(*client, passcode=code(fixtures, secret)), "invalid_grant")
    fixtures.api.clock.advance(minutes=1)
    fixtures.log_in(*client, passcode=code(fixtures, secret))


def test_a_passcode_of_who_needs_none_is_ignored(fixtures: Fixtures) -> None:
    fixtures.log_in(passcode="123456")


def test_other_grants_are_not_asked(fixtures: Fixtures, secret: bytes) -> None:
    assert fixtures.ask("robot", SECRET, grant_type="client_credentials").status == 200


@pytest.mark.row("SF-18")
def test_who_must_enrol_is_granted_nothing_and_has_not_failed(
    fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(SECOND_FACTOR="all")
    for _ in range(login_throttle.FREE + 1):
        with fixtures.api.no_effect():
            assert_error(fixtures.by_password(), "invalid_grant")
    secret = fixtures.directory.authenticator(fixtures.ada)[1]
    fixtures.log_in(passcode=code(fixtures, secret))


@pytest.mark.row("SF-08")
def test_a_password_that_must_be_changed_forgets_no_guesses(fixtures: Fixtures, secret: bytes) -> None:
    fixtures.directory.change(fixtures.ada, must_change_password=True)
    for _ in range(login_throttle.FREE):
        assert_error(fixtures.by_password(passcode=wrong_code(secret, fixtures.api.clock())), "invalid_grant")
    login = {"email": fixtures.ada.email, "password": PASSWORD}
    assert fixtures.api.post("/api/auth/login", login).code == "UNAUTHORIZED"
