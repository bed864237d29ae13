"""Inlining (`inline-relations-depth`): what objects are related to, level by level, within bounds.

One level takes a BatchGet a hundred keys in each of these steps:

    heads      how many each relation has, and their numbers (`listings.few`)
    common     of other users' relations and an organization's spaces, those that the caller sees
    branches   where numbers lie beyond the first ten thousand
    rows       spaces, organizations and apps from the lists of the site; of users, whose roles they are
    evidence   the users themselves, the caller's rights, and whether a membership has ended

A relation of more than 50 objects stays a url, as in the reference, and so does every relation that
would take more than 2,000 items to be read for one answer. What the caller does not see counts for
neither, so that no url tells of it: it is looked for among what the caller sees, which is read once an
answer, a Query a list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import cast

from roster.db import counted_lists, keys
from roster.db.codec import naming, readable
from roster.db.store import Item, Key, Store
from roster.dialects.cloud_foundry.queries import spaces_seen_by
from roster.dialects.cloud_foundry.query_string import ListQuery
from roster.dialects.cloud_foundry.schemas import PLURAL, RELATIONS, Entity, Node, Relation, listing_of
from roster.dialects.cloud_foundry.visibility import Visibility
from roster.directory import grants, members, users
from roster.domain import App, Space, User, Workspace, WorkspaceRole

MOST = 50
LIMIT = 2000
_EVIDENCE = {"user": 1, "space": 5, "organization": 2, "app": 0}
"""Items of evidence that an object of each kind may want at most."""

_HOMES = {"space": keys.SPACES, "organization": keys.WORKSPACES, "app": keys.APPS}


def inline(store: Store, visibility: Visibility, roots: Sequence[Node], asked: ListQuery) -> None:
    """Fill the nodes' relations to the depth asked for."""
    level, left, common = list(roots), _Left(LIMIT), _Common(store, visibility)
    for _ in range(asked.depth):
        wanted = [(node, relation) for node in level for relation in _inlinable(node, asked)]
        level = _grow(store, visibility, wanted, left, common)


@dataclass(slots=True)
class _Left:
    """How many items may still be read for an answer."""

    items: int

    def allows(self, items: int) -> bool:
        """Whether so many more may be read, which then counts."""
        if items > self.items:
            return False
        self.items -= items
        return True


@dataclass
class _Common:
    """What a caller sees who does not see everything, as far as relations are looked for in it."""

    store: Store
    visibility: Visibility

    def bounds(self, node: Node, relation: Relation) -> bool:
        """Whether a relation may hold what the caller does not see, so that it is looked for here."""
        if self.visibility.sees_all or relation.to not in ("organization", "space") or relation.one:
            return False
        return node.kind == "organization" or (node.kind == "user" and node.id != self.visibility.user_id)

    def few(self, wanted: Iterable[tuple[Node, Relation]], left: _Left) -> dict[str, counted_lists.Few]:
        """Of these relations, what the caller sees: one BatchGet a hundred, beside what `_seen` reads.

        Those that come after as many as may be read are left out.
        """
        found: dict[str, tuple[int, ...]] = {}
        places: dict[str, tuple[Key, ...]] = {}
        people: dict[str, User] = {}
        for node, relation in wanted:
            listing = listing_of(node.kind, node.id, relation.name)
            if listing is None or listing in places or listing in found:
                continue
            if isinstance(node.entity, User):
                numbers = self._organizations if relation.to == "organization" else tuple(self._spaces)
                if numbers is not None and left.allows(len(numbers)):
                    places[listing] = tuple(keys.row(listing, number) for number in numbers)
                    people[listing] = node.entity
            else:
                found[listing] = tuple(number for number, home in self._spaces.items() if home == node.id)
        rows = self.store.batch_get([key for some in places.values() for key in some])
        for listing, some in places.items():
            there = [key for key in some if key in rows and _stands(rows[key], people[listing])]
            found[listing] = tuple(map(keys.number_of, there))
        return {
            listing: counted_lists.Few(len(numbers), numbers if len(numbers) <= MOST else None)
            for listing, numbers in found.items()
        }

    @cached_property
    def _spaces(self) -> Mapping[int, str]:
        """The numbers of the spaces that the caller sees, in order, each with its organization."""
        rows = spaces_seen_by(self.store, self.visibility).rows(self.store)
        return {keys.number_of(Key.of(row)): str(row.get("workspace_id")) for row in rows}

    @cached_property
    def _organizations(self) -> tuple[int, ...] | None:
        """The numbers of the caller's organizations, in order; None where they are more than may be read."""
        if self.visibility.user is None:
            return ()
        own = keys.workspaces_of(self.visibility.user.id)
        if not self.visibility.closed and not self.visibility.user.suspended_in:
            return counted_lists.few(self.store, [own], LIMIT)[own].numbers
        rows = members.rows_of_caller(self.store, self.visibility.user, self.visibility.closed)
        numbers = tuple(keys.number_of(Key.of(row)) for row in islice(rows, LIMIT + 1))
        return numbers if len(numbers) <= LIMIT else None


