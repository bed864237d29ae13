"""How events come to webhooks: at least once, by the schedule, and so that no receiver delays another."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from roster import bounds, dependencies
from roster.auth import webhook_signing
from roster.auth.secrets import derived
from roster.clock import instant, moment
from roster.db import keys
from roster.db.store import Update
from roster.directory import deliveries, webhooks
from roster.domain import Delivery, DeliveryState, Webhook, WebhookHealth
from roster.errors import Unavailable
from roster.http.outgoing import Outcome
from roster.queues import Message
from tests.support.api import Api, make_dependencies
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.webhooks.line import Line, failed, took
from tests.webhooks.receiver import Received, answers, receiving
from tests.workspaces.fixtures import Fixtures

HOOK = "https://hooks.example.com/in"


@pytest.fixture
def line(api: Api, fixtures: Fixtures) -> Line:
    return Line(api, took)


def changed(api: Api, fixtures: Fixtures, name: str = "Another") -> None:
    """A change of acme, of which there is one event."""
    path = f"/api/workspaces/{fixtures.acme.id}"
    assert api.put(path, {"name": name}, bearer=fixtures.boss).status == 200


def delivered(api: Api, webhook: Webhook) -> list[Delivery]:
    return deliveries.recent(api.store, webhook.id)


def health(api: Api, webhook: Webhook) -> dict[str, Any]:
    found = api.store.get(keys.webhook_health(webhook.id)) or {}
    return {name: found[name] for name in ("failures", "failing_since", "rests_until") if name in found}


def at_real_time(line: Line) -> None:
    """Receivers' own library compares with its own clock."""
    line.api.clock.moment = datetime.now(UTC).replace(microsecond=0)


# What is sent, and how it is signed.


def sent_to(
    line: Line, deployed: Callable[..., None], make: Callable[[str], tuple[Webhook, Any]]
) -> tuple[Webhook, Any, list[Received]]:
    deployed(WEBHOOK_TARGETS="loopback")
    line.outcome = None
    with receiving(answers(204)) as receiver:
        webhook, signing = make(receiver.url)
        line.publish()
        at_real_time(line)
        for _, body in line.waiting:
            line.take(body)
    return webhook, signing, receiver.received


