"""Worker processes, each running one handler at a time, as an environment of Lambda does.

The parent (asyncio) and a worker talk over a socket pair in frames: four bytes of length, then what is to
be done (pickled, which copies a long body as it stands) or its result (JSON, as Lambda demands). A worker
whose parent is gone, even by SIGKILL, reads the end of the stream and exits.
"""

import asyncio
import importlib
import json
import logging
import os
import pickle
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from local.gateway import Event, EventTooLong, Function, Invocation
from roster.clock import Deadline

log = logging.getLogger(__name__)

_LENGTH = struct.Struct(">I")
_READY = b"ready"
_BOOT = "import sys; sys.path[:] = sys.argv[2:]; from local.workers import work; work(int(sys.argv[1]))"
_START_SECONDS = 60.0
_STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a handler about the invocation."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    aws_request_id: str
    deadline: Deadline
    function_version: str = "$LATEST"

    @classmethod
    def of(cls, function: Function) -> Self:
        """The context of an invocation that starts now."""
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function.id}"
        deadline = Deadline.after(function.timeout)
        return cls(function.id, function.memory, arn, str(uuid.uuid4()), deadline)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(self.deadline.left() * 1000))


def call(function: Function, event: Event) -> Any:
    """Run the function's handler in this process; raises whatever it raises."""
    handler = getattr(importlib.import_module(function.module), function.attribute)
    return handler(event, Context.of(function))


# The worker's side.


def _framed(payload: bytes) -> bytes:
    return _LENGTH.pack(len(payload)) + payload


def work(channel: int) -> None:
    """A worker's life; `channel` is the file descriptor of its end of the socket pair."""
    # The parent alone decides when to stop: Ctrl-C reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=channel) as parent, parent.makefile("rb") as source:
        (length,) = _LENGTH.unpack(source.read(_LENGTH.size))
        prepare = pickle.loads(source.read(length))  # noqa: S301 - from our own parent
        prepare()
        parent.sendall(_framed(_READY))
        inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(source.read, inbox), daemon=True).start()
        while (frame := inbox.get()) is not None:
            try:
                parent.sendall(_framed(_handle(frame)))
            except OSError:
                return


def _listen(read: Callable[[int], bytes], inbox: "queue.SimpleQueue[bytes | None]") -> None:
    try:
        while len(head := read(_LENGTH.size)) == _LENGTH.size:
            inbox.put(read(*_LENGTH.unpack(head)))
    except OSError as error:
        log.warning("the parent is gone: %s", error)
    inbox.put(None)
    # An idle worker leaves by itself, closing its store; one whose handler hangs does not.
    time.sleep(_STOP_SECONDS / 2)
    os._exit(1)


def _handle(frame: bytes) -> bytes:
    function, given = pickle.loads(frame)  # noqa: S301 - from our own parent
    try:
        event = given.event if isinstance(given, Invocation) else given
        return json.dumps({"result": call(function, event)}, allow_nan=False).encode()
    except EventTooLong as error:
        return json.dumps({"too_long": str(error)}).encode()
    except Exception as error:  # whatever a handler raises is the answer, not the worker's end
        log.exception("%s failed", function.id)
        return json.dumps({"error": type(error).__name__}).encode()


# The parent's side.


class FunctionError(Exception):
    """The function raised, ended its process, or ran out of time."""


class NotStarted(Exception):
    """A worker ended before it was ready."""


