"""Cloud Foundry v2's objects: `{metadata, entity}`, and what each kind is related to.

    space         ── organization, developers, managers, auditors, apps
    user          ── spaces, organizations and the like, of which the caller sees some
    organization  ── spaces, users, managers
    app           ── space

The keys of an entity stand in the document's order: its own, then for each relation the url and, where it
is inlined, the objects. The OpenAPI document's types for them are in `tools/openapi/cloud_foundry_types.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from roster.db import keys
from roster.domain import App, Space, SpaceRole, User, Workspace

Kind: TypeAlias = Literal["space", "user", "organization", "app"]
Entity: TypeAlias = Space | User | Workspace | App

PLURAL: Mapping[Kind, str] = {
    "space": "spaces",
    "user": "users",
    "organization": "organizations",
    "app": "apps",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a kind is related to.

    `to` is the kind of object at the other end; None is a kind of which this directory has none, so that
    the list is empty. `controller` is what the reference serves it by: an object below another of
    the same controller is never inlined. A `bare` relation is a url at every depth.
    """

    name: str
    to: Kind | None = None
    controller: str = ""
    one: bool = False
    bare: bool = False

    def __post_init__(self) -> None:
        if not self.controller:
            object.__setattr__(self, "controller", PLURAL[self.to] if self.to else self.name)


RELATIONS: Mapping[Kind, tuple[Relation, ...]] = {
    "space": (
        Relation("organization", "organization", one=True),
        Relation("developers", "user"),
        Relation("managers", "user"),
        Relation("auditors", "user"),
        Relation("apps", "app"),
        Relation("routes"),
        Relation("domains"),
        Relation("service_instances"),
        Relation("app_events", bare=True),
        Relation("events", bare=True),
        Relation("security_groups"),
        Relation("staging_security_groups", controller="security_groups"),
    ),
    "user": (
        Relation("spaces", "space"),
        Relation("organizations", "organization"),
        Relation("managed_organizations", "organization"),
        Relation("billing_managed_organizations", controller="organizations"),
        Relation("audited_organizations", controller="organizations"),
        Relation("managed_spaces", "space"),
        Relation("audited_spaces", "space"),
    ),
    "organization": (
        Relation("spaces", "space"),
        Relation("domains"),
        Relation("private_domains"),
        Relation("users", "user"),
        Relation("managers", "user"),
        Relation("billing_managers", controller="users"),
        Relation("auditors", controller="users"),
        Relation("app_events", bare=True),
        Relation("space_quota_definitions"),
    ),
    "app": (Relation("space", "space", one=True),),
}

ROLE_OF = {
    "developers": SpaceRole.DEVELOPER,
    "managers": SpaceRole.MANAGER,
    "auditors": SpaceRole.AUDITOR,
    "spaces": SpaceRole.DEVELOPER,
    "managed_spaces": SpaceRole.MANAGER,
    "audited_spaces": SpaceRole.AUDITOR,
}
"""Which role makes somebody a space's developer, and a space one of a user's spaces."""


def listing_of(kind: Kind, entity_id: str, relation: str) -> str | None:
    """The counted listing behind a relation; None where this directory has nothing of the kind."""
    match kind, relation:
        case "space", "developers" | "managers" | "auditors":
            return keys.holders_of(entity_id, ROLE_OF[relation])
        case "space", "apps":
            return keys.apps_in(entity_id)
        case "user", "spaces" | "managed_spaces" | "audited_spaces":
            return keys.spaces_of(entity_id, ROLE_OF[relation])
        case "user", "organizations" | "managed_organizations":
            return keys.workspaces_of(entity_id)
        case "organization", "spaces":
            return keys.spaces_in(entity_id)
        case "organization", "users" | "managers":
            return keys.members(entity_id)
    return None


@dataclass(slots=True)
class Node:
    """An object of an answer, and those inlined in it by relation. `above`: the controllers over it."""

    kind: Kind
    entity: Entity
    above: frozenset[str] = frozenset()
    inlined: dict[str, "list[Node]"] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.entity.id

    @property
    def url(self) -> str:
        return url_of(self.kind, self.id)


def url_of(kind: Kind, entity_id: str, relation: str = "") -> str:
    """The relative url of an object, or of one of its relations."""
    below = f"/{relation}" if relation else ""
    return f"/v2/{PLURAL[kind]}/{quote(entity_id, safe='')}{below}"


def shown(node: Node, orphans: dict[str, Any] | None = None) -> dict[str, Any]:
    """The object as it stands in an answer.

    With `orphans`, inlined objects go there once each, in the form in which they were met first and
    the inner before the outer; only their guids stay in the entity, and of a to-one relation not even
    that, for its guid is an attribute.
    """
    entity = _own(node.entity)
    for relation in RELATIONS[node.kind]:
        entity[f"{relation.name}_url"] = _url(node, relation)
        if relation.name not in node.inlined:
            continue
        below = node.inlined[relation.name]
        if orphans is None:
            objects = [shown(each) for each in below]
            entity[relation.name] = objects[0] if relation.one else objects
            continue
        for each in below:
            if each.id not in orphans:
                orphans[each.id] = shown(each, orphans)
        if not relation.one:
            entity[relation.name] = [each.id for each in below]
    return {"metadata": _metadata(node), "entity": entity}


def _url(node: Node, relation: Relation) -> str:
    match node.entity, relation.name:
        case Space(workspace_id=workspace_id), "organization":
            return url_of("organization", workspace_id)
        case App(space_id=space_id), "space":
            return url_of("space", space_id)
    return url_of(node.kind, node.id, relation.name)


def _metadata(node: Node) -> dict[str, str | None]:
    return {
        "guid": node.id,
        "url": node.url,
        "created_at": getattr(node.entity, "created_at", None),
        "updated_at": getattr(node.entity, "updated_at", None),
    }


def status_of(workspace: Workspace) -> str:
    """What an organization's `status` is, as in the reference."""
    return "active" if workspace.active else "suspended"


def _own(entity: Entity) -> dict[str, Any]:
    match entity:
        case Space():
            return {
                "name": entity.name,
                "organization_guid": entity.workspace_id,
                "space_quota_definition_guid": None,
                "allow_ssh": entity.allow_ssh,
            }
        case User():
            return {"admin": entity.is_platform_admin, "active": entity.active, "default_space_guid": None}
        case Workspace():
            return {
                "name": entity.name,
                "billing_enabled": False,
                "quota_definition_guid": None,
                "status": status_of(entity),
            }
        case App():
            return {"name": entity.name}


def envelope(
    nodes: Sequence[Node], total: int, pages: int, previous: str | None, following: str | None, orphans: bool
) -> dict[str, Any]:
    """A page of a list."""
    gathered: dict[str, Any] | None = {} if orphans else None
    resources = [shown(node, gathered) for node in nodes]
    page: dict[str, Any] = {
        "total_results": total,
        "total_pages": pages,
        "prev_url": previous,
        "next_url": following,
        "resources": resources,
    }
    if gathered is not None:
        page["orphans"] = gathered
    return page
