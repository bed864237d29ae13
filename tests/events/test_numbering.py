"""Events are numbered once each without a gap, whoever is stopped where, and handed over at least once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from cli.repair import repair
from cli.verify import verify
from roster.db import keys
from roster.db.store import Delete, Item, Key, Store, every
from roster.db.transactions import Transaction
from roster.dialects.maintenance.publish import NumberedItem, publish
from roster.directory import event_feed
from roster.directory.cloud_events import event_of
from roster.directory.event_feed import FeedRow
from roster.domain import Actor
from roster.events import Event
from tests.support.api import Api, Clock
from tests.support.stream import records

pytestmark = pytest.mark.any_engine


class Killed(BaseException):
    """The process ends here, as SIGKILL ends it: nothing is caught and nothing is answered."""


class HandedOver:
    """What was handed over, in its order; `deaths` says at which hand-overs the process ends first."""

    def __init__(self, deaths: Sequence[int] = ()) -> None:
        self.events: list[dict[str, Any]] = []
        self.calls = 0
        self.deaths = deaths

    def __call__(self, store: Store, told: Sequence[NumberedItem]) -> None:
        self.calls += 1
        if self.calls in self.deaths:
            raise Killed
        self.events += [event_of(each.item) for each in told]


def change(store: Store, clock: Clock, workspace_id: str | None, count: int = 1) -> list[Key]:
    """So many changes, a transaction each; returns the keys of their audit items."""
    made = []
    for at in range(count):
        work = Transaction(Actor("r-1", clock(), "u-1"))
        if workspace_id is None:
            work.audit(Event.GROUP_CREATED, f"{at}")
        else:
            work.audit(
                Event.MEMBER_ADDED, f"u-{at}", after={"role": "MEMBER"}, workspace=workspace_id, role="MEMBER"
            )
        made.append(work.operations[0][0].key)
        work.commit(store)
    return made


def audited(store: Store) -> list[Item]:
    return [found for shard in keys.AUDIT_SHARDS for found in every(store, shard)]


def demand_numbered(store: Store, feeds: Sequence[str]) -> None:
    """Each feed counts from 1 without a gap, and names each of its items once, by the item's own number."""
    items = {Key.of(found).sk: found for found in audited(store)}
    for feed in feeds:
        rows = [FeedRow.of(found) for found in every(store, feed)]
        assert [row.first for row in rows] == [1, *(row.last + 1 for row in rows[:-1])]
        assert (store.get(keys.feed_counter(feed)) or {})["last"] == rows[-1].last
        places = [place for row in rows for place in row.places]
        assert len(set(places)) == len(places)
        if feed != keys.WHOLE_FEED:
            assert [items[place]["sequence"] for place in places] == list(range(1, len(places) + 1))
        else:
            assert set(places) == set(items)


@pytest.fixture
def store(api: Api) -> Store:
    return api.store


def test_each_workspace_and_the_site_count_from_one_without_a_gap(store: Store, clock: Clock) -> None:
    made = [*change(store, clock, "w-1", 50), *change(store, clock, None, 3), *change(store, clock, "w-2", 2)]
    received = HandedOver()
    assert publish(store, records(made, "INSERT"), clock(), [received]) == {"batchItemFailures": []}
    demand_numbered(store, [keys.WHOLE_FEED, keys.SITE_FEED, keys.feed_of("w-1"), keys.feed_of("w-2")])
    assert len(received.events) == len({event["id"] for event in received.events}) == 55
    assert [event["sequence"] for event in received.events if event["data"]["workspaceId"] == "w-1"] == [
        str(number) for number in range(1, 51)
    ]


def test_a_batch_that_comes_again_numbers_and_hands_over_nothing(store: Store, clock: Clock) -> None:
    made = change(store, clock, "w-1", 5)
    received = HandedOver()
    for _ in range(3):
        publish(store, records(made, "INSERT"), clock(), [received])
    assert len(received.events) == 5
    demand_numbered(store, [keys.WHOLE_FEED, keys.feed_of("w-1")])


def test_who_is_killed_between_numbering_and_handing_over_loses_nothing(store: Store, clock: Clock) -> None:
    made = change(store, clock, "w-1", 90)
    received = HandedOver(deaths=(2, 3))
    for _ in range(2):
        with pytest.raises(Killed):
            publish(store, records(made, "INSERT"), clock(), [received])
    publish(store, records(made, "INSERT"), clock(), [received])
    assert {event["sequence"] for event in received.events} == {str(number) for number in range(1, 91)}
    demand_numbered(store, [keys.WHOLE_FEED, keys.feed_of("w-1")])


