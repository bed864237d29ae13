"""GET /api/auth/sessions, DELETE /api/auth/sessions/{sessionId}, DELETE /api/auth/sessions."""

import pytest

from roster.auth import refresh_tokens
from roster.domain import User
from tests.support.api import Answer, Api, session_in
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import assert_granted, assert_listed, assert_refused

PATH = "/api/auth/sessions"
SHOWN = (
    *("id", "kind", "name", "workspaceId", "createdAt", "lastUsedAt"),
    *("address", "agent", "expiresAt", "current"),
)


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


def _log_in(api: Api, agent: str = "Firefox", **more: str) -> Answer:
    body = {"email": "ada@example.com", "password": PASSWORD}
    answer = api.post("/api/auth/login", body, headers={"User-Agent": agent}, **more)
    assert answer.status == 200
    return answer


def _ids(api: Api, session: str) -> list[str]:
    return [each["id"] for each in api.get(PATH, as_=session).data]


def test_a_session_is_shown_with_the_login_that_opened_it(api: Api, ada: User) -> None:
    session = session_in(_log_in(api, source="192.0.2.7"))
    api.clock.advance(hours=2)
    answer = api.get(PATH, as_=str(session))
    assert_listed(answer, *SHOWN)
    assert answer.data == [
        {
            "id": session.id,
            "kind": "session",
            "name": None,
            "workspaceId": None,
            "createdAt": "2026-04-13T01:00:00Z",
            "lastUsedAt": "2026-04-13T03:00:00Z",
            "address": "192.0.2.7",
            "agent": "Firefox",
            "expiresAt": "2026-04-27T01:00:00Z",
            "current": True,
        }
    ]
    assert session.secret not in answer.text


@pytest.mark.parametrize(
    ("agent", "shown"),
    [("", None), ("x" * 300, "x" * 255), ("a\u202eb\u200bc\u0085d", "abcd"), (" Firefox  ", "Firefox")],
    ids=["none", "long", "invisible", "blanks"],
)
@pytest.mark.row("AC-01")
def test_what_a_browser_calls_itself_is_bounded_text(
    api: Api, ada: User, agent: str, shown: str | None
) -> None:
    session = session_in(_log_in(api, agent))
    assert api.get(PATH, as_=str(session)).data[0]["agent"] == shown


def test_a_grant_to_a_program_is_shown_with_its_last_use(api: Api, directory: Directory, ada: User) -> None:
    directory.client("cf")
    issued = refresh_tokens.start(api.store, ada, "cf", (), renewable=True, by=directory.by)
    api.clock.advance(minutes=5)
    form = {"grant_type": "refresh_token", "client_id": "cf", "refresh_token": str(issued.refresh)}
    assert api.post("/oauth/token", form=form).status == 200
    [grant, own] = api.get(PATH, as_=ada).data
    assert (grant["id"], grant["kind"], grant["name"]) == (issued.access.family_id, "grant", "cf")
    assert (grant["createdAt"], grant["lastUsedAt"]) == ("2026-04-13T01:00:00Z", "2026-04-13T01:05:00Z")
    assert (own["kind"], own["current"], grant["current"]) == ("session", True, False)


def test_what_has_ended_is_not_shown(api: Api, directory: Directory, ada: User) -> None:
    api.cookie(ada)
    idle, old = directory.session(ada), directory.token(ada)
    api.clock.advance(hours=11)
    assert len(_ids(api, api.cookie(ada))) == 2
    api.clock.advance(hours=2)
    ids = _ids(api, api.cookie(ada))
    assert idle.id not in ids
    assert len(ids) == 1
    assert api.get("/api/v1/user", bearer=old).status == 200  # API tokens have a list of their own


def test_one_page_of_them(api: Api, directory: Directory, ada: User) -> None:
    for _ in range(3):
        directory.session(ada)
        api.clock.advance(seconds=1)
    answer = api.get(f"{PATH}?page=2&size=2", as_=ada)
    assert [each["current"] for each in answer.data] == [False, True]
    assert answer.json["meta"] == {"page": 2, "size": 2, "total": 4, "totalPages": 2}


def test_an_ended_session_is_dead_at_once_and_the_others_live(
    api: Api, directory: Directory, ada: User
) -> None:
    other = directory.session(ada)
    answer = api.delete(f"{PATH}/{other.id}", as_=ada)
    assert_granted(answer)
    assert answer.cookies == []
    assert api.get("/api/auth/me", as_=str(other)).status == 401
    assert api.get("/api/auth/me", as_=ada).status == 200
    with api.no_effect():
        assert_refused(api.delete(f"{PATH}/{other.id}", as_=ada), 404)
    [audit] = [item for item in everything(api.store) if item.get("action") == "session.ended"]
    assert (audit["actor"], audit["target"], audit["details"]) == (ada.id, ada.id, {"session_id": other.id})


def test_ending_the_present_session_takes_its_cookie_away(api: Api, ada: User) -> None:
    session = session_in(_log_in(api))
    answer = api.delete(f"{PATH}/{session.id}", as_=str(session))
    assert answer.status == 200
    assert answer.cookies[0].startswith("__Host-session=;")
    assert api.get("/api/auth/me", as_=str(session)).status == 401


@pytest.mark.row("AC-02")
def test_nobody_ends_what_is_not_a_session_or_grant_of_their_own(
    api: Api, directory: Directory, ada: User
) -> None:
    root = directory.admin()
    api.cookie(root)
    token = api.post("/api/auth/tokens", {"name": "ci"}, as_=ada).data["id"]
    for who, named in ((root, directory.session(ada).id), (ada, token), (ada, "."), (ada, "x" * 65)):
        with api.no_effect():
            assert_refused(api.delete(f"{PATH}/{named}", as_=who), 404)


def test_all_but_this_session_end_with_the_grants_and_no_api_token(
    api: Api, directory: Directory, ada: User
) -> None:
    others = [str(directory.session(ada)) for _ in range(3)]
    granted = refresh_tokens.start(api.store, ada, "cf", (), renewable=True, by=directory.by)
    token = directory.token(ada)
    assert_granted(api.delete(PATH, as_=ada))
    assert [api.get("/api/auth/me", as_=each).status for each in others] == [401] * 3
    assert api.get("/api/v1/user", bearer=str(granted.access)).status == 401
    assert api.get("/api/v1/user", bearer=token).status == 200
    assert [each["current"] for each in api.get(PATH, as_=ada).data] == [True]
    assert [item["target"] for item in everything(api.store) if item.get("action") == "sessions.ended"] == [
        ada.id
    ]


def test_neither_takes_a_tag_but_any(api: Api, directory: Directory, ada: User) -> None:
    api.cookie(ada)
    for path in (PATH, f"{PATH}/{directory.session(ada).id}"):
        with api.no_effect():
            assert_refused(api.delete(path, as_=ada, headers={"If-Match": '"1"'}), 412)
