"""The real server over a small template: requests stay apart, workers may die, nothing is left behind."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Function, Invocation, Routes
from local.server import Application, CannotStart, Options
from local.streams import Feed, Readers, Record, Subscription, follow
from local.workers import Context, FunctionError, NotStarted, Pool, call

ROOT = Path(__file__).parents[2]
TEMPLATE = Path(__file__).parent / "fixtures" / "template.yaml"
BOUND = 20.0
"""Seconds after which a test gives up; none waits so long when all is well."""

TEXT = {"Content-Type": "text/plain"}

# Options.


def test_without_variables_the_options_are_the_documented_ones() -> None:
    assert Options.from_environ({"HOME": "/", "STORE": "", "DATA": ""}) == Options(
        port=3000,
        store=None,
        data=None,
        demo=True,
        issuers=None,
        identity_header_proof="none",
        gateway_secret=None,
        table_endpoint=None,
        host="127.0.0.1",
        public_url=None,
        hosts=(),
        origins=(),
        log="text",
    )


def test_every_variable_is_an_option(tmp_path: Path) -> None:
    records, issuers = tmp_path / "records.jsonl", tmp_path / "issuers.json"
    records.touch()
    issuers.touch()
    assert Options.from_environ(
        {
            "PORT": "3999",
            "STORE": str(tmp_path / "new.db"),
            "DATA": str(records),
            "ISSUERS": str(issuers),
            "IDENTITY_HEADER_PROOF": "gateway-secret",
            "GATEWAY_SECRET": "s" * 32,
            "TABLE_ENDPOINT": "http://127.0.0.1:8000",
            "HOSTS": " Roster.example  [FE80::1]:3000 ",
            "HOST": "0.0.0.0",  # noqa: S104 - nothing listens
            "PUBLIC_URL": "https://roster.example",
            "LOG": "json",
            "ORIGINS": "https://app.example http://localhost:5173",
        }
    ) == Options(
        port=3999,
        store=tmp_path / "new.db",
        data=records,
        demo=False,
        issuers=issuers,
        identity_header_proof="gateway-secret",
        gateway_secret="s" * 32,
        table_endpoint="http://127.0.0.1:8000",
        host="0.0.0.0",  # noqa: S104
        public_url="https://roster.example",
        hosts=("roster.example", "[fe80::1]:3000"),
        origins=("https://app.example", "http://localhost:5173"),
        log="json",
    )


@pytest.mark.parametrize(
    ("environ", "demo"),
    [
        ({}, True),
        ({"DATA": "none"}, False),
        ({"DATA": "demo"}, True),
        ({"STORE": "new.db"}, False),
        ({"STORE": "new.db", "DATA": ""}, False),
        ({"STORE": "new.db", "DATA": "none"}, False),
        ({"STORE": "new.db", "DATA": "demo"}, True),
        ({"TABLE_ENDPOINT": "http://127.0.0.1:8000"}, False),
        ({"TABLE_ENDPOINT": "http://127.0.0.1:8000", "DATA": "demo"}, True),
    ],
    ids=lambda value: f"FS-11-{'-'.join(value)}" if isinstance(value, dict) else str(value),
)
def test_the_demo_comes_where_nothing_is_kept_or_where_it_is_asked_for(
    environ: dict[str, str], demo: bool
) -> None:
    options = Options.from_environ(environ)
    assert (options.data, options.demo) == (None, demo)


@pytest.mark.parametrize(
    ("environ", "proof"),
    [
        ({}, "none"),
        ({"HOST": "127.0.0.2"}, "none"),
        ({"HOST": "::1"}, "none"),
        ({"HOST": "0.0.0.0"}, "credential"),  # noqa: S104
        ({"HOST": "192.0.2.1"}, "credential"),
        ({"PUBLIC_URL": "https://roster.example"}, "credential"),
        ({"PUBLIC_URL": "https://roster.example", "IDENTITY_HEADER_PROOF": "none"}, "none"),
    ],
    ids=str,
)
def test_identity_headers_want_proof_where_others_than_this_machine_come(
    environ: dict[str, str], proof: str
) -> None:
    assert Options.from_environ(environ).identity_header_proof == proof


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:3000"),
        ("0.0.0.0", "http://localhost:3000"),  # noqa: S104
        ("::", "http://[::1]:3000"),
        ("192.0.2.1", "http://192.0.2.1:3000"),
    ],
)
def test_the_address_that_is_told_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert Options.from_environ({"HOST": host}).url == url


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"PORT": "http"}, "PORT=http"),
        ({"PORT": "-1"}, "PORT=-1"),
        ({"PORT": "65536"}, "PORT=65536"),
        ({"PORT": "٣"}, "PORT"),
        ({"DATA": "/nowhere/data.jsonl"}, "DATA=/nowhere/data.jsonl"),
        ({"ISSUERS": "/nowhere/issuers.json"}, "ISSUERS=/nowhere/issuers.json"),
        ({"STORE": "/nowhere/store.db"}, "STORE=/nowhere/store.db"),
        ({"STORE": "/"}, "STORE=/"),
        ({"IDENTITY_HEADER_PROOF": "maybe"}, "IDENTITY_HEADER_PROOF=maybe"),
        ({"IDENTITY_HEADER_PROOF": "gateway-secret"}, "GATEWAY_SECRET"),
        ({"TABLE_ENDPOINT": "127.0.0.1:8000"}, "TABLE_ENDPOINT=127.0.0.1:8000"),
        ({"LOG": "debug"}, "LOG=debug"),
        ({"HOST": "localhost"}, "HOST=localhost"),
        ({"HOST": "127.0.0.1:80"}, "HOST=127.0.0.1:80"),
        ({"PUBLIC_URL": "roster.example"}, "PUBLIC_URL=roster.example"),
        ({"PUBLIC_URL": "https://roster.example/at/a/path"}, "PUBLIC_URL=https://roster.example/at/a/path"),
        ({"ORIGINS": "https://app.example *"}, "*"),
        ({"ORIGINS": "https://app.example/"}, "https://app.example/"),
        ({"ORIGINS": "null"}, "null"),
        ({"ORIGINS": "app.example"}, "app.example"),
        ({"HOSTS": "roster.example *"}, "*"),
        ({"HOSTS": "http://roster.example"}, "http://roster.example"),
        ({"HOSTS": "roster.example,other.example"}, "roster.example,other.example"),
        ({"HOSTS": "ſoster.example"}, "ſoster.example"),
    ],
)
def test_a_wrong_variable_is_named_in_one_line(environ: dict[str, str], word: str) -> None:
    with pytest.raises(CannotStart) as refusal:
        Options.from_environ(environ)
    assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.code == 2


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("7", "must have at least 32 characters"),
        ("s" * 31, "must have at least 32 characters"),
        ("a-string-secret-at-least-256-bits-long", "is a sample that documentation has published"),
    ],
)
@pytest.mark.parametrize("proof", ["none", "gateway-secret"])
def test_fs_09_a_weak_gateway_secret_stops_the_start_in_one_line_without_it(
    secret: str, reason: str, proof: str
) -> None:
    with pytest.raises(CannotStart) as refusal:
        Options.from_environ({"GATEWAY_SECRET": secret, "IDENTITY_HEADER_PROOF": proof})
    assert (str(refusal.value), refusal.value.code) == (f"GATEWAY_SECRET {reason}", 2)


# The server.


def start(folder: Path, **environ: str) -> "subprocess.Popen[str]":
    """The fixture app in a process of its own; its temporary files go to `folder`."""
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; from tests.local.fixtures import app; sys.exit(app.run())"],
        cwd=ROOT,
        env={
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'roster'}",
            "TMPDIR": str(folder),
            "PORT": "0",
            "LOG": "none",  # nobody reads the error stream meanwhile
            **environ,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes requests, and the lines it printed before."""

    process: "subprocess.Popen[str]"
    lines: list[str]
    port: int

    def send(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request on a connection of its own, and the body that came back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        """The answer to these very bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=BOUND) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            return answer

    def gone(self) -> None:
        """Wait until neither the server nor any worker is left, five seconds at most.

        Each of them holds the error stream open, so that its end proves that all have ended.
        """
        self.process.communicate(timeout=5)


@contextmanager
def running(folder: Path, **environ: str) -> Iterator[Running]:
    process = start(folder, **environ)
    guard = threading.Timer(BOUND, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("ready "):
                break
        guard.cancel()  # of the start alone: tests that share a server may take longer together
        assert lines, process.communicate(timeout=BOUND)
        yield Running(process, lines, int(lines[-1].rpartition(":")[2]))
    finally:
        guard.cancel()
        process.kill()
        process.communicate(timeout=BOUND)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server")) as one:
        yield one


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; fail when the bound is over."""
    end = time.monotonic() + BOUND
    while not holds():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.01)


