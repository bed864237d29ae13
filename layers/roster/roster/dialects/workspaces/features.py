"""Features of a workspace: who may do what with them, and their shapes."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field

from roster.db import keys
from roster.db.store import Key
from roster.dialects.fields import Body, Line, LongText, Text, Wire
from roster.dialects.workspaces.api import Rights, WorkspacesCall, demand_manager
from roster.dialects.workspaces.projects import MANAGERS, NO_PROJECT, in_workspace
from roster.dialects.workspaces.schemas import UNCHANGED
from roster.directory import features, reference_data
from roster.domain import Feature
from roster.errors import FieldError, NotFound, ValidationFailed
from roster.http import words
from roster.http.request import Request

# Rights.


def feature_of(call: WorkspacesCall) -> Feature:
    """The feature that the path names. Raises NotFound where the workspace has none of this id."""
    feature_id = call.request.path.get("featureId", "")
    found = call.found.get(keys.feature(feature_id)) if keys.is_plain_id(feature_id) else None
    feature = features.of_item(found)
    if feature is None or feature.workspace_id != call.workspace.id:
        raise NotFound("feature")
    return feature


def _feature_keys(request: Request, user_id: str) -> Sequence[Key]:
    feature_id = request.path.get("featureId", "")
    return [keys.feature(feature_id)] if keys.is_plain_id(feature_id) else []


def _project_in_query(request: Request, user_id: str) -> Sequence[Key]:
    project_id = request.query.get("projectId", "")
    return [keys.project(project_id)] if keys.is_plain_id(project_id) else []


def _demand_change(call: WorkspacesCall) -> None:
    feature_of(call)
    demand_manager(call)


SEE_FEATURES = Rights(_project_in_query, lambda call: None)
SEE_FEATURE = Rights(_feature_keys, feature_of)
CHANGE_FEATURE = Rights(_feature_keys, _demand_change, MANAGERS)

NO_MEMBER = FieldError("ownerId", "names no member of the workspace")


def demand_project_in_query(call: WorkspacesCall, project_id: str) -> None:
    """Raise ValidationFailed where the query names no project of the workspace."""
    if in_workspace(call, project_id) is None:
        raise ValidationFailed(NO_PROJECT)


# Requests.

ProjectFilter = Annotated[
    str, Query(alias="projectId", pattern=words.ID, description="Only what is in this project.")
]
ProjectId = Annotated[str, Field(pattern=words.ID)]
OwnerId = Annotated[str, Field(pattern=words.USER_ID)]


def _module(text: str) -> str:
    if text not in reference_data.MODULES:
        raise ValueError(f"must be one of {words.listed(reference_data.MODULES)}")
    return text


Module = Annotated[str, AfterValidator(_module), Field(json_schema_extra={"enum": [*reference_data.MODULES]})]
"""A module that the Workspace profile names."""


class _Referring(Body):
    """A body that may name a project and a member of the workspace."""

    projectId: ProjectId | None = None
    ownerId: OwnerId | None = None

    def demand_references(self, call: WorkspacesCall) -> None:
        """Raise ValidationFailed for what the workspace does not have: one BatchGet, none without names."""
        no_project, no_member = features.unknown_references(
            call.store, call.workspace.id, self.projectId, self.ownerId
        )
        wrong = [error for error, is_so in ((NO_PROJECT, no_project), (NO_MEMBER, no_member)) if is_so]
        if wrong:
            raise ValidationFailed(*wrong)


class CreateFeature(_Referring):
    name: Line
    description: LongText = ""
    email: Text = ""
    enabled: bool = True
    module: Module | None = None

    def feature(self, workspace_id: str) -> Feature:
        """The feature that is asked for, without what the directory gives it."""
        return Feature(
            id="",
            workspace_id=workspace_id,
            name=self.name,
            project_id=self.projectId,
            description=self.description,
            email=self.email,
            owner_id=self.ownerId,
            enabled=self.enabled,
            module=self.module,
        )


_FIELDS = {"projectId": "project_id", "ownerId": "owner_id"}


class UpdateFeature(_Referring):
    """What is absent stays as it is; null empties `projectId`, `ownerId` and `module`."""

    name: Line = UNCHANGED
    description: LongText = UNCHANGED
    email: Text = UNCHANGED
    enabled: bool = UNCHANGED
    module: Module | None = None

    def wanted(self) -> dict[str, Any]:
        """The fields of the feature that the body names, with their new values."""
        return {_FIELDS.get(name, name): getattr(self, name) for name in self.model_fields_set}


# Answers.


class WorkspaceFeature(Wire):
    id: str
    workspaceId: str
    projectId: str | None
    name: str
    description: str
    email: str
    ownerId: str | None
    touchedBy: str | None
    enabled: bool
    module: str | None

    @classmethod
    def of(cls, feature: Feature) -> Self:
        return cls(
            id=feature.id,
            workspaceId=feature.workspace_id,
            projectId=feature.project_id,
            name=feature.name,
            description=feature.description,
            email=feature.email,
            ownerId=feature.owner_id,
            touchedBy=feature.touched_by,
            enabled=feature.enabled,
            module=feature.module,
        )
