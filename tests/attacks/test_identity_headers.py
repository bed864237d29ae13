"""Identity headers under attack, rows H-01 to H-15: who sends them must prove who they are."""

from collections.abc import Callable

import pytest

from roster import dependencies
from roster.directory import users
from roster.domain import Database
from roster.errors import Unavailable
from tests.attacks import jwt
from tests.attacks.conftest import Site

pytestmark = pytest.mark.any_engine

PATH = "/minimal/rest/user/v1/org"
PATHS = [
    f"/minimal/rest/user/v1/{name}"
    for name in ("project/detail", "project", "org/detail", "org", "space", "feature")
]
MALFORMED = {
    "10-kB-less-the-rest": "v" * 9_000,
    "129": "v" * 129,
    "hash": "a#b",
    "star": "*",
    "escaped-nul": "%00",
    "non-ascii": "\u00fcber",
    "arabic-indic-digit": "\u0661",
    "dots": "..",
    "dot": ".",
    "up": "../x",
    "slash": "a/b",
    "space": "a b",
    "comma": "a,b",
}
UNSENDABLE = {
    "crlf": "a\r\nX-User-Id: v",
    "crlf-at-the-end": "a\r\n",
    "newline": "a\n",
    "nul": "a\0",
    "surrogate": "\ud800",
    "form-feed": "\x0ca",
    "nbsp-at-the-end": "a\xa0",
}
GATEWAY = "gateway-secret-of-forty-characters-at-all"

Deploy = Callable[..., None]


@pytest.fixture
def unproved(deployed: Deploy) -> None:
    deployed(IDENTITY_HEADER_PROOF="none")


@pytest.fixture
def behind_a_gateway(site: Site, deployed: Deploy) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    told = (GATEWAY, "next-" + GATEWAY)
    dependencies.use(dependencies.Dependencies(site.api.store, site.api.clock, gateway_secrets=lambda: told))


def lines(site: Site, **changed: str | None) -> list[tuple[str, str]]:
    """The three headers of user `u1`; None leaves one out."""
    wanted = {"x-user-id": "u1", "x-org-id": site.workspace.id, "x-project-id": site.project.id}
    wanted |= {f"x-{name}-id": value for name, value in changed.items()}  # type: ignore[misc]
    return [(name, value) for name, value in wanted.items() if value is not None]


def bearer(token: str) -> tuple[str, str]:
    return "authorization", f"Bearer {token}"


def cookie(site: Site, session: str) -> tuple[str, str]:
    return "cookie", f"__Host-session={session}"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.row("item-07")
def test_h01_perfect_headers_without_proof_are_refused(site: Site, path: str) -> None:
    assert site.ask(path, *lines(site)).status == 401
    assert site.ask(path, *lines(site), ("x-gateway-secret", GATEWAY)).status == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["token", "session", "jwt", "imported"])
def test_h01_each_kind_of_credential_proves_its_user(site: Site, path: str, kind: str) -> None:
    proof = {
        "token": lambda: bearer(site.directory.token(site.user)),
        "session": lambda: cookie(site, site.api.cookie(site.user)),
        "jwt": lambda: bearer(jwt.secret_signed()),
        "imported": lambda: bearer(site.imported("i" * 40)),
    }[kind]()
    assert site.ask(path, *lines(site), proof).status == 200


def test_h01_a_proof_that_fails_or_two_proofs_are_refused(site: Site) -> None:
    token, session = site.directory.token(site.user), site.api.cookie(site.user)
    for proofs in (
        [bearer("garbage")],
        [bearer(session)],
        [bearer(jwt.secret_signed(secret="x" * 32))],
        [cookie(site, "garbage")],
        [cookie(site, token)],
        [bearer(token), cookie(site, session)],
        [bearer(token), bearer(token)],
        [cookie(site, session), cookie(site, session)],
        [("authorization", ""), cookie(site, session)],
        [("x-access-token", token)],
    ):
        assert site.ask(PATH, *lines(site), *proofs).status == 401
    assert site.ask(f"{PATH}?access_token={token}", *lines(site)).status == 401


