"""What the reference was seen to answer over a small data set: the vectors of the contract."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud_foundry.conftest import DATA, SECOND_SECRET, Cloud
from tests.support.api import Answer

pytestmark = pytest.mark.any_engine


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text("utf-8"))["vectors"]
    return found


VECTORS, INLINE = rows("vectors.json"), rows("inline_vectors.json")


def by_id(row: dict[str, Any]) -> str:
    return str(row["id"])


def authorization(cloud: Cloud, row: dict[str, Any]) -> dict[str, str]:
    """The header that a row describes."""
    claims = row.get("claims", {})
    match row.get("auth", ":self"):
        case "none":
            return {"Authorization": ""}
        case ":admin":
            return {"Authorization": f"bearer {cloud.admin()}"}
        case "custom":
            return {"Authorization": CUSTOM[row["note"]](cloud)}
    return {"Authorization": f"bearer {cloud.token(**claims)}"}


CUSTOM: dict[str, Callable[[Cloud], str]] = {
    "BEARER": lambda cloud: f"BEARER {cloud.token()}",
    "Bearer": lambda cloud: f"Bearer {cloud.token()}",
    "extra spaces": lambda cloud: f"bearer    {cloud.token()}",
    "bad signature": lambda cloud: f"bearer {cloud.token(secret='x' * 32)}",
    "second key": lambda cloud: f"bearer {cloud.token(secret=SECOND_SECRET)}",
    "HS512": lambda cloud: f"bearer {cloud.token(alg='HS512')}",
}


@pytest.mark.parametrize("row", VECTORS, ids=by_id)
def test_the_reference_answers_so(cloud: Callable[..., Cloud], row: dict[str, Any]) -> None:
    cloud_api = cloud("records.jsonl", row.get("issuer"))
    headers = authorization(cloud_api, row) | row.get("headers", {})
    compare(cloud_api.api.send(row["method"], row["path"], headers=headers), row)


@pytest.mark.parametrize("row", INLINE, ids=by_id)
def test_the_reference_inlines_so(cloud: Callable[..., Cloud], row: dict[str, Any]) -> None:
    cloud_api = cloud("records_inline.jsonl")
    compare(cloud_api.api.get(row["path"], headers=authorization(cloud_api, row)), row)


def compare(answer: Answer, row: dict[str, Any]) -> None:
    assert answer.status == row["status"], answer.text
    assert answer.headers["content-type"] == row.get("content_type", "application/json;charset=utf-8")
    found, wanted = answer.json, row["body"]
    guids = wanted.pop("resource_guids", None)
    if guids is not None:
        assert [each["metadata"]["guid"] for each in found["resources"]] == guids
    shown = {name: found[name] for name in wanted}
    # As text: the order of keys is the document's too.
    assert json.dumps(without_moments(shown)) == json.dumps(without_moments(wanted))


def without_moments(value: Any) -> Any:
    """The same without the moments of users, which the data set does not fix."""
    if isinstance(value, list):
        return [without_moments(each) for each in value]
    if not isinstance(value, dict):
        return value
    url = str(value.get("url", ""))
    moments = ("created_at", "updated_at") if url.startswith("/v2/users/") else ()
    return {name: without_moments(each) for name, each in value.items() if name not in moments}


def test_every_vector_is_a_row() -> None:
    assert len({by_id(row) for row in VECTORS}) == len(VECTORS) == 106
    assert len({by_id(row) for row in INLINE}) == len(INLINE) == 11
