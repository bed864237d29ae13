"""The template that an operator deploys: what no emulator keeps is read off what SAM makes of it."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from local.gateway import Routes, read_template, translate
from roster import wiring
from roster.issuers import Issuers
from tests.api import Api
from tests.directory import Directory
from tests.guard import Grant, boundary, grants, resource, statements, template_guard

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
    "GET /docs",
    "GET /openapi.json",
    "GET /v2/info",
    "POST /api/auth/login",
    "POST /oauth/token",
}
"""The routes that answer without knowing who asks; every other demands an identity."""

CHECK_PASSWORDS = {"POST /api/auth/login", "POST /oauth/token", "PUT /api/auth/me/password"}
GROUPS = {
    "cloud_foundry": "CloudFoundryLogs",
    "maintenance": "MaintenanceLogs",
    "oauth": "CloudFoundryLogs",
    "session": "WorkspacesLogs",
    "site": "SiteLogs",
    "testmo": "TestmoLogs",
    "user_space": "UserSpaceLogs",
    "workspace_profile": "ProfileLogs",
    "workspaces": "WorkspacesLogs",
}
"""By folder of functions."""

WRITTEN = {"PYDANTIC_DISABLE_PLUGINS"}
"""Variables with a value of the template's own; all others are parameters and names of resources."""

HERE = "tests/house/test_deployment.py"
APART = {
    "dynamodb:DescribeStream on Table.StreamArn": f"{HERE}::test_the_sweep_follows_the_tables_stream",
    "dynamodb:GetRecords on Table.StreamArn": f"{HERE}::test_the_sweep_follows_the_tables_stream",
    "dynamodb:GetShardIterator on Table.StreamArn": f"{HERE}::test_the_sweep_follows_the_tables_stream",
    "dynamodb:ListStreams on Table.StreamArn": f"{HERE}::test_the_sweep_follows_the_tables_stream",
    "sqs:SendMessage on UnsweptQueue": f"{HERE}::test_what_the_stream_gives_up_on_goes_to_the_queue",
    **{
        f"logs:{action} on {group}": f"{HERE}::test_a_function_logs_to_the_group_of_its_dialect"
        for action in ("CreateLogStream", "PutLogEvents")
        for group in set(GROUPS.values())
    },
    "kms:Decrypt on arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*": (
        f"{HERE}::test_no_role_may_decrypt_by_itself"
    ),
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


def role_of(function: str) -> dict[str, Any]:
    return properties(properties(function)["Role"]["Fn::GetAtt"][0])


def references(value: Any) -> set[str]:
    """The parameters that a piece of the template refers to, through conditions too."""
    match value:
        case {"Ref": name}:
            return {name} & set(PARAMETERS)
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
    assert defaults["SnapStart"] == "none"
    assert defaults["LoginConcurrency"] == "0"
    assert refusals() == []


ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"IdentityHeaderProof": "gateway-secret"}, ["GatewaySecretIsGiven"]),
        ({"IdentityHeaderProof": "gateway-secret", "GatewaySecret": ARN}, []),
        ({"GatewaySecret": ARN}, ["GatewaySecretIsAsked"]),
        ({"IdentityHeaderProof": "none"}, ["UnprovenHeadersAreAccepted"]),
        ({"IdentityHeaderProof": "none", "UnprovenHeaders": "accepted"}, []),
        ({"DomainName": "directory.example.com"}, ["DomainHasItsCertificate"]),
        ({"CertificateArn": "arn:aws:acm:x"}, ["DomainHasItsCertificate"]),
        ({"DomainName": "directory.example.com", "CertificateArn": "arn:aws:acm:x"}, []),
    ],
    ids=lambda given: " ".join(given) or "accepted" if isinstance(given, list | dict) else None,
)
def test_an_unsafe_combination_is_refused(given: dict[str, str], refused: list[str]) -> None:
    assert refusals(**given) == refused


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("AllowedOrigins", "https://a.example https://b.example:8443", "*"),
        ("AllowedOrigins", "https://a.example", "http://a.example"),
        ("GatewaySecret", ARN, "the secret itself"),
        ("IssuersSecret", ARN, '[{"hmacSecrets":["x"]}]'),
        ("DomainName", "directory.example.com", "https://directory.example.com"),
        ("AlarmEmail", "ops@example.com", "ops"),
    ],
)
def test_a_parameter_takes_what_it_describes_alone(name: str, good: str, bad: str) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


def test_every_parameter_has_its_place_in_the_console() -> None:
    groups = SOURCE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(PARAMETERS)


# Versions and the alias.


def _versions(made: Mapping[str, Any]) -> dict[str, str]:
    found = {name for name, one in made["Resources"].items() if one["Type"] == "AWS::Lambda::Version"}
    return {made["Resources"][name]["Properties"]["FunctionName"]["Ref"]: name for name in found}


