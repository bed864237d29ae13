"""Kinds of text that request bodies hold, shared by the dialects that read bodies."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo

from roster import bounds, clock
from roster.auth import passwords
from roster.directory import emails

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Zero-width space, word joiner and byte order mark; embeddings, overrides and isolates of direction.

With them a name looks like another, or its end like its beginning. The joiners U+200C and U+200D are
allowed: Persian and emoji need them.
"""
_JOINERS = re.compile("[\u200c\u200d]")


def visible(text: str) -> str:
    """The text, if people see all of it. Raises ValueError for control and invisible characters."""
    if _CONTROL.search(text):
        raise ValueError("must not hold control characters")
    if _UNSEEN.search(text):
        raise ValueError("must not hold invisible or direction-changing characters")
    return text


def is_blank(text: str) -> bool:
    """Whether people see nothing of the text."""
    return not _JOINERS.sub("", text).strip()


def _line(text: str) -> str:
    if is_blank(text):
        raise ValueError("must not be blank")
    return visible(text)


def _address(text: str) -> str:
    emails.canonical(text)
    return visible(emails.trimmed(text))  # of a domain some are taken: they map to nothing


_ABOUT = (
    *("email", "fullName", "full_name", "first_name", "last_name", "user_name"),
    *("firstName", "lastName", "userName"),
)


def _password(text: str, info: ValidationInfo) -> str:
    about = (info.data.get(name) for name in _ABOUT)
    reason = passwords.reason_to_refuse(text, [told for told in about if told])
    if reason is not None:
        raise ValueError(reason)
    return text


_LANGUAGE_TAG = re.compile(
    r"""(?:
        (?: [a-z]{2,3} (?:-[a-z]{3}){0,3} | [a-z]{4,8} )  # language, extended
        (?: -[a-z]{4} )?  # script
        (?: -(?: [a-z]{2} | \d{3} ) )?  # region
        (?: -(?: [a-z0-9]{5,8} | \d[a-z0-9]{3} ) )*  # variants
        (?: -[a-wyz0-9] (?:-[a-z0-9]{2,8})+ )*  # extensions
        (?: -x (?:-[a-z0-9]{1,8})+ )?
        | x (?:-[a-z0-9]{1,8})+  # private use
        | en-gb-oed | sgn-(?: be-fr | be-nl | ch-de )  # what was registered before there was a grammar
        | i-(?: ami | bnn | default | enochian | hak | klingon | lux | mingo | navajo | pwn | tao | tay )
        | i-tsu
    )""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
"""A well-formed tag (RFC 5646, 2.1)."""


def language_tag(text: str) -> str:
    """The text, if it is a language tag. Raises ValueError."""
    if len(text) > bounds.LANGUAGE_TAG_CHARACTERS or _LANGUAGE_TAG.fullmatch(text) is None:
        raise ValueError("must be a language tag (BCP 47), such as en-US or de")
    return text


def time_zone(text: str) -> str:
    """The text, if it is the name of a time zone. Raises ValueError."""
    from roster.dialects.time_zones import NAMES  # only here: it is six hundred names

    if text not in NAMES:
        raise ValueError("must be the name of a time zone in the IANA database, such as Europe/Berlin or UTC")
    return text


def _workspace_key(text: str) -> str:
    key = text.lower()
    if re.fullmatch(r"[a-z][a-z0-9-]{1,62}", key, re.ASCII) is None:
        raise ValueError("must be 2 to 63 of a-z, 0-9 and '-', a letter first")
    return key


def moment(text: str) -> str:
    """The moment of the calendar that the text names, as `clock.normalized`. Raises ValueError."""
    try:
        return clock.normalized(text)
    except ValueError as error:
        raise ValueError("must be a moment such as 2030-01-31T00:00:00Z (RFC 3339)") from error


Instant = Annotated[
    str,
    AfterValidator(moment),
    Field(json_schema_extra={"format": "date-time", "maxLength": bounds.MOMENT_CHARACTERS}),
]
"""A moment that is given, in any form of RFC 3339; it comes to be in UTC and whole seconds."""

LanguageTag = Annotated[
    str,
    AfterValidator(language_tag),
    Field(json_schema_extra={"maxLength": bounds.LANGUAGE_TAG_CHARACTERS, "examples": ["en-US"]}),
]
"""A language and perhaps a script, a region and more: a well-formed tag of BCP 47, kept as given."""

TimeZone = Annotated[str, AfterValidator(time_zone), Field(json_schema_extra={"examples": ["Europe/Berlin"]})]
"""The name of a time zone in the IANA database, as it is spelt there."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A moment in an answer."""

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=bounds.LINE_CHARACTERS), AfterValidator(_line)
]
"""A line of text for people, such as a name: kept and shown exactly as given."""

Text = Annotated[str, StringConstraints(max_length=bounds.LINE_CHARACTERS), AfterValidator(visible)]
"""A line of text that may be empty."""

LongText = Annotated[str, StringConstraints(max_length=bounds.TEXT_CHARACTERS), AfterValidator(visible)]
"""A longer text for people, which may be empty."""

Email = Annotated[
    str,
    StringConstraints(max_length=bounds.EMAIL_CHARACTERS),
    AfterValidator(_address),
    Field(json_schema_extra={"format": "email"}),
]
"""An e-mail address: kept as given but for spaces around it, unique by its canonical form."""

Password = Annotated[
    str,
    AfterValidator(_password),
    Field(json_schema_extra={"minLength": passwords.SHORTEST, "maxLength": passwords.LONGEST}),
]
"""A new password; a shape names it after the fields that tell whose it is, so that it is none of them."""

WorkspaceKey = Annotated[
    str,
    AfterValidator(_workspace_key),
    Field(json_schema_extra={"pattern": "^[A-Za-z][A-Za-z0-9-]{1,62}$"}),
]
"""A workspace's key, which comes to be in lower case."""


class Body(BaseModel):
    """A request's body: strict types, no unknown field, and errors that never repeat the input."""

    # Built on first use, as all shapes: of a dialect's an endpoint uses two or three (decision 0012).
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, frozen=True, defer_build=True
    )

    ALWAYS_ASKED: ClassVar[frozenset[str]] = frozenset()
    """The fields that an Idempotency-Key counts as sent when they were not."""

    def question(self) -> dict[str, Any]:
        """The body as an Idempotency-Key remembers it: a field that comes later leaves it as it was."""
        unsent = type(self).model_fields.keys() - self.model_fields_set - self.ALWAYS_ASKED
        return self.model_dump(mode="json", exclude=unsent)


class Wire(BaseModel):
    """A part of an answer; its schema says that every field is there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True, defer_build=True)


def _never_null(schema: dict[str, Any]) -> None:
    """What is left out where there is none is never null."""
    schema.pop("default", None)
    [shape] = (one for one in schema.pop("anyOf") if one != {"type": "null"})
    schema.update(shape)


def absent_if_none() -> Any:
    """The field of an answer that is left out where it is None."""
    return Field(default=None, exclude_if=lambda value: value is None, json_schema_extra=_never_null)
