"""Filters and paths of SCIM (RFC 7644, 3.4.2.2 and 3.5.2): the whole grammar, and what a filter finds.

    filter = term *("or" term);  term = factor *("and" factor)
    factor = ["not"] "(" filter ")" | path "[" filter "]" [.sub comparison] | path comparison
    comparison = "pr" | operator value

`emails[type eq "work"].value eq "..."` is more than the RFC's grammar; Entra ID sends it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from roster.dialects.scim.attributes import Attribute, Schema
from roster.dialects.scim.refusals import ScimRefused
from roster.directory.folding import folded

CHARACTERS, DEPTH, TERMS = 8_192, 20, 200
"""Of a filter, of the brackets in it, and of its comparisons: each is a level for what reads it."""

OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le")


class BadFilter(ValueError):
    """The text is no filter, or no path; says where, never what stands there."""


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute, perhaps one within it, perhaps of a schema; an empty `name` is all of the schema."""

    name: str
    sub: str | None = None
    urn: str | None = None


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Both:
    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Either:
    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Filter"


@dataclass(frozen=True, slots=True)
class Element:
    """That an element of a multi-valued attribute meets `filter`, and `rest` of it."""

    path: Path
    filter: "Filter"
    rest: Compare | None = None


Filter = Compare | Both | Either | Not | Element


@dataclass(frozen=True, slots=True)
class PatchTarget:
    """Where a PATCH operation works: an attribute, those of its elements that meet a filter, one within."""

    path: Path
    filter: Filter | None = None
    sub: str | None = None


_TOKEN = re.compile(
    r"""[ ]*(?:
      (?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.:$-])
    | (?P<sub>\.[A-Za-z$][\w$-]*)
    | (?P<word>[A-Za-z$][\w:.$-]*)
    | (?P<mark>[()\[\]])
    )""",
    re.VERBOSE | re.ASCII,
)
_NAME = re.compile(r"[A-Za-z$][\w$-]*", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str, schema: Schema) -> Filter:
    """The filter that the text is. Raises BadFilter."""
    reader = _Reader(text, schema)
    found = reader.either(0)
    reader.end()
    return found


def parse_path(text: str, schema: Schema) -> PatchTarget:
    """The path that the text is. Raises BadFilter; for its filter ScimRefused (`invalidFilter`)."""
    reader = _Reader(text, schema)
    path = reader.path()
    if not reader.takes("["):
        reader.end()
        return PatchTarget(path)
    if path.sub is not None or not path.name:
        raise BadFilter("has a filter where none may be")
    try:
        inner = reader.either(1)
        reader.demand("]")
    except BadFilter as error:
        raise ScimRefused("invalidFilter", f"The filter of a path {error}.") from error
    sub = reader.kind("sub")
    reader.end()
    return PatchTarget(path, inner, sub[1:] if sub else None)


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, schema: Schema) -> None:
        if len(text) > CHARACTERS:
            raise BadFilter("is too long")
        self.tokens = list(_tokens(text))
        self.schema, self.place, self.terms = schema, 0, 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def takes(self, mark: str) -> bool:
        """Whether the mark stands here; it is passed."""
        there = self.peek() == ("mark", mark)
        self.place += there
        return there

    def word(self, *words: str) -> str | None:
        """The word of these that stands here, in any case; it is passed."""
        kind, text = self.peek()
        if kind == "word" and text.lower() in words:
            self.place += 1
            return text.lower()
        return None

    def kind(self, kind: str) -> str | None:
        there, text = self.peek()
        if there != kind:
            return None
        self.place += 1
        return text

    def demand(self, mark: str) -> None:
        if not self.takes(mark):
            raise BadFilter(f"lacks a '{mark}'")

    def end(self) -> None:
        if self.peek()[0] != "end":
            raise BadFilter("goes on where it should end")

    def either(self, depth: int) -> Filter:
        found = self.both(depth)
        while self.word("or"):
            found = Either(found, self.both(depth))
        return found

    def both(self, depth: int) -> Filter:
        found = self.factor(depth)
        while self.word("and"):
            found = Both(found, self.factor(depth))
        return found

    def factor(self, depth: int) -> Filter:
        if depth > DEPTH:
            raise BadFilter("is nested too deeply")
        self.terms += 1
        if self.terms > TERMS:
            raise BadFilter("has too many comparisons")
        start = self.place
        negated = self.word("not") is not None
        if self.takes("("):
            inner = self.either(depth + 1)
            self.demand(")")
            return Not(inner) if negated else inner
        self.place = start  # an attribute may be called `not`
        path = self.path()
        if not self.takes("["):
            return self.comparison(path)
        inner = self.either(depth + 1)
        self.demand("]")
        sub = self.kind("sub")
        return Element(path, inner, self.comparison(Path(sub[1:])) if sub else None)

    def path(self) -> Path:
        text = self.kind("word")
        if text is None:
            raise BadFilter("lacks an attribute")
        return path_of(text, self.schema)

    def comparison(self, path: Path) -> Compare:
        if self.word("pr"):
            return Compare(path, "pr")
        operator = self.word(*OPERATORS)
        if operator is None:
            raise BadFilter("lacks an operator")
        return Compare(path, operator, self.value())

    def value(self) -> Any:
        kind, text = self.peek()
        self.place += 1
        if kind in ("text", "number"):
            try:
                value = json.loads(text)
            except ValueError as error:
                raise BadFilter("has a value that is no JSON") from error
            if isinstance(value, str) and _SURROGATE.search(value):  # half a character, which no key can hold
                raise BadFilter("has a value that is no text")
            return value
        if kind == "word" and text.lower() in _WORDS:
            return _WORDS[text.lower()]
        raise BadFilter("lacks a value")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, text = 0, text.rstrip(" ")
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise BadFilter("has a character that means nothing there")
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