@pytest.mark.parametrize("kind", ["token", "session", "jwt"])
@pytest.mark.row("item-07")
def test_h02_a_proof_for_one_user_is_none_for_another_and_is_logged(
    site: Site, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = site.directory.user("eve", id="u2", admin=True)
    proof = {
        "token": lambda: bearer(site.directory.token(other)),
        "session": lambda: cookie(site, site.api.cookie(other)),
        "jwt": lambda: bearer(jwt.secret_signed(jwt.claims(user_id="u2"))),
    }[kind]()
    assert site.ask(PATH, *lines(site), proof).status == 401
    assert "identity_mismatch" in caplog.messages
    caplog.clear()
    assert site.ask(PATH, *lines(site, user="u2"), proof).status == 200
    assert "identity_mismatch" not in caplog.messages


def test_h02_an_id_in_another_case_is_another_user(site: Site) -> None:
    assert site.ask(PATH, *lines(site, user="U1"), bearer(site.directory.token(site.user))).status == 401


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"lambda": None},
        {"lambda": {"userId": None}},
        {"lambda": {"userId": "u1"}},
        {"lambda": {"user_id": "u1", "principalId": "u1"}},
        {"jwt": {"claims": {"user_id": "u1"}, "scopes": None}},
        "u1",
    ],
)
def test_h03_what_an_authorizer_says_or_fails_to_say_proves_nothing(site: Site, authorizer: object) -> None:
    assert site.invoke(PATH, dict(lines(site)), authorizer=authorizer)["statusCode"] == 401


@pytest.mark.parametrize("name", ["user", "org", "project"])
@pytest.mark.usefixtures("unproved")
def test_h04_a_header_sent_twice_is_malformed(site: Site, name: str) -> None:
    given = lines(site)
    again = next(line for line in given if line[0] == f"x-{name}-id")
    assert site.ask(PATH, *given, again).status == 400
    assert site.ask(PATH, *given, (again[0], "victim")).status == 400
    assert site.ask(PATH, (again[0], "victim"), *given).status == 400


def test_h04_a_user_sent_twice_is_refused_with_proof_too(site: Site) -> None:
    proof = bearer(site.directory.token(site.user))
    assert site.ask(PATH, *lines(site), ("x-user-id", "u1"), proof).status == 401
    assert site.ask(PATH, ("x-user-id", "victim"), *lines(site), proof).status == 401


@pytest.mark.usefixtures("unproved")
def test_h05_case_does_not_matter_and_an_underscore_is_another_name(site: Site) -> None:
    given = lines(site)
    assert site.ask(PATH, *((name.upper(), value) for name, value in given)).status == 200
    assert site.ask(PATH, *((name.title(), value) for name, value in given)).status == 200
    assert site.ask(PATH, *((name.replace("-", "_"), value) for name, value in given)).status == 401
    for other in ("x_user_id", "x-user_id", "x-user-id ", " x-user-id", "x-userid"):
        assert site.invoke(PATH, {**dict(lines(site, user=None)), other: "u1"})["statusCode"] == 401
    assert site.ask(PATH, *given, ("x_user_id", "victim"), ("x-user_id", "victim")).status == 200


