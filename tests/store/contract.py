"""The contract of a store: what DynamoDB does, asked of every engine alike.

An engine's test class inherits `StoreContract`, and `StoreConcurrencyContract` where it bears threads
and processes, and gives two fixtures: `store`, a fresh empty table with the index `ByActor`, and
`opener`, a picklable function that opens the same table anew. Nothing here leans on what DynamoDB
leaves open: the order of a scan, the length of a page, a `next` behind which there is nothing.
No local engine delays an index; on AWS the reads of one would have to wait.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import product
from multiprocessing import get_context
from threading import Barrier
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import pytest

from roster.clock import Deadline
from roster.db.store import (
    Absent,
    AtLeast,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Index,
    Item,
    Key,
    Malformed,
    Operation,
    Page,
    Present,
    Put,
    Refusal,
    Refused,
    Store,
    Update,
    Value,
    all_of,
    any_of,
)

BY_ACTOR = Index("ByActor", "actor")
KEY = Key("p", "a")
MOST = 10**38 - 1
MEGABYTE = 1024 * 1024

Opener = Callable[[], Store]
T = TypeVar("T")


def item(sk: str = KEY.sk, pk: str = KEY.pk, /, **attributes: Value) -> Item:
    return {"PK": pk, "SK": sk, **attributes}


def nested(depth: int) -> Value:
    value: Value = "core"
    for _ in range(depth):
        value = [value]
    return value


def exact(value: object) -> str:
    """A text that tells 1 from True, as `==` does not."""
    return json.dumps(value, sort_keys=True)


def token() -> str:
    return str(uuid4())


def pages(read: Callable[[Key | None], Page]) -> list[Page]:
    """Every page, from the first to the one without a `next`."""
    found = [read(None)]
    while (place := found[-1].next) is not None:
        found.append(read(place))
    return found


def items_of(read: Callable[[Key | None], Page]) -> list[Item]:
    return [found for page in pages(read) for found in page.items]


def sort_keys(page: Page) -> list[str]:
    return [str(found["SK"]) for found in page.items]


def contents(store: Store) -> dict[Key, str]:
    """The whole table."""
    return {Key.of(found): exact(found) for found in items_of(lambda place: store.scan(start=place))}


def in_byte_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.encode())


class Contract:
    not_served: ClassVar[Mapping[str, Sequence[str]]] = {}
    """What the engine under test does not do as DynamoDB does, in words, and the tests that ask for it, each
    with or without its parameters in brackets. They are not collected for this engine (`conftest.py`)."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        named = [name for names in cls.not_served.values() for name in names]
        unknown = [name for name in named if not hasattr(cls, name.partition("[")[0])]
        if unknown:
            raise TypeError(f"there are no tests of these names: {unknown}")

    @classmethod
    def serves(cls, test: str) -> bool:
        """Whether the engine can pass the test of this name."""
        return not any({test, test.partition("[")[0]} & {*names} for names in cls.not_served.values())


VALUES: dict[str, Value] = {
    "text": "Grüße, 東京 😀",
    "empty text": "",
    "controls": "\x00\x01\t\n\r\x7f\u2028\"\\'",
    "digits": "007",
    "zero": 0,
    "negative": -17,
    "beyond doubles": 2**53 + 1,
    "most digits": MOST,
    "most negative digits": -MOST,
    "trailing zeros": 10**37,
    "true": True,
    "false": False,
    "none": None,
    "empty list": [],
    "empty map": {},
    "one and true": [1, True, "1", 0, False, None, ""],
    "mixture": {"list": [{"a": [1, -2, {"b": None}]}, [], "x"], "ключ": {"a": [True]}},
    "deepest": nested(31),
}

INVALID_ITEMS: dict[str, dict[str, Any]] = {
    "float": item(value=1.5),  # type: ignore[arg-type]
    "nested float": item(value=[{"x": 0.0}]),  # type: ignore[dict-item]
    "bytes": item(value=b"x"),  # type: ignore[arg-type]
    "set": item(value={"x"}),  # type: ignore[arg-type]
    "39 digits": item(value=MOST + 1),
    "39 negative digits": item(value=[-MOST - 1]),
    "nested too deep": item(value=nested(32)),
    "no partition key": {"SK": "a"},
    "no sort key": {"PK": "p"},
    "empty partition key": item("a", ""),
    "empty sort key": item("", "p"),
    "number as key": {"PK": "p", "SK": 1},
    "null as key": {"PK": None, "SK": "a"},
    "long partition key": item("a", "é" * 1025),
    "long sort key": item("é" * 513, "p"),
    "name is empty": item(**{"": 1}),
    "nested name is empty": item(value={"": 1}),
    "a byte over 400 KB": item(value="é" + "x" * (400 * 1024 - len("PKpSKavalue..") + 1)),
    "number in the index": item(actor=1),
    "null in the index": item(actor=None),
    "empty text in the index": item(actor=""),
}

UNFIT_KEYS = {
    "empty": Key("p", ""),
    "long": Key("p", "é" * 513),
    "empty partition": Key("", "a"),
    "long partition": Key("é" * 1025, "a"),
}

RESERVED = [
    "name", "total", "status", "roles", "token", "size",
    "a.b", "a[0]", "x-y", "#", ":v", "1st", " ", "über", "名",
]  # fmt: skip

