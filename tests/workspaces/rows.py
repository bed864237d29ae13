"""Input that must be refused wherever it is read; the ids are the attack rows that it covers."""

from typing import Any

import pytest

from roster.domain import PlatformRole

UNSEEN = "\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What no text for people may hold: people do not see it, or see the rest in another order."""

LONG = 256
"""One character more than a line of text may have."""


def _deep(levels: int) -> bytes:
    return b'{"x":' + b"[" * levels + b"]" * levels + b"}"


BAD_BODIES: list[Any] = [
    pytest.param(b"", id="P-16-empty"),
    pytest.param(b" ", id="P-16-blank"),
    pytest.param(b"null", id="P-16-null"),
    pytest.param(b"[]", id="P-16-list"),
    pytest.param(b"[{}]", id="P-16-list-of-one"),
    pytest.param(b'"x"', id="P-16-text"),
    pytest.param(b"7", id="P-16-number"),
    pytest.param(b"true", id="P-16-true"),
    pytest.param(b"{", id="P-16-open"),
    pytest.param(b"{} x", id="P-16-trailing"),
    pytest.param(b"{}{}", id="P-16-two"),
    pytest.param(b"{'x': 1}", id="P-16-quotes"),
    pytest.param(b"\xef\xbb\xbf{}", id="P-16-bom"),
    pytest.param(b'\xef\xbb\xbf{"key": "acme", "name": "Acme"}', id="FB-03-bom-before-a-good-body"),
    pytest.param("{}".encode("utf-16"), id="P-16-utf-16"),
    pytest.param("{}".encode("utf-16-le"), id="P-16-utf-16-le"),
    pytest.param("{}".encode("utf-32"), id="P-16-utf-32"),
    pytest.param(b'{"x":"\xff"}', id="P-16-invalid-utf-8"),
    pytest.param(b'{"x":"\xed\xa0\x80"}', id="P-16-utf-8-surrogate"),
    pytest.param(_deep(30_000), id="P-17-deep"),
    pytest.param(b'{"x":' + b"9" * 5_000 + b"}", id="P-17-5000-digits"),
    pytest.param(b'{"x":NaN}', id="P-17-nan"),
    pytest.param(b'{"x":-Infinity}', id="P-17-infinity"),
    pytest.param(b'{"x":1e400}', id="P-17-1e400"),
    pytest.param(b'{"x":1,"x":1}', id="P-18-twice"),
    pytest.param(b'{"x":{"y":1,"\\u0079":2}}', id="P-18-twice-inside"),
    pytest.param(b'{"x":"a\\u0000"}', id="P-22-nul"),
    pytest.param(b'{"x":"\\ud800"}', id="P-22-surrogate"),
    pytest.param(b'{"\\udfff":1}', id="P-22-surrogate-name"),
    pytest.param(b'{"x":"a\nb"}', id="P-22-raw-newline"),
]
"""Bodies that are no strict JSON object, whatever the endpoint wants in it."""

BAD_LINES: list[Any] = [
    pytest.param(None, id="null"),
    pytest.param(7, id="number"),
    pytest.param(True, id="true"),
    pytest.param(["x"], id="list"),
    pytest.param({"x": "y"}, id="object"),
    pytest.param("", id="P-22-empty"),
    pytest.param("   ", id="P-22-only-spaces"),
    pytest.param("\u2003\u00a0", id="P-22-only-wide-spaces"),
    pytest.param("a\nb", id="P-22-newline"),
    pytest.param("a\tb", id="P-22-tab"),
    pytest.param("a\x07", id="P-22-bell"),
    pytest.param("a\x7f", id="P-22-delete"),
    pytest.param("a\x85b", id="P-22-c1"),
    pytest.param("x" * LONG, id="P-22-over-length"),
    pytest.param("x" * 60_000, id="P-22-60-kB"),
    *(pytest.param(f"a{mark}b", id=f"FS-15-{ord(mark):04X}") for mark in UNSEEN),
    pytest.param("\u202eemca", id="P-22-right-to-left"),
    pytest.param("\u200b", id="P-22-only-zero-width"),
    pytest.param("\u200d \u200c", id="FS-15-only-joiners"),
]
"""Values that are no line of text for people."""

GOOD_LINES: list[Any] = [
    pytest.param("x", id="one"),
    pytest.param("x" * (LONG - 1), id="longest"),
    pytest.param("\U0001f600" * (LONG - 1), id="P-22-emoji"),
    pytest.param("e\u0301\u0323", id="P-22-combining"),
    pytest.param(" Acme ", id="P-22-spaces-around"),
    pytest.param("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", id="FS-15-persian"),
    pytest.param("\U0001f468\u200d\U0001f469\u200d\U0001f467", id="FS-15-family"),
    pytest.param("\u05d0\u200f.", id="P-22-right-to-left-mark"),
    pytest.param("<script>alert('1')</script>\\\"", id="markup"),
]
"""Lines that are kept and shown exactly as given."""

