"""The records of one workspace, which import elsewhere: what an export leaves out of the others, and forgets.

Its members come with the platform role USER alone. What is the site's own (numbers, permission roles, groups
of the site, clients), what proves anybody (passwords, tokens of users and of an identity provider), and what
names other workspaces or who is no member stays behind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Line = dict[str, Any]

_NAMING = ("createdBy", "updatedBy", "ownerId", "touchedBy")
"""Fields that name a user, perhaps one who is no member."""

_OF_THE_SITE = frozenset({"role", "group", "client"})
_PROOFS = frozenset({"apiToken", "scimToken"})


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace, its members, and the projects and spaces of it that have come by."""

    workspace_id: str
    members: frozenset[str]
    projects: set[str] = field(default_factory=set)
    spaces: set[str] = field(default_factory=set)

    def of(self, kind: str, lines: Iterable[Line]) -> Iterator[Line]:
        """Those lines of a type that are the workspace's, as another directory may take them.

        The types come in the order in which an export writes them.
        """
        return (
            self._shown(kind, line)
            for line in lines
            if kind not in _OF_THE_SITE | _PROOFS and self._is(kind, line)
        )

    def _is(self, kind: str, line: Line) -> bool:
        match kind:
            case "workspace":
                return bool(line["id"] == self.workspace_id)
            case "app":
                return line["spaceId"] in self.spaces
            case "user":
                return line["id"] in self.members
            case "projectMembership":
                return line["projectId"] in self.projects and line["userId"] in self.members
            case "spaceRole":
                return line["spaceId"] in self.spaces and line["userId"] in self.members
        return bool(line["workspaceId"] == self.workspace_id)

    def _shown(self, kind: str, line: Line) -> Line:
        shown = dict(line)
        for name in _NAMING:
            if name in shown and shown[name] not in self.members:
                shown[name] = None
        if "number" in shown:
            shown["number"] = None
        if kind == "project":
            self.projects.add(str(line["id"]))
        elif kind == "space":
            self.spaces.add(str(line["id"]))
        elif kind == "user":
            shown |= {"roles": ["USER"], "roleNumber": None, "groups": []}
            if line["defaultWorkspaceId"] != self.workspace_id:
                shown["defaultWorkspaceId"] = None
        return shown
