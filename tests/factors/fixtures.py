"""A browser of somebody who has a second factor, and how it logs in."""

from dataclasses import dataclass, field
from typing import Any

from roster.domain import Factor, User
from tests.support.api import Answer, Api
from tests.support.codes import code_of
from tests.support.directory import Directory
from tests.workspaces.fixtures import SENTINEL

LOGIN, SECOND = "/api/auth/login", "/api/auth/login/second"
FACTORS = "/api/auth/factors"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@dataclass
class Browser:
    """Keeps the cookies that it is given, as one tab of a browser does."""

    api: Api
    source: str = HERE
    jar: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: Any, **more: Any) -> Answer:
        return self._kept(self.api.post(path, body, headers=self._cookies(), source=self.source, **more))

    def get(self, path: str) -> Answer:
        return self._kept(self.api.get(path, headers=self._cookies(), source=self.source))

    def log_in(self, email: str = "ada@example.com", password: str = SENTINEL) -> Answer:
        return self.post(LOGIN, {"email": email, "password": password})

    def prove(self, challenge: str, code: str, **more: Any) -> Answer:
        return self.post(SECOND, {"challenge": challenge, "code": code, **more})

    def has(self, name: str) -> bool:
        return f"__Host-{name}" in self.jar

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}

    def _kept(self, answer: Answer) -> Answer:
        for line in answer.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)
        return answer


@dataclass(frozen=True)
class Holder:
    """Somebody with an authenticator."""

    user: User
    phone: Factor
    secret: bytes
    api: Api

    @classmethod
    def make(cls, api: Api, directory: Directory, name: str = "ada", **more: Any) -> "Holder":
        user = directory.user(name, password=SENTINEL, **more)
        return cls(user, *directory.authenticator(user), api)

    def code(self, steps: int = 0) -> str:
        """The code of this moment, or of so many steps later."""
        return code_of(self.secret, self.api.clock(), steps)


def challenge_in(answer: Answer) -> str:
    """The challenge that a right password is answered with."""
    assert (answer.status, answer.code) == (401, "SECOND_FACTOR_REQUIRED"), answer.text
    return str(answer.data["challenge"])
