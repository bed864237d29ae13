"""Deliveries of events to webhooks: what was tried and is to be tried, how a webhook fares, who may send now.

Each webhook has a partition with its last deliveries, which expire, and its health: the failures since its
last success, until when it rests, and the leases of those that are sending to it. So a receiver that hangs
holds two environments of the function at most, and one that fails is tried once in a while alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import uniform

from roster.clock import instant, moment, ordered_id
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.list_tree import integer
from roster.db.store import (
    Absent,
    Below,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Put,
    Refused,
    Store,
    Update,
    Value,
    any_of,
    every,
)
from roster.db.transactions import item
from roster.directory import webhooks
from roster.domain import Delivery, DeliveryAttempt, DeliveryState, Instant, Webhook, WebhookHealth
from roster.errors import Conflict, NotFound
from roster.settings import settings

SHOWN = 100
"""Deliveries that are shown, the newest."""
KEPT = timedelta(days=30)
"""How long a delivery is kept after its last attempt."""
ATTEMPTS = 20
"""Attempts of one delivery that are kept, the last."""
RESTS_AFTER = 3
"""Failures without a success, after which a webhook rests."""
SHORTEST_REST, LONGEST_REST = 30, 900
"""Seconds that it rests: twice as long after each further failure."""
DISABLED_AFTER = timedelta(days=5)
"""How long a webhook may fail without a success before it is switched off."""
GONE, FAILING = "gone", "failing"
"""Why a webhook is switched off: its receiver said so (410), or failed for days."""
LEASE_SECONDS = 60
"""After which a lease is void: its holder has not come back."""
_LEASES = ("lease_a", "lease_b")
_TEST = "lease_test"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for, as it was read together: the webhook, whether it waits, how it fares."""

    webhook: Webhook
    suspended: bool
    health: WebhookHealth


def keys_of(workspace_id: str | None, webhook_id: str) -> list[Key]:
    """Where a webhook is, its health, and its workspace."""
    own = [keys.webhook(workspace_id, webhook_id), keys.webhook_health(webhook_id)]
    return own if workspace_id is None else [*own, keys.workspace(workspace_id)]


def among(found: Mapping[Key, Item], workspace_id: str | None, webhook_id: str) -> Recipient | None:
    """The webhook among the items that were read; None where it, or its workspace, has gone."""
    webhook = webhooks.of_item(found.get(keys.webhook(workspace_id, webhook_id)), webhook_id)
    suspended = False
    if workspace_id is not None:
        workspace = found.get(keys.workspace(workspace_id))
        if workspace is None:
            return None
        suspended = workspace.get("active", True) is not True
    if webhook is None:
        return None
    health = found.get(keys.webhook_health(webhook_id))
    return Recipient(webhook, suspended, WebhookHealth() if health is None else entity(WebhookHealth, health))


def recent(store: Store, webhook_id: str) -> list[Delivery]:
    """The last hundred deliveries of a webhook, the newest event first: one Query."""
    pk = keys.webhook_health(webhook_id).pk
    page = store.query(pk, begins=keys.DELIVERED, limit=SHOWN, forward=False)
    return readable(Delivery, page.items)


def record(store: Store, delivery: Delivery, tries: int, now: datetime) -> bool:
    """Keep a delivery as it is now, unless another attempt was kept since `tries`: one Write.

    Returns whether it was kept.
    """
    state: Item = {**attributes(delivery), "ttl": int((now + KEPT).timestamp())}
    same: Condition = Equals("tries", tries)
    try:
        key = keys.delivery(delivery.webhook_id, delivery.id)
        store.write(Put(item(key, state), same if tries else any_of(Absent(), same)))
    except Refused:
        return False
    return True


def failed(delivery: Delivery, attempt: DeliveryAttempt) -> Delivery:
    """The delivery after an attempt that is the last: failed for good."""
    return replace(
        delivery,
        tries=delivery.tries + 1,
        attempts=(*delivery.attempts, attempt)[-ATTEMPTS:],
        next_attempt_at=None,
        state=DeliveryState.FAILED,
    )


def attempted(delivery: Delivery, attempt: DeliveryAttempt, now: datetime) -> Delivery:
    """The delivery after an attempt: delivered, or when it is tried next, or failed for good."""
    after = failed(delivery, attempt)
    if attempt.succeeded:
        return replace(after, state=DeliveryState.DELIVERED)
    wait = pause(after.tries - after.from_try)
    if wait is None:
        return after
    due = instant(now + timedelta(seconds=wait))
    return replace(after, state=DeliveryState.PENDING, next_attempt_at=due)


def pause(failures: int) -> int | None:
    """Seconds from an attempt to the next, give or take a tenth; None after the last."""
    schedule = settings().webhook_schedule
    if failures > len(schedule):
        return None
    return max(1, round(schedule[failures - 1] * uniform(0.9, 1.1)))  # noqa: S311 - to spread load


def lease(store: Store, webhook: Webhook, health: WebhookHealth, now: datetime) -> str | None:
    """Take one of the two leases to send to a webhook; of one that fails there is one: a Write or two.

    Returns its name, or None where none is free.
    """
    for name in _LEASES[: 1 if health.failures else None]:
        with suppress(Refused):
            store.write(_taking(webhook, name, now))
            return name
    return None


def _taking(webhook: Webhook, name: str, now: datetime) -> Update:
    """What takes a lease, or a turn, where it is free."""
    until = instant(now + timedelta(seconds=LEASE_SECONDS))
    kept = int((now + KEPT).timestamp())  # a webhook that is deleted leaves it behind
    free = any_of(Absent(name), Below(name, instant(now)))
    return Update(keys.webhook_health(webhook.id), set={name: until, "ttl": kept}, condition=free)


