"""A small HTTP server on the loopback, for stand-ins of AWS services."""

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


class Listener(ThreadingHTTPServer):
    """Listens on a free port, in threads of its own, until it is stopped."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type["Handler"]) -> None:
        super().__init__((HOST, 0), handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, as in a URL."""
        return f"{HOST}:{self.server_port}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that closed its connection, as a killed one does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open and answers at once."""

    protocol_version = "HTTP/1.1"
    # An answer in one packet, unheld: the rest of a divided one would wait 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def body(self) -> bytes:
        """What was sent, in chunks or whole. Raises ConnectionError where the client left before its end."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline() or b"0", 16):
            parts.append(self._read(size))
            self.rfile.readline()
        if not self.rfile.readline():
            raise ConnectionResetError("the client left before the end of its chunks")
        return b"".join(parts)

    def _read(self, size: int) -> bytes:
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionResetError(f"the client left after {len(content)} of {size} bytes")
        return content

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send an answer, so that it has gone when this returns."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the caller's own log is what counts."""
