"""`roster doctor`: what of a deployed stack is not as it should be, and what to do; it changes nothing.

A check looks at one subject and yields what is wrong. It knows what should be from the stack's own template
and parameters, as CloudFormation has them. docs/operating.md ("At night") says which rights it needs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cli.deployed import FUNCTIONS, DeployedStack, NotInStack, Properties

ENOUGH_CONCURRENCY = 100
"""Concurrent executions that an account needs: Lambda keeps a hundred back before any can be reserved."""
RECENT = timedelta(hours=1)
LOG_PAGES = 20
"""Pages of a log that are read for errors: each may be empty, and a long log has many."""
ERRORS = (
    '{ $.level = "ERROR" || $.level = "CRITICAL" '
    '|| ($.type = "platform.report" && $.record.status != "success") }'
)
"""What the template's metric filter counts."""
FACTS = ("cause", "error_code", "operation", "table", "secret_id", "http_status")
"""Fields of a log line that name what said no; none holds what was sent."""

BY_HAND = "somebody changed it by hand: put it back, or deploy a change to it"
RESTORE = "see Restore in docs/operating.md"


@dataclass(frozen=True)
class Wrong:
    """What is wrong, and what to do about it."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{_plain(self.what)}. Do: {self.remedy}"


Check = Callable[[DeployedStack], Iterator[Wrong]]
"""May raise botocore's ClientError and NotInStack: `examine` says of them what is to be said."""


def stack_state(stack: DeployedStack) -> Iterator[Wrong]:
    """The last create or update went through."""
    status = stack.description["StackStatus"]
    if status == "ROLLBACK_COMPLETE":
        yield Wrong("its first deploy failed", 'see "When the first deploy fails" in docs/operating.md')
    elif status == "UPDATE_ROLLBACK_COMPLETE":
        yield Wrong(
            "its last update failed and was taken back", "read the stack's events, mend the cause, deploy"
        )
    elif not status.endswith("_COMPLETE"):
        yield Wrong(f"it stands at {status}", "wait, or read the stack's events")


def concurrency(stack: DeployedStack) -> Iterator[Wrong]:
    """The account lets enough functions run at once."""
    limits = stack.clients("lambda").get_account_settings()["AccountLimit"]
    if limits["ConcurrentExecutions"] < ENOUGH_CONCURRENCY:
        yield Wrong(
            f"the account has {limits['ConcurrentExecutions']} concurrent executions here, as new ones do",
            "ask AWS for 1,000 (Service Quotas, Lambda, L-B99A9384)",
        )
    elif (left := limits["UnreservedConcurrentExecutions"]) < ENOUGH_CONCURRENCY:
        yield Wrong(
            f"reservations leave {left} concurrent executions to all else",
            "take some of it back, or ask AWS for more",
        )


def functions(stack: DeployedStack) -> Iterator[Wrong]:
    """Every function is there, may start, and runs the code of the last deploy."""
    for id_ in stack.of_type(*FUNCTIONS).keys() - stack.functions.keys():
        yield Wrong(f"{id_} is gone", "deploy a change to it")
    for id_, found in stack.functions.items():
        of = found["Configuration"]
        if of.get("State", "Active") not in ("Active", "Inactive"):
            yield Wrong(
                f"{id_} is {of['State']} ({of.get('StateReason', 'AWS says not why')})", "deploy again"
            )
        if of.get("LastUpdateStatus") == "Failed":
            why = of.get("LastUpdateStatusReason", "AWS says not why")
            yield Wrong(f"{id_} was not updated ({why})", "deploy again")
        if found.get("Concurrency", {}).get("ReservedConcurrentExecutions") == 0:
            name = of["FunctionName"]
            yield Wrong(
                f"{id_} is stopped, as for a restore",
                f"aws lambda delete-function-concurrency --function-name {name}",
            )


def grants(stack: DeployedStack) -> Iterator[Wrong]:
    """Functions have their roles; roles, policies and the boundary are as the template has them."""
    for id_ in stack.of_type("AWS::IAM::Role"):
        for what in _of_role(stack, id_):
            yield Wrong(f"{id_} {what}", BY_HAND)
    iam = stack.clients("iam")
    for id_, arn in stack.of_type("AWS::IAM::ManagedPolicy").items():
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        for what in _differing(stack.template[id_]["Properties"]["PolicyDocument"], found, stack):
            yield Wrong(f"{id_} {what}", BY_HAND)
    for id_, function in stack.functions.items():
        [role] = _refs([stack.template[id_]["Properties"]["Role"]])
        if not function["Configuration"]["Role"].endswith(f"/{stack.physical(role)}"):
            yield Wrong(f"{id_} runs as another role than {role}", BY_HAND)


