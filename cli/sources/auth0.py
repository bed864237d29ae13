"""Auth0: a file for the bulk import of users, a JSON array; or an export of users, a JSON object a line.

An id without its connection's prefix gets `auth0|`, as Auth0's own import gives it, so that tokens of Auth0
name the same user.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from cli.sources.shared import (
    Entry,
    FileFormat,
    FileReport,
    Found,
    WrongFormat,
    address_in,
    base64_of,
    moment_of,
    objects,
    parsed,
    text_of,
    unpadded,
    user_record,
)

_PREFIX = "auth0|"
_NAME = re.compile(r"[a-z0-9-]{1,20}", re.ASCII)
_CARRIED = (
    *("user_id", "email", "username", "given_name", "family_name", "name", "blocked", "created_at"),
    *("password_hash", "passwordHash", "custom_password_hash", "email_verified"),
)
_AS_THEY_ARE = ("argon2", "bcrypt", "pbkdf2")
"""Algorithms whose hash is a text in a notation that is known here."""


def read(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
    """The users of the file. Raises WrongFormat."""
    text = text_of(file)
    if text.lstrip().startswith("{"):
        told = [parsed(line) for line in text.splitlines() if line.strip()]
    else:
        told = parsed(text)
    for place, user in objects(told, "user", report):
        if report.read == 1 and not {"email", "user_id", "username"} & user.keys():
            raise WrongFormat("has no users of Auth0: they have email, user_id or username")
        if (made := _record(place, user, report)) is not None:
            yield place, made


def _record(place: str, user: Entry, report: FileReport) -> Entry | None:
    address = address_in(user.get("email"))
    if address is None:
        report.leave_out(place, "has no e-mail address")
        return None
    report.pass_over(user, _CARRIED)
    own = user.get("user_id")
    return user_record(
        id=own if not isinstance(own, str) or "|" in own else f"{_PREFIX}{own}",
        email=address,
        fullName=user.get("name"),
        firstName=user.get("given_name"),
        lastName=user.get("family_name"),
        userName=user.get("username"),
        active=not user.get("blocked", False),
        createdAt=moment_of(user.get("created_at")),
        passwordHash=_hash(user, report),
    )


def _hash(user: Entry, report: FileReport) -> str | None:
    plain = user.get("password_hash") or user.get("passwordHash")
    custom = user.get("custom_password_hash")
    if isinstance(plain, str):
        return plain
    if not isinstance(custom, dict):
        return None
    told = str(custom.get("algorithm"))
    algorithm = told if _NAME.fullmatch(told) else "what has no name"
    try:
        hashed = custom["hash"]
        if (custom.get("password") or {}).get("encoding", "utf8").lower() not in ("utf8", "ascii"):
            raise ValueError("encoding")
        if algorithm in _AS_THEY_ARE:
            return str(hashed["value"])
        if algorithm == "scrypt":
            return _scrypt(custom, hashed)
    except (KeyError, TypeError, ValueError, AttributeError):
        report.without_password[f"hashed with {algorithm} in a way that is not known"] += 1
        return None
    report.without_password[f"hashed with {algorithm}, which is not taken"] += 1
    return None


def _scrypt(custom: Entry, hashed: Entry) -> str:
    """The hash in PHC's notation. Raises KeyError, TypeError, ValueError."""
    cost = int(custom.get("cost", 16_384))
    if cost < 2 or cost & (cost - 1):
        raise ValueError("cost")
    salt = unpadded(_bytes(custom.get("salt") or {"value": ""}))
    parameters = f"ln={cost.bit_length() - 1},r={int(custom.get('blockSize', 8))}"
    return f"$scrypt${parameters},p={int(custom.get('parallelization', 1))}${salt}${unpadded(_bytes(hashed))}"


def _bytes(told: Any) -> bytes:
    text, encoding = str(told["value"]), told.get("encoding", "utf8")
    if encoding == "hex":
        return bytes.fromhex(text)
    return base64_of(text) if encoding == "base64" else text.encode()


SOURCE = FileFormat("a bulk import file of Auth0", read)
