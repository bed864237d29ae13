"""Writers of the same lists, in the model of DynamoDB's contention (`tests/support/contention.py`).

    .venv/bin/python -m bench.contention                                all scenarios: minutes on two cores
    .venv/bin/python -m bench.contention --seconds 5 --only users-open  one of them, shortly; keeps nothing
    .venv/bin/python -m bench.contention --document                     the page, and the plot (matplotlib)

In *open* scenarios requests arrive at random and wait for no answers; in *closed* ones a number of clients
makes one request after another. The access patterns of `roster.directory` run as they are, over DynamoDB's
store with its retries, each with the time of a request (`Settings.seconds`): only time and table are a model.

Keeps the rows in docs/bench/contention.json (`--part` names another). A page that is read while writers write
is judged: its total must have been right at a moment of the reading, and it must not lack rows.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, TypeVar

from bench import record
from roster.auth import api_tokens
from roster.clock import Deadline, instant
from roster.db import counted_lists, keys, list_log
from roster.db.codec import attributes
from roster.db.store import Key, Store
from roster.db.transactions import Transaction, batched, item
from roster.directory import cleanup, grants, members, users, workspaces
from roster.domain import (
    Actor,
    Limits,
    Membership,
    Space,
    SpaceRole,
    User,
    Workspace,
    WorkspaceRole,
)
from roster.errors import DirectoryError, Unavailable
from roster.settings import settings
from tests.support.contention import ContendedTable, Usage
from tests.support.virtual_time import VirtualTime

BEFORE, NOW = "contention-before", "contention"
"""The parts of docs/bench: as it was when each writer of a list moved its root, and as it is."""

SIZE = 100  # rows of a page
PAGES = 10  # a second, while writers write
ACTORS = 50
SPACES = 100_000
MOST_AT_ONCE = 3_000
"""Requests under way: Lambda's concurrency of an account is bounded too. What comes beyond is refused."""
CLEANUP_DELAY = 0.3  # seconds from a change to the stream's function

_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_BULK = Actor("bulk", _START)

Work = Callable[[Store], object]
T = TypeVar("T")


@dataclass(slots=True)
class Sample:
    """How a request went: when it ended, after how long, whether well, and what it asked of the table."""

    ended: float
    seconds: float
    outcome: str
    usage: Usage


@dataclass(slots=True)
class Counted:
    """How many rows a list may have at a moment, by the changes that have begun and that have ended."""

    rows: int = 0
    coming: int = 0
    """Additions under way."""
    going: int = 0
    """Removals under way."""

    def add(self, work: Work) -> Work:
        """The same work, which adds a row."""
        return self._counted(work, "coming", 1)

    def remove(self, work: Work) -> Work:
        """The same work, which removes a row."""
        return self._counted(work, "going", -1)

    def _counted(self, work: Work, under_way: str, sign: int) -> Work:
        def counted(store: Store) -> None:
            setattr(self, under_way, getattr(self, under_way) + 1)
            try:
                work(store)
            except DirectoryError:
                setattr(self, under_way, getattr(self, under_way) - 1)
                raise
            setattr(self, under_way, getattr(self, under_way) - 1)
            self.rows += sign

        return counted


@dataclass(slots=True)
class Pages:
    """What the pages cost that were read while writers wrote, and which of them were wrong."""

    calls: list[int] = field(default_factory=list)
    units: list[float] = field(default_factory=list)
    """Read units above those of the page's own rows."""
    wrong_totals: int = 0
    short: int = 0


