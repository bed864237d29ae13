"""The figures of the last benchmarks as documents: docs/bench/README.md, its plots, and blocks elsewhere.

    .venv/bin/python -m bench.document

A block is what stands between `<!-- bench: name -->` and `<!-- /bench -->`; a test holds each to its data.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import record

ROOT = Path(__file__).parents[1]
PAGE = record.DOCS / "README.md"

Rows = list[dict[str, Any]]

_BLOCK = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- /bench -->)", re.DOTALL)

_HEAD = """\
# How fast

Written by `make bench`; do not edit. The machine is a noisy one of {cores} cores, which clients, engine
and whatever else runs share: read the ratios, not the microseconds. What is compared was measured in turns,
block by block, in one run; a figure is the median of {runs} runs, a ratio the median of the runs' ratios.
*CPU* is what the process with the handler spends (DynamoDB Local is another), *wall* what the clock says.
The measure of all is one `get_item` of the caller's own item by a boto3 client as it comes, over a warm
connection: here {cpu_us} microseconds of CPU and {wall_us} of wall time.
"""


def main() -> None:
    """Write the page, draw the plots, fill the blocks."""
    PAGE.write_text(page(), encoding="utf-8")
    for file in written():
        file.write_text(filled(file.read_text("utf-8")), encoding="utf-8")
    _plot()


def written() -> Iterator[Path]:
    """The files that may hold blocks."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def filled(text: str) -> str:
    """The text with its blocks as the data has them. Raises KeyError for a block that nobody writes."""
    return _BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}{found[3]}", text)


def page() -> str:
    """The whole page."""
    narrow = record.read("narrow")
    head = _HEAD.format(**narrow, **{k: f"{narrow['rows'][0][k]:,}" for k in ("cpu_us", "wall_us")})
    parts = [_narrow(), _endpoints(), _far(), _load(), _transports(), _first_call(), _cold_start()]
    return "\n".join([head, *parts])


def summary() -> str:
    """What the README says."""
    narrow, part = record.read("narrow"), record.read("load")
    load = {**part, **part["rows"][0]}
    ours = [row for row in narrow["rows"][1:] if not row["subject"].endswith(OVER_BOTO3)]
    least, most = min(row["cpu"] for row in ours), max(row["cpu"] for row in ours)
    far = record.read("far")
    deep = far["rows"][1]
    starting = record.read("cold_start")
    cold: Rows = starting["rows"]
    commits = dict.fromkeys(each["commit"] for each in (narrow, far, part, starting))  # one, of a whole run
    starts = [row["of_client"] for row in cold if row["bytecode"] and row["subject"] not in (CLIENT, *PEERS)]
    return f"""\
A warm request for one object, from the gateway's event to its answer, takes {least:.2f} to {most:.2f} times
the CPU of one `get_item` by boto3 alone. {deep["subject"].capitalize()} of {far["users"]:,} users
takes {deep["cpu"]:.2f} times the CPU of page 1, in as many round trips. `make run` answered
{load["requests"]:,} requests with {load["errors"]} errors, half within {load["p50_ms"]} ms and 99 in 100
within {load["p99_ms"]} ms, clients and server on the same {load["cores"]} cores. A function's start takes
{min(starts):.2f} to {max(starts):.2f} times the CPU of importing boto3 and making its client
([all figures](docs/bench/README.md); {narrow["date"]}, commit {" and ".join(commits)}).
"""


OVER_BOTO3 = ", over boto3"
CLIENT, PEER = "boto3.client", "Powertools and boto3"
PEERS = (PEER, "FastAPI, Mangum and boto3")
"""What cold starts are measured by, as `bench.cold_start` names them."""


def _section(title: str, part: Mapping[str, Any], how: str, table: str, plot: str = "") -> str:
    """A part of the page, with its day and commit."""
    image = f"\n![{title}]({plot}.png)\n" if plot else ""
    when = f"{part['date']}, commit {part['commit']}, Python {part['python']}"
    return f"## {title}\n\n{how} ({when}.)\n{image}\n{table}"


def _narrow() -> str:
    part = record.read("narrow")
    by_name = {row["subject"]: row for row in part["rows"]}
    lines = [
        (name, _x(row["cpu"]), _x(row["wall"]), _x(by_name[name + OVER_BOTO3]["cpu"]))
        for name, row in by_name.items()
        if name + OVER_BOTO3 in by_name
    ]
    how = (
        f"Whole handlers, {part['runs']} runs of {part['requests']:,} requests each, over boto3's client of "
        "a quarter as many, in `get_item`s."
    )
    table = _table(("request", "CPU", "wall", "CPU over boto3's client"), lines)
    return _section("One object in one round trip", part, how, table, "narrow")


def _endpoints() -> str:
    part = record.read("endpoints")
    lines = [
        (
            row["subject"],
            row["trips"],
            f"{row['read_units']:g}",
            f"{row['write_units']:g}",
            _x(row["cpu"]),
            _x(row["wall"]),
        )
        for row in part["rows"][1:]
    ]
    how = (
        f"Lists give pages of 100 rows. Making a user hashes a password. {part['runs']} runs of "
        f"{part['requests']} requests; CPU and wall time in `get_item`s."
    )
    columns = ("request", "round trips", "read units", "write units", "CPU", "wall")
    return _section("Every documented endpoint", part, how, _table(columns, lines), "endpoints")


