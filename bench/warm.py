"""What a request costs in a warm function, compared with one default boto3 get_item, on DynamoDB Local.

    tools/with_dynamodb_local.sh .venv/bin/python -m bench.warm --requests 2000

Leaves `transports` (one call over each), `narrow` (the reads of one object, longer), `endpoints` (all 23)
and `far` (a far page of many users).
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import boto3

from bench import bulk_users, record
from bench.botocore_http import HalfwayTransport
from bench.document import OVER_BOTO3
from bench.handlers import App, Cost, Subject, interleaved, quiet, ratio, same
from bench.pages import PLAIN
from bench.subjects import ADMIN_USERS, Cast, endpoints, narrow
from roster.clock import Deadline
from roster.db import keys
from roster.db.dynamodb.attribute_values import to_wire
from roster.db.dynamodb.http_transport import HttpTransport
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, Transport
from roster.domain import User
from tests.support import real
from tests.support.budgets import SIZE, BudgetFixtures
from tests.support.directory import Directory
from tests.support.meter import Meter, MeteredTransport

REFERENCE = "boto3 get_item"
_METERED = 1_000_000  # the number of a block that none of the measured has


@dataclass
class Switched:
    """A transport that can be exchanged."""

    inner: Transport

    def call(self, *arguments: Any) -> dict[str, Any]:
        return self.inner.call(*arguments)


def main() -> None:
    """Measure, and keep the rows."""
    parser = argparse.ArgumentParser(prog="bench.warm", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2_000, help="of each narrow read, a run")
    parser.add_argument("--each", type=int, default=50, help="of every endpoint, a run")
    parser.add_argument("--users", type=int, default=100_000, help="among which a far page lies")
    asked = parser.parse_args()
    quiet()
    facts = {"runs": asked.runs, "engine": "DynamoDB Local"}
    with real.fresh_table() as name:
        switched = Switched(HttpTransport(real.endpoint(), "eu-west-1"))
        cast = Cast.of(App(DynamoStore(switched, name)))
        reference = _reference(name, cast.fixtures)
        record.write(
            "transports", _transports(name, cast.fixtures, reference, asked), requests=asked.requests, **facts
        )
        rows = _narrow(cast, switched, reference, asked.runs, asked.requests)
        record.write("narrow", rows, requests=asked.requests, **facts)
        rows = _endpoints(cast, switched, reference, asked.runs, asked.each)
        record.write("endpoints", rows, requests=asked.each, **facts)
    with real.fresh_table(PLAIN) as name:
        rows = _far(name, asked.users, asked.runs, asked.each)
        record.write("far", rows, requests=asked.each, users=asked.users, **facts)


def _reference(table: str, fixtures: BudgetFixtures) -> Subject:
    """One call as boto3 makes it where nobody has configured it, of the caller's own item."""
    client = boto3.client("dynamodb", endpoint_url=real.endpoint(), region_name="eu-west-1")
    key = to_wire(keys.user(fixtures.ada.id).attributes())
    return Subject(
        REFERENCE, same(lambda: client.get_item(TableName=table, Key=key)), lambda got: "Item" in got
    )


def _transports(
    table: str, fixtures: BudgetFixtures, reference: Subject, asked: argparse.Namespace
) -> list[dict[str, Any]]:
    """The same call over each way to make it."""
    body = {
        "TableName": table,
        "Key": to_wire(keys.user(fixtures.ada.id).attributes()),
        "ConsistentRead": True,
    }
    ways: dict[str, Transport] = {
        "botocore's client, as the fallback has it": BotoTransport(real.client()),
        "botocore's signer and HTTP session": HalfwayTransport(real.endpoint(), "eu-west-1"),
        "HttpTransport": HttpTransport(real.endpoint(), "eu-west-1"),
    }
    others = [
        Subject(name, same(partial(_get, way, body)), lambda got: "Item" in got) for name, way in ways.items()
    ]
    _say(f"transports, {asked.runs} runs of {asked.requests}")
    subjects = [reference, *others]
    return _rows(subjects, interleaved(subjects, runs=asked.runs, requests=asked.requests))


