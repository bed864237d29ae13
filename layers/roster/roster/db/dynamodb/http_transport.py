"""The transport of a deployment: DynamoDB's JSON, signed here and read by httptools (decision 0009).

botocore's client, whose model, events and parsers cost more than all else in a request, stays out;
what botocore knows of credentials, partitions and authorities is used.
"""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from zlib import crc32

from roster.clock import Deadline
from roster.db.dynamodb import aws_credentials, signature
from roster.db.dynamodb.connections import Connections, HttpResponse
from roster.db.dynamodb.transport import FLOOR, TransportError, error_name, refusal

AUTHORITIES = str(files("botocore") / "cacert.pem")
"""The public authorities that botocore trusts."""

_encoded = json.JSONEncoder(separators=(",", ":")).encode

_OF_THE_CLOCK = {
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}
_TOLERATED = timedelta(minutes=4)  # AWS takes a signature that is five minutes off


class HttpTransport:
    """Threads may share one, a forked process may not."""

    def __init__(self, url: str, region: str, authorities: str | None = None) -> None:
        """`authorities` is a file of those to trust, PEM; None for the public ones."""
        self._region = region
        self._connections = Connections(url, authorities or AUTHORITIES)
        self._keys: aws_credentials.Source | None = None
        self._skew = timedelta()
        """How far DynamoDB's clock is ahead of ours."""

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        if deadline.left() < FLOOR:
            raise TransportError("TimeoutError", f"no time left for {operation}")
        content = _encoded(body).encode()
        headers = self._headers(operation, content)
        try:
            response = self._connections.send("POST", headers, content)
        except TimeoutError as error:
            raise TransportError("TimeoutError", str(error)) from error
        except OSError as error:
            raise TransportError("ConnectionError", str(error)) from error
        said = _said(response)
        if response.status == 200:
            return said
        raise self._refusal(said, response)

    def warm(self) -> None:
        """Open a connection before the first call wants one."""
        self._connections.warm()

    def _headers(self, operation: str, content: bytes) -> dict[str, str]:
        if self._keys is None:
            self._keys = aws_credentials.source()
        signed = signature.headers(
            operation,
            content,
            host=self._connections.host,
            region=self._region,
            keys=self._keys(),
            now=datetime.now(UTC) + self._skew,
        )
        # The checksum is of what is sent, packed or not.
        return signed | {"user-agent": "roster", "accept-encoding": "identity"}

    def _refusal(self, said: dict[str, Any], response: HttpResponse) -> TransportError:
        code = error_name(said.get("__type"), response.headers.get("x-amzn-errortype"), response.status)
        message = str(said.get("message") or said.get("Message") or "")
        if code in _OF_THE_CLOCK and self._corrected(response.headers.get("date", "")):
            return TransportError("RequestTimeTooSkewed", message, status=response.status)
        return refusal(code, message, said, response.status)

    def _corrected(self, date: str) -> bool:
        """Whether our clock was off by more than is tolerated; from now on its error is known."""
        from email.utils import parsedate_to_datetime  # a clock that is off is rare

        try:
            skew = parsedate_to_datetime(date) - datetime.now(UTC)
        except (TypeError, ValueError):  # no date, or one without a zone
            return False
        if abs(skew - self._skew) < _TOLERATED:
            return False
        self._skew = skew
        return True


def _said(response: HttpResponse) -> dict[str, Any]:
    """The response's JSON; none where a proxy answers in words. Raises TransportError for a damaged one."""
    checksum = response.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(crc32(response.content)):
        raise TransportError("ConnectionError", "the answer was damaged on its way")
    try:
        said = json.loads(response.content)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    if response.status == 200:
        raise TransportError("ServiceUnavailable", "an answer that is not DynamoDB's", status=200)
    return {}
