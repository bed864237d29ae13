"""`roster doctor` names what is wrong with a stack, and is silent of what is not.

The stack is moto's; each fault is put into it by AWS's own operations. `make rehearse` runs the command on
another emulator, over what SAM deployed.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cli import doctor, main
from cli.doctor import CHECKS, ERRORS, examine
from local.gateway import read_template
from tests.operating.stack import MAIL, REGION, STACK, TEMPLATE, MotoStack, deploy, put_alarm


@pytest.fixture
def stack() -> Iterator[MotoStack]:
    with mock_aws():
        stack = deploy()
        yield stack
        stack.forget()


def told(stack: MotoStack) -> list[tuple[str, str]]:
    """What the doctor says is wrong: subjects and sentences."""
    return [(subject, str(wrong)) for subject, wrong in examine(stack.deployed()) if wrong is not None]


def test_of_a_stack_that_is_well_every_check_is_a_line_that_says_so(stack: MotoStack) -> None:
    assert list(examine(stack.deployed())) == [(subject, None) for subject, _ in CHECKS]


Fault = Callable[[MotoStack], object]


def stop_a_function(stack: MotoStack) -> None:
    """Moto says nothing of a reservation of 0, which AWS does."""
    client, name = stack.client("lambda"), stack.name("Login")
    get = client.get_function

    def stopped(*, FunctionName: str) -> Any:
        more = {"Concurrency": {"ReservedConcurrentExecutions": 0}} if FunctionName == name else {}
        return get(FunctionName=FunctionName) | more

    client.get_function = stopped


def delete_a_function(stack: MotoStack) -> None:
    stack.client("lambda").delete_function(FunctionName=stack.name("GetDocs"))


def take_a_grant(stack: MotoStack) -> None:
    name = stack.name("LoginRole")
    client = stack.client("iam")
    policy = client.get_role_policy(RoleName=name, PolicyName="Table")["PolicyDocument"]
    policy["Statement"][0]["Action"].remove("dynamodb:UpdateItem")
    client.put_role_policy(RoleName=name, PolicyName="Table", PolicyDocument=json.dumps(policy))


def delete_a_policy(stack: MotoStack) -> None:
    stack.client("iam").delete_role_policy(RoleName=stack.name("CleanupRole"), PolicyName="Table")


def grant_another_table(stack: MotoStack) -> None:
    name, client = stack.name("ReadCallerRole"), stack.client("iam")
    policy = client.get_role_policy(RoleName=name, PolicyName="Table")["PolicyDocument"]
    policy["Statement"][0]["Resource"] += "-then"
    client.put_role_policy(RoleName=name, PolicyName="Table", PolicyDocument=json.dumps(policy))


def deny(stack: MotoStack) -> None:
    name, client = stack.name("ReadCallerRole"), stack.client("iam")
    policy = client.get_role_policy(RoleName=name, PolicyName="Table")["PolicyDocument"]
    policy["Statement"].append({"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"})
    client.put_role_policy(RoleName=name, PolicyName="Table", PolicyDocument=json.dumps(policy))


def detach_a_policy(stack: MotoStack) -> None:
    stack.client("iam").detach_role_policy(
        RoleName=stack.name("LoginRole"), PolicyArn=stack.name("ReadDeploymentKey")
    )


def take_the_boundary(stack: MotoStack) -> None:
    stack.client("iam").delete_role_permissions_boundary(RoleName=stack.name("LoginRole"))


def change_a_shared_policy(stack: MotoStack) -> None:
    statement = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    stack.client("iam").create_policy_version(
        PolicyArn=stack.name("WriteLogs"), PolicyDocument=json.dumps(document), SetAsDefault=True
    )


def give_another_role(stack: MotoStack) -> None:
    client = stack.client("lambda")
    role = client.get_function(FunctionName=stack.name("GetDocs"))["Configuration"]["Role"]
    client.update_function_configuration(FunctionName=stack.name("Login"), Role=role)


def unprotect(stack: MotoStack) -> None:
    stack.client("dynamodb").update_table(TableName=stack.name("Table"), DeletionProtectionEnabled=False)


def stop_recovery(stack: MotoStack) -> None:
    stack.client("dynamodb").update_continuous_backups(
        TableName=stack.name("Table"), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def stop_expiry(stack: MotoStack) -> None:
    stack.client("dynamodb").update_time_to_live(
        TableName=stack.name("Table"), TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"}
    )


def stop_the_stream(stack: MotoStack) -> None:
    stack.client("dynamodb").update_table(
        TableName=stack.name("Table"), StreamSpecification={"StreamEnabled": False}
    )


def replace_the_stream(stack: MotoStack) -> None:
    """As a restore in place does; moto turns no stream on again."""
    client = stack.client("dynamodb")
    describe = client.describe_table

    def restored(**asked: str) -> Any:
        table = describe(**asked)["Table"]
        return {"Table": table | {"LatestStreamArn": f"{table['TableArn']}/stream/2026-11-28T03:00:00.000"}}

    client.describe_table = restored


def delete_the_table(stack: MotoStack) -> None:
    unprotect(stack)
    stack.client("dynamodb").delete_table(TableName=stack.name("Table"))


def mapping(stack: MotoStack) -> str:
    client = stack.client("lambda")
    found = client.list_event_source_mappings(FunctionName=stack.name("RouteChanges"))["EventSourceMappings"]
    return str(found[0]["UUID"])


def disable_the_mapping(stack: MotoStack) -> None:
    stack.client("lambda").update_event_source_mapping(UUID=mapping(stack), Enabled=False)


def delete_the_mapping(stack: MotoStack) -> None:
    stack.client("lambda").delete_event_source_mapping(UUID=mapping(stack))


def give_up_on_a_cleanup(stack: MotoStack) -> None:
    stack.client("sqs").send_message(QueueUrl=stack.name("FailedCleanupQueue"), MessageBody="{}")


def delete_the_queue(stack: MotoStack) -> None:
    stack.client("sqs").delete_queue(QueueUrl=stack.name("FailedCleanupQueue"))


def delete_the_key(stack: MotoStack) -> None:
    stack.client("secretsmanager").delete_secret(SecretId=stack.name("DeploymentKey"))


def lose_the_key(stack: MotoStack) -> None:
    stack.client("secretsmanager").delete_secret(
        SecretId=stack.name("DeploymentKey"), ForceDeleteWithoutRecovery=True
    )


def empty_a_secret(stack: MotoStack) -> None:
    lose_the_key(stack)
    stack.made = {
        **stack.made,
        "DeploymentKey": stack.client("secretsmanager").create_secret(Name="E")["ARN"],
    }


def disable_a_secrets_key(stack: MotoStack) -> None:
    client = stack.client("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    stack.client("secretsmanager").update_secret(SecretId=stack.name("DeploymentKey"), KmsKeyId=key)
    client.disable_key(KeyId=key)


def delete_a_secrets_key(stack: MotoStack) -> None:
    disable_a_secrets_key(stack)
    client = stack.client("kms")
    client.schedule_key_deletion(KeyId=client.list_keys()["Keys"][0]["KeyId"])


def ring(stack: MotoStack) -> None:
    stack.client("cloudwatch").set_alarm_state(
        AlarmName=stack.name("ServerErrorsAlarm"), StateValue="ALARM", StateReason="a test"
    )


def delete_an_alarm(stack: MotoStack) -> None:
    stack.client("cloudwatch").delete_alarms(AlarmNames=[stack.name("LatencyAlarm")])


def mute_an_alarm(stack: MotoStack) -> None:
    stack.client("cloudwatch").disable_alarm_actions(AlarmNames=[stack.name("LatencyAlarm")])


def let_an_alarm_tell_nobody(stack: MotoStack) -> None:
    put_alarm(stack.name("LatencyAlarm"), [])


def unsubscribe(stack: MotoStack) -> None:
    client = stack.client("sns")
    [found] = client.list_subscriptions_by_topic(TopicArn=stack.name("AlarmTopic"))["Subscriptions"]
    client.unsubscribe(SubscriptionArn=found["SubscriptionArn"])


def log_an_error(stack: MotoStack) -> None:
    line = {
        "level": "ERROR",
        "message": "unavailable",
        "cause": ["Unavailable", "TransportError"],
        "error_code": "AccessDeniedException",
        "operation": "GetItem",
        "table": "T\x1b[31m",
        "body": "never shown",
    }
    client, group = stack.client("logs"), stack.name("FunctionLogs")
    pages = client.get_paginator("filter_log_events")

    def unfiltered(**asked: Any) -> Any:  # moto knows no patterns of JSON
        assert asked.pop("filterPattern") == ERRORS
        return pages.paginate(**asked)

    client.get_paginator = lambda _: SimpleNamespace(paginate=unfiltered)
    stream = "2026/11/28/roster-prod-Login-1X2Y3Z[$LATEST]0123456789abcdef"
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": int(time.time() * 1000), "message": json.dumps(line)}]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def limited(concurrent: int, unreserved: int) -> Fault:
    def fault(stack: MotoStack) -> None:
        stack.limits.update(ConcurrentExecutions=concurrent, UnreservedConcurrentExecutions=unreserved)

    return fault


def at(status: str) -> Fault:
    def fault(stack: MotoStack) -> None:
        stack.status = status

    return fault


FAULTS: dict[str, tuple[Fault, str, str]] = {
    "FA-14 a failed first deploy": (at("ROLLBACK_COMPLETE"), "stack", "When the first deploy fails"),
    "an update taken back": (at("UPDATE_ROLLBACK_COMPLETE"), "stack", "was taken back"),
    "an update under way": (at("UPDATE_IN_PROGRESS"), "stack", "it stands at UPDATE_IN_PROGRESS"),
    "FA-06 a new account": (limited(10, 10), "concurrency", "has 10 concurrent executions"),
    "all is reserved": (limited(1000, 99), "concurrency", "leave 99 concurrent executions"),
    "a function is stopped": (stop_a_function, "functions", "Login is stopped"),
    "a function is gone": (delete_a_function, "functions", "GetDocs is gone"),
    "an action less": (take_a_grant, "grants", "LoginRole does not allow dynamodb:UpdateItem"),
    "a policy less": (delete_a_policy, "grants", "CleanupRole does not allow dynamodb:BatchGetItem"),
    "another table": (grant_another_table, "grants", "ReadCallerRole does not allow dynamodb:BatchGetItem"),
    "a denial": (deny, "grants", "ReadCallerRole denies dynamodb:GetItem"),
    "a shared policy less": (detach_a_policy, "grants", "LoginRole lacks the policy ReadDeploymentKey"),
    "another boundary": (take_the_boundary, "grants", "LoginRole has not Boundary"),
    "a shared policy empty": (
        change_a_shared_policy,
        "grants",
        "WriteLogs does not allow logs:CreateLogStream",
    ),
    "another role": (give_another_role, "grants", "Login runs as another role than LoginRole"),
    "no protection": (unprotect, "table", "not protected"),
    "no recovery": (stop_recovery, "table", "no point-in-time recovery"),
    "no expiry": (stop_expiry, "table", "nothing in it expires"),
    "no table": (delete_the_table, "table", "ResourceNotFoundException to DescribeTable"),
    "no stream": (stop_the_stream, "cleanup", "the table has no stream"),
    "FA-03 another stream": (replace_the_stream, "cleanup", "nothing reads the table's stream"),
    "the event source is off": (disable_the_mapping, "cleanup", "its event source is Disabled"),
    "no event source": (delete_the_mapping, "cleanup", "nothing reads the table's stream"),
    "a cleanup given up": (give_up_on_a_cleanup, "failed cleanups", "gave up on some (1 messages)"),
    "no queue": (delete_the_queue, "failed cleanups", "to GetQueueAttributes"),
    "a secret to be deleted": (delete_the_key, "secrets", "DeploymentKey is to be deleted"),
    "no secret": (lose_the_key, "secrets", "DeploymentKey is gone"),
    "an empty secret": (empty_a_secret, "secrets", "DeploymentKey has no value"),
    "a secret's key is off": (disable_a_secrets_key, "secrets", "the key of DeploymentKey is Disabled"),
    "a secret's key goes": (delete_a_secrets_key, "secrets", "the key of DeploymentKey is to be deleted"),
    "an alarm rings": (ring, "alarms", "ServerErrorsAlarm rings"),
    "an alarm is gone": (delete_an_alarm, "alarms", "LatencyAlarm is gone"),
    "an alarm is muted": (mute_an_alarm, "alarms are heard", "LatencyAlarm is muted"),
    "an alarm tells nobody": (let_an_alarm_tell_nobody, "alarms are heard", "LatencyAlarm tells nobody"),
    "nobody subscribes": (unsubscribe, "alarms are heard", "nobody gets them"),
    "FA-05 errors": (
        log_an_error,
        "errors",
        "roster-prod-Login-1X2Y3Z logged 1 in the last hour, the last: unavailable, "
        "cause ['Unavailable', 'TransportError'], error_code AccessDeniedException, operation GetItem, "
        "table T [31m. Do: ",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_what_to_do(stack: MotoStack, fault: str) -> None:
    inject, subject, words = FAULTS[fault]
    inject(stack)
    found = told(stack)
    assert [sentence for where, sentence in found if where == subject and words in sentence], found
    assert all(". Do: " in sentence and "never shown" not in sentence for _, sentence in found)


def test_it_counts_what_the_alarm_counts() -> None:
    counted = read_template(TEMPLATE)["Resources"]["FunctionErrors"]["Properties"]["FilterPattern"]
    assert counted == ERRORS


@pytest.mark.parametrize(
    ("line", "told_of_it"),
    [
        ('{"level": "CRITICAL", "message": "m"}', "m"),
        ('{"type": "platform.report", "record": {"status": "timeout"}}', "Lambda ended it (timeout)"),
        ('{"type": "platform.report", "record": {"status": "success"}}', None),
        ('{"level": "INFO", "message": "answered"}', None),
        ("START RequestId", None),
        ("[]", None),
    ],
)
def test_of_a_line_it_tells_what_the_alarm_counts(line: str, told_of_it: str | None) -> None:
    assert doctor._told(line) == told_of_it


def test_fa_10_a_stack_whose_alarms_nobody_gets_says_so() -> None:
    with mock_aws():
        found = told(deploy(AlarmEmail=""))
    assert found == [
        ("alarms are heard", "alarms tell nobody. Do: set AlarmEmail in samconfig.toml, and deploy")
    ]


def test_fa_10_a_stack_that_was_deployed_without_alarms_in_words_is_well() -> None:
    with mock_aws():
        assert told(deploy(AlarmEmail="none")) == []


def test_fa_10_whoever_has_not_agreed_is_named(stack: MotoStack) -> None:
    client = stack.client("sns")
    waiting = {"Endpoint": MAIL, "SubscriptionArn": "PendingConfirmation"}
    pages = [{"Subscriptions": [waiting]}]
    client.get_paginator = lambda _: SimpleNamespace(paginate=lambda TopicArn: pages)
    [(subject, sentence)] = told(stack)
    assert (subject, sentence.partition(". Do")[0]) == (
        "alarms are heard",
        f"{MAIL} has not agreed to get them",
    )


def test_fa_11_a_table_of_a_key_that_is_off_is_named(stack: MotoStack) -> None:
    client = stack.client("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    client.disable_key(KeyId=key)
    deployed = stack.deployed()
    described = [*deployed.description["Parameters"], {"ParameterKey": "TableKey", "ParameterValue": key}]
    deployed.__dict__["description"] = {**deployed.description, "Parameters": described}
    wrong = [(subject, str(each)) for subject, each in examine(deployed) if each is not None]
    assert wrong == [
        ("table's key", f"the key of TableKey is Disabled. Do: aws kms enable-key --key-id {key}")
    ]


def test_the_page_has_each_subject() -> None:
    page = (TEMPLATE.parent / "docs/operating.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (`.*`) \|", page.partition("\n## At night\n")[2].partition("\n## ")[0], re.MULTILINE
    )
    assert re.findall(r"`([^`]+)`", " ".join(rows)) == [subject for subject, _ in CHECKS]


def test_it_only_reads(stack: MotoStack) -> None:
    deployed = stack.deployed()
    stack.operations.clear()
    assert list(examine(deployed))
    assert len(set(stack.operations)) > 15
    assert not [
        name for name in stack.operations if not name.startswith(("Describe", "Filter", "Get", "List"))
    ]
    assert "GetSecretValue" not in stack.operations


def test_what_aws_does_not_let_one_see_is_wrong_too(stack: MotoStack) -> None:
    def denied(**_: str) -> Any:
        answer: Any = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
        raise ClientError(answer, "GetRole")

    stack.client("iam").get_role = denied
    [(subject, sentence)] = told(stack)
    assert subject == "grants"
    assert sentence.startswith("not known: AccessDenied to GetRole. Do: use the rights")


def run(stack: MotoStack, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of the command."""
    monkeypatch.setattr(main, "client_of", lambda service, region: stack.client(service))
    return main.main(["doctor", *arguments])


def test_the_command_is_0_and_a_line_a_check_where_all_is_well(
    stack: MotoStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(stack, monkeypatch, "--stack", STACK, "--region", REGION) == 0
    assert capsys.readouterr().out == "".join(f"ok     {subject}\n" for subject, _ in CHECKS)


def test_the_command_is_1_where_something_is_wrong(
    stack: MotoStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ring(stack)
    assert run(stack, monkeypatch, "--stack", STACK, "--region", REGION) == 1
    lines = capsys.readouterr().out.splitlines()
    assert 'wrong  alarms: ServerErrorsAlarm rings. Do: see "Alarms" in docs/operating.md' in lines
    assert len(lines) == len(CHECKS)


def test_a_stack_that_is_not_there_is_a_line(
    stack: MotoStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(stack, monkeypatch, "--stack", "nothing", "--region", REGION) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("roster: nothing: Stack with id nothing does not exist")
    assert err.count("\n") == 1
