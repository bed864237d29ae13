"""CorruptItem items: one bad row never fails a page, and nothing of an item reaches the log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

import pytest

from cli.invariants import is_listing, words_of
from local.embedded import open_embedded
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.auth import login_throttle
from roster.clock import Deadline
from roster.db import keys
from roster.db.store import Item, Key, Page, Store, Value
from tests.contract import recorder
from tests.support import budgets
from tests.support.api import Answer, Api, Clock, in_process, make_dependencies
from tests.support.budgets import ENDPOINTS, BudgetFixtures, Endpoint
from tests.support.directory import PASSWORD, Directory

OWN_WORKSPACES = Endpoint(
    "GET /api/workspaces", 5, 5, 0, lambda on: on.api.get("/api/workspaces", as_=on.ada), "a member's own"
)
READING = [
    *(row for row in ENDPOINTS if row.trips and not row.transactions and row.route.startswith("GET")),
    OWN_WORKSPACES,
]
SENTINEL = "sentinel 7c1f content"
NEVER = 987_654_321_987
"""Stands where there should be text."""

WITH_THEIR_CALLER = {
    "GET /api/auth/me",
    "GET /api/auth/tokens",
    "GET /api/v1/user",
    "GET /api/workspace/auth/me",
    "GET /minimal/rest/user/v1/org",
}
"""One endpoint a way of authentication, in which the caller's own items are spoilt too."""

CREDENTIALS = (words_of(keys.session("x", "x")), words_of(keys.token("x", "x")))


@dataclass
class Spoiler:
    """A store that reads one item as it is not; it takes note of the others."""

    inner: Store
    spoilt: Key | None = None
    changed: dict[str, Value] = field(default_factory=dict)
    without: str = ""
    seen: dict[Key, Item] = field(default_factory=dict)

    def arm(self, spoilt: Key | None = None, *, without: str = "", **changed: Value) -> None:
        self.spoilt, self.without, self.changed = spoilt, without, changed
        self.seen.clear()

    def within(self, _: Deadline) -> Self:
        return self

    def get(self, key: Key, **more: Any) -> Item | None:
        found = self.inner.get(key, **more)
        return None if found is None else self._read(found)

    def batch_get(self, keys: Sequence[Key], **more: Any) -> dict[Key, Item]:
        return {key: self._read(item) for key, item in self.inner.batch_get(keys, **more).items()}

    def query(self, pk: str, **more: Any) -> Page:
        page = self.inner.query(pk, **more)
        return Page([self._read(item) for item in page.items], page.next)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _read(self, item: Item) -> Item:
        key = Key.of(item)
        self.seen[key] = item
        if key != self.spoilt:
            return item
        return {name: value for name, value in {**item, **self.changed}.items() if name != self.without}


@pytest.fixture(scope="module")
def laid(
    routes: Routes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[BudgetFixtures, Spoiler]]:
    embedded = open_embedded(tmp_path_factory.mktemp("poison") / "roster.db")
    spoiler, clock = Spoiler(embedded), Clock()
    store = cast(Store, spoiler)
    dependencies.use(make_dependencies(store, clock))
    fixtures = BudgetFixtures.set(Api(Gateway(routes, in_process), store, clock), Directory(store, clock))
    yield fixtures, spoiler
    embedded.close()
    dependencies.use(None)


@pytest.fixture
def spoiler(laid: tuple[BudgetFixtures, Spoiler], monkeypatch: pytest.MonkeyPatch) -> Spoiler:
    monkeypatch.setattr(recorder, "tolerated", frozenset({500}))  # which no contract lists
    monkeypatch.setattr(budgets, "FAR", 1)
    fixtures, made = laid
    dependencies.use(make_dependencies(cast(Store, made), fixtures.api.clock))
    made.arm()
    return made


@pytest.fixture
def fixtures(laid: tuple[BudgetFixtures, Spoiler]) -> BudgetFixtures:
    return laid[0]


def rows_of(answer: Answer) -> list[Any] | None:
    """The rows of a list; None for what is none."""
    told = answer.json
    for name in ("data", "result", "resources"):
        if isinstance(told, dict) and isinstance(told.get(name), list):
            return cast(list[Any], told[name])
    return None


def one_of_a_kind(spoiler: Spoiler, row: Endpoint) -> list[tuple[Key, Item]]:
    """Of what was read the last item of each kind."""
    caller = {key.pk for key in spoiler.seen if words_of(key) in CREDENTIALS}
    read = {
        words_of(key): (key, item)
        for key, item in spoiler.seen.items()
        if key.pk not in caller or row.route in WITH_THEIR_CALLER
    }
    return list(read.values())


def wrong(value: Value) -> Value:
    return NEVER if isinstance(value, str) else SENTINEL


def is_row(key: Key) -> bool:
    return is_listing(key.pk) and key.sk.startswith("ROW#")


def is_one_of_many(key: Key, row: Endpoint) -> bool:
    """Whether the item is a row that a list shows, or the user whom it joins."""
    if key.pk == keys.PROJECTS and "{project_id}" in row.route:
        return False  # it tells which project the path names
    if words_of(key) == words_of(keys.user("x")) and row.route.endswith("/users/{userId}/memberships"):
        return False  # it is the user whom the path names
    if row.name == "GET /api/admin/users of an address":
        return False  # it is the user whom the address names: an empty list would say that there is none
    return is_row(key) or (words_of(key) == words_of(keys.user("x")) and row.route not in WITH_THEIR_CALLER)


