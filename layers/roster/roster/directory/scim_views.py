"""What the identity provider of a workspace wrote of its members: an item for each, a lock of the user name,
a row for the external id, and one for each e-mail address that the user name's lock does not find.
`provisioning.py` knows what it means.
"""

import json
from collections.abc import Mapping

from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import Absent, Condition, Delete, Equals, Item, Key, Put
from roster.db.transactions import Transaction, item
from roster.directory.folding import folded
from roster.domain import ScimView
from roster.errors import Conflict
from roster.events import Event


def among(found: Mapping[Key, Item], workspace_id: str, user_id: str) -> ScimView | None:
    """The view of a user among the items, if there is one."""
    there = found.get(keys.scim_view(workspace_id, user_id))
    return None if there is None else entity(ScimView, there)


def name_of(view: ScimView) -> Key:
    """The lock of the view's user name."""
    return keys.scim_user_name(view.workspace_id, folded(view.user_name))


def addresses(view: ScimView | None) -> set[str]:
    """The e-mail addresses in a view that have rows of their own, folded: all but the one that is the user
    name too.
    """
    if view is None:
        return set()
    listed = json.loads(view.body).get("emails", ())
    return {folded(str(each["value"])) for each in listed if "value" in each} - {folded(view.user_name)}


def plan(work: Transaction, before: ScimView | None, after: ScimView, found: Mapping[Key, Item]) -> None:
    """The operations that write a view: its item, the user name's lock, the rows of the external id and of
    e-mail addresses that come or go.

    `found` has the name's lock where one is there: the caller has seen that nobody stands behind it.
    """
    workspace_id, user_id = after.workspace_id, after.user_id
    same: Condition = Absent() if before is None else Equals("revision", before.revision)
    work.do(Put(item(keys.scim_view(workspace_id, user_id), attributes(after)), same))
    lock = name_of(after)
    if before is None or name_of(before) != lock:
        stale = found.get(lock)
        free: Condition = Absent() if stale is None else Equals("user_id", stale["user_id"])
        work.do(Put(item(lock, {"user_id": user_id}), free), lambda _: Conflict("userName", after.user_name))
        if before is not None:
            work.do(Delete(name_of(before), Equals("user_id", user_id)))
    if (before.external_id if before is not None else None) != after.external_id:
        if before is not None and before.external_id is not None:
            work.do(Delete(keys.scim_user(workspace_id, before.external_id, user_id)))
        if after.external_id is not None:
            place = keys.scim_user(workspace_id, after.external_id, user_id)
            work.do(Put(item(place, {"user_id": user_id})))
    was, will = addresses(before), addresses(after)
    for address in sorted(was - will):
        work.do(Delete(keys.scim_address(workspace_id, address, user_id)))
    for address in sorted(will - was):
        work.do(Put(item(keys.scim_address(workspace_id, address, user_id), {"user_id": user_id})))
    fields = [name for name in _FIELDS if getattr(before, name, None) != getattr(after, name)]
    if not fields:  # the membership alone was suspended or resumed, which is told of by itself
        return
    work.audit(
        Event.MEMBER_VIEW_CHANGED,
        user_id,
        before=attributes(before) if before is not None else {},
        after=attributes(after),
        workspace=workspace_id,
        fields=[*fields],
    )


_FIELDS = ("user_name", "external_id", "body")
"""What the audit names of a view that has changed."""


def plan_forget(work: Transaction, view: ScimView, *, has_name: bool = True) -> None:
    """The operations by which nothing is left of a view. `has_name` is False where another has the name."""
    workspace_id, user_id = view.workspace_id, view.user_id
    work.do(Delete(keys.scim_view(workspace_id, user_id), Equals("revision", view.revision)))
    if has_name:
        work.do(Delete(name_of(view), Equals("user_id", user_id)))
    if view.external_id is not None:
        work.do(Delete(keys.scim_user(workspace_id, view.external_id, user_id)))
    for address in sorted(addresses(view)):
        work.do(Delete(keys.scim_address(workspace_id, address, user_id)))
