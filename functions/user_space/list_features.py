"""GET /minimal/rest/user/v1/feature: the project's features that are switched on, by name."""

from roster.dialects.user_space.api import Answer, UserSpaceFeature, endpoint
from roster.directory import reference_data

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/feature")
def list_features() -> Answer[list[UserSpaceFeature]]:
    found = reference_data.features_in_project(app.call.store, app.call.project.id)
    return Answer(message="features", data=[UserSpaceFeature.of(feature) for feature in found])
