"""Whom and what the tests of spaces speak of, and requests about spaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roster.db import keys, list_log
from roster.db.store import Key
from roster.directory import cleanup
from roster.domain import Project, Space, User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""


def project(directory: Directory, workspace: Workspace, name: str) -> Project:
    """A project that has its place in the workspace's list."""
    place = list_log.allocate(directory.store, keys.projects_in(workspace.id))
    return directory.project(workspace, name, place=place)


@dataclass(frozen=True)
class SpaceFixtures:
    """Acme with a project and a space in it, globex with the same, and who is what; all sessions are open."""

    api: Api
    directory: Directory
    people: Mapping[str, User]
    acme: Workspace
    globex: Workspace
    web: Project  # of acme
    mobile: Project  # of globex
    alpha: Space  # of acme, in its project
    beta: Space  # of globex, in its project

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "SpaceFixtures":
        """root: platform ADMIN; boss: ADMIN of acme; rival: ADMIN of globex; member: of acme, without a role;
        developer, manager, auditor: members of acme, in alpha; stranger: of globex.
        """
        names = ("boss", "rival", "member", "developer", "manager", "auditor", "stranger")
        people = {"root": directory.admin(), **{name: directory.user(name) for name in names}}
        acme, globex = directory.workspace("acme"), directory.workspace("globex")
        web, mobile = project(directory, acme, "web"), project(directory, globex, "mobile")
        alpha, beta = directory.space(acme, "alpha", web), directory.space(globex, "beta", mobile)
        directory.member(acme, people["boss"], "ADMIN")
        for name in ("member", "developer", "manager", "auditor"):
            directory.member(acme, people[name])
        for name in ("developer", "manager", "auditor"):
            directory.grant(alpha, people[name], name)
        directory.member(globex, people["rival"], "ADMIN")
        directory.member(globex, people["stranger"])
        for user in people.values():
            api.cookie(user)
        return cls(api, directory, people, acme, globex, web, mobile, alpha, beta)

    def send(self, method: str, path: str = "", body: Any = None, who: str = "boss", **more: Any) -> Answer:
        """A request about acme's spaces; `{alpha}` and the like stand for ids."""
        target = f"/api/workspaces/{self.acme.id}/spaces{self.filled(path)}"
        return self.api.send(method, target, body, as_=self.people[who], **more)

    def filled(self, text: str) -> str:
        """The text with the ids of what it names in braces."""
        places = {
            name: getattr(self, name).id for name in ("acme", "globex", "web", "mobile", "alpha", "beta")
        }
        for name, value in (places | {name: user.id for name, user in self.people.items()}).items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def clean_up(self) -> None:
        """What the stream does."""
        for job in list(cleanup.jobs(self.api.store)):
            cleanup.run(self.api.store, Key.of(job), self.api.clock())

    def seen_elsewhere(self, who: str = "developer") -> dict[str, list[str]]:
        """The names of spaces that Cloud Foundry and User Space show somebody, whatever the list."""
        user, shown = self.people[who], {}
        for name, path in {
            "developed": f"/v2/users/{user.id}/spaces",
            "managed": f"/v2/users/{user.id}/managed_spaces",
            "seen": "/v2/spaces",
            "by name": "/v2/spaces?order-by=name",
            "of the organization": f"/v2/organizations/{self.acme.id}/spaces",
        }.items():
            answer = self.api.get(path, bearer=user).json
            shown[name] = [each["entity"]["name"] for each in answer["resources"]]
            assert answer["total_results"] == len(shown[name]), path
        headers = {"X-User-Id": user.id, "X-Org-Id": self.acme.id, "X-Project-Id": self.web.id}
        found = self.api.get("/minimal/rest/user/v1/space", headers=headers, bearer=user)
        shown["of the project"] = [each["name"] for each in found.data] if found.status == 200 else []
        return shown
