"""Counts beside what they count: listings' leaves, branches and totals, admins, modules.

Writers may go on meanwhile. Whatever is compared here is looked at until two looks in a row agree: then
it stood still between the end of the first and the beginning of the second, all of it at once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from cli.invariants import number_of, of_listing, words_of
from roster.db import counted_lists, keys, list_log, list_tree
from roster.db.codec import readable
from roster.db.list_tree import Changes
from roster.db.store import Item, Key, Store, chunks, every
from roster.directory import grants, members, reference_data, users
from roster.domain import (
    Feature,
    GroupPlace,
    Membership,
    User,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)

T = TypeVar("T")

LOOKS = 30
"""How many looks are taken before something counts as never standing still."""

_AT_ONCE = 100
LEAVES = list_tree.BRANCH // list_tree.LEAF  # of a branch

Oldest: TypeAlias = tuple[str, tuple[str, ...]]
"""When the oldest of a user's memberships began, and in which workspaces one began then, the oldest first."""

Part: TypeAlias = Literal["leaf", "branch", "total", "next", "log", "room"]
Doubt: TypeAlias = tuple[str, Part, int]
"""A listing, and which of its counts may be wrong: a leaf (by its place in the listing) or a branch."""


def retry_on_conflict(look: Callable[[], T]) -> T | None:
    """What two looks in a row agree on, or None where what is looked at never stands still."""
    before = look()
    for _ in range(LOOKS):
        after = look()
        if after == before:
            return after
        before = after
    return None


_MODULE_OF = {reference_data.module_count(module): module for module in reference_data.MODULES}


@dataclass(slots=True)
class Numbers:
    """What a walk has seen of a listing's numbers, in three partitions."""

    highest: int = 0  # of a row
    last: int = 0
    mark: int = 0
    folded: int = 0
    changes: int = 0
    logged: int = 0
    held: int | None = None
    rows: int = 0

    def doubts(self, listing: str) -> Iterator[Doubt]:
        """As `Tally.doubts`."""
        if self.last < self.highest and gives_numbers(listing):
            yield listing, "next", 0
        if self.mark < self.folded or self.changes < max(self.mark, self.logged):
            yield listing, "log", 0
        if self.held is not None and self.held < self.rows and keys.may_be_limited(listing):
            yield listing, "room", 0


