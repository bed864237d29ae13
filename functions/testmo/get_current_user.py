"""GET /api/v1/user: the token's user; also the way to test access."""

from roster.dialects.testmo.api import TestmoAccess, endpoint
from roster.dialects.testmo.schemas import TestmoCurrentUser

app, handler = endpoint(TestmoAccess.ANY_TOKEN)


@app.get("/api/v1/user")
def get_current_user() -> TestmoCurrentUser:
    return TestmoCurrentUser.of(app.call.user)
