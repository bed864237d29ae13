"""The document and its page in the document itself."""

from tools.openapi.face import PUBLIC, Face, Operation

SITE = Face(
    name="Site",
    about="This document, and a page that shows it.",
    folders=("site",),
    security=PUBLIC,
    refusals={},
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
