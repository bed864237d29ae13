"""`attributes` and `excludedAttributes` (RFC 7644, 3.9)."""

from collections.abc import Mapping
from typing import Any

from roster.dialects.scim.attributes import Schema
from roster.dialects.scim.filters import Path, selects

_ALWAYS = ("id", "schemas")


def projected(resource: dict[str, Any], query: Mapping[str, str], schema: Schema) -> dict[str, Any]:
    """A resource with the attributes that the query asks for; `id` and `schemas` are always there."""
    if query.get("attributes"):
        kept: dict[str, Any] = {name: resource[name] for name in _ALWAYS if name in resource}
        for path in selects(query["attributes"], schema):
            _take(kept, resource, path, schema)
        return kept
    left = resource
    for path in selects(query.get("excludedAttributes", ""), schema):
        left = _without(left, path, schema)
    return left


def wants(query: Mapping[str, str], name: str, schema: Schema) -> bool:
    """Whether an answer to the query has the attribute."""
    return name in projected({name: True}, query, schema)


def _names(path: Path, schema: Schema) -> tuple[str | None, str | None, str | None]:
    """Schema of an extension, attribute and attribute within, as they are written."""
    urn = schema.urn_of(path.urn) if path.urn is not None else None
    if path.urn is not None and urn is None:
        return None, None, None
    attribute = schema.attribute(path.urn, path.name) if path.name else None
    inner = attribute.named(path.sub) if attribute is not None and path.sub else None
    if attribute is not None and path.sub and inner is None:
        return None, None, None
    own = urn if urn != schema.urn else None
    return own, attribute.name if attribute else None, inner.name if inner else None


def _take(kept: dict[str, Any], resource: dict[str, Any], path: Path, schema: Schema) -> None:
    urn, name, sub = _names(path, schema)
    if urn is not None:
        if name is None and urn in resource:
            kept[urn] = resource[urn]
        elif name is not None and name in resource.get(urn, {}):
            kept.setdefault(urn, {})[name] = resource[urn][name]
        return
    if name is None or name not in resource:
        return
    value = resource[name]
    if sub is None or not isinstance(value, dict | list):
        kept[name] = value
    elif isinstance(value, dict):
        kept[name] = {**kept.get(name, {}), **{n: v for n, v in value.items() if n == sub}}
    else:
        there = kept.get(name) or [{} for _ in value]
        kept[name] = [
            {**old, **{n: v for n, v in new.items() if n == sub}}
            for old, new in zip(there, value, strict=True)
        ]


def _without(resource: dict[str, Any], path: Path, schema: Schema) -> dict[str, Any]:
    urn, name, sub = _names(path, schema)
    if urn is not None:
        if name is None:
            return {n: v for n, v in resource.items() if n != urn}
        inner = {n: v for n, v in resource.get(urn, {}).items() if n != name}
        return {n: inner if n == urn else v for n, v in resource.items()}
    if name is None or name in _ALWAYS:
        return resource
    if sub is None:
        return {n: v for n, v in resource.items() if n != name}
    return {n: _less(v, sub) if n == name else v for n, v in resource.items()}


def _less(value: Any, sub: str) -> Any:
    if isinstance(value, list):
        return [_less(each, sub) for each in value]
    return {n: v for n, v in value.items() if n != sub} if isinstance(value, dict) else value