def path_of(text: str, schema: Schema) -> Path:
    """The attribute that a text names, with or without its schema. Raises BadFilter."""
    if not text.lower().startswith("urn:"):
        urn, rest = None, text
    else:
        own = schema.urn_of(text)
        if own is not None:
            return Path("", urn=own)
        known = next((u for u in (schema.urn, *schema.extensions) if _begins(text, u)), None)
        urn = known if known is not None else text.rpartition(":")[0]
        rest = text[len(urn) + 1 :]
    name, dot, sub = rest.partition(".")
    if not _NAME.fullmatch(name) or (dot and not _NAME.fullmatch(sub)):
        raise BadFilter("has an attribute that can be none")
    return Path(name, sub or None, urn)


def _begins(text: str, urn: str) -> bool:
    return text.lower().startswith(f"{urn.lower()}:")


# What a filter finds.


def meets(filter: Filter, resource: dict[str, Any], schema: Schema) -> bool:
    """Whether a resource meets a filter. An attribute that nobody has is met by nobody, but for `ne`."""
    match filter:
        case Both(left, right):
            return meets(left, resource, schema) and meets(right, resource, schema)
        case Either(left, right):
            return meets(left, resource, schema) or meets(right, resource, schema)
        case Not(inner):
            return not meets(inner, resource, schema)
        case Element(path, inner, rest):
            attribute = schema.attribute(path.urn, path.name)
            found = _values(path, resource, schema)
            return attribute is not None and any(
                element_meets(inner, each, attribute)
                and (rest is None or element_meets(rest, each, attribute))
                for each in found
            )
        case Compare(path, operator, value):
            attribute = schema.attribute(path.urn, path.name)
            found = _values(path, resource, schema)
            return _compared(found, attribute, path.sub, operator, value)


def element_meets(filter: Filter, element: Any, attribute: Attribute) -> bool:
    """Whether an element of a multi-valued attribute meets the filter within its brackets."""
    match filter:
        case Both(left, right):
            return element_meets(left, element, attribute) and element_meets(right, element, attribute)
        case Either(left, right):
            return element_meets(left, element, attribute) or element_meets(right, element, attribute)
        case Not(inner):
            return not element_meets(inner, element, attribute)
        case Element():
            return False
        case Compare(path, operator, value):
            return _compared([element], attribute, path.name, operator, value)


def _values(path: Path, resource: dict[str, Any], schema: Schema) -> list[Any]:
    """The values of an attribute of a resource, of a multi-valued one its elements."""
    home: Any = resource
    if path.urn is not None and (urn := schema.urn_of(path.urn)) not in (None, schema.urn):
        home = resource.get(str(urn), {})
    elif path.urn is not None and schema.urn_of(path.urn) is None:
        return []
    if not path.name:
        return [home] if home else []
    attribute = schema.attribute(path.urn, path.name)
    value = home.get(attribute.name) if attribute is not None else None
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _compared(
    found: list[Any], attribute: Attribute | None, sub: str | None, operator: str, value: Any
) -> bool:
    compared = attribute
    if attribute is not None and attribute.sub:
        # A complex attribute of several is compared by its `value` (RFC 7643, 2.4).
        compared = attribute.named(sub or "value")
        name = compared.name if compared is not None else ""
        if sub is not None or operator != "pr":
            found = [each.get(name) for each in found if isinstance(each, dict)]
    elif sub is not None:
        found = []
    there = [each for each in found if each not in (None, "", [], {})]
    if operator == "pr":
        return bool(there)
    if value is None:
        return bool(there) is (operator == "ne") and operator in ("eq", "ne")
    exact = compared is not None and compared.exact
    if operator == "ne":
        return not any(_holds(each, "eq", value, exact) for each in there)
    return any(_holds(each, operator, value, exact) for each in there)


