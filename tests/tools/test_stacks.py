"""`--stack`: the table of a deployed stack, as CloudFormation tells it. A stubbed client stands for AWS."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from cli import main, stacks
from local.gateway import read_template
from roster.db.store import Store
from roster.directory import users
from roster.domain import User

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
ADMIN = ["admin", "create", "--stack", "roster-prod", "--email", "root@example.com", "--name", "Root"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """CloudFormation as the command finds it, with answers that the test queues; all must be asked for."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    client = stacks.cloudformation("eu-west-1")
    monkeypatch.setattr(main, "cloudformation", lambda region: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
    client.close()


def described(**outputs: str) -> dict[str, Any]:
    return {
        "Stacks": [
            {
                "StackName": "roster-prod",
                "CreationTime": datetime(2026, 4, 13, tzinfo=UTC),
                "StackStatus": "CREATE_COMPLETE",
                "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
            }
        ]
    }


def test_the_first_administrator_of_a_stack_is_made_in_the_stacks_table(
    aws: Stubber, bare_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed = described(Url="https://x", TableName="roster-T")
    deployed["Stacks"][0]["Parameters"] = [
        {"ParameterKey": "AuditDays", "ParameterValue": "365"},
        {"ParameterKey": "SecondFactor", "ParameterValue": "admins"},
    ]
    for _ in range(2):  # for the table, and for who must have a second factor
        aws.add_response("describe_stacks", deployed, {"StackName": "roster-prod"})
    opened: list[str] = []

    def store_of(_: object, table: str) -> Store:
        opened.append(table)
        return bare_store

    monkeypatch.setattr(main, "DynamoStore", store_of)
    monkeypatch.setattr(sys, "stdin", StringIO("a sentinel, long enough\n"))
    assert main.main([*ADMIN, "--password-stdin"]) == 0
    assert opened == ["roster-T"]
    created, demanded = capsys.readouterr().out.splitlines()
    assert demanded.startswith("a second factor is demanded: sign in, add one before anything else")
    made = created.removeprefix("created user ")
    found: User | None = users.by_id(bare_store, made)
    assert found is not None
    assert found.is_admin


def test_a_stack_that_is_not_there_is_said_in_a_line(
    aws: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.add_client_error(
        "describe_stacks", "ValidationError", "Stack with id roster-prod does not exist", http_status_code=400
    )
    assert main.main([*ADMIN, "--password-stdin"]) == 1
    assert capsys.readouterr().err == "roster: roster-prod: Stack with id roster-prod does not exist\n"


def test_a_stack_of_something_else_is_refused(aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    aws.add_response("describe_stacks", described(Url="https://x"), {"StackName": "roster-prod"})
    assert main.main([*ADMIN, "--password-stdin"]) == 1
    assert "has no output TableName" in capsys.readouterr().err


def test_the_template_has_the_output_and_the_parameter() -> None:
    template = read_template(TEMPLATE)
    assert template["Outputs"][stacks.OUTPUT]["Value"] == {"Ref": "Table"}
    assert template["Parameters"]["SecondFactor"]["AllowedValues"] == ["optional", "admins", "all"]


def test_a_stack_and_a_file_are_not_both_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["verify", "--stack", "roster-prod", "--store", "file.db"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_the_region_is_the_environments_before_the_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert stacks.configured_region() == "eu-central-1"
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert stacks.configured_region() == "eu-north-1"
