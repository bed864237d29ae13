"""An AWS account as the runbook meets it: what its commands change, and how AWS refuses and delays them.

Time passes by what is done: a call takes a second, `sleep` what it says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from botocore import xform_name

from cli.doctor import FOLLOWERS
from local.gateway import translate
from tests.operating.command_line import Call, Refusal

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
NUMBER = "123456789012"
REGION = "eu-west-1"
RESTORE = 600
"""Seconds that a restore takes: longer than `aws dynamodb wait` waits, as AWS says it may."""
CHANGE = 30
"""Seconds that a table or a stack is busy with a change."""
WAIT_SECONDS, WAIT_ATTEMPTS = 20, 25
"""How `aws dynamodb wait` waits."""

Answer = dict[str, Any]


@dataclass
class TableState:
    """A table; `holds` names what its items are of."""

    name: str
    holds: str
    until: float = 0
    protected: bool = False
    stream: str | None = None
    expires: bool = False
    recoverable: bool = False
    key: str | None = None
    deleted: bool = False


@dataclass
class StackState:
    """A stack, and the physical ids of its resources by the template's names."""

    name: str
    resources: dict[str, str]
    status: str = "CREATE_COMPLETE"
    until: float = 0
    parameters: dict[str, str] = field(default_factory=dict)