class _Worker:
    """One process. Once it crashed or was too slow it is dead, and another must take its place."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, prepare: bytes) -> Self:
        """A worker that has run the pickled `prepare`. Raises NotStarted."""
        ours, theirs = socket.socketpair()
        with theirs:
            streams = await asyncio.open_unix_connection(sock=ours)
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
                [sys.executable, "-c", _BOOT, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                # What handlers print is a log; standard output is the server's own.
                stdout=2,
                pass_fds=[theirs.fileno()],
            )
        worker = cls(process, *streams)
        try:
            worker._writer.write(_framed(prepare))
            async with asyncio.timeout(_START_SECONDS):
                await worker._read()
        except (OSError, EOFError, TimeoutError) as error:
            worker._kill()
            raise NotStarted("a worker process ended before it was ready") from error
        except asyncio.CancelledError:
            worker._kill()
            raise
        return worker

    def alive(self) -> bool:
        return self._process.poll() is None

    async def invoke(self, function: Function, given: Event | Invocation) -> Any:
        """The handler's result. Raises EventTooLong, and FunctionError; is dead where the process failed."""
        frame = pickle.dumps((function, given))
        try:
            self._writer.write(_framed(frame))
            async with asyncio.timeout(function.timeout):
                answer = json.loads(await self._read())
        except TimeoutError as error:
            self._kill()
            raise FunctionError(f"timed out after {function.timeout:g} seconds") from error
        except (OSError, EOFError) as error:
            self._kill()
            raise FunctionError("its process ended") from error
        if "too_long" in answer:
            raise EventTooLong(answer["too_long"])
        if "error" in answer:
            raise FunctionError(answer["error"])
        return answer["result"]

    async def stop(self) -> None:
        """Let an idle worker close its store and leave; end one that does not."""
        self._writer.close()
        end = time.monotonic() + _STOP_SECONDS
        while self.alive() and time.monotonic() < end:
            await asyncio.sleep(0.01)
        self._kill()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._writer.close()

    async def _read(self) -> bytes:
        (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
        return await self._reader.readexactly(length)


@dataclass(frozen=True, slots=True)
class _Job:
    function: Function
    given: Event | Invocation
    answer: "asyncio.Future[Any]"


class Pool:
    """Workers that share one queue. `prepare` runs once in each; it is pickled, so a function of a module
    (or a partial of one) that workers can import.
    """

    def __init__(self, size: int, prepare: Callable[[], None], *, lazy: bool = False) -> None:
        """`lazy` starts each worker with its first job."""
        self._size = size
        self._lazy = lazy
        self._prepare = pickle.dumps(prepare)
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._places: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Return when every worker is ready. Raises NotStarted; `stop` is due in any case."""
        loop = asyncio.get_running_loop()
        ready: list[asyncio.Future[None]] = [loop.create_future() for _ in range(self._size)]
        self._places = [asyncio.create_task(self._fill(place)) for place in ready]
        await asyncio.gather(*ready)

    async def invoke(self, function: Function, given: Event | Invocation) -> Any:
        """The handler's result, once a worker is free. Raises FunctionError, EventTooLong.

        The event of an Invocation is made by the worker: the parent's loop is there for every request.
        A caller that gives up does not stop a handler that runs, as on Lambda.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait(_Job(function, given, answer))
        return await answer

    async def stop(self) -> None:
        """End every worker, within two seconds. Whoever still waits for a result is cancelled."""
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)
        while not self._jobs.empty():
            self._jobs.get_nowait().answer.cancel()

    async def _fill(self, ready: "asyncio.Future[None]") -> None:
        worker: _Worker | None = None
        try:
            if not self._lazy:
                worker = await _Worker.start(self._prepare)
        except NotStarted as error:
            if not ready.done():
                ready.set_exception(error)
            return
        if not ready.done():
            ready.set_result(None)
        try:
            while True:
                job = await self._jobs.get()
                try:
                    if worker is None or not worker.alive():
                        worker = await self._replace(worker)
                    await self._do(job, worker)
                except asyncio.CancelledError:
                    job.answer.cancel()
                    raise
                if not worker.alive():
                    worker = await self._replace(worker)
        finally:
            if worker is not None:
                await worker.stop()

    async def _do(self, job: _Job, worker: _Worker) -> None:
        if job.answer.done():
            return
        try:
            result = await worker.invoke(job.function, job.given)
        except (FunctionError, EventTooLong) as error:
            log.warning("%s: %s", job.function.id, error)
            if not job.answer.done():
                job.answer.set_exception(error)
            return
        if not job.answer.done():
            job.answer.set_result(result)

    async def _replace(self, dead: _Worker | None) -> _Worker:
        if dead is not None:
            await dead.stop()
        while True:
            try:
                return await _Worker.start(self._prepare)
            except NotStarted as error:
                log.warning("%s; trying again", error)
                await asyncio.sleep(1)
