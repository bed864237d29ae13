"""Kept-alive HTTP/1.1 connections to one address, for calls that carry and answer JSON.

The standard library connects: names and TLS. What follows on the socket is read here, because its
`http.client` reads an answer's head as an e-mail's, at four times the price (decision 0009).
"""

import select
import socket
import ssl
import weakref
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from roster.db.dynamodb.transport import CONNECT_SECONDS, MOST_CONNECTIONS, READ_SECONDS
from roster.settings import names_a_proxy

_LONGEST_LINE, _MOST_LINES = 65_536, 100  # of an answer's head, as in the standard library
_PORTS = {"http": 80, "https": 443}


class Broken(Exception):
    """What came is no HTTP, or only a part of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Connections:
    """Connections to a URL, through the proxy that the environment names for it.

    Threads may share them, a forked process may not. Calls raise OSError (TimeoutError for a time-out)
    and `Broken`; a connection is used again only after an answer that was whole.
    """

    def __init__(self, url: str, authorities: str) -> None:
        """`authorities` is a file of those that a certificate may come from, PEM."""
        self._address = urlsplit(url)
        self._proxy = _proxy(self._address)
        self._tls = None
        if self._address.scheme == "https":
            self._tls = ssl.create_default_context(cafile=authorities)  # once: reading it takes 20 ms
            self._tls.set_alpn_protocols(["http/1.1"])
        self.host = _host(self._address)
        """The `Host` that is called: without the port where it is the scheme's own."""
        # A proxy is told the whole address, but for what goes through a tunnel.
        forwarded = self._proxy is not None and self._tls is None
        self._target = f"http://{self.host}/" if forwarded else "/"
        self._extra = _authorization(self._proxy) if forwarded else {}
        self._idle: list[_Connection] = []
        weakref.finalize(self, _close, self._idle)

    def send(self, method: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """The answer to a request."""
        lines = [f"{method} {self._target} HTTP/1.1", f"Host: {self.host}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in {**headers, **self._extra}.items()]
        head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
        connection = self._live() or self._opened()
        try:
            # In one write: in two, the second waits for the first's acknowledgement.
            answer, again = connection.exchange(head + content)
        except BaseException:
            connection.close()
            raise
        if again and len(self._idle) < MOST_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def warm(self) -> None:
        """Open a connection, so that the next call finds one: DynamoDB says to a GET how it is.

        Whatever goes wrong is left to that call to say.
        """
        with suppress(OSError, Broken):
            self.send("GET", {})

    def _live(self) -> "_Connection | None":
        """One that waits and that the other side has not closed meanwhile."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not connection.has_ended():
                return connection
            connection.close()

    def _opened(self) -> "_Connection":
        connected = socket.create_connection(_place(self._proxy or self._address), CONNECT_SECONDS)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._proxy is not None and self._tls is not None:
                _Connection(connected).tunnel(_connect(self._address, self._proxy))
            if self._tls is not None:
                connected = self._tls.wrap_socket(connected, server_hostname=self._address.hostname)
        except BaseException:
            connected.close()
            raise
        return _Connection(connected)


class _Connection:
    """A socket on which one request follows another."""

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(READ_SECONDS)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = connected
        self._source = connected.makefile("rb")
        self._waiting = select.poll()
        self._waiting.register(connected, select.POLLIN)

    def exchange(self, request: bytes) -> tuple[Answer, bool]:
        """The answer, and whether another request may follow."""
        self._socket.sendall(request)
        status = self._status()
        headers = dict(self._fields())
        while 100 <= status < 200:  # an interim answer, before the one that counts
            status = self._status()
            headers = dict(self._fields())
        again = headers.get("connection", "").lower() != "close"
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = b"".join(self._chunks())
        elif status in (204, 304):
            content = b""
        elif "content-length" in headers:
            content = self._exactly(_number(headers["content-length"], 10))
        else:
            content, again = self._source.read(), False
        return Answer(status, headers, content), again

    def tunnel(self, request: bytes) -> None:
        """Have a proxy pass on what follows on the socket. Raises Broken where it refuses."""
        self._socket.settimeout(CONNECT_SECONDS)
        with self._source:  # whoever follows reads the socket itself
            self._socket.sendall(request)
            status = self._status()
            dict(self._fields())
        if not 200 <= status < 300:
            raise Broken(f"the proxy refuses the tunnel: HTTP {status}")

    def has_ended(self) -> bool:
        """Whether something can be read, which between requests can only be the end."""
        return bool(self._waiting.poll(0))

    def close(self) -> None:
        with suppress(OSError):
            self._source.close()
        self._socket.close()

    def _status(self) -> int:
        version, _, rest = self._line().partition(b" ")
        if not version.startswith(b"HTTP/1."):
            raise Broken("an answer that is not HTTP")
        return _number(rest[:3].decode("latin-1"), 10)

    def _fields(self) -> Iterator[tuple[str, str]]:
        for _ in range(_MOST_LINES):
            line = self._line()
            if not line:
                return
            name, _, value = line.decode("latin-1").partition(":")
            yield name.lower(), value.strip(" \t")
        raise Broken("an endless head")

    def _chunks(self) -> Iterator[bytes]:
        while size := _number(self._line().partition(b";")[0].decode("latin-1"), 16):
            yield self._exactly(size)
            self._line()
        dict(self._fields())  # trailers, which end as a head does

    def _line(self) -> bytes:
        line = self._source.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise Broken("the end within a line")
        return line.rstrip(b"\r\n")

    def _exactly(self, size: int) -> bytes:
        content = self._source.read(size)
        if len(content) != size:
            raise Broken("the end within an answer")
        return content


def _close(connections: list[_Connection]) -> None:
    while connections:
        connections.pop().close()


def _host(address: SplitResult) -> str:
    name, port = address.hostname or "", address.port
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, _PORTS[address.scheme]) else f"{name}:{port}"


def _number(text: str, base: int) -> int:
    try:
        return int(text, base)
    except ValueError as error:
        raise Broken("a number that is none") from error


def _proxy(address: SplitResult) -> SplitResult | None:
    """The proxy for an address. Raises ValueError for one that itself wants TLS, which boto3 can do."""
    if not names_a_proxy():
        return None
    from urllib.request import getproxies, proxy_bypass  # with what it brings, a tenth of a cold start

    if proxy_bypass(address.netloc):
        return None
    named = getproxies().get(address.scheme)
    if not named:
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    if proxy.scheme != "http":
        raise ValueError(f"a proxy of {proxy.scheme} needs TRANSPORT=boto3")
    return proxy


def _place(address: SplitResult) -> tuple[str, int]:
    return address.hostname or "", address.port or _PORTS[address.scheme]


def _connect(address: SplitResult, proxy: SplitResult) -> bytes:
    """The request for a tunnel, whose target names the port even where it is the scheme's own."""
    host, port = _place(address)
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    lines += [f"{name}: {value}" for name, value in _authorization(proxy).items()]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def _authorization(proxy: SplitResult | None) -> dict[str, str]:
    if proxy is None or proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
