"""The embedded store as a product (docs/embedded-store.md): copies, foreign files, first starts."""

import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from cli import demo
from cli.main import main
from local.deployment_key import key_file
from local.embedded import open_embedded
from local.sqlite_store import lacks_journal
from roster.db import keys
from roster.db.store import Key, Put
from tests.support.served import BOUND, ROOT, launch, ready, served

COMMAND = [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"]


@pytest.mark.real
def test_fn_04_a_backup_of_a_running_server_is_whole_and_serves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, copy = tmp_path / "roster.db", tmp_path / "copy.db"
    with served(tmp_path, STORE=str(store), DATA="demo") as running:
        cookie = running.login(demo.ADMIN, demo.PASSWORD)
        made = running.send("POST", "/api/workspaces", {"key": "late", "name": "Late"}, cookie=cookie)
        assert main(["backup", str(copy), "--store", str(store)]) == 0
    assert "copied" in capsys.readouterr().out
    assert [path.stat().st_mode & 0o777 for path in (copy, key_file(copy))] == [0o600, 0o600]
    assert key_file(copy).read_text() == key_file(store).read_text()
    assert main(["verify", "--store", str(copy)]) == 0
    assert "journal" not in capsys.readouterr().err
    with served(tmp_path, STORE=str(copy)) as restored:
        path = f"/api/workspaces/{made.json['data']['id']}"
        assert restored.send("GET", path, cookie=cookie).json["data"]["key"] == "late"


def test_fn_04_a_backup_is_of_one_moment_while_writers_write(tmp_path: Path) -> None:
    """Each write moves two items that must agree."""
    store = open_embedded(tmp_path / "roster.db")
    done = Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            store.transact(
                [Put({"PK": pk, "SK": "X", "n": number}) for pk in ("a", "b")], token=f"{number:08}"
            )

    writer = Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            store.backup(tmp_path / "copy.db")
            copy = open_embedded(tmp_path / "copy.db")
            found = copy.batch_get([Key("a", "X"), Key("b", "X")])
            assert len({item["n"] for item in found.values()}) <= 1
            copy.close()
    finally:
        done.set()
        writer.join()
        store.close()


def test_fn_04_a_copied_file_without_its_journal_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, copy = tmp_path / "roster.db", tmp_path / "copy.db"
    embedded = open_embedded(store)
    embedded.write(Put({"PK": "a", "SK": "X", "v": 1}))
    shutil.copy(store, copy)
    assert main(["verify", "--store", str(copy)]) == 0
    told = capsys.readouterr().err
    assert "the store is empty" in told
    assert "no journal beside it" in told
    embedded.close()


def test_fn_04_a_store_that_was_closed_needs_no_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, copy = tmp_path / "roster.db", tmp_path / "copy.db"
    with served(tmp_path, STORE=str(store), DATA="demo"):
        pass
    assert not lacks_journal(store)
    shutil.copy(store, copy)
    assert main(["verify", "--store", str(copy)]) == 0
    told = capsys.readouterr().err
    assert "journal" not in told
    assert "empty" not in told


@pytest.mark.parametrize("name", ["roster.db", "roster.db.key", "."])
def test_fn_04_a_backup_replaces_neither_the_store_nor_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    store = tmp_path / "roster.db"
    open_embedded(store).close()
    assert main(["backup", str(tmp_path / name), "--store", str(store)]) == 2
    assert "name a file of its own" in capsys.readouterr().err
    assert main(["verify", "--store", str(store)]) == 0


def test_fn_04_a_backup_that_fails_leaves_the_one_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, copy = tmp_path / "roster.db", tmp_path / "copy.db"
    embedded = open_embedded(store)
    embedded.bulk_put([{"PK": f"{n}", "SK": "X", "text": "x" * 10_000} for n in range(200)])
    embedded.close()
    copy.write_text("the one before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    earlier = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        assert main(["backup", str(copy), "--store", str(store)]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, earlier)
    assert str(copy) in capsys.readouterr().err
    assert copy.read_text() == "the one before"
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_fn_04_backup_is_of_embedded_stores_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "x.db", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "of a table AWS keeps backups" in capsys.readouterr().err


def foreign(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE song (name TEXT)")
    connection.execute("INSERT INTO song VALUES ('x')")
    connection.commit()
    connection.close()
    return path.read_bytes()


def test_fn_11_a_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "songs.db"
    before = foreign(path)
    assert main(["verify", "--store", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"roster: {path}: a database of another program, in which nothing was changed\n"
    )
    assert refused_start(tmp_path, STORE=str(path)) == (
        f"roster: STORE={path}: a database of another program, in which nothing was changed\n"
    )
    assert path.read_bytes() == before


def test_fn_11_a_marked_file_of_another_program_is_refused_even_with_our_tables(tmp_path: Path) -> None:
    path = tmp_path / "marked.db"
    open_embedded(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 7")
    connection.close()
    with pytest.raises(sqlite3.DatabaseError, match="another program"):
        open_embedded(path)


def test_fn_11_a_store_from_before_the_mark_is_opened_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_embedded(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 0")
    connection.close()
    open_embedded(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"Rost"),)
    connection.close()


def test_fn_11_a_text_file_is_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 200)
    assert main(["verify", "--store", str(path)]) == 2
    assert capsys.readouterr().err == f"roster: {path}: file is not a database\n"
    assert refused_start(tmp_path, STORE=str(path)) == f"roster: STORE={path}: file is not a database\n"
    assert path.read_text() == "dear diary, " * 200


def test_fn_10_a_full_disk_is_named(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    path = tmp_path / "roster.db"
    open_embedded(path).close()
    create = ["admin", "create", "--email", "a@example.com", "--name", "A", "--password-stdin"]
    done = limited([*COMMAND, *create, "--store", str(path)], tmp_path, input="a sentinel, long enough\n")
    assert done.returncode == 1
    assert re.fullmatch(
        rf"roster: the store {re.escape(str(path))} cannot be used \(SQLITE_\w+, \w+\); "
        "what was written is whole\n",
        done.stderr,
    )


def test_fn_11_a_server_on_a_full_disk_says_so_in_one_line(tmp_path: Path) -> None:
    done = limited([sys.executable, "-m", "cli.run"], tmp_path, STORE=str(tmp_path / "roster.db"))
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("roster: ")
    assert str(tmp_path / "roster.db") in done.stderr


def test_fn_11_an_endpoint_where_nothing_listens_is_told_in_one_line(tmp_path: Path) -> None:
    told = refused_start(tmp_path, TABLE_ENDPOINT="http://127.0.0.1:9")
    assert told.startswith("roster: TABLE_ENDPOINT=http://127.0.0.1:9: Could not connect")
    assert told.count("\n") == 1


def test_fn_11_an_administrator_needs_a_terminal_or_standard_input(tmp_path: Path) -> None:
    create = ["admin", "create", "--email", "a@example.com", "--name", "A", "--store", str(tmp_path / "r.db")]
    done = subprocess.run(
        [*COMMAND, *create],
        cwd=ROOT, env=environment(), input="typed in the open\n", capture_output=True, text=True,
        check=False, start_new_session=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "roster: there is no terminal to ask for the password: send it with --password-stdin\n"
    )


@pytest.mark.real
def test_fn_12_of_two_first_starts_one_loads_the_demo_and_the_other_finds_it(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    started = [launch(folder, STORE=str(tmp_path / "roster.db"), DATA="demo") for folder in folders]
    try:
        running = [ready(process) for process in started]
        imported = [line for each in running for line in each.lines if "records imported" in line]
        assert len(imported) == 1
        assert "0 bad lines" in imported[0]
        for each in running:
            each.login(demo.ADMIN, demo.PASSWORD)
    finally:
        for process in started:
            process.terminate()
            process.wait(BOUND)
            process.communicate()
    told = "".join((folder / "stderr").read_text() for folder in folders)
    assert "line" not in told


def test_fn_15_the_command_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == "roster 0.1.0\n"


def test_the_store_keeps_what_was_written_before_its_mode_is_set_back(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "roster.db")
    store.write(Put({"PK": "a", "SK": "X", "v": 1}))
    store.close()
    assert not (tmp_path / "roster.db-wal").exists()
    again = open_embedded(tmp_path / "roster.db")
    assert again.get(Key("a", "X")) == {"PK": "a", "SK": "X", "v": 1}
    assert again.get(keys.site_admins()) is None
    again.close()


@pytest.mark.real
def test_fn_04_the_pages_commands_copy_and_restore(tmp_path: Path) -> None:
    """Those of docs/embedded-store.md, in their order; a password comes by standard input here."""
    page = (ROOT / "docs" / "embedded-store.md").read_text("utf-8")
    admin, *blocks = re.findall(r"^```\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / ".venv").symlink_to(sys.prefix)

    def run(script: str, typed: str = "") -> None:
        subprocess.run(
            ["bash", "-ec", script], cwd=tmp_path, env=environment(), input=typed, text=True, check=True
        )

    run(f"{admin.strip()} --password-stdin", "a sentinel, long enough\n")
    (tmp_path / "roster.db.key").write_text(f"{'k' * 43}\n")
    assert len(blocks) == 3
    for block in blocks:
        run(block)
    restored = open_embedded(tmp_path / "roster.db")
    assert restored.get(keys.email("you@example.com")) is not None
    restored.close()


def environment(**more: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/roster'}", "PORT": "0", **more}


def refused_start(folder: Path, **environ: str) -> str:
    """What the server says that does not start."""
    process = launch(folder, **environ)
    assert process.wait(BOUND) in (1, 2)
    process.communicate()
    return (folder / "stderr").read_text()


def limited(command: list[str], folder: Path, *, input: str = "", **environ: str) -> Any:
    """The command, in a process whose files cannot grow beyond a kilobyte."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    return subprocess.run(
        command, cwd=ROOT, env=environment(TMPDIR=str(folder), **environ), input=input,
        capture_output=True, text=True, check=False, timeout=BOUND, preexec_fn=limit,
    )  # fmt: skip
