"""Users by status and by platform role, in pages with exact totals.

Few users are suspended, few are ADMINs, and few are no USER: each of these kinds has a counted list, which
the transactions of user changes keep, with the numbers of the list of all users. The many others are what the
list of all users has beyond them (`list_difference.py`), so that making a user writes nothing more.
"""

from collections.abc import Collection, Mapping

from roster.db import counted_lists, keys, list_difference
from roster.db.codec import readable
from roster.db.store import Absent, Item, Key, Present, Store
from roster.db.transactions import Transaction
from roster.domain import PlatformRole, User

_LISTS: Mapping[str, str] = {"suspended": keys.SUSPENDED, PlatformRole.ADMIN.value: keys.ADMINS}
_OTHERS: Mapping[str, str] = {"active": keys.SUSPENDED, PlatformRole.USER.value: keys.NO_USERS}


def of(user: User) -> list[str]:
    """The lists in which the user is."""
    kinds = {
        keys.SUSPENDED: not user.active,
        keys.ADMINS: user.is_platform_admin,
        keys.NO_USERS: PlatformRole.USER not in user.roles,
    }
    return [listing for listing, belongs in kinds.items() if belongs]


def page(store: Store, kind: str, number: int, size: int) -> tuple[list[User], int]:
    """A page of the users of a status or a role in order of their numbers, and their total.

    Of the few: a page of their list, and one BatchGet a hundred; of the many as `list_difference.page`.
    """
    if kind in _OTHERS:
        rows = list_difference.page(store, keys.USERS, _OTHERS[kind], number, size)
        return readable(User, rows.items), rows.total
    found = counted_lists.page(store, _LISTS[kind], number, size)
    places = [keys.row(keys.USERS, keys.number_of(Key.of(row))) for row in found.items]
    items = store.batch_get(places) if places else {}
    return readable(User, [items[place] for place in places if place in items]), found.total


def listed(store: Store, before: User, after: User | None) -> dict[Key, Item]:
    """Those rows that a change of the user concerns and that are there: one BatchGet, or none.

    What an earlier version wrote has none, until `roster repair`.
    """
    places = [keys.row(listing, before.number) for listing in sorted(_differing(before, after))]
    return store.batch_get(places) if places else {}


def plan(work: Transaction, before: User | None, after: User | None, there: Collection[Key] = ()) -> None:
    """The operations by which the lists follow a user (None: there is none, or none any more).

    `there` is what `listed` has found.
    """
    user = after or before
    if user is None:
        return
    kept = of(after) if after is not None else []
    for listing in sorted(_differing(before, after)):
        place = keys.row(listing, user.number)
        if (listing in kept) == (place in there):
            work.check(place, Present() if place in there else Absent())
        elif listing in kept:
            work.add_row(listing, user.number, {"user_id": user.id})
        else:
            work.remove_row(listing, user.number)


def _differing(before: User | None, after: User | None) -> set[str]:
    return set(of(before) if before else ()) ^ set(of(after) if after else ())
