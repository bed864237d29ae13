"""One POST to a target that somebody else named: bounded as a whole, told in a few words.

It connects to an address that was checked (`targets.py`), proves the certificate by the name, follows no
redirect, uses no proxy, and reads the first kilobyte of what comes back.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Thread

from roster import bounds
from roster.http.targets import NotPublic, PublicTarget, Resolve, addresses_of, look_up

Connect = Callable[[str, int, float], socket.socket]
"""A connection to an address and a port, within seconds. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: the status, if there was one, or an error in words; the answer's beginning."""

    status: int | None = None
    milliseconds: int = 0
    error: str | None = None
    answer: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver took it: a status of 2xx."""
        return self.status is not None and 200 <= self.status < 300


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address itself: no name is looked up, no proxy asked."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((address, port))
    except BaseException:
        made.close()
        raise
    return made


def post(
    target: PublicTarget,
    headers: Mapping[str, str],
    body: bytes,
    *,
    seconds: float = bounds.WEBHOOK_SECONDS,
    loopback: bool = False,
    resolve: Resolve = look_up,
    connect: Connect = dial,
    context: ssl.SSLContext | None = None,
) -> Outcome:
    """Post a body and tell what came back; it takes `seconds` at most, whatever the receiver does."""
    began = time.monotonic()
    exchange = _Exchange(target, headers, body, seconds, loopback, resolve, connect, context)
    try:
        exchange.start()
    except RuntimeError:  # no thread can be started
        return Outcome(error="connection failed")
    if exchange.headed.wait(seconds) and exchange.status is not None:  # the rest of the answer is extra
        left = seconds - (time.monotonic() - began)
        exchange.join(max(0.0, min(left, bounds.WEBHOOK_ANSWER_SECONDS)))
    took = round((time.monotonic() - began) * 1000)
    status, error = exchange.status, exchange.error
    exchange.give_up()
    if status is None:
        return Outcome(None, took, error or "timed out")
    if 300 <= status < 400:
        error = "redirects are not followed"
    return Outcome(status, took, error, bytes(exchange.answer).decode("utf-8", "replace"))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # once: reading the authorities takes 20 ms


class _Exchange(Thread):
    """One request; whoever started it waits for as long as the bound says, then gives it up.

    It is a thread because nothing else bounds the whole: a lookup of a name takes no timeout, and that of a
    socket begins anew with every byte.
    """

    def __init__(
        self,
        target: PublicTarget,
        headers: Mapping[str, str],
        body: bytes,
        seconds: float,
        loopback: bool,
        resolve: Resolve,
        connect: Connect,
        context: ssl.SSLContext | None,
    ) -> None:
        super().__init__(name="webhook", daemon=True)
        self.headed = Event()
        """Set when the status is there, or there will be none."""
        self.status: int | None = None
        self.error: str | None = None
        self.answer = bytearray()
        self._request = target, headers, body
        self._seconds = seconds
        self._loopback = loopback
        self._resolve = resolve
        self._connect = connect
        self._context = context
        self._socket: socket.socket | None = None
        self._given_up = False

    def run(self) -> None:
        try:
            self._exchange()
        except NotPublic:
            self.error = "the address is not public"
        except socket.gaierror:
            self.error = "the name is not found"
        except ssl.SSLCertVerificationError:
            self.error = "the certificate is not valid"
        except ssl.SSLError:
            self.error = "TLS failed"
        except TimeoutError:
            self.error = "timed out"
        except ConnectionRefusedError:
            self.error = "connection refused"
        except OSError:
            self.error = "connection failed"
        except (HTTPException, ValueError):
            self.error = "the answer is not HTTP"
        finally:
            self.headed.set()

    def _exchange(self) -> None:
        target, headers, body = self._request
        connection = HTTPConnection(target.host, target.port)
        connection.sock = self._open(target)
        try:
            fixed = {"Host": target.authority, "Connection": "close", "Accept-Encoding": "identity"}
            connection.request("POST", target.path, body, {**headers, **fixed})
            with connection.getresponse() as response:
                self.status = response.status
                self.headed.set()
                with suppress(OSError, HTTPException, ValueError):  # the status is what counts
                    self._read(response)
        finally:
            connection.close()

    def _read(self, response: HTTPResponse) -> None:
        while not self._given_up and (room := bounds.WEBHOOK_ANSWER_BYTES - len(self.answer)) > 0:
            if not (some := response.read1(room)):
                return
            self.answer += some

    def _open(self, target: PublicTarget) -> socket.socket:
        """A connection to the first of the target's addresses that takes one. Raises what the last raised."""
        addresses = addresses_of(target, loopback=self._loopback, resolve=self._resolve)
        for address in addresses[:-1][: bounds.WEBHOOK_ADDRESSES - 1]:
            with suppress(OSError):
                share = self._seconds / bounds.WEBHOOK_ADDRESSES
                return self._secured(self._connect(address, target.port, share), target)
        return self._secured(self._connect(addresses[-1], target.port, self._seconds), target)

    def _secured(self, connected: socket.socket, target: PublicTarget) -> socket.socket:
        connected.settimeout(self._seconds)
        if not target.secure:
            self._hold(connected)
            return connected
        context = self._context or _trusted()
        try:
            connected.getpeername()  # on one that was reset, wrapping fails and leaves it open
        except OSError:
            connected.close()
            raise
        secured = context.wrap_socket(connected, server_hostname=target.host, do_handshake_on_connect=False)
        self._hold(secured)
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _hold(self, connected: socket.socket) -> None:
        """Remember the socket. Raises TimeoutError where the request has been given up meanwhile."""
        self._socket = connected
        if self._given_up:
            connected.close()
            raise TimeoutError

    def give_up(self) -> None:
        """Let the thread end, if it has not: whatever it waits for on its socket ends at once."""
        self._given_up = True
        if self._socket is not None:
            with suppress(OSError, ValueError):  # it is closed
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
