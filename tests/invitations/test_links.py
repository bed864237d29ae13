"""Links: what their tokens are made of, and that nothing else holds them."""

import json
from collections.abc import Callable

import pytest

from roster import dependencies
from roster.auth import links
from roster.auth.links import LinkToken
from roster.db import keys
from roster.db.codec import entity
from roster.domain import Invitation, PasswordLink
from tests.faulty.test_secrets import Heard, heard
from tests.invitations.fixtures import ACCEPT, FORGOTTEN, LOOK, PHRASE, RESET, accept, invite, of, token_in
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures

__all__ = ["heard"]

NOW, BEFORE, OTHER = b"n" * 32, b"b" * 32, b"o" * 32
SECRET = "s" * 43


@pytest.mark.parametrize(
    ("token", "text"),
    [
        (LinkToken("reset", ("u-1",), SECRET), f"reset_u-1.{SECRET}"),
        (LinkToken("account", ("a.b_c",), SECRET), f"account_a.b_c.{SECRET}"),
        (LinkToken("reset", ("auth0|5f7c",), SECRET), f"reset_~YXV0aDB8NWY3Yw.{SECRET}"),
        (LinkToken("reset", ("x" * 128,), SECRET), None),
        (LinkToken("invitation", ("org.1", "0" * 32), SECRET), f"invitation_org.1.{'0' * 32}.{SECRET}"),
    ],
    ids=["plain", "dots", "foreign", "long", "invitation"],
)
def test_a_token_is_read_as_it_is_written(token: LinkToken, text: str | None) -> None:
    assert text is None or str(token) == text
    assert LinkToken.read(str(token)) == token
    assert SECRET not in repr(token)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"session_u.{SECRET}",
        f"reset_u.{SECRET}x",
        f"reset_.{SECRET}",
        f"reset_~YQ.{SECRET}",  # of an id that would stand there as it is
        f"invitation_u.{SECRET}",
        f"reset_u.{SECRET}\n",
    ],
    ids=["empty", "session", "longer", "no-id", "encoded-plain", "one-id", "line"],
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert LinkToken.read(text) is None


@pytest.mark.row("L-03")
def test_a_secret_is_made_again_with_the_key_it_was_made_with_and_no_other() -> None:
    sealed = links.seal((BEFORE,), "reset", "u")
    link = PasswordLink("u", "u@example.com", 0, "", "", nonce=sealed.nonce, digest=sealed.digest)
    assert links.of_password_link((NOW, BEFORE), link) == sealed.token
    assert links.of_password_link((NOW, OTHER), link) is None
    as_first = PasswordLink("u", "", 0, "", "", first=True, nonce=sealed.nonce, digest=sealed.digest)
    assert links.of_password_link((BEFORE,), as_first) is None
    assert links.seal((BEFORE,), "reset", "u").token != sealed.token


@pytest.mark.row("L-10", "L-03")
def test_no_log_audit_item_or_kept_answer_holds_a_link(
    api: Api, directory: Directory, fixtures: Fixtures, heard: Heard
) -> None:
    once, ada = {"Idempotency-Key": "k"}, directory.user("ada", password=PASSWORD)
    body = {"email": "eve@example.com", "role": "MEMBER"}
    made = api.post(of(fixtures.acme), body, as_=fixtures.boss, headers=once).data
    renewed = api.post(f"{of(fixtures.acme, made['id'])}/resend", as_=fixtures.boss).data
    new = {"email": "new@example.com", "fullName": "New", "roles": ["USER"]}
    first = api.post("/api/admin/users", new, as_=fixtures.root, headers=once).data
    handed = api.post(f"/api/admin/users/{ada.id}/password-link", as_=fixtures.root).data
    told = [token_in(each["link"]) for each in (made, renewed, first, handed)]
    kept = json.dumps(everything(api.store))
    for token in told[:3]:
        api.post(LOOK, {"token": token})
    accept(api, told[1])
    api.post(ACCEPT, {"token": told[2], "password": PHRASE})
    api.post(FORGOTTEN, {"email": ada.email})
    api.post(RESET, {"token": told[3], "password": PHRASE})
    kept += json.dumps(everything(api.store))
    assert heard.told
    for token in told:
        secret = token[-43:]
        assert secret not in kept
        assert not any(secret in line for line in heard.told)
    item = api.store.get(keys.invitation(fixtures.acme.id, made["id"]))
    assert item is not None
    remade = links.of_invitation(links.keys(), entity(Invitation, item))
    assert str(remade) == told[1], "who has the key can make it for the mail"


def test_without_a_key_of_the_deployment_there_are_no_links(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(MAIL_FROM="roster@example.com")
    dependencies.use(dependencies.Dependencies(api.store, api.clock))
    with api.no_effect():
        assert invite(api, fixtures.acme, "eve@example.com", fixtures.boss).status == 503
        for email in (fixtures.member.email, "nobody@example.com"):
            assert api.post(FORGOTTEN, {"email": email}).status == 503
