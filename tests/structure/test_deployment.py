"""The template that an operator deploys: what no emulator keeps is read off what SAM makes of it."""

import ast
import json
import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from cli.doctor import FOLLOWERS, QUEUED
from local.gateway import Routes, read_template, translate
from roster import dependencies
from roster.auth.issuers import Issuers
from roster.directory import webhooks
from roster.domain import Webhook
from roster.settings import Settings
from tests.contract.fixtures import is_scim
from tests.support.api import Api
from tests.support.console import script_of
from tests.support.directory import Directory
from tests.support.guard import (
    Grant,
    attached,
    boundary,
    grants,
    resource,
    role_of,
    statements,
    template_guard,
)

pytestmark = pytest.mark.any_engine

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
SOURCE = read_template(TEMPLATE)
MADE = translate(TEMPLATE)
RESOURCES: dict[str, dict[str, Any]] = MADE["Resources"]
PARAMETERS: dict[str, dict[str, Any]] = SOURCE["Parameters"]
FUNCTIONS = sorted(name for name, one in RESOURCES.items() if one["Type"] == "AWS::Lambda::Function")
ROUTES = Routes.from_template(TEMPLATE)
KEYS = sorted(route.key for route in ROUTES.routes)

PUBLIC = {
    "$default",  # tells that there is no such route
    "GET /",  # Cloud Foundry: where to log in
    "GET /console",
    "GET /console/{digest}/{file+}",
    "GET /docs",
    "GET /health",
    "GET /openapi.json",
    "GET /v2/info",
    "HEAD /",
    "HEAD /console",
    "HEAD /console/{digest}/{file+}",
    "HEAD /docs",
    "HEAD /health",
    "HEAD /openapi.json",
    "POST /api/auth/invitations/accept",
    "POST /api/auth/invitations/look",
    "POST /api/auth/login",
    "POST /api/auth/login/passkey",
    "POST /api/auth/login/passkey/options",
    "POST /api/auth/login/second",
    "POST /api/auth/password/forgotten",
    "POST /api/auth/password/reset",
    "POST /oauth/token",
    "POST /oauth/revoke",
}
ASKS_ANYBODY = "POST /api/auth/login/passkey/options"
BY_BODY = {route for route in PUBLIC if route.startswith("POST ")} - {ASKS_ANYBODY}
"""The routes that answer without knowing who asks; every other demands an identity."""

DOCUMENTS = {f"{method} {path}" for method in ("GET", "HEAD") for path in ("/docs", "/openapi.json")}
CHECK_PASSWORDS = {
    "POST /api/auth/login",
    "POST /api/auth/login/second",
    "POST /oauth/token",
    "PUT /api/auth/me/password",
    "POST /api/auth/reauthenticate",
}
BY_LINK = {
    "POST /api/auth/invitations/accept",
    "POST /api/auth/password/forgotten",
    "POST /api/auth/password/reset",
}
"""The functions that the table's stream calls."""
WRITTEN = {"PYDANTIC_DISABLE_PLUGINS"}
"""Variables with a value of the template's own; all others are parameters and names of resources."""

KEY_ACTIONS = {
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
}
"""What DynamoDB asks of a key of one's own, in the name of whoever uses the table."""

HERE = "tests/structure/test_deployment.py"
APART = {
    **{
        f"dynamodb:{action} on Table/stream/*": f"{HERE}::test_fa_03_the_cleanup_may_read_any_stream"
        for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    },
    **{
        f"sqs:SendMessage on {queue}": f"{HERE}::test_what_the_stream_gives_up_on_goes_to_the_queue"
        for queue in FOLLOWERS.values()
    },
    **{
        f"sqs:{action} on {queue}": f"{HERE}::test_those_that_queues_call_are_known"
        for queue in ("MailQueue", "CleanupQueue", "DeliveryQueue")
        for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage", "SendMessage")
    },
    "events:PutEvents on arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/"
    "${EventBusName}": (f"{HERE}::test_events_go_to_the_one_bus_and_only_where_there_is_one"),
    "ses:SendEmail on arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": (
        f"{HERE}::test_mails_are_sent_from_the_one_address_and_only_where_there_is_one"
    ),
    **{
        f"logs:{action} on FunctionLogs": f"{HERE}::test_every_function_logs_to_the_one_group"
        for action in ("CreateLogStream", "PutLogEvents")
    },
    "kms:Decrypt on arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*": (
        f"{HERE}::test_no_role_may_use_a_key_but_the_tables_and_the_secrets"
    ),
    **{
        f"kms:{action} on TableKey": f"{HERE}::test_fa_13_whoever_uses_the_table_may_use_its_key"
        for action in KEY_ACTIONS - {"Decrypt"}
    },
    "secretsmanager:GetSecretValue on IssuersSecret": (
        f"{HERE}::test_a_function_may_read_the_secrets_that_it_asks_for_and_no_other"
    ),
    "secretsmanager:GetSecretValue on GatewaySecret": (
        f"{HERE}::test_a_function_may_read_the_secrets_that_it_asks_for_and_no_other"
    ),
    "secretsmanager:GetSecretValue on DeploymentKey": (
        f"{HERE}::test_a_function_may_read_the_secrets_that_it_asks_for_and_no_other"
    ),
}
"""What the guard does not see, because it is no call to the table, and the test that needs each."""


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def of_type(type_: str) -> Iterator[str]:
    return (name for name, one in RESOURCES.items() if one["Type"] == type_)


def secrets_of(function: str) -> set[str]:
    """The policies of a function's role that let it read a secret."""
    policies = set(attached(properties(role_of(MADE, function))))
    return {name for name in policies if "secretsmanager:" in json.dumps(properties(name))}


def references(value: Any) -> set[str]:
    """The parameters that a piece of the template refers to, through conditions too."""
    match value:
        case {"Ref": name}:
            return {name} & set(PARAMETERS)
        case {"Condition": str(name), **others}:
            return references(SOURCE["Conditions"][name]) | references(others)
        case {"Fn::Sub": str(text)}:
            return set(re.findall(r"\$\{(\w+)\}", text)) & set(PARAMETERS)
        case {"Fn::If": [name, *rest]}:
            return references(SOURCE["Conditions"][name]) | references(rest)
        case dict():
            return set().union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()


