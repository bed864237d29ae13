"""The `roster` command."""

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from cli import demo
from cli.main import main
from local.embedded import open_embedded
from roster.auth.credentials import Credential, same
from roster.auth.login import Sender, by_password
from roster.db import keys
from roster.db.codec import entity
from roster.directory import factors, users
from roster.domain import ApiToken, Factor, FactorKind
from roster.settings import settings
from tests.support.snapshots import everything
from tests.tools.support import BY, Records, user, workspace

PASSWORD = "a sentinel, long enough"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A file with a directory of one user in it."""
    path = tmp_path / "roster.db"
    embedded = open_embedded(path)
    Records(embedded, tmp_path).good(user(), workspace())
    embedded.close()
    return path


def test_import_counts_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "demo.jsonl"
    demo.write(demo.generate(3), path)
    where = ["--store", str(tmp_path / "new.db")]
    assert main(["import", str(path), *where]) == 0
    out, err = capsys.readouterr()
    assert out == "created 11 (3 group, 4 role, 3 user, 1 workspace)\nunchanged 0\n"
    assert err == ""
    assert main(["import", str(path), *where]) == 0
    assert capsys.readouterr().out == "created 0\nunchanged 11 (3 group, 4 role, 3 user, 1 workspace)\n"


def test_import_names_bad_lines_and_fails(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"type": "user", "email": "b@example.com"}\n\nnonsense\n{"type": "user"}\n')
    assert main(["import", str(path), "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == ["line 3: is not JSON", "line 4: user: email is missing"]
    assert out == "created 1 (1 user)\nunchanged 0\nbad 2\n"


def test_export_writes_to_a_file_or_to_the_output(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--store", str(store)]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["workspace", "user"]
    assert err == "exported 2 (1 user, 1 workspace)\n"
    assert main(["export", str(tmp_path / "out.jsonl"), "--store", str(store)]) == 0
    assert (tmp_path / "out.jsonl").read_text("utf-8") == out
    assert capsys.readouterr().out == ""


def test_fn_05_an_export_says_what_it_leaves_out_and_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records, there, elsewhere = tmp_path / "demo.jsonl", tmp_path / "a.db", tmp_path / "b.db"
    demo.write(demo.demo_records(), records)
    assert main(["import", str(records), "--store", str(there)]) == 0
    capsys.readouterr()
    assert main(["export", str(tmp_path / "out.jsonl"), "--store", str(there)]) == 0
    assert capsys.readouterr().err.splitlines()[1] == (
        "left out 3 passwords, 3 secrets of API tokens, 1 secret of a client: "
        "whoever had one needs a new one in another directory"
    )
    assert main(["import", str(tmp_path / "out.jsonl"), "--store", str(elsewhere)]) == 0
    told = capsys.readouterr()
    assert "left out 4 (3 apiToken, 1 client): no secret in the file, and not here" in told.out
    assert "line" not in told.err


COMMAND = [sys.executable, "-m", "cli.main"]


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param("cat records.jsonl | {roster} import - --store new.db", id="FB-13-dash"),
        pytest.param("{roster} import - --store new.db < records.jsonl", id="FB-13-dash-of-a-file"),
        pytest.param("cat records.jsonl | {roster} import /dev/stdin --store new.db", id="FB-13-stdin"),
        pytest.param("{roster} import <(cat records.jsonl) --store new.db", id="FB-13-substitution"),
    ],
)
def test_records_come_through_a_pipe(tmp_path: Path, shell: str) -> None:
    demo.write(demo.generate(3), tmp_path / "records.jsonl")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        ["bash", "-c", shell.format(roster=shlex.join(COMMAND))],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "created 11 (3 group, 4 role, 3 user, 1 workspace)\nunchanged 0\n"


def test_fb_13_a_directory_is_called_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import", str(tmp_path)])
    assert "argument FILE: is a directory" in capsys.readouterr().err


def test_fb_03_a_byte_order_mark_before_the_password_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"\ufeff{PASSWORD}\r\n"))
    create = ["admin", "create", "--email", "root@example.com", "--name", "Root", "--password-stdin"]
    assert main([*create, "--store", str(tmp_path / "new.db")]) == 0
    embedded = open_embedded(tmp_path / "new.db")
    found, _ = by_password(embedded, "root@example.com", PASSWORD, Sender("127.0.0.1"), by=BY)
    embedded.close()
    assert found.is_admin


def test_the_first_administrator_can_log_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    padded = " root@example.com "  # FB-17
    create = ["admin", "create", "--email", padded, "--name", "Root", "--password-stdin"]
    assert main([*create, "--store", str(tmp_path / "new.db")]) == 0
    embedded = open_embedded(tmp_path / "new.db")
    found, _ = by_password(embedded, "root@example.com", PASSWORD, Sender("127.0.0.1"), by=BY)
    embedded.close()
    assert (found.is_admin, found.email) == (True, "root@example.com")
    assert capsys.readouterr().out == f"created user {found.id}\n"


def test_a_prompted_password_must_be_the_same_twice(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([PASSWORD, "another one, mistyped"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    create = ["admin", "create", "--email", "root@example.com", "--name", "Root"]
    assert main([*create, "--store", str(store)]) == 1
    assert capsys.readouterr().err == "roster: the two passwords differ\n"


@pytest.mark.parametrize(
    ("email", "password", "code", "message"),
    [
        ("U1@example.com", PASSWORD, 1, "this e-mail address belongs to a user already"),
        ("nobody", PASSWORD, 2, "--email is not a valid e-mail address"),
        ("b@example.com", "sentinel"[:7], 1, "the password must have 8 to 256 characters"),
        pytest.param("b@example.com", " " * 8, 1, "the password must not be blanks alone", id="FS-18-blanks"),
        pytest.param(
            "b.wolfeschlegel@example.com",
            "Wolfeschlegel",
            1,
            "the password must not be made of the person's own address or name",
            id="FS-18-own-address",
        ),
        pytest.param(
            "b@example.com",
            "Company123",
            1,
            "the password is too easy to guess; make it longer, or join words that do not belong together",
            id="FS-18-score",
        ),
        ("b@example.com", "\udcff" + PASSWORD, 1, "the password is not UTF-8"),
    ],
)
def test_an_administrator_is_refused_politely(
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    email: str,
    password: str,
    code: int,
    message: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    create = ["admin", "create", "--email", email, "--name", "Root", "--password-stdin"]
    assert main([*create, "--store", str(store)]) == code
    assert capsys.readouterr() == ("", f"roster: {message}\n")


@pytest.mark.parametrize("policy", ["optional", "admins", "all"])
def test_who_must_have_a_second_factor_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    monkeypatch.setenv("SECOND_FACTOR", policy)
    settings.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    create = ["admin", "create", "--email", "root@example.com", "--name", "Root", "--password-stdin"]
    assert main([*create, "--store", str(tmp_path / "new.db")]) == 0
    monkeypatch.undo()
    settings.cache_clear()
    _, *told = capsys.readouterr().out.splitlines()
    assert len(told) == (policy != "optional")
    assert all(line.startswith("a second factor is demanded") for line in told)


def test_the_last_administrators_factors_are_reset_from_the_command_line(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedded = open_embedded(store)
    made = users.alive(embedded, "u1")
    factor = Factor("f1", "u1", FactorKind.TOTP, "Phone", "2026-04-13T01:00:00Z")
    work, _ = factors.prepare_adding(made, factor, by=BY)
    work.commit(embedded)
    embedded.close()
    assert main(["factors", "reset", "--user", "u1@example.com", "--store", str(store)]) == 0
    assert capsys.readouterr().out == "ended 1 factor of user u1, the recovery codes and all sessions\n"
    assert main(["factors", "reset", "--user", "u2", "--store", str(store)]) == 1
    assert capsys.readouterr().err == "roster: there is no such user\n"
    assert main(["verify", "--store", str(store)]) == 0
    embedded = open_embedded(store)
    found = users.alive(embedded, "u1")
    assert (found.factors, found.session_version) == (0, 1)
    assert factors.of_user(embedded, "u1").factors == []
    assert embedded.get(keys.mail_of_factors("u1")) is not None
    [audit] = [item for item in everything(embedded) if item.get("action") == "factors.reset"]
    embedded.close()
    assert (audit["actor"], audit["target"]) == ("system", "u1")


@pytest.mark.parametrize("who", ["u1", "U1@example.com", pytest.param(" u1@example.com ", id="FB-17")])
def test_a_token_is_printed_once_and_kept_as_a_digest(
    store: Path, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    create = ["token", "create", "--user", who, "--name", "ci", "--workspace", "w1"]
    assert main([*create, "--expires", "2999-01-01T01:00:00+01:00", "--store", str(store)]) == 0
    credential = Credential.read(capsys.readouterr().out.rstrip("\n"))
    assert credential is not None
    embedded = open_embedded(store)
    item = embedded.get(keys.token("u1", credential.id))
    embedded.close()
    assert item is not None
    assert same(item["digest"], credential.digest)
    token = entity(ApiToken, item)
    assert (token.name, token.workspace_id, token.expires_at) == ("ci", "w1", "2999-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--user", "u2", "--name", "ci"], 1, "there is no such user"),
        (["--user", "u2@example.com", "--name", "ci"], 1, "there is no such user"),
        (["--user", "@", "--name", "ci"], 2, "--user is not a valid e-mail address"),
        (["--user", "u1", "--name", "ci", "--workspace", "w2"], 1, "there is no such workspace"),
        (["--user", "u1", "--name", "ci", "--expires", "2001-01-01T00:00:00Z"], 2, "--expires is past"),
    ],
)
def test_a_token_is_refused_politely(
    store: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert main(["token", "create", *arguments, "--store", str(store)]) == code
    assert capsys.readouterr() == ("", f"roster: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["import"], "the following arguments are required: FILE"),
        (["import", "nowhere.jsonl"], "argument FILE: there is no such file"),
        (["token", "create", "--user", "u", "--name", " "], "argument --name: must be 1 to 255 characters"),
        (["token", "create", "--expires", "9999-12-31T23:59:59-01:00"], "argument --expires: not a moment"),
        (["token", "create", "--expires", "0001-01-01T00:00:00+01:00"], "argument --expires: not a moment"),
        (["token", "create", "--name", "a\u202eb"], "argument --name: must be 1 to 255 characters"),
        (["admin", "create", "--name", "a\u200bb"], "argument --name: must be 1 to 255 characters"),
        (["token", "create", "--expires", "soon"], "argument --expires: not a moment such as"),
        (["token", "create", "--expires", "2030-01-01T00:00:00"], "argument --expires: not a moment"),
    ],
)
def test_a_wrong_call_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_a_store_that_is_not_there_or_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("no database " * 1000)
    for path, message in (
        (tmp_path / "missing.db", "there is no such store"),
        (tmp_path / "folder" / "x.db", "not a file in a folder that exists"),
        (tmp_path, "not a file in a folder that exists"),
        (other, "file is not a database"),
    ):
        assert main(["export", "--store", str(path)]) == 2
        assert capsys.readouterr() == ("", f"roster: {path}: {message}\n")


@pytest.mark.parametrize(
    ("given", "credentials", "told"),
    [
        (
            ["--endpoint", "http://127.0.0.1:9"],
            False,
            "at http://127.0.0.1:9 cannot be used (NoCredentialsError, Scan)",
        ),
        (["--region", "eu-west-1"], False, "in eu-west-1 cannot be used (NoCredentialsError, Scan)"),
        (
            ["--endpoint", "http://127.0.0.1:9"],
            True,
            "at http://127.0.0.1:9 is away or busy (ConnectionError, Scan)",
        ),
    ],
    ids=["no credentials", "no credentials for a region", "nothing listens"],
)
def test_fn_10_what_said_no_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    credentials: bool,
    told: str,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
        if credentials and name != "AWS_PROFILE":
            monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr("roster.db.dynamodb.store._UNBOUND", 0.5)
    assert main(["export", *given, "--table", "directory"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"roster: the table directory {told}; what was written is whole\n"


def test_the_table_is_that_of_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert f"default: {settings().table_name}" in capsys.readouterr().out


RECORDS = '{"type": "user", "email": "b@example.com"}\n'
# Each has something to say on standard output, given a store with a fault in it; NAME stands for its file.
PRINTING = (
    "--help",
    "import records.jsonl --store NAME",
    "export --store NAME",
    "admin create --email root@example.com --name Root --password-stdin --store NAME",
    "token create --user u1 --name ci --store NAME",
    "factors reset --user u1 --store NAME",
    "audit erase --user gone --store NAME",
    "verify --store NAME",
    "repair --store NAME",
)
# Python writes little at its end, unless it is told to write at once.
WAYS = [
    *(pytest.param(call, "", id=call.partition(" -")[0]) for call in PRINTING),
    *(
        pytest.param(call, "1", id=f"{call} at once")
        for call in ("export --store NAME", "verify --store NAME")
    ),
]


def ran(
    call: str, store: Path, out: TextIO | int, *, unbuffered: str = "", errors: TextIO | int = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own, which writes there."""
    (store.parent / "records.jsonl").write_text(RECORDS)
    embedded = open_embedded(store)
    embedded.bulk_put([{"PK": "known to", "SK": "nobody"}])
    embedded.close()
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *call.replace("NAME", store.name).split()],
        cwd=store.parent,
        # The variable counts where it is not empty.
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        input=PASSWORD + "\n",
        stdout=out,
        stderr=errors,
        text=True,
        check=False,
    )


