"""What the site says of itself and shows to people, in the OpenAPI document."""

from tools.openapi.api_spec import PUBLIC, TEXT, TOO_LARGE, ApiSpec, Operation, header, record, reference
from tools.openapi.workspaces import NOT_VALID, failure, refused

_IF_NONE_MATCH = header("If-None-Match", "ETags of what the caller has; where one is the present one, 304.")
_CACHED = ("Cache-Control", "ETag.Hash", "Vary")

SITE = ApiSpec(
    name="Site",
    about="This document, a page that shows it, the console, and whether the API works.",
    folders=("site", "console"),
    security=PUBLIC,
    refusals={
        400: NOT_VALID,
        404: refused("The deployment does not show it.", failure("NOT_FOUND")),
        413: refused(TOO_LARGE, failure("PAYLOAD_TOO_LARGE")),
        503: refused("The table does not answer.", failure("UNAVAILABLE"), "Retry-After"),
    },
    schemas={"SiteHealth": record(status={"const": "ok"})},
    operations={
        "GET /openapi.json": Operation(
            parameters=(_IF_NONE_MATCH,),
            headers=_CACHED,
            content={
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "openapi": TEXT,
                            "info": {"type": "object"},
                            "paths": {"type": "object"},
                        },
                        "required": ["openapi", "info", "paths"],
                        "additionalProperties": True,
                    }
                }
            },
        ),
        "GET /docs": Operation(
            parameters=(_IF_NONE_MATCH,),
            headers=("Content-Security-Policy", *_CACHED),
            content={"text/html": {"schema": {"type": "string"}}},
        ),
        "GET /console": Operation(
            parameters=(_IF_NONE_MATCH,),
            headers=("Content-Security-Policy", "Cache-Control.Console", "ETag.Hash", "Vary"),
            content={"text/html": {"schema": {"type": "string"}}},
        ),
        "GET /health": Operation(
            content={
                "application/json": {
                    "schema": reference("SiteHealth"),
                }
            }
        ),
    },
)
