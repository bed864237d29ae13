"""A deployed stack as AWS has it: what CloudFormation, Lambda and DynamoDB say of it, each asked once."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

Properties = Mapping[str, Any]
FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
"""The types of a function, before and after SAM."""


class NotInStack(Exception):
    """The stack has no resource of a name that the template has; the name is the text."""


class Clients(Protocol):
    """Makes clients of AWS's services by their names."""

    def __call__(self, service: str) -> Any: ...


@dataclass(frozen=True)
class DeployedStack:
    """A stack as AWS has it; asks for each thing once."""

    name: str
    clients: Clients
    now: datetime

    @cached_property
    def description(self) -> Properties:
        """What CloudFormation says of the stack. Raises ClientError where there is none."""
        described: list[Properties] = self.clients("cloudformation").describe_stacks(StackName=self.name)[
            "Stacks"
        ]
        return described[0]

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The values that its last deploy gave it."""
        given = self.description.get("Parameters", ())
        return {each["ParameterKey"]: each["ParameterValue"] for each in given}

    @cached_property
    def template(self) -> Mapping[str, Properties]:
        """The resources as they were asked for, by their names in the template."""
        client = self.clients("cloudformation")
        body = client.get_template(StackName=self.name, TemplateStage="Processed")["TemplateBody"]
        if isinstance(body, str):  # YAML, as it was sent
            from samtranslator.yaml_helper import yaml_parse

            body = yaml_parse(body)
        found: Mapping[str, Properties] = body["Resources"]
        return found

    @cached_property
    def resources(self) -> Mapping[str, str]:
        """The physical ids of what there is, by the names in the template."""
        client = self.clients("cloudformation")
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in client.get_paginator("list_stack_resources").paginate(StackName=self.name)
            for each in page["StackResourceSummaries"]
            if each.get("PhysicalResourceId")
        }

    def physical(self, id_: str) -> str:
        """The physical id of a resource that a check is about. Raises NotInStack."""
        try:
            return self.resources[id_]
        except KeyError:
            raise NotInStack(id_) from None

    def of_type(self, *types: str) -> Mapping[str, str]:
        """The physical ids of the resources of these types."""
        kinds = {id_: resource["Type"] for id_, resource in self.template.items()}
        return {id_: name for id_, name in self.resources.items() if kinds.get(id_) in types}

    @cached_property
    def table(self) -> Properties:
        """The table's description. Raises ClientError where it is gone."""
        found: Properties = self.clients("dynamodb").describe_table(TableName=self.physical("Table"))["Table"]
        return found

    @cached_property
    def functions(self) -> Mapping[str, Properties]:
        """What Lambda says of each function that is there, by its name in the template."""
        client, found = self.clients("lambda"), {}
        for id_, name in self.of_type(*FUNCTIONS).items():
            with suppress(client.exceptions.ResourceNotFoundException):
                found[id_] = client.get_function(FunctionName=name)
        return found
