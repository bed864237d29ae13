"""GET /minimal/rest/user/v1/org/detail: the caller's organisation with its address."""

from roster.dialects.user_space.api import Answer, OrgDetail, endpoint

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/org/detail")
def get_org_detail() -> Answer[OrgDetail]:
    return Answer(message="organisation in detail", data=OrgDetail.of(app.call.tenant))
