"""Webhooks of a workspace and of the site, as administrators make, see, change, test and delete them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from roster import bounds
from roster.directory import deliveries
from roster.domain import Workspace
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.webhooks.receiver import answers, receiving
from tests.workspaces.fixtures import Fixtures

URL = "https://hooks.example.com/in?key=of-the-receiver"
SHOWN = {
    *("id", "url", "types", "description", "enabled", "disabledBecause"),
    *("publicKey", "formerUntil", "createdAt"),
}


@pytest.fixture(params=["workspace", "site"])
def owner(request: pytest.FixtureRequest, fixtures: Fixtures) -> Workspace | None:
    return fixtures.acme if request.param == "workspace" else None


@pytest.fixture
def root(owner: Workspace | None) -> str:
    return f"/api/workspaces/{owner.id}/webhooks" if owner else "/api/admin/webhooks"


def test_a_webhook_is_made_seen_changed_and_deleted(api: Api, fixtures: Fixtures, root: str) -> None:
    body = {"url": URL, "types": ["roster.user.*", "roster.user.*"], "description": "Billing"}
    made = api.post(root, body, as_=fixtures.root).data
    assert made.keys() == SHOWN | {"secret"}
    assert made["secret"].startswith("whsec_")
    assert made["publicKey"].startswith("whpk_")
    assert (made["types"], made["enabled"]) == (["roster.user.*"], True)
    one = f"{root}/{made['id']}"
    got = api.get(one, as_=fixtures.root)
    assert got.data == {name: made[name] for name in SHOWN}
    assert api.get(root, as_=fixtures.root).data == [got.data]
    stale = {"If-Match": '"7"'}
    assert api.put(one, {"types": []}, as_=fixtures.root, headers=stale).status == 412
    assert api.delete(one, as_=fixtures.root, headers=stale).status == 412
    assert api.get(one, as_=fixtures.root).data == got.data
    changed = api.put(
        one, {"types": [], "enabled": False}, as_=fixtures.root, headers={"If-Match": got.headers["etag"]}
    )
    assert changed.data == {**got.data, "types": [], "enabled": False}
    assert api.delete(one, as_=fixtures.root).status == 200
    assert api.get(one, as_=fixtures.root).status == 404
    assert api.get(root, as_=fixtures.root).data == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": URL, "types": ["roster.nothing.created"]}, "types.0"),
        ({"url": URL, "types": ["roster.user*"]}, "types.0"),
        ({"url": URL, "types": ["*"]}, "types.0"),
        ({"url": URL, "types": ["roster.user.created"] * 51}, "types"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_is_no_webhook_is_refused(
    api: Api, fixtures: Fixtures, body: dict[str, Any], field: str
) -> None:
    answer = api.post("/api/admin/webhooks", body, as_=fixtures.root)
    assert (answer.status, answer.data[0]["field"]) == (400, field)


def test_there_are_only_so_many_however_many_ask_at_once(
    api: Api, fixtures: Fixtures, owner: Workspace | None, root: str
) -> None:
    most = bounds.SITE_WEBHOOKS if owner is None else bounds.WEBHOOKS
    for _ in range(most - 2):
        assert api.post(root, {"url": URL}, as_=fixtures.root).status == 200
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(api.post, root, {"url": URL}, as_=fixtures.root) for _ in range(4)]
    statuses = sorted(each.result().status for each in asked)
    assert statuses == [200, 200, 409, 409]
    refused = api.post(root, {"url": URL}, as_=fixtures.root)
    assert (refused.status, refused.code) == (409, "LIMIT_REACHED")
    [first, *_] = api.get(root, as_=fixtures.root).data
    assert api.delete(f"{root}/{first['id']}", as_=fixtures.root).status == 200
    assert api.post(root, {"url": URL}, as_=fixtures.root).status == 200


@pytest.mark.row("EV-11")
def test_a_secret_is_shown_once_and_is_nowhere_else(
    api: Api, fixtures: Fixtures, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    once = {"Idempotency-Key": "one"}
    made = api.post(root, {"url": URL}, as_=fixtures.root, headers=once).data
    again = api.post(root, {"url": URL}, as_=fixtures.root, headers=once).data
    assert again == {**made, "secret": None}
    renewed = api.post(f"{root}/{made['id']}/secret", as_=fixtures.root).data
    assert renewed["secret"] not in (None, made["secret"])
    assert renewed["publicKey"] != made["publicKey"]
    assert renewed["formerUntil"] is not None
    api.post(f"{root}/{made['id']}/test", as_=fixtures.root)
    seen = [
        *(api.get(path, as_=fixtures.root).text for path in (root, f"{root}/{made['id']}")),
        api.get("/api/admin/audit", as_=fixtures.root).text,
        json.dumps(everything(api.store)),
        "".join(capsys.readouterr()),
    ]
    for secret in (made["secret"], renewed["secret"]):
        assert not any(secret.removeprefix("whsec_") in text for text in seen)
    told = [each for each in everything(api.store) if str(each["PK"]).startswith("AUDIT#")]
    assert "of-the-receiver" not in json.dumps(told)  # nor is the URL in what is told


@pytest.mark.row("EV-13")
def test_a_webhook_is_found_below_its_owner_alone(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    mine, _ = directory.webhook(fixtures.acme)
    of_site, _ = directory.webhook(None)
    for webhook, elsewhere in (
        (mine, f"/api/workspaces/{fixtures.globex.id}"),
        (mine, "/api/admin"),
        (of_site, f"/api/workspaces/{fixtures.acme.id}"),
    ):
        path = f"{elsewhere}/webhooks/{webhook.id}"
        assert api.get(path, as_=fixtures.root).status == 404
        assert api.post(f"{path}/secret", as_=fixtures.root).status == 404
        assert api.delete(path, as_=fixtures.root).status == 404
    delivery = directory.delivery(mine)
    other, _ = directory.webhook(fixtures.acme)
    path = f"/api/workspaces/{fixtures.acme.id}/webhooks/{other.id}/deliveries/{delivery.id}/retry"
    assert api.post(path, as_=fixtures.boss).status == 404


def test_a_test_tells_what_came_back(
    api: Api, directory: Directory, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(WEBHOOK_TARGETS="loopback")
    with receiving(answers(418, b"I am a teapot")) as receiver:
        webhook, _ = directory.webhook(fixtures.acme, receiver.url, enabled=False)
        path = f"/api/workspaces/{fixtures.acme.id}/webhooks/{webhook.id}/test"
        shown = api.post(path, as_=fixtures.boss).data
        assert (shown["delivered"], shown["status"], shown["answer"]) == (False, 418, "I am a teapot")
        receiver.behaviour = answers(200)
        assert api.post(path, as_=fixtures.boss).data["delivered"] is True
    [_, request] = receiver.received
    told = json.loads(request.body)
    assert (told["type"], told["source"]) == ("roster.webhook.tested", "urn:roster")  # as docs/events.md says
    assert request.headers["webhook-signature"].startswith("v1,")
    assert api.get(path.removesuffix("/test") + "/deliveries", as_=fixtures.boss).data == []


def test_a_key_that_came_with_another_body_is_refused(api: Api, fixtures: Fixtures, root: str) -> None:
    once = {"Idempotency-Key": "one"}
    made = api.post(root, {"url": URL}, as_=fixtures.root, headers=once).data
    assert api.post(root, {"url": f"{URL}s"}, as_=fixtures.root, headers=once).status == 422
    [there] = api.get(root, as_=fixtures.root).data
    assert there == {name: made[name] for name in SHOWN}


def test_one_test_at_a_time(
    api: Api, directory: Directory, fixtures: Fixtures, owner: Workspace | None, root: str
) -> None:
    webhook, _ = directory.webhook(owner)
    deliveries.begin_test(api.store, webhook, api.clock())
    path = f"{root}/{webhook.id}/test"
    assert api.post(path, as_=fixtures.root).status == 409
    api.clock.advance(minutes=2)
    shown = api.post(path, as_=fixtures.root).data
    assert (shown["delivered"], shown["error"]) == (False, "the address is not public")


@pytest.mark.row("EV-19")
@pytest.mark.parametrize(
    ("days", "status"), [({"days": 29}, 200), ({"days": 31}, 400), ({"days": -1}, 400)], ids=str
)
def test_a_replay_goes_thirty_days_back_at_most(
    api: Api, directory: Directory, fixtures: Fixtures, days: dict[str, int], status: int
) -> None:
    from datetime import timedelta

    from roster.clock import instant

    webhook, _ = directory.webhook(None)
    body = {"from": instant(api.clock() - timedelta(**days))}
    assert api.post(f"/api/admin/webhooks/{webhook.id}/replay", body, as_=fixtures.root).status == status
