"""What nobody foresaw is the dialect's 500: it tells nothing, neither the caller nor the log."""

import pytest

from roster import dependencies
from roster.db.store import Store
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Login, Success
from roster.errors import Unavailable
from roster.http import handler as door
from tests.support.api import Api, Clock, Context
from tests.workspaces.fixtures import SENTINEL, Fixtures

EVENT = {
    "rawPath": "/api/auth/login",
    "headers": {"content-type": "application/json"},
    "requestContext": {"http": {"method": "POST"}, "stage": "$default", "requestId": "r-1"},
    "body": f'{{"email":"a@example.com","password":"{SENTINEL}"}}',
}


@pytest.fixture(autouse=True)
def _wired(api: Api) -> None:
    """The handlers made here stand on the test's table too."""


def _broken_by(error: BaseException) -> door.Handler:
    app, handler = endpoint(Access.PUBLIC)

    @app.post("/api/auth/login")
    def break_(body: Login) -> Success[str]:
        raise error

    return handler


@pytest.mark.parametrize(
    "error",
    [RuntimeError(SENTINEL), ValueError(SENTINEL), RecursionError(SENTINEL), KeyError(SENTINEL)],
    ids=lambda error: type(error).__name__,
)
def test_an_unforeseen_error_tells_nothing(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answer = _broken_by(error)(EVENT, Context("x"))
    assert answer["statusCode"] == 500
    assert '"code":"INTERNAL_ERROR"' in answer["body"]
    assert SENTINEL not in str(answer)
    assert any(record.getMessage() == "broken" for record in caplog.records)
    for record in caplog.records:
        assert SENTINEL not in repr(vars(record))
    assert SENTINEL not in caplog.text


def test_an_answer_of_another_shape_than_promised_is_ours_to_answer_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, handler = endpoint(Access.PUBLIC)

    @app.post("/api/auth/login")
    def answer_(body: Login) -> Success[str]:
        return {"data": [SENTINEL]}  # type: ignore[return-value]  # the defect

    answer = handler(EVENT, Context("x"))
    assert answer["statusCode"] == 500
    assert SENTINEL not in str(answer)
    for record in caplog.records:
        assert SENTINEL not in repr(vars(record))


def test_a_table_that_is_away_is_a_503_that_says_when_to_come_again() -> None:
    answer = _broken_by(Unavailable(retry_after=7))(EVENT, Context("x"))
    assert answer["statusCode"] == 503
    assert '"code":"UNAVAILABLE"' in answer["body"]
    assert answer["headers"]["Retry-After"] == "7"


def test_a_table_that_is_away_admits_nobody(
    api: Api, fixtures: Fixtures, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def within(self, _: object) -> "Away":
            return self

        def batch_get(self, *_: object, **__: object) -> None:
            raise Unavailable

    away: Store = Away()  # type: ignore[assignment]  # all that a read of the session asks
    monkeypatch.setattr(dependencies, "_current", dependencies.Dependencies(away, clock))
    answer = api.get("/api/workspaces", as_=fixtures.root)
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
