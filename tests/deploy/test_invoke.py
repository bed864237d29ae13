"""`make invoke` runs a function as it is built, in Lambda's own runtime client."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tools.runtime_python import find, version

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.real


@pytest.mark.skipif(
    find(version()) is None, reason="a build runs on the functions' own Python, which is not here"
)
def test_a_built_function_answers_its_event() -> None:
    environ = {
        name: value for name, value in os.environ.items() if name not in ("TABLE_ENDPOINT", "MAKEFLAGS")
    }
    done = subprocess.run(
        ["make", "--silent", "invoke", "F=GetOrg"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (401, "Unauthorized")
    assert '"message":"answered"' in done.stderr
