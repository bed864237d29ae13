"""Which host names the local server answers to: a web page cannot reach it under another (DNS rebinding).

A page whose name is made to point at 127.0.0.1 (DNS rebinding) has the browser send that name as `Host`.
Such a request, like every other that names a host we were not told of, is 421 before any function is called
(RFC 9110, 7.4: a server rejects a request whose target it does not answer for).
"""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names that are always answered to."""

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAME = re.compile(r"([a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_ABSOLUTE_FORM = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = "roster.authority"
_BODY = b'{"message":"Misdirected Request: this server does not answer to that host; HOSTS names more"}'


def host_name(text: str) -> str:
    """A name to answer to, as clients send it: a host, with a port or without. Raises ValueError."""
    name = text.lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"{text} is not a host name such as roster.example")
    return name


class KnownHosts:
    """An ASGI application that answers 421 unless the request names one of our hosts.

    `names` (from `host_name`) are accepted as well as loopback's, each as it stands and, where it has no port
    of its own, with `port` too. The target of a request in absolute form must name one of them like `Host`.
    """

    def __init__(self, app: App, port: int, names: Iterable[str] = ()) -> None:
        known = {*LOOPBACK, *names}
        self._app = app
        self._known = {name.encode() for name in known} | {f"{name}:{port}".encode() for name in known}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        target = scope.get("state", {}).get(_AUTHORITY)
        if len(hosts) == 1 and self._knows(hosts[0]) and (target is None or self._knows(target)):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())]
        await send({"type": "http.response.start", "status": 421, "headers": headers})
        await send({"type": "http.response.body", "body": _BODY})

    def _knows(self, host: bytes) -> bool:
        return host.lower() in self._known


class AbsoluteForm(HttpToolsProtocol):
    """Uvicorn's protocol, which forgets the host in a target like `http://host/path`: this one keeps it."""

    def on_headers_complete(self) -> None:
        if absolute := _ABSOLUTE_FORM.fullmatch(self.url):
            self.scope["state"][_AUTHORITY] = absolute["authority"]
            if not absolute["rest"].startswith(b"/"):
                # RFC 9112, 3.2.2: an absent path is "/". Uvicorn fails where there is none.
                self.url = b"/" + absolute["rest"]
        super().on_headers_complete()