def holds(condition: Any, given: Mapping[str, str]) -> bool:
    """Whether a condition or an assertion holds under these parameters."""
    match condition:
        case {"Fn::Equals": [one, other]}:
            return _value(one, given) == _value(other, given)
        case {"Fn::Not": [inner]}:
            return not holds(inner, given)
        case {"Fn::And": all_}:
            return all(holds(one, given) for one in all_)
        case {"Fn::Or": some}:
            return any(holds(one, given) for one in some)
    raise AssertionError(f"not a condition: {condition}")


def resolved(value: Any, given: Mapping[str, str]) -> Any:
    """A piece of the translated template as CloudFormation resolves it under these parameters."""
    match value:
        case {"Ref": name} if name in PARAMETERS:
            return _value(value, given)
        case {"Fn::If": [name, yes, no]}:
            return resolved(yes if holds(SOURCE["Conditions"][name], given) else no, given)
        case {"Fn::Sub": str(text)}:
            names = "|".join(PARAMETERS)
            return {"Fn::Sub": re.sub(rf"\$\{{({names})\}}", lambda at: _value({"Ref": at[1]}, given), text)}
        case {"Fn::FindInMap": [name, first, second]}:
            return SOURCE["Mappings"][name][_value(first, given)][_value(second, given)]
        case dict():
            return {key: resolved(one, given) for key, one in value.items()}
        case list():
            return [resolved(one, given) for one in value]
    return value


def _value(value: Any, given: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        name = value["Ref"]
        return given.get(name, str(PARAMETERS[name]["Default"]))
    return str(value)


def refusals(**given: str) -> list[str]:
    """The rules that refuse these parameters."""
    return [
        name
        for name, rule in SOURCE["Rules"].items()
        if holds(rule["RuleCondition"], given)
        and not all(holds(one["Assert"], given) for one in rule["Assertions"])
    ]


# Parameters.


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_parameter_is_described_bounded_and_has_a_default(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter["Description"].endswith(".")
    assert {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter)
    default = str(parameter["Default"])
    if "AllowedValues" in parameter:
        assert default in map(str, parameter["AllowedValues"])
    if "AllowedPattern" in parameter:
        assert re.fullmatch(parameter["AllowedPattern"], default)
    if "MinValue" in parameter:
        assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]


def test_the_defaults_are_the_safe_ones() -> None:
    defaults = {name: str(parameter["Default"]) for name, parameter in PARAMETERS.items()}
    assert defaults["IdentityHeaderProof"] == "credential"
    assert defaults["UnprovenHeaders"] == "refused"
    assert defaults["AllowedOrigins"] == ""
    assert defaults["TableKey"] == ""
    assert defaults["LoginConcurrency"] == "0"
    assert refusals() == []


ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:roster/issuers-AbC123"
KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CERTIFICATE_ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
TAKEN = [
    ("EventBusName", "changes", "two words"),
    ("AllowedOrigins", "https://a.example https://b.example:8443", "*"),
    ("AllowedOrigins", "https://a.example", "http://a.example"),
    ("GatewaySecret", ARN, "the secret itself"),
    ("IssuersSecret", ARN, '[{"hmacSecrets":["x"]}]'),
    ("SecretsKey", KEY_ARN, "alias/mine"),
    ("DomainName", "directory.example.com", "https://directory.example.com"),
    ("CertificateArn", CERTIFICATE_ARN, "arn:aws:iam::123456789012:server-certificate/x"),
    ("PublicUrl", "https://directory.example.com", "https://directory.example.com/console"),
    ("MailFrom", "roster@example.com", "Roster <roster@example.com>"),
    ("AlarmEmail", "ops@example.com", "ops"),
    ("TableKey", KEY_ARN, "alias/mine"),
]
"""Parameters with a pattern: what they take, and what not."""


@pytest.mark.parametrize("name", ["GatewaySecret", "IssuersSecret"])
@pytest.mark.parametrize(
    ("tail", "whole"),
    [
        ("secret:roster/issuers-AbC123", True),
        ("secret:a_b+c=d.e@f-000000", True),
        ("secret:roster/issuers", False),
        ("secret:issuers", False),
        ("secret:roster-issuers", False),
        ("secret:roster/issuers-", False),
        ("secret:roster/issuers-AbC12", False),
        ("secret:roster/issuers-AbC123:", False),
        ("secret:roster/issuers-??????", False),
        ("secret:*", False),
        ("secret:-AbC123", False),
    ],
)
def test_fa_11_a_secret_is_named_by_its_whole_arn(name: str, tail: str, whole: bool) -> None:
    """A grant on an ARN without the six characters that Secrets Manager adds allows nothing: 503."""
    arn = f"arn:aws:secretsmanager:eu-west-1:123456789012:{tail}"
    assert bool(re.fullmatch(PARAMETERS[name]["AllowedPattern"], arn)) == whole


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"IdentityHeaderProof": "gateway-secret"}, ["GatewaySecretIsGiven"]),
        ({"IdentityHeaderProof": "gateway-secret", "GatewaySecret": ARN}, []),
        ({"GatewaySecret": ARN}, ["GatewaySecretIsAsked"]),
        ({"IdentityHeaderProof": "none"}, ["UnprovenHeadersAreAccepted"]),
        ({"IdentityHeaderProof": "none", "UnprovenHeaders": "accepted"}, []),
        ({"SecretsKey": KEY_ARN}, ["SecretsKeyHasItsSecret"]),
        ({"SecretsKey": KEY_ARN, "IssuersSecret": ARN}, []),
        ({"DomainName": "directory.example.com"}, ["DomainHasItsCertificate"]),
        ({"CertificateArn": "arn:aws:acm:x"}, ["DomainHasItsCertificate"]),
        ({"DomainName": "directory.example.com", "CertificateArn": "arn:aws:acm:x"}, []),
    ],
    ids=lambda given: " ".join(given) or "accepted" if isinstance(given, list | dict) else None,
)
def test_an_unsafe_combination_is_refused(given: dict[str, str], refused: list[str]) -> None:
    assert refusals(**given) == refused


