"""DELETE /api/workspaces/{workspaceId}, and the cleanup of what was in it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cli.verify import verify
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.directory import cleanup, users, workspace_groups, workspaces
from roster.domain import User, Workspace, WorkspaceRole
from roster.errors import Unavailable
from tests.support.api import Api, in_process
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted, assert_refused
from tests.workspaces.test_cleanup import EVENT


def _at(workspace: Workspace) -> str:
    return f"/api/workspaces/{workspace.id}"


def _suspend(api: Api, fixtures: Fixtures) -> None:
    assert api.put(_at(fixtures.acme), {"active": False}, as_=fixtures.root).status == 200


def _clean_up(store: Store, api: Api) -> None:
    for job in list(cleanup.jobs(api.store)):
        cleanup.run(store, Key.of(job), api.clock())


def _by_the_stream(api: Api) -> None:
    """As the table's stream orders it of the function, and orders it again of one whose time was up."""
    function = api.gateway.routes.functions["Cleanup"]
    for job in list(cleanup.jobs(api.store)):
        order = Key.of(job)
        event = json.loads(json.dumps(EVENT).replace("USER#user-uuid", order.sk).replace("SWEEP", order.pk))
        assert any(in_process(function, event) == {"batchItemFailures": []} for _ in range(5))


def test_a_suspended_workspace_is_gone_with_the_answer_and_its_key_is_free(
    api: Api, fixtures: Fixtures
) -> None:
    _suspend(api, fixtures)
    assert_granted(api.delete(_at(fixtures.acme), as_=fixtures.root, headers={"If-Match": '"2"'}))
    for _ in range(2):
        assert_refused(api.get(_at(fixtures.acme), as_=fixtures.root), 404)
        assert_refused(api.get(_at(fixtures.acme), as_=fixtures.boss), 403)
        assert [row["key"] for row in api.get("/api/workspaces", as_=fixtures.root).data] == ["globex"]
        assert api.get("/api/workspaces?page=1", as_=fixtures.boss).json["meta"]["total"] == 0
        _clean_up(api.store, api)
    made = api.post("/api/workspaces", {"key": "acme", "name": "Acme"}, as_=fixtures.root)
    assert made.status == 200
    assert made.data["id"] != fixtures.acme.id
    report = verify(api.store, now=api.clock())
    assert (report.broken, report.pending) == ([], [])


def test_what_is_not_suspended_or_has_changed_is_not_deleted(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        answer = api.delete(_at(fixtures.acme), as_=fixtures.root)
        assert (answer.status, answer.code) == (409, "NOT_SUSPENDED")
    _suspend(api, fixtures)
    with api.no_effect():
        stale = api.delete(_at(fixtures.acme), as_=fixtures.root, headers={"If-Match": '"1"'})
        assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
        assert_refused(api.delete(_at(fixtures.acme), as_=fixtures.boss), 403)


@dataclass
class Large:
    """Acme with some hundreds of everything, and globex beside it, which nothing of this may touch."""

    acme: Workspace
    people: list[User]

    @classmethod
    def made(cls, api: Api, directory: Directory, size: int) -> "Large":
        acme, globex = directory.workspace("acme"), directory.workspace("globex")
        people = [directory.user(f"user-{number}") for number in range(size)]
        other = directory.project(globex, "other")
        beta = directory.space(globex, "beta", other)
        for place, user in enumerate(people):
            first, second = (acme, globex) if place % 2 else (globex, acme)
            directory.member(first, user, "ADMIN" if place % 10 == 0 else "MEMBER")
            api.clock.advance(seconds=1)
            directory.member(second, user)
            directory.token(user, acme)
        for place, user in enumerate(people):
            web = directory.project(acme, f"web {place}")
            alpha = directory.space(acme, f"alpha {place}", web if place % 2 else None)
            directory.app(alpha, f"app-{place}")
            directory.feature(acme, f"boards {place}", web if place % 3 else None, module="Boards")
            for someone in (user, people[-1]) if place < size - 1 else (user,):
                directory.grant(web, someone)
                directory.grant(alpha, someone, "manager" if place % 2 else "developer")
            directory.grant(beta, user)
        directory.grant(directory.space(acme, "guests"), directory.user("guest"))
        cls._provisioned(directory, acme, people)
        return cls(acme, people)

    @staticmethod
    def _provisioned(directory: Directory, acme: Workspace, people: list[User]) -> None:
        """What an identity provider made in acme, and that it suspended the second of the people."""
        token = directory.scim_token(acme)
        assert token.user_id == acme.id
        made = [
            directory.provisioned(acme, name, active=active, external_id=f"e-{name}").user
            for name, active in (("zoe", True), ("yan", False))
        ]
        directory.suspend_member(acme, people[1])
        directory.workspace_group(acme, "Crew", *people, *made)
        chiefs = directory.workspace_group(acme, "Chiefs", *people[:2], *made)
        workspace_groups.set_role(directory.store, acme, chiefs, WorkspaceRole.ADMIN, by=directory.by)

    def delete(self, api: Api, directory: Directory) -> None:
        suspended = workspaces.change(
            api.store, self.acme, lambda one: replace(one, active=False), by=directory.by
        )
        workspaces.delete(api.store, suspended, by=directory.by, demand=lambda _: None)

    def left(self, api: Api) -> list[Item]:
        """Everything that speaks of acme, but for the tombstone, the audit, and that its lists are closed."""
        kept = keys.workspace_tombstone(self.acme.id)
        return [
            each
            for each in everything(api.store)
            if self.acme.id in repr(each)
            and not str(each["PK"]).startswith("AUDIT#")
            and Key.of(each) != kept
            and not each.get("closed")
        ]


def _leaves_nothing(api: Api, large: Large) -> None:
    assert large.left(api) == []
    report = verify(api.store, now=api.clock())
    assert (report.broken, report.pending) == ([], [])
    globex = next(one for one in workspaces.page(api.store, 1, 10)[0] if one.key == "globex")
    told = workspaces.counts(api.store, globex.id)
    assert (told.members, told.spaces) == (len(large.people), 1)
    for user in large.people:
        assert users.alive(api.store, user.id).oldest_workspace_id == globex.id
    assert [one.key for one in workspaces.page(api.store, 1, 10)[0]] == ["globex"]


@pytest.mark.row("T-08")
def test_all_that_was_in_it_is_cleared_away(api: Api, directory: Directory) -> None:
    large = Large.made(api, directory, 30)
    large.delete(api, directory)
    pending = verify(api.store, now=api.clock())
    assert pending.broken == []
    assert pending.pending
    _by_the_stream(api)
    _leaves_nothing(api, large)


@dataclass
class Stopping:
    """A table that is away after so many writes, as when a function is killed.

    A removal takes numbers in the logs of lists before its transaction: with one write alone it never comes
    that far.
    """

    inner: Store
    writes: int

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Any] = getattr(self.inner, name)
        if name not in ("write", "transact"):
            return call

        def limited(*given: Any, **more: Any) -> Any:
            if self.writes == 0:
                raise Unavailable
            self.writes -= 1
            return call(*given, **more)

        return limited


