"""A proxy before DynamoDB Local that ends connections as a network and DynamoDB end them."""

import select
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

_GOODBYE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_WRITE = b"TransactWriteItems"


class Ending(StrEnum):
    """How a connection ends: between requests, but for the last."""

    CLOSED = "closed"
    RESET = "reset"
    WITH_A_WORD = "closed behind an answer that nobody asked for"
    FORGOTTEN = "reset at the next packet"  # as a NAT gateway does with what was idle
    ANSWER_LOST = "reset after the next write was done, before its answer"


class ClosingProxy:
    """Hands bytes on, both ways, until it is told how to end its connections."""

    def __init__(self, upstream: str) -> None:
        self.ended: Counter[Ending] = Counter()
        self.loses_answer = threading.Event()
        """Whether the next write's answer will be lost."""
        self._upstream = urlsplit(upstream)
        self._open: list[_Connection] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def end(self, ending: Ending) -> None:
        """End the connections that are open, or say how they will end."""
        if ending is Ending.ANSWER_LOST:
            self.loses_answer.set()
            return
        for connection in [each for each in self._open if each.is_alive()]:
            connection.end(ending)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        self.end(Ending.CLOSED)

    def _accept(self) -> None:
        place = self._upstream.hostname or "", self._upstream.port or 80
        with suppress(OSError):  # the listener's end
            while True:
                client, _ = self._listener.accept()
                connection = _Connection(self, client, socket.create_connection(place))
                self._open.append(connection)
                connection.start()


class _Connection(threading.Thread):
    """One thread, which alone reads and closes: a socket that another thread reads from does not end."""

    def __init__(self, proxy: ClosingProxy, client: socket.socket, upstream: socket.socket) -> None:
        super().__init__(daemon=True)
        self._proxy, self._client, self._upstream = proxy, client, upstream
        self._ending: Ending | None = None
        self._told, self._wakes = socket.socketpair()
        for sock in (client, upstream):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def end(self, ending: Ending) -> None:
        """End it so, now; or where it is forgotten, at the next packet."""
        self._ending = ending
        if ending is not Ending.FORGOTTEN:
            self._wakes.sendall(b".")
            self.join(10)

    def run(self) -> None:
        with self._client, self._upstream, self._told, self._wakes, suppress(OSError):
            while self._goes_on():
                pass

    def _goes_on(self) -> bool:
        readable, _, _ = select.select([self._client, self._upstream, self._told], [], [])
        if self._told in readable:
            if self._ending is Ending.WITH_A_WORD:
                self._client.sendall(_GOODBYE)
            return self._has_ended(reset=self._ending is Ending.RESET)
        if self._client in readable:
            sent = self._client.recv(65_536)
            if sent and self._ending is Ending.FORGOTTEN:
                return self._has_ended(reset=True)
            if _WRITE in sent and self._proxy.loses_answer.is_set():
                self._proxy.loses_answer.clear()
                self._ending = Ending.ANSWER_LOST
            self._upstream.sendall(sent)
            return bool(sent)
        received = self._upstream.recv(65_536)
        if received and self._ending is Ending.ANSWER_LOST:
            return self._has_ended(reset=True)
        self._client.sendall(received)
        return bool(received)

    def _has_ended(self, *, reset: bool) -> bool:
        if reset:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self._ending is not None:
            self._proxy.ended[self._ending] += 1
        return False
