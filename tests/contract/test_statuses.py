"""`statuses.toml` is the contracts' table, and the suite produces all that it lists and nothing else."""

import pytest

from local.gateway import Routes
from tests.contract import recorder
from tests.contract.recorder import STATUSES
from tools import statuses


def test_the_file_is_what_the_tool_writes() -> None:
    assert statuses.FILE.read_text("utf-8") == statuses.text()


def test_every_endpoint_of_the_template_is_listed_and_no_other(routes: Routes) -> None:
    assert sorted(STATUSES) == routes.keys


def test_an_answer_that_no_contract_lists_fails_the_test_that_got_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SEEN", set())
    with pytest.raises(pytest.fail.Exception, match="GET /api/auth/me answered 404"):
        recorder.note({"routeKey": "GET /api/auth/me"}, {"statusCode": 404})
