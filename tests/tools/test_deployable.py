"""FA-10: `make deploy` does not deploy an environment whose alarms reach nobody by mistake."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from tools.deployable import ROOT, fault, main

HEAD = "[prod.deploy.parameters]\n"


@pytest.mark.parametrize(
    "text",
    [
        'parameter_overrides = "AlarmEmail=ops@example.com"',
        'parameter_overrides = "AlarmEmail=none"',
        "parameter_overrides = \"AuditDays=30 'AlarmEmail=ops@example.com'\"",
        'parameter_overrides = ["AuditDays=30", "AlarmEmail=ops@example.com"]',
        'parameter_overrides = "ParameterKey=AlarmEmail,ParameterValue=ops@example.com"',
        'parameter_overrides = { AlarmEmail = "ops@example.com", AuditDays = 30 }',
        '[prod.global.parameters]\nparameter_overrides = "AlarmEmail=ops@example.com"',
    ],
)
def test_fa_10_an_address_or_none_in_words_is_enough(text: str) -> None:
    assert fault(tomllib.loads(HEAD + text), "prod") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stack_name = 'roster-prod'",
        'parameter_overrides = "AuditDays=30"',
        'parameter_overrides = "AlarmEmail="',
        'parameter_overrides = "NoAlarmEmail=ops@example.com"',
        'parameter_overrides = { AlarmEmail = "" }',
    ],
)
@pytest.mark.parametrize("environment", ["prod", "prod-us"])
def test_fa_10_without_one_nothing_is_deployed(
    environment: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text(HEAD.replace("prod", environment) + text, "utf-8")
    assert main([environment], file) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"make deploy: {environment} has nobody to hear its alarms: put AlarmEmail=")
    assert said.count("\n") == 1


def test_fa_10_an_environment_that_is_not_there_is_said_so() -> None:
    assert fault({}, "prod") == "samconfig.toml has no environment prod"


def test_fa_10_dev_needs_nobody() -> None:
    shipped = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    assert fault(shipped, "dev") is None
    assert fault({"dev": {}, "prod": {}}, "dev") is None
    assert fault({"dev": {}, "prod": {}}, "prod") is not None


def test_fa_10_make_asks_before_it_builds_and_deploys() -> None:
    """Only its plan: whoever has put an address into the configuration would deploy by this test."""
    command = ["make", "--no-print-directory", "--dry-run", "deploy", "ENV=prod"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    planned = [done.stdout.index(part) for part in ("tools.deployable prod", "tools.build ", "sam deploy ")]
    assert planned == sorted(planned)
