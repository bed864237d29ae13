"""The activity of days is counted from the audit, each change once, wherever the function was stopped."""

import json
from collections import Counter
from typing import Any, cast

import pytest

from roster import dependencies
from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import activity, changes, members
from roster.errors import Unavailable
from tests.support.api import Api, in_process, make_dependencies
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.support.stream import followed, records, route
from tests.workspaces.fixtures import Fixtures, assert_invalid
from tests.workspaces.test_cleanup import Stopping

EVENT = "RouteChanges"


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)


def site(api: Api, fixtures: Fixtures, days: int = 1) -> list[dict[str, Any]]:
    return cast(
        list[dict[str, Any]],
        api.get(f"/api/admin/activity?days={days}", as_=fixtures.root).data["days"],
    )


def of_acme(api: Api, fixtures: Fixtures, days: int = 1) -> list[dict[str, Any]]:
    path = f"/api/workspaces/{fixtures.acme.id}/activity?days={days}"
    return cast(list[dict[str, Any]], api.get(path, as_=fixtures.boss).data["days"])


def told(day: str, *counts: int) -> dict[str, Any]:
    return dict(
        zip(("day", "changes", "signIns", "membersAdded", "membersRemoved"), (day, *counts), strict=True)
    )


def test_a_day_has_its_changes_sign_ins_and_memberships(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    assert site(api, fixtures) == [told("2026-04-13", 0, 0, 0, 0)]
    route(api)
    # Five users, two workspaces, three memberships; five sessions, two of acme's members.
    assert site(api, fixtures) == [told("2026-04-13", 10, 5, 3, 0)]
    assert of_acme(api, fixtures) == [told("2026-04-13", 3, 2, 2, 0)]
    api.clock.advance(days=2)
    members.remove(api.store, fixtures.acme, fixtures.member.id, by=directory.by, even_last_admin=False)
    directory.session(fixtures.boss)
    api.cookies.clear()
    route(api)
    assert of_acme(api, fixtures, 3) == [
        told("2026-04-13", 3, 2, 2, 0),
        told("2026-04-14", 0, 0, 0, 0),
        told("2026-04-15", 1, 1, 0, 1),
    ]


@pytest.mark.row("Q-05")
def test_what_is_told_again_counts_no_more(api: Api, fixtures: Fixtures) -> None:
    route(api)
    before = site(api, fixtures)
    route(api)
    route(api, followed(api)[::-1])
    assert site(api, fixtures) == before


def test_wherever_the_function_is_stopped_each_change_counts_once(api: Api, fixtures: Fixtures) -> None:
    told_keys, stopped = followed(api), 0
    for writes in range(100):
        stopping = cast(Store, Stopping(api.store, writes))
        try:
            changes.act(stopping, told_keys, api.clock())
        except Unavailable:
            stopped += 1
            continue
        break
    assert stopped > 1
    audited = [item for item in everything(api.store) if str(item["PK"]).startswith(keys.AUDITS)]
    assert all(item[activity.COUNTED] == 1 for item in audited)
    assert site(api, fixtures) == [told("2026-04-13", 10, 5, 3, 0)]
    rows = Counter(
        json.dumps(item, sort_keys=True) for item in everything(api.store) if "SEARCH" in str(item["PK"])
    )
    assert len(rows) == sum(rows.values()) > 10


@pytest.mark.parametrize("days", ["0", "91", "1.0", "-1", "", "x"])
def test_days_are_one_to_ninety(api: Api, fixtures: Fixtures, days: str) -> None:
    if days == "":
        assert len(api.get("/api/admin/activity", as_=fixtures.root).data["days"]) == 30
        assert len(site(api, fixtures, 90)) == 90
    else:
        assert_invalid(api.get(f"/api/admin/activity?days={days}", as_=fixtures.root), "days")


# The function on the stream.


class FailingRead:
    """A table that one item cannot be read from."""

    def __init__(self, inner: Store, failing_key: Key) -> None:
        self.inner, self.failing_key = inner, failing_key

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def within(self, _: object) -> "FailingRead":
        return self

    def batch_get(self, wanted: list[Key], **more: Any) -> Any:
        if self.failing_key in wanted:
            raise ValueError("on purpose")
        return self.inner.batch_get(wanted, **more)


@pytest.mark.row("Q-06")
def test_a_change_that_fails_is_told_alone_and_those_before_it_are_done(api: Api, fixtures: Fixtures) -> None:
    three = [keys.user(one.id) for one in (fixtures.boss, fixtures.member, fixtures.rival)]
    failing = cast(Store, FailingRead(api.store, three[1]))
    dependencies.use(make_dependencies(failing, api.clock))
    function = api.gateway.routes.functions[EVENT]
    assert in_process(function, records(three)) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    there = [api.store.get(keys.searched(key)) is not None for key in three]
    assert there == [True, False, False]


def test_a_table_that_is_away_has_the_whole_batch_come_again(api: Api, fixtures: Fixtures) -> None:
    away = cast(Store, FailingRead(cast(Store, Stopping(api.store, 0)), Key("", "")))
    dependencies.use(make_dependencies(away, api.clock))
    function = api.gateway.routes.functions[EVENT]
    batch = records([keys.user(fixtures.boss.id), keys.user(fixtures.member.id)])
    assert in_process(function, batch) == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_the_function_has_nothing_to_do_with_what_nobody_follows(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        route(api, [Key("USER#x", "SESSION#y"), keys.email("a@example.com"), keys.row(keys.USERS, 1)])
