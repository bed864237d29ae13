"""Cloud Foundry's query under attack: rows P-08 and P-12 to P-14 in Cloud Foundry v2."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from roster.bounds import CONDITION_VALUES
from roster.dialects.cloud_foundry.query_string import MOST_ROWS
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.rows import BAD_NUMBERS

SPELT: dict[str, str] = {str(row.id): str(row.values[0]) for row in BAD_NUMBERS}

REFUSED = {
    "P-12-unknown-filter": "q=bogus:x",
    "P-12-a-second-unknown": "q=name:x%3Bbogus:y",
    "P-12-a-second-unknown-elsewhere": "q=name:x&q=bogus:y",
    "P-12-internal-name": "q=workspace_id:x",
    "P-12-key": "q=PK:x",
    "P-12-no-key": "q=:x",
    "P-12-equals": "q=name%3Dx",
    "P-12-bad-utf-8": "q=name:%FF",
    "P-12-nul": "q=name:%00",
    "P-12-bad-escape": "q=name:%zz",
    "P-12-too-many-values": f"q=app_guid%20IN%20{','.join(['x'] * (CONDITION_VALUES + 1))}",
    "P-12-too-many-conditions": "&".join(["q=name:x"] * (CONDITION_VALUES + 1)),
    "P-13-too-deep": "inline-relations-depth=99",
    "P-13-one-too-deep": "inline-relations-depth=3",
    "P-13-negative": "inline-relations-depth=-1",
    "P-14-too-many-rows": "results-per-page=1000000",
    "P-14-one-too-many": f"results-per-page={MOST_ROWS + 1}",
    "P-14-none": "results-per-page=0",
    "P-14-sideways": "order-direction=sideways",
    "P-14-upper-case": "order-direction=DESC",
    "P-14-no-direction": "order-direction=",
    "P-14-no-column": "order-by=secret",
}

READ = {
    "P-12-raw-semicolon": "q=name:alpha;bogus:y",
    "P-12-no-operator": "q=name",
    "P-12-no-value": "q=name:",
    "P-12-regex": "q=name:" + quote("^(a+)+$|.*[" + "a" * 2_000),
    "P-12-wildcards": "q=name:*%25_",
    "P-12-delimiter": "q=organization_guid:a%23b",
    "P-12-an-empty-in": "q=name%20IN%20",
    "P-12-as-many-values-as-may-be": f"q=app_guid%20IN%20{','.join(['x'] * CONDITION_VALUES)}",
    "P-12-other-spellings-of-q": "Q=bogus:x&q[]=bogus:x",
    "P-08-page-twice": "page=0&page=1",
}

Ask = Callable[[str], tuple[int, int]]


@pytest.fixture
def ask(api: Api, directory: Directory) -> Ask:
    """The status and the code of a list that was asked for with a query."""
    fixtures = Fixtures.set(api, directory)

    def send(query: str) -> tuple[int, int]:
        answer = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", fixtures.dev)
        return answer.status, answer.json.get("code", 0)

    return send


@pytest.mark.row("P-12", "P-13", "P-14")
def test_a_query_that_makes_no_sense_is_10005(ask: Ask) -> None:
    for row, query in REFUSED.items():
        assert ask(query) == (400, 10005), row


@pytest.mark.row("P-08")
def test_what_is_no_number_is_10005(ask: Ask) -> None:
    for parameter in ("page", "results-per-page", "inline-relations-depth", "orphan-relations"):
        for row, text in SPELT.items():
            if text != "0" or parameter in ("page", "results-per-page"):
                assert ask(f"{parameter}={text}") == (400, 10005), (parameter, row)


@pytest.mark.row("P-08", "P-12")
def test_a_query_that_finds_nothing_special_is_a_list(ask: Ask) -> None:
    for row, query in READ.items():
        assert ask(query) == (200, 0), row


@pytest.mark.row("P-12")
def test_a_name_that_looks_like_a_pattern_is_a_name(api: Api, directory: Directory) -> None:
    fixtures = Fixtures.set(api, directory)
    odd = directory.space(fixtures.acme, "a.*[b]")
    directory.grant(odd, fixtures.dev)
    path = f"/v2/users/{fixtures.dev.id}/spaces"
    assert fixtures.names(f"{path}?q=name:{quote('a.*[b]')}", fixtures.dev) == ["a.*[b]"]
    assert fixtures.names(f"{path}?q=name:{quote('a.*')}", fixtures.dev) == []
