"""What Entra ID sends, as its documentation shows it: as it does by default, and with `aadOptscim062020`.

The shapes are Entra's; the people are invented.
"""

# ruff: noqa: E501

from typing import Any

import pytest

from tests.scim_dialect.conftest import Provider, op
from tests.scim_dialect.sequences import ENTERPRISE, NOTHING, Step, patch, walk

CORE = "urn:ietf:params:scim:schemas:core:2.0"
ADA: dict[str, Any] = {
    "schemas": [f"{CORE}:User", ENTERPRISE],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "ada@example.com",
    "active": True,
    "displayName": "Ada King",
    "emails": [{"primary": True, "type": "work", "value": "ada@example.com"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Ada King", "familyName": "King", "givenName": "Ada"},
    "roles": [],
    ENTERPRISE: {"department": "Analysis", "manager": None},
}
BOB = {
    **ADA,
    "userName": "bob@example.com",
    "externalId": "b",
    "displayName": "Bob",
    "emails": [],
    "name": None,
}
STAFF = {
    "schemas": [f"{CORE}:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
    "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
    "displayName": "Staff",
    "members": [],
    "meta": {"resourceType": "Group"},
}

BEGIN = [
    Step("GET", '/Users?filter=userName eq "5d3a0c1e-no-such-user"', then=NOTHING),  # the test connection
    Step("GET", '/Users?filter=userName eq "ada@example.com"', then=NOTHING),
    Step("POST", "/Users", ADA, 201, {"userName": "ada@example.com", "name.familyName": "King"}, "ada"),
    Step("POST", "/Users", BOB, 201, {"displayName": "Bob", "emails": None}, "bob"),
    Step("POST", "/Users", ADA, 409),
    Step(
        "GET", "/Users/<ada>", then={"externalId": ADA["externalId"], ENTERPRISE: {"department": "Analysis"}}
    ),
    Step("GET", '/Users?filter=userName eq "ADA@EXAMPLE.COM"', then={"Resources.0.id": "<ada>"}),
    Step("GET", f'/Users?filter=externalId eq "{ADA["externalId"]}"', then={"Resources.0.id": "<ada>"}),
    Step("GET", '/Users?filter=emails[type eq "work"].value eq "ada@example.com"', then={"totalResults": 1}),
]
GROUP = [
    Step("GET", '/Groups?excludedAttributes=members&filter=displayName eq "Staff"', then=NOTHING),
    Step("POST", "/Groups", STAFF, 201, {"displayName": "Staff", "members": None}, "staff"),
    Step("GET", "/Groups/<staff>?excludedAttributes=members", then={"id": "<staff>", "members": None}),
    Step(
        "GET",
        '/Groups?excludedAttributes=members&filter=displayName eq "staff"',
        then={"totalResults": 1, "Resources.0.id": "<staff>"},
    ),
    patch(
        "/Groups/<staff>",
        op("Add", "members", [{"$ref": None, "value": "<ada>"}, {"$ref": None, "value": "<bob>"}]),
        status=204,
        then={"members": ["<ada>", "<bob>"]},
    ),
    Step("GET", "/Groups/<staff>?excludedAttributes=members", then={"members": None}),
    Step("GET", '/Groups?filter=id eq "<staff>" and members eq "<bob>"', then={"totalResults": 1}),
    patch("/Groups/<staff>", op("Replace", "displayName", "Crew"), status=204, then={"displayName": "Crew"}),
]
END = [
    Step("DELETE", "/Groups/<staff>", status=204),
    Step("GET", "/Groups/<staff>", status=404),
    Step("DELETE", "/Users/<ada>", status=204),
    Step("GET", "/Users/<ada>", status=404),
    Step("GET", '/Users?filter=userName eq "ada@example.com"', then=NOTHING),
]

BY_DEFAULT = [
    *BEGIN,
    patch(
        "/Users/<ada>",
        op("Replace", 'emails[type eq "work"].value', "ada.new@example.com"),
        op("Replace", "name.familyName", "Lovelace"),
        op("Add", 'phoneNumbers[type eq "mobile"].value', "+354 555 0100"),
        op("Add", 'addresses[type eq "work"].streetAddress', "1 Example Way"),
        op("Replace", f"{ENTERPRISE}:department", "Engines"),
        op("Add", f"{ENTERPRISE}:manager", "<bob>"),  # text, where the RFC has an object
        then={
            "emails.0.value": "ada.new@example.com",
            "name": {"formatted": "Ada King", "familyName": "Lovelace", "givenName": "Ada"},
            "phoneNumbers": [{"type": "mobile", "value": "+354 555 0100"}],
            "addresses": [{"type": "work", "streetAddress": "1 Example Way"}],
            ENTERPRISE: {"department": "Engines", "manager": {"value": "<bob>"}},
        },
    ),
    patch(
        "/Users/<ada>",
        op("Add", "manager", [{"$ref": "../Users/<bob>", "value": "<bob>"}]),  # without its schema, in a list
        op("Add", None, {'emails[type eq "other"].value': "ada@home.example", "name.givenName": "Augusta"}),
        then={
            f"{ENTERPRISE}": {"department": "Engines", "manager": {"$ref": "../Users/<bob>", "value": "<bob>"}},
            "emails.1": {"type": "other", "value": "ada@home.example"},
            "name.givenName": "Augusta",
        },
    ),
    Step("GET", '/Users?filter=emails.value eq "ada@home.example"', then={"Resources.0.id": "<ada>"}),
    patch("/Users/<ada>", op("Replace", "userName", "a.king@example.com"), then={"userName": "a.king@example.com"}),
    patch("/Users/<ada>", op("Replace", "userName", "ada@example.com"), then={"userName": "ada@example.com"}),
    patch("/Users/<ada>", op("Replace", "active", "False"), then={"active": False, "userName": "ada@example.com"}),
    Step("GET", '/Users?filter=userName eq "ada@example.com"', then={"Resources.0.active": False}),
    patch("/Users/<ada>", op("Replace", "active", "True"), then={"active": True}),
    patch("/Users/<ada>", op("Remove", f"{ENTERPRISE}:manager"), then={ENTERPRISE: {"department": "Engines"}}),
    *GROUP,
    patch(
        "/Groups/<staff>",
        op("Remove", "members", [{"$ref": None, "value": "<ada>"}]),  # a list of values: not all
        status=204,
        then={"members": ["<bob>"]},
    ),
    *END,
]  # fmt: skip

WITH_THE_FLAG = [
    *BEGIN,
    patch(
        "/Users/<ada>",
        op(
            "replace",
            None,
            {
                "displayName": "Ada Lovelace",
                "name": {"familyName": "Lovelace"},
                ENTERPRISE: {"department": "Engines", "employeeNumber": "7"},
            },
        ),
        op("replace", 'emails[type eq "work"].value', "ada.new@example.com"),
        op("add", f"{ENTERPRISE}:manager", {"value": "<bob>"}),
        then={
            "displayName": "Ada Lovelace",
            "name.familyName": "Lovelace",
            "name.givenName": "Ada",
            "emails.0.value": "ada.new@example.com",
            ENTERPRISE: {"department": "Engines", "employeeNumber": "7", "manager": {"value": "<bob>"}},
        },
    ),
    patch(
        "/Users/<ada>",
        op("replace", None, {"name.givenName": "Augusta", f"{ENTERPRISE}:employeeNumber": "8"}),
        then={"name.givenName": "Augusta", f"{ENTERPRISE}": {"department": "Engines", "employeeNumber": "8", "manager": {"value": "<bob>"}}},
    ),
    patch("/Users/<ada>", op("replace", "active", False), then={"active": False}),
    patch("/Users/<ada>", op("replace", None, {"active": True}), then={"active": True}),
    *GROUP,
    patch(
        "/Groups/<staff>",
        op("remove", 'members[value eq "<ada>"]'),
        status=204,
        then={"members": ["<bob>"]},
    ),
    *END,
]  # fmt: skip


@pytest.mark.parametrize("steps", [BY_DEFAULT, WITH_THE_FLAG], ids=["by default", "aadOptscim062020"])
def test_entra(provider: Provider, steps: list[Step]) -> None:
    walk(provider, steps)


def test_the_flag_in_the_tenant_url_is_no_parameter_of_ours(provider: Provider) -> None:
    answer = provider.get("/Users?aadOptscim062020&filter=userName%20eq%20%22nobody%22")
    assert (answer.status, answer.json["totalResults"]) == (200, 0)
