"""JSON: an array of records as docs/records.md describes them; `type` is `user` where it is absent."""

from collections.abc import Iterator, Mapping
from typing import IO

from cli.sources.shared import FileFormat, FileReport, Found, document, objects


def read(file: IO[bytes], renamed: Mapping[str, str], report: FileReport) -> Iterator[Found]:
    """The objects of the array, or of the array under `users`, with mapped names. Raises WrongFormat."""
    told = document(file)
    listed = told.get("users") if isinstance(told, dict) else told
    for place, entry in objects(listed, "record", report):
        yield place, {"type": "user", **{renamed.get(name, name): value for name, value in entry.items()}}


SOURCE = FileFormat("a JSON array of records", read, is_mapped=True)
