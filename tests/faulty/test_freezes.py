"""A function that is frozen between requests, as Lambda does, while its connections to the table end.

Wants a build for this machine: `make build ARCH=here`.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from cli.verify import verify
from local.gateway import Event, Function, Gateway, Routes
from local.runtime_api import Environment
from roster import clock
from roster.db import keys
from roster.db.store import Key
from tests.support import real, tally
from tests.support.api import Api, Clock
from tests.support.closing_proxy import ClosingProxy, Ending
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tools import invoke
from tools.build import HERE, folder
from tools.runtime_python import runs_as, version

pytestmark = pytest.mark.real

ROUNDS = 200  # for each transport, in turn with each way that a connection ends


class FreezingEnvironment:
    """One process of one function, which stands still between requests while its connections end."""

    def __init__(self, environment: Environment, proxy: ClosingProxy) -> None:
        self._environment, self._proxy = environment, proxy
        self._endings = cycle(Ending)
        self._has_connected = False

    def __call__(self, function: Function, event: Event) -> Any:
        if self._has_connected:
            os.kill(self._environment.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, self._environment.pid, os.WSTOPPED | os.WNOWAIT)
            self._proxy.end(next(self._endings))
            os.kill(self._environment.pid, signal.SIGCONT)
        self._has_connected = True
        return self._environment.invoke(event)


@pytest.fixture
def proxy() -> Iterator[ClosingProxy]:
    with ClosingProxy(real.endpoint()) as made:
        yield made


@pytest.fixture
def table() -> Iterator[str]:
    with real.fresh_table() as name:
        yield name


@pytest.fixture(params=["http", "boto3"])
def creates_workspaces(
    request: pytest.FixtureRequest, routes: Routes, table: str, proxy: ClosingProxy
) -> Iterator[Api]:
    """The API over one frozen process of CreateWorkspace."""
    build = folder(HERE) if runs_as(invoke.PYTHON, version()) else None
    assert build is None or build.is_dir(), "there is no build: make build ARCH=here"
    deployed = invoke.functions(build)["CreateWorkspace"]
    environ = {"TABLE_NAME": table, "TABLE_ENDPOINT": proxy.url, "TRANSPORT": request.param}
    deployed = replace(deployed, environ={**deployed.environ, **environ})
    with Environment(invoke.PYTHON, deployed, log=os.open(os.devnull, os.O_WRONLY)) as environment:
        environment.init()
        gateway = Gateway(routes, FreezingEnvironment(environment, proxy))
        yield Api(gateway, real.dynamo_store(table), Clock(clock.now()))


def test_of_200_thaws_none_fails_a_request_or_loses_or_doubles_a_write(
    creates_workspaces: Api, proxy: ClosingProxy
) -> None:
    api = creates_workspaces
    root = str(Directory(api.store, api.clock).session(Directory(api.store, api.clock).admin()))
    names = [f"w{number}" for number in range(1 + ROUNDS)]  # the first opens the connection
    made = [api.post("/api/workspaces", {"key": name, "name": name}, as_=root) for name in names]
    assert [answer.text for answer in made if answer.status != 200] == []

    ids = sorted(str(answer.data["id"]) for answer in made)
    items = everything(api.store)
    whole = [item for item in items if Key.of(item) == keys.workspace(str(item.get("id", "none")))]
    assert sorted(str(item["id"]) for item in whole) == ids
    created = [item for item in items if item.get("action") == "workspace.created"]
    assert sorted(str(item["target"]) for item in created) == ids
    assert verify(api.store, now=clock.now()).broken == []
    assert proxy.ended == {each: ROUNDS // len(Ending) for each in Ending}
    tally.count("environments thawed", ROUNDS)