BAD_EMAILS: list[Any] = [
    pytest.param(None, id="null"),
    pytest.param(7, id="number"),
    pytest.param(["a@example.com"], id="list"),
    pytest.param("", id="empty"),
    pytest.param("m\u0131ke@example.com", id="E-02-dotless-i"),
    pytest.param("M\u0130KE@example.com", id="E-02-dotted-i"),
    pytest.param("\u212aate@example.com", id="E-02-kelvin"),
    pytest.param("\uff41da@example.com", id="E-02-full-width"),
    pytest.param("us\u0435r@example.com", id="E-03-cyrillic"),
    pytest.param('"a b"@example.com', id="E-05-quoted"),
    pytest.param("a@b@example.com", id="E-05-two-at"),
    pytest.param("Name <a@example.com>", id="E-05-display-name"),
    pytest.param("a@[127.0.0.1]", id="E-05-address-literal"),
    pytest.param("a@localhost", id="E-05-localhost"),
    pytest.param("a@example.com\n", id="E-05-newline"),
    pytest.param("a@example.com.", id="E-05-dot"),
    pytest.param("a @example.com", id="E-05-space-inside"),
    pytest.param("a,b@example.com", id="E-05-comma"),
    pytest.param("a@example.com,b@example.com", id="E-05-list"),
    pytest.param("a..b@example.com", id="E-05-two-dots"),
    pytest.param(".a@example.com", id="E-05-dot-first"),
    pytest.param("a@-example.com", id="E-05-hyphen-first"),
    pytest.param("a@example..com", id="E-05-empty-label"),
    pytest.param("a@" + "b" * 64 + ".com", id="E-05-long-label"),
    pytest.param("@example.com", id="E-05-no-local-part"),
    pytest.param("a@", id="E-05-no-domain"),
    pytest.param("ada@exam\u200bple.com", id="FS-15-zero-width"),
    pytest.param("ada@exam\u2060ple.com", id="FS-15-joined"),
    pytest.param("ada@exam\ufeffple.com", id="FS-15-byte-order-mark"),
    pytest.param("example.com", id="E-05-no-at"),
    pytest.param("x" * 65 + "@example.com", id="E-06-local-65"),
    pytest.param("x@" + ".".join(["d" * 60] * 4) + ".example.com", id="E-06-total-over-254"),
]
"""Values that are no e-mail address."""

BAD_PASSWORDS: list[Any] = [
    pytest.param(None, id="null"),
    pytest.param(12345678901, id="number"),
    pytest.param("", id="P-26-empty"),
    pytest.param("q", id="P-26-one"),
    pytest.param("zq7x-ab", id="P-26-seven"),
    pytest.param("\U0001f600" * 7, id="P-26-seven-emoji"),
    pytest.param("zq7x" * 64 + "y", id="P-26-257"),
    pytest.param("zq7x" * 2_500, id="P-26-10000"),
    pytest.param("password", id="common"),
    pytest.param("PassWord", id="common-in-other-case"),
    pytest.param("12345678", id="common-digits"),
    pytest.param("stringst", id="FS-18-stringst"),
    pytest.param("Password1!", id="FS-18-Password1!"),
    pytest.param("Company123", id="FS-18-Company123"),
    pytest.param("ada@example.com", id="FS-18-own-address"),
    pytest.param("AdaExample1", id="FS-18-made-of-the-address"),
    pytest.param(" " * 8, id="FS-18-eight-spaces"),
    pytest.param("zq7x" * 64, id="FS-18-pattern"),
]
"""Values that are no password, at least not of ada@example.com."""

BAD_ROLES: list[Any] = [
    pytest.param(None, id="null"),
    pytest.param("ADMIN", id="text"),
    pytest.param({"ADMIN": True}, id="object"),
    pytest.param([], id="P-25-empty"),
    pytest.param(["ROOT"], id="P-25-unknown"),
    pytest.param(["USER", "ROOT"], id="P-25-one-unknown"),
    pytest.param(["admin"], id="P-25-lower-case"),
    pytest.param([None], id="P-25-null-inside"),
    pytest.param([1], id="P-25-number-inside"),
    pytest.param([["ADMIN"]], id="P-25-list-inside"),
    pytest.param(["ADMIN"] * 1_900, id="P-25-1900"),
]
"""Values that are no set of platform roles."""

ROLES: list[Any] = [
    pytest.param(["USER"], ["USER"], id="one"),
    pytest.param(["ADMIN", "ADMIN"], ["ADMIN"], id="P-25-twice"),
    pytest.param(["USER", "ADMIN", "USER"], ["USER", "ADMIN"], id="P-25-twice-among-others"),
]
"""Roles as sent, and as they are kept."""

NOT_FOR_USERS: list[Any] = [
    pytest.param(name, value, id=f"Z-10-{name}")
    for name, value in {
        "id": "u-1",
        "userId": "u-1",
        "number": 1,
        "createdAt": "2020-01-01T00:00:00Z",
        "passwordHash": "$argon2id$x",
        "tokenEpoch": 0,
        "platformRole": PlatformRole.ADMIN.value,
        "is_admin": True,
        "full_name": "x",
        "Email": "b@example.com",
        "__proto__": {},
    }.items()
]
"""Fields that a user's body does not have."""

BAD_NUMBERS: list[Any] = [
    pytest.param(text, id=f"P-08-{name}")
    for name, text in {
        "zero": "0",
        "negative": "-1",
        "fraction": "1.5",
        "exponent": "1e3",
        "plus": "%2B1",
        "raw-plus": "+1",
        "spaces": "%201%20",
        "underscore": "1_0",
        "arabic": "%D9%A3",
        "superscript": "%C2%B2",
        "full-width": "%EF%BC%91",
        "hexadecimal": "0x1",
        "leading-zero": "01",
        "true": "true",
        "empty": "",
        "newline": "1%0A",
        "nul": "1%00",
        "list": "1,2",
        "ten-digits": "1000000000",
        "huge": "1" + "0" * 30,
    }.items()
]
"""Query values that are no page and no size."""
