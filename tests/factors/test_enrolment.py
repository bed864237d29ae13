"""Below /api/auth/factors: enrolling an authenticator, recovery codes, the list, and removal."""

import json
from base64 import b32decode, b32encode, b64encode, urlsafe_b64encode
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest

from roster import bounds
from roster.auth.recovery_codes import digest_of
from roster.db import keys
from roster.db.store import Key
from roster.directory import cleanup, users
from roster.domain import User
from tests.factors.fixtures import FACTORS, Browser, Holder, challenge_in
from tests.support.api import Answer, Api
from tests.support.codes import code_of, wrong_code
from tests.support.directory import Directory
from tests.support.race import before_the_commit
from tests.support.snapshots import everything
from tests.workspaces.fixtures import (
    NOWHERE,
    SENTINEL,
    assert_granted,
    assert_invalid,
    assert_listed,
    assert_refused,
)

TOTP = f"{FACTORS}/totp"
CODES = f"{FACTORS}/recovery-codes"
SHAPE = ("id", "kind", "name", "createdAt", "lastUsedAt")


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def _begin(api: Api, user: User, name: str = "Phone") -> tuple[str, bytes]:
    answer = api.post(TOTP, {"name": name}, as_=user)
    assert_granted(answer, "factorId", "secret", "address", "qrCode")
    return answer.data["factorId"], b32decode(answer.data["secret"])


def _confirm(api: Api, user: User, factor_id: str, code: str) -> Answer:
    return api.post(f"{TOTP}/{factor_id}/confirm", {"code": code}, as_=user)


def _enrolled(api: Api, user: User, name: str = "Phone") -> tuple[str, bytes]:
    factor_id, secret = _begin(api, user, name)
    assert_granted(_confirm(api, user, factor_id, code_of(secret, api.clock())), *SHAPE)
    return factor_id, secret


def test_an_authenticator_counts_from_its_first_code(api: Api, ada: User) -> None:
    factor_id, secret = _begin(api, ada)
    assert api.get(FACTORS, as_=ada).data == []
    assert Browser(api).log_in().status == 200
    answer = _confirm(api, ada, factor_id, code_of(secret, api.clock()))
    assert answer.data == {
        "id": factor_id,
        "kind": "totp",
        "name": "Phone",
        "createdAt": "2026-04-13T01:00:00Z",
        "lastUsedAt": "2026-04-13T01:00:00Z",
    }
    assert_listed(api.get(FACTORS, as_=ada), *SHAPE)
    assert api.get(FACTORS, as_=ada).data == [answer.data]
    browser = Browser(api)
    challenge = challenge_in(browser.log_in())
    assert browser.prove(challenge, code_of(secret, api.clock())).status == 401  # it confirmed already
    assert browser.prove(challenge, code_of(secret, api.clock(), 1)).status == 200


def test_the_secret_comes_as_text_address_and_qr_code(api: Api, ada: User) -> None:
    data = api.post(TOTP, {}, as_=ada).data
    assert len(b32decode(data["secret"])) == 20
    address = urlsplit(data["address"])
    assert (address.scheme, address.netloc, unquote(address.path)) == (
        "otpauth",
        "totp",
        "/Roster:ada@example.com",
    )
    assert parse_qs(address.query) == {"secret": [data["secret"]], "issuer": ["Roster"]}
    drawn = ElementTree.fromstring(data["qrCode"])  # noqa: S314 - it is ours
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.row("SF-34")
def test_the_table_holds_the_secret_sealed_and_codes_as_digests(api: Api, ada: User) -> None:
    factor_id, secret = _enrolled(api, ada)
    codes = api.post(CODES, as_=ada).data["codes"]
    _, later = _begin(api, ada)
    text = json.dumps(everything(api.store))
    for each in (secret, later):
        assert each.hex() not in text
    for encode in (b32encode, b64encode, urlsafe_b64encode):
        assert encode(secret).decode().rstrip("=") not in text
    assert not any(code in text or code.replace("-", "") in text for code in codes)
    assert all(digest_of(code) in text for code in codes)
    audited = [item for item in everything(api.store) if str(item["PK"]).startswith(keys.AUDITS)]
    told = [(item["action"], item["details"]) for item in audited if "factor" in str(item["action"])]
    assert told == [("factor.added", {"factor_id": factor_id, "kind": "totp"})]


@pytest.mark.parametrize("why", ["wrong", "long ago", "other words"])
def test_a_wrong_code_confirms_nothing(api: Api, ada: User, why: str) -> None:
    factor_id, secret = _begin(api, ada)
    code = {
        "wrong": wrong_code(secret, api.clock()),
        "long ago": code_of(secret, api.clock(), -2),
        "other words": "abcdef",
    }[why]
    with api.no_effect():
        assert_invalid(_confirm(api, ada, factor_id, code), "code")


