"""What a user refers to by number or id: the site's role and groups, and the workspace that comes first."""

from collections.abc import Mapping
from dataclasses import dataclass

from roster.db import keys
from roster.db.store import Item, Key, Present, Store
from roster.db.transactions import Transaction
from roster.domain import User
from roster.errors import FieldError, ValidationFailed

_UNKNOWN = {
    "roleNumber": "is no role of the site",
    "groups": "names a group that is none of the site's",
    "defaultWorkspaceId": "is no workspace",
}


@dataclass(frozen=True, slots=True)
class References:
    """What a change of a user refers to anew."""

    role_number: int | None = None
    groups: tuple[int, ...] = ()
    workspace_id: str | None = None

    @classmethod
    def of(cls, after: User, before: User | None = None) -> "References":
        """What the user refers to afterwards and did not before."""
        groups = tuple(number for number in after.groups if before is None or number not in before.groups)
        role, first = after.role_number, after.default_workspace_id
        return cls(
            None if before is not None and role == before.role_number else role,
            groups,
            None if before is not None and first == before.default_workspace_id else first,
        )

    @property
    def keys(self) -> list[Key]:
        """The keys of all of it."""
        places = [] if self.workspace_id is None else [keys.workspace(self.workspace_id)]
        return [*self._numbered, *places]

    def demand(self, found: Mapping[Key, Item]) -> None:
        """Raise ValidationFailed for what is not among the items, which hold it if it exists."""
        unknown = []
        if self.role_number is not None and keys.permission_role(self.role_number) not in found:
            unknown.append("roleNumber")
        if any(keys.group(number) not in found for number in self.groups):
            unknown.append("groups")
        if self.workspace_id is not None and not _is_workspace(found, self.workspace_id):
            unknown.append("defaultWorkspaceId")
        if unknown:
            raise ValidationFailed(*(_unknown(name) for name in unknown))

    def check(self, work: Transaction) -> None:
        """Demand that role and groups are still there when the transaction is made.

        The workspace is not demanded: readers pass over one that is no more.
        """
        for key in self._numbered:
            field = "groups" if key.pk == keys.group(0).pk else "roleNumber"
            work.check(key, Present(), lambda _, field=field: ValidationFailed(_unknown(field)))  # type: ignore[misc]

    @property
    def _numbered(self) -> list[Key]:
        roles = [] if self.role_number is None else [keys.permission_role(self.role_number)]
        return [*roles, *map(keys.group, self.groups)]


def _is_workspace(found: Mapping[Key, Item], workspace_id: str) -> bool:
    kept = found.get(keys.workspace(workspace_id))
    return kept is not None and "deleted_at" not in kept


def _unknown(field: str) -> FieldError:
    return FieldError(field, _UNKNOWN[field])


NOTHING = References()


def demanded(store: Store, after: User, before: User) -> References:
    """What a change refers to anew, which is there: one BatchGet, or none where it refers to nothing.

    Raises ValidationFailed for what is not.
    """
    named = References.of(after, before)
    if named != NOTHING:
        named.demand(store.batch_get(named.keys))
    return named
