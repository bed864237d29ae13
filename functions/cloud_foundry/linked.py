"""GET /v2/users: also spaces, organizations and apps, one of each, and what the links of these lead to."""

from typing import Any

from roster.dialects.cloud_foundry.api import answer, endpoint

app, handler = endpoint()


@app.get("/v2/<kind>")
@app.get("/v2/<kind>/<guid>")
@app.get("/v2/<kind>/<guid>/<relation>")
def linked(kind: str) -> dict[str, Any]:
    return answer(app.call)