PRESENT = item(
    number=5,
    text="b",
    yes=True,
    nothing=None,
    list=[1, {"a": "b"}],
    map={"x": [True], "y": 0},
    zero=0,
    empty="",
)

CONDITIONS: dict[str, tuple[Condition, bool]] = {
    "item absent": (Absent(), False),
    "item present": (Present(), True),
    "attribute absent": (Absent("other"), True),
    "attribute not absent": (Absent("number"), False),
    "attribute present": (Present("number"), True),
    "attribute not present": (Present("other"), False),
    "null is present": (Present("nothing"), True),
    "null is not absent": (Absent("nothing"), False),
    "empty text is present": (Present("empty"), True),
    "equal number": (Equals("number", 5), True),
    "unequal number": (Equals("number", 6), False),
    "equal text": (Equals("text", "b"), True),
    "unequal text": (Equals("text", "B"), False),
    "equal empty text": (Equals("empty", ""), True),
    "equal key": (Equals("SK", "a"), True),
    "equal boolean": (Equals("yes", True), True),
    "unequal boolean": (Equals("yes", False), False),
    "equal null": (Equals("nothing", None), True),
    "null is not absence": (Equals("other", None), False),
    "equal list": (Equals("list", [1, {"a": "b"}]), True),
    "unequal list": (Equals("list", [{"a": "b"}, 1]), False),
    "equal map": (Equals("map", {"y": 0, "x": [True]}), True),
    "unequal type in a map": (Equals("map", {"y": 0, "x": [1]}), False),
    "1 is not true": (Equals("yes", 1), False),
    "true is not 1": (Equals("number", True), False),
    "0 is not false": (Equals("zero", False), False),
    "5 is not text": (Equals("number", "5"), False),
    "text is not a number": (Equals("text", 0), False),
    "equal of an absent attribute": (Equals("other", 5), False),
    "at least the same": (AtLeast("number", 5), True),
    "at least a lower": (AtLeast("number", -6), True),
    "at least a higher": (AtLeast("number", 6), False),
    "at least, of digits": (AtLeast("number", 10), False),
    "at least, of text": (AtLeast("text", "a"), True),
    "at least, of higher text": (AtLeast("text", "ba"), False),
    "at least, of another type": (AtLeast("number", "0"), False),
    "at least, of a boolean": (AtLeast("yes", 0), False),
    "at least, of null": (AtLeast("nothing", 0), False),
    "at least, of an absent attribute": (AtLeast("other", -1), False),
    "below a higher": (Below("number", 6), True),
    "below the same": (Below("number", 5), False),
    "below a lower": (Below("number", 4), False),
    "below text": (Below("text", "é"), True),
    "below text by bytes": (Below("text", "B"), False),
    "below, of another type": (Below("text", 9), False),
    "below, of a boolean": (Below("yes", 9), False),
    "below, of an absent attribute": (Below("other", 9), False),
    "any, the last": (any_of(Absent(), Equals("number", 5)), True),
    "any, none": (any_of(Absent(), Equals("number", 6)), False),
    "any of one": (any_of(Present()), True),
    "any of one of two": (any_of(any_of(Absent(), Present("text"))), True),
    "all of one of two": (all_of(any_of(Absent(), Present("text"))), True),
    "all of one, within all": (all_of(Present("text"), all_of(all_of(Present(), Present("yes")))), True),
    "all": (all_of(Present(), Below("number", 6), AtLeast("number", 5)), True),
    "all but one": (all_of(Present(), Below("number", 6), Absent("number")), False),
    "any in all": (all_of(any_of(Absent("other"), Absent()), Equals("text", "b")), True),
    "any binds before all": (all_of(any_of(Present(), Present("text")), Absent()), False),
    "all in any": (any_of(all_of(Present(), Absent()), all_of(Equals("yes", True), Present("text"))), True),
    "all in any, none": (any_of(all_of(Present(), Absent()), Absent("text")), False),
}

CONDITIONS_ON_NOTHING: dict[str, tuple[Condition, bool]] = {
    "item absent": (Absent(), True),
    "item present": (Present(), False),
    "attribute absent": (Absent("number"), True),
    "attribute present": (Present("number"), False),
    "equal": (Equals("number", 5), False),
    "equal null": (Equals("number", None), False),
    "at least": (AtLeast("number", 0), False),
    "below": (Below("number", 9), False),
    "absent or equal": (any_of(Absent("number"), Equals("number", 5)), True),
    "absent and equal": (all_of(Absent(), Equals("number", 5)), False),
}

