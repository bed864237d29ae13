"""A change is one transaction: what is counted together, what is refused, and what that means."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from roster.db import counted_lists, keys
from roster.db.store import Absent, AtLeast, Check, Delete, Equals, Item, Key, Present, Put, Store, Update
from roster.db.transactions import MOST, ReadConflict, Transaction, batched, item, retry_on_conflict
from roster.domain import Actor
from roster.errors import Conflict, DirectoryError, LastAdmin, NotFound, Unavailable
from roster.events import Event
from tests.support.api import Clock
from tests.support.meter import Meter
from tests.support.snapshots import everything

BY = Actor("r-1", Clock()(), "u-1", 1, "ws-1")
COUNT = Key("COUNT", "x")


def _put(pk: str, refuse: Callable[[Item | None], DirectoryError] | None = None) -> Transaction:
    work = Transaction(BY)
    work.do(Put(item(Key(pk, "x"), {}), Absent()), refuse or (lambda _: Conflict(pk)))
    return work


def test_nothing_is_written_before_the_commit_and_all_by_it(store: Store, meter: Meter) -> None:
    work = _put("a")
    work.add_row("L", 3, {"n": 3})
    work.add_counter(Update(COUNT, add={"n": 2}))
    work.audit(Event.AUDIT_ERASED, "target", items=1)
    assert everything(store) == []
    with meter.measure() as reading:
        work.commit(store)
    assert reading.calls == {"TransactWriteItems": 1}
    assert counted_lists.page(store, "L", 1, 10).total == 1
    assert (store.get(COUNT) or {})["n"] == 2


def test_the_audit_says_who_did_what_to_whom(store: Store) -> None:
    work = Transaction(BY)
    work.audit(Event.TOKEN_REVOKED, "u-2", token_id="t-1")
    work.audit(Event.SESSION_ENDED, "u-3")
    work.commit(store)
    first, second = sorted(everything(store), key=lambda one: str(one["target"]))
    assert {first["PK"], second["PK"]} <= set(keys.AUDIT_SHARDS)
    assert (first["actor"], first["tenant"], first["request"]) == ("u-1", "ws-1", "r-1")
    assert (first["action"], first["target"]) == ("token.revoked", "u-2")
    assert first["details"] == {"token_id": "t-1"}
    assert second["target"] == "u-3"


def test_fs_17_before_and_after_hold_what_differs_of_the_events_states_and_nothing_else(store: Store) -> None:
    before: Item = {"roles": ["USER"], "active": True, "email": "a@example.com", "role_number": 3}
    after: Item = {"roles": ["ADMIN"], "active": True, "email": "b@example.com", "hash": "x"}
    work = Transaction(BY)
    work.audit(Event.USER_CHANGED, "changed", before=before, after=after, fields=["roles"])
    work.audit(Event.USER_CHANGED, "renamed", before=before, after={**before, "email": "c"}, fields=["email"])
    work.audit(Event.USER_CREATED, "made", after=after)
    work.audit(Event.USER_DELETED, "gone", before=before)
    work.audit(Event.SESSION_ENDED, "out", before=before, after=after)
    work.commit(store)
    assert {str(one["target"]): one["details"] for one in everything(store)} == {
        "changed": {
            "fields": ["roles"],
            "before": {"roles": ["USER"], "role_number": 3},
            "after": {"roles": ["ADMIN"]},
        },
        "renamed": {"fields": ["email"]},
        "made": {"after": {"roles": ["ADMIN"], "active": True}},
        "gone": {"before": {"roles": ["USER"], "active": True}},
        "out": {},
    }


@pytest.mark.parametrize("first", [Update(COUNT, set={"a": 1}, condition=Present()), Check(COUNT, Present())])
def test_an_item_that_is_changed_or_checked_already_is_changed_once_under_both_conditions(
    store: Store, first: Update | Check
) -> None:
    store.write(Put(item(COUNT, {"n": 1})))
    for n, refused in ((2, True), (1, False)):
        work = Transaction(BY)
        work.do(first, lambda _: Conflict("both"))
        work.also(Update(COUNT, set={"b": 2}, condition=Equals("n", n)))
        with pytest.raises(Conflict) if refused else nullcontext():
            work.commit(store)
    set_ = {"a": 1, "b": 2} if isinstance(first, Update) else {"b": 2}
    assert store.get(COUNT) == item(COUNT, {"n": 1, **set_})


@pytest.mark.parametrize("first", [Put(item(COUNT, {"n": 1})), Delete(COUNT)])
def test_what_is_put_or_deleted_is_not_changed_as_well(first: Put | Delete) -> None:
    work = Transaction(BY)
    work.do(first)
    with pytest.raises(TypeError):
        work.also(Update(COUNT, set={"b": 2}))
    assert [operation for operation, _ in work.operations] == [first]


def test_a_change_of_nobody_is_the_systems(store: Store) -> None:
    work = Transaction(Actor("r-1", BY.at))
    work.audit(Event.SESSION_ENDED, "u-2")
    work.commit(store)
    assert everything(store)[0]["actor"] == "system"


@pytest.mark.row("F-02")
def test_a_refusal_is_the_error_of_the_operation_that_was_refused(store: Store) -> None:
    _put("b").commit(store)
    work = _put("a")
    work.do(Put(item(Key("b", "x"), {}), Absent()), lambda found: Conflict("b", str((found or {})["PK"])))
    work.do(Delete(Key("c", "x"), Present()), lambda _: NotFound("c"))
    before = everything(store)
    with pytest.raises(Conflict) as refused:
        work.commit(store)
    assert (refused.value.what, refused.value.value) == ("b", "b")
    assert everything(store) == before


def test_a_refused_item_that_is_not_there_is_none(store: Store) -> None:
    seen: list[Item | None] = []

    def refuse(found: Item | None) -> DirectoryError:
        seen.append(found)
        return NotFound("c")

    work = Transaction(BY)
    work.do(Delete(Key("c", "x"), Present()), refuse)
    with pytest.raises(NotFound):
        work.commit(store)
    assert seen == [None]


def test_a_refusal_without_an_error_of_its_own_is_lost_ground(store: Store) -> None:
    work = Transaction(BY)
    work.do(Delete(Key("c", "x"), Present()))
    with pytest.raises(ReadConflict):
        work.commit(store)


def test_tallies_of_one_item_are_one_update(store: Store) -> None:
    work = Transaction(BY)
    for _ in range(3):
        work.add_counter(Update(COUNT, add={"n": 1, "m": -1}))
    work.add_counter(Update(COUNT, add={"k": 5}))
    work.commit(store)
    found = store.get(COUNT) or {}
    assert (found["n"], found["m"], found["k"]) == (3, -3, 5)


@pytest.mark.parametrize("check_first", [True, False])
def test_a_check_of_a_tallied_item_gives_way_to_the_tally(store: Store, check_first: bool) -> None:
    store.write(Put(item(COUNT, {"n": 1})))
    work = Transaction(BY)
    if check_first:
        work.check(COUNT, Present(), lambda _: NotFound("count"))
    work.add_counter(Update(COUNT, add={"n": 1}, condition=Present()), lambda _: NotFound("count"))
    if not check_first:
        work.check(COUNT, Present(), lambda _: NotFound("count"))
    work.commit(store)
    assert (store.get(COUNT) or {})["n"] == 2


def test_the_condition_of_a_tally_is_kept_when_another_follows(store: Store) -> None:
    store.write(Put(item(COUNT, {"n": 1})))
    work = Transaction(BY)
    work.add_counter(Update(COUNT, add={"n": -1}, condition=AtLeast("n", 2)), lambda _: LastAdmin("site"))
    work.add_counter(Update(COUNT, add={"m": 1}), lambda _: LastAdmin("site"))
    with pytest.raises(LastAdmin):
        work.commit(store)


def test_rows_of_one_listing_are_counted_together(store: Store) -> None:
    work = Transaction(BY)
    for number in range(1, 11):
        work.add_row("L", number, {})
    work.remove_row("L", 20)
    with pytest.raises(ReadConflict):
        work.commit(store)
    assert everything(store) == []
    work = Transaction(BY)
    for number in range(1, 11):
        work.add_row("L", number, {})
    work.commit(store)
    assert counted_lists.total(store, "L") == 10


def test_the_largest_transaction_is_one_transaction(store: Store, meter: Meter) -> None:
    with meter.measure() as full:
        batched(store, [_put(f"p-{number}") for number in range(MOST)])
    with meter.measure() as fuller:
        batched(store, [_put(f"q-{number}") for number in range(MOST + 1)])
    assert (full.trips, fuller.trips) == (1, 2)
    assert len(everything(store)) == 2 * MOST + 1


def test_counts_take_their_place_in_a_transaction(store: Store, meter: Meter) -> None:
    """Row, own item and audit of each; count, branch and root once a batch."""
    parts = []
    for number in range(1, 34):
        work = _put(f"p-{number}")
        work.add_row("L", number, {})
        work.add_counter(Update(COUNT, add={"n": 1}))
        work.audit(Event.SESSION_ENDED, f"p-{number}")
        parts.append(work)
    with meter.measure() as reading:
        assert batched(store, parts) == [None] * 33
    assert reading.trips == 2  # 32 of them are 99 operations
    assert counted_lists.total(store, "L") == 33
    assert (store.get(COUNT) or {})["n"] == 33


def test_what_touches_anothers_item_is_a_transaction_of_its_own(store: Store, meter: Meter) -> None:
    again = Transaction(BY)
    again.do(Update(Key("a", "x"), add={"n": 1}, condition=Present()))
    counted = Transaction(BY)
    counted.add_counter(Update(Key("a", "x"), add={"n": 1}))
    with meter.measure() as reading:
        assert batched(store, [_put("a"), again, counted]) == [None] * 3
    assert reading.trips == 3
    assert (store.get(Key("a", "x")) or {})["n"] == 2


def test_counts_of_a_batch_are_moved_once(store: Store) -> None:
    parts = []
    for number in range(1, 21):
        work = _put(f"p-{number}")
        work.add_row("L", number, {})
        work.add_counter(Update(COUNT, add={"n": 1}))
        parts.append(work)
    assert batched(store, parts) == [None] * 20
    assert counted_lists.total(store, "L") == 20
    assert (store.get(COUNT) or {})["n"] == 20


def test_many_changes_are_few_transactions(store: Store, meter: Meter) -> None:
    with meter.measure() as reading:
        assert batched(store, [_put(f"p-{number}") for number in range(250)]) == [None] * 250
    assert reading.calls == {"TransactWriteItems": 3}
    assert len(everything(store)) == 250


def test_no_changes_are_no_transaction(store: Store, meter: Meter) -> None:
    with meter.measure() as reading:
        assert batched(store, []) == []
    assert reading.trips == 0


def test_one_refused_change_costs_no_other(store: Store) -> None:
    _put("p-3").commit(store)
    parts = [_put(f"p-{number}") for number in range(6)]
    outcome = batched(store, parts)
    assert [type(each) for each in outcome] == [type(None)] * 3 + [Conflict] + [type(None)] * 2
    assert len(everything(store)) == 6


def test_the_same_change_twice_in_a_batch_is_made_once(store: Store) -> None:
    outcome = batched(store, [_put("a"), _put("a"), _put("b")])
    assert [type(each) for each in outcome] == [type(None), Conflict, type(None)]


def test_a_part_of_a_refused_batch_is_made_as_it_was(store: Store) -> None:
    parts: list[Transaction] = []
    for name in ("a", "b", "a"):
        work = _put(name)
        work.add_row("L", len(parts) + 1, {})
        work.add_counter(Update(COUNT, add={"n": 1}))
        parts.append(work)
    _put("b").commit(store)
    assert [type(each) for each in batched(store, parts)] == [type(None), Conflict, Conflict]
    assert counted_lists.total(store, "L") == 1
    assert (store.get(COUNT) or {})["n"] == 1


@pytest.mark.row("F-06")
def test_a_transaction_sent_twice_is_made_once(store: Store) -> None:
    """The answer to the first was lost."""
    work = _put("a")
    work.add_counter(Update(COUNT, add={"n": 1}))
    work.commit(store)
    work.commit(store)
    assert (store.get(COUNT) or {})["n"] == 1


def test_lost_ground_is_tried_anew_until_it_holds() -> None:
    tries: list[int] = []

    def attempt() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ReadConflict
        return "done"

    assert retry_on_conflict(attempt) == "done"
    assert len(tries) == 3


def test_ground_that_never_holds_is_unavailable() -> None:
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise ReadConflict

    with pytest.raises(Unavailable):
        retry_on_conflict(attempt, tries=4)
    assert len(tries) == 4


def test_any_other_refusal_is_not_tried_again() -> None:
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise Conflict("key")

    with pytest.raises(Conflict):
        retry_on_conflict(attempt)
    assert len(tries) == 1


def test_an_item_has_its_version_and_nothing_that_is_none() -> None:
    assert item(Key("a", "b"), {"x": 1, "y": None}) == {"PK": "a", "SK": "b", "v": 1, "x": 1}


def test_a_cleanup_is_ordered_in_the_transaction_of_its_cause(store: Store) -> None:
    work = Transaction(BY)
    work.order_cleanup(keys.cleanup_of_user("u-2"), user_id="u-2")
    work.do(Update(COUNT, add={"n": 1}, condition=Equals("n", 7)), lambda _: NotFound("count"))
    with pytest.raises(NotFound):
        work.commit(store)
    assert everything(store) == []
