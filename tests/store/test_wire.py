"""What DynamoDB and what stands before it answer, byte for byte as AWS documents it, over both transports.

The bodies are those of "Error handling with DynamoDB" and of AWS's JSON protocol (smithy.io, "AWS JSON 1.0");
the heads are those of DynamoDB's own answers; ids and dates are invented.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from zlib import crc32

import pytest
from botocore.retries import standard

from roster.clock import Deadline
from roster.db.dynamodb.http_transport import HttpTransport
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import (
    PASSING_CODES,
    BotoTransport,
    Reason,
    Transport,
    TransportError,
    boto_client,
)
from roster.db.store import Delete, Key, Malformed, Present, Refused
from roster.errors import Unavailable
from tests.support.closing_proxy import ClosingProxy, Ending
from tests.support.dynamodb_local import Server, serving

KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
V2012, SERVICE = "com.amazonaws.dynamodb.v20120810#", "com.amazon.coral.service#"
VALIDATE, AVAILABILITY = "com.amazon.coral.validate#", "com.amazon.coral.availability#"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.keeps = True
        yield running


@pytest.fixture(params=["http", "boto3"])
def transport(request: pytest.FixtureRequest, server: Server) -> Transport:
    return opened(request.param, f"http://127.0.0.1:{server.port}")


def opened(kind: str, url: str) -> Transport:
    if kind == "http":
        return HttpTransport(url, "eu-west-1")
    return BotoTransport(boto_client(region="eu-west-1", endpoint=url))


def of_dynamodb(body: Any, status: int = 200, **headers: str) -> bytes:
    """An answer with the head that DynamoDB writes; `x_amzn_errortype` is that header."""
    content = json.dumps(body).encode()
    lines = {
        "Server": "Server",
        "Date": "Sat, 28 Nov 2026 18:00:00 GMT",
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(content)),
        "Connection": "keep-alive",
        "x-amzn-RequestId": "0L2FZ8T3Q6K9V1M4N7R5S8B2C6VV4KQNSO5AEMVJF66Q9ASUAAJG",
        "x-amz-crc32": str(crc32(content)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return _head(status, lines) + content


def of_a_load_balancer(status: int) -> bytes:
    """A page of HTML as an AWS load balancer writes it, with the end of its connection."""
    phrase = HTTPStatus(status).phrase
    content = (
        f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
    ).encode()
    lines = {"Server": "awselb/2.0", "Content-Type": "text/html", "Content-Length": str(len(content))}
    return _head(status, {**lines, "Connection": "close"}) + content


def _head(status: int, lines: dict[str, str]) -> bytes:
    said = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {text}" for name, text in lines.items()),
    ]
    return "\r\n".join([*said, "", ""]).encode()


def get(transport: Transport) -> dict[str, Any]:
    answer = transport.call("GetItem", {"TableName": "t", "Key": KEY}, Deadline.after(10))
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}  # botocore's own


def store(transport: Transport) -> DynamoStore:
    return DynamoStore(transport, "t", Deadline.after(10), sleep=lambda _: None)


# The name of an error, and its status.

NAMED = {
    "the table": of_dynamodb({"__type": f"{V2012}ResourceNotFoundException", "message": "no"}, 400),
    "a grant": of_dynamodb({"__type": f"{SERVICE}AccessDeniedException", "Message": "no"}, 400),
    "a token": of_dynamodb({"__type": f"{SERVICE}UnrecognizedClientException", "message": "no"}, 400),
    "an old token": of_dynamodb({"__type": f"{SERVICE}ExpiredTokenException", "message": "no"}, 400),
    "a parameter": of_dynamodb({"__type": f"{VALIDATE}ValidationException", "message": "no"}, 400),
    "a type": of_dynamodb({"__type": f"{SERVICE}SerializationException"}, 400),
    "no prefix": of_dynamodb({"__type": "ThrottlingException", "message": "no"}, 400),
    "the rate": of_dynamodb({"__type": f"{AVAILABILITY}ThrottlingException", "message": "no"}, 400),
    "inside": of_dynamodb({"__type": f"{V2012}InternalServerError", "message": "no"}, 500),
    "a header": of_dynamodb({"message": "no"}, 400, x_amzn_errortype="SlowDown"),
    "a header with an address": of_dynamodb(
        {}, 400, x_amzn_errortype=f"{SERVICE}RequestTimeout:http://internal.amazon.com/coral/"
    ),
    "an address": of_dynamodb({"__type": "aws.protocoltests#FooError:http://internal.amazon.com/"}, 400),
    "too large": _head(413, {"Content-Length": "0", "Connection": "close"}),
    "too large, in words": of_a_load_balancer(413),
    "denied in words": of_a_load_balancer(403),
    "bad gateway": of_a_load_balancer(502),
    "unavailable": of_a_load_balancer(503),
    "gateway timeout": of_a_load_balancer(504),
    "nothing said": _head(500, {"Content-Length": "0"}),
}
MEANT = {
    "the table": ("ResourceNotFoundException", 400),
    "a grant": ("AccessDeniedException", 400),
    "a token": ("UnrecognizedClientException", 400),
    "an old token": ("ExpiredTokenException", 400),
    "a parameter": ("ValidationException", 400),
    "a type": ("SerializationException", 400),
    "no prefix": ("ThrottlingException", 400),
    "the rate": ("ThrottlingException", 400),
    "inside": ("InternalServerError", 500),
    "a header": ("SlowDown", 400),
    "a header with an address": ("RequestTimeout", 400),
    "an address": ("FooError", 400),
    "too large": ("HTTP413", 413),
    "too large, in words": ("HTTP413", 413),
    "denied in words": ("HTTP403", 403),
    "bad gateway": ("ServiceUnavailable", 502),
    "unavailable": ("ServiceUnavailable", 503),
    "gateway timeout": ("ServiceUnavailable", 504),
    "nothing said": ("ServiceUnavailable", 500),
}


@pytest.mark.parametrize("which", NAMED)
def test_an_error_has_the_name_and_the_status_that_its_answer_gives(
    server: Server, transport: Transport, which: str
) -> None:
    server.answers = [NAMED[which]]
    with pytest.raises(TransportError) as caught:
        get(transport)
    assert (caught.value.code, caught.value.status) == MEANT[which]


def test_a_cancelled_transaction_says_why_for_each_position(server: Server, transport: Transport) -> None:
    reasons = [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Item": KEY, "Message": "The conditional request failed"},
        {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
    ]
    body = {
        "__type": f"{V2012}TransactionCanceledException",
        "CancellationReasons": reasons,
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, TransactionConflict]",
    }
    server.answers = [of_dynamodb(body, 400)]
    with pytest.raises(TransportError) as caught:
        transport.call("TransactWriteItems", {"TransactItems": []}, Deadline.after(10))
    assert caught.value.reasons == (
        Reason("None"),
        Reason("ConditionalCheckFailed", KEY),
        Reason("TransactionConflict"),
    )


# What passes is repeated: the status decides, then the code.

PASSING = {
    "InternalFailure": of_dynamodb({"__type": f"{SERVICE}InternalFailure"}, 500),
    "ServiceUnavailableException": of_dynamodb({"__type": f"{SERVICE}ServiceUnavailableException"}, 503),
    "RequestTimeout": of_dynamodb({"__type": f"{SERVICE}RequestTimeout"}, 400),
    "SlowDown": of_dynamodb({"__type": f"{SERVICE}SlowDown"}, 400),
    "SlowDown in a header": NAMED["a header"],
    "over capacity": of_dynamodb({"__type": f"{V2012}ProvisionedThroughputExceededException"}, 400),
    "over the account's limit": of_dynamodb({"__type": f"{V2012}RequestLimitExceeded"}, 400),
    "a conflict": of_dynamodb({"__type": f"{V2012}TransactionConflictException"}, 400),
    "a 500 of an unknown name": of_dynamodb({"__type": f"{SERVICE}NeverHeardOf"}, 500),
    "a 500 of a name that stays elsewhere": of_dynamodb({"__type": f"{VALIDATE}ValidationException"}, 500),
    "a 502 in words": of_a_load_balancer(502),
    "a 503 in words": of_a_load_balancer(503),
    "a 504 in words": of_a_load_balancer(504),
    "a 503 without": _head(503, {"Content-Length": "0"}),
    "a 408": _head(408, {"Content-Length": "0", "Connection": "close"}),
    "a 429": _head(429, {"Content-Length": "0"}),
    "a 507": of_dynamodb({}, 507),
    "a 200 in words": of_a_load_balancer(200),
    "a 200 without": _head(200, {"Content-Length": "0"}),
    "a 202 without": _head(202, {"Content-Length": "0"}),
}
LASTING = {
    "AccessDeniedException": (NAMED["a grant"], Unavailable),
    "ResourceNotFoundException": (NAMED["the table"], Unavailable),
    "UnrecognizedClientException": (NAMED["a token"], Unavailable),
    "ExpiredTokenException": (NAMED["an old token"], Unavailable),
    "413": (NAMED["too large"], Unavailable),
    "403 in words": (NAMED["denied in words"], Unavailable),
    "ValidationException": (NAMED["a parameter"], Malformed),
    "SerializationException": (NAMED["a type"], Malformed),
    "a condition": (of_dynamodb({"__type": f"{V2012}ConditionalCheckFailedException"}, 400), Refused),
    "a reason that stays": (
        of_dynamodb(
            {
                "__type": f"{V2012}TransactionCanceledException",
                "CancellationReasons": [{"Code": "ItemCollectionSizeLimitExceeded"}],
            },
            400,
        ),
        Unavailable,
    ),
}


@pytest.mark.parametrize("which", PASSING)
def test_fa_09_what_passes_is_repeated(server: Server, transport: Transport, which: str) -> None:
    server.answers = [PASSING[which], PASSING[which], of_dynamodb({"Item": KEY})]
    assert store(transport).get(Key("a", "b")) == {"PK": "a", "SK": "b"}
    assert len(server.asked) == 3


@pytest.mark.parametrize("which", LASTING)
def test_fa_09_what_stays_is_asked_once(server: Server, transport: Transport, which: str) -> None:
    answer, meant = LASTING[which]
    server.answers = [answer, of_dynamodb({})]
    with pytest.raises(meant):
        store(transport).write(Delete(Key("a", "b"), Present()))
    assert len(server.asked) == 1


def test_fa_09_what_botocore_repeats_is_repeated() -> None:
    """Its standard mode, by which AWS's other SDKs go too."""
    checks: Any = standard
    throttled, transient = checks.ThrottledRetryableChecker, checks.TransientRetryableChecker
    assert {*throttled._THROTTLED_ERROR_CODES, *transient._TRANSIENT_ERROR_CODES} <= PASSING_CODES
    for status in transient._TRANSIENT_STATUS_CODES:
        assert TransportError("NeverHeardOf", status=status).passing


