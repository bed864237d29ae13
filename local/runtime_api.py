"""A function in Lambda's own runtime client, and the Runtime API that drives it, on the loopback.

    Environment ── starts ──> python -m awslambdaric HANDLER
        │  GET  /2018-06-01/runtime/invocation/next          the end of init, then waits for an event
        │  POST /2018-06-01/runtime/invocation/ID/response   the answer
        │  POST /2018-06-01/runtime/invocation/ID/error      what the handler raised
        └  POST /2018-06-01/runtime/init/error               what the import raised

An environment has a listener of its own, as the client knows no path before these.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any, Self
from uuid import uuid4

from local.loopback import Handler, Listener

INIT_SECONDS = 10.0
"""What Lambda gives a function to start in."""
_ROOT = "/2018-06-01/runtime/"
_INIT_IS_OVER = b""
_KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True)
class Deployed:
    """What Lambda knows of a function; `task` and `layers` are folders that Python imports from."""

    name: str
    handler: str
    task: Path
    layers: Sequence[Path] = ()
    timeout: float = 10.0
    memory: int = 512
    environ: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=lambda: _KEYS)
    """The variables that its role's credentials come by: keys that are none, or a container's address."""

    @property
    def arn(self) -> str:
        """What the context says was invoked."""
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.name}"

    def process_environ(self, runtime_api: str) -> dict[str, str]:
        """The variables of its process, those that Lambda reserves among them; no real credentials."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join(map(str, (self.task, *self.layers))),
            "PYTHONDONTWRITEBYTECODE": "1",  # what is deployed cannot be written to
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.task),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            **self.credentials,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.environ,
        }


class Failed(Exception):
    """The function gave no answer; `detail` is what the runtime said of it."""

    def __init__(self, reason: str, detail: Any = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class InitFailed(Failed):
    """The function's module could not be imported."""


class Raised(Failed):
    """The handler raised."""


class TimedOut(Failed):
    """The function took longer than it may; its process is gone."""


class Crashed(Failed):
    """The function's process ended by itself, or was killed."""


@dataclass(frozen=True, slots=True)
class _Invocation:
    id: str
    event: bytes
    deadline: float


class Environment:
    """One process with one function in it, which handles one event after the other.

    with Environment(python, function) as environment:
        environment.init()
        answer = environment.invoke({"rawPath": "/"})
    """

    def __init__(self, python: Path, function: Deployed, *, log: int | IO[str] | None = None) -> None:
        self.function = function
        self._has_asked = False
        self._events: SimpleQueue[_Invocation | None] = SimpleQueue()
        self._told: SimpleQueue[Failed | bytes] = SimpleQueue()
        self._listener = _Listener(_Api)
        self._listener.environment = self
        self._process = subprocess.Popen(  # noqa: S603
            [python, "-m", "awslambdaric", function.handler],
            cwd=function.task,
            env=function.process_environ(self._listener.address),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def init(self) -> None:
        """Wait for the end of init. Raises InitFailed, TimedOut, Crashed."""
        self._take(INIT_SECONDS)

    def invoke(self, event: Any) -> Any:
        """The function's answer to an event. Raises Raised, TimedOut, Crashed."""
        deadline = time.time() + self.function.timeout
        self._events.put(_Invocation(str(uuid4()), json.dumps(event).encode(), deadline))
        return json.loads(self._take(self.function.timeout))

    def kill(self) -> None:
        """End the process at once, whatever it is doing, as when its machine is lost."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and the listener."""
        self.kill()
        self._events.put(None)
        self._listener.stop()

    def _take(self, seconds: float) -> bytes:
        try:
            told = self._told.get(timeout=seconds)
        except Empty:
            self.kill()
            raise TimedOut(f"no answer in {seconds:g} seconds") from None
        if isinstance(told, Failed):
            raise told
        return told

    def _watch(self) -> None:
        code = self._process.wait()
        self._told.put(Crashed(f"the process ended with {code}"))

    # What the runtime client asks and tells, in the listener's threads.

    def next_event(self) -> _Invocation | None:
        if not self._has_asked:
            self._has_asked = True
            self._told.put(_INIT_IS_OVER)
        return self._events.get()

    def tell(self, told: Failed | bytes) -> None:
        self._told.put(told)


class _Listener(Listener):
    environment: Environment


class _Api(Handler):
    server: _Listener

    def do_GET(self) -> None:
        environment = self.server.environment
        invocation = environment.next_event()
        if invocation is None:
            self.answer(410)
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": environment.function.arn,
        }
        self.answer(200, invocation.event, headers)

    def do_POST(self) -> None:
        body = self.body()
        self.answer(202, b'{"status":"OK"}')
        if self.path.endswith("/response"):
            self.server.environment.tell(body)
        elif self.path.startswith(f"{_ROOT}invocation/"):
            self.server.environment.tell(Raised("the handler raised", json.loads(body)))
        else:
            self.server.environment.tell(InitFailed("init failed", json.loads(body)))
