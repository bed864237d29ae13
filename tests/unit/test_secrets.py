"""What Secrets Manager holds is read once and kept; out of reach or unusable, nobody is believed."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from roster import dependencies
from roster.auth import secrets
from roster.errors import Fault, Unavailable
from tests.attacks import jwt
from tests.attacks.conftest import CONFIGURED
from tests.attacks.jwt import SECRET
from tests.support.api import Api
from tests.support.directory import Directory

pytestmark = pytest.mark.any_engine

ISSUERS = json.dumps(CONFIGURED)
ONE, TWO = "1-secret-of-a-gateway-and-nobody-else", "2-secret-of-a-gateway-and-nobody-else"
WEAK = {
    "short": "x" * 31,
    "the first short": f"7\n{TWO}",
    "the second short": f"{ONE}\n7",
    "published": "a-string-secret-at-least-256-bits-long",
}
Deploy = Callable[..., None]


class Vault:
    """A Secrets Manager that says what a test tells it, and counts."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.asked: list[str] = []

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:
        self.asked.append(SecretId)
        held = self.held.get(SecretId, missing())
        if isinstance(held, Exception):
            raise held
        return {"SecretBinary" if isinstance(held, bytes) else "SecretString": held}


def missing() -> ClientError:
    return ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")


AWAY = {
    "missing": missing(),
    "denied": ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
    "timeout": ReadTimeoutError(endpoint_url="https://secretsmanager.invalid"),
}


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing is remembered of another test's secrets."""
    secrets.provider.cache_clear()
    yield
    secrets.provider.cache_clear()


@pytest.fixture
def vault(fresh: None, deployed: Deploy, monkeypatch: pytest.MonkeyPatch) -> Vault:
    deployed(ISSUERS_SECRET="issuers", GATEWAY_SECRET_ID="gateway")
    made = Vault()
    client: Any = made
    given = SecretsProvider(boto3_client=client)
    monkeypatch.setattr(secrets, "provider", lambda: given)
    return made


@pytest.mark.usefixtures("fresh")
def test_both_secrets_are_read_from_secrets_manager(deployed: Deploy) -> None:
    deployed(ISSUERS_SECRET="roster/issuers", GATEWAY_SECRET_ID="roster/gateway", AWS_REGION="eu-west-1")
    with mock_aws():
        client: Any = secrets.provider().client
        assert client.meta.region_name == "eu-west-1"
        client.create_secret(Name="roster/issuers", SecretString=ISSUERS)
        client.create_secret(Name="roster/gateway", SecretString=f"{ONE}\n{TWO}\nthird\n")
        assert set(secrets.issuers().by_name) == {None, jwt.KEYS_ISSUER}
        assert secrets.gateway_secrets() == (ONE, TWO)


@pytest.mark.usefixtures("fresh")
def test_a_secret_that_is_not_there_is_unavailable(deployed: Deploy) -> None:
    deployed(ISSUERS_SECRET="roster/issuers", GATEWAY_SECRET_ID="roster/gateway")
    with mock_aws():
        for read in (secrets.issuers, secrets.gateway_secrets):
            with pytest.raises(Unavailable):
                read()


@pytest.mark.usefixtures("fresh")
def test_the_client_gives_up_while_there_is_time_to_answer(deployed: Deploy) -> None:
    deployed()
    with mock_aws():
        config = secrets.provider().client.meta.config
    assert config.connect_timeout + config.read_timeout < 6
    assert config.retries["total_max_attempts"] == 1


def test_a_deployment_without_secrets_asks_nobody(vault: Vault, deployed: Deploy) -> None:
    deployed(ISSUERS_SECRET="", GATEWAY_SECRET_ID="")
    assert secrets.issuers().by_name == {}
    assert secrets.gateway_secrets() == ()
    assert secrets.deployment_keys("links") == ()
    assert vault.asked == []


