"""Invitations to a workspace: made, listed, renewed, revoked, accepted.

A lock keeps that an address has one open invitation in a workspace. Of an invitation whose time is over the
lock stays, until another takes its place or it is found out.
"""

from collections.abc import Callable
from dataclasses import replace

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Store,
    Update,
    Value,
    all_of,
)
from roster.db.transactions import ToError, Transaction, item
from roster.directory import mail
from roster.directory.emails import canonical
from roster.domain import Actor, Instant, Invitation, InvitationState, Workspace
from roster.errors import Conflict, NotFound
from roster.events import Event
from roster.settings import settings

NOT_LISTED = frozenset({"nonce", "digest", "public_url", "mailed"})
"""The attributes of an invitation that the workspace's list does not keep."""

LOCKED = ("id", "number", "expires_at")
"""What the lock of an address says of its invitation."""


def of_item(found: Item | None) -> Invitation | None:
    """The invitation that an item holds, if there is one."""
    return None if found is None else entity(Invitation, found)


def open_in(
    store: Store,
    workspace: Workspace,
    invitation_id: str,
    now: Instant,
    *,
    demand: Callable[[], None] = lambda: None,
) -> Invitation:
    """An invitation of the workspace that is open: one Get.

    Raises NotFound where there is none of this id, then what `demand` raises, then Conflict where it is open
    no more.
    """
    found = None
    if keys.is_id(invitation_id):
        found = of_item(store.get(keys.invitation(workspace.id, invitation_id)))
    if found is None:
        raise NotFound("invitation", invitation_id)
    demand()
    if found.state_at(now) is not InvitationState.OPEN:
        raise _closed()
    return found


def page(store: Store, workspace_id: str, number: int, size: int) -> tuple[list[Invitation], int]:
    """A page of a workspace's invitations in order of creation, and the total: three calls at most."""
    rows = counted_lists.page(store, keys.invitations_in(workspace_id), number, size)
    return readable(Invitation, rows.items), rows.total


def prepare(
    store: Store, workspace: Workspace, wanted: Invitation, *, by: Actor
) -> tuple[Transaction, Invitation]:
    """The transaction that makes an invitation, and the invitation: one BatchGet, one Write for the number.

    Raises Conflict where the address has an open one; so does the commit, also for the address of a member.
    """
    address = canonical(wanted.email)
    lock_key, owner_key = keys.invited(workspace.id, address), keys.email(address)
    found = store.batch_get([lock_key, owner_key])
    lock, owner = found.get(lock_key), found.get(owner_key)
    if lock is not None and str(lock["expires_at"]) > instant(by.at):  # a refusal spends no number
        raise Conflict("invitation")
    work = Transaction(by)
    number = work.take(store, keys.invitations_in(workspace.id))
    made = replace(wanted, number=number, created_at=instant(by.at), created_by=by.user_id)
    if owner is not None:
        here = keys.member(workspace.id, str(owner["user_id"]))
        work.check(here, Absent(), lambda _: Conflict("membership"))
    work.check(keys.workspace(workspace.id), Present(), lambda _: NotFound("workspace", workspace.id))
    if lock is not None:
        _expire(work, workspace.id, lock)
    plan(work, made, lock)
    _order_mail(work, made)
    return work, made


def plan(work: Transaction, invitation: Invitation, lock: Item | None = None) -> None:
    """The operations that make an invitation: item, lock (in the place of `lock`), row, audit."""
    state = attributes(invitation)
    work.do(Put(item(keys.invitation(invitation.workspace_id, invitation.id), state), Absent()))
    before: Condition = Absent() if lock is None else _is(lock)
    locked = {name: state[name] for name in LOCKED}
    place = keys.invited(invitation.workspace_id, canonical(invitation.email))
    work.do(Put(item(place, locked), before), lambda _: Conflict("invitation"))
    work.add_row(keys.invitations_in(invitation.workspace_id), invitation.number, row_of(state))
    workspace_id, role = invitation.workspace_id, invitation.role
    work.audit(Event.INVITATION_CREATED, invitation.id, after=state, workspace=workspace_id, role=role)


