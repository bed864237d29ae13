"""How Cloud Foundry v2 reads a query string: filters, pages, order, inlining, and the links that echo it.

    q=name:alpha&q=organization_guid IN a,b    conditions, all of which hold
    page=2&results-per-page=50                 numbers are ASCII digits
    order-by=name&order-direction=desc
    inline-relations-depth=1&include-relations=organization&exclude-relations=apps&orphan-relations=1

The raw query counts, because what the gateway has decoded and joined can no longer be told apart.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Self
from urllib.parse import quote, unquote_to_bytes

from roster import bounds
from roster.errors import FieldError, ValidationFailed

SIZE, MOST_ROWS, DEEPEST = 50, 100, 2

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_CONDITION = re.compile(r"(.*?)(:|>=|<=|<|>| IN )(.*)", re.DOTALL)
_NUMBERS = ("page", "results-per-page", "inline-relations-depth", "orphan-relations")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def invalid_query(reason: str) -> NoReturn:
    """Raise the refusal of a query."""
    raise ValidationFailed(FieldError("", reason))


@dataclass(frozen=True, slots=True)
class Condition:
    """`key operator values`; `=` stands for a colon, and no operator at all has no value."""

    key: str
    operator: str
    values: tuple[str, ...]
    folded: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once a request: `holds` is asked of every row that a list is read through.
        object.__setattr__(self, "folded", tuple(value.casefold() for value in self.values))

    def holds(self, text: str) -> bool:
        """Whether a text meets the condition, by its case-folded form, code point by code point."""
        folded, values = text.casefold(), self.folded
        if not values:
            return False
        match self.operator:
            case "=" | "IN":
                return folded in values
            case ">":
                return folded > values[0]
            case ">=":
                return folded >= values[0]
            case "<":
                return folded < values[0]
            case _:
                return folded <= values[0]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a query asks for; `given` is what its links repeat.

    `include` None includes every relation, an empty one none at all.
    """

    page: int
    size: int
    order_by: str
    descending: bool
    depth: int
    orphans: bool
    include: frozenset[str] | None
    exclude: frozenset[str]
    conditions: tuple[Condition, ...]
    given: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, raw: str, filters: Collection[str] | None, columns: Collection[str]) -> Self:
        """What a raw query asks of a list with these filters (None: any) and columns to order by.

        Raises ValidationFailed, in the reference's order of checks.
        """
        given = _parameters(raw)
        last = {name: values[-1] for name, values in given.items()}
        numbers = _whole_numbers(last)
        conditions = _conditions(given.get("q", ()), filters)
        size = numbers.get("results-per-page", SIZE)
        if size > MOST_ROWS:
            invalid_query(f"results_per_page must be <= {MOST_ROWS}")
        depth = numbers.get("inline-relations-depth", 0)
        if depth > DEEPEST:
            invalid_query(f"inline_relations_depth must be <= {DEEPEST}")
        direction = last.get("order-direction", "asc")
        if direction not in ("asc", "desc"):
            invalid_query(f"order_direction must be 'asc' or 'desc' but was '{direction}'")
        page = numbers.get("page", 1)
        if page < 1:
            invalid_query("page must be >= 1")
        if size < 1:
            invalid_query("results_per_page must be >= 1")
        if "order-by" in last and last["order-by"] not in columns:
            invalid_query("order_by is not a column to order by")
        return cls(
            page=page,
            size=size,
            order_by=last.get("order-by", "id"),
            descending=direction == "desc",
            depth=depth,
            orphans=numbers.get("orphan-relations") == 1,
            include=_names(last.get("include-relations")),
            exclude=_names(last.get("exclude-relations")) or frozenset(),
            conditions=conditions,
            given=given,
        )

    @property
    def is_plain(self) -> bool:
        """Whether the list is asked for whole, in its own order."""
        return not self.conditions and self.order_by == "id"

    def link(self, path: str, page: int) -> str:
        """The relative url of another page: its parameters sorted, lists joined by commas."""
        values: dict[str, tuple[str, ...]] = {
            "order-direction": ("desc" if self.descending else "asc",),
            "page": (str(page),),
            "results-per-page": (str(self.size),),
        }
        for name in ("inline-relations-depth", "order-by", "orphan-relations"):
            if name in self.given:
                values[name] = self.given[name][-1:]
        for name in ("include-relations", "exclude-relations"):
            if _names(self.given.get(name, ("",))[-1]):
                values[name] = self.given[name][-1:]
        values["q"] = self.given.get("q", ())
        pairs = (f"{name}={_quoted(value)}" for name in sorted(values) for value in values[name])
        return f"{path}?{'&'.join(pairs)}"


def _parameters(raw: str) -> dict[str, tuple[str, ...]]:
    """The values of each parameter that has one, in the order given. A raw `;` ends a parameter too."""
    found: dict[str, tuple[str, ...]] = {}
    for part in re.split("[&;]", raw):
        name, sign, value = part.partition("=")
        if sign:
            found[_decoded(name)] = (*found.get(_decoded(name), ()), _decoded(value))
        else:
            _decoded(name)
    return found


def _decoded(text: str) -> str:
    if _ESCAPE.search(text):
        invalid_query("not percent-encoded")
    try:
        decoded = unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeError:  # of the bytes, or of a lone surrogate that an event held
        invalid_query("not UTF-8")
    if "\0" in decoded:
        invalid_query("must not hold NUL")
    return decoded


def _whole_numbers(last: Mapping[str, str]) -> dict[str, int]:
    for name in _NUMBERS:
        bracketed = any(other.startswith(f"{name}[") for other in last)
        if bracketed or (name in last and not _NUMBER.fullmatch(last[name])):
            invalid_query(f"{name.replace('-', '_')} must be a number")
    return {name: int(last[name]) for name in _NUMBERS if name in last}


def _names(value: str | None) -> frozenset[str] | None:
    return None if value is None else frozenset(name for name in value.split(",") if name)


def _conditions(queries: Collection[str], filters: Collection[str] | None) -> tuple[Condition, ...]:
    """The conditions that all `q` of a query hold, each once however often it is given."""
    found = tuple(_condition(text) for query in queries for text in _split(query) if text)
    for condition in found:
        if filters is not None and condition.key not in filters:
            invalid_query(condition.key)
    if sum(len(condition.values) for condition in found) > bounds.CONDITION_VALUES:
        invalid_query(f"q must not name more than {bounds.CONDITION_VALUES} values")
    different = tuple(dict.fromkeys(found))
    if len(different) > bounds.CONDITIONS:
        invalid_query(f"q must not hold more than {bounds.CONDITIONS} different conditions")
    return different


def _condition(text: str) -> Condition:
    parts = _CONDITION.fullmatch(text)
    if parts is None:
        return Condition(text, "=", ())
    key, operator, value = parts.groups()
    if operator == " IN ":
        return Condition(key, "IN", tuple(value.split(",")) if value else ())
    return Condition(key, "=" if operator == ":" else operator, (value,) if value else ())


def _split(query: str) -> list[str]:
    """The conditions of one `q`, at semicolons; two in a row are one that belongs to the text."""
    texts = [""]
    for part in re.split("(;;|;)", query):
        if part == ";":
            texts.append("")
        else:
            texts[-1] += ";" if part == ";;" else part
    return texts


def _quoted(value: str) -> str:
    return quote(value, safe=":/?@!$'()*,=")
