"""GET /minimal/rest/user/v1/project: the caller's project, in short."""

from roster.dialects.user_space.api import Answer, UserProject, endpoint

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/project")
def get_project() -> Answer[UserProject]:
    return Answer(message="project", data=UserProject.of(app.call.project))