def _holds(there: Any, operator: str, value: Any, exact: bool) -> bool:
    if isinstance(there, bool):
        if isinstance(value, str) and value.lower() in _WORDS:  # as Entra ID writes it
            value = _WORDS[value.lower()]
        return operator == "eq" and there is value
    if isinstance(value, bool) or isinstance(there, str) is not isinstance(value, str):
        return False
    if isinstance(there, str):
        ordered = operator in ("gt", "ge", "lt", "le")
        if ordered and (moments := _moments(there, value)):
            return _ordered(operator, *moments)
        if not exact:
            there, value = folded(there), folded(value)
    match operator:
        case "eq":
            return bool(there == value)
        case "co":
            return isinstance(there, str) and value in there
        case "sw":
            return isinstance(there, str) and there.startswith(value)
        case "ew":
            return isinstance(there, str) and there.endswith(value)
        case _:
            return _ordered(operator, there, value)


def _ordered(operator: str, there: Any, value: Any) -> bool:
    match operator:
        case "gt":
            return bool(there > value)
        case "ge":
            return bool(there >= value)
        case "lt":
            return bool(there < value)
        case _:
            return bool(there <= value)


def _moments(*texts: str) -> tuple[datetime, ...] | None:
    """The texts as moments, if all of them are some."""
    try:
        found = tuple(datetime.fromisoformat(text) for text in texts)
    except ValueError:
        return None
    return found if all(each.tzinfo is not None for each in found) else None


def conjuncts(filter: Filter) -> Iterator[Filter]:
    """The parts that a filter demands all of."""
    if isinstance(filter, Both):
        yield from conjuncts(filter.left)
        yield from conjuncts(filter.right)
    else:
        yield filter


def sought(filter: Filter, schema: Schema) -> Iterator[tuple[str, str]]:
    """What a filter demands to be equal to a text: `userName`, `id`, `emails.value` and the like.

    A resource that meets the filter has all of them, so that one of them finds all candidates.
    """
    for part in conjuncts(filter):
        compare = _of_value(part) if isinstance(part, Element) else part
        if not isinstance(compare, Compare) or compare.operator != "eq" or not isinstance(compare.value, str):
            continue
        path = compare.path
        attribute = schema.attribute(path.urn, path.name)
        if attribute is None or (path.urn is not None and schema.urn_of(path.urn) != schema.urn):
            continue
        if attribute.sub:
            inner = attribute.named(path.sub or "value")
            if inner is not None and attribute.many:
                yield f"{attribute.name}.{inner.name}", compare.value
        elif path.sub is None:
            yield attribute.name, compare.value


def _of_value(part: Element) -> Compare | None:
    """What a filter on elements demands of their `value`, as a comparison of `emails.value` and the like."""
    for each in [part.rest] if part.rest else conjuncts(part.filter):
        if isinstance(each, Compare) and each.path.name.lower() == "value":
            return replace(each, path=Path(part.path.name, "value", part.path.urn))
    return None


def is_hopeless(filter: Filter, schema: Schema) -> bool:
    """Whether nothing can meet the filter, for it demands a value of an attribute that nobody has, or an
    empty one: then nothing need be looked at.
    """
    match filter:
        case Both(left, right):
            return is_hopeless(left, schema) or is_hopeless(right, schema)
        case Either(left, right):
            return is_hopeless(left, schema) and is_hopeless(right, schema)
        case Not():
            return False
        case Element(path):
            return schema.attribute(path.urn, path.name) is None
        case Compare(path, operator, value):
            if operator == "ne" or (operator == "eq" and value is None):
                return False
            attribute = schema.attribute(path.urn, path.name) if path.name else None
            if path.name and attribute is not None and path.sub is not None:
                attribute = attribute.named(path.sub)
            return (bool(path.name) and attribute is None) or (operator == "eq" and value == "")


def named_elements(filter: Filter, name: str) -> frozenset[str] | None:
    """The values of elements of the attribute `name` on whose being there the filter depends, and on no
    other element's; None where it depends on others.
    """
    match filter:
        case Both(left, right) | Either(left, right):
            first, second = named_elements(left, name), named_elements(right, name)
            return None if first is None or second is None else first | second
        case Not(inner):
            return named_elements(inner, name)
        case Element(path, inner):
            return _values_in(inner) if path.name.lower() == name else frozenset()
        case Compare(path, operator, value):
            if path.name.lower() != name:
                return frozenset()
            is_named = (
                operator == "eq" and isinstance(value, str) and (path.sub or "value").lower() == "value"
            )
            return frozenset((value,)) if is_named else None


def _values_in(filter: Filter) -> frozenset[str] | None:
    """The values of which an element must have one to meet the filter; None where it may have any."""
    match filter:
        case Compare(Path(name, None), "eq", str(value)) if name.lower() == "value":
            return frozenset((value,))
        case Either(left, right):
            first, second = _values_in(left), _values_in(right)
            return None if first is None or second is None else first | second
        case Both(left, right):
            first = _values_in(left)
            return first if first is not None else _values_in(right)
    return None


def selects(names: str, schema: Schema) -> list[Path]:
    """The attributes of a list in a query (`attributes`); what can be none is left out."""
    found = []
    for text in names.split(","):
        try:
            found.append(path_of(text.strip(" "), schema))
        except BadFilter:
            continue
    return found
