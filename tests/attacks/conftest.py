"""A site with a user of a fixed id, a workspace and a project, and issuers whose tokens are believed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from local.gateway import HttpRequest, Invocation
from roster import dependencies
from roster.auth import api_tokens
from roster.auth.issuers import Issuers
from roster.clock import instant
from roster.db.transactions import Transaction
from roster.domain import ApiToken, Project, User, Workspace
from tests.attacks import jwt
from tests.contract.fixtures import ContractFixtures
from tests.support.api import Answer, Api, _answer, in_process
from tests.support.directory import Directory
from tests.support.fixtures import made_once

USER = "/api/v1/user"
PROFILE = "/api/workspace/auth/me"

CONFIGURED: list[dict[str, Any]] = [
    {"issuer": None, "hmacSecrets": [jwt.SECRET]},
    {"issuer": jwt.KEYS_ISSUER, "jwks": jwt.key_set()},
]


@dataclass
class Site:
    """The API over one user `u1`, member of a workspace and its project."""

    api: Api
    directory: Directory
    user: User
    workspace: Workspace
    project: Project

    @classmethod
    @made_once
    def make(cls, api: Api, directory: Directory) -> "Site":
        user, workspace = directory.user("ada", id="u1"), directory.workspace()
        directory.member(workspace, user)
        project = directory.project(workspace)
        directory.grant(project, user)
        return cls(api, directory, user, workspace, project)

    def trust(self, *entries: dict[str, Any]) -> Issuers:
        """Believe these issuers and no others."""
        issuers = Issuers.read(json.dumps(entries))
        dependencies.use(dependencies.Dependencies(self.api.store, self.api.clock, issuers=lambda: issuers))
        return issuers

    def ask(self, target: str, *headers: tuple[str, str]) -> Answer:
        """A GET with these header lines, the gateway's own rules included."""
        return _answer(self.api.gateway.handle(HttpRequest.of("GET", target, headers)))

    def invoke(self, target: str, headers: dict[str, str], **context: Any) -> dict[str, Any]:
        """What the function answers to an event with these very headers, as no gateway would send them."""
        accepted = self.api.gateway.routes.accept(HttpRequest.of("GET", target))
        assert isinstance(accepted, Invocation)
        frame = {**accepted.event["requestContext"], **context}
        event = {**accepted.event, "headers": headers, "requestContext": frame}
        answer: dict[str, Any] = in_process(accepted.function, event)
        return answer

    def bearing(self, target: str, token: str) -> Answer:
        return self.ask(target, ("authorization", f"Bearer {token}"))

    def imported(self, secret: str) -> str:
        """An API token of the user, whose secret an import brought."""
        work = Transaction(self.directory.by)
        now = instant(self.directory.now())
        made = ApiToken(api_tokens.id_of(secret), self.user.id, "ci", now, seen_at=now)
        api_tokens.plan(work, made, secret, imported=True)
        work.commit(self.api.store)
        return secret


@pytest.fixture
def site(api: Api, directory: Directory) -> Site:
    made = Site.make(api, directory)
    made.trust(*CONFIGURED)
    return made


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> ContractFixtures:
    return ContractFixtures.make(api, directory)
