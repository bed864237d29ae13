"""Functions as built, in Lambda's own runtime client, killed in the middle: what is left is whole.

Wants a build for this machine: `make build ARCH=here`.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from local.gateway import Event, Function, Gateway, Routes
from local.runtime_api import Crashed, Deployed, Environment
from roster import clock
from roster.db import keys
from roster.directory import cleanup
from tests.faulty import fixtures
from tests.faulty.bulk_users import join_many, left_of
from tests.faulty.fixtures import FaultyFixtures
from tests.support import real, tally
from tests.support.api import Answer, Clock
from tests.support.budgets import BudgetFixtures
from tests.support.directory import Directory
from tools import invoke
from tools.build import HERE, folder
from tools.runtime_python import runs_as, version

pytestmark = pytest.mark.real

KILLS = 4  # a function
MEMBERSHIPS = 400

ASK: dict[str, Callable[[BudgetFixtures], Answer]] = {
    "CreateUser": lambda on: on.api.post(
        "/api/admin/users",
        {
            "email": "new@example.com",
            "fullName": "New",
            "password": "quite another phrase",
            "roles": ["USER"],
        },
        as_=on.base.root,
    ),
    "AddMember": lambda on: on.api.post(
        f"/api/workspaces/{on.base.acme.id}/members",
        {"userId": on.base.stranger.id, "role": "MEMBER"},
        as_=on.base.boss,
    ),
    "DeleteUser": lambda on: on.api.delete(f"/api/admin/users/{on.ada.id}", as_=on.base.root),
}


@dataclass
class Machine:
    """Starts functions on a table; each event goes to a process of its own."""

    functions: dict[str, Deployed]
    table: str
    seconds: float | None = None
    """After how long the process of the next event is killed."""
    kills: int = 0

    def __call__(self, function: Function, event: Event) -> Any:
        """What the function answers; raises Crashed where it was killed."""
        environ = {
            "TABLE_NAME": self.table,
            "TABLE_ENDPOINT": real.endpoint(),
            "ARGON2_MEMORY_KIB": "8",
            "ARGON2_ITERATIONS": "1",
        }
        deployed = self.functions[function.id]
        deployed = replace(deployed, environ={**deployed.environ, **environ}, timeout=60.0)
        seconds, self.seconds = self.seconds, None
        with Environment(invoke.PYTHON, deployed, log=os.open(os.devnull, os.O_WRONLY)) as environment:
            environment.init()
            if seconds is not None:
                threading.Timer(seconds, environment.kill).start()
            try:
                return environment.invoke(event)
            except Crashed:
                self.kills += 1
                raise


@pytest.fixture(scope="module")
def laid(routes: Routes) -> Iterator[FaultyFixtures]:
    with fixtures.laid(routes, Clock(clock.now())) as made:  # the processes have clocks of their own
        yield made


@pytest.fixture
def machine(laid: FaultyFixtures) -> Iterator[Machine]:
    """The fixtures' requests go to environments."""
    build = folder(HERE) if runs_as(invoke.PYTHON, version()) else None
    assert build is None or build.is_dir(), "there is no build: make build ARCH=here"
    api = laid.fixtures.api
    made = Machine(invoke.functions(build), laid.store.table_name)
    here, api.gateway = api.gateway, Gateway(api.gateway.routes, made)
    yield made
    api.gateway = here
    laid.restore()
    tally.count("environments killed", made.kills)


@pytest.mark.row("F-08", "item-34")
@pytest.mark.parametrize("name", ASK)
def test_a_function_killed_while_it_writes_leaves_all_or_nothing(
    laid: FaultyFixtures, machine: Machine, name: str
) -> None:
    before = laid.kinds()
    assert ASK[name](laid.fixtures).status == 200
    after = laid.kinds()
    random = Random(name)  # noqa: S311 - a moment, not a secret
    for _ in range(KILLS):
        laid.restore()
        machine.seconds, kills = random.uniform(0.005, 0.08), machine.kills
        answer = ASK[name](laid.fixtures)
        assert answer.status == (500 if machine.kills > kills else 200)
        laid.settle()
        assert laid.kinds() in (before, after)
        assert laid.verify().broken == []


@pytest.mark.row("F-08", "F-09", "item-35")
def test_a_cleanup_killed_in_its_environment_goes_on_in_the_next(
    laid: FaultyFixtures, machine: Machine
) -> None:
    api, store = laid.fixtures.api, laid.store
    joiner = Directory(store, api.clock).user("joiner")
    session = str(Directory(store, api.clock).session(joiner))
    join_many(store, joiner, MEMBERSHIPS, by=laid.fixtures.by)
    assert laid.verify().broken == []
    assert api.delete(f"/api/admin/users/{joiner.id}", as_=laid.fixtures.base.root).status == 200

    job = keys.cleanup_of_user(joiner.id)
    record = {"eventName": "INSERT", "dynamodb": {"Keys": {"PK": {"S": job.pk}, "SK": {"S": job.sk}}}}
    function, random = api.gateway.routes.functions["Cleanup"], Random(9)  # noqa: S311 - moments
    for _ in range(KILLS):
        machine.seconds = random.uniform(0.1, 0.5)
        with pytest.raises(Crashed):
            machine(function, {"Records": [record]})
        assert api.get("/api/auth/me", as_=session).status == 401
        assert laid.verify().broken == []
    assert machine(function, {"Records": [record]}) == {"batchItemFailures": []}
    assert list(cleanup.jobs(store)) == []
    assert left_of(store, joiner.id) == []
    report = laid.verify()
    assert (report.broken, report.pending) == ([], [])
