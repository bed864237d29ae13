"""`roster audit erase`: a person who was deleted is a pseudonym in the audit, and nothing else is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import main
from cli.verify import verify
from local.embedded import open_embedded
from roster.db import keys
from roster.db.store import Item, Key, Store, Update
from roster.directory import audit, cleanup, users
from tests.support.api import Clock
from tests.support.directory import Directory
from tests.support.snapshots import everything


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    embedded = open_embedded(path)
    yield embedded
    embedded.close()


@pytest.fixture
def ada(store: Store) -> str:
    """The id of a user who made a membership, was made a member, came into a group, and was deleted."""
    directory = Directory(store, Clock())
    ada, bob, acme = directory.user("ada"), directory.user("bob"), directory.workspace()
    directory.member(acme, ada)
    directory.member(acme, bob)
    directory.workspace_group(acme, "Crew", ada, bob)  # one item names both
    by = directory.by
    users.change(store, users.alive(store, ada.id), lambda user: user, by=type(by)("own", by.at, ada.id))
    users.delete(store, users.alive(store, ada.id), by=by)
    for job in list(cleanup.jobs(store)):
        cleanup.run(store, Key.of(job), by.at)
    return ada.id


def entries(store: Store) -> list[Item]:
    return [item for item in everything(store) if "action" in item]


def erase(path: Path, user_id: str) -> int:
    return main(["audit", "erase", "--user", user_id, "--store", str(path)])


def test_the_audit_names_the_erased_nowhere_and_says_all_else_as_before(
    store: Store, path: Path, ada: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = entries(store)
    assert erase(path, ada) == 0
    pseudonym = capsys.readouterr().out.split()[-1]
    assert pseudonym.startswith("erased-")
    *after, said = sorted(entries(store), key=lambda item: item["action"] == "audit.erased")
    assert ada not in str(after)
    put_back = [
        {name: audit._replaced(value, pseudonym, ada) for name, value in item.items()} for item in after
    ]
    assert sorted(put_back, key=str) == sorted(before, key=str)
    assert (said["target"], said["details"]) == (pseudonym, {"items": 6})
    assert verify(store, now=Clock().moment).broken == []


def test_fs_17_details_name_the_erased_no_more_and_keep_roles_and_states(
    store: Store, path: Path, ada: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = next(item for item in entries(store) if item["action"] == "user.deleted")
    details: Item = {
        "fields": ["email", "roles"],
        "before": {"email": "ada@example.com", "full_name": "Ada", "roles": ["ADMIN"], "groups": [1]},
        "after": {"email": "ada@example.org", "roles": ["USER"], "default_workspace_id": ada},
        "asked_by": [{"id": ada}, "another"],
    }
    store.write(Update(Key.of(gone), set={"details": details}))
    assert erase(path, ada) == 0
    pseudonym = capsys.readouterr().out.split()[-1]
    after = store.get(Key.of(gone)) or {}
    assert after["target"] == pseudonym
    assert after["details"] == {
        "fields": ["email", "roles"],
        "before": {"roles": ["ADMIN"], "groups": [1]},
        "after": {"roles": ["USER"], "default_workspace_id": pseudonym},
        "asked_by": [{"id": pseudonym}, "another"],
    }


def test_fs_17_an_erasure_that_the_index_tells_too_late_brings_nobody_back(store: Store, ada: str) -> None:
    """The index still says that bob is named, and the table that he has been erased meanwhile."""
    gone = next(item for item in entries(store) if item["action"] == "user.deleted")
    stale: Item = {**gone, "details": {"asked_by": [ada, "bob"]}}
    store.write(Update(Key.of(gone), set={"details": {"asked_by": [ada, "erased-bob"]}}))
    assert audit._renamed(store, stale, keys.BY_TARGET, ada, "erased-ada")
    told = store.get(Key.of(gone)) or {}
    assert (told["target"], told["details"]) == ("erased-ada", {"asked_by": ["erased-ada", "erased-bob"]})
    assert not audit._renamed(store, stale, keys.BY_TARGET, ada, "erased-again")


def test_what_the_erased_did_is_still_found_as_one_persons(
    store: Store, path: Path, ada: str, capsys: pytest.CaptureFixture[str]
) -> None:
    interval = audit.Search("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z")
    erase(path, ada)
    pseudonym = capsys.readouterr().out.split()[-1]
    found = audit.page(store, audit.Search(interval.since, interval.until, target=pseudonym), 10)
    assert {"user.created", "member.added", "user.changed", "user.deleted"} <= {
        entry.action for entry in found.entries
    }
    assert audit.page(store, audit.Search(interval.since, interval.until, target=ada), 10).entries == []


def test_who_is_not_deleted_is_not_erased(
    store: Store, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bob = Directory(store, Clock()).user("bob")
    before = entries(store)
    assert erase(path, bob.id) == 1
    assert "is not deleted" in capsys.readouterr().err
    assert entries(store) == before


def test_erasing_again_finds_nothing_to_do(
    store: Store, path: Path, ada: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase(path, ada) == erase(path, ada) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("0 entries")


def test_what_is_no_id_is_not_looked_for(
    store: Store, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase(path, "a#b") == 2


def test_the_tombstone_stays_and_holds_no_more_than_the_id(store: Store, path: Path, ada: str) -> None:
    erase(path, ada)
    tombstone = store.get(keys.user(ada)) or {}
    assert set(tombstone) == {"PK", "SK", "v", "id", "number", "deleted_at"}
