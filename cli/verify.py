"""Verify: checks every invariant of the directory in one scan, then reads again what is in doubt.

The scan keeps little of each item: a hash of what an item and its copy must agree on, until the other of
the two is read; a hash of each reference, until its target is read. What is left at the end is in doubt:
it is broken, or it changed during the scan. Consistent reads of the items themselves decide each doubt; they
are repeated until two in a row agree.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cli import counts, invariants
from cli.counts import Doubt, Numbers, Tally
from cli.invariants import COUNTED_SINCE, KEPT_SINCE, LATE, Copy, Counted, Invariant, Need, Told
from cli.records.loading import Progress, unheard
from roster.clock import instant
from roster.db import counted_lists, keys, list_tree
from roster.db.codec import CorruptItem
from roster.db.store import Item, Key, Store, every
from roster.directory import event_feed, grants, users
from roster.domain import (
    App,
    Factor,
    Feature,
    GroupPlace,
    Membership,
    Project,
    Space,
    User,
    Workspace,
    WorkspaceGroup,
)

YOUNG = timedelta(hours=1)
"""How long a cleanup may take before what it has not cleared counts as broken."""

ACTIVITY_DAYS = timedelta(days=90)
"""How far back the activity is shown."""

_TICK = 1000  # items


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An item that breaks an invariant, and how; never holds what the item says."""

    key: Key
    invariant: Invariant
    detail: str

    def __str__(self) -> str:
        return f"{self.key.pk} {self.key.sk}: {self.invariant}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Report:
    """What is broken; what is still to be cleaned up or never stood still; how many items were walked.

    `late` is what searches do not find as it is, and what no activity has counted and no event numbered.
    """

    broken: list[Finding]
    pending: list[Finding]
    items: int
    late: list[Finding] = field(default_factory=list)


def verify(store: Store, *, now: datetime, progress: Progress = unheard) -> Report:
    """Walk the table and report every broken invariant. Writers may go on. Raises Unavailable."""
    walk = _Walk(
        uncounted=(instant(now - ACTIVITY_DAYS), instant(now - YOUNG)),
        unnumbered=(_numbered_since(store), instant(now - YOUNG)),
    )
    start: Key | None = None
    while True:
        page = store.scan(start=start)
        for item in page.items:
            walk.add(item)
            if walk.items % _TICK == 0:
                progress("verify", walk.items, 0)
        if (start := page.next) is None:
            break
    walk.end()
    progress("verify", walk.items, 0)
    judge = _Judge(store, now)
    for found in _judgements(store, judge, walk, progress):
        judge.take(found)
    for feed in sorted(walk.feeds):
        judge.broken.update(_gaps(store, feed))
    late = sorted({*walk.late(), *judge.late})
    return Report(sorted(judge.broken), sorted(judge.pending), walk.items, late)


def _numbered_since(store: Store) -> str:
    """Since when events are numbered; after all moments where they never were."""
    return str((store.get(keys.publishing()) or {}).get("since", "~"))


def _gaps(store: Store, feed: str) -> Iterator[Finding]:
    """Where a feed does not count on. It may begin anywhere: what expired is gone."""
    last: int | None = None
    for found in every(store, feed):
        row = event_feed.FeedRow.of(found)
        if last is not None and row.first != last + 1:
            yield Finding(Key.of(found), Invariant.FEED, f"the number before it is not {row.first - 1}")
        last = row.last
    counted = (store.get(keys.feed_counter(feed)) or {}).get("last", 0)
    if last is not None and isinstance(counted, int) and counted < last:  # it may have gone on meanwhile
        yield Finding(keys.feed_counter(feed), Invariant.FEED, "is below the last number given")


