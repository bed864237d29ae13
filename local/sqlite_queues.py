"""Queues outside AWS: a table in the embedded store's file, with what functions see of SQS's semantics.

A message that was received is hidden for its queue's time, and comes again unless it was deleted. One that
was received too often goes to the queue of the dead. What was sent survives the end of any process.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from local.sqlite_store import SqliteStore
from roster.queues import Message


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message, how often it was received, and when it was sent, in seconds of the epoch."""

    id: int
    body: str
    count: int
    sent: float


@dataclass(frozen=True, slots=True)
class SqliteQueues:
    """A `roster.queues.Queues` in one file, for any number of threads and processes; raises as the store."""

    store: SqliteStore

    def send(self, queue: str, messages: Sequence[Message]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self.store.clock()
            connection.executemany(
                "INSERT INTO message (queue, body, sent, due) VALUES (?, ?, ?, ?)",
                [(queue, message.body, now, now + message.delay) for message in messages],
            )

        if messages:
            self.store.run(work, writing=True)

    def receive(
        self, queue: str, limit: int, *, hidden: float, most: int | None = None, dead: str | None = None
    ) -> list[ReceivedMessage]:
        """At most `limit` messages that are due, which nobody else gets for `hidden` seconds.

        Those that were received `most` times go to the queue `dead` instead.
        """
        now = self.store.clock()

        def work(connection: sqlite3.Connection) -> list[ReceivedMessage]:
            if most is not None and dead is not None:
                connection.execute(
                    "UPDATE message SET queue = ?, received = 0, due = ? "
                    "WHERE queue = ? AND due <= ? AND received >= ?",
                    (dead, now, queue, now, most),
                )
            rows = connection.execute(
                "SELECT id, body, received + 1, sent FROM message WHERE queue = ? AND due <= ? "
                "ORDER BY due, id LIMIT ?",
                (queue, now, limit),
            ).fetchall()
            connection.executemany(
                "UPDATE message SET due = ?, received = received + 1 WHERE id = ?",
                [(now + hidden, row[0]) for row in rows],
            )
            return [ReceivedMessage(*row) for row in rows]

        # Asked before the turn to write is taken: mostly there is nothing to do.
        due = self.store.run(
            lambda connection: connection.execute(
                "SELECT 1 FROM message WHERE queue = ? AND due <= ? LIMIT 1", (queue, now)
            ).fetchone()
        )
        return self.store.run(work, writing=True) if due else []

    def delete(self, received: Sequence[ReceivedMessage]) -> None:
        """Remove what was done. One that was hidden no more, and received by another, goes too."""
        self.store.run(
            lambda connection: connection.executemany(
                "DELETE FROM message WHERE id = ?", [(each.id,) for each in received]
            ),
            writing=True,
        )

    def count(self, queue: str) -> int:
        """How many messages a queue has, hidden ones too."""
        (count,) = self.store.run(
            lambda connection: connection.execute(
                "SELECT COUNT(*) FROM message WHERE queue = ?", (queue,)
            ).fetchone()
        )
        return int(count)
