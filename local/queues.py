"""Queues outside AWS: messages go to the functions that the template names, as Lambda hands them over."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.gateway import Function, read_template
from local.sqlite_queues import ReceivedMessage, SqliteQueues
from local.streams import Invoke

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class QueueSource:
    """An event of type SQS in the template, and what its queue says; queues have the template's names."""

    function_id: str
    queue: str
    batch: int = 10
    at_once: int = 2
    """Invocations at the same time."""
    hidden: float = 30
    most: int | None = None
    dead: str | None = None

    @classmethod
    def from_template(cls, template: Path) -> list[Self]:
        """The template's queues that functions read, in its order."""
        resources = read_template(template)["Resources"]
        return [
            cls._of(id_, event["Properties"], resources)
            for id_, resource in resources.items()
            if resource["Type"] == "AWS::Serverless::Function"
            for event in resource["Properties"].get("Events", {}).values()
            if event["Type"] == "SQS"
        ]

    @classmethod
    def _of(cls, function_id: str, event: dict[str, Any], resources: dict[str, Any]) -> Self:
        queue = _named(event["Queue"])
        properties = resources[queue].get("Properties", {})
        redrive = properties.get("RedrivePolicy", {})
        return cls(
            function_id,
            queue,
            event.get("BatchSize", 10),
            event.get("ScalingConfig", {}).get("MaximumConcurrency", 2),
            properties.get("VisibilityTimeout", 30),
            redrive.get("maxReceiveCount"),
            _named(redrive["deadLetterTargetArn"]) if redrive else None,
        )


def _named(arn: Any) -> str:
    got = arn["Fn::GetAtt"]
    return str(got[0] if isinstance(got, list) else got.partition(".")[0])


async def consume(
    open_queues: Callable[[], SqliteQueues],
    source: QueueSource,
    function: Function,
    invoke: Invoke,
    *,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Give a queue's messages to its function, until cancelled; no failure ends it.

    What the function does not take comes again after the queue's time.
    """
    thread = ThreadPoolExecutor(max_workers=1)
    loop = asyncio.get_running_loop()
    queues: SqliteQueues | None = None

    async def one() -> bool:
        nonlocal queues
        if queues is None:
            queues = await loop.run_in_executor(thread, open_queues)
        opened = queues
        received = await loop.run_in_executor(
            thread,
            lambda: opened.receive(
                source.queue, source.batch, hidden=source.hidden, most=source.most, dead=source.dead
            ),
        )
        if not received:
            return False
        result = await invoke(function, {"Records": [_record(source, each) for each in received]})
        done = _done(received, result)
        if done:
            await loop.run_in_executor(thread, opened.delete, done)
        return True

    async def again_and_again() -> None:
        while True:
            try:
                found = await one()
            except Exception as error:  # the messages come again
                log.warning("the queue %s waits: %r", source.queue, error)
                found = False
            if not found:
                await asyncio.sleep(pause)

    try:
        await asyncio.gather(*(again_and_again() for _ in range(source.at_once)))
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def _done(received: list[ReceivedMessage], result: Any) -> list[ReceivedMessage]:
    """The messages that the function took, as `ReportBatchItemFailures` tells it."""
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    failed = {failure.get("itemIdentifier") for failure in failures or ()}
    if not failed <= {str(each.id) for each in received}:
        return []  # an identifier that names no message fails the whole batch, as on Lambda
    return [each for each in received if str(each.id) not in failed]


def _record(source: QueueSource, received: ReceivedMessage) -> dict[str, Any]:
    """The message as Lambda gives it to the function."""
    return {
        "messageId": str(received.id),
        "receiptHandle": f"{received.id}.{received.count}",
        "body": received.body,
        "attributes": {
            "ApproximateReceiveCount": str(received.count),
            "SentTimestamp": str(int(received.sent * 1000)),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{source.queue}",
        "awsRegion": "us-east-1",
    }
