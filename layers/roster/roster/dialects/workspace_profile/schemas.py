"""The wire shapes of the Workspace profile: what is answered."""

from typing import Literal, Self

from roster.dialects.fields import Wire
from roster.dialects.workspace_profile.queries import ProfileCall
from roster.directory import reference_data
from roster.domain import UserKind


class ProfileModule(Wire):
    Enabled: bool


class ProfileModules(Wire):
    Boards: ProfileModule
    Booking: ProfileModule
    CurrencyRates: ProfileModule
    EntitlementOperations: ProfileModule
    WorkInbox: ProfileModule


class ProfileMessage(Wire):
    Code: str | None
    Message: str | None
    Target: str | None = None
    Field: str | None = None
    Metadata: dict[str, str | None] | None = None
    Type: Literal[0, 1, 2] = 0
    Severity: Literal[0, 1, 2] = 0


class ProfileData(Wire):
    UserId: str
    UserName: str
    Email: str | None
    FirstName: str | None
    LastName: str | None
    UserType: Literal[0, 1, 2]
    WorkspaceName: str
    Locale: str
    TimeZone: str
    DateTimeFormat: str
    DateFormat: str
    TimeFormat: str
    RegionCode: str | None
    OnboardingStatus: Literal[0, 1, 2]
    Roles: list[str]
    Permissions: list[str]
    Modules: ProfileModules

    @classmethod
    def of(cls, call: ProfileCall) -> Self:
        user, shown = call.user, call.workspace.settings
        enabled = {name: ProfileModule(Enabled=name in call.modules) for name in reference_data.MODULES}
        return cls(
            UserId=user.id,
            UserName=user.user_name or user.email,
            Email=user.email,
            FirstName=user.first_name,
            LastName=user.last_name,
            UserType=1 if user.kind is UserKind.SERVICE else 0,
            WorkspaceName=call.workspace.key,
            Locale=shown.locale,
            TimeZone=shown.time_zone,
            DateTimeFormat=shown.date_time_format,
            DateFormat=shown.date_format,
            TimeFormat=shown.time_format,
            RegionCode=shown.region_code,
            OnboardingStatus=user.onboarding,
            Roles=sorted({user.role_in(call.membership).value, *(role.value for role in user.roles)}),
            Permissions=sorted(set(call.permissions)),
            Modules=ProfileModules(**enabled),
        )


class Profile(Wire):
    Data: ProfileData
    Errors: list[ProfileMessage]
    Warnings: list[ProfileMessage]
    Success: bool
