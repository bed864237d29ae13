"""What deleted users and ended memberships left behind goes, however often the cleanup is stopped."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from roster.auth import api_tokens
from roster.clock import Deadline
from roster.db import counted_lists, keys, list_log
from roster.db.store import Delete, Item, Key, Operation, Store
from roster.db.transactions import Transaction
from roster.directory import cleanup, grants, members, projects, spaces, users, workspaces
from roster.domain import ApiToken, Project, Space, SpaceRole, User, Workspace
from roster.errors import Unavailable
from tests.support.api import Api, Clock, in_process
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import assert_granted, assert_meta, assert_refused

EVENT = json.loads((Path(__file__).parents[2] / "events" / "Cleanup.json").read_text("utf-8"))


@dataclass
class Stopping:
    """A table that is away after so many writes, as when a function is killed."""

    inner: Store
    writes: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, *arguments: Any, **more: Any) -> Item | None:
        self._spend()
        return self.inner.write(*arguments, **more)

    def transact(self, operations: list[Operation], *, token: str, once: bool = False) -> None:
        self._spend()
        self.inner.transact(operations, token=token, once=once)

    def _spend(self) -> None:
        if self.writes == 0:
            raise Unavailable
        self.writes -= 1


@dataclass(frozen=True)
class Estate:
    """A user with something of everything, beside another who keeps theirs."""

    ada: User
    bob: User
    workspaces: list[Workspace]
    space: Space
    project: Project


@pytest.fixture
def estate(api: Api, directory: Directory) -> Estate:
    ada, bob = directory.user("ada", password=PASSWORD), directory.user("bob")
    workspaces = [directory.workspace(f"ws-{number}") for number in range(3)]
    space = Space(
        "s-1",
        list_log.allocate(api.store, keys.SPACES),
        workspaces[0].id,
        "alpha",
        "2026-04-13T01:00:00Z",
    )
    project = Project("p-1", 1, workspaces[0].id, "web")
    work = Transaction(directory.by)
    spaces.plan(work, space)
    projects.plan(work, project)
    work.commit(api.store)
    for workspace in workspaces:
        directory.member(workspace, bob)
    for workspace in workspaces:
        directory.member(workspace, ada, "ADMIN")
    estate = Estate(ada, bob, workspaces, space, project)
    for user in (ada, bob):
        _grant(api.store, directory, estate, user)
    work = Transaction(directory.by)
    secret = f"an imported secret of {ada.id}"
    token = ApiToken(api_tokens.id_of(secret), ada.id, "ci", "2026-04-13T01:00:00Z")
    api_tokens.plan(work, token, secret, imported=True)
    work.commit(api.store)
    for user in (ada, ada, bob):
        directory.session(user)
    return estate


def _grant(store: Store, directory: Directory, estate: Estate, user: User) -> None:
    place = store.get(keys.member(estate.workspaces[0].id, user.id)) or {}
    since = int(str(place["number"]))
    for role in SpaceRole:
        work = Transaction(directory.by)
        grants.plan_space_role(work, estate.space, user, role, since)
        work.commit(store)
    work = Transaction(directory.by)
    grants.plan_project_member(work, estate.project, user, since)
    work.commit(store)


def _jobs(store: Store) -> list[Key]:
    return [Key.of(job) for job in cleanup.jobs(store)]


def _clean_up(api: Api) -> None:
    """What the stream does: every order to the function."""
    for job in _jobs(api.store):
        function = api.gateway.routes.functions["Cleanup"]
        event = json.loads(json.dumps(EVENT).replace("USER#user-uuid", job.sk).replace("SWEEP", job.pk))
        assert in_process(function, event) == {"batchItemFailures": []}


def _clean_up_in_pieces(api: Api) -> int:
    """Do the one job in passes that are stopped after one write, two, three; how often it was stopped."""
    (job,) = _jobs(api.store)
    for writes in range(100):
        try:
            cleanup.run(cast(Store, Stopping(api.store, writes)), job, api.clock())
        except Unavailable:
            continue
        return writes
    raise AssertionError("a hundred passes did not do it")


def _traces(store: Store, user_id: str) -> list[Key]:
    """Where the table still speaks of a user, audit and tombstone apart."""
    return [
        Key.of(item)
        for item in everything(store)
        if user_id in json.dumps(item)
        and not str(item["PK"]).startswith("AUDIT#")
        and Key.of(item) != keys.user(user_id)
    ]


def _assert_swept(api: Api, estate: Estate) -> None:
    assert _traces(api.store, estate.ada.id) == []
    assert _jobs(api.store) == []
    found = workspaces.by_ids(api.store, [workspace.id for workspace in estate.workspaces])
    for workspace in estate.workspaces:
        rows, total = members.page(api.store, workspace.id, 1, 10)
        assert [user.id for _, user in rows] == [estate.bob.id]
        assert total == 1
        assert found[workspace.id].admins == 0
    assert counted_lists.total(api.store, keys.users_of(estate.project.id)) == 1
    for role in SpaceRole:
        assert counted_lists.total(api.store, keys.spaces_of(estate.bob.id, role)) == 1


def test_access_is_gone_before_any_cleanup(api: Api, directory: Directory, estate: Estate) -> None:
    session = str(directory.session(estate.ada))
    users.delete(api.store, estate.ada, by=directory.by)
    assert _jobs(api.store) == [keys.cleanup_of_user(estate.ada.id)]
    assert_refused(api.get("/api/auth/me", as_=session), 401)
    assert_refused(api.post("/api/auth/login", {"email": "ada@example.com", "password": PASSWORD}), 401)
    answer = api.get(f"/api/workspaces/{estate.workspaces[0].id}/members", as_=estate.bob)
    assert [row["userId"] for row in answer.data] == [estate.bob.id]


def test_the_cleanup_clears_all_but_the_tombstone(api: Api, directory: Directory, estate: Estate) -> None:
    users.delete(api.store, estate.ada, by=directory.by)
    _clean_up(api)
    _assert_swept(api, estate)
    tombstone = api.store.get(keys.user(estate.ada.id)) or {}
    assert set(tombstone) == {"PK", "SK", "v", "id", "number", "deleted_at"}
    path = f"/api/workspaces/{estate.workspaces[0].id}/members?page=1"
    assert_meta(api.get(path, as_=estate.bob), page=1, size=1_000, total=1, pages=1)


def test_twice_is_harmless(api: Api, directory: Directory, estate: Estate) -> None:
    users.delete(api.store, estate.ada, by=directory.by)
    job = api.store.get(keys.cleanup_of_user(estate.ada.id)) or {}
    _clean_up(api)
    with api.no_effect():
        cleanup.run(api.store, Key.of(job), api.clock())
    cleanup.run(cast(Store, Stopping(api.store, 1_000)), Key.of(job), api.clock())
    _assert_swept(api, estate)


def test_stopped_time_and_again_it_comes_to_the_end(api: Api, directory: Directory, estate: Estate) -> None:
    users.delete(api.store, estate.ada, by=directory.by)
    stops = _clean_up_in_pieces(api)
    assert stops > 3
    _assert_swept(api, estate)


@pytest.mark.parametrize("writes", range(0, 12, 3))
def test_stopped_anywhere_a_whole_pass_completes_it(
    api: Api, directory: Directory, estate: Estate, writes: int
) -> None:
    users.delete(api.store, estate.ada, by=directory.by)
    try:
        cleanup.run(cast(Store, Stopping(api.store, writes)), _jobs(api.store)[0], api.clock())
    except Unavailable:
        assert _jobs(api.store) != []
    _clean_up(api)
    _assert_swept(api, estate)


def test_a_cleanup_without_time_says_so_and_comes_again(
    api: Api, directory: Directory, estate: Estate
) -> None:
    """The function's own end is near: the stream is told which record to deliver again."""

    class Hurried:
        def get_remaining_time_in_millis(self) -> int:
            return 0

    users.delete(api.store, estate.ada, by=directory.by)
    event = json.loads(json.dumps(EVENT).replace("user-uuid", estate.ada.id))
    from functions.maintenance.cleanup import handler

    answer = handler(event, Hurried())
    number = EVENT["Records"][0]["messageId"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
    assert _jobs(api.store) == [keys.cleanup_of_user(estate.ada.id)]
    _clean_up(api)
    _assert_swept(api, estate)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": []},
        {"Records": [{}]},
        {"Records": [{"dynamodb": {"Keys": {}}, "eventName": "INSERT"}]},
    ],
    ids=["bare", "none", "empty", "no-key"],
)
def test_records_that_order_nothing_are_passed_over(api: Api, estate: Estate, event: dict[str, Any]) -> None:
    with api.no_effect():
        function = api.gateway.routes.functions["Cleanup"]
        assert in_process(function, event) == {"batchItemFailures": []}


