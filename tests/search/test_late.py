"""What the function on the stream has not done, `verify` tells and `repair` does; an older table too."""

import pytest

from cli.invariants import Invariant
from cli.repair import repair
from cli.verify import Report, verify
from roster.clock import instant
from roster.db import keys
from roster.db.transactions import Transaction
from roster.directory import activity, search
from roster.domain import Actor
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.stream import route
from tests.workspaces.fixtures import Fixtures


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    """Made by an earlier version: no search row, no activity, no lists of the suspended and the ADMINs."""
    fixtures = Fixtures.set(api, directory)
    directory.suspend(fixtures.stranger)
    work = Transaction(directory.by)
    work.remove_row(keys.SUSPENDED, fixtures.stranger.number)
    work.remove_row(keys.ADMINS, fixtures.root.number)
    work.commit(api.store)
    api.clock.advance(hours=2)
    return fixtures


def verified(api: Api) -> Report:
    return verify(api.store, now=api.clock())


def test_what_lacks_is_told_and_is_not_broken_and_repair_does_it(api: Api, fixtures: Fixtures) -> None:
    report = verified(api)
    assert (report.broken, report.pending) == ([], [])
    late = {finding.key for finding in report.late if finding.invariant is Invariant.SEARCHED}
    people = (fixtures.root, fixtures.boss, fixtures.member, fixtures.rival, fixtures.stranger)
    homes = (fixtures.acme, fixtures.globex)
    assert {keys.user(one.id) for one in people} | {keys.workspace(one.id) for one in homes} < late
    assert keys.member(fixtures.acme.id, fixtures.boss.id) in late
    kinds = {finding.invariant for finding in report.late}
    assert kinds == {Invariant.SEARCHED, Invariant.COUNTED_CHANGE, Invariant.USER_KIND_ROW}
    outcome = repair(api.store, now=api.clock(), by=Actor("repair", api.clock()))
    assert (outcome.mended, outcome.after.broken, outcome.after.late) == ([], [], [])
    assert outcome.caught_up == len(report.late)
    today = activity.days(api.store, keys.SITE_ACTIVITY, api.clock(), 1)[0]
    assert (today.day, today.sign_ins, today.members_added) == (instant(api.clock())[:10], 5, 3)
    found = api.get("/api/admin/users?q=boss", as_=fixtures.root).data
    assert [row["id"] for row in found] == [fixtures.boss.id]
    assert api.get("/api/admin/users?status=suspended&size=9", as_=fixtures.root).json["meta"]["total"] == 1


def test_a_name_that_the_stream_has_not_told_yet_is_late_where_it_is_found(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    repair(api.store, now=api.clock(), by=directory.by)
    directory.change(fixtures.boss, full_name="Another Name")
    assert {finding.key for finding in verified(api).late} == {
        keys.user(fixtures.boss.id),
        keys.member(fixtures.acme.id, fixtures.boss.id),
    }
    route(api)
    assert verified(api).late == []


def test_a_search_that_goes_past_what_a_row_holds_finds_it_all_the_same(
    api: Api, directory: Directory
) -> None:
    """A key has so many bytes; what is looked for is compared to the end."""
    for end in ("x", "y"):
        directory.user(f"long-{end}", full_name="\N{LATIN SMALL LETTER SHARP S}" * 127 + end)
    route(api)
    wanted = search.folded("s" * 254 + "y")
    found, _ = search.users_page(api.store, wanted, 10)
    assert [user.email for user in found] == ["long-y@example.com"]
