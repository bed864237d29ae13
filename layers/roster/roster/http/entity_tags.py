"""`If-Match` and `If-None-Match`: the entity tags that a request names (RFC 9110, 13.1)."""

import re
from collections.abc import Collection

from roster.http.request import BLANK

_TAG = re.compile(r'(?:W/)?"[^"]*"')
_TAGS = re.compile(rf"{_TAG.pattern}(?:(?:[ \t]*,)+[ \t]*{_TAG.pattern})*")


def names(header: str, tags: Collection[str]) -> bool:
    """Whether the header is `*` or names one of the tags, weakly compared: `W/` is no difference.

    A header that is no list of tags names none.
    """
    given = header.strip(BLANK)
    if given == "*":
        return True
    named = _TAG.findall(given) if _TAGS.fullmatch(given) else []
    return not {_opaque(tag) for tag in named}.isdisjoint(map(_opaque, tags))


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")
