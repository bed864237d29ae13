"""`events/` holds what `python -m tools.sample_events` writes, one event a function."""

import json
from pathlib import Path

import pytest

from tools import sample_events

MADE = sample_events.texts()


def test_every_function_has_its_event_and_no_file_is_left_over() -> None:
    folder = sample_events.ROOT / sample_events.FOLDER
    assert {path.stem for path in folder.iterdir()} == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_the_file_is_what_the_tool_writes(name: str) -> None:
    path = sample_events.ROOT / sample_events.FOLDER / f"{name}.json"
    assert path.read_text("utf-8") == MADE[name], "python -m tools.sample_events"


def test_a_form_is_sent_as_a_form_and_json_as_text() -> None:
    form, body = json.loads(MADE["IssueToken"]), json.loads(MADE["CreateWorkspace"])
    assert form["isBase64Encoded"]
    assert json.loads(body["body"]) == {"key": "acme", "name": "Acme Corp"}


@pytest.mark.parametrize("name", ["GetOrg", "ListSpaces"])
def test_user_space_is_asked_with_identity_headers(name: str) -> None:
    headers = json.loads(MADE[name])["headers"]
    assert {"x-org-id", "x-project-id", "x-user-id", "authorization"} <= headers.keys()


def test_a_route_that_the_openapi_document_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "functions" / "site").mkdir(parents=True)
    (tmp_path / "functions" / "site" / "openapi.json").write_text('{"paths": {}}')
    (tmp_path / "template.yaml").write_bytes((sample_events.ROOT / "template.yaml").read_bytes())
    with pytest.raises(LookupError, match="the OpenAPI document has no POST /api/workspaces"):
        sample_events.texts(tmp_path)
