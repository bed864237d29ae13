"""Receivers of webhooks on loopback: what each does with a connection, and what it was sent."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, "Received"], None]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A server that does as it is told with each request; `behaviour` may be changed meanwhile."""

    behaviour: Behaviour
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers each request with this status."""

    def behave(connection: socket.socket, received: Received) -> None:
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{told}\r\n".encode() + body
        )

    return behave


def says(*raw: bytes, forever: bytes = b"", pause: float = 0.0) -> Behaviour:
    """Says these bytes, then one more again and again until the other side goes."""

    def behave(connection: socket.socket, received: Received) -> None:
        with suppress(OSError):
            for each in raw:
                connection.sendall(each)
            while forever:
                connection.sendall(forever)
                threading.Event().wait(pause)

    return behave


def hangs(connection: socket.socket, received: Received) -> None:
    """Says nothing until the other side goes."""
    with suppress(OSError):
        connection.recv(1)


def _read(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (some := connection.recv(65536)):
            return None
        data += some
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        if not (some := connection.recv(65536)):
            return None
        body += some
    return Received(line, headers, body)


@contextmanager
def receiving(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of loopback, with TLS where a context is given."""
    listener = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(behaviour, listener.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            secured = context.wrap_socket(connection, server_side=True) if context else connection
            with secured:
                if (received := _read(secured)) is not None:
                    receiver.received.append(received)
                    receiver.behaviour(secured, received)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                receiver.connections += 1
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield receiver
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
