"""Sixteen threads on one listing: nothing is lost, counted twice or shown twice, whatever the engine does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from cli.verify import verify
from local.embedded import open_embedded
from roster.clock import Deadline
from roster.db import counted_lists, keys
from roster.db.dynamodb.store import DynamoStore
from roster.db.store import Key, Store
from roster.directory import cleanup, users
from roster.domain import Actor, User
from roster.errors import Conflict
from tests.support import real
from tests.support.faults import FaultyTransport
from tests.tools.damage import NOW

THREADS = 16
BY = Actor("test", NOW)


@dataclass
class ConcurrentUsers:
    """Threads that create, delete, rename and list users; each knows which of its own must be there."""

    store: Store
    each: int
    """How many users a thread creates of its own; it deletes a third of them."""
    living: dict[str, User] = field(default_factory=dict)
    """The users that must be there in the end, as they must be."""

    def run(self) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for mine in pool.map(self._live, range(THREADS)):
                self.living |= mine

    def _live(self, who: int) -> dict[str, User]:
        random = Random(who)  # noqa: S311 - a choice, not a secret
        mine: dict[str, User] = {}
        for index in range(self.each):
            made = self._create(f"user-{who}-{index}@example.com")
            assert made is not None, "an address that nobody else wants is free"
            mine[made.id] = made
            if index % 10 == 0 and (twin := self._create(f"twin-{index}@example.com")) is not None:
                mine[twin.id] = twin  # every thread wanted this address
            chosen = random.choice(list(mine))
            if index % 3 == 0:
                users.delete(self.store, mine.pop(chosen), by=BY)
            elif index % 3 == 1:
                mine[chosen] = users.change(self.store, mine[chosen], renamed, by=BY)
            if index % 7 == 0:
                self._list(random)
        return mine

    def _create(self, email: str) -> User | None:
        try:
            return users.create(self.store, User("", 0, email, "Somebody", ""), None, by=BY)
        except Conflict:
            return None

    def _list(self, random: Random) -> None:
        size = random.choice((1, 7, 25, 100))
        number = random.randint(1, 1 + counted_lists.total(self.store, keys.USERS) // size)
        found, _ = users.page(self.store, number, size)
        numbers = [user.number for user in found]
        assert numbers == sorted(set(numbers)), "a page shows a row twice"
        assert len(numbers) <= size

    def check(self) -> None:
        """Nothing was lost, and the counts are right, now that all have left."""
        expected = sorted(self.living.values(), key=lambda user: user.number)
        assert len({user.email for user in expected}) == len(expected)
        for size in (25, 100):
            last = -(-len(expected) // size)
            pages = [users.page(self.store, number, size) for number in range(1, last + 2)]
            assert [user.id for found, _ in pages for user in found] == [user.id for user in expected]
            assert {total for _, total in pages} == {len(expected)}
            assert [len(found) for found, _ in pages[:-2]] == [size] * (last - 1)
        assert verify(self.store, now=NOW).broken == []
        self._clean_up()
        report = verify(self.store, now=NOW)
        assert (report.broken, report.pending) == ([], [])
        present = [user for number in range(1, last + 1) for user in users.page(self.store, number, size)[0]]
        assert [shown(user) for user in present] == [shown(user) for user in expected]

    def _clean_up(self) -> None:
        jobs = [Key.of(job) for job in cleanup.jobs(self.store)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda job: cleanup.run(self.store, job, NOW), jobs))


def renamed(user: User) -> User:
    return replace(user, full_name=f"{user.full_name} again")


def shown(user: User) -> User:
    """What a list shows of a user."""
    return replace(user, session_version=0, revision=1)


def test_many_users_at_once_on_the_embedded_store(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "roster.db")
    bulk_users = ConcurrentUsers(store.within(Deadline.after(120)), each=25)
    bulk_users.run()
    bulk_users.check()
    store.close()


@pytest.mark.real
def test_users_at_once_while_overlapping_transactions_are_cancelled() -> None:
    with real.fresh_table() as name:
        faulty = FaultyTransport(real.transport(), throttled=0.02)
        bulk_users = ConcurrentUsers(DynamoStore(faulty, name).within(Deadline.after(600)), each=15)
        bulk_users.run()
        bulk_users.check()
        assert faulty.faults["TransactionCanceledException"] > 10
        assert faulty.faults["ThrottlingException"] > 10


# The last, for DynamoDB Local answers ever slower after thousands of transactions.
@pytest.mark.real
def test_five_thousand_users_at_once() -> None:
    with real.fresh_table() as name:
        store = real.dynamo_store(name)
        bulk_users = ConcurrentUsers(store.within(Deadline.after(600)), each=313)
        bulk_users.run()
        bulk_users.check()
