"""What webhooks sign with, as it is kept, and one signed message on its way to a webhook."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from roster.auth import sealing, webhook_signatures
from roster.auth.webhook_signatures import Signing
from roster.clock import instant
from roster.directory import cloud_events
from roster.domain import Webhook
from roster.http.targets import target_of
from roster.settings import settings

if TYPE_CHECKING:
    from roster.http.outgoing import Outcome

TESTED = "roster.webhook.tested"
"""The type of what a test sends; no event of the feed has it."""
_OWNER = "webhook"


def seal(signing: Signing, webhook_id: str) -> str:
    """A webhook's secret and private key as they are kept. Raises Unavailable without a deployment's key."""
    return sealing.seal(sealing.keys(sealing.WEBHOOKS), signing.kept, _OWNER, webhook_id)


def opened(webhook: Webhook, now: datetime) -> tuple[Sequence[Signing], str | None]:
    """What a webhook signs with, for a day after a change the former too.

    Beside them, where another key of the deployment has sealed them, the present ones sealed anew. Raises
    Unavailable where the deployment's key is out of reach.
    """
    keys = sealing.keys(sealing.WEBHOOKS)
    present, anew = sealing.opened(keys, webhook.signing, _OWNER, webhook.id)
    found = [Signing.of(present)]
    if webhook.former_signing and webhook.former_until is not None and webhook.former_until > instant(now):
        former, _ = sealing.opened(keys, webhook.former_signing, _OWNER, webhook.id)
        found.append(Signing.of(former))
    return found, anew


def send(webhook: Webhook, signing: Sequence[Signing], event: Mapping[str, Any], now: datetime) -> "Outcome":
    """Send an event to a webhook once, and tell what came back."""
    from roster.http.outgoing import Outcome, post  # a client of HTTP, only where something is sent

    body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
    loopback = settings().webhook_targets == "loopback"
    try:
        target = target_of(webhook.url, loopback=loopback)
    except ValueError:  # it was written down where more was allowed
        return Outcome(error="the address is not public")
    signed = webhook_signatures.headers(str(event["id"]), int(now.timestamp()), body, signing)
    return post(target, {"Content-Type": cloud_events.MEDIA_TYPE, **signed}, body, loopback=loopback)


def send_test(webhook: Webhook, event_id: str, now: datetime) -> "Outcome":
    """Send an event that tells of nothing, and tell what came back."""
    signing, _ = opened(webhook, now)
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": cloud_events.source(),
        "type": TESTED,
        "time": instant(now),
        "subject": f"webhook/{webhook.id}",
        "datacontenttype": "application/json",
        "data": {"workspaceId": webhook.workspace_id},
    }
    return send(webhook, signing, event, now)
