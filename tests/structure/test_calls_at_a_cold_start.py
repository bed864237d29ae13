"""A function that starts calls the table alone: no Secrets Manager, no STS where no feature wants them."""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Routes, translate
from roster import dependencies, queues
from roster.auth import secrets
from tests.support.api import Api, Context
from tests.support.aws_stub import WARMING, AwsStub, serving_aws
from tests.support.budgets import ENDPOINTS, BudgetFixtures, Endpoint
from tests.support.directory import Directory

pytestmark = pytest.mark.any_engine

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
RESOURCES = translate(TEMPLATE)["Resources"]
ROUTES = Routes.from_template(TEMPLATE)
FUNCTIONS = sorted(ROUTES.functions)


def reads_the_key(function_id: str) -> bool:
    """Whether the function's role may read the key of the deployment."""
    [role, _] = RESOURCES[function_id]["Properties"]["Role"]["Fn::GetAtt"]
    return {"Ref": "ReadDeploymentKey"} in RESOURCES[role]["Properties"]["ManagedPolicyArns"]


SENDS = {"RouteChanges": ("sqs",)}
"""Other services of those whose first event has an order for a queue."""
OF_THE_KEY = {id_ for id_ in FUNCTIONS if reads_the_key(id_)}


@pytest.fixture
def aws(deployed: Callable[..., None]) -> Iterator[AwsStub]:
    """Lambda's environment, in which every service of AWS is at one address; no feature is on."""
    with serving_aws() as stub:
        deployed(
            AWS_LAMBDA_INITIALIZATION_TYPE="on-demand",
            AWS_ENDPOINT_URL=stub.url,
            AWS_REGION="eu-west-1",
            AWS_ACCESS_KEY_ID="local",
            AWS_SECRET_ACCESS_KEY="local",
            AWS_SESSION_TOKEN="of the role",
            AWS_EC2_METADATA_DISABLED="true",
        )
        dependencies.use(None)
        secrets.provider.cache_clear()
        queues._client.cache_clear()  # it goes to where its first call went
        yield stub
        dependencies.use(None)
        secrets.provider.cache_clear()


def start(function_id: str) -> Callable[[], Any]:
    """What Lambda does before the first event; the return sends that."""
    function = ROUTES.functions[function_id]
    handler = getattr(import_module(function.module), function.attribute)
    dependencies.prepare()
    event = json.loads((ROOT / f"events/{function_id}.json").read_text("utf-8"))
    return lambda: handler(event, Context(function_id))


@pytest.mark.parametrize("function_id", FUNCTIONS)
def test_a_start_and_a_first_request_ask_the_table_alone(aws: AwsStub, function_id: str) -> None:
    first = start(function_id)
    assert [each.service for each in aws.asked] == [WARMING]
    first()
    assert aws.services() <= {WARMING, "dynamodb", *SENDS.get(function_id, ())}


def test_over_boto3_too_starts_and_first_requests_ask_the_table_alone(
    aws: AwsStub, deployed: Callable[..., None]
) -> None:
    """All functions in one environment, whose client of botocore's takes a while to make."""
    deployed(TRANSPORT="boto3")
    for function_id in FUNCTIONS:
        asked = len(aws.asked)
        first = start(function_id)
        assert {each.service for each in aws.asked[asked:]} <= {"dynamodb"}, f"{function_id} at its start"
        first()
        assert aws.services() <= {"dynamodb", "sqs"}, f"{function_id} at its first request"
    assert aws.services() == {"dynamodb", "sqs"}


@pytest.mark.parametrize("function_id", FUNCTIONS)
def test_the_key_of_the_deployment_is_read_by_no_start_and_only_by_those_whose_it_is(
    aws: AwsStub, deployed: Callable[..., None], function_id: str
) -> None:
    deployed(DEPLOYMENT_KEY_ID="arn:aws:secretsmanager:eu-west-1:123456789012:secret:key")
    first = start(function_id)
    assert aws.services() == {WARMING}
    first()
    assert "secretsmanager" not in aws.services() or function_id in OF_THE_KEY
    assert aws.services() <= {WARMING, "dynamodb", "secretsmanager", *SENDS.get(function_id, ())}


def test_a_login_reads_the_key_once(aws: AwsStub, deployed: Callable[..., None]) -> None:
    """Else the tests above would see no call of a secret at all."""
    deployed(DEPLOYMENT_KEY_ID="arn:aws:secretsmanager:eu-west-1:123456789012:secret:key")
    login = start("Login")
    for _ in range(2):
        login()
    [read] = aws.of("secretsmanager")
    assert (read.operation, read.token) == ("GetSecretValue", "of the role")


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_a_request_that_succeeds_reads_no_secret_that_is_not_its_functions(
    api: Api, directory: Directory, deployed: Callable[..., None], row: Endpoint
) -> None:
    fixtures = BudgetFixtures.set(api, directory)
    row.prepare(fixtures)
    read: list[str] = []

    def noted(purpose: str) -> tuple[bytes, ...]:
        read.append(purpose)
        return secrets.derived("the key of this deployment", purpose)

    with serving_aws() as stub:
        deployed(AWS_ENDPOINT_URL=stub.url, AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")
        secrets.provider.cache_clear()
        dependencies.use(
            dependencies.Dependencies(
                api.store,
                api.clock,
                issuers=secrets.issuers,
                gateway_secrets=secrets.gateway_secrets,
                deployment_keys=noted,
            )
        )
        assert row.ask(fixtures).status < 500
        secrets.provider.cache_clear()
    assert stub.asked == []
    [function_id] = {each.function.id for each in api.gateway.routes.routes if each.key == row.route}
    assert not read or function_id in OF_THE_KEY