def table(stack: DeployedStack) -> Iterator[Wrong]:
    """The table answers, is protected, can be restored, and forgets what expires."""
    name, status = stack.physical("Table"), stack.table["TableStatus"]
    key = stack.table.get("SSEDescription", {})
    if status == "INACCESSIBLE_ENCRYPTION_CREDENTIALS" or key.get("InaccessibleEncryptionDateTime"):
        yield Wrong("DynamoDB cannot use its key", "enable the key (TableKey), and look at its policy")
    elif status not in ("ACTIVE", "UPDATING"):
        yield Wrong(f"it is {status}", f"wait, or {RESTORE}")
    if not stack.table.get("DeletionProtectionEnabled"):
        yield Wrong(
            "it is not protected from being deleted",
            f"aws dynamodb update-table --deletion-protection-enabled --table-name {name}",
        )
    client = stack.clients("dynamodb")
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        yield Wrong("it has no point-in-time recovery", f"aws dynamodb update-continuous-backups: {RESTORE}")
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING") or expiry.get("AttributeName") != "ttl":
        yield Wrong("nothing in it expires", f"aws dynamodb update-time-to-live: {RESTORE}")


def table_key(stack: DeployedStack) -> Iterator[Wrong]:
    """The key that the deployment gave the table, if any, is in use."""
    if key := stack.parameters.get("TableKey"):
        yield from _of_key(stack, "TableKey", key)


FOLLOWERS = {
    "Publish": "FailedEventsQueue",
    "RouteChanges": "FailedChangesQueue",
}
"""The functions that follow the table's stream, and the queues of what it gave up on."""

QUEUED = {
    "Cleanup": ("CleanupQueue", "FailedCleanupQueue"),
    "Deliver": ("DeliveryQueue", "FailedDeliveriesQueue"),
    "SendMail": ("MailQueue", "FailedMailQueue"),
}
"""The functions that do what a queue orders, their queues, and those of what was given up."""


def cleanup(stack: DeployedStack) -> Iterator[Wrong]:
    """Changes reach their functions: the stream, its event sources, and where what they give up on goes."""
    again = f"make its event source again: {RESTORE}"
    stream = stack.table.get("StreamSpecification", {})
    if not stream.get("StreamEnabled"):
        yield Wrong("the table has no stream", f"aws dynamodb update-table --stream-specification: {RESTORE}")
        return
    if stream["StreamViewType"] != "KEYS_ONLY":
        yield Wrong(
            f"the stream has {stream['StreamViewType']}", f"turn it off, and on with KEYS_ONLY: {RESTORE}"
        )
    for function in FOLLOWERS.keys() & stack.resources.keys():
        yield from _follows(stack, function, again)


def _follows(stack: DeployedStack, function: str, again: str) -> Iterator[Wrong]:
    answer = stack.clients("lambda").list_event_source_mappings(FunctionName=stack.physical(function))
    latest = stack.table["LatestStreamArn"]
    mappings = [each for each in answer["EventSourceMappings"] if each.get("EventSourceArn") == latest]
    if not mappings:
        yield Wrong("nothing reads the table's stream", again)
    for mapping in mappings:
        if mapping["State"] not in ("Enabled", "Creating", "Enabling", "Updating"):
            yield Wrong(
                f"its event source is {mapping['State']}",
                f"aws lambda update-event-source-mapping --enabled --uuid {mapping['UUID']}",
            )
        if mapping.get("LastProcessingResult", "").startswith("PROBLEM"):
            yield Wrong(
                f"its event source has trouble ({mapping['LastProcessingResult']})",
                f"see the grants of {function}Role, and the log of {function}",
            )
        if not mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
            yield Wrong("what the stream gives up on goes nowhere", again)


def failed_cleanups(stack: DeployedStack) -> Iterator[Wrong]:
    """The queues of what was given up are empty."""
    name = "ApproximateNumberOfMessages"
    failed = FOLLOWERS | {function: dead for function, (_, dead) in QUEUED.items()}
    for function in failed.keys() & stack.resources.keys():
        url = stack.physical(failed[function])
        answer = stack.clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        if count := int(answer["Attributes"][name]):
            yield Wrong(
                f"{function} gave up on some ({count} messages)",
                f"read why in its log; roster repair --stack {stack.name}; "
                f"aws sqs purge-queue --queue-url {url}",
            )


