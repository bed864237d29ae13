"""Serves an app of functions on loopback, with workers and the stream; `cli/serve.py` is Roster's app."""

import asyncio
import contextlib
import ipaddress
import re
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Literal, NoReturn, Self, get_args
from urllib.parse import urlsplit

import uvicorn

from local.expiry import keep_removing
from local.gateway import (
    BODY_BYTES,
    EVENT_TOO_LONG,
    FUNCTION_ERROR,
    INTEGRATION_SECONDS,
    TIMED_OUT,
    EventTooLong,
    Function,
    HttpRequest,
    Invocation,
    Response,
    Routes,
    reply,
)
from local.hosts import AbsoluteForm, KnownHosts, host_name
from local.log import REQUEST_ID, LogForm, RequestLog, configure
from local.queues import QueueSource, consume
from local.sqlite_queues import SqliteQueues
from local.streams import Feed, Readers, Subscription, follow
from local.workers import FunctionError, NotStarted, Pool
from roster.auth import credentials

HOST = "127.0.0.1"
_GRACE_SECONDS = 1
_LONG_BODY_BYTES = 64 * 1024
"""A longer body is copied and encoded for milliseconds."""

IdentityHeaderProof = Literal["none", "gateway-secret", "credential"]


class CannotStart(Exception):
    """Why the server does not start, in one line; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Options:
    """What the environment asks for."""

    port: int = 3000
    """0: any free one."""
    store: Path | None = None
    """The file of the embedded store; None: a fresh one that goes with the server."""
    queues: Path | None = None
    """The file of the queues: the embedded store, or where there is none a fresh one."""
    data: Path | None = None
    """The records to import."""
    demo: bool = True
    """Load the demo data; never with `data`. Its passwords are published: what is kept gets it when asked."""
    issuers: Path | None = None
    identity_header_proof: IdentityHeaderProof = "none"
    gateway_secret: str | None = None
    table_endpoint: str | None = None
    """A DynamoDB endpoint, instead of the embedded store."""
    host: str = HOST
    """The address to listen at."""
    public_url: str | None = None
    """The address by which its users know it, where a proxy in front is what they reach."""
    hosts: tuple[str, ...] = ()
    """The names that are answered to beside loopback's."""
    origins: tuple[str, ...] = ()
    """The origins whose pages may call it, beside its own."""
    log: LogForm = "text"
    """What is written to standard error after `ready` (`log.py`)."""

    @property
    def name(self) -> str:
        """The host by which a client on this machine reaches it, as an address spells it."""
        if ipaddress.ip_address(self.host).is_unspecified:
            return HOST if ":" not in self.host else "[::1]"
        return self.host if ":" not in self.host else f"[{self.host}]"

    @property
    def listens_at(self) -> str:
        """Where it listens: what programs that start it wait for."""
        return f"http://{self.name}:{self.port}"

    @property
    def url(self) -> str:
        """The address by which a client on this machine reaches it.

        It has loopback's name: passkeys are for names alone, not for IP addresses.
        """
        return f"http://{'localhost' if self.name == HOST else self.name}:{self.port}"

    @property
    def is_private(self) -> bool:
        """Whether only this machine is meant to reach it."""
        return self.public_url is None and ipaddress.ip_address(self.host).is_loopback

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the documented variables; an empty one counts as absent. Raises CannotStart (code 2)."""
        given = {name: value for name, value in environ.items() if value}
        data = given.get("DATA")
        store = given.get("STORE")
        secret = given.get("GATEWAY_SECRET")
        host, public_url = _ip_address(given.get("HOST", HOST)), _public_url(given.get("PUBLIC_URL"))
        # Without proof anybody is whom they say they are: where others come, that has to be asked for.
        is_private = cls(host=host, public_url=public_url).is_private
        proof = _proof(given.get("IDENTITY_HEADER_PROOF", "none" if is_private else "credential"))
        if proof == "gateway-secret" and secret is None:
            raise CannotStart("IDENTITY_HEADER_PROOF=gateway-secret wants GATEWAY_SECRET", 2)
        if secret is not None and (reason := credentials.reason_to_refuse(secret)):
            raise CannotStart(f"GATEWAY_SECRET {reason}", 2)
        return cls(
            port=_port(given.get("PORT", "3000")),
            store=_new_file("STORE", store) if store else None,
            data=_file("DATA", data) if data and data not in ("demo", "none") else None,
            demo=data == "demo" or (data is None and not {"STORE", "TABLE_ENDPOINT"} & given.keys()),
            issuers=_file("ISSUERS", given["ISSUERS"]) if "ISSUERS" in given else None,
            identity_header_proof=proof,
            gateway_secret=secret,
            table_endpoint=_address(given["TABLE_ENDPOINT"]) if "TABLE_ENDPOINT" in given else None,
            host=host,
            public_url=public_url,
            hosts=_hosts(given.get("HOSTS", "")),
            origins=_origins(given.get("ORIGINS", "")),
            log=_log_form(given.get("LOG", "text")),
        )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise CannotStart(f"PORT={text} is not a port: a number from 0 (any free one) to 65535", 2)
    return int(text)


def _proof(text: str) -> IdentityHeaderProof:
    for known in get_args(IdentityHeaderProof):
        if text == known:
            proof: IdentityHeaderProof = known
            return proof
    raise CannotStart(f"IDENTITY_HEADER_PROOF={text} is none of none, gateway-secret, credential", 2)


def _file(name: str, text: str) -> Path:
    path = Path(text)
    if path.is_dir():
        raise CannotStart(f"{name}={text}: is a directory", 2)
    if not path.exists():  # a pipe will do
        raise CannotStart(f"{name}={text}: there is no such file", 2)
    return path


def _new_file(name: str, text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise CannotStart(f"{name}={text}: not a file in a folder that exists", 2)
    return path


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotStart(f"TABLE_ENDPOINT={text} is not an http address", 2)
    return text


def _hosts(text: str) -> tuple[str, ...]:
    try:
        return tuple(host_name(word) for word in text.split())
    except ValueError as error:
        raise CannotStart(f"HOSTS: {error}", 2) from error


_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def _ip_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise CannotStart(f"HOST={text} is not an IP address such as 127.0.0.1 or 0.0.0.0", 2) from error


def _public_url(text: str | None) -> str | None:
    if text is not None and not _ORIGIN.fullmatch(text):
        raise CannotStart(f"PUBLIC_URL={text} is not a whole address such as https://roster.example", 2)
    return text


def _origins(text: str) -> tuple[str, ...]:
    for word in text.split():
        if not _ORIGIN.fullmatch(word):
            raise CannotStart(f"ORIGINS: {word} is not an origin such as https://app.example", 2)
    return tuple(text.split())


def _log_form(text: str) -> LogForm:
    for known in get_args(LogForm):
        if text == known:
            form: LogForm = known
            return form
    raise CannotStart(f"LOG={text} is none of {', '.join(get_args(LogForm))}", 2)


def _nothing(options: Options) -> None:
    """Prepare nothing."""


def _no_lines(options: Options) -> list[str]:
    """Load nothing, say nothing."""
    return []


@dataclass(frozen=True, slots=True)
class ServedApp:
    """What to serve. The options that its functions get name the real port and the real store."""

    template: Path
    prepare: Callable[[Options], None] = _nothing
    """Run once in each worker before its first handler; workers must be able to import it."""
    populate: Callable[[Options], list[str]] = _no_lines
    """Run once here before the workers start: makes the table, loads the data, returns lines to print."""
    feed: Callable[[Options, Callable[[int], int]], Feed] | None = None
    """Opens the changes that one of the template's stream functions is to get.

    It is given what is told the number of the last change taken, and returns the last that all have taken.
    """
    queues: Callable[[Options], SqliteQueues] | None = None
    """Opens the queues, of which the template's functions get the messages."""
    expiry: Callable[[Options], Callable[[], int]] | None = None
    """Opens what removes a batch of expired items, and returns how many it found."""
    workers: int = 4