@pytest.mark.parametrize(("name", "good", "bad"), TAKEN)
def test_a_parameter_takes_what_it_describes_alone(name: str, good: str, bad: str) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


def test_every_parameter_has_its_place_in_the_console() -> None:
    groups = SOURCE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(PARAMETERS)


# What a deploy changes.


def test_fa_02_the_api_and_the_stream_call_the_functions_themselves() -> None:
    """No version, alias or snapshot stands between: what CloudFormation writes is what answers."""
    types = {one["Type"] for one in RESOURCES.values()}
    assert not types & {"AWS::Lambda::Version", "AWS::Lambda::Alias"}
    for name in FUNCTIONS:
        assert "SnapStart" not in properties(name)
    paths = properties("Api")["Body"]["paths"]
    targets = {
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].partition("/functions/")[2]
        for methods in paths.values()
        for operation in methods.values()
    }
    called = [name for name in FUNCTIONS if name not in FOLLOWERS and name not in QUEUED]
    assert targets == {f"${{{name}.Arn}}/invocations" for name in called}


def test_fa_02_no_description_carries_a_parameter() -> None:
    for name, one in RESOURCES.items():
        assert isinstance(one["Properties"].get("Description", ""), str), name


READ = sorted(
    references(SOURCE["Globals"]["Function"]).union(
        *(
            references(one["Properties"])
            for one in SOURCE["Resources"].values()
            if one["Type"] == "AWS::Serverless::Function"
        )
    )
)
"""The parameters that functions are made of."""


def another(name: str) -> str:
    """A value of a parameter that is not its default."""
    parameter = PARAMETERS[name]
    if "AllowedValues" in parameter:
        return next(str(one) for one in parameter["AllowedValues"] if one != parameter["Default"])
    if "MinValue" in parameter:
        return str(parameter["Default"] + 1)
    return next(good for taken, good, _ in TAKEN if taken == name)


@pytest.mark.parametrize("name", READ)
def test_fa_02_a_change_of_a_parameter_alone_reaches_every_function_that_reads_it(name: str) -> None:
    reading = {
        function
        for function in FUNCTIONS
        if name
        in references(SOURCE["Resources"][function]["Properties"]) | references(SOURCE["Globals"]["Function"])
    }
    changed = {
        function
        for function in FUNCTIONS
        if resolved(properties(function), {}) != resolved(properties(function), {name: another(name)})
    }
    assert changed == reading != set()


TOGETHER = {
    "DomainName": {"CertificateArn": CERTIFICATE_ARN},
    "CertificateArn": {"DomainName": "directory.example.com"},
    "SecretsKey": {"GatewaySecret": ARN, "IssuersSecret": ARN, "IdentityHeaderProof": "gateway-secret"},
}
"""Parameters of which a rule takes none without the others, and the others."""
PROMISES = {"UnprovenHeaders"}
"""Parameters that rules read and no resource."""


@cache
def _translated_by_name() -> str:
    """The translated template; where SAM itself puts a value in stands `<the parameter's name>`."""
    return json.dumps(translate(TEMPLATE, {name: f"<{name}>" for name in PARAMETERS})["Resources"])


def stack(given: Mapping[str, str]) -> dict[str, Any]:
    """The resources that there are under these parameters, as SAM translates and CloudFormation resolves."""
    conditions, text = SOURCE["Conditions"], _translated_by_name()
    for name in PARAMETERS:
        text = text.replace(f"<{name}>", json.dumps(_value({"Ref": name}, given))[1:-1])
    return {
        name: resolved(one, given)
        for name, one in json.loads(text).items()
        if "Condition" not in one or holds(conditions[one["Condition"]], given)
    }


