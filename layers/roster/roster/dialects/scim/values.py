"""What a provider writes, as it is kept: names as the RFC writes them, nulls and unknown attributes left out.

Tolerant in what is read, as Entra ID and Okta need it: names in any case, dotted names and full URNs as keys,
booleans as text, one element in place of a list, `manager` as text or list.
"""

from collections.abc import Mapping
from typing import Any

from roster.dialects.fields import visible
from roster.dialects.scim.attributes import Attribute, Schema
from roster.dialects.scim.filters import BadFilter, Path, path_of
from roster.dialects.scim.refusals import invalid_value

TEXT_CHARACTERS, ELEMENTS = 1_024, 50
"""Of a text, and of a list of a user."""

_BOOLEANS = {"true": True, "false": False}
_OURS = ("id", "meta", "schemas")
"""What no provider writes; it may come along in a body."""


def attribute_at(path: Path, schema: Schema) -> Attribute | None:
    """The attribute to which a path leads; None where nobody has it, or for a schema's own object."""
    attribute = schema.attribute(path.urn, path.name) if path.name else None
    return attribute.named(path.sub) if attribute is not None and path.sub is not None else attribute


def read_resource(body: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The attributes of a body of POST or PUT. Raises ScimRefused (`invalidValue`)."""
    found: dict[str, Any] = {}
    for path, value in assignments(body, schema):
        attribute = attribute_at(path, schema)
        if attribute is not None:
            put(found, path, read(value, attribute), schema)
    return found


def assignments(body: Mapping[str, Any], schema: Schema) -> list[tuple[Path, Any]]:
    """What an object assigns, by path, in its order: keys may be dotted, or URNs. Raises ScimRefused.

    What is null, unknown, or the server's own is left out.
    """
    found: list[tuple[Path, Any]] = []
    for key, value in body.items():
        try:
            path = path_of(key, schema)
        except BadFilter:
            continue
        if not path.name:
            if value is not None and not isinstance(value, dict):
                raise invalid_value("The value of a schema must be an object.")
            for inner, each in (value or {}).items():
                name, dot, sub = inner.partition(".")
                found.append((Path(name, sub if dot else None, path.urn), each))
        elif path.name.lower() not in _OURS:
            found.append((path, value))
    return [(path, value) for path, value in found if value is not None]


def home(resource: dict[str, Any], path: Path, schema: Schema) -> dict[str, Any]:
    """The object in which the path's attribute is: the resource, or that of an extension."""
    urn = schema.urn_of(path.urn) if path.urn is not None else None
    if urn is None or urn == schema.urn:
        return resource
    within: dict[str, Any] = resource.setdefault(urn, {})
    return within


def put(resource: dict[str, Any], path: Path, value: Any, schema: Schema) -> None:
    """Set an attribute that the schema has, or take it away where nothing is the value."""
    attribute = schema.attribute(path.urn, path.name)
    if attribute is None:
        return
    within = home(resource, path, schema)
    if path.sub is not None:
        inner = attribute.named(path.sub)
        if inner is None:
            return
        if attribute.many:
            there = within.setdefault(attribute.name, [])
            if not there:
                there.append({})
            for element in there:
                _set(element, inner.name, value)
            within[attribute.name] = [each for each in there if each]
        else:
            _set(within.setdefault(attribute.name, {}), inner.name, value)
        value = within[attribute.name]
    _set(within, attribute.name, value)
    for urn in schema.extensions:
        if resource.get(urn) == {}:
            del resource[urn]


def _set(within: dict[str, Any], name: str, value: Any) -> None:
    if value in (None, "", [], {}) and value is not False:
        within.pop(name, None)
    else:
        within[name] = value


def read(value: Any, attribute: Attribute) -> Any:
    """The value of an attribute as it is kept. Raises ScimRefused (`invalidValue`)."""
    if not attribute.many:
        if attribute.name == "manager":
            value = _manager(value)
        return _read_one(value, attribute)
    elements = value if isinstance(value, list) else [value]
    read_here = [_read_one(_element(each), attribute) for each in elements if each is not None]
    if attribute.name == "members":
        # Whoever is left out of a list of members is not let in, or goes: so none is left out silently.
        if len(read_here) < len(elements) or any("value" not in each for each in read_here):
            raise invalid_value("A member must have the id of a user as its `value`.")
        return read_here
    if len(read_here) > ELEMENTS:
        raise invalid_value(f"`{attribute.name}` may have at most {ELEMENTS} elements.")
    kept = [each for each in read_here if each]
    return one_primary(kept, kept)


def _element(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


def one_primary(elements: list[dict[str, Any]], latest: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements with at most one that is primary: the first of the latest (RFC 7644, 3.5.2)."""
    first = next((each for each in latest if each.get("primary") is True), None)
    if first is None:
        return elements
    return [
        each if each is first or each.get("primary") is not True else {**each, "primary": False}
        for each in elements
    ]


def _manager(value: Any) -> Any:
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else {}
    return {"value": value} if isinstance(value, str) else value


def _read_one(value: Any, attribute: Attribute) -> Any:
    name = attribute.name
    if attribute.sub:
        if not isinstance(value, dict):
            raise invalid_value(f"`{name}` must be an object.")
        found: dict[str, Any] = {}
        for key, each in value.items():
            inner = attribute.named(key)
            if inner is not None and each is not None:
                _set(found, inner.name, _read_one(each, inner))
        return found
    if attribute.type == "boolean":
        if isinstance(value, str) and value.lower() in _BOOLEANS:
            return _BOOLEANS[value.lower()]
        if not isinstance(value, bool):
            raise invalid_value(f"`{name}` must be true or false.")
        return value
    if not isinstance(value, str):
        raise invalid_value(f"`{name}` must be text.")
    if len(value) > TEXT_CHARACTERS:
        raise invalid_value(f"`{name}` may have at most {TEXT_CHARACTERS} characters.")
    try:
        lines = (
            value.replace("\r\n", " ").replace("\n", " ") if name in ("formatted", "streetAddress") else value
        )
        visible(lines)
    except ValueError as error:
        raise invalid_value(f"`{name}` {error}.") from error
    return value
