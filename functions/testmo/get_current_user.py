"""GET /api/v1/user: the token's user; also the way to test access."""

from roster.dialects.testmo.api import Access, TestmoCurrentUser, endpoint

app, handler = endpoint(Access.ANY_TOKEN)


@app.get("/api/v1/user")
def get_current_user() -> TestmoCurrentUser:
    return TestmoCurrentUser.of(app.call.user)
