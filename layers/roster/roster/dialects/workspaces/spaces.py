"""Spaces, the roles in them and their apps in the Workspaces dialect: who may do what, and their shapes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from roster.db import counted_lists, keys
from roster.db.store import Key
from roster.dialects.fields import Body, Line, LongText, Moment, Text, Wire
from roster.dialects.workspaces.api import Access, Rights, WorkspacesCall, allows
from roster.dialects.workspaces.projects import NO_PROJECT, in_workspace, works_in
from roster.dialects.workspaces.schemas import UNCHANGED, PageRequest
from roster.directory import space_roles, spaces
from roster.directory.space_roles import HeldRole
from roster.domain import App, Space, SpaceRole
from roster.errors import FieldError, Forbidden, NotFound, ValidationFailed
from roster.http import words
from roster.http.request import Request

# Who may.


@dataclass(frozen=True, slots=True)
class SeenSpace:
    """A space that the caller sees, and as what: `rules` is an ADMIN of the workspace or a platform ADMIN."""

    space: Space
    rules: bool
    roles: frozenset[SpaceRole]


def demand_space(call: WorkspacesCall, space_id: str) -> SeenSpace:
    """The space of the path's workspace, to whoever may see it, by what was read with the caller.

    Raises NotFound alike where there is none, where it is in another workspace, and where the caller neither
    is an ADMIN nor holds a role in it.
    """
    workspace = call.workspace
    space = spaces.of_item(call.found.get(keys.space(space_id))) if keys.is_plain_id(space_id) else None
    if space is None or space.workspace_id != workspace.id:
        raise NotFound("space")
    seen = SeenSpace(
        space, allows(call, Access.WORKSPACE_ADMIN), space_roles.among(call.found, call.user, space)
    )
    if not seen.rules and not seen.roles:
        raise NotFound("space")
    return seen


def space_of(call: WorkspacesCall) -> Space:
    """The space that the path names, of which the endpoint's rights were judged. Raises as `demand_space`."""
    return demand_space(call, call.request.path.get("spaceId", "")).space


def _allowed(who: str, *roles: SpaceRole) -> Rights:
    """To ADMINs, and to whoever holds one of these roles in the space; Forbidden to others who see it."""

    def demand(call: WorkspacesCall) -> None:
        seen = demand_space(call, call.request.path.get("spaceId", ""))
        if not seen.rules and seen.roles.isdisjoint(roles):
            raise Forbidden(call.user.id)

    return Rights(_keys, demand, who)


def _keys(request: Request, user_id: str) -> Sequence[Key]:
    """The path's space and the caller's roles in it; the role, the app or the lists that the path names."""
    path = request.path
    workspace_id, space_id = path.get("workspaceId", ""), path.get("spaceId", "")
    if not keys.is_plain_id(space_id):
        return ()
    wanted = [keys.space(space_id), *space_roles.keys_of(user_id, workspace_id, space_id)]
    if keys.is_id(path.get("userId", "")) and path.get("role", "") in tuple(SpaceRole):
        role = SpaceRole(path["role"])
        wanted += space_roles.needs_of(workspace_id, space_id, path["userId"], role)
    if keys.is_plain_id(path.get("appId", "")):
        wanted.append(keys.app(path["appId"]))
    if request.method == "GET" and request.route.endswith("/roles"):
        wanted += space_roles.heads_of(space_id)
    if request.method == "GET" and request.route.endswith("/apps"):
        wanted += counted_lists.head(keys.apps_in(space_id))
    return wanted


def _keys_in_query(request: Request, user_id: str) -> Sequence[Key]:
    """The project that a list is asked for, and the caller's place in it."""
    workspace_id, project_id = request.path.get("workspaceId", ""), request.query.get("projectId", "")
    if not keys.is_plain_id(project_id):
        return ()
    return [keys.project(project_id), keys.project_grant(user_id, workspace_id, project_id)]


LIST_SPACES = Rights(_keys_in_query, lambda call: None)
SEE_SPACE = Rights(_keys, space_of)
CHANGE_SPACE = _allowed("An ADMIN of the workspace and a platform ADMIN may.")
GIVE_ROLES = _allowed(
    "A manager of the space, an ADMIN of the workspace and a platform ADMIN may.", SpaceRole.MANAGER
)
CHANGE_APPS = _allowed(
    "A developer of the space, an ADMIN of the workspace and a platform ADMIN may.", SpaceRole.DEVELOPER
)


def demand_role(text: str) -> SpaceRole:
    """The role that a path names. Raises ValidationFailed."""
    if text not in tuple(SpaceRole):
        raise ValidationFailed(FieldError("role", "must be 'developer', 'manager' or 'auditor'"))
    return SpaceRole(text)


