"""GET /minimal/rest/user/v1/org/detail: the caller's organisation with its address."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, OrgDetail

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/org/detail")
def get_org_detail() -> Envelope[OrgDetail]:
    return Envelope(message="organisation in detail", data=OrgDetail.of(app.call.workspace))
