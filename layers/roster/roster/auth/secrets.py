"""What Secrets Manager keeps for the deployment: issuers, the gateway's secrets, and the deployment's key."""

import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from roster.auth import credentials
from roster.auth.issuers import Issuers
from roster.errors import Fault, Unavailable
from roster.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

_FRESH = 300  # seconds that a secret is kept before it is asked for again
_GET = "GetSecretValue"


class WeakSecret(ValueError):
    """A secret is too short or published: whoever guesses it would be believed. Never says the secret."""


def issuers() -> Issuers:
    """The trusted issuers. Raises Unavailable while the secret is out of reach, or cannot be used."""
    name = settings().issuers_secret
    return _read(_secret(name), name) if name else Issuers()


def gateway_secrets() -> tuple[str, ...]:
    """One or two secrets, a line each; none where the deployment has none, so that nobody has it.

    Raises Unavailable while the secret is out of reach, and where a line is a weak one.
    """
    name = settings().gateway_secret
    told = tuple(_secret(name).removeprefix("\ufeff").split()[:2]) if name else ()
    for each in told:
        if reason := credentials.reason_to_refuse(each):
            raise _unusable("WeakSecret", name) from WeakSecret(f"the gateway secret {reason}")
    return told


def deployment_keys(purpose: str) -> tuple[bytes, ...]:
    """The keys for one purpose, from the deployment's key: the first is used, the second still counts.

    Empty where the deployment has no key. Raises Unavailable while the secret is out of reach.
    """
    name = settings().deployment_key
    return derived(_secret(name), purpose) if name else ()


def derived(key: str, purpose: str) -> tuple[bytes, ...]:
    """A key of 32 bytes for one purpose, from each of a key's one or two lines (current, previous).

    HMAC-SHA256 as the expanding half of HKDF (RFC 5869): no purpose's key tells anything of another's.
    """
    return tuple(hmac.digest(line.encode(), purpose.encode(), "sha256") for line in key.split()[:2])


@lru_cache(maxsize=2)
def _read(text: str, secret_id: str) -> Issuers:
    try:
        return Issuers.read(text)
    except ValueError as error:
        raise _unusable(type(error).__name__, secret_id) from error


@lru_cache(maxsize=1)
def provider() -> "SecretsProvider":
    """This process's way to Secrets Manager, which keeps what it read; it gives up within the deadline."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # only where there are secrets
    from botocore.config import Config

    config = Config(
        region_name=settings().region,
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=1,
        read_timeout=2.5,
    )
    return SecretsProvider(boto_config=config)


def _secret(name: str) -> str:
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    try:
        found = provider().get(name, max_age=_FRESH)
    except GetParameterError as error:
        raise Unavailable(fault=_fault(error.__context__, name)) from error
    if not isinstance(found, str):  # bytes
        raise _unusable("SecretBinary", name)
    return found


def _fault(error: BaseException | None, name: str) -> Fault:
    """What kept Secrets Manager's secret from us; `error` is what Powertools met."""
    from roster.db.dynamodb.transport import failure_of_botocore

    failure = failure_of_botocore(error)
    if failure is None:
        return Fault(type(error).__name__, False, _GET, secret_id=name)
    return Fault(failure.code, failure.passing, _GET, secret_id=name, http_status=failure.status)


def _unusable(code: str, name: str) -> Unavailable:
    """For a secret that was read and is of no use, until somebody changes it."""
    return Unavailable(retry_after=60, fault=Fault(code, False, _GET, secret_id=name))
