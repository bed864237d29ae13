"""What has no endpoint, said in the shape of the dialect whose path prefix the request carries."""

from dataclasses import dataclass

from roster import door
from roster.dialects.workspaces import Access, Call, Workspaces
from roster.errors import Missing
from roster.request import Request
from roster.table.store import Store


@dataclass(frozen=True, slots=True)
class Unknown(Workspaces):
    """Admits nobody and knows nothing."""

    def admit(self, request: Request, store: Store) -> Call:
        raise Missing("route")


not_found = door.door(door.Resolver[Call](), Unknown(Access.PUBLIC))
