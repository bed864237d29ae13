"""POST /api/auth/password/forgotten: sends a link to the address; the answer is the same for any address."""

from roster.auth import links, password_links
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import Forgotten
from roster.dialects.workspaces.schemas import Done
from roster.http import source_address

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/password/forgotten")
def forget_password(body: Forgotten) -> Done:
    call = app.call
    source, public_url = source_address.source_of(call.request), links.public_url(call.request)
    password_links.forget(call.store, body.email, source, public_url, by=call.actor)
    return call.done()
