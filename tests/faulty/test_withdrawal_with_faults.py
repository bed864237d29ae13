"""Withdrawn while the table fails: who is out stays out, and no fault lets anybody in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import pytest

from roster import dependencies
from roster.clock import Deadline
from roster.db.store import Store
from roster.errors import Unavailable
from tests.contract.test_withdrawal import GRANTED, OUTSIDE, App, answers, app
from tests.support.api import Answer

__all__ = ["app"]

READS = ("get", "batch_get", "query")

Change = Callable[[App], Answer]


@dataclass
class Failing:
    """A store that is away from a read of a number on, or loses the answers of its transactions."""

    inner: Store
    loses: bool = False
    reads: int = 1_000

    def within(self, _: Deadline) -> Self:
        return self

    def transact(self, *arguments: Any, **more: Any) -> None:
        self.inner.transact(*arguments, **more)
        if self.loses:
            raise Unavailable

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            if name in READS:
                self.reads -= 1
                if self.reads < 0:
                    raise Unavailable
            return method(*arguments, **more)

        return call


@contextmanager
def failing(**how: Any) -> Iterator[None]:
    """Let the table fail in this way as long as the block lasts."""
    whole = dependencies.current()
    dependencies.use(replace(whole, store=cast(Store, Failing(whole.store, **how))))
    try:
        yield
    finally:
        dependencies.use(whole)


def _suspend(app: App) -> Answer:
    return app.api.put(f"/api/admin/users/{app.ada.id}", {"active": False}, as_=app.root)


def _delete(app: App) -> Answer:
    return app.api.delete(f"/api/admin/users/{app.ada.id}", as_=app.root)


def _remove(app: App) -> Answer:
    return app.api.delete(f"/api/workspaces/{app.acme.id}/members/{app.ada.id}", as_=app.root)


def _suspend_as_provider(app: App) -> Answer:
    return app.provision("PATCH", {"Operations": [{"op": "replace", "path": "active", "value": False}]})


def _log_out(app: App) -> Answer:
    return app.api.post("/api/auth/logout", as_=app.session)


CHANGES: list[Any] = [
    pytest.param(
        _suspend,
        answers(session=401, user_space=404, testmo=401, profile=403, cloud_foundry=401),
        id="suspended",
    ),
    pytest.param(_delete, dict.fromkeys(GRANTED, 401), id="deleted"),
    pytest.param(_remove, answers(workspaces=403, user_space=404, testmo=404, profile=403), id="removed"),
    pytest.param(_log_out, answers(session=401), id="logged out"),
    pytest.param(_suspend_as_provider, OUTSIDE, id="suspended by SCIM"),
]


@pytest.mark.row("item-08", "F-06")
@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_what_was_withdrawn_with_a_lost_answer_is_withdrawn(
    app: App, change: Change, expected: dict[str, int]
) -> None:
    with failing(loses=True):
        assert change(app).status == 503
    app.demand(expected)


@pytest.mark.row("item-08", "F-01")
@pytest.mark.parametrize("change", [_suspend, _delete, _remove, _log_out, _suspend_as_provider])
def test_no_fault_of_a_read_lets_in_who_was_refused(app: App, change: Change) -> None:
    assert change(app).status == 200
    for asked in _asked(app):
        refused = asked().status
        for reads in range(3):
            with failing(reads=reads):
                assert asked().status in (503, refused)


def _asked(app: App) -> Iterator[Callable[[], Answer]]:
    """The request of each dialect for each credential, of which each is sent alone."""
    api = app.api
    yield lambda: api.get(f"/api/workspaces/{app.acme.id}", as_=app.session)
    yield lambda: app.user_space(as_=app.session)
    for bearer in app.bearers.values():
        yield lambda bearer=bearer: app.user_space(bearer=bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: app.testmo(bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: app.profile(bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: app.cloud_foundry(bearer)  # type: ignore[misc]
