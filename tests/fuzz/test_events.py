"""Fuzzed events straight into every handler: an answer that its contract lists, never an exception.

`FUZZ=10000` asks for so many examples of each kind, other ones every time.
"""

import json
import os
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from local.gateway import Event, Function, Gateway, Routes, reply
from roster import dependencies
from roster.auth.issuers import Issuers
from roster.db.store import Delete, Item, Key, Store
from roster.directory import workspaces
from roster.domain import Workspace
from tests.attacks import jwt
from tests.contract.recorder import STATUSES
from tests.fuzz.events import ANY_EVENT, Seed, near
from tests.support import tally
from tests.support.api import Api, Context, in_process, make_dependencies
from tests.support.budgets import ENDPOINTS, BudgetFixtures
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.snapshots import everything

EVENTS = Path(__file__).parents[2] / "events"
READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
NO_ROUTE = {400, 401, 404}

ON_DEMAND = "FUZZ" in os.environ
fuzz = hypothesis_settings(
    max_examples=int(os.environ.get("FUZZ", "200")),
    derandomize=not ON_DEMAND,
    print_blob=ON_DEMAND,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class EventFuzzer:
    """A directory that every example finds as the first one did, and the events that it takes."""

    store: Store
    meter: Meter
    functions: list[Function]
    allowed: dict[str, set[int]]
    seeds: list[Seed]
    before: list[Item]

    def try_event(self, function: Function, event: Any) -> int:
        """Hand an event over as Lambda does; judge the answer, put back what it changed; the status."""
        tally.count("fuzzed events")
        handler = getattr(import_module(function.module), function.attribute)
        with self.meter.measure() as reading:
            answer = handler(event, Context(function.id))
        if reading.calls.keys() - READS:
            self._restore()
        assert answer["statusCode"] in self.allowed[function.id], answer["body"]
        response = reply(answer)  # which the gateway could not make of every answer
        assert response.status == answer["statusCode"]
        headers = dict(response.headers)
        if headers["content-type"].startswith("application/json") and "content-encoding" not in headers:
            json.loads(response.body)
        return response.status

    def _restore(self) -> None:
        before = {Key.of(item): item for item in self.before}
        now = {Key.of(item): item for item in everything(self.store)}
        for key in now.keys() - before.keys():
            self.store.write(Delete(key))
        self.store.bulk_put([item for key, item in before.items() if now.get(key) != item])


@pytest.fixture
def fuzzer(api: Api, directory: Directory, meter: Meter, routes: Routes) -> EventFuzzer:
    fixtures = BudgetFixtures.set(api, directory)
    issuers = Issuers.read(json.dumps([{"issuer": None, "hmacSecrets": [jwt.SECRET]}]))
    dependencies.use(make_dependencies(api.store, api.clock, issuers=lambda: issuers))
    allowed: dict[str, set[int]] = {}
    for route in routes.routes:
        key = route.key.replace("HEAD ", "GET ")  # which answers alike
        allowed.setdefault(route.function.id, set(NO_ROUTE)).update({*STATUSES[key]} - {503})
    functions = sorted({route.function for route in routes.routes}, key=lambda function: function.id)
    ended = directory.workspace("ended")  # of those that are suspended alone, one can be deleted
    workspaces.change(api.store, ended, lambda one: replace(one, active=False), by=directory.by)
    before = everything(api.store)
    made = EventFuzzer(api.store, meter, functions, allowed, [], before)
    made.seeds += [*_recorded(fixtures, meter, ended), *_kept(routes)]
    made._restore()
    return made


def _recorded(fixtures: BudgetFixtures, meter: Meter, ended: Workspace) -> list[Seed]:
    """The events of requests that are granted: one an endpoint, and one with a token of an issuer."""
    seeds: list[Seed] = []

    def recording(function: Function, event: Event) -> Any:
        seeds.append(Seed(function, event))
        return in_process(function, event)

    gateway = fixtures.api.gateway
    fixtures.api.gateway = Gateway(gateway.routes, recording)
    for endpoint in ENDPOINTS:
        endpoint.ask(fixtures)
    fixtures.api.get("/api/v1/user", bearer=jwt.secret_signed(jwt.claims(user_id=fixtures.ada.id)))
    fixtures.api.delete(f"/api/workspaces/{ended.id}", as_=fixtures.base.root)
    fixtures.api.gateway = gateway
    return seeds


def _kept(routes: Routes) -> list[Seed]:
    """The events that are shown to people, but for the stream's."""
    files = [(routes.functions[file.stem], file) for file in sorted(EVENTS.glob("*.json"))]
    return [
        Seed(function, json.loads(file.read_text("utf-8")))
        for function, file in files
        if ".maintenance." not in function.module
    ]


@pytest.mark.row("item-18")
def test_any_event_at_all_is_answered_as_a_contract_says(fuzzer: EventFuzzer) -> None:
    @fuzz
    @given(some.sampled_from(fuzzer.functions), ANY_EVENT)
    def run(function: Function, event: Any) -> None:
        fuzzer.try_event(function, event)

    run()


@pytest.mark.row("item-18", "item-48")
def test_an_event_almost_like_a_real_one_is_answered_as_a_contract_says(fuzzer: EventFuzzer) -> None:
    @fuzz
    @given(near(fuzzer.seeds))
    def run(seed: Seed) -> None:
        fuzzer.try_event(seed.function, seed.event)

    run()


def test_the_seeds_reach_every_function_with_success(fuzzer: EventFuzzer) -> None:
    """Or the fuzzing around them would stop at the door."""
    answered = {(seed.function.id, fuzzer.try_event(seed.function, seed.event)) for seed in fuzzer.seeds}
    assert {name for name, status in answered if 200 <= status < 300} == {
        function.id for function in fuzzer.functions if not function.module.endswith("unknown_route")
    }
