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
from tests.contract.test_withdrawal import GRANTED, House, answers, house
from tests.support.api import Answer

__all__ = ["house"]

READS = ("get", "batch_get", "query")

Change = Callable[[House], Answer]


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


def _suspend(house: House) -> Answer:
    return house.api.put(f"/api/admin/users/{house.ada.id}", {"active": False}, as_=house.root)


def _delete(house: House) -> Answer:
    return house.api.delete(f"/api/admin/users/{house.ada.id}", as_=house.root)


def _remove(house: House) -> Answer:
    return house.api.delete(f"/api/workspaces/{house.acme.id}/members/{house.ada.id}", as_=house.root)


def _log_out(house: House) -> Answer:
    return house.api.post("/api/auth/logout", as_=house.session)


CHANGES: list[Any] = [
    pytest.param(
        _suspend,
        answers(session=401, user_space=404, testmo=401, profile=403, cloud_foundry=401),
        id="suspended",
    ),
    pytest.param(_delete, dict.fromkeys(GRANTED, 401), id="deleted"),
    pytest.param(_remove, answers(workspaces=403, user_space=404, testmo=404, profile=403), id="removed"),
    pytest.param(_log_out, answers(session=401), id="logged out"),
]


@pytest.mark.row("item-08", "F-06")
@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_what_was_withdrawn_with_a_lost_answer_is_withdrawn(
    house: House, change: Change, expected: dict[str, int]
) -> None:
    with failing(loses=True):
        assert change(house).status == 503
    house.demand(expected)


@pytest.mark.row("item-08", "F-01")
@pytest.mark.parametrize("change", [_suspend, _delete, _remove, _log_out])
def test_no_fault_of_a_read_lets_in_who_was_refused(house: House, change: Change) -> None:
    assert change(house).status == 200
    for asked in _asked(house):
        refused = asked().status
        for reads in range(3):
            with failing(reads=reads):
                assert asked().status in (503, refused)


def _asked(house: House) -> Iterator[Callable[[], Answer]]:
    """The request of each dialect for each credential, of which each is sent alone."""
    api = house.api
    yield lambda: api.get(f"/api/workspaces/{house.acme.id}", as_=house.session)
    yield lambda: house.user_space(as_=house.session)
    for bearer in house.bearers.values():
        yield lambda bearer=bearer: house.user_space(bearer=bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: house.testmo(bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: house.profile(bearer)  # type: ignore[misc]
        yield lambda bearer=bearer: house.cloud_foundry(bearer)  # type: ignore[misc]