class Site:
    """A directory in the model, and the measurements of what is done to it."""

    def __init__(
        self, seconds: float, *, actors: int = ACTORS, pay_for_conflicts: bool = False, seed: int = 18
    ) -> None:
        self.seconds = seconds
        self.actors = actors
        self.time = VirtualTime()
        self.table = ContendedTable(self.time, seed=seed, pay_for_conflicts=pay_for_conflicts)
        self.random = Random(seed)  # noqa: S311
        self.samples: dict[str, list[Sample]] = {}
        self.pages = Pages()
        self.messages: set[str] = set()

    # Loads.

    def arrivals(
        self, kind: str, rate: float, requests: Iterator[Work], seconds: float | None = None
    ) -> None:
        """Let requests arrive at random, so many a second, without waiting for answers."""
        moment, until = 0.0, self.seconds if seconds is None else seconds
        while (moment := moment + self.random.expovariate(rate)) < until:
            self.time.at(moment, partial(self._arrive, kind, requests))

    def clients(self, kind: str, number: int, requests: Iterator[Work]) -> None:
        """Let so many clients make requests, one after another."""

        def client() -> None:
            while self.time.now < self.seconds:
                self._request(kind, next(requests))

        for which in range(number):
            self.time.start(which / number / 10, client)

    def every(self, seconds: float, kind: str, work: Work) -> None:
        """Do something again and again beside the requests, as a function of the stream would."""

        def again() -> None:
            while self.time.now < self.seconds:
                self._request(kind, work)
                self.time.sleep(seconds)

        self.time.start(0.0, again)

    def later(self, seconds: float, kind: str, work: Work) -> None:
        """Do something once, so many seconds from now."""
        self.time.start(self.time.now + seconds, lambda: self._request(kind, work))

    def _arrive(self, kind: str, requests: Iterator[Work]) -> None:
        if self.time.clients >= MOST_AT_ONCE:
            self._kept(kind).append(Sample(self.time.now, 0.0, "Unavailable", Usage()))
        else:
            self.time.start(self.time.now, lambda: self._request(kind, next(requests)))

    def _request(self, kind: str, work: Work) -> None:
        assert self.time.running is not None  # noqa: S101
        usage = self.time.running.about = Usage()
        began = self.time.now
        outcome = "success"
        try:
            work(self.table.store(Deadline.after(settings().seconds, self.time.clock)))
        except DirectoryError as error:
            outcome = type(error).__name__
            if not isinstance(error, Unavailable):
                self.messages.add(f"{kind}: {error!r}")
        self._kept(kind).append(Sample(self.time.now, self.time.now - began, outcome, usage))

    def _kept(self, kind: str) -> list[Sample]:
        return self.samples.setdefault(kind, [])

    # What is there at the start.

    def by(self) -> Actor:
        """Who makes a change, at the present moment."""
        number = self.random.randrange(self.actors)
        return Actor(
            f"r{self.time.now}", _START + timedelta(seconds=int(self.time.now)), f"actor-{number}", number
        )

    def people(self, number: int, *, listed: bool) -> list[User]:
        """So many users: with their addresses and rows in the site's list, or by their profiles alone."""
        found = [_user(which) for which in range(1, number + 1)]
        if not listed:
            self.table.store().bulk_put([item(keys.user(user.id), attributes(user)) for user in found])
            return found

        def parts() -> Iterator[Transaction]:
            for user in found:
                work = Transaction(_BULK, bulk=True)
                users.plan(work, user, None)
                yield work

        self._commit(parts())
        list_log.reserve(self.table.store(), keys.USERS, number)
        return found

    def workspace(self, limits: Limits) -> Workspace:
        wanted = Workspace("home", 0, "home", "Home", "", limits=limits)
        return workspaces.create(self.table.store(), wanted, by=_BULK)

    def joined(self, home: Workspace, people: Sequence[User]) -> None:
        """Make all of them members."""

        def parts() -> Iterator[Transaction]:
            for number, user in enumerate(people, 1):
                work = Transaction(_BULK, bulk=True)
                made = Membership(home.id, user.id, WorkspaceRole.MEMBER, number, instant(_START))
                members.plan(work, home, user, made)
                yield work

        self._commit(parts())
        list_log.reserve(self.table.store(), keys.members(home.id), len(people))

    def _commit(self, parts: Iterator[Transaction]) -> None:
        while some := list(islice(parts, 1_000)):
            for refusal in batched(self.table.store(), some):
                if refusal is not None:
                    raise refusal

    # What is read meanwhile.

    def read_pages(
        self,
        counted: Counted,
        read: Callable[[Store, int], tuple[list[Key], list[Key], int]],
        *,
        of_caller: int = 0,
    ) -> None:
        """Read pages of a list, the last and others; `read` tells where rows and what is joined are.

        So many of its calls are `of_caller`: an endpoint makes them anyway, and only their units are more.
        """

        def one(store: Store) -> None:
            last = max(1, ceil(counted.rows / SIZE))
            number = self.random.choice((last, self.random.randint(1, last)))
            least, most = counted.rows - counted.going, counted.rows + counted.coming
            rows, joined, total = read(store, number)
            assert self.time.running is not None  # noqa: S101
            usage: Usage = self.time.running.about
            # What ends meanwhile may be in it or not; so may what begins.
            least = min(least, counted.rows - counted.going)
            most = max(most, counted.rows + counted.coming)
            self.pages.calls.append(usage.trips - of_caller)
            self.pages.units.append(usage.read_units - self._own_units(rows, joined))
            self.pages.wrong_totals += not least <= total <= most
            self.pages.short += number * SIZE <= least and len(rows) < SIZE

        self.arrivals("page reads", PAGES, _forever(one))

    def _own_units(self, rows: Sequence[Key], joined: Sequence[Key]) -> int:
        sizes = self.table.items.size
        return ceil(sum(map(sizes, rows)) / 4096) + sum(max(1, ceil(sizes(key) / 4096)) for key in joined)

    def read_users(self, counted: Counted) -> None:
        def read(store: Store, number: int) -> tuple[list[Key], list[Key], int]:
            found, total = users.page(store, number, SIZE)
            return [keys.row(keys.USERS, user.number) for user in found], [], total

        self.read_pages(counted, read)

    def read_members(self, home: Workspace, counted: Counted) -> None:
        head = counted_lists.head(keys.members(home.id))

        def read(store: Store, number: int) -> tuple[list[Key], list[Key], int]:
            # The endpoint reads the list's head with its caller.
            found, total = members.page(store, home.id, number, SIZE, known=store.batch_get(head))
            rows = [keys.row(keys.members(home.id), membership.number) for membership, _ in found]
            return rows, [keys.user(user.id) for _, user in found], total

        self.read_pages(counted, read, of_caller=1)

    def cleaned_up(self, job: Key, work: Work) -> Work:
        """The same work, which orders a cleanup, and the stream's function that does it later."""

        def ordering(store: Store) -> None:
            work(store)
            self.later(CLEANUP_DELAY, "cleanups", lambda store: cleanup.run(store, job, self.by().at))

        return ordering


