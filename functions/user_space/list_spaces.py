"""GET /minimal/rest/user/v1/space: the project's spaces that are available to the caller, by name."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, UserSpaceSpace
from roster.directory import spaces

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/space")
def list_spaces() -> Envelope[list[UserSpaceSpace]]:
    call = app.call
    available = None if call.sees_all else spaces.of_user_in(call.store, call.user, call.workspace.id)
    found = spaces.in_project(call.store, call.project.id, available)
    return Envelope(message="spaces", data=[UserSpaceSpace.of(space) for space in found])
