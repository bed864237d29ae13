"""Two organizations with everybody who can be somebody in them."""

from dataclasses import dataclass

from roster.domain import Space, User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once


@dataclass
class Fixtures:
    """Dev, Max and Aud hold the three roles in alpha; Boss is ADMIN of acme; Memo is a member of it."""

    api: Api
    directory: Directory
    root: User
    dev: User
    max: User
    aud: User
    boss: User
    memo: User
    stranger: User
    acme: Workspace
    globex: Workspace
    alpha: Space
    beta: Space
    gamma: Space  # of globex

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        root = directory.admin()
        dev, max_, aud, boss, memo, stranger = (
            directory.user(name) for name in ("dev", "max", "aud", "boss", "memo", "stranger")
        )
        acme, globex = directory.workspace("acme"), directory.workspace("globex")
        for user in (dev, max_, aud, memo):
            directory.member(acme, user)
        directory.member(acme, boss, "ADMIN")
        directory.member(globex, dev)
        alpha, beta = directory.space(acme, "alpha"), directory.space(acme, "beta")
        gamma = directory.space(globex, "gamma")
        for user, role in ((dev, "developer"), (max_, "manager"), (aud, "auditor")):
            directory.grant(alpha, user, role)
        directory.grant(gamma, dev)
        directory.app(alpha, "app-1")
        return cls(
            api, directory, root, dev, max_, aud, boss, memo, stranger, acme, globex, alpha, beta, gamma
        )

    def get(self, path: str, user: User) -> Answer:
        return self.api.get(path, bearer=user)

    def names(self, path: str, user: User) -> list[str]:
        """The names in a list, or the guids of what has no name."""
        answer = self.get(path, user)
        assert answer.status == 200, answer.text
        return [each["entity"].get("name") or each["metadata"]["guid"] for each in answer.json["resources"]]

    def fill(self, workspace: Workspace, count: int) -> list[User]:
        """Members of a workspace, each with an address and nothing else."""
        made = [self.directory.user(f"extra-{workspace.key}-{place}") for place in range(count)]
        for user in made:
            self.directory.member(workspace, user)
        return made
