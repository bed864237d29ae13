"""AWS on the loopback: an empty table, secrets, credentials of a container; it keeps who was asked what."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.loopback import Handler, Listener

_SERVICE = re.compile(r"Credential=(?P<key>[^/]+)/[0-9]+/[^/]+/(?P<service>[^/]+)/aws4_request")
_FOUND: Mapping[str, object] = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0},
    "Scan": {"Items": [], "Count": 0},
}
KEYS, WARMING = "keys", "warming"
"""What was asked for where nothing was signed: credentials; a connection, before a call wants it."""


@dataclass(frozen=True)
class AskedAws:
    """A request as it came: of which service (its signature says), which operation, signed by whom."""

    service: str
    operation: str = ""
    access_key: str = ""
    token: str = ""
    authorization: str = ""
    path: str = ""


@dataclass
class AwsStub:
    """What `serving_aws` plays; one address is every service's."""

    address: str = ""
    secret: str = "a secret of this deployment, which is long enough"
    authorization: str = "of the environment"
    """What credentials are given for."""
    asked: list[AskedAws] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def services(self) -> set[str]:
        return {each.service for each in self.asked}

    def of(self, service: str) -> list[AskedAws]:
        return [each for each in self.asked if each.service == service]


@contextmanager
def serving_aws() -> Iterator[AwsStub]:
    """Serve until the block ends."""
    stub = AwsStub()
    listener = _Listener(_Aws)
    listener.stub, stub.address = stub, listener.address
    try:
        yield stub
    finally:
        listener.stop()


class _Listener(Listener):
    stub: AwsStub


class _Aws(Handler):
    server: _Listener

    def do_GET(self) -> None:
        stub, authorization = self.server.stub, self.headers.get("Authorization", "")
        if self.path == "/":  # what a function opens its connection with while it starts
            stub.asked.append(AskedAws(WARMING))
            self.answer(200, b"healthy: dynamodb")
            return
        stub.asked.append(AskedAws(KEYS, authorization=authorization, path=self.path))
        if authorization != stub.authorization:
            self.answer(401, b"{}")
            return
        number = len(stub.of(KEYS))
        ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        given = {"AccessKeyId": f"key{number}", "SecretAccessKey": "s", "Token": f"token{number}"}
        self._say({**given, "Expiration": ends})

    def do_POST(self) -> None:
        self.body()
        stub, headers = self.server.stub, self.headers
        signed = _SERVICE.search(headers.get("Authorization", ""))
        service = signed["service"] if signed else "unsigned"
        operation = headers.get("X-Amz-Target", "").rpartition(".")[2]
        key, token = signed["key"] if signed else "", headers.get("X-Amz-Security-Token", "")
        stub.asked.append(AskedAws(service, operation, key, token))
        if service == "dynamodb":
            self._say(_FOUND.get(operation, {}))
        elif service == "secretsmanager":
            self._say({"SecretString": stub.secret})
        else:
            self.answer(500)

    def _say(self, told: object) -> None:
        self.answer(200, json.dumps(told).encode(), {"Content-Type": "application/x-amz-json-1.0"})
