"""PATCH (RFC 7644, 3.5.2): from a body to intentions, all of them read and judged before the first is done.

An intention on a user changes the view, which is one item and is read anew where it has changed meanwhile.
One on a group's members names who comes and who goes: rows are written, and no list is read and written back.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any

from roster.dialects.scim.attributes import Attribute, Schema
from roster.dialects.scim.filters import (
    BadFilter,
    Compare,
    Either,
    Filter,
    PatchTarget,
    Path,
    element_meets,
    parse_path,
)
from roster.dialects.scim.refusals import ScimRefused, invalid_syntax, invalid_value
from roster.dialects.scim.values import ELEMENTS, assignments, attribute_at, home, one_primary, put, read

OPERATIONS, PATH_CHARACTERS = 1_000, 128 * 1024
"""Of one PATCH: its operations, and their paths together, whose filters are asked of every element."""

_ADDS_WHERE_NONE = ("emails", "phoneNumbers", "addresses")
_READ_ONLY = ("id", "meta", "schemas", "groups")


@dataclass(frozen=True, slots=True)
class Intention:
    """`add`, `replace` or `remove` at a target of which the schema knows `attribute`.

    `value` is read already; for a removal it is the elements to be removed, or None for all.
    """

    op: str
    target: PatchTarget
    attribute: Attribute
    value: Any = None


def intentions(body: Any, schema: Schema) -> list[Intention]:
    """What the body of a PATCH wants, in its order. Raises ScimRefused; unknown attributes are left out."""
    found: list[Intention] = []
    for operation in _operations(body):
        op, path = _named(operation, "op"), _named(operation, "path")
        if not isinstance(op, str) or op.lower() not in ("add", "replace", "remove"):
            raise invalid_syntax("`op` must be add, replace or remove.")
        op = op.lower()
        has_value, value = _has(operation, "value"), _named(operation, "value")
        if path in (None, ""):
            found += _without_path(op, has_value, value, schema)
        elif not isinstance(path, str):
            raise ScimRefused("invalidPath", "`path` must be text.")
        else:
            found += _at_path(op, path, has_value, value, schema)
        if len(found) > OPERATIONS:
            raise ScimRefused("tooMany", f"A PATCH may change at most {OPERATIONS} attributes.")
    return found


def _operations(body: Any) -> Sequence[Mapping[str, Any]]:
    listed = _named(body, "operations") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise invalid_syntax("`Operations` must be a list of operations.")
    if len(listed) > OPERATIONS:
        raise ScimRefused("tooMany", f"A PATCH may have at most {OPERATIONS} operations.")
    if sum(len(path) for each in listed for path in _paths(each)) > PATH_CHARACTERS:
        raise ScimRefused("tooMany", f"The paths may have at most {PATH_CHARACTERS} characters together.")
    return listed


def _paths(operation: Mapping[str, Any]) -> list[str]:
    """The paths in an operation: its own, and keys of its value that have filters."""
    own, value = _named(operation, "path"), _named(operation, "value")
    within = [key for key in value if "[" in key] if isinstance(value, dict) else []
    return [*within, own] if isinstance(own, str) else within


def _named(body: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in body.items() if key.lower() == name), None)


def _has(body: Mapping[str, Any], name: str) -> bool:
    return any(key.lower() == name for key in body)


def _without_path(op: str, has_value: bool, value: Any, schema: Schema) -> list[Intention]:
    if op == "remove":
        raise ScimRefused("noTarget", "A removal needs a path.")
    if not has_value or not isinstance(value, dict):
        raise invalid_syntax("Without a path, `value` must be an object.")
    found = []
    for key, whole in value.items():
        if "[" in key:  # `emails[type eq "work"].value`, as Entra ID writes keys
            found += _at_path(op, key, True, whole, schema) if whole is not None else []
            continue
        for path, each in assignments({key: whole}, schema):
            attribute = attribute_at(path, schema)
            if attribute is not None and attribute.mutability != "readOnly":
                found.append(Intention(op, PatchTarget(path), attribute, read(each, attribute)))
    return found


def _at_path(op: str, text: str, has_value: bool, value: Any, schema: Schema) -> list[Intention]:
    try:
        target = parse_path(text, schema)
    except BadFilter as error:
        raise ScimRefused("invalidPath", f"The path {error}.") from error
    if op != "remove" and not has_value:
        raise invalid_syntax("The operation needs a value.")
    if not target.path.name:  # a schema's own object
        return _of_schema(op, target.path, value, schema)
    target = replace(target, path=_with_schema(target.path, schema))
    path = target.path
    whole = schema.attribute(path.urn, path.name)
    if whole is None:
        return []
    if target.filter is not None and not (whole.many and whole.sub):
        raise ScimRefused("invalidPath", "Only an attribute of several values takes a filter.")
    sub = target.sub if target.sub is not None else path.sub
    attribute = whole.named(sub) if sub is not None else whole
    if attribute is None:
        return []
    is_list = attribute is whole and whole.many and target.filter is None
    if is_list and has_value and value is None and (op == "remove" or whole.name == "members"):
        # Null names no element. Who wants all to go leaves the value out, or replaces them by [].
        raise invalid_value("The elements must be a list.")
    if op == "add" and value is None:
        return []
    if op == "remove" or value is None:  # null is absent (RFC 7643, 2.5)
        return [_removal(target, whole, attribute, value if is_list else None)]
    if target.filter is not None and attribute is whole:
        only = _only(value)
        element = {"value": only} if isinstance(only, str) else only
        return [Intention(op, target, attribute, read(element, replace(whole, many=False)))]
    return [Intention(op, target, attribute, read(value if sub is None else _only(value), attribute))]


def _with_schema(path: Path, schema: Schema) -> Path:
    """The path, with the extension that has its attribute where it names none: Entra ID leaves it out of
    `manager`. Raises ScimRefused (`mutability`) for what is read only.
    """
    is_core = path.urn is None or schema.urn_of(path.urn) == schema.urn
    if is_core and path.name.lower() in _READ_ONLY:
        raise ScimRefused("mutability", "The attribute is read only.")
    if path.urn is not None or schema.attribute(None, path.name) is not None:
        return path
    found = next((urn for urn in schema.extensions if schema.attribute(urn, path.name)), None)
    return replace(path, urn=found)


def _removal(target: PatchTarget, whole: Attribute, attribute: Attribute, elements: Any) -> Intention:
    """The removal of an attribute or, of a list, of these elements; None is all of it."""
    is_required = attribute.required and whole.required and target.filter is None
    # `active` is a state, and stays.
    if is_required and not attribute.many and attribute.type != "boolean":
        raise ScimRefused("mutability", "The attribute is required.")
    gone = None if elements is None else read(elements, whole)
    if gone is not None and elements != [] and not gone:
        raise invalid_value("The elements to be removed have no value.")
    return Intention("remove", target, attribute, gone)


def _only(value: Any) -> Any:
    """The element of a list of one, which some send in place of it; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _of_schema(op: str, path: Path, value: Any, schema: Schema) -> list[Intention]:
    """An operation on all attributes of a schema."""
    if op == "remove" or value is None:
        attributes = schema.extensions.get(path.urn or "", ())
        if not attributes:
            raise ScimRefused("mutability", "The attributes of the core schema cannot all be removed.")
        return [Intention("remove", PatchTarget(Path(each.name, urn=path.urn)), each) for each in attributes]
    return _without_path(op, True, {str(path.urn): value}, schema)


