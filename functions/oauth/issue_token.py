"""POST /oauth/token: tokens for a password, for a refresh token, or for the client itself."""

from roster.dialects.oauth.api import endpoint
from roster.dialects.oauth.schemas import Form, OAuthToken
from roster.http.handler import Response

app, handler = endpoint()


@app.post("/oauth/token")
def issue_token(form: Form) -> Response[OAuthToken]:
    return app.call.granted(form)
