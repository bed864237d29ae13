"""Issuers' configuration: what is refused, in which words, and where keys come from."""

import json
import socket
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from roster.auth.issuers import Issuers, Misconfigured
from roster.auth.key_sets import KeySet
from roster.errors import Unauthenticated
from tests.attacks import jwt
from tests.attacks.jwt import KEYS_ISSUER, SECRET, claims, key_signed, secret_signed
from tests.attacks.key_server import KeyServer, serving

AT = datetime.fromtimestamp(jwt.NOW, UTC)
FIELDS = "audiences, hmacSecrets, issuer, jwks, jwksUrl, scopeClaim, userClaims"
WEAK = "a secret is shorter than 32 bytes or a published sample"
EITHER = "either hmacSecrets or jwks and jwksUrl"
ADDRESS = "jwksUrl must be https, or http to 127.0.0.1"


def entry(**changed: Any) -> dict[str, Any]:
    return {"issuer": None, "hmacSecrets": [SECRET], **changed}


def keyed(**changed: Any) -> dict[str, Any]:
    return {"issuer": KEYS_ISSUER, "jwks": jwt.key_set(), **changed}


def read(*entries: Any) -> Issuers:
    return Issuers.read(json.dumps(entries))


REFUSED: dict[str, tuple[Any, str]] = {
    "an object": ({"hmacSecrets": [SECRET]}, "issuers: not a JSON array"),
    "null": (None, "issuers: not a JSON array"),
    "a string": ([SECRET], f"issuer 1: only {FIELDS} are known"),
    "an unknown field": ([entry(secret=SECRET)], f"issuer 1: only {FIELDS} are known"),
    "another case": ([entry(hmacsecrets=[SECRET])], f"issuer 1: only {FIELDS} are known"),
    "a numbered name": ([entry(issuer=1)], "issuer 1: issuer must be a string or null"),
    "no key at all": ([{"issuer": None}], f"issuer 1: {EITHER}"),
    "no secret": ([entry(hmacSecrets=[])], f"issuer 1: {EITHER}"),
    "both families": ([entry(jwks=jwt.key_set())], f"issuer 1: {EITHER}"),
    "a secret and an address": ([entry(jwksUrl="https://keys.example")], f"issuer 1: {EITHER}"),
    "three secrets": (
        [entry(hmacSecrets=["a" * 32, "b" * 32, "c" * 32])],
        "issuer 1: at most two hmacSecrets, for rotation",
    ),
    "a secret alone": ([entry(hmacSecrets=SECRET)], "issuer 1: hmacSecrets must be an array of strings"),
    "an empty secret": ([entry(hmacSecrets=[""])], "issuer 1: hmacSecrets must be an array of strings"),
    "a number": ([entry(hmacSecrets=[1])], "issuer 1: hmacSecrets must be an array of strings"),
    "the document's sample": ([entry(hmacSecrets=["tokensecret"])], f"issuer 1: {WEAK}"),
    "31 bytes": ([entry(hmacSecrets=[SECRET[:31]])], f"issuer 1: {WEAK}"),
    "a short second secret": ([entry(hmacSecrets=[SECRET, "changeme"])], f"issuer 1: {WEAK}"),
    "a long published sample": (
        [entry(hmacSecrets=["a-string-secret-at-least-256-bits-long"])],
        f"issuer 1: {WEAK}",
    ),
    "audiences no array": ([entry(audiences="x")], "issuer 1: audiences must be an array of strings"),
    "an empty audience": ([entry(audiences=[""])], "issuer 1: audiences must be an array of strings"),
    "user claims no array": ([entry(userClaims="sub")], "issuer 1: userClaims must be an array of strings"),
    "a scope claim no string": ([entry(scopeClaim=["scope"])], "issuer 1: scopeClaim must be a string"),
    "an empty scope claim": ([entry(scopeClaim="")], "issuer 1: scopeClaim must be a string"),
    "two without a name": ([entry(), keyed(issuer=None)], "issuer 2: named twice"),
    "two of a name": ([keyed(), entry(issuer=KEYS_ISSUER)], "issuer 2: named twice"),
    "jwks null": ([keyed(jwks=None)], "issuer 1: jwks is no key set"),
    "jwks a list": ([keyed(jwks=[])], "issuer 1: jwks is no key set"),
    "jwks of no keys": ([keyed(jwks={"keys": []})], "issuer 1: jwks holds no key for RS256, ES256, EdDSA"),
    "jwks of secrets": (
        [keyed(jwks={"keys": [{"kty": "oct", "k": jwt.part(SECRET), "alg": "HS256"}, "x", {}, None]})],
        "issuer 1: jwks holds no key for RS256, ES256, EdDSA",
    ),
    "jwks for encryption": (
        [keyed(jwks={"keys": [{**jwt.rsa_jwk("e"), "use": "enc"}]})],
        "issuer 1: jwks holds no key for RS256, ES256, EdDSA",
    ),
    **{
        f"jwksUrl {url}": ([keyed(jwksUrl=url)], f"issuer 1: {ADDRESS}")
        for url in (
            "http://keys.example/keys",
            "http://localhost/keys",
            "http://127.0.0.1.example/keys",
            "http://127.0.0.1@keys.example/keys",
            "http://127.0.0.1:80@keys.example/keys",
            "https://user:password@keys.example/keys",
            "http://127.0.0.2/keys",
            "https://",
            "https:///keys",
            "https://[/keys",
            "https://keys.example/a b",
            "https://keys.example/\n",
            "file:///etc/passwd",
            "ftp://127.0.0.1/keys",
            "keys.example",
            "",
            None,
            1,
        )
    },
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_configuration_is_refused_with_a_reason_and_no_secret(reason: str) -> None:
    given, message = REFUSED[reason]
    with pytest.raises(Misconfigured) as refusal:
        Issuers.read(json.dumps(given))
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "issuers: must be JSON"),
        (f'[{{"hmacSecrets":["{SECRET}"]', "issuers: must be JSON"),
        (f'[{{"hmacSecrets":["{SECRET}"],"hmacSecrets":["{SECRET}"]}}]', "issuers: names a field twice"),
        (f'[{{"hmacSecrets":["{SECRET}\\ud800"]}}]', "issuers: holds a character that is no text"),
        ("[" * 100_000, "issuers: is nested too deeply"),
    ],
)
def test_what_is_no_strict_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        Issuers.read(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "secret", ["tokensecret", "secret", "changeme", "your-256-bit-secret", "\u00fc" * 15]
)
@pytest.mark.row("J-01", "item-06")
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        read(entry(hmacSecrets=[secret]))
    assert str(refusal.value) == f"issuer 1: {WEAK}"