# What is asked.


def creations(site: Site, counted: Counted, first: int = 1_000_001) -> Iterator[Work]:
    """Each makes a user."""

    def make(store: Store, wanted: User) -> None:
        users.create(store, replace(wanted, id="", number=0), None, by=site.by())

    for number in count(first):
        yield counted.add(partial(make, wanted=_user(number)))


def deletions(site: Site, counted: Counted, people: Iterable[User]) -> Iterator[Work]:
    """Each deletes a user."""

    def delete(store: Store, user: User) -> None:
        users.delete(store, user, by=site.by())

    for user in people:
        work = counted.remove(partial(delete, user=user))
        yield site.cleaned_up(keys.cleanup_of_user(user.id), work)


def joinings(site: Site, counted: Counted, home: Workspace, people: Iterable[User]) -> Iterator[Work]:
    """Each makes a user a member."""

    def join(store: Store, user: User) -> None:
        members.add(store, home, user.id, WorkspaceRole.MEMBER, by=site.by())

    for user in people:
        yield counted.add(partial(join, user=user))


def leavings(site: Site, counted: Counted, home: Workspace, people: Iterable[User]) -> Iterator[Work]:
    """Each ends a membership."""

    def leave(store: Store, user: User) -> None:
        members.remove(store, home, user.id, by=site.by(), even_last_admin=False)

    for user in people:
        work = counted.remove(partial(leave, user=user))
        yield site.cleaned_up(keys.cleanup_of_member(home.id, user.id), work)


def space_roles(site: Site) -> Iterator[Work]:
    """Each gives one person a role in another space; the spaces come in no order."""
    person = _user(1)

    def give(store: Store, space: Space) -> None:
        work = Transaction(site.by())
        grants.plan_space_role(work, space, person, SpaceRole.DEVELOPER, 0)
        work.commit(store)

    there = [
        Space(f"space-{number}", number, "home", f"Space {number}", instant(_START))
        for number in range(1, SPACES + 1)
    ]
    site.table.store().bulk_put([item(keys.space(space.id), attributes(space)) for space in there])
    site.random.shuffle(there)
    return (partial(give, space=space) for space in there)


def audited_changes(site: Site, targets: int = 20_000) -> Iterator[Work]:
    """Each makes an API token: one item of a user, and what the audit says of it."""
    people = site.people(targets, listed=False)

    def make(store: Store) -> None:
        user = users.alive(store, site.random.choice(people).id)  # as the endpoint reads its caller
        api_tokens.create(store, user, "ci", None, None, by=site.by())

    return _forever(make)


# Scenarios.

RATE = 400
UNLIMITED, LIMITED = Limits(), Limits(members=1_000_000)


