"""POST /api/auth/logout."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import assert_granted, assert_refused


@pytest.mark.row("S-08")
def test_a_logout_ends_the_session_and_takes_the_cookie_away(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    answer = api.post("/api/auth/logout", as_=ada)
    assert_granted(answer)
    assert len(answer.cookies) == 1
    pair, *attributes = answer.cookies[0].split("; ")
    assert pair == "__Host-session="
    assert sorted(attributes) == ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"]
    assert_refused(api.get("/api/auth/me", as_=ada), 401)
    with api.no_effect():
        assert_refused(api.post("/api/auth/logout", as_=ada), 401)


def test_other_sessions_go_on(api: Api, directory: Directory) -> None:
    ada, other = directory.user("ada"), directory.user("other")
    prefetch = str(directory.session(ada))
    api.post("/api/auth/logout", as_=ada)
    assert api.get("/api/auth/me", as_=prefetch).status == 200
    assert api.get("/api/auth/me", as_=other).status == 200