def demand_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """No content of any item reached the log."""
    told = caplog.text + "".join(repr(vars(record)) for record in caplog.records)
    for text in (SENTINEL, str(NEVER), "@example.com"):
        assert text not in told
    caplog.clear()


@pytest.mark.row("P-06", "item-40")
@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
def test_an_item_of_another_shape_is_contained(
    fixtures: BudgetFixtures, spoiler: Spoiler, row: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    whole = row.ask(fixtures)
    assert whole.status == 200
    listed = rows_of(whole)
    for key, item in one_of_a_kind(spoiler, row):
        for name in sorted(item.keys() - {"PK", "SK"}):
            for case in ({"without": name}, {name: wrong(item[name])}):
                spoiler.arm(key, **case)
                answer = row.ask(fixtures)
                # 400 where the query names what the item gives a right to.
                assert answer.status in (200, 400, 401, 403, 404, 500), (key, case, answer.text)
                if listed is not None and is_one_of_many(key, row):
                    assert answer.status == 200, (key, case)
                    assert len(rows_of(answer) or ()) >= len(listed) - 1, (key, case)
                if answer.status == 500:
                    assert {"corrupt item", "broken"} & {record.getMessage() for record in caplog.records}
                demand_quiet(caplog)


@pytest.mark.row("P-06")
@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
def test_an_item_of_a_later_version_is_read_as_ever(
    fixtures: BudgetFixtures, spoiler: Spoiler, row: Endpoint
) -> None:
    whole = row.ask(fixtures)
    for key, _ in one_of_a_kind(spoiler, row):
        if is_listing(key.pk) and not is_row(key):
            continue  # whose attributes are counts
        spoiler.arm(key, v=99, attribute_of_tomorrow={"x": [1]})
        assert (row.ask(fixtures).status, row.ask(fixtures).text) == (200, whole.text), key


@pytest.mark.row("P-06")
@pytest.mark.parametrize("role", ["OWNER", "admin", "", "ADMIN "])
def test_an_unknown_role_may_least(fixtures: BudgetFixtures, spoiler: Spoiler, role: str) -> None:
    api, base = fixtures.api, fixtures.base
    spoiler.arm(keys.user(base.root.id), roles=[role])
    assert api.get("/api/admin/users", as_=base.root).status == 403
    assert api.get("/api/auth/me", as_=base.root).data["roles"] == ["USER"]

    spoiler.arm(keys.member(base.acme.id, base.boss.id), role=role)
    assert api.get(f"/api/workspaces/{base.acme.id}", as_=base.boss).status == 200
    body = {"userId": base.stranger.id, "role": "ADMIN"}
    with api.no_effect():
        assert api.post(f"/api/workspaces/{base.acme.id}/members", body, as_=base.boss).status == 403


@pytest.mark.row("P-05")
@pytest.mark.parametrize(
    "cost", ["m=8388608,t=1,p=1", "m=8,t=1000,p=1", "m=8,t=1,p=200", "m=4294967295,t=4294967295,p=255"]
)
def test_a_stored_hash_that_asks_too_much_is_not_tried(
    fixtures: BudgetFixtures, spoiler: Spoiler, cost: str, caplog: pytest.LogCaptureFixture
) -> None:
    asks = f"$argon2id$v=19${cost}$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaA"
    spoiler.arm(keys.password(fixtures.ada.id), hash=asks)
    answer = fixtures.api.post("/api/auth/login", {"email": fixtures.ada.email, "password": PASSWORD})
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert [vars(one)["where"] for one in caplog.records if one.msg == "corrupt item"] == ["password.hash"]
    fixtures.store.write(login_throttle.forgotten(keys.attempts(fixtures.ada.email)))


@pytest.mark.row("P-05")
@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$", "$2b$12$x", 7, None, ["x"]])
def test_a_stored_hash_that_is_none_lets_nobody_in(
    fixtures: BudgetFixtures, spoiler: Spoiler, stored: Value
) -> None:
    spoiler.arm(keys.password(fixtures.ada.id), hash=stored)
    login = {"email": fixtures.ada.email, "password": PASSWORD}
    assert fixtures.api.post("/api/auth/login", login).status == 401
    fixtures.store.write(login_throttle.forgotten(keys.attempts(fixtures.ada.email)))


@pytest.mark.row("item-40")
def test_a_row_that_was_passed_over_is_told_to_the_log_by_kind_and_attribute(
    fixtures: BudgetFixtures, spoiler: Spoiler, caplog: pytest.LogCaptureFixture
) -> None:
    spoiler.arm(keys.row(keys.USERS, fixtures.ada.number), email=NEVER)
    assert fixtures.api.get("/api/admin/users", as_=fixtures.base.root).status == 200
    [told] = [record for record in caplog.records if record.getMessage() == "corrupt item"]
    assert (told.levelname, vars(told)["where"]) == ("ERROR", "User.email")
