"""How a query string is read, apart from any list (sections 1 and 2 of the contract)."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from roster.dialects.cloud_foundry.queries import COLUMNS, FILTERS
from roster.dialects.cloud_foundry.query_string import Condition, ListQuery
from roster.errors import ValidationFailed

FILTERED, ORDERED = FILTERS["space"], COLUMNS["space"]
AT_LENGTH = settings(max_examples=300, deadline=None, database=None, derandomize=True)

NAMES = (
    "exclude-relations",
    "include-relations",
    "inline-relations-depth",
    "order-by",
    "order-direction",
    "orphan-relations",
    "page",
    "q",
    "results-per-page",
)


def read(raw: str) -> ListQuery:
    return ListQuery.read(raw, FILTERED, ORDERED)


def refusal(raw: str) -> str:
    with pytest.raises(ValidationFailed) as refused:
        read(raw)
    return refused.value.field_errors[0].message


def conditions(text: str) -> tuple[Condition, ...]:
    return ListQuery.read(f"q={quote(text, safe='')}", None, ORDERED).conditions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:a", [("name", "=", ("a",))]),
        ("name>=a", [("name", ">=", ("a",))]),
        ("name<=a", [("name", "<=", ("a",))]),
        ("name>a", [("name", ">", ("a",))]),
        ("name<a", [("name", "<", ("a",))]),
        ("name IN a, b", [("name", "IN", ("a", " b"))]),
        ("name IN ", [("name", "IN", ())]),
        ("name IN", [("name IN", "=", ())]),
        ("name", [("name", "=", ())]),
        ("name:", [("name", "=", ())]),
        (":x", [("", "=", ("x",))]),
        (" name : x ", [(" name ", "=", (" x ",))]),
        ("name:a>b:c IN d", [("name", "=", ("a>b:c IN d",))]),
        ("name>a:b", [("name", ">", ("a:b",))]),
        ("name in a", [("name in a", "=", ())]),
        ("name:a\nb", [("name", "=", ("a\nb",))]),
        ("name:a;status:b", [("name", "=", ("a",)), ("status", "=", ("b",))]),
        ("name:a;;b", [("name", "=", ("a;b",))]),
        ("name:a;;;status:b", [("name", "=", ("a;",)), ("status", "=", ("b",))]),
        ("", []),
    ],
)
def test_a_condition_is_split_at_its_first_operator(
    text: str, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert [(one.key, one.operator, one.values) for one in conditions(text)] == expected


@pytest.mark.parametrize(
    ("condition", "met", "unmet"),
    [
        ("name:ALPHA", ["alpha", "Alpha"], ["alph", "", "alpha "]),
        ("name:stra\u00dfe", ["STRASSE", "strasse"], ["strase"]),
        ("name IN a,B", ["A", "b"], ["a,b", ""]),
        ("name>b", ["ba", "C"], ["b", "B", "A"]),
        ("name>=b", ["b", "B", "ba"], ["a"]),
        ("name<b", ["A", "a", ""], ["b", "B", "c"]),
        ("name<=b", ["A", "b", "B"], ["ba", "c"]),
        ("name:", [], ["", "a"]),
        ("name>", [], ["", "a"]),
    ],
)
def test_texts_compare_by_their_case_folded_form(condition: str, met: list[str], unmet: list[str]) -> None:
    (one,) = conditions(condition)
    assert [text for text in (*met, *unmet) if one.holds(text)] == met


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        # The reference's order: numbers, conditions, size, depth, direction, page.
        ("page=x&q=bogus:1", "page must be a number"),
        ("q=bogus:1&results-per-page=101", "bogus"),
        ("results-per-page=101&inline-relations-depth=3", "results_per_page must be <= 100"),
        ("inline-relations-depth=3&order-direction=x", "inline_relations_depth must be <= 2"),
        ("order-direction=ASC&page=0", "order_direction must be 'asc' or 'desc' but was 'ASC'"),
        ("page=0&order-by=bogus", "page must be >= 1"),
        ("order-by=Name", "order_by is not a column to order by"),
        ("page=", "page must be a number"),
        ("page=1_0", "page must be a number"),
        ("page=1%0A", "page must be a number"),
        ("page=%D9%A1", "page must be a number"),  # a digit, but not of ASCII
        ("orphan-relations=%2B1", "orphan_relations must be a number"),
        ("page[]=1", "page must be a number"),
        ("inline-relations-depth=-1", "must be a number"),
        ("x=%f", "not percent-encoded"),
        ("%zz", "not percent-encoded"),
        ("x=%ff", "not UTF-8"),
        ("x=%ed%a0%80", "not UTF-8"),
        ("x=\ud800", "not UTF-8"),
        ("x%00", "must not hold NUL"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_references_order(raw: str, reason: str) -> None:
    assert reason in refusal(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("page=1&page=2", 2),
        ("page", 1),
        ("?", 1),
        ("page=3;q=name:x", 3),
        ("Page=3", 1),
    ],
)
def test_the_last_page_that_has_a_value_counts(raw: str, expected: int) -> None:
    assert read(raw).page == expected


def test_a_relation_is_included_unless_others_are_named() -> None:
    assert read("").include is None
    assert read("include-relations").include is None
    assert read("include-relations=").include == frozenset()
    assert read("include-relations=a,b").include == frozenset({"a", "b"})
    assert read("include-relations=a,b&include-relations=c").include == frozenset({"c"})
    assert read("include-relations=a,%20b").include == frozenset({"a", " b"})


@pytest.mark.parametrize(
    ("raw", "query"),
    [
        ("", "order-direction=asc&page=7&results-per-page=50"),
        ("page=2&foo=bar", "order-direction=asc&page=7&results-per-page=50"),
        ("order-by=id&order-direction=desc", "order-by=id&order-direction=desc&page=7&results-per-page=50"),
        ("include-relations=&exclude-relations=", "order-direction=asc&page=7&results-per-page=50"),
        (
            "orphan-relations=2&inline-relations-depth=0",
            "inline-relations-depth=0&order-direction=asc&orphan-relations=2&page=7&results-per-page=50",
        ),
        (
            "include-relations=b,a&exclude-relations=c",
            "exclude-relations=c&include-relations=b,a&order-direction=asc&page=7&results-per-page=50",
        ),
        (
            "q=name:a+b%3B%3Bc&q=name>a%26%23%25%2B%5B%5D%22%5C%7C%C3%A9-._~/?@!$'()*,=",
            "order-direction=asc&page=7&q=name:a%20b%3B%3Bc&"
            "q=name%3Ea%26%23%25%2B%5B%5D%22%5C%7C%C3%A9-._~/?@!$'()*,=&results-per-page=50",
        ),
    ],
)
def test_a_link_repeats_what_was_given_sorted_and_encoded_like_the_references(raw: str, query: str) -> None:
    assert read(raw).link("/v2/spaces", 7) == f"/v2/spaces?{query}"


RAW = some.text(some.characters(exclude_categories=()), max_size=40)  # with lone surrogates
VALUES = some.sampled_from(["", "1", "2", "100", "desc", "name", "id", "name:x", "name IN a,b"]) | some.text(
    max_size=8
)
PAIRS = some.lists(some.tuples(some.sampled_from(NAMES), VALUES.map(quote)), max_size=5)
QUERIES = RAW | PAIRS.map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))


@AT_LENGTH
@given(QUERIES, some.sampled_from([None, FILTERED]))
def test_any_query_is_read_or_refused(raw: str, filters: tuple[str, ...] | None) -> None:
    try:
        asked = ListQuery.read(raw, filters, ORDERED)
    except ValidationFailed as refused:
        said = refused.field_errors[0].message
    else:
        said = asked.link("/v2/spaces", 2)
        assert asked.page >= 1
        assert 1 <= asked.size <= 100
        assert 0 <= asked.depth <= 2
    assert said.encode(), "which a lone surrogate would prevent"


@AT_LENGTH
@given(QUERIES)
def test_a_link_asks_for_the_same_on_another_page(raw: str) -> None:
    try:
        asked = ListQuery.read(raw, None, ORDERED)
    except ValidationFailed:
        return
    link = urlsplit(asked.link("/v2/spaces", asked.page + 1))
    again = ListQuery.read(link.query, None, ORDERED)
    assert replace(again, given={}) == replace(
        asked,
        given={},
        page=asked.page + 1,
        include=asked.include or None,  # an empty list is gone from links, as in the reference
    )
    assert again.link("/v2/spaces", 1) == asked.link("/v2/spaces", 1)


@AT_LENGTH
@given(some.text(max_size=20), some.text(max_size=20))
def test_operators_agree_with_each_other(left: str, right: str) -> None:
    holds: Callable[[str], bool] = lambda operator: Condition("name", operator, (right,)).holds(left)  # noqa: E731
    assert holds("=") == holds("IN") == (holds(">=") and holds("<="))
    assert holds("<") != holds(">=")
    assert holds(">") != holds("<=")
