"""Webhooks of a workspace and of the site: made, changed, deleted, switched off, and who hears what.

There are a few places for webhooks in the partition of each workspace, and of the site. So there are never
more than places, without a count to keep; the id of a webhook ends with its place.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from roster import bounds
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.items import difference
from roster.db.store import Absent, Delete, Equals, Item, Put, Store, Update, every
from roster.db.transactions import Transaction, item, retry_from
from roster.domain import Actor, Webhook
from roster.errors import LimitReached, NotFound
from roster.events import Event

FORMER = timedelta(hours=24)
"""How long the former secret and key pair sign beside the new ones."""

Edit = Callable[[Webhook], Webhook]


def of_item(found: Item | None, webhook_id: str) -> Webhook | None:
    """The webhook that an item holds, if it is the one of this id."""
    webhook = None if found is None else entity(Webhook, found)
    return webhook if webhook is not None and webhook.id == webhook_id else None


def by_id(store: Store, workspace_id: str | None, webhook_id: str) -> Webhook:
    """One Get; raises NotFound where the workspace, or the site, has no webhook of this id."""
    webhook = of_item(store.get(keys.webhook(workspace_id, webhook_id)), webhook_id)
    if webhook is None:
        raise NotFound("webhook")
    return webhook


def of_owner(store: Store, workspace_id: str | None) -> list[Webhook]:
    """All webhooks of a workspace, or of the site, in order of creation: one Query."""
    found = readable(Webhook, every(store, keys.webhooks_of(workspace_id), begins=keys.WEBHOOKS))
    return sorted(found, key=lambda webhook: (webhook.created_at, webhook.id))


def new_id(taken: Iterable[Webhook], workspace_id: str | None) -> str:
    """The id of a new webhook beside those that there are. Raises LimitReached where there is no place."""
    held = {webhook.id[-2:] for webhook in taken}
    most = bounds.SITE_WEBHOOKS if workspace_id is None else bounds.WEBHOOKS
    free = [place for number in range(most) if (place := f"{number:02}") not in held]
    if not free:
        raise LimitReached("webhooks")
    return f"{uuid4().hex}{free[0]}"


def prepare(webhook: Webhook, *, by: Actor) -> tuple[Transaction, Webhook]:
    """The transaction that makes a webhook, which has its id already, and the webhook.

    The commit raises ReadConflict where its place was taken meanwhile.
    """
    made = replace(webhook, created_at=instant(by.at))
    work = Transaction(by)
    work.do(Put(item(keys.webhook(made.workspace_id, made.id), attributes(made)), Absent()))
    work.audit(Event.WEBHOOK_CREATED, made.id, after=attributes(made), within=made.workspace_id)
    return work, made


def change(store: Store, webhook: Webhook, edit: Edit, *, by: Actor) -> Webhook:
    """Change a webhook: one Transact. `edit` makes the new state from the present one, `webhook` at first;
    it is asked again where that has changed meanwhile, and may raise.

    With another address, or switched on anew, it starts without a memory of failures. Raises NotFound where
    the webhook has gone meanwhile.
    """

    def attempt(before: Webhook) -> Webhook:
        after = edit(before)
        if after.enabled and not before.enabled:
            after = replace(after, disabled_because=None)
        after = replace(after, revision=before.revision + 1)
        work = _changing(before, after, by)
        if after.url != before.url or after.enabled != before.enabled:
            work.do(Delete(keys.webhook_health(before.id)))
        _audit_change(work, before, after, _changed(before, after))
        work.commit(store)
        return after

    return retry_from(webhook, lambda: by_id(store, webhook.workspace_id, webhook.id), attempt)


def prepare_signing(
    before: Webhook, signing: str, public_key: str, *, by: Actor
) -> tuple[Transaction, Webhook]:
    """The transaction that gives a webhook another secret and key pair, and the webhook.

    The present ones sign for a day more, those before them no more. The commit raises ReadConflict where
    `before` is not the present state.
    """
    after = replace(
        before,
        signing=signing,
        public_key=public_key,
        former_signing=before.signing,
        former_until=instant(by.at + FORMER),
        revision=before.revision + 1,
    )
    work = _changing(before, after, by)
    _audit_change(work, before, after, ["secret"])
    return work, after


def delete(store: Store, webhook: Webhook, *, by: Actor, demand: Callable[[Webhook], None]) -> None:
    """Delete a webhook: one Transact. What it was sent expires by itself.

    `demand` is called with the webhook as it is then, and may raise. Raises NotFound where it has gone.
    """

    def attempt(before: Webhook) -> None:
        demand(before)
        work = Transaction(by)
        work.do(Delete(keys.webhook(before.workspace_id, before.id), Equals("revision", before.revision)))
        work.do(Delete(keys.webhook_health(before.id)))
        work.audit(Event.WEBHOOK_DELETED, before.id, before=attributes(before), within=before.workspace_id)
        work.commit(store)

    retry_from(webhook, lambda: by_id(store, webhook.workspace_id, webhook.id), attempt)


def disable(store: Store, webhook: Webhook, reason: str, *, by: Actor) -> None:
    """Switch a webhook off because of its receiver, if it is on: one Transact. Raises NotFound."""

    def attempt(before: Webhook) -> None:
        if not before.enabled:
            return
        after = replace(before, enabled=False, disabled_because=reason, revision=before.revision + 1)
        work = _changing(before, after, by)
        work.audit(
            Event.WEBHOOK_DISABLED,
            before.id,
            before=attributes(before),
            after=attributes(after),
            within=before.workspace_id,
            reason=reason,
        )
        work.commit(store)

    retry_from(webhook, lambda: by_id(store, webhook.workspace_id, webhook.id), attempt)


def sealed_anew(webhook: Webhook, signing: str) -> Update:
    """The operation that keeps a webhook's secrets under a new key of the deployment."""
    return Update(
        keys.webhook(webhook.workspace_id, webhook.id),
        set={"signing": signing},
        condition=Equals("signing", webhook.signing),
    )


def orders(store: Store, workspace_id: str | None, told: Sequence[tuple[str, str]]) -> list[str]:
    """The messages that have events delivered to whoever wants them: one Query.

    `told` has the sort key of each event's audit item, and the event's type. A workspace's webhooks are asked
    with its id, the site's with None.
    """
    found = []
    for webhook in of_owner(store, workspace_id):
        wanted = [place for place, type_ in told if webhook.wants(type_)]
        if webhook.enabled and wanted:
            found.append(message(workspace_id, webhook.id, wanted))
    return found


def message(workspace_id: str | None, webhook_id: str, audits: Sequence[str], **more: int) -> str:
    """A message of the queue of deliveries: for which webhook, and the places of the events' audit items."""
    told = {"owner": workspace_id or "", "webhook": webhook_id, "audits": [*audits], **more}
    return json.dumps(told, separators=(",", ":"))


def _changing(before: Webhook, after: Webhook, by: Actor) -> Transaction:
    work = Transaction(by)
    key, same = keys.webhook(before.workspace_id, before.id), Equals("revision", before.revision)
    work.do(difference(key, attributes(before), attributes(after), same))
    return work


def _changed(before: Webhook, after: Webhook) -> list[str]:
    told = ("description", "enabled", "types", "url")
    return [name for name in told if getattr(before, name) != getattr(after, name)]


def _audit_change(work: Transaction, before: Webhook, after: Webhook, fields: Sequence[str]) -> None:
    work.audit(
        Event.WEBHOOK_CHANGED,
        before.id,
        before=attributes(before),
        after=attributes(after),
        within=before.workspace_id,
        fields=[*fields],
    )
