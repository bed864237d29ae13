"""Time that costs nothing: clients are threads of which one runs at a time, and a pause moves the clock.

A client that pauses takes the next event from the queue. Is it another client's turn, it hands over and waits
for its own. So nothing depends on how fast the machine is or on how it switches between threads.
"""

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

Action = Callable[[], None]

_STACK = 512 * 1024  # bytes of a client's stack: there are thousands of them


class _Ended(BaseException):
    """The time is over for a client that still pauses."""


class Client:
    """A thread that does one piece of work after another, and what is known of the present one."""

    __slots__ = ("about", "turn", "work")

    def __init__(self) -> None:
        self.turn = threading.Lock()  # free only from the moment when the turn is given until it is taken
        self.turn.acquire()
        self.work: Action | None = None
        self.about: Any = None
        """Whatever the work keeps here, for those whom it calls."""


class VirtualTime:
    """A queue of events in the order of their moments, in seconds from 0."""

    def __init__(self) -> None:
        self.now = 0.0
        self.running: Client | None = None
        """Whose turn it is; None while only actions of the queue run, and outside of `run`."""
        self.clients = 0
        """How many pieces of work are under way."""
        self._events: list[tuple[float, int, Action | Client]] = []
        self._order = count()
        self._idle: list[Client] = []
        self._threads: list[tuple[Client, threading.Thread]] = []
        self._owner = Client()
        self._error: BaseException | None = None
        self._over = False

    def clock(self) -> float:
        """The present moment, for a `Deadline`."""
        return self.now

    def at(self, moment: float, action: Action) -> None:
        """Do something, which must not pause, at a moment."""
        heappush(self._events, (moment, next(self._order), action))

    def start(self, moment: float, work: Action) -> None:
        """Let a client do some work, which may pause, from a moment on."""
        self.at(moment, lambda: self._begin(work))

    def sleep(self, seconds: float) -> None:
        """Pause the client that calls this. Raises RuntimeError where none does."""
        client = self.running
        if client is None:
            raise RuntimeError("a pause outside of a client's work")
        heappush(self._events, (self.now + seconds, next(self._order), client))
        self._hand_over(client)
        if self._over:
            raise _Ended

    def run(self) -> None:
        """Until nothing is left to happen. Raises what a client's work or an action has raised."""
        self._hand_over(self._owner)
        self.running = None
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the threads, also those that an error has left in the middle of their work."""
        self._over = True
        for client, thread in self._threads:
            client.turn.release()
            thread.join()

    def _begin(self, work: Action) -> None:
        self.clients += 1
        client = self._idle.pop() if self._idle else self._new()
        client.work, client.about = work, None
        heappush(self._events, (self.now, next(self._order), client))

    def _new(self) -> Client:
        client = Client()
        before = threading.stack_size(_STACK)
        thread = threading.Thread(target=self._live, args=(client,), daemon=True)
        thread.start()
        threading.stack_size(before)
        self._threads.append((client, thread))
        return client

    def _live(self, client: Client) -> None:
        client.turn.acquire()
        while not self._over:
            try:
                assert client.work is not None
                client.work()
            except _Ended:
                return
            except BaseException as error:  # it is the owner's to know
                self._fail(error)
            self.clients -= 1
            self._idle.append(client)
            self._hand_over(client)

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._events.clear()

    def _hand_over(self, client: Client) -> None:
        """Let the events happen, until it is this client's turn."""
        self.running = None
        following = self._next()
        self.running = following
        if following is not client:
            following.turn.release()
            client.turn.acquire()

    def _next(self) -> Client:
        """Whose turn is next; the owner's where nothing is left."""
        while self._events:
            self.now, _, what = heappop(self._events)
            if isinstance(what, Client):
                return what
            try:
                what()
            except BaseException as error:
                self._fail(error)
        return self._owner