@pytest.mark.row("E-09")
def test_the_same_address_makes_another_user_who_inherits_nothing(
    api: Api, directory: Directory, estate: Estate
) -> None:
    """Before the cleanup and after."""
    session = str(directory.session(estate.ada))
    users.delete(api.store, estate.ada, by=directory.by)
    again = directory.user("ada", password="another password")
    assert again.id != estate.ada.id
    for cleaned_up in (False, True):
        if cleaned_up:
            _clean_up(api)
        assert_refused(api.get("/api/auth/me", as_=session), 401)
        assert api.get("/api/workspaces", as_=again).data == []
        assert_refused(api.get(f"/api/workspaces/{estate.workspaces[0].id}", as_=again), 403)
    _assert_swept(api, estate)
    assert users.alive(api.store, again.id) == again


def test_more_memberships_than_a_transaction_holds_are_swept(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    workspaces = [directory.workspace(f"ws-{number}") for number in range(60)]
    for workspace in workspaces:
        directory.member(workspace, ada, "ADMIN")
    users.delete(api.store, ada, by=directory.by)
    _clean_up(api)
    assert _traces(api.store, ada.id) == []
    assert {members.page(api.store, workspace.id, 1, 1)[1] for workspace in workspaces} == {0}


# A membership that ended.


def _remove(api: Api, directory: Directory, estate: Estate) -> None:
    members.remove(api.store, estate.workspaces[0], estate.ada.id, by=directory.by, even_last_admin=True)


def test_an_ended_membership_is_swept_with_all_that_was_granted_in_it(
    api: Api, directory: Directory, estate: Estate
) -> None:
    _remove(api, directory, estate)
    _clean_up(api)
    assert _jobs(api.store) == []
    assert api.store.get(keys.member(estate.workspaces[0].id, estate.ada.id)) is None
    assert list(grants.of_user(api.store, estate.ada.id)) == []
    assert len(list(grants.of_user(api.store, estate.bob.id))) == 4
    assert counted_lists.total(api.store, keys.users_of(estate.project.id)) == 1
    assert [row["key"] for row in api.get("/api/workspaces", as_=estate.ada).data] == ["ws-1", "ws-2"]


@pytest.mark.parametrize("stop", [False, True], ids=["at-once", "stopped-time-and-again"])
def test_who_came_again_before_the_cleanup_keeps_the_new_membership_and_its_grants(
    api: Api, directory: Directory, estate: Estate, stop: bool
) -> None:
    _remove(api, directory, estate)
    assert_granted(
        api.post(
            f"/api/workspaces/{estate.workspaces[0].id}/members",
            {"userId": estate.ada.id, "role": "MEMBER"},
            as_=directory.admin(),
        ),
        *("userId", "email", "fullName", "role", "createdAt"),
    )
    if stop:
        _clean_up_in_pieces(api)
    else:
        _clean_up(api)
    assert list(grants.of_user(api.store, estate.ada.id)) == [], "what the old membership held has ended"
    assert api.get(f"/api/workspaces/{estate.workspaces[0].id}", as_=estate.ada).status == 200
    _grant(api.store, directory, estate, estate.ada)
    _clean_up(api)
    assert len(list(grants.of_user(api.store, estate.ada.id))) == 4
    rows, total = members.page(api.store, estate.workspaces[0].id, 1, 10)
    assert ([user.id for _, user in rows], total) == ([estate.bob.id, estate.ada.id], 2)


def test_removed_again_before_the_cleanup_both_memberships_are_swept(
    api: Api, directory: Directory, estate: Estate
) -> None:
    _remove(api, directory, estate)
    directory.member(estate.workspaces[0], estate.ada)
    _remove(api, directory, estate)
    _clean_up(api)
    assert _jobs(api.store) == []
    assert api.store.get(keys.member(estate.workspaces[0].id, estate.ada.id)) is None
    assert list(grants.of_user(api.store, estate.ada.id)) == []


def test_a_job_ordered_anew_meanwhile_is_not_lost(api: Api, directory: Directory, estate: Estate) -> None:
    _remove(api, directory, estate)
    first = _jobs(api.store)[0]

    @dataclass
    class Meanwhile:
        """Reads the job, then the member comes and goes again before anything is cleaned up."""

        inner: Store
        done: bool = False

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def get(self, key: Key, **more: Any) -> Item | None:
            found = self.inner.get(key, **more)
            if key == first and not self.done:
                self.done = True
                directory.member(estate.workspaces[0], estate.ada)
                _remove(api, directory, estate)
            return found

    cleanup.run(cast(Store, Meanwhile(api.store)), first, api.clock())
    assert _jobs(api.store) == [first]
    _clean_up(api)
    assert _jobs(api.store) == []


def test_a_deleted_user_whose_membership_had_ended_is_swept_of_both(
    api: Api, directory: Directory, estate: Estate
) -> None:
    _remove(api, directory, estate)
    users.delete(api.store, users.alive(api.store, estate.ada.id), by=directory.by)
    _clean_up(api)
    _assert_swept(api, estate)


def test_a_deadline_that_has_passed_stops_a_cleanup(api: Api, directory: Directory, estate: Estate) -> None:
    users.delete(api.store, estate.ada, by=directory.by)
    with pytest.raises(Unavailable):
        cleanup.run(api.store.within(Deadline.after(-1)), _jobs(api.store)[0], api.clock())


def test_a_cleanup_that_cannot_clear_keeps_its_job(store: Store, directory: Directory, clock: Clock) -> None:
    acme, member = directory.workspace(), directory.user("member")
    directory.member(acme, member)
    users.delete(store, member, by=directory.by)
    row = next(iter(counted_lists.everything(store, keys.members(acme.id))))
    store.write(Delete(Key.of(row)))  # a row is gone that the membership counts on
    with pytest.raises(cleanup.Stuck):
        cleanup.run(store, keys.cleanup_of_user(member.id), clock())
    assert store.get(keys.cleanup_of_user(member.id)) is not None
