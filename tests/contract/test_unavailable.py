"""A table that is away: 503 with Retry-After in every dialect, and nothing half-written."""

import re
from dataclasses import dataclass
from itertools import count
from typing import Any, Self, cast

import pytest

from roster import dependencies
from roster.clock import Deadline
from roster.db.store import Store
from roster.errors import Unavailable
from tests.contract.fixtures import ContractFixtures, granted
from tests.contract.recorder import STATUSES
from tests.support.api import make_dependencies
from tests.support.snapshots import Row, rows

pytestmark = pytest.mark.any_engine

ROUTES = [route for route, statuses in STATUSES.items() if 503 in statuses]
IN_PARTS = [route for route in ROUTES if re.search("(PUT|PATCH) .*/Groups/", route)]
"""Those that write members by dozens: what was written stays, and the request may be sent again."""
OF_THEIR_OWN = ("NEXT", "ATTEMPTS")  # numbers may be skipped and attempts count, whatever follows


@dataclass
class Away:
    """A table that is away from the call of this number on."""

    inner: Store
    calls: int

    def within(self, _: Deadline) -> Self:
        return self

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            if self.calls == 0:
                raise Unavailable(retry_after=3)
            self.calls -= 1
            return method(*arguments, **more)

        return call


def _kept(store: Store) -> list[Row]:
    return [row for row in rows(store) if row[1] not in OF_THEIR_OWN]


@pytest.mark.parametrize("route", ROUTES)
def test_whichever_call_fails_the_answer_is_503_and_the_table_as_before(
    fixtures: ContractFixtures, route: str
) -> None:
    role = granted(route, "worker" if route.endswith("/auth/me") else "root")
    request = fixtures.request(route, role, "own")
    before = _kept(fixtures.api.store)
    for calls in count():
        away = cast(Store, Away(fixtures.api.store, calls))
        dependencies.use(make_dependencies(away, fixtures.api.clock))
        answer = request()
        if answer.status < 300:
            break
        assert (answer.status, answer.headers["retry-after"]) == (503, "3"), answer.text
        assert _kept(fixtures.api.store) == before or route in IN_PARTS
    assert calls > 0
