"""A user with thousands of memberships, put into the table past the transactions that make them."""

from collections.abc import Iterator

from roster.clock import Deadline
from roster.db import keys, list_log
from roster.db.list_tree import Move, counting
from roster.db.store import Item, Key, Put, Store, Update
from roster.db.transactions import Transaction, item
from roster.directory import members, users, workspaces
from roster.domain import Actor, Membership, User, Workspace, WorkspaceRole

AT = "2026-04-13T00:00:00Z"


def join_many(store: Store, user: User, count: int, *, by: Actor) -> list[str]:
    """Make workspaces, and the user a member of each and of no other; the workspaces' ids."""
    patient = store.within(Deadline.after(600))
    first = list_log.allocate(store, keys.WORKSPACES, count)
    made = [_workspace(number) for number in range(first, first + count)]
    moves: list[Move] = []
    items: list[Item] = []
    for workspace in made:
        work = Transaction(by)
        workspaces.plan(work, workspace)
        members.plan(work, workspace, user, Membership(workspace.id, user.id, WorkspaceRole.MEMBER, 1, AT))
        counter = keys.counter(keys.members(workspace.id))
        one: Item = {"last": 1, "held": 1}
        items += [each | one if Key.of(each) == counter else each for each in _put_by(work)]
        moves += work.moves
    shared = {keys.root(keys.WORKSPACES), *(move.branch for move in moves if move.listing == keys.WORKSPACES)}
    for update in counting(moves):
        if update.key in shared:  # others have rows there
            patient.write(update)
        else:
            items.append(item(update.key, update.add))
    patient.bulk_put(items)
    oldest: Item = {"oldest_workspace_id": made[0].id, "oldest_membership_at": AT}
    patient.write(Update(keys.user(user.id), set=oldest))
    return [workspace.id for workspace in made]


def left_of(store: Store, user_id: str) -> list[Key]:
    """Where the table still speaks of a user, but for audit and tombstone."""
    found: list[Key] = []
    start = None
    while True:
        page = store.scan(start=start)
        found += [Key.of(each) for each in page.items if _speaks_of(each, user_id)]
        if (start := page.next) is None:
            return found


def _workspace(number: int) -> Workspace:
    return Workspace(f"ws-{number}", number, f"key-{number}", f"Workspace {number}", AT)


def _put_by(work: Transaction) -> Iterator[Item]:
    """What a transaction would put, its audit left out."""
    for operation, _ in work.operations:
        if isinstance(operation, Put) and "action" not in operation.item:
            yield operation.item


def _speaks_of(found: Item, user_id: str) -> bool:
    told = any(user_id in str(value) for value in found.values())
    return told and "action" not in found and not users.is_tombstone(found)
