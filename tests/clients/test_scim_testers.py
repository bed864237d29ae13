"""Testers of SCIM servers, over HTTP against the demo: what they find is listed with its reason."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli import demo as people
from tests.clients.conftest import ROOT
from tests.support.served import Served

HOME = "ws-lakeside"
VENV = ROOT / ".venv-scim/bin"

NOT_RUN = {
    ("search_with_attributes", "User"): "POST /.search is not supported, and says so (501)",
    ("search_with_attributes", "Group"): "the same",
}
"""What scim2-tester leaves out here."""

ITS_OWN = "it asks for 200; RFC 7644, 3.5.2 has 204 too, and a group's members are not sent back unasked"
FINDINGS = {
    ("PATCH /Groups/{id}", "Expected HTTP 200, got 204 (RFC 7644 §3.3); Response body is empty"): ITS_OWN,
    ("PATCH /Groups/{id} remove members", "Expected 200, got 204"): ITS_OWN,
    ("PATCH /Groups/{id} add member", "Expected 200, got 400"): "it adds a member whom nobody knows",
    ("Agent CRUD Lifecycle", "Agent not supported by server"): "a draft's resource",
    ("AgenticApplication CRUD Lifecycle", "AgenticApplication not supported by server"): "a draft's resource",
    ("Agent Rapid Lifecycle", "Agent not supported or not in scope"): "a draft's resource",
}
"""Whatever scim-sanity does not let pass, with the reason why it stays so."""

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Target:
    """The SCIM of a workspace, as its provider is told of it."""

    url: str
    token: str


@pytest.fixture
def target(demo: Served) -> Iterator[Target]:
    admin = demo.login(people.ADMIN, people.PASSWORD)
    place = f"/api/workspaces/{HOME}/scim-tokens"
    made = demo.send("POST", place, {"name": "Tester"}, cookie=admin).json["data"]
    yield Target(f"{demo.url}/scim/v2/{HOME}", made["secret"])
    assert demo.send("DELETE", f"{place}/{made['id']}", cookie=admin).status == 200


def test_scim2_tester_finds_no_failure(target: Target, tmp_path: Path, report: Callable[[str], None]) -> None:
    checks = _run(tmp_path, VENV / "python", "-m", "tests.clients.scim_tester", target.url, target.token)
    passed = [one for one in checks if one[0] in ("SUCCESS", "COMPLIANT", "ACCEPTABLE")]
    skipped = {(title, kind) for status, title, kind, *_ in checks if status == "SKIPPED"}
    assert [one for one in checks if one not in passed and one[0] != "SKIPPED"] == []
    assert skipped == NOT_RUN.keys()
    assert len(passed) >= 100, "it left out a part"
    report(f"scim2-tester, {len(passed)} checks")


def test_scim_sanity_finds_what_is_listed_and_nothing_else(
    target: Target, tmp_path: Path, report: Callable[[str], None]
) -> None:
    options = ("--token", target.token, "--json-output", "--i-accept-side-effects")
    results = _run(tmp_path, VENV / "scim-sanity", "probe", target.url, *options)["results"]
    found = Counter((one["name"], one.get("message", "")) for one in results if one["status"] != "pass")
    assert found == Counter(FINDINGS.keys())
    assert len(results) >= 30, "it left out a part"
    report(f"scim-sanity, {len(results)} checks, {len(FINDINGS)} findings with their reasons")


def _run(folder: Path, *command: Path | str) -> Any:
    """What a program of the testers' environment prints, as JSON."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.startswith(("[", "{")), done.stdout[-2_000:] + done.stderr[-2_000:]
    return json.loads(done.stdout)
