"""curl, exactly as the documents print it: only the host, the ids and the credentials are others."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from cli import demo as people
from tests.clients.conftest import ROOT
from tests.support.served import Served

PAGE = ROOT / "docs/clients.md"

pytestmark = pytest.mark.real

# The document of Workspaces prints these two; the cookies are of a login, which it leaves to its reader.
CREATE_WORKSPACE = r"""
curl -X POST http://localhost:8080/api/workspaces \
-H "Content-Type: application/json" \
-b cookies.txt \
-d '{"key": "acme", "name": "Acme Corp"}'
"""
ADD_MEMBER = r"""
curl -X POST http://localhost:8080/api/workspaces/ws-uuid/members \
-H "Content-Type: application/json" \
-b cookies.txt \
-d '{"userId": "user-uuid", "role": "MEMBER"}'
"""

LOGIN = f"""
curl -c cookies.txt http://localhost:8080/api/auth/login \\
-H "Content-Type: application/json" \\
-d '{{"email": "{people.ADMIN}", "password": "{people.PASSWORD}"}}'
"""

# Cloud Foundry v2; its token comes from the token endpoint, in the way of Cloud Foundry's own command line.
TOKEN = f"""
curl http://localhost:8080/oauth/token -u cf: -d grant_type=password \\
--data-urlencode username={people.DEVELOPER} --data-urlencode password={people.PASSWORD}
"""
ITS_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidWFhLWlkLTMxMCIsImVtYWlsIjoiZW1haWwtMjEwQHNvbWVk"
    "b21haW4uY29tIiwic2NvcGUiOlsiY2xvdWRfY29udHJvbGxlci5hZG1pbiJdLCJhdWQiOlsiY2xvdWRfY29udHJvbGxlciJdLCJl"
    "eHAiOjE0NjYwMDg4OTd9.-Rodp35NceQ1y5dradDA3KPWZNnbt7h8eu0cHer3mUw"
)
LIST_SPACES = rf"""
curl "https://api.[your-domain.com]/v2/users/uaa-id-309/spaces" -X GET \
	-H "Authorization: bearer {ITS_TOKEN}" \
	-H "Host: example.org" \
	-H "Cookie: "
"""

# The document of Workspace profile prints the first, and offers a header or a parameter for the token.
PROFILE = r"""
curl --request GET \
--url https://example.com/api/workspace/auth/me
"""
PROFILE_BY_HEADER = (
    PROFILE.rstrip()
    + r""" \
--header 'Authorization: Bearer <token>'
"""
)
PROFILE_BY_QUERY = PROFILE.rstrip() + "?access_token=<token>\n"

# The document of User Space prints routes and headers.
USER_SPACE = r"""
curl http://localhost:8080/minimal/rest/user/v1/{name} \
-H 'X-Org-Id: org-id' \
-H 'X-Project-Id: project-id' \
-H 'X-User-Id: user-id'
"""


HOSTS = ("http://localhost:8080", "https://api.[your-domain.com]", "https://example.com")

Curl = Callable[..., Any]


@pytest.fixture
def curl(demo: Served, tmp_path: Path) -> Curl:
    """Runs a document's command in the test's folder and reads what curl printed."""

    def run(command: str, others: Mapping[str, str] = MappingProxyType({})) -> Any:
        """`others` says what stands for what the document has: ids and credentials."""
        for printed, other in {**dict.fromkeys(HOSTS, demo.url), **others}.items():
            assert printed in command or printed in HOSTS
            command = command.replace(printed, other)
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_the_cookie_jar_of_document_002(curl: Curl, report: Callable[[str], None]) -> None:
    refused = curl(CREATE_WORKSPACE)  # nobody has logged in yet
    assert refused["code"] == "UNAUTHORIZED"
    logged_in = curl(LOGIN)
    assert logged_in["data"]["id"] == people.ADMIN_ID
    made = curl(CREATE_WORKSPACE)
    assert (made["code"], made["data"]["key"], made["data"]["name"]) == ("SUCCESS", "acme", "Acme Corp")
    member = curl(ADD_MEMBER, {"ws-uuid": made["data"]["id"], "user-uuid": people.DEVELOPER_ID})
    assert member["code"] == "SUCCESS"
    assert (member["data"]["userId"], member["data"]["role"]) == (people.DEVELOPER_ID, "MEMBER")
    report("curl: the cookie jar of Workspaces")


def test_the_headers_of_document_000(curl: Curl, report: Callable[[str], None]) -> None:
    ids = {"org-id": people.ORG_ID, "project-id": people.PROJECT_ID, "user-id": people.DEVELOPER_ID}
    for name in ("project/detail", "project", "org/detail", "org", "space", "feature"):
        assert curl(USER_SPACE, {"{name}": name, **ids})["data"], name
    report("curl: the six routes of User Space with its headers")


def test_the_request_of_document_001(curl: Curl, report: Callable[[str], None]) -> None:
    token = curl(TOKEN)
    assert token["token_type"] == "bearer"
    ids = {"uaa-id-309": people.DEVELOPER_ID}
    listed = curl(LIST_SPACES, {**ids, ITS_TOKEN: token["access_token"]})
    assert list(listed) == ["total_results", "total_pages", "prev_url", "next_url", "resources"]
    assert [each["entity"]["name"] for each in listed["resources"]][:2] == [
        "web-development",
        "web-production",
    ]
    # What the document prints expired ten years ago, and its key is published.
    assert (curl(LIST_SPACES, ids)["error_code"], curl(LIST_SPACES)["code"]) == ("CF-InvalidAuthToken", 1000)
    report("curl: the request of Cloud Foundry v2")


def test_the_requests_of_document_004(curl: Curl, report: Callable[[str], None]) -> None:
    assert curl(PROFILE)["status"] == 401
    token = {"<token>": people.DEVELOPER_TOKEN}
    by_header, by_query = curl(PROFILE_BY_HEADER, token), curl(PROFILE_BY_QUERY, token)
    assert by_header["Data"]["UserId"] == by_query["Data"]["UserId"] == people.DEVELOPER_ID
    report("curl: the request of Workspace profile, its token in the header and in the query")


@pytest.mark.parametrize(
    "command", [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("curl")]
)
def test_the_lines_of_the_page_of_clients_give_tokens(curl: Curl, demo: Served, command: str) -> None:
    token = curl(command, {"http://localhost:3000": demo.url})["access_token"]
    name = curl(f"curl http://localhost:8080/api/v1/user -H 'Authorization: Bearer {token}'")["name"]
    assert name in ("Ingrid Lindqvist", "Build Robot")
