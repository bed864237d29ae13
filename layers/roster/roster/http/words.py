"""What is wrong with a field, in words that say what is allowed and never repeat what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

PAGE = "^[1-9][0-9]{0,8}$"
SIZE = "^([1-9][0-9]{0,2}|1000)$"
ID = "^[A-Za-z0-9._-]{1,64}$"
USER_ID = "^[A-Za-z0-9._:|@+=-]{1,128}$"
TESTMO_SIZE = "^(15|25|50|100)$"
USER_STATUS = "^(active|suspended)$"
PLATFORM_ROLE = "^(ADMIN|USER)$"
SCOPE = "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}$"
DAYS = "^([1-9]|[1-8][0-9]|90)$"
EVENTS = "^([1-9][0-9]?|100)$"
EVENT_CURSOR = "^[0-9]{1,12}\\.[0-9]{1,3}$"

OF_PATTERNS: Mapping[str, str] = {
    PAGE: "must be a whole number from 1 to 999999999",
    SIZE: "must be a whole number from 1 to 1000",
    ID: "must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'",
    USER_ID: "must be 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':', '|', '@', '+', '=' and '-'",
    TESTMO_SIZE: "must be 15, 25, 50 or 100",
    USER_STATUS: "must be active or suspended",
    PLATFORM_ROLE: "must be ADMIN or USER",
    SCOPE: "must be 1 to 255 printable ASCII characters without spaces, quotes and backslashes",
    DAYS: "must be a whole number from 1 to 90",
    EVENTS: "must be a whole number from 1 to 100",
    EVENT_CURSOR: "must be a `next` of this list",
}
"""By the pattern that a field's shape demands; a test holds that each pattern of a shape is here."""

OF_TYPES: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "string_unicode": "must be text without lone surrogates",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}
"""By pydantic's kind of error."""

ONCE = "must be given once"


def of(error: Mapping[str, Any]) -> str:
    """The words for an error as pydantic tells it; a shape's own words (a ValueError) stay as they are."""
    kind, told = error["type"], error.get("ctx") or {}
    if kind == "string_type" and error["loc"][0] == "query":
        return ONCE  # of text, a query's values are lists only where a name came twice
    if kind == "string_pattern_mismatch" and told.get("pattern") in OF_PATTERNS:
        return OF_PATTERNS[told["pattern"]]
    if kind in OF_TYPES:
        return OF_TYPES[kind].format(**told)
    return str(error["msg"]).removeprefix("Value error, ")


def listed(names: Sequence[str]) -> str:
    """The names as a sentence lists them: `none`, `a`, `a and b`, `a, b and c`."""
    *others, last = names or ["none"]
    return f"{', '.join(others)} and {last}" if others else last
