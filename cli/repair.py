"""Repair: what a verification found broken is made right again while writers go on.

    copies      are written anew from their owners, or removed where nobody owns them
    counts      of listings follow the rows; those of ADMINs and modules, what they count
    cleanups    that nobody finishes are ordered and done
    feeds       of events get the rows that they lack, as the audit items say
    orders      of mails and deliveries that nobody carried out are told to the stream anew

Every write is one conditional transaction on what was read, read anew where it is refused. What cannot be
decided (unreadable items, two users of one address, references to what is not there) is left as it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias, TypeVar

from cli import counts, invariants
from cli.invariants import COUNTED_SINCE, KEPT_SINCE, Copy, Invariant, Told, is_listing
from cli.records.loading import Progress, unheard
from cli.verify import YOUNG, Finding, Report, place_of, verify
from roster.clock import instant
from roster.db import keys, list_log, list_tree
from roster.db.codec import CorruptItem
from roster.db.store import (
    Absent,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Refused,
    Store,
    Update,
    all_of,
    every,
)
from roster.db.transactions import Transaction, item
from roster.directory import changes, cleanup, deliveries, event_feed, mail, reference_data, site_roles, users
from roster.domain import Actor, Feature, Project
from roster.errors import DirectoryError, Unavailable
from roster.events import Event

S = TypeVar("S")

_ROUNDS = 3
_AT_ONCE = 100
_TRIES = 20

_OWNERLESS = {
    Invariant.PASSWORD_OWNER,
    Invariant.SECRET_LOCK,
    Invariant.LINK_OWNER,
    Invariant.FACTOR_OWNER,
    Invariant.SCIM_VIEW_MEMBER,
    Invariant.SCIM_TOKEN_WORKSPACE,
}
"""References that are removed when their target is not there: they grant nothing."""


@dataclass(frozen=True, slots=True)
class RepairOutcome:
    """What was made right, and the verification that followed."""

    mended: list[Finding]
    after: Report
    caught_up: int = 0
    """How much was found that the function on the stream had not done, and was done here."""
    ordered: int = 0
    """Mails and deliveries that had been ordered and were not made, and are ordered anew."""


def repair(store: Store, *, now: datetime, by: Actor, progress: Progress = unheard) -> RepairOutcome:
    """Verify, mend, and verify again, as long as that helps. Raises Unavailable; then repair again."""
    report = verify(store, now=now, progress=progress)
    first, late = report.broken, len(report.late)
    ordered = _order_again(store, now)
    for _ in range(_ROUNDS):
        if not report.broken and not report.late:
            break
        before = report
        _Round(store, now, by).mend(report.broken, progress)
        _catch_up(store, report.late, now, by, progress)
        report = verify(store, now=now, progress=progress)
        if (report.broken, report.late) == (before.broken, before.late):
            break
    left = set(report.broken)
    mended = [finding for finding in first if finding not in left]
    return RepairOutcome(mended, report, late - len(report.late), ordered)


def _order_again(store: Store, now: datetime) -> int:
    """Have the stream tell anew of mails and deliveries that were ordered long ago: a message was lost.

    A Query a megabyte, a Write for each. A cleanup is found by what waits for it, and done here.
    """
    before = instant(now - YOUNG)
    orders = [found for found in mail.orders(store) if str(found.get("since", "")) < before]
    orders += [found for found in deliveries.orders(store) if str(found.get("ordered_at", "")) < before]
    return sum(mail.order_again(store, found, now) for found in orders)


def _catch_up(store: Store, late: list[Finding], now: datetime, by: Actor, progress: Progress) -> None:
    """Do what the function on the stream has not done, and what earlier versions did not keep."""
    for start in range(0, len(late), _AT_ONCE):
        progress("catch up", start, len(late))
        some = late[start : start + _AT_ONCE]
        changes.act(store, [finding.key for finding in some], now)
        silent = [finding.key for finding in some if finding.invariant is Invariant.NUMBERED_EVENT]
        if silent:  # the publisher hands them over, for the rows are not `sent`
            event_feed.number(store, silent, now)
        for finding in some:
            if finding.invariant in KEPT_SINCE:
                _Round(store, now, by).restore(finding)
            elif finding.invariant in COUNTED_SINCE:
                _Round(store, now, by).mend([finding], unheard)


class _Moved(Exception):
    """What was read does not stand still."""


_Task: TypeAlias = tuple[Callable[[Finding], None], Finding]


@dataclass(frozen=True, slots=True)
class _Round:
    """One pass over what is broken: rows and locks, then the counts above them, then the cleanups."""

    store: Store
    now: datetime
    by: Actor

    def mend(self, broken: list[Finding], progress: Progress) -> None:
        """Do what can be done about each finding."""
        for done, (work, finding) in enumerate(self._order(broken)):
            progress("repair", done, len(broken))
            self._settle(work, finding)

    def restore(self, finding: Finding) -> None:
        """Write the copies that a finding lacks."""
        self._settle(self._copy, finding)

    def _order(self, broken: list[Finding]) -> list[_Task]:
        first: list[_Task] = []
        then: list[_Task] = []
        last: list[_Task] = []
        contested = self._contested(broken)
        modules: dict[Key, Finding] = {}
        unlisted: list[tuple[int, Finding]] = []
        branches: set[Key] = set()
        for finding in broken:
            match finding.invariant:
                case kind if kind in _PLACED and (place := self._unlisted(finding)) is not None:
                    unlisted.append((place, finding))
                case kind if kind in _COPIED:
                    if finding.key not in contested:
                        first.append((self._copy, finding))
                case kind if kind in _OWNERLESS:
                    first.append((self._reference, finding))
                case Invariant.LEAF if finding.key in branches:
                    pass  # all leaves of a branch are looked at together
                case Invariant.LOG:
                    first.append((self._log, finding))
                case Invariant.FEED:
                    first.append((self._feed, finding))
                case Invariant.ROOM:
                    then.append((self._room, finding))
                case Invariant.LEAF | Invariant.BRANCH | Invariant.TOTAL | Invariant.NEXT_NUMBER:
                    branches.add(finding.key)
                    then.append((self._listing, finding))
                case Invariant.SITE_ADMINS:
                    then.append((self._site_admins, finding))
                case Invariant.SUSPENSIONS:
                    then.append((self._suspensions, finding))
                case Invariant.WORKSPACE_ADMINS:
                    then.append((self._workspace_admins, finding))
                case Invariant.USERS_FACTORS:
                    then.append((self._factors, finding))
                case Invariant.ADMINISTERED:
                    then.append((self._administered, finding))
                case Invariant.PROJECT_CHILDREN:
                    then.append((self._children, finding))
                case Invariant.GROUP_MEMBERS:
                    then.append((self._group_members, finding))
                case Invariant.SUSPENDED_IN | Invariant.ADMIN_BY_GROUPS:
                    then.append((self._workspaces_of_user, finding))
                case Invariant.SPACE_APPS:
                    then.append((self._space_apps, finding))
                case Invariant.USERS_SPACE_NAME:
                    then.append((self._space_name, finding))
                case Invariant.MODULE_COUNT:
                    modules[finding.key] = finding
                case Invariant.OLDEST_MEMBERSHIP:
                    then.append((self._oldest, finding))
                case Invariant.ABANDONED_CLEANUP:
                    last.append((self._cleanup, finding))
                case _:
                    pass  # nobody but its owner knows what is right
        if modules:
            then.append((lambda _: self._modules(modules), next(iter(modules.values()))))
        listing: list[_Task] = [(self._list, finding) for _, finding in sorted(unlisted)]
        return [*first, *listing, *then, *last]

    def _settle(self, work: Callable[[Finding], None], finding: Finding) -> None:
        for _ in range(_TRIES):
            try:
                work(finding)
            except _Moved:
                continue
            except CorruptItem:
                return
            return

    def _commit(self, finding: Finding, *operations: Put | Update | Delete | Check) -> None:
        """One transaction, with its audit item; a refusal means that what was read has moved."""
        work = Transaction(self.by)
        for operation in operations:
            work.do(operation)
        self._finish(work, finding)

    def _finish(self, work: Transaction, finding: Finding) -> None:
        work.audit(Event.DIRECTORY_REPAIRED, _named(finding.key), invariant=finding.invariant)
        try:
            work.commit(self.store)
        except Unavailable:
            raise
        except DirectoryError as error:
            raise _Moved from error

    # Copies.

    def _contested(self, broken: list[Finding]) -> set[Key]:
        """Owners of which several claim one place."""
        claims: Counter[Key] = Counter()
        places: dict[Key, set[Key]] = {}
        for finding in broken:
            told = self._told(finding.key) if finding.invariant in _COPIED else None
            for copy in told.copies if told else ():
                if copy.invariant is finding.invariant and copy.place.sk:
                    claims[copy.place] += 1
                    places.setdefault(finding.key, set()).add(copy.place)
        return {key for key, claimed in places.items() if any(claims[place] > 1 for place in claimed)}

    def _told(self, key: Key) -> Told | None:
        found = self.store.get(key)
        try:
            return None if found is None else invariants.read(found)
        except CorruptItem:
            return None

    def _copy(self, finding: Finding) -> None:
        """The finding names an owner without its copy, or a copy that is stale or nobody's."""
        found = self._read({finding.key})
        present = found.get(finding.key)
        if present is None:
            return
        told = invariants.read(present)
        if told.copy is not None and told.copy.invariant is finding.invariant:
            self._copied(finding, told.copy, present)
            return
        for copy in told.copies:
            if copy.invariant is finding.invariant:
                self._restore(finding, present, copy)

    def _copied(self, finding: Finding, copy: Copy, present: Item) -> None:
        """What becomes of a copy: its owner's again, or removed where the owner does not know it."""
        owner = self.store.get(copy.owner)
        told = invariants.read(owner) if owner is not None else Told()
        for each in told.copies:
            if each.invariant is not copy.invariant:
                continue
            place = place_of(each, self._read(_homes(each)))
            if place is None:
                return
            if place == finding.key:
                self._restore(finding, owner or {}, each)
                return
        self._commit(finding, Delete(finding.key, _unchanged(present)), Check(copy.owner, _unchanged(owner)))
        self._recount(finding, finding.key)

    def _restore(self, finding: Finding, owner: Item, copy: Copy) -> None:
        """Write a copy from its owner, unless the place is rightly another's."""
        place = place_of(copy, self._read(_homes(copy)))
        if place is None:
            return
        checks = [Check(copy.owner, _unchanged(owner))]
        present = self.store.get(place)
        other = invariants.read(present).copy if present is not None else None
        if other is not None and other.owner != copy.owner:
            holder = self.store.get(other.owner)
            rightly = invariants.read(holder).copies if holder is not None else ()
            if any(place_of(each, self._read(_homes(each))) == place for each in rightly):
                return
            checks.append(Check(other.owner, _unchanged(holder)))
        self._commit(finding, self._written(copy, place, present, other), *checks)
        self._recount(finding, place)

    def _written(self, copy: Copy, place: Key, present: Item | None, other: Copy | None) -> Put | Update:
        if present is None:
            content = copy.content
            if copy.invariant is Invariant.USERS_SPACE_ROW:  # the row shows more than a grant holds
                space = self.store.get(keys.space(str(content["space_id"]))) or {}
                content = content | {name: space.get(name) for name in ("name", "created_at")}
                content["revision"] = space.get("revision", 1)
            return Put(item(place, content), Absent())
        stale = set(other.content) - set(copy.content) if other is not None else set()
        return Update(place, set=copy.content, remove=tuple(sorted(stale)), condition=_unchanged(present))

    def _recount(self, finding: Finding, place: Key) -> None:
        if is_listing(place.pk):
            number = invariants.number_of(place)
            self._counts(finding, place.pk, [number // list_tree.LEAF])

    def _reference(self, finding: Finding) -> None:
        present = self.store.get(finding.key)
        if present is None:
            return
        for need in invariants.read(present).needs:
            target = self.store.get(need.target)
            if target is None or need.offer not in invariants.read(target).offers:
                self._commit(
                    finding, Delete(finding.key, _unchanged(present)), Check(need.target, _unchanged(target))
                )
                return

    # Lists of a workspace: an item that an earlier version wrote has no place in them.

    def _unlisted(self, finding: Finding) -> int | None:
        """What orders an item without a place, as far as its age is known; None: it has a place."""
        entity = told.entity if (told := self._told(finding.key)) is not None else None
        if not isinstance(entity, Project | Feature) or entity.place:
            return None
        return entity.number if isinstance(entity, Project) else 0

    def _list(self, finding: Finding) -> None:
        """Give an item the next place in its workspace's list."""
        present = self._read({finding.key}).get(finding.key)
        told = invariants.read(present) if present is not None else Told()
        for copy in told.copies:
            if copy.invariant is finding.invariant and not invariants.number_of(copy.place):
                work = Transaction(self.by)
                number = work.take(self.store, copy.place.pk)
                work.do(Update(finding.key, set={"place": number}, condition=_unchanged(present)))
                work.add_row(copy.place.pk, number, copy.content)
                self._finish(work, finding)

    # Counts.

    def _listing(self, finding: Finding) -> None:
        listing = finding.key.pk
        if finding.invariant is Invariant.NEXT_NUMBER:
            listing = keys.listing_of_log(listing)
            list_log.reserve(self.store, listing, counts.next_number(self.store, listing)[1])
            return
        first = (
            invariants.number_of(finding.key) * counts.LEAVES if finding.invariant is Invariant.LEAF else 0
        )
        leaves = range(first, first + counts.LEAVES) if finding.invariant is Invariant.LEAF else ()
        self._counts(finding, listing, leaves)

    def _log(self, finding: Finding) -> None:
        """The mark is what the counter says that is in the tree, and the counter knows every change."""
        listing = keys.listing_of_log(finding.key.pk)
        (mark, changes), (least, most) = _stood(counts.log(self.store, listing))
        root, counter = keys.root(listing), keys.counter(listing)
        if mark < least:
            self._commit(finding, Update(root, set={"mark": least}, condition=_was("mark", mark or None)))
        if changes < most:
            self._commit(
                finding, Update(counter, set={"changes": most}, condition=Equals("changes", changes))
            )

    def _room(self, finding: Finding) -> None:
        held, least = _stood(counts.room(self.store, keys.listing_of_log(finding.key.pk)))
        if held < least:
            self._commit(finding, Update(finding.key, add={"held": least - held}))

    def _counts(self, finding: Finding, listing: str, leaves: Iterable[int]) -> None:
        """These leaves follow their rows, every branch its leaves, and the total its branches."""
        for leaf in leaves:
            self._again(partial(self._leaf, finding, listing, leaf))
        for index in counts.branches_of(self.store, listing):
            self._again(partial(self._branch, finding, listing, index))
        self._again(partial(self._total, finding, listing))

    def _again(self, work: Callable[[], None]) -> None:
        """Work that is small enough to be tried anew by itself."""
        for _ in range(_TRIES):
            try:
                return work()
            except _Moved:
                continue
        raise _Moved

    def _leaf(self, finding: Finding, listing: str, place: int) -> None:
        mark = counts.mark(self.store, listing)
        bits, there = _stood(counts.leaf(self.store, listing, place))
        if (bits or 0) == there:
            return
        key, name = counts.branch_of(listing, place), str(place % counts.LEAVES)
        more = there.bit_count() - (bits or 0).bit_count()
        index = place // counts.LEAVES
        self._commit(
            finding,
            Update(key, set={name: there}, condition=_was(name, bits)),
            Update(keys.root(listing), add={"total": more, f"b{index}": more}, condition=_was("mark", mark)),
        )

    def _branch(self, finding: Finding, listing: str, index: int) -> None:
        told, bits = _stood(counts.branch(self.store, listing, index))
        if (told or 0) == bits:
            return
        name = f"b{index}"  # writers move it together with the branch: the difference stays
        self._commit(finding, Update(keys.root(listing), set={name: bits}, condition=_was(name, told)))

    def _total(self, finding: Finding, listing: str) -> None:
        told, summed = counts.total(self.store, listing)
        if (told or 0) != summed:
            self._commit(
                finding, Update(keys.root(listing), set={"total": summed}, condition=_was("total", told))
            )

    def _site_admins(self, finding: Finding) -> None:
        self._count(finding, "count", counts.site_admins(self.store))

    def _suspensions(self, finding: Finding) -> None:
        self._count(finding, "count", counts.suspensions(self.store))

    def _workspace_admins(self, finding: Finding) -> None:
        (workspace_id,) = finding.key.pk.split("#")[1:]
        self._count(finding, "admins", counts.workspace_admins(self.store, workspace_id))

    def _factors(self, finding: Finding) -> None:
        self._count(finding, "factors", counts.users_factors(self.store, keys.id_in(finding.key)))

    def _administered(self, finding: Finding) -> None:
        self._count(finding, "administers", counts.administered(self.store, keys.id_in(finding.key)))

    def _children(self, finding: Finding) -> None:
        (project_id,) = finding.key.pk.split("#")[1:]
        self._count(finding, "children", counts.children(self.store, project_id))

    def _feed(self, finding: Finding) -> None:
        """The rows that are not there before a row of a feed, or a counter that is below the last number."""
        if keys.is_feed_counter(finding.key):
            feed, present = keys.feed_of_counter(finding.key), self.store.get(finding.key)
            last = max((event_feed.FeedRow.of(found).last for found in every(self.store, feed)), default=0)
            told = (present or {}).get("last", 0)
            if isinstance(told, int) and told < last:
                raised = Update(finding.key, set={"v": 1, "last": last}, condition=_unchanged(present))
                self._commit(finding, raised)
            return
        feed, until = finding.key.pk, keys.number_of_feed_row(finding.key)
        before = (event_feed.FeedRow.of(found).last for found in every(self.store, feed))
        first = max((last for last in before if last < until), default=0) + 1
        for row in event_feed.restored(self.store, feed, first, until - 1, self.now):
            self._commit(finding, row)

    def _group_members(self, finding: Finding) -> None:
        workspace_id, group_id = keys.id_in(finding.key), finding.key.sk.partition("#")[2]
        self._count(finding, "members", counts.group_members(self.store, workspace_id, group_id))

    def _workspaces_of_user(self, finding: Finding) -> None:
        """A map of the profile says of each workspace what it should."""
        name, look = "admin_by_groups", counts.admin_by_groups
        if finding.invariant is Invariant.SUSPENDED_IN:
            name, look = "suspended_in", counts.suspended_in
        present, should = _stood(look(self.store, keys.id_in(finding.key)))
        if present is None or "deleted_at" in present:
            return
        there = present.get(name)
        same = Absent(name) if there is None else Equals(name, there)
        state: Item = {name: {**should}} if should else {}
        gone = () if should else (name,)
        self._commit(finding, Update(finding.key, set=state, remove=gone, condition=same))

    def _space_apps(self, finding: Finding) -> None:
        (space_id,) = finding.key.pk.split("#")[1:]
        self._count(finding, "apps", counts.space_apps(self.store, space_id))

    def _space_name(self, finding: Finding) -> None:
        """The row of a user's list shows the name that the space has now."""
        row = self.store.get(finding.key)
        space = self.store.get(keys.space(str(row["space_id"]))) if row is not None else None
        if row is not None and space is not None:
            update = Update(finding.key, set={"name": space["name"]}, condition=_unchanged(row))
            self._commit(finding, update, Check(Key.of(space), Equals("name", space["name"])))

    def _modules(self, findings: dict[Key, Finding]) -> None:
        """All of them by one look: it walks the whole table."""
        looked = _stood(counts.modules(self.store, [key.pk.split("#")[1] for key in findings]))
        for (workspace_id, module), seen in looked.items():
            finding = findings[keys.workspace(workspace_id)]
            self._count(finding, reference_data.module_count(module), seen)

    def _count(self, finding: Finding, name: str, seen: tuple[int | None, int] | None) -> None:
        told, counted = _stood(seen)
        if (told or 0) != counted:
            self._commit(finding, Update(finding.key, set={name: counted}, condition=_was(name, told)))

    def _oldest(self, finding: Finding) -> None:
        user, oldest = _stood(counts.oldest(self.store, finding.key.pk.split("#")[1]))
        if user is None or counts.agrees(user, oldest):
            return
        same = all_of(
            Absent("deleted_at"),
            _was("oldest_workspace_id", user.oldest_workspace_id),
            _was("oldest_membership_at", user.oldest_membership_at),
        )
        if oldest is None:
            gone = ("oldest_workspace_id", "oldest_membership_at")
            self._commit(finding, Update(finding.key, remove=gone, condition=same))
            return
        at, (workspace_id, *_) = oldest
        state: Item = {"oldest_workspace_id": workspace_id, "oldest_membership_at": at}
        there = Check(keys.member(workspace_id, user.id), Present())
        self._commit(finding, Update(finding.key, set=state, condition=same), there)

    # Cleanups.

    def _cleanup(self, finding: Finding) -> None:
        """Order the cleanup that the item waits for, where nobody did, and do it."""
        found = self.store.get(finding.key)
        if found is None:
            return
        for job, order in self._jobs(finding.key, found):
            ordered = {**order, "job": self.by.request_id, "since": instant(self.now)}
            # Refused means that it is ordered, and only nobody does it.
            with suppress(Refused):
                self.store.write(Put(item(job, ordered), Absent()))
            with suppress(KeyError, TypeError):  # what is unreadable stops a cleanup
                cleanup.run(self.store, job, self.now)

    def _jobs(self, key: Key, found: Item) -> Iterator[tuple[Key, Item]]:
        """The cleanups that an item waits for; never that of a living user, as it would remove live data."""
        home = found.get("workspace_id")
        if (place := invariants.workspace_of(key)) is not None:
            home = keys.id_in(place)
        if isinstance(home, str) and self.store.get(keys.workspace(home)) is None:
            left = self.store.get(keys.workspace_tombstone(home))
            if left is not None:
                order: Item = {"workspace_id": home, "number": left["number"]}
                yield keys.cleanup_of_workspace(home), order
                return
        group_id = found.get("group_id")
        if isinstance(home, str) and isinstance(group_id, str) and self._is_over(key, home, group_id):
            job = keys.cleanup_of_workspace_group(home, group_id)
            yield job, {"workspace_id": home, "group_id": group_id}
            return
        space_id, project_id = found.get("space_id"), found.get("project_id")
        if isinstance(space_id, str):
            of_space = list(self._jobs_of_space(key, space_id, found))
            yield from of_space
            if of_space or keys.is_cleanup(key.pk):
                return
        if isinstance(project_id, str) and self.store.get(keys.project(project_id)) is None:
            yield keys.cleanup_of_project(project_id), {"project_id": project_id}
            return
        for kind in (site_roles.GROUPS.what, site_roles.ROLES.what):
            if keys.is_cleanup(key.pk) and kind in found:
                yield key, {kind: found[kind]}
                return
        revoked = found.get(users.REVOKED_THROUGH, {})
        user_id, workspace_id = str(found.get("user_id", found.get("id"))), str(found.get("workspace_id", ""))
        if keys.is_id(user_id) and key == keys.cleanup_of_tokens(user_id):
            yield key, {"user_id": user_id}
            return
        dead = "deleted_at" in (self.store.get(keys.user(user_id)) or {})
        if key.pk == keys.CLEANUP:  # of a version before 0.2
            yield key, {name: found[name] for name in ("user_id", "workspace_id") if name in found}
            return
        if dead and not (keys.is_cleanup(key.pk) and workspace_id):
            yield keys.cleanup_of_user(user_id), {"user_id": user_id}
            return
        for ended in revoked if isinstance(revoked, dict) and revoked else filter(None, [workspace_id]):
            yield keys.cleanup_of_member(ended, user_id), {"workspace_id": ended, "user_id": user_id}

    def _is_over(self, key: Key, workspace_id: str, group_id: str) -> bool:
        """Whether a place in a group, or the cleanup of one, is of a group that was deleted."""
        if keys.is_cleanup(key.pk):
            return True
        return self.store.get(keys.workspace_group(workspace_id, group_id)) is None

    def _jobs_of_space(self, key: Key, space_id: str, found: Item) -> Iterator[tuple[Key, Item]]:
        """The cleanup of a space that an item waits for: one that is ordered, or of roles in nothing."""
        job = keys.cleanup_of_space(space_id)
        ordered = self.store.get(job)
        if ordered is not None:
            yield job, ordered
        elif not keys.is_cleanup(key.pk) and self.store.get(keys.space(space_id)) is None:
            yield job, {"space_id": space_id, "number": found.get("number")}

    def _read(self, wanted: Iterable[Key]) -> dict[Key, Item]:
        return self.store.batch_get(sorted(wanted))


_INVITED = invariants.words_of(keys.invited("x", "x"))
_NAMING = {invariants.words_of(key)[0] for key in (keys.email("x"), keys.space_name("x", "x"))}
"""Locks of addresses and of names."""

_COPIED = {
    Invariant.USER_ROW,
    Invariant.SEARCH_ROW,
    *KEPT_SINCE,
    Invariant.EMAIL_LOCK,
    Invariant.WORKSPACE_ROW,
    Invariant.KEY_LOCK,
    Invariant.SUSPENDED_ROW,
    Invariant.MEMBER_ROW,
    Invariant.USERS_WORKSPACE_ROW,
    Invariant.INVITATION_ROW,
    Invariant.INVITATION_LOCK,
    Invariant.PROJECT_ROW,
    Invariant.WORKSPACES_PROJECT_ROW,
    Invariant.WORKSPACES_FEATURE_ROW,
    Invariant.SPACE_ROW,
    Invariant.WORKSPACES_SPACE_ROW,
    Invariant.PROJECTS_SPACE,
    Invariant.SPACE_NAME_LOCK,
    Invariant.APP_ROW,
    Invariant.SPACES_APP,
    Invariant.PROJECTS_FEATURE,
    Invariant.SPACE_ROLE,
    Invariant.USERS_SPACE_ROW,
    Invariant.SPACES_HOLDER_ROW,
    Invariant.PROJECT_MEMBER,
    Invariant.PROJECTS_USER_ROW,
    Invariant.SCIM_NAME_LOCK,
    Invariant.SCIM_EXTERNAL_ROW,
    Invariant.SCIM_ADDRESS_ROW,
    Invariant.GROUP_NAME_LOCK,
    Invariant.GROUP_EXTERNAL_ROW,
    Invariant.GROUP_ROW,
    Invariant.GROUPS_MEMBER_ROW,
}


_PLACED = {Invariant.WORKSPACES_PROJECT_ROW, Invariant.WORKSPACES_FEATURE_ROW}
"""Rows under a number that their owner keeps as its place."""


def _named(key: Key) -> str:
    """What the audit calls an item; an address or a name stays out of it."""
    head, words = invariants.words_of(key)
    return f"{head} {words}" if head in _NAMING or (head, words) == _INVITED else f"{key.pk} {key.sk}"


def _homes(copy: Copy) -> set[Key]:
    """What must be read to know where the copy is."""
    return set() if copy.place.sk else {keys.workspace(str(copy.content["workspace_id"]))}


def _was(name: str, value: str | int | None) -> Condition:
    """That the attribute is as it was read (None: it was not there)."""
    return Absent(name) if value is None else Equals(name, value)


def _unchanged(found: Item | None) -> Condition:
    """That the item is as it was read (None: it was not there)."""
    if found is None:
        return Absent()
    return all_of(Present(), *(Equals(name, found[name]) for name in sorted(found) if name not in _KEY))


_KEY = ("PK", "SK")


def _stood(seen: S | None) -> S:
    """What a look brought. Raises `_Moved` where nothing stood still."""
    if seen is None:
        raise _Moved
    return seen
