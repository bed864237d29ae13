"""Webhooks of a workspace and of the site (docs/events.md): who may see one, and their shapes."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from pydantic import AfterValidator, Field

from roster import bounds, clock
from roster.auth import webhook_signing
from roster.auth.webhook_signatures import Signing
from roster.db import keys
from roster.db.store import Key
from roster.db.transactions import Transaction
from roster.dialects.fields import Body, Instant, Moment, Text, Wire
from roster.dialects.workspaces.api import Rights, WorkspacesCall
from roster.dialects.workspaces.schemas import UNCHANGED, Success
from roster.dialects.workspaces.site import NoBody
from roster.directory import deliveries, webhooks
from roster.domain import Delivery, DeliveryAttempt, Webhook
from roster.errors import Conflict, FieldError, NotFound, Unavailable, ValidationFailed
from roster.events import Event
from roster.http.request import Request
from roster.http.targets import target_of
from roster.settings import settings

# Rights.


def owner_of(call: WorkspacesCall) -> str | None:
    """The workspace that the path names; None for the site."""
    return call.workspace.id if "workspaceId" in call.request.path else None


def webhook_of(call: WorkspacesCall) -> Webhook:
    """The webhook that the path names. Raises NotFound where its owner has none of this id."""
    webhook_id, owner = call.request.path.get("webhookId", ""), owner_of(call)
    found = call.found.get(keys.webhook(owner, webhook_id)) if keys.is_plain_id(webhook_id) else None
    webhook = webhooks.of_item(found, webhook_id)
    if webhook is None:
        raise NotFound("webhook")
    return webhook


def delivery_of(call: WorkspacesCall) -> Delivery:
    """The delivery that the path names. Raises NotFound."""
    return deliveries.in_path(call.found, webhook_of(call), call.request.path.get("deliveryId", ""))


def _keys(request: Request, user_id: str) -> Sequence[Key]:
    webhook_id, delivery_id = request.path.get("webhookId", ""), request.path.get("deliveryId", "")
    if not keys.is_plain_id(webhook_id):
        return []
    wanted = [keys.webhook(request.path.get("workspaceId"), webhook_id)]
    if keys.is_plain_id(delivery_id):
        wanted.append(keys.delivery(webhook_id, delivery_id))
    return wanted


NAMED_WEBHOOK = Rights(_keys, webhook_of)
NAMED_DELIVERY = Rights(_keys, delivery_of)

# Requests.


def _url(text: str) -> str:
    target_of(text, loopback=settings().webhook_targets == "loopback")
    return text


def _type(text: str) -> str:
    types = {event.type for event in Event}
    beginning = text.removesuffix("*")
    if text in types or (text.endswith(".*") and any(each.startswith(beginning) for each in types)):
        return text
    raise ValueError("must be a type of events, or the beginning of one with `.*`, such as roster.user.*")


Url = Annotated[
    str, AfterValidator(_url), Field(json_schema_extra={"format": "uri", "maxLength": bounds.URL_CHARACTERS})
]
"""Where events are sent: https, a public name or address."""
Types = Annotated[
    list[Annotated[str, Field(max_length=bounds.LINE_CHARACTERS), AfterValidator(_type)]],
    Field(max_length=bounds.WEBHOOK_TYPES),
]
"""The types of events that are told, exact or as `roster.user.*`; empty for all."""


class CreateWebhook(Body):
    url: Url
    types: Types = []
    description: Text = ""
    enabled: bool = True

    def webhook(self, owner: str | None) -> Webhook:
        """The webhook that is asked for, without what it is given."""
        return Webhook(
            id="",
            url=self.url,
            public_key="",
            created_at="",
            workspace_id=owner,
            types=tuple(dict.fromkeys(self.types)),
            description=self.description,
            enabled=self.enabled,
        )


class UpdateWebhook(Body):
    """What is absent stays as it is; null is no value."""

    url: Url = UNCHANGED
    types: Types = UNCHANGED
    description: Text = UNCHANGED
    enabled: bool = UNCHANGED

    def applied(self, to: Webhook) -> Webhook:
        """The webhook with what the body names."""
        wanted: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "types" in wanted:
            wanted["types"] = tuple(dict.fromkeys(wanted["types"]))
        return replace(to, **wanted)


class Replay(Body):
    """From which moment to which; to the present where that is not said."""

    from_: Annotated[Instant, Field(alias="from")]
    to: Instant = UNCHANGED

    def interval(self, call: WorkspacesCall) -> tuple[str, str]:
        """Both moments. Raises ValidationFailed for more than 30 days, and for what lies further back."""
        now, days = call.now, timedelta(days=bounds.REPLAYED_DAYS)
        until = clock.instant(now) if self.to is None else min(self.to, clock.instant(now))
        if self.from_ > until:
            raise ValidationFailed(FieldError("from", "must not be after `to`, nor in the future"))
        if self.from_ < clock.instant(now - days):
            raise ValidationFailed(FieldError("from", f"must be within the last {bounds.REPLAYED_DAYS} days"))
        return self.from_, until


# Answers.


class WebhookShape(Wire):
    id: str
    url: str
    types: list[str]
    description: str
    enabled: bool
    disabledBecause: Literal["gone", "failing"] | None
    publicKey: str
    formerUntil: Moment | None
    createdAt: Moment


def _shown(webhook: Webhook, now: str) -> dict[str, Any]:
    former = webhook.former_until
    return {
        "id": webhook.id,
        "url": webhook.url,
        "types": list(webhook.types),
        "description": webhook.description,
        "enabled": webhook.enabled,
        "disabledBecause": webhook.disabled_because,
        "publicKey": webhook.public_key,
        "formerUntil": former if former is not None and former > now else None,
        "createdAt": webhook.created_at,
    }


class WebhookWire(WebhookShape):
    """Never the secret."""

    @classmethod
    def of(cls, webhook: Webhook, call: WorkspacesCall) -> Self:
        return cls(**_shown(webhook, clock.instant(call.now)))


class NewWebhook(WebhookShape):
    """The only answer that ever shows the secret; null in a repeated answer."""

    secret: str | None

    @classmethod
    def of(cls, webhook: Webhook, signing: Signing, call: WorkspacesCall) -> Self:
        return cls(**_shown(webhook, clock.instant(call.now)), secret=signing.shown_secret)


class AttemptWire(Wire):
    at: Moment
    status: int | None
    milliseconds: int
    error: str | None
    answer: str

    @classmethod
    def of(cls, attempt: DeliveryAttempt) -> Self:
        return cls(
            at=attempt.at,
            status=attempt.status,
            milliseconds=attempt.milliseconds,
            error=attempt.error,
            answer=attempt.answer,
        )


class DeliveryWire(Wire):
    id: str
    eventId: str
    type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: list[AttemptWire]
    nextAttemptAt: Moment | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(
            id=delivery.id,
            eventId=delivery.id,
            type=delivery.type,
            state=delivery.state.value,
            attempts=[AttemptWire.of(each) for each in delivery.attempts],
            nextAttemptAt=delivery.next_attempt_at,
        )


class TestedWebhook(Wire):
    """What came back."""

    eventId: str
    delivered: bool
    status: int | None
    milliseconds: int
    error: str | None
    answer: str


# What the endpoints of a workspace and of the site do alike.


def create(call: WorkspacesCall, body: CreateWebhook) -> Success[NewWebhook]:
    """Make a webhook: one Query and one Transact. Raises LimitReached."""
    wanted = body.webhook(owner_of(call))

    def prepare() -> tuple[Transaction, NewWebhook]:
        signing, owner = Signing.new(), wanted.workspace_id
        webhook_id = webhooks.new_id(webhooks.of_owner(call.store, owner), owner)
        sealed = webhook_signing.seal(signing, webhook_id)
        whole = replace(wanted, id=webhook_id, signing=sealed, public_key=signing.public_key)
        work, made = webhooks.prepare(whole, by=call.actor)
        return work, NewWebhook.of(made, signing, call)

    return call.commit_once(body, Success[NewWebhook], prepare)


def renew(call: WorkspacesCall) -> Success[NewWebhook]:
    """Give a webhook another secret and key pair: one Transact, and a Get where it has changed meanwhile."""
    webhook = webhook_of(call)
    known: Webhook | None = webhook

    def prepare() -> tuple[Transaction, NewWebhook]:
        nonlocal known
        before = known or webhooks.by_id(call.store, webhook.workspace_id, webhook.id)
        known = None  # whoever prepares again reads it again
        signing = Signing.new()
        sealed = webhook_signing.seal(signing, before.id)
        work, changed = webhooks.prepare_signing(before, sealed, signing.public_key, by=call.actor)
        return work, NewWebhook.of(changed, signing, call)

    return call.commit_once(NoBody(), Success[NewWebhook], prepare)


def change(call: WorkspacesCall, body: UpdateWebhook) -> Webhook:
    """Change what the body names of a webhook: one Transact."""

    def edit(present: Webhook) -> Webhook:
        call.demand_match(present.revision)
        return body.applied(present)

    return webhooks.change(call.store, webhook_of(call), edit, by=call.actor)


def delete(call: WorkspacesCall) -> None:
    """Delete a webhook: one Transact."""

    def demand(present: Webhook) -> None:
        call.demand_match(present.revision)

    webhooks.delete(call.store, webhook_of(call), by=call.actor, demand=demand)


def test(call: WorkspacesCall) -> TestedWebhook:
    """Send an event that tells of nothing, and tell what came back: one Transact, one Write.

    It is signed and bounded as any other, and goes out whether the webhook is on or off. Raises Conflict
    while another is under way.
    """
    webhook = webhook_of(call)
    event_id = str(uuid4())
    if not deliveries.begin_test(call.store, webhook, call.now):
        raise Conflict("test")
    try:
        outcome = webhook_signing.send_test(webhook, event_id, call.now)
    finally:
        with suppress(Unavailable):  # a slow receiver has used up the time; the next test then waits a little
            deliveries.end_test(call.store, webhook)
    return TestedWebhook(
        eventId=event_id,
        delivered=outcome.succeeded,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        error=outcome.error,
        answer=outcome.answer,
    )


def retry(call: WorkspacesCall) -> None:
    """Have a delivery tried now: one Write."""
    deliveries.order_retry(call.store, webhook_of(call), delivery_of(call), call.now)


def replay(call: WorkspacesCall, body: Replay) -> None:
    """Have what happened in an interval sent once more: one Transact. Raises Conflict while another is under
    way.
    """
    since, until = body.interval(call)
    deliveries.order_replay(call.store, webhook_of(call), since, until, bounds.REPLAYED_EVENTS, call.now)
