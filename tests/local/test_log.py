"""FN-09: after `ready` the server says what it does, a line a request, and never what was in one."""

import json
import re
from pathlib import Path

import pytest

from cli import demo
from tests.support.served import served

PASSWORD = "correct horse battery staple"


def told(folder: Path, **environ: str) -> list[str]:
    """What a server writes to standard error of a few requests, by lines; none holds what they held."""
    with served(folder, **environ) as running:
        before = len((folder / "stderr").read_text())  # of the start
        cookie = running.login(demo.ADMIN, demo.PASSWORD)
        assert running.send("GET", "/api/workspaces?page=1&size=7", cookie=cookie).status == 200
        wrong = {"email": demo.ADMIN, "password": PASSWORD}
        assert running.send("POST", "/api/auth/login", wrong).status == 401
        assert running.send("GET", "/nowhere/%1B%0A").status == 404
        assert running.send("GET", "/docs", Host="evil.example").status == 421
        assert running.send("GET", "/v2/info").status == 200
    text = (folder / "stderr").read_text()[before:]
    assert cookie.partition("=")[2] not in text
    assert not any(word in text for word in (demo.PASSWORD, PASSWORD, demo.ADMIN, "size=7", "\x1b"))
    return text.splitlines()


def test_fn_09_each_request_is_a_line_that_a_person_reads(tmp_path: Path) -> None:
    lines = told(tmp_path)
    shape = re.compile(r"\d\d:\d\d:\d\d (GET|POST) (\S+) (\d{3}) [\d.]+ ms (\S+)")
    requests = [found.groups() for line in lines if (found := shape.fullmatch(line))]
    assert [request[:3] for request in requests] == [
        ("POST", "/api/auth/login", "200"),
        ("GET", "/api/workspaces", "200"),
        ("POST", "/api/auth/login", "401"),
        ("GET", "/nowhere/%1B%0A", "404"),
        ("GET", "/docs", "421"),
        ("GET", "/v2/info", "200"),
    ]
    ids = [request[3] for request in requests]
    assert ids[4] == "-"  # no function was asked
    assert all(re.fullmatch(r"[0-9a-f-]{36}", each) for each in [*ids[:4], ids[5]])

    (failed,) = [line for line in lines if "login failed" in line]
    assert re.match(r"\d\d:\d\d:\d\d INFO login failed ", failed)
    assert f"request={ids[2]}" in failed
    assert not any("answered" in line for line in lines), "the request's own line says it"


@pytest.mark.real
def test_fn_09_log_json_is_an_object_a_line_the_functions_too(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in told(tmp_path, LOG="json")]
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests][:3] == [
        ("POST", "/api/auth/login", 200),
        ("GET", "/api/workspaces", 200),
        ("POST", "/api/auth/login", 401),
    ]
    assert all(line["level"] == "INFO" and line["timestamp"] for line in lines)
    (failed,) = [line for line in lines if line["message"] == "login failed"]
    assert failed["request"] == requests[2]["request"]


@pytest.mark.real
@pytest.mark.parametrize("form", ["none"], ids=["FN-09-none"])
def test_log_none_is_silence(tmp_path: Path, form: str) -> None:
    assert told(tmp_path, LOG=form) == []
