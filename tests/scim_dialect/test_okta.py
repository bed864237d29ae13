"""What Okta sends, as its documentation shows it: an app that patches, and one that replaces.

The shapes are Okta's; the people are invented.
"""

# ruff: noqa: E501

from typing import Any

import pytest

from tests.scim_dialect.conftest import Provider, op
from tests.scim_dialect.sequences import NOTHING, Step, patch, walk

CORE = "urn:ietf:params:scim:schemas:core:2.0"


def person(who: str, /, **more: Any) -> dict[str, Any]:
    return {
        "schemas": [f"{CORE}:User"],
        "userName": f"{who}@example.com",
        "name": {"givenName": who.title(), "familyName": "Example"},
        "emails": [{"primary": True, "value": f"{who}@example.com", "type": "work"}],
        "displayName": f"{who.title()} Example",
        "locale": "en-US",
        "externalId": f"00u-{who}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
        **more,
    }


def members(*names: str) -> list[dict[str, str]]:
    return [{"value": f"<{name}>", "display": f"{name}@example.com"} for name in names]


BEGIN = [
    Step("GET", "/Users?startIndex=1&count=2", then={"totalResults": 1, "startIndex": 1, "itemsPerPage": 1}),
    Step(
        "GET",
        '/Users?filter=userName eq "ada@example.com"&startIndex=1&count=100',
        then={**NOTHING, "startIndex": 1, "itemsPerPage": 0},
    ),
    Step("POST", "/Users", person("ada"), 201, {"userName": "ada@example.com", "password": None}, "ada"),
    Step("POST", "/Users", person("bob"), 201, {"active": True}, "bob"),
    Step("POST", "/Users", person("cid"), 201, {"active": True}, "cid"),
    Step("POST", "/Users", person("ada"), 409),
    Step("GET", "/Users/<ada>", then={"name.givenName": "Ada", "locale": "en-US", "externalId": "00u-ada"}),
    Step("GET", "/Users/010101001010101011001010101011", status=404),
    Step("GET", "/Users?startIndex=1&count=100", then={"totalResults": 4, "itemsPerPage": 4}),
    Step("GET", "/Groups?startIndex=1&count=100", then=NOTHING),
    Step("GET", '/Groups?filter=displayName eq "Staff"&startIndex=1&count=100', then=NOTHING),
]
END = [
    Step("DELETE", "/Groups/<staff>", status=204),
    Step("GET", "/Groups/<staff>", status=404),
    Step("GET", "/Users/<ada>", then={"active": True}),  # the group's end is no member's
]

BY_PATCH = [
    *BEGIN,
    Step(
        "PUT",  # the profile is replaced by all apps
        "/Users/<ada>",
        person("ada", id="<ada>", name={"givenName": "Augusta", "familyName": "Example"}),
        then={"name.givenName": "Augusta", "id": "<ada>"},
    ),
    patch("/Users/<ada>", op("replace", None, {"active": False}), then={"active": False, "locale": "en-US"}),
    patch("/Users/<ada>", op("replace", None, {"active": True}), then={"active": True}),
    Step(
        "POST",
        "/Groups",
        {"schemas": [f"{CORE}:Group"], "displayName": "Staff", "members": members("ada")},
        201,
        {"displayName": "Staff", "members": ["<ada>"]},
        "staff",
    ),
    patch(
        "/Groups/<staff>",
        op("replace", None, {"id": "<staff>", "displayName": "Crew"}),
        status=204,
        then={"displayName": "Crew", "members": ["<ada>"]},
    ),
    patch(
        "/Groups/<staff>",
        op("remove", 'members[value eq "<ada>"]'),
        op("add", "members", members("bob", "cid")),
        status=204,
        then={"members": ["<bob>", "<cid>"]},
    ),
    patch(
        "/Groups/<staff>",
        op("replace", "members", members("cid", "ada")),
        status=204,
        then={"members": ["<cid>", "<ada>"]},
    ),
    patch("/Groups/<staff>", op("replace", "members", []), status=204, then={"members": None}),
    *END,
]

BY_PUT = [
    *BEGIN,
    Step(
        "PUT",
        "/Users/<ada>",
        person("ada", id="<ada>", active=False, name={"givenName": "Augusta", "familyName": "Example"}),
        then={"active": False, "name.givenName": "Augusta"},
    ),
    Step("PUT", "/Users/<ada>", person("ada", id="<ada>"), then={"active": True, "name.givenName": "Ada"}),
    Step("POST", "/Groups", {"displayName": "Staff", "members": []}, 201, {"members": None}, "staff"),
    Step(
        "PUT",
        "/Groups/<staff>",
        {"schemas": [f"{CORE}:Group"], "id": "<staff>", "displayName": "Crew", "members": members("ada", "bob")},
        then={"displayName": "Crew", "members": ["<ada>", "<bob>"]},
    ),
    Step(
        "PUT",
        "/Groups/<staff>",
        {"id": "<staff>", "displayName": "Crew", "members": members("bob", "cid")},
        then={"members": ["<bob>", "<cid>"]},
    ),
    Step("PUT", "/Groups/<staff>", {"displayName": "Crew"}, then={"members": ["<bob>", "<cid>"]}),
    Step("PUT", "/Groups/<staff>", {"displayName": "Crew", "members": None}, then={"members": ["<bob>", "<cid>"]}),
    Step("PUT", "/Groups/<staff>", {"displayName": "Crew", f"{CORE}:Group": {"members": members("cid")}}, then={"members": ["<cid>"]}),
    Step("PUT", "/Groups/<staff>", {"displayName": "Crew", "members": []}, then={"members": None}),
    *END,
]  # fmt: skip


@pytest.mark.parametrize("steps", [BY_PATCH, BY_PUT], ids=["by PATCH", "by PUT"])
def test_okta(provider: Provider, steps: list[Step]) -> None:
    walk(provider, steps)
