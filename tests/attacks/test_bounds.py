"""Bounds under attack (rows FS-02 to FS-13): what is too much, or at the end of all, breaks nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from roster.auth import key_sets
from roster.auth.credentials import Credential
from roster.bounds import (
    BODY_BYTES,
    FIELD_ERRORS,
    JSON_MEMBERS,
    KEY_SET_BYTES,
    QUERY_PARAMETERS,
    SCIM_BODY_BYTES,
)
from roster.dialects.scim.api import ERROR
from tests.attacks import jwt
from tests.attacks.conftest import PROFILE, USER, Site
from tests.attacks.jwt import claims, key_signed, secret_signed
from tests.attacks.key_server import serving
from tests.contract.fixtures import ContractFixtures, granted, is_scim, takes_bearer
from tests.contract.recorder import STATUSES
from tests.support.api import Answer, in_process
from tests.support.directory import PASSWORD

pytestmark = pytest.mark.any_engine

READERS = [
    route
    for route, statuses in STATUSES.items()
    if {401, 413} <= set(statuses) and (not is_scim(route) or 415 in statuses)  # SCIM reads those of writes
]
PUBLIC = [
    *("GET /", "GET /v2/info", "POST /api/auth/login"),
    *("POST /api/auth/login/second", "POST /api/auth/login/passkey"),
]
TOO_MUCH = b" " * BODY_BYTES + b"{}"
TOO_MUCH_OF_SCIM = b" " * SCIM_BODY_BYTES + b"{}"
FORM = "application/x-www-form-urlencoded"


def too_much(fixtures: ContractFixtures, route: str, role: str) -> Callable[[], Answer]:
    """The route's request with a body that is too large."""
    if " /oauth/" in route:
        form = b"grant_type=password&client_id=cf&username=" + TOO_MUCH
        return lambda: fixtures.api.post(route.partition(" ")[2], raw=form, headers={"Content-Type": FORM})
    raw = TOO_MUCH_OF_SCIM if is_scim(route) else TOO_MUCH
    return fixtures.request(route, role, "own", raw=raw)


def said(route: str, answer: Answer) -> None:
    """Demand that the answer is 413 in the words of the route's dialect."""
    assert answer.status == 413, answer.text
    told, path = answer.json, route.rpartition(" ")[2]
    if path.startswith("/minimal/"):
        assert told == {"code": 413, "status": "Content Too Large", "message": "the request is too large"}
    elif path.startswith("/v2") or path == "/":
        wanted = {"description": "The request is too large", "error_code": "CF-InvalidRequest", "code": 10004}
        assert told == wanted
    elif path.startswith("/api/v1/"):
        assert told == {"message": "The request is too large."}
    elif path.startswith("/scim/"):
        assert told == {"schemas": [ERROR], "status": "413", "detail": "The request is too large."}
    elif path.startswith("/api/workspace/"):
        assert (told["title"], told["status"]) == ("Content Too Large", 413)
    elif path.startswith("/oauth/"):
        assert told == {"error": "invalid_request", "error_description": "The request is too large."}
    else:
        del told["timestamp"]
        assert told == {"code": "PAYLOAD_TOO_LARGE", "message": "The request is too large."}


@pytest.mark.parametrize("route", [*READERS, "GET /", "GET /v2/info"], ids=lambda route: f"FS-02-{route}")
def test_a_body_that_is_too_large_is_said_in_the_dialects_words(
    fixtures: ContractFixtures, route: str
) -> None:
    send = too_much(fixtures, route, granted(route, "boss" if "/api/workspace/" in route else "root"))
    with fixtures.api.no_effect():
        answer = send()
    said(route, answer)


@pytest.mark.parametrize(
    "route",
    [route for route in READERS if route not in (*PUBLIC, "POST /oauth/token", "POST /oauth/revoke")],
    ids=lambda route: f"FS-02-{route}",
)
def test_who_calls_is_asked_before_how_much(fixtures: ContractFixtures, route: str) -> None:
    assert too_much(fixtures, route, "nobody")().status == 401


