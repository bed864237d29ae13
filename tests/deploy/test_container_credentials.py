"""Functions as built, in Lambda's own runtime client, whose credentials come as a container gives them.

There are no keys in the environment then, as with SnapStart, but an address and what opens it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.runtime_api import Environment
from tests.support.aws_stub import KEYS, WARMING, AwsStub, serving_aws
from tools import invoke
from tools.build import HERE, folder
from tools.runtime_python import runs_as, version

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]


@pytest.fixture
def aws() -> Iterator[AwsStub]:
    with serving_aws() as stub:
        yield stub


@contextmanager
def started(
    aws: AwsStub, function_id: str, log: Path, credentials: Mapping[str, str], **environ: str
) -> Iterator[Environment]:
    """A function of which every service of AWS is at the stub's address."""
    build = folder(HERE) if runs_as(invoke.PYTHON, version()) else None
    assert build is None or build.is_dir(), "there is no build: make build ARCH=here"
    deployed = invoke.functions(build)[function_id]
    changed = {**deployed.environ, "AWS_ENDPOINT_URL": aws.url, "TABLE_NAME": "roster", **environ}
    deployed = replace(deployed, environ=changed, credentials=credentials)
    with log.open("w") as written, Environment(invoke.PYTHON, deployed, log=written) as environment:
        environment.init()
        yield environment


def event(function_id: str) -> Any:
    return json.loads((ROOT / f"events/{function_id}.json").read_text("utf-8"))


def of_a_container(aws: AwsStub, token: str) -> dict[str, str]:
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{aws.url}/2021-01-01/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
    }


@pytest.mark.parametrize("transport", ["http", "boto3"])
def test_the_table_is_called_with_the_credentials_of_a_container(
    aws: AwsStub, tmp_path: Path, transport: str
) -> None:
    given = of_a_container(aws, aws.authorization)
    with started(aws, "GetOrg", tmp_path / "log", given, TRANSPORT=transport) as environment:
        answers = [environment.invoke(event("GetOrg"))["statusCode"] for _ in range(3)]
    assert answers == [401] * 3  # the table is empty
    [keys] = aws.of(KEYS)
    assert (keys.path, keys.authorization) == ("/2021-01-01/credentials", aws.authorization)
    assert {(each.access_key, each.token) for each in aws.of("dynamodb")} == {("key1", "token1")}
    assert aws.services() <= {WARMING, KEYS, "dynamodb"}


def test_a_secret_is_read_with_the_credentials_of_a_container(aws: AwsStub, tmp_path: Path) -> None:
    given = of_a_container(aws, aws.authorization)
    with started(aws, "Login", tmp_path / "log", given, DEPLOYMENT_KEY_ID="arn:key") as environment:
        assert environment.invoke(event("Login"))["statusCode"] == 401
    [read] = aws.of("secretsmanager")
    assert (read.operation, read.token.startswith("token")) == ("GetSecretValue", True)
    assert {each.token.startswith("token") for each in aws.of("dynamodb")} == {True}


def test_fa_05_credentials_that_are_refused_are_named_at_error(aws: AwsStub, tmp_path: Path) -> None:
    log, given = tmp_path / "log", of_a_container(aws, "of somebody else")
    with started(aws, "GetOrg", log, given) as environment:
        assert environment.invoke(event("GetOrg"))["statusCode"] == 503
    assert aws.of("dynamodb") == []
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line["message"] == "unavailable"]
    assert (line["level"], line["error_code"]) == ("ERROR", "CredentialRetrievalError")
    assert (line["table"], line["operation"]) == ("roster", "BatchGetItem")
