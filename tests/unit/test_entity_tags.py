"""`If-Match` and `If-None-Match` name tags by RFC 9110's lists, whichever dialect reads them."""

import pytest

from roster.http import entity_tags


@pytest.mark.parametrize(
    "header",
    ['"a"', 'W/"a"', ' \t"a" ', '"x", "a"', '"a","x"', '"x" ,\t,W/"a"', '"", "a"', '"x,y", "a"', "*", " *\t"],
)
@pytest.mark.parametrize("tag", ['"a"', 'W/"a"'])
def test_a_tag_is_named_weak_or_strong_and_anywhere_in_a_list(header: str, tag: str) -> None:
    assert entity_tags.names(header, [tag])
    assert entity_tags.names(header, ['"b"', tag])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "a",
        "'a'",
        '"a',
        'a"',
        '"b"',
        '"A"',
        '" a"',
        'w/"a"',
        'W/W/"a"',
        'W/ "a"',
        '"a" "x"',
        '"a", x',
        'x, "a"',
        '"a"; "x"',
        '*, "a"',
        '"a", *',
        "**",
        '"*"',
        '\u00a0"a"',
        '"x"\u2003,"a"',
        '"x"' * 2_000,
        '"x"' + "," * 8_000,
    ],
)
def test_another_tag_and_what_is_no_list_name_none(header: str) -> None:
    assert not entity_tags.names(header, ['"a"'])


def test_what_has_no_tag_is_named_by_a_star_alone() -> None:
    assert entity_tags.names("*", [])
    assert not entity_tags.names('"a"', [])