def _stands(row: Item, user: User) -> bool:
    """Whether a row of a user is of a membership, or of a role, that neither has ended nor is suspended."""
    if "since" in row:
        return not grants.is_void(row, user)
    return row.get("workspace_id") not in user.suspended_in


def _inlinable(node: Node, asked: ListQuery) -> Iterator[Relation]:
    for relation in RELATIONS[node.kind]:
        if relation.bare or relation.controller in _over(node) or relation.name in asked.exclude:
            continue
        if asked.include is None or relation.name in asked.include:
            yield relation


def _over(node: Node) -> frozenset[str]:
    return node.above | {PLURAL[node.kind]}


@dataclass(frozen=True, slots=True)
class _Expansion:
    """A relation of a node that is about to be inlined, and where its rows are."""

    node: Node
    relation: Relation
    places: tuple[Key, ...]

    @property
    def listing(self) -> str:
        return listing_of(self.node.kind, self.node.id, self.relation.name) or ""


def _grow(
    store: Store,
    visibility: Visibility,
    wanted: Sequence[tuple[Node, Relation]],
    left: _Left,
    common: _Common,
) -> list[Node]:
    """Inline one level; returns the nodes that came."""
    heads = _heads(store, (each for each in wanted if not common.bounds(*each)), left)
    heads |= common.few((each for each in wanted if common.bounds(*each)), left)
    expansions = list(_expansions(wanted, heads, left))
    rows = store.batch_get(
        [key for expansion in expansions for key in (*expansion.places, *_prefetch(expansion))]
    )
    evidence = store.batch_get(
        [key for expansion in expansions for key in _evidence(visibility, expansion, rows)]
    )
    people = users.living(evidence)
    grown: list[Node] = []
    for expansion in expansions:
        above, to = _over(expansion.node), expansion.relation.to
        found = (
            _people(expansion, rows, people)
            if to == "user"
            else _things(visibility, expansion, rows, evidence)
        )
        nodes = [Node(to, each, above) for each in found] if to is not None else []
        if nodes or not expansion.relation.one:
            expansion.node.inlined[expansion.relation.name] = nodes
        grown += nodes
    return grown


def _heads(
    store: Store, wanted: Iterable[tuple[Node, Relation]], left: _Left
) -> dict[str, counted_lists.Few]:
    """What each relation's listing holds; those that come after as many as may be read stay unread."""
    names = dict.fromkeys(
        listing
        for node, relation in wanted
        if (listing := listing_of(node.kind, node.id, relation.name)) is not None
    )
    return counted_lists.few(
        store, [name for name in names if left.allows(len(counted_lists.head(name)))], MOST
    )


def _expansions(
    wanted: Iterable[tuple[Node, Relation]], heads: Mapping[str, counted_lists.Few], left: _Left
) -> Iterator[_Expansion]:
    for node, relation in wanted:
        if relation.to is None:
            node.inlined[relation.name] = []
            continue
        places = _places(node, relation, heads)
        if places is None:
            continue
        expansion = _Expansion(node, relation, places)
        each = len(places) * (1 + _EVIDENCE[relation.to])
        if left.allows(each + len(_prefetch(expansion))):
            yield expansion


