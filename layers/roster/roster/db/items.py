"""Items as they are written."""

from collections.abc import Mapping

from roster.db.store import Check, Condition, Item, Key, Update, Value

SCHEMA = 1
"""The version `v` of every item. A reader ignores attributes it does not know."""


def item(key: Key, attributes: Mapping[str, Value]) -> Item:
    """An item under its key, stamped with the schema's version; attributes that are None are left out."""
    return {**key.attributes(), "v": SCHEMA, **{k: v for k, v in attributes.items() if v is not None}}


def difference(
    key: Key, old: Mapping[str, Value], new: Mapping[str, Value], condition: Condition
) -> Update | Check:
    """The operation that makes the new state from the old one, a Check where they are equal. Attributes of
    later versions stay.
    """
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    gone = tuple(sorted(old.keys() - new.keys()))
    if not changed and not gone:
        return Check(key, condition)
    return Update(key, set=changed, remove=gone, condition=condition)
