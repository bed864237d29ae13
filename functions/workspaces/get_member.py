"""GET /api/workspaces/{workspaceId}/members/{userId}: one member, to any of them."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import MemberDetail, Success
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members/<userId>")
def get_member(workspaceId: str, userId: str) -> Response[Success[MemberDetail]]:
    membership, user = app.call.member
    return app.call.tagged(MemberDetail.of(membership, user), membership.revision)