@pytest.mark.row("T-09")
def test_a_cleanup_that_stops_anywhere_goes_on_where_it_stopped(api: Api, directory: Directory) -> None:
    large = Large.made(api, directory, 4)
    large.delete(api, directory)
    stopped = 0
    while list(cleanup.jobs(api.store)):
        try:
            _clean_up(Stopping(api.store, 1 + stopped % 12), api)
        except Unavailable:
            stopped += 1
        assert verify(api.store, now=api.clock()).broken == []
    assert stopped > 10
    _leaves_nothing(api, large)


@pytest.mark.parametrize("backwards", [False, True], ids=["the user first", "the workspace first"])
def test_a_user_who_is_deleted_meanwhile_is_in_nobodys_way(
    api: Api, directory: Directory, backwards: bool
) -> None:
    large = Large.made(api, directory, 4)
    large.delete(api, directory)
    users.delete(api.store, users.alive(api.store, large.people[0].id), by=directory.by)
    for job in sorted(map(Key.of, cleanup.jobs(api.store)), reverse=backwards):
        cleanup.run(api.store, job, api.clock())
    assert large.left(api) == []
    report = verify(api.store, now=api.clock())
    assert (report.broken, report.pending) == ([], [])


@pytest.mark.row("M-06", "T-08")
def test_a_token_for_it_alone_is_in_no_list_whoever_has_it(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    """Of a member, of a platform ADMIN who is none, and of somebody who left before."""
    directory.member(fixtures.acme, fixtures.stranger)
    owners = (fixtures.member, fixtures.root, fixtures.stranger)
    limited = [directory.token(user, fixtures.acme) for user in owners]
    elsewhere = directory.token(fixtures.root, fixtures.globex)
    directory.leave(fixtures.acme, fixtures.stranger)
    _suspend(api, fixtures)
    assert len(api.get("/api/auth/tokens", as_=fixtures.root).data) == 2  # it may be resumed
    assert api.delete(_at(fixtures.acme), as_=fixtures.root).status == 200
    for _ in range(2):
        for user, kept in zip(owners, (0, 1, 0), strict=True):
            assert len(api.get("/api/auth/tokens", as_=user).data) == kept
            shown = api.get(f"/api/admin/users/{user.id}/credentials", as_=fixtures.root).data
            assert len(shown["tokens"]) == kept
        assert [api.get("/api/auth/me", bearer=token).status for token in limited] == [401] * 3
        assert api.get("/api/auth/me", bearer=elsewhere).status == 200
        _clean_up(api.store, api)
    left = [item for item in everything(api.store) if item.get("workspace_id") == fixtures.acme.id]
    assert [item["user_id"] for item in left if "digest" in item] == [fixtures.stranger.id]
    assert verify(api.store, now=api.clock()).broken == []
