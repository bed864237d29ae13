"""Projects of a workspace and their members: who may do what with them, and their shapes."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from roster import bounds
from roster.db import keys
from roster.db.store import Key
from roster.dialects.fields import Body, Line, LongText, Moment, Text, Wire
from roster.dialects.workspaces.api import Access, Rights, WorkspacesCall, allows, demand_manager
from roster.dialects.workspaces.schemas import UNCHANGED
from roster.directory import grants, projects
from roster.domain import Database, Project, Workspace
from roster.errors import FieldError, NotFound
from roster.http.request import Request

# Rights.

NO_PROJECT = FieldError("projectId", "names no project of the workspace")
MANAGERS = "An ADMIN of the workspace and a platform ADMIN may."


def project_of(call: WorkspacesCall) -> Project:
    """The project that the path names, to whoever sees it: managers of the workspace, and its members.

    Raises NotFound alike where the workspace has none of this id and where the caller does not see it.
    """
    project_id = call.request.path.get("projectId", "")
    project = in_workspace(call, project_id)
    if project is None or not (allows(call, Access.WORKSPACE_ADMIN) or works_in(call, project_id)):
        raise NotFound("project")
    return project


def in_workspace(call: WorkspacesCall, project_id: str) -> Project | None:
    """The project of the path's workspace with this id, among what was read with the caller."""
    found = call.found.get(keys.project(project_id)) if keys.is_plain_id(project_id) else None
    project = projects.of_item(found)
    return project if project is not None and project.workspace_id == call.workspace.id else None


def works_in(call: WorkspacesCall, project_id: str) -> bool:
    """Whether the caller has a place in the project that did not end with a membership."""
    grant = call.found.get(keys.project_grant(call.user.id, call.workspace.id, project_id))
    return grant is not None and not grants.is_void(grant, call.user)


def _project_keys(request: Request, user_id: str) -> Sequence[Key]:
    workspace_id, project_id = request.path.get("workspaceId", ""), request.path.get("projectId", "")
    if not keys.is_plain_id(project_id):
        return []
    return [keys.project(project_id), keys.project_grant(user_id, workspace_id, project_id)]


def _member_keys(request: Request, user_id: str) -> Sequence[Key]:
    """What a change of a member wants read with the caller: what is asked of the project, and the member."""
    workspace_id, project_id = request.path.get("workspaceId", ""), request.path.get("projectId", "")
    found, member_id = _project_keys(request, user_id), request.path.get("userId", "")
    if not found or not keys.is_id(member_id):
        return found
    return list(dict.fromkeys([*found, *projects.member_keys(workspace_id, project_id, member_id)]))


def _demand_change(call: WorkspacesCall) -> None:
    project_of(call)
    demand_manager(call)


SEE_PROJECT = Rights(_project_keys, project_of)
CHANGE_PROJECT = Rights(_project_keys, _demand_change, MANAGERS)
CHANGE_MEMBER = Rights(_member_keys, _demand_change, MANAGERS)


# Requests.


def _no_login(text: str) -> str:
    if "@" in text:
        raise ValueError("must be a host alone, without user and password")
    return text


def _count(number: int) -> int:
    if not 0 <= number <= bounds.LARGEST_NUMBER:
        raise ValueError(f"must be a whole number from 0 to {bounds.LARGEST_NUMBER}")
    return number


Count = Annotated[
    int,
    AfterValidator(_count),
    Field(json_schema_extra={"minimum": 0, "maximum": bounds.LARGEST_NUMBER}),
]

_SECRET_NAMES = ("password", "passwd", "pwd", "passphrase", "secret", "credential", "token")


class DatabaseBody(Body):
    """How a database is reached, by the names of the records file. It has no password."""

    host: Annotated[Text, AfterValidator(_no_login)] = ""
    port: Text = ""
    username: Text = ""
    db_name: Text = ""
    db_type: Text = ""
    connect_timeout_secs: Count = 0
    idle_timeout_secs: Count = 0
    max_open_connections: Count = 0
    max_idle_connections: Count = 0

    @model_validator(mode="before")
    @classmethod
    def _holds_no_password(cls, given: Any) -> Any:
        names = given if isinstance(given, dict) else ()
        if any(word in name.lower() for name in names for word in _SECRET_NAMES):
            raise ValueError("must hold no password: whoever sees the project would read it")
        return given

    def database(self) -> Database:
        return Database(**self.model_dump())


Databases = Annotated[list[DatabaseBody], Field(max_length=bounds.DATABASES)]


class CreateProject(Body):
    name: Line
    abbreviation: Text = ""
    description: LongText = ""
    database: Databases = []

    def project(self) -> Project:
        """The project that is asked for, without what the directory gives it."""
        database = tuple(each.database() for each in self.database)
        return Project("", 0, "", self.name, self.abbreviation, self.description, database)


class UpdateProject(Body):
    """What is absent stays as it is; null is no value; `database` is replaced whole."""

    name: Line = UNCHANGED
    abbreviation: Text = UNCHANGED
    description: LongText = UNCHANGED
    database: Databases = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the project that the body names, with their new values."""
        wanted = {name: getattr(self, name) for name in self.model_fields_set}
        if "database" in wanted:
            wanted["database"] = tuple(each.database() for each in self.database)
        return wanted


# Answers.


class ProjectsDatabase(Wire):
    host: str
    port: str
    username: str
    db_name: str
    db_type: str
    connect_timeout_secs: int
    idle_timeout_secs: int
    max_open_connections: int
    max_idle_connections: int


class WorkspaceProject(Wire):
    id: str
    number: int
    workspaceId: str
    name: str
    abbreviation: str
    description: str
    database: list[ProjectsDatabase]
    createdAt: Moment
    updatedAt: Moment

    @classmethod
    def of(cls, project: Project, workspace: Workspace) -> Self:
        """Of one from before moments were kept, the workspace's own is the earliest that is known."""
        created_at = project.created_at or workspace.created_at
        return cls(
            id=project.id,
            number=project.number,
            workspaceId=project.workspace_id,
            name=project.name,
            abbreviation=project.abbreviation,
            description=project.description,
            database=[ProjectsDatabase.model_validate(one, from_attributes=True) for one in project.database],
            createdAt=created_at,
            updatedAt=project.updated_at or created_at,
        )


class ProjectMember(Wire):
    userId: str
    email: str
    fullName: str
    createdAt: Moment

    @classmethod
    def of(cls, placed: projects.Placed, shown: WorkspaceProject) -> Self:
        """Of one from before moments were kept, the project's own is the earliest that is known."""
        user, created_at = placed
        return cls(
            userId=user.id,
            email=user.email,
            fullName=user.full_name,
            createdAt=created_at or shown.createdAt,
        )