def users_open(site: Site) -> None:
    """400 new users a second."""
    counted = Counted()
    site.arrivals("new users", RATE, creations(site, counted))
    site.read_users(counted)


def users_closed(site: Site, clients: int) -> None:
    counted = Counted()
    site.clients("new users", clients, creations(site, counted))
    site.read_users(counted)


def users_gone_open(site: Site) -> None:
    """400 deletions of users a second."""
    people = site.people(_needed(site, RATE), listed=True)
    counted = Counted(len(people))
    site.arrivals("deleted users", RATE, deletions(site, counted, site.random.sample(people, len(people))))
    site.read_users(counted)


def users_mixed_open(site: Site) -> None:
    """300 new users and 100 deletions a second."""
    people = site.people(_needed(site, 100), listed=True)
    counted = Counted(len(people))
    site.arrivals("new users", 300, creations(site, counted))
    site.arrivals("deleted users", 100, deletions(site, counted, people))
    site.read_users(counted)


def members_open(site: Site, limits: Limits = UNLIMITED) -> None:
    """400 new members of one workspace a second."""
    counted, home = Counted(), site.workspace(limits)
    people = site.people(_needed(site, RATE), listed=False)
    site.arrivals("new members", RATE, joinings(site, counted, home, people))
    site.read_members(home, counted)


def members_closed(site: Site, clients: int) -> None:
    counted, home = Counted(), site.workspace(UNLIMITED)
    people = site.people(_needed(site, 1_000), listed=False)
    site.clients("new members", clients, joinings(site, counted, home, people))
    site.read_members(home, counted)


def members_gone_open(site: Site) -> None:
    """400 ends of memberships of one workspace a second."""
    home, people = site.workspace(UNLIMITED), site.people(_needed(site, RATE), listed=False)
    site.joined(home, people)
    counted = Counted(len(people))
    leaving = site.random.sample(people, len(people))
    site.arrivals("removed members", RATE, leavings(site, counted, home, leaving))
    site.read_members(home, counted)


def members_mixed_open(site: Site) -> None:
    """300 new members and 100 removals a second."""
    home, people = site.workspace(UNLIMITED), site.people(_needed(site, RATE), listed=False)
    there, others = people[: _needed(site, 100)], people[_needed(site, 100) :]
    site.joined(home, there)
    counted = Counted(len(there))
    site.arrivals("new members", 300, joinings(site, counted, home, others))
    site.arrivals("removed members", 100, leavings(site, counted, home, there))
    site.read_members(home, counted)


def roles_open(site: Site) -> None:
    """400 space roles of one person a second."""
    site.arrivals("space roles", RATE, space_roles(site))


def roles_closed(site: Site, clients: int) -> None:
    site.clients("space roles", clients, space_roles(site))


