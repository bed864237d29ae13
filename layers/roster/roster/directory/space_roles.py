"""Roles in spaces: who holds which, given and ended one by one.

What a role stands on is in `grants.py`. A role is given to members of the workspace alone; it ends with the
membership, with the space, or by itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import naming
from roster.db.store import Check, Item, Key, Store, every
from roster.db.transactions import ReadConflict, Transaction, retry_from
from roster.directory import grants, members, spaces, users
from roster.domain import Actor, Space, SpaceRole, User
from roster.errors import Conflict, DirectoryError, NotAMember, NotFound
from roster.events import Event

FEW = 1_000
"""Up to so many roles in a space are read by one Query and sorted; of more, pages are of counted lists."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A user's role in a space, and since when; None where it was given before that was kept."""

    user: User
    role: SpaceRole
    created_at: str | None


def keys_of(user_id: str, workspace_id: str, space_id: str) -> list[Key]:
    """Where the user's roles in a space are."""
    return [keys.space_grant(user_id, workspace_id, space_id, role) for role in SpaceRole]


def among(found: Mapping[Key, Item], user: User, space: Space) -> frozenset[SpaceRole]:
    """The roles that a user holds in a space, of those among the items."""
    held = (
        (role, found.get(keys.space_grant(user.id, space.workspace_id, space.id, role))) for role in SpaceRole
    )
    return frozenset(role for role, grant in held if grant is not None and not grants.is_void(grant, user))


def heads_of(space_id: str) -> list[Key]:
    """The heads of the lists of a space's holders, which `page` takes as `known`."""
    return [key for role in SpaceRole for key in counted_lists.head(keys.holders_of(space_id, role))]


def needs_of(workspace_id: str, space_id: str, user_id: str, role: SpaceRole) -> list[Key]:
    """What `give` and `end` read: the space, the user, the membership and the role."""
    return [
        keys.space(space_id),
        keys.user(user_id),
        keys.member(workspace_id, user_id),
        keys.space_grant(user_id, workspace_id, space_id, role),
    ]


def page(
    store: Store, space: Space, number: int, size: int, known: Mapping[Key, Item]
) -> tuple[list[HeldRole], int]:
    """A page of the roles in a space, developers, managers and auditors, each in the order of the users; and
    the total. `known` holds the heads of the lists (`heads_of`).

    One Query and a BatchGet a hundred users. Of a space with more than `FEW` roles, a Query and perhaps a Get
    for each role of which the page shows somebody.
    """
    totals = {role: _total(known, keys.holders_of(space.id, role)) for role in SpaceRole}
    total, skip = sum(totals.values()), (number - 1) * size
    if skip >= total:
        return [], total
    if total <= FEW:
        rows: Sequence[Item] = sorted(
            every(store, keys.space(space.id).pk, begins=keys.SPACE_ROLES), key=_order
        )
        rows = rows[skip : skip + size]
    else:
        rows = list(_window(store, space.id, totals, skip, size, known))
    named = naming(rows, "user_id", "workspace_id")
    living = users.by_ids(store, [str(row["user_id"]) for row in named])
    held = ((living.get(str(row["user_id"])), row) for row in named)
    return [
        _held(user, row) for user, row in held if user is not None and not grants.is_void(row, user)
    ], total


def give(
    store: Store,
    space: Space,
    user_id: str,
    role: SpaceRole,
    *,
    by: Actor,
    known: Mapping[Key, Item] | None = None,
) -> HeldRole:
    """Give a member of the workspace a role in a space, if they do not hold it: one BatchGet (none where
    `known` holds `needs_of`), one Transact.

    Raises NotAMember where the user is none, known or not, and NotFound where the space has gone.
    """
    if not keys.is_id(user_id):
        raise NotAMember
    wanted = needs_of(space.workspace_id, space.id, user_id, role)
    at_space, at_user, at_member, at_grant = wanted

    def attempt(found: Mapping[Key, Item]) -> HeldRole:
        present, user = spaces.of_item(found.get(at_space)), users.of_item(found.get(at_user))
        membership, grant = members.of_item(found.get(at_member)), found.get(at_grant)
        if present is None:
            raise NotFound("space", space.id)
        if user is None or membership is None:
            raise NotAMember
        if grant is not None and not grants.is_void(grant, user):
            return _held(user, grant)
        work = Transaction(by)
        work.do(Check(at_member, members.still(membership)), _no_member_or_lost)
        grants.plan_space_role(work, present, user, role, membership.number, instead_of=grant)
        try:
            work.commit(store)
        except Conflict as error:
            if error.what == "grant":  # somebody has just given it
                raise ReadConflict from error
            raise
        return HeldRole(user, role, instant(by.at))

    return retry_from(known, lambda: store.batch_get(wanted), attempt)


def end(
    store: Store,
    space: Space,
    user_id: str,
    role: SpaceRole,
    *,
    by: Actor,
    known: Mapping[Key, Item] | None = None,
    demand: Callable[[], None] = lambda: None,
) -> None:
    """End a user's role in a space: one BatchGet (none where `known` holds `needs_of`), one Transact.

    Raises NotFound where the user does not hold it, then what `demand` raises.
    """
    if not keys.is_id(user_id):
        raise NotFound("role")
    wanted = needs_of(space.workspace_id, space.id, user_id, role)

    def attempt(found: Mapping[Key, Item]) -> None:
        user, grant = users.of_item(found.get(wanted[1])), found.get(wanted[3])
        if user is None or grant is None or grants.is_void(grant, user):
            raise NotFound("role")
        demand()
        work = Transaction(by)
        grants.plan_end(work, grant)
        work.audit(Event.SPACE_ROLE_REMOVED, user_id, before={"role": role}, space=space.id, role=role)
        work.commit(store)

    retry_from(known, lambda: store.batch_get(wanted), attempt)


def _window(
    store: Store,
    space_id: str,
    totals: Mapping[SpaceRole, int],
    skip: int,
    size: int,
    known: Mapping[Key, Item],
) -> Iterator[Item]:
    """The rows after `skip` others of the three lists, one after another."""
    for role, total in totals.items():
        if skip < total and size > 0:
            rows = counted_lists.page(
                store, keys.holders_of(space_id, role), 1, min(size, total - skip), offset=skip, known=known
            )
            yield from ({**row, "role": role.value} for row in rows.items)
            size -= total - skip
        skip = max(0, skip - total)


def _order(grant: Item) -> tuple[int, int]:
    roles, number = [role.value for role in SpaceRole], grant.get("user_number")
    role = str(grant.get("role"))
    place = roles.index(role) if role in roles else len(roles)
    return place, number if isinstance(number, int) else 0


def _held(user: User, grant: Item) -> HeldRole:
    created_at = grant.get("created_at")
    return HeldRole(user, SpaceRole(str(grant["role"])), created_at if isinstance(created_at, str) else None)


def _total(known: Mapping[Key, Item], listing: str) -> int:
    total = known.get(keys.root(listing), {}).get("total", 0)
    return total if isinstance(total, int) else 0


def _no_member_or_lost(found: Item | None) -> DirectoryError:
    return NotAMember() if found is None else ReadConflict()
