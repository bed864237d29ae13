"""The table outside AWS: made from the properties that `template.yaml` gives it."""

from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

# What CreateTable takes; the template says more, which is set on AWS alone (recovery, encryption, TTL).
_COPIED = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


def table_definition(template: Path) -> dict[str, Any]:
    """The arguments of `CreateTable` for the resource `Table` of the template, without a name."""
    properties = yaml_parse(template.read_text("utf-8"))["Resources"]["Table"]["Properties"]
    stream = {"StreamEnabled": True} | properties["StreamSpecification"]
    return {name: properties[name] for name in _COPIED} | {"StreamSpecification": stream}


def create_table(client: Any, name: str, definition: dict[str, Any]) -> None:
    """Make the table with a low-level DynamoDB client, and wait until it can be used."""
    client.create_table(TableName=name, **definition)
    client.get_waiter("table_exists").wait(TableName=name)
