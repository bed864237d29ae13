"""GET /minimal/rest/user/v1/feature: the project's features that are switched on, by name."""

from roster.dialects.user_space.api import endpoint
from roster.dialects.user_space.schemas import Envelope, UserSpaceFeature
from roster.directory import reference_data

app, handler = endpoint()


@app.get("/minimal/rest/user/v1/feature")
def list_features() -> Envelope[list[UserSpaceFeature]]:
    found = reference_data.features_in_project(app.call.store, app.call.project.id)
    return Envelope(message="features", data=[UserSpaceFeature.of(feature) for feature in found])