def _judgements(
    store: Store, judge: "_Judge", walk: "_Walk", progress: Progress
) -> Iterator[Iterable["_Verdict"]]:
    suspects = sorted(walk.suspects())
    for done, key in enumerate(suspects):
        progress("look again", done, len(suspects))
        yield judge.item(key)
    for user_id in sorted(walk.undecided()):
        yield judge.oldest(user_id)
    for doubt in sorted(walk.doubts):
        yield judge.count(*doubt)
    for workspace_id, user_id in sorted(walk.revoked):
        for grant in grants.of_user(store, user_id, workspace_id):
            yield judge.item(Key.of(grant))
    if walk.site_admins != walk.told_site_admins:
        yield judge.site_admins()
    if walk.suspended != walk.told_suspended:
        yield judge.suspensions()
    for workspace_id in sorted(walk.admins):
        if walk.admins[workspace_id]:
            yield judge.workspace_admins(workspace_id)
    for user_id in sorted(walk.factors):
        if walk.factors[user_id]:
            yield judge.factors(user_id)
    for user_id in sorted(walk.administered):
        if walk.administered[user_id]:
            yield judge.administered(user_id)
    for project_id in sorted(walk.children):
        if walk.children[project_id]:
            yield judge.children(project_id)
    for workspace_id, group_id in sorted(walk.group_members):
        if walk.group_members[workspace_id, group_id]:
            yield judge.group_members(workspace_id, group_id)
    for user_id in sorted(walk.suspended_in):
        yield judge.suspended_in(user_id)
    for user_id in sorted(walk.ruling(store)):
        yield judge.admin_by_groups(user_id)
    for space_id in sorted(walk.apps):
        if walk.apps[space_id]:
            yield judge.apps(space_id)
    unequal = {workspace_id for (workspace_id, _), count in walk.modules.items() if count}
    if unequal:
        yield judge.modules(sorted(unequal))


