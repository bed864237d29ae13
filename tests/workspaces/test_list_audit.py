"""GET /api/admin/audit: what was changed, by whom and to whom, newest first, to platform ADMINs only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from roster import dependencies
from roster.auth import sessions
from roster.clock import instant
from roster.db import keys
from roster.db.store import Item, Update
from roster.directory import users
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import SENTINEL, Fixtures, assert_invalid

PATH = "/api/admin/audit"
NAMES = ("at", "action", "actor", "target", "workspaceId", "requestId", "details")


def pages(api: Api, fixtures: Fixtures, query: str) -> Iterator[Answer]:
    """The pages of a search, from the first to the last, in a session opened for it."""
    cursor, session = "", str(Directory(api.store, api.clock).session(fixtures.root))
    while True:
        answer = api.get(f"{PATH}?{query}{cursor}", as_=session)
        assert answer.status == 200, answer.text
        yield answer
        if answer.json["meta"]["next"] is None:
            return
        cursor = f"&cursor={answer.json['meta']['next']}"


def found(api: Api, fixtures: Fixtures, query: str) -> list[dict[str, Any]]:
    return [entry for page in pages(api, fixtures, query) for entry in page.data]


def written(api: Api) -> list[Item]:
    """All audit items, newest first."""
    items = [item for item in everything(api.store) if str(item["PK"]).startswith("AUDIT#")]
    return sorted(items, key=lambda item: str(item["SK"]), reverse=True)


def test_fb_12_entries_of_one_second_go_by_the_order_of_what_was_done(api: Api, fixtures: Fixtures) -> None:
    names = [f"Name {place}" for place in range(12)]
    done = []
    for name in names:
        path = f"/api/admin/users/{fixtures.member.id}"
        answer = api.put(path, {"fullName": name}, as_=fixtures.root)
        done.append(answer.headers["x-request-id"])
    told = found(api, fixtures, f"target={fixtures.member.id}&size=100")
    assert len({entry["at"] for entry in told[:12]}) == 1
    assert [entry["requestId"] for entry in told[:12]] == done[::-1]


def test_a_change_is_told_with_who_made_it_where_and_in_which_request(api: Api, fixtures: Fixtures) -> None:
    body = {"userId": fixtures.stranger.id, "role": "ADMIN"}
    made = api.post(f"/api/workspaces/{fixtures.acme.id}/members", body, as_=fixtures.boss)
    [entry] = found(api, fixtures, f"actor={fixtures.boss.id}&target={fixtures.stranger.id}")
    assert tuple(entry) == NAMES
    assert entry == {
        "at": instant(api.clock.moment),
        "action": "member.added",
        "actor": fixtures.boss.id,
        "target": fixtures.stranger.id,
        "workspaceId": fixtures.acme.id,
        "requestId": made.headers["x-request-id"],
        "details": {"workspace": fixtures.acme.id, "role": "ADMIN", "after": {"role": "ADMIN"}},
    }


def test_the_envelope_is_that_of_the_other_lists(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(PATH, as_=fixtures.root)
    assert list(answer.json) == ["code", "data", "meta", "timestamp"]
    assert answer.code == "SUCCESS"
    assert answer.json["meta"]["size"] == 100


@pytest.mark.row("item-43")
def test_every_kind_of_change_is_there(api: Api, fixtures: Fixtures) -> None:
    new = {"email": "ada@example.com", "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}
    ada = api.post("/api/admin/users", new, as_=fixtures.root).data["id"]
    api.put(f"/api/admin/users/{ada}", {"roles": ["ADMIN"]}, as_=fixtures.root)
    member = {"userId": ada, "role": "MEMBER"}
    api.post(f"/api/workspaces/{fixtures.acme.id}/members", member, as_=fixtures.root)
    api.delete(f"/api/workspaces/{fixtures.acme.id}/members/{ada}", as_=fixtures.root)
    api.post("/api/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    api.delete(f"/api/admin/users/{ada}", as_=fixtures.root)
    told = {entry["action"]: entry["details"] for entry in found(api, fixtures, f"target={ada}")}
    assert set(told) == {
        "user.created",
        "user.changed",
        "member.added",
        "member.removed",
        "session.started",
        "user.deleted",
    }
    assert told["user.changed"]["fields"] == [
        "revision",
        "roles",
        "updated_at",
        "updated_by",
        "updated_by_number",
    ]


def test_fs_17_a_change_is_told_from_what_to_what(api: Api, fixtures: Fixtures) -> None:
    new = {"email": "ada@example.com", "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}
    ada = api.post("/api/admin/users", new, as_=fixtures.root).data["id"]
    path = f"/api/admin/users/{ada}"
    for body in (
        {"roles": ["ADMIN"]},
        {"active": False},
        {"active": True, "roles": ["USER"]},
        {"fullName": "Ada King", "password": "another horse battery"},
    ):
        api.clock.advance(seconds=1)
        assert api.put(path, body, as_=fixtures.root).status == 200
    members = f"/api/workspaces/{fixtures.acme.id}/members"
    api.clock.advance(seconds=1)
    api.post(members, {"userId": ada, "role": "MEMBER"}, as_=fixtures.boss)
    api.clock.advance(seconds=1)
    api.delete(f"{members}/{ada}", as_=fixtures.boss)
    api.clock.advance(seconds=1)
    api.delete(path, as_=fixtures.root)
    told = reversed(found(api, fixtures, f"target={ada}"))
    sides = [(one["details"].get("before"), one["details"].get("after")) for one in told]
    assert sides == [
        (None, {"roles": ["USER"], "active": True}),
        ({"roles": ["USER"]}, {"roles": ["ADMIN"]}),
        ({"active": True}, {"active": False}),
        ({"active": False, "roles": ["ADMIN"]}, {"active": True, "roles": ["USER"]}),
        (None, None),
        (None, {"role": "MEMBER"}),
        ({"role": "MEMBER"}, None),
        ({"roles": ["USER"], "active": True}, None),
    ]


def test_fs_17_workspaces_and_projects_are_told_from_what_to_what(api: Api, fixtures: Fixtures) -> None:
    made = api.post("/api/workspaces", {"key": "fresh", "name": "Fresh"}, as_=fixtures.root).data["id"]
    here = f"/api/workspaces/{made}"
    project = api.post(f"{here}/projects", {"name": "Web"}, as_=fixtures.root).data["id"]
    api.clock.advance(seconds=1)
    assert api.put(f"{here}/projects/{project}", {"name": "App"}, as_=fixtures.root).status == 200
    api.clock.advance(seconds=1)
    assert api.delete(f"{here}/projects/{project}", as_=fixtures.root).status == 200
    for body in ({"limits": {"members": 7}}, {"name": "Fresher"}, {"active": False}):
        api.clock.advance(seconds=1)
        assert api.put(here, body, as_=fixtures.root).status == 200, body
    api.clock.advance(seconds=1)
    assert api.delete(here, as_=fixtures.root).status == 200

    def sides(whom: str) -> list[tuple[Any, Any]]:
        told = [one["details"] for one in found(api, fixtures, f"target={whom}")]
        return [(one.get("before"), one.get("after")) for one in reversed(told)]

    (_, created), limited, renamed, suspended, (deleted, _) = sides(made)
    assert created["active"] is True
    assert limited[1]["limits"] != limited[0]["limits"]
    assert renamed == (None, None)
    assert suspended == ({"active": True}, {"active": False})
    assert deleted["active"] is False
    (_, first), changed, (last, _) = sides(project)
    assert changed == (None, None)
    assert first == last == {"number": first["number"]}


def test_fs_17_an_entry_from_before_there_was_from_and_to_is_shown_as_it_is(
    api: Api, fixtures: Fixtures
) -> None:
    api.put(f"/api/admin/users/{fixtures.member.id}", {"roles": ["ADMIN"]}, as_=fixtures.root)
    old = next(item for item in written(api) if item["action"] == "user.changed")
    api.store.write(Update(keys.audited(str(old["SK"])), set={"details": {"fields": ["roles"]}}))
    [entry] = [
        one for one in found(api, fixtures, f"target={fixtures.member.id}") if "fields" in one["details"]
    ]
    assert (entry["action"], entry["details"]) == ("user.changed", {"fields": ["roles"]})


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_pages_together_are_all_that_there_is_newest_first_and_nothing_twice(
    api: Api, fixtures: Fixtures, directory: Directory, size: int
) -> None:
    for day in range(9):
        api.clock.advance(hours=20 if day != 4 else 100)  # days with two, one or no entries
        directory.user(f"user-{day}")
    since = "2026-04-01T00:00:00Z"
    answers = list(pages(api, fixtures, f"from={since}&size={size}"))
    entries = [entry for answer in answers for entry in answer.data]
    assert [(entry["at"], entry["target"]) for entry in entries] == [
        (item["at"], item["target"]) for item in written(api)
    ]
    assert all(len(answer.data) <= size for answer in answers)


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("by", ["actor", "target"])
def test_the_pages_of_a_person_are_all_of_the_person(
    api: Api, fixtures: Fixtures, directory: Directory, size: int, by: str
) -> None:
    whom = fixtures.root if by == "actor" else fixtures.member
    for day in range(5):
        api.clock.advance(hours=20)
        body = {"fullName": f"Name {day}"}
        session = str(directory.session(fixtures.root))
        assert api.put(f"/api/admin/users/{fixtures.member.id}", body, as_=session).status == 200
    entries = found(api, fixtures, f"{by}={whom.id}&size={size}")
    expected = [item for item in written(api) if item[by] == whom.id]
    assert [(entry["at"], entry["action"]) for entry in entries] == [
        (item["at"], item["action"]) for item in expected
    ]
    assert len(entries) >= 5


def test_an_interval_has_both_its_ends(api: Api, fixtures: Fixtures, directory: Directory) -> None:
    moments = []
    for name in "abcd":
        api.clock.advance(seconds=1)
        directory.user(name)
        moments.append(instant(api.clock.moment))
    entries = found(api, fixtures, f"from={moments[1]}&to={moments[2]}")
    assert [entry["at"] for entry in entries] == [moments[2], moments[1]]


def test_without_from_a_week_is_searched_and_of_a_person_all_that_is_kept(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    ada = directory.user("ada")
    api.clock.advance(days=8)
    directory.change(ada, full_name="Ada Lovelace")
    assert {entry["action"] for entry in found(api, fixtures, "size=100")} == {
        "user.changed",
        "session.started",
    }
    assert [entry["action"] for entry in found(api, fixtures, f"target={ada.id}")] == [
        "user.changed",
        "user.created",
    ]


def test_what_is_older_than_the_audits_days_is_told_no_more(
    api: Api, fixtures: Fixtures, directory: Directory, deployed: Any
) -> None:
    deployed(AUDIT_DAYS="10")
    ada = directory.user("ada")
    [item] = [item for item in written(api) if item["target"] == ada.id]
    assert item["ttl"] == int((api.clock.moment + timedelta(days=10)).timestamp())
    query = f"target={ada.id}&from=2026-01-01T00:00:00Z"
    api.clock.advance(days=10)
    assert len(found(api, fixtures, query)) == 1
    api.clock.advance(seconds=1)
    assert found(api, fixtures, query) == []
    assert found(api, fixtures, f"{query}&to=2026-02-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query", ["from=2026-04-13T01:00:01Z&to=2026-04-13T01:00:00Z", "from=2026-05-01T00:00:00Z"]
)
def test_an_interval_that_ends_before_it_begins_is_400(api: Api, fixtures: Fixtures, query: str) -> None:
    assert_invalid(api.get(f"{PATH}?{query}", as_=fixtures.root), "from")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("to=0001-01-01T00:00:00Z", id="FS-13-to-the-first"),
        pytest.param("to=0001-01-07T23:59:59Z", id="FS-13-to-within-the-first-week"),
        pytest.param("from=0001-01-01T00:00:00Z&to=0001-01-01T00:00:00Z", id="FS-13-the-first-alone"),
        pytest.param("to=0001-01-01T00:00:00Z&actor=u-1", id="FS-13-of-a-person"),
    ],
)
def test_before_all_that_is_kept_there_is_an_empty_page(api: Api, fixtures: Fixtures, query: str) -> None:
    answer = api.get(f"{PATH}?{query}", as_=fixtures.root)
    assert (answer.status, answer.data, answer.json["meta"]["next"]) == (200, [], None)


@pytest.mark.parametrize("to", ["9999-12-31T23:59:59Z", "2026-05-01T00:00:00Z"], ids=["FS-13-last", "soon"])
def test_past_the_present_nothing_is_searched(api: Api, fixtures: Fixtures, to: str) -> None:
    """A page asks three days: from the end of the calendar it would be a million pages to the first entry."""
    api.cookie(fixtures.root)
    api.clock.advance(seconds=1)
    api.put(f"/api/admin/users/{fixtures.member.id}", {"fullName": "Ada"}, as_=fixtures.root)
    until_now = api.get(PATH, as_=fixtures.root)
    answer = api.get(f"{PATH}?from={instant(api.clock.moment)}&to={to}", as_=fixtures.root)
    assert [entry["action"] for entry in answer.data] == ["user.changed"]
    assert (answer.data, answer.json["meta"]["next"]) == (until_now.data[:1], None)


@pytest.mark.parametrize(
    ("since", "status"),
    [
        pytest.param("0001-01-01T00:00:00Z", 200, id="FS-13-from-the-first"),
        pytest.param("9999-12-31T23:59:59Z", 400, id="FS-13-from-the-last"),
    ],
)
def test_from_either_end_of_the_calendar(api: Api, fixtures: Fixtures, since: str, status: int) -> None:
    assert api.get(f"{PATH}?from={since}", as_=fixtures.root).status == status


def test_fb_08_moments_of_every_form_bound_the_search(api: Api, fixtures: Fixtures) -> None:
    def found(since: str, until: str) -> Any:
        answer = api.get(f"{PATH}?from={since}&to={until}", as_=fixtures.root)
        assert answer.status == 200
        return answer.data

    plain = found("2026-04-12T00:00:00Z", "2026-04-14T00:00:00Z")
    assert plain
    assert found("2026-04-12T02:00:00%2B02:00", "2026-04-13T16:00:00.000-08:00") == plain
    assert found("2026-04-12t00:00:00.123456z", "2026-04-14%2000:00:00Z") == plain


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("0000-12-31T23:59:59Z", id="FS-13-before-the-first"),
        pytest.param("9999-12-31T23:59:60Z", id="FS-13-leap-second"),
        pytest.param("9999-12-31T24:00:00Z", id="FS-13-hour-24"),
        pytest.param("10000-01-01T00:00:00Z", id="FS-13-year-10000"),
        pytest.param("0001-01-01T00:00:00%2B01:00", id="FS-13-an-offset-before-the-first"),
        pytest.param("9999-12-31T23:59:59-01:00", id="FS-13-an-offset-after-the-last"),
    ],
)
def test_what_is_outside_of_the_calendar_is_refused(api: Api, fixtures: Fixtures, moment: str) -> None:
    for name in ("from", "to"):
        assert_invalid(api.get(f"{PATH}?{name}={moment}", as_=fixtures.root), name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from", "yesterday"),
        ("from", "2026-04-13"),
        ("from", "2026-02-30T00:00:00Z"),
        ("to", "2026-04-13T01:00:00+02:00"),  # a plus that is not escaped is a space
        ("to", ""),
        ("actor", "a%23b"),
        ("actor", ""),
        ("target", "x" * 129),
        ("size", "0"),
        ("size", "1001"),
        ("size", "%D9%A3"),
        ("cursor", "x" * 513),
    ],
)
def test_what_is_not_a_moment_an_id_or_a_size_is_400(
    api: Api, fixtures: Fixtures, field: str, value: str
) -> None:
    assert_invalid(api.get(f"{PATH}?{field}={value}", as_=fixtures.root), field)


# Cursors.


@pytest.fixture
def query(fixtures: Fixtures) -> str:
    return f"target={fixtures.boss.id}&size=1"


@pytest.fixture
def cursor(api: Api, fixtures: Fixtures, query: str) -> str:
    """Where that search goes on, as it was told to the platform ADMIN."""
    return str(api.get(f"{PATH}?{query}", as_=fixtures.root).json["meta"]["next"])


def test_a_cursor_goes_on_for_whom_it_was_given_to(
    api: Api, fixtures: Fixtures, query: str, cursor: str
) -> None:
    answer = api.get(f"{PATH}?{query}&cursor={cursor}", as_=fixtures.root)
    assert answer.status == 200
    assert len(answer.data) == 1


@pytest.mark.row("P-15")
def test_a_cursor_with_any_character_changed_is_400(
    api: Api, fixtures: Fixtures, query: str, cursor: str
) -> None:
    for place in range(0, len(cursor) - 1, 5):
        other = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + other + cursor[place + 1 :]
        assert_invalid(api.get(f"{PATH}?{query}&cursor={forged}", as_=fixtures.root), "cursor")


@pytest.mark.row("P-15")
@pytest.mark.parametrize(
    "forged",
    ["x", "A" * 22, "%00", "%C3%A9", "AUDIT%232026-04-13", "2026-04-13T01:00:00Z%23a%23000", "..", "null"],
)
def test_what_was_never_a_cursor_is_400(api: Api, fixtures: Fixtures, query: str, forged: str) -> None:
    assert_invalid(api.get(f"{PATH}?{query}&cursor={forged}", as_=fixtures.root), "cursor")


@pytest.mark.row("P-15")
def test_the_cursor_of_another_administrator_is_400(
    api: Api, fixtures: Fixtures, directory: Directory, query: str, cursor: str
) -> None:
    deputy = directory.admin("deputy")
    assert_invalid(api.get(f"{PATH}?{query}&cursor={cursor}", as_=deputy), "cursor")


@pytest.mark.row("P-15")
@pytest.mark.parametrize(
    "other",
    [
        "size=1",
        "size=2&target={boss}",
        "actor={boss}&size=1",
        "target={member}&size=1",
        "target={boss}&size=1&actor={boss}",
    ],
)
def test_the_cursor_of_another_search_is_400(api: Api, fixtures: Fixtures, cursor: str, other: str) -> None:
    query = other.format(boss=fixtures.boss.id, member=fixtures.member.id)
    assert_invalid(api.get(f"{PATH}?{query}&cursor={cursor}", as_=fixtures.root), "cursor")


@pytest.mark.row("P-15")
def test_an_expired_cursor_is_400(api: Api, fixtures: Fixtures, query: str, cursor: str) -> None:
    api.clock.advance(minutes=59, seconds=59)
    assert api.get(f"{PATH}?{query}&cursor={cursor}", as_=fixtures.root).status == 200
    api.clock.advance(seconds=1)
    assert_invalid(api.get(f"{PATH}?{query}&cursor={cursor}", as_=fixtures.root), "cursor")


@pytest.mark.parametrize("query", ["size=1"])
def test_fn_07_a_cursor_is_for_its_user_by_session_and_by_token(
    api: Api, fixtures: Fixtures, query: str, cursor: str
) -> None:
    assert api.get(f"{PATH}?{query}&cursor={cursor}", bearer=fixtures.root).status == 200


@pytest.mark.parametrize("query", ["size=1"])
def test_without_the_key_of_the_deployment_a_page_that_goes_on_is_503(
    api: Api, fixtures: Fixtures, query: str
) -> None:
    dependencies.use(dependencies.Dependencies(api.store, api.clock))
    answer = api.get(f"{PATH}?{query}", as_=fixtures.root)
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")


# What it holds.


@pytest.mark.row("S-17", "item-42")
def test_the_audit_holds_ids_alone_no_secret_no_name_and_no_address(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    new = {"email": "lovelace@example.com", "fullName": "Lovelace", "password": SENTINEL, "roles": ["USER"]}
    ada = users.alive(api.store, api.post("/api/admin/users", new, as_=fixtures.root).data["id"])
    changed = {"email": "countess@example.com", "fullName": "Countess", "password": f"{SENTINEL} 2"}
    api.put(f"/api/admin/users/{ada.id}", changed, as_=fixtures.root)
    secret = api.post("/api/auth/tokens", {"name": "nightly"}, as_=ada).data["token"]
    session = str(sessions.start(api.store, users.alive(api.store, ada.id), by=directory.by))
    told = str(written(api))
    for word in ("@", "ovelace", "ountess", "nightly", SENTINEL, secret, session):
        assert word not in told


def test_an_entry_that_cannot_be_read_costs_no_other(api: Api, fixtures: Fixtures) -> None:
    whole = found(api, fixtures, f"target={fixtures.boss.id}")
    spoilt = next(item for item in written(api) if item["target"] == fixtures.boss.id)
    api.store.write(Update(keys.audited(str(spoilt["SK"])), set={"action": 7}))
    assert found(api, fixtures, f"target={fixtures.boss.id}") == whole[1:]
