"""Finding users, workspaces and members by how an address, a key or a word of a name begins.

    user, workspace or membership ── has ──> SEARCHED   the words under which it is found
                                  └─ rows ──> SEARCH    one for each of these words, with what it shows

The rows are derived: the function on the table's stream keeps them (`changes.py`), a second late at most. The
item under SEARCHED changes in the transaction of the rows, so it always tells which rows there are. A row's
words go on to the end of the name, so that a search may go on past a word. Whoever reads rows reads the users
or workspaces themselves as well: what is shown is what they say now.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from roster.db import counted_lists, keys
from roster.db.codec import CorruptItem, attributes, entity, naming, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Put,
    Store,
    Value,
    all_of,
)
from roster.db.transactions import ReadConflict, Transaction, item
from roster.directory import users, workspaces
from roster.directory.emails import canonical
from roster.domain import Actor, Membership, User, Workspace

E = TypeVar("E", User, Workspace, Membership)

SHORTEST = 2
"""Characters that a search has at least, once folded."""
WORDS = 20
"""Words of one name under which it is found."""

_BYTES = (
    220  # of the words in a row's key, so that a cursor that names a row is short; no id takes more than 128
)
_AT_ONCE = 25  # owners read together: at most two items and a marker each
_BETWEEN = re.compile("[\\s\u2010-]+")
_MARKS = re.compile("[\u0300-\u036f]")
_SEARCHED = ("words", "shows")


def folded(text: str) -> str:
    """The text as it is compared: no case, no accents, and one space for spaces and hyphens."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", plain.casefold())).strip()


def words_of(address: str, name: str) -> list[str]:
    """Under which words something is found: its address or key, and its name from each of its words on."""
    return sorted({_cut(part) for part in _parts(address, name) if len(part) >= SHORTEST})


def _parts(address: str, name: str) -> list[str]:
    whole = folded(name)
    starts = [0, *(place.end() for place in re.finditer(" ", whole))][:WORDS]
    return [folded(address), *(whole[start:] for start in starts)]


# Keeping the rows.


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows that something has or should have: where, whose id, under which words, with what."""

    scope: str
    found_id: str
    words: Collection[str]
    shows: Mapping[str, Value]

    def items(self) -> dict[Key, Item]:
        places = [keys.search_row(self.scope, words, self.found_id) for words in self.words]
        return {place: item(place, self.shows) for place in places}

    def marker(self, owner: Key) -> Item | None:
        """What the owner's item under SEARCHED says of these rows; None: there is none."""
        if not self.words:
            return None
        return item(keys.searched(owner), {"words": [*self.words], "shows": dict(self.shows)})


def refresh(store: Store, owners: Iterable[Key], now: datetime) -> None:
    """Make the search rows of users, workspaces and memberships what these say.

    One BatchGet for 25 of them; for each whose rows differ one Transact, and it is read once more. Whoever
    wrote rows reads again after it, so the last writer of rows has seen what they are made of.
    The memberships of a user whose rows differ come before the user. Can stop anywhere and begin again.
    """
    left = list(dict.fromkeys(owner for owner in owners if is_searched(owner)))
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        left += _refreshed(store, some, now)


def _sources(owner: Key) -> list[Key]:
    """The items that say which rows an owner should have."""
    if owner.sk.startswith(keys.MEMBERS_BESIDE):
        return [owner, keys.user(keys.workspace_and_member(owner)[1])]
    return [owner]


def is_searched(owner: Key) -> bool:
    """Whether the item under this key is one that is searched for."""
    if owner.sk == keys.PROFILE:
        return owner.pk.startswith((keys.OF_USERS, keys.OF_WORKSPACES))
    return owner.pk.startswith(keys.OF_WORKSPACES) and owner.sk.startswith(keys.MEMBERS_BESIDE)


def _refreshed(store: Store, owners: Sequence[Key], now: datetime) -> list[Key]:
    """One pass; returns the owners whose rows were not what they should be, to be looked at again."""
    wanted = [key for owner in owners for key in (keys.searched(owner), *_sources(owner))]
    found = store.batch_get(wanted)
    again = []
    for owner in owners:
        try:
            rows, marker = _wanted(owner, found), found.get(keys.searched(owner))
        except CorruptItem:  # it is found as it was; `verify` tells of it
            continue
        if _told(marker) == _told(rows.marker(owner)):
            continue
        if owner.pk.startswith(keys.OF_USERS):
            refresh(store, _memberships(store, rows.found_id), now)
        _write(store, owner, rows, marker, now)
        again.append(owner)
    return again


def _memberships(store: Store, user_id: str) -> Iterator[Key]:
    for row in naming(counted_lists.everything(store, keys.workspaces_of(user_id)), "workspace_id"):
        yield keys.member(str(row["workspace_id"]), user_id)


