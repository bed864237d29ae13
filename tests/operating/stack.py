"""A deployed stack on moto, all of it well: of the translated template what the doctor looks at.

Moto's CloudFormation makes it, but for alarms and secrets, which it lacks. A few functions stand for all.
"""

import io
import json
import zipfile
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3

from cli.deployed import DeployedStack
from local.gateway import translate

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
REGION = "eu-west-1"
STACK = "roster-prod"
MAIL = "ops@example.com"
BUCKET = "bucket-of-layers"
NOTHING = {"Ref": "AWS::NoValue"}
LACKING = ("AWS::CloudWatch::Alarm", "AWS::SecretsManager::Secret")
"""Types that moto's CloudFormation does not make."""
BESIDE = ("ApiGatewayV2", "Logs::MetricFilter", "CloudWatch::Dashboard", "Lambda::Permission")
"""Types that the doctor does not look at."""
FUNCTIONS = {
    "Cleanup": "CleanupRole",
    "Deliver": "DeliverRole",
    "GetDocs": "LogRole",
    "GetWorkspace": "ReadCallerRole",
    "Login": "LoginRole",
    "Publish": "PublishRole",
    "RouteChanges": "RouteChangesRole",
    "SendMail": "SendMailRole",
}
"""And their roles."""


@dataclass
class MotoStack:
    """The stack, and clients that answer for it; a test may change what `limits` and `status` say."""

    template: dict[str, Any]
    made: Mapping[str, str]
    """Physical ids of the resources that moto's CloudFormation did not make."""
    limits: dict[str, int]
    status: str = ""

    def __post_init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self.operations: list[str] = []

    def client(self, service: str) -> Any:
        """A client of moto's; what moto lacks is answered here."""
        if service not in self._clients:
            client = self._clients[service] = _client_of_its_own(service)
            client.meta.events.register("before-call", self._note)
            if service == "lambda":
                client.get_account_settings = lambda: {"AccountLimit": self.limits}
            if service == "cloudformation":
                self._complete(client)
        return self._clients[service]

    def _note(self, model: Any, **_: Any) -> None:
        self.operations.append(model.name)

    def deployed(self) -> DeployedStack:
        """What the doctor looks at."""
        return DeployedStack(STACK, self.client, datetime.now(UTC))

    def name(self, id_: str) -> str:
        """The physical id of a resource."""
        return self.deployed().resources[id_]

    def _complete(self, client: Any) -> None:
        describe = client.describe_stacks
        paginated = client.get_paginator("list_stack_resources").paginate

        def described(**asked: Any) -> Any:
            answer = describe(**asked)
            if self.status:
                answer["Stacks"][0]["StackStatus"] = self.status
            return answer

        def listed(**asked: Any) -> Iterator[Any]:
            yield from paginated(**asked)
            more = [{"LogicalResourceId": id_, "PhysicalResourceId": name} for id_, name in self.made.items()]
            yield {"StackResourceSummaries": more}

        client.describe_stacks = described
        client.get_paginator = lambda _: SimpleNamespace(paginate=listed)
        client.get_template = lambda **_: {"TemplateBody": self.template}

    def forget(self) -> None:
        """Note no more of what the clients are asked: their likes of other stacks share their events."""
        for client in self._clients.values():
            client.meta.events.unregister("before-call", self._note)


@cache
def _session() -> Any:
    return boto3.Session("none", "none", region_name=REGION)


@cache
def _client(service: str) -> Any:
    """A client that no test changes; to make one takes as long as dozens of calls."""
    return _session().client(service)


def _client_of_its_own(service: str) -> Any:
    """One whose methods a test may replace. `copy` would ask the copy for what it has not got yet."""
    like = _client(service)
    own = object.__new__(type(like))
    own.__dict__.update(like.__dict__)
    return own


def deploy(**parameters: str) -> MotoStack:
    """Make the stack, under `mock_aws`; by default with an address for alarms, which agreed."""
    given = {"AlarmEmail": MAIL} | parameters
    whole = json.loads(_template(tuple(name for name, value in given.items() if value not in ("", "none"))))
    key = _client("secretsmanager").create_secret(Name="DeploymentKey", SecretString="k" * 64)["ARN"]
    client = _client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket=BUCKET, Key="layer", Body=_archive())
    made = {"DeploymentKey": key}
    ours = {id_: each for id_, each in whole["Resources"].items() if each["Type"] not in LACKING}
    body = json.dumps(whole | {"Resources": ours}).replace('{"Ref": "DeploymentKey"}', json.dumps(key))
    cloudformation = _client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    stack = MotoStack(whole, made, {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000})
    _mend_roles(stack)
    topic = stack.deployed().resources.get("AlarmTopic")
    for id_, each in whole["Resources"].items():
        if each["Type"] == "AWS::CloudWatch::Alarm":
            made[id_] = f"{STACK}-{id_}-1X2Y3Z"
            put_alarm(made[id_], [topic] if topic else [])
    dynamodb, table = _client("dynamodb"), stack.name("Table")
    expiry = {"Enabled": True, "AttributeName": "ttl"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return stack


def _mend_roles(stack: MotoStack) -> None:
    """Moto's CloudFormation writes a role's policies as Python does, and attaches none."""
    iam, deployed = _client("iam"), stack.deployed()
    for id_, role in deployed.of_type("AWS::IAM::Role").items():
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found = literal_eval(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(found))
        for policy in stack.template["Resources"][id_]["Properties"]["ManagedPolicyArns"]:
            iam.attach_role_policy(RoleName=role, PolicyArn=deployed.resources[policy["Ref"]])


def put_alarm(name: str, actions: list[str]) -> None:
    """An alarm that says whom it tells."""
    _client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmActions=actions,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )


@cache
def _template(given: tuple[str, ...]) -> str:
    """The translated template for moto: code it can read, and its conditions decided."""
    template = translate(TEMPLATE)
    true = {f"Has{name}" for name in given}
    for each in template["Resources"].values():
        if each["Type"] == "AWS::Lambda::Function":
            each["Properties"]["Code"] = {"ZipFile": "def handler(event, context): ..."}
        elif each["Type"] == "AWS::Lambda::LayerVersion":
            each["Properties"]["Content"] = {"S3Bucket": BUCKET, "S3Key": "layer"}
    resources = {
        id_: _decided(each, true)
        for id_, each in template["Resources"].items()
        if each.get("Condition") in {None, *true}
        and not each["Type"].startswith(tuple(f"AWS::{type_}" for type_ in BESIDE))
        and (each["Type"] != "AWS::Lambda::Function" or id_ in FUNCTIONS)
        and (each["Type"] != "AWS::IAM::Role" or id_ in FUNCTIONS.values())
    }
    del template["Rules"]
    template["Outputs"] = {"TableName": template["Outputs"]["TableName"]}
    return json.dumps(template | {"Resources": resources})


def _decided(value: Any, true: set[str]) -> Any:
    if isinstance(value, dict):
        if "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            return _decided(yes if condition in true else no, true)
        decided = {name: _decided(each, true) for name, each in value.items()}
        return {name: each for name, each in decided.items() if each != NOTHING}
    if isinstance(value, list):
        return [each for each in (_decided(each, true) for each in value) if each != NOTHING]
    return value


def _archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("layer.py", "")
    return made.getvalue()
