"""Keycloak: a realm export with its users (`kc.sh export --users realm_file`), or its file of users.

The realm is one object with `users`; an export of all realms is a list of them. A password is a credential
whose `credentialData` and `secretData` are JSON texts; before Keycloak 4 its parts stood in the credential.
"""

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
    document,
    moment_of,
    objects,
    parsed,
    unpadded,
    user_record,
)

_DIGESTS = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
_ARGON2_VERSIONS = {"1.3": 19, "1.0": 16}
_CARRIED = (
    *("id", "username", "email", "firstName", "lastName", "enabled", "createdTimestamp", "credentials"),
    *("serviceAccountClientId", "access", "disableableCredentialTypes", "emailVerified"),
)


def read(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
    """The users of all realms of the file. Raises WrongFormat."""
    told = document(file)
    realms = told if isinstance(told, list) else [told]
    if not realms or not all(isinstance(realm, dict) and "realm" in realm for realm in realms):
        raise WrongFormat("names no realm")
    if not any("users" in realm for realm in realms):
        raise WrongFormat("holds no users: `kc.sh export --users realm_file` writes them")
    for realm in realms:
        for place, user in objects(realm.get("users", []), "user", report):
            if (made := _record(place, user, report)) is not None:
                yield place, made


def _record(place: str, user: Entry, report: FileReport) -> Entry | None:
    service = bool(user.get("serviceAccountClientId"))
    address = address_in(user.get("email"), user.get("username"))
    if address is None and not service:
        report.leave_out(place, "has no e-mail address")
        return None
    report.pass_over(user, _CARRIED)
    return user_record(
        id=user.get("id"),
        email=address,
        firstName=user.get("firstName"),
        lastName=user.get("lastName"),
        userName=user.get("username"),
        active=user.get("enabled", True),
        kind="service" if service else None,
        createdAt=moment_of(user.get("createdTimestamp")),
        **_password(user.get("credentials"), report),
    )


def _password(credentials: Any, report: FileReport) -> Entry:
    """The field of our record that holds the password, if there is one."""
    for credential in credentials if isinstance(credentials, list) else ():
        kind = credential.get("type") if isinstance(credential, dict) else None
        if kind != "password":
            report.not_carried[f"credentials of type {kind}"] += 1
        elif isinstance(credential.get("value"), str) and "secretData" not in credential:
            return {"password": credential["value"]}
        else:
            try:
                return {"passwordHash": _hash(credential)}
            except (AttributeError, KeyError, IndexError, TypeError, ValueError):
                report.without_password["hashed in a way that is not known"] += 1
    return {}


def _hash(credential: Entry) -> str:
    """The hash in PHC's notation. Raises what reading another text raises."""
    data, secret = credential, {**credential, "value": credential.get("hashedSaltedValue")}
    if "credentialData" in credential:
        data, secret = parsed(credential["credentialData"]), parsed(credential["secretData"])
    salt, value = (unpadded(base64_of(secret[name])) for name in ("salt", "value"))
    iterations = int(data["hashIterations"])
    if data["algorithm"] == "argon2":
        more = {name: told[0] for name, told in data["additionalParameters"].items()}
        version = _ARGON2_VERSIONS[more.get("version", "1.3")]
        memory, lanes = int(more["memory"]), int(more["parallelism"])
        return f"$argon2{more['type']}$v={version}$m={memory},t={iterations},p={lanes}${salt}${value}"
    return f"$pbkdf2-{_DIGESTS[data['algorithm']]}$i={iterations}${salt}${value}"


SOURCE = FileFormat("a Keycloak realm export", read)