@dataclass(slots=True)
class _Walk:
    """What is in doubt as far as the walk has come."""

    uncounted: tuple[str, str]
    """Between which moments a change should be counted by now."""
    unnumbered: tuple[str, str]
    """Likewise numbered as an event."""
    items: int = 0
    searched: dict[int, Key] = field(default_factory=dict)
    """By fact: who stated under which words something is found, and no other has said so yet."""
    words: list[tuple[int, Key]] = field(default_factory=list)
    """What memberships say of the words of their users: by what these should offer, and who says so."""
    changes: list[Key] = field(default_factory=list)
    """Audit items that no activity has counted."""
    silent: list[Key] = field(default_factory=list)
    """Audit items that no event has numbered."""
    feeds: set[str] = field(default_factory=set)
    unread: set[Key] = field(default_factory=set)
    halves: dict[int, str] = field(default_factory=dict)
    """By fact: who stated it, an owner or a copy, whose other side has not come by."""
    offered: set[int] = field(default_factory=set)
    wanted: dict[int, list[str]] = field(default_factory=dict)
    awaiting: set[Key] = field(default_factory=set)
    revoked: set[tuple[str, str]] = field(default_factory=set)
    """Workspaces and users in which a membership has ended, and whose void grants are not removed yet."""
    site_admins: int = 0
    told_site_admins: int = 0
    suspended: int = 0
    told_suspended: int = 0
    admins: Counter[str] = field(default_factory=Counter)
    """By workspace: its ADMINs less what it says of them."""
    factors: Counter[str] = field(default_factory=Counter)
    """By user: their second factors less what the profile says of them."""
    administered: Counter[str] = field(default_factory=Counter)
    """By user: the workspaces of which they are ADMIN less what the profile says of them."""
    children: Counter[str] = field(default_factory=Counter)
    """By project: the spaces and features in it less what it says of them."""
    group_members: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By workspace and group: the members less what the group says of them."""
    suspended_in: set[str] = field(default_factory=set)
    """Users who have a suspended membership, or say so."""
    admin_by_groups: set[str] = field(default_factory=set)
    """Users whose profile says that a group makes them ADMIN."""
    admin_groups: set[tuple[str, str]] = field(default_factory=set)
    """Workspaces and groups of theirs that make their members ADMINs: few are in one."""
    apps: Counter[str] = field(default_factory=Counter)
    """By space: the apps in it less what it says of them."""
    modules: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By workspace and module: the switched-on features less what the workspace says of them."""
    oldest: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By user: what the list of the user's workspaces, or the profile, says of the oldest, until both did."""
    differing: set[str] = field(default_factory=set)
    """Users whose profile names another oldest membership than the list of their workspaces."""
    doubts: set[Doubt] = field(default_factory=set)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    """By listing."""
    closed: set[str] = field(default_factory=set)
    """Lists of workspaces that were deleted, of which there may be a part."""
    add_counter: Tally | None = None
    first: counts.Oldest | None = None

    def add(self, item: Item) -> None:
        """Take note of an item."""
        self.items += 1
        key = Key.of(item)
        if self.add_counter is not None and self.add_counter.listing != key.pk:
            self._close()
        try:
            told = invariants.read(item)
        except CorruptItem:
            self.unread.add(key)
            return
        name = f"{key.pk}\n{key.sk}"
        if told.uncounted and self.uncounted[0] <= told.uncounted <= self.uncounted[1]:
            self.changes.append(key)
        if told.unnumbered and self.unnumbered[0] <= told.unnumbered <= self.unnumbered[1]:
            self.silent.append(key)
        if told.feed:
            self.feeds.add(told.feed)
        for copy in told.copies:
            self._state(copy, f"owner\n{name}")
        if told.copy is not None:
            self._state(told.copy, f"copy\n{name}")
        for key_and_mark in told.offers:
            self.offered.add(hash(key_and_mark))
            self.wanted.pop(hash(key_and_mark), None)
        for need in told.needs:
            if need.invariant in LATE:
                self.words.append((hash(need.offer), key))
                continue
            if (wanted := hash(need.offer)) not in self.offered:
                self.wanted.setdefault(wanted, []).append(name)
        if told.awaits:
            self.awaiting.add(key)
        if key == keys.site_admins():
            self.told_site_admins = _whole(item, "count")
        if key == keys.suspensions():
            self.told_suspended = _whole(item, "count")
        self.suspended += key.pk == keys.SUSPENDED_WORKSPACES
        if invariants.is_listing(key.pk):
            self._tell(item, told)
        elif invariants.is_counter(key.pk):
            if item.get("closed"):
                self.closed.add(keys.listing_of_log(key.pk))
            seen = self._numbers(keys.listing_of_log(key.pk))
            seen.last = max(seen.last, _whole(item, "last"))
            seen.changes, seen.folded = _whole(item, "changes"), _whole(item, "folded")
            seen.held = _whole(item, "held")
        elif invariants.is_log(key.pk):
            seen = self._numbers(keys.listing_of_log(key.pk))
            seen.logged = max(seen.logged, _whole(item, "number"))
        elif told.entity is not None:
            self._count(item, told.entity)
        if isinstance(told.entity, User) and not invariants.is_listing(key.pk):
            self.revoked |= {(workspace_id, told.entity.id) for workspace_id in told.entity.revoked_through}

    def end(self) -> None:
        """There is no more."""
        self._close()
        for listing, seen in self.numbers.items():
            if listing not in self.closed:
                self.doubts.update(seen.doubts(listing))

    def suspects(self) -> set[Key]:
        """Items to look at again."""
        names = [*self.halves.values(), *(f"item\n{name}" for some in self.wanted.values() for name in some)]
        return {Key(*name.split("\n")[1:]) for name in names} | self.unread | self.awaiting

    def late(self) -> Iterator[Finding]:
        """What the function on the stream has not done."""
        words = [key for wanted, key in self.words if wanted not in self.offered]
        for owner in {owner_of(key) for key in (*self.searched.values(), *words)}:
            yield Finding(owner, Invariant.SEARCHED, "searches do not find it as it is")
        for key in self.changes:
            yield Finding(key, Invariant.COUNTED_CHANGE, "no activity has counted it")
        for key in self.silent:
            yield Finding(key, Invariant.NUMBERED_EVENT, "no event has its number")

    def ruling(self, store: Store) -> set[str]:
        """Users whom a group makes ADMIN, or who say so: one Query for each such group."""
        members = (
            str(row.get("user_id"))
            for workspace_id, group_id in self.admin_groups
            for row in counted_lists.everything(store, keys.members_of_group(workspace_id, group_id))
        )
        return self.admin_by_groups | {user_id for user_id in members if keys.is_id(user_id)}

    def undecided(self) -> set[str]:
        """Users whose oldest membership is to be looked at again."""
        return self.differing | self.oldest.keys()

    def _state(self, copy: Copy, by: str) -> None:
        fact = copy.fact()
        if copy.invariant in LATE:
            if self.searched.pop(fact, None) is None:
                self.searched[fact] = copy.owner
            return
        if self.halves.setdefault(fact, by)[0] != by[0]:
            del self.halves[fact]

    def _tell(self, item: Item, told: Told) -> None:
        if self.add_counter is None:
            self.add_counter = Tally(str(item["PK"]))
        self.add_counter.add(item)
        if told.copy is not None and told.copy.invariant is Invariant.USERS_WORKSPACE_ROW:
            self.first = counts.older(self.first, item)

    def _close(self) -> None:
        if self.add_counter is None:
            return
        tally = self.add_counter
        self.doubts.update(tally.doubts())
        for listing in counts.members_beside(tally.listing):
            seen = self._numbers(listing)
            seen.highest = max(seen.highest, tally.highest)
        if keys.is_counted_after(tally.listing):
            seen = self._numbers(tally.listing)
            seen.highest, seen.last = max(seen.highest, tally.highest), max(seen.last, tally.last)
            seen.mark = _whole(tally.root, "mark")
            seen.rows = sum(bits.bit_count() for bits in tally.there.values())
        if self.first is not None:
            (user_id,) = invariants.of_listing(self.add_counter.listing)
            at, workspace_ids = self.first
            self._compare(user_id, tuple(hash((at, each)) for each in workspace_ids))
        self.add_counter = self.first = None

    def _numbers(self, listing: str) -> Numbers:
        return self.numbers.setdefault(listing, Numbers())

    def _compare(self, user_id: str, said: tuple[int, ...]) -> None:
        other = self.oldest.pop(user_id, None)
        if other is None:
            self.oldest[user_id] = said
        elif set(other).isdisjoint(said):
            self.differing.add(user_id)

    def _count(self, item: Item, entity: Counted) -> None:
        if isinstance(entity, Space | Feature) and entity.project_id is not None:
            self.children[entity.project_id] += 1
        match entity:
            case User():
                self.site_admins += entity.is_admin
                self.factors[entity.id] -= entity.factors
                self.administered[entity.id] -= entity.administers
                if entity.suspended_in:
                    self.suspended_in.add(entity.id)
                    self.differing.add(entity.id)  # the list of their workspaces has suspended ones too
                self.admin_by_groups |= {entity.id} if entity.admin_by_groups else set()
                if entity.oldest_workspace_id is not None or entity.oldest_membership_at is not None:
                    said = hash((entity.oldest_membership_at, entity.oldest_workspace_id))
                    self._compare(entity.id, (said,))
            case Workspace():
                self.admins[entity.id] -= entity.admins
                for place, count in counts.module_counts(item, entity):
                    self.modules[place] -= count
            case Membership():
                self.admins[entity.workspace_id] += counts.is_workspace_admin(item)
                self.administered[entity.user_id] += counts.is_workspace_admin(item)
                self.suspended_in |= {entity.user_id} if entity.suspended else set()
            case WorkspaceGroup():
                self.group_members[entity.workspace_id, entity.id] -= entity.members
                self.admin_groups |= {(entity.workspace_id, entity.id)} if entity.role is not None else set()
            case GroupPlace():
                self.group_members[entity.workspace_id, entity.group_id] += 1
            case Factor():
                self.factors[entity.user_id] += 1
            case Project():
                self.children[entity.id] -= entity.children
            case Space():
                self.apps[entity.id] -= entity.apps or 0
            case App():
                self.apps[entity.space_id] += 1
            case Feature() if counts.is_counted(entity):
                self.modules[entity.workspace_id, str(entity.module)] += 1


