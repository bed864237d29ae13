"""One POST to a receiver: bounded whatever it does, to the address that was checked, by its own name."""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from cryptography import x509

from roster import bounds
from roster.http.outgoing import Outcome, dial, post
from roster.http.targets import PublicTarget, target_of
from tests.support.dynamodb_local import certified
from tests.webhooks.receiver import Receiver, answers, hangs, receiving, says

SOON = 0.5
"""Seconds that an attempt takes at most here: a receiver that never ends is given up after them."""
OK = b"HTTP/1.1 200 OK\r\n"


def sent(receiver: Receiver, seconds: float = 5.0) -> Outcome:
    return post(target_of(receiver.url, loopback=True), {"a": "b"}, b"{}", seconds=seconds, loopback=True)


def test_a_post_has_its_headers_and_body_and_tells_what_came_back() -> None:
    with receiving(answers(202, b"thanks")) as receiver:
        outcome = sent(receiver)
    assert (outcome.status, outcome.error, outcome.answer) == (202, None, "thanks")
    assert outcome.succeeded
    [request] = receiver.received
    assert request.line == "POST /in HTTP/1.1"
    assert request.body == b"{}"
    assert request.headers["a"] == "b"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.row("EV-21")
def test_a_line_break_that_is_encoded_stays_so() -> None:
    with receiving(answers(204)) as receiver:
        url = f"{receiver.url}%0d%0aX-Made:%20up?a=%0d%0aX-Made:%20up"
        outcome = post(target_of(url, loopback=True), {"a": "b"}, b"{}", loopback=True)
    [request] = receiver.received
    assert outcome.succeeded
    assert request.line == "POST /in%0d%0aX-Made:%20up?a=%0d%0aX-Made:%20up HTTP/1.1"
    assert "x-made" not in request.headers


@pytest.mark.row("EV-21")
@pytest.mark.parametrize("value", ["b\r\nX-Made: up", "b\nX-Made: up", "b\r\n\r\nbody"])
def test_a_header_with_a_line_break_is_not_sent(value: str) -> None:
    with receiving(answers(204)) as receiver:
        outcome = post(target_of(receiver.url, loopback=True), {"a": value}, b"{}", loopback=True)
    assert not outcome.succeeded
    assert receiver.received == []


@pytest.mark.row("EV-06")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiving(answers(200)) as other, receiving(answers(status, Location=other.url)) as receiver:
        outcome = sent(receiver)
    assert (outcome.status, outcome.error) == (status, "redirects are not followed")
    assert not outcome.succeeded
    assert other.connections == 0


@pytest.mark.row("EV-06")
@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "https://169.254.169.254/",
        "//[fd00:ec2::254]/latest/",
        "http://169.254.170.2/v2/credentials",
        "/elsewhere",
    ],
)
def test_a_redirect_to_a_metadata_address_makes_no_second_connection(location: str) -> None:
    called: list[tuple[str, int]] = []

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        called.append((address, port))
        return dial(address, port, seconds)

    with receiving(answers(307, Location=location)) as receiver:
        target = target_of(receiver.url, loopback=True)
        outcome = post(target, {}, b"{}", loopback=True, connect=connect)
    assert (outcome.status, outcome.succeeded) == (307, False)
    assert called == [("127.0.0.1", receiver.port)]
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (hangs, "timed out"),
        (says(OK, forever=b"X-More: 1\r\n", pause=0.01), "timed out"),
        (says(b"HTTP/1.1 2", forever=b"0", pause=0.01), "timed out"),
        (says(forever=b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01), "timed out"),
        (says(b"SSH-2.0-OpenSSH\r\n"), "the answer is not HTTP"),
        (says(b"HTTP/1.1 999999 X\r\n\r\n"), "the answer is not HTTP"),
        (says(OK, b"X: " + b"y" * 70_000), "the answer is not HTTP"),
        (says(), "connection failed"),
    ],
    ids=["hangs", "endless-head", "slow-line", "endless-100", "not-http", "no-status", "long-head", "closes"],
)
@pytest.mark.row("EV-07")
def test_a_head_that_does_not_come_is_a_failure(behaviour: Callable[..., None], error: str) -> None:
    with receiving(behaviour) as receiver:
        assert sent(receiver, SOON).status is None
        assert sent(receiver, SOON).error == error


@pytest.mark.parametrize(
    "behaviour",
    [
        says(OK + b"\r\n", forever=b"x" * 4096),
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n", forever=b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        says(OK + b"Content-Length: 999999999999\r\n\r\n" + b"x" * 5000, forever=b"x", pause=0.01),
    ],
    ids=["endless", "endless-chunks", "slow"],
)
@pytest.mark.row("EV-07")
def test_of_an_answer_without_an_end_the_beginning_is_kept(behaviour: Callable[..., None]) -> None:
    with receiving(behaviour) as receiver:
        outcome = sent(receiver)
    assert outcome.succeeded
    assert outcome.answer == "x" * bounds.WEBHOOK_ANSWER_BYTES


