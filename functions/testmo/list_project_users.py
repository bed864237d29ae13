"""GET /api/v1/projects/{project_id}/users: the project's users, to whoever sees the project."""

from roster.dialects.testmo.api import (
    Access,
    PageNumber,
    PerPage,
    TestmoNamed,
    TestmoNamedPage,
    Window,
    endpoint,
    project_of,
)
from roster.directory import projects

app, handler = endpoint(Access.ANY_TOKEN, project_of)


@app.get("/api/v1/projects/<project_id>/users")
@app.get("/api/v1/project/<project_id>/users")  # document 003 shows both
def list_project_users(project_id: str, page: PageNumber = "", per_page: PerPage = "") -> TestmoNamedPage:
    call, window = app.call, Window.of(page, per_page)
    row = call.found.get(projects.place_of(call.number("project_id")))
    project = projects.visible(call.store, call.user, row)
    found, total = projects.users_page(call.store, project, window.page, window.size)
    shown = [TestmoNamed.of_user(user) for user in found]
    return TestmoNamedPage(**TestmoNamedPage.numbers(window, total), result=shown)
