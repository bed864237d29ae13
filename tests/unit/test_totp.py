"""Codes of an authenticator, against the vectors of RFC 6238 (appendix B)."""

from datetime import UTC, datetime

import pytest

from roster.auth import totp
from tests.support.codes import code_of

RFC = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""By seconds since 1970: eight digits, of which an authenticator of ours shows the last six."""


@pytest.mark.parametrize("seconds", VECTORS)
def test_the_vectors_of_the_rfc(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    code = VECTORS[seconds][2:]
    assert code_of(RFC, at) == code
    assert totp.step_of(RFC, code, 0, at) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_of_leeway(steps: int, taken: bool) -> None:
    at = datetime(2026, 4, 13, 1, 0, 15, tzinfo=UTC)
    present = int(at.timestamp()) // 30
    found = totp.step_of(RFC, code_of(RFC, at, steps), 0, at)
    assert found == (present + steps if taken else None)


def test_only_a_later_step_is_taken() -> None:
    at = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
    present = int(at.timestamp()) // 30
    steps = (-1, 0, 1)
    assert [totp.step_of(RFC, code_of(RFC, at, each), present, at) for each in steps] == [
        None,
        None,
        present + 1,
    ]


@pytest.mark.parametrize("code", ["", "94287", "9428708", "９４２８７０", "abcdef"])
def test_another_text_is_no_code(code: str) -> None:
    assert totp.step_of(RFC, code, 0, datetime.fromtimestamp(59, UTC)) is None