def audited_open(site: Site, rate: float, actors: int) -> None:
    site.actors = actors
    site.arrivals("audited changes", rate, audited_changes(site))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, for which share of the seconds, and how a table says it."""

    title: str
    prepare: Callable[[Site], None]
    share: float = 1.0


SCENARIOS = {
    "users-open": Scenario("users, 400 a second", users_open),
    "users-gone-open": Scenario("deletions of users, 400 a second", users_gone_open),
    "users-mixed-open": Scenario("users, 300 new and 100 deleted a second", users_mixed_open),
    "members-open": Scenario("members of one workspace, 400 a second", members_open),
    "members-limit-open": Scenario(
        "members of a workspace with a limit, 400 a second", partial(members_open, limits=LIMITED)
    ),
    "members-gone-open": Scenario("removals of members, 400 a second", members_gone_open),
    "members-mixed-open": Scenario("members, 300 new and 100 removed a second", members_mixed_open),
    "roles-open": Scenario("space roles of one person, 400 a second", roles_open),
    "users-64": Scenario("users, 64 clients", partial(users_closed, clients=64), 0.25),
    "users-256": Scenario("users, 256 clients", partial(users_closed, clients=256), 0.25),
    "members-64": Scenario("members of one workspace, 64 clients", partial(members_closed, clients=64), 0.25),
    "members-256": Scenario(
        "members of one workspace, 256 clients", partial(members_closed, clients=256), 0.25
    ),
    "roles-64": Scenario("space roles of one person, 64 clients", partial(roles_closed, clients=64), 0.25),
    "roles-256": Scenario("space roles of one person, 256 clients", partial(roles_closed, clients=256), 0.25),
    "audited-50": Scenario(
        "audited changes, 4,000 a second by 50 actors", partial(audited_open, rate=4_000, actors=50)
    ),
    "audited-1": Scenario(
        "audited changes, 400 a second by one actor", partial(audited_open, rate=400, actors=1)
    ),
}


def run(
    name: str, seconds: float, actors: int = ACTORS, pay_for_conflicts: bool = False
) -> list[dict[str, Any]]:
    """Play a scenario; a row for each kind of request in it."""
    sys.setswitchinterval(1.0)  # one thread can run anyway
    began, scenario = process_time(), SCENARIOS[name]
    site = Site(seconds * scenario.share, actors=actors, pay_for_conflicts=pay_for_conflicts)
    scenario.prepare(site)
    filled = process_time()
    try:
        site.time.run()
    finally:
        site.time.close()
    cpu = {"cpu_to_fill": round(filled - began, 1), "cpu": round(process_time() - filled, 1)}
    return [_row(name, scenario, site, kind, cpu) for kind in site.samples]


def _row(name: str, scenario: Scenario, site: Site, kind: str, cpu: dict[str, float]) -> dict[str, Any]:
    samples = site.samples[kind]
    good = sorted(sample.seconds for sample in samples if sample.outcome == "success")
    in_time = sum(sample.outcome == "success" and sample.ended <= site.seconds for sample in samples)
    refused = [reason for sample in samples for reason in sample.usage.refused.elements()]
    row: dict[str, Any] = {
        "scenario": name,
        "title": scenario.title,
        "kind": kind,
        "seconds": site.seconds,
        "requests": len(samples),
        "succeeded": len(good),
        "per_second": round(in_time / site.seconds, 1),
        "p50_ms": _percentile(good, 0.5),
        "p99_ms": _percentile(good, 0.99),
        "retries": round(sum(sample.usage.retries for sample in samples) / max(1, len(good)), 2),
        "unavailable": sum(sample.outcome == "Unavailable" for sample in samples),
        "failed": sum(sample.outcome not in ("success", "Unavailable") for sample in samples),
        "refused": {reason: refused.count(reason) for reason in sorted(set(refused))},
        **cpu,
    }
    if kind == "page reads":
        calls, units = sorted(site.pages.calls), sorted(site.pages.units)
        row |= {
            "calls_p50": _at(calls, 0.5),
            "calls_most": _at(calls, 1.0),
            "units_above_p50": _at(units, 0.5),
            "units_above_most": _at(units, 1.0),
            "wrong_totals": site.pages.wrong_totals,
            "short_pages": site.pages.short,
        }
    if site.messages:
        row["messages"] = sorted(message for message in site.messages if message.startswith(kind))[:3]
    return row


def _percentile(seconds: Sequence[float], share: float) -> float | None:
    """Milliseconds within which so many were done; None where there are none."""
    return round(1_000 * _at(seconds, share), 1) if seconds else None


def _at(ordered: Sequence[Any], share: float) -> Any:
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def _user(number: int) -> User:
    return User(
        f"u-{number:08}",
        number,
        f"user.{number}@example.com",
        f"User Number {number}",
        instant(_START),
        first_name="User",
        last_name=f"Number {number}",
    )


def _needed(site: Site, rate: int) -> int:
    """More than will be asked for: arrivals are random."""
    return ceil(rate * site.seconds * 1.2) + 200


def _forever(one: T) -> Iterator[T]:
    while True:
        yield one


# The page.

Rows = list[dict[str, Any]]

_HEAD = """\
# Writers of the same lists

Written by `.venv/bin/python -m bench.contention --document`; do not edit. These are figures of a
*model*: no local engine shows how DynamoDB treats writers that get in each other's way. The model, with the
sources of its numbers, is `tests/support/contention.py`; the scenarios are `bench/contention.py`. Time is
virtual: the figures do not depend on the machine. A request gives up after {seconds:g} seconds (503).

{parts}

![Writers of the same lists](contention.png)
"""

_ABOUT_PAGES = {
    "before": "",
    "now": """\
The endpoint reads the head of a workspace's list of members (root and counter) in the call that also reads
its caller. So that call is not counted here, and its two units are. Four calls are left: the list's log, a
branch, the rows, and the users who belong to them.

