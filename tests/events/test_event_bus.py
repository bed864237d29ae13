"""Events on a bus of Amazon EventBridge: each at least once, in order, ten an entry call."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction
from roster.dialects.maintenance import event_bus
from roster.dialects.maintenance.publish import NumberedItem, publish
from roster.directory.cloud_events import MOST_BYTES
from roster.domain import Actor
from roster.errors import Unavailable
from roster.events import Event
from tests.support.api import Api
from tests.support.stream import records

pytestmark = pytest.mark.any_engine

NOW = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
MOST_BYTES_OF_A_CALL = 256 * 1024
"""What EventBridge takes in one PutEvents."""

Outcome = Callable[[int, dict[str, str]], str | None]


class Bus:
    """A client that keeps what it takes; `refuses` names the error of an entry, by the number of the call."""

    def __init__(self, refuses: Outcome = lambda call, entry: None, error: Exception | None = None) -> None:
        self.refuses, self.error = refuses, error
        self.calls: list[list[dict[str, str]]] = []
        self.taken: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        self.calls.append(Entries)
        answers: list[dict[str, str]] = []
        for entry in Entries:
            code = self.refuses(len(self.calls), entry)
            answers.append({"EventId": "1"} if code is None else {"ErrorCode": code, "ErrorMessage": "no"})
            if code is None:
                self.taken.append(entry)
        return {"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers}

    @property
    def ids(self) -> list[str]:
        return [str(json.loads(entry["Detail"])["id"]) for entry in self.taken]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, deployed: Callable[..., None]) -> Callable[[Any], Any]:
    deployed(EVENT_BUS="changes")

    def take(client: Any) -> Any:
        monkeypatch.setattr(event_bus, "_client", lambda: client)
        return client

    return take


def numbered(count: int, **details: Any) -> list[NumberedItem]:
    places = [f"2026-04-13T01:00:00Z#{at:032x}#000" for at in range(count)]
    return [NumberedItem(place, audit(place, at + 1, details)) for at, place in enumerate(places)]


def audit(place: str, sequence: int, details: dict[str, Any]) -> Item:
    return {
        "PK": "AUDIT#00", "SK": place, "at": "2026-04-13T01:00:00Z", "action": "member.added",
        "target": "u-1", "actor": "u-2", "request": "r-1", "details": details, "sequence": sequence,
    }  # fmt: skip


def test_an_entry_names_the_bus_the_type_and_holds_the_event(store: Store, use: Callable[[Any], Bus]) -> None:
    bus = use(Bus())
    event_bus.deliver(store, numbered(1))
    [entry] = bus.taken
    assert {name: entry[name] for name in ("EventBusName", "Source", "DetailType")} == {
        "EventBusName": "changes",
        "Source": "roster",
        "DetailType": "roster.member.added",
    }
    assert json.loads(entry["Detail"])["sequence"] == "1"


def test_ten_are_put_at_once_in_their_order(store: Store, use: Callable[[Any], Bus]) -> None:
    bus = use(Bus())
    event_bus.deliver(store, numbered(34))
    assert [len(entries) for entries in bus.calls] == [10, 10, 10, 4]
    assert [json.loads(entry["Detail"])["sequence"] for entry in bus.taken] == [
        str(number) for number in range(1, 35)
    ]


def test_ten_of_the_largest_are_no_more_than_a_call_takes(store: Store, use: Callable[[Any], Bus]) -> None:
    bus = use(Bus())
    event_bus.deliver(store, numbered(10, users=["é" * 90] * 100))
    [entries] = bus.calls
    assert max(len(entry["Detail"].encode()) for entry in entries) > MOST_BYTES - 2_000
    assert sum(len(text.encode()) for entry in entries for text in entry.values()) < MOST_BYTES_OF_A_CALL


def test_what_fails_alone_is_tried_again_alone(store: Store, use: Callable[[Any], Bus]) -> None:
    def refuses(call: int, entry: dict[str, str]) -> str | None:
        odd = int(json.loads(entry["Detail"])["sequence"]) % 2
        return "ThrottlingException" if call == 1 and odd else None

    bus = use(Bus(refuses))
    told = numbered(7)
    event_bus.deliver(store, told)
    assert [len(entries) for entries in bus.calls] == [7, 4]
    assert len(set(bus.ids)) == len(bus.ids) == 7


def access_denied() -> Exception:
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutEvents")


@pytest.mark.parametrize(
    ("bus", "code", "passing"),
    [
        (Bus(lambda call, entry: "InternalFailure"), "InternalFailure", True),
        (
            Bus(lambda call, entry: "MalformedDetail"),
            "MalformedDetail",
            False,
        ),
        (Bus(error=access_denied()), "AccessDeniedException", False),
        (Bus(error=EndpointConnectionError(endpoint_url="https://x")), "EndpointConnectionError", True),
    ],
    ids=["all three tries", "not taken", "denied", "away"],
)
def test_what_cannot_be_put_is_a_failure_that_names_why(
    store: Store, use: Callable[[Any], Bus], bus: Bus, code: str, passing: bool
) -> None:
    use(bus)
    with pytest.raises(Unavailable) as raised:
        event_bus.deliver(store, numbered(2))
    fault = raised.value.fault
    assert fault is not None
    assert (fault.error_code, fault.passing) == (code, passing)
    assert len(bus.calls) == (3 if bus.error is None else 0)


def test_while_the_bus_is_away_the_batch_comes_again_and_nothing_is_lost_or_numbered_twice(
    api: Api, use: Callable[[Any], Bus]
) -> None:
    made: list[Key] = []
    for at in range(25):
        work = Transaction(Actor("r-1", api.clock(), "u-1"))
        work.audit(Event.MEMBER_ADDED, f"u-{at}", workspace="w-1", role="MEMBER")
        made.append(work.operations[0][0].key)
        work.commit(api.store)
    bus = use(Bus(lambda call, entry: "InternalFailure" if call <= 3 else None))
    batch = records(made, "INSERT")
    others: list[NumberedItem] = []
    deliver: Sequence[Any] = [event_bus.deliver, lambda store, told: others.extend(told)]
    assert publish(api.store, batch, api.clock(), deliver)["batchItemFailures"] == [{"itemIdentifier": "0"}]
    assert bus.taken == []
    assert len(others) == 25  # who is well is kept waiting by nobody
    assert publish(api.store, batch, api.clock(), deliver) == {"batchItemFailures": []}
    assert [json.loads(entry["Detail"])["sequence"] for entry in bus.taken] == [
        str(number) for number in range(1, 26)
    ]


def test_what_a_bus_refused_while_the_audit_was_walked_is_put_on_it_later(
    api: Api, use: Callable[[Any], Bus]
) -> None:
    """Also where no batch of the stream comes again."""
    publish(api.store, {}, api.clock(), [])
    for at in range(3):
        work = Transaction(Actor("r-1", api.clock(), "u-1"))
        work.audit(Event.MEMBER_ADDED, f"u-{at}", workspace="w-1", role="MEMBER")
        work.commit(api.store)
    bus = use(Bus(error=access_denied()))
    for _ in range(2):
        api.clock.advance(hours=1)
        assert publish(api.store, {}, api.clock(), [event_bus.deliver])["batchItemFailures"]
    bus.error = None
    api.clock.advance(hours=1)
    assert publish(api.store, {}, api.clock(), [event_bus.deliver]) == {"batchItemFailures": []}
    assert [json.loads(entry["Detail"])["sequence"] for entry in bus.taken][-3:] == ["1", "2", "3"]


def test_an_entry_is_what_the_service_says_that_it_takes(store: Store, use: Callable[[Any], Any]) -> None:
    """botocore holds each request against its model of EventBridge."""
    client = boto3.client("events", "eu-west-1", aws_access_key_id="local", aws_secret_access_key="local")
    with Stubber(use(client)) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}] * 2})
        event_bus.deliver(store, numbered(2))
        stub.assert_no_pending_responses()
