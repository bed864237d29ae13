"""The routes of the OpenAPI document and its page, in the OpenAPI document."""

from tools.openapi.api_spec import PUBLIC, TOO_LARGE, ApiSpec, DocumentedError, Operation
from tools.openapi.workspaces import failure

SITE = ApiSpec(
    name="Site",
    about="This document, and a page that shows it.",
    folders=("site",),
    security=PUBLIC,
    refusals={413: DocumentedError(TOO_LARGE, failure("PAYLOAD_TOO_LARGE"))},
    operations={
        "GET /openapi.json": Operation(
            content={
                "application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}
            }
        ),
        "GET /docs": Operation(
            headers=("Content-Security-Policy",), content={"text/html": {"schema": {"type": "string"}}}
        ),
    },
)
