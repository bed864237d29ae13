"""Items as they are written."""

from collections.abc import Mapping

from roster.db.store import Item, Key, Value

SCHEMA = 1
"""The version `v` of every item. A reader ignores attributes it does not know."""


def item(key: Key, attributes: Mapping[str, Value]) -> Item:
    """An item under its key, stamped with the schema's version; attributes that are None are left out."""
    return {**key.attributes(), "v": SCHEMA, **{k: v for k, v in attributes.items() if v is not None}}
