"""docs/operating.md speaks of the stack that there is: its alarms, parameters, outputs, logs and limits."""

import re
from pathlib import Path

import pytest

from cli.doctor import FOLLOWERS
from local.gateway import read_template

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operating.md").read_text("utf-8")
TEMPLATE = read_template(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]


def of_type(name: str) -> set[str]:
    """The logical ids of the template's resources of a type."""
    return {id_ for id_, resource in RESOURCES.items() if resource["Type"] == f"AWS::{name}"}


def test_every_alarm_has_its_row_and_every_row_its_alarm() -> None:
    assert set(re.findall(r"^\| `(\w+Alarm)` \|", PAGE, re.MULTILINE)) == of_type("CloudWatch::Alarm")


@pytest.mark.parametrize("output", re.findall(r"output `(\w+)`", PAGE))
def test_an_output_that_is_named_is_the_stacks(output: str) -> None:
    assert output in TEMPLATE["Outputs"]


@pytest.mark.parametrize("parameter", ["ThrottleRate", "LoginThrottleRate", "LoginConcurrency", "AuditDays"])
def test_a_parameter_that_is_named_is_the_templates(parameter: str) -> None:
    assert f"`{parameter}" in PAGE
    assert parameter in TEMPLATE["Parameters"]


@pytest.mark.parametrize("parameter", ["ThrottleRate", "LoginThrottleRate"])
def test_the_limits_that_are_named_are_the_defaults(parameter: str) -> None:
    assert f"`{parameter}` {TEMPLATE['Parameters'][parameter]['Default']}" in PAGE


def test_every_log_group_is_named() -> None:
    groups = [RESOURCES[id_]["Properties"]["LogGroupName"]["Fn::Sub"] for id_ in of_type("Logs::LogGroup")]
    for group in groups:
        assert (
            f"`{group.rpartition('/')[2]}`" in PAGE or f"`{group}`".replace("${AWS::StackName}", "$S") in PAGE
        )


def test_a_restored_table_is_told_what_the_template_says_of_it() -> None:
    table = RESOURCES["Table"]["Properties"]
    assert f"StreamViewType={table['StreamSpecification']['StreamViewType']}" in PAGE
    assert f"AttributeName={table['TimeToLiveSpecification']['AttributeName']}" in PAGE
    for function in FOLLOWERS:
        stream = RESOURCES[function]["Properties"]["Events"]["Stream"]["Properties"]
        assert f"--batch-size {stream['BatchSize']}" in PAGE
        assert f"--maximum-retry-attempts {stream['MaximumRetryAttempts']}" in PAGE
        assert f"--maximum-record-age-in-seconds {stream['MaximumRecordAgeInSeconds']}" in PAGE
        for pattern in stream["FilterCriteria"]["Filters"]:
            assert pattern["Pattern"].replace(" ", "").replace('"', '\\"') in PAGE


def test_fa_03_a_restore_waits_as_long_as_it_takes() -> None:
    """`aws dynamodb wait` gives up after eight minutes; a restore takes up to hours."""
    commands = "\n".join(re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    restores = re.findall(r"restore-table\S+ .*?--target-table-name (\S+)", commands)
    assert len(restores) == 2
    for table in restores:
        assert f"until_active {table}\n" in commands
    assert "dynamodb wait" not in commands


def test_fa_03_a_restored_stream_has_the_queue_of_what_it_gives_up_on() -> None:
    for function, queue in FOLLOWERS.items():
        stream = RESOURCES[function]["Properties"]["Events"]["Stream"]["Properties"]
        assert stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"] == [queue, "Arn"]
        assert f"$(resource {queue})" in PAGE
    assert '--destination-config "OnFailure={Destination=$Q}"' in PAGE


def test_fa_06_the_page_asks_for_the_accounts_concurrency_before_the_first_deploy() -> None:
    """A new account has 10 or 50 environments, of which none can be reserved."""
    before, _, _ = PAGE.partition("\n## Deploy\n")
    assert "aws lambda get-account-settings " in before
    assert "request-service-quota-increase --service-code lambda --quota-code L-B99A9384 " in before
    assert "leave `LoginConcurrency` at 0" in before
    assert TEMPLATE["Parameters"]["LoginConcurrency"]["Default"] == 0


def test_fa_18_nobody_is_told_to_find_a_key_in_the_queue() -> None:
    """Lambda's message of a failed record has its place in the stream and the cause, and no record."""
    told = [RESOURCES["FailedChangesAlarm"]["Properties"]["AlarmDescription"]]
    told += [TEMPLATE["Outputs"]["FailedChangesQueueUrl"]["Description"]]
    told += re.findall(r"^\| `FailedChangesAlarm` .*$", PAGE, re.MULTILINE)
    assert len(told) == 3
    for words in told:
        assert not re.search(r"\bkeys?\b(?<!has no key)", words), words
    assert "sequence number" in told[-1]
    assert "`roster repair" in told[0]
    assert "`roster repair" in told[-1]


@pytest.mark.parametrize("logical_id", re.findall(r"\$\(resource (\w+)", PAGE))
def test_a_resource_that_is_asked_for_is_the_stacks(logical_id: str) -> None:
    assert logical_id in RESOURCES


def test_fa_02_a_rollback_is_a_deploy_of_the_commit_before() -> None:
    section = PAGE.partition("## Roll back\n")[2].partition("\n## ")[0]
    assert "deploy of the commit before" in section
    for page in (PAGE, (ROOT / "README.md").read_text("utf-8")):
        assert not re.search(r"SnapStart|update-alias|list-versions-by-function|:live", page)


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings
