"""Writes the tables of events in docs/audit.md and docs/events.md from the code: `python -m tools.events`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from roster.directory.cloud_events import subject_noun
from roster.events import Event

PAGE = Path("docs/audit.md")
TYPES_PAGE = Path("docs/events.md")

_HEAD = """\
| action | event | meaning | details | in `before`, `after` |
|---|---|---|---|---|
"""
_TYPES_HEAD = """\
| type | subject | meaning |
|---|---|---|
"""


def render() -> str:
    """The table of the audit, in Markdown."""
    return _HEAD + "".join(map(_row, Event))


def render_types() -> str:
    """The table of the types of events, in Markdown."""
    return _TYPES_HEAD + "".join(
        f"| `{event.type}` | `{subject_noun(event.type)}` | {event.tells} |\n"
        for event in sorted(Event, key=lambda event: event.type)
    )


def written(page: str) -> str:
    """The page of the audit with the table as it should be; the table is the last thing on it."""
    return page.partition(_HEAD)[0] + render()


def types_written(page: str) -> str:
    """The page of events, likewise."""
    return page.partition(_TYPES_HEAD)[0] + render_types()


PAGES: Mapping[Path, Callable[[str], str]] = {PAGE: written, TYPES_PAGE: types_written}


def _row(event: Event) -> str:
    return (
        f"| `{event.action}` | `{event.type}` | {event.tells} "
        f"| {_listed(event.details)} | {_listed(event.states)} |\n"
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    for path, made in PAGES.items():
        path.write_text(made(path.read_text("utf-8")), "utf-8")
