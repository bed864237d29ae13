"""Mails: ordered with what they tell, sent by the stream, once at least, and never with a dead link."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.sesv2.models import sesv2_backends

from roster.db import keys
from roster.db.store import Key, Update
from roster.db.transactions import Transaction
from roster.dialects.maintenance import mail
from roster.directory import mail as mail_orders
from roster.directory import users
from tests.invitations.fixtures import FORGOTTEN, LOOK, RESET, accept, invite, of
from tests.support.api import Api, in_process
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures

# moto, which takes the mails, would take boto3's calls of the table too.
pytestmark = pytest.mark.any_engine

FROM = "roster@example.com"
ADA = "ada@example.com"
FOLDER = Path(__file__).parents[2] / "functions/maintenance/mails"


@pytest.fixture
def sent(deployed: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What Amazon SES has taken."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    deployed(MAIL_FROM=FROM, PUBLIC_URL="https://roster.example")
    with mock_aws():
        backend = sesv2_backends["123456789012"]["us-east-1"].core_backend
        backend.verify_email_identity(FROM)
        yield backend.sent_messages


def orders(api: Api) -> list[Key]:
    return [Key.of(item) for item in everything(api.store) if item["PK"] == keys.MAIL]


def stream(api: Api, *changed: Key) -> dict[str, Any]:
    """What the function says to these changes; to the orders that there are, without any."""
    records = [
        {
            "eventName": "INSERT",
            "dynamodb": {"Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}}, "SequenceNumber": str(place)},
        }
        for place, key in enumerate(changed or orders(api))
    ]
    answer: dict[str, Any] = in_process(api.gateway.routes.functions["SendMail"], {"Records": records})
    return answer


TAKEN: dict[str, Any] = {"batchItemFailures": []}


def token_in(text: str) -> str:
    """What the link in a mail's HTML carries, which is all that moto keeps of the body."""
    [link] = re.findall(r'href="([^"]+)"', text)
    assert link.startswith("https://roster.example/console#/")
    return str(link).rpartition("/")[2]


def test_an_invitation_goes_to_the_address_and_its_link_is_good(
    api: Api, fixtures: Fixtures, sent: list[Any]
) -> None:
    assert invite(api, fixtures.acme, ADA, fixtures.boss, "ADMIN").data["link"] is None
    assert stream(api) == TAKEN
    assert orders(api) == []
    [message] = sent
    assert message.source == FROM
    assert message.destinations["ToAddresses"] == [ADA]
    assert message.subject == "You are invited to Acme"
    assert "as an administrator" in message.body
    token = token_in(message.body)
    answer = accept(api, token)
    assert (answer.status, answer.data["emailVerified"]) == (200, True)


def test_a_forgotten_password_goes_to_the_address_alone(
    api: Api, directory: Directory, sent: list[Any]
) -> None:
    directory.user("ada", password=PASSWORD)
    for email in (ADA, "nobody@example.com"):
        api.post(FORGOTTEN, {"email": email})
    stream(api)
    [message] = sent
    assert message.destinations["ToAddresses"] == [ADA]
    reset = {"token": token_in(message.body), "password": "quite another phrase"}
    assert api.post(RESET, reset).status == 200
    assert api.post("/api/auth/login", {"email": ADA, "password": reset["password"]}).data["emailVerified"]


def test_a_new_user_is_told_where_to_choose_a_password(api: Api, fixtures: Fixtures, sent: list[Any]) -> None:
    new = {"email": ADA, "fullName": "Ada", "roles": ["USER"]}
    assert api.post("/api/admin/users", new, as_=fixtures.root).data["link"] is None
    stream(api)
    [message] = sent
    assert message.subject == "Choose your password"
    assert api.post(LOOK, {"token": token_in(message.body)}).status == 200


def test_what_comes_again_is_sent_no_more(api: Api, fixtures: Fixtures, sent: list[Any]) -> None:
    invite(api, fixtures.acme, ADA, fixtures.boss)
    [order] = orders(api)
    stream(api, order, order)
    stream(api, order)
    assert len(sent) == 1


def _revoked(api: Api, fixtures: Fixtures, own: str) -> None:
    api.delete(of(fixtures.acme, own), as_=fixtures.boss)


def _expired(api: Api, fixtures: Fixtures, own: str) -> None:
    api.clock.advance(days=7)


def _suspended(api: Api, fixtures: Fixtures, own: str) -> None:
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"active": False}))


def _of_another_key(api: Api, fixtures: Fixtures, own: str) -> None:
    api.store.write(Update(keys.invitation(fixtures.acme.id, own), set={"digest": "0" * 64}))


def _replaced(api: Api, fixtures: Fixtures, own: str) -> None:
    api.store.write(Update(keys.invitation(fixtures.acme.id, own), set={"nonce": "another"}))


