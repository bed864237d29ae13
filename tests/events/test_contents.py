"""What events tell: ids, roles and states; names and addresses where they are included; never a secret."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Item, Key, Store, every
from roster.db.transactions import Transaction
from roster.dialects.maintenance import event_bus
from roster.dialects.maintenance.publish import NumberedItem, publish
from roster.directory import audit, users
from roster.directory.cloud_events import MOST_BYTES, event_of, events_of, subject_noun
from roster.domain import Actor, User, Webhook
from roster.events import STATES, Event
from roster.http.outgoing import Outcome
from tests.contract.fixtures import ContractFixtures
from tests.contract.recorder import STATUSES
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.guard import acting_as
from tests.support.stream import records
from tests.webhooks.line import Line

pytestmark = pytest.mark.any_engine

# What events are about.

OF_USERS = {
    "access_token", "audit", "member", "member.view", "password", "password_link", "project.member",
    "refresh_token", "session", "space.role", "token", "user", "user.credentials", "user.factor",
    "user.factors", "user.recovery_code", "user.recovery_codes", "user.sessions",
}  # fmt: skip
OF_OTHERS = {
    "app": "app", "client": "client", "client.secret": "client", "directory": "directory",
    "feature": "feature", "group": "group", "invitation": "invitation", "project": "project", "role": "role",
    "scim_token": "scim_token", "space": "space", "webhook": "webhook", "workspace": "workspace",
    "workspace.group": "workspace_group", "workspace.group.member": "workspace_group",
}  # fmt: skip


@pytest.mark.parametrize("event", Event, ids=lambda event: event.type)
def test_a_subject_is_of_the_kind_that_the_target_is(event: Event) -> None:
    noun = event.type.removeprefix("roster.").rpartition(".")[0]
    assert subject_noun(event.type) == ("user" if noun in OF_USERS else OF_OTHERS[noun])


# Profiles.


def audited(store: Store) -> list[Item]:
    return [found for shard in keys.AUDIT_SHARDS for found in every(store, shard)]


def numbered(api: Api) -> None:
    places = [Key.of(found) for found in audited(api.store)]
    with acting_as("Publish"):
        assert publish(api.store, records(places, "INSERT"), api.clock(), []) == {"batchItemFailures": []}


class Bus:
    """A client of EventBridge that keeps what is put."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:
        self.events += [json.loads(entry["Detail"]) for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}


@pytest.mark.parametrize("included", [False, True], ids=["without", "with"])
def test_profiles_are_told_by_feed_bus_and_webhook_only_where_the_deployment_includes_them(
    api: Api,
    directory: Directory,
    deployed: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    included: bool,
) -> None:
    deployed(INCLUDE_PROFILES="true" if included else "false", EVENT_BUS="changes")
    root, acme = directory.user("root", admin=True), directory.workspace("acme")
    directory.webhook(acme, types=("roster.member.added",))
    line = Line(api)
    ada = directory.user("ada", full_name="Ada Lovelace")
    directory.member(acme, ada)
    sent: list[Mapping[str, Any]] = []

    def took(webhook: Webhook, event: Mapping[str, Any]) -> Outcome:
        sent.append(event)
        return Outcome(200, 1)

    line.outcome = took
    line.run(seconds=1)
    numbered(api)
    bus = Bus()
    monkeypatch.setattr(event_bus, "_client", lambda: bus)
    items = [found for found in audited(api.store) if found["target"] == ada.id]
    event_bus.deliver(api.store, [NumberedItem(str(each["SK"]), each) for each in items])
    feed = api.get(f"/api/workspaces/{acme.id}/events", as_=root).data
    of_ada = [
        [each for each in told if each["type"] == "roster.member.added" and each["data"]["target"] == ada.id]
        for told in (feed, bus.events, sent)
    ]
    expected = {"name": "Ada Lovelace", "email": ada.email} if included else None
    assert [[each["data"].get("profile") for each in told] for told in of_ada] == [[expected]] * 3
    assert all("profile" not in each["data"] for each in feed if not each["subject"].startswith("user/"))


@pytest.mark.row("EV-18")
def test_the_profile_of_a_deleted_user_is_told_no_more(
    api: Api, directory: Directory, deployed: Callable[..., None]
) -> None:
    deployed(INCLUDE_PROFILES="true")
    ada = directory.user("ada", full_name="Ada Lovelace")
    items = [found for found in audited(api.store) if found["target"] == ada.id]
    assert "profile" in events_of(api.store, items)[0]["data"]
    users.delete(api.store, users.alive(api.store, ada.id), by=directory.by)
    assert "profile" not in events_of(api.store, items)[0]["data"]


