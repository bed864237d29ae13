"""Least privilege: each call that a function makes to the table is held against its role in the template.

Functions share roles, and the boundary bounds every role. A call that role and boundary do not grant fails
the test that made it. A grant of a role that one of its functions never used in the whole endpoint suite
fails the run (tests/support/unused_grants.py), so sharing a role costs no privilege. Guarded is what runs
inside `acting_as`: handlers, and not the fixtures that make what a test stands on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

from local.gateway import translate
from roster.clock import Deadline
from roster.db.dynamodb.transport import Transport
from roster.db.store import Check, Store

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

_acting: ContextVar[str | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(function: str | None) -> Iterator[None]:
    """Let the calls of this thread in the block be those of a function; None: of nobody who is guarded."""
    before = _acting.set(function)
    try:
        yield
    finally:
        _acting.reset(before)


class Grant(NamedTuple):
    """An action on a resource, by the template's names: `Query` on `Table/index/ByActor`."""

    action: str
    resource: str


# What the template grants.


def statements(translated: Mapping[str, Any], function: str) -> Iterator[Mapping[str, Any]]:
    """The statements of a function's role and of the policies attached to it; conditional ones too."""
    role = role_of(translated, function)
    properties = translated["Resources"][role]["Properties"]
    for policy in properties.get("Policies", ()):
        yield from _unconditional(policy["PolicyDocument"]["Statement"])
    for name in attached(properties):
        yield from _unconditional(translated["Resources"][name]["Properties"]["PolicyDocument"]["Statement"])


