"""The seam below the DynamoDB store: one call in DynamoDB's own low-level JSON.

The meter, the IAM guard and the fault injector wrap this; nothing above it sees botocore. A
deployment uses `http_transport.py`; botocore's client is the fallback, and what the other is measured by.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from roster.clock import Deadline

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

FLOOR = 0.05
"""Seconds: with less than this left, no call is begun."""

CONNECT_SECONDS, READ_SECONDS = 1.0, 2.5  # what bounds an attempt once begun
MOST_CONNECTIONS = 32  # kept open; a Lambda environment uses one


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one position refused: DynamoDB's code, and the item as it was (None: absent or not told)."""

    code: str
    item: dict[str, Any] | None = None


class TransportError(Exception):
    """DynamoDB's refusal under its exception name, or `ConnectionError` or `TimeoutError` for the network.

    `reasons` has one entry a position of a cancelled transaction (code `None` where that one was fine),
    one for a refused single write, none otherwise.
    """

    def __init__(self, code: str, message: str = "", reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reasons = reasons


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
        from botocore import exceptions as boto
        from botocore import xform_name

        try:
            answer: dict[str, Any] = getattr(self.client, xform_name(operation))(**body)
        except boto.ClientError as error:
            raise _refusal(error) from error
        except (boto.ConnectTimeoutError, boto.ReadTimeoutError) as error:
            raise TransportError("TimeoutError", str(error)) from error
        except (boto.ConnectionError, boto.HTTPClientError, boto.ChecksumError) as error:
            raise TransportError("ConnectionError", str(error)) from error
        except boto.BotoCoreError as error:  # no credentials, for one
            raise TransportError(type(error).__name__, str(error)) from error
        return answer


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


def _refusal(error: "ClientError") -> TransportError:
    answer: dict[str, Any] = dict(error.response)
    code, message = answer["Error"]["Code"], answer["Error"].get("Message", "")
    if code.isdigit():  # no DynamoDB spoke, but a proxy: botocore then gives the status
        return TransportError("ServiceUnavailable", f"HTTP {code}")
    return refusal(code, message, answer)


def refusal(code: str, message: str, answer: dict[str, Any]) -> TransportError:
    """DynamoDB's refusal, with the reasons that its answer holds."""
    if code == "ConditionalCheckFailedException":
        return TransportError(code, message, (Reason("ConditionalCheckFailed", answer.get("Item")),))
    reasons = (Reason(reason["Code"], reason.get("Item")) for reason in answer.get("CancellationReasons", ()))
    return TransportError(code, message, tuple(reasons))
