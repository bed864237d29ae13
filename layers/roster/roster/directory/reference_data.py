"""What is registered for a site or a workspace and rarely changes: features, roles, groups, clients."""

from collections.abc import Mapping

from roster.db import keys
from roster.db.codec import attributes, readable
from roster.db.store import Absent, Equals, Item, Key, Present, Put, Store, Update, any_of, every
from roster.db.transactions import ToError, Transaction, item
from roster.directory import projects
from roster.domain import Client, Feature, Group, PermissionRole
from roster.errors import Conflict, DirectoryError, NotFound
from roster.events import Event

MODULES = ("Boards", "Booking", "CurrencyRates", "EntitlementOperations", "WorkInbox")
"""The modules that the Workspace profile names. The workspace counts its switched-on features of each."""


def module_count(module: str) -> str:
    """The workspace's attribute that counts the switched-on features of a module."""
    return f"features_{module}"


def modules_of(workspace: Item) -> frozenset[str]:
    """The modules of which the workspace has a feature that is switched on."""
    counts = {module: workspace.get(module_count(module), 0) for module in MODULES}
    return frozenset(module for module, count in counts.items() if isinstance(count, int) and count > 0)


def features_in_project(store: Store, project_id: str) -> list[Feature]:
    """A project's features that are switched on, by name: one Query a megabyte."""
    found = readable(Feature, every(store, keys.project(project_id).pk, begins=keys.FEATURES_BESIDE))
    return sorted((one for one in found if one.enabled), key=lambda one: (one.name, one.id))


def all_groups(store: Store) -> list[Group]:
    """The site's groups: one Query a megabyte."""
    return readable(Group, every(store, keys.group(0).pk))


def all_roles(store: Store) -> list[PermissionRole]:
    """The site's roles: one Query a megabyte."""
    return readable(PermissionRole, every(store, keys.permission_role(0).pk))


def groups(items: Mapping[Key, Item]) -> list[Group]:
    """The groups among the items."""
    return readable(Group, (item for key, item in items.items() if key.pk == keys.group(0).pk))


def roles(items: Mapping[Key, Item]) -> list[PermissionRole]:
    """The roles among the items."""
    return readable(
        PermissionRole, (item for key, item in items.items() if key.pk == keys.permission_role(0).pk)
    )


def permissions(items: Mapping[Key, Item], number: int | None) -> tuple[str, ...]:
    """The permissions of the role of this number, where it is among the items."""
    return next((role.permissions for role in roles(items) if role.number == number), ())


def counted_as(feature: Feature | None) -> str | None:
    """The workspace's attribute that counts the feature, where one does."""
    if feature is None or not feature.enabled or feature.module not in MODULES:
        return None
    return module_count(feature.module)


def plan_feature(
    work: Transaction,
    feature: Feature,
    *,
    no_project: ToError = lambda _: NotFound("project"),
) -> None:
    """The operations that register a feature: profile, the project's copy, the workspace's row and count.

    `no_project` makes the error where the project is not there.
    """
    state = attributes(feature)
    work.do(Put(item(keys.feature(feature.id), state), Absent()), lambda _: Conflict("id", feature.id))
    if feature.project_id is not None:
        work.do(Put(item(keys.feature_in_project(feature.project_id, feature.id), state)))
        projects.count_child(work, feature.project_id, 1, no_project)
    if feature.place:
        work.add_row(keys.features_in(feature.workspace_id), feature.place, {"feature_id": feature.id})
    workspace = keys.workspace(feature.workspace_id)
    if (attribute := counted_as(feature)) is not None:
        counted = Update(workspace, add={attribute: 1}, condition=Present())
        work.add_counter(counted, lambda _: NotFound("workspace"))
    else:
        work.check(workspace, Present(), lambda _: NotFound("workspace"))
    work.audit(Event.FEATURE_CREATED, feature.id, after=state, workspace=feature.workspace_id)


def _number_taken(_: Item | None) -> DirectoryError:
    return Conflict("number")


def plan_role(
    work: Transaction,
    role: PermissionRole,
    taken: ToError = _number_taken,
    *,
    replaces_default: bool = False,
) -> None:
    """The operations that register a site-wide role; `taken` makes the error for a number in use.

    Where another is the default, so may this one be only with `replaces_default`, whose caller sees to the
    other: else the commit raises Conflict.
    """
    work.do(Put(item(keys.permission_role(role.number), attributes(role)), Absent()), taken)
    work.add_counter(Update(keys.reference(), add={"revision": 1}))
    if role.is_default:
        none_or_this = any_of(Absent(), Equals("number", role.number))
        claim = Put(
            item(keys.default_role(), {"number": role.number}), None if replaces_default else none_or_this
        )
        work.do(claim, lambda _: Conflict("default"))
    work.audit(Event.ROLE_CREATED, str(role.number), after=attributes(role))


def plan_group(work: Transaction, group: Group, taken: ToError = _number_taken) -> None:
    """The operations that register a site-wide group; `taken` makes the error for a number in use."""
    work.do(Put(item(keys.group(group.number), attributes(group)), Absent()), taken)
    work.add_counter(Update(keys.reference(), add={"revision": 1}))
    work.audit(Event.GROUP_CREATED, str(group.number))


def plan_client(work: Transaction, client: Client, secret_digest: str) -> None:
    """The operations that register a program of the token endpoint; only its secret's digest is kept."""
    state = {**attributes(client), "digest": secret_digest}
    work.do(Put(item(keys.client(client.id), state), Absent()), lambda _: Conflict("id", client.id))
    work.do(Put(item(keys.client_row(client.id), {"client_id": client.id})))
    work.audit(Event.CLIENT_CREATED, client.id, after=state)
