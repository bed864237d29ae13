"""POST /oauth/revoke: ends a refresh token with its whole grant, or an access token."""

from roster.dialects.oauth.api import endpoint, of_revocation
from roster.dialects.oauth.schemas import RevocationForm, Revoked
from roster.http.handler import Response

app, handler = endpoint(of_revocation)


@app.post("/oauth/revoke")
def revoke_grant(form: RevocationForm) -> Response[Revoked]:
    return app.call.revoke(form)
