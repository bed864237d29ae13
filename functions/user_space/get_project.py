"""GET /minimal/rest/user/v1/project: the caller's project, in short."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, UserProject

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/project")
def get_project() -> Envelope[UserProject]:
    return Envelope(message="project", data=UserProject.of(app.call.project))
