"""POST /api/admin/users/{userId}/password-link: a link by which a user chooses a password, to hand over."""

from roster.auth import links, password_links
from roster.dialects.workspaces import invitations as shapes
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import PasswordLinkShape
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.post("/api/admin/users/<userId>/password-link")
def create_password_link(userId: str) -> Success[PasswordLinkShape]:
    call = app.call
    shapes.demand_another(call, userId)
    public_url = links.public_url(call.request)
    link, token = password_links.create(call.store, userId, public_url, by=call.actor)
    answer = PasswordLinkShape(link=shapes.shown(public_url, token), expiresAt=link.expires_at)
    return call.success(answer)
