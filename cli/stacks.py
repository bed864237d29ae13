"""Finds the table of a deployed stack by the stack's own outputs, and what it was deployed with."""

import os
from typing import Any

from roster.settings import settings

OUTPUT = "TableName"


class NoSuchStack(Exception):
    """Why the stack's table cannot be told, in one line."""


def table_of(stack: str, client: Any) -> str:
    """The name of the stack's table; one call to CloudFormation. Raises NoSuchStack."""
    for output in _described(stack, client).get("Outputs", ()):
        if output["OutputKey"] == OUTPUT:
            return str(output["OutputValue"])
    raise NoSuchStack(f"{stack} has no output {OUTPUT}: it is not a directory, or not deployed yet")


def parameter_of(stack: str, name: str, client: Any) -> str | None:
    """What the stack was deployed with as this parameter, None where it has none; one call to CloudFormation.

    Raises NoSuchStack.
    """
    given = _described(stack, client).get("Parameters", ())
    return next((str(each["ParameterValue"]) for each in given if each["ParameterKey"] == name), None)


def _described(stack: str, client: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        [found] = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise NoSuchStack(f"{stack}: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:  # no credentials, no network
        raise NoSuchStack(f"{stack}: {error}") from error
    return found


def configured_region() -> str:
    """The region that the environment names, else the AWS profile, else the settings' own."""
    import botocore.session

    profiles = botocore.session.Session().get_config_variable("region")
    return os.environ.get("AWS_REGION") or profiles or settings().region


def cloudformation(region: str) -> Any:
    """A client of CloudFormation that gives up within seconds."""
    return client_of("cloudformation", region)


def client_of(service: str, region: str) -> Any:
    """A client of a service of AWS that gives up within seconds."""
    import botocore.session
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})
    return botocore.session.Session().create_client(service, region_name=region, config=config)
