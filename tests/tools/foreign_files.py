"""Files of other systems with invented people, as these systems document them; a few have costly hashes."""

import csv
import hashlib
import io
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import argon2
import bcrypt

PEOPLE = 1_000
REAL = 3
"""People whose hashes cost what they cost in those systems."""


def password_of(number: int) -> str:
    return f"their old one, {number}"


def name_of(number: int) -> tuple[str, str]:
    return ("Zoë", "Ann", "Ömer", "李")[number % 4], f"Müller-{number}"


def address_of(number: int, domain: str = "people.test") -> str:
    return f"person.{number}@{domain}"


@dataclass
class File:
    """A file, and who of it can log in with which password."""

    source: str
    content: bytes
    ids: dict[int, str] = field(default_factory=dict)
    has_passwords: bool = True
    left_out: int = 0


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _salt(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()[:16]


def keycloak(people: int = PEOPLE) -> File:
    """A realm export: pbkdf2 of three digests and argon2 in turns, a robot, and one without an address."""
    users: list[dict[str, Any]] = []
    ids = {}
    for number in range(people):
        first, last = name_of(number)
        ids[number] = f"f:8d1f{number:08x}:{number}" if number % 10 == 0 else f"8d1f-{number:08x}"
        users.append(
            {
                "id": ids[number],
                "createdTimestamp": 1_600_000_000_000 + number,
                "username": f"person.{number}",
                "enabled": number % 50 != 7,
                "totp": False,
                "emailVerified": True,
                "firstName": first,
                "lastName": last,
                "email": address_of(number),
                "attributes": {"locale": ["de"]} if number % 2 else {},
                "credentials": [_keycloak_password(number)],
                "disableableCredentialTypes": [],
                "requiredActions": [],
                "realmRoles": ["default-roles-acme"],
                "notBefore": 0,
                "groups": ["/staff"] if number % 3 == 0 else [],
            }
        )
    robot = {"id": "r-1", "username": "service-account-ci", "enabled": True, "serviceAccountClientId": "ci"}
    mute = {"id": "m-1", "username": "mute", "enabled": True, "credentials": []}
    realm = {"id": "acme", "realm": "acme", "enabled": True, "users": [*users, robot, mute], "clients": []}
    return File("keycloak", json.dumps(realm, indent=2).encode(), ids, left_out=1)


def _keycloak_password(number: int) -> dict[str, Any]:
    password, salt = password_of(number).encode(), _salt(number)
    if number % 4 == 3:
        memory, passes = (7_168, 5) if number < 8 * REAL else (8, 1)
        value = argon2.low_level.hash_secret_raw(password, salt, passes, memory, 1, 32, argon2.Type.ID)
        more = {"hashLength": ["32"], "memory": [str(memory)], "type": ["id"], "version": ["1.3"]}
        data: dict[str, Any] = {
            "hashIterations": passes,
            "algorithm": "argon2",
            "additionalParameters": {**more, "parallelism": ["1"]},
        }
    else:
        digest, costs, size = (("sha512", 210_000, 64), ("sha256", 27_500, 64), ("sha1", 20_000, 64))[
            number % 4
        ]
        iterations = costs if number < REAL else 5
        value = hashlib.pbkdf2_hmac(digest, password, salt, iterations, size)
        algorithm = {"sha1": "pbkdf2"}.get(digest, f"pbkdf2-{digest}")
        data = {"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": {}}
    return {
        "id": f"c-{number}",
        "type": "password",
        "createdDate": 1_600_000_000_000,
        "secretData": json.dumps({"value": b64(value), "salt": b64(salt), "additionalParameters": {}}),
        "credentialData": json.dumps(data),
    }


def auth0(people: int = PEOPLE) -> File:
    """A file for the bulk import: bcrypt, and custom hashes of pbkdf2, argon2 and scrypt in turns."""
    users = []
    for number in range(people):
        first, last = name_of(number)
        users.append(
            {
                "user_id": f"{number:024x}",
                "email": address_of(number),
                "email_verified": True,
                "given_name": first,
                "family_name": last,
                "name": f"{first} {last}",
                "blocked": number % 50 == 7,
                "app_metadata": {"plan": "free"} if number % 2 else {},
                **_auth0_password(number),
            }
        )
    users.append(
        {"email": "weak@people.test", "custom_password_hash": {"algorithm": "md5", "hash": {"value": "x"}}}
    )
    users.append({"user_id": "phone", "username": "phone", "phone_number": "+12125550001"})
    ids = {number: f"auth0|{number:024x}" for number in range(people)}
    return File("auth0", json.dumps(users).encode(), ids, left_out=1)


def _auth0_password(number: int) -> dict[str, Any]:
    password, salt, real = password_of(number).encode(), _salt(number), number < 4 * REAL
    bare = b64(salt).rstrip("=")
    if number % 4 == 0:
        return {"password_hash": bcrypt.hashpw(password, bcrypt.gensalt(10 if real else 4)).decode()}
    if number % 4 == 1:
        rounds = 100_000 if real else 5
        told = b64(hashlib.pbkdf2_hmac("sha512", password, salt, rounds, 64)).rstrip("=")
        value = f"$pbkdf2-sha512$i={rounds},l=64${bare}${told}"
        return {"custom_password_hash": {"algorithm": "pbkdf2", "hash": {"value": value, "encoding": "utf8"}}}
    if number % 4 == 2:
        hasher = argon2.PasswordHasher(2, 19_456, 1) if real else argon2.PasswordHasher(1, 8, 1)
        return {"custom_password_hash": {"algorithm": "argon2", "hash": {"value": hasher.hash(password)}}}
    cost = 16_384 if real else 16
    key = hashlib.scrypt(password, salt=salt, n=cost, r=8, p=1, maxmem=2**26, dklen=64)
    return {
        "custom_password_hash": {
            "algorithm": "scrypt",
            "hash": {"value": key.hex(), "encoding": "hex"},
            "salt": {"value": b64(salt), "encoding": "base64"},
            "keylen": 64,
            "cost": cost,
            "blockSize": 8,
            "parallelization": 1,
        }
    }


def okta(people: int = PEOPLE) -> File:
    """The table that Okta imports, with the columns of its base profile."""
    columns = (  # noqa: SIM905
        "login,firstName,lastName,middleName,honorificPrefix,honorificSuffix,email,title,displayName,nickName,"
        "profileUrl,secondEmail,mobilePhone,primaryPhone,streetAddress,city,state,zipCode,countryCode,"
        "postalAddress,preferredLanguage,locale,timezone,userType,employeeNumber,costCenter,organization,"
        "division,department,managerId,manager"
    ).split(",")
    rows = []
    for number in range(people):
        first, last = name_of(number)
        address = address_of(number)
        rows.append(
            {
                "login": address,
                "firstName": first,
                "lastName": last,
                "email": address,
                "department": "R, D & Q",
            }
        )
    return File("okta", _table(columns, rows), has_passwords=False)


def cognito(people: int = PEOPLE) -> File:
    """The table of a user import job."""
    columns = (  # noqa: SIM905
        "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,"
        "email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,"
        "cognito:mfa_enabled,cognito:username"
    ).split(",")
    rows = []
    for number in range(people):
        first, last = name_of(number)
        rows.append(
            {
                "name": f"{first} {last}",
                "given_name": first,
                "family_name": last,
                "email": address_of(number),
                "email_verified": "true",
                "phone_number_verified": "false",
                "zoneinfo": "Europe/Berlin",
                "cognito:mfa_enabled": "false",
                "cognito:username": f"person-{number}",
            }
        )
    return File("cognito", _table(columns, rows), has_passwords=False)


def scim(people: int = PEOPLE) -> File:
    """A ListResponse of users, as RFC 7644 has it, with one group among them."""
    user = "urn:ietf:params:scim:schemas:core:2.0:User"
    resources: list[dict[str, Any]] = []
    ids = {}
    for number in range(people):
        first, last = name_of(number)
        ids[number] = f"2819c223-{number:08x}"
        resources.append(
            {
                "schemas": [user],
                "id": ids[number],
                "externalId": f"e-{number}",
                "userName": f"person.{number}",
                "name": {"formatted": f"{first} {last}", "givenName": first, "familyName": last},
                "emails": [
                    {"value": address_of(number, "home.test"), "type": "home"},
                    {"value": address_of(number), "type": "work", "primary": True},
                ],
                "active": number % 50 != 7,
                "timezone": "Europe/Berlin",
                "meta": {"resourceType": "User", "created": "2010-01-23T04:56:22.123Z"},
            }
        )
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "g-1", "displayName": "Staff"}
    told = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": people + 1,
        "startIndex": 1,
        "itemsPerPage": people + 1,
        "Resources": [*resources, group],
    }
    return File("scim", json.dumps(told).encode(), ids, has_passwords=False)


def _table(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


FILES = {"keycloak": keycloak, "auth0": auth0, "okta": okta, "cognito": cognito, "scim": scim}
