"""Rights under attack by many at once: what one caller at a time may do stands in the endpoints' suites."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from cli.verify import verify
from roster.db.store import Key
from roster.directory import cleanup, members, users
from roster.domain import PlatformRole
from roster.errors import DirectoryError
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import at_once
from tests.support.snapshots import everything
from tests.tools.support import Records, user, workspace

OPERATIONS = 50
LARGEST = 4_096  # characters of any item, however many memberships a user has


def _attempted(work: Callable[[], object]) -> Callable[[], bool]:
    """The work as an attempt: whether the directory allowed it."""

    def attempt() -> bool:
        try:
            work()
        except DirectoryError:
            return False
        return True

    return attempt


def _broken(api: Api) -> list[str]:
    return [str(finding) for finding in verify(api.store, now=api.clock()).broken]


@pytest.mark.row("Z-16")
@pytest.mark.parametrize("is_member", [False, True])
def test_adding_and_removing_at_once_end_as_one_after_the_other(
    api: Api, directory: Directory, is_member: bool
) -> None:
    boss, ada, acme = directory.user("boss"), directory.user("ada"), directory.workspace()
    directory.member(acme, boss, "ADMIN")
    if is_member:
        directory.member(acme, ada)

    def leave() -> None:
        members.remove(api.store, acme, ada.id, by=directory.by, even_last_admin=False)

    outcome = at_once([_attempted(lambda: directory.member(acme, ada)), _attempted(leave)] * 4)
    added, removed = sum(outcome[::2]), sum(outcome[1::2])
    rows, total = members.page(api.store, acme.id, 1, 10)
    assert total == len(rows) == 1 + is_member + added - removed
    assert len({member.id for _, member in rows}) == len(rows)
    assert _broken(api) == []


@pytest.mark.row("Z-12", "item-15")
@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_at_once_an_admin_stays(api: Api, directory: Directory, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a plan, not a secret
    admins = [directory.admin(f"admin-{number}") for number in range(4)]
    roles = {True: (PlatformRole.ADMIN,), False: (PlatformRole.USER,)}

    def operation() -> Callable[[], object]:
        admin = random.choice(admins)
        return random.choice(
            [
                lambda: directory.change(admin, roles=roles[False]),
                lambda: directory.change(admin, roles=roles[False]),
                lambda: directory.change(admin, roles=roles[True]),
                lambda: directory.suspend(admin),
                lambda: directory.change(admin, active=True),
                lambda: users.delete(api.store, users.alive(api.store, admin.id), by=directory.by),
            ]
        )

    plan = [_attempted(operation()) for _ in range(OPERATIONS)]
    for some in (plan[first : first + 10] for first in range(0, OPERATIONS, 10)):
        at_once(some)
        left, _ = users.page(api.store, 1, 10)
        assert any(one.is_admin for one in left)
    assert _broken(api) == []


@pytest.mark.row("E-07", "item-33")
def test_of_twenty_users_made_at_once_with_one_address_one_is(api: Api, directory: Directory) -> None:
    spellings = ("ada", "Ada", "aDA", "ADA")
    attempts = [
        _attempted(lambda name=spellings[number % 4]: directory.user(name))  # type: ignore[misc]
        for number in range(20)
    ]
    assert sum(at_once(attempts)) == 1
    assert users.page(api.store, 1, 10)[1] == 1
    assert _broken(api) == []


@pytest.mark.row("F-14", "item-35")
def test_a_user_of_250_workspaces_is_gone_at_once_and_swept_after(
    api: Api, directory: Directory, meter: Meter, tmp_path: Path
) -> None:
    homes = [f"ws-{number}" for number in range(250)]
    Records(api.store, tmp_path).good(
        user("ada"),
        *(workspace(home) for home in homes),
        *({"type": "membership", "workspaceId": home, "userId": "ada", "role": "ADMIN"} for home in homes),
    )
    ada = users.alive(api.store, "ada")
    assert len(api.get("/api/workspaces", as_=ada).data) == 250
    assert max(len(json.dumps(found)) for found in everything(api.store)) < LARGEST
    with meter.measure() as reading:
        users.delete(api.store, ada, by=directory.by)
    assert reading.calls == {"UpdateItem": 1, "TransactWriteItems": 1}  # the number of the change, and it
    assert api.get("/api/workspaces", as_=ada).status == 401
    (job,) = [Key.of(found) for found in cleanup.jobs(api.store)]
    cleanup.run(api.store, job, api.clock())
    assert list(cleanup.jobs(api.store)) == []
    with api.no_effect():
        cleanup.run(api.store, job, api.clock())
    assert _broken(api) == []