def test_bytes_count_and_not_characters() -> None:
    secret = "\u00fc" * 16
    issuers = read(entry(hmacSecrets=[secret]))
    assert issuers.verify(secret_signed(secret=secret), AT).user_id == "u1"


def test_the_least_that_is_needed_is_one_secret() -> None:
    issuers = read({"hmacSecrets": [SECRET]})
    found = issuers.verify(secret_signed(), AT)
    assert (found.user_id, found.scopes, found.issued_at) == (
        "u1",
        ("cloud_controller.read",),
        jwt.NOW - 60,
    )


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize("past", [0.0, 0.4, 0.999])  # of the second, on our own clock
def test_fb_04_an_issuers_clock_may_be_60_seconds_ahead_for_iat_and_nbf(claim: str, past: float) -> None:
    issuers, now = read(entry()), datetime.fromtimestamp(jwt.NOW + past, UTC)
    for moment in (jwt.NOW + past, jwt.NOW + 0.999, jwt.NOW + 60, jwt.NOW + 60 + past):
        assert issuers.verify(secret_signed(claims(**{claim: moment})), now).user_id == "u1"
    for moment in (jwt.NOW + 61, jwt.NOW + 61.0, jwt.NOW + 300):
        with pytest.raises(Unauthenticated):
            issuers.verify(secret_signed(claims(**{claim: moment})), now)


@pytest.mark.parametrize("past", [0.0, 0.999])
def test_fb_04_there_is_no_leeway_for_exp(past: float) -> None:
    issuers, now = read(entry()), datetime.fromtimestamp(jwt.NOW + past, UTC)
    assert issuers.verify(secret_signed(claims(exp=jwt.NOW + 1)), now).user_id == "u1"
    with pytest.raises(Unauthenticated):
        issuers.verify(secret_signed(claims(exp=jwt.NOW)), now)


def test_an_empty_array_believes_nobody() -> None:
    with pytest.raises(Unauthenticated):
        read().verify(secret_signed(), AT)


