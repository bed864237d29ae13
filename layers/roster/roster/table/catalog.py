"""What is registered for a site or a workspace and rarely changes: features, roles, groups, clients."""

from roster.errors import Missing, Taken
from roster.model import Client, Feature, Group, PermissionRole
from roster.table import keys
from roster.table.mapping import attributes
from roster.table.store import Absent, Present, Put, Update
from roster.table.transaction import Transaction, item

MODULES = ("Boards", "Booking", "CurrencyRates", "EntitlementOperations", "WorkInbox")
"""The modules of document 004. The tenant counts its switched-on features of each."""


def module_count(module: str) -> str:
    """The tenant's attribute that counts the switched-on features of a module."""
    return f"features_{module}"


def plan_feature(work: Transaction, feature: Feature) -> None:
    """The operations that register a feature: its profile, the project's copy, the tenant's count."""
    state = attributes(feature)
    work.do(Put(item(keys.feature(feature.id), state), Absent()), lambda _: Taken("id", feature.id))
    if feature.project_id is not None:
        work.do(Put(item(keys.feature_in_project(feature.project_id, feature.id), state)))
    tenant = keys.tenant(feature.workspace_id)
    if feature.enabled and feature.module in MODULES:
        counted = Update(tenant, add={module_count(feature.module): 1}, condition=Present())
        work.tally(counted, lambda _: Missing("workspace"))
    else:
        work.check(tenant, Present(), lambda _: Missing("workspace"))
    work.audit("feature.created", feature.id, workspace=feature.workspace_id)


def plan_role(work: Transaction, role: PermissionRole) -> None:
    """The operations that register a site-wide role."""
    work.do(
        Put(item(keys.permission_role(role.number), attributes(role)), Absent()), lambda _: Taken("number")
    )
    work.audit("role.created", str(role.number))


def plan_group(work: Transaction, group: Group) -> None:
    """The operations that register a site-wide group."""
    work.do(Put(item(keys.group(group.number), attributes(group)), Absent()), lambda _: Taken("number"))
    work.audit("group.created", str(group.number))


def plan_client(work: Transaction, client: Client, secret_digest: str) -> None:
    """The operations that register a program of the token endpoint; only its secret's digest is kept."""
    state = {**attributes(client), "digest": secret_digest}
    work.do(Put(item(keys.client(client.id), state), Absent()), lambda _: Taken("id", client.id))
    work.audit("client.created", client.id)
