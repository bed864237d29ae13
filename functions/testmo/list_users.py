"""GET /api/v1/users: all users of the site, to site admins."""

from roster.dialects.testmo.api import TestmoAccess, endpoint
from roster.dialects.testmo.queries import expanded, expands_in, reference
from roster.dialects.testmo.schemas import (
    Expands,
    PageNumber,
    PerPage,
    TestmoPageRequest,
    TestmoUser,
    TestmoUserPage,
)
from roster.directory import users

app, handler = endpoint(TestmoAccess.SITE_ADMIN, reference)


@app.get("/api/v1/users")
def list_users(page: PageNumber = "", per_page: PerPage = "", expands: Expands = "") -> TestmoUserPage:
    call, paging, asked = app.call, TestmoPageRequest.of(page, per_page), expands_in(expands)
    found, total = users.page(call.store, paging.page, paging.size)
    people = [call.living(user) for user in found]
    return TestmoUserPage(
        **TestmoUserPage.numbers(paging, total),
        result=[TestmoUser.of(user) for user in people],
        expands=expanded(call.store, people, asked),
    )