# On a user.


def patched(resource: Mapping[str, Any], wanted: Sequence[Intention], schema: Schema) -> dict[str, Any]:
    """The attributes of a user after the intentions; the given ones stay. Raises ScimRefused (`noTarget`)."""
    after = deepcopy(dict(resource))
    for intention in wanted:
        _do(after, intention, schema)
        _demand_few(after, intention, schema)
    return {name: value for name, value in after.items() if name not in schema.extensions or value}


def _do(resource: dict[str, Any], wanted: Intention, schema: Schema) -> None:
    path, filter = wanted.target.path, wanted.target.filter
    whole = schema.attribute(path.urn, path.name)
    if whole is None:
        return
    there: Any = home(resource, path, schema).get(whole.name)
    if filter is not None:
        elements = _filtered(list(there or []), wanted, whole, filter)
        put(resource, Path(path.name, urn=path.urn), elements, schema)
    elif wanted.op == "remove":
        if wanted.value is not None:
            left = [each for each in there or [] if not any(_same(each, gone) for gone in wanted.value)]
            put(resource, path, left, schema)
        elif there is not None:
            put(resource, path, None, schema)
    elif path.sub is None and whole.many and wanted.op == "add":
        added = [each for each in wanted.value if each not in (there or [])]
        put(resource, path, one_primary([*(there or []), *added], added), schema)
    elif path.sub is None and whole.sub and not whole.many:
        # Sub-attributes that are not named stay (RFC 7644, 3.5.2.3).
        put(resource, path, {**(there or {}), **wanted.value}, schema)
    else:
        put(resource, path, wanted.value, schema)


def _demand_few(resource: dict[str, Any], done: Intention, schema: Schema) -> None:
    """Raise ScimRefused where an operation has left more elements than there may be: before the next one,
    which would look at all of them.
    """
    path = done.target.path
    whole = schema.attribute(path.urn, path.name)
    if whole is not None and whole.many and len(home(resource, path, schema).get(whole.name, ())) > ELEMENTS:
        raise invalid_value(f"`{whole.name}` may have at most {ELEMENTS} elements.")


