"""A process that runs handlers and is killed on request: `python -m tests.faulty.victim`, jobs on its input.

Each job is done by a fork of its own, as warm as an environment of Lambda is, so that a death costs
milliseconds. `Victim` is the side that asks.

    {"store": "table:NAME" | "file:PATH", "now": ..., "module": ..., "attribute": ...,
     "event": ..., "death": ...}
    {"answer": ...} or {"killed": true}
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from local.embedded import open_embedded
from local.gateway import Event, Function
from roster import dependencies
from roster.clock import Deadline
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import Transport
from roster.db.store import Store
from tests.support import real
from tests.support.api import make_dependencies


@dataclass(frozen=True)
class Death:
    """When the process is killed: before or after the call of a number, or after seconds."""

    call: int | None = None
    after: bool = False
    seconds: float | None = None


class Killed(Exception):
    """The process was killed before it answered."""


@dataclass
class Victim:
    """Runs functions in the other process; `death` is how the next one ends."""

    process: "subprocess.Popen[str]"
    store: str
    now: Callable[[], datetime]
    death: Death | None = None
    died: bool = False
    """Whether the process of the last job was killed."""
    kills: int = 0

    @classmethod
    def start(cls, store: str, now: Callable[[], datetime]) -> Self:
        command = [sys.executable, "-m", "tests.faulty.victim"]
        root = Path(__file__).parents[2]
        path = os.pathsep.join([str(root), str(root / "layers" / "roster")])
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": path},
        )
        return cls(process, store, now)

    def stop(self) -> None:
        self.process.communicate()

    def __call__(self, function: Function, event: Event) -> Any:
        """What the function answers; raises Killed."""
        death, self.death = self.death, None
        job = {
            "store": self.store,
            "now": self.now().isoformat(),
            "module": function.module,
            "attribute": function.attribute,
            "event": event,
            "death": asdict(death) if death else None,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        self.died = "killed" in told
        if self.died:
            self.kills += 1
            raise Killed
        return told["answer"]


@dataclass
class _Mortal:
    """A transport whose process is killed at a call."""

    inner: Transport
    death: Death
    calls: int = 0

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        number, self.calls = self.calls, self.calls + 1
        if number == self.death.call and not self.death.after:
            _die()
        answer = self.inner.call(operation, body, deadline)
        if number == self.death.call:
            _die()
        return answer


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Context:
    """What a handler asks of its invocation: there is time."""

    aws_request_id = "victim"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _opened(where: str, death: Death | None) -> Store:
    kind, _, name = where.partition(":")
    if kind == "file":
        return open_embedded(Path(name))
    transport: Transport = real.transport()
    return DynamoStore(_Mortal(transport, death) if death else transport, name)


def _do(job: dict[str, Any], answers: int) -> None:
    """In a fork: run the handler and write its answer."""
    death = Death(**job["death"]) if job["death"] else None
    moment = datetime.fromisoformat(job["now"])
    dependencies.use(make_dependencies(_opened(job["store"], death), lambda: moment))
    handler = getattr(import_module(job["module"]), job["attribute"])
    if death and death.seconds is not None:
        threading.Timer(death.seconds, _die).start()
    answer = handler(job["event"], _Context())
    os.write(answers, json.dumps({"answer": answer}).encode())
    os._exit(0)


def _serve() -> None:
    """Jobs from the input, one at a time, each in a fork."""
    told, sys.stdout = sys.stdout, sys.stderr  # the log of the handlers must not be taken for answers
    for line in sys.stdin:
        job = json.loads(line)
        import_module(job["module"])  # once, for all forks
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _do(job, writing)
        os.close(writing)
        with open(reading, "rb") as answers:
            answer = answers.read().decode()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        told.write((json.dumps({"killed": True}) if killed and not answer else answer) + "\n")
        told.flush()


if __name__ == "__main__":
    _serve()
