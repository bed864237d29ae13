"""`roster doctor` in the rehearsal: on the deployed stack, which is well, and then has fault upon fault.

The emulator drops a role's boundary, point-in-time recovery and TTL: they are put in by hand, as the doctor
asks. What moto can show as well, and more, is in tests/operating/test_doctor.py.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from tools.emulator import STACK, EmulatedAws, RehearsalFailed

Fault = Callable[[EmulatedAws, Mapping[str, str]], object]
"""Puts a fault into the stack, whose physical ids it gets by the template's names."""


def _stop(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("lambda").put_function_concurrency(FunctionName=names["Login"], ReservedConcurrentExecutions=0)


def _take_a_grant(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("iam").delete_role_policy(RoleName=names["CleanupRole"], PolicyName="Table")


def _detach(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("iam").detach_role_policy(RoleName=names["LoginRole"], PolicyArn=names["ReadDeploymentKey"])


def _unprotect(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("dynamodb").update_table(TableName=names["Table"], DeletionProtectionEnabled=False)


def _stop_reading(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    client = aws.client("lambda")
    [found] = client.list_event_source_mappings(FunctionName=names["RouteChanges"])["EventSourceMappings"]
    client.update_event_source_mapping(UUID=found["UUID"], Enabled=False)


def _give_up(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("sqs").send_message(QueueUrl=names["FailedCleanupQueue"], MessageBody="{}")


def _lose_the_key(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("secretsmanager").delete_secret(SecretId=names["DeploymentKey"])


def _ring(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=names["LatencyAlarm"], StateValue="ALARM", StateReason="a rehearsal"
    )


def _log_an_error(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    client, stream = aws.client("logs"), f"2026/11/28/{names['Login']}[$LATEST]0123456789abcdef"
    line = {"level": "ERROR", "message": "unavailable", "error_code": "AccessDeniedException"}
    client.create_log_stream(logGroupName=names["FunctionLogs"], logStreamName=stream)
    events = [{"timestamp": int(time.time() * 1000), "message": json.dumps(line)}]
    client.put_log_events(logGroupName=names["FunctionLogs"], logStreamName=stream, logEvents=events)


FAULTS: Mapping[str, Fault] = {
    "functions: Login is stopped": _stop,
    "grants: CleanupRole does not allow dynamodb:BatchGetItem": _take_a_grant,
    "grants: LoginRole lacks the policy ReadDeploymentKey": _detach,
    "table: it is not protected": _unprotect,
    "cleanup: its event source is Disabled": _stop_reading,
    "failed cleanups: Cleanup gave up on some (1 messages)": _give_up,
    "secrets: DeploymentKey is ": _lose_the_key,
    "alarms: LatencyAlarm rings": _ring,
    "errors: ": _log_an_error,
}
"""What the doctor must then say, and the fault."""


def examine(aws: EmulatedAws, heard: bool) -> int:
    """Demand that the doctor finds nothing, then each fault; how many there were. Raises `RehearsalFailed`.

    `heard` is whether somebody gets the alarms.
    """
    names = aws.resources()
    _put_in_what_the_emulator_drops(aws, names)
    expected = set() if heard else {"alarms are heard: alarms tell nobody"}
    found = _wrong(aws)
    if {line.partition(". Do: ")[0] for line in found} != expected:
        raise RehearsalFailed(f"of a stack that is well the doctor says {found}")
    for words, fault in FAULTS.items():
        fault(aws, names)
        before, found = found, _wrong(aws)
        if not [line for line in found if line.startswith(words) and line not in before]:
            raise RehearsalFailed(f"the doctor does not say {words!r}, but {found}")
    return len(FAULTS)


def _put_in_what_the_emulator_drops(aws: EmulatedAws, names: Mapping[str, str]) -> None:
    for name in aws.resources("AWS::IAM::Role").values():
        boundary = {"RoleName": name, "PermissionsBoundary": names["Boundary"]}
        aws.client("iam").put_role_permissions_boundary(**boundary)
    client: Any = aws.client("dynamodb")
    client.update_continuous_backups(
        TableName=names["Table"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.update_time_to_live(
        TableName=names["Table"], TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )


def _wrong(aws: EmulatedAws) -> list[str]:
    """What the command says is wrong; its exit code must say so too."""
    code, told = aws.doctor()
    lines = told.splitlines()
    found = [line.removeprefix("wrong  ") for line in lines if line.startswith("wrong  ")]
    if code != bool(found) or len(lines) < 12:
        raise RehearsalFailed(f"roster doctor --stack {STACK}: exit code {code}\n{told}")
    return found
