"""What SCIM refuses, by the names that RFC 7644 (table 9) gives the reasons."""

from dataclasses import dataclass

from roster.errors import DirectoryError, Unavailable


@dataclass
class ScimRefused(DirectoryError):
    """A request that SCIM refuses with 400; `detail` never repeats what was sent."""

    scim_type: str
    detail: str


class NotSupported(DirectoryError):
    """An operation of SCIM that is not offered here."""


@dataclass
class MethodNotAllowed(DirectoryError):
    """A resource that does not take the method; `allowed` are those that it takes."""

    allowed: str


@dataclass
class GroupIncomplete(Unavailable):
    """A group was made, and time ran out before all of its members were in it."""


def invalid_value(detail: str) -> ScimRefused:
    return ScimRefused("invalidValue", detail)


def invalid_syntax(detail: str) -> ScimRefused:
    return ScimRefused("invalidSyntax", detail)
