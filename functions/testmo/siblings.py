"""GET /api/v1/groups: also roles and projects, and one of each: the objects that users refer to."""

from roster.dialects.testmo.api import TestmoAccess, endpoint
from roster.dialects.testmo.queries import sibling, siblings
from roster.dialects.testmo.schemas import (
    Expands,
    PageNumber,
    PerPage,
    TestmoNamedPageWithExpands,
    TestmoOneNamed,
    TestmoPageRequest,
)

app, handler = endpoint(TestmoAccess.ANY_TOKEN)


@app.get("/api/v1/<kind>")
def list_siblings(
    kind: str, page: PageNumber = "", per_page: PerPage = "", expands: Expands = ""
) -> TestmoNamedPageWithExpands:
    return siblings(app.call, kind, TestmoPageRequest.of(page, per_page), expands)


@app.get("/api/v1/<kind>/<number>")
def get_sibling(kind: str, number: str, expands: Expands = "") -> TestmoOneNamed:
    return sibling(app.call, kind, expands)
