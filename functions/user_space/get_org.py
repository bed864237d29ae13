"""GET /minimal/rest/user/v1/org: the caller's organisation, in short."""

from roster.dialects.user_space.api import Answer, Org, endpoint

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/org")
def get_org() -> Answer[Org]:
    return Answer(message="organisation", data=Org.of(app.call.tenant))
