"""ANY /scim/v2/{workspaceId}/{proxy+}: what SCIM says of itself; 405 and 501 for what it does not offer."""

from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.discovery import discovered

app, handler = endpoint()


@app.route("/scim/v2/.+", method=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def discover() -> Answer:
    return discovered(app.call)
