"""The queue of deliveries: events are sent to webhooks, tried again, put off while a webhook rests.

A message is for one webhook and names some events by the places of their audit items. What fails comes again
as a message of its own, at the time that the schedule says. No message can be held back for longer than
a queue allows, so that it goes through the queue in hops, until it is due.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import randint
from typing import TYPE_CHECKING, Any, TypeAlias

from roster import bounds
from roster.auth import webhook_signing
from roster.auth.webhook_signatures import Signing
from roster.clock import Deadline, instant, moment
from roster.db import keys
from roster.db.store import Item, Key, Refused, Store
from roster.dialects.maintenance import api
from roster.dialects.maintenance.publish import NumberedItem
from roster.directory import cloud_events, deliveries, webhooks
from roster.directory.deliveries import Recipient
from roster.domain import Actor, Delivery, DeliveryAttempt, DeliveryState, WebhookHealth
from roster.errors import NotFound
from roster.http.logger import log
from roster.queues import LONGEST_DELAY, Message, Queues
from roster.settings import settings

if TYPE_CHECKING:
    from concurrent.futures import Future

    from roster.http.outgoing import Outcome

AT_ONCE = 8
"""Events that are sent to one webhook at a time; to one that fails, one."""
A_PAGE = 40
"""Events of a replay that are sent between two looks at the time."""
_LONGEST_WAIT = 16
"""Seconds after which a message looks again, at most, whether its webhook may be sent to: at first after one,
then twice as long each time, so that what waits for a receiver that hangs keeps no function busy.
"""
_ROOM = bounds.WEBHOOK_SECONDS + 5.0
"""Seconds that must be left for an attempt, and to keep what came of it."""
_GONE = 410

Todo: TypeAlias = tuple[Delivery, Mapping[str, Any] | None]
"""A delivery that is to be tried, with its event (None: it has expired)."""


def hand_over(queues: Queues, store: Store, told: Sequence[NumberedItem]) -> None:
    """Put a message into the queue for each webhook that wants some of these events.

    One Query a workspace, and one for the site. Raises Unavailable: some may be in the queue then.
    """
    heard: dict[str | None, list[tuple[str, str]]] = {}
    for each in told:
        one = (each.place, cloud_events.type_of(each.item))
        heard.setdefault(None, []).append(one)
        if workspace_id := cloud_events.workspace_of(each.item):
            heard.setdefault(workspace_id, []).append(one)
    messages = [
        Message(body) for owner, some in heard.items() for body in webhooks.orders(store, owner, some)
    ]
    if messages:
        queues.send(settings().delivery_queue, messages)


@dataclass(frozen=True, slots=True)
class Order:
    """What a message asks for; `tries` is how often its one event was tried before (0: never, or many).

    `again` sends also what was delivered already, and begins the schedule anew. `waits` is how often the
    message came while others were sending to its webhook.
    """

    owner: str | None
    webhook_id: str
    audits: Sequence[str]
    due: int = 0
    tries: int = 0
    again: bool = False
    waits: int = 0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Order":
        return cls(
            str(told["owner"]) or None,
            str(told["webhook"]),
            [str(each) for each in told["audits"]],
            int(told.get("due", 0)),
            int(told.get("tries", 0)),
            bool(told.get("again", False)),
            int(told.get("waits", 0)),
        )

    def message(self) -> str:
        """The same as a message."""
        more = {"due": self.due, "tries": self.tries, "again": int(self.again), "waits": self.waits}
        set_ = {name: value for name, value in more.items() if value}
        return webhooks.message(self.owner, self.webhook_id, self.audits, **set_)


@dataclass(slots=True)
class Delivering:
    """One message, with what it stands on. `send` makes one attempt."""

    store: Store
    queues: Queues
    now: Callable[[], datetime]
    deadline: Deadline
    send: "Callable[..., Outcome]" = webhook_signing.send
    later: list[Message] = field(default_factory=list)
    """Messages that this one leaves behind."""

    def take(self, body: str) -> None:
        """Do what a message asks for. Raises whatever has it come again: what was done is kept by then."""
        told = json.loads(body)
        try:
            if "pk" in told:
                self._carry_out(Key(str(told["pk"]), str(told["sk"])))
            else:
                self._deliver(Order.of(told))
        finally:
            if self.later:
                self.queues.send(settings().delivery_queue, self.later)

    # Messages.

    def _carry_out(self, key: Key) -> None:
        """An administrator's order, until it is carried out, or the time is over: it comes again then."""
        order = deliveries.ordered(self.store, key)
        while order is not None:
            wanted = Order.of({"audits": [], **order, "again": True})
            state: Item = {}
            if "since" in order:
                places, state = deliveries.page_of_replay(self.store, order, A_PAGE)
                wanted = replace(wanted, audits=places)
            wait = self._deliver(wanted, of_order=True) if wanted.audits else 0
            if wait:
                self._come_again(api.order_message(key).body, wait)
                return
            if wait is None or not state:  # the webhook, or its workspace, has gone; or all was sent
                deliveries.done(self.store, order)
                return
            with suppress(NotFound):  # another is at it
                deliveries.went_on(self.store, order, **state)
            if self.deadline.left() < _ROOM:
                self._come_again(api.order_message(key).body, 0)
                return
            order = deliveries.ordered(self.store, key)

    def _deliver(self, order: Order, *, of_order: bool = False) -> int | None:
        """Deliver the events of a message; what cannot be sent now comes again, and so does what fails.

        With `of_order` nothing comes again of what was not tried: the answer is the seconds to wait before,
        0 where all was tried, and None where the webhook has gone.
        """
        now = self.now()
        if order.due > now.timestamp():
            return self._put_off(order, order.due - int(now.timestamp()), of_order)
        ids = {keys.event_id(keys.audited(place)): place for place in order.audits}
        found = self.store.batch_get(
            [
                *deliveries.keys_of(order.owner, order.webhook_id),
                *(keys.audited(place) for place in order.audits),
                *deliveries.keys_of_deliveries(order.webhook_id, list(ids)),
            ]
        )
        recipient = deliveries.among(found, order.owner, order.webhook_id)
        if recipient is None:
            return None
        known = deliveries.in_items(found, order.webhook_id, ids)
        todo = list(self._todo(order, recipient, self._events(order, found), known))
        if not todo:
            return 0
        if not recipient.webhook.enabled:
            self._fail(todo, "the webhook is disabled", now)
            return 0
        if recipient.suspended:
            return self._put_off(order, LONGEST_DELAY, of_order)
        if (rest := _rest(recipient.health, now)) > 0:
            return self._put_off(order, rest + randint(0, rest), of_order)  # noqa: S311 - to spread load
        lease = deliveries.lease(self.store, recipient.webhook, recipient.health, now)
        if lease is None:
            wait = min(2**order.waits, _LONGEST_WAIT)
            return self._put_off(replace(order, waits=order.waits + 1), wait, of_order)
        return self._attempt(order, recipient, lease, todo, of_order)

    def _events(self, order: Order, found: Mapping[Key, Item]) -> dict[str, cloud_events.CloudEvent]:
        """The events that a message names, by place; of those that have expired there is none."""
        there = [place for place in order.audits if keys.audited(place) in found]
        items = [found[keys.audited(place)] for place in there]
        return dict(zip(there, cloud_events.events_of(self.store, items), strict=True))

    def _todo(
        self,
        order: Order,
        recipient: Recipient,
        events: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Delivery],
    ) -> Iterator[Todo]:
        """The deliveries that a message asks for."""
        for place in order.audits:
            id_ = keys.event_id(keys.audited(place))
            event = events.get(place)
            delivery = known.get(id_)
            if delivery is None:
                if event is None or not recipient.webhook.wants(str(event["type"])):
                    continue
                delivery = Delivery(id_, order.webhook_id, str(event["type"]), place)
            elif order.again:
                delivery = replace(delivery, state=DeliveryState.PENDING, from_try=delivery.tries)
            elif delivery.state is not DeliveryState.PENDING:
                continue
            elif delivery.tries != order.tries:  # it was tried since, or this is a message that came twice
                if order.tries == 0:
                    self._schedule(order, delivery)
                continue
            yield delivery, event

    # Attempts.

    def _attempt(
        self,
        order: Order,
        recipient: Recipient,
        lease: str,
        todo: Sequence[Todo],
        of_order: bool,
    ) -> int:
        health, gone = recipient.health, False
        left = [delivery for delivery, _ in todo]
        try:
            signing, anew = webhook_signing.opened(recipient.webhook, self.now())
            if anew is not None:
                with suppress(Refused):  # it was changed meanwhile
                    self.store.write(webhooks.sealed_anew(recipient.webhook, anew))
            for delivery, attempt in self._outcomes(recipient, signing, todo):
                left.remove(delivery)
                health = deliveries.fared(health, attempt.succeeded, self.now())
                gone = gone or attempt.status == _GONE
                self._keep(order, delivery, attempt)
        finally:
            deliveries.release(self.store, recipient.webhook, lease, health)
        if gone or deliveries.has_failed_for_days(health, self.now()):
            self._disable(recipient, deliveries.GONE if gone else deliveries.FAILING)
        if not left:
            return 0
        wait = max(_rest(health, self.now()), 1)
        return self._put_off(replace(order, audits=[each.audit for each in left]), wait, of_order)

    def _outcomes(
        self,
        recipient: Recipient,
        signing: Sequence[Signing],
        todo: Sequence[Todo],
    ) -> Iterator[tuple[Delivery, DeliveryAttempt]]:
        """Each delivery that was tried, with what came of it: several at once, after a failure no more."""
        from concurrent.futures import ThreadPoolExecutor, as_completed  # only where something is sent

        waiting = list(reversed(todo))
        running: dict[Future[DeliveryAttempt], Delivery] = {}
        at_once = 1 if recipient.health.failures else AT_ONCE
        failed = False
        with ThreadPoolExecutor(at_once) as pool:
            while True:
                while waiting and not failed and len(running) < at_once and self.deadline.left() > _ROOM:
                    delivery, event = waiting.pop()
                    running[pool.submit(self._one, recipient, signing, event)] = delivery
                if not running:
                    return
                ended = next(as_completed(running))
                delivery, attempt = running.pop(ended), ended.result()
                failed = failed or not attempt.succeeded
                yield delivery, attempt

    def _one(
        self, recipient: Recipient, signing: Sequence[Signing], event: Mapping[str, Any] | None
    ) -> DeliveryAttempt:
        now = self.now()
        if event is None:
            return DeliveryAttempt(instant(now), error="the event has expired")
        outcome = self.send(recipient.webhook, signing, event, now)
        return DeliveryAttempt(
            instant(now), outcome.milliseconds, outcome.status, outcome.error, outcome.answer
        )

    def _keep(self, order: Order, delivery: Delivery, attempt: DeliveryAttempt) -> None:
        after = deliveries.attempted(delivery, attempt, self.now())
        if deliveries.record(self.store, after, delivery.tries, self.now()):
            self._schedule(order, after)

    def _schedule(self, order: Order, delivery: Delivery) -> None:
        """Have a delivery tried when it is due next, if it is to be."""
        if delivery.state is DeliveryState.PENDING and delivery.next_attempt_at is not None:
            due = int(moment(delivery.next_attempt_at).timestamp())
            after = Order(order.owner, order.webhook_id, [delivery.audit], due, delivery.tries)
            self._put_off(after, due - int(self.now().timestamp()), of_order=False)

    def _fail(self, todo: Sequence[Todo], why: str, now: datetime) -> None:
        for delivery, _ in todo:
            failed = deliveries.failed(delivery, DeliveryAttempt(instant(now), error=why))
            deliveries.record(self.store, failed, delivery.tries, now)

    def _disable(self, recipient: Recipient, reason: str) -> None:
        """Switch a webhook off, with an event and a line of the log that an alarm counts."""
        by = Actor("deliveries", self.now(), workspace_id=recipient.webhook.workspace_id)
        with suppress(NotFound):
            webhooks.disable(self.store, recipient.webhook, reason, by=by)
            log.error("webhook disabled", extra={"webhook": recipient.webhook.id, "reason": reason})

    # Later.

    def _put_off(self, order: Order, seconds: int, of_order: bool) -> int:
        wait = max(1, seconds)
        if not of_order:
            due = int((self.now() + timedelta(seconds=wait)).timestamp())
            self._come_again(replace(order, due=max(order.due, due)).message(), wait)
        return wait

    def _come_again(self, body: str, seconds: int) -> None:
        self.later.append(Message(body, min(max(seconds, 0), LONGEST_DELAY)))


def take_all(
    event: Any, store: Store, queues: Queues, now: Callable[[], datetime], deadline: Deadline
) -> dict[str, Any]:
    """Do what the messages of a batch ask for; the answer names those that come again."""
    return api.each_message(
        event, lambda body: Delivering(store, queues, now, deadline).take(body), "delivery failed"
    )


def _rest(health: WebhookHealth, now: datetime) -> int:
    """Seconds for which a webhook still rests."""
    if health.rests_until is None:
        return 0
    return max(0, int((moment(health.rests_until) - now).total_seconds()))
