"""The attributes of SCIM's resources that are kept here (RFC 7643): what `/Schemas` says, and what is read.

Names are read in any case and kept as the RFC writes them. What is not in these tables is ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute as `/Schemas` describes it; `sub` are those of a complex one."""

    name: str
    about: str
    type: str = "string"
    many: bool = False
    required: bool = False
    exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    values: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sub: tuple["Attribute", ...] = ()

    def named(self, name: str) -> "Attribute | None":
        """The attribute within this one by its name, in any case."""
        return named(self.sub, name)

    def described(self) -> dict[str, Any]:
        """The attribute as a schema shows it (RFC 7643, 7)."""
        told: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.many,
            "description": self.about,
            "required": self.required,
            "caseExact": self.exact,
            "mutability": self.mutability,
            "returned": self.returned,
            "uniqueness": self.uniqueness,
        }
        if self.values:
            told["canonicalValues"] = list(self.values)
        if self.references:
            told["referenceTypes"] = list(self.references)
        if self.sub:
            told["subAttributes"] = [each.described() for each in self.sub]
        return told


def named(attributes: tuple[Attribute, ...], name: str) -> Attribute | None:
    """The attribute of that name among these, in any case."""
    return next((each for each in attributes if each.name.lower() == name.lower()), None)


def _several(name: str, about: str, *values: str, **more: Any) -> Attribute:
    """A multi-valued attribute whose elements have a value, a type, and perhaps are the primary one."""
    required = bool(more.get("required"))
    return Attribute(
        name,
        about,
        "complex",
        many=True,
        sub=(
            Attribute("value", "The value", required=required),
            Attribute("display", "How it is shown"),
            Attribute("type", "What it is for", values=values),
            Attribute("primary", "Whether it is the first choice", "boolean"),
        ),
        **more,
    )


USER: tuple[Attribute, ...] = (
    Attribute(
        "userName",
        "By what the provider names the user",
        required=True,
        uniqueness="server",
    ),
    Attribute(
        "name",
        "The parts of the name",
        "complex",
        sub=tuple(
            Attribute(name, about)
            for name, about in (
                ("formatted", "The whole name"),
                ("familyName", "The family name"),
                ("givenName", "The given name"),
                ("middleName", "The middle name"),
                ("honorificPrefix", "What stands before the name"),
                ("honorificSuffix", "What stands after the name"),
            )
        ),
    ),
    Attribute("displayName", "The name as it is shown"),
    Attribute("nickName", "What the user is called"),
    Attribute("profileUrl", "A page about the user", "reference", exact=True, references=("external",)),
    Attribute("title", "The title in the organisation"),
    Attribute("userType", "The kind of user, as the organisation says it"),
    Attribute("preferredLanguage", "The preferred languages"),
    Attribute("locale", "The locale"),
    Attribute("timezone", "The time zone"),
    # Every user has it: a removal leaves the state as it is, and who does not say it at first is active.
    Attribute("active", "Whether the membership of the workspace is in force", "boolean", required=True),
    _several("emails", "E-mail addresses; one names the person", "work", "home", "other", required=True),
    _several("phoneNumbers", "Telephone numbers", "work", "home", "mobile", "fax", "pager", "other"),
    _several("ims", "Addresses for instant messages"),
    _several("photos", "Addresses of photos", "photo", "thumbnail"),
    Attribute(
        "addresses",
        "Postal addresses",
        "complex",
        many=True,
        sub=(
            Attribute("formatted", "The whole address"),
            Attribute("streetAddress", "Street and number"),
            Attribute("locality", "City"),
            Attribute("region", "Region"),
            Attribute("postalCode", "Postal code"),
            Attribute("country", "Country"),
            Attribute("type", "What it is for", values=("work", "home", "other")),
            Attribute("primary", "Whether it is the first choice", "boolean"),
        ),
    ),
    _several("entitlements", "What the provider says that the user is entitled to; nothing follows from it"),
    _several("roles", "What the provider says of the user's roles; nothing follows from it"),
)

EXTENSION: tuple[Attribute, ...] = (
    Attribute("employeeNumber", "The number of the employee"),
    Attribute("costCenter", "The cost centre"),
    Attribute("organization", "The organisation"),
    Attribute("division", "The division"),
    Attribute("department", "The department"),
    Attribute(
        "manager",
        "The user's manager",
        "complex",
        sub=(
            Attribute("value", "The manager's id, as the provider says it"),
            Attribute("$ref", "Where the manager is", "reference", exact=True, references=("User",)),
            Attribute("displayName", "The manager's name"),
        ),
    ),
)

GROUP: tuple[Attribute, ...] = (
    Attribute("displayName", "The name of the group", required=True, uniqueness="server"),
    Attribute(
        "members",
        "Who is in the group: users of the workspace",
        "complex",
        many=True,
        sub=(
            Attribute("value", "The user's id", required=True, exact=True, mutability="immutable"),
            Attribute(
                "$ref",
                "Where the user is",
                "reference",
                exact=True,
                mutability="immutable",
                references=("User",),
            ),
            Attribute("type", "What it is", mutability="immutable", values=("User",)),
        ),
    ),
)

COMMON: tuple[Attribute, ...] = (
    Attribute("id", "The id", exact=True, mutability="readOnly", returned="always", uniqueness="server"),
    Attribute("externalId", "The provider's own id", exact=True),
    Attribute(
        "meta",
        "About the resource",
        "complex",
        mutability="readOnly",
        sub=(
            Attribute("resourceType", "The kind", exact=True, mutability="readOnly"),
            Attribute("created", "When it was made", "dateTime", mutability="readOnly"),
            Attribute("lastModified", "When it was changed", "dateTime", mutability="readOnly"),
            Attribute(
                "location", "Where it is", "reference", exact=True, mutability="readOnly", references=("uri",)
            ),
            Attribute("version", "Its ETag", exact=True, mutability="readOnly"),
        ),
    ),
    Attribute("schemas", "The schemas", "reference", many=True, exact=True, mutability="readOnly"),
)
"""Attributes of every resource; no schema lists them (RFC 7643, 3.1)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The attributes of a kind of resource: those of its core schema and of its extensions."""

    urn: str
    core: tuple[Attribute, ...]
    extensions: Mapping[str, tuple[Attribute, ...]]

    def urn_of(self, text: str) -> str | None:
        """The schema that the text names, in any case."""
        known = (self.urn, *self.extensions)
        return next((urn for urn in known if urn.lower() == text.lower()), None)

    def attribute(self, urn: str | None, name: str) -> Attribute | None:
        """The attribute of that name; without a schema, that of the core."""
        if urn is None or urn.lower() == self.urn.lower():
            return named(self.core, name) or named(COMMON, name)
        known = self.urn_of(urn)
        return named(self.extensions[known], name) if known is not None else None


USERS = Schema(CORE_USER, USER, {ENTERPRISE: EXTENSION})
GROUPS = Schema(CORE_GROUP, GROUP, {})
