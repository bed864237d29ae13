"""An event is read without trust: whatever it holds, a request comes of it or a documented refusal."""

import base64
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from roster.bounds import BODY_BYTES
from roster.errors import NotFound, TooLarge, ValidationFailed
from roster.http.request import FORM, MARGIN, Request, seconds_left
from tests.support.api import Context


def _request(event: Any) -> Request:
    return Request.of(event, Context("x"), 8.0)


def _body(text: str, **more: Any) -> Request:
    return _request({"body": text, **more})


def _base64(raw: bytes) -> Request:
    return _body(base64.b64encode(raw).decode(), isBase64Encoded=True)


def _nested(levels: int) -> str:
    return '{"x":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("null", id="P-16-null"),
        pytest.param("[]", id="P-16-list"),
        pytest.param('"x"', id="P-16-text"),
        pytest.param("{", id="P-16-open"),
        pytest.param("{} {}", id="P-16-trailing"),
        pytest.param(" ", id="P-16-blank"),
        pytest.param("\ufeff{}", id="P-16-bom"),
        pytest.param("{\0}", id="P-16-nul-outside"),
        pytest.param("\ud800", id="P-16-lone-surrogate"),
        pytest.param("[" * 60_000, id="P-17-deep-open"),
        pytest.param(_nested(10_000), id="P-17-deep"),
        pytest.param(_nested(21), id="P-17-one-too-deep"),
        pytest.param('{"x":' + "9" * 5_000 + "}", id="P-17-5000-digits"),
        pytest.param('{"x":0.' + "1" * 5_000 + "}", id="P-17-5000-decimals"),
        pytest.param('{"x":NaN}', id="P-17-nan"),
        pytest.param('{"x":Infinity}', id="P-17-infinity"),
        pytest.param('{"x":-Infinity}', id="P-17-minus-infinity"),
        pytest.param('{"x":1e400}', id="P-17-1e400"),
        pytest.param('{"x":-1E400}', id="P-17-minus-1e400"),
        pytest.param('{"x":1,"x":1}', id="P-18-twice"),
        pytest.param('{"x":1,"\\u0078":1}', id="P-18-twice-escaped"),
        pytest.param('{"x":[{"y":1,"y":1}]}', id="P-18-twice-inside"),
        pytest.param('{"x":"\\u0000"}', id="P-22-nul"),
        pytest.param('{"\\u0000":1}', id="P-22-nul-name"),
        pytest.param('{"x":["\\ud800"]}', id="P-22-surrogate"),
        pytest.param('{"x":"\\udc00\\ud800"}', id="P-22-surrogates-turned"),
        pytest.param('{"x":"a\tb"}', id="P-22-raw-tab"),
        pytest.param('{"x":"' + '\\"' * 30_000, id="a-string-that-never-ends"),
        pytest.param('{"x":"' + "\\" * 60_001, id="an-escape-that-never-ends"),
        pytest.param('"' * 60_001, id="60001-quotes"),
    ],
)
def test_what_is_no_strict_json_object_is_invalid(text: str) -> None:
    with pytest.raises(ValidationFailed):
        _body(text).json()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("{}".encode("utf-16"), id="P-16-utf-16"),
        pytest.param("{}".encode("utf-16-be"), id="P-16-utf-16-be"),
        pytest.param("{}".encode("utf-32"), id="P-16-utf-32"),
        pytest.param(b"\xef\xbb\xbf{}", id="P-16-bom"),
        pytest.param(b'{"x":"\xff"}', id="P-19-invalid-utf-8"),
        pytest.param(b'{"x":"\xc0\xaf"}', id="P-19-overlong"),
        pytest.param(b'{"x":"\xed\xa0\x80"}', id="P-19-surrogate"),
    ],
)
def test_base64_of_what_is_not_utf_8_json_is_invalid(raw: bytes) -> None:
    with pytest.raises(ValidationFailed):
        _base64(raw).json()


