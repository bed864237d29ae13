"""A workspace's limit of projects, which nobody passes."""

from roster.db import keys
from roster.db.store import Update
from roster.db.transactions import retry_on_conflict
from roster.directory import projects as access
from roster.directory import workspaces
from roster.domain import Project
from roster.errors import LimitReached
from tests.projects.test_projects import broken, projects
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.race import at_once
from tests.workspaces.fixtures import Fixtures


def limit(api: Api, fixtures: Fixtures, most: int) -> None:
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"limits": {"projects": most}}))


def test_the_limit_binds_everybody_and_a_deleted_project_makes_room(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    first, _ = (directory.project(fixtures.acme, name) for name in ("a", "b"))
    limit(api, fixtures, 2)
    with api.no_effect():
        for who in (fixtures.boss, fixtures.root):
            answer = api.post(projects(fixtures), {"name": "c"}, as_=who)
            assert (answer.status, answer.code) == (409, "LIMIT_REACHED")
    assert api.delete(projects(fixtures, first.id), as_=fixtures.boss).status == 200
    assert api.post(projects(fixtures), {"name": "c"}, as_=fixtures.boss).status == 200
    limit(api, fixtures, 1)  # below the present count: nothing goes, and nothing comes
    assert api.post(projects(fixtures), {"name": "d"}, as_=fixtures.boss).status == 409
    assert len(api.get(projects(fixtures), as_=fixtures.boss).data) == 2
    assert broken(api) == []


def test_many_at_once_do_not_pass_the_limit(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    limit(api, fixtures, 5)
    acme = workspaces.by_id(api.store, fixtures.acme.id)
    assert acme is not None

    def make() -> None:
        work, _ = access.prepare(api.store, acme, Project("", 0, "", "x"), by=directory.by)
        work.commit(api.store)

    def attempt() -> bool:
        try:
            retry_on_conflict(make)
        except LimitReached:
            return False
        return True

    assert sum(at_once([attempt] * 16)) == 5
    assert len(api.get(projects(fixtures), as_=fixtures.boss).data) == 5
    assert broken(api) == []
