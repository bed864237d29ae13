"""Who may send the three identity headers, and in which order they are checked; all six endpoints alike."""

from collections.abc import Callable
from typing import Any

import pytest

from roster import dependencies
from roster.auth import api_tokens
from roster.auth.credentials import Credential
from roster.directory import users
from roster.errors import Unavailable
from tests.support.api import Answer, Api, bare
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.user_space.fixtures import ENDPOINTS, NOWHERE, ROOT, Fixtures, ask, assert_refused, data_of

pytestmark = pytest.mark.any_engine

Deployed = Callable[..., None]

MALFORMED: list[Any] = [
    pytest.param(" ", id="H-10-blank"),
    pytest.param("x" * 129, id="H-10-129-characters"),
    pytest.param("x" * 9_000, id="H-10-9-kB"),
    pytest.param("a,b", id="H-04-twice"),
    pytest.param("a#PROFILE", id="H-10-key"),
    pytest.param("*", id="H-10-star"),
    pytest.param("%00", id="H-10-percent"),
    pytest.param("a/b", id="H-10-slash"),
    pytest.param("a b", id="H-10-space"),
    pytest.param("\u00e4", id="H-10-non-ascii"),
    pytest.param("\u0663", id="H-10-arabic-digit"),
    pytest.param("a\r\nX-User-Id: v", id="H-12-line"),
    pytest.param("a\x00", id="H-10-nul"),
]

everywhere = pytest.mark.parametrize("endpoint", ENDPOINTS)


def _get(api: Api, endpoint: str, headers: dict[str, str], **more: Any) -> Answer:
    return api.get(f"{ROOT}/{endpoint}", headers=headers, **more)


# The order of checks: 401 before 400 before 404.


@everywhere
@pytest.mark.parametrize("user_id", ["", " "], ids=["absent", "blank"])
@pytest.mark.row("H-06")
def test_no_user_id_is_401_whatever_else_is_wrong(
    api: Api, fixtures: Fixtures, endpoint: str, user_id: str
) -> None:
    whole = fixtures.headers(user_id)
    for headers in (
        whole,
        {"X-User-Id": user_id},
        whole | {"X-Org-Id": "a b"},
        whole | {"X-Org-Id": NOWHERE},
    ):
        assert_refused(_get(api, endpoint, headers, bearer=fixtures.member), 401, "X-User-Id")


@everywhere
@pytest.mark.parametrize("name", ["X-Org-Id", "X-Project-Id"])
@pytest.mark.row("H-07")
def test_another_header_missing_is_400_and_named(
    api: Api, fixtures: Fixtures, endpoint: str, name: str
) -> None:
    headers = fixtures.headers(fixtures.member) | {name: ""}
    assert_refused(_get(api, endpoint, headers, bearer=fixtures.member), 400, name)
    unproved = _get(api, endpoint, headers)
    assert_refused(unproved, 401)


@pytest.mark.parametrize("name", ["X-Org-Id", "X-Project-Id"])
@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_header_is_400_and_never_echoed(
    api: Api, fixtures: Fixtures, name: str, value: str
) -> None:
    answer = _get(api, "org", fixtures.headers(fixtures.member) | {name: value}, bearer=fixtures.member)
    assert_refused(answer, 400, name)
    assert not value.strip() or value not in answer.text
    assert not value.strip() or value not in str(answer.headers)


@pytest.mark.parametrize("value", [value for value in MALFORMED if value.values[0] != " "])
def test_a_malformed_user_id_is_401_unproved_and_400_where_no_proof_is_asked(
    api: Api, fixtures: Fixtures, deployed: Deployed, value: str
) -> None:
    headers = fixtures.headers(value)
    assert_refused(_get(api, "org", headers, bearer=fixtures.member), 401)
    deployed(IDENTITY_HEADER_PROOF="none")
    assert_refused(_get(api, "org", headers), 400, "X-User-Id")