UNFIT_UPDATES: dict[str, Update] = {
    "nothing": Update(KEY),
    "partition key": Update(KEY, set={"PK": "p"}),
    "sort key": Update(KEY, remove=("SK",)),
    "set and added": Update(KEY, set={"n": 1}, add={"n": 1}),
    "set and removed": Update(KEY, set={"n": 1}, remove=("n",)),
    "added and removed": Update(KEY, add={"n": 1}, remove=("n",)),
    "removed twice": Update(KEY, remove=("n", "n")),
    "float set": Update(KEY, set={"n": 0.5}),  # type: ignore[dict-item]
    "float added": Update(KEY, add={"n": 0.5}),  # type: ignore[dict-item]
    "boolean added": Update(KEY, add={"n": True}),
    "text added": Update(KEY, add={"n": "1"}),  # type: ignore[dict-item]
    "39 digits set": Update(KEY, set={"n": MOST + 1}),
    "39 digits added": Update(KEY, add={"n": MOST + 1}),
    "sum of 39 digits": Update(KEY, add={"most": MOST}),
    "added to text": Update(KEY, set={"other": 1}, add={"text": 1}),
    "added to empty text": Update(KEY, add={"empty": 1}),
    "added to boolean": Update(KEY, add={"yes": 1}),
    "added to null": Update(KEY, add={"nothing": 1}),
    "added to list": Update(KEY, add={"list": 1}),
    "name is empty": Update(KEY, set={"": 1}),
    "grown over 400 KB": Update(KEY, set={"x": "x" * 400 * 1024}),
    "number in the index": Update(KEY, set={"actor": 1}),
    "number added in the index": Update(KEY, add={"actor": 1}),
    "empty text in the index": Update(KEY, set={"actor": ""}),
    "empty key": Update(Key("", "a"), set={"n": 1}),
    "any of no conditions": Update(KEY, set={"n": 1}, condition=any_of()),
    "all of no conditions": Update(KEY, set={"n": 1}, condition=all_of()),
    "order of booleans": Update(KEY, set={"n": 1}, condition=AtLeast("number", True)),
    "float in a condition": Update(KEY, set={"n": 1}, condition=Equals("number", 5.0)),  # type: ignore[arg-type]
}


