"""GET /api/workspace/auth/me: the caller's profile in a workspace, its locale and modules."""

from roster.dialects.workspace_profile.api import endpoint
from roster.dialects.workspace_profile.schemas import Profile, ProfileData
from roster.http.handler import Response

app, handler = endpoint()


@app.get("/api/workspace/auth/me")
def get_profile() -> Response[Profile]:
    profile = Profile(Data=ProfileData.of(app.call), Errors=[], Warnings=[], Success=True)
    return Response(200, "application/json", profile, headers={"Referrer-Policy": "no-referrer"})
