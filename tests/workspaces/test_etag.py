"""`ETag` on GETs of one object, `If-Match` on PUT and DELETE (F-12)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from roster.directory import users
from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.workspaces.fixtures import (
    DELETE_USER,
    GET_ME,
    GET_USER,
    GET_WORKSPACE,
    NOWHERE,
    REMOVE_MEMBER,
    UPDATE_USER,
    Endpoint,
    Fixtures,
    assert_refused,
    named,
)

ONE_OBJECT = pytest.mark.parametrize("endpoint", [GET_WORKSPACE, GET_USER, GET_ME], ids=named)
WRITES = pytest.mark.parametrize("endpoint", [UPDATE_USER, DELETE_USER], ids=named)


def _tag(api: Api, fixtures: Fixtures, endpoint: Endpoint = GET_USER) -> str:
    return endpoint.send(api, fixtures, as_=fixtures.root).headers["etag"]


def _send(api: Api, fixtures: Fixtures, endpoint: Endpoint, match: str, **more: Any) -> Answer:
    return endpoint.send(api, fixtures, as_=fixtures.root, headers={"If-Match": match}, **more)


def _rename(directory: Directory, user: User, name: str = "Renamed") -> None:
    users.change(directory.store, user, lambda one: replace(one, full_name=name), by=directory.by)


def assert_stale(answer: Answer) -> None:
    assert (answer.status, answer.code) == (412, "PRECONDITION_FAILED")
    assert list(answer.json) == ["code", "message", "timestamp"]


# Tags.


@ONE_OBJECT
def test_one_object_has_a_strong_tag_that_stays(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    tag = _tag(api, fixtures, endpoint)
    assert tag[0] == tag[-1] == '"'
    assert len(tag) > 2
    api.clock.advance(minutes=5)
    assert _tag(api, fixtures, endpoint) == tag


@pytest.mark.parametrize("endpoint", [GET_USER, GET_ME], ids=named)
def test_a_change_makes_another_tag(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    whose = fixtures.member if endpoint is GET_USER else fixtures.root
    seen = [_tag(api, fixtures, endpoint)]
    for name in ("One", "Two", whose.full_name):
        _rename(directory, users.alive(api.store, whose.id), name)
        seen.append(_tag(api, fixtures, endpoint))
    assert len(set(seen)) == 4  # what is as it was before has changed all the same


def test_a_put_answers_with_the_tag_of_what_it_made(api: Api, fixtures: Fixtures) -> None:
    tag = _tag(api, fixtures)
    for name in ("One", "Two"):
        answer = _send(api, fixtures, UPDATE_USER, tag, body={"fullName": name})
        assert answer.status == 200
        assert answer.headers["etag"] != tag
        tag = answer.headers["etag"]
        assert _tag(api, fixtures) == tag


# Matching.


@WRITES
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "  {}  ",
        "*",
        " * ",
        '"x", {}',
        '{},"x"',
        '"x" , W/"y" ,\t{}',
        '"a,b", {}',
        '"x",, {}',
        '"", {}',
        '"*", {}',
        pytest.param("W/{}", id="FB-14-weak"),
        pytest.param('"x", W/{}', id="FB-14-weak-in-a-list"),
    ],
)
def test_a_write_with_the_tag_goes_ahead(api: Api, fixtures: Fixtures, endpoint: Endpoint, form: str) -> None:
    answer = _send(api, fixtures, endpoint, form.replace("{}", _tag(api, fixtures)))
    assert answer.status == 200


@WRITES
@pytest.mark.parametrize("form", ["{}", '{}, "x"', pytest.param("W/{}", id="FB-14-weak")])
def test_a_write_with_a_stale_tag_has_no_effect(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint, form: str
) -> None:
    tag = _tag(api, fixtures)
    _rename(directory, fixtures.member)
    with api.no_effect():
        assert_stale(_send(api, fixtures, endpoint, form.replace("{}", tag)))


NO_MATCH = (
    'w/"{}"',
    'W/W/"{}"',
    'W/ "{}"',
    "{}",
    "'{}'",
    '"{}',
    '{}"',
    '""{}""',
    '" {}"',
    '"{} "',
    '"0{}"',
    '"{}.0"',
    '"{}" x',
    'x "{}"',
    '"{}" "x"',
    '"{}"; "x"',
    '*, "{}"',
    '"{}", *',
    '"{}", x',
    'x, "{}"',
    '"a,"{}",b"',
    "**",
    '"*"',
    '""',
    ",",
    "null",
    '"x"' * 2_000,
)


@WRITES
def test_what_is_malformed_matches_nothing(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    tag = _tag(api, fixtures).strip('"')
    with api.no_effect():
        for form in NO_MATCH:
            assert_stale(_send(api, fixtures, endpoint, form.replace("{}", tag)))


@WRITES
def test_without_a_tag_a_write_goes_ahead(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    _rename(directory, fixtures.member)
    assert endpoint.send(api, fixtures, as_=fixtures.root).status == 200


@pytest.mark.parametrize("match", ["*", '"1"'])
@WRITES
def test_who_is_not_there_matches_nothing(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, match: str
) -> None:
    with api.no_effect():
        assert_refused(_send(api, fixtures, endpoint, match, user=NOWHERE), 404)


@WRITES
def test_a_tag_gives_no_right(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    headers = {"If-Match": _tag(api, fixtures)}
    for who, status in ((fixtures.boss, 403), ("garbage", 401)):
        with api.no_effect():
            assert_refused(endpoint.send(api, fixtures, as_=who, headers=headers), status)


def test_a_membership_has_a_tag_of_its_own(api: Api, fixtures: Fixtures) -> None:
    for match in ('"2"', 'W/"2"'):
        with api.no_effect():
            assert_stale(_send(api, fixtures, REMOVE_MEMBER, match))
    assert _send(api, fixtures, REMOVE_MEMBER, '"1"').status == 200


# Two at once.


@pytest.mark.parametrize("bodies", [("fullName", "fullName"), ("fullName", "email")], ids=str)
@pytest.mark.row("F-12")
def test_of_two_puts_with_one_tag_exactly_one_is_made(
    api: Api, fixtures: Fixtures, bodies: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = _tag(api, fixtures)
    threads = many_at_a_time(api, monkeypatch)
    sent = [{field: f"{number}@example.org"} for number, field in enumerate(bodies)]

    def put(number: int) -> Callable[[], int]:
        return lambda: _send(threads, fixtures, UPDATE_USER, tag, body=sent[number]).status

    statuses = at_once([put(0), put(1)])
    assert sorted(statuses) == [200, 412]
    before = {"fullName": fixtures.member.full_name, "email": fixtures.member.email}
    now = GET_USER.send(api, fixtures, as_=fixtures.root).data
    assert {name: now[name] for name in before} == {**before, **sent[statuses.index(200)]}


@WRITES
def test_a_change_between_reading_and_writing_is_noticed(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = _tag(api, fixtures)
    before_the_commit(monkeypatch, lambda: _rename(directory, fixtures.member))
    assert_stale(_send(api, fixtures, endpoint, tag))
    assert GET_USER.send(api, fixtures, as_=fixtures.root).data["fullName"] == "Renamed"


def test_without_a_tag_puts_at_once_lose_nothing(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = many_at_a_time(api, monkeypatch)
    sent: list[dict[str, Any]] = [{"fullName": "New"}, {"email": "new@example.org"}, {"roles": ["ADMIN"]}]

    def put(body: dict[str, Any]) -> Callable[[], int]:
        return lambda: UPDATE_USER.send(threads, fixtures, as_=fixtures.root, body=body).status

    assert at_once([put(body) for body in sent]) == [200] * 3
    now = GET_USER.send(api, fixtures, as_=fixtures.root).data
    assert {name: now[name] for body in sent for name in body} == {
        k: v for body in sent for k, v in body.items()
    }


def test_a_list_has_no_tag(api: Api, fixtures: Fixtures) -> None:
    for path in ("/api/admin/users", "/api/workspaces", f"/api/workspaces/{fixtures.acme.id}/members"):
        assert "etag" not in api.get(path, as_=fixtures.root).headers
