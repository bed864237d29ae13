"""The seam below the DynamoDB store: one call in DynamoDB's own low-level JSON.

The meter, the IAM guard and the fault injector wrap this; nothing above it sees botocore. A
deployment uses `http_transport.py`; botocore's client is the fallback, and what the other is measured by.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from roster.clock import Deadline

if TYPE_CHECKING:
    from botocore.client import BaseClient

FLOOR = 0.05
"""Seconds: with less than this left, no call is begun."""

CONNECT_SECONDS, READ_SECONDS = 1.0, 2.5  # what bounds an attempt once begun
MOST_CONNECTIONS = 32  # kept open; a Lambda environment uses one

PASSING_STATUSES = frozenset({408, 429})  # and all from 500
PASSING_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConnectionError",
        "EC2ThrottledException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",  # Secrets Manager's
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeTooSkewed",  # HttpTransport has set its clock by then
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TimeoutError",
        "TooManyRequestsException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""What AWS's SDKs repeat in their standard mode, and what else of DynamoDB passes."""

_LASTING_REASONS = frozenset({"AccessDenied", "ItemCollectionSizeLimitExceeded", "ResourceNotFound"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one position refused: DynamoDB's code, and the item as it was (None: absent or not told)."""

    code: str
    item: dict[str, Any] | None = None


class TransportError(Exception):
    """DynamoDB's refusal under its exception name, or `ConnectionError` or `TimeoutError` for the network.

    `reasons` has one entry a position of a cancelled transaction (code `None` where that one was fine),
    one for a refused single write, none otherwise. `status` is that of HTTP, None where nothing answered.
    """

    def __init__(
        self, code: str, message: str = "", reasons: tuple[Reason, ...] = (), *, status: int | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reasons = reasons
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether the same call may yet succeed: the status decides, then the code."""
        if self.status is not None and (self.status >= 500 or self.status in PASSING_STATUSES):
            return True
        return self.code in PASSING_CODES and all(each.code not in _LASTING_REASONS for each in self.reasons)


class Transport(Protocol):
    """Takes one call to DynamoDB and brings back its answer."""

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        """`operation` is DynamoDB's name (`GetItem`). One attempt; raises `TransportError`."""


@dataclass(frozen=True, slots=True)
class BotoTransport:
    """Over a low-level client. What bounds an attempt once begun is the client's own timeouts."""

    client: "BaseClient"

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        if deadline.left() < FLOOR:
            raise TransportError("TimeoutError", f"no time left for {operation}")
        # Here, so that whoever needs the seam alone does not pay for botocore.
        from botocore import xform_name

        try:
            answer: dict[str, Any] = getattr(self.client, xform_name(operation))(**body)
        except Exception as error:  # whatever botocore raises
            failure = failure_of_botocore(error)
            if failure is None:
                raise
            raise failure from error
        if _is_of_a_proxy(answer):
            raise TransportError("ServiceUnavailable", "an answer that is not DynamoDB's", status=200)
        return answer


def _is_of_a_proxy(answer: dict[str, Any]) -> bool:
    """Whether a success is words or nothing, in which botocore reads that there is no item."""
    headers: dict[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get("content-type", "").startswith("text/") or headers.get("content-length") == "0"


def boto_client(*, region: str, endpoint: str | None) -> "BaseClient":
    """A DynamoDB client that tries once; `endpoint` None is AWS's own."""
    # boto3.client would make the same one at a quarter more of a cold start's CPU.
    import botocore.session
    from botocore.config import Config

    config = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},  # the store retries: it knows the deadline
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        parameter_validation=False,  # a sixth of the client's work in a call, and DynamoDB checks the same
        tcp_keepalive=True,
        max_pool_connections=MOST_CONNECTIONS,
        user_agent_extra="roster",
    )
    session = botocore.session.Session()
    return session.create_client("dynamodb", region_name=region, endpoint_url=endpoint, config=config)


def failure_of_botocore(error: BaseException | None) -> TransportError | None:
    """What botocore's error means; None for one that is not botocore's."""
    from botocore import exceptions as boto

    match error:
        case boto.ClientError():
            answer: dict[str, Any] = dict(error.response)
            said, about = answer["Error"], answer.get("ResponseMetadata", {})
            status = about.get("HTTPStatusCode")
            code = str(said.get("Code", ""))
            # Where the answer's body names no error, botocore gives the status for the name.
            name = "" if code.isdigit() else code
            code = error_name(name, about.get("HTTPHeaders", {}).get("x-amzn-errortype"), status)
            return refusal(code, said.get("Message", ""), answer, status)
        case boto.ConnectTimeoutError() | boto.ReadTimeoutError():
            return TransportError("TimeoutError", str(error))
        case boto.ConnectionError() | boto.HTTPClientError() | boto.ChecksumError():
            return TransportError("ConnectionError", str(error))
        case boto.BotoCoreError():  # no credentials, for one
            return TransportError(type(error).__name__, str(error))
    return None


def error_name(said: object, header: str | None, status: int | None) -> str:
    """The name of an error: of its answer's `__type`, else of its header `x-amzn-errortype`.

    Both may have a namespace before it (`com.amazonaws.dynamodb.v20120810#`) and an address behind it
    (`:http://...`), as AWS's JSON protocol has them. An answer that names none is not DynamoDB's but that of
    a proxy or a load balancer: its status where that refuses, else ServiceUnavailable.
    """
    for text in (said, header):
        name = str(text or "").partition(":")[0].rpartition("#")[2].strip()
        if _NAME.fullmatch(name):
            return name
    return f"HTTP{status}" if status is not None and 300 <= status < 500 else "ServiceUnavailable"


def refusal(code: str, message: str, answer: dict[str, Any], status: int | None = None) -> TransportError:
    """DynamoDB's refusal, with the reasons that its answer holds."""
    if code == "ConditionalCheckFailedException":
        reason = Reason("ConditionalCheckFailed", answer.get("Item"))
        return TransportError(code, message, (reason,), status=status)
    reasons = (Reason(reason["Code"], reason.get("Item")) for reason in answer.get("CancellationReasons", ()))
    return TransportError(code, message, tuple(reasons), status=status)
