"""What the conditions of Cloud Foundry v2 name: which of it the caller sees, and what is related to it.

Such a condition relates what is listed to another object by its guid: `organization_guid` of users,
`developer_guid` of spaces. It must tell nothing that the caller cannot read elsewhere, neither by what it
keeps nor by what it costs:

    organization, space   counts if the caller sees it. Of a hidden one as much is read as of one that
                          does not exist, and nothing that is related to it
    app                   counts by its space, which is listed, so that the caller sees it
    user                  is looked for in what is listed, which the caller sees: the items that would
                          relate the two are read, there or not. For the caller, and for anybody where
                          the caller sees everything, the user's own lists are read instead

What a request names is read once, by however many conditions, and what is read for it has a bound.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from roster import bounds
from roster.db import counted_lists, keys
from roster.db.codec import naming, readable
from roster.db.store import Item, Key, Store
from roster.dialects.cloud_foundry.query_string import Condition, invalid_query
from roster.dialects.cloud_foundry.schemas import Kind, listing_of
from roster.dialects.cloud_foundry.visibility import Visibility
from roster.directory import grants, group_places, users
from roster.domain import App, Space, SpaceRole, User, Workspace, WorkspaceRole

Claim: TypeAlias = tuple[str, str]
"""A condition's key and one of the guids that it names."""

Matches: TypeAlias = Mapping[str, Sequence[Item]]
"""The guids of the objects that meet a condition, each with the rows that say so, if rows do."""

NAMED: Mapping[tuple[Kind, str], tuple[Kind, str]] = {
    ("space", "developer_guid"): ("user", "spaces"),
    ("space", "app_guid"): ("app", "space"),
    ("user", "space_guid"): ("space", "developers"),
    ("user", "managed_space_guid"): ("space", "managers"),
    ("user", "audited_space_guid"): ("space", "auditors"),
    ("user", "organization_guid"): ("organization", "users"),
    ("user", "managed_organization_guid"): ("organization", "managers"),
    ("organization", "user_guid"): ("user", "organizations"),
    ("organization", "manager_guid"): ("user", "managed_organizations"),
    ("organization", "space_guid"): ("space", "organization"),
}
"""What a condition on a kind names, and the relation that leads from that to the kind.

The other conditions that ask for a guid name roles that nobody has here: nothing meets them.
"""

E = TypeVar("E")
_PROFILES: Mapping[Kind, Callable[[str], Key]] = {
    "organization": keys.workspace,
    "space": keys.space,
    "app": keys.app,
}
_RULING = ("managed_organization_guid", "manager_guid")
_GUID: Mapping[Kind, str] = {"space": "space_id", "user": "user_id", "organization": "workspace_id"}
_FEW = 100
"""Rows up to which a list comes in one BatchGet with other lists; a longer one takes a Query a megabyte."""


