"""The lives of workspaces and memberships: what is sent to change them, and what their usage shows."""

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field

from roster import bounds
from roster.dialects.fields import Body, Line, Text, Wire, WorkspaceKey
from roster.dialects.workspaces.api import Rights, WorkspacesCall
from roster.dialects.workspaces.schemas import UNCHANGED, LimitsWire, SettingsBody
from roster.directory.workspaces import Counts
from roster.domain import Limits, Organisation, Workspace
from roster.errors import DirectoryError, FieldForbidden

_NONE = Organisation()

_OF_THE_PLATFORM = frozenset({"key", "active", "limits"})
"""The fields that a platform ADMIN alone may change."""


def _demand_own_fields(call: WorkspacesCall) -> None:
    """Raise FieldForbidden where the body names a field of the platform's, whatever else is wrong with it."""
    if call.user.is_admin:
        return
    try:
        body = call.request.json() or {}
    except DirectoryError:  # it is read again, and refused, once it is clear that the caller may write
        return
    if not _OF_THE_PLATFORM.isdisjoint(body):
        raise FieldForbidden(call.user.id)


CHANGE_WORKSPACE = Rights(lambda request, user_id: (), _demand_own_fields)

Limit = Annotated[int, Field(ge=0, le=bounds.LARGEST_NUMBER)]


class OrganisationBody(Body):
    """Replaced whole: what is absent is empty."""

    abbreviation: Text = _NONE.abbreviation
    adminEmail: Text = _NONE.admin_email
    adminName: Text = _NONE.admin_name
    address: Text = _NONE.address
    state: Text = _NONE.state
    country: Text = _NONE.country
    pinCode: Text = _NONE.pin_code

    def organisation(self) -> Organisation:
        return Organisation(
            abbreviation=self.abbreviation,
            admin_email=self.adminEmail,
            admin_name=self.adminName,
            address=self.address,
            state=self.state,
            country=self.country,
            pin_code=self.pinCode,
        )


class LimitsBody(Body):
    """Replaced whole: what is absent has no limit. A limit below the present count only stops additions."""

    members: Limit = UNCHANGED
    projects: Limit = UNCHANGED
    spaces: Limit = UNCHANGED

    def limits(self) -> Limits:
        return Limits(members=self.members, projects=self.projects, spaces=self.spaces)


class UpdateWorkspace(Body):
    """What is absent stays as it is; null is no value."""

    name: Line = UNCHANGED
    settings: SettingsBody = UNCHANGED
    organisation: OrganisationBody = UNCHANGED
    key: WorkspaceKey = UNCHANGED
    active: bool = UNCHANGED
    limits: LimitsBody = UNCHANGED

    def applied(self, to: Workspace) -> Workspace:
        """The workspace with what the body names."""
        return replace(
            to,
            name=to.name if self.name is None else self.name,
            settings=to.settings if self.settings is None else self.settings.settings(),
            organisation=to.organisation if self.organisation is None else self.organisation.organisation(),
            key=to.key if self.key is None else self.key,
            active=to.active if self.active is None else self.active,
            limits=to.limits if self.limits is None else self.limits.limits(),
        )


class ChangeMember(Body):
    role: Literal["ADMIN", "MEMBER"]


class Usage(Wire):
    """How much a workspace has of what may be limited, and how much it may have."""

    members: int
    projects: int
    spaces: int
    features: int
    invitations: int
    limits: LimitsWire

    @classmethod
    def of(cls, counts: Counts, limits: Limits) -> Self:
        return cls(
            members=counts.members,
            projects=counts.projects,
            spaces=counts.spaces,
            features=counts.features,
            invitations=counts.invitations,
            limits=LimitsWire.of(limits),
        )
