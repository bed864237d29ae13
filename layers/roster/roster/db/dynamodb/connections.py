"""HTTP connections to one address, kept open between calls; httptools reads what is received on them."""

import select
import socket
import ssl
import weakref
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from roster.db.dynamodb.transport import CONNECT_SECONDS, MOST_CONNECTIONS, READ_SECONDS
from roster.settings import names_a_proxy

_PORTS = {"http": 80, "https": 443}
_RECEIVED = 65_536  # bytes at once
_LENGTHS = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    stays_open: bool
    """Whether its connection takes another request."""


class _Connection:
    """A socket, and httptools' parser of what is received on it, which calls the methods `on_...`."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._parser = HttpResponseParser(self)
        self._status = 0
        self._headers: dict[str, str] = {}
        self._content: list[bytes] = []
        self._response: HttpResponse | None = None

    def send(self, request: bytes) -> HttpResponse:
        """The response to a request. Raises OSError."""
        self._response, self._status = None, 0  # of the request before
        self.socket.sendall(request)
        while self._response is None:
            self._receive()
        return self._response

    def send_connect(self, request: bytes) -> int:
        """The status that a proxy answers; whatever follows its head is the tunnel's. Raises OSError."""
        self.socket.sendall(request)
        while self._status < 200:
            self._receive()
        return self._status

    def close(self) -> None:
        self.socket.close()

    def _receive(self) -> None:
        received = self.socket.recv(_RECEIVED)
        if received:
            try:
                self._parser.feed_data(received)
            except (HttpParserError, HttpParserUpgrade) as error:
                raise ConnectionError("the answer is no HTTP") from error
        elif self._status >= 200 and self._headers.keys().isdisjoint(_LENGTHS):
            self.on_message_complete()  # an answer without a length ends with its connection
        else:
            raise ConnectionError("the connection ended before its answer")

    def on_message_begin(self) -> None:
        if self._response is not None:
            raise ConnectionError("an answer that nobody asked for")
        self._status, self._headers, self._content = 0, {}, []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, part: bytes) -> None:
        self._content.append(part)

    def on_message_complete(self) -> None:
        if self._status >= 200:  # else it is an interim one, and another follows
            self._response = HttpResponse(
                self._status, self._headers, b"".join(self._content), self._parser.should_keep_alive()
            )


class Connections:
    """Connections to a URL, through the proxy that the environment names for it.

    Threads may share them, a forked process may not. Calls raise OSError, TimeoutError for a time-out; a
    connection is used again only after a whole response.
    """

    def __init__(self, url: str, authorities: str) -> None:
        """`authorities` is a PEM file of the certificate authorities to trust.

        Raises ValueError where the environment names a proxy that itself wants TLS.
        """
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
        self._headers = {"Host": self.host} | (_authorization(self._proxy) if forwarded else {})
        self._idle: list[_Connection] = []
        weakref.finalize(self, _close, self._idle)

    def send(self, method: str, headers: Mapping[str, str], content: bytes = b"") -> HttpResponse:
        """The response to a request, read to its end."""
        request = _request(method, self._target, {**self._headers, **headers}, content)
        connection = self._reused() or self._opened()
        try:
            response = connection.send(request)
        except BaseException:
            connection.close()
            raise
        if response.stays_open and len(self._idle) < MOST_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()
        return response

    def warm(self) -> None:
        """Open a connection, so that the next call finds one: DynamoDB answers a GET without credentials.

        Whatever goes wrong is left to that call to say.
        """
        with suppress(OSError):
            self.send("GET", {})

    def _reused(self) -> _Connection | None:
        """An idle connection that the server has not closed meanwhile."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not _has_ended(connection.socket):
                return connection
            connection.close()

    def _opened(self) -> _Connection:
        connected = socket.create_connection(_place(self._proxy or self._address), CONNECT_SECONDS)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if self._tls is not None:
                if self._proxy is not None:
                    _open_tunnel(connected, self._proxy, self._address)
                connected = self._tls.wrap_socket(connected, server_hostname=self._address.hostname)
            connected.settimeout(READ_SECONDS)
        except BaseException:
            connected.close()
            raise
        return _Connection(connected)


def _request(method: str, target: str, headers: Mapping[str, str], content: bytes = b"") -> bytes:
    """A request in one piece: its head and content apart would be two packets and two records of TLS."""
    length = {"Content-Length": str(len(content))} if content else {}
    lines = [f"{name}: {value}\r\n" for name, value in {**headers, **length}.items()]
    return f"{method} {target} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1") + content


def _open_tunnel(connected: socket.socket, proxy: SplitResult, address: SplitResult) -> None:
    """Have the proxy that is connected connect further to the address. Raises OSError where it does not."""
    host, port = _place(address)
    target = f"{_bracketed(host)}:{port}"
    request = _request("CONNECT", target, {"Host": target} | _authorization(proxy))
    status = _Connection(connected).send_connect(request)
    if not 200 <= status < 300:
        raise OSError(f"the proxy opens no tunnel: {status}")


def _has_ended(connected: socket.socket) -> bool:
    """Whether something can be read, which between requests can only be the end."""
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _close(connections: list[_Connection]) -> None:
    while connections:
        connections.pop().close()


def _host(address: SplitResult) -> str:
    name, port = _bracketed(address.hostname or ""), address.port
    return name if port in (None, _PORTS[address.scheme]) else f"{name}:{port}"


def _place(address: SplitResult) -> tuple[str, int]:
    return address.hostname or "", address.port or _PORTS[address.scheme]


def _bracketed(host: str) -> str:
    """A host as a URL and `Host` write it: an address of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


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


def _authorization(proxy: SplitResult | None) -> dict[str, str]:
    if proxy is None or proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