@dataclass(slots=True)
class Related:
    """The conditions on a list of a kind; `left` is how many items may still be read for them."""

    store: Store
    visibility: Visibility
    kind: Kind
    left: int = field(default_factory=lambda: bounds.RELATED_ITEMS)

    def names_user(self, condition: Condition) -> bool:
        """Whether a condition names a user, so that it wants to know what is listed."""
        named = NAMED.get((self.kind, condition.key))
        return named is not None and named[0] == "user"

    def to_things(self, conditions: Sequence[Condition]) -> list[Matches]:
        """What meets each of these conditions, which name organizations, spaces and apps.

        A BatchGet a hundred keys in each of four steps (the objects, the caller's rights, the heads of
        their lists, the rows), and a Query for each long list. Raises ValidationFailed past the bound.
        """
        claims = [claim for claim in _claims(conditions) if (self.kind, claim[0]) in NAMED]
        workspaces, spaces, apps = self._seen(claims)
        met: dict[Claim, Matches] = {}
        lists: dict[Claim, str] = {}
        for key, guid in claims:
            named, relation = NAMED[self.kind, key]
            if named == "app" and guid in apps:
                met[key, guid] = {apps[guid].space_id: ()}
            elif relation == "organization" and guid in spaces:
                met[key, guid] = {spaces[guid].workspace_id: ()}
            elif (named == "space" and guid in spaces) or (named == "organization" and guid in workspaces):
                lists[key, guid] = listing_of(named, guid, relation) or ""
        rows, rulers = self._rows(lists.values()), self._rulers(lists)
        met |= {
            claim: self._by_guid(claim[0], rows[listing], rulers=rulers.get(claim[1], frozenset()))
            for claim, listing in lists.items()
        }
        return [_matches(condition, met) for condition in conditions]

    def to_users(self, conditions: Sequence[Condition], listed: Collection[str]) -> list[Matches]:
        """Which of the listed guids meet each of these conditions, which name users.

        A BatchGet a hundred users, another a hundred pairs of a user and a listed object, and the lists
        of those who are read whole. Raises ValidationFailed past the bound.
        """
        claims = _claims(conditions)
        named = list(dict.fromkeys(guid for _, guid in claims))
        whole = [guid for guid in named if self.visibility.sees_all or guid == self.visibility.user_id]
        people = users.by_ids(self.store, named)
        if self.visibility.user is not None and self.visibility.user_id in people:
            people[self.visibility.user_id] = self.visibility.user  # who may be less than the whole user
        lists = {
            (key, guid): listing_of("user", guid, NAMED[self.kind, key][1]) or ""
            for key, guid in claims
            if guid in whole and guid in people
        }
        rows = self._rows(lists.values())
        pairs = self._pairs([guid for guid in named if guid not in whole], listed)
        met = {
            (key, guid): self._by_guid(
                key, rows[lists[key, guid]] if (key, guid) in lists else pairs[guid], people[guid]
            )
            for key, guid in claims
            if guid in people
        }
        return [_matches(condition, met) for condition in conditions]

    def _seen(self, claims: Iterable[Claim]) -> tuple[dict[str, Workspace], dict[str, Space], dict[str, App]]:
        """What is named and the caller sees; of apps all, for they count by what is listed.

        Two BatchGets a hundred keys, the second as long for what is hidden as for what does not exist.
        """
        named: dict[Kind, dict[str, None]] = {"organization": {}, "space": {}, "app": {}}
        for key, guid in claims:
            named[NAMED[self.kind, key][0]][guid] = None
        at = {kind: {guid: _PROFILES[kind](guid) for guid in guids} for kind, guids in named.items()}
        found = self.store.batch_get([key for places in at.values() for key in places.values()])
        workspaces = _there(Workspace, at["organization"], found)
        spaces = _there(Space, at["space"], found)
        evidence = self._evidence([*workspaces.values(), *spaces.values()], named)
        return (
            {guid: each for guid, each in workspaces.items() if self.visibility.sees(each, evidence)},
            {guid: each for guid, each in spaces.items() if self.visibility.sees(each, evidence)},
            _there(App, at["app"], found),
        )

    def _evidence(
        self, there: Iterable[Workspace | Space], named: Mapping[Kind, Iterable[str]]
    ) -> dict[Key, Item]:
        """The caller's rights to what is there, read with as many keys as if nothing that is named were."""
        absent: list[Workspace | Space] = [
            Workspace(guid, 0, guid, guid, "") for guid in named["organization"]
        ]
        absent += [Space(guid, 0, guid, guid, "") for guid in named["space"]]
        spare = dict.fromkeys(key for each in absent for key in self.visibility.evidence(each))
        asked = dict.fromkeys(key for each in there for key in self.visibility.evidence(each))
        return self.store.batch_get(list(asked | spare)[: max(len(asked), len(spare))])

    def _rows(self, wanted: Iterable[str]) -> dict[str, list[Item]]:
        """All rows of these lists. Raises ValidationFailed before any is read where they are too many."""
        few = counted_lists.few(self.store, list(dict.fromkeys(wanted)), _FEW)
        self._take(sum(each.total for each in few.values()))
        return counted_lists.rows_of(self.store, few)

    def _rulers(self, claims: Iterable[Claim]) -> Mapping[str, frozenset[str]]:
        """Who is ADMIN by a group in each organization of which a claim asks for the managers."""
        asked = [guid for key, guid in claims if key in _RULING]
        rulers = group_places.rulers(self.store, asked)
        self._take(sum(map(len, rulers.values())))
        return rulers

    def _pairs(self, user_ids: Sequence[str], listed: Collection[str]) -> dict[str, list[Item]]:
        """By user, the items that relate them to what is listed: as many are asked for, whoever it is."""
        self._take(len(user_ids) * len(listed))
        places = {user_id: [self._pair(guid, user_id) for guid in listed] for user_id in user_ids}
        found = self.store.batch_get([key for some in places.values() for key in some])
        return {user_id: [found[key] for key in some if key in found] for user_id, some in places.items()}

    def _pair(self, guid: str, user_id: str) -> Key:
        if self.kind == "space":
            return keys.space_role(guid, SpaceRole.DEVELOPER, user_id)
        return keys.member(guid, user_id)

    def _by_guid(
        self,
        key: str,
        rows: Iterable[Item],
        user: User | None = None,
        rulers: Collection[str] = frozenset(),
    ) -> Matches:
        """The rows that meet a condition's key, by the listed guid; void roles of the user do not.

        Where the rows are of several users, `rulers` are those who are ADMIN by a group.
        """
        found: dict[str, list[Item]] = {}
        for row in naming(rows, _GUID[self.kind]):
            ruling = key not in _RULING or _rules(row, user) or row.get("user_id") in rulers
            void = user is not None and self._is_void(row, user)
            if ruling and not void:
                found.setdefault(str(row[_GUID[self.kind]]), []).append(row)
        return found

    def _is_void(self, row: Item, user: User) -> bool:
        if self.kind == "space":
            return grants.is_void(row, user)
        return self.kind == "organization" and row.get("workspace_id") in user.suspended_in

    def _take(self, items: int) -> None:
        """Count so many more items. Raises ValidationFailed where they are more than are left."""
        self.left -= items
        if self.left < 0:
            invalid_query(f"q must not ask for more than {bounds.RELATED_ITEMS} related objects")


def _rules(row: Item, user: User | None) -> bool:
    """Whether a row of a membership is an ADMIN's, perhaps by a group."""
    if user is None:
        return row.get("role") == WorkspaceRole.ADMIN
    return user.effective_role(row.get("workspace_id"), row.get("role")) is WorkspaceRole.ADMIN


def _there(cls: type[E], places: Mapping[str, Key], found: Mapping[Key, Item]) -> dict[str, E]:
    """The objects that are among the items, by guid."""
    return {
        guid: each for guid, key in places.items() if key in found for each in readable(cls, [found[key]])
    }


def _claims(conditions: Iterable[Condition]) -> list[Claim]:
    """What conditions name, each key and guid once; what cannot be a guid names nothing."""
    pairs = ((condition.key, value) for condition in conditions for value in condition.values)
    return [claim for claim in dict.fromkeys(pairs) if keys.is_id(claim[1])]


def _matches(condition: Condition, met: Mapping[Claim, Matches]) -> Matches:
    """What meets a condition with any of its guids."""
    found: dict[str, list[Item]] = {}
    for value in dict.fromkeys(condition.values):
        for guid, rows in met.get((condition.key, value), {}).items():
            found.setdefault(guid, []).extend(rows)
    return found