def test_a_change_of_code_or_layers_publishes_every_function_anew() -> None:
    published = dict(_versions(MADE))
    assert sorted(published) == FUNCTIONS
    for one in SOURCE["Resources"].values():
        if one["Type"] == "AWS::Serverless::LayerVersion":
            assert one["Properties"]["PublishLambdaVersion"] is True
    for name in FUNCTIONS:
        assert properties(f"{name}Aliaslive")["FunctionVersion"] == {
            "Fn::GetAtt": [published[name], "Version"]
        }


def test_a_change_of_parameters_alone_publishes_every_function_anew() -> None:
    """By replacement: the boundary's description holds what the functions are given, the versions' its ARN.

    SAM numbers a version by what is written, so that the alias would otherwise keep the old parameters.
    """
    keeps = references(SOURCE["Globals"]["Function"])
    for one in SOURCE["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            kept = {
                name: one["Properties"].get(name) for name in ("Environment", "LoggingConfig", "SnapStart")
            }
            keeps |= references(kept)
    described = SOURCE["Resources"]["Boundary"]["Properties"]["Description"]["Fn::Sub"]
    assert set(re.findall(r"\$\{(\w+)\}", described)) == keeps
    values = sum(PARAMETERS[name].get("MaxLength", len("workspace-profile")) for name in keeps)
    assert len(re.sub(r"\$\{\w+\}", "", described)) + values <= 1_000, "what IAM takes"
    for version in _versions(MADE).values():
        assert properties(version)["Description"] == {"Ref": "Boundary"}
    for type_ in ("AWS::IAM::ManagedPolicy", "AWS::Lambda::Version"):
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
        assert "/properties/Description" in schema["createOnlyProperties"]


def test_a_snapshot_is_kept_where_it_is_asked_for_alone() -> None:
    for name in FUNCTIONS:
        chosen = properties(name).get("SnapStart", {"ApplyOn": "None"})["ApplyOn"]
        if chosen != "None":
            condition, yes, no = chosen["Fn::If"]
            assert (yes, no) == ("PublishedVersions", "None")
            assert not holds(SOURCE["Conditions"][condition], {})
            assert holds(SOURCE["Conditions"][condition], {"SnapStart": "all"})


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
    status = api.send(method, target, body).status
    if key in PUBLIC - {"POST /api/auth/login", "POST /oauth/token"}:
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
    permissions = list(of_type("AWS::Lambda::Permission"))
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
def test_no_other_origin_may_read_an_answer() -> None:
    assert "x-amazon-apigateway-cors" not in properties("Api")["Body"]
    assert "CorsConfiguration" not in properties("Api")


# Least privilege.


@pytest.mark.row("item-17")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_names_its_actions_and_resources(function: str) -> None:
    for statement in statements(MADE, function):
        text = json.dumps(statement)
        assert "*" not in text
        assert "Scan" not in text
        assert {one.resource for one in grants(iter([statement]), "dynamodb")} <= {
            "Table",
            "Table/index/ByActor",
            "Table/index/ByTarget",
        }


def test_no_role_goes_beyond_the_boundary_and_the_boundary_not_beyond_the_roles() -> None:
    guard = template_guard()
    granted = frozenset[Grant]().union(*guard.granted.values())
    assert {one for one in guard.bounds if one.resource != "Table.StreamArn"} == granted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_has_the_boundary_and_no_policy_but_the_known_ones(function: str) -> None:
    role = role_of(function)
    assert role["PermissionsBoundary"] == {"Ref": "Boundary"}
    own = {"AWSLambdaBasicExecutionRole"} | (
        {"AWSLambdaDynamoDBExecutionRole"} if function == "Sweep" else set()
    )
    assert {arn.rpartition("/")[2] for arn in role["ManagedPolicyArns"] if isinstance(arn, str)} == own
    attached = [arn for arn in role["ManagedPolicyArns"] if not isinstance(arn, str)]
    for policy in attached:
        if policy == {"Ref": "ReadDeploymentKey"}:
            continue
        _, name, nothing = policy["Fn::If"]
        assert name["Ref"] in ("ReadIssuers", "ReadGatewaySecret")
        assert nothing == {"Ref": "AWS::NoValue"}


def test_what_the_boundary_allows_beside_the_table_is_listed_with_the_test_that_needs_it() -> None:
    apart = set()
    for statement in boundary(MADE):
        actions, resources = statement["Action"], statement["Resource"]
        for action in actions if isinstance(actions, list) else [actions]:
            for one in resources if isinstance(resources, list) else [resources]:
                apart.add(f"{action} on {resource(one)}")
    table = {f"dynamodb:{one.action} on {one.resource}" for one in template_guard().bounds}
    assert apart - table | {one for one in table if "StreamArn" in one} == set(APART)
    for place in APART.values():
        path, _, name = place.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_sweep_follows_the_tables_stream() -> None:
    [mapping] = map(properties, of_type("AWS::Lambda::EventSourceMapping"))
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert mapping["FunctionName"] == {"Ref": "SweepAliaslive"}
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumRetryAttempts"] > 0
    assert 0 < mapping["MaximumRecordAgeInSeconds"] <= 86_400