def test_what_was_numbered_and_never_came_again_is_handed_over_later(store: Store, clock: Clock) -> None:
    publish(store, {}, clock(), [])
    received = HandedOver(deaths=(1,))
    with pytest.raises(Killed):
        publish(store, records(change(store, clock, "w-1", 3), "INSERT"), clock(), [received])
    clock.advance(minutes=16)
    publish(store, {}, clock(), [received])
    assert [event["sequence"] for event in received.events] == ["1", "2", "3"]


def test_a_failure_to_hand_over_brings_the_batch_again(store: Store, clock: Clock) -> None:
    made = change(store, clock, "w-1", 2)

    def away(_: Store, __: Sequence[NumberedItem]) -> None:
        raise ConnectionError

    answer = publish(store, records(made, "INSERT"), clock(), [away])
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    received = HandedOver()
    publish(store, records(made, "INSERT"), clock(), [received])
    assert len(received.events) == 2


def test_two_shards_that_number_one_workspace_number_each_item_once(bare_store: Store, clock: Clock) -> None:
    made = [*change(bare_store, clock, "w-1", 120), *change(bare_store, clock, "w-2", 40)]
    received = HandedOver()
    # Some keys go to both, as when a shard is split while a batch of it is under way.
    halves = [made[::2] + made[:30], made[1::2] + made[:30]]
    batches = [half[start : start + 25] for start in range(0, 100, 25) for half in halves]

    def one(batch: list[Key]) -> dict[str, Any]:
        return publish(bare_store, records(batch, "INSERT"), clock(), [received])

    with ThreadPoolExecutor(4) as pool:
        assert all(answer == {"batchItemFailures": []} for answer in pool.map(one, batches))
    demand_numbered(bare_store, [keys.WHOLE_FEED, keys.feed_of("w-1"), keys.feed_of("w-2")])
    assert {event["id"] for event in received.events} == {keys.event_id(key) for key in made}