def _wanted(owner: Key, found: Mapping[Key, Item]) -> _Rows:
    """The rows that an owner should have, none where it is gone. Raises CorruptItem for an unreadable one."""
    present = found.get(owner)
    if owner.sk.startswith(keys.MEMBERS_BESIDE):
        workspace_id, user_id = keys.workspace_and_member(owner)
        member, user = _entity(Membership, present), _entity(User, found.get(keys.user(user_id)))
        is_shown = user is not None and member is not None and not member.suspended
        words = words_of(user.email, user.full_name) if user is not None and is_shown else []
        shows = attributes(member) if words and member is not None else {}
        return _Rows(keys.searched_members(workspace_id), user_id, words, shows)
    if owner.pk.startswith(keys.OF_USERS):
        user = _entity(User, present)
        words = words_of(user.email, user.full_name) if user is not None else []
        return _Rows(keys.SEARCHED_USERS, keys.id_in(owner), words, {"user_id": keys.id_in(owner)})
    workspace = _entity(Workspace, present)
    words = words_of(workspace.key, workspace.name) if workspace is not None else []
    return _Rows(keys.SEARCHED_WORKSPACES, keys.id_in(owner), words, {"workspace_id": keys.id_in(owner)})


def _entity(cls: type[E], found: Item | None) -> E | None:
    return None if found is None or "deleted_at" in found else entity(cls, found)


def _told(marker: Item | None) -> dict[str, Value]:
    return {name: marker[name] for name in _SEARCHED if name in marker} if marker is not None else {}


def _write(store: Store, owner: Key, rows: _Rows, marker: Item | None, now: datetime) -> None:
    """One Transact, unless another has changed the rows meanwhile."""
    told = _told(marker)
    stale = told.get("words")
    words = [str(each) for each in stale] if isinstance(stale, list) else []
    had, should = _Rows(rows.scope, rows.found_id, words, {}).items(), rows.items()
    work = Transaction(Actor("search", now))
    for row in should.values():
        work.do(Put(row))
    for place in sorted(had.keys() - should.keys()):
        work.do(Delete(place))
    after, unchanged = rows.marker(owner), _unchanged(told)
    work.do(Put(after, unchanged) if after is not None else Delete(keys.searched(owner), unchanged))
    try:
        work.commit(store)
    except ReadConflict:
        return


def _unchanged(told: Mapping[str, Value]) -> Condition:
    if not told:
        return Absent()
    return all_of(*(Equals(name, told[name]) for name in _SEARCHED if name in told))


# Reading them.


def by_address(store: Store, address: str) -> list[User]:
    """The user with this e-mail address, by its canonical form, or none: two Gets."""
    lock = store.get(keys.email(canonical(address)))
    user = users.by_id(store, str(lock["user_id"])) if lock is not None else None
    return [user] if user is not None else []


def users_page(store: Store, wanted: str, size: int, place: str = "") -> tuple[list[User], str]:
    """Users whose address or a word of whose name begins so, in order of the words: one Query, one BatchGet.

    From a place on; returns the place where the search goes on (empty: there is no more). A page may have
    fewer rows than `size`, or none, and yet not be the last. One BatchGet a hundred rows.
    """
    rows, following = _page(store, keys.SEARCHED_USERS, wanted, size, place)
    found = users.by_ids(store, list(dict.fromkeys(str(row["user_id"]) for row in naming(rows, "user_id"))))
    people = ((row, found.get(str(row.get("user_id")))) for row in rows)
    shown = [one for row, one in people if one and _is_first(row, wanted, one.email, one.full_name)]
    return shown, following


def members_page(
    store: Store, workspace_id: str, wanted: str, size: int, place: str = ""
) -> tuple[list[tuple[Membership, User]], str]:
    """Members of a workspace with their users, found as `users_page` finds users: the same calls."""
    rows, following = _page(store, keys.searched_members(workspace_id), wanted, size, place)
    rows = naming(rows, "user_id")
    found = users.by_ids(store, list(dict.fromkeys(str(row["user_id"]) for row in rows)))
    shown = []
    for row in rows:
        user = found.get(str(row["user_id"]))
        if user is None or workspace_id in user.suspended_in:
            continue
        if _is_first(row, wanted, user.email, user.full_name):
            shown += [(membership, user) for membership in readable(Membership, [row])]
    return shown, following


def workspaces_page(store: Store, wanted: str, size: int, place: str = "") -> tuple[list[Workspace], str]:
    """Workspaces whose key or a word of whose name begins so, found as `users_page` finds users."""
    rows, following = _page(store, keys.SEARCHED_WORKSPACES, wanted, size, place)
    ids = dict.fromkeys(str(row["workspace_id"]) for row in naming(rows, "workspace_id"))
    found = workspaces.by_ids(store, ids)
    homes = ((row, found.get(str(row.get("workspace_id")))) for row in rows)
    return [one for row, one in homes if one and _is_first(row, wanted, one.key, one.name)], following


def _page(store: Store, scope: str, wanted: str, size: int, place: str) -> tuple[list[Item], str]:
    partition, begins = keys.search_rows(scope, wanted), _cut(wanted)
    start = Key(partition, place) if place else None
    found = store.query(partition, begins=begins, limit=size, start=start)
    return found.items, found.next.sk if found.next is not None else ""


def _is_first(row: Item, wanted: str, address: str, name: str) -> bool:
    """Whether it is still found so, and under no words before these: nothing is shown twice."""
    fitting = sorted(_cut(part) for part in _parts(address, name) if part.startswith(wanted))
    return fitting[:1] == [keys.searched_words(Key.of(row))]


def _cut(words: str) -> str:
    """The words as far as a row's key has them."""
    return words.encode()[:_BYTES].decode(errors="ignore")