def test_an_erasure_reaches_the_events_of_before(api: Api, directory: Directory) -> None:
    root, acme = directory.user("root", admin=True), directory.workspace("acme")
    ada = directory.user("ada")
    directory.member(acme, ada)
    assert api.put(f"/api/admin/users/{ada.id}", {"roles": ["ADMIN"]}, as_=root).status == 200
    numbered(api)
    before = api.get("/api/admin/events", as_=root).data
    assert ada.id in str(before)
    users.delete(api.store, users.alive(api.store, ada.id), by=directory.by)
    numbered(api)
    assert audit.erase(api.store, ada.id, "erased-1") > 3
    after = api.get("/api/admin/events", as_=root).data
    assert ada.id not in str(after)
    assert [event["id"] for event in after][: len(before)] == [event["id"] for event in before]


# Fuzz.

MOMENT = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
PERSONAL = "Zq9"
"""In every name, address, password and URL of the tests below, and in nothing else."""
EVENTS = int(os.environ.get("EVENTS", "10000"))


def demand_nothing_personal(event: Mapping[str, Any], secrets: set[str]) -> None:
    text = json.dumps(event, ensure_ascii=False)
    assert PERSONAL not in text, text
    assert "@" not in text, text
    assert "://" not in text.replace(str(event["source"]), ""), text
    assert not [secret for secret in secrets if secret in text], text
    assert len(text.encode()) <= MOST_BYTES


def anything(random: Random, depth: int = 2) -> Any:
    kind = random.randrange(6 if depth else 3)
    text = f"{PERSONAL} {random.choice(['é', '名', '@', 'https://', ''])}{random.random()}"
    if kind < 3:
        return [text, random.randrange(10**6), random.random() < 0.5][kind]
    if kind < 5:
        return [anything(random, depth - 1) for _ in range(random.randrange(4))]
    return {text: anything(random, depth - 1)}


STATE = {"roles": ["ADMIN"], "active": True, "groups": list(range(300)), "role": "ADMIN", "suspended": False}
"""Of states some; what stands under another name is never told."""


def test_of_ten_thousand_changes_nothing_is_told_but_what_the_table_of_events_lists() -> None:
    """Whole states go into the audit of each kind of change, with attributes of every name and content."""
    random, kinds = Random(22), list(Event)  # noqa: S311 - what is tried
    names = sorted({*users_attributes(), "url", "digest", "nonce", "link", "secret", "password"} - STATES)
    for at in range(10_000):
        event = kinds[at % len(kinds)]
        states: list[dict[str, Any]] = [
            {name: anything(random) for name in random.sample(names, 12)}
            | {name: value for name, value in STATE.items() if random.random() < 0.5}
            for _ in range(2)
        ]
        work = Transaction(Actor(f"r-{at}", MOMENT, "u-1"))
        work.audit(event, f"t-{at}", before=states[0], after=states[1])
        told = event_of(item_of(work))
        demand_nothing_personal(told, set())
        assert {*told["data"]["before"], *told["data"]["after"]} <= {
            *map(camel, event.states), *(f"{camel(name)}Count" for name in event.states), "cut",
        }  # fmt: skip


def users_attributes() -> set[str]:
    return set(User.__dataclass_fields__)


def camel(name: str) -> str:
    return re.sub(r"_(.)", lambda found: found[1].upper(), name)


def item_of(work: Transaction) -> Item:
    put = work.operations[0][0]
    return {"PK": put.key.pk, "SK": put.key.sk, **getattr(put, "item", {})}


WRITES = sorted(
    route
    for route, statuses in STATUSES.items()
    if route.split(" ")[0] in ("POST", "PUT", "DELETE", "PATCH") and 200 in statuses and "/scim/" not in route
)
NOT_ONES_OWN = ("/api/admin/users/",)
"""Routes whose path names a user; else the caller would be gone."""


def personal(body: Any, random: Random) -> Any:
    """The body with other words of the same kinds, each with the mark."""
    if not isinstance(body, dict):
        return body
    new = dict(body)
    mark = f"{PERSONAL}-{random.randrange(10**9)}"
    for name, value in body.items():
        if name in ("name", "fullName", "firstName", "lastName", "description"):
            new[name] = f"{mark} {random.choice(['Ünal', '名', '<b>', 'O’Neill'])}"
        elif name == "email" and "fresh" in value:
            new[name] = f"{mark}@example.com".lower().replace(PERSONAL.lower(), PERSONAL)
        elif name == "key":
            new[name] = f"key-{random.randrange(10**9)}"
        elif name == "url":
            new[name] = f"https://hooks.example.com/{mark}?token={mark}"
    return new


