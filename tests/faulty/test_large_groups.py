"""A group of 10,000 through the served SCIM, on DynamoDB Local: nobody is lost, and nobody is there twice.

What no request of these reads or writes (addresses, lists of people) is not laid into the engine, which takes
its time for it, but beside what the engine has when all is verified.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.verify import verify
from local.embedded import open_embedded
from local.sqlite_store import SqliteStore
from roster import clock
from roster.clock import Deadline
from roster.db import keys, list_log
from roster.db.dynamodb.store import DynamoStore
from roster.db.items import item
from roster.db.list_tree import Move, counting
from roster.db.store import Item, Put, Update
from roster.db.transactions import Transaction
from roster.directory import group_places, members, users, workspace_groups
from roster.domain import Actor, Membership, User, Workspace, WorkspaceRole
from tests.support import real
from tests.support.directory import Directory
from tests.support.race import at_once
from tests.support.served import Served, served
from tests.support.snapshots import PATIENCE, everything, put_rows

pytestmark = pytest.mark.real

MEMBERS = 10_000
EACH = 256
"""Members in one PATCH, as Okta sends them."""
SHARED = 4 * EACH
"""Members whom both clients send, at the same time."""
MOST_TRIES = 5
MOST_BUSY = 0.2
"""The share of requests that a machine with much else to do may not get done within the deadline."""
AT = "2026-04-13T00:00:00Z"
BY = Actor("bulk", datetime(2026, 4, 13, tzinfo=UTC))

# Without stream and indexes, which these requests do not touch and the engine's writes pay for.
PLAIN = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
    "KeySchema": real.TABLE["KeySchema"],
    "BillingMode": real.TABLE["BillingMode"],
}


@dataclass(frozen=True)
class Provider:
    """What the workspace's identity provider sends, from any of its clients."""

    app: Served
    base: str
    token: str
    answers: Counter[int] = field(default_factory=Counter)
    """How many of the PATCHes got which status."""

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any, str]:
        """Status, body and ETag."""
        answer = self.app.send(method, f"{self.base}{path}", body, Authorization=f"Bearer {self.token}")
        etag = next((value for name, value in answer.headers.items() if name.lower() == "etag"), "")
        return answer.status, answer.json if answer.text else None, etag

    def patch(self, group_id: str, op: str, people: Sequence[str]) -> None:
        """Add or remove members; what is not done within the deadline is sent again, as 503 asks for."""
        value = [{"value": user_id} for user_id in people]
        body = {"Operations": [{"op": op, "path": "members", "value": value}]}
        for _ in range(MOST_TRIES):
            status, said, _ = self.send("PATCH", f"/Groups/{group_id}", body)
            self.answers[status] += 1
            if status != 503:
                break
        assert status == 204, said


def test_ten_thousand_members_come_and_go_by_two_clients_at_once(tmp_path: Path, table_file: Path) -> None:
    with real.fresh_table(PLAIN) as name:
        store = real.dynamo_store(name)
        directory = Directory(store, clock.now)
        acme = directory.workspace("acme")
        people, beside = laid(store, acme)
        token = str(directory.scim_token(acme))
        environ = {"TABLE_ENDPOINT": real.endpoint(), "TABLE_NAME": name, "AWS_REGION": "eu-west-1"}
        with served(tmp_path, **environ) as app:
            provider = Provider(app, f"/scim/v2/{acme.id}", token)
            _, made, _ = provider.send("POST", "/Groups", {"displayName": "Everybody"})
            group_id = made["id"]
            for op, expected in (("add", people), ("remove", [])):
                two_clients(provider, group_id, op, people)
                assert_holds(provider, store, acme, group_id, expected)
        assert provider.answers[503] <= MOST_BUSY * provider.answers[204]
        table = whole(table_file, store, beside)
        report = verify(table, now=clock.now())
        table.close()
        assert report.broken == []
        assert report.items > 8 * MEMBERS


def two_clients(provider: Provider, group_id: str, op: str, people: list[str]) -> None:
    """One sends the shared and half of the others, the other the shared and the rest, each request twice."""
    shared, own = people[:SHARED], people[SHARED:]
    half = len(own) // 2

    def send(some: list[str], times: int) -> None:
        for first in range(0, len(some), EACH):
            for _ in range(times):
                provider.patch(group_id, op, some[first : first + EACH])

    at_once([lambda: send([*shared, *own[:half]], 1), lambda: send([*shared, *own[half:]], 2)])


def assert_holds(
    provider: Provider, store: DynamoStore, acme: Workspace, group_id: str, expected: list[str]
) -> None:
    """The group has exactly these members, by its list, its counter and the total; one ETag for all."""
    status, shown, etag = provider.send("GET", f"/Groups/{group_id}")
    assert status == 200
    listed = [each["value"] for each in shown.get("members", [])]
    assert sorted(listed) == sorted(expected)
    group = workspace_groups.by_id(store, acme.id, group_id)
    assert group.members == len(expected)
    assert group_places.members_page(store, group, 1, 1)[1] == len(expected)
    assert etag == shown["meta"]["version"] == f'W/"{group.revision}"'
    provider.patch(group_id, "add", expected[:EACH])  # who is there already: nothing changes
    assert provider.send("GET", f"/Groups/{group_id}?excludedAttributes=members")[2] == etag


def laid(store: DynamoStore, acme: Workspace) -> tuple[list[str], list[Item]]:
    """Lay thousands of members; returns their ids, and what is not laid into the engine."""
    within: list[Item] = []
    beside: list[Item] = []
    moves: list[Move] = []
    ids: list[str] = []
    for number in range(1, MEMBERS + 1):
        user = User(f"u-{number}", number, f"u{number}@example.com", f"User {number}", AT)
        membership = Membership(acme.id, user.id, WorkspaceRole.MEMBER, number, AT)
        work = Transaction(BY)
        users.plan(work, members.joined(user, membership), None)
        members.plan(work, acme, user, membership, is_new=True)
        for operation, _ in work.operations:
            if isinstance(operation, Put) and "action" not in operation.item:
                is_read = operation.key in (keys.user(user.id), keys.member(acme.id, user.id))
                (within if is_read else beside).append(operation.item)
        moves += work.moves
        ids.append(user.id)
    beside += [item(update.key, update.add) for update in counting(moves)]
    put_rows(store, within)
    beside.append(list_log.opened(keys.USERS).item | {"last": MEMBERS})
    counts: Item = {"last": MEMBERS, "held": MEMBERS}
    store.write(Update(keys.counter(keys.members(acme.id)), set=counts))
    return ids, beside


def whole(file: Path, store: DynamoStore, beside: list[Item]) -> SqliteStore:
    """All that the engine has, and what was laid beside it, in a table of its own."""
    table = open_embedded(file)
    put_rows(table, beside)
    put_rows(table, everything(store.within(Deadline.after(PATIENCE))))
    return table