class Application:
    """The gateway as an ASGI application; `patience` is how many seconds a function may take.

    On Lambda each function has environments of its own; here all share a few workers. Long bodies are handed
    over one at a time, so that they occupy one worker at most and short requests find another.
    """

    def __init__(
        self,
        routes: Routes,
        invoke: Callable[[Function, Invocation], Awaitable[Any]],
        *,
        patience: float = INTEGRATION_SECONDS,
    ) -> None:
        self._routes = routes
        self._invoke = invoke
        self._patience = patience
        self._long_body = asyncio.Lock()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        body = bytearray()
        more = True
        # What is longer is refused, so the rest of it is not kept.
        while more and len(body) <= BODY_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        request = _request(scope, bytes(body))
        response = self._routes.cors.dressed(request, await self._respond(request, scope.get("state", {})))
        await send({"type": "http.response.start", "status": response.status, "headers": _headers(response)})
        await send({"type": "http.response.body", "body": response.body})

    async def _respond(self, request: HttpRequest, state: MutableMapping[str, Any]) -> Response:
        accepted = self._routes.accept(request)
        if isinstance(accepted, Response):
            return accepted
        state[REQUEST_ID] = accepted.request_id
        try:
            async with asyncio.timeout(self._patience), self._turn(request):
                result = await self._invoke(accepted.function, accepted)
        except TimeoutError:
            return TIMED_OUT
        except EventTooLong:
            return EVENT_TOO_LONG
        except FunctionError:
            return FUNCTION_ERROR
        return reply(result)

    def _turn(self, request: HttpRequest) -> AbstractAsyncContextManager[None]:
        return self._long_body if len(request.body) > _LONG_BODY_BYTES else contextlib.nullcontext()


