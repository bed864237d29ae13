"""What the token endpoint's tests share: Ada, four clients, and the requests that clients make."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory
from tests.support.fixtures import made_once

SECRET = "a secret of the robot's own"
READ, WRITE = "cloud_controller.read", "cloud_controller.write"


@dataclass
class Fixtures:
    """`cf` has no secret, `robot` has one and is for Ada; `plain` may not renew, `idle` is for nobody."""

    api: Api
    directory: Directory
    ada: User

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Fixtures":
        ada = directory.user("ada", password=PASSWORD)
        every = ("password", "refresh_token", "client_credentials")
        directory.client("cf", grants=every)
        directory.client("robot", SECRET, grants=every, user=ada)
        directory.client("plain", SECRET, grants=("password",))
        directory.client("idle", SECRET, grants=("client_credentials",))
        return cls(api, directory, ada)

    def ask(self, client: str = "cf", secret: str = "", **form: str) -> Answer:
        """A request whose client proves itself by Basic."""
        return self.send(form, authorization=basic(client, secret))

    def send(self, form: Mapping[str, str], **headers: str) -> Answer:
        return self.api.post("/oauth/token", form=form, headers=headers)

    def log_in(self, client: str = "cf", secret: str = "", **more: str) -> Any:
        """The tokens that Ada's password is given for."""
        answer = self.by_password(client, secret, **more)
        assert answer.status == 200, answer.text
        return answer.json

    def by_password(self, client: str = "cf", secret: str = "", **more: str) -> Answer:
        named = {"username": self.ada.email, "password": PASSWORD, **more}
        return self.ask(client, secret, grant_type="password", **named)

    def renew(self, refresh_token: str, client: str = "cf", secret: str = "", **more: str) -> Answer:
        return self.ask(client, secret, grant_type="refresh_token", refresh_token=refresh_token, **more)

    def lives(self, access_token: str) -> bool:
        """Whether the access token still proves Ada."""
        answer = self.api.get("/api/v1/user", bearer=access_token)
        assert answer.status in (200, 401), answer.text
        return answer.status == 200


def basic(client: str, secret: str = "") -> str:
    """The header of a client's credentials, each form-encoded (RFC 6749, 2.3.1)."""
    return "Basic " + b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()


def assert_error(answer: Answer, error: str, status: int = 400) -> None:
    """A refusal in the words of RFC 6749, 5.2, and nothing that may be cached."""
    assert (answer.status, answer.json["error"]) == (status, error), answer.text
    assert list(answer.json) == ["error", "error_description"]
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert ("www-authenticate" in answer.headers) == (status == 401)
