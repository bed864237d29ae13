"""Forms without second meanings: `application/x-www-form-urlencoded`, each field once."""

import re
from urllib.parse import unquote_plus

from roster import bounds

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


class NotStrictForm(ValueError):
    """The text is no form, or has a second meaning; says which rule it breaks, never what it holds."""


def loads(text: str) -> dict[str, str]:
    """The fields of a form. Raises NotStrictForm.

    Refused: a field twice, a `%` that escapes nothing, escapes that are no UTF-8, and NUL.
    """
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    if len(pairs) > bounds.FORM_FIELDS:
        raise NotStrictForm("has too many fields")
    fields = {decoded(name): decoded(value) for name, _, value in pairs}
    if len(fields) != len(pairs):
        raise NotStrictForm("names a field twice")
    return fields


def decoded(text: str) -> str:
    """A name or a value as it was before it was encoded. Raises NotStrictForm."""
    if _BROKEN.search(text):
        raise NotStrictForm("holds a percent sign that escapes nothing")
    try:
        plain = unquote_plus(text, errors="strict")
    except UnicodeDecodeError as error:
        raise NotStrictForm("must be UTF-8") from error
    if "\0" in plain:
        raise NotStrictForm("holds a character that is no text")
    return plain
