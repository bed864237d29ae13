"""The demo's invitations, which no file of records carries: one of every state that nobody's doing needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from cli import demo
from roster.auth import links
from roster.clock import instant
from roster.db import keys
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.directory import invitations, workspaces
from roster.domain import Actor, Invitation, InvitationState, WorkspaceRole

NEWCOMER = "newcomer@demo.test"
"""Has no account, and an open invitation to the first workspace."""

_IDS = UUID("6f0a1d7e-1d0e-4f0c-8a43-0d6a3f6b2a11")
_THEN = datetime(2016, 6, 8, 16, 41, 37, tzinfo=UTC)
_WEEK = timedelta(days=7)
_INVITED = (
    (demo.ORG_ID, NEWCOMER, WorkspaceRole.MEMBER, InvitationState.OPEN),
    (demo.ORG_ID, "too.late@demo.test", WorkspaceRole.MEMBER, InvitationState.EXPIRED),
    (demo.ORG_ID, "mistyped@demo.test", WorkspaceRole.ADMIN, InvitationState.REVOKED),
    ("ws-tanuki", demo.DEVELOPER, WorkspaceRole.MEMBER, InvitationState.OPEN),
)


def invite(store: Store, public_url: str, *, by: Actor) -> None:
    """Make the invitations of a directory that holds the demo's records: some calls each, no mails."""
    for workspace_id, email, role, state in _INVITED:
        workspace = workspaces.alive(store, workspace_id)
        at = replace(by, at=_THEN, user_id=demo.LEAD_ID) if state is InvitationState.EXPIRED else by
        sealed = links.seal(links.keys(), "invitation", workspace.id, _id_of(workspace.id, email))
        work = Transaction(at)
        made = Invitation(
            sealed.token.ids[1],
            work.take(store, keys.invitations_in(workspace.id)),
            workspace.id,
            email,
            role,
            instant(at.at),
            instant(at.at + _WEEK),
            created_by=demo.LEAD_ID,
            nonce=sealed.nonce,
            digest=sealed.digest,
            public_url=public_url,
        )
        invitations.plan(work, made)
        work.commit(store)
        if state is InvitationState.REVOKED:
            invitations.revoke(store, made, by=by)


def open_token(store: Store) -> str | None:
    """What the newcomer's link carries, made again; None where it is open no more."""
    found = store.get(keys.invitation(demo.ORG_ID, _id_of(demo.ORG_ID, NEWCOMER)))
    invitation = invitations.of_item(found)
    if invitation is None or invitation.state is not InvitationState.OPEN:
        return None
    token = links.of_invitation(links.keys(), invitation)
    return None if token is None else str(token)


def _id_of(workspace_id: str, email: str) -> str:
    return uuid5(_IDS, f"{workspace_id} {email}").hex
