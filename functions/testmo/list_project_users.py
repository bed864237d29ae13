"""GET /api/v1/projects/{project_id}/users: the project's users, to whoever sees the project."""

from roster.dialects.testmo.api import TestmoAccess, endpoint
from roster.dialects.testmo.queries import project_of
from roster.dialects.testmo.schemas import (
    PageNumber,
    PerPage,
    TestmoNamed,
    TestmoNamedPage,
    TestmoPageRequest,
)
from roster.directory import projects

app, handler = endpoint(TestmoAccess.ANY_TOKEN, project_of)


@app.get("/api/v1/projects/<project_id>/users")
@app.get("/api/v1/project/<project_id>/users")  # the Testmo API shows both
def list_project_users(project_id: str, page: PageNumber = "", per_page: PerPage = "") -> TestmoNamedPage:
    call, paging = app.call, TestmoPageRequest.of(page, per_page)
    row = call.found.get(projects.place_of(call.number("project_id")))
    project = projects.visible(call.store, call.user, row)
    found, total = projects.users_page(call.store, project, paging.page, paging.size)
    shown = [TestmoNamed.of_user(user) for user in found]
    return TestmoNamedPage(**TestmoNamedPage.numbers(paging, total), result=shown)