@pytest.mark.usefixtures("fresh")
def test_the_key_of_the_deployment_is_read_from_secrets_manager(deployed: Deploy) -> None:
    deployed(DEPLOYMENT_KEY_ID="roster/key")
    with mock_aws():
        client: Any = secrets.provider().client
        client.create_secret(Name="roster/key", SecretString="present\nbefore\nlong ago\n")
        assert secrets.deployment_keys("links") == secrets.derived("present\nbefore", "links")
        assert len(set(secrets.deployment_keys("links"))) == 2


FAULTS = {
    "missing": Fault("ResourceNotFoundException", False, "GetSecretValue", secret_id="key"),
    "denied": Fault("AccessDeniedException", False, "GetSecretValue", secret_id="key"),
    "timeout": Fault("TimeoutError", True, "GetSecretValue", secret_id="key"),
    "broken": Fault("InternalServiceError", True, "GetSecretValue", secret_id="key", http_status=500),
    "bytes": Fault("SecretBinary", False, "GetSecretValue", secret_id="key"),
}
_INSIDE: Any = {"Error": {"Code": "InternalServiceError"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
BROKEN = ClientError(_INSIDE, "GetSecretValue")


@pytest.mark.parametrize("which", FAULTS)
def test_fa_05_a_secret_out_of_reach_names_what_said_no(vault: Vault, deployed: Deploy, which: str) -> None:
    deployed(DEPLOYMENT_KEY_ID="key")
    vault.held = {"key": {**AWAY, "broken": BROKEN, "bytes": b"x"}[which]}
    with pytest.raises(Unavailable) as caught:
        secrets.deployment_keys("links")
    assert caught.value.fault == FAULTS[which]


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
def test_a_key_that_is_out_of_reach_is_unavailable(vault: Vault, deployed: Deploy, away: Exception) -> None:
    deployed(DEPLOYMENT_KEY_ID="key")
    vault.held = {"key": away}
    with pytest.raises(Unavailable):
        secrets.deployment_keys("links")


def test_the_key_is_asked_for_once_whatever_it_is_for(vault: Vault, deployed: Deploy) -> None:
    deployed(DEPLOYMENT_KEY_ID="key")
    vault.held = {"key": "present"}
    assert len({secrets.deployment_keys(purpose) for purpose in ("links", "factors", "links")}) == 2
    assert vault.asked == ["key"]


def test_a_secret_is_asked_for_once(vault: Vault) -> None:
    vault.held = {"issuers": ISSUERS, "gateway": ONE}
    first = secrets.issuers()
    assert secrets.issuers() is first  # with the keys that it has fetched
    assert [secrets.gateway_secrets() for _ in range(3)] == [(ONE,)] * 3
    assert vault.asked == ["issuers", "gateway"]


def test_a_kept_secret_is_asked_for_again_after_five_minutes(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.held = {"gateway": ONE}
    assert secrets.gateway_secrets() == (ONE,)
    vault.held = {"gateway": TWO}
    assert secrets.gateway_secrets() == (ONE,)
    later = datetime.now() + timedelta(seconds=301)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return later

    monkeypatch.setattr("aws_lambda_powertools.utilities.parameters.base.datetime", Later)
    assert secrets.gateway_secrets() == (TWO,)


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.row("F-18")
def test_a_failure_is_not_kept(vault: Vault, away: str) -> None:
    vault.held = {"issuers": AWAY[away], "gateway": AWAY[away]}
    for read in (secrets.issuers, secrets.gateway_secrets):
        with pytest.raises(Unavailable):
            read()
    vault.held = {"issuers": ISSUERS, "gateway": ONE}
    assert None in secrets.issuers().by_name
    assert secrets.gateway_secrets() == (ONE,)


UNUSABLE: dict[str, str | bytes] = {
    "no JSON": "tokensecret",
    "empty": "",
    "an object": "{}",
    "a short secret": '[{"hmacSecrets":["tokensecret"]}]',
    "both families": json.dumps([{"hmacSecrets": [SECRET], "jwks": jwt.key_set()}]),
    "bytes": ISSUERS.encode(),
}


@pytest.mark.parametrize("content", UNUSABLE)
@pytest.mark.row("item-06")
def test_issuers_that_cannot_be_used_are_unavailable(vault: Vault, content: str) -> None:
    vault.held = {"issuers": UNUSABLE[content]}
    with pytest.raises(Unavailable) as refusal:
        secrets.issuers()
    assert refusal.value.retry_after == 60
    fault = refusal.value.fault
    assert fault is not None
    assert (fault.passing, fault.secret_id) == (False, "issuers")
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("content", ["", " \n\n "])
def test_an_empty_gateway_secret_is_none(vault: Vault, content: str) -> None:
    vault.held = {"gateway": content}
    assert secrets.gateway_secrets() == ()


@pytest.mark.parametrize("content", WEAK)
def test_fs_09_a_weak_gateway_secret_is_unavailable(vault: Vault, content: str) -> None:
    vault.held = {"gateway": WEAK[content]}
    with pytest.raises(Unavailable) as refusal:
        secrets.gateway_secrets()
    assert refusal.value.retry_after == 60
    assert isinstance(refusal.value.__cause__, secrets.WeakSecret)
    assert not any(line in str(refusal.value.__cause__) for line in WEAK[content].split() if len(line) > 1)


# Through an endpoint.


@pytest.fixture
def app(api: Api, vault: Vault) -> Api:
    dependencies.use(
        dependencies.Dependencies(
            api.store, api.clock, issuers=secrets.issuers, gateway_secrets=secrets.gateway_secrets
        )
    )
    return api


@pytest.mark.parametrize("unusable", [*AWAY, *UNUSABLE])
@pytest.mark.parametrize("path", ["/api/v1/user", "/api/workspace/auth/me"])
@pytest.mark.row("F-18")
def test_a_jwt_is_503_until_the_issuers_are_there(
    app: Api, vault: Vault, directory: Directory, path: str, unusable: str
) -> None:
    user = directory.user("ada", id="u1")
    directory.member(directory.workspace(), user)
    vault.held = {"issuers": {**AWAY, **UNUSABLE}[unusable]}
    answer = app.get(path, bearer=jwt.secret_signed())
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert "issuer" not in answer.text
    assert app.get(path, bearer=user).status == 200  # a token of our own needs no issuer
    if unusable in AWAY:
        vault.held = {"issuers": ISSUERS}
        assert app.get(path, bearer=jwt.secret_signed()).status == 200
        assert app.get(path, bearer=jwt.secret_signed(secret="x" * 32)).status == 401


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.row("F-18")
def test_the_gateways_headers_are_503_until_its_secret_is_there(
    app: Api, vault: Vault, directory: Directory, deployed: Deploy, away: str
) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    workspace, user = directory.workspace(), directory.admin()
    project = directory.project(workspace)
    headers = {"X-User-Id": user.id, "X-Org-Id": workspace.id, "X-Project-Id": project.id}
    path = "/minimal/rest/user/v1/org"
    vault.held = {"gateway": AWAY[away]}
    for proof in ({"X-Gateway-Secret": ONE}, {}):
        answer = app.get(path, headers={**headers, **proof})
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    vault.held = {"gateway": ONE}
    assert app.get(path, headers={**headers, "X-Gateway-Secret": ONE}).status == 200
    assert app.get(path, headers=headers).status == 401


@pytest.mark.parametrize("content", WEAK)
def test_fs_09_a_weak_gateway_secret_is_503_logged_and_never_matched(
    app: Api,
    vault: Vault,
    directory: Directory,
    deployed: Deploy,
    content: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    workspace, user = directory.workspace(), directory.admin()
    project = directory.project(workspace)
    headers = {"X-User-Id": user.id, "X-Org-Id": workspace.id, "X-Project-Id": project.id}
    vault.held = {"gateway": WEAK[content]}
    for line in WEAK[content].split():
        answer = app.get("/minimal/rest/user/v1/org", headers={**headers, "X-Gateway-Secret": line})
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    told = [record for record in caplog.records if record.getMessage() == "unavailable"]
    assert [vars(record)["cause"] for record in told] == [["Unavailable", "WeakSecret"]] * len(told)
    assert len(told) == len(WEAK[content].split())
    assert {(record.levelname, vars(record)["error_code"]) for record in told} == {("ERROR", "WeakSecret")}
