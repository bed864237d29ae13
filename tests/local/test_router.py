"""The served app's router follows the embedded store: what is imported and made is soon found and counted."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import demo
from local.embedded import open_embedded
from tests.support.served import BOUND, served


def until(fits: Callable[[], bool]) -> None:
    """Wait until it is so, for as long as any test may wait."""
    end = time.monotonic() + BOUND
    while not fits():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.real
def test_what_is_there_at_the_start_and_what_is_made_is_found(tmp_path: Path) -> None:
    path = tmp_path / "roster.db"
    with served(tmp_path, STORE=str(path), DATA="demo") as running:
        cookie = running.login(demo.ADMIN, demo.PASSWORD)
        whole = demo.ADMIN.partition("@")[0]
        until(lambda: bool(running.send("GET", f"/api/admin/users?q={whole}", cookie=cookie).json["data"]))
        made = {
            "email": "zoe@example.com",
            "fullName": "Zoe Zyx",
            "password": "a long phrase",
            "roles": ["USER"],
        }
        assert running.send("POST", "/api/admin/users", made, cookie=cookie).status == 200
        until(lambda: bool(running.send("GET", "/api/admin/users?q=zyx", cookie=cookie).json["data"]))
        days = "/api/admin/activity?days=1"
        until(lambda: running.send("GET", days, cookie=cookie).json["data"]["days"][0]["signIns"] > 0)
    store = open_embedded(path)
    assert len(store.changes(0)) < 50, "what both functions have taken is forgotten"
    store.close()
