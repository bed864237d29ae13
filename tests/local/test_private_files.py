"""Stores and exports are their owner's alone, from the first moment and whatever the umask."""

import logging
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import main
from local import private_files
from local.embedded import open_embedded
from local.sqlite_store import SqliteStore
from roster.db.store import Key, Put
from roster.errors import Unavailable
from tests.support.served import served


@pytest.fixture(params=[0o000, 0o022, 0o377], ids=["FS-12-umask-000", "FS-12-umask-022", "FS-12-umask-377"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """The umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """The mode of every file in the folder."""
    return {file.name: stat.S_IMODE(file.lstat().st_mode) for file in folder.iterdir()}


@pytest.mark.usefixtures("umask")
def test_a_store_and_its_journals_are_private(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "roster.db")
    store.write(Put({"PK": "p", "SK": "a"}))
    assert modes(tmp_path) == {"roster.db": 0o600, "roster.db-wal": 0o600, "roster.db-shm": 0o600}
    store.close()
    assert modes(tmp_path) == {"roster.db": 0o600}


@pytest.mark.usefixtures("open_umask")
def test_fs_12_a_store_is_private_before_anything_tightens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "chmod", lambda *_: None)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    store = open_embedded(tmp_path / "roster.db")
    store.write(Put({"PK": "p", "SK": "a"}))
    assert set(modes(tmp_path).values()) == {0o600}
    with private_files.replacing(tmp_path / "out.jsonl"):
        assert set(modes(tmp_path).values()) == {0o600}
    store.close()


def test_fs_12_an_open_store_is_tightened_with_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "roster.db"
    first = SqliteStore.open(path)
    first.write(Put({"PK": "p", "SK": "a"}))
    for file in tmp_path.iterdir():
        file.chmod(0o644)
    second = SqliteStore.open(path)
    assert set(modes(tmp_path).values()) == {0o600}
    assert second.get(Key("p", "a")) == {"PK": "p", "SK": "a"}
    assert sorted(caplog.messages) == [
        f"{path}{end} was open to other users; now only its owner may use it" for end in ("", "-shm", "-wal")
    ]
    caplog.clear()
    SqliteStore.open(path).close()
    assert caplog.messages == []
    first.close()
    second.close()


def test_fs_12_a_store_that_cannot_be_tightened_is_told_and_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "roster.db"
    SqliteStore.open(path).close()
    path.chmod(0o640)

    def not_ours(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", not_ours)
    SqliteStore.open(path).close()
    assert caplog.messages == [f"{path} is open to other users, and stays so: Operation not permitted"]


def test_fs_12_a_store_behind_a_link_has_private_journals_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "roster.db").symlink_to(tmp_path / "there" / "real.db")
    store = SqliteStore.open(tmp_path / "roster.db")
    store.write(Put({"PK": "p", "SK": "a"}))
    assert modes(tmp_path / "there") == {"real.db": 0o600, "real.db-wal": 0o600, "real.db-shm": 0o600}
    store.close()


def test_fs_12_a_vanished_store_is_not_made_anew_with_the_umasks_mode(tmp_path: Path) -> None:
    path = tmp_path / "roster.db"
    store = SqliteStore.open(path)
    store.close()
    path.unlink()
    with pytest.raises(Unavailable):
        store.get(Key("p", "a"))
    assert not path.exists()


# Exports.


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with a group in it, in a folder of its own."""
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "records.jsonl").write_text('{"type": "group", "number": 9, "name": "Readers"}\n')
    assert main(["import", str(folder / "records.jsonl"), "--store", str(folder / "roster.db")]) == 0
    return folder / "roster.db"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "copy.jsonl"


@pytest.mark.usefixtures("umask")
def test_an_export_is_private(store: Path, out: Path) -> None:
    assert main(["export", str(out), "--store", str(store)]) == 0
    assert modes(out.parent) == {"copy.jsonl": 0o600}
    assert "Readers" in out.read_text("utf-8")


def test_fs_12_an_export_replaces_an_open_file_with_a_private_one(
    store: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out.write_text("old")
    out.chmod(0o644)
    with out.open() as reader:
        assert main(["export", str(out), "--store", str(store)]) == 0
        assert reader.read() == "old"  # who had it open sees nothing new
    assert modes(out.parent) == {"copy.jsonl": 0o600}
    assert "Readers" in out.read_text("utf-8")
    assert caplog.messages == [f"{out} was open to other users; now only its owner may use it"]


def test_fs_12_an_export_that_fails_leaves_the_old_file_and_nothing_beside_it(out: Path) -> None:
    out.write_text("old")

    def interrupted() -> None:
        with private_files.replacing(out) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert out.read_text() == "old"
    assert list(modes(out.parent)) == ["copy.jsonl"]


@pytest.mark.parametrize("there", [True, False], ids=["FS-12-to-a-file", "FS-12-dangling"])
def test_an_export_to_a_symbolic_link_is_refused(
    store: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    precious = tmp_path / "precious"
    if there:
        precious.write_text("precious")
    out.symlink_to(precious)
    assert main(["export", str(out), "--store", str(store)]) == 2
    told = f"roster: {out}: is a symbolic link; name the file itself\n"
    assert capsys.readouterr().err == told
    assert (precious.read_text() == "precious") if there else not precious.exists()
    assert list(modes(out.parent)) == ["copy.jsonl"]


def test_fs_12_an_export_to_a_pipe_is_written_to_it(store: Path, out: Path) -> None:
    os.mkfifo(out)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(out.read_text("utf-8")))
    reader.start()
    assert main(["export", str(out), "--store", str(store)]) == 0
    reader.join()
    assert "Readers" in read[0]
    assert stat.S_ISFIFO(out.lstat().st_mode)


@pytest.mark.parametrize("place", ["", "nowhere/copy.jsonl"], ids=["FS-12-folder", "FS-12-no-folder"])
def test_an_export_that_cannot_be_written_names_its_file(
    store: Path, out: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    target = out.parent / place
    assert main(["export", str(target), "--store", str(store)]) == 2
    assert capsys.readouterr().err.startswith(f"roster: {target}: ")


# The server.


@pytest.mark.real
@pytest.mark.usefixtures("open_umask")
def test_fs_12_all_that_a_server_writes_is_private(tmp_path: Path) -> None:
    """Its kept store, and the folder of temporary files."""
    (tmp_path / "stderr").touch()  # the test's own
    with served(tmp_path, STORE=str(tmp_path / "kept.db"), DATA="none"):
        assert {name: mode for name, mode in modes(tmp_path).items() if name != "stderr"} == {
            "kept.db": 0o600,
            "kept.db-wal": 0o600,
            "kept.db-shm": 0o600,
            "kept.db.key": 0o600,
        }
    with served(tmp_path, DATA="none"):
        (folder,) = tmp_path.glob("roster-*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert set(modes(folder).values()) == {0o600}
    assert not list(tmp_path.glob("roster-*"))


def test_a_private_file_says_nothing_of_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        private_files.create(tmp_path / "new")
        private_files.create(tmp_path / "new")
        private_files.tighten(tmp_path / "absent")
    assert caplog.messages == []
