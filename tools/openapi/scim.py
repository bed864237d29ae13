"""SCIM in the OpenAPI document: its resources are made of the tables that the dialect reads by."""

from collections.abc import Iterable, Mapping

from roster.dialects.scim.api import ERROR, LIST
from roster.dialects.scim.attributes import COMMON, GROUPS, USERS, Attribute
from roster.dialects.scim.attributes import Schema as Attributes
from tools.openapi.api_spec import (
    IDENTIFIER,
    MOMENT,
    TEXT,
    TOO_LARGE,
    USER_ID,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    header,
    query,
    record,
    reference,
)

MEDIA_TYPE = "application/scim+json"
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SIMPLE: Mapping[str, Schema] = {"boolean": {"type": "boolean"}, "dateTime": MOMENT}


def _value(attribute: Attribute) -> Schema:
    one = _object(attribute.sub) if attribute.sub else _SIMPLE.get(attribute.type, TEXT)
    return {"type": "array", "items": one} if attribute.many else one


def _object(attributes: Iterable[Attribute]) -> Schema:
    return {"type": "object", "properties": {each.name: _value(each) for each in attributes}}


def _resource(schema: Attributes) -> Schema:
    """A resource as it is answered: what `attributes` and `excludedAttributes` leave, and always its id."""
    said = _object((*COMMON, *schema.core))
    extensions = {urn: _object(attributes) for urn, attributes in schema.extensions.items()}
    said["properties"] |= extensions
    return {**said, "required": ["schemas", "id"]}


def _listed(name: str) -> Schema:
    return record(
        schemas={"type": "array", "items": {"const": LIST}},
        totalResults=_COUNT,
        startIndex=_COUNT,
        itemsPerPage=_COUNT,
        Resources={"type": "array", "items": reference(name)},
    )


def _failure(status: int, *types: str) -> Mapping[str, Schema]:
    said = record(
        schemas={"type": "array", "items": {"const": ERROR}}, status={"const": str(status)}, detail=TEXT
    )
    if types:
        said["properties"]["scimType"] = {"type": "string", "enum": list(types)}
    return {f"Scim{status}Error": said}


def _content(name: str) -> Schema:
    return {MEDIA_TYPE: {"schema": reference(name)}}


def _body(name: str) -> Schema:
    schema = {"schema": reference(name)}
    return {"required": True, "content": {MEDIA_TYPE: schema, "application/json": schema}}


_DISCOVERY = (
    ("ServiceProviderConfig", "What of SCIM is supported", "getScimConfig", "ScimDescription"),
    ("ResourceTypes", "The kinds of resources", "listScimResourceTypes", "ScimDescriptionList"),
    ("ResourceTypes/{id}", "A kind of resource", "getScimResourceType", "ScimDescription"),
    ("Schemas", "The schemas of resources", "listScimSchemas", "ScimDescriptionList"),
    ("Schemas/{id}", "A schema", "getScimSchema", "ScimDescription"),
)
_URN_USER, _URN_GROUP = USERS.urn, GROUPS.urn
_NAMED = {
    "ResourceTypes/{id}": ("User", "Group"),
    "Schemas/{id}": (_URN_USER, _URN_GROUP, *USERS.extensions),
}


def _ids(path: str) -> dict[str, Schema]:
    """The ids of what is described at a path."""
    return {"id": {"type": "string", "enum": list(_NAMED[path])}} if path in _NAMED else {}


_SHOWN = (
    query("attributes", "What is answered of a resource, beside `id` and `schemas`."),
    query("excludedAttributes", "What is not answered."),
)
_LISTED = (
    query("filter", "RFC 7644, 3.4.2.2."),
    query("startIndex", "The first resource, from 1."),
    query("count", "How many, 200 at most."),
    *_SHOWN,
)
_IF_MATCH = header("If-Match", "The version that the change demands.")
_IF_NONE_MATCH = header("If-None-Match", "The version that the caller has.")
_TAG, _MADE = ("ETag.Version",), ("ETag.Version", "Location")
_USER = {
    "schemas": [_URN_USER],
    "userName": "ada@example.org",
    "externalId": "00u1",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@example.org", "type": "work", "primary": True}],
    "active": True,
}
_GROUP = {"schemas": [_URN_GROUP], "displayName": "Analysts", "members": [{"value": "u-0000003"}]}
_PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "active", "value": False}],
}
_PATCH_MEMBERS = {
    **_PATCH,
    "Operations": [{"op": "add", "path": "members", "value": [{"value": "u-0000003"}]}],
}