def test_each_secret_of_a_rotation_is_believed_and_no_third() -> None:
    issuers = read(entry(hmacSecrets=["n" * 32, SECRET]))
    for secret in ("n" * 32, SECRET):
        assert issuers.verify(secret_signed(secret=secret), AT).user_id == "u1"
    with pytest.raises(Unauthenticated):
        issuers.verify(secret_signed(secret="o" * 32), AT)


def test_the_name_selects_the_issuer_and_else_the_one_without() -> None:
    issuers = read(entry(), entry(issuer="https://a.example", hmacSecrets=["a" * 32]))
    named = claims(iss="https://a.example")
    assert issuers.verify(secret_signed(named, "a" * 32), AT).user_id == "u1"
    assert issuers.verify(secret_signed(claims(iss="https://b.example")), AT).user_id == "u1"
    for payload, secret in ((named, SECRET), (claims(), "a" * 32)):
        with pytest.raises(Unauthenticated):
            issuers.verify(secret_signed(payload, secret), AT)


def test_claims_are_read_under_the_configured_names() -> None:
    issuers = read(entry(audiences=["a", "b"], userClaims=["sub", "azp"], scopeClaim="scp"))
    sent = claims(aud="b", user_id=jwt.ABSENT, azp="u7", scope=["x"], scp=["y"])
    found = issuers.verify(secret_signed(sent), AT)
    assert (found.user_id, found.scopes) == ("u7", ("y",))
    for wrong in (claims(aud="b"), claims(sub="u1")):
        with pytest.raises(Unauthenticated):
            issuers.verify(secret_signed(wrong), AT)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_bundled_key_verifies_its_own_algorithm(algorithm: str) -> None:
    issuers = read(keyed())
    assert issuers.verify(key_signed(algorithm), AT).user_id == "u1"
    for other in {"RS256", "ES256", "EdDSA"} - {algorithm}:
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed(algorithm, kid=other), AT)
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed(algorithm, alg=other, kid=algorithm), AT)


def test_an_rsa_key_under_2048_bits_is_not_believed() -> None:
    issuers = read(keyed(jwks={"keys": [jwt.rsa_jwk("short", "short", 1024), jwt.rsa_jwk("RS256")]}))
    short = jwt.token(claims(iss=KEYS_ISSUER), jwt.by_rsa("short", 1024), {"alg": "RS256", "kid": "short"})
    with pytest.raises(Unauthenticated):
        issuers.verify(short, AT)
    assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"


def test_without_kid_each_key_of_the_algorithm_is_tried() -> None:
    issuers = read(keyed(jwks={"keys": [jwt.rsa_jwk("old", "old"), jwt.rsa_jwk("new")]}))
    nameless = jwt.token(claims(iss=KEYS_ISSUER), jwt.by_rsa(), {"alg": "RS256"})
    assert issuers.verify(nameless, AT).user_id == "u1"


# Keys at an address.


class Ticking:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def fetching(server: KeyServer, clock: Ticking, **more: Any) -> Issuers:
    issuers = read({"issuer": KEYS_ISSUER, "jwksUrl": server.url, **more})
    key_set = issuers.by_name[KEYS_ISSUER].key_set
    assert isinstance(key_set, KeySet)
    key_set.clock = clock
    return issuers


def test_reading_a_configuration_asks_no_address() -> None:
    with serving(jwt.key_set()) as (server, _):
        fetching(server, Ticking())
        assert server.asked == []


def test_an_address_is_asked_once_for_many_tokens() -> None:
    with serving(jwt.key_set()) as (server, _):
        clock = Ticking()
        issuers = fetching(server, clock)
        for _ in range(3):
            for algorithm in ("RS256", "ES256", "EdDSA"):
                assert issuers.verify(key_signed(algorithm), AT).user_id == "u1"
            clock.now += 3_600
        assert server.asked == ["/token_keys"]


def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    with serving({"keys": [jwt.rsa_jwk("old", "old")]}) as (server, _):
        clock = Ticking()
        issuers = fetching(server, clock)
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256"), AT)
        server.body = json.dumps(jwt.key_set()).encode()
        clock.now = 29.0
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256"), AT)
        clock.now = 30.0
        assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"
        old = jwt.token(claims(iss=KEYS_ISSUER), jwt.by_rsa("old"), {"alg": "RS256", "kid": "old"})
        clock.now = 60.0
        with pytest.raises(Unauthenticated):  # what the issuer has withdrawn is no key any more
            issuers.verify(old, AT)
        assert len(server.asked) == 3


