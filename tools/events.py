"""Writes the table of docs/audit.md from the events in the code: `python -m tools.events`."""

from pathlib import Path

from roster.events import Event

PAGE = Path("docs/audit.md")

_HEAD = """\
| action | event | meaning | details | in `before`, `after` |
|---|---|---|---|---|
"""


def render() -> str:
    """The table, in Markdown."""
    return _HEAD + "".join(map(_row, Event))


def written(page: str) -> str:
    """The page with the table as it should be; the table is the last thing on it."""
    return page.partition(_HEAD)[0] + render()


def _row(event: Event) -> str:
    return (
        f"| `{event.action}` | `{event.type}` | {event.tells} "
        f"| {_listed(event.details)} | {_listed(event.states)} |\n"
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