@dataclass(slots=True)
class Tally:
    """One listing as a walk comes through it: its rows are kept as bits, whatever their order."""

    listing: str
    root: Item = field(default_factory=dict)
    leaves: dict[int, int] = field(default_factory=dict)
    last: int = 0
    there: dict[int, int] = field(default_factory=dict)
    highest: int = 0

    def add(self, item: Item) -> None:
        """Take note of a well-formed item of the listing."""
        key = Key.of(item)
        part = words_of(key)[1]
        if part == _ROW:
            number = number_of(key)
            leaf, bit = divmod(number, list_tree.LEAF)
            self.there[leaf] = self.there.get(leaf, 0) | 1 << bit
            self.highest = max(self.highest, number)
        elif part == _BRANCH:
            for name, bits in _leaves(item):
                self.leaves[number_of(key) * LEAVES + name] = bits
        elif part == _ROOT:
            self.root = item
        else:
            self.last = _whole(item, "last")

    def doubts(self) -> Iterator[Doubt]:
        """What does not add up, at least not in the moments at which the walk came by."""
        for leaf in self.there.keys() | self.leaves.keys():
            if self.there.get(leaf, 0) != self.leaves.get(leaf, 0):
                yield self.listing, "leaf", leaf
        sums: Counter[int] = Counter()
        for leaf, bits in self.leaves.items():
            sums[leaf // LEAVES] += bits.bit_count()
        told = _branches(self.root)
        for index in sums.keys() | told.keys():
            if sums[index] != told.get(index, 0):
                yield self.listing, "branch", index
        if _whole(self.root, "total") != sum(told.values()):
            yield self.listing, "total", 0


_ROW, _BRANCH, _ROOT = (
    words_of(key)[1] for key in (keys.row(keys.USERS, 0), keys.branch(keys.USERS, 0), keys.root(keys.USERS))
)


def branch_of(listing: str, leaf: int) -> Key:
    """The branch that holds the leaf at this place of the listing."""
    return keys.branch(listing, leaf // LEAVES)


def branches_of(store: Store, listing: str) -> list[int]:
    """The branches that a listing has, or that its root knows of."""
    known = set(_branches(store.get(keys.root(listing)) or {}))
    prefix = keys.branch(listing, 0).sk.rpartition("#")[0]
    known |= {number_of(Key.of(item)) for item in every(store, listing, begins=prefix)}
    return sorted(known)


def gives_numbers(listing: str) -> bool:
    """Whether the listing's numbers are its own; others are those of what the rows refer to."""
    own: tuple[str, ...] = (
        *(keys.USERS, keys.WORKSPACES, keys.PROJECTS, keys.SPACES, keys.APPS, keys.members("x")),
        *(keys.projects_in("x"), keys.features_in("x"), keys.invitations_in("x")),
        *(keys.groups_in("x"), keys.members_of_group("x", "x")),
    )
    return words_of(Key(listing, ""))[0] in {words_of(Key(each, ""))[0] for each in own}


# Looks at one count. Each returns what the count says, and what it should say; None: never stood still.


def leaf(store: Store, listing: str, place: int) -> tuple[int | None, int] | None:
    """A leaf's bits (None: it has none), and those of the rows that are there and not still in the log."""
    index, name = divmod(place, LEAVES)
    low, high = place * list_tree.LEAF, (place + 1) * list_tree.LEAF - 1
    between = (keys.row(listing, low).sk, keys.row(listing, high).sk)

    def look() -> tuple[int | None, int]:
        found = store.batch_get([*counted_lists.head(listing), keys.branch(listing, index)])
        changes = _pending(store, listing, found)
        branch = found.get(keys.branch(listing, index), {})
        bits = 0
        for item in every(store, listing, between=between):
            bits |= 1 << number_of(Key.of(item)) - low
        for number in changes.added - changes.removed:
            bits &= ~(1 << number - low) if low <= number <= high else -1
        for number in changes.removed - changes.added:
            bits |= 1 << number - low if low <= number <= high else 0
        return _maybe(branch, str(name)), bits

    return retry_on_conflict(look)


def branch(store: Store, listing: str, index: int) -> tuple[int | None, int] | None:
    """How many rows the root says that the branch has, and how many bits are set in it."""
    root_key, key = keys.root(listing), keys.branch(listing, index)

    def look() -> tuple[int | None, int]:
        found = store.batch_get([root_key, key])
        bits = sum(bits.bit_count() for _, bits in _leaves(found.get(key, {})))
        return _branches(found.get(root_key, {})).get(index), bits

    return retry_on_conflict(look)


def total(store: Store, listing: str) -> tuple[int | None, int]:
    """The root's total, and the sum of its branches: one item, so one look."""
    root = store.get(keys.root(listing)) or {}
    return _maybe(root, "total"), sum(_branches(root).values())


def _pending(store: Store, listing: str, found: Mapping[Key, Item]) -> Changes:
    """What the log says that the tree does not yet."""
    root, counter = found.get(keys.root(listing), {}), found.get(keys.counter(listing), {})
    return list_log.pending(store, listing, root, counter) or Changes()


def mark(store: Store, listing: str) -> int | None:
    """Up to which change the tree has what the log says; None where it says nothing of it."""
    return _maybe(store.get(keys.root(listing)) or {}, "mark")


def log(store: Store, listing: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """What the root and the counter say of the log, and what they should say at least.

    The tree has what the counter says that it has, and no change has a number that was not given.
    """

    def look() -> tuple[tuple[int, int], tuple[int, int]]:
        found = store.batch_get(counted_lists.head(listing))
        root, counter = found.get(keys.root(listing), {}), found.get(keys.counter(listing), {})
        mark, changes = _whole(root, "mark"), _whole(counter, "changes")
        logged = max((_whole(each, "number") for each in every(store, keys.log(listing))), default=0)
        least = max(mark, _whole(counter, "folded"))
        return (mark, changes), (least, max(changes, logged, least))

    return retry_on_conflict(look)


def room(store: Store, listing: str) -> tuple[int, int] | None:
    """How many rows the counter says may be there, and how many it should say at least."""

    def look() -> tuple[int, int]:
        found = store.batch_get(counted_lists.head(listing))
        root, counter = found.get(keys.root(listing), {}), found.get(keys.counter(listing), {})
        rows = _whole(root, "total") + _pending(store, listing, found).more
        held = _whole(counter, "held")
        return held, max(held, rows) if counter else 0

    return retry_on_conflict(look)


def next_number(store: Store, listing: str) -> tuple[int, int]:
    """The last number given out, and the largest of a row: the rows first, for numbers come before them.

    A suspended member keeps the number that the list of members gave.
    """
    highest = 0
    for each in (listing, *suspended_beside(listing)):
        rows = store.query(each, between=keys.rows_from(0), forward=False, limit=1).items
        highest = max(highest, number_of(Key.of(rows[0])) if rows else 0)
    return list_log.last_number(store, listing), highest


def suspended_beside(listing: str) -> Iterator[str]:
    """Of a workspace's list of members, the list of those who are suspended."""
    if words_of(Key(listing, ""))[0] == words_of(Key(keys.members("x"), ""))[0]:
        yield from (keys.suspended_members(workspace_id) for workspace_id in of_listing(listing))


def members_beside(listing: str) -> Iterator[str]:
    """Of a workspace's list of suspended members, the list of its members, which gave their numbers."""
    if words_of(Key(listing, ""))[0] == words_of(Key(keys.suspended_members("x"), ""))[0]:
        yield from (keys.members(workspace_id) for workspace_id in of_listing(listing))


def site_admins(store: Store) -> tuple[int | None, int] | None:
    """The site's count of ADMINs, and the users who are. Reads every user."""

    def look() -> tuple[int | None, frozenset[str]]:
        told = store.get(keys.site_admins()) or {}
        found: set[str] = set()
        for rows in chunks(counted_lists.everything(store, keys.USERS), _AT_ONCE):
            ids = [own for row in rows if keys.is_id(own := str(row.get("id")))]
            found |= {user.id for user in users.by_ids(store, ids).values() if user.is_admin}
        return _maybe(told, "count"), frozenset(found)

    return _counted(retry_on_conflict(look))


def suspensions(store: Store) -> tuple[int | None, int] | None:
    """The count of suspended workspaces, and their rows."""

    def look() -> tuple[int | None, frozenset[str]]:
        told = store.get(keys.suspensions()) or {}
        return _maybe(told, "count"), frozenset(
            str(row["SK"]) for row in every(store, keys.SUSPENDED_WORKSPACES)
        )

    return _counted(retry_on_conflict(look))


def workspace_admins(store: Store, workspace_id: str) -> tuple[int | None, int] | None:
    """A workspace's count of ADMINs, and its memberships that are. Reads every membership of it."""
    prefix = keys.member(workspace_id, "x").sk.removesuffix("x")

    def look() -> tuple[int | None, frozenset[str]]:
        workspace = store.get(keys.workspace(workspace_id)) or {}
        held = every(store, keys.workspace(workspace_id).pk, begins=prefix)
        return _maybe(workspace, "admins"), frozenset(
            str(item["SK"]) for item in held if is_workspace_admin(item)
        )

    return _counted(retry_on_conflict(look))


def administered(store: Store, user_id: str) -> tuple[int | None, int] | None:
    """A user's count of the workspaces that they administer, and those. Reads all their memberships."""

    def look() -> tuple[int | None, frozenset[str]]:
        user = store.get(keys.user(user_id)) or {}
        rows = counted_lists.everything(store, keys.workspaces_of(user_id))
        ids = [own for row in rows if keys.is_id(own := str(row.get("workspace_id")))]
        held = store.batch_get([keys.member(workspace_id, user_id) for workspace_id in ids])
        return _maybe(user, "administers"), frozenset(
            key.pk for key, item in held.items() if is_workspace_admin(item)
        )

    return _counted(retry_on_conflict(look))


def users_factors(store: Store, user_id: str) -> tuple[int | None, int] | None:
    """A user's count of second factors, and those."""

    def look() -> tuple[int | None, frozenset[str]]:
        user = store.get(keys.user(user_id)) or {}
        held = every(store, keys.user(user_id).pk, begins=keys.FACTORS)
        return _maybe(user, "factors"), frozenset(str(item["SK"]) for item in held)

    return _counted(retry_on_conflict(look))


def children(store: Store, project_id: str) -> tuple[int | None, int] | None:
    """A project's count of the spaces and features in it, and their copies in its partition."""

    def look() -> tuple[int | None, frozenset[str]]:
        project = store.get(keys.project(project_id)) or {}
        pk = keys.project(project_id).pk
        held = (
            str(item["SK"])
            for prefix in (keys.SPACES_BESIDE, keys.FEATURES_BESIDE)
            for item in every(store, pk, begins=prefix)
        )
        return _maybe(project, "children"), frozenset(held)

    return _counted(retry_on_conflict(look))


def space_apps(store: Store, space_id: str) -> tuple[int | None, int] | None:
    """A space's count of its apps, and the rows of its list of them."""

    def look() -> tuple[int | None, frozenset[str]]:
        space = store.get(keys.space(space_id)) or {}
        rows = counted_lists.everything(store, keys.apps_in(space_id))
        return _maybe(space, "apps"), frozenset(str(row["SK"]) for row in rows)

    return _counted(retry_on_conflict(look))


def is_workspace_admin(item: Item) -> bool:
    return item.get("role") == WorkspaceRole.ADMIN and item.get("suspended") is not True


def group_members(store: Store, workspace_id: str, group_id: str) -> tuple[int | None, int] | None:
    """A group's count of its members, and the rows of its list of them."""

    def look() -> tuple[int | None, frozenset[str]]:
        group = store.get(keys.workspace_group(workspace_id, group_id)) or {}
        rows = counted_lists.everything(store, keys.members_of_group(workspace_id, group_id))
        return _maybe(group, "members"), frozenset(str(row["SK"]) for row in rows)

    return _counted(retry_on_conflict(look))


Places: TypeAlias = tuple[Item | None, dict[str, int]]
"""A user's item, and what one of its maps should say for each workspace."""


def suspended_in(store: Store, user_id: str) -> Places | None:
    """A user (None: gone), and which of their memberships are suspended, by the numbers of these."""

    def look() -> Places:
        rows = counted_lists.everything(store, keys.workspaces_of(user_id))
        ids = [own for row in rows if keys.is_id(own := str(row.get("workspace_id")))]
        held = readable(Membership, store.batch_get([keys.member(one, user_id) for one in ids]).values())
        said = {one.workspace_id: one.number for one in held if one.suspended}
        return store.get(keys.user(user_id)), said

    return retry_on_conflict(look)


def admin_by_groups(store: Store, user_id: str) -> Places | None:
    """A user (None: gone), and how many groups make them ADMIN in each workspace."""

    def look() -> Places:
        present = store.get(keys.user(user_id))
        user = users.of_item(present)
        said: Counter[str] = Counter()
        if user is not None:
            granted = (one for one in grants.of_user(store, user_id) if "group_id" in one)
            places = readable(GroupPlace, (one for one in granted if not grants.has_ended(one, user)))
            at = [keys.workspace_group(one.workspace_id, one.group_id) for one in places]
            groups = readable(WorkspaceGroup, store.batch_get(at).values())
            said.update(one.workspace_id for one in groups if one.role is not None)
            said |= _leaving(store, user.admin_by_groups)
        return present, dict(said)

    return retry_on_conflict(look)


def _leaving(store: Store, told: Mapping[str, int]) -> Counter[str]:
    """What a map of the profile says of workspaces that are being cleared away, and the memberships last."""
    jobs = {own: keys.cleanup_of_workspace(own) for own in told if keys.is_id(own)}
    ordered = store.batch_get(list(jobs.values())) if jobs else {}
    return Counter({own: told[own] for own, job in jobs.items() if job in ordered})


def modules(
    store: Store, workspace_ids: Sequence[str]
) -> dict[tuple[str, str], tuple[int | None, int]] | None:
    """By workspace and module: its count of switched-on features, and how many there are; as above.

    Reads the whole table, for no list leads to features.
    """
    places = [keys.workspace(workspace_id) for workspace_id in workspace_ids]

    def look() -> tuple[dict[Key, dict[str, int | None]], frozenset[tuple[str, str, str]]]:
        present = store.batch_get(places)
        told = {key: {name: _maybe(item, name) for name in _MODULE_OF} for key, item in present.items()}
        found: set[tuple[str, str, str]] = set()
        start: Key | None = None
        while True:
            page = store.scan(start=start)
            for feature in readable(Feature, (item for item in page.items if _is_feature(item))):
                if is_counted(feature):
                    found.add((feature.workspace_id, str(feature.module), feature.id))
            if (start := page.next) is None:
                return told, frozenset(found)

    seen = retry_on_conflict(look)
    if seen is None:
        return None
    told, found = seen
    counts = Counter((workspace_id, module) for workspace_id, module, _ in found)
    return {
        (workspace_id, module): (said[name], counts[workspace_id, module])
        for workspace_id, key in zip(workspace_ids, places, strict=True)
        if (said := told.get(key)) is not None
        for name, module in _MODULE_OF.items()
    }


def is_counted(feature: Feature) -> bool:
    """Whether the feature's workspace counts it."""
    return feature.enabled and feature.module in reference_data.MODULES


def oldest(store: Store, user_id: str) -> tuple[User | None, Oldest | None] | None:
    """The user (None: gone), and the oldest of the memberships in the list of the user's workspaces."""

    def look() -> tuple[User | None, Oldest | None]:
        user = users.by_id(store, user_id)
        found: Oldest | None = None
        rows = counted_lists.everything(store, keys.workspaces_of(user_id))
        hidden = user.suspended_in if user is not None else {}
        for row in sorted(rows, key=members.age):
            found = found if row.get("workspace_id") in hidden else older(found, row)
        return user, found

    return retry_on_conflict(look)


def older(found: Oldest | None, row: Item) -> Oldest:
    """The older of what was found so far and the membership of this row."""
    at, workspace_id = str(row.get("created_at")), str(row.get("workspace_id"))
    if found is None or at < found[0]:
        return at, (workspace_id,)
    return (at, (*found[1], workspace_id)) if at == found[0] else found


def agrees(user: User, found: Oldest | None) -> bool:
    """Whether the user's profile names one of the oldest memberships, or none where there is none."""
    if found is None:
        return user.oldest_workspace_id is None and user.oldest_membership_at is None
    return user.oldest_membership_at == found[0] and user.oldest_workspace_id in found[1]


def module_counts(item: Item, workspace: Workspace) -> Iterator[tuple[tuple[str, str], int]]:
    """What a workspace's item says of its modules."""
    for name, module in _MODULE_OF.items():
        yield (workspace.id, module), _whole(item, name)


def _leaves(branch: Item) -> Iterator[tuple[int, int]]:
    return ((int(name), _whole(branch, name)) for name in branch if name.isdecimal())


def _branches(root: Item) -> dict[int, int]:
    return {int(name[1:]): _whole(root, name) for name in root if name[0] == "b" and name[1:].isdecimal()}


def _whole(item: Item, name: str) -> int:
    value = item.get(name, 0)
    return value if type(value) is int else 0


def _maybe(item: Item, name: str) -> int | None:
    return _whole(item, name) if name in item else None


def _counted(seen: tuple[int | None, frozenset[str]] | None) -> tuple[int | None, int] | None:
    return None if seen is None else (seen[0], len(seen[1]))


def _is_feature(item: Item) -> bool:
    return words_of(Key.of(item)) == _FEATURE


_FEATURE = words_of(keys.feature("x"))