def test_a_key_that_is_known_asks_no_address_whoever_signed() -> None:
    with serving(jwt.key_set()) as (server, _):
        issuers = fetching(server, Ticking(), jwks=jwt.key_set())
        forged = jwt.token(claims(iss=KEYS_ISSUER), jwt.by_rsa("x"), {"alg": "RS256", "kid": "RS256"})
        with pytest.raises(Unauthenticated):
            issuers.verify(forged, AT)
        assert server.asked == []


def test_tokens_of_another_shape_or_family_ask_no_address() -> None:
    with serving(jwt.key_set()) as (server, _):
        issuers = fetching(server, Ticking())
        for token in (
            secret_signed(claims(iss=KEYS_ISSUER)),
            secret_signed(claims(iss=KEYS_ISSUER), alg="none"),
            key_signed("RS256", crit=["x"]),
            key_signed("RS256", claims(iss="https://other.example")),
        ):
            with pytest.raises(Unauthenticated):
                issuers.verify(token, AT)
        assert server.asked == []


BROKEN: dict[str, tuple[int, bytes]] = {
    "an error": (500, b""),
    "no content": (200, b""),
    "no JSON": (200, b"<html>"),
    "no key set": (200, b"[]"),
    "no keys": (200, b'{"keys":[]}'),
    "no UTF-8": (200, b"\xff"),
    "depth": (200, b"[" * 50_000),
    "more than fits": (200, b" " * 262_144 + json.dumps(jwt.key_set()).encode()),
    "a secret": (200, json.dumps({"keys": [{"kty": "oct", "k": jwt.part(SECRET)}]}).encode()),
    "a broken key": (200, json.dumps({"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}).encode()),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_key_set_replaces_no_keys(broken: str) -> None:
    with serving(jwt.key_set()) as (server, _):
        clock = Ticking()
        issuers = fetching(server, clock)
        assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"
        server.status, server.body = BROKEN[broken]
        clock.now = 100.0
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256", kid="unknown"), AT)
        assert len(server.asked) == 2
        assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"


def test_a_redirect_is_not_followed() -> None:
    with serving({"keys": [jwt.rsa_jwk("RS256", "attacker")]}) as (elsewhere, _), serving({}) as (server, _):
        server.status, server.headers = 302, {"Location": elsewhere.url}
        issuers = fetching(server, Ticking())
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256"), AT)
        assert (len(server.asked), elsewhere.asked) == (1, [])


def test_what_is_no_http_is_a_failure_like_any() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"no http\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        server = KeyServer(b"", port=listener.getsockname()[1])
        issuers = fetching(server, Ticking(), jwks=jwt.key_set())
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256", kid="unknown"), AT)
        thread.join()
    assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"


def test_an_address_that_is_down_keeps_the_keys_that_were_fetched() -> None:
    with serving(jwt.key_set()) as (server, stop):
        clock = Ticking()
        issuers = fetching(server, clock)
        assert issuers.verify(key_signed("ES256"), AT).user_id == "u1"
        stop()
        clock.now = 100.0
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("ES256", kid="unknown"), AT)
        assert issuers.verify(key_signed("ES256"), AT).user_id == "u1"


def test_bundled_keys_serve_while_the_address_is_down() -> None:
    with serving(jwt.key_set()) as (server, stop):
        stop()
        issuers = fetching(server, Ticking(), jwks=jwt.key_set())
        with pytest.raises(Unauthenticated):
            issuers.verify(key_signed("RS256", kid="unknown"), AT)
        assert issuers.verify(key_signed("RS256"), AT).user_id == "u1"


def test_without_any_key_nothing_is_believed() -> None:
    with serving(jwt.key_set()) as (server, stop):
        stop()
        issuers = fetching(server, Ticking())
        for algorithm in ("RS256", "ES256", "EdDSA"):
            with pytest.raises(Unauthenticated):
                issuers.verify(key_signed(algorithm), AT)


def test_fb_03_a_byte_order_mark_before_the_array_is_dropped() -> None:
    text = json.dumps([{"hmacSecrets": [SECRET]}])
    assert Issuers.read("\ufeff" + text) == Issuers.read(text)
    with pytest.raises(Misconfigured):
        Issuers.read("\ufeff\ufeff" + text)
