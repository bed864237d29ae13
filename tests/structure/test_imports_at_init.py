"""What a function imports while it starts, by name: on Lambda that is most of a cold start."""

import json
import subprocess
import sys

import pytest

from local.runtime_api import Deployed
from roster.deferred import defer
from tools.invoke import functions

FUNCTIONS = functions()
CODE = """
import importlib, json, os, sys
before = set(sys.modules)
module, _, handler = os.environ["_HANDLER"].rpartition(".")
getattr(importlib.import_module(module), handler)
new = {name: module for name, module in sys.modules.items() if name not in before}
print(json.dumps({name: getattr(module, "__file__", None) for name, module in new.items()}))
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
STREAMED = ("Cleanup", "SendMail")
"""Those that no gateway calls."""
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


def imported_by(id_: str) -> dict[str, str | None]:
    """Where each module came from that a function has imported when it is ready, as Lambda starts it.

    Flat, in a fresh interpreter, with only its folder and the layers on the path.
    """
    function: Deployed = FUNCTIONS[id_]
    environ = {**function.process_environ("127.0.0.1:9"), "TABLE_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd="/", env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    origins: dict[str, str | None] = json.loads(done.stdout)
    return origins


def third_parties(imported: dict[str, str | None]) -> set[str]:
    """The packages that lie among others' packages, and not in ours or in Python's own library."""
    return {
        name.partition(".")[0] for name, file in imported.items() if file is not None and "-packages/" in file
    }


@pytest.mark.parametrize("id_", FUNCTIONS)
def test_a_function_imports_only_what_it_starts_with(id_: str) -> None:
    """PyJWT, argon2, cryptography, zxcvbn, email-validator and botocore come when a request needs them."""
    imported = imported_by(id_)
    assert third_parties(imported) == (LOGGER if id_ in STREAMED else RESOLVER | TRANSPORT)
    assert UNUSED & set(imported) == set()
    assert sum(name.startswith("aws_lambda_powertools") for name in imported) <= POWERTOOLS


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