def secrets_in(answer: Answer) -> Iterator[str]:
    """What the answer shows that must not be told: credentials, codes, links, and the secret part of each."""

    def walk(found: Any, name: str = "") -> Iterator[str]:
        if isinstance(found, dict):
            for key, value in found.items():
                yield from walk(value, key)
        elif isinstance(found, list):
            for value in found:
                yield from walk(value, name)
        elif isinstance(found, str) and re.search(r"token$|secret|link|codes|url|challenge", name, re.I):
            yield from (part for part in re.split(r"[.#/ ]", found) if len(part) >= 12)

    if answer.text.startswith("{"):
        yield from walk(answer.json)
    for cookie in answer.cookies:
        yield from (part for part in re.split(r"[.;=]", cookie.partition(";")[0]) if len(part) >= 40)


def play(fixtures: ContractFixtures, routes: list[str], random: Random) -> set[str]:
    """Ask for each of the routes, with words of our own; returns the secrets that were shown."""
    shown: set[str] = set()
    for route in routes:
        body = fixtures.body(route, "root")
        raw = None if body is None or "/auth/" in route else json.dumps(personal(body, random)).encode()
        place = "foreign" if route.partition(" ")[2].startswith(NOT_ONES_OWN) else "own"
        answer = fixtures.request(route, "root", place, raw=raw)()
        shown |= set(secrets_in(answer))
        if answer.status == 401 or "password" in route:  # the session has ended
            fixtures.api.cookies.clear()
    return shown


def provisioned(fixtures: ContractFixtures) -> set[str]:
    """Have an identity provider make, change and delete a user and a group; returns its secret."""
    api, directory, acme = fixtures.api, fixtures.directory, fixtures.acme
    directory.end_scim_tokens(acme)
    token = str(directory.scim_token(acme))
    base, mark = f"/scim/v2/{acme.id}", f"{PERSONAL}-provisioned"

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = api.send(method, f"{base}{path}", body, bearer=token)
        assert answer.status < 300, answer.text
        return answer.json if answer.text else None

    names = {"userName": f"{mark}@example.com", "name": {"givenName": mark, "familyName": mark}}
    user = ask("POST", "/Users", {**names, "externalId": mark, "active": True})["id"]
    ask("PUT", f"/Users/{user}", {**names, "externalId": mark, "title": mark, "active": False})
    group = ask("POST", "/Groups", {"displayName": mark, "members": [{"value": user}]})["id"]
    ask("PUT", f"/Groups/{group}", {"displayName": f"{mark} too", "members": []})
    ask("DELETE", f"/Groups/{group}")
    ask("DELETE", f"/Users/{user}")
    return {token.rpartition(".")[2]}


def demand_events(fixtures: ContractFixtures, shown: set[str]) -> int:
    events = [event_of(found) for found in audited(fixtures.api.store)]
    for event in events:
        told = {str(event["data"][name]) for name in ("actor", "target")}  # ids, that links hold too
        demand_nothing_personal(event, {each for each in shown if each not in told and not is_told(each)})
    return len(events)


def is_told(part: str) -> bool:
    """Whether a part of a credential is an id, which events may have."""
    return keys.is_id(part.rpartition("_")[2]) or part == "hooks.example.com"


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> ContractFixtures:
    return ContractFixtures.make(api, directory)


@pytest.mark.row("EV-14")
def test_no_write_of_any_endpoint_tells_a_name_an_address_or_a_secret(fixtures: ContractFixtures) -> None:
    random = Random(4)  # noqa: S311 - what is tried
    shown = play(fixtures, sorted(WRITES, key=lambda route: ("DELETE" in route, route)), random)
    shown |= provisioned(fixtures)
    assert len(shown) > 10
    assert demand_events(fixtures, shown) > 100


@pytest.mark.real
def test_in_so_many_events_nothing_personal_is_told(fixtures: ContractFixtures) -> None:
    random, count, shown = Random(5), 0, set[str]()  # noqa: S311 - what is tried
    while count < EVENTS:
        routes = random.sample(WRITES, len(WRITES))
        shown |= play(fixtures, routes, random)
        fixtures.api.clock.advance(minutes=1)
        count = len(audited(fixtures.api.store))
    assert demand_events(fixtures, shown) >= EVENTS
