"""GET /health: whether the API works, its table included.

For monitors: 200 where the table answers, else 503. It costs one small read.
"""

from roster.dialects.site.health import endpoint, read

app, handler = endpoint()


@app.get("/health")
@app.head("/health")
def get_health() -> dict[str, str]:
    return read(app.call)
