"""SCIM 2.0 (RFC 7643, RFC 7644): a ListResponse of users, or a list of them, or one; without passwords."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from cli.sources.shared import (
    Entry,
    FileFormat,
    FileReport,
    Found,
    WrongFormat,
    address_in,
    document,
    moment_of,
    objects,
    user_record,
)

_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_CARRIED = (
    *("schemas", "id", "userName", "name", "displayName", "emails", "active", "timezone", "meta"),
    "password",
)


def read(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
    """The users of the list. Raises WrongFormat."""
    told = document(file)
    listed = told.get("Resources", told.get("resources", [told])) if isinstance(told, dict) else told
    for place, user in objects(listed, "resource", report):
        if not isinstance(user.get("schemas"), list):
            raise WrongFormat("has no resources of SCIM: each has schemas")
        if _USER not in user["schemas"]:
            report.not_carried["resources that are no users"] += 1
            continue
        if (made := _record(place, user, report)) is not None:
            yield place, made
    total = told.get("totalResults") if isinstance(told, dict) else None
    if isinstance(total, int) and total > report.read:
        report.notes.append(f"the list holds {report.read} of {total}: ask for the other pages too")


def _record(place: str, user: Entry, report: FileReport) -> Entry | None:
    address = address_in(*_addresses(user.get("emails")), user.get("userName"))
    if address is None:
        report.leave_out(place, "has no e-mail address")
        return None
    report.pass_over(user, _CARRIED)
    name, meta = (told if isinstance(told := user.get(part), dict) else {} for part in ("name", "meta"))
    return user_record(
        id=user.get("id"),
        email=address,
        fullName=user.get("displayName") or name.get("formatted"),
        firstName=name.get("givenName"),
        lastName=name.get("familyName"),
        userName=user.get("userName"),
        active=user.get("active", True),
        timezone=user.get("timezone"),
        createdAt=moment_of(meta.get("created")),
    )


def _addresses(emails: Any) -> list[Any]:
    """The addresses, the primary one first."""
    told = [each for each in emails if isinstance(each, dict)] if isinstance(emails, list) else []
    return [each.get("value") for each in sorted(told, key=lambda each: each.get("primary") is not True)]


SOURCE = FileFormat("a SCIM list of users", read)
