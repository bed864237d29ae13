"""Hashes of passwords that other systems made: proved once, at a login, which then keeps our own instead.

    $2a$ $2b$ $2y$                                           bcrypt
    pbkdf2_sha256$<iterations>$<salt>$<hash>                 Django; also sha1 and sha512
    $pbkdf2-sha256$i=<iterations>$<salt>$<hash>              PHC's notation; also sha1 and sha512
    $pbkdf2-sha256$<iterations>$<salt>$<hash>                passlib's; `$pbkdf2$` is sha1
    $scrypt$ln=<log2 N>,r=<r>,p=<p>$<salt>$<hash>            PHC's and passlib's
    scrypt$<salt>$<N>$<r>$<p>$<hash>                         Django
    $firebase-scrypt$ln=<memory cost>,r=<rounds>,ss=<salt separator>,sk=<signer key>$<salt>$<hash>

argon2 is ours (`passwords.py`). Salts and hashes are base64, padded or not; Django's salts are text.
Nothing is computed where a hash asks for more than the ceilings here: no login costs minutes or gigabytes.
"""

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from hmac import compare_digest
from typing import ClassVar, TypeAlias

LONGEST = 1024
CEILING_BCRYPT_COST = 14
CEILING_PBKDF2_ITERATIONS = 2_000_000
CEILING_SCRYPT_BYTES = 256 * 1024 * 1024
CEILING_SCRYPT_WORK = 2**21  # N * r * p; the recommended 2**17 * 8 * 1 is half of it
_SALT_BYTES, _KEY_BYTES = 128, range(16, 129)

_COSTLY = "asks for more work than a login may cost"


class NotAHash(ValueError):
    """The text is no hash that can be proved; the message says why and never repeats the text."""


class Costly(NotAHash):
    """The hash asks for more than a ceiling."""


def is_one(text: str) -> bool:
    """Whether the text begins as a hash in one of the notations here."""
    return _BEGIN.match(text) is not None


def reason_to_refuse(text: str) -> str | None:
    """Why the text is no hash that a login can prove, or None."""
    try:
        _read(text)
    except NotAHash as error:
        return str(error)
    return None


def matches(text: str, password: str) -> bool:
    """Whether the password is the one that was hashed: one hash computed, by kept libraries.

    Raises `Costly` before computing anything; whatever is no hash matches nothing.
    """
    try:
        hashed = _read(text)
    except Costly:
        raise
    except NotAHash:
        return False
    return hashed.proves(password.encode(errors="surrogatepass"))


@dataclass(frozen=True, slots=True)
class _Bcrypt:
    text: str

    def __post_init__(self) -> None:
        cost = int(self.text[4:6])
        if cost < 4:
            raise NotAHash("is not a hash in a notation that is known")
        if cost > CEILING_BCRYPT_COST:
            raise Costly(_COSTLY)

    def proves(self, password: bytes) -> bool:
        import bcrypt

        try:
            return bcrypt.checkpw(password[: self.SEEN], self.text.encode())
        except ValueError:
            return False

    SEEN: ClassVar[int] = 72  # bytes of a password that bcrypt looks at


@dataclass(frozen=True, slots=True)
class _Pbkdf2:
    digest: str
    iterations: int
    salt: bytes
    key: bytes

    def __post_init__(self) -> None:
        _demand_sizes(self.salt, self.key)
        if self.iterations > CEILING_PBKDF2_ITERATIONS:
            raise Costly(_COSTLY)
        if self.iterations < 1:
            raise NotAHash("has no iterations")

    def proves(self, password: bytes) -> bool:
        """The key's first block is enough: each further one would cost as much again, and prove the same."""
        size = min(len(self.key), hashlib.new(self.digest).digest_size)
        key = hashlib.pbkdf2_hmac(self.digest, password, self.salt, self.iterations, size)
        return compare_digest(key, self.key[:size])


@dataclass(frozen=True, slots=True)
class _Scrypt:
    n: int
    r: int
    p: int
    salt: bytes
    key: bytes
    signer: bytes | None = None
    """Firebase's key, which the derived key encrypts: `key` is what comes out."""

    def __post_init__(self) -> None:
        _demand_sizes(self.salt, self.key)
        if self.n < 2 or self.n & (self.n - 1) or self.r < 1 or self.p < 1:
            raise NotAHash("has parameters that scrypt does not know")
        if 128 * self.n * self.r > CEILING_SCRYPT_BYTES or self.n * self.r * self.p > CEILING_SCRYPT_WORK:
            raise Costly(_COSTLY)

    def proves(self, password: bytes) -> bool:
        size = len(self.key) if self.signer is None else 32
        memory = 128 * self.r * (self.n + self.p + 2)
        key = hashlib.scrypt(
            password, salt=self.salt, n=self.n, r=self.r, p=self.p, maxmem=memory + 2**20, dklen=size
        )
        return compare_digest(key if self.signer is None else _encrypted(self.signer, key), self.key)


