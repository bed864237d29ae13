"""POST /api/admin/users/{userId}/unlock."""

import pytest

from roster.auth import login_throttle
from roster.db import keys
from tests.support.api import Api, device_in
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted


@pytest.mark.row("AC-05")
def test_address_and_devices_may_try_again_at_once(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    ada = directory.user("ada", password=PASSWORD)
    body = {"email": ada.email, "password": PASSWORD}
    device = {"cookie": device_in(api.post("/api/auth/login", body))}
    for sender in ({}, device):
        for _ in range(login_throttle.FREE):
            wrong = {**body, "password": "quite another phrase"}
            assert api.post("/api/auth/login", wrong, headers=sender).status == 401
        assert api.post("/api/auth/login", body, headers=sender).status == 401
    assert_granted(api.post(f"/api/admin/users/{ada.id}/unlock", as_=fixtures.root))
    begins = keys.attempts("").sk
    left = [str(item["SK"]) for item in everything(api.store) if str(item["PK"]) == keys.email(ada.email).pk]
    assert [sk for sk in left if sk.startswith(begins)] == []
    for sender in ({}, device):
        assert api.post("/api/auth/login", body, headers=sender).status == 200
    audits = [item for item in everything(api.store) if item.get("action") == "user.unlocked"]
    assert [(item["actor"], item["target"]) for item in audits] == [(fixtures.root.id, ada.id)]


def test_who_is_not_locked_stays_so(api: Api, fixtures: Fixtures) -> None:
    assert_granted(api.post(f"/api/admin/users/{fixtures.member.id}/unlock", as_=fixtures.root))
