"""`make cost`'s second half: writes bench/cost.py's figures into docs/operating.md and the README."""

import re
import textwrap

from bench.cost import MEMORY, PRICES, EventLine, Line, events, keeping, requests, watching
from bench.units import ROOT

DOCUMENT, README = ROOT / "docs/operating.md", ROOT / "README.md"
EXAMPLES = {
    "GET /api/v1/user": "`GET /api/v1/user`",
    "GET /api/admin/users": "a page of 100 users",
    "POST /api/admin/users": "creating a user",
    "POST /api/auth/login": "logging in",
}
"""The endpoints that the README names, and how."""
_WIDTH = 118  # of a line of prose

_HEAD = """\
| a million of | read units | write units | KB out | ms | function | table | out | USD |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
"""


_EVENTS_HEAD = """\
| changes come | read units | write units | messages | invocations | function | table | queue | out | USD |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""


def section() -> str:
    """The two tables of docs/operating.md, in Markdown."""
    lines = requests()
    return "\n".join(
        (
            "",
            _prose(_premises(lines[0])),
            _HEAD + "".join(map(_row, lines)),
            _prose(_of_events()),
            _EVENTS_HEAD + "".join(map(_event_row, events())),
            "A month in which nobody calls:\n",
            _month(),
            _prose(_prefetch()),
        )
    )


def _premises(any_line: Line) -> str:
    assumed = PRICES["assumed"]
    cold = 1e6 * MEMORY / 1_024 * PRICES["request"]["lambda_gb_second"]
    return (
        f"AWS's public list prices of {PRICES['region']} as of {PRICES['date']}, in USD, before free tiers,"
        " discounts and taxes. Units and KB are measured, by DynamoDB's rules. Milliseconds are assumed:"
        f" {assumed['own_milliseconds']} of a request's own at {MEMORY} MB, {assumed['trip_milliseconds']} a"
        f" round trip, {assumed['hash_milliseconds']} a password. Every total has {any_line.bill.gateway:.2f}"
        f" for each 512 KB through the gateway and {any_line.bill.logs:.2f} for {assumed['log_bytes']} bytes"
        f" of logs beside what its row shows. Not in it: cold starts (a second at {MEMORY} MB is {cold:.2f} a"
        " million), and calls"
        " that DynamoDB refused, which it bills."
    )


def _of_events() -> str:
    assumed = PRICES["assumed"]
    return (
        "A million changes are also numbered as events, and delivered to one webhook that hears them all."
        " The units are of one event; its receiver is assumed to answer in"
        f" {assumed['receiver_milliseconds']} ms. Changes that come together share transactions, messages and"
        f" invocations. A bus of EventBridge is {PRICES['request']['event_bus_million']:.2f} more."
    )


def _event_row(line: EventLine) -> str:
    units = line.units
    measured = (units.read, units.write, units.messages, units.invocations)
    billed = (line.function, line.table, line.queue, line.out)
    parts = [f"{each:g}" for each in measured] + [f"{each:.2f}" for each in billed]
    return f"| {line.name} | {' | '.join(parts)} | **{line.total:.2f}** |\n"


def _prefetch() -> str:
    return (
        f"Each further secret in Secrets Manager is {PRICES['month']['secret']:.2f} more. An account's free"
        " tier takes away ten metrics under alarms, ten made of logs, three dashboards and 25 GB of table. A"
        " metric made of logs is billed for the hours in which it has values. Functions, layers, stream"
        " and TTL cost nothing while they stand still."
    )


def _row(line: Line) -> str:
    note = f" {line.row.note}" if line.row.note else ""
    return (
        f"| `{line.row.route}`{note} | {line.units.read:g} | {line.units.write:g}"
        f" | {line.units.bytes / 1_000:.1f} | {line.milliseconds:.0f} | {line.bill.function:.2f}"
        f" | {line.bill.table:.2f} | {line.bill.out:.2f} | **{line.bill.total:.2f}** |\n"
    )


def _month() -> str:
    billed = watching() | keeping()
    rows = "".join(f"| {what} | {usd:.2f} |\n" for what, usd in billed.items())
    return f"| what | USD |\n|---|--:|\n{rows}| together | **{sum(billed.values()):.2f}** |\n"


def line() -> str:
    """The README's paragraph."""
    totals = {each.row.name: each.bill.total for each in requests()}
    examples = ", ".join(f"{called} USD {totals[name]:.2f}" for name, called in EXAMPLES.items())
    alarms, stored = sum(watching().values()), sum(keeping().values())
    return "\n" + _prose(
        f"A million requests: {examples}. A month in which nobody calls: USD {alarms:.2f} for alarms and"
        f" dashboard, {stored:.2f} for a gigabyte with its backup and the key. List prices of"
        f" {PRICES['region']}, {PRICES['date']}, before the free tier:"
        " [every endpoint](docs/operating.md#cost)."
    )


def _prose(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"


def renewed(text: str, content: str) -> str:
    """A document with that content between its markers. Raises ValueError unless it has them once."""
    made, count = re.subn(
        r"(<!-- made by `make cost` -->\n).*?(\n<!-- end -->)",
        lambda found: f"{found[1]}{content}{found[2]}",
        text,
        flags=re.DOTALL,
    )
    if count != 1:
        raise ValueError(f"{count} places for the cost")
    return made


if __name__ == "__main__":
    for page, content in ((DOCUMENT, section()), (README, line())):
        page.write_text(renewed(page.read_text("utf-8"), content), "utf-8")