_LACKS = "is not there"
_TOO_FEW = "too few: "
_PASSWORD = invariants.words_of(keys.password("x"))
_GRANT = invariants.words_of(keys.space_grant("x", "x", "x", "x"))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A finding, and whether there is still time for it to be cleared."""

    finding: Finding
    waits: bool = False


_Found = dict[Key, Item]


@dataclass(slots=True)
class _Judge:
    """Decides what is in doubt, by reads that are consistent with one another."""

    store: Store
    now: datetime
    broken: set[Finding] = field(default_factory=set)
    pending: set[Finding] = field(default_factory=set)
    late: set[Finding] = field(default_factory=set)

    def take(self, verdicts: Iterable[_Verdict]) -> None:
        for verdict in verdicts:
            if verdict.finding.invariant in KEPT_SINCE and verdict.finding.detail == _LACKS:
                self.late.add(verdict.finding)  # tables of earlier versions have none
                continue
            if verdict.finding.invariant in COUNTED_SINCE and verdict.finding.detail.startswith(_TOO_FEW):
                self.late.add(verdict.finding)
                continue
            (self.pending if verdict.waits else self.broken).add(verdict.finding)

    def item(self, key: Key) -> Iterator[_Verdict]:
        """What is wrong with an item, beside everything that it refers to."""
        found = around(self.store, key)
        if found is None:
            yield _restless(key, Invariant.SHAPE)
            return
        item = found.get(key)
        if item is None:
            return
        home = invariants.workspace_of(key)
        if home is not None and (job := _torn_down(home, found)) is not None:
            yield self._swept(key, job, found)  # it may have lost already what it needs
            return
        try:
            told = invariants.read(item)
        except CorruptItem as error:
            yield _Verdict(Finding(key, Invariant.SHAPE, f"{error} is absent or not what it should be"))
            return
        for copy in told.copies:
            if copy.invariant not in LATE:
                yield from self._copied(key, copy, found)
        if told.copy is not None and told.copy.invariant not in LATE:
            yield from self._owned(key, told.copy, found)
        for need in told.needs:
            if need.invariant not in LATE:
                yield from self._needed(key, need, found)
        for job in told.awaits:
            yield self._swept(key, job, found)
        if (voided := _voids(key, item, found)) is not None:
            yield self._swept(key, voided, found)

    def _copied(self, key: Key, copy: Copy, found: _Found) -> Iterator[_Verdict]:
        place = place_of(copy, found)
        if place is None:
            return
        present = found.get(place)
        if present is None:
            yield _Verdict(Finding(key, copy.invariant, _LACKS))
            return
        other = _told(present)
        if other is None or other.copy is None:
            return  # unreadable: in doubt itself
        if other.copy.owner != key:
            holder = other.copy.owner
            yield _Verdict(Finding(key, copy.invariant, f"is held by {holder.pk} {holder.sk}"))
        elif other.copy != copy:
            yield _Verdict(Finding(place, copy.invariant, f"differs from {key.pk} {key.sk}"))

    def _owned(self, key: Key, copy: Copy, found: _Found) -> Iterator[_Verdict]:
        owner = found.get(copy.owner)
        told = _told(owner) if owner is not None else Told()
        if told is None:
            return  # unreadable: in doubt itself
        if copy.invariant is Invariant.SUSPENDED_ROW and (job := _torn_down(copy.owner, found)) is not None:
            yield self._swept(key, job, found)  # it goes with the last that was in the workspace
            return
        places = {place_of(each, found) for each in told.copies if each.invariant == copy.invariant}
        if key not in places and None not in places:
            yield _Verdict(
                Finding(key, copy.invariant, f"does not belong to {copy.owner.pk} {copy.owner.sk}")
            )

    def _needed(self, key: Key, need: Need, found: _Found) -> Iterator[_Verdict]:
        target = found.get(need.target)
        told = _told(target) if target is not None else Told()
        if told is None or need.offer in told.offers:
            return
        if target is None and need.invariant is Invariant.USERS_WORKSPACE_ROW:
            return  # its membership says so
        if need.invariant is Invariant.USERS_SPACE_NAME:
            yield from self._renamed(key, need, found)
            return
        home = invariants.workspace_of(need.target) or need.target
        if target is None and (job := _torn_down(home, found)) is not None:
            yield self._swept(key, job, found)
            return
        if target is None and (job := invariants.cleanup_of(need)) is not None:
            yield self._swept(key, job, found)
            return
        if target is not None and "deleted_at" in target and invariants.words_of(key) != _PASSWORD:
            yield self._swept(key, keys.cleanup_of_user(str(target["id"])), found)
            return
        what = "is not there" if target is None or "deleted_at" in target else "says otherwise"
        yield _Verdict(Finding(key, need.invariant, f"{need.target.pk} {need.target.sk} {what}"))

    def _renamed(self, key: Key, need: Need, found: _Found) -> Iterator[_Verdict]:
        """A row of a user's list shows another name than the space's, which a cleanup may be to correct."""
        job = invariants.cleanup_of(need)
        if need.target not in found:
            return  # its grant says so
        if job is not None and job in found:
            yield self._swept(key, job, found)
        else:
            detail = f"{need.target.pk} {need.target.sk} says otherwise"
            yield _Verdict(Finding(key, need.invariant, detail))

    def _swept(self, key: Key, job: Key, found: _Found) -> _Verdict:
        order = found.get(job) or found.get(keys.former_cleanup(job))
        since = None if order is None else order.get("since")
        young = isinstance(since, str) and since > instant(self.now - YOUNG)
        detail = f"waits for {job.pk} {job.sk}" if order is not None else f"there is no {job.pk} {job.sk}"
        return _Verdict(Finding(key, Invariant.ABANDONED_CLEANUP, detail), waits=young)

    def oldest(self, user_id: str) -> Iterator[_Verdict]:
        """Whether a user's profile names the oldest membership."""
        key = keys.user(user_id)
        try:
            seen = counts.oldest(self.store, user_id)
        except CorruptItem:
            return  # in doubt itself
        if seen is None:
            yield _restless(key, Invariant.OLDEST_MEMBERSHIP)
        elif seen[0] is not None and not counts.agrees(seen[0], seen[1]):
            yield _Verdict(Finding(key, Invariant.OLDEST_MEMBERSHIP, "is not what the memberships say"))

    def count(self, listing: str, part: str, place: int) -> Iterator[_Verdict]:
        """Whether one of a listing's counts is right."""
        match part:
            case "leaf":
                key, kind = counts.branch_of(listing, place), Invariant.LEAF
                seen = counts.leaf(self.store, listing, place)
                detail = _leaf_detail(place, seen)
            case "branch":
                key, kind = keys.root(listing), Invariant.BRANCH
                seen = counts.branch(self.store, listing, place)
                detail = _detail(f"b{place}", seen)
            case "total":
                key, kind = keys.root(listing), Invariant.TOTAL
                seen = counts.total(self.store, listing)
                detail = _detail("total", seen)
            case "log":
                key, kind = keys.counter(listing), Invariant.LOG
                log = counts.log(self.store, listing)
                seen = log and (hash(log[0]), hash(log[1]))
                detail = f"mark and changes are {log[0]}, should be {log[1]}" if log else ""
            case "room":
                key, kind = keys.counter(listing), Invariant.ROOM
                seen = counts.room(self.store, listing)
                detail = _detail("held", seen)
            case _:
                key, kind = keys.counter(listing), Invariant.NEXT_NUMBER
                last, highest = counts.next_number(self.store, listing)
                seen = (last, max(last, highest))
                detail = f"last is {last}, there is a row {highest}"
        yield from _compared(key, kind, seen, detail)

    def site_admins(self) -> Iterator[_Verdict]:
        seen = counts.site_admins(self.store)
        yield from _compared(keys.site_admins(), Invariant.SITE_ADMINS, seen, _detail("count", seen))

    def suspensions(self) -> Iterator[_Verdict]:
        seen = counts.suspensions(self.store)
        yield from _compared(keys.suspensions(), Invariant.SUSPENSIONS, seen, _detail("count", seen))

    def workspace_admins(self, workspace_id: str) -> Iterator[_Verdict]:
        key = keys.workspace(workspace_id)
        seen = counts.workspace_admins(self.store, workspace_id)
        if self.store.get(key) is not None:
            yield from _compared(key, Invariant.WORKSPACE_ADMINS, seen, _detail("admins", seen))

    def _lives(self, key: Key) -> bool:
        """Whether there is such a user, who can be read; if not, that is a finding of its own."""
        try:
            return users.of_item(self.store.get(key)) is not None
        except CorruptItem:
            return False

    def factors(self, user_id: str) -> Iterator[_Verdict]:
        key = keys.user(user_id)
        seen = counts.users_factors(self.store, user_id)
        if self._lives(key):
            yield from _compared(key, Invariant.USERS_FACTORS, seen, _detail("factors", seen))

    def administered(self, user_id: str) -> Iterator[_Verdict]:
        key = keys.user(user_id)
        seen = counts.administered(self.store, user_id)
        if self._lives(key):
            too_few = _TOO_FEW if seen is not None and (seen[0] or 0) < seen[1] else ""
            yield from _compared(
                key, Invariant.ADMINISTERED, seen, f"{too_few}{_detail('administers', seen)}"
            )

    def children(self, project_id: str) -> Iterator[_Verdict]:
        key = keys.project(project_id)
        seen = counts.children(self.store, project_id)
        if self.store.get(key) is not None:
            yield from _compared(key, Invariant.PROJECT_CHILDREN, seen, _detail("children", seen))

    def group_members(self, workspace_id: str, group_id: str) -> Iterator[_Verdict]:
        key = keys.workspace_group(workspace_id, group_id)
        seen = counts.group_members(self.store, workspace_id, group_id)
        if self.store.get(key) is not None:
            yield from _compared(key, Invariant.GROUP_MEMBERS, seen, _detail("members", seen))

    def suspended_in(self, user_id: str) -> Iterator[_Verdict]:
        yield from self._map(user_id, "suspended_in", counts.suspended_in, Invariant.SUSPENDED_IN)

    def admin_by_groups(self, user_id: str) -> Iterator[_Verdict]:
        yield from self._map(user_id, "admin_by_groups", counts.admin_by_groups, Invariant.ADMIN_BY_GROUPS)

    def _map(
        self,
        user_id: str,
        name: str,
        look: Callable[[Store, str], counts.Places | None],
        invariant: Invariant,
    ) -> Iterator[_Verdict]:
        key = keys.user(user_id)
        if not self._lives(key):
            return
        seen = look(self.store, user_id)
        if seen is None:
            yield _restless(key, invariant)
        elif seen[0] is not None and seen[0].get(name, {}) != seen[1]:
            yield _Verdict(Finding(key, invariant, f"{name} is not what it should be"))

    def apps(self, space_id: str) -> Iterator[_Verdict]:
        key = keys.space(space_id)
        seen = counts.space_apps(self.store, space_id)
        if self.store.get(key) is not None:
            yield from _compared(key, Invariant.SPACE_APPS, seen, _detail("apps", seen))

    def modules(self, workspace_ids: list[str]) -> Iterator[_Verdict]:
        looked = counts.modules(self.store, workspace_ids)
        if looked is None:
            yield from (_restless(keys.workspace(each), Invariant.MODULE_COUNT) for each in workspace_ids)
            return
        for (workspace_id, module), seen in looked.items():
            key = keys.workspace(workspace_id)
            yield from _compared(key, Invariant.MODULE_COUNT, seen, _detail(module, seen))