def _same(element: Mapping[str, Any], gone: Mapping[str, Any]) -> bool:
    """Whether an element is the one that is to be removed: what is said of that holds for it."""
    return all(element.get(name) == value for name, value in gone.items())


def _filtered(
    elements: list[dict[str, Any]], wanted: Intention, whole: Attribute, filter: Filter
) -> list[dict[str, Any]]:
    """The elements of an attribute after an intention on those that meet a filter."""
    hits = [place for place, each in enumerate(elements) if element_meets(filter, each, whole)]
    is_whole = wanted.attribute is whole
    if wanted.op == "remove":
        if is_whole:
            return [each for place, each in enumerate(elements) if place not in hits]
        for place in hits:
            rest = {n: v for n, v in elements[place].items() if n != wanted.attribute.name}
            elements[place] = rest
        return [each for each in elements if each]
    new = wanted.value if is_whole else {wanted.attribute.name: wanted.value}
    if not hits:
        kind = _type_in(filter)
        if kind is None or whole.name not in _ADDS_WHERE_NONE:
            raise ScimRefused("noTarget", "No value meets the filter of the path.")
        made = {"type": kind, **new}
        return one_primary([*elements, made], [made])
    changed = []
    for place in hits:
        keeps = not is_whole or wanted.op == "add"
        kept = elements[place] if keeps else {n: v for n, v in elements[place].items() if n == "type"}
        elements[place] = {n: v for n, v in {**kept, **new}.items() if v != ""}
        changed.append(elements[place])
    return one_primary(elements, changed if "primary" in new else [])


def _type_in(filter: Filter) -> str | None:
    """The type that a filter asks for, and nothing else."""
    match filter:
        case Compare(Path(name, None), "eq", str(value)) if name.lower() == "type":
            return value
    return None


# On a group.


@dataclass(frozen=True, slots=True)
class Coming:
    """These come into the group."""

    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """These go out of the group; who is not in it is no error."""

    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoingWhere:
    """Of those in the group go whom the filter finds; None is all."""

    filter: Filter | None


@dataclass(frozen=True, slots=True)
class Exactly:
    """These are in the group afterwards, and nobody else."""

    users: tuple[str, ...]


Step = Coming | Going | GoingWhere | Exactly


def steps(wanted: Sequence[Intention]) -> list[Step]:
    """What the intentions on a group want of its members, in their order. Raises ScimRefused."""
    found: list[Step] = []
    for each in wanted:
        if each.target.path.name.lower() == "members":
            found += _step(each)
    return [step for kind, some in groupby(found, type) for step in _joined(kind, list(some))]


def _joined(kind: type[Step], some: list[Step]) -> list[Step]:
    """Steps of one kind in a row, as one where they name users: an operation a member is a usual PATCH."""
    if kind not in (Coming, Going):
        return some
    users = tuple(dict.fromkeys(chain.from_iterable(step.users for step in some)))  # type: ignore[union-attr]
    return [Coming(users) if kind is Coming else Going(users)]


def _step(wanted: Intention) -> list[Step]:
    filter = wanted.target.filter
    if wanted.attribute.name != "members":
        raise ScimRefused("mutability", "A member is added and removed, and never changed.")
    if wanted.op == "remove":
        if filter is not None:
            ids = named_by(filter)
            return [GoingWhere(filter) if ids is None else Going(ids)]
        return [GoingWhere(None) if wanted.value is None else Going(ids_of(wanted.value))]
    if filter is not None:
        raise ScimRefused("mutability", "A member is added and removed, and never changed.")
    ids = ids_of(wanted.value)
    return [Coming(ids) if wanted.op == "add" else Exactly(ids)]


def ids_of(members: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ids of members as they are written. Raises ScimRefused (`invalidValue`)."""
    ids = []
    for each in members:
        if "value" not in each or each.get("type", "User").lower() != "user":
            raise invalid_value("A member must have the id of a user as its `value`.")
        ids.append(str(each["value"]))
    return tuple(dict.fromkeys(ids))


def named_by(filter: Filter) -> tuple[str, ...] | None:
    """The ids that a filter on members names one by one, joined by `or`; None where it says more."""
    match filter:
        case Compare(Path(name, None), "eq", str(value)) if name.lower() == "value":
            return (value,)
        case Either(left, right):
            first, second = named_by(left), named_by(right)
            return None if first is None or second is None else (*first, *second)
    return None


def attributes_of(wanted: Sequence[Intention]) -> dict[str, Any]:
    """What the intentions on a group assign beside its members: by name, None for what is removed."""
    found: dict[str, Any] = {}
    for each in wanted:
        if each.target.path.name.lower() != "members":
            found[each.attribute.name] = each.value if each.op != "remove" else None
    return found