def test_the_last_line_says_where_it_listens(server: Running) -> None:
    assert server.lines[0] == f"curl http://127.0.0.1:{server.port}/"
    assert server.lines[-1] == f"ready http://127.0.0.1:{server.port}"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address")
def test_it_listens_on_loopback_alone(server: Running) -> None:
    with socket.socket() as elsewhere:
        # A listener on all interfaces would hold this address too.
        elsewhere.bind(("127.0.0.2", server.port))


def test_a_request_reaches_its_handler_as_it_was_sent(server: Running) -> None:
    request = (
        b"PUT /echo/a%20b//c/?x=%C3%A9&x=+ HTTP/1.1\r\nHost: localhost\r\nX-Two: 1\r\nx-two: 2\r\n"
        b"Cookie: a=1; b=2\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"X-Forwarded-For: 10.0.0.1\r\nContent-Length: 2\r\n\r\n{}"
    )
    head, _, body = server.raw(request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    answer = json.loads(body)
    assert answer["function"] == "Echo"
    event = answer["event"]
    assert event["rawPath"] == "/echo/a b//c/"
    assert event["pathParameters"] == {"rest": "a b//c/"}
    assert event["rawQueryString"] == "x=%C3%A9&x=+"
    assert event["queryStringParameters"] == {"x": "é, "}
    assert event["headers"]["x-two"] == "1,2"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["body"] == "{}"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"


# Names of hosts. `{port}` stands for the server's own port.

ANSWERED = {
    "address": "GET /echo/x HTTP/1.1\r\nHost: 127.0.0.1",
    "address-and-port": "GET /echo/x HTTP/1.1\r\nHost: 127.0.0.1:{port}",
    "localhost": "GET /echo/x HTTP/1.1\r\nHost: localhost",
    "capitals": "GET /echo/x HTTP/1.1\r\nHost: LocalHost:{port}",
    "ipv6": "GET /echo/x HTTP/1.1\r\nHost: [::1]",
    "ipv6-and-port": "GET /echo/x HTTP/1.1\r\nHost: [::1]:{port}",
    "told": "GET /echo/x HTTP/1.1\r\nHost: roster.example",
    "told-and-port": "GET /echo/x HTTP/1.1\r\nHost: roster.example:{port}",
    "told-with-its-own-port": "GET /echo/x HTTP/1.1\r\nHost: other.example:8443",
    "absolute-form": "GET http://localhost:{port}/echo/x HTTP/1.1\r\nHost: localhost:{port}",
    "http-1.0": "GET /echo/x HTTP/1.0\r\nHost: localhost",
    "target-that-looks-absolute": "GET /echo/http://evil.example/ HTTP/1.1\r\nHost: localhost",
}
MISDIRECTED = {
    "foreign": "GET /echo/x HTTP/1.1\r\nHost: evil.example",
    "foreign-and-port": "GET /echo/x HTTP/1.1\r\nHost: evil.example:{port}",
    "foreign-and-origin": "GET /echo/x HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example",
    "another-port": "GET /echo/x HTTP/1.1\r\nHost: localhost:1",
    "told-for-another-port": "GET /echo/x HTTP/1.1\r\nHost: other.example:8444",
    "told-only-with-a-port": "GET /echo/x HTTP/1.1\r\nHost: other.example",
    "subdomain": "GET /echo/x HTTP/1.1\r\nHost: a.roster.example",
    "longer": "GET /echo/x HTTP/1.1\r\nHost: localhost.evil.example",
    "trailing-dot": "GET /echo/x HTTP/1.1\r\nHost: localhost.",
    "user": "GET /echo/x HTTP/1.1\r\nHost: me@localhost",
    "all-interfaces": "GET /echo/x HTTP/1.1\r\nHost: 0.0.0.0:{port}",
    "another-spelling": "GET /echo/x HTTP/1.1\r\nHost: 2130706433",
    "absent": "GET /echo/x HTTP/1.1\r\nAccept: */*",
    "absent-1.0": "GET /echo/x HTTP/1.0\r\nAccept: */*",
    "empty": "GET /echo/x HTTP/1.1\r\nHost: ",
    "twice": "GET /echo/x HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
    "two-names": "GET /echo/x HTTP/1.1\r\nHost: localhost\r\nhost: evil.example",
    "list": "GET /echo/x HTTP/1.1\r\nHost: localhost, evil.example",
    "not-text": "GET /echo/x HTTP/1.1\r\nHost: localhost\xe9",
    "absolute-form": "GET http://evil.example/echo/x HTTP/1.1\r\nHost: localhost",
    "absolute-form-without-path": "GET http://evil.example HTTP/1.1\r\nHost: localhost",
    "absolute-form-and-foreign-host": "GET http://localhost/echo/x HTTP/1.1\r\nHost: evil.example",
    "absolute-form-of-another-scheme": "GET ws://evil.example/echo/x HTTP/1.1\r\nHost: localhost",
    "unknown-route": "GET /nowhere HTTP/1.1\r\nHost: evil.example",
    "any-method": "OPTIONS * HTTP/1.1\r\nHost: evil.example",
    "body": "POST /misbehave/exit HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n{{}}",
    "too-long": "GET /echo/x HTTP/1.1\r\nHost: evil.example\r\nLong: " + "v" * 20_000,
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server, told two names."""
    with running(tmp_path_factory.mktemp("named"), HOSTS="roster.example other.example:8443") as one:
        yield one


def ask_for(server: Running, request: str) -> tuple[str, str]:
    """The status line of the answer, and its body."""
    close = "" if "\r\n\r\n" in request else "\r\nConnection: close\r\n\r\n"
    sent = request.format(port=server.port) + close
    with socket.create_connection(("127.0.0.1", server.port), timeout=BOUND) as connection:
        connection.sendall(sent.encode("latin-1"))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return f"{answer.status} {answer.reason}", answer.read().decode()


@pytest.mark.parametrize("request_", ANSWERED.values(), ids=[f"FS-10-{name}" for name in ANSWERED])
def test_a_host_that_the_server_was_told_is_answered(named: Running, request_: str) -> None:
    status, body = ask_for(named, request_)
    assert (status, json.loads(body)["function"]) == ("200 OK", "Echo")


@pytest.mark.parametrize("request_", MISDIRECTED.values(), ids=[f"FS-10-{name}" for name in MISDIRECTED])
def test_every_other_host_is_misdirected(named: Running, request_: str) -> None:
    status, body = ask_for(named, request_)
    assert status == "421 Misdirected Request"
    assert json.loads(body)["message"].startswith("Misdirected Request: ")
    assert "\n" not in body


def test_fs_10_a_misdirected_request_reaches_no_function(named: Running, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    head = "POST /hang HTTP/1.1\r\nHost: evil.example\r\nContent-Type: text/plain\r\nContent-Length: "
    assert ask_for(named, f"{head}{len(str(note))}\r\n\r\n{note}")[0] == "421 Misdirected Request"
    assert not note.exists()


def test_fs_10_a_name_is_told_to_one_server_alone(server: Running) -> None:
    assert server.send("GET", "/echo/x", Host="roster.example")[0].status == 421
    assert server.send("GET", "/echo/x")[0].status == 200


def test_two_hundred_interleaved_requests_do_not_mix_up(server: Running) -> None:
    def ask(number: int) -> tuple[str, str]:
        _, body = server.send("POST", f"/echo/{number}?n={number}", str(number).encode(), Who=str(number))
        answer = json.loads(body)
        event = answer["event"]
        seen = {
            event["pathParameters"]["rest"],
            event["queryStringParameters"]["n"],
            event["headers"]["who"],
        }
        assert seen == {str(number)}
        return answer["request"], event["requestContext"]["requestId"]

    with ThreadPoolExecutor(16) as clients:
        ids = list(clients.map(ask, range(200)))
    assert len({id_ for pair in ids for id_ in pair}) == 400


def test_an_unknown_route_is_answered_by_the_gateway(server: Running) -> None:
    response, body = server.send("GET", "/nowhere")
    assert (response.status, body) == (404, b'{"message":"Not Found"}')
    assert response.headers["content-type"] == "application/json"


def test_an_empty_answer_has_no_length(server: Running) -> None:
    response, body = server.send("POST", "/misbehave/not")
    assert (response.status, response.headers["content-length"], body) == (204, None, b"")


def test_a_head_beyond_the_limit_is_431_and_one_below_is_served(server: Running) -> None:
    assert server.send("GET", "/echo/x", Long="v" * 9_000)[0].status == 200
    assert server.send("GET", "/echo/x", Long="v" * 10_240)[0].status == 431
    assert server.send("GET", "/echo/x", Long="v" * 100_000)[0].status == 431


def test_a_body_beyond_the_limit_is_413_and_one_below_is_served(server: Running) -> None:
    assert server.send("POST", "/misbehave/not", bytes(4_500_000))[0].status == 204
    response, body = server.send("POST", "/misbehave/not", bytes(10_485_760))
    assert (response.status, body) == (413, b'{"message":"Request Entity Too Large"}')
    response, body = server.send("POST", "/misbehave/not", bytes(10_485_761))
    assert (response.status, body) == (413, b'{"message":"Request Too Long"}')


@pytest.mark.parametrize("how", ["raise", "exit", "unwritable", "long"])
def test_a_function_that_fails_is_500_and_the_next_request_is_served(server: Running, how: str) -> None:
    for _ in range(3):
        response, body = server.send("POST", f"/misbehave/{how}")
        assert (response.status, body) == (500, b'{"message":"Internal Server Error"}')
    assert server.send("GET", "/")[0].status == 200


def test_a_function_beyond_its_time_is_500_and_its_process_is_gone(server: Running, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    assert server.send("POST", "/misbehave/hang", str(note).encode(), **TEXT)[0].status == 500
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    assert server.send("GET", "/")[0].status == 200


def test_a_worker_killed_in_the_middle_of_a_request_is_500_and_the_next_is_served(
    server: Running, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    with ThreadPoolExecutor(1) as client:
        hanging = client.submit(server.send, "POST", "/hang", str(note).encode(), **TEXT)
        until(lambda: note.exists() and note.read_text() != "")
        os.kill(int(note.read_text()), signal.SIGKILL)
        assert hanging.result(BOUND)[0].status == 500
    assert server.send("GET", "/")[0].status == 200


async def asked(application: Application, body: bytes = b"") -> tuple[int, bytes]:
    """The status and the body that the application answers to a `GET /`."""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body}

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
    }
    await application(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


def test_a_function_beyond_the_gateways_patience_is_503() -> None:
    async def never(function: Function, invocation: Invocation) -> Any:
        await asyncio.Event().wait()

    application = Application(Routes.from_template(TEMPLATE), never, patience=0.01)
    assert asyncio.run(asked(application)) == (503, b'{"message":"Service Unavailable"}')


def test_long_bodies_are_handed_over_one_at_a_time_and_short_ones_beside_them() -> None:
    async def main() -> None:
        invoked: list[bytes] = []
        may_end = asyncio.Event()

        async def invoke(function: Function, invocation: Invocation) -> Any:
            invoked.append(invocation.request.body[:1])
            if len(invocation.request.body) > 1:
                await may_end.wait()
            return {"statusCode": 204}

        application = Application(Routes.from_template(TEMPLATE), invoke)
        async with asyncio.timeout(BOUND), asyncio.TaskGroup() as group:
            for name in (b"a", b"b"):
                group.create_task(asked(application, name * 1_000_000))
            for name in (b"c", b"d"):
                assert await group.create_task(asked(application, name)) == (204, b"")
            assert invoked == [b"a", b"c", b"d"]
            may_end.set()
        assert invoked == [b"a", b"c", b"d", b"b"]

    asyncio.run(main())


def test_the_cleanup_gets_its_changes_though_its_first_invocation_fails(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    notes = tmp_path / "notes"
    with running(tmp_path, STORE=str(store)):
        until(lambda: notes.exists() and notes.read_text().endswith("SWEEP#2\n"))
    assert notes.read_text().split() == ["failed", "SWEEP#1", "SWEEP#2"]
    assert store.exists()


# The end.


def test_sigterm_ends_every_process_though_a_handler_hangs(tmp_path: Path) -> None:
    with running(tmp_path) as server, ThreadPoolExecutor(1) as client:
        note = tmp_path / "pid"
        client.submit(server.send, "POST", "/hang", str(note).encode(), **TEXT)
        until(note.exists)
        server.process.terminate()
        server.gone()
        assert server.process.returncode == 0


def test_ctrl_c_ends_every_process_and_removes_the_temporary_store(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        store = Path(server.lines[1])
        assert store.exists()
        server.process.send_signal(signal.SIGINT)
        server.gone()
        assert server.process.returncode == 0
        assert not store.parent.exists()


def test_a_killed_server_leaves_no_worker(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.process.kill()
        server.gone()


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start(tmp_path, PORT=str(port))
        _, errors = process.communicate(timeout=BOUND)
    assert process.returncode == 1
    assert errors.startswith(f"roster: cannot listen on 127.0.0.1:{port}: ")
    assert errors.count("\n") == 1


def test_a_wrong_variable_ends_the_command_with_code_2(tmp_path: Path) -> None:
    process = start(tmp_path, PORT="many")
    output, errors = process.communicate(timeout=BOUND)
    assert (process.returncode, output, errors.count("\n")) == (2, "", 1)


# Workers.


def test_a_handler_is_told_its_function_and_the_time_it_has() -> None:
    context = Context.of(Function("Echo", "handlers.echo", "handler", timeout=10, memory=256))
    assert (context.function_name, context.memory_limit_in_mb) == ("Echo", 256)
    assert context.invoked_function_arn.endswith(":function:Echo")
    assert 0 < context.get_remaining_time_in_millis() <= 10_000
    late = Context.of(Function("Echo", "handlers.echo", "handler", timeout=-1, memory=256))
    assert late.get_remaining_time_in_millis() == 0


def test_a_handler_can_be_called_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TEMPLATE.parent))
    echo = Function("Echo", "handlers.echo", "handler", timeout=10, memory=256)
    assert call(echo, {"a": 1})["event"] == {"a": 1}


def test_a_pool_whose_workers_cannot_prepare_says_so() -> None:
    async def started() -> None:
        pool = Pool(1, sys.exit)
        try:
            await pool.start()
        finally:
            await pool.stop()

    with pytest.raises(NotStarted):
        asyncio.run(started())


# The stream.

CLEANUP = Function("Cleanup", "handlers.cleanup", "handler", timeout=10, memory=256)


def record(sequence: int, pk: str) -> Record:
    return {"dynamodb": {"SequenceNumber": str(sequence), "Keys": {"PK": {"S": pk}, "SK": {"S": "A"}}}}


class ListFeed:
    """A feed of records in a list."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records

    def read(self, limit: int) -> list[Record]:
        return self.records[:limit]

    def advance(self, count: int) -> None:
        del self.records[:count]


def followed(
    feed: Feed, invoke: Callable[[list[str]], Any], subscription: Subscription, *, done: Callable[[], bool]
) -> None:
    """Follow the feed until it is done; `invoke` gets the sequence numbers of each invocation."""

    async def give(function: Function, event: dict[str, Any]) -> Any:
        return invoke([one["dynamodb"]["SequenceNumber"] for one in event["Records"]])

    async def main() -> None:
        following = asyncio.create_task(follow(lambda: feed, subscription, CLEANUP, give, pause=0.001))
        async with asyncio.timeout(BOUND):
            while not done():
                await asyncio.sleep(0.001)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(main())


def test_the_template_says_who_follows_the_stream_and_what_it_wants() -> None:
    [subscription] = Subscription.from_template(TEMPLATE)
    assert (subscription.function_id, subscription.batch) == ("Cleanup", 2)
    assert [subscription.wants(record(1, pk)) for pk in ("SWEEP", "SWEEP#1", "SWEEPER", "USER#1")] == [
        True,
        True,
        False,
        False,
    ]


def test_changes_come_in_batches_and_in_order() -> None:
    feed, given = ListFeed([record(n, "A") for n in range(5)]), list[list[str]]()
    followed(feed, given.append, Subscription("Cleanup", batch=2), done=lambda: not feed.records)
    assert given == [["0", "1"], ["2", "3"], ["4"]]


def test_what_nobody_wants_does_not_fill_a_batch() -> None:
    only_a = ({"dynamodb": {"Keys": {"PK": {"S": ["A"]}}}},)
    records = [record(n, "A" if n % 3 == 0 else "B") for n in range(12)]
    feed, given = ListFeed(records), list[list[str]]()
    followed(feed, given.append, Subscription("Cleanup", 3, only_a), done=lambda: not feed.records)
    assert given == [["0", "3", "6"], ["9"]]


def test_a_change_is_forgotten_when_all_readers_have_taken_it() -> None:
    readers = Readers(2)
    assert [readers.taken(0, 5), readers.taken(1, 3), readers.taken(1, 7), readers.taken(0, 6)] == [
        0,
        3,
        5,
        6,
    ]


def test_a_failed_batch_is_given_again() -> None:
    feed, given = ListFeed([record(n, "A") for n in range(3)]), list[list[str]]()

    def invoke(sequences: list[str]) -> None:
        given.append(sequences)
        if len(given) < 3:
            raise FunctionError("on purpose")

    followed(feed, invoke, Subscription("Cleanup", batch=2), done=lambda: not feed.records)
    assert given == [["0", "1"], ["0", "1"], ["0", "1"], ["2"]]


def test_records_reported_as_failed_are_given_again_with_what_follows_them() -> None:
    feed, given = ListFeed([record(n, "A") for n in range(4)]), list[list[str]]()

    def invoke(sequences: list[str]) -> dict[str, Any]:
        given.append(sequences)
        return {"batchItemFailures": [{"itemIdentifier": "2"}] if len(given) == 1 else []}

    followed(feed, invoke, Subscription("Cleanup", batch=4), done=lambda: not feed.records)
    assert given == [["0", "1", "2", "3"], ["2", "3"]]


def test_a_feed_that_fails_is_read_again() -> None:
    class Failing(ListFeed):
        failures = 2

        def read(self, limit: int) -> list[Record]:
            if self.failures:
                self.failures -= 1
                raise OSError("away")
            return super().read(limit)

    feed, given = Failing([record(0, "A")]), list[list[str]]()
    followed(feed, given.append, Subscription("Cleanup"), done=lambda: not feed.records)
    assert given == [["0"]]