def owner_of(key: Key) -> Key:
    """Whom a finding about searches is about, by its item or the item that says how it is found."""
    return keys.owner_of_searched(key) if key.sk.startswith(keys.SEARCHED) else key


def around(store: Store, key: Key) -> _Found | None:
    """An item and all that it is judged by, as they stood at one moment; None: they never stood still."""
    wanted = {key}
    while True:
        asked = sorted(wanted)
        found = counts.retry_on_conflict(lambda asked=asked: store.batch_get(asked))  # type: ignore[misc]
        if found is None:
            return None
        more = _prefetch(key, found)
        if more <= wanted:
            return found
        wanted |= more


def place_of(copy: Copy, found: _Found) -> Key | None:
    """Where the copy is; None where that depends on a workspace that is not there."""
    if copy.place.sk:
        return copy.place
    workspace = found.get(keys.workspace(str(copy.content["workspace_id"])), {})
    number = workspace.get("number")
    return keys.row(copy.place.pk, number) if isinstance(number, int) else None


def _prefetch(key: Key, found: _Found) -> set[Key]:
    """What else is to be read, as far as one can tell from what was."""
    item = found.get(key)
    told = _told(item) if item is not None else None
    wanted: set[Key] = set()
    if (home := invariants.workspace_of(key)) is not None:
        wanted |= {home, *(invariants.teardown_of(home) or ())}
    if item is None or told is None:
        return wanted
    copies = list(told.copies)
    if told.copy is not None:
        wanted.add(told.copy.owner)
        if told.copy.invariant is Invariant.SUSPENDED_ROW:
            wanted |= set(invariants.teardown_of(told.copy.owner) or ())
        if (owner := found.get(told.copy.owner)) is not None and (other := _told(owner)) is not None:
            copies += [each for each in other.copies if each.invariant == told.copy.invariant]
    for copy in copies:
        if not copy.place.sk:
            wanted.add(keys.workspace(str(copy.content["workspace_id"])))
        if (place := place_of(copy, found)) is not None:
            wanted.add(place)
    for need in told.needs:
        wanted.add(need.target)
        if (job := invariants.cleanup_of(need)) is not None:
            wanted.add(job)
        home = invariants.workspace_of(need.target) or need.target
        if (left := invariants.teardown_of(home)) is not None:
            wanted |= {home, *left}
        target = found.get(need.target)
        if target is not None and "deleted_at" in target:
            wanted.add(keys.cleanup_of_user(str(target["id"])))
    wanted |= set(told.awaits)
    if invariants.words_of(key) == _GRANT:
        wanted |= {keys.user(str(item["user_id"])), _member_cleanup(item)}
    return wanted | {keys.former_cleanup(each) for each in wanted if keys.is_cleanup(each.pk)}


