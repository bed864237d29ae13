"""Races on DynamoDB Local, with overlapping writes cancelled as on DynamoDB: always one serial order."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, TypeVar

import pytest

from cli.verify import verify
from roster import dependencies
from roster.auth import acceptance, refresh_tokens
from roster.auth import login_throttle as attempts
from roster.auth.credentials import Credential
from roster.clock import Deadline
from roster.db import counted_lists, keys
from roster.db.dynamodb.store import DynamoStore
from roster.db.store import Key
from roster.db.transactions import retry_on_conflict
from roster.directory import (
    cleanup,
    group_places,
    members,
    projects,
    provisioning,
    spaces,
    users,
    workspace_groups,
    workspaces,
)
from roster.domain import Actor, Limits, PlatformRole, Project, Space, User, Workspace, WorkspaceRole
from roster.errors import (
    Conflict,
    DirectoryError,
    LastAdmin,
    LimitReached,
    LoginFirst,
    NotFound,
    PreconditionFailed,
    Unauthenticated,
)
from tests.support import real, tally
from tests.support.api import Clock, make_dependencies
from tests.support.directory import Directory
from tests.support.faults import FaultyTransport
from tests.support.race import at_once
from tests.support.snapshots import everything

pytestmark = pytest.mark.real

T = TypeVar("T")


@pytest.fixture(scope="module")
def table() -> Iterator[str]:
    with real.fresh_table() as name:
        yield name


@pytest.fixture
def directory(table: str) -> Iterator[Directory]:
    """An empty directory; afterwards every invariant holds, before the cleanups and after them."""
    faulty = FaultyTransport(real.transport(), throttled=0.02)
    made = Directory(DynamoStore(faulty, table).within(Deadline.after(120)), Clock())
    yield made
    now = made.now()
    assert verify(made.store, now=now).broken == []
    for job in list(cleanup.jobs(made.store)):
        cleanup.run(made.store, Key.of(job), now)
    report = verify(made.store, now=now)
    assert (report.broken, report.pending) == ([], [])
    tally.count("faults injected", faulty.faults.total())
    real.empty(table)


def outcome(attempt: Callable[[], object]) -> str:
    """`done`, or the name of the refusal."""
    try:
        attempt()
    except DirectoryError as refusal:
        return type(refusal).__name__
    return "done"


def raced(*attempts: Callable[[], object]) -> Counter[str]:
    return Counter(at_once([partial(outcome, attempt) for attempt in attempts]))


@pytest.mark.row("E-07", "item-33")
def test_one_of_twenty_gets_the_address(directory: Directory) -> None:
    spellings = [str.lower, str.upper, str.title, str.capitalize]
    made = raced(*(partial(directory.user, spellings[n % 4]("ada")) for n in range(20)))
    assert made == {"done": 1, Conflict.__name__: 19}
    assert counted_lists.total(directory.store, keys.USERS) == 1


@pytest.mark.row("Z-12")
def test_two_administrators_who_delete_each_other_leave_one(directory: Directory) -> None:
    one, other = directory.admin("one"), directory.admin("other")
    told = raced(*(partial(users.delete, directory.store, user, by=directory.by) for user in (one, other)))
    assert told == {"done": 1, LastAdmin.__name__: 1}


@pytest.mark.row("Z-12", "item-15")
def test_under_fifty_operations_at_once_there_is_always_an_administrator(directory: Directory) -> None:
    admins = [directory.admin(f"admin-{n}") for n in range(5)]
    random, store = Random(15), directory.store  # noqa: S311 - choices
    roles = {False: (PlatformRole.USER,), True: (PlatformRole.ADMIN,)}

    def change(user: User, **more: Any) -> None:
        users.change(store, user, lambda present: replace(present, **more), by=directory.by)

    def operation() -> Callable[[], object]:
        user, kind = random.choice(admins), random.randrange(5)
        if kind == 0:
            return partial(users.delete, store, user, by=directory.by)
        if kind == 1:
            return partial(change, user, active=random.random() < 0.3)
        return partial(change, user, roles=roles[random.random() < 0.3])

    told = raced(*(operation() for _ in range(50)))
    assert set(told) <= {"done", LastAdmin.__name__, NotFound.__name__}
    assert told["done"] > 0
    counted = store.get(keys.site_admins()) or {}
    living, _ = users.page(store, 1, 100)
    assert counted["count"] == sum(user.is_admin for user in living) >= 1


@pytest.mark.row("Z-16")
def test_adding_and_removing_a_member_at_once_is_one_after_the_other(directory: Directory) -> None:
    acme, ada, store = directory.workspace(), directory.user("ada"), directory.store
    add = partial(members.add, store, acme, ada.id, WorkspaceRole.ADMIN, by=directory.by)
    remove = partial(members.remove, store, acme, ada.id, by=directory.by, even_last_admin=True)
    pair: list[Callable[[], object]] = [add, remove]
    for _ in range(3):
        told = raced(*pair * 4)
        assert set(told) <= {"done", Conflict.__name__, NotFound.__name__}
    present = store.get(keys.member(acme.id, ada.id)) is not None
    assert counted_lists.total(store, keys.members(acme.id)) == present
    added = [item for item in everything(store) if item.get("action") == "member.added"]
    removed = [item for item in everything(store) if item.get("action") == "member.removed"]
    assert len(added) - len(removed) == present


@pytest.mark.row("F-12")
def test_of_changes_that_saw_one_version_one_is_made(directory: Directory) -> None:
    ada = directory.user("ada")

    def change(name: str) -> None:
        def edit(present: User) -> User:
            if present.revision != ada.revision:
                raise PreconditionFailed
            return replace(present, full_name=name)

        users.change(directory.store, ada, edit, by=directory.by)

    assert raced(*(partial(change, f"Name {n}") for n in range(8))) == {
        "done": 1,
        PreconditionFailed.__name__: 7,
    }
    assert users.alive(directory.store, ada.id).revision == ada.revision + 1


@pytest.mark.row("S-02", "item-31")
def test_of_a_hundred_attempts_at_once_five_are_looked_at(directory: Directory) -> None:
    take = partial(attempts.take, directory.store, keys.attempts("ada@example.com"), directory.now())
    told = raced(*[take] * 100)
    assert set(told) == {"done", Unauthenticated.__name__}
    assert told["done"] <= attempts.FREE


@pytest.mark.row("E-08")
def test_two_who_swap_addresses_at_once_keep_theirs_or_are_refused(directory: Directory) -> None:
    ada, bob = directory.user("ada"), directory.user("bob")
    told = raced(
        partial(directory.change, ada, email=bob.email), partial(directory.change, bob, email=ada.email)
    )
    assert told == {Conflict.__name__: 2}
    for user in (ada, bob):
        assert (directory.store.get(keys.email(user.email)) or {})["user_id"] == user.id


@pytest.mark.row("E-08")
def test_three_who_want_one_address_get_it_once_and_free_their_own(directory: Directory) -> None:
    people = [directory.user(name) for name in ("ada", "bob", "eve")]
    told = raced(*(partial(directory.change, user, email="new@example.com") for user in people))
    assert told == {"done": 1, Conflict.__name__: 2}
    held = [directory.store.get(keys.email(user.email)) for user in people]
    assert [lock is None for lock in held].count(True) == 1


@pytest.mark.row("F-11")
def test_whoever_is_deleted_while_being_added_is_no_member_for_long(directory: Directory) -> None:
    acme, ada, store = directory.workspace(), directory.user("ada"), directory.store
    told = raced(
        partial(members.add, store, acme, ada.id, WorkspaceRole.MEMBER, by=directory.by),
        partial(users.delete, store, ada, by=directory.by),
    )
    assert told in ({"done": 2}, {"done": 1, NotFound.__name__: 1})
    assert members.page(store, acme.id, 1, 10)[0] == []


def test_fb_02_eight_renewals_at_once_log_nobody_out(directory: Directory) -> None:
    """Fifty rounds with one refresh token each; a reuse after the grace ends the family."""
    store, ada = directory.store, directory.user("ada")
    issued = refresh_tokens.start(store, ada, "cf", (), renewable=True, by=directory.by)
    assert issued.refresh is not None
    first = refresh = issued.refresh
    place = keys.family(ada.id, refresh.family_id)
    family = _present(store.get(place))

    def renew(presented: Credential) -> str:
        return str(refresh_tokens.renew(store, family, presented, (), by=directory.by).refresh)

    for _ in range(50):
        [following] = set(at_once([partial(renew, refresh)] * 8))
        first, refresh = refresh, _present(Credential.read(following))
        family = _present(store.get(place))
        assert family["turn"] == refresh.digest
    late = replace(directory.by, at=directory.now() + refresh_tokens.GRACE + timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        refresh_tokens.renew(store, family, first, (), by=late)
    assert store.get(place) is None


THREADS = 16
LIMIT = 100


def _projects(directory: Directory, acme: Workspace) -> Callable[[int], object]:
    def make(place: int) -> None:
        wanted = Project("", 0, "", f"project {place}")
        projects.prepare(directory.store, acme, wanted, by=directory.by)[0].commit(directory.store)

    return make


def _spaces(directory: Directory, acme: Workspace) -> Callable[[int], object]:
    def make(place: int) -> None:
        wanted = Space("", 0, "", f"space {place}", "")
        spaces.prepare(directory.store, acme, wanted, by=directory.by)[0].commit(directory.store)

    return make


def _members(directory: Directory, acme: Workspace) -> Callable[[int], object]:
    people = [directory.user(f"user-{place}") for place in range(LIMIT + THREADS)]

    def make(place: int) -> None:
        members.add(directory.store, acme, people[place].id, WorkspaceRole.MEMBER, by=directory.by)

    return make


@pytest.mark.row("T-05")
@pytest.mark.parametrize("kind", [_projects, _spaces, _members])
def test_sixteen_at_a_limit_of_a_hundred_make_a_hundred(
    directory: Directory, kind: Callable[[Directory, Workspace], Callable[[int], object]]
) -> None:
    """Each thread makes its share of what is left, and one more, which is one more than there may be."""
    limits = Limits(projects=LIMIT, spaces=LIMIT, members=LIMIT)
    acme = directory.workspace(limits=limits)
    make, share = kind(directory, acme), LIMIT // THREADS + 2
    places = range(LIMIT + THREADS)

    def several(thread: int) -> Counter[str]:
        mine = places[thread * share : (thread + 1) * share]
        return Counter(outcome(partial(retry_on_conflict, partial(make, place))) for place in mine)

    told = sum(at_once([partial(several, thread) for thread in range(THREADS)]), Counter[str]())
    assert told == {"done": LIMIT, LimitReached.__name__: len(places) - LIMIT}
    counts = workspaces.counts(directory.store, acme.id)
    assert max(counts.projects, counts.spaces, counts.members) == LIMIT


@pytest.mark.row("SP-09")
def test_of_sixteen_spaces_of_one_name_one_is_made(directory: Directory) -> None:
    acme, store = directory.workspace(), directory.store

    def make(name: str) -> None:
        def attempt() -> None:
            spaces.prepare(store, acme, Space("", 0, "", name, ""), by=directory.by)[0].commit(store)

        retry_on_conflict(attempt)

    spellings = ("omega", "OMEGA", "Omega")
    told = raced(*(partial(make, spellings[place % 3]) for place in range(THREADS)))
    assert told == {"done": 1, Conflict.__name__: THREADS - 1}
    assert workspaces.counts(store, acme.id).spaces == 1


@pytest.mark.row("L-04")
def test_of_sixteen_who_accept_one_invitation_one_becomes_a_member(directory: Directory) -> None:
    store, acme = directory.store, directory.workspace()
    dependencies.use(make_dependencies(store, directory.now))
    try:
        _, token = directory.invitation(acme, "new@example.com")

        def accept(place: int) -> None:
            acceptance.accept(store, token, None, f"Ada {place}", f"quite another {place}", by=directory.by)

        told = raced(*(partial(accept, place) for place in range(THREADS)))
    finally:
        dependencies.use(None)
    assert told.pop("done") == 1
    assert set(told) <= {NotFound.__name__, LoginFirst.__name__}, "its link is spent, or the address taken"
    assert workspaces.counts(store, acme.id).members == 1
    assert counted_lists.total(store, keys.USERS) == 1


@pytest.mark.row("T-03")
def test_one_admin_of_a_workspace_is_left_by_role_changes_and_removals_at_once(directory: Directory) -> None:
    store, acme = directory.store, directory.workspace()
    admins = [directory.user(f"admin-{place}") for place in range(THREADS)]
    for user in admins:
        directory.member(acme, user, "ADMIN")

    def change(user: User) -> None:
        role, by = WorkspaceRole.MEMBER, directory.by
        members.change_role(store, acme, user.id, role, by=by, even_last_admin=False, demand=lambda _: None)

    def remove(user: User) -> None:
        members.remove(store, acme, user.id, by=directory.by, even_last_admin=False)

    told = raced(*(partial((change, remove)[place % 2], user) for place, user in enumerate(admins)))
    assert told == {"done": THREADS - 1, LastAdmin.__name__: 1}
    assert workspaces.alive(store, acme.id).admins == 1


# What identity providers write.


def _provisioned(store: Any, workspace: Workspace, name: str, by: Actor, **more: Any) -> Any:
    profile = provisioning.MemberProfile(f"{name}@example.com", name.title())
    wanted = provisioning.WrittenMember(**{"user_name": name, "profile": profile, **more})
    return provisioning.create(store, workspace, wanted, by=by)


def _set_active(directory: Directory, workspace: Workspace, user_id: str, value: bool) -> None:
    def edit(one: provisioning.Provisioned) -> provisioning.WrittenMember:
        profile = provisioning.MemberProfile(one.user.email, one.user.full_name)
        return provisioning.WrittenMember(one.user_name, profile, active=value)

    present = provisioning.by_id(directory.store, workspace.id, user_id)
    provisioning.change(directory.store, workspace, present, edit, by=directory.by)


@pytest.mark.row("E-07")
def test_of_eight_creates_of_one_user_one_is_made_and_of_as_many_ends_one_ends(
    directory: Directory,
) -> None:
    store, acme = directory.store, directory.workspace()
    spellings = ("ada", "ADA", "Ada")
    creates = [
        partial(_provisioned, store, acme, spellings[n % 3], directory.by, external_id=str(n))
        for n in range(8)
    ]
    assert raced(*creates) == {"done": 1, Conflict.__name__: 7}
    assert workspaces.counts(store, acme.id).members == counted_lists.total(store, keys.USERS) == 1
    [ada], _ = provisioning.page(store, acme.id, 1, 10)
    end = partial(provisioning.end, store, acme, ada, by=directory.by)
    assert raced(*[end] * 8) == {"done": 1, NotFound.__name__: 7}
    assert workspaces.counts(store, acme.id).members == counted_lists.total(store, keys.USERS) == 0


@pytest.mark.row("T-05")
def test_at_a_limit_of_members_as_many_are_provisioned_and_resumed(directory: Directory) -> None:
    acme = directory.workspace(limits=Limits(members=8))
    held = [directory.provisioned(acme, f"off-{n}", active=False).user.id for n in range(THREADS // 2)]
    attempts: list[Callable[[], object]] = [
        partial(_set_active, directory, acme, each, True) for each in held
    ]
    attempts += [
        partial(_provisioned, directory.store, acme, f"new-{n}", directory.by) for n in range(THREADS // 2)
    ]
    assert raced(*attempts) == {"done": 8, LimitReached.__name__: THREADS - 8}
    assert workspaces.counts(directory.store, acme.id).members == 8


@pytest.mark.row("T-03")
def test_one_admin_of_a_workspace_is_left_by_suspensions_ends_and_role_changes_at_once(
    directory: Directory,
) -> None:
    store, acme = directory.store, directory.workspace()
    admins = [directory.user(f"admin-{place}") for place in range(THREADS)]
    for user in admins:
        directory.member(acme, user, "ADMIN")

    def end(place: int, user: User) -> None:
        if place % 3 == 0:
            _set_active(directory, acme, user.id, False)
        elif place % 3 == 1:
            present = provisioning.by_id(store, acme.id, user.id)
            provisioning.end(store, acme, present, by=directory.by)
        else:
            role, by = WorkspaceRole.MEMBER, directory.by
            members.change_role(
                store, acme, user.id, role, by=by, even_last_admin=False, demand=lambda _: None
            )

    told = raced(*(partial(end, place, user) for place, user in enumerate(admins)))
    assert told == {"done": THREADS - 1, LastAdmin.__name__: 1}
    assert workspaces.alive(store, acme.id).admins == 1


def test_an_admin_group_is_filled_by_sixteen_at_once_to_its_limit_and_no_further(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_groups, "MOST_ADMINS", 10)
    store, acme = directory.store, directory.workspace()
    people = [directory.user(f"user-{place}") for place in range(THREADS)]
    for user in people:
        directory.member(acme, user)
    crew = directory.workspace_group(acme, "Crew")
    crew = workspace_groups.set_role(store, acme, crew, WorkspaceRole.ADMIN, by=directory.by)

    def join(user: User) -> None:
        workspace_groups.add(store, acme, crew, [user.id], by=directory.by)

    told = raced(*(partial(join, user) for user in people))
    assert told == {"done": 10, LimitReached.__name__: THREADS - 10}
    assert workspace_groups.by_id(store, acme.id, crew.id).members == 10
    found = users.by_ids(store, [user.id for user in people]).values()
    assert sum(user.admin_by_groups.get(acme.id, 0) for user in found) == 10


def test_whatever_is_done_to_one_member_at_once_leaves_one_state(directory: Directory) -> None:
    """Suspended and resumed, ADMIN and not, by a group and not, in and out of it: the fixture verifies."""
    store, acme, by = directory.store, directory.workspace(), directory.by
    directory.member(acme, directory.user("boss"), "ADMIN")
    ada = directory.provisioned(acme, "ada").user
    crew = directory.workspace_group(acme, "Crew", ada)

    def role(wanted: WorkspaceRole) -> None:
        members.change_role(store, acme, ada.id, wanted, by=by, even_last_admin=True, demand=lambda _: None)

    def group_role(wanted: WorkspaceRole | None) -> None:
        workspace_groups.set_role(store, acme, crew, wanted, by=by)

    every: list[Callable[[], object]] = [
        *(partial(_set_active, directory, acme, ada.id, value) for value in (False, True)),
        *(partial(role, wanted) for wanted in WorkspaceRole),
        *(partial(group_role, wanted) for wanted in (WorkspaceRole.ADMIN, None)),
        partial(workspace_groups.add, store, acme, crew, [ada.id], by=by),
        partial(workspace_groups.remove, store, acme, crew, [ada.id], by=by),
    ]
    for _ in range(3):
        told = raced(*every)
        assert set(told) <= {"done", NotFound.__name__}, "a suspended member has no role to change"
        assert told["done"] >= len(every) - 2
    one = provisioning.by_id(store, acme.id, ada.id)
    group = workspace_groups.by_id(store, acme.id, crew.id)
    is_in = [place.user_id for place in group_places.places(store, group)] == [ada.id]
    assert group.members == is_in
    assert one.user.admin_by_groups.get(acme.id, 0) == (is_in and group.role is WorkspaceRole.ADMIN)
    assert (acme.id in one.user.suspended_in) == one.membership.suspended


@pytest.mark.row("Z-12", "item-15")
def test_one_platform_admin_is_left_by_roles_deletions_and_suspensions_at_once(directory: Directory) -> None:
    store, admins = directory.store, [directory.admin(f"admin-{place}") for place in range(THREADS)]

    def end(place: int, user: User) -> None:
        if place % 3 == 0:
            users.delete(store, user, by=directory.by)
        elif place % 3 == 1:
            users.change(store, user, lambda one: replace(one, active=False), by=directory.by)
        else:
            users.change(store, user, lambda one: replace(one, roles=(PlatformRole.USER,)), by=directory.by)

    told = raced(*(partial(end, place, user) for place, user in enumerate(admins)))
    assert told == {"done": THREADS - 1, LastAdmin.__name__: 1}
    assert sum(user.is_admin for user in users.page(store, 1, 100)[0]) == 1


def _present(found: T | None) -> T:
    assert found is not None
    return found
