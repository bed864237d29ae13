"""`Idempotency-Key` on the three POSTs that create something (F-06, F-07)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.gateway import HttpRequest
from roster.db import keys
from roster.directory import members, users
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import (
    ADD_MEMBER,
    CREATE_USER,
    CREATE_WORKSPACE,
    SENTINEL,
    Endpoint,
    Fixtures,
    assert_invalid,
    assert_refused,
    bare,
    named,
)

CREATING = pytest.mark.parametrize("endpoint", [CREATE_WORKSPACE, ADD_MEMBER, CREATE_USER], ids=named)


def _send(api: Api, fixtures: Fixtures, endpoint: Endpoint, key: str = "k", **more: Any) -> Answer:
    more.setdefault("as_", fixtures.root)
    return endpoint.send(api, fixtures, headers={"Idempotency-Key": key}, **more)


def _another(fixtures: Fixtures, endpoint: Endpoint) -> dict[str, Any]:
    """Another body that would be granted."""
    assert endpoint.body is not None
    change: dict[str, Any] = {"name": "Another"}
    if endpoint is ADD_MEMBER:
        change = {"role": "ADMIN"}
    elif endpoint is CREATE_USER:
        change = {"roles": ["USER", "ADMIN"]}
    return {**endpoint.body(fixtures), **change}


def _records(api: Api) -> list[dict[str, Any]]:
    return [item for item in everything(api.store) if str(item["SK"]).startswith(keys.ANSWERS)]


def _assert_mismatch(answer: Answer) -> None:
    assert (answer.status, answer.code) == (422, "IDEMPOTENCY_MISMATCH")
    assert list(answer.json) == ["code", "message", "timestamp"]


# A retry.


@CREATING
@pytest.mark.row("F-07")
def test_a_retry_gets_the_first_answer_and_changes_nothing(
    api: Api, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    """Byte for byte, also when time has passed."""
    first = _send(api, fixtures, endpoint)
    assert first.status == 200
    for minutes in (0, 5, 50):
        api.clock.advance(minutes=minutes)
        with api.no_effect():
            assert bare(_send(api, fixtures, endpoint)) == bare(first)


@CREATING
def test_the_answer_to_a_key_is_the_answer_without_one(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    """But for the id of what is made."""
    with_key = _send(api, fixtures, endpoint)
    first = with_key.data
    if endpoint is ADD_MEMBER:
        members.remove(api.store, fixtures.acme, first["userId"], by=directory.by, even_last_admin=False)
        assert bare(endpoint.send(api, fixtures, as_=fixtures.root)) == bare(with_key)
        return
    assert endpoint.body is not None
    unique = {"key": "penumbra"} if endpoint is CREATE_WORKSPACE else {"email": "eve@example.com"}
    other = endpoint.send(api, fixtures, as_=fixtures.root, body={**endpoint.body(fixtures), **unique})
    assert list(other.json) == list(with_key.json)
    assert list(other.data) == list(first)
    assert other.headers.keys() == with_key.headers.keys()


@pytest.mark.parametrize("text", ["\U0001f600 \u00e9 \u200f", '\\" </script> \u2028', "x" * 255], ids=ascii)
def test_text_of_any_kind_comes_again_as_it_was(api: Api, fixtures: Fixtures, text: str) -> None:
    body = {"key": "umbra", "name": text, "settings": {"locale": "de", "regionCode": None}}
    first = _send(api, fixtures, CREATE_WORKSPACE, body=body)
    assert first.data["name"] == text
    assert bare(_send(api, fixtures, CREATE_WORKSPACE, body=body)) == bare(first)


def test_a_deleted_user_is_not_made_again(api: Api, fixtures: Fixtures) -> None:
    first = _send(api, fixtures, CREATE_USER)
    assert api.delete(f"/api/admin/users/{first.data['id']}", as_=fixtures.root).status == 200
    with api.no_effect():
        assert bare(_send(api, fixtures, CREATE_USER)) == bare(first)
    assert api.get(f"/api/admin/users/{first.data['id']}", as_=fixtures.root).status == 404


@pytest.mark.parametrize("how", ["removed", "deleted"])
def test_who_has_gone_is_not_made_a_member_again(
    api: Api, directory: Directory, fixtures: Fixtures, how: str
) -> None:
    first = _send(api, fixtures, ADD_MEMBER)
    if how == "removed":
        members.remove(api.store, fixtures.acme, fixtures.stranger.id, by=directory.by, even_last_admin=False)
    else:
        users.delete(api.store, users.alive(api.store, fixtures.stranger.id), by=directory.by)
    with api.no_effect():
        assert bare(_send(api, fixtures, ADD_MEMBER)) == bare(first)


# What a retry is.


@CREATING
def test_the_key_with_another_body_is_refused(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    first = _send(api, fixtures, endpoint)
    with api.no_effect():
        _assert_mismatch(_send(api, fixtures, endpoint, body=_another(fixtures, endpoint)))
        assert bare(_send(api, fixtures, endpoint)) == bare(first)


def test_a_retry_may_spell_its_body_another_way(api: Api, fixtures: Fixtures) -> None:
    """What counts is what was understood."""
    first = _send(api, fixtures, CREATE_WORKSPACE)
    for raw in (
        b'{"name":"Umbra","key":"umbra"}',
        b' { "key" : "UMBRA", "name": "\\u0055mbra", "settings": {} } ',
    ):
        assert bare(_send(api, fixtures, CREATE_WORKSPACE, raw=raw)) == bare(first)


def test_a_retry_may_bring_another_password(api: Api, fixtures: Fixtures) -> None:
    """The record must not tell one password from another; the first one holds."""
    first = _send(api, fixtures, CREATE_USER)
    body = {
        "email": "ada@example.com",
        "fullName": "Ada Lovelace",
        "password": SENTINEL + " two",
        "roles": ["USER"],
    }
    with api.no_effect():
        assert bare(_send(api, fixtures, CREATE_USER, body=body)) == bare(first)
    for password, status in ((SENTINEL, 200), (body["password"], 401)):
        login = {"email": "ada@example.com", "password": password}
        assert api.post("/api/auth/login", login).status == status


@CREATING
def test_a_retry_that_is_not_valid_is_refused(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    _send(api, fixtures, endpoint)
    with api.no_effect():
        assert_refused(_send(api, fixtures, endpoint, raw=b"{}"), 400)
        assert_refused(_send(api, fixtures, endpoint, raw=b"{"), 400)


@CREATING
def test_another_key_is_another_request(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    _send(api, fixtures, endpoint)
    with api.no_effect():
        for key in ("K", "k.", "k k"):
            assert_refused(_send(api, fixtures, endpoint, key), 409)


def test_the_key_of_another_caller_is_another_key(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    second = directory.admin("second")
    api.cookie(second)
    _send(api, fixtures, CREATE_WORKSPACE)
    with api.no_effect():
        assert_refused(_send(api, fixtures, CREATE_WORKSPACE, as_=second), 409)
    body = {"key": "penumbra", "name": "Penumbra"}
    assert _send(api, fixtures, CREATE_WORKSPACE, as_=second, body=body).data["key"] == "penumbra"


def test_the_key_for_another_path_is_another_key(api: Api, fixtures: Fixtures) -> None:
    answers = [
        _send(api, fixtures, CREATE_WORKSPACE),
        _send(api, fixtures, CREATE_USER),
        _send(api, fixtures, ADD_MEMBER),
        _send(api, fixtures, ADD_MEMBER, workspace=fixtures.globex.id),
    ]
    assert [answer.status for answer in answers] == [200] * 4
    assert len(_records(api)) == 4


# What is remembered, and how long.


@CREATING
def test_a_refusal_is_not_remembered(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    invalid = {**_another(fixtures, endpoint), "extra": 1}
    taken: dict[str, Any] = {
        CREATE_WORKSPACE: {"key": "acme", "name": "x"},
        ADD_MEMBER: {"userId": fixtures.member.id, "role": "MEMBER"},
        CREATE_USER: {**_another(fixtures, CREATE_USER), "email": fixtures.member.email},
    }[endpoint]
    refused = [(invalid, 400), (taken, 409)]
    if endpoint is ADD_MEMBER:
        refused.append(({"userId": "nobody", "role": "MEMBER"}, 404))
    for body, status in refused:
        with api.no_effect():
            assert_refused(_send(api, fixtures, endpoint, body=body), status)
    first = _send(api, fixtures, endpoint)
    assert first.status == 200
    assert bare(_send(api, fixtures, endpoint)) == bare(first)


def test_an_answer_is_remembered_for_a_day(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    """And then the key is as good as new; the table may still hold the record."""
    first = _send(api, fixtures, ADD_MEMBER)
    api.clock.advance(hours=23, minutes=59, seconds=59)
    session = str(directory.session(fixtures.root))
    with api.no_effect():
        assert bare(_send(api, fixtures, ADD_MEMBER, as_=session)) == bare(first)
    api.clock.advance(seconds=1)
    with api.no_effect():
        assert_refused(_send(api, fixtures, ADD_MEMBER, as_=session), 409)
    body = {"userId": fixtures.rival.id, "role": "ADMIN"}
    anew = _send(api, fixtures, ADD_MEMBER, as_=session, body=body)
    assert (anew.status, anew.data["userId"]) == (200, fixtures.rival.id)
    assert bare(_send(api, fixtures, ADD_MEMBER, as_=session, body=body)) == bare(anew)
    _assert_mismatch(_send(api, fixtures, ADD_MEMBER, as_=session))


@CREATING
@pytest.mark.row("S-17")
def test_the_record_holds_the_answer_and_nothing_readable_of_the_request(
    api: Api, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    key = "a key that may be guessed"
    answer = _send(api, fixtures, endpoint, key)
    (record,) = _records(api)
    assert set(record) == {"PK", "SK", "v", "status", "body", "mac", "ttl"}
    assert (record["status"], record["body"]) == (200, answer.text)
    assert record["ttl"] == int(api.clock.moment.timestamp()) + 24 * 3600
    assert record["PK"] == keys.user(fixtures.root.id).pk
    text = json.dumps(everything(api.store))
    assert key not in text
    assert SENTINEL not in text


def test_equal_requests_under_two_keys_have_nothing_in_common(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    """Whoever reads the table cannot compare requests."""
    for key in ("k", "l"):
        _send(api, fixtures, ADD_MEMBER, key)
        members.remove(api.store, fixtures.acme, fixtures.stranger.id, by=directory.by, even_last_admin=False)
    one, other = _records(api)
    assert one["SK"] != other["SK"]
    assert one["mac"] != other["mac"]


def test_without_a_key_nothing_is_remembered(api: Api, fixtures: Fixtures) -> None:
    assert CREATE_USER.send(api, fixtures, as_=fixtures.root).status == 200
    assert _records(api) == []


# Keys.


@pytest.mark.parametrize("key", ["x", "x" * 255, "~!@#$%^&*()_+{}|:<>?", "a b", '"k"', "k,k", "0"], ids=ascii)
def test_a_key_is_printable_ascii(api: Api, fixtures: Fixtures, key: str) -> None:
    first = _send(api, fixtures, CREATE_USER, key)
    assert first.status == 200
    assert bare(_send(api, fixtures, CREATE_USER, key)) == bare(first)


NO_KEYS = ("", " ", "x" * 256, "x" * 5_000, "\u00e9", "\u202e", "a\tb", "a\x00b", "a\x7f", "a\x80", "a\x1bb")


@CREATING
def test_another_key_is_refused(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    path = endpoint.route.partition(" ")[2].replace("{workspaceId}", fixtures.acme.id)
    body = json.dumps(endpoint.body(fixtures)).encode()
    headers = [
        ("host", "roster.example"),
        ("cookie", f"__Host-session={api.cookie(fixtures.root)}"),
        ("content-type", "application/json"),
    ]
    with api.no_effect():
        for key in NO_KEYS:
            request = HttpRequest.of("POST", path, [*headers, ("idempotency-key", key)], body)
            response = api.gateway.handle(request)
            answer = Answer(response.status, dict(response.headers), [], response.body.decode())
            assert_invalid(answer, "Idempotency-Key")


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/logout"])
@pytest.mark.parametrize("key", ["k", "x" * 256, "\u00e9"], ids=["good", "long", "not-ascii"])
def test_a_session_is_opened_and_ended_whatever_the_key(
    api: Api, directory: Directory, fixtures: Fixtures, path: str, key: str
) -> None:
    user = directory.user("zoe", password=SENTINEL)
    body = {"email": "zoe@example.com", "password": SENTINEL} if path.endswith("login") else None
    cookies = set()
    for _ in range(2):
        session = str(directory.session(user))
        answer = api.post(path, body, as_=session, headers={"Idempotency-Key": key})
        assert answer.status == 200
        cookies.add(answer.cookies[0])
        assert api.get("/api/auth/me", as_=session).status == (200 if body else 401)
    assert len(cookies) == (2 if body else 1)
    assert _records(api) == []


# Rights.


@CREATING
def test_a_retry_wants_the_rights_of_the_first(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    second = directory.admin("second")
    assert _send(api, fixtures, endpoint, as_=second).status == 200
    path = f"/api/admin/users/{second.id}"
    assert api.put(path, {"roles": ["USER"]}, as_=fixtures.root).status == 200
    with api.no_effect():
        assert_refused(_send(api, fixtures, endpoint, as_=second), 403)
    assert api.put(path, {"password": SENTINEL}, as_=fixtures.root).status == 200
    with api.no_effect():
        assert_refused(_send(api, fixtures, endpoint, as_=second), 401)


def test_a_workspace_admin_who_was_removed_gets_no_answer_again(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    assert _send(api, fixtures, ADD_MEMBER, as_=fixtures.boss).status == 200
    members.remove(api.store, fixtures.acme, fixtures.boss.id, by=directory.by, even_last_admin=True)
    with api.no_effect():
        assert_refused(_send(api, fixtures, ADD_MEMBER, as_=fixtures.boss), 403)


def test_an_ended_session_gets_no_answer_again(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    session = str(directory.session(fixtures.root))
    assert _send(api, fixtures, CREATE_USER, as_=session).status == 200
    assert api.post("/api/auth/logout", as_=session).status == 200
    with api.no_effect():
        assert_refused(_send(api, fixtures, CREATE_USER, as_=session), 401)


def test_another_session_of_the_caller_gets_the_first_answer(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    """The record is the caller's, not the session's: a retry may follow a login."""
    first = _send(api, fixtures, CREATE_USER, as_=str(directory.session(fixtures.root)))
    sessions_of_root = str(directory.session(users.alive(api.store, fixtures.root.id)))
    assert bare(_send(api, fixtures, CREATE_USER, as_=sessions_of_root)) == bare(first)


# Two at once.


@CREATING
def test_of_requests_at_once_one_has_an_effect_and_all_have_its_answer(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = many_at_a_time(api, monkeypatch)
    attempts: list[Callable[[], Answer]] = [lambda: _send(threads, fixtures, endpoint)] * 4
    answers = at_once(attempts)
    assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
    with api.no_effect():
        assert _send(threads, fixtures, endpoint).text == answers[0].text
    assert _made(api, fixtures, endpoint) == 1


@CREATING
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "different"])
def test_who_comes_second_while_the_first_is_on_its_way(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, equal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal requests get one answer; the key of another request is not theirs."""
    threads = many_at_a_time(api, monkeypatch)
    body: dict[str, Any] = {} if equal else {"body": _another(fixtures, endpoint)}
    before_the_commit(monkeypatch, lambda: first.append(_send(threads, fixtures, endpoint, **body)))
    first: list[Answer] = []
    second = _send(threads, fixtures, endpoint)
    assert first[0].status == 200
    if equal:
        assert (second.status, second.text) == (200, first[0].text)
    else:
        _assert_mismatch(second)
    assert _made(api, fixtures, endpoint) == 1


def _made(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> int:
    """How many audit items tell of a thing that the endpoint made."""
    action = {CREATE_WORKSPACE: "workspace", ADD_MEMBER: "member", CREATE_USER: "user"}[endpoint]
    audits = [item for item in everything(api.store) if item.get("actor") == fixtures.root.id]
    return sum(str(item["action"]).startswith(f"{action}.") for item in audits)


# Round trips.


@CREATING
def test_a_key_costs_no_round_trip(api: Api, fixtures: Fixtures, meter: Meter, endpoint: Endpoint) -> None:
    with meter.measure() as reading:
        assert _send(api, fixtures, endpoint).status == 200
    assert reading.trips <= 4, dict(reading.calls)
    assert reading.calls["TransactWriteItems"] == 1
    assert endpoint.body is not None
    for body in (endpoint.body(fixtures), _another(fixtures, endpoint)):
        with meter.measure() as reading:
            _send(api, fixtures, endpoint, body=body)
        assert reading.calls == {"BatchGetItem": 1}
