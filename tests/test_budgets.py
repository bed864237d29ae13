"""What the table is asked: by endpoints within the design's budget, by access patterns call by call."""

import inspect
from pathlib import Path

import pytest

from bench.access_patterns import PAGE, render
from local.gateway import Routes
from tests.support.access_patterns import MODULES, PATTERNS, Pattern
from tests.support.api import Api
from tests.support.budgets import ENDPOINTS, MANY, SIZE, BudgetFixtures, Endpoint
from tests.support.directory import Directory
from tests.support.meter import Meter

LISTS = [row for row in ENDPOINTS if getattr(row.prepare, "__name__", "").startswith("bulk_")]


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> BudgetFixtures:
    return BudgetFixtures.set(api, directory)


def test_every_route_of_the_template_has_a_row(routes: Routes) -> None:
    assert {row.route for row in ENDPOINTS} == set(routes.keys)


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_an_endpoint_takes_what_its_row_says(fixtures: BudgetFixtures, meter: Meter, row: Endpoint) -> None:
    row.prepare(fixtures)
    with meter.measure() as reading:
        answer = row.ask(fixtures)
    assert (answer.status == 404) if row.route == "$default" else (200 <= answer.status < 300), answer.text
    assert reading.trips == row.trips, dict(reading.calls)
    assert reading.calls["TransactWriteItems"] == row.transactions
    assert reading.calls["Scan"] == 0


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_no_endpoint_takes_more_than_the_design_allows(row: Endpoint) -> None:
    assert row.trips <= row.budget


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.name)
def test_a_long_list_gives_the_whole_page_within_its_row(
    fixtures: BudgetFixtures, meter: Meter, row: Endpoint
) -> None:
    row.prepare(fixtures)
    answer = row.ask(fixtures)
    if " /scim/" in row.route:
        rows, total = answer.json["Resources"], answer.json["totalResults"]
    else:
        rows, total = answer.data, answer.json["meta"]["total"]
    assert len(rows) == SIZE
    assert total >= MANY


def test_an_hour_later_a_reading_request_writes_once_more(fixtures: BudgetFixtures, meter: Meter) -> None:
    fixtures.api.clock.advance(hours=2)
    with meter.measure() as reading:
        fixtures.api.get("/api/auth/me", as_=fixtures.ada)
    assert reading.calls == {"BatchGetItem": 1, "UpdateItem": 1}


def test_every_public_function_of_a_store_has_a_row() -> None:
    asked = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if next(iter(inspect.signature(function).parameters), "") == "store"
    }
    assert {row.name for row in PATTERNS} == asked


@pytest.mark.parametrize("row", PATTERNS, ids=lambda row: row.label)
def test_an_access_pattern_makes_the_calls_of_its_row(
    fixtures: BudgetFixtures, meter: Meter, row: Pattern
) -> None:
    row.prepare(fixtures)
    with meter.measure() as reading:
        row.run(fixtures)
    assert reading.calls == row.calls


def test_the_document_is_the_one_that_the_rows_make() -> None:
    path = Path(__file__).parent.parent / PAGE
    assert path.read_text(encoding="utf-8") == render(ENDPOINTS, PATTERNS), "python -m bench.access_patterns"