def _torn_down(target: Key, found: _Found) -> Key | None:
    """The cleanup that clears a deleted workspace away, where the key is that of one."""
    places = invariants.teardown_of(target)
    return places[1] if places is not None and places[0] in found and target not in found else None


def _voids(key: Key, item: Item, found: _Found) -> Key | None:
    """The cleanup that a grant waits for that ended with its membership, not with its user."""
    if invariants.words_of(key) != _GRANT:
        return None
    profile = found.get(keys.user(str(item["user_id"])))
    told = _told(profile) if profile is not None else None
    if told is None or not isinstance(told.entity, User):
        return None
    return _member_cleanup(item) if grants.has_ended(item, told.entity) else None


def _member_cleanup(grant: Item) -> Key:
    return keys.cleanup_of_member(str(grant["workspace_id"]), str(grant["user_id"]))


def _told(item: Item) -> Told | None:
    try:
        return invariants.read(item)
    except CorruptItem:
        return None


def _restless(key: Key, invariant: Invariant) -> _Verdict:
    return _Verdict(Finding(key, invariant, "is being written, and did not stand still"), waits=True)


def _compared(
    key: Key, invariant: Invariant, seen: tuple[int | None, int] | None, detail: str
) -> Iterator[_Verdict]:
    if seen is None:
        yield _restless(key, invariant)
    elif (seen[0] or 0) != seen[1]:
        yield _Verdict(Finding(key, invariant, detail))


def _detail(name: str, seen: tuple[int | None, int] | None) -> str:
    return f"{name} is {seen[0] or 0}, should be {seen[1]}" if seen else ""


def _leaf_detail(place: int, seen: tuple[int | None, int] | None) -> str:
    if seen is None:
        return ""
    bits, there = seen[0] or 0, seen[1]
    missed, phantom = (there & ~bits).bit_count(), (bits & ~there).bit_count()
    first = place * list_tree.LEAF
    return f"from {first}: {missed} rows are not counted, {phantom} are counted and not there"


def _whole(item: Item, name: str) -> int:
    value = item.get(name, 0)
    return value if type(value) is int else 0