def secrets(stack: DeployedStack) -> Iterator[Wrong]:
    """Each secret is there, has a value, and its key is in use. The value itself is not read."""
    named = {"DeploymentKey": stack.physical("DeploymentKey")}
    named |= {name: stack.parameters.get(name, "") for name in ("IssuersSecret", "GatewaySecret")}
    client = stack.clients("secretsmanager")
    for name, arn in named.items():
        if not arn:
            continue
        try:
            found = client.describe_secret(SecretId=arn)
        except client.exceptions.ResourceNotFoundException:
            yield Wrong(
                f"{name} is gone: requests that need it are 503", "make it anew, and deploy with its ARN"
            )
            continue
        if found.get("DeletedDate"):
            yield Wrong(f"{name} is to be deleted", f"aws secretsmanager restore-secret --secret-id {arn}")
        if not any("AWSCURRENT" in stages for stages in found.get("VersionIdsToStages", {}).values()):
            yield Wrong(f"{name} has no value", f"aws secretsmanager put-secret-value --secret-id {arn}")
        if key := found.get("KmsKeyId"):
            yield from _of_key(stack, name, key)


def alarms(stack: DeployedStack) -> Iterator[Wrong]:
    """Every alarm is there, and none rings."""
    found = {alarm["AlarmName"]: alarm for alarm in _alarms(stack)}
    for id_, name in stack.of_type("AWS::CloudWatch::Alarm").items():
        if name not in found:
            yield Wrong(f"{id_} is gone", "deploy a change to it")
        elif found[name]["StateValue"] == "ALARM":
            yield Wrong(f"{id_} rings", 'see "Alarms" in docs/operating.md')


