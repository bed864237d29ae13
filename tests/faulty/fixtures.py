"""A small directory on DynamoDB Local, all its endpoints over an injector, and the way back to how it was."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep

from cli.invariants import words_of
from cli.verify import Report, verify
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.db import keys
from roster.db.store import Delete, Item, Key, Store
from tests.support import real
from tests.support.api import Answer, Api, Clock, in_process, make_dependencies
from tests.support.budgets import ENDPOINTS, FOLDS, BudgetFixtures, Endpoint
from tests.support.directory import Directory
from tests.support.fault_injector import Hurried, Injector
from tests.support.snapshots import everything

FOLDING = [row for row in ENDPOINTS if row.note.endswith(FOLDS)]
_SCIM = "/scim/v2/{workspaceId}"
_OF_SCIM = (f"POST {_SCIM}/Users", f"PATCH {_SCIM}/Users/{{userId}}", f"PATCH {_SCIM}/Groups/{{groupId}}")

_MEMBERS = "/api/workspaces/{workspaceId}/members"
_FOLD = (f"POST {_MEMBERS}", f"DELETE {_MEMBERS}/{{userId}}")

WEBHOOKS = [f"{of}/webhooks/{{webhookId}}" for of in ("/api/workspaces/{workspaceId}", "/api/admin")]
TRYING = [row for row in ENDPOINTS if row.route in {f"POST {webhook}/test" for webhook in WEBHOOKS}]


def _is_tried(row: Endpoint) -> bool:
    if _SCIM in row.route:
        first = next(each for each in ENDPOINTS if each.route == row.route)
        return row.route in _OF_SCIM and row is first
    return row not in TRYING and (row not in FOLDING or row.route in _FOLD)


WRITING = [row for row in ENDPOINTS if row.transactions and _is_tried(row)]
"""Every write. Of those that fold a log as well, one by which a row comes and one by which a row goes: the
fold is the same for all. Of SCIM's, what makes a member, suspends one and moves a group's: the others write
in the same ways.
"""

OF_THEIR_OWN = ("NEXT", "ATTEMPTS")
"""Sort keys of what may move whatever follows: numbers may be skipped, and attempts count."""


def is_done(answer: Answer) -> bool:
    """Whether a request was served."""
    return 200 <= answer.status < 300


def items_of(store: Store) -> dict[Key, Item]:
    """The whole table."""
    return {Key.of(item): item for item in everything(store)}


_AUDIT = words_of(keys.audit("x", "x", 0))[0]


def put_back(store: Store, first: dict[Key, Item]) -> None:
    """Let the table be as it was."""
    now = items_of(store)
    for key in now.keys() - first.keys():
        store.write(Delete(key))
    store.bulk_put([item for key, item in first.items() if now.get(key) != item])


@dataclass
class FaultyFixtures:
    """The fixtures of the budgets, on a table that every request reaches through the injector."""

    injector: Injector
    store: Hurried
    fixtures: BudgetFixtures
    first: dict[Key, Item]

    def items(self) -> dict[Key, Item]:
        return items_of(self.store)

    def kept(self) -> dict[Key, Item]:
        """The table without what may move of its own."""
        return {key: item for key, item in self.items().items() if key.sk not in OF_THEIR_OWN}

    def kinds(self) -> Counter[tuple[str, str]]:
        """How many items of each kind there are; those of the audit whenever they were written."""
        words = (words_of(key) for key in self.kept())
        return Counter((head, "" if head == _AUDIT else part) for head, part in words)

    def verify(self) -> Report:
        return verify(self.store, now=self.fixtures.api.clock.moment)

    def settle(self) -> None:
        """Wait until the table stands still: the last call of a process that was killed may be under way."""
        seen, now = None, self.items()
        while seen != now:
            sleep(0.25)
            seen, now = now, self.items()

    def restore(self) -> None:
        """Let the table be as it was at first."""
        self.injector.arm(None)
        put_back(self.store, self.first)

    @contextmanager
    def with_what(self, row: Endpoint) -> Iterator[None]:
        """Within the block, what there is at first is what a write needs; then it is what it was."""
        origin = self.first
        row.prepare(self.fixtures)
        self.first = self.items()
        yield
        self.first = origin
        self.restore()


@contextmanager
def laid(routes: Routes, clock: Clock | None = None) -> Iterator[FaultyFixtures]:
    """The made on a table of its own."""
    clock = clock or Clock()
    with real.fresh_table() as name:
        injector = Injector(real.transport())
        store = Hurried.over(injector, name)
        dependencies.use(make_dependencies(store, clock))
        api = Api(Gateway(routes, in_process), store, clock)
        made = FaultyFixtures(injector, store, BudgetFixtures.set(api, Directory(store, clock)), {})
        made.first = made.items()
        yield made
        dependencies.use(None)