@pytest.mark.parametrize("name", ["X-Org-Id", "X-Project-Id"])
@pytest.mark.parametrize("value", ["x" * 65, "a|b", "f:1:2"], ids=["H-10-65", "H-10-bar", "H-10-colon"])
def test_only_a_users_id_may_be_that_of_another_system(
    api: Api, fixtures: Fixtures, name: str, value: str
) -> None:
    answer = _get(api, "org", fixtures.headers(fixtures.member) | {name: value}, bearer=fixtures.member)
    assert_refused(answer, 400, name)


def test_400_comes_before_404(api: Api, fixtures: Fixtures) -> None:
    headers = fixtures.headers(fixtures.stranger, NOWHERE, "a b")
    assert_refused(_get(api, "org", headers, bearer=fixtures.stranger), 400, "X-Project-Id")


@pytest.mark.parametrize("user_id", ["x" * 128, "01J9ZK3V", "a.b_c-d", "auth0|abc"])
def test_what_can_be_an_id_is_well_formed(
    api: Api, fixtures: Fixtures, deployed: Deployed, user_id: str
) -> None:
    deployed(IDENTITY_HEADER_PROOF="none")
    assert_refused(_get(api, "org", fixtures.headers(user_id)), 404)


# 404: not theirs and not there are the same bytes.


@everywhere
@pytest.mark.row("H-08", "H-09")
def test_whatever_is_not_theirs_is_as_if_it_were_not_there(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: str
) -> None:
    """403 never."""
    unknown = ask(api, fixtures, endpoint, fixtures.root, org=NOWHERE, project=NOWHERE)
    assert_refused(unknown, 404, "org or project not found")
    assert unknown.json["message"] == "org or project not found"
    suspended = directory.user("suspended", admin=True)
    api.token(suspended)
    directory.suspend(suspended)
    refused = {
        "unknown organisation": ask(api, fixtures, endpoint, fixtures.root, org=NOWHERE),
        "unknown project": ask(api, fixtures, endpoint, fixtures.boss, project=NOWHERE),
        "project of another organisation": ask(
            api, fixtures, endpoint, fixtures.boss, project=fixtures.games
        ),
        "the same to a platform ADMIN": ask(api, fixtures, endpoint, fixtures.root, project=fixtures.games),
        "member of nothing": ask(api, fixtures, endpoint, fixtures.stranger),
        "ADMIN of another organisation": ask(api, fixtures, endpoint, fixtures.rival),
        "own project under a foreign organisation": ask(
            api, fixtures, endpoint, fixtures.rival, project=fixtures.games
        ),
        "member but not of the project": ask(api, fixtures, endpoint, fixtures.outsider),
        "of another project": ask(api, fixtures, endpoint, fixtures.member, project=fixtures.ops),
        "suspended": ask(api, fixtures, endpoint, suspended),
    }
    for reason, answer in refused.items():
        assert bare(answer) == bare(unknown), reason


def test_an_unknown_caller_is_404_where_no_proof_is_asked(
    api: Api, directory: Directory, fixtures: Fixtures, deployed: Deployed
) -> None:
    users.delete(api.store, fixtures.outsider, by=directory.by)
    directory.suspend(fixtures.boss)
    deployed(IDENTITY_HEADER_PROOF="none")
    first = _get(api, "org", fixtures.headers(NOWHERE))
    assert_refused(first, 404)
    for user in (fixtures.outsider, fixtures.boss):
        assert bare(_get(api, "org", fixtures.headers(user))) == bare(first)


