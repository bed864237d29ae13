"""Projects of a workspace in the Workspaces dialect: who may do what with them, and their shapes."""

from collections.abc import Sequence

from roster.db import keys
from roster.db.store import Key
from roster.dialects.workspaces.api import Access, Rights, WorkspacesCall, allows, demand_manager
from roster.directory import grants, projects
from roster.domain import Project
from roster.errors import NotFound
from roster.http.request import Request

MANAGERS = "An ADMIN of the workspace and a platform ADMIN may."


def project_of(call: WorkspacesCall) -> Project:
    """The project that the path names, to whoever sees it: managers of the workspace, and its members.

    Raises NotFound alike where the workspace has none of this id and where the caller does not see it.
    """
    project_id = call.request.path.get("projectId", "")
    project = in_workspace(call, project_id)
    if project is None or not (allows(call, Access.WORKSPACE_ADMIN) or _works_in(call, project_id)):
        raise NotFound("project")
    return project


def in_workspace(call: WorkspacesCall, project_id: str) -> Project | None:
    """The project of the path's workspace with this id, among what was read with the caller."""
    found = call.found.get(keys.project(project_id)) if keys.is_plain_id(project_id) else None
    project = projects.of_item(found)
    return project if project is not None and project.workspace_id == call.workspace.id else None


def _works_in(call: WorkspacesCall, project_id: str) -> bool:
    """Whether the caller is a member of the project: within a membership of the workspace that goes on."""
    grant = call.found.get(keys.project_grant(call.user.id, call.workspace.id, project_id))
    return grant is not None and not grants.is_void(grant, call.user)


def project_keys(request: Request, user_id: str) -> Sequence[Key]:
    """The project that the path names, and the caller's place in it."""
    workspace_id, project_id = request.path.get("workspaceId", ""), request.path.get("projectId", "")
    if not keys.is_plain_id(project_id):
        return []
    return [keys.project(project_id), keys.project_grant(user_id, workspace_id, project_id)]


def _demand_change(call: WorkspacesCall) -> None:
    project_of(call)
    demand_manager(call)


SEE_PROJECT = Rights(project_keys, project_of)
CHANGE_PROJECT = Rights(project_keys, _demand_change, MANAGERS)
