"""Processes killed amid writes and cleanups: what is left is whole, what was ordered gets done."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from cli.verify import verify
from local.embedded import open_embedded
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.db import keys
from roster.db.store import Store
from roster.directory import cleanup
from roster.domain import User
from tests.faulty import fixtures
from tests.faulty.bulk_users import join_many, left_of
from tests.faulty.fixtures import WRITING, FaultyFixtures, is_done
from tests.faulty.victim import Death, Killed, Victim
from tests.support import real, tally
from tests.support.api import Api, Clock, in_process
from tests.support.budgets import Endpoint
from tests.support.directory import Directory

pytestmark = pytest.mark.real

MOMENTS = 3  # random moments at which each write is killed
MEMBERSHIPS = int(os.environ.get("MEMBERSHIPS", "10000"))
CLEANUPS = 12  # cleanups that are killed before one is left to end


@pytest.fixture(scope="module")
def laid(routes: Routes) -> Iterator[FaultyFixtures]:
    with fixtures.laid(routes) as made:
        yield made


@pytest.fixture
def whole(laid: FaultyFixtures) -> Iterator[FaultyFixtures]:
    yield laid
    laid.restore()


@pytest.fixture
def ready(whole: FaultyFixtures, row: Endpoint) -> Iterator[FaultyFixtures]:
    """The fixtures with what the row's write needs."""
    with whole.with_what(row):
        yield whole


@pytest.fixture
def victim(laid: FaultyFixtures) -> Iterator[Victim]:
    """The fixtures' requests go to the other process."""
    api = laid.fixtures.api
    made = Victim.start(f"table:{laid.store.table_name}", api.clock)
    here, api.gateway = api.gateway, Gateway(api.gateway.routes, made)
    yield made
    api.gateway = here
    made.stop()
    tally.count("kill points", made.kills)


def test_a_process_that_is_not_killed_answers(whole: FaultyFixtures, victim: Victim) -> None:
    assert WRITING[0].ask(whole.fixtures).status == 200


@pytest.mark.row("F-08", "item-34")
@pytest.mark.parametrize("row", WRITING, ids=lambda row: row.name)
def test_a_write_killed_at_any_call_is_whole_or_not_at_all(
    ready: FaultyFixtures, victim: Victim, row: Endpoint
) -> None:
    whole, before = ready, ready.kinds()
    assert is_done(row.ask(whole.fixtures))
    after = whole.kinds()
    for death in (Death(call, late) for call in range(row.trips) for late in (False, True)):
        whole.restore()
        victim.death = death
        assert row.ask(whole.fixtures).status == 500  # says the gateway, to which the function crashed
        assert victim.died, death
        assert whole.kinds() in (before, after), death
        assert whole.verify().broken == [], death


@pytest.mark.row("F-08")
@pytest.mark.parametrize("row", WRITING, ids=lambda row: row.name)
def test_a_write_killed_at_any_moment_is_whole_or_not_at_all(
    ready: FaultyFixtures, victim: Victim, row: Endpoint
) -> None:
    whole, before = ready, ready.kinds()
    assert is_done(row.ask(whole.fixtures))
    after = whole.kinds()
    random = Random(row.name)  # noqa: S311 - a moment, not a secret
    for _ in range(MOMENTS):
        whole.restore()
        victim.death = Death(seconds=random.uniform(0, 0.08))
        answer = row.ask(whole.fixtures)
        assert answer.status == 500 if victim.died else is_done(answer)
        whole.settle()
        assert whole.kinds() in (before, after)
        assert whole.verify().broken == []


@dataclass
class Site:
    """A directory of a platform ADMIN and of a user who is a member of all its workspaces."""

    api: Api
    where: str
    root: User
    ada: User
    workspaces: list[str]
    session: str
    token: str

    @classmethod
    def make(cls, api: Api, where: str, memberships: int) -> "Site":
        directory = Directory(api.store, api.clock)
        root, ada = directory.admin(), directory.user("ada")
        workspaces = join_many(api.store, ada, memberships, by=directory.by)
        api.cookie(root)
        session, token = api.cookie(ada), api.token(ada)
        return cls(api, where, root, ada, workspaces, session, token)

    def demand_no_access(self) -> None:
        """Neither credential opens anything, and no list shows the user."""
        assert self.api.get("/api/auth/me", as_=self.session).status == 401
        assert self.api.get("/api/workspace/auth/me", bearer=self.token).status == 401
        for workspace_id in (self.workspaces[0], self.workspaces[-1]):
            members = self.api.get(f"/api/workspaces/{workspace_id}/members", as_=self.root)
            assert (members.status, members.data) == (200, [])


@pytest.fixture(params=["dynamodb", "sqlite"])
def site(request: pytest.FixtureRequest, routes: Routes, tmp_path: Path) -> Iterator[Site]:
    """Ten thousand memberships in a file; fewer on DynamoDB Local, unless MEMBERSHIPS says how many."""
    if request.param == "sqlite":
        path = tmp_path / "roster.db"
        embedded = open_embedded(path)
        yield _site(routes, embedded, f"file:{path}", MEMBERSHIPS)
        embedded.close()
    else:
        with real.fresh_table() as name:
            yield _site(routes, real.dynamo_store(name), f"table:{name}", MEMBERSHIPS // 10)
    dependencies.use(None)


def _site(routes: Routes, store: Store, where: str, memberships: int) -> Site:
    clock = Clock()
    dependencies.use(dependencies.Dependencies(store, clock))
    return Site.make(Api(Gateway(routes, in_process), store, clock), where, memberships)


@pytest.mark.row("F-08", "F-09")
def test_a_cleanup_killed_again_and_again_clears_all_and_access_was_gone_before_it(site: Site) -> None:
    api, now = site.api, site.api.clock.moment
    assert verify(api.store, now=now).broken == []
    assert api.delete(f"/api/admin/users/{site.ada.id}", as_=site.root).status == 200
    site.demand_no_access()

    job = keys.cleanup_of_user(site.ada.id)
    record = {"eventName": "INSERT", "dynamodb": {"Keys": {"PK": {"S": job.pk}, "SK": {"S": job.sk}}}}
    function = api.gateway.routes.functions["Cleanup"]
    victim, random = Victim.start(site.where, api.clock), Random(7)  # noqa: S311 - moments
    done = False
    while not done:
        if victim.kills < CLEANUPS:
            victim.death = Death(seconds=random.uniform(0.02, 0.4))
        try:
            assert victim(function, {"Records": [record]}) == {"batchItemFailures": []}
            done = True
        except Killed:
            site.demand_no_access()
            if victim.kills in (1, CLEANUPS // 2):
                assert verify(api.store, now=now).broken == []
    assert victim(function, {"Records": [record]}) == {"batchItemFailures": []}  # twice is harmless
    victim.stop()
    tally.count("kill points", victim.kills)

    assert victim.kills >= CLEANUPS // 5, "the cleanup ended before it could be killed"
    site.demand_no_access()
    assert list(cleanup.jobs(api.store)) == []
    assert left_of(api.store, site.ada.id) == []
    report = verify(api.store, now=now)
    assert (report.broken, report.pending) == ([], [])