class Account:
    """Does the calls; each operation is a method of its name. What a test asserts of is public."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []
        self.tables: dict[str, TableState] = {}
        self.backups: dict[str, tuple[TableState, float]] = {}
        self.stacks: dict[str, StackState] = {}
        self.functions: dict[str, int | None] = {}
        """The reserved concurrency of each."""
        self.mappings: dict[str, Answer] = {}
        self.secrets: dict[str, str] = {}
        self.certificates: dict[str, float] = {}
        self.purged: list[str] = []
        self.concurrency = 10
        self._asked_while_busy = 0

    @cached_property
    def template(self) -> dict[str, Any]:
        """What CloudFormation gets."""
        return translate(TEMPLATE)

    def add_stack(self, name: str, **parameters: str) -> StackState:
        """A stack as a deploy leaves it."""
        template = self.template
        resources = {id_: f"{name}-{id_}-1X2Y3Z" for id_ in template["Resources"]}
        stack = self.stacks[name] = StackState(name, resources, parameters=parameters)
        for id_, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Lambda::Function":
                self.functions[resources[id_]] = None
            elif resource["Type"] == "AWS::SQS::Queue":
                resources[id_] = f"https://sqs.{REGION}.amazonaws.com/{NUMBER}/{resources[id_]}"
            elif resource["Type"] == "AWS::SecretsManager::Secret":
                resources[id_] = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:{resources[id_]}"
                self.secrets[resources[id_]] = "k" * 64
        table = self.tables[resources["Table"]] = TableState(
            resources["Table"], "now", 0, True, None, True, True
        )
        self._new_stream(table)
        for function, queue in FOLLOWERS.items():
            mapping = template["Resources"][f"{function}Stream"]["Properties"]
            self.mappings[_uuid(f"{name}{function}")] = {
                **{key: value for key, value in mapping.items() if not isinstance(value, dict)},
                **{key: mapping[key] for key in ("FilterCriteria",)},
                "FunctionName": resources[function],
                "EventSourceArn": table.stream,
                "DestinationConfig": {"OnFailure": {"Destination": self._queue_arn(stack, queue)}},
            }
        return stack

    def do(self, call: Call) -> Answer | None:
        """What AWS answers. Raises `Refusal`, and TimeoutError for a waiter that gave up."""
        self.now += 1
        self.calls.append(call.name)
        name = f"{call.service}_{'wait_' * call.waits}{call.operation}".replace("-", "_")
        method: Callable[..., Answer | None] = getattr(self, name)
        known = {xform_name(key): value for key, value in call.parameters.items()}
        return method(**{key.replace("-", "_"): value for key, value in known.items()})

    # DynamoDB

    def dynamodb_describe_table(self, table_name: str) -> Answer:
        table = self._table(table_name)
        busy = self.now < table.until
        self._asked_while_busy += busy
        if busy and self._asked_while_busy % 3 == 0:
            raise Refusal("ThrottlingException", "Rate exceeded")
        state = "ACTIVE" if not busy else "DELETING" if table.deleted else "UPDATING"
        answer = {"TableName": table_name, "TableStatus": state, "TableArn": _table_arn(table_name)}
        return {"Table": answer | ({"LatestStreamArn": table.stream} if table.stream else {})}

    def dynamodb_wait_table_exists(self, table_name: str) -> None:
        self._wait(lambda: self.dynamodb_describe_table(table_name)["Table"]["TableStatus"] == "ACTIVE")

    def dynamodb_update_table(self, table_name: str, **changes: Any) -> Answer:
        table = self._idle(table_name)
        if len(changes) != 1:
            raise Refusal("ValidationException", "Only one change at a time")
        if (protect := changes.get("deletion_protection_enabled")) is not None:
            table.protected = protect
        stream = changes.get("stream_specification")
        if stream is not None:
            if table.stream is not None:
                raise Refusal("ResourceInUseException", "Table already has an enabled stream")
            assert stream == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
            self._new_stream(table)
        table.until = self.now + CHANGE
        return {"TableDescription": {"TableStatus": "UPDATING"}}

    def dynamodb_update_time_to_live(self, table_name: str, time_to_live_specification: Answer) -> Answer:
        table = self._idle(table_name)
        assert time_to_live_specification == {"Enabled": True, "AttributeName": "ttl"}
        table.expires = True
        return {"TimeToLiveSpecification": time_to_live_specification}

    def dynamodb_update_continuous_backups(
        self, table_name: str, point_in_time_recovery_specification: Answer
    ) -> Answer:
        table = self._idle(table_name)
        if self.now < table.until + 5 * CHANGE:
            message = "Backups are being enabled for the table. Please retry later"
            raise Refusal("ContinuousBackupsUnavailableException", message)
        table.recoverable = point_in_time_recovery_specification["PointInTimeRecoveryEnabled"]
        return {}

    def dynamodb_delete_table(self, table_name: str) -> Answer:
        table = self._idle(table_name)
        if table.protected:
            message = "Resource cannot be deleted as it is currently protected against deletion."
            raise Refusal("ValidationException", message)
        table.deleted, table.until = True, self.now + 10 * CHANGE
        return {"TableDescription": {"TableStatus": "DELETING"}}

    def dynamodb_restore_table_to_point_in_time(
        self, source_table_name: str, target_table_name: str, **options: Any
    ) -> Answer:
        source = self._table(source_table_name)
        if not source.recoverable:
            raise Refusal("PointInTimeRecoveryUnavailableException")
        if not options.keys() & {"restore_date_time", "use_latest_restorable_time"}:
            raise Refusal("ValidationException", "RestoreDateTime or UseLatestRestorableTime")
        return self._restore(source, target_table_name, "then")

    def dynamodb_create_backup(self, table_name: str, backup_name: str) -> Answer:
        table, arn = self._idle(table_name), f"{_table_arn(table_name)}/backup/{backup_name}"
        self.backups[arn] = (TableState(table_name, table.holds, key=table.key), self.now + 5 * CHANGE)
        return {"BackupDetails": {"BackupArn": arn, "BackupStatus": "CREATING"}}

    def dynamodb_describe_backup(self, backup_arn: str) -> Answer:
        status = "AVAILABLE" if self.now >= self.backups[backup_arn][1] else "CREATING"
        return {"BackupDescription": {"BackupDetails": {"BackupArn": backup_arn, "BackupStatus": status}}}

    def dynamodb_restore_table_from_backup(self, target_table_name: str, backup_arn: str) -> Answer:
        backup, until = self.backups[backup_arn]
        if self.now < until:
            raise Refusal("BackupInUseException")
        return self._restore(backup, target_table_name, backup.holds)

    def _restore(self, source: TableState, name: str, holds: str) -> Answer:
        if name in self._there():
            raise Refusal("TableAlreadyExistsException", f"Table already exists: {name}")
        self.tables[name] = TableState(name, holds, self.now + RESTORE, key=source.key)
        return {"TableDescription": {"TableName": name, "TableStatus": "CREATING"}}

    def _there(self) -> dict[str, TableState]:
        for name in [each.name for each in self.tables.values() if each.deleted and self.now >= each.until]:
            del self.tables[name]
        return self.tables

    def _table(self, name: str) -> TableState:
        try:
            return self._there()[name]
        except KeyError:
            message = f"Requested resource not found: Table: {name} not found"
            raise Refusal("ResourceNotFoundException", message) from None

    def _idle(self, name: str) -> TableState:
        table = self._table(name)
        if self.now < table.until:
            raise Refusal("ResourceInUseException", f"Table is busy: {name}")
        return table

    def _new_stream(self, table: TableState) -> None:
        table.stream = f"{_table_arn(table.name)}/stream/{self.now}"

    def _wait(
        self, is_so: Callable[[], bool], seconds: int = WAIT_SECONDS, attempts: int = WAIT_ATTEMPTS
    ) -> None:
        for _ in range(attempts):
            try:
                if is_so():
                    return
            except Refusal as refused:
                if refused.code != "ThrottlingException":
                    raise
            self.now += seconds
        raise TimeoutError

    # Lambda

    def lambda_list_functions(self) -> Answer:
        return {"Functions": [{"FunctionName": name} for name in sorted(self.functions)]}

    def lambda_put_function_concurrency(
        self, function_name: str, reserved_concurrent_executions: int
    ) -> Answer:
        self._function(function_name)
        self.functions[function_name] = reserved_concurrent_executions
        return {"ReservedConcurrentExecutions": reserved_concurrent_executions}

    def lambda_delete_function_concurrency(self, function_name: str) -> None:
        self._function(function_name)
        self.functions[function_name] = None

    def lambda_list_event_source_mappings(self, function_name: str) -> Answer:
        self._function(function_name)
        found = {uuid: each for uuid, each in self.mappings.items() if each["FunctionName"] == function_name}
        return {
            "EventSourceMappings": [
                {"UUID": uuid, "EventSourceArn": each["EventSourceArn"], "State": "Enabled"}
                for uuid, each in found.items()
            ]
        }

    def lambda_create_event_source_mapping(self, **given: Any) -> Answer:
        given = {"".join(word.capitalize() for word in key.split("_")): value for key, value in given.items()}
        self._function(given["FunctionName"])
        if given["EventSourceArn"] not in [table.stream for table in self._there().values()]:
            raise Refusal("InvalidParameterValueException", "Stream not found")
        source = given["FunctionName"], given["EventSourceArn"]
        if source in [(each["FunctionName"], each["EventSourceArn"]) for each in self.mappings.values()]:
            raise Refusal("ResourceConflictException", "An event source mapping already exists")
        uuid = _uuid(f"{self.now}")
        self.mappings[uuid] = given
        return {"UUID": uuid, "State": "Creating"}

    def lambda_delete_event_source_mapping(self, uuid: str) -> Answer:
        if uuid not in self.mappings:
            raise Refusal("ResourceNotFoundException", "The resource you requested does not exist.")
        del self.mappings[uuid]
        return {"UUID": uuid, "State": "Deleting"}

    def lambda_get_account_settings(self) -> Answer:
        return {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}

    def service_quotas_request_service_quota_increase(
        self, service_code: str, quota_code: str, desired_value: float
    ) -> Answer:
        assert (service_code, quota_code) == ("lambda", "L-B99A9384"), "concurrent executions"
        if desired_value <= self.concurrency:
            raise Refusal("IllegalArgumentException", "The value must be greater than the current one")
        self.concurrency = int(desired_value)
        return {"RequestedQuota": {"Status": "PENDING", "DesiredValue": desired_value}}

    def _function(self, name: str) -> None:
        if name not in self.functions:
            raise Refusal("ResourceNotFoundException", f"Function not found: {name}")

    # CloudFormation

    def cloudformation_describe_stacks(self, stack_name: str) -> Answer:
        stack = self._stack(stack_name)
        outputs = {} if stack.status.startswith("ROLLBACK") else {"TableName": stack.resources["Table"]}
        return {
            "Stacks": [
                {
                    "StackName": stack_name,
                    "StackStatus": stack.status,
                    "Parameters": [
                        {"ParameterKey": name, "ParameterValue": value}
                        for name, value in stack.parameters.items()
                    ],
                    "Outputs": [
                        {"OutputKey": name, "OutputValue": value}
                        for name, value in (outputs | {"DomainTarget": "d-1.example"}).items()
                    ],
                }
            ]
        }

    def cloudformation_describe_stack_resource(self, stack_name: str, logical_resource_id: str) -> Answer:
        resources = self._stack(stack_name).resources
        if logical_resource_id not in resources:
            message = f"Resource {logical_resource_id} does not exist for stack {stack_name}"
            raise Refusal("ValidationError", message)
        return {"StackResourceDetail": {"PhysicalResourceId": resources[logical_resource_id]}}

    def cloudformation_list_stack_resources(self, stack_name: str) -> Answer:
        kinds = {id_: resource["Type"] for id_, resource in self.template["Resources"].items()}
        return {
            "StackResourceSummaries": [
                {"LogicalResourceId": id_, "PhysicalResourceId": name, "ResourceType": kinds[id_]}
                for id_, name in self._stack(stack_name).resources.items()
            ]
        }

    def cloudformation_describe_stack_events(self, stack_name: str) -> Answer:
        self._stack(stack_name)
        failed = {
            "LogicalResourceId": "Api",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "Warnings found during import",
        }
        return {"StackEvents": [failed]}

    def cloudformation_cancel_update_stack(self, stack_name: str) -> None:
        stack = self._stack(stack_name)
        if stack.status != "UPDATE_IN_PROGRESS":
            message = "CancelUpdateStack cannot be called from current stack status"
            raise Refusal("ValidationError", message)
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    def cloudformation_delete_stack(self, stack_name: str) -> None:
        """What has `DeletionPolicy: Retain` stays."""
        stack = self._stack(stack_name)
        stack.status, stack.until = "DELETE_IN_PROGRESS", self.now + CHANGE
        gone = set(stack.resources.values())
        self.functions = {name: value for name, value in self.functions.items() if name not in gone}
        self.mappings = {
            uuid: each for uuid, each in self.mappings.items() if each["FunctionName"] in self.functions
        }

    def cloudformation_wait_stack_delete_complete(self, stack_name: str) -> None:
        self._wait(lambda: stack_name not in self._stacks_there(), 30, 120)

    def _stacks_there(self) -> dict[str, StackState]:
        for stack in list(self.stacks.values()):
            if stack.status == "DELETE_IN_PROGRESS" and self.now >= stack.until:
                del self.stacks[stack.name]
        return self.stacks

    def _stack(self, name: str) -> StackState:
        try:
            return self._stacks_there()[name]
        except KeyError:
            raise Refusal("ValidationError", f"Stack with id {name} does not exist") from None

    # The rest

    def sqs_get_queue_attributes(self, queue_url: str, attribute_names: list[str]) -> Answer:
        [(stack, queue)] = [
            (each, id_)
            for each in self.stacks.values()
            for id_, physical_id in each.resources.items()
            if physical_id == queue_url
        ]
        return {"Attributes": {"QueueArn": self._queue_arn(stack, queue)}}

    def sqs_purge_queue(self, queue_url: str) -> None:
        self.purged.append(queue_url)

    def _queue_arn(self, stack: StackState, queue: str) -> str:
        return f"arn:aws:sqs:{REGION}:{NUMBER}:{stack.resources[queue].rpartition('/')[2]}"

    def secretsmanager_put_secret_value(self, secret_id: str, secret_string: str) -> Answer:
        self._secret(secret_id)
        self.secrets[secret_id] = secret_string
        return {"ARN": secret_id}

    def secretsmanager_get_secret_value(self, secret_id: str) -> Answer:
        return {"ARN": secret_id, "SecretString": self._secret(secret_id)}

    def secretsmanager_delete_secret(self, secret_id: str) -> Answer:
        self._secret(secret_id)
        del self.secrets[secret_id]
        return {"ARN": secret_id}

    def _secret(self, name: str) -> str:
        try:
            return self.secrets[name]
        except KeyError:
            message = "Secrets Manager can't find the specified secret."
            raise Refusal("ResourceNotFoundException", message) from None

    def acm_request_certificate(self, domain_name: str, validation_method: str) -> Answer:
        arn = f"arn:aws:acm:{REGION}:{NUMBER}:certificate/{domain_name}"
        self.certificates[arn] = self.now + 1800
        return {"CertificateArn": arn}

    def acm_describe_certificate(self, certificate_arn: str) -> Answer:
        issued = self.now >= self.certificates[certificate_arn]
        record = {"Name": "_x.directory.example.com.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}
        known = {
            "Status": "ISSUED" if issued else "PENDING_VALIDATION",
            "DomainValidationOptions": [{"DomainName": "directory.example.com", "ResourceRecord": record}],
        }
        return {"Certificate": known}

    def logs_tail(self, group: str, **options: Any) -> None:
        stack = re.fullmatch(r"/roster/(.+)/functions", group)
        if stack is None or stack[1] not in self.stacks:
            raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")


def _uuid(text: str) -> str:
    return str(uuid5(NAMESPACE_OID, text))


def _table_arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{NUMBER}:table/{name}"


def physical(account: Account, stack: str, type_: str) -> Mapping[str, str]:
    """The physical ids of a stack's resources of a type, by the template's names."""
    return {
        id_: name
        for id_, name in account.stacks[stack].resources.items()
        if account.template["Resources"][id_]["Type"] == type_
    }
