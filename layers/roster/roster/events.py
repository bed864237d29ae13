"""The changes that the audit tells of, in one table; docs/audit.md is made of it."""

from enum import Enum
from typing import TypeAlias

_Names: TypeAlias = tuple[str, ...]

_RIGHTS = ("roles", "active")
_STATES = (*_RIGHTS, "kind", "role_number", "groups", "default_workspace_id")
"""Of a user: ids, roles and states. Names and addresses are never among them."""
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
    WORKSPACE_CREATED = ("workspace.created", "roster.workspace.created", "a workspace was made")
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
    PROJECT_CREATED = ("project.created", "roster.project.created", "a project was made", ("workspace",))
    PROJECT_CHANGED = (
        "project.changed",
        "roster.project.changed",
        "a project was changed; `fields` names all that changed",
        ("workspace", "fields"),
    )
    PROJECT_DELETED = ("project.deleted", "roster.project.deleted", "a project was deleted", ("workspace",))
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
    )
    GROUP_CREATED = ("group.created", "roster.group.created", "a group of the site was made")
    ROLE_CREATED = ("role.created", "roster.role.created", "a permission role of the site was made")
    CLIENT_CREATED = (
        "client.created",
        "roster.client.created",
        "a program was registered for the token endpoint",
    )
    TOKEN_CREATED = ("token.created", "roster.token.created", "a user got an API token", ("token_id",))
    TOKEN_REVOKED = ("token.revoked", "roster.token.revoked", "an API token was ended", ("token_id",))
    SESSION_STARTED = ("session.started", "roster.session.started", "a user logged in")
    SESSION_ENDED = ("session.ended", "roster.session.ended", "a user logged out")
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
        "a spent refresh token came again, and all tokens of its grant ended",
        ("family_id", "reason"),
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
