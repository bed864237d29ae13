"""Queues: messages that a function of the template gets later, at least once, in no order.

On AWS they are Amazon SQS's; outside, a table in the embedded store (`local/queues.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from roster.errors import Fault, Unavailable
from roster.settings import settings

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

LONGEST_DELAY = 900
"""Seconds for which a message can be held back."""

_AT_ONCE = 10  # messages that SQS takes in a call
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and for how many seconds nobody gets it."""

    body: str
    delay: int = 0


class Queues(Protocol):
    """All queues of the deployment, by what its settings call them (`settings().mail_queue`)."""

    def send(self, queue: str, messages: Sequence[Message]) -> None:
        """Put messages into a queue, any number. Raises Unavailable: some may be there then, others not."""


class SqsQueues:
    """Amazon SQS; a queue is named by its URL."""

    def send(self, queue: str, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), _AT_ONCE):
            _send(queue, messages[start : start + _AT_ONCE])


def _send(queue: str, messages: Sequence[Message]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    left = {
        str(place): {"Id": str(place), "MessageBody": message.body, "DelaySeconds": message.delay}
        for place, message in enumerate(messages)
    }
    for _ in range(_TRIES):
        try:
            answer = _client().send_message_batch(QueueUrl=queue, Entries=list(left.values()))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(fault=client_fault(error, "SendMessageBatch")) from error
        failed = {failure["Id"]: failure for failure in answer.get("Failed", ())}
        if not failed:
            return
        left = {place: left[place] for place in failed}
    code = str(next(iter(failed.values())).get("Code", ""))
    raise Unavailable(fault=Fault(code, True, "SendMessageBatch"))


def client_fault(error: "BotoCoreError | ClientError", operation: str) -> Fault:
    """What a client of AWS's says of a call that failed; what is refused for good is nothing that passes."""
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code", type(error).__name__))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    passing = not response or "Throttl" in code or (isinstance(status, int) and status >= 500)
    return Fault(code, passing, operation, http_status=status)


@cache
def _client() -> Any:
    import boto3  # only functions that send pay for it
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
    make: Any = boto3.client
    return make("sqs", region_name=settings().region, config=config)
