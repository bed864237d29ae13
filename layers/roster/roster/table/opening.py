"""The way to the table that the settings name: which transport, to which address."""

import random

from roster.settings import Settings
from roster.table import address
from roster.table.transport import Transport

# Each transport is imported where it is chosen: the other one would be a quarter of a cold start.


def transport(config: Settings) -> Transport:
    """The deployment's transport; no connection is open yet."""
    if config.transport == "boto3":
        from roster.table.transport import BotoTransport, boto_client

        return BotoTransport(boto_client(region=config.region, endpoint=config.endpoint))
    from roster.table.lean import LeanTransport

    own = address.of_region(config.region, fips=config.fips, dual_stack=config.dual_stack)
    return LeanTransport(config.endpoint or own, config.region, config.ca_bundle)


def warm(transport: Transport) -> None:
    """Open the connection now, and again in every environment that a snapshot of this one becomes."""
    from roster.table.lean import LeanTransport

    if not isinstance(transport, LeanTransport):
        return
    lean = transport

    def restored() -> None:
        random.seed()  # ours is the system's; third parties' would repeat the snapshot's
        lean.renew()
        lean.warm()

    lean.warm()
    try:
        # The runtime brings it where there is SnapStart.
        from snapshot_restore_py import register_after_restore  # type: ignore[import-not-found]
    except ImportError:
        return
    register_after_restore(restored)