def _far() -> str:
    part = record.read("far")
    lines = [
        (row["subject"], row["trips"], f"{row['read_units']:g}", _x(row["cpu"]), _x(row["wall"]))
        for row in part["rows"]
    ]
    how = f"Of {part['users']:,} users, 100 a page, as `GET /api/admin/users` lists them; in first pages."
    return _section(
        "The last page", part, how, _table(("", "round trips", "read units", "CPU", "wall"), lines)
    )


def _load() -> str:
    part = record.read("load")
    [row] = part["rows"]
    line = (
        f"{row['requests']:,}",
        row["errors"],
        f"{row['per_second']:,}",
        f"{row['p50_ms']} ms",
        f"{row['p99_ms']} ms",
    )
    how = (
        f"Reads of four dialects over HTTP on {row['clients']} connections, each with one request under way, "
        f"against {part['engine']}; clients and server share the cores."
    )
    columns = ("requests", "errors", "a second", "p50", "p99")
    return _section("`make run` under load", part, how, _table(columns, [line]))


def _transports() -> str:
    part = record.read("transports")
    how = f"One GetItem of the same item, {part['runs']} runs of {part['requests']:,} (decision 0009)."
    return _section("Ways to call DynamoDB", part, how, transports())


def transports() -> str:
    """The same call over each transport."""
    rows: Rows = record.read("transports")["rows"]
    return _table(("over", "CPU", "wall"), [(r["subject"], _x(r["cpu"]), _x(r["wall"])) for r in rows])


def _cold_start() -> str:
    part = record.read("cold_start")
    rows: Rows = part["rows"]
    lines = [
        (
            row["subject"],
            _x(row["of_client"]),
            _x(row["of_powertools"]),
            _x(row["wall_of_client"]),
            _x(_of(rows, row["subject"], bytecode=False)["cpu_ms"] / row["cpu_ms"]),
        )
        for row in rows
        if row["bytecode"]
    ]
    how = (
        "From the start of AWS's own runtime client until it asks for its first event, with bytecode; in "
        f"times of a handler that only makes `{CLIENT}` and of a minimal one of {PEER}, which were started "
        f"just before and just after; medians of {part['rounds']}. The last column says how many times the "
        "CPU each takes without bytecode."
    )
    columns = ("function", f"CPU, of {CLIENT}", f"CPU, of {PEER}", f"wall, of {CLIENT}", "without bytecode")
    return _section("Cold starts", part, how, _table(columns, lines), "cold_start")


def _of(rows: Rows, subject: str, *, bytecode: bool) -> dict[str, Any]:
    return next(row for row in rows if row["subject"] == subject and row["bytecode"] is bytecode)


def first_call() -> str:
    """What stands before the second call, in what boto3 takes to make its client."""
    rows: Rows = record.read("first_call")["rows"]
    client = rows[0]["start_ms"]
    lines = [(r["subject"], _x(r["start_ms"] / client), _x(r["first_call_ms"] / client)) for r in rows]
    return _table(("", "CPU to import and make it", "CPU of the first call"), lines)


def _first_call() -> str:
    part = record.read("first_call")
    how = (
        f"In a fresh process, over TLS to a server on loopback, {part['runs']} runs in turns; in times of "
        'what `import boto3; boto3.client("dynamodb")` takes.'
    )
    return _section("The first call", part, how, first_call())


BLOCKS: dict[str, Callable[[], str]] = {
    "first_call": first_call,
    "summary": summary,
    "transports": transports,
}


def _x(ratio: float) -> str:
    return f"x {ratio:.2f}" if ratio < 10 else f"x {ratio:.0f}"


def _table(columns: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> str:
    rule = "|".join(["---", *("--:" for _ in columns[1:])])
    rows = [" | ".join(map(str, line)) for line in [columns, *lines]]
    return "".join([f"| {rows[0]} |\n", f"|{rule}|\n", *(f"| {row} |\n" for row in rows[1:])])


def _plot() -> None:
    """Bars of CPU: of narrow reads over both transports, of every endpoint, of cold starts."""
    narrow: Rows = record.read("narrow")["rows"]
    _bars("narrow", [(row["subject"], row["cpu"]) for row in narrow], "CPU, in boto3 get_items")
    every: Rows = record.read("endpoints")["rows"]
    bars = [(row["subject"], row["cpu"]) for row in every if row["cpu"] < 15]  # but the one that hashes
    _bars("endpoints", bars, "CPU, in boto3 get_items")
    cold: Rows = record.read("cold_start")["rows"]
    starts = [(row["subject"], row["of_client"]) for row in cold if row["bytecode"]]
    _bars("cold_start", starts, "init CPU, in boto3 clients")


def _bars(name: str, bars: list[tuple[str, float]], label: str) -> None:
    import matplotlib as mpl  # here, so that the test of the figures needs none

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(9, 0.9 + 0.3 * len(bars)))
    names, values = zip(*reversed(bars), strict=True)
    axis.barh(names, values, color=["#999999" if name == bars[0][0] else "#2a6f97" for name in names])
    axis.axvline(1, color="#999999", linewidth=0.8)
    axis.set(xlabel=label)
    figure.tight_layout()
    figure.savefig(record.DOCS / f"{name}.png", dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
