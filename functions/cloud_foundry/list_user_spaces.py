"""GET /v2/users/{guid}/spaces: the spaces that the user develops, to the user and to administrators."""

from typing import Any

from roster.dialects.cloud_foundry.api import answer, endpoint

app, handler = endpoint()


@app.get("/v2/users/<guid>/spaces")
def list_user_spaces(guid: str) -> dict[str, Any]:
    return answer(app.call)