def role_of(translated: Mapping[str, Any], function: str) -> str:
    """The name of a function's role in the template."""
    return str(translated["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0])


def attached(role: Mapping[str, Any]) -> Iterator[str]:
    """The template's policies that are attached to a role; those under a condition too."""
    for written in role.get("ManagedPolicyArns", ()):
        yield str((written["Fn::If"][1] if "Fn::If" in written else written)["Ref"])


def grants(found: Iterator[Mapping[str, Any]], service: str = "dynamodb") -> frozenset[Grant]:
    """The actions on a service that statements grant. Fails for a form that the guard does not understand."""
    granted = set()
    for statement in found:
        # A condition narrows what is granted; one on the table would need the guard to evaluate it.
        assert set(statement) - {"Condition"} == {"Effect", "Action", "Resource"}, statement
        assert statement["Effect"] == "Allow"
        assert "Condition" not in statement or "dynamodb:" not in str(statement["Action"]), statement
        for action in _several(statement["Action"]):
            owner, _, name = action.partition(":")
            if owner == service:
                granted |= {Grant(name, resource(each)) for each in _several(statement["Resource"])}
    return frozenset(granted)


def boundary(translated: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The statements of the most that any role may do; those under a condition too."""
    yield from _unconditional(
        translated["Resources"]["Boundary"]["Properties"]["PolicyDocument"]["Statement"]
    )


def _unconditional(found: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for statement in found:
        yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def resource(named: Any) -> str:
    """`Table` for its ARN, `Table/index/ByActor` for what lies below it, and so on."""
    match named:
        case {"Fn::GetAtt": [name, "Arn"]}:
            return str(name)
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
        case {"Fn::Sub": str(text)}:
            return text.replace("${Table.Arn}", "Table")
        case {"Ref": name}:
            return str(name)
    raise AssertionError(f"not a resource of the template: {named!r}")


def _on_the_table(found: Iterator[Mapping[str, Any]]) -> frozenset[Grant]:
    """Without those on its stream, which Lambda reads for the function."""
    return frozenset(one for one in grants(found) if not one.resource.startswith("Table/stream/"))


def _several(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


# What is asked.


def asked_of_transport(operation: str, body: Mapping[str, Any], table: str) -> Iterator[Grant]:
    """What a call to DynamoDB needs, item by item; `table` is what the template's `Table` is called here."""

    def on(name: str) -> str:
        return "Table" if name == table else name

    if operation.startswith("Transact"):  # no right of its own: each item needs that of its kind
        for item in body["TransactItems"]:
            [(verb, one)] = item.items()
            yield Grant(f"{verb}Item", on(one["TableName"]))
    elif operation.startswith("Batch"):
        for name, requests in body["RequestItems"].items():
            for _ in requests.get("Keys", ()) if isinstance(requests, dict) else requests:
                yield Grant(operation, on(name))
    else:
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        yield Grant(operation, on(body["TableName"]) + index)


def asked_of_store(method: str, arguments: tuple[Any, ...], more: Mapping[str, Any]) -> Iterator[Grant]:
    """What a method of a store would need of DynamoDB, item by item."""
    match method:
        case "get":
            yield Grant("GetItem", "Table")
        case "batch_get":
            yield from (Grant("BatchGetItem", "Table") for _ in arguments[0])
        case "query":
            index = more.get("index")
            yield Grant("Query", f"Table/index/{index.name}" if index else "Table")
        case "scan":
            yield Grant("Scan", "Table")
        case "write":
            yield Grant(f"{type(arguments[0]).__name__}Item", "Table")
        case "transact":
            for one in arguments[0]:
                verb = "ConditionCheck" if isinstance(one, Check) else type(one).__name__
                yield Grant(f"{verb}Item", "Table")
        case "bulk_put":
            yield from (Grant("BatchWriteItem", "Table") for _ in arguments[0])
        case _:
            raise AssertionError(f"the guard does not know {method}")


# Who asks whom.


@dataclass
class Guard:
    """Allows each function what its role and the boundary grant, and remembers what was used."""

    granted: Mapping[str, frozenset[Grant]]
    bounds: frozenset[Grant]
    used: set[tuple[str, Grant]] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)  # by function, item by item

    @classmethod
    def of(cls, translated: Mapping[str, Any]) -> Self:
        """The guard of a translated template."""
        functions = [
            name for name, one in translated["Resources"].items() if one["Type"] == "AWS::Lambda::Function"
        ]
        granted = {name: _on_the_table(statements(translated, name)) for name in functions}
        return cls(granted, _on_the_table(boundary(translated)))

    def demand(self, grant: Grant) -> None:
        """Fail the test if the function that acts may not do this; whoever is no function may do all."""
        function = _acting.get()
        if function is None:
            return
        self.asked[function] += 1
        if grant not in self.granted[function] & self.bounds:
            # Not an assertion: the door would take that for a defect of ours and answer 500.
            pytest.fail(f"{function} may not {grant.action} on {grant.resource}")
        self.used.add((function, grant))

    def unused(self) -> list[tuple[str, Grant]]:
        """The grants that nothing has used, in order."""
        everything = {(function, grant) for function, some in self.granted.items() for grant in some}
        return sorted(everything - self.used)

    def report(self) -> str:
        """One line; a call outside the grants has failed its test, so that there are none in a green run."""
        total = sum(map(len, self.granted.values()))
        return (
            f"{len(self.granted)} functions, {total - len(self.unused())} of {total} grants used, "
            f"{self.asked.total()} items asked for, none outside the grants"
        )


@cache
def template_guard() -> Guard:
    """The guard of the template, one a process."""
    return Guard.of(translate(TEMPLATE))


@dataclass(frozen=True, slots=True)
class GuardedTransport:
    """The seam to DynamoDB, guarded."""

    inner: Transport
    guard: Guard
    table: str

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        for grant in asked_of_transport(operation, body, self.table):
            self.guard.demand(grant)
        return self.inner.call(operation, body, deadline)


@dataclass(frozen=True, slots=True)
class GuardedStore:
    """A store that is not DynamoDB, guarded as if it were."""

    inner: Store
    guard: Guard

    def within(self, deadline: Deadline) -> Self:
        return type(self)(self.inner.within(deadline), self.guard)

    def __getattr__(self, method: str) -> Any:
        call = getattr(self.inner, method)

        def guarded(*arguments: Any, **more: Any) -> Any:
            for grant in asked_of_store(method, arguments, more):
                self.guard.demand(grant)
            return call(*arguments, **more)

        return guarded