@pytest.mark.parametrize(
    "route",
    [route for route, statuses in STATUSES.items() if 413 in statuses],
    ids=lambda route: f"FS-02-{route}",
)
def test_a_query_of_too_many_parameters_is_said_in_the_dialects_words(
    fixtures: ContractFixtures, route: str
) -> None:
    said(
        route.replace("$default", "GET /api"),
        fixtures.request(route, granted(route), "own", "&" * QUERY_PARAMETERS)(),
    )


def _login(fixtures: ContractFixtures, body: dict[str, Any]) -> Answer:
    return fixtures.api.post("/api/auth/login", {"email": "ada@example.com", "password": PASSWORD, **body})


def _user(fixtures: ContractFixtures, body: dict[str, Any]) -> Answer:
    whole = {"email": "f@example.com", "fullName": "F", "password": PASSWORD, "roles": ["USER"], **body}
    return fixtures.api.post("/api/admin/users", whole, as_=fixtures.people["root"])


def _workspace(fixtures: ContractFixtures, body: dict[str, Any]) -> Answer:
    whole = {"key": "fresh", "name": "Fresh", **body}
    return fixtures.api.post("/api/workspaces", whole, as_=fixtures.people["root"])


SENDERS: dict[str, Callable[[ContractFixtures, dict[str, Any]], Answer]] = {
    "login": _login,
    "user": _user,
    "workspace": _workspace,
    "settings": lambda fixtures, body: _workspace(fixtures, {"settings": body}),
}


@pytest.mark.parametrize("sender", SENDERS, ids=lambda name: f"FS-02-{name}")
@pytest.mark.parametrize("fields", [FIELD_ERRORS - 1, FIELD_ERRORS, FIELD_ERRORS + 1, 90])
@pytest.mark.parametrize("length", [1, 500])
def test_of_many_flaws_twenty_are_told(
    fixtures: ContractFixtures, sender: str, fields: int, length: int
) -> None:
    unknown = {f"{number:02}{'x' * length}": "x" for number in range(fields)}
    with fixtures.api.no_effect():
        answer = SENDERS[sender](fixtures, unknown)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert len(answer.data) == min(fields, FIELD_ERRORS)
    assert len(answer.text) < 10_000


@pytest.mark.parametrize("sender", SENDERS, ids=lambda name: f"FS-02-{name}")
@pytest.mark.parametrize(
    ("fields", "status"), [(JSON_MEMBERS + 1, 400), (2_000, 400), (60_000, 413), (250_000, 413)]
)
def test_an_object_of_too_many_fields_reaches_no_validation(
    fixtures: ContractFixtures, sender: str, fields: int, status: int
) -> None:
    unknown = {f"{number:x}": 0 for number in range(fields)}
    with fixtures.api.no_effect():
        answer = SENDERS[sender](fixtures, unknown)
    assert answer.status == status
    assert len(answer.text) < 500
    if status == 400:
        assert [each["field"] for each in answer.data] == [""]


@pytest.mark.parametrize(
    "value",
    [[0] * 1_900, [[0]] * 900, [{"a": 0}] * 900, {"a": [{"b": [0]}]}],
    ids=lambda value: str(value)[:9],
)
def test_fs_02_of_many_flaws_in_a_list_twenty_are_told(fixtures: ContractFixtures, value: Any) -> None:
    with fixtures.api.no_effect():
        answer = _user(fixtures, {"roles": value})
    assert answer.status == 400
    assert 1 <= len(answer.data) <= FIELD_ERRORS


@pytest.mark.parametrize("value", [[0] * 2_001, [[0]] * 2_001], ids=["flat", "nested"])
def test_fs_02_a_list_of_too_many_values_reaches_no_validation(
    fixtures: ContractFixtures, value: Any
) -> None:
    answer = _user(fixtures, {"roles": value})
    assert (answer.status, [each["field"] for each in answer.data]) == (400, [""])


