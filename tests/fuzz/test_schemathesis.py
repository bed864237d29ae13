"""schemathesis over the OpenAPI document, against the served API with its demo: no 5xx, nothing undocumented.

Not asked of it: that whatever fits a schema is accepted (no schema says which passwords are common), that
whatever does not is refused (unknown query parameters are ignored), and 405 (an unknown method is 404 here).
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from cli import demo
from tests.support import tally
from tests.support.served import ROOT, Served, served

DOCUMENT = ROOT / "functions/site/openapi.json"
SCHEMATHESIS = ROOT / ".venv-fuzz/bin/schemathesis"
EXAMPLES = max(15, int(os.environ.get("FUZZ", "0")) // 50)  # an operation

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
)
BEARER = f"Authorization: Bearer {demo.ADMIN_TOKEN}"
IDENTITY = ("X-User-Id: " + demo.ADMIN_ID, "X-Org-Id: ws-northwind", "X-Project-Id: p-web")
HEADERS = {
    "Workspaces": (),  # a session's cookie
    "SCIM": (),  # a SCIM token, made first
    "User Space": (BEARER, *IDENTITY),
    "Cloud Foundry": (BEARER,),
    "Testmo": (BEARER,),
    "Workspace profile": (BEARER,),
    "OAuth": (),
    "Site": (),
}
"""What the operations of each tag are called with."""

ENDING = ("logout", "changePassword", "reauthenticate")
"""What would end the session that the others are called with."""


@pytest.mark.real
@pytest.mark.row("item-18")
@pytest.mark.parametrize("tag", HEADERS)
def test_the_served_api_answers_as_its_document_says(tmp_path: Path, tag: str) -> None:
    with served(tmp_path) as app:
        done = _fuzzed(app, tmp_path, tag)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated is not None
    tally.count("requests by schemathesis", int(generated[1]))


def _fuzzed(app: Served, folder: Path, tag: str) -> "subprocess.CompletedProcess[str]":
    session = app.login(demo.ADMIN, demo.PASSWORD)
    headers = HEADERS[tag] or (f"Cookie: {session}",)
    if tag == "SCIM":
        made = app.send("POST", f"/api/workspaces/{demo.ORG_ID}/scim-tokens", {"name": "x"}, cookie=session)
        headers = (f"Authorization: Bearer {made.json['data']['secret']}",)
    command = [str(SCHEMATHESIS), "--no-color", "run", str(DOCUMENT), "--url", app.url]
    command += ["--include-tag", tag, "--phases", "coverage,fuzzing", "--checks", ",".join(CHECKS)]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--warnings", "off", "--no-shrink"]
    for header in headers:
        command += ["--header", header]
    for operation in ENDING:
        command += ["--exclude-operation-id", operation]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.fuzz.generated"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
