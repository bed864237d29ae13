"""The endpoint suite's fixtures: handlers found by the template's routes, over an empty table, at a set time.

The engine is SQLite; `--engine dynamodb` (under `tools/with_dynamodb_local.sh`) is DynamoDB Local. Of several
engines the last is called over boto3's client, as a deployment with `TRANSPORT=boto3` calls; `--transport`
has all of them called so, or so.
"""

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import botocore.session
import pytest

from local.embedded import open_embedded
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.db.store import Store
from roster.settings import settings
from tests.contract import recorder
from tests.support import real, tally
from tests.support.api import Api, Clock, in_process, make_dependencies
from tests.support.directory import Directory
from tests.support.guard import GuardedStore, GuardedTransport, template_guard
from tests.support.meter import Meter, MeteredStore

pytest_plugins = (
    "tests.support.tally",
    "tests.attacks.register",
    "tests.contract.account",
    "tests.support.unused_grants",
)

ROOT = Path(__file__).parent.parent

# Read once by `settings`: the cheapest hash that argon2 knows, and the names that HTTPS has.
os.environ.update(ARGON2_MEMORY_KIB="8", ARGON2_ITERATIONS="1", ALLOWED_ORIGINS="https://app.example")


# Every session of botocore's reads its models of services from the disk anew; here they share what was read.
botocore.session.create_loader = cache(botocore.session.create_loader)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "dynamodb"), default="sqlite", help="the table's engine")
    parser.addoption(
        "--transport", choices=("http", "boto3"), help="what carries all calls to DynamoDB Local"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        calls_api = isinstance(item, pytest.Function) and "api" in item.fixturenames
        if calls_api and item.get_closest_marker("any_engine") is None:
            item.add_marker("endpoint")


# What is made until all tests are collected stays to the end: no collection of garbage need look through it.
gc.disable()


def pytest_collection_finish() -> None:
    """The garbage of the tests themselves is collected."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


@pytest.fixture(scope="session")
def routes() -> Routes:
    return Routes.from_template(ROOT / "template.yaml", os.environ["ALLOWED_ORIGINS"].split())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamo_table(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A table on DynamoDB Local as the template makes it, but for the stream; None on SQLite."""
    if request.config.getoption("--engine") != "dynamodb":
        yield None
        return
    with real.fresh_table() as name:
        yield name


@pytest.fixture
def table_file() -> Iterator[Path]:
    """Where the embedded table lies: in memory where there is such a folder, for else it waits for a disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder, "roster.db")


@pytest.fixture
def bare_store(request: pytest.FixtureRequest, dynamo_table: str | None, table_file: Path) -> Iterator[Store]:
    """An empty table of the engine that the run was asked for."""
    if dynamo_table is not None:
        kind = request.config.getoption("--transport") or real.kind_of_this_worker()
        tally.count(f"tests over {kind}")
        plain = real.dynamo_store(dynamo_table, kind)
        yield replace(plain, transport=GuardedTransport(plain.transport, template_guard(), dynamo_table))
    else:
        embedded = open_embedded(table_file)
        yield embedded
        embedded.close()


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def store(bare_store: Store, meter: Meter, dynamo_table: str | None) -> Store:
    if dynamo_table is None:  # else its transport is guarded
        bare_store = cast(Store, GuardedStore(bare_store, template_guard()))
    return MeteredStore(bare_store, meter)


@pytest.fixture
def api(routes: Routes, store: Store, clock: Clock) -> Iterator[Api]:
    """The whole API in this process, one request at a time, as on Lambda."""
    dependencies.use(make_dependencies(store, clock))
    yield Api(Gateway(routes, in_process), store, clock)
    dependencies.use(None)


@pytest.fixture
def directory(store: Store, clock: Clock) -> Directory:
    """Makes what a test stands on."""
    return Directory(store, clock)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lets a test deploy the app with other parameters: `deployed(IDENTITY_HEADER_PROOF="none")`."""

    def change(**environ: str) -> None:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def broken_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test get a 500, which no contract lists."""
    monkeypatch.setattr(recorder, "tolerated", frozenset({500}))