@pytest.mark.row("L-08")
@pytest.mark.parametrize("kill", [_revoked, _expired, _suspended, _of_another_key, _replaced])
def test_a_dead_link_is_not_sent(
    api: Api, fixtures: Fixtures, sent: list[Any], kill: Callable[[Api, Fixtures, str], None]
) -> None:
    own = invite(api, fixtures.acme, ADA, fixtures.boss).data["id"]
    kill(api, fixtures, own)
    assert stream(api) == TAKEN
    assert (sent, orders(api)) == ([], [])


@pytest.mark.parametrize("kill", ["suspended", "deleted", "later"])
def test_a_dead_link_of_a_user_is_not_sent(
    api: Api, directory: Directory, sent: list[Any], kill: str
) -> None:
    ada = directory.user("ada", password=PASSWORD)
    api.post(FORGOTTEN, {"email": ADA})
    if kill == "suspended":
        directory.suspend(ada)
    elif kill == "deleted":
        api.delete(f"/api/admin/users/{ada.id}", as_=directory.admin())
    else:
        api.clock.advance(hours=1)
    assert stream(api) == TAKEN
    assert (sent, orders(api)) == ([], [])


def _refusing(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": f"not to {ADA}"}}, "SendEmail")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)


def test_what_may_pass_is_tried_again_and_what_will_not_is_dropped(
    api: Api,
    fixtures: Fixtures,
    sent: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    invite(api, fixtures.acme, ADA, fixtures.boss)
    [order] = orders(api)
    with monkeypatch.context() as patched:
        _refusing(patched, "TooManyRequestsException")
        assert stream(api) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert orders(api) == [order]
    assert stream(api) == TAKEN
    assert len(sent) == 1
    invite(api, fixtures.acme, "eve@example.com", fixtures.boss)
    with monkeypatch.context() as patched:
        _refusing(patched, "MessageRejected")
        assert stream(api) == TAKEN
    assert orders(api) == []
    told = [json.dumps(vars(record), default=str) for record in caplog.records]
    assert any("MessageRejected" in line for line in told)
    assert not any(ADA in line for line in told if "mail" in line)
    assert {record.levelno for record in caplog.records if record.getMessage() == "mail refused"} == {
        logging.ERROR
    }


def test_the_local_server_prints_the_mail_and_answers_the_link(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    deployed(MAIL_PRINTED="true", PUBLIC_URL="http://127.0.0.1:3000")
    link = invite(api, fixtures.acme, ADA, fixtures.boss).data["link"]
    assert link.startswith("http://127.0.0.1:3000/console#/invitations/")
    assert stream(api) == TAKEN
    printed = capfd.readouterr().out
    assert f"# mail to {ADA}: You are invited to Acme\n" in printed
    assert link in printed.splitlines()


@pytest.mark.parametrize("deleted", [False, True])
def test_a_user_is_told_that_their_factors_were_reset(
    api: Api, directory: Directory, sent: list[Any], deleted: bool
) -> None:
    ada = directory.user("ada")
    work = Transaction(directory.by)
    mail_orders.order(work, keys.mail_of_factors(ada.id), work.token, user_id=ada.id, about="factors")
    work.commit(api.store)
    if deleted:
        users.delete(api.store, ada, by=directory.by)
    assert stream(api) == TAKEN
    assert orders(api) == []
    told = [(each.destinations["ToAddresses"], each.subject) for each in sent]
    assert told == ([] if deleted else [([ADA], "Your second factor was reset")])
    assert all("2026-04-13T01:00:00Z" in each.body for each in sent)


@pytest.mark.parametrize("kind", ["invitation", "account", "reset"])
def test_a_template_is_escaped_in_html_alone(kind: str) -> None:
    filled = {
        "link": "https://roster.example/console#/reset/x",
        "expires": "2026-04-13T02:00:00Z",
        "email": "a'b@example.com",
        "workspace": "<b>Acme</b> & Co",
        "role": "MEMBER",
    }
    written = mail.written(mail.Mail(kind, "a@example.com", filled), FOLDER)
    assert filled["link"] in written.text.splitlines()
    assert f'href="{filled["link"]}"' in written.html
    assert "\n" not in written.subject
    if kind == "invitation":
        assert "&lt;b&gt;Acme&lt;/b&gt; &amp; Co" in written.html
        assert written.subject == "You are invited to <b>Acme</b> & Co"


def test_an_operators_own_templates_are_taken(tmp_path: Path) -> None:
    (tmp_path / "reset.txt").write_text("Neues Passwort\n\n{{ link }}\n")
    (tmp_path / "reset.html").write_text("<a href='{{ link }}'>hier</a>")
    written = mail.written(mail.Mail("reset", ADA, {"link": "https://x"}), tmp_path)
    assert (written.subject, written.text) == ("Neues Passwort", "https://x\n")
