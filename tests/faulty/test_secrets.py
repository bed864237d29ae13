"""Sentinels: no password, credential or proof of a gateway is ever logged, answered, audited or kept."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.embedded import open_embedded
from local.gateway import Gateway, Routes
from roster import dependencies
from roster.auth.issuers import Issuers
from roster.auth.passwords import matches
from roster.db.store import Item, Store
from roster.errors import Unavailable
from roster.http.logger import log
from tests.attacks import jwt
from tests.contract import recorder
from tests.support import budgets
from tests.support.api import Answer, Api, Clock, in_process, make_dependencies, session_in
from tests.support.budgets import ENDPOINTS, BudgetFixtures, Endpoint
from tests.support.directory import Directory
from tests.support.fixtures import lay
from tests.support.snapshots import everything, lay_down, take

PASSWORD = "sentinel 5e2c password"
WRONG = "sentinel 91ab wrong password"
GATEWAY = "sentinel-c30d-gateway-secret-of-forty-characters"
KEY = "sentinel-77d1-idempotency-key"
FORGED = f"token_nobody.{'sentinel4f0a'.ljust(43, 'x')}"
CURSOR = "c2VudGluZWwtY3Vyc29y"

ASKING = [row for row in ENDPOINTS if row.trips]


class Heard(logging.Handler):
    """All that is logged, by whomever and at whatever level, with every attribute of the record."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        formatted = logging.Formatter().format(record)  # with the text of an exception
        self.told.append(formatted + repr(vars(record)))


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard, loggers = Heard(), [logging.getLogger(), logging.getLogger(log.name)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(heard)
        logger.setLevel(logging.DEBUG)
    yield heard
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(heard)
        logger.setLevel(level)


class Falling:
    """A store that fails at its nth call in a way that nobody foresaw, quoting what it was given."""

    def __init__(self, inner: Store, calls: int) -> None:
        self.inner, self.calls = inner, calls

    def within(self, _: object) -> "Falling":
        return self

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            self.calls -= 1
            if self.calls < 0:
                raise RuntimeError(f"{name} of {arguments!r}")
            return method(*arguments, **more)

        return call


@pytest.fixture
def fixtures(routes: Routes, table_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BudgetFixtures]:
    monkeypatch.setattr(budgets, "PASSWORD", PASSWORD)
    monkeypatch.setattr(budgets, "_ONCE", {"idempotency-key": KEY})
    monkeypatch.setattr(recorder, "tolerated", frozenset({500}))
    embedded, clock = open_embedded(table_file), Clock()
    dependencies.use(make_dependencies(embedded, clock))
    api, directory = Api(Gateway(routes, in_process), embedded, clock), Directory(embedded, clock)
    yield lay(__name__, api, directory, lambda: BudgetFixtures.made(api, directory))
    dependencies.use(None)
    embedded.close()


def secrets_of(table: list[Item], api: Api, answers: list[Answer]) -> dict[str, str]:
    """Whatever must stay secret, by what it is."""
    told = {
        "password": PASSWORD,
        "new password": f"{PASSWORD} new",
        "wrong password": WRONG,
        "gateway secret": GATEWAY,
        "idempotency key": KEY,
        "forged credential": FORGED,
        "signing key": jwt.SECRET,
    }
    credentials = [*api.cookies.values(), *api.tokens.values()]
    credentials += [str(session_in(one)) for one in answers if one.cookies and "session_" in one.cookies[0]]
    credentials += [shown for answer in answers for shown in shown_in(answer)]
    told |= {f"secret {n}": text.rpartition(".")[2] for n, text in enumerate(credentials)}
    return told


def shown_in(answer: Answer) -> list[str]:
    """The credentials that an answer shows, this once."""
    told = answer.json if answer.text else {}
    whole = {**told, **told["data"]} if isinstance(told.get("data"), dict) else told
    return [
        str(whole[name]) for name in ("token", "access_token", "refresh_token", "link") if whole.get(name)
    ]


def demand_absent(secrets: dict[str, str], told: str, where: str) -> None:
    assert [name for name, secret in secrets.items() if secret in told] == [], where


def misuse(fixtures: BudgetFixtures) -> list[Answer]:
    """Every way to be refused with a secret in hand."""
    api, ada = fixtures.api, fixtures.ada
    login = "/api/auth/login"
    refused = [api.post(login, {"email": ada.email, "password": WRONG}) for _ in range(7)]
    refused += [api.post(login, {"email": WRONG, "password": WRONG, "extra": WRONG})]
    refused += [api.post(login, raw=json.dumps({"email": ada.email, "password": [WRONG]}).encode())]
    refused += [api.post(login, raw=f'{{"password": "{WRONG}", "password": "{WRONG}"}}'.encode())]
    refused += [api.post(login, raw=WRONG.encode())]
    invalid = {"email": "new@example.com", "fullName": "", "password": WRONG * 20, "roles": [WRONG]}
    refused += [api.post("/api/admin/users", invalid, as_=fixtures.base.root)]
    refused += [api.put(f"/api/admin/users/{ada.id}", {"password": WRONG * 20}, as_=fixtures.base.root)]
    change = {"currentPassword": WRONG, "newPassword": PASSWORD}
    refused += [api.put("/api/auth/me/password", change, as_=fixtures.base.boss)]
    refused += [api.get("/api/auth/me", as_=FORGED.replace("token_", "session_"))]
    for path in ("/api/v1/user", "/api/workspace/auth/me"):
        refused += [api.get(path, bearer=FORGED), api.get(path, bearer=jwt.secret_signed() + "x")]
    refused += [api.get(f"/api/workspace/auth/me?access_token={FORGED}")]
    proofs = {**fixtures.identity(), "x-gateway-secret": GATEWAY, "Authorization": ""}
    refused += [api.get("/minimal/rest/user/v1/org", headers=proofs)]
    refused += [api.get(f"/api/admin/audit?cursor={CURSOR}", as_=fixtures.base.root)]
    return refused


@pytest.mark.row("S-17", "item-42")
def test_no_secret_is_logged_answered_audited_or_kept_in_the_clear(
    fixtures: BudgetFixtures, heard: Heard, capfd: pytest.CaptureFixture[str]
) -> None:
    first = take(fixtures.store)
    answers, table = [], everything(fixtures.store)
    for row in ASKING:  # each from the beginning, for some end what others need
        if row.transactions:  # what writes may need what its preparation makes
            row.prepare(fixtures)
        answers.append(row.ask(fixtures))
        table += everything(fixtures.store)
        lay_down(first, fixtures.store)
    assert {answer.status for answer in answers} <= {200, 201, 204}
    refused = misuse(fixtures)
    assert {answer.status for answer in refused} <= {400, 401, 415, 422}
    table += everything(fixtures.store)
    secrets = secrets_of(table, fixtures.api, answers)
    assert len(secrets) > 20

    out, err = capfd.readouterr()
    assert any(line.startswith("answered") for line in heard.told)
    demand_absent(secrets, out + err, "the output")
    demand_absent(secrets, "".join(heard.told), "the log")
    demand_absent(secrets, "".join(answer.text for answer in refused), "a refusal")
    told = [answer.text for answer in answers if not shown_in(answer)]
    demand_absent(secrets, "".join(told), "an answer")
    demand_absent(secrets, repr(table), "the table")
    assert any(matches(str(item.get("hash")), f"{PASSWORD} new") for item in table if "hash" in item)


@pytest.mark.row("S-17", "item-42", "item-48")
@pytest.mark.parametrize("row", [row for row in ASKING if row.transactions], ids=lambda row: row.name)
def test_an_error_that_quotes_what_it_was_given_is_quoted_nowhere(
    fixtures: BudgetFixtures, heard: Heard, capfd: pytest.CaptureFixture[str], row: Endpoint
) -> None:
    answers = []
    row.prepare(fixtures)
    first = take(fixtures.store)
    for calls in range(row.trips):
        lay_down(first, fixtures.store)
        falling: Any = Falling(fixtures.store, calls)
        dependencies.use(make_dependencies(falling, fixtures.api.clock))
        answers.append(row.ask(fixtures))
    assert {answer.status for answer in answers} == {500}
    secrets = secrets_of(everything(fixtures.store), fixtures.api, [])
    out, err = capfd.readouterr()
    assert any("RuntimeError" in line for line in heard.told)
    demand_absent(secrets, out + err + "".join(heard.told) + "".join(one.text for one in answers), row.name)


@pytest.mark.row("F-18")
def test_issuers_and_gateway_out_of_reach_are_503_and_nobody_is_let_in(
    fixtures: BudgetFixtures, heard: Heard, deployed: Any
) -> None:
    def away() -> Any:
        raise Unavailable(retry_after=60)

    dependencies.use(
        make_dependencies(fixtures.store, fixtures.api.clock, issuers=away, gateway_secrets=away)
    )
    api = fixtures.api
    trusted = api.get("/api/v1/user", bearer=jwt.secret_signed())
    assert (trusted.status, trusted.headers["retry-after"]) == (503, "60")
    assert api.get("/api/v1/user", bearer=fixtures.ada).status == 200  # who needs no issuer
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    proofs = {**fixtures.identity(), "x-gateway-secret": GATEWAY}
    assert api.get("/minimal/rest/user/v1/org", headers=proofs).status == 503
    dependencies.use(
        make_dependencies(fixtures.store, api.clock, issuers=Issuers, gateway_secrets=lambda: [GATEWAY])
    )
    assert api.get("/minimal/rest/user/v1/org", headers=proofs).status == 200  # no failure is remembered
    demand_absent({"gateway secret": GATEWAY}, "".join(heard.told), "the log")
