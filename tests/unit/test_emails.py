"""What is an address, and when two are one (rows E-01 to E-06)."""

from typing import Any

import pytest

from roster.directory.emails import NotAnAddress, canonical
from tests.workspaces.rows import BAD_EMAILS

_TEXTS: list[Any] = [row for row in BAD_EMAILS if isinstance(row.values[0], str)]


@pytest.mark.parametrize("address", _TEXTS)
def test_what_is_no_address_is_said_to_be_none_and_not_repeated(address: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        canonical(address)
    assert not address or address not in str(refused.value)


@pytest.mark.parametrize("end", ["\0", "\n", "\r", "\t", ".", "\u00a0", "\u200b"])
@pytest.mark.row("E-05")
def test_nothing_but_spaces_is_trimmed(end: str) -> None:
    for address in (f"a@example.com{end}", f"{end}a@example.com", f"a{end}@example.com"):
        with pytest.raises(NotAnAddress):
            canonical(address)


def test_fb_17_spaces_around_an_address_are_none_of_it() -> None:
    for address in (" Ada@Example.com", "Ada@Example.com ", "   Ada@Example.com  "):
        assert canonical(address) == "ada@example.com"
    for address in ("Ada @example.com", "Ada@ example.com", " ", "Ada@example.com \n"):
        with pytest.raises(NotAnAddress):
            canonical(address)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        pytest.param("user@example.com", "user@example.com", id="plain"),
        pytest.param("User@Example.COM", "user@example.com", id="E-01"),
        pytest.param("a@B\u00dcCHER.example", "a@xn--bcher-kva.example", id="E-03-unicode"),
        pytest.param("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example", id="E-03-a-label"),
        pytest.param("a@bu\u0308cher.example", "a@xn--bcher-kva.example", id="E-03-decomposed"),
        pytest.param("a@b\u00fccher\u3002example", "a@xn--bcher-kva.example", id="E-03-ideographic-stop"),
        pytest.param("a@\uff45xample.com", "a@example.com", id="E-02-full-width-domain"),
        pytest.param("A#B@example.com", "a#b@example.com", id="E-04"),
        pytest.param("a%23b@example.com", "a%23b@example.com", id="E-04-escaped"),
        pytest.param("a+tag@example.com", "a+tag@example.com", id="tag-kept"),
        pytest.param("f.o.o@example.com", "f.o.o@example.com", id="dots-kept"),
        pytest.param("o'neil!$&*/=?^_`{|}~-@example.com", "o'neil!$&*/=?^_`{|}~-@example.com", id="marks"),
        pytest.param("x" * 64 + "@example.com", "x" * 64 + "@example.com", id="E-06-local-64"),
    ],
)
def test_addresses_that_are_one_have_one_form(address: str, form: str) -> None:
    assert canonical(address) == form
    assert canonical(form) == form


@pytest.mark.parametrize("domain", ["example.test", "example.invalid", "a.local", "host.example", "x.onion"])
def test_reserved_domains_are_domains(domain: str) -> None:
    assert canonical(f"a@{domain}") == f"a@{domain}"


@pytest.mark.row("E-03")
def test_a_homoglyph_is_another_domain() -> None:
    assert canonical("a@ex\u0430mple.com") != canonical("a@example.com")
