"""A workspace of 100,000 members, suspended ones among them: what a lookup and a page ask of the table."""

from collections.abc import Callable, Iterator

import pytest

from bench.bulk_users import tree
from roster.db import keys
from roster.db.codec import attributes
from roster.db.items import item
from roster.db.store import Item
from roster.directory import scim_views
from roster.domain import Membership, ScimView, User, Workspace, WorkspaceRole
from tests.scim_dialect.conftest import Provider
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.snapshots import put_rows

# The seam at which calls are counted is above the store: they are the same on any engine.
pytestmark = [pytest.mark.real, pytest.mark.any_engine]

ACTIVE, SUSPENDED = 90_000, 10_000
COUNT = 100
STARTS = {
    "start": 1,
    "middle": 45_001,
    "across branches": 9_951,
    "into the suspended": ACTIVE - 49,
    "the last before the suspended": ACTIVE - COUNT + 1,
    "the first of the suspended": ACTIVE + 1,
    "middle of the suspended": ACTIVE + 5_001,
    "far end": ACTIVE + SUSPENDED - COUNT + 1,
    "past the far end": ACTIVE + SUSPENDED - 49,
}
AT = "2026-04-13T00:00:00Z"


def test_a_page_of_any_place_and_a_lookup_cost_the_same(
    directory: Directory, provider_of: Callable[[Workspace], Provider], meter: Meter
) -> None:
    provider = provider_of(directory.workspace("acme"))
    lay(provider)
    total = ACTIVE + SUSPENDED
    for name, start in STARTS.items():
        with meter.measure() as reading:
            answer = provider.get(f"/Users?startIndex={start}&count={COUNT}")
        assert answer.json["totalResults"] == total, name
        shown = [each["externalId"] for each in answer.json["Resources"]]
        assert shown == [str(place) for place in range(start, min(start + COUNT, total + 1))], name
        assert reading.trips <= 5, (name, reading.calls)
    for place in (1, 45_001, total):
        with meter.measure() as reading:
            found = provider.get(f'/Users?filter=userName%20eq%20"{_name(place).upper()}"').json
        assert [each["externalId"] for each in found["Resources"]] == [str(place)]
        assert reading.trips <= 3, (place, reading.calls)
    with meter.measure() as reading:
        nobody = provider.get('/Users?filter=userName%20eq%20"nobody@example.com"').json
    assert nobody["totalResults"] == 0
    assert reading.trips <= 3


def lay(provider: Provider) -> None:
    """All rows and their counts; of the members who are asked for also who they are, and their views."""
    home = provider.workspace.id
    asked = {place for start in STARTS.values() for place in range(start, start + COUNT)}
    items: list[Item] = []
    for listing, first, last in (
        (keys.members(home), 1, ACTIVE),
        (keys.suspended_members(home), ACTIVE + 1, ACTIVE + SUSPENDED),
    ):
        suspended = first > ACTIVE
        for place in range(first, last + 1):
            one = Membership(home, f"u-{place}", WorkspaceRole.MEMBER, place, AT, suspended=suspended)
            items.append(item(keys.row(listing, place), attributes(one)))
            if place in asked:
                items += _who(one, place)
        items += tree(listing, range(first, last + 1))
    put_rows(provider.api.store, items)


def _who(membership: Membership, place: int) -> Iterator[Item]:
    home, user = membership.workspace_id, User(membership.user_id, place, _name(place), f"User {place}", AT)
    view = ScimView(home, user.id, _name(place), AT, AT, external_id=str(place))
    yield item(keys.user(user.id), attributes(user))
    yield item(keys.member(home, user.id), attributes(membership))
    yield item(keys.scim_view(home, user.id), attributes(view))
    yield item(scim_views.name_of(view), {"user_id": user.id})


def _name(place: int) -> str:
    return f"u{place}@example.com"
