"""`python -m tools.gateway_import [TEMPLATE]`: what API Gateway's parser says of the API in it.

CloudFormation hands the OpenAPI body of an HTTP API to API Gateway, which reads it with swagger-parser. Where
the API has `FailOnWarnings`, a warning takes the whole stack back (FA-01). The same parser, in an older
generator's jar, reads the body here: `make .venv-openapi/made` fetches it, and it needs Java.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.gateway import translate

ROOT = Path(__file__).parents[1]
JAR = "lib/python*/site-packages/openapi_generator_cli/openapi-generator.jar"
SECONDS = 120

KNOWN = {
    "attribute paths. Resource $default should start with /": "the gateway's own name of that route",
    "attribute .servers.url is missing": "SAM writes DisableExecuteApiEndpoint there; the gateway reads it",
}
"""Warnings that an import without `FailOnWarnings` goes on from, and why each is right as it is."""

_MESSAGE = re.compile(r"^\t- (.+)$", re.MULTILINE)


class ParserFailed(Exception):
    """The parser cannot be run, or said something that is no report."""


def warnings(body: Mapping[str, Any]) -> list[str]:
    """All that the parser says of an OpenAPI document. Raises ParserFailed."""
    jar = next((ROOT / ".venv-openapi").glob(JAR), None)
    if jar is None:
        raise ParserFailed("`make .venv-openapi/made` fetches the parser")
    with TemporaryDirectory() as folder:
        file = Path(folder, "body.json")
        file.write_text(json.dumps(_resolved(body)), "utf-8")
        command = ["java", "-jar", str(jar), "validate", "--input-spec", str(file)]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except FileNotFoundError as error:
            raise ParserFailed("the parser needs Java 17 or newer") from error
    said = done.stdout + done.stderr
    found = _MESSAGE.findall(said)
    if not found and "No validation issues detected." not in said:
        raise ParserFailed(said)
    return found


def faults(template: Path) -> list[str]:
    """The warnings that would fail a deploy, or are not known, of a template's APIs. Raises ParserFailed."""
    return [fault for properties in _apis(template) for fault in _faults(properties)]


def _faults(properties: Mapping[str, Any]) -> Iterator[str]:
    for warning in warnings(properties["Body"]):
        if properties.get("FailOnWarnings"):
            yield f"{warning} (and FailOnWarnings fails the deploy)"
        elif warning not in KNOWN:
            yield warning


def _apis(template: Path) -> Iterator[Mapping[str, Any]]:
    for resource in translate(template)["Resources"].values():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            yield resource["Properties"]


def _resolved(value: Any) -> Any:
    """A part of the body as CloudFormation would hand it over: a name for each reference."""
    match value:
        case {"Ref": str(name)}:
            return name.rpartition(":")[2]
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(?:\w+::)?([\w.]+)\}", r"\1", text)
        case {"Fn::If": [_, yes, _]}:
            return _resolved(yes)
        case {"Fn::Split": [str(separator), text]}:
            return str(_resolved(text)).split(separator)
        case dict():
            unknown = [key for key in value if key.startswith("Fn::")]
            if unknown:
                raise ParserFailed(f"{unknown[0]} is not resolved here")
            return {key: _resolved(one) for key, one in value.items()}
        case list():
            return [_resolved(one) for one in value]
    return value


def main(argv: list[str]) -> int:
    """Print each fault; the exit code."""
    template = Path(argv[0]) if argv else ROOT / "template.yaml"
    try:
        found = faults(template)
    except ParserFailed as error:
        print(f"{template}: {error}", file=sys.stderr)
        return 2
    for fault in found:
        print(f"{template}: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