def test_a_place_in_a_project_is_worth_nothing_without_the_membership(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.grant(fixtures.web, fixtures.stranger)
    assert_refused(ask(api, fixtures, "org", fixtures.stranger), 404)


def test_what_is_withdrawn_is_gone_on_the_next_request(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    assert ask(api, fixtures, "org", fixtures.member).status == 200
    directory.leave(fixtures.acme, fixtures.member)
    assert_refused(ask(api, fixtures, "org", fixtures.member), 404)
    directory.member(fixtures.acme, fixtures.member)
    assert_refused(ask(api, fixtures, "org", fixtures.member), 404)
    assert ask(api, fixtures, "org", fixtures.boss).status == 200
    users.delete(api.store, fixtures.boss, by=directory.by)
    assert_refused(ask(api, fixtures, "org", fixtures.boss), 401)


# Proof by a credential: the deployed default.


@everywhere
def test_a_token_or_a_session_of_the_user_is_proof(api: Api, fixtures: Fixtures, endpoint: str) -> None:
    headers = fixtures.headers(fixtures.member)
    by_token = _get(api, endpoint, headers, bearer=fixtures.member)
    data_of(by_token)
    assert bare(_get(api, endpoint, headers, as_=fixtures.member)) == bare(by_token)


@everywhere
@pytest.mark.row("H-01", "H-02", "J-28")
def test_every_other_proof_is_one_401(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: str
) -> None:
    headers, token = fixtures.headers(fixtures.member), api.token(fixtures.member)
    session = api.cookie(fixtures.member)
    none = _get(api, endpoint, headers)
    assert_refused(none, 401)
    unproved: dict[str, dict[str, Any]] = {
        "H-02 another's token": {"bearer": fixtures.boss},
        "H-02 an ADMIN's token": {"bearer": fixtures.root},
        "H-02 another's session": {"as_": fixtures.boss},
        "both": {"bearer": token, "as_": session},
        "both, one of them garbage": {"bearer": token, "as_": "garbage"},
        "two cookies": {"as_": session, "headers": headers | {"cookie": f"__Host-session={session}"}},
        "a session as a token": {"bearer": session},
        "a token as a session": {"as_": token},
        "an unknown secret": {"bearer": str(Credential.new("token", fixtures.member.id))},
        "garbage": {"bearer": "garbage"},
        "Basic": {"headers": headers | {"authorization": "Basic eDp5"}},
        "no scheme": {"headers": headers | {"authorization": token}},
        "two tokens": {"headers": headers | {"authorization": f"Bearer {token},Bearer {token}"}},
        "a gateway's secret": {"headers": headers | {"x-gateway-secret": "x"}},
        "a server key": {"headers": headers | {"x-server-key": "x"}},
        "expired": {"bearer": directory.token(fixtures.member, expires_at="2026-04-13T01:00:00Z")},
    }
    for reason, more in unproved.items():
        answer = api.get(f"{ROOT}/{endpoint}", **{"headers": headers, **more})
        assert bare(answer) == bare(none), reason


def test_a_revoked_token_proves_nothing(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    credential = Credential.read(api.token(fixtures.member))
    assert credential is not None
    api_tokens.revoke(api.store, fixtures.member, credential.id, by=directory.by)
    assert_refused(ask(api, fixtures, "org", fixtures.member), 401)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
@pytest.mark.row("J-27")
def test_the_scheme_has_no_case(api: Api, fixtures: Fixtures, scheme: str) -> None:
    headers = fixtures.headers(fixtures.member) | {"authorization": f"{scheme} {api.token(fixtures.member)}"}
    assert _get(api, "org", headers).status == 200


# Proof by a gateway's secret, and none at all.


def _behind(api: Api, deployed: Deployed, *secrets: str) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    dependencies.use(dependencies.Dependencies(api.store, api.clock, gateway_secrets=lambda: secrets))


@pytest.mark.parametrize("secret", ["the old secret", "the new secret"])
def test_either_of_two_gateway_secrets_is_proof(
    api: Api, fixtures: Fixtures, deployed: Deployed, secret: str
) -> None:
    _behind(api, deployed, "the old secret", "the new secret")
    headers = fixtures.headers(fixtures.member) | {"x-gateway-secret": secret}
    assert data_of(_get(api, "org", headers))["org_id"] == fixtures.acme.id


@everywhere
@pytest.mark.parametrize("secrets", [("one", "two"), ("one",), ()], ids=["two", "one", "none"])
def test_no_other_secret_is_proof(
    api: Api, fixtures: Fixtures, deployed: Deployed, endpoint: str, secrets: tuple[str, ...]
) -> None:
    _behind(api, deployed, *secrets)
    headers = fixtures.headers(fixtures.member)
    missing = _get(api, endpoint, headers)
    assert_refused(missing, 401)
    for wrong in ("three", "on", "one,two", "ONE", "\u00f6ne", " "):
        answer = _get(api, endpoint, headers | {"x-gateway-secret": wrong})
        assert bare(answer) == bare(missing), wrong
    for more in ({"bearer": fixtures.member}, {"as_": fixtures.member}):
        assert bare(_get(api, endpoint, headers, **more)) == bare(missing)


def test_a_secret_out_of_reach_is_503(api: Api, fixtures: Fixtures, deployed: Deployed) -> None:
    def away() -> tuple[str, ...]:
        raise Unavailable(retry_after=7)

    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    dependencies.use(dependencies.Dependencies(api.store, api.clock, gateway_secrets=away))
    answer = _get(api, "org", fixtures.headers(fixtures.member) | {"x-gateway-secret": "one"})
    assert_refused(answer, 503)
    assert answer.headers["retry-after"] == "7"


@everywhere
def test_without_proof_the_headers_are_believed(
    api: Api, fixtures: Fixtures, deployed: Deployed, endpoint: str
) -> None:
    deployed(IDENTITY_HEADER_PROOF="none")
    data_of(_get(api, endpoint, fixtures.headers(fixtures.member)))
    assert_refused(_get(api, endpoint, fixtures.headers(fixtures.outsider)), 404)


@pytest.mark.parametrize("proof", ["", "None", "nothing", "gateway_secret"])
def test_a_proof_that_there_is_not_lets_nobody_in(
    api: Api, fixtures: Fixtures, deployed: Deployed, proof: str
) -> None:
    deployed(IDENTITY_HEADER_PROOF=proof)
    assert_refused(_get(api, "org", fixtures.headers(fixtures.root), bearer=fixtures.root), 401)


# What is no identity header.


@pytest.mark.row("H-11", "H-13", "H-14")
def test_a_server_key_and_a_proxys_words_change_nothing(api: Api, fixtures: Fixtures) -> None:
    more = {
        "x-server-key": "k",
        "x-forwarded-for": "a",
        "x-forwarded-uri": "/public",
        "user-agent": "kube-probe/1.2",
    }
    for user, status in ((fixtures.member, 200), (fixtures.outsider, 404)):
        headers = fixtures.headers(user)
        with_them = _get(api, "org", headers | more, bearer=user)
        assert with_them.status == status
        assert bare(with_them) == bare(_get(api, "org", headers, bearer=user))


@pytest.mark.row("H-05")
def test_a_name_with_underscores_is_another_header(api: Api, fixtures: Fixtures, deployed: Deployed) -> None:
    deployed(IDENTITY_HEADER_PROOF="none")
    folded = {name.replace("-", "_"): value for name, value in fixtures.headers(fixtures.root).items()}
    assert_refused(_get(api, "org", folded), 401)
    both = folded | fixtures.headers(fixtures.outsider)
    assert_refused(_get(api, "org", both), 404)


def test_the_names_have_no_case(api: Api, fixtures: Fixtures) -> None:
    headers = {name.upper(): value for name, value in fixtures.headers(fixtures.member).items()}
    assert _get(api, "org", headers, bearer=fixtures.member).status == 200


def test_query_parameters_change_nothing(api: Api, fixtures: Fixtures) -> None:
    headers = fixtures.headers(fixtures.member)
    asked = api.get(f"{ROOT}/org?X-User-Id=x&access_token=y&page=0", headers=headers, bearer=fixtures.member)
    assert bare(asked) == bare(ask(api, fixtures, "org", fixtures.member))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_or_path_is_404_in_the_familys_shape(
    api: Api, fixtures: Fixtures, method: str
) -> None:
    for path in (f"{ROOT}/org", f"{ROOT}/nothing", "/minimal/rest/system/v1/org"):
        assert_refused(
            api.send(method, path, headers=fixtures.headers(fixtures.member), bearer=fixtures.member), 404
        )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_headers_without_a_proof_cost_no_round_trip(
    api: Api, fixtures: Fixtures, meter: Meter, endpoint: str
) -> None:
    with meter.measure() as reading:
        assert api.get(f"{ROOT}/{endpoint}", headers=fixtures.headers(fixtures.member)).status == 401
    assert reading.trips == 0