@pytest.mark.parametrize("text", ["e30", "e30=x", "{}", "e3 0=", "\u0661", "===="])
@pytest.mark.row("P-19")
def test_what_is_not_base64_is_invalid(text: str) -> None:
    with pytest.raises(ValidationFailed):
        _body(text, isBase64Encoded=True).json()


def _spaces(length: int) -> bytes:
    return b" " * (length - 2) + b"{}"


@pytest.mark.parametrize("less", range(4))
def test_fs_02_a_body_of_just_the_bound_is_read(less: int) -> None:
    """In base64 with none, one and two equals signs at its end."""
    raw = _spaces(BODY_BYTES - less)
    _body(raw.decode()).json()
    _base64(raw).json()


@pytest.mark.parametrize("more", range(1, 5))
def test_fs_02_a_body_beyond_the_bound_is_not_decoded(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _spaces(BODY_BYTES + more)
    requests = [_body(raw.decode()), _base64(raw), _body("\u00e9" * (BODY_BYTES // 2 + 1))]
    requests += [_body("!" * 1_000_000, isBase64Encoded=True), _body("\ud800" * BODY_BYTES)]
    requests += [_request({**request.event, "headers": {"content-type": FORM}}) for request in list(requests)]

    def decode(*_: Any, **__: Any) -> bytes:
        raise AssertionError("decoded")

    monkeypatch.setattr(base64, "b64decode", decode)
    for request in requests:
        with pytest.raises(TooLarge):
            request.form() if request.media_type else request.json()


@pytest.mark.parametrize(
    "event",
    [
        {"headers": {"x-a": "x" * 17_000}},
        {"headers": {f"x-{number}": "x" * 100 for number in range(170)}},
        {"cookies": ["x" * 17_000]},
        {"rawQueryString": "x" * 17_000},
        {"rawPath": "/" * 17_000},
        {"rawQueryString": "&" * 300},
        {"rawQueryString": "q=a;" * 300},
    ],
    ids=["header", "headers", "cookie", "query", "path", "parameters", "parameters-by-semicolons"],
)
def test_fs_02_a_head_beyond_the_bound_is_too_large(event: Any) -> None:
    with pytest.raises(TooLarge):
        _request(event).demand_small_head()


def test_a_head_as_the_gateway_delivers_it_is_not() -> None:
    _request({"headers": {"x-a": "x" * 10_240}, "rawQueryString": "q=a&" * 299}).demand_small_head()


_SPACES = ["\u00a0", "\u0085", "\u2000", "\u2003", "\u2028", "\u3000", "\x0b", "\x0c", "\x1c", "\x1f", "\n"]


@pytest.mark.parametrize("space", _SPACES, ids=ascii)
def test_fs_07_other_spaces_than_blanks_belong_to_the_value(space: str) -> None:
    cookies = [f"{space}a=1", f"a{space}=2", f" \ta \t=3{space}"]
    request = _request({"cookies": cookies, "headers": {"content-type": f"{space}application/json"}})
    assert request.cookie("a") == [f"3{space}"]
    assert request.media_type == f"{space}application/json"
    for content_type in (f"text/plain;{space}charset=latin-1", "text/plain; char\u017fet=latin-1"):
        assert _request({"headers": {"content-type": content_type}}).charset == ""
    named = _request({"headers": {"content-type": f"text/plain; \tcharset=utf-8{space}"}})
    assert named.charset == f"utf-8{space}"


@pytest.mark.parametrize("body", [7, True, {"x": 1}, ["x"], 1.5])
def test_a_body_that_is_no_text_is_invalid(body: Any) -> None:
    with pytest.raises(ValidationFailed):
        _request({"body": body}).json()


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        ' \r\n{"x": [1, -2.5, 1e3, true, null, {"y": "\\u00e9"}]} ',
        '{"x":"[[[[{{{{\\"[[[["}',
        '{"x":"\\ud83d\\ude00 \u202e \u0301"}',
        '{"x":1e308}',
        '{"x":' + "9" * 38 + "}",
        _nested(20),
        '{"a":1,"A":1,"b":{"a":1}}',
    ],
    ids=["empty", "every-kind", "brackets-in-text", "any-text", "large", "38-digits", "20-levels", "alike"],
)
def test_strict_json_is_let_through(text: str) -> None:
    _body(text).json()
    _base64(text.encode()).json()


def test_calls_begin_within_the_sooner_of_the_budget_and_the_functions_end() -> None:
    class Ending:
        def get_remaining_time_in_millis(self) -> int:
            return 5_000

    assert seconds_left(Ending()) == 5 - MARGIN
    assert seconds_left(None) == math.inf
    assert Request.of({}, Ending(), 8.0).deadline.left() <= 5 - MARGIN
    assert Request.of({}, None, 8.0).deadline.left() <= 8


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": ""}])
def test_no_body_is_no_flaw(event: Any) -> None:
    request = _request(event)
    assert not request.has_body
    request.json()


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        7,
        {},
        {"key1": "value1", "key2": "value2", "key3": "value3"},
        {"requestContext": {"http": {"method": "GET"}}, "rawPath": "/"},
        {"requestContext": {"http": {"method": "GET"}, "stage": 7}, "rawPath": "/"},
        {"requestContext": {"http": "GET", "stage": "$default"}, "rawPath": "/"},
        {"requestContext": {"http": {"method": "GET"}, "stage": "$default"}, "rawPath": None},
        {"requestContext": [], "headers": "x", "cookies": {}, "pathParameters": 7},
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_no_request_is_missing(event: Any) -> None:
    request = _request(event)
    assert (request.headers, request.cookies, request.path) == ({}, (), {})
    with pytest.raises(NotFound):
        request.demand_wellformed()


def test_headers_are_folded_and_what_is_no_text_counts_as_not_sent() -> None:
    request = _request(
        {"headers": {"Content-Type": "A/B; c=d", "X": 7, "y": None}, "cookies": ["a=1", 7, None]}
    )
    assert request.headers == {"content-type": "A/B; c=d"}
    assert request.media_type == "a/b"
    assert request.cookies == ("a=1",)


@pytest.mark.parametrize(
    ("cookies", "values"),
    [
        (["s=1"], ["1"]),
        (["s=1", "s=2"], ["1", "2"]),
        ([" s =1"], ["1"]),
        (["s=a=b"], ["a=b"]),
        (["S=1", "ss=1", "x=s=1"], []),
        (["s"], [""]),
        (["s="], [""]),
    ],
    ids=repr,
)
def test_cookies_are_found_by_their_very_name(cookies: list[str], values: list[str]) -> None:
    assert _request({"cookies": cookies}).cookie("s") == values


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("application/json", ""),
        ("application/json; charset=utf-8", "utf-8"),
        ('application/json;Charset="UTF-16"', "utf-16"),
        ("application/json; x=1; charset=latin1", "latin1"),
        ("application/json; charset=", ""),
    ],
)
def test_the_charset_is_what_the_content_type_names(content_type: str, charset: str) -> None:
    assert _request({"headers": {"content-type": content_type}}).charset == charset


_JSON: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = some.sampled_from(
    [
        "requestContext",
        "headers",
        "cookies",
        "pathParameters",
        "body",
        "isBase64Encoded",
        "rawPath",
        "routeKey",
    ]
)


@given(some.dictionaries(_NAMES, _JSON))
@settings(max_examples=150, deadline=None, database=None)
def test_any_event_is_read_or_refused(event: dict[str, Any]) -> None:
    request = _request(event)
    request.cookie("s"), request.charset, request.media_type
    for demand in (request.demand_wellformed, request.json):
        try:
            demand()
        except (NotFound, ValidationFailed):
            continue