# How an answer comes.


def test_no_packed_answer_is_asked_for(server: Server, transport: Transport) -> None:
    server.answers = [of_dynamodb({"Item": KEY})]
    assert get(transport) == {"Item": KEY}
    [asked] = server.asked
    assert asked.headers["accept-encoding"] == "identity"


def test_an_answer_in_chunks_is_read_to_its_end_and_the_connection_kept(
    server: Server, transport: Transport
) -> None:
    content = json.dumps({"Item": KEY}).encode()
    lines = {"Content-Type": "application/x-amz-json-1.0", "Transfer-Encoding": "chunked"}
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (content[:7], content[7:]))
    server.answers = [_head(200, {**lines, "x-amz-crc32": str(crc32(content))}) + chunks + b"0\r\n\r\n"]
    assert [get(transport), get(transport)] == [{"Item": KEY}] * 2
    assert server.connections == 1


@pytest.mark.parametrize("status", [200, 400])
def test_the_last_answer_of_a_connection_is_read_and_the_next_call_opens_another(
    server: Server, transport: Transport, status: int
) -> None:
    refused = {"__type": f"{V2012}ProvisionedThroughputExceededException"}
    server.answers = [of_dynamodb({"Item": KEY} if status == 200 else refused, status, Connection="close")]
    for _ in range(2):
        if status == 200:
            assert get(transport) == {"Item": KEY}
        else:
            with pytest.raises(TransportError, match="ProvisionedThroughputExceededException"):
                get(transport)
    assert [asked.connection for asked in server.asked] == [1, 2]


def test_a_refusal_keeps_the_connection(server: Server, transport: Transport) -> None:
    server.answers = [NAMED["no prefix"]]
    for _ in range(3):
        with pytest.raises(TransportError):
            get(transport)
    assert server.connections == 1


@pytest.mark.parametrize("ending", [Ending.CLOSED, Ending.RESET, Ending.WITH_A_WORD])
@pytest.mark.parametrize("kind", ["http", "boto3"])
def test_a_connection_that_ended_while_idle_is_not_used_again(
    server: Server, kind: str, ending: Ending
) -> None:
    server.answers = [of_dynamodb({"Item": KEY})]
    with ClosingProxy(f"http://127.0.0.1:{server.port}") as proxy:
        transport = opened(kind, proxy.url)
        assert get(transport) == {"Item": KEY}
        proxy.end(ending)
        assert get(transport) == {"Item": KEY}
    assert [asked.connection for asked in server.asked] == [1, 2]
