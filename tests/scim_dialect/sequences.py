"""A provider's requests as tables: each step is a request, its status, and what is then true."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roster.dialects.scim.attributes import ENTERPRISE as ENTERPRISE
from tests.scim_dialect.conftest import PATCH, Provider

NOTHING: dict[str, Any] = {"totalResults": 0, "Resources": []}
"""What a filter without a hit answers."""


@dataclass(frozen=True)
class Step:
    """A request; `<name>` in it, and in `then`, stands for an id that an earlier step kept by that name.

    `then` is true of the answer to a reading request and of a resource after a write: by name, or by a path
    with dots; None where it must not be there.
    """

    method: str
    path: str
    body: Any = None
    status: int = 200
    then: Mapping[str, Any] = field(default_factory=dict)
    keep: str = ""


def patch(path: str, *operations: Mapping[str, Any], then: Mapping[str, Any], status: int = 200) -> Step:
    return Step("PATCH", path, {"schemas": [PATCH], "Operations": operations}, status, then)


def walk(provider: Provider, steps: Sequence[Step]) -> None:
    """Send the steps in their order, and see what follows from each."""
    ids: dict[str, str] = {}

    def told(value: Any) -> Any:
        text = json.dumps(value)
        for name, id in ids.items():
            text = text.replace(f"<{name}>", id)
        return json.loads(text)

    for number, step in enumerate(steps, 1):
        path = told(step.path)
        answer = provider.send(step.method, path.replace(" ", "%20"), told(step.body))
        where = f"step {number}: {step.method} {path}"
        assert answer.status == step.status, f"{where}: {answer.status} {answer.text}"
        if step.keep:
            ids[step.keep] = answer.json["id"]
        if not step.then:
            continue
        if step.method == "POST":
            path = f"{path}/{answer.json['id']}"
        shown = answer if step.method == "GET" else provider.get(path.partition("?")[0])
        for name, wanted in told(step.then).items():
            assert _at(shown.json, name) == wanted, f"{where}: {name} in {shown.text}"


def _at(value: Any, name: str) -> Any:
    """What stands under a name or a path; of members their ids."""
    parts = [name] if isinstance(value, dict) and name in value else name.split(".")
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[int(part)] if value and int(part) < len(value) else None
    return [each["value"] for each in value] if name == "members" and value else value