# E-mail addresses.


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the texts that were looked at as addresses."""
    import email_validator

    lengths: list[int] = []
    real = email_validator.validate_email

    def noting(address: str, **more: Any) -> Any:
        lengths.append(len(address))
        return real(address, **more)

    monkeypatch.setattr(email_validator, "validate_email", noting)
    return lengths


@pytest.mark.parametrize("length", [255, 10_000, 60_000], ids=lambda length: f"FS-03-{length}")
def test_a_text_longer_than_any_address_is_not_looked_at(
    fixtures: ContractFixtures, untouched: list[int], length: int
) -> None:
    """Of letters that take work to normalise, and that an address could hold."""
    texts = ("x@" + "d" * (length - 6) + ".com", ("\u1e9b\u0323" * length)[: length // 12] + "x" * 255)
    for text in texts:
        assert _login(fixtures, {"email": text}).status == 401
        form = {"grant_type": "password", "client_id": "cf", "username": text, "password": PASSWORD}
        granted = fixtures.api.post("/oauth/token", form=form) if len(text) < 20_000 else None
        assert granted is None or (granted.status, granted.json["error"]) == (400, "invalid_grant")
        created = _user(fixtures, {"email": text})
        assert (created.status, {each["field"] for each in created.data}) == (400, {"email"})
        changed = fixtures.api.put(
            f"/api/admin/users/{fixtures.people['member'].id}", {"email": text}, as_=fixtures.people["root"]
        )
        assert (changed.status, {each["field"] for each in changed.data}) == (400, {"email"})
    assert untouched == []


def test_fs_03_an_address_of_four_megabytes_is_too_large(
    fixtures: ContractFixtures, untouched: list[int]
) -> None:
    text = "x" * 4_000_000 + "@example.com"
    said("POST /api/auth/login", _login(fixtures, {"email": text}))
    form = {"grant_type": "password", "client_id": "cf", "username": text, "password": PASSWORD}
    said("POST /oauth/token", fixtures.api.post("/oauth/token", form=form))
    assert untouched == []


def test_the_longest_address_logs_in(fixtures: ContractFixtures, untouched: list[int]) -> None:
    address = f"{'x' * 64}@{'d' * 62}.{'d' * 62}.{'d' * 59}.com"
    assert len(address) == 254
    assert _user(fixtures, {"email": address}).status == 200
    assert _login(fixtures, {"email": address}).status == 200
    assert set(untouched) == {254}


# Spaces.


@pytest.mark.parametrize(
    "space", "\u2000\u00a0\u0085\u3000\u2028\x1f\x0b\n", ids=lambda space: f"FS-07-{ord(space):04x}"
)
def test_a_credential_behind_another_space_than_a_blank_is_none(site: Site, space: str) -> None:
    root = site.directory.admin()
    session, token = site.api.cookie(root), site.api.token(root)

    def ask(cookies: list[str], **headers: str) -> int:
        event = {
            "routeKey": "GET /api/auth/me",
            "rawPath": "/api/auth/me",
            "headers": headers,
            "cookies": cookies,
            "requestContext": {"http": {"method": "GET"}, "stage": "$default"},
        }
        function = next(r.function for r in site.api.gateway.routes.routes if r.key == "GET /api/auth/me")
        return int(in_process(function, event)["statusCode"])

    for cookie in (f"{space}__Host-session={session}", f"__Host-session{space}={session}"):
        assert ask([cookie]) == 401
    assert ask([f"__Host-session={session}{space}"]) == 401
    assert ask([f" \t__Host-session \t={session}"]) == 200
    for header in (f"{space}Bearer {token}", f"Bearer{space}{token}", f"Bearer {token}{space}"):
        assert site.invoke(USER, {"authorization": header})["statusCode"] == 401
        assert site.invoke(PROFILE, {"authorization": header})["statusCode"] == 401


def test_fs_07_the_byte_a0_before_a_cookie_belongs_to_its_name(site: Site) -> None:
    cookie = f"__Host-session={site.api.cookie(site.directory.admin())}"
    assert site.ask("/api/auth/me", ("cookie", cookie)).status == 200
    for byte in ("\xa0", "\x85"):
        assert site.ask("/api/auth/me", ("cookie", byte + cookie)).status == 401


@pytest.mark.parametrize("space", "\u2000\u00a0\u0085\x1f", ids=lambda space: f"FS-07-{ord(space):04x}")
def test_only_blanks_are_trimmed_of_other_headers(fixtures: ContractFixtures, space: str) -> None:
    root, path = fixtures.people["root"], f"/api/admin/users/{fixtures.people['member'].id}"
    with fixtures.api.no_effect():
        stale = fixtures.api.put(path, {"fullName": "X"}, as_=root, headers={"If-Match": f"{space}*"})
        typed = fixtures.api.put(
            path, {"fullName": "X"}, as_=root, headers={"Content-Type": f"{space}application/json"}
        )
    assert (stale.status, typed.status) == (412, 415)
    basic = {"Authorization": f"Basic {space}Y2Y6"}
    form = {"grant_type": "password", "username": "member@example.com", "password": PASSWORD}
    assert fixtures.api.post("/oauth/token", form=form, headers=basic).status == 401
    assert (
        fixtures.api.post("/oauth/token", form=form, headers={"Authorization": "Basic \tY2Y6"}).status == 200
    )


# A path that the gateway cuts.


@pytest.mark.parametrize(
    "route",
    [route for route in STATUSES if route.endswith("}") and "{relation}" not in route and "+" not in route],
    ids=lambda route: f"FA-16-{route}",
)
def test_a_path_that_was_cut_names_nothing(fixtures: ContractFixtures, route: str) -> None:
    """The path is then another object's, the parameter is what was sent."""
    method, _, path = route.partition(" ")
    people = fixtures.people
    credential = Credential.read(fixtures.api.token(people["root"]))
    assert credential is not None
    named = {
        "workspaceId": fixtures.acme.id,
        "userId": people["member"].id,
        "tokenId": credential.id,
        "user_id": people["member"].number,
        "number": 1,
        "guid": people["member"].id if "/users/" in path else fixtures.alpha.id,
    }
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", str(value))
    if is_scim(route):
        named["groupId"] = fixtures.directory.workspace_group(fixtures.acme, "Crew").id
        named["id"] = "User"
    proof: dict[str, Any] = {"bearer" if takes_bearer(route) else "as_": people["root"]}
    if is_scim(route):
        proof = {"bearer": fixtures.provider}
    body = {"fullName": "X"} if method == "PUT" else None
    with fixtures.api.no_effect():
        assert fixtures.api.send(method, f"{path}%3Fx", body, **proof).status == 404


