"""Hashes of passwords that other systems made: which are taken, and what proves them."""

import hashlib
from base64 import b64encode

import argon2
import bcrypt
import pytest

from roster.auth import imported_hashes, passwords

PASSWORD = "zq7x-abc"
SALT = b"sixteen byte salt"


def b64(raw: bytes, *, padded: bool = False) -> str:
    text = b64encode(raw).decode()
    return text if padded else text.rstrip("=")


def pbkdf2(digest: str, iterations: int = 10, size: int | None = None, password: str = PASSWORD) -> bytes:
    return hashlib.pbkdf2_hmac(digest, password.encode(), SALT, iterations, size)


def scrypt(size: int = 64) -> bytes:
    return hashlib.scrypt(PASSWORD.encode(), salt=SALT, n=16, r=8, p=1, dklen=size)


BCRYPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
HASHES = {
    "bcrypt-2b": BCRYPT,
    "bcrypt-2a": "$2a$" + BCRYPT[4:],
    "bcrypt-2y": "$2y$" + BCRYPT[4:],
    "django-pbkdf2-sha256": f"pbkdf2_sha256$10${SALT.decode()}${b64(pbkdf2('sha256'), padded=True)}",
    "django-pbkdf2-sha1": f"pbkdf2_sha1$10${SALT.decode()}${b64(pbkdf2('sha1'), padded=True)}",
    "phc-pbkdf2-sha256": f"$pbkdf2-sha256$i=10,l=32${b64(SALT)}${b64(pbkdf2('sha256'))}",
    "phc-pbkdf2-sha512": f"$pbkdf2-sha512$i=10${b64(SALT)}${b64(pbkdf2('sha512'))}",
    "a-key-of-two-blocks": f"$pbkdf2-sha256$i=10,l=64${b64(SALT)}${b64(pbkdf2('sha256', size=64))}",
    "a-short-key": f"$pbkdf2-sha512$i=10,l=16${b64(SALT)}${b64(pbkdf2('sha512', size=16))}",
    "passlib-pbkdf2-sha256": f"$pbkdf2-sha256$10${b64(SALT)}${b64(pbkdf2('sha256')).replace('+', '.')}",
    "passlib-pbkdf2-sha1": f"$pbkdf2$10${b64(SALT)}${b64(pbkdf2('sha1'))}",
    "scrypt": f"$scrypt$ln=4,r=8,p=1${b64(SALT)}${b64(scrypt())}",
    "scrypt-of-32": f"$scrypt$ln=4,r=8,p=1${b64(SALT)}${b64(scrypt(32))}",
    "django-scrypt": f"scrypt${SALT.decode()}$16$8$1${b64(scrypt(), padded=True)}",
    "argon2id": argon2.PasswordHasher(1, 8, 1).hash(PASSWORD),
    "argon2i": argon2.PasswordHasher(1, 8, 1, type=argon2.Type.I).hash(PASSWORD),
}
"""By its notation, a hash of PASSWORD made by the library of that notation."""

FIREBASE = (
    "$firebase-scrypt$ln=14,r=8,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZ"
    "JzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn"
    "3aoItz+VHjoZilo78198JAdRuid5lQ=="
)
"""The example that Firebase publishes with its scrypt, whose password is `user1password`."""


@pytest.mark.parametrize("name", HASHES)
def test_what_another_library_hashed_is_proved_by_its_password_alone(name: str) -> None:
    stored = HASHES[name]
    assert passwords.reason_to_refuse_hash(stored) is None
    assert passwords.looks_hashed(stored)
    assert passwords.matches(stored, PASSWORD)
    for other in ("", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper()):
        assert not passwords.matches(stored, other)


def test_firebases_own_example_is_proved() -> None:
    assert passwords.reason_to_refuse_hash(FIREBASE) is None
    assert passwords.matches(FIREBASE, "user1password")
    assert not passwords.matches(FIREBASE, "user2password")


@pytest.mark.parametrize(
    ("text", "iterations", "key"),
    [
        # RFC 7914, section 11, of PBKDF2-HMAC-SHA256
        (
            "Password",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
            "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
        ),
    ],
)
def test_the_vectors_of_the_rfcs_are_proved(text: str, iterations: int, key: str) -> None:
    stored = f"$pbkdf2-sha256$i={iterations}${b64(b'NaCl')}${b64(bytes.fromhex(key))}"
    assert passwords.matches(stored, text)


