"""What the table's stream would tell: tests let the function that follows it do its work."""

from collections.abc import Iterable, Sequence
from typing import Any

from roster.db import keys
from roster.db.store import Key
from roster.directory import changes
from tests.support.api import Api, in_process
from tests.support.snapshots import everything


def records(changed: Iterable[Key], event: str = "MODIFY") -> dict[str, Any]:
    """The stream's records of changes of these items, as Lambda hands them over."""
    return {
        "Records": [
            {
                "eventName": event,
                "dynamodb": {
                    "Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}},
                    "SequenceNumber": str(place),
                },
            }
            for place, key in enumerate(changed)
        ]
    }


def followed(api: Api) -> list[Key]:
    """The items of the table whose changes are followed, and those that have gone but are still found."""
    there = [Key.of(item) for item in everything(api.store)]
    gone = [keys.owner_of_searched(key) for key in there if key.sk.startswith(keys.SEARCHED)]
    return list(dict.fromkeys([key for key in there if changes.is_followed(key)] + gone))


def route(api: Api, changed: Sequence[Key] | None = None) -> None:
    """Let the function do what these changes are followed for; of all items that are followed where None."""
    told = followed(api) if changed is None else changed
    assert in_process(api.gateway.routes.functions["RouteChanges"], records(told)) == {
        "batchItemFailures": []
    }
