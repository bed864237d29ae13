"""GET /api/v1/users: all users of the site, to site admins."""

from roster.dialects.testmo.api import (
    Access,
    Expands,
    PageNumber,
    PerPage,
    TestmoUser,
    TestmoUserPage,
    Window,
    endpoint,
    expanded,
    expands_in,
)
from roster.directory import users

app, handler = endpoint(Access.SITE_ADMIN)


@app.get("/api/v1/users")
def list_users(page: PageNumber = "", per_page: PerPage = "", expands: Expands = "") -> TestmoUserPage:
    call, window, asked = app.call, Window.of(page, per_page), expands_in(expands)
    found, total = users.page(call.store, window.page, window.size)
    return TestmoUserPage(
        **TestmoUserPage.numbers(window, total),
        result=[TestmoUser.of(user) for user in found],
        expands=expanded(call.store, found, asked),
    )
