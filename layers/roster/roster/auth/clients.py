"""Programs of the token endpoint, as they are registered over HTTP.

A client without a secret is public. Of a secret the table keeps the digest, and of the former one for a day
after the next was made. What a client was granted is valid while the client is there: an access token or a
refresh token must be of this very client (`generation`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from roster.auth.credentials import digest, same
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Present,
    Store,
    Update,
    all_of,
    any_of,
    every,
)
from roster.db.transactions import Transaction, retry_on_conflict
from roster.directory import reference_data
from roster.domain import Actor, Client
from roster.errors import Conflict, FieldError, NotFound, ValidationFailed
from roster.events import Event

FORMER = timedelta(hours=24)
"""How long the former secret is valid beside the new one."""

Edit = Callable[[Client, bool], Client]
"""Makes the new state of a client, and is told whether it is public; may raise."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A client as it is kept: `public` without a secret, and until when a former secret is valid."""

    client: Client
    public: bool
    former_until: str | None = None


def proves(found: Item, presented: str, now: datetime) -> bool:
    """Whether the presented digest is of the client's secret, or of the former one that is still valid."""
    until = found.get("former_until")
    former = isinstance(until, str) and until > instant(now) and same(found.get("former_digest"), presented)
    return same(found.get("digest"), presented) or former


def everyone(store: Store, now: datetime) -> list[Registered]:
    """The clients by their ids: one Query a megabyte, one BatchGet a hundred."""
    ids = [str(row["client_id"]) for row in every(store, keys.CLIENTS)]
    found = store.batch_get([keys.client(client_id) for client_id in ids]) if ids else {}
    there = readable(Client, found.values())
    items = {client.id: found[keys.client(client.id)] for client in there}
    return [_registered(client, items[client.id], now) for client in sorted(there, key=lambda one: one.id)]


def by_id(store: Store, client_id: str, now: datetime) -> Registered:
    """One Get. Raises NotFound."""
    found = store.get(keys.client(client_id)) if keys.is_plain_id(client_id) else None
    if found is None:
        raise NotFound("client", client_id)
    return _registered(entity(Client, found), found, now)


def prepare(wanted: Client, secret: str, *, by: Actor) -> tuple[Transaction, Client]:
    """The transaction that registers a client, and the client; an empty secret makes it public.

    The commit raises Conflict for an id in use, ValidationFailed for an unknown user.
    """
    made = replace(wanted, id=wanted.id or str(uuid4()), created_at=instant(by.at), generation=str(uuid4()))
    work = Transaction(by)
    reference_data.plan_client(work, made, digest(secret))
    _demand_user(work, made)
    return work, made


def change(store: Store, client_id: str, edit: Edit, *, by: Actor) -> Registered:
    """Change a client: one Get, one Transact. Raises NotFound, ValidationFailed for an unknown user."""

    def attempt() -> Registered:
        present = by_id(store, client_id, by.at)
        before = present.client
        after = replace(edit(before, present.public), revision=before.revision + 1)
        work = Transaction(by)
        work.do(Update(keys.client(client_id), set=attributes(after), condition=_still(before)))
        if after.user_id != before.user_id:
            _demand_user(work, after)
        work.audit(Event.CLIENT_CHANGED, client_id, before=attributes(before), after=attributes(after))
        work.commit(store)
        return replace(present, client=after)

    return retry_on_conflict(attempt)


def prepare_secret(store: Store, client_id: str, secret: str, *, by: Actor) -> tuple[Transaction, Registered]:
    """The transaction that gives a client another secret, and the client: one Get.

    The former secret is valid for a day, the one before it no more. Raises NotFound, and Conflict for a
    public client, which has none.
    """
    found = store.get(keys.client(client_id)) if keys.is_plain_id(client_id) else None
    if found is None:
        raise NotFound("client", client_id)
    present = _registered(entity(Client, found), found, by.at)
    if present.public:
        raise Conflict("client")
    until = instant(by.at + FORMER)
    after = replace(present.client, revision=present.client.revision + 1)
    state: Item = {
        "digest": digest(secret),
        "former_digest": found.get("digest"),
        "former_until": until,
        "revision": after.revision,
    }
    work = Transaction(by)
    same_secret = Equals("digest", found.get("digest"))
    work.do(Update(keys.client(client_id), set=state, condition=all_of(_still(present.client), same_secret)))
    work.audit(Event.CLIENT_SECRET_CREATED, client_id)
    return work, Registered(after, False, until)


def delete(store: Store, client_id: str, *, by: Actor, demand: Callable[[int], None]) -> None:
    """Delete a client, and end all that it was granted: one Get, one Transact. Raises NotFound."""

    def attempt() -> None:
        before = by_id(store, client_id, by.at).client
        demand(before.revision)
        work = Transaction(by)
        work.do(Delete(keys.client(client_id), _still(before)))
        work.do(Delete(keys.client_row(client_id)))
        work.audit(Event.CLIENT_DELETED, client_id, before=attributes(before))
        work.commit(store)

    retry_on_conflict(attempt)


def _registered(client: Client, found: Item, now: datetime) -> Registered:
    until = found.get("former_until")
    valid = until if isinstance(until, str) and until > instant(now) else None
    return Registered(client, same(found.get("digest"), digest("")), valid)


def _demand_user(work: Transaction, client: Client) -> None:
    if client.user_id is not None:
        work.check(
            keys.user(client.user_id),
            all_of(Present(), Absent("deleted_at")),
            lambda _: ValidationFailed(FieldError("userId", "is no user's id")),
        )


def _still(client: Client) -> Condition:
    """That it is the one that was read; earlier versions kept no revision."""
    same_one = Equals("revision", client.revision)
    there = all_of(Present(), any_of(Absent("revision"), same_one)) if client.revision == 1 else same_one
    return all_of(there, Equals("generation", client.generation)) if client.generation else there