def alarms_are_heard(stack: DeployedStack) -> Iterator[Wrong]:
    """An alarm that rings tells somebody who agreed to it."""
    topic = stack.resources.get("AlarmTopic")
    if topic is None and stack.parameters.get("AlarmEmail") == "none":
        return  # whoever deployed said so, in words
    if topic is None:
        yield Wrong("alarms tell nobody", "set AlarmEmail in samconfig.toml, and deploy")
        return
    pages = stack.clients("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    found = [each for page in pages for each in page["Subscriptions"]]
    for each in found:
        if not each["SubscriptionArn"].startswith("arn:"):
            yield Wrong(
                f"{each['Endpoint']} has not agreed to get them",
                "follow the link in AWS's mail within three days; later, aws sns subscribe sends another",
            )
    if not found:
        yield Wrong(
            "nobody gets them",
            f"aws sns subscribe --protocol email --topic-arn {topic} --notification-endpoint ADDRESS",
        )
    for id_, name in stack.of_type("AWS::CloudWatch::Alarm").items():
        for alarm in _alarms(stack):
            if alarm["AlarmName"] != name:
                continue
            if not alarm.get("ActionsEnabled", True):
                yield Wrong(f"{id_} is muted", f"aws cloudwatch enable-alarm-actions --alarm-names {name}")
            elif topic not in alarm.get("AlarmActions", ()):
                yield Wrong(f"{id_} tells nobody", BY_HAND)


def recent_errors(stack: DeployedStack) -> Iterator[Wrong]:
    """No function logged an error within the last hour."""
    since, group = int((stack.now - RECENT).timestamp() * 1000), stack.physical("FunctionLogs")
    asked = {"logGroupName": group, "startTime": since, "filterPattern": ERRORS}
    pages = stack.clients("logs").get_paginator("filter_log_events").paginate(**asked)
    last: dict[str, tuple[int, str]] = {}
    for _, page in zip(range(LOG_PAGES), pages, strict=False):
        for event in page["events"]:
            function, told = _function(event["logStreamName"]), _told(event["message"])
            if told is None:
                continue  # an emulator may know no patterns
            last[function] = (last.get(function, (0, ""))[0] + 1, told)
    for function, (count, told) in sorted(last.items()):
        yield Wrong(
            f"{function} logged {count} in the last hour, the last: {told}",
            f"read them: aws logs tail {group} --since 1h",
        )


CHECKS: Sequence[tuple[str, Check]] = (
    ("stack", stack_state),
    ("concurrency", concurrency),
    ("functions", functions),
    ("grants", grants),
    ("table", table),
    ("table's key", table_key),
    ("cleanup", cleanup),
    ("failed cleanups", failed_cleanups),
    ("secrets", secrets),
    ("alarms", alarms),
    ("alarms are heard", alarms_are_heard),
    ("errors", recent_errors),
)
"""What is looked at, in the order in which it is told."""


def examine(stack: DeployedStack) -> Iterator[tuple[str, Wrong | None]]:
    """Each subject with what is wrong, a line each; with None where nothing is.

    Raises ClientError and BotoCoreError where there is no such stack or AWS cannot be reached.
    """
    from botocore.exceptions import ClientError

    _ = stack.description
    for subject, check in CHECKS:
        is_wrong = False
        try:
            for wrong in check(stack):
                is_wrong = True
                yield subject, wrong
        except ClientError as error:
            is_wrong = True
            code = error.response["Error"]["Code"]
            yield subject, Wrong(f"not known: {code} to {error.operation_name}", _after(code))
        except NotInStack as missing:
            is_wrong = True
            yield subject, Wrong(f"the stack has no {missing}", "deploy, or read the stack's events")
        if not is_wrong:
            yield subject, None


def _of_role(stack: DeployedStack, id_: str) -> Iterator[str]:
    """How a role differs from the template's."""
    iam, name, wanted = stack.clients("iam"), stack.physical(id_), stack.template[id_]["Properties"]
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        yield "is gone"
        return
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    attached = {each["PolicyArn"] for page in pages for each in page["AttachedPolicies"]}
    for policy in _refs(wanted.get("ManagedPolicyArns", ())):
        if policy in stack.resources and stack.resources[policy] not in attached:
            yield f"lacks the policy {policy}"
    if role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") != stack.physical("Boundary"):
        yield "has not Boundary for its boundary"
    for policy in wanted.get("Policies", ()):
        try:
            found = iam.get_role_policy(RoleName=name, PolicyName=policy["PolicyName"])["PolicyDocument"]
        except iam.exceptions.NoSuchEntityException:
            found = {"Statement": []}
        yield from _differing(policy["PolicyDocument"], found, stack)


def _after(code: str) -> str:
    """What to do about a code of AWS's."""
    if "AccessDenied" in code or "Unauthorized" in code:
        return 'use the rights that "At night" in docs/operating.md names'
    if "NotFound" in code or code in ("NoSuchEntity", "QueueDoesNotExist"):
        return f"somebody deleted it by hand: {RESTORE}, or deploy a change to it"
    return "try again"


def _differing(wanted: Properties, found: Properties, stack: DeployedStack) -> Iterator[str]:
    """What a policy denies, and lacks of the template's: an action, or the table to do it on."""
    allowed: dict[str, set[str]] = {}
    for statement in _listed(found["Statement"]):
        if statement["Effect"] != "Allow":
            yield f"denies {', '.join(map(str, _listed(statement.get('Action', 'something'))))}"
            continue
        for action in _listed(statement["Action"]):
            allowed.setdefault(action, set()).update(_listed(statement["Resource"]))
    missing = set[str]()
    for statement in _listed(wanted["Statement"]):
        if "Fn::If" in statement:
            continue  # for a parameter that may not be given
        table = statement["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}
        for action in _listed(statement["Action"]):
            if action not in allowed or (table and stack.table["TableArn"] not in allowed[action]):
                missing.add(action)
    if missing:
        yield f"does not allow {', '.join(sorted(missing))}"


def _refs(values: Iterable[Any]) -> Iterator[str]:
    """The resources that values refer to: by Ref or GetAtt, alone or in an If."""
    for value in values:
        if not isinstance(value, Mapping):
            continue
        if "Fn::If" in value:
            yield from _refs(value["Fn::If"][1:])
        elif "Fn::GetAtt" in value:
            yield value["Fn::GetAtt"][0]
        elif not str(value.get("Ref", "AWS::")).startswith("AWS::"):
            yield value["Ref"]


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _of_key(stack: DeployedStack, name: str, key: str) -> Iterator[Wrong]:
    state = stack.clients("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    if state == "PendingDeletion":
        yield Wrong(
            f"the key of {name} is to be deleted",
            f"aws kms cancel-key-deletion --key-id {key}; aws kms enable-key --key-id {key}",
        )
    elif state != "Enabled":
        yield Wrong(f"the key of {name} is {state}", f"aws kms enable-key --key-id {key}")


def _alarms(stack: DeployedStack) -> Sequence[Properties]:
    names = list(stack.of_type("AWS::CloudWatch::Alarm").values())
    if not names:
        return []
    found: Sequence[Properties] = stack.clients("cloudwatch").describe_alarms(AlarmNames=names)[
        "MetricAlarms"
    ]
    return found


def _function(stream: str) -> str:
    """The function's name in `YYYY/MM/DD/FUNCTION[$LATEST]ID`."""
    return _plain(stream.rpartition("[")[0].rpartition("/")[2] or stream)


def _told(line: str) -> str | None:
    """An error's line in short: its message, and what said no; nothing else of it. None is no error."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    record = fields.get("record")
    if fields.get("type") == "platform.report" and isinstance(record, dict):
        status = record.get("status")
        return None if status == "success" else _plain(f"Lambda ended it ({status})")
    if fields.get("level") not in ("ERROR", "CRITICAL"):
        return None
    facts = [f"{name} {fields[name]}" for name in FACTS if name in fields]
    return _plain(", ".join([str(fields.get("message", "")), *facts]))


def _plain(text: Any) -> str:
    """On one line, and without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in str(text))[:300]
