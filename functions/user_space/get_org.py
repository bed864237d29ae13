"""GET /minimal/rest/user/v1/org: the caller's organisation, in short."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, Org

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/org")
def get_org() -> Envelope[Org]:
    return Envelope(message="organisation", data=Org.of(app.call.workspace))
