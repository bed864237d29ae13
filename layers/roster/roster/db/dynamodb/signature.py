"""AWS Signature Version 4 of a DynamoDB request: what botocore's signer writes, at an eighth of its price.

A test holds the two equal. The key that signs is made once a day of each secret.
"""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from typing import Protocol

from roster import clock

_CONTENT_TYPE = "application/x-amz-json-1.0"


class Keys(Protocol):
    """Credentials as they are at one moment."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


def headers(
    operation: str, content: bytes, *, host: str, region: str, keys: Keys, now: datetime
) -> dict[str, str]:
    """The headers of a call, signed; `host` is signed too but not among them."""
    at = clock.instant(now).replace("-", "").replace(":", "")
    signed = {
        "content-type": _CONTENT_TYPE,
        "host": host,
        "x-amz-date": at,
        **({"x-amz-security-token": keys.token} if keys.token else {}),
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }  # in order of name, as they are signed
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{sha256(content).hexdigest()}"
    scope = f"{at[:8]}/{region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = digest(_key(keys.secret_key, at[:8], region), text.encode(), "sha256").hex()
    credential = f"{keys.access_key}/{scope}"
    del signed["host"]
    return signed | {
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, "
        f"Signature={signature}"
    }


@lru_cache(maxsize=2)
def _key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "dynamodb", "aws4_request"):
        key = digest(key, part.encode(), "sha256")
    return key
