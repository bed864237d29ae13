"""The key beside the embedded store: made once, for its owner alone, and one for all processes."""

import os
import stat
from pathlib import Path

import pytest

from cli import demo
from cli.serve import _deployment_key
from local.deployment_key import NotAKey, key_file, read_or_make
from local.server import CannotStart, Options
from tests.support.race import at_once
from tests.support.served import served


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return key_file(tmp_path / "roster.db")


def test_it_is_made_on_the_first_start_and_kept(file: Path) -> None:
    made = read_or_make(file)
    assert len(made) >= 43
    assert read_or_make(file) == made
    assert (file.name, os.listdir(file.parent)) == ("roster.db.key", ["roster.db.key"])


def test_fs_12_its_owner_alone_may_read_it(file: Path) -> None:
    before = os.umask(0)
    try:
        read_or_make(file)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = iter(range(8))
    monkeypatch.setattr(os, "getpid", lambda: next(pids))
    assert len(set(at_once([lambda: read_or_make(file)] * 8))) == 1
    assert len(os.listdir(file.parent)) == 1


def test_two_lines_are_the_present_key_and_the_one_before(file: Path) -> None:
    file.write_text("x" * 43 + "\n" + "y" * 64 + "\n")
    assert read_or_make(file).split() == ["x" * 43, "y" * 64]


@pytest.mark.parametrize("text", ["", "\n", "short\n", "x" * 42, "x" * 43 + "\nshort"])
def test_a_file_without_a_key_stops_the_start_in_one_line(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(NotAKey) as told:
        read_or_make(file)
    assert "short" not in str(told.value)
    with pytest.raises(CannotStart, match="the key of the deployment: .* holds no key"):
        _deployment_key(Options(store=file.with_name("roster.db")))


def test_before_another_engine_the_workers_share_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEPLOYMENT_KEY", raising=False)
    made = _deployment_key(Options(table_endpoint="http://127.0.0.1:8000"))
    assert made == os.environ["DEPLOYMENT_KEY"] == _deployment_key(Options())
    monkeypatch.setenv("DEPLOYMENT_KEY", "x" * 43)
    assert _deployment_key(Options()) == "x" * 43


@pytest.mark.real
def test_fs_19_a_device_is_known_to_every_worker_and_after_a_restart(tmp_path: Path) -> None:
    """A stranger makes the administrator wait; the browser that knows her logs in all the same."""
    store, login = str(tmp_path / "kept.db"), {"email": demo.ADMIN, "password": demo.PASSWORD}
    with served(tmp_path, STORE=store, DATA="demo") as app:
        given = app.send("POST", "/api/auth/login", login)
        [device] = [line for line in given.cookies if line.startswith("device=")]
    device = device.partition(";")[0]
    with served(tmp_path, STORE=store) as app:
        for _ in range(5):
            assert app.send("POST", "/api/auth/login", {**login, "password": "x"}).status == 401
        assert app.send("POST", "/api/auth/login", login).status == 401
        for _ in range(6):
            assert app.send("POST", "/api/auth/login", login, cookie=device).status == 200
    assert stat.S_IMODE(key_file(Path(store)).stat().st_mode) == 0o600
