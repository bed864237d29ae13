"""Public keys of issuers, bundled with the configuration or fetched from their address.

Only where an issuer has such keys is this imported: it brings PyJWT and a good part of the standard library.
"""

import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from threading import Thread
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from roster import bounds
from roster.auth.algorithms import ASYMMETRIC
from roster.http import strict_json


@dataclass(slots=True)
class KeySet:
    """The public keys of an issuer: given with it, or fetched from its address and kept when that fails."""

    keys: list[Any]
    url: str | None = None
    clock: Callable[[], float] = time.monotonic
    _fetched: float = float("-inf")

    def for_header(self, algorithm: str, kid: str | None) -> list[Any]:
        """The keys that may have signed; an unknown `kid` fetches anew, once a pause at most."""
        found = self._matching(algorithm, kid)
        rested = self.clock() - self._fetched >= bounds.KEY_SET_PAUSE_SECONDS
        if not found and self.url is not None and rested:
            self._fetch(self.url)
            found = self._matching(algorithm, kid)
        return found

    def _matching(self, algorithm: str, kid: str | None) -> list[Any]:
        return [
            key for key in self.keys if key.algorithm_name == algorithm and (kid is None or key.key_id == kid)
        ]

    def _fetch(self, url: str) -> None:
        """Take the keys that the address has now; whatever goes wrong, those that are there stay."""
        self._fetched = self.clock()
        fetch = _Fetch(url)
        with suppress(RuntimeError):  # no thread can be started
            fetch.start()
            fetch.join(bounds.KEY_SET_SECONDS)
        fetch.give_up()
        self.keys = fetch.keys or self.keys


class _Fetch(Thread):
    """One fetch of a key set; whoever started it waits for as long as the bound says, then gives it up.

    It is a thread because nothing else bounds the whole: a lookup of a name takes no timeout, and that of a
    socket begins anew with every byte.
    """

    def __init__(self, url: str) -> None:
        super().__init__(name="key set", daemon=True)
        self.keys: list[Any] = []
        """What was found; empty until then, and where it was no key set."""
        self._url = url
        self._socket: socket.socket | None = None
        self._given_up = False

    def run(self) -> None:
        with suppress(Exception):  # of any kind: whose token it is must not be told by a 500
            opener = urllib.request.build_opener(_NoRedirect, _Http(self.hold), _Https(self.hold))
            with opener.open(self._url, timeout=bounds.KEY_SET_SECONDS) as answer:
                content = answer.read(bounds.KEY_SET_BYTES + 1)
            if len(content) <= bounds.KEY_SET_BYTES:
                self.keys = usable(strict_json.loads(content.decode("utf-8")))

    def hold(self, connected: socket.socket) -> None:
        """Remember the socket. Raises TimeoutError where the fetch has been given up meanwhile."""
        self._socket = connected
        if self._given_up:
            raise TimeoutError

    def give_up(self) -> None:
        """Let the thread end, if it has not: whatever it waits for on its socket ends at once."""
        self._given_up = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed
                self._socket.shutdown(socket.SHUT_RDWR)


_Hold = Callable[[socket.socket], None]


class _HttpConnection(HTTPConnection):
    def __init__(self, *arguments: Any, hold: _Hold, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._hold = hold

    def connect(self) -> None:
        super().connect()
        self._hold(self.sock)


class _HttpsConnection(HTTPSConnection):
    def __init__(self, *arguments: Any, hold: _Hold, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._hold = hold

    def connect(self) -> None:
        super().connect()  # with TLS, whose handshake the timeout bounds as a whole
        self._hold(self.sock)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, hold: _Hold) -> None:
        super().__init__()
        self._hold = hold

    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_HttpConnection, request, hold=self._hold)  # type: ignore[arg-type]


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, hold: _Hold) -> None:
        super().__init__()
        self._hold = hold

    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_HttpsConnection, request, hold=self._hold)  # type: ignore[arg-type]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys come from the configured address or not at all; a redirect counts as a failure."""

    def redirect_request(self, *_: Any) -> None:
        return None


def usable(document: Any) -> list[Any]:
    """The keys of a JWKS that are of a kind we verify with. Raises ValueError where it is no JWKS."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no JWKS")
    found = []
    for entry in entries:
        try:
            key = PyJWK.from_dict(entry)
        except (PyJWTError, AttributeError, KeyError, TypeError, ValueError):
            continue  # of a kind that we do not know, or without what its kind must have
        if key.algorithm_name in ASYMMETRIC and key.public_key_use in ("sig", None):
            found.append(key)
    return found
