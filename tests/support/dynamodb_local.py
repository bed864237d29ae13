"""A DynamoDB on loopback that answers what a test tells it, and keeps what it was asked."""

import datetime
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zlib import crc32

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """A request as it came, and the number of the connection that it came by."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Answer:
    """What is sent back; a checksum is DynamoDB's own unless another is given, `""` for none."""

    status: int = 200
    content: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    checksum: str | None = None
    closes: bool = False
    """Whether the connection ends after it, unannounced."""


def said(body: Any, status: int = 200, **more: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), **more)


HANGS_UP, HANGS = b"", None


@dataclass
class Server:
    """Plays its answers in turn, the last for ever; bytes are sent as they are, and `HANGS` never."""

    answers: list[Answer | bytes | None] = field(default_factory=lambda: [Answer()])
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None
    tunnels: bool | bytes | None = True
    """Whether a proxy lets anybody through; bytes are said instead, and `HANGS` never."""
    keeps: bool = False
    """Whether the connection goes on after bytes that are sent as they are, if there are any."""
    hung_up: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Answer | bytes | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(tls: ssl.SSLContext | None = None, *, proxy: bool = False) -> Iterator[Server]:
    """Serve until the block ends; over TLS where that is given, inside a tunnel where it is a proxy."""
    server = Server(tls=tls)
    http = _Http(("127.0.0.1", 0), _handler(server))
    if tls is not None and not proxy:
        http.socket = tls.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        http.shutdown()
        http.server_close()
        thread.join()


def certified(folder: Path, name: x509.GeneralName) -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS under this name, and the file of the authority behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dynamodb")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(whose, whose, key.public_key(), 1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "authority.pem").write_bytes(public)
    (folder / "server.pem").write_bytes(private + public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context, str(folder / "authority.pem")


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64  # of fewer, threads that come at once wait a second for the next try

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that turns away is what some tests want."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server.connections += 1
            self.number = server.connections

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(Asked(self.command, self.path, headers, content, self.number))
            answer = server.next()
            if isinstance(answer, Answer):
                self._send(answer)
                return
            if answer is HANGS:
                server.ended.wait(30)
            self.wfile.write(answer or b"")
            if not server.keeps or answer == HANGS_UP:
                self._hang_up()

        do_GET = do_POST

        def do_CONNECT(self) -> None:
            """A tunnel, at whose end this very server is."""
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(Asked(self.command, self.path, headers, b"", self.number))
            if not isinstance(server.tunnels, bool):
                if server.tunnels is HANGS:
                    server.ended.wait(30)
                self.wfile.write(server.tunnels or b"")
                self._hang_up()
                return
            self.send_response_only(200 if server.tunnels else 403)
            self.end_headers()
            if server.tls is not None:
                self.request = server.tls.wrap_socket(self.connection, server_side=True)
                super().setup()
                self.close_connection = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()  # the one inside the tunnel, which the server does not know

        def _send(self, answer: Answer) -> None:
            checksum = str(crc32(answer.content)) if answer.checksum is None else answer.checksum
            lines = {"Content-Length": str(len(answer.content)), **answer.headers}
            if checksum:
                lines["x-amz-crc32"] = checksum
            self.send_response_only(answer.status)
            for name, value in lines.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)
            if answer.closes:
                self._hang_up()

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            server.hung_up.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    return Handler
