"""Repair: what can be told is made right, what cannot is left as it is, and writers may go on meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Event

import pytest

from cli.invariants import Invariant
from cli.repair import RepairOutcome, repair
from cli.verify import verify
from local.sqlite_store import SqliteStore
from roster.db import counted_lists, keys
from roster.db.store import Delete, Item, Key, Put, Store, Update
from roster.db.transactions import item
from roster.directory import users
from tests.support import real
from tests.support.snapshots import everything
from tests.tools import damage
from tests.tools.damage import BY, CASES, NOW, Case, number, user
from tests.tools.fixtures import original, whole

__all__ = ["original", "whole"]

MENDED = [case for case in CASES if case.mends]
RESTORED = [case for case in MENDED if case.name.startswith(("a stale", "no "))]
LEFT = [case for case in CASES if not case.mends]


def repaired(store: Store) -> RepairOutcome:
    return repair(store, now=NOW, by=BY)


def name(case: Case) -> str:
    return f"{case.invariant}: {case.name}"


@pytest.mark.row("F-10")
@pytest.mark.parametrize("case", MENDED, ids=name)
def test_what_can_be_told_is_made_right(whole: SqliteStore, case: Case) -> None:
    case.damage(whole)
    outcome = repaired(whole)
    assert {finding.invariant for finding in outcome.mended} == {case.invariant}
    assert verify(whole, now=NOW) == outcome.after
    assert outcome.after.broken == []


@pytest.mark.parametrize("case", LEFT, ids=name)
def test_what_cannot_be_told_is_left_as_it_is(whole: SqliteStore, case: Case) -> None:
    case.damage(whole)
    damage.routed(whole)
    broken = verify(whole, now=NOW).broken
    before = state(whole)
    assert repaired(whole).after.broken == broken
    assert state(whole) == before


def test_orders_that_nobody_carried_out_for_an_hour_are_told_to_the_stream_anew(whole: SqliteStore) -> None:
    ordered = {key for key in state(whole) if key.pk in (keys.MAIL, keys.DELIVERIES)}
    last = whole.changes(0, 100_000)[-1].sequence
    assert len(ordered) > 3
    assert repaired(whole).ordered == 0
    assert repair(whole, now=NOW + timedelta(hours=1, seconds=1), by=BY).ordered == len(ordered)
    told = {change.key for change in whole.changes(last, 1_000) if change.event == "MODIFY"}
    assert ordered <= told


def test_a_whole_directory_stays_as_it_is(whole: SqliteStore) -> None:
    before = state(whole)
    assert repaired(whole).mended == []
    assert state(whole) == before


@pytest.mark.parametrize(
    "case", [case for case in MENDED if case.name.startswith(("a stale", "no "))], ids=name
)
def test_a_copy_that_was_gone_or_stale_is_as_it_was(whole: SqliteStore, case: Case) -> None:
    before = state(whole)
    case.damage(whole)
    repaired(whole)
    assert state(whole) == before


def test_rows_that_vanished_come_back_with_their_counts(whole: SqliteStore) -> None:
    before = state(whole)
    for key in (
        keys.row(keys.USERS, number(whole, keys.user("ann"))),
        keys.row(keys.members("acme"), number(whole, keys.member("acme", "bob"))),
        keys.row(keys.spaces_of("bob", "developer"), number(whole, keys.space("dev"))),
        keys.row(keys.suspended_members("acme"), number(whole, keys.member("acme", "sue"))),
        keys.row(keys.groups_in("acme"), number(whole, keys.workspace_group("acme", "crew"))),
        *map(Key.of, counted_lists.everything(whole, keys.members_of_group("acme", "crew"))),
        keys.project_member("web", "bob"),
    ):
        whole.write(Delete(key))
    assert repaired(whole).after.broken == []
    assert state(whole) == before


def test_counts_are_rebuilt_from_nothing(whole: SqliteStore) -> None:
    before = state(whole)
    for listing in (keys.USERS, keys.WORKSPACES, keys.members("acme")):
        whole.write(Delete(keys.root(listing)))
        whole.write(Delete(keys.branch(listing, 0)))
    whole.write(Delete(keys.site_admins()))
    assert repaired(whole).after.broken == []
    assert state(whole) == before


@pytest.mark.parametrize("kept", [None, 0])
def test_who_administers_workspaces_is_counted_in_a_table_that_did_not(
    whole: SqliteStore, kept: int | None
) -> None:
    """Earlier versions kept no such count, and one that was begun since is too small."""
    before, profile = state(whole), keys.user("ann")
    gone = ("administers",) if kept is None else ()
    whole.write(Update(profile, set={} if kept is None else {"administers": kept}, remove=gone))
    found = verify(whole, now=NOW)
    assert (found.broken, {finding.key for finding in found.late}) == ([], {profile})
    assert repaired(whole).after.late == []
    assert state(whole) == before


def test_a_suspension_that_the_profile_does_not_tell_is_told_again(whole: SqliteStore) -> None:
    """Without it the membership would count as the oldest one, too."""
    before = state(whole)
    whole.write(Update(keys.user("sue"), remove=("suspended_in",)))
    assert {finding.invariant for finding in repaired(whole).mended} == {
        Invariant.SUSPENDED_IN,
        Invariant.OLDEST_MEMBERSHIP,
    }
    assert state(whole) == before


def test_two_who_claim_a_free_address_are_both_left(whole: SqliteStore) -> None:
    user(whole, "twin")
    for key in (keys.user("twin"), keys.row(keys.USERS, number(whole, keys.user("twin")))):
        whole.write(Update(key, set={"email": "ann@example.com"}))
    for address in ("ann@example.com", "twin@example.com"):
        whole.write(Delete(keys.email(address)))
    left = repaired(whole).after.broken
    assert {(finding.key, finding.invariant) for finding in left} == {
        (keys.user("ann"), Invariant.EMAIL_LOCK),
        (keys.user("twin"), Invariant.EMAIL_LOCK),
    }
    assert whole.get(keys.email("ann@example.com")) is None


def test_what_is_repaired_is_audited(whole: SqliteStore) -> None:
    whole.write(Update(keys.site_admins(), set={"count": 3}))
    repaired(whole)
    audit = [
        item for item in state(whole, audited=True).values() if item.get("action") == "directory.repaired"
    ]
    assert [item["target"] for item in audit] == ["SITE ADMINS"]


def test_the_audit_of_a_repaired_lock_does_not_name_the_address(whole: SqliteStore) -> None:
    stray = keys.email("stray@example.com")
    whole.write(Put(item(stray, {"user_id": "ann"})))
    repaired(whole)
    assert whole.get(stray) is None
    audit = [
        found for found in state(whole, audited=True).values() if found.get("action") == "directory.repaired"
    ]
    assert [found["target"] for found in audit] == ["EMAIL LOCK"]


def test_repair_while_users_come_and_go_loses_nothing(whole: SqliteStore) -> None:
    repair_among_writers(whole, old=120)


@pytest.mark.real
def test_repair_while_users_come_and_go_loses_nothing_on_dynamodb() -> None:
    with real.fresh_table() as name:
        store = real.dynamo_store(name)
        damage.whole(store)
        repair_among_writers(store, old=40)


def repair_among_writers(store: Store, *, old: int) -> None:
    """Ruin the counts, and repair until nothing is broken while two threads make, rename and delete users."""
    for index in range(old):
        user(store, f"old{index}")
    ruin_counts(store)
    done = Event()

    def live(who: int) -> set[str]:
        kept: set[str] = set()
        for index in count():
            if done.is_set():
                break
            made = user(store, f"new{who}-{index}")
            users.change(store, made, lambda one: replace(one, full_name="Renamed"), by=BY)
            if index % 3:
                users.delete(store, users.alive(store, made.id), by=BY)
            else:
                kept.add(made.id)
        return kept

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(live, who) for who in range(2)]
        try:
            rounds = 1
            while repaired(store).after.broken:
                rounds += 1
                assert rounds < 10, "repair does not come to an end"
        finally:
            done.set()
        kept = set[str]().union(*(writer.result() for writer in writers))
    assert verify(store, now=NOW).broken == []
    expected = {"root", "ann", "bob", "gil", "sue", *(f"old{index}" for index in range(old)), *kept}
    assert listed(store) == expected
    assert counted_lists.total(store, keys.USERS) == len(expected)


def ruin_counts(store: Store) -> None:
    """Bits of rows that are there are gone, others are set; branch and total are off by different numbers."""
    store.write(Update(keys.branch(keys.USERS, 0), set={"0": 1 << 7, "3": 1 << 50}))
    store.write(Update(keys.root(keys.USERS), set={"total": 1000, "b0": 77}))
    store.write(Update(keys.site_admins(), set={"count": 50}))


def listed(store: Store) -> set[str]:
    return {str(row["id"]) for row in counted_lists.everything(store, keys.USERS)}


def state(store: Store, *, audited: bool = False) -> dict[Key, Item]:
    """The whole table, without empty counts, and without audit unless told so."""
    return {
        Key.of(one): {name: value for name, value in one.items() if value != 0 or name == "v"}
        for one in everything(store)
        if audited or "action" not in one
    }
