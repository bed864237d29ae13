"""The queues outside AWS: SQS's semantics in the embedded store's file, and the functions that read them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.gateway import Function
from local.queues import QueueSource, consume
from local.sqlite_queues import ReceivedMessage, SqliteQueues
from local.sqlite_store import SqliteStore
from roster.queues import Message

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
FUNCTION = Function("Work", "handlers.work", "handler", timeout=10, memory=256)


class Seconds:
    """A clock of seconds that is moved by hand."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def opened(path: Path, clock: Callable[[], float]) -> SqliteQueues:
    return SqliteQueues(SqliteStore.open(path / "roster.db", clock=clock))


def bodies(received: list[ReceivedMessage]) -> list[str]:
    return [each.body for each in received]


def test_a_message_is_hidden_comes_again_and_goes_when_it_is_deleted(tmp_path: Path) -> None:
    clock = Seconds()
    queues = opened(tmp_path, clock)
    queues.send("Q", [Message("a"), Message("b"), Message("later", delay=60)])
    queues.send("Other", [Message("c")])
    first = queues.receive("Q", 10, hidden=30)
    assert bodies(first) == ["a", "b"]
    assert queues.receive("Q", 10, hidden=30) == []
    queues.delete(first[:1])
    clock.at += 30
    [again] = queues.receive("Q", 10, hidden=60)
    assert (again.body, again.count) == ("b", 2)
    clock.at += 30
    assert bodies(queues.receive("Q", 10, hidden=30)) == ["later"]


def test_a_message_that_was_received_too_often_goes_to_the_dead(tmp_path: Path) -> None:
    clock = Seconds()
    queues = opened(tmp_path, clock)
    queues.send("Q", [Message("bad")])
    for _ in range(3):
        assert bodies(queues.receive("Q", 1, hidden=5, most=3, dead="Dead")) == ["bad"]
        clock.at += 5
    assert queues.receive("Q", 1, hidden=5, most=3, dead="Dead") == []
    assert (queues.count("Q"), queues.count("Dead")) == (0, 1)


def test_messages_outlive_the_process_that_received_them(tmp_path: Path) -> None:
    clock = Seconds()
    opened(tmp_path, clock).send("Q", [Message("a")])
    opened(tmp_path, clock).receive("Q", 1, hidden=30)  # whoever did this is gone
    clock.at += 30
    assert bodies(opened(tmp_path, clock).receive("Q", 1, hidden=30)) == ["a"]


def test_each_queue_of_the_template_has_its_function_its_time_and_its_dead() -> None:
    sources = {source.queue: source for source in QueueSource.from_template(TEMPLATE)}
    assert sources["MailQueue"] == QueueSource("SendMail", "MailQueue", 10, 2, 90, 40, "FailedMailQueue")
    assert sources["CleanupQueue"] == QueueSource(
        "Cleanup", "CleanupQueue", 1, 2, 330, 100, "FailedCleanupQueue"
    )


def consumed(
    queues: SqliteQueues, source: QueueSource, answer: Callable[[dict[str, Any]], Any], calls: int
) -> None:
    """Let a function have the queue's messages until it was called so often."""
    done = asyncio.Event()
    seen = 0

    async def invoke(_: Function, event: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == calls:
            asyncio.get_running_loop().call_later(0.05, done.set)
        return answer(event)

    async def run() -> None:
        task = asyncio.create_task(consume(lambda: queues, source, FUNCTION, invoke, pause=0.01))
        await asyncio.wait_for(done.wait(), 10)
        task.cancel()

    asyncio.run(run())


def test_what_a_function_takes_is_deleted_and_what_it_fails_at_stays(tmp_path: Path) -> None:
    queues = opened(tmp_path, Seconds())
    queues.send("Q", [Message("good"), Message("bad"), Message("good")])
    events: list[Any] = []

    def answer(event: dict[str, Any]) -> Any:
        events.append(event)
        bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in bad]}

    consumed(queues, QueueSource("Work", "Q"), answer, calls=1)
    assert queues.count("Q") == 1
    assert [record["eventSource"] for record in events[0]["Records"]] == ["aws:sqs"] * 3


def test_a_function_that_fails_or_names_no_message_takes_nothing(tmp_path: Path) -> None:
    queues = opened(tmp_path, Seconds())
    queues.send("Q", [Message("a"), Message("b")])
    consumed(
        queues, QueueSource("Work", "Q"), lambda event: {"batchItemFailures": [{"itemIdentifier": "x"}]}, 1
    )

    def fail(event: dict[str, Any]) -> Any:
        raise ConnectionError

    queues.send("Q", [Message("c")])
    consumed(queues, QueueSource("Work", "Q"), fail, calls=1)
    assert queues.count("Q") == 3
