"""GET /minimal/rest/user/v1/project/detail: the caller's project with its databases, without a password."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, ProjectDetail

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/project/detail")
def get_project_detail() -> Envelope[ProjectDetail]:
    return Envelope(message="project in detail", data=ProjectDetail.of(app.call.project))
