"""$default: whatever has no endpoint is 404, in the shape of the dialect whose prefix the path carries."""

from typing import Any

from roster.dialects.site.unknown_route import not_found


def handler(event: Any, context: Any) -> dict[str, Any]:
    return not_found(event, context)