def made_of(name: str) -> str:
    """The template's resource that SAM makes a resource of: the longest whose name begins its name."""
    names: list[str] = [one for one in SOURCE["Resources"] if name.startswith(one)]
    return max(names, key=len)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_change_of_a_parameter_alone_reaches_every_resource_that_reads_it(name: str) -> None:
    rest = TOGETHER.get(name, {})
    before, after = stack(rest), stack({**rest, name: another(name)})
    changed = {made_of(one) for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    functions = {made_of(one) for one in FUNCTIONS}
    common = functions if name in references(SOURCE["Globals"]["Function"]) else set()
    reading = {id_ for id_, one in SOURCE["Resources"].items() if name in references(one)}
    assert changed == reading | common
    assert (changed == set()) == (name in PROMISES)
    if name in PROMISES:
        assert any(name in references(rule["Assertions"]) for rule in SOURCE["Rules"].values())


class Asked(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def get(self, name: str, default: Any = None) -> Any:
        self[name] = ""
        return default


ELSEWHERE = {
    "ARGON2_ITERATIONS",  # the tests' and the bench's, which hash cheaply
    "ARGON2_MEMORY_KIB",
    "ARGON2_PARALLELISM",
    "AT_ITS_DOMAIN",  # the local server's
    "CONSOLE_FILES",  # tests of a build
    "MAIL_PRINTED",
    "PLAIN_COOKIE",
    "TABLE_ENDPOINT",
    "WEBHOOK_SCHEDULE",
    "WEBHOOK_TARGETS",
}
"""Variables that no function on AWS is given."""


def test_fa_02_functions_are_given_the_variables_that_they_read() -> None:
    """A parameter that no variable carries would change, and nothing would."""
    given = set(SOURCE["Globals"]["Function"]["Environment"]["Variables"])
    asked = Asked()
    Settings.of(asked)
    ours = {name for name in asked if not name.startswith("AWS_")}
    assert ours - given == ELSEWHERE
    assert given - ours == {"PYDANTIC_DISABLE_PLUGINS", "POWERTOOLS_LOG_LEVEL"}, "libraries read these"


def test_fa_04_no_resource_has_a_name_that_another_stack_or_region_takes() -> None:
    """Dashboards, roles and policies are named in the whole account, whatever the region."""
    named = {
        name: value
        for name, one in RESOURCES.items()
        for property_, value in one["Properties"].items()
        if property_ in NAMES.get(one["Type"], ())
    }
    assert set(named) == set(of_type("AWS::Logs::LogGroup"))
    for value in named.values():
        assert "${AWS::StackName}" in value["Fn::Sub"], "a log group's name is its region's"


NAMES = {
    "AWS::CloudWatch::Alarm": ("AlarmName",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SQS::Queue": ("QueueName",),
}
"""The property by which a type of resource takes a name."""


# Who may call.


RELATIONS = {"/v2/users": "spaces", "/v2/organizations": "spaces", "/v2/spaces": "developers"}


def bare_request(key: str) -> tuple[str, str, dict[str, Any] | None]:
    """Method, target and body of a request for a route, which says nothing more."""
    method, _, path = key.partition(" ") if key != "$default" else ("GET", " ", "/nowhere")
    relation = RELATIONS.get(path.partition("/{")[0], "")
    target = re.sub(r"\{\w+\}", "1", path.replace("{relation}", relation))
    return method, target, {} if method in ("POST", "PUT") else None


@pytest.mark.row("item-01")
@pytest.mark.parametrize("key", KEYS)
def test_a_route_demands_an_identity_or_is_listed_as_public(api: Api, key: str) -> None:
    method, target, body = bare_request(key)
    if "{file+}" in key:
        target = script_of(api)
    status = api.send(method, target, body).status
    if key in PUBLIC - BY_BODY:
        assert status == (404 if key == "$default" else 200)
    elif key in PUBLIC:
        assert status == 400, "it is the body that says who asks"
    else:
        assert status == 401


def test_the_public_routes_are_in_the_template() -> None:
    assert set(KEYS) >= PUBLIC


def test_fa_01_a_warning_of_the_gateway_fails_no_deploy() -> None:
    """Beside `DisableExecuteApiEndpoint` SAM writes `servers` without `url`, of which the gateway warns."""
    apis = [one for one in RESOURCES.values() if one["Type"] == "AWS::ApiGatewayV2::Api"]
    assert any("url" not in server for one in apis for server in one["Properties"]["Body"]["servers"])
    assert not any("FailOnWarnings" in one["Properties"] for one in apis)


@pytest.mark.row("item-02")
def test_the_gateway_keeps_no_answer_of_an_authorizer() -> None:
    """It has none: each function knows its caller anew, at every request."""
    assert list(of_type("AWS::ApiGatewayV2::Authorizer")) == []
    assert "components" not in properties("Api")["Body"]


@pytest.mark.row("item-03")
def test_only_this_api_may_call_a_function() -> None:
    """The hourly rule may call the one function that it is for."""
    permissions = [name for name in of_type("AWS::Lambda::Permission") if name != "PublishHourlyPermission"]
    hourly = properties("PublishHourlyPermission")
    assert (hourly["Principal"], hourly["FunctionName"]) == ("events.amazonaws.com", {"Ref": "Publish"})
    assert hourly["SourceArn"] == {"Fn::GetAtt": ["PublishHourly", "Arn"]}
    assert len(permissions) >= len(ROUTES.routes)
    for name in permissions:
        permission = properties(name)
        assert permission["Principal"] == "apigateway.amazonaws.com"
        arn, values = permission["SourceArn"]["Fn::Sub"]
        assert arn.startswith(
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/"
        )
        assert values["__ApiId__"] == {"Ref": "Api"}
    assert list(of_type("AWS::Lambda::Url")) == []


@pytest.mark.row("item-28")
def test_fb_10_allowed_origins_and_no_other_may_read_an_answer() -> None:
    origins = "https://a.example https://b.example"
    cors = stack({"AllowedOrigins": origins})["Api"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == {"Fn::Split": [" ", origins]}
    assert cors["allowCredentials"] is True
    nothing = stack({})["Api"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
    assert nothing == {"Ref": "AWS::NoValue"}, "without origins there is no configuration at all"
    assert "CorsConfiguration" not in properties("Api"), "SAM puts it into the body, which the import reads"


def test_fb_10_pages_may_send_what_the_api_reads_and_read_what_it_says() -> None:
    cors = stack({"AllowedOrigins": "https://a.example"})["Api"]["Properties"]["Body"][
        "x-amazon-apigateway-cors"
    ]
    of_pages = [route for route in ROUTES.routes if not is_scim(route.path)]  # which servers call
    assert set(cors["allowMethods"]) >= {route.method for route in of_pages} - {"ANY"}
    document = json.loads((ROOT / "functions/site/openapi.json").read_text("utf-8"))
    sent: set[str] = set()
    told: set[str] = set()
    for path, operations in document["paths"].items():
        for operation in operations.values() if not is_scim(path) else ():
            named = operation.get("parameters", ())
            sent |= {one["name"].lower() for one in named if one.get("in") == "header"}
            for answer in operation["responses"].values():
                told |= {name.lower() for name in answer.get("headers", ())}
    for scheme in document["components"]["securitySchemes"].values():
        if scheme.get("in") == "header":
            sent.add(scheme["name"].lower())
    of_gateways = {"x-gateway-secret"}
    assert {name.lower() for name in cors["allowHeaders"]} >= sent - of_gateways
    # A browser shows these to every page, or to none.
    of_browsers = {
        "cache-control",
        "content-security-policy",
        "pragma",
        "referrer-policy",
        "set-cookie",
        "vary",
    }
    assert {name.lower() for name in cors["exposeHeaders"]} >= told - of_browsers


# Least privilege.


ROLES = sorted(of_type("AWS::IAM::Role"))
SERVICES = ("dynamodb", "kms", "logs", "secretsmanager", "ses", "sqs")


def everything(found: Iterator[Mapping[str, Any]]) -> frozenset[tuple[str, Grant]]:
    """The grants on all services."""
    listed = list(found)
    return frozenset((service, one) for service in SERVICES for one in grants(iter(listed), service))


@pytest.mark.row("item-17")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_names_its_actions_and_resources(function: str) -> None:
    for statement in statements(MADE, function):
        assert "*" not in json.dumps(statement).replace("${Table.Arn}/stream/*", "").replace("identity/*", "")
        assert "Scan" not in json.dumps(statement)
        assert {one.resource for one in grants(iter([statement]))} <= {
            "Table",
            "Table/index/ByActor",
            "Table/index/ByTarget",
            *({"Table/stream/*"} if function in FOLLOWERS else ()),
            "Table/index/ByWorkspace",
        }


def test_no_role_goes_beyond_the_boundary_and_the_boundary_not_beyond_the_roles() -> None:
    granted = frozenset[tuple[str, Grant]]().union(
        *(everything(statements(MADE, name)) for name in FUNCTIONS)
    )
    any_key = ("kms", Grant("Decrypt", "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"))
    ours = {("kms", Grant("Decrypt", key)) for key in ("TableKey", "SecretsKey")}  # of the account's
    assert everything(boundary(MADE)) - {any_key} == granted - ours


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_lambdas_has_the_boundary_and_no_policy_of_others(role: str) -> None:
    assert properties(role)["PermissionsBoundary"] == {"Ref": "Boundary"}
    [trusted] = properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trusted == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    for name in attached(properties(role)):
        assert RESOURCES[name]["Type"] == "AWS::IAM::ManagedPolicy"
        assert name != "Boundary"


def test_functions_with_the_same_grants_share_a_role() -> None:
    """SAM makes none beside them; that each function uses every grant is the endpoint suite's account."""
    written = [name for name, one in SOURCE["Resources"].items() if one["Type"] == "AWS::IAM::Role"]
    assert sorted(written) == ROLES
    granted = {role_of(MADE, name): everything(statements(MADE, name)) for name in FUNCTIONS}
    assert sorted(granted) == ROLES
    assert len(set(granted.values())) == len(granted)


@pytest.mark.parametrize("policy", sorted(set(of_type("AWS::IAM::ManagedPolicy")) - {"Boundary"}))
def test_a_policy_is_attached_under_its_own_condition(policy: str) -> None:
    condition = RESOURCES[policy].get("Condition")
    name = {"Ref": policy}
    expected = {"Fn::If": [condition, name, {"Ref": "AWS::NoValue"}]} if condition else name
    written = [one for role in ROLES for one in properties(role)["ManagedPolicyArns"] if policy in str(one)]
    assert written
    assert all(one == expected for one in written)


def test_what_the_boundary_allows_beside_the_table_is_listed_with_the_test_that_needs_it() -> None:
    apart = set()
    for statement in boundary(MADE):
        actions, resources = statement["Action"], statement["Resource"]
        for action in actions if isinstance(actions, list) else [actions]:
            for one in resources if isinstance(resources, list) else [resources]:
                apart.add(f"{action} on {resource(one)}")
    table = {f"dynamodb:{one.action} on {one.resource}" for one in template_guard().bounds}
    assert apart - table == set(APART)
    for place in APART.values():
        path, _, name = place.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def mapping_of(function: str) -> Any:
    """The one event source of a function that follows the stream."""
    [mapping] = [
        one
        for one in map(properties, of_type("AWS::Lambda::EventSourceMapping"))
        if one["FunctionName"] == {"Ref": function}
    ]
    return mapping


def test_those_that_follow_the_stream_are_known() -> None:
    mappings = [properties(one)["FunctionName"]["Ref"] for one in of_type("AWS::Lambda::EventSourceMapping")]
    assert sorted(mappings) == sorted([*FOLLOWERS, *QUEUED])


def test_those_that_queues_call_are_known() -> None:
    """A message that fails is hidden for longer than the function may take, and goes to the dead at last."""
    for function, (queue, dead) in QUEUED.items():
        mapping, orders = mapping_of(function), properties(queue)
        assert mapping["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] <= 5, (
            "a small account has ten executions in all"
        )
        assert orders["VisibilityTimeout"] > properties(function)["Timeout"]
        assert orders["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead, "Arn"]}
        assert orders["SqsManagedSseEnabled"] is properties(dead)["SqsManagedSseEnabled"] is True
        assert properties(dead)["MessageRetentionPeriod"] == 14 * 86_400
        reads = {Grant(action, queue) for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")}
        sends = {Grant("SendMessage", queue)} if function == "Deliver" else set()  # what is tried again
        assert grants(statements(MADE, function), "sqs") == reads | sends


def test_events_go_to_the_one_bus_and_only_where_there_is_one() -> None:
    for given, expected in (({}, False), ({"EventBusName": "changes"}, True)):
        assert ("events:PutEvents" in json.dumps(stack(given))) == expected
    putters = [name for name in FUNCTIONS if grants(statements(MADE, name), "events")]
    assert putters == ["Publish"]


@pytest.mark.parametrize("function", FOLLOWERS)
def test_the_cleanup_and_the_router_follow_the_tables_stream(function: str) -> None:
    mapping = mapping_of(function)
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert len(mapping["FilterCriteria"]["Filters"]) <= 5
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumRetryAttempts"] > 0
    assert 0 < mapping["MaximumRecordAgeInSeconds"] <= 86_400


def test_fa_03_the_cleanup_may_read_any_stream() -> None:
    """A table restored under the same name has another stream, with a timestamp of its own in its ARN."""
    reads = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    streams = {Grant(action, "Table/stream/*") for action in reads}
    for function in FOLLOWERS:
        assert streams <= grants(statements(MADE, function))
    assert streams <= grants(boundary(MADE))
    policies = [*of_type("AWS::IAM::ManagedPolicy"), *of_type("AWS::IAM::Role")]
    assert "StreamArn" not in json.dumps([RESOURCES[name] for name in policies])


@pytest.mark.parametrize(("function", "queue"), FOLLOWERS.items())
def test_what_the_stream_gives_up_on_goes_to_the_queue(function: str, queue: str) -> None:
    destination = {"Fn::GetAtt": [queue, "Arn"]}
    assert mapping_of(function)["DestinationConfig"] == {"OnFailure": {"Destination": destination}}
    orders = {
        "RouteChanges": {"CleanupQueue", "DeliveryQueue", "MailQueue"},
        "Publish": {"DeliveryQueue"},
    }[function]
    sends = {Grant("SendMessage", each) for each in {queue, *orders}}
    assert grants(statements(MADE, function), "sqs") == sends
    assert properties(queue)["SqsManagedSseEnabled"] is True
    assert properties(queue)["MessageRetentionPeriod"] == 14 * 86_400


def test_mails_are_sent_from_the_one_address_and_only_where_there_is_one() -> None:
    [statement] = properties("SendFromAddress")["PolicyDocument"]["Statement"]
    assert statement["Action"] == "ses:SendEmail"
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
    senders = [name for name in FUNCTIONS if "SendFromAddress" in attached(properties(role_of(MADE, name)))]
    assert senders == ["SendMail"]
    for given, expected in (({}, False), ({"MailFrom": "a@example.com"}, True)):
        made = stack(given)
        assert ("SendFromAddress" in made) == expected
        assert ("ses:SendEmail" in json.dumps(made)) == expected


def test_no_role_may_use_a_key_but_the_tables_and_the_secrets() -> None:
    """The boundary lets the policies of other keys decide, such as AWS's own about the variables."""
    for function in FUNCTIONS:
        used = {one.resource for one in grants(statements(MADE, function), "kms")}
        assert used <= {"TableKey", "SecretsKey"}


@pytest.mark.parametrize("policy", ["ReadGatewaySecret", "ReadIssuers"])
def test_fa_11_whoever_reads_a_secret_may_use_its_key_through_secrets_manager_alone(policy: str) -> None:
    written = properties(policy)["PolicyDocument"]["Statement"]
    reads, uses = resolved(written, {"SecretsKey": KEY_ARN})
    assert reads["Action"] == "secretsmanager:GetSecretValue"
    assert uses == {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": KEY_ARN,
        "Condition": {
            "StringEquals": {
                "kms:ViaService": {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"},
            }
        },
    }
    assert resolved(written, {}) == [reads, {"Ref": "AWS::NoValue"}]


WHOLE_BODIES = {
    "POST /api/auth/login": {"email": "ada@example.com", "password": "a phrase"},
    "PUT /api/auth/me/password": {"currentPassword": "a phrase", "newPassword": "another phrase of hers"},
    "POST /api/auth/reauthenticate": {"password": "a phrase"},
    "POST /api/auth/login/second": {"challenge": "x", "code": "000000"},
    "POST /api/auth/login/passkey": {
        "assertion": {
            **{"id": "AA", "rawId": "AA", "type": "public-key"},
            "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"},
        }
    },
    "POST /api/auth/factors/totp": {"name": "Phone"},
    "POST /api/auth/factors/totp/{factorId}/confirm": {"code": "000000"},
    "GET /api/admin/audit": None,
    "GET /api/admin/users": None,
    "GET /api/workspaces": None,
    "GET /api/workspaces/{workspaceId}/members": None,
    "POST /api/admin/users": {"email": "eve@example.com", "fullName": "Eve", "roles": ["USER"]},
    "POST /api/admin/users/{userId}/password-link": None,
    "POST /api/workspaces/{workspaceId}/invitations": {"email": "ada@example.com", "role": "MEMBER"},
    "POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend": None,
    "POST /api/auth/invitations/accept": {"token": "x"},
    "POST /api/auth/password/forgotten": {"email": "ada@example.com"},
    "GET /api/workspaces/{workspaceId}/audit": None,
    **{
        f"POST {owner}/webhooks{rest}": body
        for owner in ("/api/workspaces/{workspaceId}", "/api/admin")
        for rest, body in (
            ("", {"url": "https://hooks.example.com/"}),
            *(("/{webhookId}/secret", None), ("/{webhookId}/test", None)),
        )
    },
}
PASSCODE = {"username": "ada@example.com", "password": "a phrase", "passcode": "000000"}
SEARCHES = ("GET /api/admin/users", "GET /api/workspaces", "GET /api/workspaces/{workspaceId}/members")
"""What the routes are sent, by an administrator, that ask for a secret only after they have read it."""


@pytest.mark.parametrize("key", KEYS)
def test_a_function_may_read_the_secrets_that_it_asks_for_and_no_other(
    api: Api, directory: Directory, deployed: Any, key: str
) -> None:
    asked = set()

    def issuers() -> Issuers:
        asked.add("ReadIssuers")
        return Issuers()

    def gateway_secrets() -> tuple[str, ...]:
        asked.add("ReadGatewaySecret")
        return ()

    def deployment_keys(_: str) -> tuple[bytes, ...]:
        asked.add("ReadDeploymentKey")
        return ()

    method, target, body = bare_request(key)
    who = {"X-User-Id": "u", "X-Org-Id": "o", "X-Project-Id": "p"}
    signed = {"Authorization": "Bearer e30.e30.e30"}
    dependencies.use(
        dependencies.Dependencies(
            api.store,
            api.clock,
            issuers=issuers,
            gateway_secrets=gateway_secrets,
            deployment_keys=deployment_keys,
        )
    )
    deployed(MAIL_FROM="roster@example.com")
    if key in WHOLE_BODIES:
        query = "q=ada&cursor=forged" if key in SEARCHES else "size=1"
        acme = directory.workspace("acme", id="1")
        directory.member(acme, directory.user("ada", id="1"))
        for owner in (acme.id, None):
            made = Webhook("1", "https://hooks.example.com/", "", "", owner, signing="sealed")
            webhooks.prepare(made, by=directory.by)[0].commit(api.store)
        api.send(
            method,
            f"{target}?{query}" if method == "GET" else target,
            WHOLE_BODIES[key],
            as_=directory.admin(),
        )
    if key == "POST /oauth/token":
        directory.client("cf")
        api.post(target, form={"grant_type": "password", "client_id": "cf", **PASSCODE})
    for proof in ("credential", "gateway-secret"):
        deployed(IDENTITY_HEADER_PROOF=proof)
        for headers in ({**who, **signed}, who):
            api.send(method, target, body, headers=headers)
    function = next(route.function.id for route in ROUTES.routes if route.key == key)
    assert asked == secrets_of(function)


# The table.


@pytest.mark.row("item-37")
def test_the_table_is_protected_encrypted_and_restorable() -> None:
    table = properties("Table")
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert RESOURCES["Table"]["DeletionPolicy"] == "Retain"
    assert RESOURCES["Table"]["UpdateReplacePolicy"] == "Retain"


def test_the_key_of_the_deployment_is_made_once_and_outlives_the_stack() -> None:
    key = RESOURCES["DeploymentKey"]
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert "Name" not in key["Properties"], "what a stack left would stand in the way of the next"
    made = key["Properties"]["GenerateSecretString"]
    assert made["PasswordLength"] >= 43, "256 bits"
    assert made["ExcludePunctuation"] is True


def test_fa_13_the_table_is_under_dynamodbs_key_or_under_ones_own() -> None:
    """SSEEnabled without a key would be the AWS-managed one, with a price for each call to KMS."""
    written = properties("Table")["SSESpecification"]
    assert resolved(written, {}) == {"Ref": "AWS::NoValue"}
    assert resolved(written, {"TableKey": KEY_ARN}) == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": KEY_ARN,
    }


def test_fa_13_whoever_uses_the_table_may_use_its_key() -> None:
    [statement] = properties("UseTableKey")["PolicyDocument"]["Statement"]
    through = {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"}}
    assert statement["Condition"] == {"StringEquals": through}
    assert RESOURCES["UseTableKey"]["Condition"] == "HasTableKey"
    assert grants(iter([statement]), "kms") == {Grant(action, "TableKey") for action in KEY_ACTIONS}
    bounds = {one.action for one in grants(boundary(MADE), "kms")}
    assert bounds == KEY_ACTIONS
    for function in FUNCTIONS:
        uses = bool(template_guard().granted[function])
        assert ("UseTableKey" in attached(properties(role_of(MADE, function)))) == uses, function


# The gateway.


def test_the_gateway_has_every_route_that_the_template_says() -> None:
    events = [
        event["Properties"]
        for one in SOURCE["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
        for event in one["Properties"]["Events"].values()
        if event["Type"] == "HttpApi"
    ]
    written = [f"{event['Method']} {event['Path']}" if "Path" in event else "$default" for event in events]
    assert sorted(written) == KEYS
    assert len(KEYS) == len(set(KEYS)) <= 300, "what an HTTP API takes"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_within_the_gateways_limits(function: str) -> None:
    one = properties(function)
    if function not in FOLLOWERS and function not in QUEUED:
        assert one["Timeout"] < 29, "the gateway waits for thirty seconds"
    assert one["Runtime"] == "python3.13"
    assert one["MemorySize"] >= 256


def test_with_a_domain_the_api_answers_nowhere_else() -> None:
    server = properties("Api")["Body"]["servers"][0]["x-amazon-apigateway-endpoint-configuration"]
    assert server == {"disableExecuteApiEndpoint": {"Fn::If": ["HasDomain", True, False]}}
    [configuration] = properties("Domain")["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert RESOURCES["Domain"]["Condition"] == RESOURCES["DomainMapping"]["Condition"] == "HasDomain"
    assert properties("DomainMapping")["Stage"] == {"Ref": "ApiApiGatewayDefaultStage"}


@pytest.mark.row("item-41")
def test_a_request_is_logged_without_query_path_or_credential() -> None:
    stage = properties("ApiApiGatewayDefaultStage")
    assert stage["StageName"] == "$default"
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    line: dict[str, str] = json.loads(stage["AccessLogSettings"]["Format"])
    assert set(line.values()) <= {
        "$context.requestId",
        "$context.requestTime",
        "$context.identity.sourceIp",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integration.integrationStatus",
        "$context.integration.error",
    }


def test_fa_17_no_field_of_the_access_log_is_a_clients_own_words() -> None:
    """The gateway puts a value between the quotes as it is: a quote in it would begin a new field."""
    line = json.loads(properties("ApiApiGatewayDefaultStage")["AccessLogSettings"]["Format"])
    ours = r"requestId|requestTime|routeKey|status|response\w+|integration\.\w+|identity\.sourceIp"
    for value in line.values():
        assert re.fullmatch(rf"\$context\.({ours})", value), value


@pytest.mark.row("item-41")
@pytest.mark.parametrize("group", sorted(of_type("AWS::Logs::LogGroup")))
def test_a_log_group_ends_what_it_keeps(group: str) -> None:
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_logs_to_the_one_group(function: str) -> None:
    """Lambda writes the function's name into the name of each stream of a group that it did not name."""
    config = properties(function)["LoggingConfig"]
    assert config["LogGroup"] == {"Ref": "FunctionLogs"}
    assert config["LogFormat"] == "JSON"
    assert config["SystemLogLevel"] == "INFO", "the line that says how a call ended"
    logs = grants(statements(MADE, function), "logs")
    assert logs == {Grant("CreateLogStream", "FunctionLogs"), Grant("PutLogEvents", "FunctionLogs")}


@pytest.mark.parametrize("level", PARAMETERS["LogLevel"]["AllowedValues"])
def test_fa_07_the_level_of_the_log_is_lambdas_and_powertools_in_one(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda's level comes before Powertools': the two must be the same, or the second does nothing."""
    assert level != "DEBUG", "libraries log what they send at DEBUG"
    for function in FUNCTIONS:
        made = resolved(properties(function), {"LogLevel": level})
        monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", made["LoggingConfig"]["ApplicationLogLevel"])
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", made["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"])
        logger = Logger(service=f"{function}-{level}")  # it warns, which fails, where Lambda's is the higher
        assert logging.getLevelName(logger.log_level) == level


@pytest.mark.row("item-44")
def test_the_stage_throttles_and_the_routes_that_check_passwords_more() -> None:
    stage = properties("ApiApiGatewayDefaultStage")
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    tighter = {
        "ThrottlingRateLimit": {"Ref": "LoginThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "LoginThrottleBurst"},
    }
    routes = stage["RouteSettings"]
    assert {key: routes[key] for key in routes if key not in DOCUMENTS} == dict.fromkeys(
        CHECK_PASSWORDS | BY_LINK, tighter
    )
    assert set(routes) <= set(KEYS), "a setting of a route that is not there fails the deploy"
    for name in ("Rate", "Burst"):
        tight, wide = PARAMETERS[f"LoginThrottle{name}"], PARAMETERS[f"Throttle{name}"]
        assert tight["Default"] < wide["Default"]


@pytest.mark.row("item-44")
@pytest.mark.parametrize("key", sorted(DOCUMENTS))
def test_fa_08_the_longest_answers_are_given_five_times_a_second(key: str) -> None:
    """They are anybody's: as fast as the rest, they alone would cost thousands of dollars a day."""
    settings = properties("ApiApiGatewayDefaultStage")["RouteSettings"][key]
    assert settings == {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 10}


@pytest.mark.row("F-20", "item-44")
def test_concurrency_can_be_bounded_where_passwords_are_checked_for_anybody() -> None:
    bounded = {name for name in FUNCTIONS if "ReservedConcurrentExecutions" in properties(name)}
    public = {route.function.id for route in ROUTES.routes if route.key in CHECK_PASSWORDS & PUBLIC}
    assert bounded == public
    for name in bounded:
        assert properties(name)["ReservedConcurrentExecutions"] == {
            "Fn::If": ["HasLoginConcurrency", {"Ref": "LoginConcurrency"}, {"Ref": "AWS::NoValue"}]
        }


@pytest.mark.parametrize(("given", "reserved"), [("0", {"Ref": "AWS::NoValue"}), ("5", "5")])
def test_fa_06_concurrency_need_not_be_reserved(given: str, reserved: object) -> None:
    """In an account of 10 or 50 environments none can be: Lambda leaves 100 to everything else."""
    bounded = [one for one in map(properties, FUNCTIONS) if "ReservedConcurrentExecutions" in one]
    assert bounded
    for one in bounded:
        assert resolved(one["ReservedConcurrentExecutions"], {"LoginConcurrency": given}) == reserved
    assert PARAMETERS["LoginConcurrency"]["Default"] == 0


# Configuration and secrets.


@pytest.mark.row("item-45")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_environment_holds_the_names_of_secrets_and_no_secret(function: str) -> None:
    variables: dict[str, Any] = properties(function)["Environment"]["Variables"]
    assert "POWERTOOLS_LOGGER_LOG_EVENT" not in variables
    for name, value in variables.items():
        if name in WRITTEN:
            continue
        assert isinstance(value, dict), f"{name} is written into the template"
        if "secret" in value["Ref"].lower():
            assert PARAMETERS[value["Ref"]]["AllowedPattern"].startswith("^(arn:aws[a-z-]*:secretsmanager:")
    assert not [name for name, parameter in PARAMETERS.items() if parameter.get("NoEcho")]


def test_every_function_is_given_the_same_environment() -> None:
    """Parameters come to functions through Globals alone."""
    for name, one in SOURCE["Resources"].items():
        if one["Type"] == "AWS::Serverless::Function":
            assert "Environment" not in one["Properties"], name


# Alarms.


def _metrics(alarm: Mapping[str, Any]) -> Iterator[str]:
    if "MetricName" in alarm:
        yield (
            f"{alarm['Namespace']} {alarm['MetricName']}"
            if isinstance(alarm["Namespace"], str)
            else alarm["MetricName"]
        )
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield f"{metric['Namespace']} {metric['MetricName']}"


@pytest.mark.row("item-46")
def test_what_may_go_wrong_has_an_alarm() -> None:
    """UserErrors is of the whole account, and on the dashboard; ours are errors that a function logs."""
    watched = {metric for name in of_type("AWS::CloudWatch::Alarm") for metric in _metrics(properties(name))}
    assert watched >= {
        "AWS/ApiGateway 5xx",
        "AWS/ApiGateway Latency",
        "AWS/Lambda Throttles",
        "AWS/Lambda IteratorAge",
        "AWS/SQS ApproximateNumberOfMessagesVisible",
        "AWS/DynamoDB ReadThrottleEvents",
        "AWS/DynamoDB WriteThrottleEvents",
        "AWS/DynamoDB TransactionConflict",
        "Errors",
    }


@pytest.mark.parametrize("name", sorted(of_type("AWS::CloudWatch::Alarm")))
def test_an_alarm_says_what_it_means_to_somebody(name: str) -> None:
    alarm = properties(name)
    told = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    assert alarm["AlarmDescription"].endswith(".")
    assert alarm["AlarmActions"] == alarm["OKActions"] == told
    assert alarm["TreatMissingData"] == "notBreaching", "nobody calls: nothing is wrong"
    assert sum("MetricStat" in query for query in alarm.get("Metrics", ())) <= 10, "what CloudWatch takes"


@pytest.mark.parametrize(("email", "told"), [("", False), ("none", False), ("ops@example.com", True)])
def test_fa_10_alarms_go_to_an_address_or_in_words_to_nobody(email: str, told: bool) -> None:
    given = {"AlarmEmail": email}
    assert re.fullmatch(PARAMETERS["AlarmEmail"]["AllowedPattern"], email)
    assert holds(SOURCE["Conditions"][RESOURCES["AlarmTopic"]["Condition"]], given) == told
    for name in of_type("AWS::CloudWatch::Alarm"):
        actions = resolved(properties(name)["AlarmActions"], given)
        assert actions == ([{"Ref": "AlarmTopic"}] if told else {"Ref": "AWS::NoValue"})


def test_what_a_function_logs_is_counted_where_an_alarm_looks() -> None:
    alarms = {"FunctionErrors": "FunctionErrorsAlarm", "DisabledWebhooks": "DisabledWebhooksAlarm"}
    assert sorted(of_type("AWS::Logs::MetricFilter")) == sorted(alarms)
    for name, alarm in alarms.items():
        assert properties(name)["LogGroupName"] == {"Ref": "FunctionLogs"}
        [made] = properties(name)["MetricTransformations"]
        assert made["MetricName"] == properties(alarm)["MetricName"]
        assert made["MetricNamespace"] == properties(alarm)["Namespace"]


def test_the_dashboard_is_one_that_cloudwatch_can_read() -> None:
    body = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert len(titles) == len(set(titles)) == 6