def test_a_webhook_hears_its_own_creation_signed_by_both_kinds(
    line: Line, directory: Directory, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    make = lambda url: directory.webhook(fixtures.acme, url)  # noqa: E731
    webhook, signing, received = sent_to(line, deployed, make)
    [request] = received
    event = Verifier(signing.shown_secret).verify(request.body, request.headers)
    assert (event["type"], event["subject"]) == ("roster.webhook.created", f"webhook/{webhook.id}")
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert request.headers["webhook-id"] == event["id"]
    signed = f"{event['id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    second = request.headers["webhook-signature"].split(" ")[1]
    public = Ed25519PublicKey.from_public_bytes(b64decode(webhook.public_key.removeprefix("whpk_")))
    public.verify(b64decode(second.removeprefix("v1a,")), signed)
    assert signing.shown_secret not in str(everything(line.api.store))


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(WEBHOOK_TARGETS="loopback")
    line.outcome = None
    with receiving(answers(204)) as receiver:
        webhook, first = directory.webhook(fixtures.acme, receiver.url)
        answer = api.post(f"{path_of(webhook)}/secret", bearer=fixtures.boss)
        second = answer.data["secret"]
        assert answer.data["publicKey"] != webhook.public_key
        line.pass_over()
        for hours in (0, 25):
            api.clock.advance(hours=hours)
            changed(api, fixtures, f"After {hours} hours")
            line.run(seconds=1)
    [both, alone] = receiver.received
    for request, secrets in ((both, [first.shown_secret, second]), (alone, [second])):
        told = request.headers["webhook-signature"].split(" ")
        assert [each.partition(",")[0] for each in told] == ["v1", "v1a"] * len(secrets)
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        for secret in secrets:
            made = Verifier(secret).sign(request.headers["webhook-id"], at, request.body.decode())
            assert made in told
    with pytest.raises(WebhookVerificationError):
        Verifier(first.shown_secret).verify(alone.body, alone.headers)


def path_of(webhook: Webhook) -> str:
    owner = f"workspaces/{webhook.workspace_id}" if webhook.workspace_id else "admin"
    return f"/api/{owner}/webhooks/{webhook.id}"


@pytest.mark.row("EV-23")
def test_each_hears_what_it_asked_for(line: Line, api: Api, directory: Directory, fixtures: Fixtures) -> None:
    everything_, _ = directory.webhook(fixtures.acme, HOOK)
    some, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.member.*", "roster.workspace.deleted"))
    of_site, _ = directory.webhook(None, HOOK, types=("roster.workspace.changed",))
    other, _ = directory.webhook(fixtures.globex, HOOK)
    off, _ = directory.webhook(fixtures.acme, HOOK, enabled=False)
    line.pass_over()
    changed(api, fixtures)
    line.run(seconds=1)
    assert sorted(webhook for _, webhook, _ in line.sent) == sorted([everything_.id, of_site.id])
    assert len({event for _, _, event in line.sent}) == 1  # the same id to each
    assert [each.state for each in delivered(api, everything_)] == [DeliveryState.DELIVERED]
    assert [delivered(api, each) for each in (some, other, off)] == [[], [], []]


def test_a_message_that_comes_twice_is_sent_once(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.publish()
    line.waiting *= 2
    line.run(seconds=1)
    assert len(line.sent) == 1
    assert [each.tries for each in delivered(api, webhook)] == [1]


# What fails.


def test_what_fails_is_tried_by_the_schedule_and_has_then_failed(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.outcome = failed
    began = api.clock()
    line.run(minutes=1)
    [delivery] = delivered(api, webhook)
    assert (delivery.state, delivery.tries) == (DeliveryState.PENDING, 2)
    assert delivery.next_attempt_at is not None
    assert moment(delivery.next_attempt_at) > api.clock()
    line.run(days=4)
    [delivery] = delivered(api, webhook)
    assert (delivery.state, delivery.tries, delivery.next_attempt_at) == (DeliveryState.FAILED, 8, None)
    assert all(each.error == "timed out" for each in delivery.attempts)
    at = [0.0, *((when - began).total_seconds() for when, _, _ in line.sent)]
    gaps = [later - before for before, later in zip(at[1:], at[2:], strict=False)]
    for gap, wanted in zip(gaps, (5, 300, 1_800, 7_200, 18_000, 36_000, 86_400), strict=True):
        assert wanted * 0.8 <= gap <= wanted * 1.1 + 1_800  # a rest of the webhook, and hops, come on top
    assert line.waiting == []


def test_a_receiver_that_is_back_gets_all_that_it_missed(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.workspace.*",))
    line.outcome = failed
    for n in range(10):
        changed(api, fixtures, f"Name {n}")
        line.run(minutes=10)
    line.run(hours=20)
    attempts = len(line.sent)
    assert attempts < 100  # it was tried alone, once in a while
    line.outcome = took
    line.run(days=2)
    assert [each.state for each in delivered(api, webhook)] == [DeliveryState.DELIVERED] * 10
    assert health(api, webhook) == {}
    assert len({event for _, _, event in line.sent}) == 10


@pytest.mark.row("EV-24")
def test_a_webhook_that_fails_rests_for_longer_and_longer(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.workspace.*",))
    line.outcome = failed
    for n in range(40):
        changed(api, fixtures, f"Name {n}")
    line.run(seconds=1)
    assert len(line.sent) <= 8  # one message, of which several were under way
    rests = []
    for _ in range(8):
        line.run(minutes=20)
        rests.append(health(api, webhook)["failures"])
    assert rests == sorted(rests)
    assert len(line.sent) < 40


@pytest.mark.parametrize("status", [410])
def test_a_receiver_that_is_gone_is_switched_off_and_that_is_told(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures, status: int
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    other, _ = directory.webhook(None, HOOK, types=("roster.webhook.disabled",))
    line.outcome = lambda to, event: Outcome(status if to.id == webhook.id else 200, 1)
    line.run(seconds=1)
    shown = api.get(path_of(webhook), bearer=fixtures.boss).data
    assert (shown["enabled"], shown["disabledBecause"]) == (False, "gone")
    line.run(days=1)
    assert [each.type for each in delivered(api, other)] == ["roster.webhook.disabled"]
    [delivery] = delivered(api, webhook)
    assert delivery.state is DeliveryState.FAILED
    assert delivery.attempts[-1].error == "the webhook is disabled"
    again = api.put(path_of(webhook), {"enabled": True}, bearer=fixtures.boss).data
    assert (again["enabled"], again["disabledBecause"]) == (True, None)


def test_five_days_of_failures_switch_a_webhook_off(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.outcome = failed
    for day in range(6):
        changed(api, fixtures, f"Day {day}")
        assert webhooks.by_id(api.store, fixtures.acme.id, webhook.id).enabled
        line.run(days=1)
    found = webhooks.by_id(api.store, fixtures.acme.id, webhook.id)
    assert (found.enabled, found.disabled_because) == (False, "failing")
    line.pass_over()
    [told] = [each for each in line.known if "disabled" in str((api.store.get(each) or {}).get("action"))]
    assert (api.store.get(told) or {})["details"] == {
        "reason": "failing",
        "before": {"enabled": True},
        "after": {"enabled": False},
    }


# Who waits, and who does not.


@pytest.mark.row("EV-24")
def test_two_messages_at_most_are_sent_to_one_webhook_at_once(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    other, _ = directory.webhook(None, HOOK)
    now = api.clock()
    held = [deliveries.lease(api.store, webhook, WebhookHealth(), now) for _ in range(3)]
    assert held == ["lease_a", "lease_b", None]
    line.run(seconds=1)
    assert next(to for _, to, _ in line.sent) == other.id  # another's are not kept waiting
    assert webhook.id not in {to for _, to, _ in line.sent}
    deliveries.release(api.store, webhook, "lease_a", WebhookHealth())
    line.run(seconds=10)
    assert webhook.id in {to for _, to, _ in line.sent}


def test_what_waits_for_a_receiver_that_hangs_looks_less_and_less_often(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.workspace.*",))
    line.pass_over()
    for _ in range(2):
        deliveries.lease(api.store, webhook, WebhookHealth(), api.clock())
    changed(api, fixtures)
    taken: list[float] = []
    began, take = api.clock(), line.take

    def noted(body: str) -> None:
        taken.append((api.clock() - began).total_seconds())
        take(body)

    line.take = noted  # type: ignore[method-assign]
    line.run(seconds=59)
    assert taken == [0, 1, 3, 7, 15, 31, 47]
    assert line.sent == []
    line.run(minutes=1)
    assert [each.state for each in delivered(api, webhook)] == [DeliveryState.DELIVERED]


def test_a_lease_whose_holder_was_killed_is_void_after_a_minute(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    for _ in range(2):
        deliveries.lease(api.store, webhook, WebhookHealth(), api.clock())
    line.run(minutes=2)
    assert [each.state for each in delivered(api, webhook)] == [DeliveryState.DELIVERED]


@pytest.mark.row("EV-23")
def test_while_a_workspace_is_suspended_its_webhooks_wait_and_the_sites_go_on(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.workspace.*",))
    of_site, _ = directory.webhook(None, HOOK, types=("roster.workspace.*",))
    path = f"/api/workspaces/{fixtures.acme.id}"
    assert api.put(path, {"active": False}, bearer=fixtures.root).status == 200
    line.run(days=1)
    assert delivered(api, webhook) == []
    assert [each.type for each in delivered(api, of_site)] == ["roster.workspace.suspended"]
    assert api.put(path, {"active": True}, bearer=fixtures.root).status == 200
    line.run(minutes=20)
    assert {each.type for each in delivered(api, webhook)} == {
        "roster.workspace.suspended",
        "roster.workspace.resumed",
    }


def test_what_was_on_its_way_to_a_deleted_webhook_ends_there(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.publish()
    assert api.delete(path_of(webhook), bearer=fixtures.boss).status == 200
    successor, _ = directory.webhook(fixtures.acme, HOOK)
    assert successor.id[-2:] == webhook.id[-2:]  # in the same place
    line.pass_over()
    line.run(seconds=1)
    assert line.sent == []
    assert line.waiting == []


def test_a_killed_delivery_is_made_again_and_none_is_lost(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.publish()
    [(_, body)] = line.waiting

    class Killed(BaseException):
        pass

    def kill(to: Webhook, event: Mapping[str, Any]) -> Outcome:
        raise Killed

    line.outcome = kill
    with pytest.raises(Killed):
        line.take(body)
    line.outcome = failed
    line.take(body)  # kept as failed; and killed before its next attempt was in the queue
    line.waiting = [(api.clock(), body)]
    line.outcome = took
    line.run(minutes=1)
    [delivery] = delivered(api, webhook)
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 2)


def test_what_there_is_no_time_for_comes_again(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK, types=("roster.workspace.*",))
    for n in range(3):
        changed(api, fixtures, f"Name {n}")
    line.seconds = 5.0  # less than an attempt may take
    line.run(seconds=1)
    assert line.sent == []
    line.seconds = 60.0
    line.run(seconds=30)
    assert len(delivered(api, webhook)) == 3


# What administrators have done.


def test_a_delivery_that_failed_is_tried_again_when_somebody_asks(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, _ = directory.webhook(fixtures.acme, HOOK)
    line.outcome = failed
    line.run(days=4)
    line.outcome = took
    [shown] = api.get(f"{path_of(webhook)}/deliveries", bearer=fixtures.boss).data
    assert (shown["state"], shown["nextAttemptAt"], len(shown["attempts"])) == ("failed", None, 8)
    assert shown["attempts"][0]["error"] == "timed out"
    path = f"{path_of(webhook)}/deliveries/{shown['id']}/retry"
    assert api.post(path, bearer=fixtures.boss).status == 200
    line.run(seconds=1)
    [shown] = api.get(f"{path_of(webhook)}/deliveries", bearer=fixtures.boss).data
    assert (shown["state"], shown["attempts"][-1]["status"]) == ("delivered", 200)
    assert api.store.get(keys.delivery_order(webhook.id, shown["id"])) is None


@pytest.mark.row("EV-19")
@pytest.mark.parametrize("of_site", [False, True], ids=["workspace", "site"])
def test_a_replay_sends_an_interval_once_more(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures, of_site: bool
) -> None:
    webhook, _ = directory.webhook(None if of_site else fixtures.acme, HOOK, types=("roster.workspace.*",))
    api.clock.advance(hours=1)
    since = instant(api.clock())
    for n in range(90):
        changed(api, fixtures, f"Name {n}")
    line.run(seconds=30)
    first = {event for _, _, event in line.sent}
    line.sent.clear()
    api.clock.advance(hours=1)
    changed(api, fixtures, "After it")
    line.run(seconds=1)
    line.sent.clear()
    body = {"from": since, "to": instant(moment(since) + timedelta(minutes=30))}
    assert api.post(f"{path_of(webhook)}/replay", body, bearer=fixtures.root).status == 200
    assert api.post(f"{path_of(webhook)}/replay", body, bearer=fixtures.root).status == 409
    line.seconds = 21.0  # a page at a time
    line.run(seconds=30)
    assert {event for _, _, event in line.sent} == first
    assert len(first) == 90 <= len(line.sent)  # a page that there was no time for comes again
    assert api.store.get(keys.replay_order(webhook.id)) is None
    assert all(each.state is DeliveryState.DELIVERED for each in delivered(api, webhook))


@pytest.mark.row("EV-19")
@pytest.mark.parametrize("of_site", [False, True], ids=["workspace", "site"])
def test_a_replay_ends_at_its_bound(
    line: Line,
    api: Api,
    directory: Directory,
    fixtures: Fixtures,
    monkeypatch: pytest.MonkeyPatch,
    of_site: bool,
) -> None:
    monkeypatch.setattr(bounds, "REPLAYED_EVENTS", 50)
    webhook, _ = directory.webhook(None if of_site else fixtures.acme, HOOK)
    line.pass_over()
    api.clock.advance(hours=1)
    since = instant(api.clock())
    for n in range(60):
        changed(api, fixtures, f"Name {n}")
    answer = api.post(f"{path_of(webhook)}/replay", {"from": since}, bearer=fixtures.root)
    assert answer.status == 200
    line.pass_over()  # the token of who asked has an event too
    line.run(minutes=1)
    assert len({event for _, _, event in line.sent}) == 50
    assert api.store.get(keys.replay_order(webhook.id)) is None


# Keys of the deployment.


def test_what_is_sealed_under_a_former_key_is_sealed_anew(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    webhook, signing = directory.webhook(fixtures.acme, HOOK)
    both = "another the"  # one word a key
    dependencies.use(make_dependencies(api.store, api.clock, deployment_keys=lambda use: derived(both, use)))
    line.run(seconds=1)
    found = webhooks.by_id(api.store, fixtures.acme.id, webhook.id)
    assert found.signing != webhook.signing
    assert webhook_signing.opened(found, api.clock()) == ([signing], None)


@pytest.mark.row("EV-12")
def test_a_sealed_secret_does_not_open_for_another_webhook(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    mine, _ = directory.webhook(fixtures.globex, HOOK)
    yours, _ = directory.webhook(fixtures.acme, HOOK)
    key = keys.webhook(fixtures.globex.id, mine.id)
    api.store.write(Update(key, set={"signing": yours.signing}))
    line.publish()
    [body] = [body for _, body in line.waiting if mine.id in body]
    with pytest.raises(Unavailable):
        line.take(body)
    assert mine.id not in {to for _, to, _ in line.sent}


def test_the_function_tells_the_queue_which_message_failed(
    line: Line, api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    from roster.clock import Deadline
    from roster.dialects.maintenance.deliveries import take_all

    webhook, _ = directory.webhook(fixtures.acme, "https://127.0.0.1:9/")
    line.publish()
    [(_, body)] = line.waiting
    records = [{"messageId": "1", "body": "no message"}, {"messageId": "2", "body": body}]
    answer = take_all({"Records": records}, api.store, line, api.clock, Deadline.after(60))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert [each.attempts[0].error for each in delivered(api, webhook)] == ["the address is not public"]
    assert json.loads(Message(line.waiting[-1][1]).body)["tries"] == 1
