"""Suspended workspaces: while one is, its members count as none, and what was granted in it as void.

A workspace's own item says whether it is suspended; whoever judges a caller reads it together with the
membership or the grant, so that it takes no round trip more. Lists of what a caller belongs to hold rows of
many workspaces: they leave out the rows of those that `closed` names. That is the suspended ones, and the
deleted ones whose cleanup is not done. A platform ADMIN sees a suspended workspace as before.
"""

from collections.abc import Mapping

from roster.db import keys
from roster.db.codec import naming
from roster.db.store import Absent, Delete, Item, Key, Present, Put, Store, Update, every
from roster.db.transactions import Transaction, item
from roster.domain import User

NONE: frozenset[str] = frozenset()


def is_open(found: Mapping[Key, Item], workspace_id: str, caller: User) -> bool:
    """Whether a workspace among the items that were read is there, and not suspended for this caller."""
    workspace = found.get(keys.workspace(workspace_id))
    return workspace is not None and (caller.is_admin or workspace.get("active", True) is True)


def closed(store: Store, found: Mapping[Key, Item]) -> frozenset[str]:
    """The ids of the workspaces that are suspended, or deleted and not cleared away yet.

    One Query a megabyte; none where the count among the items that were read (`keys.suspensions`) is 0.
    """
    if not found.get(keys.suspensions(), {}).get("count"):
        return NONE
    return frozenset(
        str(row["workspace_id"]) for row in naming(every(store, keys.SUSPENDED_WORKSPACES), "workspace_id")
    )


def plan_begin(work: Transaction, workspace_id: str) -> None:
    """The operations by which lists leave out what is in a workspace."""
    work.do(Put(item(keys.suspended(workspace_id), {"workspace_id": workspace_id}), Absent()))
    work.add_counter(Update(keys.suspensions(), add={"count": 1}))


def plan_end(work: Transaction, workspace_id: str) -> None:
    """The operations by which lists show it again."""
    work.do(Delete(keys.suspended(workspace_id), Present()))
    work.add_counter(Update(keys.suspensions(), add={"count": -1}))
