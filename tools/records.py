"""Writes the tables of docs/records.md from the shapes of the records: `python -m tools.records`."""

from pathlib import Path
from typing import Any

from cli.records.reading import PATTERNS
from cli.records.shapes import SHAPES, Record

PAGE = Path("docs/records.md")
EXAMPLE = Path("docs/records.jsonl")

_MARK = "<!-- made by `python -m tools.records` -->\n"
_HEAD = "| field | holds | where it is absent | |\n|---|---|---|---|\n"

Schema = dict[str, Any]


def render() -> str:
    """The tables, in Markdown: one a type, in the order in which records are written."""
    return _MARK + "".join(map(_section, SHAPES.values()))


def written(page: str) -> str:
    """The page with the tables as they should be; they are the last thing on it."""
    return page.partition(_MARK)[0] + render()


def _section(shape: type[Record]) -> str:
    schema = shape.model_json_schema()
    parts = [f"\n### {shape.type_name}\n\n{shape.__doc__}\n\n", _table(shape, schema, schema)]
    for name, field in schema["properties"].items():
        part = _part(field, schema)
        if part is not None:
            each = "Each of " if field.get("type") == "array" else ""
            parts.append(f"\n{each}`{name}`:\n\n{_table(None, part, schema)}")
    return "".join(parts)


def _table(shape: type[Record] | None, schema: Schema, whole: Schema) -> str:
    needed = schema.get("required", [])
    refers = _references(shape) if shape else {}
    notes = shape.notes if shape else {}
    rows = []
    for name, field in schema["properties"].items():
        holds = f"the id of a {refers[name]}" if name in refers else _holds(field, whole)
        if name in ("roleNumber", "groups"):  # these have numbers instead of ids
            holds = holds.replace("the id of a group", "a list of numbers of groups").replace("id", "number")
        absent = "**refused**" if name in needed else _default(field)
        cells = (f"`{name}`", holds.replace("|", "\\|"), absent, notes.get(name, ""))
        rows.append(f"| {' | '.join(cells)} |\n")
    return _HEAD + "".join(rows)


def _references(shape: type[Record]) -> dict[str, str]:
    """By field that names another record: the type of that record."""
    filled = {name: ["1"] if name == "groups" else "1" for name in shape.model_fields}
    return {field: kind for field, kind, _ in shape.model_construct(**filled).references()}  # type: ignore[arg-type]


def _part(field: Schema, whole: Schema) -> Schema | None:
    """The object that a field holds, or holds a list of."""
    reference = field.get("items", field).get("$ref")
    return None if reference is None else whole["$defs"][reference.rpartition("/")[2]]


def _holds(field: Schema, whole: Schema) -> str:
    arms = [arm for arm in field.get("anyOf", [field]) if arm.get("type") != "null"]
    [arm] = arms
    if _part(arm, whole) is not None:
        return "a list of objects, see below" if arm.get("type") == "array" else "an object, see below"
    if arm.get("type") == "array":
        most = arm.get("maxItems")
        return f"a list of at most {most:,}: {_holds(arm['items'], whole)}"
    if "enum" in arm or "const" in arm:
        return ", ".join(f"`{value}`" for value in arm.get("enum", [arm.get("const")]))
    if "pattern" in arm:
        return PATTERNS[arm["pattern"]].removeprefix("must be ")
    match arm["type"], arm.get("format"):
        case "string", "email":
            return "an e-mail address"
        case "string", "date-time":
            return "a moment, `YYYY-MM-DDTHH:MM:SSZ`"
        case "string", _:
            least = f"{arm['minLength']} to " if "minLength" in arm else "at most "
            return f"text, {least}{arm['maxLength']:,} characters" if "maxLength" in arm else "text"
        case "boolean", _:
            return "`true` or `false`"
        case "object", _:
            return "an object"
    return f"{arm['minimum']} to {arm['maximum']:,}"


def _default(field: Schema) -> str:
    value = field.get("default")
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return ", ".join(f"`{each}`" for each in value)
    if isinstance(value, dict) or value == "":
        return ""
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