def test_what_another_numbers_meanwhile_is_not_numbered_again(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the items and that of the counters, which the other has left by then."""
    made = change(store, clock, "w-1", 3)
    planned = event_feed._planned

    def another_first(*given: Any) -> Any:
        monkeypatch.setattr(event_feed, "_planned", planned)
        assert len(event_feed.number(store, made, clock())) == 1
        return planned(*given)

    monkeypatch.setattr(event_feed, "_planned", another_first)
    assert event_feed.number(store, made, clock()) == []
    demand_numbered(store, [keys.WHOLE_FEED, keys.feed_of("w-1")])


def test_a_publisher_that_was_away_for_25_hours_finds_what_the_stream_lost(
    store: Store, clock: Clock
) -> None:
    first = change(store, clock, "w-1", 2)
    received = HandedOver()
    publish(store, records(first, "INSERT"), clock(), [received])
    for _ in range(25):
        clock.advance(hours=1)
        change(store, clock, "w-1", 4)
    last = change(store, clock, "w-1")
    publish(store, records(last, "INSERT"), clock(), [received])
    demand_numbered(store, [keys.WHOLE_FEED, keys.feed_of("w-1")])
    assert {event["id"] for event in received.events} == {
        keys.event_id(Key.of(one)) for one in audited(store)
    }
    state = event_feed.publishing(store, clock())
    assert (state.through, state.unsent) == (audited_at(clock), 104)


def audited_at(clock: Clock) -> str:
    return f"{clock().isoformat()[:19]}Z"


def test_a_walk_that_is_stopped_goes_on(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, {}, clock(), [])
    change(store, clock, "w-1", 250)
    clock.advance(hours=25)
    numbered = event_feed.number
    calls = 0

    def stopped(*given: Any) -> list[FeedRow]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Killed
        return numbered(*given)

    monkeypatch.setattr(event_feed, "number", stopped)
    received = HandedOver()
    with pytest.raises(Killed):
        publish(store, {}, clock(), [received])
    publish(store, {}, clock(), [received])
    assert len({event["id"] for event in received.events}) == 250
    demand_numbered(store, [keys.WHOLE_FEED, keys.feed_of("w-1")])


def test_a_feed_is_read_page_by_page_in_its_order(store: Store, clock: Clock) -> None:
    made = change(store, clock, "w-1", 95)
    publish(store, records(made, "INSERT"), clock(), [])
    seen: list[Key] = []
    cursor = ""
    while True:
        page = event_feed.page(store, keys.feed_of("w-1"), cursor, 30)
        if not page.items:
            break
        seen += [Key.of(found) for found in page.items]
        cursor = page.next
    assert seen == sorted(made, key=lambda key: key.sk)
    assert event_feed.page(store, keys.feed_of("w-1"), cursor, 30).next == cursor
    more = change(store, clock, "w-1")
    publish(store, records(more, "INSERT"), clock(), [])
    assert [Key.of(found) for found in event_feed.page(store, keys.feed_of("w-1"), cursor, 30).items] == more


@pytest.mark.parametrize("cursor", ["1", "1.", ".1", "a.1", "1.1.1", "-1.0", "٣.1", "1" * 30 + ".0"])
def test_what_is_no_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        event_feed.page(store, keys.WHOLE_FEED, cursor, 10)


def test_numbers_of_one_transaction_are_of_many_workspaces(store: Store, clock: Clock) -> None:
    made = [key for at in range(100) for key in change(store, clock, f"w-{at}")]
    rows = event_feed.number(store, made, clock())
    assert sum(len(row.places) for row in rows) == 100
    assert max(len(row.places) for row in rows) > 20
    demand_numbered(store, [keys.WHOLE_FEED, *(keys.feed_of(f"w-{at}") for at in range(100))])


def test_the_clock_of_the_state_never_goes_back(store: Store, clock: Clock) -> None:
    publish(store, {}, clock(), [])
    through = event_feed.publishing(store, clock()).through
    event_feed.advance(store, "through", audited_at(Clock(clock() - timedelta(days=2))))
    assert event_feed.publishing(store, clock()).through == through


def test_verify_finds_what_has_no_number_and_repair_numbers_it(store: Store, clock: Clock) -> None:
    publish(store, {}, clock(), [])
    change(store, clock, "w-1", 3)
    clock.advance(hours=2)
    told = [finding for finding in verify(store, now=clock()).late if "numbered-event" in str(finding)]
    assert len(told) == 3
    outcome = repair(store, now=clock(), by=Actor("repair", clock()))
    assert not [finding for finding in outcome.after.late if "numbered-event" in str(finding)]
    demand_numbered(store, [keys.feed_of("w-1")])
    received = HandedOver()
    publish(store, {}, clock(), [received])
    assert {"1", "2", "3"} <= {event["sequence"] for event in received.events}


def test_verify_finds_a_gap(store: Store, clock: Clock) -> None:
    for _ in range(3):
        publish(store, records(change(store, clock, "w-1", 2), "INSERT"), clock(), [])
    assert verify(store, now=clock()).broken == []
    store.write(Delete(keys.feed_row(keys.feed_of("w-1"), 3)))
    [finding] = verify(store, now=clock()).broken
    assert str(finding) == "FEED#WORKSPACE#w-1 000000000005: feed: the number before it is not 4"


@pytest.mark.parametrize("feed", [keys.WHOLE_FEED, keys.feed_of("w-1")], ids=["all", "of a workspace"])
def test_repair_writes_the_rows_that_a_feed_lacks_as_they_were(store: Store, clock: Clock, feed: str) -> None:
    for _ in range(2):
        made = [
            *change(store, clock, "w-1", 50),
            *change(store, clock, "w-2", 3),
            *change(store, clock, None),
        ]
        publish(store, records(made, "INSERT"), clock(), [])
    change(store, clock, "w-1")
    publish(store, {}, clock(), [])
    before = [FeedRow.of(found).places for found in every(store, feed)]
    for found in list(every(store, feed))[1:-1]:
        store.write(Delete(Key.of(found)))
    outcome = repair(store, now=clock(), by=Actor("repair", clock()))
    assert (outcome.after.broken, len(outcome.mended)) == ([], 1)
    after = [FeedRow.of(found).places for found in every(store, feed)]
    assert [place for row in after for place in row] == [place for row in before for place in row]


def test_numbering_goes_on_after_its_counter_was_lost_and_mended(store: Store, clock: Clock) -> None:
    publish(store, records(change(store, clock, "w-1", 3), "INSERT"), clock(), [])
    store.write(Delete(keys.feed_counter(keys.feed_of("w-1"))))
    repair(store, now=clock(), by=Actor("repair", clock()))
    publish(store, records(change(store, clock, "w-1", 2), "INSERT"), clock(), [])
    demand_numbered(store, [keys.feed_of("w-1")])
