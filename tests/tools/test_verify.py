"""Verify: each invariant broken alone is reported alone; what is still to be cleaned up is no breakage."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cli import invariants
from cli.invariants import Invariant
from cli.main import main
from cli.verify import Report, verify
from local.sqlite_store import SqliteStore
from roster.auth import api_tokens
from roster.db import keys
from roster.db.store import Delete, Key, Page, Update
from roster.directory import cleanup, members, search, users, workspaces
from roster.domain import WorkspaceRole
from tests.support.snapshots import everything
from tests.tools.damage import BY, CASES, NOW, Case, user, workspace
from tests.tools.fixtures import original, whole

__all__ = ["original", "whole"]


def verified(store: SqliteStore) -> Report:
    return verify(store, now=NOW)


def test_a_whole_directory_breaks_nothing(whole: SqliteStore) -> None:
    report = verified(whole)
    assert report.broken == []
    assert report.pending == []
    assert report.items == len(everything(whole))


def test_the_whole_directory_has_an_item_of_every_kind(whole: SqliteStore) -> None:
    kinds = {invariants.words_of(Key.of(item)) for item in everything(whole)}
    cleanup = {
        invariants.words_of(keys.cleanup_of_user("x")),
        invariants.words_of(keys.cleanup_of_member("x", "x")),
        invariants.words_of(keys.cleanup_of_project("x")),
        invariants.words_of(keys.cleanup_of_tokens("x")),
        invariants.words_of(keys.cleanup_of_group(1)),
        invariants.words_of(keys.cleanup_of_role(1)),
        invariants.words_of(keys.cleanup_of_workspace("x")),
        invariants.words_of(keys.cleanup_of_workspace_group("x", "x")),
        invariants.words_of(keys.cleanup_of_space("x")),
        invariants.words_of(keys.spaces_changing()),
    }
    numberless = (
        keys.members("x"),
        keys.suspended_members("x"),
        keys.groups_in("x"),
        keys.members_of_group("x", "x"),
        keys.SUSPENDED,
        keys.workspaces_of("x"),
        keys.spaces_in("x"),
        keys.projects_in("x"),
        keys.features_in("x"),
        keys.invitations_in("x"),
        keys.spaces_of("x", "x"),
        keys.holders_of("x", "x"),
        keys.users_of("x"),
    )
    never = {invariants.words_of(keys.next_number(listing)) for listing in numberless}
    heads = {(head, "") for head, _ in kinds}
    assert invariants.KINDS - kinds - heads == cleanup | never


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.invariant}: {case.name}")
def test_a_broken_invariant_is_reported_and_only_it(whole: SqliteStore, case: Case) -> None:
    key = case.damage(whole)
    report = verified(whole)
    assert {finding.invariant for finding in report.broken} == {case.invariant}, report.broken
    assert key in {finding.key for finding in report.broken}
    assert report.pending == []


def test_every_invariant_is_broken_by_a_case() -> None:
    assert {case.invariant for case in CASES} == set(Invariant) - invariants.LATE


def test_what_is_not_swept_yet_is_pending_for_an_hour(whole: SqliteStore) -> None:
    users.delete(whole, users.alive(whole, "bob"), by=BY)
    report = verified(whole)
    assert report.broken == []
    waiting = {finding.key for finding in report.pending}
    assert keys.member("acme", "bob") in waiting
    assert keys.project_grant("bob", "acme", "web") in waiting
    late = verify(whole, now=NOW + timedelta(hours=1, seconds=1))
    assert {finding.invariant for finding in late.broken} == {Invariant.ABANDONED_CLEANUP}
    assert {finding.key for finding in late.broken} == waiting
    cleanup.run(whole, keys.cleanup_of_user("bob"), NOW)
    search.refresh(whole, [keys.user("bob"), keys.member("acme", "bob")], NOW)
    assert verified(whole) == Report([], [], len(everything(whole)))


def test_void_grants_are_pending_until_they_are_swept(whole: SqliteStore) -> None:
    acme = workspaces.by_id(whole, "acme")
    assert acme is not None
    members.remove(whole, acme, "bob", by=BY, even_last_admin=False)
    report = verified(whole)
    assert report.broken == []
    assert {keys.user("bob"), keys.project_grant("bob", "acme", "web")} <= {
        finding.key for finding in report.pending
    }
    cleanup.run(whole, keys.cleanup_of_member("acme", "bob"), NOW)
    search.refresh(whole, [keys.user("bob"), keys.member("acme", "bob")], NOW)
    assert verified(whole) == Report([], [], len(everything(whole)))


def test_a_corrupt_item_does_not_stop_the_walk(whole: SqliteStore) -> None:
    whole.write(Update(keys.workspace("acme"), set={"number": "seven", "admins": []}))
    whole.write(Update(keys.root(keys.USERS), set={"total": 77}))
    broken = {(finding.key, finding.invariant) for finding in verified(whole).broken}
    assert (keys.workspace("acme"), Invariant.SHAPE) in broken
    assert (keys.root(keys.USERS), Invariant.TOTAL) in broken


def test_a_finding_says_nothing_of_an_item_but_its_key(whole: SqliteStore) -> None:
    row = keys.row(keys.USERS, users.alive(whole, "ann").number)
    whole.write(Update(row, set={"email": "sentinel@example.com"}))
    whole.write(Delete(keys.email("ann@example.com")))
    lines = [str(finding) for finding in verified(whole).broken]
    assert len(lines) == 2
    assert not any("@" in line for line in lines)


def test_oldest_memberships_of_the_same_moment_are_equally_right(whole: SqliteStore) -> None:
    for name in ("gamma", "delta"):
        members.add(whole, workspace(whole, name), "root", WorkspaceRole.MEMBER, by=BY)
    root = keys.user("root")
    for name in ("gamma", "delta"):
        whole.write(Update(root, set={"oldest_workspace_id": name}))
        assert verified(whole).broken == []


def test_a_writer_in_the_middle_of_the_walk_breaks_nothing(whole: SqliteStore) -> None:
    """Everything that the walk has seen is changed before it sees the rest."""

    class Interrupted:
        """Changes the directory between two pages of a scan."""

        def __init__(self) -> None:
            self.pages = 0

        def __getattr__(self, name: str) -> object:
            return getattr(whole, name)

        def scan(self, *, start: Key | None = None) -> Page:
            page = whole.scan(limit=40, start=start)
            self.pages += 1
            made = user(whole, f"new{self.pages}")
            acme = workspaces.by_id(whole, "acme")
            assert acme is not None
            members.add(whole, acme, made.id, WorkspaceRole.ADMIN, by=BY)
            api_tokens.create(whole, made, "t", None, None, by=BY)
            users.change(whole, made, lambda one: replace(one, full_name="Renamed"), by=BY)
            if self.pages % 2:
                users.delete(whole, users.alive(whole, made.id), by=BY)
            return page

    interrupted = Interrupted()
    report = verify(interrupted, now=NOW)  # type: ignore[arg-type]  # a store by delegation
    assert interrupted.pages > 2
    assert report.broken == []


def test_the_command_prints_what_is_broken_and_fails(
    whole: SqliteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "copy.db")]
    assert main(["verify", *where]) == 0
    assert capsys.readouterr().out == ""
    whole.write(Update(keys.site_admins(), set={"count": 3}))
    assert main(["verify", *where]) == 1
    assert capsys.readouterr().out == "SITE ADMINS: site-admins: count is 3, should be 1\n"
    assert main(["repair", *where]) == 0
    assert capsys.readouterr().out == "mended SITE ADMINS: site-admins: count is 3, should be 1\n"
    assert main(["verify", *where]) == 0


def test_the_command_of_repair_fails_where_something_is_left(
    whole: SqliteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole.write(Update(keys.client("cf"), set={"grants": 7}))
    assert main(["repair", "--store", str(tmp_path / "copy.db")]) == 1
    assert capsys.readouterr().out.startswith("left CLIENT#cf PROFILE: shape: ")
