"""CSV: any table of users whose columns are named after our fields or mapped to them, and two known ones.

    csv       columns named as the fields of a user record, or mapped by `--map column=field`
    okta      the table for `Import Users from CSV`: login, firstName, lastName, email ...
    cognito   the table of a user import job: cognito:username, email, given_name ...

The first row names the columns; commas, semicolons or tabs part the cells. An empty cell says nothing.
The two known ones have no passwords.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from cli.records.shapes import UserRecord
from cli.sources.shared import (
    Entry,
    FileFormat,
    FileReport,
    Found,
    WrongFormat,
    address_in,
    moment_of,
    text_of,
    user_record,
)

FIELDS: Mapping[str, Any] = UserRecord.model_json_schema()["properties"]
"""The fields of a user record, each with its schema."""

_TRUE, _FALSE = {"true", "yes", "1", "active"}, {"false", "no", "0", "inactive"}
_ASIDE = {"deprovisioned", "suspended", "deactivated", "inactive", "disabled"}
"""What systems say of users who may not log in."""


def rows(file: IO[bytes], report: FileReport) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows, by the columns' names: each with its line, without empty cells. Raises WrongFormat."""
    text = text_of(file)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if len(set(names)) < len(names):
            raise WrongFormat("names a column twice")
        if len(names) < 2 and "@" not in text and "email" not in names:
            raise WrongFormat("has no row that names columns")
        line = reader.line_num
        for cells in reader:
            place, line = f"line {line + 1}", reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            report.read += 1
            if len(cells) != len(names):
                report.leave_out(place, f"has not {len(names)} cells, as the first row has")
                continue
            told = zip(names, (cell.strip() for cell in cells), strict=True)
            yield place, {name: cell for name, cell in told if name and cell}
    except csv.Error as error:
        raise WrongFormat(f"is not CSV from line {reader.line_num} on") from error


def read_csv(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
    """A record a row, by the columns' names. Raises WrongFormat."""
    own = {name.lower(): name for name in FIELDS}
    for place, row in rows(file, report):
        fields = {column: renamed.get(column, own.get(column.lower())) for column in row}
        if report.read == 1 and not {"email", "kind"} & set(fields.values()):
            raise WrongFormat("has no column that is the email: name it by --map column=email")
        report.not_carried.update(column for column, name in fields.items() if name is None)
        yield (
            place,
            user_record(**{name: _value(name, row[column]) for column, name in fields.items() if name}),
        )


def _value(name: str, cell: str) -> Any:
    """What a cell says, as the field holds it; what does not fit stays a text, which the import refuses."""
    schema = FIELDS[name]
    if schema.get("type") == "array":
        parts = [part.strip() for part in cell.replace(";", ",").replace("|", ",").split(",")]
        whole = schema["items"].get("type") == "integer"
        return [_whole(part) if whole else part for part in parts if part]
    if schema.get("type") == "boolean":
        return {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}.get(cell.lower(), cell)
    if name.endswith("At"):
        return moment_of(cell) or cell
    kinds = {each.get("type") for each in schema.get("anyOf", [schema])}
    return _whole(cell) if "integer" in kinds else cell


def _whole(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 10 else cell


def _okta(row: Mapping[str, str]) -> tuple[Entry, set[str]]:
    told = {name.removeprefix("profile.").removeprefix("user."): cell for name, cell in row.items()}
    whole = user_record(
        id=told.get("id"),
        email=address_in(told.get("email"), told.get("login")),
        fullName=told.get("displayName"),
        firstName=told.get("firstName"),
        lastName=told.get("lastName"),
        userName=told.get("login"),
        timezone=told.get("timezone"),
        active=told.get("status", "").lower() not in _ASIDE,
        createdAt=moment_of(told.get("created")),
    )
    used = {"id", "email", "login", "displayName", "firstName", "lastName", "timezone", "status", "created"}
    return whole, told.keys() - used


def _cognito(row: Mapping[str, str]) -> tuple[Entry, set[str]]:
    whole = user_record(
        id=row.get("sub"),
        email=address_in(row.get("email"), row.get("cognito:username")),
        fullName=row.get("name"),
        firstName=row.get("given_name"),
        lastName=row.get("family_name"),
        userName=row.get("preferred_username") or row.get("cognito:username"),
        timezone=row.get("zoneinfo"),
        active=row.get("enabled", "true").lower() != "false",
    )
    used = {"sub", "email", "email_verified", "cognito:username", "name", "given_name", "family_name"}
    used |= {"preferred_username", "zoneinfo", "enabled"}
    empty = {name for name, cell in row.items() if cell.lower() == "false"}
    return whole, row.keys() - used - empty


def _known(
    columns: set[str], of_row: Callable[[Mapping[str, str]], tuple[Entry, set[str]]]
) -> Callable[[IO[bytes], Mapping[str, str], FileReport], Iterator[Found]]:
    def read(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
        for place, row in rows(file, report):
            bare = {name.removeprefix("profile.").removeprefix("user.") for name in row}
            if report.read == 1 and not columns & bare:
                raise WrongFormat(f"has no column {' or '.join(sorted(columns))}")
            made, unused = of_row(row)
            if "email" not in made:
                report.leave_out(place, "has no e-mail address")
                continue
            report.not_carried.update(unused)
            yield place, made
        report.notes.append("the format has no passwords: nobody can log in with one before it is set")

    return read


CSV = FileFormat("a table of users in CSV", read_csv, is_mapped=True)
OKTA = FileFormat("a CSV of Okta's users", _known({"login"}, _okta))
COGNITO = FileFormat("a CSV of a Cognito user pool", _known({"cognito:username"}, _cognito))
