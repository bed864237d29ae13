"""What is asked of every answer that the suite gets (`answers.py`), and of the reads before it."""

import json
from dataclasses import dataclass
from typing import Any, Self, cast

import pytest

from roster import dependencies
from roster.clock import Deadline
from roster.db.store import Store
from tests.attacks import answers
from tests.contract import recorder
from tests.support.api import Api
from tests.support.budgets import ENDPOINTS, BudgetFixtures
from tests.support.directory import Directory

GOOD: dict[str, Any] = {
    "statusCode": 200,
    "headers": {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Request-Id": "1",
    },
    "body": '{"data": [{"id": "1"}]}',
}


@pytest.mark.row("item-29")
@pytest.mark.parametrize("header", GOOD["headers"])
def test_an_answer_that_lacks_a_header_fails_the_test_that_got_it(header: str) -> None:
    assert answers.find_fault("GET /x", GOOD) is None
    headers = {name: value for name, value in GOOD["headers"].items() if name != header}
    assert answers.find_fault("GET /x", {**GOOD, "headers": headers}) is not None
    with pytest.raises(pytest.fail.Exception, match="GET /api/auth/me answered 200"):
        recorder.note({"routeKey": "GET /api/auth/me"}, {**GOOD, "headers": headers})


@pytest.mark.row("Z-23", "item-16")
@pytest.mark.parametrize("name", ["password", "passwordHash", "PK", "sk", "token", "tokenEpoch", "digest"])
def test_an_answer_that_names_a_secret_fails_the_test_that_got_it(name: str) -> None:
    for body in ({name: 1}, [{name: 1}], {"data": [{"x": {name: None}}]}):
        assert answers.find_fault("GET /x", {**GOOD, "body": json.dumps(body)}) == f"with a field {name}"
    assert answers.find_fault("GET /x", {**GOOD, "body": json.dumps({"x": name})}) is None


@dataclass
class Watched:
    """A store that notes the reads which might not see the latest write."""

    inner: Store
    weak: list[str]

    def within(self, deadline: Deadline) -> Self:
        return type(self)(self.inner.within(deadline), self.weak)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            if more.get("index") is not None or not more.get("consistent", True):
                self.weak.append(name)
            return method(*arguments, **more)

        return call


AUDITS = {  # lists for display, whose reader must have proved to be an ADMIN before
    "GET /api/admin/audit": "/api/admin/audit?target=x",
    "GET /api/workspaces/{workspaceId}/audit": "/api/workspaces/{acme}/audit",
}
ENDING = ("DELETE", "PUT", "POST /api/auth/logout")  # what later requests could not be granted after


@pytest.mark.row("Z-18", "item-39")
def test_no_right_is_read_from_an_index(api: Api, directory: Directory) -> None:
    fixtures, weak = BudgetFixtures.set(api, directory), list[str]()
    dependencies.use(dependencies.Dependencies(cast(Store, Watched(api.store, weak)), api.clock))
    for endpoint in sorted(ENDPOINTS, key=lambda one: one.route.startswith(ENDING)):
        if endpoint.route in AUDITS:
            path = AUDITS[endpoint.route].format(acme=fixtures.base.acme.id)
            assert api.get(path, as_=fixtures.base.member).status == 403
        else:
            endpoint.ask(fixtures)
        assert weak == [], endpoint.name
