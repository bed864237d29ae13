"""HTTP connections to one address, kept open between calls; `http.client` writes and reads on them."""

import select
import socket
import ssl
import weakref
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from roster.db.dynamodb.transport import CONNECT_SECONDS, MOST_CONNECTIONS, READ_SECONDS
from roster.settings import names_a_proxy

_PORTS = {"http": 80, "https": 443}


class _OneWrite(HTTPConnection):
    """Writes a request at once: apart, its head and content are two packets and two records of TLS."""

    _content = b""

    def endheaders(self, message_body: Any = None, *, encode_chunked: bool = False) -> None:
        self._content = message_body or b""
        super().endheaders()

    def send(self, data: Any) -> None:
        content, self._content = self._content, b""
        super().send(data + content)


class Connections:
    """Connections to a URL, through the proxy that the environment names for it.

    Threads may share them, a forked process may not. Calls raise OSError (TimeoutError for a time-out)
    and `http.client.HTTPException`; a connection is used again only after a whole response.
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
        self._idle: list[HTTPConnection] = []
        weakref.finalize(self, _close, self._idle)

    def send(
        self, method: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> tuple[HTTPResponse, bytes]:
        """The response to a request, and its content, read to the end."""
        connection = self._reused() or self._opened()
        try:
            connection.request(method, self._target, content, {**self._headers, **headers})
            response = connection.getresponse()
            while 100 <= response.status < 200:  # http.client itself passes over 100 alone
                response.headers = None  # type: ignore[assignment]  # so that it begins anew
                response.begin()
            with response:
                received = response.read()
        except BaseException:
            connection.close()
            raise
        if not response.will_close and len(self._idle) < MOST_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()
        return response, received

    def warm(self) -> None:
        """Open a connection, so that the next call finds one: DynamoDB answers a GET without credentials.

        Whatever goes wrong is left to that call to say.
        """
        with suppress(OSError, HTTPException):
            self.send("GET", {})

    def _reused(self) -> HTTPConnection | None:
        """An idle connection that the server has not closed meanwhile."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not _has_ended(connection):
                return connection
            connection.close()

    def _opened(self) -> HTTPConnection:
        connection = _OneWrite(*_place(self._proxy or self._address), timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            if self._proxy is not None and self._tls is not None:
                _open_tunnel(connection.sock, self._proxy, self._address)
            if self._tls is not None:
                # Not by HTTPSConnection: Python 3.11 would look for the brackets of IPv6 in the certificate.
                connection.sock = self._tls.wrap_socket(
                    connection.sock, server_hostname=self._address.hostname
                )
            connection.sock.settimeout(READ_SECONDS)
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except BaseException:
            connection.close()
            raise
        return connection


def _open_tunnel(connected: socket.socket, proxy: SplitResult, address: SplitResult) -> None:
    """Have the proxy that is connected connect further to the address.

    Raises OSError, HTTPException where it does not. `set_tunnel` would do the same, but on Python 3.11.2 it
    leaves the socket open where no tunnel opens.
    """
    host, port = _place(address)
    target = f"{_bracketed(host)}:{port}"
    headers = {"Host": target} | _authorization(proxy)
    lines = [f"CONNECT {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    connected.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
    with HTTPResponse(connected, method="CONNECT") as response:
        response.begin()
        if not 200 <= response.status < 300:
            raise OSError(f"the proxy opens no tunnel: {response.status}")


def _has_ended(connection: HTTPConnection) -> bool:
    """Whether something can be read, which between requests can only be the end."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _close(connections: list[HTTPConnection]) -> None:
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
