"""PyPI's cloudfoundry-client, unmodified, against the demo."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import demo as people
from tests.clients.conftest import ROOT
from tests.support.served import Served

PROGRAM = Path(__file__).parent / "cloud_foundry_client.py"
PYTHON = ROOT / ".venv-clients/bin/python"
SPACES = ["web-development", "web-production", "yard-production", "playground"]

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def seen(demo: Served) -> Any:
    """What the program saw; it runs in the client's own environment (`make .venv-clients/made`)."""
    user = {
        "url": demo.url,
        "username": people.DEVELOPER,
        "password": people.PASSWORD,
        "guid": people.DEVELOPER_ID,
    }
    client = {
        "url": demo.url,
        "client_id": people.CLIENT_ID,
        "secret": people.CLIENT_SECRET,
        "guid": people.SERVICE_ID,
    }
    asked = json.dumps({"user": user, "other": people.LEAD_ID, "client": client})
    done = subprocess.run([PYTHON, PROGRAM, asked], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_user_is_found_with_a_password(seen: Any, demo: Served, report: Callable[[str], None]) -> None:
    found = seen["by password"]
    assert found["guid"] == people.DEVELOPER_ID
    assert (found["info"]["token_endpoint"], found["info"]["version"]) == (demo.url, 2)
    report(f"cloudfoundry-client {seen['version']}: the token, its renewal, a user, her spaces, their links")


def test_every_page_of_the_users_spaces_is_walked(seen: Any) -> None:
    found = seen["by password"]
    assert found["spaces"] == found["pages of one"] == SPACES
    assert found["descending"] == SPACES[::-1]
    assert (found["second page"], found["total"]) == (SPACES[1:], len(SPACES))


def test_the_filters_find_what_they_name(seen: Any) -> None:
    found = seen["by password"]
    assert (found["by name"], found["by no name"]) == ([SPACES[1]], [])
    assert found["by organization"] == SPACES


def test_every_link_becomes_a_method_that_answers(seen: Any) -> None:
    found = seen["by password"]
    assert found["organization"] == "Northwind Freight"
    assert people.DEVELOPER_ID in found["developers"]
    assert (found["links of the user"]["spaces"], found["links of the user"]["organizations"]) == (4, 2)
    assert (found["links of the space"]["apps"], found["links of the space"]["routes"]) == (2, 0)
    assert (len(found["links of the user"]), len(found["links of the space"])) == (7, 11)


def test_a_bad_access_token_is_renewed_and_the_request_made_again(seen: Any) -> None:
    """Which the client does on 401 with code 1000."""
    renewed = {"guid": people.DEVELOPER_ID, "other access token": True, "other refresh token": True}
    assert seen["by password"]["renewed"] == renewed


def test_a_refresh_token_of_an_earlier_run_is_enough(seen: Any) -> None:
    assert seen["by refresh token"] == people.DEVELOPER_ID


def test_a_client_with_a_secret_stands_for_its_user(seen: Any) -> None:
    assert seen["by client"] == [SPACES[0]]


def test_refusals_arrive_as_what_they_are(seen: Any) -> None:
    found = seen["by password"]
    assert found["wrong password"] == {"status": 400, "error": "invalid_grant"}
    assert (found["no such user"]["status"], found["no such user"]["error_code"]) == (404, "CF-UserNotFound")
    assert (found["another's"]["status"], found["another's"]["error_code"]) == (403, "CF-NotAuthorized")
