"""The way to the table that the settings name: which transport, to which address."""

from roster.db.dynamodb import endpoint
from roster.db.dynamodb.transport import Transport
from roster.settings import Settings

# Each transport is imported where it is chosen: the other one would be a quarter of a cold start.


def transport(config: Settings) -> Transport:
    """The deployment's transport; no connection is open yet."""
    if config.transport == "boto3":
        from roster.db.dynamodb.transport import BotoTransport, boto_client

        return BotoTransport(boto_client(region=config.region, endpoint=config.endpoint))
    from roster.db.dynamodb.http_transport import HttpTransport

    own = endpoint.of_region(config.region, fips=config.fips, dual_stack=config.dual_stack)
    return HttpTransport(config.endpoint or own, config.region, config.ca_bundle)


def warm(transport: Transport) -> None:
    """Open the connection now, before a call wants it."""
    from roster.db.dynamodb.http_transport import HttpTransport

    if isinstance(transport, HttpTransport):
        transport.warm()
