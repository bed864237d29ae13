"""Random changes of users and members beside a plain model: every page of every size agrees."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.verify import verify
from local.embedded import open_embedded
from roster.db import counted_lists, keys, list_log
from roster.db.store import Store
from roster.directory import cleanup, members, users, workspaces
from roster.domain import Actor, User, Workspace, WorkspaceRole
from roster.errors import Conflict, NotFound
from tests.tools.damage import NOW

BY = Actor("test", NOW)
SIZES = (1, 2, 3, 7, 100)

T = TypeVar("T")


@dataclass
class Model:
    """What must be there: users in the order of their creation, members in that of their joining."""

    users: list[User] = field(default_factory=list)
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Directory:
    """Does each change to the directory and to the model."""

    store: Store
    home: Workspace
    model: Model

    def create(self, pick: int) -> None:
        email = f"user{pick % 8}@example.com"
        wanted = User("", 0, email, "Somebody", "")
        try:
            self.model.users.append(users.create(self.store, wanted, None, by=BY))
        except Conflict:
            assert email in {user.email for user in self.model.users}
        else:
            assert email not in {user.email for user in self.model.users[:-1]}

    def delete(self, pick: int) -> None:
        if gone := self._one(pick):
            users.delete(self.store, gone, by=BY)
            self.model.users.remove(gone)
            self.model.members = [each for each in self.model.members if each != gone.id]
            cleanup.run(self.store, keys.cleanup_of_user(gone.id), NOW)

    def rename(self, pick: int) -> None:
        self._change(pick, lambda user: replace(user, full_name=f"Name {pick}"))

    def suspend(self, pick: int) -> None:
        self._change(pick, lambda user: replace(user, active=not user.active))

    def move(self, pick: int) -> None:
        """Another address, which may be another's."""
        email = f"user{pick // 8 % 8}@example.com"
        others = {user.email for user in self.model.users if user != self._one(pick)}
        try:
            self._change(pick, lambda user: replace(user, email=email))
        except Conflict:
            assert email in others
        else:
            assert email not in others or self._one(pick) is None

    def join(self, pick: int) -> None:
        if user := self._one(pick):
            try:
                members.add(self.store, self.home, user.id, WorkspaceRole.MEMBER, by=BY)
            except Conflict:
                assert user.id in self.model.members
            else:
                assert user.id not in self.model.members
                self.model.members.append(user.id)

    def leave(self, pick: int) -> None:
        if user := self._one(pick):
            try:
                members.remove(self.store, self.home, user.id, by=BY, even_last_admin=True)
            except NotFound:
                assert user.id not in self.model.members
            else:
                self.model.members.remove(user.id)
                cleanup.run(self.store, keys.cleanup_of_member(self.home.id, user.id), NOW)

    def check(self) -> None:
        for size in SIZES:
            shown = pages(partial(users.page, self.store), size)
            assert [plain(user) for user in shown] == [plain(user) for user in self.model.users]
            joined = pages(partial(members.page, self.store, self.home.id), size)
            assert [user.id for _, user in joined] == self.model.members
            backward = pages(self._backward, size)
            assert backward == [user.id for user in reversed(self.model.users)]
        report = verify(self.store, now=NOW)
        assert (report.broken, report.pending) == ([], [])

    def _backward(self, number: int, size: int) -> tuple[list[object], int]:
        rows = counted_lists.page(self.store, keys.USERS, number, size, forward=False)
        return [row["id"] for row in rows.items], rows.total

    def _one(self, pick: int) -> User | None:
        return self.model.users[pick % len(self.model.users)] if self.model.users else None

    def _change(self, pick: int, edit: Callable[[User], User]) -> None:
        if user := self._one(pick):
            changed = users.change(self.store, user, edit, by=BY)
            self.model.users[self.model.users.index(user)] = changed


def pages(page: Callable[[int, int], tuple[list[T], int]], size: int) -> list[T]:
    """All pages one after another; each is full but the last, and each tells the same total."""
    shown: list[T] = []
    number = 1
    while True:
        found, total = page(number, size)
        shown += found
        assert len(found) == min(size, max(0, total - (number - 1) * size))
        if not found:
            assert len(shown) == total
            return shown
        number += 1


def plain(user: User) -> User:
    """A user as a list shows one."""
    return replace(
        user,
        oldest_workspace_id=None,
        oldest_membership_at=None,
        revoked_through={},
        session_version=0,
        session_version_at=None,
        revision=1,
    )


OPERATIONS = (
    Directory.create,
    Directory.create,
    Directory.delete,
    Directory.rename,
    Directory.suspend,
    Directory.move,
    Directory.join,
    Directory.join,
    Directory.leave,
)


@settings(max_examples=15, deadline=None)
@given(
    first=st.sampled_from((0, 95, 9_990, 19_899)),
    steps=st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 63)), min_size=5, max_size=40),
)
def test_every_page_of_every_size_is_that_of_a_plain_list(
    first: int, steps: list[tuple[Callable[[Directory, int], None], int]]
) -> None:
    """The numbers begin where leaves and branches end."""
    with TemporaryDirectory() as folder:
        store = open_embedded(Path(folder) / "roster.db")
        try:
            home = workspaces.create(store, Workspace("home", 0, "home", "Home", ""), by=BY)
            for listing in (keys.USERS, keys.members("home")):
                list_log.reserve(store, listing, first)
            directory = Directory(store, home, Model())
            for change, pick in steps:
                change(directory, pick)
            directory.check()
        finally:
            store.close()
