"""SCIM tokens: by which the identity provider of a workspace proves itself, and nobody else.

A workspace has two places for them, so that there are never more than two: one that goes and one that comes.
Both are known from the path of a request, and are read together with all else that it wants.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from roster.auth import last_use
from roster.auth.credentials import Credential, same
from roster.clock import instant, moment
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.store import Absent, Condition, Delete, Equals, Item, Key, Present, Put, Store
from roster.db.transactions import Transaction, item, retry_on_conflict
from roster.domain import Actor, Instant, ScimToken, Workspace
from roster.errors import LimitReached, NotFound
from roster.events import Event


def places(workspace_id: str) -> list[Key]:
    """Where the workspace's tokens are; nowhere, where the text can be no id."""
    if not keys.is_id(workspace_id):
        return []
    return [keys.scim_token(workspace_id, slot) for slot in keys.SCIM_TOKEN_SLOTS]


def live(found: Mapping[Key, Item], workspace_id: str, now: datetime) -> list[ScimToken]:
    """The live tokens among the items of `places`, oldest first."""
    there = (found[place] for place in places(workspace_id) if place in found)
    tokens = (token for token in readable(ScimToken, there) if not has_expired(token, now))
    return sorted(tokens, key=lambda token: (token.created_at, token.id))


def free_slots(found: Mapping[Key, Item], workspace_id: str, now: datetime) -> list[int]:
    """The slots without a live token among the items of `places`."""
    taken = {token.slot for token in live(found, workspace_id, now)}
    return [slot for slot in keys.SCIM_TOKEN_SLOTS if slot not in taken]


def has_expired(token: ScimToken, now: datetime) -> bool:
    """Whether the token's time has passed; the table only tidies later."""
    return token.expires_at is not None and token.expires_at <= instant(now)


def proved(found: Mapping[Key, Item], credential: Credential, now: datetime) -> ScimToken | None:
    """The live token among the items of `places` that the credential proves, or None."""
    for place in places(credential.user_id):
        there = found.get(place)
        if there is not None and same(there.get("digest"), credential.digest):
            token = entity(ScimToken, there)
            return None if has_expired(token, now) else token
    return None


def touch(store: Store, token: ScimToken, now: datetime) -> None:
    """Move the last use, at most once an hour: one Write, whose failure fails nothing."""
    place = keys.scim_token(token.workspace_id, token.slot)
    last_use.move(store, "scim_token", place, token.seen_at, now)


def of_workspace(store: Store, workspace_id: str, now: datetime) -> list[ScimToken]:
    """The live tokens of a workspace, oldest first: one BatchGet."""
    return live(store.batch_get(places(workspace_id)), workspace_id, now)


def prepare(
    store: Store, workspace: Workspace, name: str, expires_at: Instant | None, *, by: Actor
) -> tuple[Transaction, ScimToken, Credential]:
    """The transaction that makes a token, the token, and the credential, which is kept nowhere: one BatchGet.

    Raises LimitReached where the workspace has two live ones; of two at once the commit of one raises
    ReadConflict.
    """
    found = store.batch_get(places(workspace.id))
    free = free_slots(found, workspace.id, by.at)
    if not free:
        raise LimitReached("SCIM token")
    credential = Credential.new("scim", workspace.id)
    token = ScimToken(
        credential.id, workspace.id, free[0], name, instant(by.at), expires_at, by.user_id or None
    )
    work = Transaction(by)
    plan(work, token, credential, found)
    return work, token, credential


def plan(work: Transaction, token: ScimToken, credential: Credential, found: Mapping[Key, Item]) -> None:
    """The operations that put a token into its slot, as the items of `places` have it: nothing is there, or
    one that has expired.
    """
    state: Item = {**attributes(token), "digest": credential.digest}
    if token.expires_at is not None:
        state["ttl"] = int(moment(token.expires_at).timestamp())
    home, place = token.workspace_id, keys.scim_token(token.workspace_id, token.slot)
    work.do(Put(item(place, state), _still(found.get(place))))
    work.check(keys.workspace(home), Present(), lambda _: NotFound("workspace", home))
    work.audit(Event.SCIM_TOKEN_CREATED, token.id, workspace=home)


def revoke(
    store: Store,
    workspace: Workspace,
    token_id: str,
    *,
    by: Actor,
    demand: Callable[[], None] = lambda: None,
) -> None:
    """End a token: one BatchGet, one Transact. Raises NotFound where the workspace has no such live token,
    then what `demand` raises.
    """

    def attempt() -> None:
        there = of_workspace(store, workspace.id, by.at)
        token = next((one for one in there if one.id == token_id), None)
        if token is None:
            raise NotFound("token", token_id)
        demand()
        work = Transaction(by)
        place = keys.scim_token(workspace.id, token.slot)
        work.do(Delete(place, Equals("id", token.id)), lambda _: NotFound("token", token_id))
        work.audit(Event.SCIM_TOKEN_REVOKED, token.id, workspace=workspace.id)
        work.commit(store)

    retry_on_conflict(attempt)


def _still(found: Item | None) -> Condition:
    return Absent() if found is None else Equals("id", found.get("id"))
