"""DynamoDB Local for the tests marked `real`; `tools/with_dynamodb_local.sh` starts it and says where."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from botocore.session import Session

from local.tables import create_table, table_definition
from roster.db.dynamodb import connect
from roster.db.dynamodb.attribute_values import to_wire
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import Transport, boto_client
from roster.db.store import Key
from roster.settings import Settings

TABLE = table_definition(Path(__file__).parents[2] / "template.yaml")
UNSTREAMED = {name: value for name, value in TABLE.items() if name != "StreamSpecification"}
"""Streams make DynamoDB Local's writes slow from the second table on, also when the first is gone."""

REGION = "eu-west-1"
"""Of every client here: the engine keeps the tables of each region apart."""


def endpoint() -> str:
    """Where this worker's engine listens. Fails, not skips: `make real` must not pass without it."""
    addresses = _addresses()
    return addresses[_worker() % len(addresses)]


def kind_of_this_worker() -> str:
    """The transport that this worker's tests go over: boto3's client to the last of several engines."""
    engines = len(_addresses())
    return "boto3" if engines > 1 and _worker() % engines == engines - 1 else "http"


def _addresses() -> list[str]:
    try:
        return os.environ["ROSTER_TEST_ENDPOINT"].split()
    except KeyError as error:
        raise RuntimeError("run by `make real`, or tools/with_dynamodb_local.sh COMMAND") from error


def _worker() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def client() -> Any:
    """This process's low-level client: threads may share one, a forked process may not."""
    return _client(os.getpid())


@cache
def _client(_process: int) -> Any:
    return boto_client(region=REGION, endpoint=endpoint())


def patient_client() -> Any:
    """A client that waits for a busy engine: a call that timed out and was made again counts twice."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60)
    return Session().create_client("dynamodb", region_name=REGION, endpoint_url=endpoint(), config=config)


@contextmanager
def fresh_table(definition: dict[str, Any] = UNSTREAMED) -> Iterator[str]:
    """The name of an empty table that lives as long as the block; the template's, but for the stream."""
    name = f"test-{uuid4().hex}"
    _create(name, definition)
    try:
        yield name
    finally:
        client().delete_table(TableName=name)


def _create(name: str, definition: dict[str, Any]) -> None:
    """Make the table; an engine that has just begun, on a machine that is busy, may take its time."""
    for _ in range(5):
        with suppress(ReadTimeoutError, client().exceptions.ResourceInUseException):
            create_table(client(), name, definition)
        with suppress(ReadTimeoutError, client().exceptions.ResourceNotFoundException):
            client().describe_table(TableName=name)
            return
    raise RuntimeError("the engine does not answer")


def transport(kind: str = "http") -> Transport:
    """This process's transport, as a deployment makes it with this `TRANSPORT`."""
    return _transport(kind, os.getpid())


@cache
def _transport(kind: str, _process: int) -> Transport:
    return connect.transport(Settings(endpoint=endpoint(), region=REGION, transport=kind))


def dynamo_store(table_name: str, kind: str = "http") -> DynamoStore:
    return DynamoStore(transport(kind), table_name)


def empty(table_name: str) -> None:
    """Delete every item of a table: cheaper than the table, where a test made only some."""
    store = dynamo_store(table_name)
    while found := store.scan(limit=1_000).items:
        for some in (found[first : first + 25] for first in range(0, len(found), 25)):
            deletes = [{"DeleteRequest": {"Key": to_wire(Key.of(item).attributes())}} for item in some]
            client().batch_write_item(RequestItems={table_name: deletes})