def test_what_the_stream_gives_up_on_goes_to_the_queue() -> None:
    [mapping] = map(properties, of_type("AWS::Lambda::EventSourceMapping"))
    queue = {"Fn::GetAtt": ["UnsweptQueue", "Arn"]}
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    assert grants(statements(MADE, "Sweep"), "sqs") == {Grant("SendMessage", "UnsweptQueue")}
    assert properties("UnsweptQueue")["SqsManagedSseEnabled"] is True
    assert properties("UnsweptQueue")["MessageRetentionPeriod"] == 14 * 86_400


def test_no_role_may_decrypt_by_itself() -> None:
    """The boundary lets AWS's own keys grant it to whoever may read the table: no role has more."""
    for function in FUNCTIONS:
        assert "kms:" not in json.dumps(role_of(function))


WHOLE_BODIES = {
    "POST /api/auth/login": {"email": "ada@example.com", "password": "a phrase"},
    "PUT /api/auth/me/password": {"currentPassword": "a phrase", "newPassword": "another phrase of hers"},
}
"""Of the routes that ask for a secret only after they have read their body."""


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
    wiring.use(
        wiring.Wiring(
            api.store,
            api.clock,
            issuers=issuers,
            gateway_secrets=gateway_secrets,
            deployment_keys=deployment_keys,
        )
    )
    if key in WHOLE_BODIES:
        api.send(method, target, WHOLE_BODIES[key], as_=directory.user("ada"))
    for proof in ("credential", "gateway-secret"):
        deployed(IDENTITY_HEADER_PROOF=proof)
        for headers in ({**who, **signed}, who):
            api.send(method, target, body, headers=headers)
    function = next(route.function.id for route in ROUTES.routes if route.key == key)
    attached = (one for one in role_of(function)["ManagedPolicyArns"] if not isinstance(one, str))
    assert asked == {one["Ref"] if "Ref" in one else one["Fn::If"][1]["Ref"] for one in attached}


# The table.


@pytest.mark.row("item-37")
def test_the_table_is_protected_encrypted_and_restorable() -> None:
    table = properties("Table")
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
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
    if function != "Sweep":
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
        "$context.identity.userAgent",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integration.integrationStatus",
        "$context.integration.error",
    }


@pytest.mark.row("item-41")
@pytest.mark.parametrize("group", sorted(of_type("AWS::Logs::LogGroup")))
def test_a_log_group_ends_what_it_keeps(group: str) -> None:
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_logs_to_the_group_of_its_dialect(function: str) -> None:
    folder = Path(SOURCE["Resources"][function]["Properties"]["CodeUri"]).name
    config = properties(function)["LoggingConfig"]
    assert config["LogGroup"] == {"Ref": GROUPS[folder]}
    assert config["LogFormat"] == "JSON"
    assert config["ApplicationLogLevel"] == "INFO", "libraries log what they send at DEBUG"


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
    assert stage["RouteSettings"] == dict.fromkeys(CHECK_PASSWORDS, tighter)
    for name in ("Rate", "Burst"):
        tight, wide = PARAMETERS[f"LoginThrottle{name}"], PARAMETERS[f"Throttle{name}"]
        assert tight["Default"] < wide["Default"]


@pytest.mark.row("F-20", "item-44")
def test_concurrency_can_be_bounded_where_passwords_are_checked_for_anybody() -> None:
    bounded = {name for name in FUNCTIONS if "ReservedConcurrentExecutions" in properties(name)}
    public = {route.function.id for route in ROUTES.routes if route.key in CHECK_PASSWORDS & PUBLIC}
    assert bounded == public
    for name in bounded:
        assert properties(name)["ReservedConcurrentExecutions"] == {
            "Fn::If": ["HasLoginConcurrency", {"Ref": "LoginConcurrency"}, {"Ref": "AWS::NoValue"}]
        }


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
            assert PARAMETERS[value["Ref"]]["AllowedPattern"] == r"^(arn:aws[a-z-]*:secretsmanager:\S+)?$"
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


def test_an_error_that_a_function_logs_is_counted_in_every_group() -> None:
    filters = {
        properties(name)["LogGroupName"]["Ref"]: properties(name)
        for name in of_type("AWS::Logs::MetricFilter")
    }
    assert set(filters) == set(GROUPS.values())
    assert len({one["FilterPattern"] for one in filters.values()}) == 1
    for one in filters.values():
        [made] = one["MetricTransformations"]
        assert made["MetricName"] == properties("FunctionErrorsAlarm")["MetricName"]
        assert made["MetricNamespace"] == properties("FunctionErrorsAlarm")["Namespace"]


def test_the_dashboard_is_one_that_cloudwatch_can_read() -> None:
    body = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert len(titles) == len(set(titles)) == 6