""",
}


def page() -> str:
    """The whole page."""
    parts = _parts()
    about = "\n".join(
        f"*{label.capitalize()}*: {part['date']}, commit {part['measured']}." for label, part in parts
    )
    text = [_HEAD.format(seconds=settings().seconds, parts=about)]
    for label, part in parts:
        text.append(f"## {label.capitalize()}\n\n{_table(part['rows'])}")
        text.append(f"### Pages that were read meanwhile\n\n{_ABOUT_PAGES[label]}{_pages(part['rows'])}")
    return "\n".join(text)


def _parts() -> list[tuple[str, dict[str, Any]]]:
    there = [(label, part) for label, part in (("before", BEFORE), ("now", NOW)) if _file(part).exists()]
    return [(label, record.read(part)) for label, part in there]


def _file(part: str) -> Path:
    return record.DOCS / f"{part}.json"


def _table(rows: Rows) -> str:
    lines = [
        "| scenario | requests | seconds | a second | p50 | p99 | retries a success | 503 |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['title']} | {row['kind']} | {row['seconds']:g} | {row['per_second']:,} "
        f"| {_ms(row['p50_ms'])} | {_ms(row['p99_ms'])} | {row['retries']:g} | {row['unavailable']:,} |"
        for row in rows
        if row["kind"] != "page reads"
    ]
    return "\n".join(lines) + "\n"


def _pages(rows: Rows) -> str:
    lines = [
        "| scenario | calls, most | units above the rows', median | most "
        "| p99 | 503 | wrong totals | short pages |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['title']} | {row['calls_most']} | {row['units_above_p50']:g} | {row['units_above_most']:g} "
        f"| {_ms(row['p99_ms'])} | {row['unavailable']} | {row['wrong_totals']} | {row['short_pages']} |"
        for row in rows
        if row["kind"] == "page reads"
    ]
    return "\n".join(lines) + "\n"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms"


def _plot() -> None:
    """Successes a second and 99th percentiles of the writing requests, before and now."""
    import matplotlib as mpl  # here, so that all but the plot needs none

    mpl.use("Agg")
    from matplotlib import pyplot

    parts = _parts()
    named = {(row["scenario"], row["kind"]): row for _, part in reversed(parts) for row in part["rows"]}
    wanted = [at for at in named if at[1] not in ("page reads", "cleanups")][::-1]
    figure, axes = pyplot.subplots(1, 2, figsize=(12, 1 + 0.35 * len(wanted)), sharey=True)
    height = 0.8 / len(parts)
    for place, (label, part) in enumerate(parts):
        rows = {(row["scenario"], row["kind"]): row for row in part["rows"]}
        for axis, name in zip(axes, ("per_second", "p99_ms"), strict=True):
            values = [rows.get(at, {}).get(name) or 0 for at in wanted]
            at = [which - place * height for which in range(len(wanted))]
            axis.barh(at, values, height, label=label, color=("#999999", "#2a6f97")[place])
    titles = [f"{named[at]['title']}: {at[1]}" for at in wanted]
    axes[0].set_yticks(range(len(wanted)), titles)
    axes[0].set(xlabel="successes a second", xscale="log", xlim=(1, None))
    axes[1].set(xlabel="99th percentile of the successes, ms", xscale="log", xlim=(10, None))
    axes[1].axvline(1_000, color="#bb3333", linewidth=0.8)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(record.DOCS / "contention.png", dpi=110)
    pyplot.close(figure)


def main() -> None:
    """Play the scenarios and keep their rows; or write what documents show of them."""
    parser = argparse.ArgumentParser(prog="bench.contention", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--actors", type=int, default=ACTORS, help="who makes changes, default: %(default)s")
    parser.add_argument(
        "--pay-for-conflicts", action="store_true", help="of cancelled transactions too, units are taken"
    )
    parser.add_argument("--part", help=f"the file's name in docs/bench, for all scenarios default: {NOW}")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--document", action="store_true", help="only write the page and draw the plot")
    asked = parser.parse_args()
    if not asked.document:
        how = {"actors": asked.actors, "pay_for_conflicts": asked.pay_for_conflicts}
        commit, rows = record.commit(), []
        with ProcessPoolExecutor(asked.workers, get_context("spawn"), max_tasks_per_child=1) as pool:
            for found in pool.map(partial(run, seconds=asked.seconds, **how), asked.only):
                for row in found:
                    print(row, flush=True)
                rows += found
        part = asked.part or (NOW if asked.only == list(SCENARIOS) else None)
        if part is not None:
            record.write(part, rows, length=asked.seconds, **how, measured=commit)
        return
    (record.DOCS / "contention.md").write_text(page(), encoding="utf-8")
    _plot()


if __name__ == "__main__":
    main()
