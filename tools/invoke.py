"""`make invoke F=GetOrg`: one function, as built, with one event, in Lambda's own runtime client; no Docker.

The answer is printed as JSON, what the function logs goes to stderr; a function that fails is exit code 1.
`TABLE_ENDPOINT` names the table's engine. Without it the function meets an empty table that takes no writes.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.output import printing
from local.gateway import read_template, translate
from local.loopback import Handler, Listener
from local.runtime_api import Deployed, Environment, Failed
from tools.build import HERE, folder
from tools.runtime_python import TEMPLATE, runs_as, version

ROOT = TEMPLATE.parent
PYTHON = ROOT / ".venv-lambda/bin/python"


def functions(build: Path | None = None) -> dict[str, Deployed]:
    """The template's functions by id: of a build, or of the work tree with this environment's packages."""
    source, translated = read_template(TEMPLATE), translate(TEMPLATE)
    defaults = {name: parameter.get("Default", "") for name, parameter in source["Parameters"].items()}
    return {
        id_: _deployed(
            id_, resource["Properties"], translated["Resources"][id_]["Properties"], defaults, build
        )
        for id_, resource in source["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _deployed(
    id_: str,
    written: Mapping[str, Any],
    made: Mapping[str, Any],
    defaults: Mapping[str, Any],
    build: Path | None,
) -> Deployed:
    if build is None:
        task = ROOT / written["CodeUri"]
        layers = [ROOT / "layers/roster", *(Path(path) for path in sys.path if path.endswith("-packages"))]
    else:
        task = build / id_
        layers = [build / layer / "python" for layer in ("DependenciesLayer", "RosterLayer")]
    variables = made["Environment"]["Variables"]
    environ = {name: _value(value, defaults) for name, value in variables.items()}
    return Deployed(id_, written["Handler"], task, layers, made["Timeout"], made["MemorySize"], environ)


def _value(written: Any, defaults: Mapping[str, Any]) -> str:
    """A variable as a stack has it whose parameters nobody gave; empty where AWS decides it."""
    return str(defaults.get(str(written.get("Ref")), "") if isinstance(written, dict) else written)


@contextmanager
def table_endpoint() -> Iterator[str]:
    """Where the table is: at TABLE_ENDPOINT, or the empty one."""
    if endpoint := os.environ.get("TABLE_ENDPOINT"):
        yield endpoint
        return
    listener = Listener(_EmptyTable)
    try:
        yield f"http://{listener.address}"
    finally:
        listener.stop()


class _EmptyTable(Handler):
    """DynamoDB's answers where there is no item; a write is refused, for nothing would be kept."""

    found: Mapping[str, object] = {
        "GetItem": {},
        "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
        "Query": {"Items": [], "Count": 0},
        "Scan": {"Items": [], "Count": 0},
    }
    refused: Mapping[str, object] = {
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "message": "this table is empty and takes no writes; TABLE_ENDPOINT names another",
    }

    def do_POST(self) -> None:
        self.body()
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = self.found.get(operation, self.refused)
        content_type = {"Content-Type": "application/x-amz-json-1.0"}
        self.answer(400 if answer is self.refused else 200, json.dumps(answer).encode(), content_type)

    def do_GET(self) -> None:
        """What a function opens its connection with while it starts."""
        self.answer(200, b"healthy: dynamodb")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("function", help="its id in template.yaml, such as GetOrg")
    parser.add_argument(
        "event", type=Path, nargs="?", help="a file; events/FUNCTION.json where none is given"
    )
    given = parser.parse_args(arguments)
    build = folder(HERE) if runs_as(PYTHON, version()) else None
    if build is None:
        print(f"no Python {version()} here: the work tree runs instead of a build", file=sys.stderr)
    known = functions(build)
    if given.function not in known:
        parser.error(f"{given.function} is no function of the template: {', '.join(sorted(known))}")
    file = given.event or ROOT / f"events/{given.function}.json"
    try:
        event = json.loads(file.read_text("utf-8"))
    except OSError as error:
        parser.error(f"{file}: {error.strerror}")
    except ValueError:
        parser.error(f"{file}: is not JSON")
    with table_endpoint() as endpoint:
        return _invoke(known[given.function], event, endpoint)


def _invoke(function: Deployed, event: Any, endpoint: str) -> int:
    changed = {
        **function.environ,
        "TABLE_NAME": os.environ.get("TABLE_NAME", "roster"),
        "TABLE_ENDPOINT": endpoint,
    }
    with Environment(PYTHON, replace(function, environ=changed), log=sys.stderr.fileno()) as environment:
        try:
            environment.init()
            answer = environment.invoke(event)
        except Failed as failure:
            print(json.dumps({"error": failure.reason, "detail": failure.detail}, indent=2))
            return 1
    print(json.dumps(answer, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(printing(main))
