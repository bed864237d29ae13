"""Features of a workspace, perhaps of one of its projects: made, changed, deleted and listed."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from roster.db import counted_lists, keys
from roster.db.codec import attributes, entity, naming, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Store,
    Update,
    all_of,
    any_of,
    every,
)
from roster.db.transactions import ReadConflict, Transaction, item, retry_from
from roster.directory import members, projects, reference_data, users
from roster.domain import Actor, Feature
from roster.errors import DirectoryError, NotFound
from roster.events import Event

Edit = Callable[[Feature], Feature]
Demand = Callable[[Feature], None]


def of_item(found: Item | None) -> Feature | None:
    """The feature that an item holds, if there is one."""
    return None if found is None else entity(Feature, found)


def alive(store: Store, feature_id: str) -> Feature:
    """One Get; raises NotFound where the feature is not there."""
    feature = of_item(store.get(keys.feature(feature_id)))
    if feature is None:
        raise NotFound("feature")
    return feature


def in_workspace(store: Store, workspace_id: str, number: int, size: int) -> tuple[list[Feature], int]:
    """A page of a workspace's features in order of creation, and the total: four calls at most."""
    rows = counted_lists.page(store, keys.features_in(workspace_id), number, size)
    places = [keys.feature(str(row["feature_id"])) for row in naming(rows.items, "feature_id")]
    found = store.batch_get(places)
    return readable(Feature, (found[place] for place in places if place in found)), rows.total


def in_project(store: Store, project_id: str) -> list[Feature]:
    """All features of a project, in order of creation: one Query a megabyte."""
    copies = every(store, keys.project(project_id).pk, begins=keys.FEATURES_BESIDE)
    return sorted(readable(Feature, copies), key=lambda feature: (feature.place, feature.id))


def unknown_references(
    store: Store, workspace_id: str, project_id: str | None, owner_id: str | None
) -> tuple[bool, bool]:
    """Whether the project is none of the workspace, and whether the user is no member of it: one BatchGet.

    None is no reference. Without any, nothing is read.
    """
    wanted = [] if project_id is None else [keys.project(project_id)]
    if owner_id is not None:
        wanted += [keys.user(owner_id), keys.member(workspace_id, owner_id)]
    found = store.batch_get(wanted) if wanted else {}
    no_project, no_member = False, False
    if project_id is not None:
        project = projects.of_item(found.get(keys.project(project_id)))
        no_project = project is None or project.workspace_id != workspace_id
    if owner_id is not None:
        living = users.of_item(found.get(keys.user(owner_id)))
        membership = members.of_item(found.get(keys.member(workspace_id, owner_id)))
        no_member = living is None or membership is None
    return no_project, no_member


def prepare(store: Store, feature: Feature, *, by: Actor) -> tuple[Transaction, Feature]:
    """The transaction that makes a feature, and the feature: one Write for its place.

    The commit raises ReadConflict where its project or its owner has gone meanwhile.
    """
    work = Transaction(by)
    made = replace(
        feature,
        id=str(uuid4()),
        place=counted_lists.allocate(store, keys.features_in(feature.workspace_id)),
        touched_by=by.user_id,
    )
    reference_data.plan_feature(work, made, no_project=_lost)
    _demand_owner(work, made)
    return work, made


def change(store: Store, feature: Feature, edit: Edit, *, by: Actor) -> Feature:
    """Change a feature: one Transact. `edit` makes the new state from the present one, `feature` at first;
    it is asked again where that or what it refers to has changed meanwhile, and may raise.

    Raises NotFound where the feature has gone meanwhile.
    """

    def attempt(before: Feature) -> Feature:
        after = replace(edit(before), revision=before.revision + 1, touched_by=by.user_id)
        old, new = attributes(before), attributes(after)
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        gone = tuple(sorted(old.keys() - new.keys()))
        work = Transaction(by)
        work.do(Update(keys.feature(before.id), set=changed, remove=gone, condition=_unchanged(before)))
        if before.project_id is not None and before.project_id != after.project_id:
            _leave_project(work, before.project_id, before.id)
        if after.project_id is not None:
            copy = new if after.place else {name: new[name] for name in new if name != "place"}
            work.do(Put(item(keys.feature_in_project(after.project_id, after.id), copy)))
            if after.project_id != before.project_id:
                projects.count_child(work, after.project_id, 1, _lost)
        if after.owner_id != before.owner_id:
            _demand_owner(work, after)
        _count_modules(work, before, after)
        fields = sorted({*changed, *gone} - {"revision"})
        work.audit(
            Event.FEATURE_CHANGED,
            before.id,
            before=old,
            after=new,
            workspace=before.workspace_id,
            fields=[*fields],
        )
        work.commit(store)
        return after

    return retry_from(feature, lambda: alive(store, feature.id), attempt)


def delete(store: Store, feature: Feature, *, by: Actor, demand: Demand) -> None:
    """Delete a feature: one Transact. `demand` is called with the feature as it is then, and may raise.

    Raises NotFound where the feature has gone meanwhile.
    """

    def attempt(before: Feature) -> None:
        demand(before)
        work = Transaction(by)
        work.do(Delete(keys.feature(before.id), _unchanged(before)))
        if before.project_id is not None:
            _leave_project(work, before.project_id, before.id)
        if before.place:
            work.remove_row(keys.features_in(before.workspace_id), before.place)
        _count_modules(work, before, None)
        work.audit(Event.FEATURE_DELETED, before.id, before=attributes(before), workspace=before.workspace_id)
        work.commit(store)

    retry_from(feature, lambda: alive(store, feature.id), attempt)


def _leave_project(work: Transaction, project_id: str, feature_id: str) -> None:
    work.do(Delete(keys.feature_in_project(project_id, feature_id)))
    projects.count_child(work, project_id, -1)


def _demand_owner(work: Transaction, feature: Feature) -> None:
    """Demand that the owner is a living member of the workspace."""
    if feature.owner_id is None:
        return
    work.check(keys.member(feature.workspace_id, feature.owner_id), Present(), _lost)
    work.check(keys.user(feature.owner_id), all_of(Present(), Absent("deleted_at")), _lost)


def _count_modules(work: Transaction, before: Feature, after: Feature | None) -> None:
    """The workspace's counts of switched-on features, of the module before and the one after."""
    lost, won = reference_data.counted_as(before), reference_data.counted_as(after)
    if lost == won:
        return
    more = {lost: -1} if lost else {}
    more |= {won: 1} if won else {}
    counted = Update(keys.workspace(before.workspace_id), add=more, condition=Present())
    work.add_counter(counted, lambda _: NotFound("workspace"))


def _unchanged(before: Feature) -> Condition:
    same = Equals("revision", before.revision)
    if before.revision > 1:
        return same
    return any_of(same, all_of(Present(), Absent("revision")))  # as an earlier version wrote it


def _lost(_: Item | None) -> DirectoryError:
    return ReadConflict()