# Key sets.


def _asked_slowly(site: Site, monkeypatch: pytest.MonkeyPatch, **slow: Any) -> list[str]:
    monkeypatch.setattr("roster.bounds.KEY_SET_SECONDS", 0.2)
    with serving(jwt.key_set()) as (server, _):
        for name, value in slow.items():
            setattr(server, name, value)
        site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url})
        for token in (
            key_signed("RS256"),
            secret_signed(claims(iss=jwt.KEYS_ISSUER), alg="RS256", kid="new"),
        ):
            for endpoint in (USER, PROFILE):
                assert site.bearing(endpoint, token).status == 401
        assert server.cut.wait(10), "the fetch goes on, though nobody waits for it"
        return server.asked


@pytest.mark.parametrize("part", ["head", "body"], ids=lambda part: f"FS-08-{part}")
def test_an_issuer_that_dribbles_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Byte after byte comes in time, and the whole does not: the connection ends, and none is made soon."""
    assert len(_asked_slowly(site, monkeypatch, dribbles=part)) == 1


@pytest.mark.parametrize(
    "error",
    [RuntimeError, RecursionError, MemoryError, KeyError, AssertionError],
    ids=lambda e: f"FS-08-{e.__name__}",
)
def test_whatever_goes_wrong_in_a_fetch_is_401_and_keeps_the_pause(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    with serving(jwt.key_set()) as (server, _):
        site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url, "jwks": jwt.key_set()})

        def fail(_: Any) -> Any:
            server.asked.append("read")
            raise error

        monkeypatch.setattr(key_sets, "usable", fail)
        for number in range(3):
            assert site.bearing(USER, key_signed("RS256", kid=f"k{number}")).status == 401
        assert server.asked == ["/token_keys", "read"]
        assert site.bearing(USER, key_signed("RS256")).status == 200


@pytest.mark.parametrize("given", ["jwks", "jwksUrl"], ids=lambda given: f"FS-08-{given}")
@pytest.mark.parametrize("odd", [{"kty": "oct"}, {"kty": "RSA"}, {"kty": []}, {}, 7], ids=str)
def test_a_key_that_lacks_something_costs_no_other(site: Site, odd: Any, given: str) -> None:
    """Nor is it a 500; PyJWT raises KeyError for the first."""
    keys = {"keys": [odd, *jwt.key_set()["keys"]]}
    with serving(keys) as (server, _):
        site.trust({"issuer": jwt.KEYS_ISSUER, given: keys if given == "jwks" else server.url})
        assert site.bearing(USER, key_signed("RS256")).status == 200


def test_fs_08_without_a_thread_to_spare_it_is_401(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    with serving(jwt.key_set()) as (server, _):
        site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url})
        monkeypatch.setattr(key_sets._Fetch, "start", fail)
        assert site.bearing(USER, key_signed("RS256")).status == 401
        assert server.asked == []


@pytest.mark.parametrize("more", [0, 1], ids=["FS-08-just-the-bound", "FS-08-beyond-it"])
def test_a_key_set_has_a_bound(site: Site, more: int) -> None:
    with serving(jwt.key_set()) as (server, _):
        server.body = json.dumps(jwt.key_set()).encode().ljust(KEY_SET_BYTES + more)
        site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url})
        assert site.bearing(USER, key_signed("RS256")).status == (401 if more else 200)


# Moments.


FIRST, LAST = -62_135_596_800, 253_402_300_799  # of the calendar, in seconds since 1970


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"exp": LAST}, 200, id="FS-13-exp-last"),
        pytest.param({"exp": LAST + 1}, 200, id="FS-13-exp-after-the-last"),
        pytest.param({"exp": 10**39}, 200, id="FS-13-exp-of-40-digits"),
        pytest.param({"exp": FIRST}, 401, id="FS-13-exp-first"),
        pytest.param({"exp": -(10**38)}, 401, id="FS-13-exp-of-minus-39-digits"),
        pytest.param({"iat": FIRST}, 401, id="FS-13-iat-first"),
        pytest.param({"iat": FIRST - 1, "nbf": FIRST - 1}, 401, id="FS-13-iat-before-the-first"),
        pytest.param({"iat": -1e308, "nbf": -1e308}, 401, id="FS-13-iat-smallest"),
        pytest.param({"iat": LAST}, 401, id="FS-13-iat-last"),
        pytest.param({"iat": 1e308}, 401, id="FS-13-iat-largest"),
        pytest.param({"nbf": 10**39}, 401, id="FS-13-nbf-of-40-digits"),
    ],
)
def test_a_token_of_either_end_of_the_calendar_is_judged(
    site: Site, changed: dict[str, Any], status: int
) -> None:
    for endpoint in (USER, PROFILE):
        assert site.bearing(endpoint, secret_signed(claims(**changed))).status == status