def row_of(state: dict[str, Value]) -> dict[str, Value]:
    """What the workspace's list keeps of an invitation."""
    return {name: value for name, value in state.items() if name not in NOT_LISTED}


def renew(store: Store, present: Invitation, renewed: Invitation, *, by: Actor) -> None:
    """Give an open invitation a new link, which kills the one before: one Transact.

    Raises Conflict where it has been renewed or is open no more meanwhile.
    """
    old, new = attributes(present), attributes(renewed)
    work = Transaction(by)
    _change(work, present, {name: value for name, value in new.items() if old.get(name) != value}, _lost)
    place = keys.invited(present.workspace_id, canonical(present.email))
    locked: Item = {"expires_at": renewed.expires_at}
    work.do(Update(place, set=locked, condition=Equals("id", present.id)), _lost)
    here = keys.workspace(present.workspace_id)
    work.check(here, Present(), lambda _: NotFound("workspace", present.workspace_id))
    work.audit(Event.INVITATION_RENEWED, present.id, before=old, after=new, workspace=present.workspace_id)
    _order_mail(work, renewed)
    work.commit(store)


def revoke(store: Store, present: Invitation, *, by: Actor) -> None:
    """Take an open invitation back: one Transact. Raises Conflict where it is open no more meanwhile."""
    work = Transaction(by)
    before, after = _close(work, present, InvitationState.REVOKED, _lost)
    work.audit(
        Event.INVITATION_REVOKED, present.id, before=before, after=after, workspace=present.workspace_id
    )
    work.commit(store)


def plan_acceptance(work: Transaction, present: Invitation, user_id: str) -> None:
    """The operations that spend an invitation for a user, who becomes a member in the same transaction.

    The commit raises NotFound where its link was spent, killed or renewed meanwhile.
    """
    before, after = _close(work, present, InvitationState.ACCEPTED, lambda _: NotFound("invitation"))
    work.audit(
        Event.INVITATION_ACCEPTED,
        present.id,
        before=before,
        after=after,
        workspace=present.workspace_id,
        user=user_id,
    )


def _close(
    work: Transaction, present: Invitation, state: InvitationState, to_error: ToError
) -> tuple[Item, Item]:
    """The operations that end an invitation; its state before and after."""
    _change(work, present, {"state": state.value}, to_error)
    place = keys.invited(present.workspace_id, canonical(present.email))
    work.do(Delete(place, Equals("id", present.id)), to_error)
    return attributes(present), attributes(replace(present, state=state))


def _change(work: Transaction, present: Invitation, state: Item, to_error: ToError) -> None:
    """The item and its row; the condition is that the link is the one that was read, and not spent."""
    same = all_of(Equals("state", InvitationState.OPEN.value), Equals("digest", present.digest))
    key = keys.invitation(present.workspace_id, present.id)
    work.do(Update(key, set=state, condition=same), to_error)
    if listed := row_of(state):
        row = keys.row(keys.invitations_in(present.workspace_id), present.number)
        work.do(Update(row, set=listed, condition=Present()))


def _expire(work: Transaction, workspace_id: str, lock: Item) -> None:
    """The invitation that a lock names has had its time: it is said so where it stands."""
    number = lock.get("number")
    over: Item = {"state": InvitationState.EXPIRED.value}
    was = all_of(Equals("state", InvitationState.OPEN.value), Equals("expires_at", lock["expires_at"]))
    work.do(Update(keys.invitation(workspace_id, str(lock["id"])), set=over, condition=was))
    row = keys.row(keys.invitations_in(workspace_id), number if isinstance(number, int) else 0)
    work.do(Update(row, set=over, condition=Present()))


def _is(lock: Item) -> Condition:
    return all_of(*(Equals(name, lock[name]) for name in LOCKED if name in lock))


def _order_mail(work: Transaction, invitation: Invitation) -> None:
    """The mail with the link, where mails are written."""
    if not settings().writes_mail:
        return
    workspace_id, own = invitation.workspace_id, invitation.id
    key = keys.mail_of_invitation(workspace_id, own)
    mail.order(work, key, invitation.nonce, workspace_id=workspace_id, invitation_id=own)


def _closed() -> Conflict:
    return Conflict("invitation closed")


def _lost(_: Item | None) -> Conflict:
    return _closed()
