"""Every command of the README is run: curl and roster for real, make as far as a test may."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from cli.main import main
from local.server import Options
from tests.support.served import served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
CURLS = [command for command in COMMANDS if command.startswith("curl ")]
ROSTERS = [command for command in COMMANDS if command.startswith(".venv/bin/roster ")]
MAKES = [command for command in COMMANDS if command.startswith("make ")]
DEPLOYS = [command for command in MAKES if command.startswith("make deploy ")]
INVOKES = [command for command in COMMANDS if command.startswith(".venv-sam/bin/sam local invoke ")]


def test_every_command_is_of_a_kind_that_is_run_here() -> None:
    assert set(COMMANDS) == {*CURLS, *ROSTERS, *MAKES, *INVOKES}


@pytest.mark.parametrize("command", MAKES)
def test_make_knows_the_target(command: str) -> None:
    """Only its plan: `make test` would run this test, `make build` fetches SAM CLI."""
    subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("command", DEPLOYS)
def test_a_deploy_names_an_environment_of_the_configuration(command: str) -> None:
    """It needs an AWS account, so what is checked is that the configuration holds what it names."""
    named = command.partition("ENV=")[2]
    deploy = tomllib.loads((ROOT / "samconfig.toml").read_text())[named]["deploy"]["parameters"]
    assert deploy["capabilities"] == "CAPABILITY_IAM"


@pytest.mark.parametrize("command", INVOKES)
def test_what_is_invoked_is_there(command: str) -> None:
    """It needs Docker, so what is checked is that the template has the function, and the event its file."""
    *_, function, option, event = shlex.split(command)
    assert f"\n  {function}:\n    Type: AWS::Serverless::Function\n" in (ROOT / "template.yaml").read_text()
    assert (option, (ROOT / event).is_file()) == ("--event", True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's lines are for curl, which is not here")
def test_the_curl_lines_and_the_roster_commands_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with served(tmp_path, STORE=str(tmp_path / "file.db"), DATA="demo") as app:
        for command in CURLS:
            line = command.replace(f"http://localhost:{Options().port}", app.url)
            done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
            assert json.loads(done.stdout).keys() & {"data", "result", "Data", "resources"}, command
    (tmp_path / "records.jsonl").write_text('{"type":"group","number":9,"name":"Readers"}\n')
    monkeypatch.setattr("getpass.getpass", lambda prompt: "difference engine")  # `admin create` asks
    for command in ROSTERS:
        if "--stack" not in command:  # the deployed table's: tests/tools/test_stacks.py
            assert main(shlex.split(command)[1:]) == 0, command
    assert '"name":"Readers"' in (tmp_path / "copy.jsonl").read_text().replace('": "', '":"')
    assert "token_u-0000001." in capsys.readouterr().out
