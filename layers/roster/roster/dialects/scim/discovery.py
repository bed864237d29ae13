"""What SCIM says of itself (RFC 7643, 5 to 7), and what it answers where nothing else does."""

from typing import Any

from roster.dialects.scim.api import Answer, ScimCall, answer, listed
from roster.dialects.scim.attributes import CORE_GROUP, CORE_USER, ENTERPRISE, EXTENSION, GROUP, USER
from roster.dialects.scim.lists import PAGE
from roster.dialects.scim.refusals import MethodNotAllowed, NotSupported
from roster.errors import NotFound

_CORE = "urn:ietf:params:scim:schemas:core:2.0"
_READ_ONLY = ("ServiceProviderConfig", "ResourceTypes", "Schemas")


def discovered(call: ScimCall) -> Answer:
    """The answer to a path that no other endpoint has. Raises NotFound, MethodNotAllowed, NotSupported."""
    rest = call.request.raw_path.partition("/scim/v2/")[2].partition("/")[2]
    name, _, id = rest.partition("/")
    if name in ("Me", "Bulk") or rest.rpartition("/")[2] == ".search":
        raise NotSupported
    if name in ("Users", "Groups") and "/" not in id:
        raise MethodNotAllowed("GET, PUT, PATCH, DELETE" if id else "GET, POST")
    if name not in _READ_ONLY:
        raise NotFound("resource")
    if call.request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("GET")
    if name == "ServiceProviderConfig" and not id:
        return answer(200, _config(call))
    found = _types(call) if name == "ResourceTypes" else _schemas(call) if name == "Schemas" else []
    if not id:
        return answer(200, listed(found, len(found)))
    one = next((each for each in found if each["id"] == id), None)
    if one is None:
        raise NotFound("resource")
    return answer(200, one)


def _config(call: ScimCall) -> dict[str, Any]:
    return {
        "schemas": [f"{_CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "SCIM token",
                "description": "A bearer token that an ADMIN of the workspace has made",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": call.place("ServiceProviderConfig"),
        },
    }


def _types(call: ScimCall) -> list[dict[str, Any]]:
    return [
        _type(
            call, "User", "Members of the workspace", CORE_USER, [{"schema": ENTERPRISE, "required": False}]
        ),
        _type(call, "Group", "Groups of the workspace's members", CORE_GROUP, []),
    ]


def _type(call: ScimCall, name: str, about: str, urn: str, extensions: list[Any]) -> dict[str, Any]:
    return {
        "schemas": [f"{_CORE}:ResourceType"],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "description": about,
        "schema": urn,
        "schemaExtensions": extensions,
        "meta": {"resourceType": "ResourceType", "location": call.place(f"ResourceTypes/{name}")},
    }


def _schemas(call: ScimCall) -> list[dict[str, Any]]:
    return [
        {
            "schemas": [f"{_CORE}:Schema"],
            "id": urn,
            "name": name,
            "description": about,
            "attributes": [each.described() for each in attributes],
            "meta": {"resourceType": "Schema", "location": call.place(f"Schemas/{urn}")},
        }
        for urn, name, about, attributes in (
            (CORE_USER, "User", "A member of the workspace", USER),
            (CORE_GROUP, "Group", "A group of members", GROUP),
            (ENTERPRISE, "EnterpriseUser", "A member as an employee", EXTENSION),
        )
    ]