def _get(way: Transport, body: dict[str, Any]) -> dict[str, Any]:
    return way.call("GetItem", body, Deadline.after(10))


def _narrow(
    cast: Cast, switched: Switched, reference: Subject, runs: int, requests: int
) -> list[dict[str, Any]]:
    """The narrow reads over either transport, and the transports alone."""
    http_transport, boto = switched.inner, BotoTransport(real.client())
    subjects = narrow(cast)
    others = [
        Subject(f"{one.name}{OVER_BOTO3}", _over(boto, one, switched, http_transport), one.good)
        for one in subjects
    ]
    _say(f"narrow reads, {runs} runs of {requests}")
    rows = []
    # Apart, for boto3's calls leave nothing of ours in the caches; and fewer, for they are slow.
    for turn, each in ((subjects, requests), (others, requests // 4)):
        rows += _rows([reference, *turn], interleaved([reference, *turn], runs=runs, requests=each))
    return [rows[0], *(row for row in rows if row["subject"] != REFERENCE)]


def _over(
    other: Transport, subject: Subject, switched: Switched, own: Transport
) -> Callable[[int, int], Iterator[Callable[[], Any]]]:
    def calls(number: int, length: int) -> Iterator[Callable[[], Any]]:
        for call in subject.calls(number, length):
            yield partial(_called, call, other, switched, own)

    return calls


def _called(call: Callable[[], Any], other: Transport, switched: Switched, own: Transport) -> Any:
    switched.inner = other
    try:
        return call()
    finally:
        switched.inner = own


def _endpoints(
    cast: Cast, switched: Switched, reference: Subject, runs: int, requests: int
) -> list[dict[str, Any]]:
    subjects = [reference, *endpoints(cast)]
    _say(f"{len(subjects) - 1} endpoints, {runs} runs of {requests}")
    costs = interleaved(subjects, runs=runs, requests=requests)
    metered = {subject.name: _metered(subject, switched) for subject in subjects[1:]}
    return [row | metered.get(row["subject"], {}) for row in _rows(subjects, costs)]


def _far(table: str, users: int, runs: int, requests: int) -> list[dict[str, Any]]:
    """The first page and the last full one of the site's users, as its administrator lists them."""
    _say(f"{users} users")
    for _ in bulk_users.filling(partial(real.dynamo_store, table), users, only_rows=True):
        pass
    switched = Switched(HttpTransport(real.endpoint(), "eu-west-1"))
    app = App(DynamoStore(switched, table))
    root = Directory(app.store, app.api.clock).admin()
    subjects = [_page(app, root, page) for page in (1, users // SIZE)]
    rows = _rows(subjects, interleaved(subjects, runs=runs, requests=requests))
    return [row | _metered(subject, switched) for row, subject in zip(rows, subjects, strict=True)]


def _page(app: App, root: User, page: int) -> Subject:
    path = f"{ADMIN_USERS}?page={page}&size={SIZE}"
    call = app.call(lambda api: api.get(path, as_=root))
    return Subject(f"page {page:,}", same(call), lambda answer: len(answer["body"]) > SIZE * 100)


def _metered(subject: Subject, switched: Switched) -> dict[str, float]:
    """Round trips and capacity units of one request."""
    meter, own = Meter(), switched.inner
    [call] = subject.calls(_METERED, 1)
    switched.inner = MeteredTransport(own, meter)
    try:
        call()
    finally:
        switched.inner = own
    total = meter.total
    return {"trips": total.trips, "read_units": total.read_units, "write_units": total.write_units}


def _rows(subjects: list[Subject], costs: dict[str, list[Cost]]) -> list[dict[str, Any]]:
    """Each subject's medians in microseconds, and its ratios to the first's, run by run."""
    first = costs[subjects[0].name]
    return [
        {
            "subject": subject.name,
            "cpu_us": round(median(cost.cpu for cost in costs[subject.name])),
            "wall_us": round(median(cost.wall for cost in costs[subject.name])),
            "cpu": ratio(costs[subject.name], first, lambda cost: cost.cpu),
            "wall": ratio(costs[subject.name], first, lambda cost: cost.wall),
        }
        for subject in subjects
    ]


def _say(what: str) -> None:
    print(f"bench.warm: {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
