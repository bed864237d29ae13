"""`make run ISSUERS=file`: its tokens are believed; a file that cannot be used stops the start."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from cli import demo
from tests.attacks import jwt
from tests.support.served import BOUND, launch, served

SECRET = "a-secret-of-this-very-test-and-no-other"


def written(folder: Path, *secrets: str) -> Path:
    file = folder / "issuers.json"
    file.write_text(json.dumps([{"issuer": None, "hmacSecrets": list(secrets)}]))
    return file


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    return jwt.claims(user_id=demo.DEVELOPER_ID, iat=now - 60, exp=now + 600, **changed)


@pytest.mark.real
def test_a_token_of_a_configured_issuer_is_believed(tmp_path: Path) -> None:
    with served(tmp_path, ISSUERS=str(written(tmp_path, "r" * 32, SECRET))) as running:
        for path in ("/api/v1/user", "/api/workspace/auth/me"):
            for secret, status in ((SECRET, 200), ("r" * 32, 200), (jwt.SECRET, 401)):
                token = jwt.secret_signed(claims(), secret)
                answer = running.send("GET", path, Authorization=f"Bearer {token}")
                assert answer.status == status
        unknown = jwt.secret_signed({**claims(), "user_id": "nobody"}, SECRET)
        assert running.send("GET", "/api/v1/user", Authorization=f"Bearer {unknown}").status == 401


@pytest.mark.parametrize("secret", ["tokensecret", "only-thirty-one-bytes-long-is-it"[:31]])
def test_a_weak_secret_stops_the_start_in_one_line_without_it(tmp_path: Path, secret: str) -> None:
    file = written(tmp_path, SECRET, secret)
    process = launch(tmp_path, ISSUERS=str(file))
    output, _ = process.communicate(timeout=BOUND)
    errors = (tmp_path / "stderr").read_text()
    assert (process.returncode, output) == (2, "")
    reason = "issuer 1: a secret is shorter than 32 bytes or a published sample"
    assert errors == f"roster: ISSUERS={file}: {reason}\n"
    assert secret not in errors
    assert SECRET not in errors


@pytest.mark.real
def test_fb_03_a_byte_order_mark_before_the_issuers_is_dropped(tmp_path: Path) -> None:
    file = written(tmp_path, SECRET)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    with served(tmp_path, ISSUERS=str(file)) as running:
        token = jwt.secret_signed(claims(), SECRET)
        assert running.send("GET", "/api/v1/user", Authorization=f"Bearer {token}").status == 200


def test_fb_13_a_directory_is_called_one(tmp_path: Path) -> None:
    process = launch(tmp_path, ISSUERS=str(tmp_path))
    process.communicate(timeout=BOUND)
    assert process.returncode == 2
    assert (tmp_path / "stderr").read_text() == f"roster: ISSUERS={tmp_path}: is a directory\n"


def test_fn_06_data_of_another_format_is_named_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,fullName\nann@example.com,Ann\n")
    process = launch(tmp_path, DATA=str(file))
    process.communicate(timeout=BOUND)
    assert process.returncode == 2
    what = "not a file of records, but seems a table of users in CSV: `roster import --from csv` reads it"
    assert (tmp_path / "stderr").read_text() == f"roster: DATA={file}: {what}\n"
