"""Counted pages compared with the naive walk, on DynamoDB Local and on the embedded store.

    tools/with_dynamodb_local.sh .venv/bin/python -m bench.pages --rows 1000000

Prints and writes docs/pages.md, and draws docs/pages.png.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench import bulk_users, record, report
from bench.billed_store import BilledStore
from bench.measuring import SIZE, Result, measure
from cli.progress import Bars
from local.embedded import open_embedded
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport
from tests.support import real
from tests.support.meter import Meter, MeteredStore, MeteredTransport

RANDOM = 100  # pages, beside the first, the middle and the last
DOCS = Path(__file__).parents[1] / "docs"

# The listing touches neither stream nor indexes, and the engine's bulk writes would pay for both.
PLAIN = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
    "KeySchema": real.TABLE["KeySchema"],
    "BillingMode": real.TABLE["BillingMode"],
}


def main() -> None:
    """Measure both stores, one after the other, and report."""
    parser = argparse.ArgumentParser(prog="bench.pages", description="Time and meter counted pages.")
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="default: %(default)s")
    parser.add_argument("--skip-dynamodb", action="store_true", help="the embedded store only")
    parser.add_argument("--skip-file", action="store_true", help="DynamoDB Local only")
    arguments = parser.parse_args()
    pages = -(-arguments.rows // SIZE)
    random = Random(16).sample(range(1, pages + 1), min(RANDOM, pages))  # noqa: S311
    with Bars() as bars:
        results = []
        if not arguments.skip_dynamodb:
            results.append(_on_dynamodb(arguments.rows, random, bars))
        if not arguments.skip_file:
            with TemporaryDirectory() as folder:
                results.append(_on_a_file(Path(folder) / "users.db", arguments.rows, random, bars))
    command = f"python -m bench.pages {' '.join(sys.argv[1:])}"
    text = report.table(results, random, datetime.now(UTC).date(), record.commit(), command)
    print(text)
    (DOCS / "pages.md").write_text(text, encoding="utf-8")
    report.plot(results, DOCS / "pages.png")


def _on_dynamodb(rows: int, random: list[int], progress: Callable[[str, int, int], None]) -> Result:
    """A listing of rows of real size, written in bulk."""
    with real.fresh_table(PLAIN) as name:
        done = 0
        for some in bulk_users.filling(partial(real.dynamo_store, name), rows, only_rows=True):
            done += len(some)
            progress("bulk write", done, rows)
        meter = Meter()
        store = DynamoStore(MeteredTransport(BotoTransport(real.client()), meter), name)
        return measure("DynamoDB Local", store, meter, random, progress)


def _on_a_file(file: Path, rows: int, random: list[int], progress: Callable[[str, int, int], None]) -> Result:
    """The same in an embedded store, which has no units: they are those that DynamoDB would bill."""
    with closing(open_embedded(file)) as embedded:
        done = 0
        for some in bulk_users.filling(partial(open_embedded, file), rows, only_rows=True):
            done += len(some)
            progress("bulk write", done, rows)
        meter = Meter()
        return measure(
            "Embedded store", MeteredStore(BilledStore(embedded, meter), meter), meter, random, progress
        )


if __name__ == "__main__":
    main()
