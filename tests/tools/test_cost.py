"""The cost in README and docs/operating.md is what units, prices and template make."""

from dataclasses import asdict

import pytest

from bench import cost, cost_pages, event_units
from bench.units import Units, measure, read
from local.gateway import Routes
from tests.support.budgets import ENDPOINTS, Endpoint

A_MILLION = 1_000_000


def test_the_documents_are_the_ones_that_the_figures_make() -> None:
    for page, content in (
        (cost_pages.DOCUMENT, cost_pages.section()),
        (cost_pages.README, cost_pages.line()),
    ):
        text = page.read_text("utf-8")
        assert text == cost_pages.renewed(text, content), "make cost"


def test_every_endpoint_was_measured_and_nothing_else() -> None:
    assert set(read()) == {row.name for row in ENDPOINTS}, "make cost"


@pytest.mark.parametrize("name", event_units.TOGETHER)
def test_an_event_takes_what_is_in_the_file(name: str) -> None:
    assert event_units.measure(event_units.TOGETHER[name]) == event_units.read()[name], "make cost"


def test_passwords_are_counted_for_endpoints_that_there_are() -> None:
    assert set(cost.PRICES["hashes"]) <= {row.name for row in ENDPOINTS}


def test_a_bill_is_what_aws_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    """40 ms at half a gigabyte, 3 read and 10 write units, 1,600 bytes of body: each part by hand."""
    assumed = {"log_bytes": 1_000, "head_bytes": 400}
    monkeypatch.setitem(cost.PRICES, "assumed", cost.PRICES["assumed"] | assumed)
    made = cost.bill(Units(read=3, write=10, bytes=1_600), 40, 512)
    assert asdict(made) == pytest.approx(
        {
            "gateway": 1.00,
            "function": 0.20 + 0.020 * A_MILLION * 0.0000133334,
            "table": 3 * 0.125 + 10 * 0.625,
            "logs": 1.0 * 0.50,
            "out": 2.0 * 0.09,
        }
    )
    assert made.total == pytest.approx(sum(asdict(made).values()))


def test_the_gateway_counts_an_answer_again_for_each_half_megabyte() -> None:
    assert [
        cost.bill(Units(0, 0, size), 0, 512).gateway for size in (500_000, 600_000, 2_000_000)
    ] == pytest.approx([1.00, 2.00, 4.00])


def test_more_memory_is_more_cpu_and_waits_as_long() -> None:
    row = next(row for row in ENDPOINTS if row.name == "POST /api/auth/login")
    slow, fast = cost.milliseconds(row, 512), cost.milliseconds(row, 1_024)
    waiting = row.trips * cost.PRICES["assumed"]["trip_milliseconds"]
    assert slow - waiting == 2 * (fast - waiting) > 0


def test_each_metric_of_each_alarm_is_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}
    queries = [{"Id": "math"}, {"Id": "a", "MetricStat": {}}, {"Id": "b", "MetricStat": {}}]
    by_math = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": queries}}
    monkeypatch.setattr(cost, "translate", lambda _: {"Resources": {"One": plain, "Two": by_math}})
    assert cost.watching()["metrics under alarms: 3"] == pytest.approx(0.30)


def test_a_page_without_its_place_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places"):
        cost_pages.renewed("# A page\n", "anything")


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_an_endpoint_takes_the_units_in_the_file(row: Endpoint, routes: Routes) -> None:
    assert measure(row, routes) == read()[row.name], "make cost"
