"""Cloud Foundry v2 in the OpenAPI document; its handlers read the query themselves, and answer dicts."""

from collections.abc import Mapping, Sequence
from typing import Any

from roster.dialects.cloud_foundry.queries import COLUMNS, FILTERS, TOP_COLUMNS
from roster.dialects.cloud_foundry.query_string import DEEPEST, MOST_ROWS, SIZE
from roster.dialects.cloud_foundry.schemas import PLURAL, RELATIONS, Kind
from tools.openapi.api_spec import (
    BEARER,
    PUBLIC,
    TEXT,
    TOO_LARGE,
    USER_ID,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    query,
    record,
    reference,
)
from tools.openapi.cloud_foundry_types import (
    CfApp,
    CfAppPage,
    CfEmptyPage,
    CfOrganization,
    CfOrganizationPage,
    CfSpace,
    CfSpacePage,
    CfUser,
    CfUserPage,
)

_ONES: dict[Kind, Any] = {"user": CfUser, "space": CfSpace, "organization": CfOrganization, "app": CfApp}
_PAGES: dict[Kind, Any] = {
    "user": CfUserPage,
    "space": CfSpacePage,
    "organization": CfOrganizationPage,
    "app": CfAppPage,
}


def _number(least: int, most: int, default: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


_INLINING = (
    query(
        "inline-relations-depth",
        "How deep related objects stand in the answer beside their urls.",
        _number(0, DEEPEST, 0),
    ),
    query(
        "orphan-relations", "1 puts the related objects once each into `orphans`.", _number(0, 999_999_999, 0)
    ),
    query("include-relations", "The relations that may be inlined, separated by commas."),
    query("exclude-relations", "The relations that are not inlined, separated by commas."),
)


def _listing(filters: Sequence[str], columns: Sequence[str]) -> tuple[Schema, ...]:
    conditions = {
        "name": "q",
        "in": "query",
        "required": False,
        "description": (
            "A condition, `name:value` or with `>=`, `<=`, `<`, `>`, ` IN `; `;` or another `q` adds one. "
            f"Names: {', '.join(filters)}."
        ),
        "schema": {"type": "array", "items": TEXT},
        "explode": True,
    }
    return (
        conditions,
        query("page", "Which page, from 1.", _number(1, 999_999_999, 1)),
        query("results-per-page", "Objects a page.", _number(1, MOST_ROWS, SIZE)),
        query(
            "order-by",
            "What the list is in order of.",
            {"type": "string", "enum": list(columns), "default": "id"},
        ),
        query("order-direction", "Which way.", {"type": "string", "enum": ["asc", "desc"], "default": "asc"}),
        *_INLINING,
    )


def _every(kind: Kind, id_: str) -> Operation:
    summary = f"The {PLURAL[kind]} that the caller may see"
    return Operation(summary, id_, _listing(FILTERS[kind], TOP_COLUMNS[kind]), shape=_PAGES[kind])


def _one(kind: Kind, id_: str) -> Operation:
    return Operation(f"One {kind}", id_, _INLINING, shape=_ONES[kind])


def _related(kind: Kind, id_: str) -> Operation:
    """The lists that the links of an object lead to; where the directory has nothing, an empty one."""
    own = ("user", "spaces")  # which has a route of its own
    relations = [each for each in RELATIONS[kind] if not each.one and (kind, each.name) != own]
    kinds = sorted({relation.to for relation in relations if relation.to})
    filters = sorted({name for to in kinds for name in FILTERS[to]})
    columns = sorted({name for to in kinds for name in COLUMNS[to]})
    shape: Any = CfEmptyPage
    for to in kinds:
        shape |= _PAGES[to]
    return Operation(
        f"What a link of one {kind} leads to",
        id_,
        _listing(filters, columns),
        path={"relation": {"type": "string", "enum": [relation.name for relation in relations]}},
        shape=shape,
    )


def _failure(*codes: tuple[str, int]) -> Mapping[str, Schema]:
    return {
        name.replace("CF-", "Cf"): record(
            description=TEXT, error_code={"const": name}, code={"const": number}
        )
        for name, number in codes
    }


_LINK = {
    "type": "object",
    "properties": {"href": {"type": "string", "format": "uri"}, "meta": reference("CfLinkMeta")},
    "required": ["href"],
    "additionalProperties": False,
}
_MAYBE: Schema = {"type": ["string", "null"]}
_LINKS = (
    "self",
    "cloud_controller_v2",
    "cloud_controller_v3",
    "login",
    "uaa",
    "logging",
    "log_stream",
)
_INFO = record(
    name=TEXT,
    build=TEXT,
    support=TEXT,
    version={"type": "integer"},
    description=TEXT,
    authorization_endpoint={"type": "string", "format": "uri"},
    token_endpoint={"type": "string", "format": "uri"},
    min_cli_version=_MAYBE,
    min_recommended_cli_version=_MAYBE,
    app_ssh_endpoint=_MAYBE,
    app_ssh_host_key_fingerprint=_MAYBE,
    app_ssh_oauth_client=_MAYBE,
    doppler_logging_endpoint=_MAYBE,
    api_version=TEXT,
    osbapi_version=_MAYBE,
)


def _json(name: str) -> Schema:
    return {"application/json": {"schema": reference(name)}}


CLOUD_FOUNDRY = ApiSpec(
    name="Cloud Foundry",
    about="Users, spaces and organizations as Cloud Foundry's v2 API has them, for its clients.",
    folders=("cloud_foundry",),
    security=BEARER,
    path={"guid": USER_ID},
    headers=("X-VCAP-Request-ID",),
    refusals={
        400: DocumentedError(
            "A query parameter is not valid, or the path is no UTF-8.",
            _failure(("CF-BadQueryParameter", 10005), ("CF-InvalidRequest", 10004)),
        ),
        401: DocumentedError(
            "No bearer credential, or a bad one.",
            _failure(("CF-NotAuthenticated", 10002), ("CF-InvalidAuthToken", 1000)),
        ),
        403: DocumentedError(
            "The scopes allow nothing, or it is not the caller's to see.",
            _failure(("CF-InsufficientScope", 10007), ("CF-NotAuthorized", 10003)),
        ),
        404: DocumentedError(
            "What the path names is not there.",
            _failure(
                ("CF-UserNotFound", 20003),
                ("CF-SpaceNotFound", 40004),
                ("CF-OrganizationNotFound", 30003),
                ("CF-AppNotFound", 100004),
                ("CF-NotFound", 10000),
            ),
        ),
        413: DocumentedError(TOO_LARGE, _failure(("CF-InvalidRequest", 10004))),
        503: DocumentedError(
            "Busy; try again.", _failure(("CF-ServiceUnavailable", 10015)), ("Retry-After",)
        ),
    },
    schemas={
        "CfRoot": record(links=reference("CfLinks")),
        "CfLinks": record(**dict.fromkeys(_LINKS, {"anyOf": [reference("CfLink"), {"type": "null"}]})),
        "CfLink": _LINK,
        "CfLinkMeta": record(version=TEXT),
        "CfInfo": _INFO,
    },
    operations={
        "GET /": Operation(
            "Where everything is; a page for a browser",
            "getCfRoot",
            security=PUBLIC,
            content={**_json("CfRoot"), "text/html": {"schema": TEXT}},
        ),
        "GET /v2/info": Operation(
            "What this is, and where tokens come from", "getCfInfo", security=PUBLIC, content=_json("CfInfo")
        ),
        "GET /v2/users/{guid}/spaces": Operation(
            id="listCfUserSpaces", parameters=_listing(FILTERS["space"], COLUMNS["space"]), shape=CfSpacePage
        ),
        "GET /v2/users": _every("user", "listCfUsers"),
        "GET /v2/users/{guid}": _one("user", "getCfUser"),
        "GET /v2/users/{guid}/{relation}": _related("user", "listCfUserRelation"),
        "GET /v2/spaces": _every("space", "listCfSpaces"),
        "GET /v2/spaces/{guid}": _one("space", "getCfSpace"),
        "GET /v2/spaces/{guid}/{relation}": _related("space", "listCfSpaceRelation"),
        "GET /v2/organizations": _every("organization", "listCfOrganizations"),
        "GET /v2/organizations/{guid}": _one("organization", "getCfOrganization"),
        "GET /v2/organizations/{guid}/{relation}": _related("organization", "listCfOrganizationRelation"),
        "GET /v2/apps/{guid}": _one("app", "getCfApp"),
    },
)
