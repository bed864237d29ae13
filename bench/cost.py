"""What the directory costs in USD: a million requests to each endpoint, and a month in which nobody calls.

From what was measured (bench/units.toml), AWS's list prices and what had to be assumed (bench/prices.toml),
and what the template has (memory, alarms, dashboard). `bench.cost_pages` writes it down.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench import event_units
from bench.event_units import EventUnits
from bench.units import ROOT, Units, read
from local.gateway import Routes, translate
from tests.support.budgets import ENDPOINTS, Endpoint

PRICES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("prices.toml").read_text("utf-8"))
TEMPLATE = ROOT / "template.yaml"
MEMORY = 512
"""MB for which prices.toml assumes a request's own work."""
_INCREMENT = 512 * 1024  # bytes that the gateway counts as one request


@dataclass(frozen=True)
class Bill:
    """USD of a million requests, by what is billed."""

    gateway: float
    function: float
    table: float
    logs: float
    out: float

    @property
    def total(self) -> float:
        return float(sum(getattr(self, part.name) for part in fields(self)))


@dataclass(frozen=True)
class Line:
    """An endpoint, what a request to it takes, and the bill."""

    row: Endpoint
    units: Units
    milliseconds: float
    bill: Bill


def milliseconds(row: Endpoint, memory: int) -> float:
    """How long a warm request is assumed to take, with that memory in MB: the CPU grows with it."""
    assumed, hashes = PRICES["assumed"], PRICES["hashes"].get(row.name, 0)
    own = assumed["own_milliseconds"] + hashes * assumed["hash_milliseconds"]
    return float(own * MEMORY / memory + row.trips * assumed["trip_milliseconds"])


def bill(units: Units, taking: float, memory: int) -> Bill:
    """What a million requests cost that take as many milliseconds with that memory in MB."""
    price, assumed = PRICES["request"], PRICES["assumed"]
    sent = units.bytes + assumed["head_bytes"]
    gigabyte_seconds = taking * 1_000 * memory / 1_024
    return Bill(
        gateway=-(-sent // _INCREMENT) * price["gateway_million"],
        function=price["lambda_million"] + gigabyte_seconds * price["lambda_gb_second"],
        table=units.read * price["read_million"] + units.write * price["write_million"],
        logs=assumed["log_bytes"] / 1_000 * price["log_gigabyte"],
        out=sent / 1_000 * price["out_gigabyte"],
    )


def requests() -> list[Line]:
    """Every endpoint of tests/support/budgets.py. Raises KeyError for one that was not measured."""
    memory = {route.key: route.function.memory for route in Routes.from_template(TEMPLATE).routes}
    measured = read()
    lines = []
    for row in ENDPOINTS:
        taking = milliseconds(row, memory[row.route])
        units = measured[row.name]
        lines.append(Line(row, units, taking, bill(units, taking, memory[row.route])))
    return lines


@dataclass(frozen=True)
class EventLine:
    """How changes come, what the event of one takes until a webhook has heard it, and USD of a million."""

    name: str
    units: EventUnits
    table: float
    function: float
    queue: float
    logs: float
    out: float

    @property
    def total(self) -> float:
        return self.table + self.function + self.queue + self.logs + self.out


def events() -> list[EventLine]:
    """What a million changes cost beside the requests that made them, where one webhook hears them all."""
    price, assumed = PRICES["request"], PRICES["assumed"]
    lines = []
    for name, units in event_units.read().items():
        taking = (
            units.invocations * assumed["own_milliseconds"]
            + units.trips * assumed["trip_milliseconds"]
            + units.messages * assumed["receiver_milliseconds"]
        )
        lines.append(
            EventLine(
                name,
                units,
                table=units.read * price["read_million"] + units.write * price["write_million"],
                function=units.invocations * price["lambda_million"]
                + taking * 1_000 * MEMORY / 1_024 * price["lambda_gb_second"],
                queue=units.messages * assumed["requests_of_a_message"] * price["queue_million"],
                logs=units.invocations * assumed["log_bytes"] / 1_000 * price["log_gigabyte"],
                out=(units.bytes + assumed["head_bytes"]) / 1_000 * price["out_gigabyte"],
            )
        )
    return lines


def watching() -> dict[str, float]:
    """USD a month of alarms and dashboards, by what is billed."""
    resources, price = translate(TEMPLATE)["Resources"].values(), PRICES["month"]
    alarms = [metric for resource in resources for metric in _watched(resource)]
    dashboards = [resource for resource in resources if resource["Type"] == "AWS::CloudWatch::Dashboard"]
    made = {
        (json.dumps(metric["MetricNamespace"]), metric["MetricName"])
        for resource in resources
        if resource["Type"] == "AWS::Logs::MetricFilter"
        for metric in resource["Properties"]["MetricTransformations"]
    }
    return {
        f"metrics under alarms: {len(alarms)}": len(alarms) * price["alarm_metric"],
        f"dashboards: {len(dashboards)}": len(dashboards) * price["dashboard"],
        f"metrics made of logs: {len(made)}": len(made) * price["custom_metric"],
    }


def keeping() -> dict[str, float]:
    """USD a month of what is stored, by what is billed."""
    resources, price = translate(TEMPLATE)["Resources"].values(), PRICES["month"]
    secrets = sum(resource["Type"] == "AWS::SecretsManager::Secret" for resource in resources)
    polled = sum(
        str(resource["Properties"].get("EventSourceArn")).count("Queue") > 0
        for resource in resources
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
    )
    polls = polled * PRICES["assumed"]["polls_of_a_queue"] / 1_000_000
    return {
        "table: 1 GB": price["table_gigabyte"],
        "its point-in-time recovery: 1 GB": price["recovery_gigabyte"],
        "logs: 1 GB": price["log_gigabyte_kept"],
        f"secrets that the stack makes: {secrets}": secrets * price["secret"],
        f"Lambda's polls of empty queues: {polled}": polls * PRICES["request"]["queue_million"],
        "artifacts of five releases": PRICES["assumed"]["artifact_gigabytes"] * price["artifact_gigabyte"],
    }


def _watched(resource: dict[str, Any]) -> Iterator[str]:
    """A name for each metric that a resource's alarm looks at."""
    if resource["Type"] == "AWS::CloudWatch::Alarm":
        properties = resource["Properties"]
        queries = [query["Id"] for query in properties.get("Metrics", ()) if "MetricStat" in query]
        yield from queries or [properties["MetricName"]]