def _request(scope: MutableMapping[str, Any], body: bytes) -> HttpRequest:
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return HttpRequest(
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        tuple(headers),
        body,
        scope["client"][0],
        f"HTTP/{scope['http_version']}",
    )


def _headers(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    return headers


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to us, and says when it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn's own would raise the signal again at its end, before our workers and store are gone.
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def _known_names(options: Options) -> list[str]:
    """The names that are answered to beside loopback's: those told, the address itself, the public one."""
    public = [urlsplit(options.public_url).netloc] if options.public_url else []
    return [*options.hosts, options.name, *public]


async def _run(
    routes: Routes, app: ServedApp, options: Options, listener: socket.socket, lines: list[str]
) -> None:
    prepare = partial(app.prepare, options)
    pool = Pool(app.workers, prepare)
    subscriptions = Subscription.from_template(app.template) if app.feed else []
    followers = [Pool(1, prepare) for _ in subscriptions]  # so that none waits for another
    sources = QueueSource.from_template(app.template) if app.queues else []
    consumers = [Pool(source.at_once, prepare, lazy=True) for source in sources]

    def announce() -> None:
        for line in [*lines, f"ready {options.listens_at}"]:
            print(line, flush=True)

    config = uvicorn.Config(
        RequestLog(KnownHosts(Application(routes, pool.invoke), options.port, _known_names(options))),
        http=AbsoluteForm,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,  # its own lines go where ours go (`log.py`)
        log_level="error",
        access_log=False,
        # A client's word for its own address is not to be taken.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, announce)
    task = asyncio.current_task()

    def leave() -> None:
        if server.started:
            server.should_exit = True
        elif task is not None:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave)
    background: list[asyncio.Task[None]] = []
    try:
        await pool.start()
        if app.feed:
            await asyncio.gather(*(each.start() for each in followers))
            readers = Readers(len(subscriptions))
            for place, (subscription, follower) in enumerate(zip(subscriptions, followers, strict=True)):
                function = routes.functions[subscription.function_id]
                open_feed = partial(app.feed, options, partial(readers.taken, place))
                following = follow(open_feed, subscription, function, follower.invoke)
                background.append(asyncio.create_task(following))
        if app.queues:
            for source, consumer in zip(sources, consumers, strict=True):
                await consumer.start()
                consuming = consume(
                    partial(app.queues, options),
                    source,
                    routes.functions[source.function_id],
                    consumer.invoke,
                )
                background.append(asyncio.create_task(consuming))
        if app.expiry:
            background.append(asyncio.create_task(keep_removing(partial(app.expiry, options))))
        await server.serve(sockets=[listener])
    finally:
        for each in background:
            each.cancel()
        await asyncio.gather(pool.stop(), *(each.stop() for each in [*followers, *consumers]))


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    for again in (signal.SIGTERM, signal.SIGINT):
        signal.signal(again, signal.SIG_IGN)
    raise SystemExit(0)


def serve(options: Options, app: ServedApp) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart.

    The order: port, store, data, workers, `ready`. Stopping gives requests a second to end, takes three
    at most, and leaves neither process nor temporary file.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    configure(options.log)
    with contextlib.ExitStack() as stack:
        # By its protocol asyncio knows TCP, and lets no answer's body wait 40 ms for an acknowledgement.
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listener = stack.enter_context(socket.socket(family, proto=socket.IPPROTO_TCP))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
            # Two sockets may be bound to one port; only one may listen.
            listener.listen()
        except OSError as error:
            raise CannotStart(
                f"cannot listen on {options.host}:{options.port}: {error.strerror}; choose another PORT"
            ) from error
        options = replace(options, port=listener.getsockname()[1])
        if options.store is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="roster-"))
            options = replace(options, queues=Path(folder, "roster.db"))
            if options.table_endpoint is None:
                options = replace(options, store=options.queues)
        else:
            options = replace(options, queues=options.store)
        lines = app.populate(options)
        routes = Routes.from_template(app.template, options.origins)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                asyncio.run(_run(routes, app, options, listener, lines))
        except NotStarted as error:
            raise CannotStart(str(error)) from error


def main(environ: Mapping[str, str], app: ServedApp) -> int:
    """Serve the app as the environment asks; the exit code."""
    try:
        serve(Options.from_environ(environ), app)
    except CannotStart as error:
        print(f"roster: {error}", file=sys.stderr)
        return error.code
    return 0
