"""What SCIM says of itself, and what it does not offer."""

from typing import Any

import pytest

from tests.scim_dialect.conftest import Provider


def _nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_nulls(each) for each in value.values())
    return any(_nulls(each) for each in value) if isinstance(value, list) else value is None


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
def test_discovery(provider: Provider, path: str) -> None:
    answer = provider.get(path)
    assert answer.status == 200
    assert not _nulls(answer.json)
    for each in answer.json.get("Resources", []):
        assert provider.get(f"{path}/{each['id']}").json == each
    assert provider.get(f"{path}/none").status == 404


def test_what_the_schemas_demand(provider: Provider) -> None:
    by_id = {each["id"].rpartition(":")[2]: each for each in provider.get("/Schemas").json["Resources"][:2]}
    required = {
        (kind, each["name"]) for kind in by_id for each in by_id[kind]["attributes"] if each["required"]
    }
    assert required == {
        ("User", "userName"),
        ("User", "active"),
        ("User", "emails"),
        ("Group", "displayName"),
    }
    [emails] = [each for each in by_id["User"]["attributes"] if each["name"] == "emails"]
    assert {each["name"] for each in emails["subAttributes"] if each["required"]} == {"value"}
    [members] = [each for each in by_id["Group"]["attributes"] if each["name"] == "members"]
    assert [each["name"] for each in members["subAttributes"]] == ["value", "$ref", "type"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/Schemas", 405),
        ("PUT", "/ServiceProviderConfig", 405),
        ("DELETE", "/ResourceTypes/User", 405),
        ("PUT", "/Users", 405),
        ("POST", "/Groups/some", 405),
        ("GET", "/Me", 501),
        ("PATCH", "/Me", 501),
        ("POST", "/.search", 501),
        ("POST", "/Users/.search", 501),
        ("POST", "/Bulk", 501),
        ("GET", "/Devices", 404),
    ],
)
def test_what_is_not_offered(provider: Provider, method: str, path: str, status: int) -> None:
    with provider.api.no_effect():
        answer = provider.send(method, path, {} if method != "GET" else None)
    assert (answer.status, answer.json["status"]) == (status, str(status))
    assert ("allow" in answer.headers) is (status == 405)
