"""What is missing in the table is written: each record in one transaction, and many records share one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import uuid4

from cli.records.ledger import Ledger, State
from cli.records.shapes import (
    ApiTokenRecord,
    AppRecord,
    ClientRecord,
    FeatureRecord,
    GroupRecord,
    MembershipRecord,
    ProjectMembershipRecord,
    ProjectRecord,
    Record,
    RoleRecord,
    ScimTokenRecord,
    ScimUserRecord,
    SpaceRecord,
    SpaceRoleRecord,
    UserRecord,
    WorkspaceGroupMemberRecord,
    WorkspaceGroupRecord,
    WorkspaceRecord,
)
from roster import bounds
from roster.auth import api_tokens, passwords, scim_tokens
from roster.auth.credentials import digest
from roster.clock import instant
from roster.db import keys, list_log
from roster.db.store import Absent, Item, Key, Store, every
from roster.db.transactions import ReadConflict, Transaction, batched
from roster.directory import (
    grants,
    members,
    projects,
    reference_data,
    scim_views,
    spaces,
    users,
    workspace_groups,
    workspaces,
)
from roster.domain import Actor, Membership, Project, Space, SpaceRole, User, WorkspaceRole
from roster.errors import (
    Conflict,
    DirectoryError,
    LimitReached,
    NotFound,
    Unavailable,
    ValidationFailed,
)

_TRIES = 5

Result: TypeAlias = "State | str"
"""NEW: made now; THERE: was there already; LEFT_OUT: has no secret; a text: why it could not be made."""

Results: TypeAlias = dict[int, Result]

_CLEARING = "what was here before is being cleared; import again"


_LISTINGS = {
    "workspace": keys.WORKSPACES,
    "project": keys.PROJECTS,
    "space": keys.SPACES,
    "app": keys.APPS,
    "user": keys.USERS,
}
_PARTITIONS = {"role": keys.permission_role(0).pk, "group": keys.group(0).pk}
_ROOM = 1_000_000
_STEP = 1_000


def leave_room(store: Store, ledger: Ledger) -> None:
    """Condemn given numbers that would leave no room for those to come, and entries for which none is left.

    Numbers are made after the largest, and readers take none above `bounds.LARGEST_NUMBER`. So nobody may
    bring one of the last million, but where it follows others closely, as in the export of a directory that
    has come so far.
    """
    for kind in ("project", "user", *_PARTITIONS):
        new = ledger.in_order(kind)
        last = _last(store, kind)
        for entry in sorted((one for one in new if ledger.numbers[one]), key=ledger.numbers.__getitem__):
            given = ledger.numbers[entry]
            if given > max(bounds.LARGEST_NUMBER - _ROOM, last + _STEP):
                ledger.condemn(
                    entry,
                    "number leaves no room for those to come: "
                    f"at most {bounds.LARGEST_NUMBER - _ROOM}, or the next ones after {last}",
                )
            last = max(last, given if ledger.states[entry] == State.NEW else 0)
        wanting = [one for one in new if not ledger.numbers[one]]
        for entry in wanting[bounds.LARGEST_NUMBER - last :]:
            ledger.condemn(entry, "no number is left")


def _last(store: Store, kind: str) -> int:
    """The largest number of a type that was used."""
    if kind in _LISTINGS:
        return list_log.last_number(store, _LISTINGS[kind])
    used = [int(item["SK"]) for item in every(store, _PARTITIONS[kind]) if isinstance(item["SK"], str)]
    return max(used, default=0)


def number(store: Store, ledger: Ledger) -> None:
    """Give every new entry its number, after the largest that is given or was used."""
    for kind, listing in _LISTINGS.items():
        new = ledger.in_order(kind)
        if given := [ledger.numbers[entry] for entry in new if ledger.numbers[entry]]:
            list_log.reserve(store, listing, max(given))
        if wanting := [entry for entry in new if not ledger.numbers[entry]]:
            first = list_log.allocate(store, listing, len(wanting))
            for made, entry in enumerate(wanting, first):
                ledger.numbers[entry] = made
    for kind in _PARTITIONS:
        if wanting := [entry for entry in ledger.in_order(kind) if not ledger.numbers[entry]]:
            given = [ledger.numbers[entry] for entry in ledger.in_order(kind)]
            for made, entry in enumerate(wanting, max(_last(store, kind), *given) + 1):
                ledger.numbers[entry] = made


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes records of one type, some hundreds at a time, in the order given."""

    store: Store
    ledger: Ledger
    by: Actor
    opened: set[str] = field(default_factory=set)
    """Lists of workspaces that are known to have a counter (`list_log.py`)."""

    @property
    def at(self) -> str:
        return instant(self.by.at)

    def write(self, records: Sequence[tuple[int, Record]]) -> Results:
        """What became of each entry."""
        results: Results = {}
        entities: list[tuple[int, Record]] = []
        memberships: list[tuple[int, MembershipRecord]] = []
        granted: list[tuple[int, ProjectMembershipRecord | SpaceRoleRecord]] = []
        credentials: list[tuple[int, ApiTokenRecord]] = []
        provisioned: list[tuple[int, ScimUserRecord]] = []
        placed: list[tuple[int, WorkspaceGroupMemberRecord]] = []
        proofs: list[tuple[int, ScimTokenRecord]] = []
        for entry, record in records:
            match record:
                case MembershipRecord():
                    memberships.append((entry, record))
                case ProjectMembershipRecord() | SpaceRoleRecord():
                    granted.append((entry, record))
                case ApiTokenRecord():
                    credentials.append((entry, record))
                case ScimUserRecord():
                    provisioned.append((entry, record))
                case WorkspaceGroupMemberRecord():
                    placed.append((entry, record))
                case ScimTokenRecord():
                    proofs.append((entry, record))
                case ClientRecord(secret=None):
                    results[entry] = State.LEFT_OUT
                case _:
                    entities.append((entry, record))
        places = self._places(entities)
        results |= self._commit((entry, self._entity(entry, record, places)) for entry, record in entities)
        results |= self._memberships(memberships)
        results |= self._granted(granted)
        results |= self._tokens(credentials)
        results |= self._scim_users(provisioned)
        results |= self._group_members(placed)
        return results | self._scim_tokens(proofs)

    def _commit(self, parts: Iterable[tuple[int, Transaction]]) -> Results:
        some = list(parts)
        refusals = batched(self.store, [work for _, work in some])
        return {
            entry: State.NEW if refusal is None else _reason(refusal)
            for (entry, _), refusal in zip(some, refusals, strict=True)
        }

    # Entities.

    def _places(self, records: Sequence[tuple[int, Record]]) -> dict[int, int]:
        """The places of projects, features and groups in the lists of their workspaces: one Write a list."""
        wanting: dict[str, list[int]] = {}
        for entry, record in records:
            match record:
                case ProjectRecord():
                    wanting.setdefault(keys.projects_in(record.workspace_id), []).append(entry)
                case FeatureRecord():
                    wanting.setdefault(keys.features_in(record.workspace_id), []).append(entry)
                case WorkspaceGroupRecord():
                    wanting.setdefault(keys.groups_in(record.workspace_id), []).append(entry)
        return {
            entry: place
            for listing, entries in wanting.items()
            for place, entry in enumerate(entries, list_log.allocate(self.store, listing, len(entries)))
        }

    def _entity(self, entry: int, record: Record, places: Mapping[int, int]) -> Transaction:
        work = Transaction(self.by, bulk=True)
        name, given = self.ledger.names[entry], self.ledger.numbers[entry]
        made_id = str(uuid4()) if "#" in name else name
        match record:
            case WorkspaceRecord():
                workspaces.plan(work, record.made(made_id, given, self.at))
                spent = keys.workspace_tombstone(made_id)  # the id of a deleted one is never given again
                work.check(spent, Absent(), lambda _: Conflict("id", made_id))
            case ProjectRecord():
                projects.plan(work, record.made(made_id, given, self.at, places[entry]))
                # Else places in a deleted project of this id, not cleared yet, would be in force again.
                work.check(keys.cleanup_of_project(made_id), Absent(), lambda _: Conflict("id"))
            case SpaceRecord():
                self._open(keys.spaces_in(record.workspace_id))
                spaces.plan(work, record.made(made_id, given, self.at))
            case AppRecord():
                spaces.plan_app(work, record.made(made_id, given))
            case FeatureRecord():
                reference_data.plan_feature(work, record.made(made_id, places[entry]))
            case WorkspaceGroupRecord():
                own, home = record.id or made_id, record.workspace_id
                workspace_groups.plan(work, record.made(own, places[entry], self.at))
                # Else places in a deleted group of this id, not cleared yet, would be in force again.
                work.check(keys.cleanup_of_workspace_group(home, own), Absent(), lambda _: Conflict("id"))
            case RoleRecord():
                reference_data.plan_role(work, record.made(given))
            case GroupRecord():
                reference_data.plan_group(work, record.made(given))
            case ClientRecord():
                reference_data.plan_client(work, record.made(made_id), digest(record.secret or ""))
            case UserRecord():
                hashed = record.password_hash
                if record.password is not None:
                    hashed = passwords.digest(record.password)
                users.plan(work, self._user(made_id, given, record), hashed)
        return work

    def _open(self, listing: str) -> None:
        if listing not in self.opened and list_log.is_open(self.store, listing):
            self.opened.add(listing)

    def _user(self, made_id: str, given: int, record: UserRecord) -> User:
        creator = self.ledger.number_of("user", record.created_by)
        updater = self.ledger.number_of("user", record.updated_by)
        return record.made(made_id, given, self.at, creator, updater)

    # Memberships.

    def _memberships(self, wanted: Sequence[tuple[int, MembershipRecord]]) -> Results:
        results: Results = {}
        numbers: dict[int, int] = {}
        waiting = list(wanted)
        for _ in range(_TRIES):
            if not waiting:
                return results
            parts = list(self._joining(waiting, numbers, results))
            refusals = batched(self.store, [work for _, work in parts])
            lost = set()
            for (entry, _), refusal in zip(parts, refusals, strict=True):
                results[entry] = State.NEW if refusal is None else _reason(refusal)
                if isinstance(refusal, ReadConflict):
                    lost.add(entry)
            waiting = [(entry, record) for entry, record in waiting if entry in lost]
        return results

    def _joining(
        self, wanted: Sequence[tuple[int, MembershipRecord]], numbers: dict[int, int], results: Results
    ) -> Iterator[tuple[int, Transaction]]:
        """The transactions, on fresh reads. Memberships of one user stand apart: they change one profile."""
        found = self.store.batch_get(
            [
                key
                for _, record in wanted
                for key in (
                    keys.member(record.workspace_id, record.user_id),
                    keys.user(record.user_id),
                    keys.workspace(record.workspace_id),
                )
            ]
        )
        missing = [
            (entry, record)
            for entry, record in wanted
            if members.kept_in(found.get(keys.member(record.workspace_id, record.user_id))) is None
        ]
        results |= {entry: State.THERE for entry, _ in wanted}
        self._number_members(missing, numbers)
        ahead: dict[str, User] = {}
        rounds: Counter[str] = Counter()
        parts: list[tuple[int, int, Transaction]] = []
        for entry, record in missing:
            workspace = workspaces.of_item(found.get(keys.workspace(record.workspace_id)))
            user = ahead.get(record.user_id) or users.of_item(found.get(keys.user(record.user_id)))
            if workspace is None or user is None:
                results[entry] = _reason(NotFound("workspace" if workspace is None else "user"))
                continue
            role, at = WorkspaceRole(record.role), record.created_at or self.at
            made = Membership(workspace.id, user.id, role, numbers[entry], at, suspended=record.suspended)
            work = Transaction(self.by, bulk=True)
            members.plan(work, workspace, user, made)
            parts.append((rounds[user.id], entry, work))
            rounds[user.id] += 1
            ahead[user.id] = members.joined(user, made)
        for _, entry, work in sorted(parts, key=lambda part: part[0]):
            yield entry, work

    def _number_members(
        self, missing: Sequence[tuple[int, MembershipRecord]], numbers: dict[int, int]
    ) -> None:
        wanting: dict[str, list[int]] = {}
        for entry, record in missing:
            if entry not in numbers:
                wanting.setdefault(record.workspace_id, []).append(entry)
        for workspace_id, entries in wanting.items():
            first = list_log.allocate(self.store, keys.members(workspace_id), len(entries))
            numbers.update(zip(entries, range(first, first + len(entries)), strict=True))

    # Space roles and places in projects.

    def _granted(self, wanted: Sequence[tuple[int, ProjectMembershipRecord | SpaceRoleRecord]]) -> Results:
        results: Results = {}
        found = self.store.batch_get([key for _, record in wanted for key in _ground(record)])
        places = {
            entry: keys.member(str(home["workspace_id"]), record.user_id)
            for entry, record in wanted
            if (home := found.get(_ground(record)[0])) is not None
        }
        memberships = self.store.batch_get(list(places.values()))
        parts: list[tuple[int, Transaction]] = []
        for entry, record in wanted:
            owner, profile, place = _ground(record)
            user = users.of_item(found.get(profile))
            if entry not in places or user is None:
                results[entry] = _reason(NotFound("user" if entry in places else "space or project"))
                continue
            live = members.kept_in(memberships.get(places[entry]))
            held = found.get(place)
            if held is not None:
                results[entry] = _CLEARING if grants.has_ended(held, user) else State.THERE
            elif live is None and found[owner]["workspace_id"] in user.revoked_through:
                results[entry] = _CLEARING
            else:
                parts.append((entry, self._grant(record, found[owner], user, live.number if live else 0)))
        return results | self._commit(parts)

    def _grant(
        self, record: ProjectMembershipRecord | SpaceRoleRecord, home: Item, user: User, since: int
    ) -> Transaction:
        work = Transaction(self.by, bulk=True)
        if isinstance(record, SpaceRoleRecord):
            space: Space | None = spaces.of_item(home)
            if space is not None:
                role = SpaceRole(record.role)
                grants.plan_space_role(work, space, user, role, since, at=record.created_at)
        else:
            project: Project | None = projects.of_item(home)
            if project is not None:
                grants.plan_project_member(work, project, user, since, at=record.created_at)
        return work

    # API tokens.

    def _tokens(self, wanted: Sequence[tuple[int, ApiTokenRecord]]) -> Results:
        results: Results = {}
        known = [(entry, record) for entry, record in wanted if record.secret is not None]
        found = self.store.batch_get([key for _, record in known for key in _lead(record)])
        owners = users.by_ids(self.store, [record.user_id for _, record in known])
        parts: list[tuple[int, Transaction]] = []
        for entry, record in known:
            own, lead = _lead(record)
            if own in found:
                results[entry] = State.THERE
            elif lead in found:
                results[entry] = "secret is that of another user's token"
            else:
                work = Transaction(self.by, bulk=True)
                made = record.made(api_tokens.id_of(record.proof), self.at)
                owner = owners.get(record.user_id)
                made = replace(made, token_version=owner.token_version if owner else 0)
                api_tokens.plan(work, made, record.proof, imported=record.credential is None)
                parts.append((entry, work))
        results |= self._commit(parts)
        for entry, record in wanted:
            if record.secret is None:
                results[entry] = State.THERE if self._has_token(record) else State.LEFT_OUT
        return results

    def _has_token(self, record: ApiTokenRecord) -> bool:
        return any(
            item.get("name") == record.name and item.get("workspace_id") == record.workspace_id
            for item in every(self.store, keys.user(record.user_id).pk, begins=keys.TOKENS)
        )

    # What identity providers wrote, groups' members, and SCIM tokens.

    def _scim_users(self, wanted: Sequence[tuple[int, ScimUserRecord]]) -> Results:
        results: Results = {}
        views = [(entry, record.made(self.at)) for entry, record in wanted]
        found = self.store.batch_get(
            [
                key
                for _, view in views
                for key in (
                    keys.member(view.workspace_id, view.user_id),
                    keys.scim_view(view.workspace_id, view.user_id),
                    scim_views.name_of(view),
                )
            ]
        )
        parts: list[tuple[int, Transaction]] = []
        for entry, view in views:
            membership = members.kept_in(found.get(keys.member(view.workspace_id, view.user_id)))
            if membership is None:
                results[entry] = _reason(NotFound("membership"))
            elif scim_views.among(found, view.workspace_id, view.user_id) is not None:
                results[entry] = State.THERE
            else:
                work = Transaction(self.by, bulk=True)
                scim_views.plan(work, None, view, found)
                there = keys.member(view.workspace_id, view.user_id)
                work.check(there, members.still(membership), lambda _: NotFound("membership"))
                parts.append((entry, work))
        return results | self._commit(parts)

    def _group_members(self, wanted: Sequence[tuple[int, WorkspaceGroupMemberRecord]]) -> Results:
        results: Results = {}
        groups: dict[tuple[str, str], list[tuple[int, WorkspaceGroupMemberRecord]]] = {}
        found = self.store.batch_get(
            [
                key
                for _, record in wanted
                for key in (
                    keys.user(record.user_id),
                    keys.group_place(record.user_id, record.workspace_id, record.group_id),
                )
            ]
        )
        for entry, record in wanted:
            user = users.of_item(found.get(keys.user(record.user_id)))
            held = found.get(keys.group_place(record.user_id, record.workspace_id, record.group_id))
            if user is not None and held is not None and not grants.has_ended(held, user):
                results[entry] = State.THERE
            else:
                groups.setdefault((record.workspace_id, record.group_id), []).append((entry, record))
        for some in groups.values():
            results |= self._come_in(some)
        return results

    def _come_in(self, some: Sequence[tuple[int, WorkspaceGroupMemberRecord]]) -> Results:
        """Let people into one group, together, and where that is refused one by one."""
        first = some[0][1]
        at = {record.user_id: record.created_at or self.at for _, record in some}
        try:
            workspace = workspaces.alive(self.store, first.workspace_id)
            group = workspace_groups.by_id(self.store, first.workspace_id, first.group_id)
            workspace_groups.add(self.store, workspace, group, list(at), by=self.by, at=at)
        except Unavailable:
            raise
        except DirectoryError as refusal:
            if len(some) == 1:
                return {some[0][0]: _reason(refusal)}
            results: Results = {}
            for one in some:
                results |= self._come_in([one])
            return results
        return {entry: State.NEW for entry, _ in some}

    def _scim_tokens(self, wanted: Sequence[tuple[int, ScimTokenRecord]]) -> Results:
        """One after the other: two share the places of their workspace."""
        results: Results = {}
        for entry, record in wanted:
            found = self.store.batch_get(scim_tokens.places(record.workspace_id))
            credential = record.credential
            if credential is None:
                is_there = any(each.get("name") == record.name for each in found.values())
                results[entry] = State.THERE if is_there else State.LEFT_OUT
            elif any(each.get("id") == credential.id for each in found.values()):
                results[entry] = State.THERE
            elif free := scim_tokens.free_slots(found, record.workspace_id, self.by.at):
                work = Transaction(self.by, bulk=True)
                scim_tokens.plan(work, record.made(credential.id, free[0], self.at), credential, found)
                results |= self._commit([(entry, work)])
            else:
                results[entry] = "the workspace has two SCIM tokens already"
        return results


def _ground(record: ProjectMembershipRecord | SpaceRoleRecord) -> tuple[Key, Key, Key]:
    """Where the space or project, the user and the grant are."""
    if isinstance(record, SpaceRoleRecord):
        place = keys.space_role(record.space_id, record.role, record.user_id)
        return keys.space(record.space_id), keys.user(record.user_id), place
    place = keys.project_member(record.project_id, record.user_id)
    return keys.project(record.project_id), keys.user(record.user_id), place


def _lead(record: ApiTokenRecord) -> tuple[Key, Key]:
    """Where the token is, and the lock that leads to it from a secret that names no user."""
    return keys.token(record.user_id, api_tokens.id_of(record.proof)), keys.secret(digest(record.proof))


def _reason(refusal: DirectoryError) -> str:
    match refusal:
        case Conflict("default"):
            return "another role is the default already"
        case Conflict(what):
            return f"{what} was taken while this import ran; import again"
        case NotFound(what):
            return f"{what} went away while this import ran"
        case LimitReached():
            return f"a group with the role ADMIN has at most {workspace_groups.MOST_ADMINS} members"
        case ValidationFailed():
            return "the membership went away while this import ran"
        case _:
            return "changed while this import ran; import again"
