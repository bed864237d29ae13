"""The wire shapes of User Space: what is answered."""

from typing import Generic, Literal, Self, TypeVar

from roster.dialects.fields import Moment, Wire
from roster.domain import Feature, Organisation, Project, Space, Workspace

T = TypeVar("T")


class Envelope(Wire, Generic[T]):
    code: Literal[200] = 200
    status: Literal["OK"] = "OK"
    message: str
    data: T


class Org(Wire):
    org_id: str
    name: str
    abbreviation: str

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        return cls(org_id=workspace.id, name=workspace.name, abbreviation=workspace.organisation.abbreviation)


class OrgDetail(Org):
    admin_email: str
    admin_name: str
    address: str
    state: str
    country: str
    pin_code: str
    created_at: Moment

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        api_spec: Organisation = workspace.organisation
        return cls(
            **Org.of(workspace).model_dump(),
            admin_email=api_spec.admin_email,
            admin_name=api_spec.admin_name,
            address=api_spec.address,
            state=api_spec.state,
            country=api_spec.country,
            pin_code=api_spec.pin_code,
            created_at=workspace.created_at,
        )


class UserProject(Wire):
    project_id: str
    org_id: str
    name: str
    abbreviation: str
    description: str

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(
            project_id=project.id,
            org_id=project.workspace_id,
            name=project.name,
            abbreviation=project.abbreviation,
            description=project.description,
        )


class ProjectDatabase(Wire):
    host: str
    port: str
    username: str
    db_name: str
    db_type: str
    connect_timeout_secs: int
    idle_timeout_secs: int
    max_open_connections: int
    max_idle_connections: int


class ProjectDetail(UserProject):
    database: list[ProjectDatabase]

    @classmethod
    def of(cls, project: Project) -> Self:
        databases = [ProjectDatabase.model_validate(one, from_attributes=True) for one in project.database]
        return cls(**UserProject.of(project).model_dump(), database=databases)


class UserSpaceSpace(Wire):
    space_id: str
    org_id: str
    project_id: str
    owner_id: str | None
    name: str
    description: str
    email: str

    @classmethod
    def of(cls, space: Space) -> Self:
        return cls(
            space_id=space.id,
            org_id=space.workspace_id,
            project_id=space.project_id or "",
            owner_id=space.owner_id,
            name=space.name,
            description=space.description,
            email=space.email,
        )


class UserSpaceFeature(Wire):
    feature_id: str
    org_id: str
    project_id: str
    name: str
    description: str
    email: str
    owner_id: str | None
    touched_by: str | None

    @classmethod
    def of(cls, feature: Feature) -> Self:
        return cls(
            feature_id=feature.id,
            org_id=feature.workspace_id,
            project_id=feature.project_id or "",
            name=feature.name,
            description=feature.description,
            email=feature.email,
            owner_id=feature.owner_id,
            touched_by=feature.touched_by,
        )