@pytest.mark.parametrize("others", [True, False], ids=["alone", "with-the-others"])
@pytest.mark.parametrize("value", [None, "", " ", "  \t "])
@pytest.mark.parametrize("proof", ["none", "gateway-secret", "credential"])
def test_h06_nobody_named_is_401_whatever_else_is_missing(
    site: Site, deployed: Deploy, proof: str, value: str | None, others: bool
) -> None:
    deployed(IDENTITY_HEADER_PROOF=proof)
    given = lines(site, user=value) if others else lines(site, user=value, org=None, project=None)
    credential = bearer(site.directory.token(site.user))
    assert site.ask(PATH, *given, credential).status == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["org", "project"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_h07_a_missing_place_is_400(site: Site, path: str, name: str, value: str | None) -> None:
    proof = bearer(site.directory.token(site.user))
    given = lines(site, **{name: value})
    assert site.ask(path, *given, proof).status == 400
    assert site.ask(path, *given).status == 401  # the proof comes first


@pytest.mark.parametrize("path", PATHS)
def test_h08_h09_not_yours_is_what_does_not_exist_byte_for_byte(site: Site, path: str) -> None:
    directory = site.directory
    theirs, stranger = directory.workspace("theirs"), directory.user("eve", id="u2")
    their_project = directory.project(theirs, "secret")
    second = directory.project(site.workspace, "second")
    proof = bearer(directory.token(site.user))
    unknown = site.ask(path, *lines(site, org="nowhere"), proof)
    assert unknown.status == 404
    for given in (
        lines(site, org=theirs.id),
        lines(site, org=theirs.id, project=their_project.id),
        lines(site, project=their_project.id),  # H-09: of another organisation
        lines(site, project="nothing"),
        lines(site, project=second.id),  # of the organisation, and not the caller's
        lines(site, org=site.project.id, project=site.workspace.id),
    ):
        answer = site.ask(path, *given, proof)
        assert (answer.status, answer.text) == (404, unknown.text)
    outside = site.ask(path, *lines(site, user="u2"), bearer(directory.token(stranger)))
    assert (outside.status, outside.text) == (404, unknown.text)


NAMES = {"user": "X-User-Id", "org": "X-Org-Id", "project": "X-Project-Id"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", MALFORMED)
@pytest.mark.usefixtures("unproved")
def test_h10_what_can_be_no_id_is_malformed(site: Site, name: str, value: str) -> None:
    answer = site.ask(PATH, *lines(site, **{name: MALFORMED[value]}))
    assert answer.status == 400
    assert answer.json["message"] == f"missing or malformed header: {NAMES[name]}"


@pytest.mark.parametrize("value", MALFORMED)
def test_h10_with_proof_a_malformed_place_is_400_and_another_user_401(site: Site, value: str) -> None:
    proof = bearer(site.directory.token(site.user))
    assert site.ask(PATH, *lines(site, org=MALFORMED[value]), proof).status == 400
    assert site.ask(PATH, *lines(site, user=MALFORMED[value]), proof).status == 401


@pytest.mark.usefixtures("unproved")
def test_h10_spaces_around_a_value_are_no_part_of_it(site: Site) -> None:
    padded = {name: f" \t{value} " for name, value in lines(site)}
    assert site.invoke(PATH, padded)["statusCode"] == 200


@pytest.mark.parametrize("header", ["x-server-key", "x-api-key", "x-gateway-secret", "x-admin"])
def test_h11_other_headers_grant_nothing(site: Site, header: str) -> None:
    other = site.directory.workspace("other")
    extra = (header, "anything")
    assert site.ask(PATH, *lines(site), extra).status == 401
    proof = bearer(site.directory.token(site.user))
    assert site.ask(PATH, *lines(site), proof, extra).status == 200
    assert site.ask(PATH, *lines(site, org=other.id), proof, extra).status == 404


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", UNSENDABLE)
@pytest.mark.usefixtures("unproved")
def test_h12_what_no_gateway_sends_is_malformed_and_not_echoed(site: Site, name: str, value: str) -> None:
    answer = site.invoke(PATH, dict(lines(site, **{name: UNSENDABLE[value]})))
    assert answer["statusCode"] == 400
    said = [answer["body"], *answer["headers"], *answer["headers"].values()]
    assert not any(UNSENDABLE[value] in text or "\n" in text for text in said)


@pytest.mark.usefixtures("behind_a_gateway")
def test_h12_a_gateway_secret_that_is_no_text_is_refused(site: Site) -> None:
    for secret in ("\ud800", "\u00fc", GATEWAY + "\ud800", "\0"):
        assert site.invoke(PATH, {**dict(lines(site)), "x-gateway-secret": secret})["statusCode"] == 401


DECOYS = [
    ("x-forwarded-for", "a"),
    ("x-forwarded-for", "127.0.0.1"),
    ("forwarded", "for=;;;"),
    ("user-agent", "kube-probe/1.31"),
    ("x-forwarded-uri", "/public"),
    ("x-original-url", "/health"),
    ("x-forwarded-user", "u1"),
    ("x-http-method-override", "OPTIONS"),
]


@pytest.mark.parametrize("decoy", DECOYS, ids=lambda decoy: "-".join(decoy).replace("/", "_"))
def test_h13_h14_where_a_request_says_it_is_from_changes_nothing(site: Site, decoy: tuple[str, str]) -> None:
    assert site.ask(PATH, *lines(site), decoy).status == 401
    proof = bearer(site.directory.token(site.user))
    assert site.ask(PATH, *lines(site), proof, decoy).status == 200


def test_h15_database_metadata_holds_no_secret(site: Site) -> None:
    database = Database("db.example", "5432", "reader", "web", "postgres", 5, 30, 10, 2)
    made = site.directory.project(site.workspace, "data", database=(database,))
    site.directory.grant(made, site.user)
    proof = bearer(site.directory.token(site.user))
    answer = site.ask("/minimal/rest/user/v1/project/detail", *lines(site, project=made.id), proof)
    assert answer.status == 200
    assert list(answer.data["database"][0]) == [
        "host",
        "port",
        "username",
        "db_name",
        "db_type",
        "connect_timeout_secs",
        "idle_timeout_secs",
        "max_open_connections",
        "max_idle_connections",
    ]


@pytest.mark.usefixtures("behind_a_gateway")
@pytest.mark.parametrize("path", PATHS)
def test_each_gateway_secret_proves_and_nothing_else_does(site: Site, path: str) -> None:
    for secret in (GATEWAY, "next-" + GATEWAY):
        assert site.ask(path, *lines(site), ("x-gateway-secret", secret)).status == 200
    refused = [
        [],
        [bearer(site.directory.token(site.user))],
        [cookie(site, site.api.cookie(site.user))],
        [("x-gateway-secret", GATEWAY), ("x-gateway-secret", GATEWAY)],
        *(
            [("x-gateway-secret", text)]
            for text in ("", GATEWAY[:-1], GATEWAY + "x", GATEWAY.upper(), "next-")
        ),
        [("x_gateway_secret", GATEWAY)],
    ]
    for proof in refused:
        assert site.ask(path, *lines(site), *proof).status == 401


def test_a_gateway_without_secrets_proves_nobody(site: Site, deployed: Deploy) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    for secret in ("", "()", "None"):
        assert site.ask(PATH, *lines(site), ("x-gateway-secret", secret)).status == 401


def test_an_unknown_kind_of_proof_lets_nobody_in(site: Site, deployed: Deploy) -> None:
    deployed(IDENTITY_HEADER_PROOF="None")
    assert site.ask(PATH, *lines(site)).status == 401


def test_gateway_secrets_out_of_reach_are_503_and_open_nothing(site: Site, deployed: Deploy) -> None:
    def away() -> tuple[str, ...]:
        raise Unavailable(retry_after=7)

    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    dependencies.use(dependencies.Dependencies(site.api.store, site.api.clock, gateway_secrets=away))
    answer = site.ask(PATH, *lines(site), ("x-gateway-secret", GATEWAY))
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert site.ask(PATH, *lines(site, user=None), ("x-gateway-secret", GATEWAY)).status == 401


@pytest.mark.usefixtures("unproved")
@pytest.mark.parametrize("end", ["suspended", "deleted", "left"])
def test_who_is_withdrawn_is_refused_on_the_next_request(site: Site, end: str) -> None:
    assert site.ask(PATH, *lines(site)).status == 200
    if end == "suspended":
        site.directory.suspend(site.user)
    elif end == "deleted":
        users.delete(site.api.store, users.alive(site.api.store, "u1"), by=site.directory.by)
    else:
        site.directory.leave(site.workspace, site.user)
    assert site.ask(PATH, *lines(site)).status == 404