def _places(node: Node, relation: Relation, heads: Mapping[str, counted_lists.Few]) -> tuple[Key, ...] | None:
    """Where the rows of a relation are; None where it stays a url."""
    match node.entity:
        case Space(workspace_id=workspace_id) if relation.one:
            return (keys.workspace(workspace_id),)
        case App(space_id=space_id) if relation.one:
            return (keys.space(space_id),)
    listing = listing_of(node.kind, node.id, relation.name) or ""
    few = heads.get(listing)
    if few is None or few.numbers is None or relation.to is None:
        return None
    # A row of a user says since when; of other things the site's own list holds all that is shown.
    home = listing if relation.to == "user" else _HOMES[relation.to]
    return tuple(keys.row(home, number) for number in few.numbers)


def _prefetch(expansion: _Expansion) -> list[Key]:
    """The rows that say as what a user belongs to organizations, beside those of the organizations."""
    if expansion.relation.name != "managed_organizations":
        return []
    return [keys.row(expansion.listing, keys.number_of(place)) for place in expansion.places]


def _evidence(visibility: Visibility, expansion: _Expansion, rows: Mapping[Key, Item]) -> Iterator[Key]:
    """What decides whether the rows may be shown, and still stand: users, rights, ended memberships."""
    there = [rows[key] for key in expansion.places if key in rows]
    if expansion.relation.to == "user":
        yield from (keys.user(str(row["user_id"])) for row in naming(there, "user_id"))
    else:
        for entity in _of_rows(expansion, rows):
            yield from visibility.evidence(entity)
            if _may_have_ended(expansion, entity):
                yield keys.row(expansion.listing, entity.number)


def _people(expansion: _Expansion, rows: Mapping[Key, Item], people: Mapping[str, User]) -> Iterator[User]:
    """The users of memberships or of roles in a space."""
    ruling = expansion.node.kind == "organization" and expansion.relation.name == "managers"
    for row in naming((rows[key] for key in expansion.places if key in rows), "user_id"):
        user = people.get(str(row["user_id"]))
        if user is None or (ruling and not _rules(user, row)):
            continue
        if _stands(row, user):
            yield user


def _things(
    visibility: Visibility, expansion: _Expansion, rows: Mapping[Key, Item], evidence: Mapping[Key, Item]
) -> Iterator[Entity]:
    """The things that the caller sees: not every developer of a space is a member of its organization."""
    for entity in _of_rows(expansion, rows):
        if _may_have_ended(expansion, entity):
            row = evidence.get(keys.row(expansion.listing, entity.number))
            if row is None or grants.is_void(row, cast(User, expansion.node.entity)):
                continue
        if visibility.sees(entity, evidence):
            yield entity


def _may_have_ended(expansion: _Expansion, entity: Entity) -> bool:
    """Whether a user's role in a space may have ended with the membership it was given under."""
    user = expansion.node.entity
    if not isinstance(user, User) or not isinstance(entity, Space):
        return False
    return entity.workspace_id in user.revoked_through or entity.workspace_id in user.suspended_in


def _rules(user: User, row: Item) -> bool:
    """Whether the user is ADMIN of the workspace of a row of theirs, perhaps by a group."""
    return user.effective_role(row.get("workspace_id"), row.get("role")) is WorkspaceRole.ADMIN


def _of_rows(expansion: _Expansion, rows: Mapping[Key, Item]) -> list[Entity]:
    """The things of a relation, in order of their numbers; what has gone meanwhile is left out."""
    there = {key: rows[key] for key in expansion.places if key in rows}
    user = expansion.node.entity
    if isinstance(user, User) and expansion.relation.to == "organization":
        there = {key: row for key, row in there.items() if row.get("id") not in user.suspended_in}
    if isinstance(user, User) and expansion.relation.name == "managed_organizations":
        said = zip(expansion.places, _prefetch(expansion), strict=True)
        ruled = {place for place, row in said if _rules(user, rows.get(row, {}))}
        there = {key: row for key, row in there.items() if key in ruled}
    match expansion.relation.to:
        case "space":
            return list(readable(Space, there.values()))
        case "organization":
            return list(readable(Workspace, there.values()))
    return list(readable(App, there.values()))