def begin_test(store: Store, webhook: Webhook, now: datetime) -> bool:
    """Whether a test of the webhook may begin, because no other is under way: one Transact, which is not
    refused as another's where its answer was lost and it is sent again.
    """
    try:
        store.transact([_taking(webhook, _TEST, now)], token=ordered_id())
    except Refused:
        return False
    return True


def end_test(store: Store, webhook: Webhook) -> None:
    """Let the next test begin: one Write."""
    store.write(Update(keys.webhook_health(webhook.id), remove=(_TEST,)))


def release(store: Store, webhook: Webhook, lease: str, health: WebhookHealth) -> None:
    """Give a lease back, and keep how the webhook fares: one Write."""
    # No failures are no attribute.
    state: Item = {name: value for name, value in attributes(health).items() if value}
    gone = tuple(name for name in ("failures", "failing_since", "rests_until") if name not in state)
    store.write(Update(keys.webhook_health(webhook.id), set=state, remove=(*gone, lease)))


def fared(health: WebhookHealth, took: bool, now: datetime) -> WebhookHealth:
    """How a webhook fares after an attempt: a success forgets all failures; after some failures it rests."""
    if took:
        return WebhookHealth()
    failures = health.failures + 1
    rests = None
    if failures >= RESTS_AFTER:
        rest = min(SHORTEST_REST * 2 ** (failures - RESTS_AFTER), LONGEST_REST)
        rests = instant(now + timedelta(seconds=rest))
    return WebhookHealth(failures, health.failing_since or instant(now), rests)


def has_failed_for_days(health: WebhookHealth, now: datetime) -> bool:
    """Whether a webhook is to be switched off, because it has failed so long without a success."""
    return health.failing_since is not None and moment(health.failing_since) + DISABLED_AFTER <= now


# Orders of administrators, which the table's stream has carried out.


def order_retry(store: Store, webhook: Webhook, delivery: Delivery, now: datetime) -> None:
    """Order that a delivery is tried now: one Write."""
    key = keys.delivery_order(webhook.id, delivery.id)
    store.write(Put(item(key, {**_whose(webhook, now), "audits": [delivery.audit]})))


def order_replay(
    store: Store, webhook: Webhook, since: Instant, until: Instant, most: int, now: datetime
) -> None:
    """Order that a webhook is sent once more what happened from one moment to another: one Transact,
    as `begin_test`.

    Raises Conflict where a replay of the webhook is under way.
    """
    state: Item = {
        **_whose(webhook, now),
        "since": since,
        "until": until,
        "left": most,
        "place": "",
        "shard": 0,
    }
    try:
        store.transact([Put(item(keys.replay_order(webhook.id), state), Absent())], token=ordered_id())
    except Refused as error:
        raise Conflict("replay") from error


def orders(store: Store) -> list[Item]:
    """What administrators ordered and is not carried out: one Query a megabyte."""
    return list(every(store, keys.DELIVERIES))


def ordered(store: Store, key: Key) -> Item | None:
    """The order under a key, if it is still to be carried out: one Get."""
    return store.get(key)


def went_on(store: Store, order: Item, **state: Value) -> None:
    """Keep how far a replay has come: one Write. Raises NotFound where it is not there any more."""
    try:
        store.write(Update(Key.of(order), set=state, condition=Equals("place", order["place"])))
    except Refused as error:
        raise NotFound("replay") from error


def done(store: Store, order: Item) -> None:
    """Remove an order: one Write."""
    store.write(Delete(Key.of(order)))


def page_of_replay(store: Store, order: Item, size: int) -> tuple[list[str], dict[str, Value]]:
    """The places of the next audit items that a replay sends, and how far it has come then: one Query.

    The state is empty where there is no more. A workspace's items are those of its index; the site's are in
    the shards of the audit, one after another.
    """
    owner, place = str(order["owner"]), str(order["place"])
    shard, left = integer(order, "shard"), integer(order, "left")
    between = keys.audits_between(str(order["since"]), str(order["until"]))
    start = keys.audited(place) if place else None
    if owner:
        page = store.query(
            owner, index=keys.BY_WORKSPACE, between=between, limit=size, start=start, consistent=False
        )
    else:
        page = store.query(keys.AUDIT_SHARDS[shard], between=between, limit=size, start=start)
    places = [Key.of(each).sk for each in page.items][:left]
    left -= len(places)
    if left and page.next is not None:
        return places, {"left": left, "place": page.next.sk, "shard": shard}
    if left and not owner and shard + 1 < len(keys.AUDIT_SHARDS):
        return places, {"left": left, "place": "", "shard": shard + 1}
    return places, {}


def _whose(webhook: Webhook, now: datetime) -> Item:
    return {"owner": webhook.workspace_id or "", "webhook": webhook.id, "ordered_at": instant(now)}


def in_path(found: Mapping[Key, Item], webhook: Webhook, delivery_id: str) -> Delivery:
    """The delivery that a path names, among the items that were read. Raises NotFound."""
    held = found.get(keys.delivery(webhook.id, delivery_id)) if keys.is_plain_id(delivery_id) else None
    if held is None:
        raise NotFound("delivery")
    return entity(Delivery, held)


def in_items(found: Mapping[Key, Item], webhook_id: str, event_ids: Iterable[str]) -> dict[str, Delivery]:
    """The deliveries of these events to a webhook that are among the items that were read."""
    held = [found[key] for each in event_ids if (key := keys.delivery(webhook_id, each)) in found]
    return {delivery.id: delivery for delivery in readable(Delivery, held)}


def keys_of_deliveries(webhook_id: str, event_ids: Sequence[str]) -> list[Key]:
    """Where the deliveries of these events to a webhook are."""
    return [keys.delivery(webhook_id, each) for each in event_ids]
