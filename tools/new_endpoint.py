"""Makes the skeleton of an endpoint.

    python -m tools.new_endpoint "GET /api/things/{thingId}" --dialect workspaces --name get_thing

It writes the function and its test, and adds the endpoint to the template, the authorization matrix, the
budgets and the statuses. What it cannot know it writes as `?`, 0 or NotImplementedError; the tests fail until
these are filled in. Role, statuses and access are those of the nearest endpoint of the dialect, unless
`--role`, `--statuses` and `--id` say otherwise. It writes all files or none.
"""

import argparse
import ast
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.gateway import read_template

ROOT = Path(__file__).parents[1]
TEMPLATE = Path("template.yaml")
MATRIX = Path("tests/contract/matrix.toml")
BUDGETS = Path("tests/support/budgets.py")
STATUSES = Path("tools/statuses.py")

_ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) ((?:/(?:[A-Za-z0-9._-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+)")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ID = re.compile(r"[A-Z][A-Za-z0-9]*")
_PREFIXES = {"cloud_foundry": "Cf", "testmo": "Testmo"}
"""How the ids of a dialect's functions begin, where its endpoints would have the names of others."""


class Rejected(Exception):
    """The endpoint cannot be made; the text says why, in one line."""


@dataclass(frozen=True)
class NewEndpoint:
    """What the command line says of the endpoint; an empty text is taken from the nearest one."""

    route: str
    dialect: str
    name: str
    id: str = ""
    role: str = ""
    statuses: str = ""


@dataclass(frozen=True)
class Existing:
    """A function of the template that answers over HTTP."""

    id: str
    dialect: str
    module: str
    role: str
    routes: tuple[str, ...]


def plan(root: Path, asked: NewEndpoint) -> dict[Path, str]:
    """The new text of each file, by its path in the tree. Raises Rejected; writes nothing."""
    match = _ROUTE.fullmatch(asked.route)
    if match is None:
        raise Rejected(f'the route {asked.route!r} is not like "GET /api/things/{{thingId}}"')
    if _NAME.fullmatch(asked.name) is None:
        raise Rejected(f"the name {asked.name!r} is not like list_things")
    resources: dict[str, Any] = read_template(root / TEMPLATE)["Resources"]
    functions = _existing(resources)
    if _same_place(asked.route, functions):
        raise Rejected(f"{TEMPLATE} has the route {asked.route} already")
    siblings = [function for function in functions if function.dialect == asked.dialect]
    if not siblings:
        known = ", ".join(sorted({function.dialect for function in functions}))
        raise Rejected(f"there is no dialect {asked.dialect!r}; there are {known}")
    id_ = asked.id or _PREFIXES.get(asked.dialect, "") + asked.name.title().replace("_", "")
    if _ID.fullmatch(id_) is None:
        raise Rejected(f"the id {id_!r} is not like ListThings")
    if id_ in resources:
        raise Rejected(f"{TEMPLATE} has a {id_} already: give another --id")
    nearest, like = _nearest(asked.route, siblings)
    role = asked.role or nearest.role
    if resources.get(role, {}).get("Type") != "AWS::IAM::Role":
        roles = ", ".join(name for name, one in resources.items() if one["Type"] == "AWS::IAM::Role")
        raise Rejected(f"{TEMPLATE} has no role {role!r}; it has {roles}")
    function = Path("functions", asked.dialect, f"{asked.name}.py")
    test = Path("tests", asked.dialect, f"test_{asked.name}.py")
    for path in (function, test):
        if (root / path).exists():
            raise Rejected(f"{path} is there already")
    neighbour = (root / "functions" / nearest.dialect / f"{nearest.module}.py").read_text("utf-8")
    try:
        return {
            function: _function(asked, neighbour),
            TEMPLATE: _with_function(_read(root, TEMPLATE), asked, id_, role, nearest.id),
            MATRIX: _with_matrix_rows(_read(root, MATRIX), asked, like),
            BUDGETS: _with_budget(_read(root, BUDGETS), asked, like),
            STATUSES: _with_statuses(_read(root, STATUSES), asked, like),
            test: _test(asked),
        }
    except LookupError as error:
        raise Rejected(str(error)) from error


def write(root: Path, texts: Mapping[Path, str]) -> None:
    """Write all files, or leave all as they were and raise OSError."""
    before = {path: _bytes(root / path) for path in texts}
    ready: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, text in texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=(root / path).parent, prefix=".new_endpoint-")
            ready[path] = Path(temporary)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            ready[path].chmod((root / path).stat().st_mode & 0o777 if before[path] is not None else 0o644)
        for path, file_ready in ready.items():
            file_ready.replace(root / path)
            done.append(path)
    except OSError:
        for path in done:
            content = before[path]
            if content is None:
                (root / path).unlink()
            else:
                (root / path).write_bytes(content)
        raise
    finally:
        for file_ready in ready.values():
            file_ready.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """The command; 2 and one line on stderr where the endpoint cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_endpoint", description="Make an endpoint.")
    parser.add_argument("route", help='method and path, as "GET /api/things/{thingId}"')
    parser.add_argument("--dialect", required=True, help="its folder in functions/")
    parser.add_argument("--name", required=True, help="its file and function, as list_things")
    parser.add_argument("--id", default="", help="its name in the template (of --name)")
    parser.add_argument("--role", default="", help="its role in the template (the nearest endpoint's)")
    parser.add_argument(
        "--statuses", default="", help='what it answers beside 200, 401, 413 and 503, as "400 403 404"'
    )
    given = parser.parse_args(arguments)
    asked = NewEndpoint(given.route, given.dialect, given.name, given.id, given.role, given.statuses)
    try:
        texts = plan(root, asked)
        write(root, texts)
    except (Rejected, OSError) as error:
        print(f"new_endpoint: {error}", file=sys.stderr)
        return 2
    for path in texts:
        print(path)
    print("Fill in what is `?`, 0 or NotImplementedError in these files, then run `make documents`.")
    return 0


# The endpoints that are there.


def _existing(resources: Mapping[str, Any]) -> list[Existing]:
    found = []
    for id_, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        sources = [source["Properties"] for source in properties["Events"].values()]
        routes = tuple(f"{one['Method']} {one['Path']}" for one in sources if "Path" in one)
        if routes:
            found.append(
                Existing(
                    id_,
                    properties["CodeUri"].rpartition("/")[2],
                    properties["Handler"].rpartition(".")[0],
                    _role(properties["Role"]),
                    routes,
                )
            )
    return found


def _role(value: Any) -> str:
    attribute = value["Fn::GetAtt"]
    return str(attribute[0] if isinstance(attribute, list) else attribute.partition(".")[0])


def _same_place(route: str, functions: Sequence[Existing]) -> bool:
    """Whether a route leads to the same method and path, whatever its parameters are called."""
    return _unnamed(route) in {_unnamed(other) for function in functions for other in function.routes}


def _unnamed(route: str) -> str:
    return re.sub(r"\{\w+\}", "{}", route)


def _nearest(route: str, siblings: Sequence[Existing]) -> tuple[Existing, str]:
    """The endpoint whose route is most like this one: its method first, then how many words of the path."""
    method, _, path = route.partition(" ")

    def likeness(other: str) -> tuple[bool, int, bool]:
        its_method, _, its_path = other.partition(" ")
        common = os.path.commonprefix([path.split("/"), its_path.split("/")])
        return its_method == method, len(common), path.count("/") == its_path.count("/")

    pairs = [(function, other) for function in siblings for other in function.routes]
    return max(pairs, key=lambda pair: likeness(pair[1]))


# The texts.


def _function(asked: NewEndpoint, neighbour: str) -> str:
    """The function's file, which takes its `endpoint()` as its neighbour does."""
    method, _, path = asked.route.partition(" ")
    tree = ast.parse(neighbour)
    (made,) = (node for node in tree.body if isinstance(node, ast.Assign) and "handler" in ast.unparse(node))
    used = {node.id for node in ast.walk(made.value) if isinstance(node, ast.Name)}
    imports = [
        f"from {node.module} import {', '.join(names)}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        if (names := [alias.name for alias in node.names if alias.name in used])
    ]
    parameters = ", ".join(f"{name}: str" for name in _parameters(path))
    pattern = re.sub(r"\{(\w+)\}", r"<\1>", path)
    return (
        f'"""{asked.route}: ?"""\n\n'
        + "\n".join(imports)
        + f"\n\n{ast.get_source_segment(neighbour, made)}\n\n\n"
        f'@app.{method.lower()}("{pattern}")\n'
        f"def {asked.name}({parameters}) -> None:\n"
        f"    raise NotImplementedError\n"
    )


def _with_function(template: str, asked: NewEndpoint, id_: str, role: str, after: str) -> str:
    method, _, path = asked.route.partition(" ")
    written = f'"{path}"' if "{" in path else path
    source = f"{{ ApiId: !Ref Api, Method: {method}, Path: {written} }}"
    block = (
        f"  {id_}:\n"
        f"    Type: AWS::Serverless::Function\n"
        f"    Properties:\n"
        f"      CodeUri: functions/{asked.dialect}\n"
        f"      Handler: {asked.name}.handler\n"
        f"      Role: !GetAtt {role}.Arn\n"
        f"      Events: {{ Http: {{ Type: HttpApi, Properties: {source} }} }}\n"
    )
    return _after(
        template, re.compile(rf"^  {after}:\n(?:    .*\n|\n(?=    ))+", re.M), "\n" + block, TEMPLATE
    )


def _with_matrix_rows(matrix: str, asked: NewEndpoint, after: str) -> str:
    read = tomllib.loads(matrix)
    if after not in read:
        raise LookupError(f"{MATRIX} has no row of {after}")
    row = ", ".join(['"?"'] * len(read["roles"]))
    rows = "".join(f"{place:<7} = [ {row} ]\n" for place in read[after])
    if "{" in asked.route and "absent" not in read[after]:
        rows = "".join(f"{place:<7} = [ {row} ]\n" for place in ("own", "foreign", "absent"))
    elif "{" not in asked.route and "/minimal/" not in asked.route:
        rows = f"{'own':<7} = [ {row} ]\n"
    place = re.compile(rf'^\["{re.escape(after)}"\]\n(?:\w.*\n)+', re.M)
    return _after(matrix, place, f'\n["{asked.route}"]\n{rows}', MATRIX)


def _with_budget(budgets: str, asked: NewEndpoint, after: str) -> str:
    """The budgets with a row more: 0 of everything, and a request that no route takes."""
    method = asked.route.partition(" ")[0].lower()
    row = f'    Endpoint("{asked.route}", 0, 0, 0, lambda on: on.api.{method}("?")),\n'
    if len(row) > 111:
        row = (
            f'    Endpoint(\n        "{asked.route}",\n        0,\n        0,\n        0,\n'
            f'        lambda on: on.api.{method}("?"),\n    ),\n'
        )
    rows = _tuple_named(ast.parse(budgets), "_ENDPOINTS")
    ends = [
        element.end_lineno
        for element in rows.elts
        if isinstance(element, ast.Call)
        and isinstance(element.args[0], ast.Constant)
        and element.args[0].value == after
    ]
    line = ends[-1] if ends else (rows.end_lineno or 0) - 1
    lines = budgets.splitlines(keepends=True)
    return "".join([*lines[:line], row, *lines[line:]])


def _tuple_named(tree: ast.Module, name: str) -> ast.Tuple:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Tuple() as value) if found == name:
                return value
    raise LookupError(f"{BUDGETS} has no tuple {name}")


def _with_statuses(statuses: str, asked: NewEndpoint, after: str) -> str:
    """The statuses with a row more: those that were asked for, else those of the nearest endpoint."""
    place = re.compile(rf'^    "{re.escape(after)}": (?P<words>.+),\n', re.M)
    match = place.search(statuses)
    if match is None:
        raise LookupError(f"{STATUSES} has no row of {after}")
    words = match["words"]
    if asked.statuses:
        if re.fullmatch(r"[2-5]\d\d( [2-5]\d\d)*", asked.statuses) is None:
            raise Rejected(f'the statuses {asked.statuses!r} are not like "400 403 404"')
        words = f'f"{{_ANY}} {asked.statuses}"'
    return _after(statuses, place, f'    "{asked.route}": {words},\n', STATUSES)


def _test(asked: NewEndpoint) -> str:
    method, _, path = asked.route.partition(" ")
    filled = re.sub(r"\{\w+\}", "?", path)
    return (
        f'"""{asked.route}."""\n\n'
        f"from tests.support.api import Api\n\n\n"
        f"def test_it_answers(api: Api) -> None:\n"
        f'    assert api.{method.lower()}("{filled}").status == 200\n'
    )


def _parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def _after(text: str, place: re.Pattern[str], more: str, path: Path) -> str:
    """The text with more behind the first place that matches. Raises LookupError where there is none."""
    match = place.search(text)
    if match is None:
        raise LookupError(f"{path} is not written as expected: {place.pattern!r} is nowhere in it")
    return text[: match.end()] + more + text[match.end() :]


def _read(root: Path, path: Path) -> str:
    return (root / path).read_text("utf-8")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
