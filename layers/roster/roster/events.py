"""The changes that the audit tells of, in one table; docs/audit.md is made of it."""

from enum import Enum
from typing import TypeAlias

_Names: TypeAlias = tuple[str, ...]

_RIGHTS = ("roles", "active")
_STATES = (*_RIGHTS, "kind", "role_number", "groups", "default_workspace_id")
"""Of a user: ids, roles and states. Names and addresses are never among them."""
_WEBHOOK_STATES = ("enabled", "types")
"""Of a webhook: never its URL, which may hold a credential of the receiver's."""
_INVITATION_STATES = ("role", "state", "expires_at")
"""Of an invitation: never the address, nor anything that its link is made of."""
_SPACE_STATES = ("project_id", "owner_id", "allow_ssh")


class Event(Enum):
    """A kind of change: the only thing that `Transaction.audit` takes.

    `action` is what the audit item says, and never changes: items of years hold it. `type` is what other
    systems are told (`roster.<noun>.<verb>`); several types may share an action, for the item says the
    rest. `details` are the names that the item's details have beside `before` and `after`, and `states` the
    attributes that may stand in those two: what is not listed is never written there.
    """

    USER_CREATED = ("user.created", "roster.user.created", "a user was made", (), _RIGHTS)
    USER_CHANGED = (
        "user.changed",
        "roster.user.changed",
        "a user was changed; `fields` names all that changed, `password` too",
        ("fields",),
        _STATES,
    )
    USER_SUSPENDED = (
        "user.changed",
        "roster.user.suspended",
        "a user was suspended, perhaps with other changes: `after.active` is false",
        ("fields",),
        _STATES,
    )
    USER_RESUMED = (
        "user.changed",
        "roster.user.resumed",
        "a suspended user is active again, perhaps with other changes: `after.active` is true",
        ("fields",),
        _STATES,
    )
    USER_DELETED = ("user.deleted", "roster.user.deleted", "a user was deleted", (), _RIGHTS)
    WORKSPACE_CREATED = (
        "workspace.created",
        "roster.workspace.created",
        "a workspace was made",
        (),
        ("active", "limits"),
    )
    WORKSPACE_CHANGED = (
        "workspace.changed",
        "roster.workspace.changed",
        "a workspace was changed; `fields` names all that changed",
        ("fields",),
        ("active", "limits"),
    )
    WORKSPACE_SUSPENDED = (
        "workspace.changed",
        "roster.workspace.suspended",
        "a workspace was suspended, perhaps with other changes: `after.active` is false",
        ("fields",),
        ("active", "limits"),
    )
    WORKSPACE_RESUMED = (
        "workspace.changed",
        "roster.workspace.resumed",
        "a suspended workspace is active again, perhaps with other changes: `after.active` is true",
        ("fields",),
        ("active", "limits"),
    )
    WORKSPACE_DELETED = (
        "workspace.deleted",
        "roster.workspace.deleted",
        "a workspace was deleted; what was in it is cleared away",
        (),
        ("active", "limits"),
    )
    MEMBER_ADDED = (
        "member.added",
        "roster.member.added",
        "a user became a member of a workspace",
        ("workspace", "role"),
        ("role",),
    )
    MEMBER_REMOVED = (
        "member.removed",
        "roster.member.removed",
        "a user's membership of a workspace ended",
        ("workspace", "role"),
        ("role",),
    )
    INVITATION_CREATED = (
        "invitation.created",
        "roster.invitation.created",
        "an address was invited to a workspace",
        ("workspace", "role"),
        _INVITATION_STATES,
    )
    INVITATION_RENEWED = (
        "invitation.renewed",
        "roster.invitation.renewed",
        "an invitation got a new link; the one before is dead",
        ("workspace",),
        _INVITATION_STATES,
    )
    INVITATION_REVOKED = (
        "invitation.revoked",
        "roster.invitation.revoked",
        "an invitation was taken back",
        ("workspace",),
        _INVITATION_STATES,
    )
    INVITATION_ACCEPTED = (
        "invitation.accepted",
        "roster.invitation.accepted",
        "an invitation was accepted: `user` is a member now",
        ("workspace", "user"),
        _INVITATION_STATES,
    )
    PASSWORD_FORGOTTEN = (
        "password.forgotten",
        "roster.password.forgotten",
        "somebody asked for a link to choose a new password; `mailed`: whether it went to the user's address",
        ("mailed",),
    )
    PASSWORD_LINK_CREATED = (
        "password_link.created",
        "roster.password_link.created",
        "an administrator made a link by which a user chooses a password",
    )
    MEMBER_CHANGED = (
        "member.changed",
        "roster.member.changed",
        "a member got another role in a workspace",
        ("workspace", "role"),
        ("role",),
    )
    PROJECT_CREATED = (
        "project.created",
        "roster.project.created",
        "a project was made",
        ("workspace",),
        ("number",),
    )
    PROJECT_CHANGED = (
        "project.changed",
        "roster.project.changed",
        "a project was changed; `fields` names all that changed",
        ("workspace", "fields"),
    )
    PROJECT_DELETED = (
        "project.deleted",
        "roster.project.deleted",
        "a project was deleted",
        ("workspace",),
        ("number",),
    )
    PROJECT_MEMBER_REMOVED = (
        "project_member.removed",
        "roster.project.member.deleted",
        "a user's place in a project ended",
        ("project",),
    )
    FEATURE_CHANGED = (
        "feature.changed",
        "roster.feature.changed",
        "a feature was changed; `fields` names all that changed",
        ("workspace", "fields"),
        ("enabled", "module"),
    )
    FEATURE_DELETED = (
        "feature.deleted",
        "roster.feature.deleted",
        "a feature was deleted",
        ("workspace",),
        ("enabled", "module"),
    )
    PROJECT_MEMBER_ADDED = (
        "project_member.added",
        "roster.project.member.created",
        "a user got a place in a project",
        ("project",),
    )
    SPACE_CREATED = (
        "space.created",
        "roster.space.created",
        "a space was made",
        ("workspace",),
        _SPACE_STATES,
    )
    SPACE_CHANGED = (
        "space.changed",
        "roster.space.changed",
        "a space was changed; `fields` names all that changed",
        ("workspace", "fields"),
        _SPACE_STATES,
    )
    SPACE_DELETED = (
        "space.deleted",
        "roster.space.deleted",
        "a space was deleted, and every role in it ended",
        ("workspace",),
        _SPACE_STATES,
    )
    SPACE_ROLE_ADDED = (
        "space_role.added",
        "roster.space.role.created",
        "a user got a role in a space",
        ("space", "role"),
        ("role",),
    )
    SPACE_ROLE_REMOVED = (
        "space_role.removed",
        "roster.space.role.deleted",
        "a user's role in a space ended",
        ("space", "role"),
        ("role",),
    )
    APP_CREATED = ("app.created", "roster.app.created", "an app was registered in a space", ("space",))
    APP_DELETED = ("app.deleted", "roster.app.deleted", "an app was removed from its space", ("space",))
    FEATURE_CREATED = (
        "feature.created",
        "roster.feature.created",
        "a feature was registered in a workspace",
        ("workspace",),
        ("enabled", "module"),
    )
    GROUP_CHANGED = ("group.changed", "roster.group.changed", "a group of the site got another name")
    GROUP_DELETED = (
        "group.deleted",
        "roster.group.deleted",
        "a group of the site was deleted; it leaves every user",
    )
    ROLE_CHANGED = (
        "role.changed",
        "roster.role.changed",
        "a permission role of the site was changed, or made the default, which another is then no more",
        (),
        ("permissions", "is_default"),
    )
    ROLE_DELETED = (
        "role.deleted",
        "roster.role.deleted",
        "a permission role of the site was deleted; its users have none",
        (),
        ("permissions", "is_default"),
    )
    CLIENT_CHANGED = (
        "client.changed",
        "roster.client.changed",
        "a program of the token endpoint was changed",
        (),
        ("grants", "scopes", "user_id"),
    )
    CLIENT_SECRET_CREATED = (
        "client.secret_created",
        "roster.client.secret.created",
        "a program got another secret; the former one is valid for a day",
    )
    CLIENT_DELETED = (
        "client.deleted",
        "roster.client.deleted",
        "a program of the token endpoint was deleted, and what it was granted ended",
        (),
        ("grants", "scopes", "user_id"),
    )
    GROUP_CREATED = ("group.created", "roster.group.created", "a group of the site was made")
    ROLE_CREATED = (
        "role.created",
        "roster.role.created",
        "a permission role of the site was made",
        (),
        ("permissions", "is_default"),
    )
    CLIENT_CREATED = (
        "client.created",
        "roster.client.created",
        "a program was registered for the token endpoint",
        (),
        ("grants", "scopes", "user_id"),
    )
    TOKEN_CREATED = ("token.created", "roster.token.created", "a user got an API token", ("token_id",))
    TOKEN_REVOKED = ("token.revoked", "roster.token.revoked", "an API token was ended", ("token_id",))
    SESSION_STARTED = ("session.started", "roster.session.started", "a user logged in")
    SESSION_RENEWED = (
        "session.renewed",
        "roster.session.renewed",
        "a user proved anew who they are; another session took the place of this one",
        ("session_id",),
    )
    SESSION_ENDED = (
        "session.ended",
        "roster.session.ended",
        "a session ended, mostly by logout",
        ("session_id",),
    )
    FAMILY_STARTED = (
        "family.started",
        "roster.refresh_token.started",
        "the token endpoint gave a program tokens of a user",
        ("family_id", "client_id"),
    )
    FAMILY_RENEWED = (
        "family.renewed",
        "roster.refresh_token.renewed",
        "a refresh token was used; `retry`: again, because its answer may have been lost",
        ("family_id", "retry"),
    )
    FAMILY_ENDED = (
        "family.ended",
        "roster.refresh_token.ended",
        "all tokens of a grant of the token endpoint ended; `reason` says why",
        ("family_id", "reason"),
    )
    ACCESS_ENDED = (
        "access.ended",
        "roster.access_token.ended",
        "a program gave an access token back, and its grant lives on",
        ("family_id",),
    )
    SESSIONS_ENDED = (
        "sessions.ended",
        "roster.user.sessions.ended",
        "a user ended all sessions but one, and all grants of the token endpoint",
    )
    CREDENTIALS_ENDED = (
        "credentials.ended",
        "roster.user.credentials.ended",
        "a platform ADMIN ended all credentials of a user: sessions, grants and API tokens",
    )
    USER_UNLOCKED = (
        "user.unlocked",
        "roster.user.unlocked",
        "a platform ADMIN had the failed logins of a user forgotten",
    )
    FACTOR_ADDED = (
        "factor.added",
        "roster.user.factor.added",
        "a user enrolled a second factor; `kind` says which",
        ("factor_id", "kind"),
    )
    FACTOR_REMOVED = (
        "factor.removed",
        "roster.user.factor.removed",
        "a user removed a second factor",
        ("factor_id", "kind"),
    )
    FACTORS_RESET = (
        "factors.reset",
        "roster.user.factors.reset",
        "a platform ADMIN or an operator ended all second factors of a user",
    )
    FACTOR_REFUSED = (
        "factor.refused",
        "roster.user.factor.refused",
        "a passkey was refused as a copy: its counter did not grow",
        ("factor_id", "kind"),
    )
    RECOVERY_CODES_CREATED = (
        "recovery_codes.created",
        "roster.user.recovery_codes.created",
        "a user got new recovery codes; the former ones are dead",
    )
    RECOVERY_CODE_USED = (
        "recovery_code.used",
        "roster.user.recovery_code.used",
        "a user logged in by a recovery code; `left` says how many there are still",
        ("left",),
    )
    # SCIM (docs/scim.md).
    MEMBER_SUSPENDED = (
        "member.suspended",
        "roster.member.suspended",
        "a user's membership of a workspace was suspended",
        ("workspace",),
        ("suspended",),
    )
    MEMBER_RESUMED = (
        "member.resumed",
        "roster.member.resumed",
        "a suspended membership of a workspace is in force again",
        ("workspace",),
        ("suspended",),
    )
    MEMBER_VIEW_CHANGED = (
        "member.view_changed",
        "roster.member.view.changed",
        "a workspace's identity provider changed what it says of a member; `fields` names what changed, "
        "`managed` says that the workspace made the user",
        ("workspace", "fields"),
        ("managed",),
    )
    WORKSPACE_GROUP_CREATED = (
        "workspace_group.created",
        "roster.workspace.group.created",
        "a group of a workspace was made; `role` ADMIN makes its members ADMINs",
        ("workspace",),
        ("role",),
    )
    WORKSPACE_GROUP_CHANGED = (
        "workspace_group.changed",
        "roster.workspace.group.changed",
        "a group of a workspace was changed; `fields` names all that changed",
        ("workspace", "fields"),
        ("role",),
    )
    WORKSPACE_GROUP_DELETED = (
        "workspace_group.deleted",
        "roster.workspace.group.deleted",
        "a group of a workspace was deleted",
        ("workspace",),
        ("role",),
    )
    WORKSPACE_GROUP_JOINED = (
        "workspace_group.joined",
        "roster.workspace.group.member.added",
        "`users` came into a group of a workspace",
        ("workspace", "users"),
    )
    WORKSPACE_GROUP_LEFT = (
        "workspace_group.left",
        "roster.workspace.group.member.removed",
        "`users` left a group of a workspace",
        ("workspace", "users"),
    )
    SCIM_TOKEN_CREATED = (
        "scim_token.created",
        "roster.scim_token.created",
        "a workspace got a SCIM token",
        ("workspace",),
    )
    SCIM_TOKEN_REVOKED = (
        "scim_token.revoked",
        "roster.scim_token.revoked",
        "a SCIM token of a workspace was ended",
        ("workspace",),
    )
    WEBHOOK_CREATED = (
        "webhook.created",
        "roster.webhook.created",
        "a webhook was made",
        (),
        _WEBHOOK_STATES,
    )
    WEBHOOK_CHANGED = (
        "webhook.changed",
        "roster.webhook.changed",
        "a webhook was changed; `fields` names all that changed, `secret` too",
        ("fields",),
        _WEBHOOK_STATES,
    )
    WEBHOOK_DISABLED = (
        "webhook.disabled",
        "roster.webhook.disabled",
        "a webhook was switched off because its receiver is gone, or failed for days; `reason` says which",
        ("reason",),
        _WEBHOOK_STATES,
    )
    WEBHOOK_DELETED = (
        "webhook.deleted",
        "roster.webhook.deleted",
        "a webhook was deleted",
        (),
        _WEBHOOK_STATES,
    )
    AUDIT_ERASED = (
        "audit.erased",
        "roster.audit.erased",
        "a deleted user became a pseudonym in the audit",
        ("items",),
    )
    DIRECTORY_REPAIRED = (
        "directory.repaired",
        "roster.directory.repaired",
        "`roster repair` made an item right",
        ("invariant",),
    )

    def __init__(
        self, action: str, type_: str, tells: str, details: _Names = (), states: _Names = ()
    ) -> None:
        self.action = action
        self.type = type_
        self.tells = tells
        self.details = details
        self.states = states


STATES = frozenset(state for event in Event for state in event.states)
"""All that `before` and `after` may hold of anything; no name, no address, no secret."""