def demand_app(call: WorkspacesCall, space: Space, app_id: str) -> App:
    """The app of the space, by what was read with the caller. Raises NotFound."""
    app = spaces.app_of_item(call.found.get(keys.app(app_id))) if keys.is_plain_id(app_id) else None
    if app is None or app.space_id != space.id:
        raise NotFound("app")
    return app


def page_of_caller(call: WorkspacesCall, project_id: str, paging: PageRequest) -> tuple[list[Space], int]:
    """A page of the workspace's spaces that the caller sees, perhaps of one project, in order of creation.

    ADMINs are shown all of them. Raises ValidationFailed alike for a project that does not exist, that is of
    another workspace, and of which a member sees nothing: neither a place in it nor a space.
    """
    workspace, all_of_them = call.workspace, allows(call, Access.WORKSPACE_ADMIN)
    if all_of_them and not project_id:
        return spaces.page(call.store, workspace.id, paging.page, paging.size)
    if all_of_them:
        found: Iterable[Space] = spaces.in_project(call.store, project_id, None)
    else:
        found = spaces.seen_by(call.store, call.user, workspace.id)
    shown = [
        space
        for space in sorted(found, key=lambda space: space.number)
        if space.workspace_id == workspace.id and project_id in ("", space.project_id)
    ]
    if project_id and not shown:
        known = in_workspace(call, project_id) is not None
        if not known or not (all_of_them or works_in(call, project_id)):
            raise ValidationFailed(NO_PROJECT)
    first = (paging.page - 1) * paging.size
    return shown[first : first + paging.size], len(shown)


# Requests.

ProjectFilter = Annotated[
    str, Query(pattern=words.ID, description="Only the spaces of the project with this id.")
]
_ProjectId = Annotated[str, Field(pattern=words.ID)]
_OwnerId = Annotated[str, Field(pattern=words.USER_ID)]


class CreateSpace(Body):
    name: Line
    projectId: _ProjectId | None = None
    description: LongText = ""
    email: Text = ""
    ownerId: _OwnerId | None = None
    allowSsh: bool = True

    def wanted(self) -> Space:
        """The space that the body describes, without what the directory gives it."""
        return Space(
            id="",
            number=0,
            workspace_id="",
            name=self.name,
            created_at="",
            project_id=self.projectId,
            description=self.description,
            email=self.email,
            owner_id=self.ownerId,
            allow_ssh=self.allowSsh,
        )


_FIELDS = {
    "name": "name",
    "projectId": "project_id",
    "description": "description",
    "email": "email",
    "ownerId": "owner_id",
    "allowSsh": "allow_ssh",
}


class UpdateSpace(Body):
    """What is absent stays as it is; null empties `projectId` and `ownerId`."""

    name: Line = UNCHANGED
    projectId: _ProjectId | None = UNCHANGED
    description: LongText = UNCHANGED
    email: Text = UNCHANGED
    ownerId: _OwnerId | None = UNCHANGED
    allowSsh: bool = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the space that the body names, with their new values."""
        return {_FIELDS[name]: getattr(self, name) for name in sorted(self.model_fields_set)}


class CreateApp(Body):
    name: Line


# Answers.


class WorkspaceSpace(Wire):
    id: str
    name: str
    projectId: str | None
    description: str
    email: str
    ownerId: str | None
    allowSsh: bool
    createdAt: Moment
    updatedAt: Moment | None

    @classmethod
    def of(cls, space: Space) -> Self:
        return cls(
            id=space.id,
            name=space.name,
            projectId=space.project_id,
            description=space.description,
            email=space.email,
            ownerId=space.owner_id,
            allowSsh=space.allow_ssh,
            createdAt=space.created_at,
            updatedAt=space.updated_at,
        )


class SpaceRoleHolder(Wire):
    """Who holds a role; `createdAt` is null where it was given before that was kept."""

    userId: str
    email: str
    fullName: str
    role: Literal["developer", "manager", "auditor"]
    createdAt: Moment | None

    @classmethod
    def of(cls, held: HeldRole) -> Self:
        return cls(
            userId=held.user.id,
            email=held.user.email,
            fullName=held.user.full_name,
            role=held.role.value,
            createdAt=held.created_at,
        )


class SpaceApp(Wire):
    """An app; `createdAt` is null where it was registered before that was kept."""

    id: str
    spaceId: str
    name: str
    createdAt: Moment | None

    @classmethod
    def of(cls, app: App) -> Self:
        return cls(id=app.id, spaceId=app.space_id, name=app.name, createdAt=app.created_at)
