"""POST /api/workspaces."""

import pytest

from tests.api import Api
from tests.directory import Directory


def test_the_documented_request_gets_the_documented_answer(api: Api, directory: Directory) -> None:
    admin = directory.admin()
    answer = api.post("/api/workspaces", {"key": "acme", "name": "Acme Corp"}, as_=admin)
    assert answer.status == 200
    assert list(answer.json) == ["code", "data", "timestamp"]
    assert list(answer.data) == ["id", "key", "name", "createdAt"]
    assert answer.code == "SUCCESS"
    assert answer.data["createdAt"] == "2026-04-13T01:00:00Z"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
