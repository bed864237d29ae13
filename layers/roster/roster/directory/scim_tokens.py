"""SCIM tokens: by which the identity provider of a workspace proves itself, and nobody else."""

from collections.abc import Mapping
from datetime import datetime

from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction
from roster.domain import Actor, Instant, ScimToken, Workspace

MOST = 2
"""Live tokens of a workspace: for rotation, one that goes and one that comes."""


def places(workspace_id: str) -> list[Key]:
    """Where the workspace's tokens are."""
    raise NotImplementedError


def live(found: Mapping[Key, Item], workspace_id: str, now: datetime) -> list[ScimToken]:
    """The live tokens among the items of `places`, oldest first."""
    raise NotImplementedError


def of_workspace(store: Store, workspace_id: str, now: datetime) -> list[ScimToken]:
    """The live tokens of a workspace, oldest first: one BatchGet."""
    raise NotImplementedError


def prepare(
    store: Store, workspace: Workspace, name: str, expires_at: Instant | None, secret: str, *, by: Actor
) -> tuple[Transaction, ScimToken]:
    """The transaction that makes a token with this secret, and the token: one BatchGet.

    Raises LimitReached where the workspace has two live ones.
    """
    raise NotImplementedError


def revoke(store: Store, workspace: Workspace, token_id: str, *, by: Actor) -> None:
    """End a token: one BatchGet, one Transact. Raises NotFound where the workspace has no such live token."""
    raise NotImplementedError
