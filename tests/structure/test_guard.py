"""The guard of least privilege bites: at the seam to DynamoDB, at any other store, on grants without use."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from roster import dependencies
from roster.clock import Deadline
from roster.db.dynamodb.store import DynamoStore
from roster.db.store import Check, Delete, Index, Item, Key, Present, Put, Store, Update
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.guard import Grant, Guard, GuardedStore, GuardedTransport, acting_as, template_guard

BY_ACTOR = Index("ByActor", "actor")
KEY = Key("a", "b")
ITEM: Item = {"PK": "a", "SK": "b", "v": 1}
FUNCTION = "Example"

CALLS = [
    (lambda store: store.get(KEY), {"GetItem"}),
    (lambda store: store.batch_get([KEY]), {"BatchGetItem"}),
    (lambda store: store.query("a"), {"Query"}),
    (lambda store: store.query("a", index=BY_ACTOR), {"Query on ByActor"}),
    (lambda store: store.scan(), {"Scan"}),
    (lambda store: store.write(Put(ITEM)), {"PutItem"}),
    (lambda store: store.write(Update(KEY, set={"n": 1})), {"UpdateItem"}),
    (lambda store: store.write(Delete(KEY)), {"DeleteItem"}),
    (
        lambda store: store.transact(
            [Put(ITEM), Update(KEY, set={"n": 1}), Delete(KEY), Check(KEY, Present())], token="t"
        ),
        {"PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"},
    ),
    (lambda store: store.bulk_put([ITEM]), {"BatchWriteItem"}),
]
IDS = ["get", "batch", "query", "index", "scan", "put", "update", "delete", "transaction", "bulk"]


@dataclass
class Silent:
    """A transport that answers everything with nothing."""

    called: list[str] = field(default_factory=list)

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        self.called.append(operation)
        return {"Items": [], "Responses": {}}


def grant(words: str) -> Grant:
    action, _, index = words.partition(" on ")
    return Grant(action, f"Table/index/{index}" if index else "Table")


def guarded(granted: set[str]) -> Iterator[tuple[Guard, Store, Silent]]:
    """A store of either kind under a guard that grants the example no more than this."""
    for kind in ("transport", "store"):
        allowed = frozenset(map(grant, granted))
        guard, silent = Guard({FUNCTION: allowed}, allowed), Silent()
        if kind == "transport":
            yield guard, DynamoStore(GuardedTransport(silent, guard, "roster"), "roster"), silent
        else:
            yield guard, cast(Store, GuardedStore(DynamoStore(silent, "roster"), guard)), silent


@pytest.mark.parametrize(("call", "needed"), CALLS, ids=IDS)
def test_a_call_needs_just_what_it_needs(call: Any, needed: set[str]) -> None:
    for guard, store, silent in guarded(needed):
        with acting_as(FUNCTION):
            call(store)
        assert len(silent.called) == 1
        assert guard.used == {(FUNCTION, grant(each)) for each in needed}
        assert guard.unused() == []
    for missing in needed:
        for _, store, silent in guarded((needed | {"Query on ByTarget"}) - {missing}):
            with acting_as(FUNCTION), pytest.raises(pytest.fail.Exception, match="Example may not"):
                call(store)
            assert silent.called == [], "nothing of a call is made that is not granted whole"


def test_another_table_is_not_the_templates() -> None:
    guard = Guard({FUNCTION: frozenset({grant("GetItem")})}, frozenset({grant("GetItem")}))
    store = DynamoStore(GuardedTransport(Silent(), guard, "roster"), "another")
    with acting_as(FUNCTION), pytest.raises(pytest.fail.Exception, match="may not GetItem on another"):
        store.get(KEY)


def test_the_boundary_bounds_what_a_role_grants() -> None:
    guard = Guard({FUNCTION: frozenset({grant("GetItem")})}, frozenset())
    with acting_as(FUNCTION), pytest.raises(pytest.fail.Exception, match="may not GetItem"):
        guard.demand(grant("GetItem"))


def test_what_a_fixture_does_is_nobodys_privilege() -> None:
    for guard, store, _ in guarded(set()):
        store.get(KEY)
        assert guard.used == set()


@pytest.mark.row("item-17")
def test_a_grant_removed_from_the_template_fails_the_request_that_needs_it(
    api: Api, directory: Directory
) -> None:
    root = directory.admin()
    api.cookie(root)
    whole = template_guard()
    grants = dict(whole.granted)
    grants["CreateWorkspace"] -= {grant("PutItem")}
    dependencies.use(
        dependencies.Dependencies(
            cast(Store, GuardedStore(api.store, Guard(grants, whole.bounds))), api.clock
        )
    )
    with pytest.raises(pytest.fail.Exception, match="CreateWorkspace may not PutItem on Table"):
        api.post("/api/workspaces", {"key": "acme", "name": "Acme"}, as_=root)


def test_each_function_must_use_every_grant_of_the_role_that_it_shares() -> None:
    def allow(*actions: str) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": list(actions), "Resource": {"Fn::GetAtt": ["Table", "Arn"]}}

    role = {"Policies": [{"PolicyDocument": {"Statement": [allow("dynamodb:GetItem", "dynamodb:PutItem")]}}]}
    bounds = {"PolicyDocument": {"Statement": [allow("dynamodb:GetItem", "dynamodb:PutItem")]}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
    guard = Guard.of(
        {
            "Resources": {
                "Role": {"Type": "AWS::IAM::Role", "Properties": role},
                "Boundary": {"Type": "AWS::IAM::ManagedPolicy", "Properties": bounds},
                "First": function,
                "Second": function,
            }
        }
    )
    for name, used in (("First", ("GetItem", "PutItem")), ("Second", ("GetItem",))):
        with acting_as(name):
            for action in used:
                guard.demand(grant(action))
    assert guard.unused() == [("Second", grant("PutItem"))]


def test_a_grant_that_nothing_used_is_named() -> None:
    guard = Guard(
        {FUNCTION: frozenset(map(grant, ("GetItem", "Scan")))}, frozenset(map(grant, ("GetItem", "Scan")))
    )
    with acting_as(FUNCTION):
        guard.demand(grant("GetItem"))
    assert guard.unused() == [(FUNCTION, grant("Scan"))]
    assert guard.report().startswith("1 functions, 1 of 2 grants used, 1 items asked for")
