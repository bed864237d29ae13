"""GET and DELETE /api/admin/users/{userId}/credentials, DELETE .../credentials/{credentialId}."""

from typing import Any

import pytest

from roster.auth import refresh_tokens
from roster.auth.credentials import Credential
from roster.db import keys
from roster.db.store import Key
from roster.directory import cleanup, users
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted, assert_refused

SHOWN = ("id", "kind", "name", "workspaceId", "createdAt", "lastUsedAt", "address", "agent", "expiresAt")


def _path(fixtures: Fixtures, credential_id: str = "") -> str:
    path = f"/api/admin/users/{fixtures.member.id}/credentials"
    return f"{path}/{credential_id}" if credential_id else path


@pytest.fixture
def secrets(fixtures: Fixtures, api: Api, directory: Directory) -> dict[str, str]:
    """A credential of the member's of every kind."""
    directory.client("cf")
    by = directory.by
    grant = refresh_tokens.start(api.store, fixtures.member, "cf", (), renewable=True, by=by)
    body = {"name": "ci", "workspaceId": fixtures.acme.id, "expiresAt": "2026-05-01T00:00:00Z"}
    token = api.post("/api/auth/tokens", body, as_=fixtures.member).data["token"]
    return {"sessions": api.cookie(fixtures.member), "tokens": token, "grants": str(grant.access)}


def _id_of(secrets: dict[str, str], kind: str) -> str:
    credential = Credential.read(secrets[kind])
    assert credential is not None
    return credential.family_id if kind == "grants" else credential.id


def _lives(api: Api, secrets: dict[str, str]) -> dict[str, bool]:
    proofs: dict[str, dict[str, Any]] = {
        "sessions": {"as_": secrets["sessions"]},
        "tokens": {"bearer": secrets["tokens"]},
    }
    lives = {kind: api.get("/api/auth/me", **proof).status == 200 for kind, proof in proofs.items()}
    return {**lives, "grants": api.get("/api/v1/user", bearer=secrets["grants"]).status == 200}


def test_all_that_proves_a_user_is_shown_and_no_secret(
    api: Api, fixtures: Fixtures, secrets: dict[str, str]
) -> None:
    unused = api.get(_path(fixtures), as_=fixtures.root)
    assert_granted(unused, "sessions", "tokens", "grants")
    assert unused.data["tokens"][0]["lastUsedAt"] is None
    api.clock.advance(minutes=10)
    api.get("/api/auth/me", bearer=secrets["tokens"])
    shown = api.get(_path(fixtures), as_=fixtures.root)
    assert {kind: [each["id"] for each in found] for kind, found in shown.data.items()} == {
        "sessions": [_id_of(secrets, "sessions")],
        "tokens": [_id_of(secrets, "tokens")],
        "grants": [_id_of(secrets, "grants")],
    }
    assert {tuple(each) for found in shown.data.values() for each in found} == {SHOWN}
    [token] = shown.data["tokens"]
    assert (token["kind"], token["name"], token["workspaceId"]) == ("token", "ci", fixtures.acme.id)
    assert (token["lastUsedAt"], token["expiresAt"]) == ("2026-04-13T01:10:00Z", "2026-05-01T00:00:00Z")
    for secret in secrets.values():
        assert secret.rpartition(".")[2] not in shown.text


@pytest.mark.parametrize("kind", ["sessions", "tokens", "grants"])
@pytest.mark.row("AC-03")
def test_one_is_ended_at_once_and_no_other(
    api: Api, fixtures: Fixtures, secrets: dict[str, str], kind: str
) -> None:
    assert _lives(api, secrets) == dict.fromkeys(secrets, True)
    path = _path(fixtures, _id_of(secrets, kind))
    assert_granted(api.delete(path, as_=fixtures.root))
    assert _lives(api, secrets) == {each: each != kind for each in secrets}
    assert api.get(_path(fixtures), as_=fixtures.root).data[kind] == []
    with api.no_effect():
        assert_refused(api.delete(path, as_=fixtures.root), 404)
        other = f"/api/admin/users/{fixtures.stranger.id}/credentials/{_id_of(secrets, 'tokens')}"
        assert_refused(api.delete(other, as_=fixtures.root), 404)


@pytest.mark.row("AC-04")
def test_all_end_at_once_and_what_is_made_later_lives(
    api: Api, directory: Directory, fixtures: Fixtures, secrets: dict[str, str]
) -> None:
    assert_granted(api.delete(_path(fixtures), as_=fixtures.root))
    assert _lives(api, secrets) == dict.fromkeys(secrets, False)
    assert api.get(_path(fixtures), as_=fixtures.root).data == {"sessions": [], "tokens": [], "grants": []}
    later = directory.token(users.alive(api.store, fixtures.member.id))
    for job in list(cleanup.jobs(api.store)):
        cleanup.run(api.store, Key.of(job), api.clock())
    assert api.store.get(keys.token(fixtures.member.id, _id_of(secrets, "tokens"))) is None
    assert list(cleanup.jobs(api.store)) == []
    assert api.get("/api/v1/user", bearer=later).status == 200
    [audit] = [item for item in everything(api.store) if item.get("action") == "credentials.ended"]
    assert (audit["actor"], audit["target"]) == (fixtures.root.id, fixtures.member.id)


def test_none_has_a_tag(api: Api, fixtures: Fixtures, secrets: dict[str, str]) -> None:
    for path in (_path(fixtures), _path(fixtures, _id_of(secrets, "tokens"))):
        with api.no_effect():
            assert_refused(api.delete(path, as_=fixtures.root, headers={"If-Match": '"1"'}), 412)