@pytest.mark.parametrize("why", ["replaced", "too late", "confirmed", "of another", "absent", "no id"])
@pytest.mark.row("SF-15", "SF-16")
def test_what_is_no_enrolment_of_the_callers_is_not_confirmed(
    api: Api, directory: Directory, ada: User, why: str
) -> None:
    factor_id, secret = _begin(api, ada)
    caller = ada
    match why:
        case "replaced":
            _begin(api, ada)
        case "too late":
            api.clock.advance(minutes=60)
            api.cookies.clear()
        case "confirmed":
            assert _confirm(api, ada, factor_id, code_of(secret, api.clock())).status == 200
        case "of another":
            caller = directory.user("eve")
            api.cookie(caller)
        case _:
            factor_id = NOWHERE if why == "absent" else "a b"
    code = code_of(secret, api.clock())
    api.cookie(caller)
    with api.no_effect():
        assert_refused(_confirm(api, caller, factor_id.replace(" ", "%20"), code), 404)


def test_nobody_has_more_factors_than_the_bound(api: Api, directory: Directory, ada: User) -> None:
    factor_id, secret = _begin(api, ada)
    for place in range(bounds.FACTORS):
        directory.authenticator(ada, f"Phone {place}")
    with api.no_effect():
        for answer in (
            api.post(TOTP, {"name": "Another"}, as_=ada),
            _confirm(api, ada, factor_id, code_of(secret, api.clock())),
        ):
            assert (answer.status, answer.code) == (409, "LIMIT_REACHED")


def test_another_change_of_the_user_meanwhile_costs_nothing(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factor_id, secret = _begin(api, ada)
    before_the_commit(monkeypatch, lambda: directory.change(ada, full_name="Ada King"))
    assert_granted(_confirm(api, ada, factor_id, code_of(secret, api.clock())), *SHAPE)
    before_the_commit(monkeypatch, lambda: directory.change(ada, full_name="Ada Lovelace"))
    assert_granted(api.delete(f"{FACTORS}/{factor_id}", as_=ada))
    assert users.alive(api.store, ada.id).factors == 0


# Recovery codes.


def test_there_are_ten_recovery_codes_and_each_time_others(api: Api, ada: User) -> None:
    _enrolled(api, ada)
    first = api.post(CODES, as_=ada)
    assert_granted(first, "codes")
    assert len(set(first.data["codes"])) == 10
    assert {len(code.replace("-", "")) for code in first.data["codes"]} == {24}
    assert set(first.data["codes"]).isdisjoint(api.post(CODES, as_=ada).data["codes"])


def test_who_has_no_factor_gets_no_recovery_codes(api: Api, ada: User) -> None:
    api.cookie(ada)
    with api.no_effect():
        answer = api.post(CODES, as_=ada)
    assert_refused(answer, 409)


# Removal.


@pytest.mark.row("SF-16")
def test_only_ones_own_factor_is_removed(api: Api, directory: Directory, ada: User) -> None:
    eve = Holder.make(api, directory, "eve")
    for user in (ada, eve.user):
        api.cookie(user)
    with api.no_effect():
        for factor_id in (eve.phone.id, NOWHERE, "a%20b"):
            assert_refused(api.delete(f"{FACTORS}/{factor_id}", as_=ada), 404)
        tagged = api.delete(f"{FACTORS}/{eve.phone.id}", as_=eve.user, headers={"If-Match": '"1"'})
        assert_refused(tagged, 412)


def test_with_the_last_factor_the_recovery_codes_go(api: Api, directory: Directory, ada: User) -> None:
    phone, _ = _enrolled(api, ada)
    tablet, _ = directory.authenticator(ada, "Tablet")
    directory.recovery_codes(ada)
    assert_granted(api.delete(f"{FACTORS}/{phone}", as_=ada))
    assert Browser(api).log_in().data["methods"] == ["totp", "recovery"]
    assert_granted(api.delete(f"{FACTORS}/{tablet.id}", as_=ada))
    assert Browser(api).log_in().status == 200
    assert api.store.get(keys.recovery_codes(ada.id)) is None


def test_of_a_deleted_user_nothing_is_left(api: Api, directory: Directory, ada: User) -> None:
    directory.authenticator(ada)
    directory.recovery_codes(ada)
    directory.enrolment(ada)
    directory.challenge(ada)
    users.delete(api.store, users.alive(api.store, ada.id), by=directory.by)
    for job in list(cleanup.jobs(api.store)):
        cleanup.run(api.store, Key.of(job), api.clock())
    pk = keys.user(ada.id).pk
    assert [item["SK"] for item in everything(api.store) if item["PK"] == pk] == [keys.PROFILE]


def test_the_list_of_users_knows_who_has_a_factor(api: Api, ada: User) -> None:
    """What the Testmo API reads it from."""
    factor_id, _ = _enrolled(api, ada)
    place = keys.row(keys.USERS, ada.number)
    assert (api.store.get(place) or {})["factors"] == 1
    api.delete(f"{FACTORS}/{factor_id}", as_=ada)
    assert (api.store.get(place) or {})["factors"] == 0