_Hash: TypeAlias = _Bcrypt | _Pbkdf2 | _Scrypt

_S = r"\$"  # what parts a hash
_B64 = r"[A-Za-z0-9+/._-]+={0,2}"
_TEXT = rf"[^{_S}]+"
_N = r"\d{1,10}"
_BCRYPT = re.compile(rf"{_S}2[aby]{_S}\d\d{_S}[./A-Za-z0-9]{{53}}", re.ASCII)
_DJANGO_PBKDF2 = re.compile(rf"pbkdf2_(sha1|sha256|sha512){_S}({_N}){_S}({_TEXT}){_S}({_B64})", re.ASCII)
_PBKDF2 = re.compile(
    rf"{_S}pbkdf2(?:-(sha1|sha256|sha512))?{_S}(?:i=)?({_N})(?:,l={_N})?{_S}({_B64}){_S}({_B64})", re.ASCII
)
_DJANGO_SCRYPT = re.compile(rf"scrypt{_S}({_TEXT}){_S}({_N}){_S}({_N}){_S}({_N}){_S}({_B64})", re.ASCII)
_SCRYPT = re.compile(rf"{_S}scrypt{_S}ln=(\d\d?),r=({_N}),p=({_N}){_S}({_B64}){_S}({_B64})", re.ASCII)
_FIREBASE = re.compile(
    rf"{_S}firebase-scrypt{_S}ln=(\d\d?),r=({_N}),ss=((?:{_B64})?),sk=({_B64}){_S}({_B64}){_S}({_B64})",
    re.ASCII,
)
_BEGIN = re.compile(rf"{_S}2[aby]{_S}|pbkdf2_sha|{_S}pbkdf2[-{_S}]|{_S}?scrypt{_S}|{_S}firebase-scrypt{_S}")


def _read(text: str) -> _Hash:
    """The hash in a text. Raises NotAHash."""
    if len(text) > LONGEST:
        raise NotAHash(f"has more than {LONGEST} characters")
    if _BCRYPT.fullmatch(text):
        return _Bcrypt(text)
    if found := _DJANGO_PBKDF2.fullmatch(text):
        return _Pbkdf2(found[1], int(found[2]), found[3].encode(), _decoded(found[4]))
    if found := _PBKDF2.fullmatch(text):
        return _Pbkdf2(found[1] or "sha1", int(found[2]), _decoded(found[3]), _decoded(found[4]))
    if found := _DJANGO_SCRYPT.fullmatch(text):
        n, r, p = map(int, found.group(2, 3, 4))
        return _Scrypt(n, r, p, found[1].encode(), _decoded(found[5]))
    if found := _SCRYPT.fullmatch(text):
        log, r, p = map(int, found.group(1, 2, 3))
        return _Scrypt(1 << log, r, p, _decoded(found[4]), _decoded(found[5]))
    if found := _FIREBASE.fullmatch(text):
        salt = _decoded(found[5]) + (_decoded(found[3]) if found[3] else b"")
        return _Scrypt(
            1 << int(found[1]), int(found[2]), 1, salt, _decoded(found[6]), signer=_decoded(found[4])
        )
    raise NotAHash("is not a hash in a notation that is known")


def _decoded(text: str) -> bytes:
    bare = text.rstrip("=").translate(_ALPHABETS)
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError as error:
        raise NotAHash("holds what is not base64") from error


_ALPHABETS = str.maketrans(".-_", "++/")  # passlib's and the one of urls


def _demand_sizes(salt: bytes, key: bytes) -> None:
    if len(salt) > _SALT_BYTES or len(key) not in _KEY_BYTES:
        raise NotAHash("must have a salt of at most 128 bytes and a hash of 16 to 128")


def _encrypted(signer: bytes, key: bytes) -> bytes:
    """Firebase's last step: AES-256 in counter mode, from zero on."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    encryptor = Cipher(AES(key), CTR(bytes(16))).encryptor()
    return encryptor.update(signer) + encryptor.finalize()
