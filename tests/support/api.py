"""Requests that read like curl: they go through the routes of the template to the handlers themselves."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from local.gateway import Function, Gateway, HttpRequest, Response
from roster.auth.credentials import Credential
from roster.auth.secrets import derived
from roster.db import keys
from roster.db.store import Store
from roster.dependencies import Dependencies
from roster.domain import User
from tests.contract import recorder
from tests.support.directory import Directory
from tests.support.guard import acting_as
from tests.support.queues import ListedQueues
from tests.support.snapshots import Row, rows

OF_A_SOURCE = ("LOGINS#", "GATEWAY#")
OF_A_CLIENT = ("ATTEMPTS#",)
"""How the sort keys of counts of failures begin."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = datetime(2026, 4, 13, 1, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


def make_dependencies(store: Store, now: Callable[[], datetime], **more: Any) -> Dependencies:
    """What handlers stand on in a test: the store, the clock, a key of the deployment, and `more`."""
    return Dependencies(
        store,
        now,
        **{
            "deployment_keys": partial(derived, "the key of this deployment"),
            "queues": ListedQueues(),
            **more,
        },
    )


@dataclass
class Context:
    """What Lambda tells a handler of its invocation."""

    function_name: str
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:roster"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def in_process(function: Function, event: dict[str, Any]) -> Any:
    """Call a function's handler as Lambda would, in this process."""
    with acting_as(function.id):
        answer = getattr(import_module(function.module), function.attribute)(event, Context(function.id))
    recorder.note(event, answer)
    return answer


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def code(self) -> str:
        return str(self.json["code"])


@dataclass
class Api:
    """Sends requests; `as_` is a user (whose session is made on first use) or a cookie's own text, `bearer`
    likewise with an API token; `source` is the address that the gateway sees."""

    gateway: Gateway
    store: Store
    clock: Clock
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.send("DELETE", path, **more)

    def send(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        as_: User | str | None = None,
        bearer: User | str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        form: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:
        if form is not None:
            raw = urlencode(form).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        lines = [("host", "roster.example")]
        if as_ is not None:
            lines.append(("cookie", f"__Host-session={self.cookie(as_)}"))
        if bearer is not None:
            lines.append(("authorization", f"Bearer {self.token(bearer)}"))
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if content and "content-type" not in given:
            given["content-type"] = "application/json"
        lines += [(name, value) for name, value in given.items() if value]
        request = replace(HttpRequest.of(method, target, lines, content), source_ip=source)
        return _answer(self.gateway.handle(request))

    def cookie(self, who: User | str) -> str:
        """The session of a user; opened once."""
        if isinstance(who, str):
            return who
        if who.id not in self.cookies:
            self.cookies[who.id] = str(Directory(self.store, self.clock).session(who))
        return self.cookies[who.id]

    def token(self, who: User | str) -> str:
        """An API token of a user; made once."""
        if isinstance(who, str):
            return who
        if who.id not in self.tokens:
            self.tokens[who.id] = Directory(self.store, self.clock).token(who)
        return self.tokens[who.id]

    @contextmanager
    def no_effect(self, *, apart: tuple[str, ...] = (), numbers: bool = False) -> Iterator[None]:
        """Demand that the block leaves the table as it was, apart from sort keys that begin so.

        `numbers` lets it be given numbers of a list's log that come to nothing, as a refused removal is.
        """
        before = self._kept(apart, numbers)
        yield
        assert self._kept(apart, numbers) == before, "a rejected write changed the table"

    def _kept(self, apart: tuple[str, ...], numbers: bool) -> list[Row]:
        kept = [row for row in rows(self.store) if not row[1].startswith(apart)]
        return [row for row in kept if not numbers or not (row[0].startswith(keys.COUNTERS) or _void(row))]


def _void(row: Row) -> bool:
    """Whether the row is a change in a list's log in which nothing came or went."""
    return row[0].startswith(keys.LOGS) and "added" not in str(row[2]) and "removed" not in str(row[2])


def bare(answer: Answer) -> tuple[int, dict[str, str], str]:
    """An answer without the one thing that may differ between two like it: the request id."""
    own = ("x-request-id",)
    return answer.status, {n: v for n, v in answer.headers.items() if n not in own}, answer.text


def session_in(answer: Answer) -> Credential:
    """The session that a login's answer hands out."""
    credential = Credential.read(answer.cookies[0].partition(";")[0].partition("=")[2])
    assert credential is not None
    return credential


def device_in(answer: Answer) -> str:
    """The device cookie that an answer hands out, as a browser sends it back."""
    [pair] = [line.partition(";")[0] for line in answer.cookies if line.startswith("__Host-device=")]
    return pair


def _answer(response: Response) -> Answer:
    names = [name.lower() for name, _ in response.headers if name.lower() != "set-cookie"]
    assert len(names) == len(set(names)), "a header twice"
    return Answer(
        response.status,
        {name.lower(): value for name, value in response.headers if name.lower() != "set-cookie"},
        [value for name, value in response.headers if name.lower() == "set-cookie"],
        response.body.decode(),
    )