def test_an_answer_whose_body_drips_is_a_success_without_its_end() -> None:
    with receiving(says(OK + b"\r\n", forever=b"x", pause=0.02)) as receiver:
        outcome = sent(receiver, SOON)
    assert outcome.succeeded
    assert 0 < len(outcome.answer) < bounds.WEBHOOK_ANSWER_BYTES


@pytest.mark.row("EV-07")
def test_a_name_that_is_looked_up_for_ever_is_given_up() -> None:
    never = Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        never.wait()
        return []

    try:
        outcome = post(target_of("https://hooks.example.com/"), {}, b"", seconds=0.05, resolve=resolve)
    finally:
        never.set()
    assert outcome.error == "timed out"


def test_nobody_who_listens_and_a_name_that_is_not_there_are_told_apart() -> None:
    with receiving(hangs) as receiver:
        target = target_of(receiver.url, loopback=True)
    assert post(target, {}, b"", loopback=True).error == "connection refused"

    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    assert post(target_of("https://hooks.example.com/"), {}, b"", resolve=unknown).error == (
        "the name is not found"
    )


@pytest.mark.row("EV-04")
def test_a_name_with_a_private_address_is_not_connected_to() -> None:
    def connect(address: str, port: int, seconds: float) -> socket.socket:
        raise AssertionError(address)

    for found in (["10.0.0.1"], ["93.184.215.14", "169.254.169.254"], ["127.0.0.1"], ["::1"]):

        def resolve(host: str, port: int, found: Sequence[str] = found) -> Sequence[str]:
            return found

        outcome = post(
            target_of("https://hooks.example.com/"),
            {},
            b"",
            resolve=resolve,
            connect=connect,
        )
        assert (outcome.status, outcome.error) == (None, "the address is not public")


@pytest.mark.row("EV-05")
def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() -> None:
    answers_of_dns = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])
    called: list[str] = []

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    target = target_of("https://hooks.example.com/")
    post(target, {}, b"", resolve=lambda host, port: next(answers_of_dns), connect=connect)
    assert called == ["93.184.215.14"]
    assert post(target, {}, b"", resolve=lambda host, port: next(answers_of_dns), connect=connect).error == (
        "the address is not public"
    )
    assert called == ["93.184.215.14"]


def test_of_several_addresses_the_next_is_tried() -> None:
    called: list[str] = []

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    many = [f"93.184.215.{last}" for last in range(14, 24)]
    target = target_of("https://hooks.example.com/")
    outcome = post(target, {}, b"", resolve=lambda host, port: many, connect=connect)
    assert outcome.error == "connection refused"
    assert called == [many[0], many[1], many[-1]]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    return certified(tmp_path_factory.mktemp("tls"), x509.DNSName("hooks.example.com"))


def secured(receiver: Receiver, authority: str | None, host: str = "hooks.example.com") -> Outcome:
    """A post by TLS to a public address, which leads to the receiver."""
    return post(
        PublicTarget(host, 443, "/in", True),
        {},
        b"{}",
        seconds=5.0,
        resolve=lambda host, port: ["93.184.215.14"],
        connect=lambda address, port, seconds: dial("127.0.0.1", receiver.port, seconds),
        context=ssl.create_default_context(cafile=authority),
    )


def test_the_name_is_what_tls_and_the_host_are_asked_for(tls: tuple[ssl.SSLContext, str]) -> None:
    asked: list[str | None] = []
    context, authority = tls
    context.sni_callback = lambda connection, name, _: asked.append(name)
    with receiving(answers(200), context) as receiver:
        assert secured(receiver, authority).status == 200
    assert asked == ["hooks.example.com"]
    assert receiver.received[0].headers["host"] == "hooks.example.com"


@pytest.mark.row("EV-09")
def test_a_certificate_must_be_trusted_and_of_the_name(tls: tuple[ssl.SSLContext, str]) -> None:
    context, authority = tls
    with receiving(answers(200), context) as receiver:
        assert secured(receiver, None).error == "the certificate is not valid"
        assert secured(receiver, authority, "other.example.com").error == "the certificate is not valid"
    assert receiver.received == []


@pytest.mark.row("EV-07")
def test_a_handshake_that_does_not_end_is_given_up() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    target = PublicTarget("hooks.example.com", 443, "/", True)
    port = listener.getsockname()[1]
    outcome = post(
        target,
        {},
        b"",
        seconds=0.1,
        resolve=lambda host, port: ["93.184.215.14"],
        connect=lambda address, _, seconds: dial("127.0.0.1", port, 60.0),
    )
    listener.close()
    assert outcome.error == "timed out"


@pytest.mark.row("EV-10")
def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with receiving(answers(200)) as proxy, receiving(answers(200)) as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
        with suppress(KeyError):
            monkeypatch.delenv("no_proxy")
        assert sent(receiver).status == 200
    assert proxy.connections == 0
