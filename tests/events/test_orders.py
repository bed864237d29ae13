"""The stream's router puts orders of mails and cleanups into queues, from which their functions get them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Key
from roster.dialects.maintenance import api as maintenance
from roster.errors import Unavailable
from roster.queues import Message, SqsQueues
from tests.support.api import Api, in_process
from tests.support.directory import Directory
from tests.support.queues import ListedQueues
from tests.support.stream import records

pytestmark = pytest.mark.any_engine


def test_orders_go_to_their_queues_and_other_changes_to_none(api: Api) -> None:
    queues = ListedQueues()
    told = [
        keys.mail_of_user("u-1"),
        keys.cleanup_of_user("u-2"),
        keys.cleanup_of_space("s-1"),
        keys.user("u-1"),
    ]
    assert maintenance.route(api.store, queues, records(told), api.clock()) == {"batchItemFailures": []}
    assert {queue: [json.loads(each.body) for each in sent] for queue, sent in queues.sent.items()} == {
        "MailQueue": [{"pk": told[0].pk, "sk": told[0].sk}],
        "CleanupQueue": [{"pk": key.pk, "sk": key.sk} for key in told[1:3]],
    }


def test_an_order_that_is_done_is_not_queued(api: Api) -> None:
    queues = ListedQueues()
    maintenance.route(api.store, queues, records([keys.mail_of_user("u-1")], "REMOVE"), api.clock())
    assert not queues.sent


def test_a_queue_out_of_reach_brings_the_batch_again(api: Api) -> None:
    class Away:
        def send(self, queue: str, messages: Sequence[Message]) -> None:
            raise Unavailable

    told = records([keys.mail_of_user("u-1"), keys.mail_of_user("u-2")])
    answer = maintenance.route(api.store, Away(), told, api.clock())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def message(key: Key, id_: str) -> dict[str, Any]:
    return {"messageId": id_, "body": maintenance.order_message(key).body, "eventSource": "aws:sqs"}


def test_a_cleanup_is_done_by_its_message_and_each_message_fails_alone(
    api: Api, directory: Directory
) -> None:
    ada = directory.user("ada")
    directory.token(ada)
    root = directory.user("root", admin=True)
    assert api.delete(f"/api/admin/users/{ada.id}", as_=root).status == 200
    job = keys.cleanup_of_user(ada.id)
    assert api.store.get(job) is not None
    event = {"Records": [message(Key("SWEEP", "USER#nobody"), "m-1"), message(job, "m-2")]}
    assert in_process(api.gateway.routes.functions["Cleanup"], event) == {"batchItemFailures": []}
    assert api.store.get(job) is None

    def work(key: Key) -> None:
        if key.sk == "USER#bad":
            raise ConnectionError

    event = {"Records": [message(Key("SWEEP", f"USER#{name}"), name) for name in ("a", "bad", "b")]}
    answer = maintenance.each(event, keys.is_cleanup, work, "cleanup failed")
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}


def test_messages_go_to_sqs_ten_at_once_and_what_fails_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[dict[str, Any]]] = []

    class Client:
        def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
            calls.append(Entries)
            return {"Failed": [{"Id": "3", "Code": "InternalError"}]} if len(calls) == 1 else {}

    monkeypatch.setattr("roster.queues._client", Client)
    SqsQueues().send("https://sqs.example/q", [Message(f"{at}", delay=at) for at in range(12)])
    assert [[each["MessageBody"] for each in entries] for entries in calls] == [
        [f"{at}" for at in range(10)],
        ["3"],
        ["10", "11"],
    ]
    assert calls[2][1]["DelaySeconds"] == 11
