"""GET /api/v1/users/{user_id}: one user by integer id, to site admins."""

from roster.dialects.testmo.api import TestmoAccess, endpoint
from roster.dialects.testmo.queries import expanded, expands_in, reference
from roster.dialects.testmo.schemas import Expands, TestmoOneUser, TestmoUser
from roster.directory import users

app, handler = endpoint(TestmoAccess.SITE_ADMIN, reference)


@app.get("/api/v1/users/<user_id>")
def get_user(user_id: str, expands: Expands = "") -> TestmoOneUser:
    call, asked = app.call, expands_in(expands)
    user = call.living(users.by_number(call.store, call.number("user_id")))
    return TestmoOneUser(result=TestmoUser.of(user), expands=expanded(call.store, [user], asked))