def named(cases: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", list(cases))


class StoreContract(Contract):
    """What one caller at a time may rely on."""

    # Items and their values.

    def test_values_come_back_as_they_were(self, store: Store) -> None:
        for name, value in VALUES.items():
            store.write(Put(item(name, value=value)))
            assert exact(store.get(Key("p", name))) == exact(item(name, value=value))

    def test_an_update_sets_values_as_they_are(self, store: Store) -> None:
        for name, value in VALUES.items():
            store.write(Update(Key("p", name), set={"value": value}))
            store.transact([Update(Key("q", name), set={"value": value})], token=token())
            assert exact(store.get(Key("p", name))) == exact(item(name, value=value))
            assert exact(store.get(Key("q", name))) == exact(item(name, "q", value=value))

    def test_a_table_that_is_opened_anew_holds_the_same(self, store: Store, opener: Opener) -> None:
        store.write(Put(PRESENT))
        assert exact(opener().get(KEY)) == exact(PRESENT)

    def test_a_deadline_changes_nothing_of_the_table(self, store: Store) -> None:
        bound = store.within(Deadline.after(30))
        bound.write(Put(item(n=1)))
        assert store.get(KEY) == bound.get(KEY) == item(n=1)

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        store.write(Put(item()))
        assert store.get(Key("p", "b")) is None
        assert store.get(Key("q", "a")) is None
        assert store.get(KEY, consistent=False) == item()

    def test_a_put_replaces_the_whole_item(self, store: Store) -> None:
        store.write(Put(item(one=1, two=2)))
        assert store.write(Put(item(two=3))) is None
        assert store.get(KEY) == item(two=3)

    def test_a_deleted_item_is_gone_and_its_neighbours_stay(self, store: Store) -> None:
        store.bulk_put([item("a"), item("b"), item("a", "q")])
        assert store.write(Delete(KEY)) is None
        assert set(contents(store)) == {Key("p", "b"), Key("q", "a")}

    def test_deleting_what_is_not_there_succeeds(self, store: Store) -> None:
        store.write(Delete(KEY))
        assert contents(store) == {}

    def test_an_item_of_400_kb_is_kept(self, store: Store) -> None:
        given = item(value="é" + "x" * (400 * 1024 - len("PKpSKavalue..")))  # the é has two bytes
        store.write(Put(given))
        assert store.get(KEY) == given

    @named(INVALID_ITEMS)
    def test_an_invalid_item_is_malformed_and_not_written(self, store: Store, case: str) -> None:
        invalid = INVALID_ITEMS[case]
        with pytest.raises(Malformed):
            store.write(Put(invalid))
        with pytest.raises(Malformed):
            store.transact([Put(item("other")), Put(invalid)], token=token())
        with pytest.raises(Malformed):
            store.bulk_put([invalid])
        assert contents(store) == {}

    @named(UNFIT_KEYS)
    def test_an_invalid_key_is_malformed(self, store: Store, case: str) -> None:
        key = UNFIT_KEYS[case]
        with pytest.raises(Malformed):
            store.get(key)
        with pytest.raises(Malformed):
            store.batch_get([KEY, key])
        with pytest.raises(Malformed):
            store.write(Delete(key))
        with pytest.raises(Malformed):
            store.transact([Check(key, Absent())], token=token())

    # Many at once.

    def test_a_batch_holds_the_items_that_exist_once_each(self, store: Store) -> None:
        given = {Key.of(made): made for made in (item(f"{n:03}", n=n) for n in range(120))}
        store.bulk_put(list(given.values()))
        missing = [Key("p", "none"), Key("q", "000")]
        assert store.batch_get([*given, *missing, *given]) == given
        assert store.batch_get([KEY, KEY], consistent=False) == {}
        assert store.batch_get([]) == {}

    def test_a_bulk_put_writes_and_replaces_any_number(self, store: Store) -> None:
        store.write(Put(item("007", old=True)))
        given = [item(f"{n:03}", n=n) for n in range(250)]
        store.bulk_put(given)
        store.bulk_put([])
        assert contents(store) == {Key.of(made): exact(made) for made in given}

    def test_a_bulk_put_of_one_key_twice_is_malformed(self, store: Store) -> None:
        with pytest.raises(Malformed):
            store.bulk_put([item(n=1), item(n=2)])
        assert contents(store) == {}

    # Queries.

    def test_a_partition_that_is_not_there_is_an_empty_page(self, store: Store) -> None:
        store.write(Put(item()))
        assert store.query("q") == Page([], None)

    def test_sort_keys_are_in_the_order_of_their_bytes(self, store: Store) -> None:
        names = [
            "a",
            "B",
            "Z",
            "a ",
            "ab",
            "aa",
            "1",
            "10",
            "2",
            "é",
            "z",
            "\ud7ff",
            "\ue000",
            "\uff5e",
            "😀",
            "\x01",
        ]
        store.bulk_put([item(name) for name in names])
        assert sort_keys(store.query("p")) == in_byte_order(names)
        assert sort_keys(store.query("p", forward=False)) == in_byte_order(names)[::-1]

    def test_a_prefix_ends_where_it_says(self, store: Store) -> None:
        names = ["u-1", "u-1#", "u-1#a", "u-1#é", "u-1$", "u-10", "u-10#a", "u-2#a", "U-1#a"]
        store.bulk_put([item(name) for name in names] + [item("u-1#a", "q")])
        assert sort_keys(store.query("p", begins="u-1#")) == ["u-1#", "u-1#a", "u-1#é"]
        assert sort_keys(store.query("p", begins="u-1#", forward=False)) == ["u-1#é", "u-1#a", "u-1#"]
        assert sort_keys(store.query("p", begins="u-1#", limit=2)) == ["u-1#", "u-1#a"]
        assert store.query("p", begins="v").items == []

    def test_a_prefix_may_end_in_any_character(self, store: Store) -> None:
        ends = ["é", "\x7f", "\u07ff", "\ud7ff", "\ue000", "\uff5e", "\uffff", "😀", "\U0010ffff"]
        around = {"y", *ends, *(chr(ord(end) - 1) for end in ends if end != "\ue000"), "\uffee", "😁"}
        names = {
            stem + end + rest for stem in ("", "a") for end in around for rest in ("", "z", "\U0010ffff")
        }
        store.bulk_put([item(name) for name in names])
        for begins in (*ends, *("a" + end for end in ends), "\U0010ffff" * 2):
            expected = in_byte_order(name for name in names if name.startswith(begins))
            assert sort_keys(store.query("p", begins=begins)) == expected
            assert sort_keys(store.query("p", begins=begins, forward=False)) == expected[::-1]

    def test_a_range_includes_its_ends(self, store: Store) -> None:
        store.bulk_put([item(name) for name in ("1", "2", "2\x00", "3", "3\x00", "30", "4", "é")])
        assert sort_keys(store.query("p", between=("2", "3"))) == ["2", "2\x00", "3"]
        assert sort_keys(store.query("p", between=("2", "3"), forward=False)) == ["3", "2\x00", "2"]
        assert sort_keys(store.query("p", between=("3", "3"))) == ["3"]
        assert sort_keys(store.query("p", between=("31", "39"))) == []
        assert sort_keys(store.query("p", between=("4", "😀"))) == ["4", "é"]

    def test_pages_of_any_length_come_to_the_whole(self, store: Store) -> None:
        names = [f"{n:02}" for n in range(7)]
        store.bulk_put([item(name) for name in names] + [item("03", "q")])
        reaches: list[tuple[dict[str, Any], list[str]]] = [
            ({}, names),
            ({"begins": "0"}, names),
            ({"between": ("01", "05")}, names[1:6]),
        ]
        for (reach, expected), limit, forward in product(reaches, (1, 2, 3, 7, 100), (True, False)):
            ask = partial(store.query, "p", limit=limit, forward=forward, **reach)
            found = pages(lambda place, ask=ask: ask(start=place))  # type: ignore[misc]
            assert all(len(page.items) <= limit for page in found)
            assert [name for page in found for name in sort_keys(page)] == expected[:: 1 if forward else -1]

    def test_the_next_page_begins_behind_an_item_that_is_gone(self, store: Store) -> None:
        store.bulk_put([item(name) for name in "abcd"])
        place = store.query("p", limit=2).next
        assert place == Key("p", "b")
        store.write(Delete(place))
        assert sort_keys(store.query("p", start=place)) == ["c", "d"]
        assert sort_keys(store.query("p", start=place, forward=False)) == ["a"]

    def test_a_page_ends_at_a_megabyte(self, store: Store) -> None:
        length = 350_000
        for number in range(7):
            store.write(Put(item(str(number), value="x" * length, actor="u")))
        reads: list[Callable[[Key | None], Page]] = [
            lambda place: store.query("p", start=place),
            lambda place: store.query("p", start=place, limit=5),
            lambda place: store.query("u", start=place, index=BY_ACTOR),
            lambda place: store.scan(start=place),
        ]
        for read in reads:
            found = pages(read)
            assert all(len(page.items) * length < MEGABYTE + length for page in found)
            names = [name for page in found for name in sort_keys(page)]
            assert sorted(names) == [str(number) for number in range(7)]

    def test_a_query_that_cannot_be_is_malformed(self, store: Store) -> None:
        store.write(Put(item()))
        asks: list[dict[str, Any]] = [
            {"pk": ""},
            {"limit": 0},
            {"index": Index("Unknown", "actor")},
            {"begins": "a", "between": ("a", "b")},
            {"between": ("b", "a")},
            {"between": ("", "a")},
            {"start": Key("q", "a")},
            {"start": Key("p", "a"), "begins": "b"},
            {"start": Key("p", "c"), "between": ("a", "b")},
        ]
        for ask in asks:
            with pytest.raises(Malformed):
                store.query(**{"pk": "p", **ask})

    # The index.

    def test_the_index_holds_only_items_with_the_attribute(self, store: Store) -> None:
        of_u = [item("1", "q", actor="u", n=1), item("2", "p", actor="u")]
        store.bulk_put([of_u[1], of_u[0], item("3", "p", actor="v"), item("4", "p")])
        assert store.query("u", index=BY_ACTOR).items == of_u
        assert sort_keys(store.query("u", index=BY_ACTOR, forward=False)) == ["2", "1"]
        assert sort_keys(store.query("u", index=BY_ACTOR, begins="2")) == ["2"]
        assert sort_keys(store.query("u", index=BY_ACTOR, between=("1", "2"), limit=1)) == ["1"]
        assert store.query("w", index=BY_ACTOR) == Page([], None)

    def test_the_index_follows_every_write(self, store: Store) -> None:
        def of(actor: str) -> list[Item]:
            return store.query(actor, index=BY_ACTOR).items

        store.write(Put(item()))
        assert of("u") == []
        store.write(Update(KEY, set={"actor": "u"}))
        assert of("u") == [item(actor="u")]
        store.write(Update(KEY, add={"n": 1}))
        assert of("u") == [item(actor="u", n=1)]
        store.transact([Update(KEY, set={"actor": "v"})], token=token())
        assert (of("u"), of("v")) == ([], [item(actor="v", n=1)])
        store.write(Update(KEY, remove=("actor",)))
        assert of("v") == []
        store.write(Put(item(actor="w")))
        store.bulk_put([item(actor="x")])
        assert (of("w"), of("x")) == ([], [item(actor="x")])
        store.write(Delete(KEY))
        assert of("x") == []

    def test_pages_of_the_index_come_to_the_whole(self, store: Store) -> None:
        given = [item(sk, pk, actor="u") for sk, pk in product("abc", "pqr")]
        store.bulk_put([*given, item("b", "s", actor="v"), item("b", "t")])
        for limit, forward in product((1, 2, 4, 100), (True, False)):
            ask = partial(store.query, "u", index=BY_ACTOR, limit=limit, forward=forward)
            found = items_of(lambda place, ask=ask: ask(start=place))  # type: ignore[misc]
            assert sorted(map(Key.of, found)) == sorted(map(Key.of, given))
            assert [each["SK"] for each in found] == sorted("abc" * 3, reverse=not forward)

    # Scans.

    def test_the_segments_of_a_scan_hold_every_item_once(self, store: Store) -> None:
        given = [item(str(n), f"p{n % 13}", n=n) for n in range(40)]
        store.bulk_put(given)
        for segments, limit in product((1, 3, 8), (None, 4)):
            found: list[Item] = []
            for segment in range(segments):
                ask = partial(store.scan, segment=segment, segments=segments, limit=limit)
                parts = pages(lambda place, ask=ask: ask(start=place))  # type: ignore[misc]
                assert limit is None or all(len(part.items) <= limit for part in parts)
                found += [each for part in parts for each in part.items]
            assert sorted(found, key=Key.of) == sorted(given, key=Key.of)

    def test_a_segment_that_there_is_not_is_malformed(self, store: Store) -> None:
        with pytest.raises(Malformed):
            store.scan(segment=2, segments=2)

    # Conditions.

    @named(CONDITIONS)
    def test_a_condition_decides_on_an_item(self, store: Store, case: str) -> None:
        store.write(Put(PRESENT))
        self.decide(store, *CONDITIONS[case], PRESENT)

    @named(CONDITIONS_ON_NOTHING)
    def test_a_condition_decides_on_an_absent_item(self, store: Store, case: str) -> None:
        self.decide(store, *CONDITIONS_ON_NOTHING[case], None)

    def decide(self, store: Store, condition: Condition, holds: bool, present: Item | None) -> None:
        """Each operation, alone and in a transaction, does all that it should, or nothing."""
        updated = {**(present or item()), "mark": 1}
        outcomes: list[tuple[Operation, Item | None]] = [
            (Put(item(new=1), condition), item(new=1)),
            (Update(KEY, set={"mark": 1}, condition=condition), updated),
            (Delete(KEY, condition), None),
            (Check(KEY, condition), present),
        ]
        for operation, result in outcomes:
            calls: list[Callable[[], object]] = [
                lambda operation=operation: store.transact([operation], token=token())  # type: ignore[misc]
            ]
            if not isinstance(operation, Check):
                calls.append(lambda operation=operation: store.write(operation))  # type: ignore[misc]
            for call in calls:
                if holds:
                    call()
                    assert exact(store.get(KEY)) == exact(result)
                    store.write(Put(present) if present else Delete(KEY))
                else:
                    with pytest.raises(Refused) as refused:
                        call()
                    assert exact(store.get(KEY)) == exact(present)
                    assert refused.value.first.position == 0
                    assert exact(refused.value.first.item) == exact(present)
                    assert len(refused.value.refusals) == 1

    def test_a_refused_write_changes_nothing_at_all(self, store: Store) -> None:
        store.bulk_put([item("a", actor="u"), item("b", n=1)])
        before = contents(store)
        for operation in (
            Put(item("a", actor="v"), Absent()),
            Update(Key("p", "b"), add={"n": 1}, condition=Equals("n", 2)),
            Delete(KEY, Absent("actor")),
        ):
            with pytest.raises(Refused):
                store.write(operation)
        assert contents(store) == before
        assert store.query("v", index=BY_ACTOR).items == []

    # Updates.

    def test_an_update_makes_an_item_that_was_absent(self, store: Store) -> None:
        new = store.write(Update(KEY, set={"name": "x"}, add={"count": 3, "down": -2}), returning=True)
        assert new == store.get(KEY) == item(name="x", count=3, down=-2)

    def test_an_update_that_only_removes_makes_the_item_too(self, store: Store) -> None:
        assert store.write(Update(KEY, remove=("x",)), returning=True) == item()
        assert store.get(KEY) == item()

    def test_an_update_changes_what_it_names_and_keeps_the_rest(self, store: Store) -> None:
        store.write(Put(item(kept=[1], set="old", count=5, removed=True)))
        update = Update(KEY, set={"set": {"new": None}}, add={"count": -7}, remove=("removed", "never"))
        new = store.write(update, returning=True)
        assert new == store.get(KEY) == item(kept=[1], set={"new": None}, count=-2)

    def test_only_an_update_that_asks_for_it_returns_the_item(self, store: Store) -> None:
        assert store.write(Update(KEY, set={"x": 1})) is None
        with pytest.raises(Malformed):
            store.write(Put(item()), returning=True)

    def test_sums_are_exact_far_beyond_64_bits(self, store: Store) -> None:
        for bit in (99, 0, 64, 98):
            store.write(Update(KEY, add={"bits": 1 << bit}))
        new = store.write(Update(KEY, add={"bits": -(1 << 98)}), returning=True)
        assert new == item(bits=(1 << 99) + (1 << 64) + 1)
        for bit in (99, 64, 0):
            store.transact([Update(KEY, add={"bits": -(1 << bit)})], token=token())
        assert exact(store.get(KEY)) == exact(item(bits=0))

    def test_a_sum_may_have_38_digits(self, store: Store) -> None:
        store.write(Update(KEY, add={"n": MOST - 1}))
        assert store.write(Update(KEY, add={"n": 1}), returning=True) == item(n=MOST)
        assert store.write(Update(KEY, add={"n": -MOST}), returning=True) == item(n=0)

    @named(UNFIT_UPDATES)
    def test_an_invalid_update_is_malformed_and_changes_nothing(self, store: Store, case: str) -> None:
        store.write(Put({**PRESENT, "most": MOST}))
        before = contents(store)
        with pytest.raises(Malformed):
            store.write(UNFIT_UPDATES[case])
        with pytest.raises(Malformed):
            store.transact([Put(item("other")), UNFIT_UPDATES[case]], token=token())
        assert contents(store) == before

    def test_a_refusal_comes_before_what_the_item_makes_impossible(self, store: Store) -> None:
        store.write(Put(PRESENT))
        impossible = Update(KEY, add={"text": 1}, condition=Absent())
        with pytest.raises(Refused):
            store.write(impossible)

    def test_an_attribute_may_have_any_name(self, store: Store) -> None:
        given = item(**dict.fromkeys(RESERVED, 1))
        store.write(Put(given))
        holds = all_of(*(condition for name in RESERVED for condition in (Equals(name, 1), AtLeast(name, 1))))
        store.write(Update(KEY, add=dict.fromkeys(RESERVED, 1), condition=holds))
        assert store.get(KEY) == item(**dict.fromkeys(RESERVED, 2))
        values: dict[str, Value] = {name: {name: [name]} for name in RESERVED}
        store.transact([Update(KEY, set=values, condition=all_of(*map(Present, RESERVED)))], token=token())
        assert store.get(KEY) == item(**values)
        store.write(Update(KEY, remove=tuple(RESERVED)))
        store.write(Update(KEY, set={"x": 1}, condition=all_of(*map(Absent, RESERVED))))
        assert store.get(KEY) == item(x=1)

    # Transactions.

    def test_a_transaction_does_all_of_its_operations(self, store: Store) -> None:
        store.bulk_put([item("deleted"), item("updated", n=1), item("checked"), item("replaced", old=1)])
        store.transact(
            [
                Put(item("put")),
                Put(item("replaced", new=1), Present()),
                Update(Key("p", "updated"), add={"n": 1}, condition=Equals("n", 1)),
                Update(Key("q", "made"), set={"n": 1}),
                Delete(Key("p", "deleted")),
                Delete(Key("p", "never")),
                Check(Key("p", "checked"), Present()),
                Check(Key("p", "nothing"), Absent()),
            ],
            token=token(),
        )
        expected = [
            item("put"),
            item("replaced", new=1),
            item("updated", n=2),
            item("made", "q", n=1),
            item("checked"),
        ]
        assert contents(store) == {Key.of(each): exact(each) for each in expected}

    def test_a_refused_transaction_names_every_refusal_in_order(self, store: Store) -> None:
        store.bulk_put([item("b", n=2), item("e", x=True)])
        before = contents(store)
        with pytest.raises(Refused) as refused:
            store.transact(
                [
                    Put(item("a"), Absent()),
                    Update(Key("p", "b"), add={"n": 1}, condition=Equals("n", 1)),
                    Put(item("c")),
                    Delete(Key("p", "d"), Present()),
                    Check(Key("p", "e"), Absent()),
                    Check(Key("p", "f"), Absent()),
                ],
                token=token(),
            )
        assert refused.value.refusals == (
            Refusal(1, item("b", n=2)),
            Refusal(3, None),
            Refusal(4, item("e", x=True)),
        )
        assert refused.value.first == Refusal(1, item("b", n=2))
        assert contents(store) == before

    def test_a_transaction_that_cannot_be_done_writes_nothing(self, store: Store) -> None:
        store.write(Put(item("text", value="x")))
        before = contents(store)
        with pytest.raises(Malformed):
            store.transact(
                [Put(item("a")), Update(Key("p", "text"), add={"value": 1}), Put(item("b"))], token=token()
            )
        assert contents(store) == before

    def test_a_transaction_has_at_most_100_operations(self, store: Store) -> None:
        puts = [Put(item(f"{n:03}", n=n)) for n in range(101)]
        with pytest.raises(Malformed):
            store.transact(puts, token=token())
        with pytest.raises(Malformed):
            store.transact([], token=token())
        assert contents(store) == {}
        store.transact(puts[:100], token=token())
        assert len(contents(store)) == 100

    @pytest.mark.parametrize(
        "second",
        [Put(item(n=2)), Update(KEY, add={"n": 1}), Delete(KEY), Check(KEY, Absent())],
        ids=lambda operation: type(operation).__name__,
    )
    def test_a_transaction_names_an_item_once(self, store: Store, second: Operation) -> None:
        with pytest.raises(Malformed):
            store.transact([Put(item(n=1)), second], token=token())
        assert contents(store) == {}

    def test_a_transaction_has_at_most_4_megabytes(self, store: Store) -> None:
        with pytest.raises(Malformed):
            store.transact([Put(item(str(n), value="x" * 390_000)) for n in range(11)], token=token())
        assert contents(store) == {}

    # Tokens.

    def test_a_transaction_sent_again_is_done_once(self, store: Store, opener: Opener) -> None:
        same = token()
        operations: list[Operation] = [Put(item("a", n=1), Absent()), Update(Key("p", "b"), add={"n": 1})]
        for caller in (store, store, opener()):
            caller.transact(operations, token=same)
        assert store.get(Key("p", "b")) == item("b", n=1)
        store.transact(operations[1:], token=token())
        store.write(Delete(KEY))
        store.transact(operations, token=same)
        assert contents(store) == {Key("p", "b"): exact(item("b", n=2))}

    def test_a_token_serves_one_transaction(self, store: Store) -> None:
        same = token()
        store.transact([Update(KEY, add={"n": 1}, condition=Absent("x"))], token=same)
        others: list[list[Operation]] = [
            [Update(KEY, add={"n": 2}, condition=Absent("x"))],
            [Update(KEY, add={"n": 1}, condition=Absent("y"))],
            [Update(KEY, add={"n": 1}, condition=Present("x"))],
            [Update(KEY, add={"n": 1})],
            [Update(KEY, set={"n": 1}, condition=Absent("x"))],
            [Update(KEY, add={"n": 1}, condition=Absent("x")), Put(item("b"))],
            [Delete(KEY, Absent("x"))],
        ]
        for operations in others:
            with pytest.raises(Malformed):
                store.transact(operations, token=same)
        assert contents(store) == {KEY: exact(item(n=1))}

    def test_a_refused_transaction_may_be_sent_again_with_its_token(self, store: Store) -> None:
        same = token()
        operations: list[Operation] = [Put(item(n=1), Absent()), Update(Key("p", "b"), add={"n": 1})]
        store.write(Put(item(n=0)))
        with pytest.raises(Refused):
            store.transact(operations, token=same)
        store.write(Delete(KEY))
        for _ in range(2):
            store.transact(operations, token=same)
        assert store.batch_get([KEY, Key("p", "b")]) == {KEY: item(n=1), Key("p", "b"): item("b", n=1)}

    @pytest.mark.parametrize("length", [0, 37])
    def test_a_token_has_1_to_36_characters(self, store: Store, length: int) -> None:
        with pytest.raises(Malformed):
            store.transact([Put(item())], token="t" * length)
        assert contents(store) == {}


# Callers at the same time. The functions are at module level because processes find them by name.

THREADS = 8
PROCESSES = 4
TIMES = 20
TOTAL, LEFT, RIGHT = Key("counters", "total"), Key("counters", "left"), Key("counters", "right")


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """The results of `work(0)` to `work(count - 1)` in threads that begin at one moment."""
    line = Barrier(count)

    def run(number: int) -> T:
        line.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def count_up(opener: Opener, times: int) -> None:
    store = opener()
    for _ in range(times):
        store.write(Update(TOTAL, add={"n": 1}))


def count_up_with_a_row(opener: Opener, worker: int, times: int) -> None:
    store = opener()
    for number in range(times):
        row = Put(item(f"{worker}#{number}", "rows"), Absent())
        store.transact([row, Update(TOTAL, add={"n": 1})], token=token())


def move(store: Store, amount: int) -> bool:
    """Whether the left counter held the amount, which is then on the right one."""
    take = Update(LEFT, add={"n": -amount}, condition=AtLeast("n", amount))
    try:
        store.transact([take, Update(RIGHT, add={"n": amount})], token=token())
    except Refused:
        return False
    return True


def append(store: Store, entry: Value) -> None:
    """Read, change and write until nobody came between."""
    while True:
        present = store.get(TOTAL) or {}
        version, entries = present.get("version", 0), present.get("entries", [])
        assert isinstance(version, int)
        assert isinstance(entries, list)
        condition = Equals("version", version) if version else Absent()
        try:
            store.write(
                Put({**TOTAL.attributes(), "version": version + 1, "entries": [*entries, entry]}, condition)
            )
        except Refused:
            continue
        return


def wins(store: Store, operations: Sequence[Operation]) -> bool:
    try:
        store.transact(operations, token=token())
    except Refused:
        return False
    return True


class StoreConcurrencyContract(Contract):
    """What callers at the same time may rely on, in threads over one store and in processes."""

    def test_threads_lose_no_addition(self, store: Store) -> None:
        together(THREADS, lambda _: count_up(lambda: store, TIMES))
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": THREADS * TIMES}

    def test_processes_lose_no_addition(self, store: Store, opener: Opener) -> None:
        with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
            works = [pool.submit(count_up, opener, TIMES) for _ in range(PROCESSES)]
            works += [pool.submit(count_up_with_a_row, opener, worker, TIMES) for worker in range(PROCESSES)]
            for work in works:
                work.result()
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": 2 * PROCESSES * TIMES}
        rows = items_of(lambda place: store.query("rows", start=place))
        assert len(rows) == PROCESSES * TIMES

    def test_each_thread_may_open_the_table_anew(self, store: Store, opener: Opener) -> None:
        together(THREADS, lambda worker: count_up_with_a_row(opener, worker, 5))
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": THREADS * 5}

    def test_one_of_many_puts_of_an_absent_item_wins(self, store: Store) -> None:
        def put(worker: int, number: int) -> bool:
            try:
                store.write(Put(item(str(number), winner=worker), Absent()))
            except Refused:
                return False
            return True

        for number in range(5):
            won = together(THREADS, lambda worker, number=number: put(worker, number))  # type: ignore[misc]
            assert won.count(True) == 1
            assert store.get(Key("p", str(number))) == item(str(number), winner=won.index(True))

    def test_one_of_many_transactions_for_a_lock_wins_whole(self, store: Store) -> None:
        won = together(
            THREADS,
            lambda worker: wins(
                store,
                [
                    Update(TOTAL, add={"n": 1}),
                    Put(item("lock", holder=worker), Absent()),
                    Put(item(str(worker), "rows")),
                ],
            ),
        )
        winner = won.index(True)
        assert won.count(True) == 1
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": 1}
        assert store.get(Key("p", "lock")) == item("lock", holder=winner)
        assert store.query("rows").items == [item(str(winner), "rows")]

    def test_one_transaction_sent_by_many_is_done_once(self, store: Store) -> None:
        same = token()
        together(THREADS, lambda _: store.transact([Update(TOTAL, add={"n": 1})], token=same))
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": 1}

    def test_transactions_keep_the_sum_and_the_floor(self, store: Store) -> None:
        amounts = [3, 5, 7, 11]
        store.bulk_put([{**LEFT.attributes(), "n": 200}, {**RIGHT.attributes(), "n": 0}])

        def work(worker: int) -> int:
            if worker >= len(amounts):  # readers; a batch is no snapshot on DynamoDB, so they see any sum
                for _ in range(TIMES):
                    seen = store.batch_get([LEFT, RIGHT])
                    assert all(isinstance(n := each["n"], int) and 0 <= n <= 200 for each in seen.values())
                return 0
            return sum(amounts[worker] for _ in range(TIMES) if move(store, amounts[worker]))

        moved = sum(together(len(amounts) + 2, work))
        assert store.get(LEFT) == {**LEFT.attributes(), "n": 200 - moved}
        assert store.get(RIGHT) == {**RIGHT.attributes(), "n": moved}
        assert 200 - moved < max(amounts)

    def test_optimistic_loops_lose_nothing(self, store: Store) -> None:
        def work(worker: int) -> None:
            for number in range(10):
                append(store, f"{worker}#{number}")

        together(4, work)
        found = store.get(TOTAL) or {}
        entries = found["entries"]
        assert isinstance(entries, list)
        assert found["version"] == 40
        assert set(map(str, entries)) == {f"{worker}#{number}" for worker in range(4) for number in range(10)}
        assert len(entries) == 40
