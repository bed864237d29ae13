"""A key set at an address on loopback, whose requests are counted."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class KeyServer:
    """What is answered, and the paths that were asked for; `port` is 0 before it listens.

    `dribbles` says what comes a byte at a time, `head` or `body`: whole after a second or more. `cut` is set
    where whoever asked did not wait for it.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    dribbles: str = ""
    cut: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token_keys"


@contextmanager
def serving(document: Any) -> Iterator[tuple[KeyServer, Callable[[], None]]]:
    """The server, and what ends it before the block does."""
    told = KeyServer(json.dumps(document).encode())

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            if told.dribbles:
                self._dribble()
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def _dribble(self) -> None:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(told.body)}\r\n".encode()
            slowly, then = (head, told.body) if told.dribbles == "head" else (told.body, b"")
            try:
                self.connection.sendall(b"" if told.dribbles == "head" else head + b"\r\n")
                for byte in slowly + b"X: " + b"x" * 1_000 if told.dribbles == "head" else slowly:
                    self.connection.sendall(bytes([byte]))
                    told.cut.wait(0.002)
                self.connection.sendall(b"\r\n\r\n" + then if then else b"")
            except OSError:
                told.cut.set()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()

    def stop() -> None:
        if thread.is_alive():
            server.shutdown()
            thread.join()
            server.server_close()

    try:
        yield told, stop
    finally:
        stop()
