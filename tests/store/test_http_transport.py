"""HttpTransport over real sockets: what it sends, what it makes of answers, and of none."""

import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ContainerProvider, Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader
from botocore.utils import ContainerMetadataFetcher
from cryptography import x509

from roster import dependencies
from roster.clock import Deadline
from roster.db.dynamodb import connect as opening
from roster.db.dynamodb import endpoint as address
from roster.db.dynamodb.http_transport import HttpTransport
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, Reason, TransportError
from roster.db.store import Key, Malformed
from roster.errors import Unavailable
from roster.settings import Settings
from tests.support.dynamodb_local import HANGS, HANGS_UP, Answer, Server, certified, said, serving

ROOT = Path(__file__).parents[2]
KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
GET = {"TableName": "t", "Key": KEY}
_TOKEN_FILE = ContainerProvider.ENV_VAR_AUTH_TOKEN_FILE
_OF_THE_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "AWS_CA_BUNDLE")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own: its credentials, its proxies."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    for name in (*_OF_THE_NETWORK, *map(str.lower, _OF_THE_NETWORK)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def http_transport(server: Server) -> HttpTransport:
    return HttpTransport(f"http://127.0.0.1:{server.port}", "eu-west-1")


def call(transport: HttpTransport, seconds: float = 10) -> dict[str, Any]:
    return transport.call("GetItem", GET, Deadline.after(seconds))


def refused(transport: HttpTransport) -> TransportError:
    with pytest.raises(TransportError) as caught:
        call(transport)
    return caught.value


# What is sent.


def test_a_call_is_dynamodbs_own_json(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [said({"Item": {"n": {"N": "12"}}})]
    assert call(http_transport) == {"Item": {"n": {"N": "12"}}}
    [asked] = server.asked
    assert (asked.method, asked.target, asked.json) == ("POST", "/", GET)
    assert asked.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert asked.headers["content-type"] == "application/x-amz-json-1.0"
    assert asked.headers["accept-encoding"] == "identity"


def test_the_signature_is_botocores(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the session")
    url = f"http://127.0.0.1:{server.port}"
    call(HttpTransport(url, "eu-west-1"))
    [asked] = server.asked
    assert asked.headers["x-amz-security-token"] == "of the session"
    at = datetime.datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: at)
    names = ("X-Amz-Target", "Content-Type")
    same = AWSRequest("POST", url, {name: asked.headers[name.lower()] for name in names}, asked.content)
    SigV4Auth(Credentials("local", "secret", "of the session"), "dynamodb", "eu-west-1").add_auth(same)
    assert asked.headers["authorization"] == same.headers["Authorization"]


def test_no_call_is_begun_without_time_for_it(server: Server, http_transport: HttpTransport) -> None:
    with pytest.raises(TransportError, match="TimeoutError"):
        call(http_transport, seconds=0.01)
    assert server.asked == []


# What is made of an answer.


def test_a_refusal_is_named_as_dynamodb_names_it(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [said({"__type": "com.amazon.coral.validate#ValidationException", "message": "no"}, 400)]
    error = refused(http_transport)
    assert (error.code, str(error), error.reasons) == ("ValidationException", "ValidationException: no", ())


def test_a_failed_condition_carries_the_item(server: Server, http_transport: HttpTransport) -> None:
    body = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": KEY}
    server.answers = [said(body, 400)]
    assert refused(http_transport).reasons == (Reason("ConditionalCheckFailed", KEY),)


def test_a_cancelled_transaction_carries_a_reason_a_position(
    server: Server, http_transport: HttpTransport
) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": KEY, "Message": "failed"}]
    body = {"__type": "x#TransactionCanceledException", "Message": "no", "CancellationReasons": reasons}
    server.answers = [said(body, 400)]
    error = refused(http_transport)
    assert error.code == "TransactionCanceledException"
    assert error.reasons == (Reason("None"), Reason("ConditionalCheckFailed", KEY))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(502, b"<html>Bad gateway</html>", checksum=""),
        Answer(503, b"", checksum=""),
        Answer(500, b"[]", checksum=""),
        Answer(200, b"<html>Sign in to the network</html>", checksum=""),
    ],
    ids=["words", "nothing", "no object", "words and 200"],
)
def test_what_is_not_dynamodbs_is_a_service_unavailable(
    server: Server, http_transport: HttpTransport, answer: Answer
) -> None:
    server.answers = [answer]
    assert refused(http_transport).code == "ServiceUnavailable"
    assert len(server.asked) == 1


