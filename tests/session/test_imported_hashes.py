"""Who comes from another system logs in with the old password; the login keeps our own hash of it."""

from pathlib import Path
from typing import Any

import pytest

from cli.records.loading import load
from roster.auth import passwords
from roster.db import keys
from roster.errors import Unavailable
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.tools.support import BY
from tests.unit.test_imported_hashes import HASHES, PASSWORD

LINE = '{{"type": "user", "id": "ann", "email": "ann@example.com", "passwordHash": "{hashed}"}}'
imported = pytest.mark.parametrize("name", HASHES)


def bring(api: Api, folder: Path, hashed: str) -> None:
    path = folder / "records.jsonl"
    path.write_text(LINE.format(hashed=hashed))
    assert load(api.store, path, by=BY).bad == []


def log_in(api: Api, password: str = PASSWORD, **more: Any) -> Answer:
    return api.post("/api/auth/login", {"email": "ann@example.com", "password": password}, **more)


def stored(api: Api) -> str:
    return str((api.store.get(keys.password("ann")) or {})["hash"])


@imported
def test_the_old_password_opens_and_becomes_ours(api: Api, tmp_path: Path, name: str) -> None:
    bring(api, tmp_path, HASHES[name])
    assert log_in(api, PASSWORD + "x").status == 401
    assert stored(api) == HASHES[name]
    first = log_in(api)
    assert first.status == 200, first.text
    kept = stored(api)
    assert kept.startswith("$argon2id$")
    assert not passwords.is_outdated(kept)
    assert log_in(api).status == 200
    assert stored(api) == kept
    assert log_in(api, PASSWORD + "x").status == 401


def test_the_token_endpoint_proves_it_too(api: Api, directory: Directory, tmp_path: Path) -> None:
    bring(api, tmp_path, HASHES["bcrypt-2b"])
    directory.client("cf", "")
    form = {"grant_type": "password", "username": "ann@example.com", "password": PASSWORD, "client_id": "cf"}
    assert api.post("/oauth/token", form=form).status == 200
    assert stored(api).startswith("$argon2id$")
    assert log_in(api).status == 200


def test_a_login_does_not_fail_with_what_it_would_keep(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one tries again."""
    bring(api, tmp_path, HASHES["scrypt"])
    written = type(api.store).write

    def away(store: Any, operation: Any, **more: Any) -> Any:
        if operation.key == keys.password("ann"):
            raise Unavailable
        return written(store, operation, **more)

    with monkeypatch.context() as broken:
        broken.setattr(type(api.store), "write", away)
        assert log_in(api).status == 200
    assert stored(api) == HASHES["scrypt"]
    assert log_in(api).status == 200
    assert stored(api).startswith("$argon2id$")
