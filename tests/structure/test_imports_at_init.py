"""What a function imports while it starts, by name: on Lambda that is most of a cold start."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.doctor import FOLLOWERS, QUEUED
from roster.deferred import defer
from tools.invoke import functions

FUNCTIONS = functions()
API = re.compile(r"^from (roster\.dialects\.\w+\.api) import ", re.MULTILINE)
CODE = """
import builtins, importlib, json, os, sys

before, find, asked = set(sys.modules), builtins.__import__, set()

def noted(name, globals=None, locals=None, fromlist=(), level=0):
    asked.update([name, *(name + "." + each for each in fromlist or ())])
    return find(name, globals, locals, fromlist, level)

def imported(environ):
    os.environ.clear()
    os.environ.update(environ)
    sys.path[1 : 1 + paths] = environ["PYTHONPATH"].split(os.pathsep)
    builtins.__import__ = noted
    module, _, handler = os.environ["_HANDLER"].rpartition(".")
    getattr(importlib.import_module(module), handler)
    assert not base or base in asked, "it does not import " + base
    new = {name: module for name, module in sys.modules.items() if name not in before}
    print(json.dumps({name: getattr(module, "__file__", None) for name, module in new.items()}), flush=True)

base, environs = json.load(sys.stdin)
paths = len(os.environ["PYTHONPATH"].split(os.pathsep))
if base:
    importlib.import_module(base)
for environ in environs:
    child = os.fork()
    if child == 0:
        imported(environ)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, environ["_HANDLER"]
"""

RESOLVER = {
    "annotated_types",
    "aws_lambda_powertools",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
}
"""The third parties of every endpoint."""
LOGGER = {"aws_lambda_powertools"}
"""The third parties of functions that no gateway calls."""
EVENT_DRIVEN = FOLLOWERS.keys() | QUEUED.keys()
TRANSPORT = {"botocore", "httptools"}
"""The `__init__` alone of botocore: beside it lies the table of AWS's partitions."""

POWERTOOLS = 60
"""Modules of Powertools at most, where its packages by themselves would bring 120."""
UNUSED = {
    "asyncio",
    "aws_lambda_powertools.event_handler.appsync",
    "aws_lambda_powertools.event_handler.openapi.models",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.utilities.data_classes.s3_event",
    "botocore.client",
    "botocore.session",
    "concurrent.futures",
    "email.parser",
    "http.client",
    "jmespath",
    "pydantic.v1",
    "subprocess",
    "urllib.request",
}


def imported_by(ids: Sequence[str], base: str = "") -> list[dict[str, str | None]]:
    """Where each module came from that a function has imported when it is ready, as Lambda starts it.

    Flat, in a process of its own, with only its folder and the layers on the path. The processes are copies
    of one that has imported the `base` and nothing else; each function is held to import it itself.
    """
    environs = [
        {**FUNCTIONS[id_].process_environ("127.0.0.1:9"), "TABLE_ENDPOINT": "http://127.0.0.1:9"}
        for id_ in ids
    ]
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd="/",
        env=environs[0],
        input=json.dumps([base, environs]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def dialect_of(id_: str) -> str:
    """The module that brings most of what an endpoint imports: its dialect's, if any."""
    module = FUNCTIONS[id_].handler.rpartition(".")[0]
    source = Path(FUNCTIONS[id_].task, *module.split(".")).with_suffix(".py").read_text("utf-8")
    found = API.search(source)
    return found.group(1) if found else "roster.http.handler"


def third_parties(imported: dict[str, str | None]) -> set[str]:
    """The packages that lie among others' packages, and not in ours or in Python's own library."""
    return {
        name.partition(".")[0] for name, file in imported.items() if file is not None and "-packages/" in file
    }


def test_a_function_imports_only_what_it_starts_with() -> None:
    """PyJWT, argon2, cryptography, zxcvbn, email-validator and botocore come when a request needs them."""
    of_dialects: dict[str, list[str]] = {}
    for id_ in FUNCTIONS:
        of_dialects.setdefault("" if id_ in EVENT_DRIVEN else dialect_of(id_), []).append(id_)
    found = [
        (id_, imported)
        for base, ids in of_dialects.items()
        for id_, imported in zip(ids, imported_by(ids, base), strict=True)
    ]
    assert len(found) == len(FUNCTIONS)
    for id_, imported in found:
        assert third_parties(imported) == (LOGGER if id_ in EVENT_DRIVEN else RESOLVER | TRANSPORT), id_
        assert UNUSED & set(imported) == set(), id_
        assert sum(name.startswith("aws_lambda_powertools") for name in imported) <= POWERTOOLS, id_


def test_a_copied_process_tells_what_a_fresh_one_does() -> None:
    """Else the test above would tell nothing of how Lambda starts a function."""
    assert [set(one) for one in imported_by(["GetWorkspace"])] == [
        set(one) for one in imported_by(["GetWorkspace"], dialect_of("GetWorkspace"))
    ]


def test_a_name_of_powertools_that_we_have_no_place_for_is_found_all_the_same() -> None:
    code = """
import roster
from aws_lambda_powertools.event_handler import ALBResolver, APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.event_handler import api_gateway
assert (ALBResolver, Response) == (api_gateway.ALBResolver, api_gateway.Response)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_package_that_is_not_there_cannot_be_deferred() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        defer("nowhere_to_be_found", {})
