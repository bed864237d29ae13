"""Lists of resources: the part of one that a query asks for, its filter, and how many that looks at."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from roster.dialects.scim.api import Answer, ScimCall, answer, listed
from roster.dialects.scim.attributes import Schema
from roster.dialects.scim.filters import BadFilter, Filter, parse
from roster.dialects.scim.projection import projected
from roster.dialects.scim.refusals import ScimRefused, invalid_value

EVALUATED = 1_000
"""Resources on which a filter is evaluated that no key answers."""

PAGE = 200

_WHOLE = re.compile("[+-]?[0-9]+")


def paging(query: Mapping[str, str]) -> tuple[int, int]:
    """`startIndex` from 1 and `count` from 0 to 200 (RFC 7644, 3.4.2.4). Raises ScimRefused."""
    return max(1, _number(query, "startIndex", 1)), min(PAGE, max(0, _number(query, "count", PAGE)))


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = next((value for key, value in query.items() if key.lower() == name.lower()), "")
    if not text:
        return default
    if _WHOLE.fullmatch(text) is None:
        raise invalid_value(f"`{name}` must be a whole number.")
    return int(text[:10])  # more is past the end of every list


def filter_in(query: Mapping[str, str], schema: Schema) -> Filter | None:
    """The filter of a query. Raises ScimRefused (`invalidFilter`)."""
    text = query.get("filter", "")
    if not text.strip(" "):
        return None
    try:
        return parse(text, schema)
    except BadFilter as error:
        raise ScimRefused("invalidFilter", f"The filter {error}.") from error


def demand_few(total: int) -> None:
    """Raise ScimRefused (`tooMany`) where a filter would have to look at too many."""
    if total > EVALUATED:
        raise ScimRefused("tooMany", f"This filter is evaluated on at most {EVALUATED} resources.")


def shown(call: ScimCall, found: Sequence[dict[str, Any]], total: int, start: int, schema: Schema) -> Answer:
    """The answer with these resources, of each the attributes that the query asks for."""
    return answer(200, listed([projected(one, call.request.query, schema) for one in found], total, start))
