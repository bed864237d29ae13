"""Queues for tests: what was sent stays in a list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from roster.queues import Message


@dataclass
class ListedQueues:
    """Queues that are lists."""

    sent: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def send(self, queue: str, messages: Sequence[Message]) -> None:
        self.sent[queue] += messages