def test_an_answer_that_names_no_error_goes_by_its_status_and_is_not_followed(
    server: Server, http_transport: HttpTransport
) -> None:
    server.answers = [Answer(302, b"", {"Location": "http://127.0.0.1:1/"}, checksum="")]
    assert refused(http_transport).code == "HTTP302"
    assert len(server.asked) == 1


@pytest.mark.parametrize("checksum", ["1", "words"])
def test_an_answer_that_its_checksum_denies_is_lost(
    server: Server, http_transport: HttpTransport, checksum: str
) -> None:
    server.answers = [said({"Item": KEY}, checksum=checksum)]
    assert refused(http_transport).code == "ConnectionError"


def test_an_answer_without_checksum_is_taken(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [said({"Item": KEY}, checksum="")]
    assert call(http_transport) == {"Item": KEY}


# What the store makes of it: it alone repeats a call, while the deadline leaves time.


@pytest.mark.parametrize(
    "passing",
    [
        said({"__type": "x#ThrottlingException"}, 400),
        said({"__type": "x#ProvisionedThroughputExceededException"}, 400),
        said({"__type": "x#InternalServerError"}, 500),
        Answer(503, b"", checksum=""),
        said({}, checksum="1"),
        HANGS_UP,
    ],
    ids=["throttled", "over the table's capacity", "broken", "unavailable", "damaged", "reset"],
)
def test_what_passes_is_tried_again(
    server: Server, http_transport: HttpTransport, passing: Answer | bytes
) -> None:
    server.answers = [passing, passing, said({"Item": KEY})]
    store = DynamoStore(http_transport, "t", Deadline.after(10), sleep=lambda _: None)
    assert store.get(Key("a", "b")) == {"PK": "a", "SK": "b"}
    assert len(server.asked) == 3


def test_what_does_not_pass_before_the_deadline_is_unavailable(
    server: Server, http_transport: HttpTransport
) -> None:
    server.answers = [said({"__type": "x#ThrottlingException"}, 400)]
    now = [0.0]
    store = DynamoStore(
        http_transport,
        "t",
        Deadline(2, lambda: now[0]),
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
    )
    with pytest.raises(Unavailable):
        store.get(Key("a", "b"))
    assert len(server.asked) > 2


@pytest.mark.parametrize(
    ("code", "meant"), [("ValidationException", Malformed), ("AccessDeniedException", Unavailable)]
)
def test_what_stays_is_asked_once(
    server: Server, http_transport: HttpTransport, code: str, meant: type[Exception]
) -> None:
    server.answers = [said({"__type": f"x#{code}"}, 400)]
    with pytest.raises(meant):
        DynamoStore(http_transport, "t", Deadline.after(10)).get(Key("a", "b"))
    assert len(server.asked) == 1


# The network.


def test_calls_share_a_connection(server: Server, http_transport: HttpTransport) -> None:
    for _ in range(5):
        call(http_transport)
    assert {asked.connection for asked in server.asked} == {1}


def test_a_connection_that_the_server_closed_is_opened_anew(
    server: Server, http_transport: HttpTransport
) -> None:
    server.answers = [said({}, closes=True), said({"Item": KEY})]
    call(http_transport)
    assert server.hung_up.wait(10)
    assert call(http_transport) == {"Item": KEY}
    assert [asked.connection for asked in server.asked] == [1, 2]


def test_a_call_of_each_thread_has_a_connection_of_its_own(
    server: Server, http_transport: HttpTransport
) -> None:
    together = threading.Barrier(8)

    def work() -> None:
        together.wait(10)
        for _ in range(5):
            call(http_transport)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(server.asked) == 40
    assert 1 <= server.connections <= 8


def test_a_server_that_is_silent_is_a_timeout(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster.db.dynamodb.connections.READ_SECONDS", 0.05)
    server.answers = [HANGS]
    assert refused(HttpTransport(f"http://127.0.0.1:{server.port}", "eu-west-1")).code == "TimeoutError"


def test_a_server_that_hangs_up_is_a_connection_error(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [HANGS_UP]
    assert refused(http_transport).code == "ConnectionError"


def test_half_an_answer_is_a_connection_error(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [Answer(200, b'{"Item":', {"Content-Length": "400"}, closes=True)]
    assert refused(http_transport).code == "ConnectionError"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 twohundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nwords\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: words\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" * 2,
    ],
    ids=[
        "nothing",
        "another protocol",
        "no number",
        "no size",
        "half",
        "half a head",
        "no length",
        "an interim one alone",
        "an upgrade",
        "two answers",
    ],
)
def test_what_is_no_whole_answer_is_a_connection_error(
    server: Server, http_transport: HttpTransport, raw: bytes
) -> None:
    server.answers = [raw]
    assert refused(http_transport).code == "ConnectionError"


@pytest.mark.parametrize(
    ("raw", "connections"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b'5;x=y\r\n{"a":\r\n3\r\n{}}\r\n0\r\nT: u\r\n\r\n',
            1,
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a":{}}',
            1,
        ),
        (b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\n{"a":{}}', 2),
        (
            b"HTTP/1.1 103 Early Hints\r\n\r\n"
            b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\n{"a":{}}',
            2,
        ),
        (b'HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\n{"a":{}}', 2),
    ],
    ids=[
        "in chunks",
        "after interim answers",
        "the last of its connection",
        "the last, after an interim one",
        "by HTTP/1.0",
    ],
)
def test_an_answer_is_read_however_http_sends_it(
    server: Server, http_transport: HttpTransport, raw: bytes, connections: int
) -> None:
    server.answers = [raw]
    server.keeps = True
    assert [call(http_transport), call(http_transport)] == [{"a": {}}, {"a": {}}]
    assert server.connections == connections


def test_an_answer_without_a_length_ends_with_its_connection(
    server: Server, http_transport: HttpTransport
) -> None:
    server.answers = [b'HTTP/1.1 200 OK\r\n\r\n{"a":{}}']
    assert call(http_transport) == {"a": {}}


def test_a_connection_that_ends_before_its_answer_does_not_answer_by_the_one_before(
    server: Server, http_transport: HttpTransport
) -> None:
    server.answers = [b"HTTP/1.1 204 No Content\r\n\r\n", HANGS_UP]
    server.keeps = True
    assert refused(http_transport).code == "ServiceUnavailable"
    assert refused(http_transport).code == "ConnectionError"
    assert [asked.connection for asked in server.asked] == [1, 1]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid:1"])
def test_a_port_or_a_host_that_is_not_there_is_a_connection_error(url: str) -> None:
    assert refused(HttpTransport(url, "eu-west-1")).code == "ConnectionError"


def test_a_connection_is_opened_before_it_is_wanted(server: Server, http_transport: HttpTransport) -> None:
    http_transport.warm()
    call(http_transport)
    assert [(asked.method, asked.connection) for asked in server.asked] == [("GET", 1), ("POST", 1)]


def test_an_address_that_is_away_at_the_start_says_so_at_the_first_call() -> None:
    http_transport = HttpTransport("http://127.0.0.1:1", "eu-west-1")
    http_transport.warm()
    assert refused(http_transport).code == "ConnectionError"


# Proxies and trust.


def test_a_proxy_is_told_the_whole_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{server.port}")
    call(HttpTransport("http://dynamodb.invalid", "eu-west-1"))
    [asked] = server.asked
    assert asked.target == "http://dynamodb.invalid/"
    assert asked.headers["host"] == "dynamodb.invalid"
    assert asked.headers["proxy-authorization"] == "Basic bWU6cGFzcw=="


def test_a_proxy_that_wants_tls_itself_is_left_to_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "https://proxy.invalid")
    with pytest.raises(ValueError, match="TRANSPORT=boto3"):
        HttpTransport("https://dynamodb.test", "eu-west-1")


def test_a_proxy_that_refuses_the_tunnel_is_a_connection_error(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.tunnels = False
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{server.port}")
    assert refused(HttpTransport("https://dynamodb.test", "eu-west-1")).code == "ConnectionError"


@pytest.mark.parametrize(
    ("tunnels", "code"),
    [
        (False, "ConnectionError"),
        (b"Good morning.\r\n\r\n", "ConnectionError"),
        (b"HTTP/1.1 200 OK\r\nVia", "ConnectionError"),
        (HANGS_UP, "ConnectionError"),
        (HANGS, "TimeoutError"),
    ],
    ids=["refused", "words", "half a head", "hung up", "silent"],
)
def test_fn_01_a_tunnel_that_does_not_open_leaves_no_socket_open(
    server: Server, monkeypatch: pytest.MonkeyPatch, tunnels: bool | bytes | None, code: str
) -> None:
    opened = []

    def connect(*arguments: Any, connect: Callable[..., socket.socket] = socket.create_connection) -> Any:
        opened.append(connect(*arguments))
        return opened[-1]

    monkeypatch.setattr("socket.create_connection", connect)
    monkeypatch.setattr("roster.db.dynamodb.connections.CONNECT_SECONDS", 0.05 if tunnels is HANGS else 1.0)
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{server.port}")
    server.tunnels = tunnels
    error = refused(HttpTransport("https://dynamodb.test", "eu-west-1"))
    assert error.code == code
    # While the error is at hand with all that it refers to: nothing is left to a collector of garbage.
    assert [each.fileno() for each in opened] == [-1]


def test_a_tunnel_to_an_address_of_ipv6_is_asked_for_in_brackets(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.tunnels = False
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{server.port}")
    refused(HttpTransport("https://[2001:db8::1]", "eu-west-1"))
    [asked] = server.asked
    assert (asked.target, asked.headers["host"]) == ("[2001:db8::1]:443", "[2001:db8::1]:443")


def test_tls_goes_through_a_tunnel_of_the_proxy(
    tls: tuple[ssl.SSLContext, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authorities = tls
    with serving(context, proxy=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        proxy.answers = [said({"Item": KEY})]
        assert call(HttpTransport("https://dynamodb.test", "eu-west-1", authorities)) == {"Item": KEY}
    assert [(asked.method, asked.target) for asked in proxy.asked] == [
        ("CONNECT", "dynamodb.test:443"),
        ("POST", "/"),
    ]


def test_an_address_of_ipv6_is_looked_for_in_the_certificate_through_a_tunnel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authorities = certified(tmp_path, x509.IPAddress(ipaddress.ip_address("2001:db8::1")))
    with serving(context, proxy=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert call(HttpTransport("https://[2001:db8::1]", "eu-west-1", authorities)) == {}
    assert [asked.method for asked in proxy.asked] == ["CONNECT", "POST"]


def test_an_address_that_needs_no_proxy_is_called_directly(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    call(HttpTransport(f"http://127.0.0.1:{server.port}", "eu-west-1"))
    assert len(server.asked) == 1


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS for `dynamodb.test`, and the file of the authority behind it."""
    return certified(tmp_path_factory.mktemp("tls"), x509.DNSName("dynamodb.test"))


def test_a_certificate_of_nobody_trusted_is_refused(tls: tuple[ssl.SSLContext, str]) -> None:
    with serving(tls[0]) as server:
        assert (
            refused(HttpTransport(f"https://127.0.0.1:{server.port}", "eu-west-1")).code == "ConnectionError"
        )
        assert server.asked == []


def test_a_trusted_certificate_of_another_host_is_refused(tls: tuple[ssl.SSLContext, str]) -> None:
    with serving(tls[0]) as server:
        url = f"https://127.0.0.1:{server.port}"
        assert refused(HttpTransport(url, "eu-west-1", tls[1])).code == "ConnectionError"
        assert server.asked == []


# Credentials.


def test_missing_credentials_are_named(
    server: Server, http_transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_keys(monkeypatch)
    assert refused(http_transport).code == "NoCredentialsError"
    assert server.asked == []


def test_half_a_pair_of_keys_is_named(http_transport: HttpTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refused(http_transport).code == "PartialCredentialsError"


@pytest.mark.parametrize("named_by", [ContainerProvider.ENV_VAR_FULL, ContainerProvider.ENV_VAR])
@pytest.mark.parametrize("token_by", [ContainerProvider.ENV_VAR_AUTH_TOKEN, _TOKEN_FILE])
def test_credentials_of_a_container_are_renewed_before_they_end(
    server: Server,
    http_transport: HttpTransport,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    named_by: str,
    token_by: str,
) -> None:
    without_keys(monkeypatch)
    with serving() as container:
        ends = [minutes(1), minutes(60)]
        container.answers = [
            said({"AccessKeyId": f"key{n}", "SecretAccessKey": "s", "Token": f"token{n}", "Expiration": end})
            for n, end in enumerate(ends)
        ]
        at = f"127.0.0.1:{container.port}"
        monkeypatch.setattr(ContainerMetadataFetcher, "IP_ADDRESS", at)  # in place of 169.254.170.2
        monkeypatch.setenv(named_by, f"http://{at}/keys" if named_by.endswith("FULL_URI") else "/keys")
        (tmp_path / "token").write_text("of the environment")
        monkeypatch.setenv(
            token_by, str(tmp_path / "token") if token_by == _TOKEN_FILE else "of the environment"
        )
        for _ in range(3):
            call(http_transport)
        asked_for = [(asked.target, asked.headers["authorization"]) for asked in container.asked]
        assert asked_for == [("/keys", "of the environment")] * 2
    assert {asked.headers["x-amz-security-token"] for asked in server.asked} == {"token1"}
    assert "Credential=key1/" in server.asked[-1].headers["authorization"]


def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


def minutes(ahead: int) -> str:
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=ahead)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


# The clock.


def skewed(hours: int, code: str = "InvalidSignatureException") -> Answer:
    """A refusal by a DynamoDB whose clock is ahead of ours."""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    return said({"__type": f"x#{code}"}, 400, headers={"Date": format_datetime(at, usegmt=True)})


def signed_at(server: Server, which: int) -> datetime.datetime:
    text = server.asked[which].headers["x-amz-date"]
    return datetime.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize("hours", [3, -3])
def test_a_clock_that_is_wrong_is_corrected_by_dynamodbs(
    server: Server, http_transport: HttpTransport, hours: int
) -> None:
    server.answers = [skewed(hours), said({"Item": KEY})]
    store = DynamoStore(http_transport, "t", Deadline.after(10), sleep=lambda _: None)
    assert store.get(Key("a", "b")) == {"PK": "a", "SK": "b"}
    apart = signed_at(server, 1) - signed_at(server, 0)
    assert abs(apart - datetime.timedelta(hours=hours)) < datetime.timedelta(minutes=2)


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_wrong_signature_at_the_right_time_is_no_matter_of_the_clock(
    server: Server, http_transport: HttpTransport, date: str | None
) -> None:
    answer = (
        skewed(0)
        if date is None
        else said({"__type": "x#InvalidSignatureException"}, 400, headers={"Date": date})
    )
    server.answers = [answer]
    assert refused(http_transport).code == "InvalidSignatureException"


def test_a_clock_is_corrected_once(server: Server, http_transport: HttpTransport) -> None:
    server.answers = [skewed(3)]
    assert refused(http_transport).code == "RequestTimeTooSkewed"
    assert refused(http_transport).code == "InvalidSignatureException"


# Where DynamoDB is.


def botocores_own() -> Callable[..., str]:
    loader = create_loader()
    rules = loader.load_service_model("dynamodb", "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    return lambda region, fips, dual: str(
        provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual).url
    )


@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("dual_stack", [False, True])
def test_the_address_in_every_region_is_botocores(fips: bool, dual_stack: bool) -> None:
    resolve = botocores_own()
    partitions = create_loader().load_data("partitions")["partitions"]
    regions = [*(region for one in partitions for region in one["regions"]), "eu-north-9", "cn-east-9"]
    assert len(regions) > 30
    for region in regions:
        here = address.of_region(region, fips=fips, dual_stack=dual_stack)
        assert here == resolve(region, fips, dual_stack)


def test_the_address_in_china_is_chinas() -> None:
    assert address.of_region("cn-north-1") == "https://dynamodb.cn-north-1.amazonaws.com.cn"


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({}, None),
        ({"AWS_ENDPOINT_URL": "http://all"}, "http://all"),
        ({"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_DYNAMODB": "http://this"}, "http://this"),
        ({"AWS_ENDPOINT_URL": "http://all", "TABLE_ENDPOINT": "http://ours"}, "http://ours"),
        ({"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, None),
    ],
)
def test_the_endpoint_of_the_environment(environ: dict[str, str], endpoint: str | None) -> None:
    assert Settings.of(environ).endpoint == endpoint


# How a deployment comes by it.


def test_a_deployment_uses_http_transport_unless_it_says_boto3() -> None:
    here = {"TABLE_ENDPOINT": "http://127.0.0.1:1", "AWS_REGION": "eu-west-1"}
    assert isinstance(opening.transport(Settings.of(here)), HttpTransport)
    assert isinstance(opening.transport(Settings.of({**here, "TRANSPORT": "boto3"})), BotoTransport)


def test_a_start_with_keys_in_the_environment_loads_no_client(server: Server) -> None:
    script = (
        "import sys; from roster.clock import Deadline\n"
        "from roster.db.dynamodb.http_transport import HttpTransport\n"
        f"transport = HttpTransport('http://127.0.0.1:{server.port}', 'eu-west-1')\n"
        "transport.call('GetItem', {}, Deadline.after(10))\n"
        "print(*sorted({'boto3', 'botocore.client', 'botocore.session', 'urllib3'} & set(sys.modules)))"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "layers/roster")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
    assert len(server.asked) == 1


@pytest.fixture
def on_lambda(server: Server, deployed: Callable[..., None]) -> Iterator[None]:
    """Lambda's environment."""
    deployed(AWS_LAMBDA_INITIALIZATION_TYPE="on-demand", TABLE_ENDPOINT=f"http://127.0.0.1:{server.port}")
    dependencies.use(None)
    yield
    dependencies.use(None)


@pytest.mark.usefixtures("on_lambda")
def test_a_function_that_starts_on_lambda_opens_its_connection(server: Server) -> None:
    dependencies.prepare()
    dependencies.prepare()
    dependencies.current().store.get(Key("a", "b"))
    assert [(asked.method, asked.connection) for asked in server.asked] == [("GET", 1), ("POST", 1)]


def test_a_function_elsewhere_opens_none_before_it_is_called(
    server: Server, deployed: Callable[..., None]
) -> None:
    deployed(TABLE_ENDPOINT=f"http://127.0.0.1:{server.port}")
    dependencies.prepare()
    assert server.connections == 0