@pytest.fixture
def left() -> Iterator[TextIO]:
    """A pipe whose reader has left."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        yield pipe


@pytest.mark.parametrize(("call", "unbuffered"), WAYS)
def test_fn_01_a_reader_who_leaves_is_no_error(store: Path, left: TextIO, call: str, unbuffered: str) -> None:
    done = ran(call, store, left, unbuffered=unbuffered)
    assert done.returncode == 1
    assert "Error" not in done.stderr  # neither a traceback nor what an interpreter says at its end


def test_fn_01_a_reader_of_what_goes_wrong_may_leave_too(store: Path, left: TextIO) -> None:
    assert ran("export --store NAME", store, left, errors=left).returncode == 1
    assert ran("export --store nowhere", store, subprocess.DEVNULL, errors=left).returncode == 1


@pytest.mark.parametrize(("call", "unbuffered"), WAYS)
def test_fn_01_an_output_that_cannot_be_written_is_one_line(store: Path, call: str, unbuffered: str) -> None:
    with Path("/dev/full").open("w") as out:
        done = ran(call, store, out, unbuffered=unbuffered)
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if "No space" in line or "Error" in line] == [
        "roster: the output: No space left on device"
    ]


def test_fn_01_an_export_that_does_not_arrive_is_not_said_to(store: Path) -> None:
    with Path("/dev/full").open("w") as out:
        assert "exported" not in ran("export --store NAME", store, out).stderr


def test_fn_01_without_an_output_nothing_is_done(store: Path) -> None:
    before = store.read_bytes()
    command = f"{sys.executable} -m cli.main token create --user u1 --name ci --store {store} >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "roster: standard output is closed\n")
    assert store.read_bytes() == before
