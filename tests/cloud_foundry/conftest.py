"""What the Cloud Foundry tests stand on: its contract's data, imported, and tokens of an issuer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.records.loading import load
from roster import dependencies
from roster.auth.issuers import Issuers
from tests.attacks import jwt
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import lay

DATA = Path(__file__).parent / "data"
AT = datetime.fromtimestamp(1795253728, UTC)  # the vectors' present: one of them expires at this second
SECOND_SECRET = "the second secret of the issuer, for rotation"


@dataclass
class Cloud:
    """The API over an imported data set, and its callers."""

    api: Api

    def token(self, *, secret: str = jwt.SECRET, alg: str = "HS256", **changed: Any) -> str:
        """A token of `u1` with scope read; a claim of None is left out."""
        good = {
            "user_id": "u1",
            "scope": ["cloud_controller.read"],
            "aud": ["cloud_controller"],
            "exp": int(self.api.clock().timestamp()) + 3600,
        }
        payload = {name: value for name, value in {**good, **changed}.items() if value is not None}
        return jwt.secret_signed(payload, secret, alg=alg)

    def admin(self) -> str:
        return self.token(user_id="admin", scope=["cloud_controller.admin"])

    def get(self, path: str, token: str | None = None, **headers: str) -> Answer:
        """A request with a token (`u1`'s unless told otherwise) or with headers of the test's own."""
        bearing = {} if "Authorization" in headers else {"Authorization": f"bearer {token or self.token()}"}
        return self.api.get(path, headers=bearing | headers)


@pytest.fixture
def cloud(api: Api, directory: Directory) -> Callable[..., Cloud]:
    """Makes the fixtures: `cloud("records.jsonl")`, perhaps with an issuer's name."""

    def make(data: str = "", issuer: str | None = None) -> Cloud:
        api.clock.moment = AT
        entry = {
            "issuer": issuer,
            "audiences": ["cloud_controller"],
            "hmacSecrets": [jwt.SECRET, SECOND_SECRET],
            "userClaims": ["user_id", "client_id"],  # as the reference reads them
        }
        trusted = Issuers.read(json.dumps([entry]))
        dependencies.use(dependencies.Dependencies(api.store, api.clock, issuers=lambda: trusted))
        if data:
            outcome = lay(data, api, directory, lambda: load(api.store, DATA / data, by=directory.by))
            assert outcome.bad == []
        return Cloud(api)

    return make


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)
