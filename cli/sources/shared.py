"""What the readers of other systems' files share: the report, the documents, small conversions."""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, TypeAlias

from roster import clock

Entry: TypeAlias = dict[str, Any]
"""A person, as the file has them; or a record, as ours are."""

Found: TypeAlias = tuple[str, Entry]
"""Where in the file something is (`line 7`, `user 12`), and the record that is made of it."""


class WrongFormat(ValueError):
    """The file is none of the source's; the message says why in a few words, and repeats nothing of it."""


@dataclass(slots=True)
class FileReport:
    """What a source has to say beside its records."""

    read: int = 0
    """Entries of the file."""
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """By reason: where the entries are of which no record was made."""
    not_carried: Counter[str] = field(default_factory=Counter)
    """By field that said something and has no place here: in how many entries."""
    without_password: Counter[str] = field(default_factory=Counter)
    """By reason: how many come without the password that they had."""
    notes: list[str] = field(default_factory=list)
    """What else whoever imports should know."""

    def leave_out(self, place: str, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(place)

    def pass_over(self, entry: Mapping[str, Any], known: Iterable[str]) -> None:
        """Count the fields of an entry that say something and are none of the known ones."""
        self.not_carried.update({name for name, value in entry.items() if value} - set(known))


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that `roster import --from` reads."""

    title: str
    """What a file of it is called in messages: `a Keycloak realm export`."""
    read: Callable[[IO[bytes], Mapping[str, str], FileReport], Iterator[Found]]
    """Makes records of a file, with what `--map` says. Raises WrongFormat."""
    is_mapped: bool = False
    """Whether `--map` may name fields."""


def document(file: IO[bytes]) -> Any:
    """The one JSON value that a file holds. Raises WrongFormat."""
    return parsed(text_of(file))


def parsed(text: str) -> Any:
    """The JSON value of a text. Raises WrongFormat."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise WrongFormat("is nested too deeply") from error
    except ValueError as error:
        raise WrongFormat("is not JSON") from error


def text_of(file: IO[bytes]) -> str:
    """The file's text, without a byte order mark. Raises WrongFormat."""
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongFormat("is not UTF-8") from error


def objects(values: Any, what: str, report: FileReport) -> Iterator[Found]:
    """The objects of a list, each with its place; what is no object is left out. Raises WrongFormat."""
    if not isinstance(values, list):
        raise WrongFormat(f"has no list of {what}s")
    for number, value in enumerate(values, 1):
        report.read += 1
        place = f"{what} {number}"
        if isinstance(value, dict):
            yield place, value
        else:
            report.leave_out(place, "is not a JSON object")


def user_record(**fields: Any) -> Entry:
    """A user record of ours with those of the fields that say something."""
    return {"type": "user", **{name: value for name, value in fields.items() if value not in (None, "")}}


def address_in(*texts: Any) -> str | None:
    """The first of the texts that looks like an address."""
    return next((text for text in texts if isinstance(text, str) and "@" in text), None)


def moment_of(told: Any) -> str | None:
    """A moment in our form, of an ISO 8601 text or of milliseconds since 1970; None for anything else."""
    try:
        if isinstance(told, str):
            at = datetime.fromisoformat(told)
            return clock.instant(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
        if isinstance(told, int) and not isinstance(told, bool):
            return clock.instant(datetime.fromtimestamp(told // 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None
    return None


def unpadded(raw: bytes) -> str:
    """Base64 as PHC's notation has it."""
    return b64encode(raw).decode().rstrip("=")


def base64_of(text: str) -> bytes:
    """The bytes of a base64 text, padded or not. Raises ValueError."""
    bare = text.rstrip("=")
    return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
