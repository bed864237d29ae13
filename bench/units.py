"""Writes bench/units.toml: what each endpoint reads and writes of the table, and its answer's length.

Run by `make cost`. The requests are those of tests/support/budgets.py, each on a table of its own; a list is
asked for a full page where it has one.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from tqdm import tqdm

from bench.billed_store import BilledStore
from local.embedded import open_embedded
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.auth import totp
from tests.support.api import Api, Clock, in_process, make_dependencies
from tests.support.budgets import ENDPOINTS, BudgetFixtures, Endpoint
from tests.support.directory import Directory
from tests.support.meter import Meter

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("units.toml")
_HEAD = """\
# Made by `make cost`: for each request in tests/support/budgets.py the capacity units that DynamoDB bills on
# demand, and the bytes of the answer's body. tests/tools/test_cost.py measures them again.
"""


@dataclass(frozen=True)
class Units:
    """Capacity units as DynamoDB bills them on demand, and bytes of the body."""

    read: float
    write: float
    bytes: int


def read() -> dict[str, Units]:
    """The units in the file, by the name of the endpoint."""
    return {name: Units(**row) for name, row in tomllib.loads(FILE.read_text("utf-8")).items()}


def text(measured: Mapping[str, Units]) -> str:
    """The file for these units."""
    rows = (
        f'"{name}" = {{ read = {units.read}, write = {units.write}, bytes = {units.bytes} }}\n'
        for name, units in measured.items()
    )
    return _HEAD + "".join(rows)


def measure(row: Endpoint, routes: Routes) -> Units:
    """One request to the endpoint, over the data that its row needs."""
    meter, clock = Meter(), Clock()
    with TemporaryDirectory() as folder:
        embedded = open_embedded(Path(folder, "roster.db"))
        store = BilledStore(embedded, meter)
        dependencies.use(make_dependencies(store, clock))
        try:
            fixtures = BudgetFixtures.set(
                Api(Gateway(routes, in_process), store, clock), Directory(store, clock)
            )
            row.prepare(fixtures)
            # A QR code is as long as its secret has it: here each is of the same one.
            with meter.measure() as reading, patch.object(totp, "token_bytes", bytes):
                answer = row.ask(fixtures)
        finally:
            dependencies.use(None)
            embedded.close()
    return Units(reading.read_units, reading.write_units, len(answer.text.encode()))


def main() -> None:
    """Measure all of them, and write the file."""
    # A test's environment: what is measured here is asserted there.
    os.environ.update(ARGON2_MEMORY_KIB="8", ARGON2_ITERATIONS="1", ALLOWED_ORIGINS="https://app.example")
    routes = Routes.from_template(ROOT / "template.yaml")
    measured = {row.name: measure(row, routes) for row in tqdm(ENDPOINTS, desc="endpoints")}
    FILE.write_text(text(measured), "utf-8")


if __name__ == "__main__":
    main()
