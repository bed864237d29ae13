"""Forms: what is read, and what is refused because two readers could read it two ways."""

import pytest

from roster.bounds import FORM_FIELDS
from roster.http import strict_form
from roster.http.strict_form import NotStrictForm


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("a=b", {"a": "b"}),
        ("a=b&&c=d&", {"a": "b", "c": "d"}),
        ("a=b=c", {"a": "b=c"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("a+b=c%20d+%2B", {"a b": "c d +"}),
        ("a=%252B", {"a": "%2B"}),
        ("a=%26b%3Dc", {"a": "&b=c"}),
        ("a=\u00fc", {"a": "\u00fc"}),
        ("a=%C3%bc", {"a": "\u00fc"}),
        ("a=b;c=d", {"a": "b;c=d"}),
    ],
)
def test_a_form_is_read_as_it_was_written(text: str, fields: dict[str, str]) -> None:
    assert strict_form.loads(text) == fields


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a=b&a=b", "names a field twice"),
        ("a&a", "names a field twice"),
        ("a=b&%61=c", "names a field twice"),
        ("a=%", "holds a percent sign that escapes nothing"),
        ("a=%4", "holds a percent sign that escapes nothing"),
        ("a=%zz", "holds a percent sign that escapes nothing"),
        ("%=a", "holds a percent sign that escapes nothing"),
        ("a=%ff", "must be UTF-8"),
        ("a=%ed%a0%80", "must be UTF-8"),
        ("%c0%80=a", "must be UTF-8"),
        ("a=%00", "holds a character that is no text"),
        ("a=\0", "holds a character that is no text"),
        ("&".join(f"f{number}" for number in range(FORM_FIELDS + 1)), "has too many fields"),
    ],
)
def test_what_has_a_second_meaning_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotStrictForm, match=reason):
        strict_form.loads(text)
