"""The objects of `cloud_foundry_shapes.py` as types, for the OpenAPI document: no function reads them."""

from typing import NotRequired, TypeAlias

from typing_extensions import TypedDict  # pydantic reads that of `typing` from Python 3.12 on only


class CfMetadata(TypedDict):
    guid: str
    url: str
    created_at: str | None
    updated_at: str | None


class CfUserEntity(TypedDict):
    admin: bool
    active: bool
    default_space_guid: None
    spaces_url: str
    spaces: NotRequired["list[CfSpace] | list[str]"]
    organizations_url: str
    organizations: NotRequired["list[CfOrganization] | list[str]"]
    managed_organizations_url: str
    managed_organizations: NotRequired["list[CfOrganization] | list[str]"]
    billing_managed_organizations_url: str
    billing_managed_organizations: NotRequired[list[str]]
    audited_organizations_url: str
    audited_organizations: NotRequired[list[str]]
    managed_spaces_url: str
    managed_spaces: NotRequired["list[CfSpace] | list[str]"]
    audited_spaces_url: str
    audited_spaces: NotRequired["list[CfSpace] | list[str]"]


class CfUser(TypedDict):
    metadata: CfMetadata
    entity: CfUserEntity


class CfOrganizationEntity(TypedDict):
    name: str
    billing_enabled: bool
    quota_definition_guid: None
    status: str
    spaces_url: str
    spaces: NotRequired["list[CfSpace] | list[str]"]
    domains_url: str
    domains: NotRequired[list[str]]
    private_domains_url: str
    private_domains: NotRequired[list[str]]
    users_url: str
    users: NotRequired[list[CfUser] | list[str]]
    managers_url: str
    managers: NotRequired[list[CfUser] | list[str]]
    billing_managers_url: str
    billing_managers: NotRequired[list[str]]
    auditors_url: str
    auditors: NotRequired[list[str]]
    app_events_url: str
    space_quota_definitions_url: str
    space_quota_definitions: NotRequired[list[str]]


class CfOrganization(TypedDict):
    metadata: CfMetadata
    entity: CfOrganizationEntity


class CfAppEntity(TypedDict):
    name: str
    space_url: str
    space: NotRequired["CfSpace"]


class CfApp(TypedDict):
    metadata: CfMetadata
    entity: CfAppEntity


class CfSpaceEntity(TypedDict):
    name: str
    organization_guid: str
    space_quota_definition_guid: None
    allow_ssh: bool
    organization_url: str
    organization: NotRequired[CfOrganization]
    developers_url: str
    developers: NotRequired[list[CfUser] | list[str]]
    managers_url: str
    managers: NotRequired[list[CfUser] | list[str]]
    auditors_url: str
    auditors: NotRequired[list[CfUser] | list[str]]
    apps_url: str
    apps: NotRequired[list[CfApp] | list[str]]
    routes_url: str
    routes: NotRequired[list[str]]
    domains_url: str
    domains: NotRequired[list[str]]
    service_instances_url: str
    service_instances: NotRequired[list[str]]
    app_events_url: str
    events_url: str
    security_groups_url: str
    security_groups: NotRequired[list[str]]
    staging_security_groups_url: str
    staging_security_groups: NotRequired[list[str]]


class CfSpace(TypedDict):
    metadata: CfMetadata
    entity: CfSpaceEntity


CfOrphans: TypeAlias = dict[str, CfSpace | CfUser | CfOrganization | CfApp]


class CfPage(TypedDict):
    total_results: int
    total_pages: int
    prev_url: str | None
    next_url: str | None
    orphans: NotRequired[CfOrphans]


class CfSpacePage(CfPage):
    resources: list[CfSpace]


class CfUserPage(CfPage):
    resources: list[CfUser]


class CfOrganizationPage(CfPage):
    resources: list[CfOrganization]


class CfAppPage(CfPage):
    resources: list[CfApp]


class CfEmptyPage(CfPage):
    resources: list[str]
