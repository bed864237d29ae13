"""What every call stands on: the store and the clock. Made once, on first use; tests bring their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roster import clock
from roster.auth import secrets
from roster.auth.issuers import Issuers
from roster.db.store import Store
from roster.queues import Queues, SqsQueues
from roster.settings import settings, starts_on_lambda


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a handler reaches outside of itself: the store, the clock, secrets and settings."""

    store: Store
    now: Callable[[], datetime] = clock.now
    issuers: Callable[[], Issuers] = Issuers
    """The trusted issuers of JSON Web Tokens; raises Unavailable where their secret is out of reach."""
    gateway_secrets: Callable[[], Sequence[str]] = tuple
    """What a gateway may prove itself by; raises Unavailable likewise."""
    deployment_keys: Callable[[str], Sequence[bytes]] = lambda purpose: ()
    """The keys for one purpose, made of the deployment's key: sign with the first, take any.

    Empty where the deployment has no key; raises Unavailable likewise.
    """
    queues: Queues = field(default_factory=SqsQueues)


_current: Dependencies | None = None


def use(dependencies: Dependencies | None) -> None:
    """Let all handlers of this process stand on this; None goes back to the deployed table."""
    global _current
    _current = dependencies


def current() -> Dependencies:
    """What the handlers of this process stand on."""
    global _current
    if _current is None:
        _current = Dependencies(
            _deployed(),
            issuers=secrets.issuers,
            gateway_secrets=secrets.gateway_secrets,
            deployment_keys=secrets.deployment_keys,
        )
    return _current


def prepare() -> None:
    """On Lambda, reach for the table while the function starts: its processor is whole only then."""
    if starts_on_lambda():
        current()


def _deployed() -> Store:
    from roster.db.dynamodb import connect  # the embedded store's processes never pay for botocore
    from roster.db.dynamodb.store import DynamoStore

    config = settings()
    transport = connect.transport(config)
    if starts_on_lambda():
        connect.warm(transport)
    return DynamoStore(transport, config.table_name)