def test_the_vector_of_scrypt_is_proved() -> None:
    key = bytes.fromhex(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
    assert passwords.matches(f"$scrypt$ln=14,r=8,p=1${b64(b'SodiumChloride')}${b64(key)}", "pleaseletmein")


def test_bcrypt_looks_at_72_bytes() -> None:
    """As it always did: who has a longer password logs in with it."""
    long = "x" * 100
    stored = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert passwords.matches(stored, long)
    assert not passwords.matches(stored, "y" + long)


KEY = b64(bytes(32))
COSTLY = [
    "$2b$15$" + "x" * 53,
    "$2b$31$" + "x" * 53,
    f"pbkdf2_sha256$2000001$salt${KEY}",
    f"$pbkdf2-sha512$i=9999999999$c2FsdA${KEY}",
    f"$scrypt$ln=18,r=8,p=2$c2FsdA${KEY}",
    f"$scrypt$ln=20,r=32,p=1$c2FsdA${KEY}",
    f"$scrypt$ln=99,r=8,p=1$c2FsdA${KEY}",
    f"scrypt$salt$1073741824$8$1${KEY}",
    f"$firebase-scrypt$ln=30,r=8,ss=,sk={KEY}$c2FsdA${KEY}",
    "$argon2id$v=19$m=262145,t=1,p=1$c29tZXNhbHQ$" + "A" * 43,
]
NO_HASHES = [
    "",
    "x",
    "$2b$03$" + "x" * 53,
    "$2b$10$" + "x" * 52,
    "$2x$10$" + "x" * 53,
    "$2b$10$" + "x" * 53 + "\n",
    f"$pbkdf2-md5$i=10$c2FsdA${KEY}",
    f"$pbkdf2-sha256$i=0$c2FsdA${KEY}",
    "$pbkdf2-sha256$i=10$c2FsdA$c2hvcnQ",
    f"$pbkdf2-sha256$i=10${b64(bytes(129))}${KEY}",
    f"$pbkdf2-sha256$i=\u0661$c2FsdA${KEY}",
    f"$scrypt$ln=0,r=8,p=1$c2FsdA${KEY}",
    f"$scrypt$ln=4,r=0,p=1$c2FsdA${KEY}",
    f"scrypt$salt$17$8$1${KEY}",
    "$scrypt$ln=4,r=8,p=1$a$" + KEY,
    "$argon2id$",
    "$argon2id$v=19$m=8,t=1,p=1",
    "$argon2id$v=19$m=8,t=1,p=1$$",
    "$argon2id$v=19$m=8,t=-1,p=1$c29tZXNhbHQ$" + "A" * 43,
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$\u00e9" + "A" * 43,
    "$argon2id$v=19$m=x,t=1,p=1$c29tZXNhbHQ$" + "A" * 43,
    "$argon2x$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43,
    "$pbkdf2-sha256$i=10$" + "A" * 2_000 + "$" + KEY,
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "{SSHA}c2FsdA==",
]


@pytest.mark.parametrize("text", COSTLY)
@pytest.mark.row("P-05")
def test_what_asks_for_more_than_a_login_may_cost_is_not_computed(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((hashlib, "pbkdf2_hmac"), (hashlib, "scrypt"), (bcrypt, "checkpw")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("computed"))
    assert passwords.reason_to_refuse_hash(text) == "asks for more work than a login may cost"
    with pytest.raises(passwords.CostlyHash):
        passwords.matches(text, PASSWORD)


@pytest.mark.parametrize("text", NO_HASHES)
def test_what_is_no_hash_is_refused_without_its_text_and_matches_nothing(text: str) -> None:
    reason = passwords.reason_to_refuse_hash(text)
    assert reason
    assert len(text) < 10 or text not in reason
    assert not passwords.matches(text, PASSWORD)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "$100 for tea", "2b or not 2b", "scrypt-and-play"]
)
def test_a_password_does_not_look_like_a_hash(password: str) -> None:
    assert not passwords.looks_hashed(password)


@pytest.mark.parametrize("password", [PASSWORD, "another one"])
def test_a_proof_or_a_refusal_costs_one_of_each(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: a refusal costs no less than for an address that nobody has."""
    computed: list[str] = []
    real = hashlib.pbkdf2_hmac

    class Counting(argon2.PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            computed.append("ours")
            return super().hash(password, salt=salt)

    def counted(*given: object) -> bytes:
        computed.append("theirs")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2, "PasswordHasher", Counting)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counted)
    stored = HASHES["phc-pbkdf2-sha256"]
    if passwords.matches(stored, password):
        assert passwords.is_outdated(stored)
        assert not passwords.is_outdated(passwords.digest(password))
    assert computed == ["theirs", "ours"]
    assert imported_hashes.is_one(stored)