def _of(kind: str, plural: str, sent: Schema, patched: Schema) -> dict[str, Operation]:
    """The operations of a kind of resource."""
    base = f"/scim/v2/{{workspaceId}}/{plural}"
    one = f"{base}/{{{kind.lower()}Id}}"
    shape, whole = _content(f"Scim{kind}"), (*_SHOWN, _IF_MATCH)
    return {
        f"GET {base}": Operation(
            id=f"listScim{plural}", parameters=_LISTED, content=_content(f"Scim{kind}List")
        ),
        f"POST {base}": Operation(
            id=f"createScim{kind}",
            parameters=_SHOWN,
            headers=_MADE,
            content=shape,
            body=_body("ScimWritten"),
            example=sent,
        ),
        f"GET {one}": Operation(
            id=f"getScim{kind}", parameters=(*_SHOWN, _IF_NONE_MATCH), headers=_TAG, content=shape
        ),
        f"PUT {one}": Operation(
            id=f"replaceScim{kind}",
            parameters=whole,
            headers=_TAG,
            content=shape,
            body=_body("ScimWritten"),
            example=sent,
        ),
        f"PATCH {one}": Operation(
            id=f"updateScim{kind}",
            parameters=whole,
            headers=_TAG,
            content=shape,
            body=_body("ScimPatch"),
            example=patched,
        ),
        f"DELETE {one}": Operation(id=f"deleteScim{kind}", parameters=(_IF_MATCH,)),
    }


SCIM = ApiSpec(
    name="SCIM",
    about="Members and groups of one workspace, provisioned by its identity provider (RFC 7643, 7644).",
    folders=("scim",),
    security=({"scimToken": ()},),
    media_type=MEDIA_TYPE,
    path={"workspaceId": IDENTIFIER, "userId": USER_ID, "groupId": IDENTIFIER},
    schemas={
        "ScimUser": _resource(USERS),
        "ScimGroup": _resource(GROUPS),
        "ScimUserList": _listed("ScimUser"),
        "ScimGroupList": _listed("ScimGroup"),
        "ScimDescriptionList": _listed("ScimDescription"),
        "ScimDescription": {"type": "object", "additionalProperties": True},
        "ScimWritten": {"type": "object", "additionalProperties": True},
        "ScimPatch": {
            "type": "object",
            "properties": {
                "schemas": {"type": "array", "items": TEXT},
                "Operations": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["Operations"],
        },
    },
    refusals={
        400: DocumentedError(
            "The request cannot be read, or breaks a rule; `scimType` says which.",
            _failure(
                400,
                *("invalidFilter", "invalidPath", "invalidSyntax", "invalidValue"),
                *("mutability", "noTarget", "tooMany"),
            ),
        ),
        401: DocumentedError(
            "No live SCIM token of the workspace.", _failure(401), ("WWW-Authenticate.Scim",)
        ),
        404: DocumentedError("No such resource.", _failure(404)),
        405: DocumentedError("The resource does not take this method.", _failure(405)),
        409: DocumentedError(
            "In use, as many as there may be, or the last ADMIN.", _failure(409, "uniqueness")
        ),
        412: DocumentedError("It has changed since.", _failure(412)),
        413: DocumentedError(TOO_LARGE, _failure(413)),
        415: DocumentedError("The body is of another type.", _failure(415)),
        501: DocumentedError("Not supported.", _failure(501)),
        503: DocumentedError("Busy; try again.", _failure(503), ("Retry-After",)),
    },
    operations={
        **_of("User", "Users", _USER, _PATCH),
        **_of("Group", "Groups", _GROUP, _PATCH_MEMBERS),
        **{
            f"GET /scim/v2/{{workspaceId}}/{path}": Operation(
                summary, id, path=_ids(path), content=_content(name)
            )
            for path, summary, id, name in _DISCOVERY
        },
    },
)
