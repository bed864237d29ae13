"""Bearer tokens under attack, rows J-01 to J-32: refused alike, and never believed by accident.

Comes with the Cloud Foundry dialect, whose callers alone have scopes: J-22 (an admin scope for a user
whom the directory does not hold) and the answers of J-21 (here: that a string grants no scope).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roster.auth import api_tokens, passwords
from roster.auth.issuers import Issuers
from roster.clock import instant
from roster.directory import users
from roster.errors import Unauthenticated
from tests.attacks import jwt
from tests.attacks.conftest import CONFIGURED, PROFILE, USER, Site
from tests.attacks.jwt import ABSENT, NOW, claims, key_signed, secret_signed
from tests.attacks.key_server import serving
from tests.support.api import Answer, bare, session_in
from tests.support.meter import Meter

pytestmark = pytest.mark.any_engine

AT = datetime.fromtimestamp(NOW, UTC)
ENDPOINTS = [USER, PROFILE]

DOCUMENT_001 = (  # signed with `tokensecret`, as the document prints it
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidWFhLWlkLTMxMCIsImVtYWlsIjoiZW1haWwtMjEwQHNvbWVkb21h"
    "aW4uY29tIiwic2NvcGUiOlsiY2xvdWRfY29udHJvbGxlci5hZG1pbiJdLCJhdWQiOlsiY2xvdWRfY29udHJvbGxlciJdLCJleHAiOjE0Nj"
    "YwMDg4OTd9.-Rodp35NceQ1y5dradDA3KPWZNnbt7h8eu0cHer3mUw"
)


def payload(**changed: Any) -> str:
    return secret_signed(claims(**changed))


def raw(name: str, text: str) -> str:
    """A signed token with one claim in a JSON of the test's own."""
    rest = json.dumps(claims(**{name: ABSENT}))
    return secret_signed(f'{rest[:-1]},"{name}":{text}}}')


def headed(header: jwt.Json, sign: jwt.Sign | None = None) -> str:
    return jwt.token(claims(), sign or jwt.mac(jwt.SECRET.encode()), header)


def respelt(token: str) -> str:
    """The token with unused bits of its signature's last character set: the same bytes, other text."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


def nested(levels: int) -> str:
    return '{"alg":"HS256","x":' + "[" * levels + "]" * levels + "}"


def by_attacker(**header: Any) -> str:
    payload = claims(iss=jwt.KEYS_ISSUER)
    return jwt.token(payload, jwt.by_rsa("attacker"), {"alg": "RS256", **header})


OTHER_KINDS: dict[str, tuple[object, ...]] = {
    "typ": ("ID", "Refresh", "Offline", "Logout", "DPoP", "Serialized-ID", "", None, 1, ["Bearer"]),
    "token_use": ("id", "refresh", "", None),
    "token_type": ("refresh", "id_token", ""),
    "at_hash": ("77QmUPtjPfzWtF2AnpK9RQ",),
    "c_hash": ("77QmUPtjPfzWtF2AnpK9RQ",),
    "events": ({"http://schemas.openid.net/event/backchannel-logout": {}},),
    "htu": ("https://roster.example/v2/info",),
    "cnf": ({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},),
}
"""Claims by which providers mark tokens that are no access tokens."""

FORGED: dict[str, Callable[[], str]] = {
    "J-01-document-001": lambda: DOCUMENT_001,
    "J-01-published-secret": lambda: secret_signed(secret="tokensecret"),
    "J-01-empty-secret": lambda: secret_signed(secret=""),
    **{
        f"J-02-{alg}": lambda alg=alg: headed({"alg": alg}, jwt.unsigned)  # type: ignore[misc]
        for alg in ("none", "None", "nOnE", "NONE", "HS256", "")
    },
    "J-02-none-with-a-signature": lambda: secret_signed(alg="none"),
    "J-03-missing": lambda: secret_signed(alg=ABSENT),
    "J-03-number": lambda: secret_signed(alg=256),
    "J-03-list": lambda: secret_signed(alg=["HS256"]),
    "J-03-null": lambda: secret_signed(alg=None),
    "J-03-lower-case": lambda: secret_signed(alg="hs256"),
    "J-03-of-the-other-family": lambda: key_signed("RS256", claims()),
    "J-03-unknown": lambda: secret_signed(alg="HS1"),
    "J-04-pem-as-secret": lambda: jwt.token(
        claims(iss=jwt.KEYS_ISSUER), jwt.mac(jwt.public_pem()), {"alg": "HS256", "kid": "RS256"}
    ),
    "J-04-pem-as-secret-of-another-issuer": lambda: jwt.token(
        claims(), jwt.mac(jwt.public_pem()), {"alg": "HS256"}
    ),
    "J-04-a-secret-for-a-key-issuer": lambda: secret_signed(claims(iss=jwt.KEYS_ISSUER), kid="RS256"),
    "J-05-jwk": lambda: by_attacker(jwk=jwt.rsa_jwk("RS256", "attacker")),
    "J-05-jwk-of-our-kid": lambda: by_attacker(kid="RS256", jwk=jwt.rsa_jwk("RS256", "attacker")),
    "J-05-jwk-and-a-secret-issuer": lambda: jwt.token(
        claims(), jwt.by_rsa("attacker"), {"alg": "RS256", "jwk": jwt.rsa_jwk("a", "attacker")}
    ),
    "J-06-x5c": lambda: by_attacker(x5c=["MIIB"]),
    "J-07-path": lambda: key_signed("RS256", kid="../../dev/null"),
    "J-07-empty-file-as-secret": lambda: secret_signed(secret="", kid="../../dev/null"),
    "J-07-sql": lambda: key_signed("RS256", kid="' OR 1=1"),
    "J-07-url": lambda: key_signed("RS256", kid="http://127.0.0.1/keys"),
    "J-07-10-kB": lambda: key_signed("RS256", kid="k" * 6_000),
    "J-07-int": lambda: key_signed("RS256", kid=1),
    "J-07-int-beside-a-secret": lambda: secret_signed(kid=1),
    "J-07-nul": lambda: key_signed("RS256", kid="RS256\0"),
    "J-07-of-another-key": lambda: key_signed("RS256", kid="ES256"),
    "J-10-crit": lambda: secret_signed(crit=["x"], x=1),
    "J-10-crit-exp": lambda: secret_signed(crit=["exp"]),
    "J-10-crit-b64": lambda: secret_signed(crit=["b64"], b64=False),
    "J-10-b64": lambda: secret_signed(b64=False),
    "J-11-exp-missing": lambda: payload(exp=ABSENT),
    **{
        f"J-12-exp-{name}": lambda text=text: raw("exp", text)  # type: ignore[misc]
        for name, text in {
            "null": "null",
            "list": "[]",
            "object": "{}",
            "Infinity": "Infinity",
            "1e400": "1e400",
            "NaN": "NaN",
            "true": "true",
            "5000-digits": "9" * 5_000,
            "41-digits": "9" * 41,
            "float": f"{NOW + 600}.5",
            "exponent": "1e12",
        }.items()
    },
    "J-13-exp-string": lambda: payload(exp=str(NOW + 600)),
    "J-13-exp-arabic-indic-digits": lambda: payload(exp="\u0661\u0667\u0669\u0669" * 3),
    "J-14-this-second": lambda: payload(exp=NOW),
    **{
        f"J-14-expired-by-{late}": lambda late=late: payload(exp=NOW - late)  # type: ignore[misc]
        for late in (1, 59, 61)
    },
    "J-14-negative": lambda: payload(exp=-1),
    **{
        f"J-15-{name}-{kind}": lambda name=name, value=value: payload(**{name: value})  # type: ignore[misc]
        for name in ("nbf", "iat")
        for kind, value in {
            "in-5-minutes": NOW + 300,
            "in-61-seconds": NOW + 61,
            "string": str(NOW - 60),
            "null": None,
            "true": True,
            "list": [NOW - 60],
        }.items()
    },
    **{
        f"J-17-aud-{name}": lambda aud=aud: payload(aud=aud)  # type: ignore[misc]
        for name, aud in {
            "missing": ABSENT,
            "null": None,
            "empty": "",
            "empty-list": [],
            "wrong": "uaa",
            "longer": "cloud_controller_x",
            "shorter": "cloud_control",
            "object": {"cloud_controller": 1},
            "nested": [["cloud_controller"]],
            "other-case": "Cloud_Controller",
        }.items()
    },
    "J-18-key-issuer-in-a-list": lambda: payload(iss=[jwt.KEYS_ISSUER]),
    "J-18-iss-number": lambda: payload(iss=1),
    "J-18-named-by-another": lambda: key_signed("RS256", claims()),
    "J-18-longer": lambda: key_signed("RS256", claims(iss=f"{jwt.KEYS_ISSUER}/x")),
    "J-18-shorter": lambda: key_signed("RS256", claims(iss=jwt.KEYS_ISSUER[:-1])),
    "J-19-refresh-token": lambda: payload(jti="0ea8-r"),
    **{
        f"J-20-user-{name}": lambda user=user: payload(user_id=user)  # type: ignore[misc]
        for name, user in {
            "int": 1,
            "empty": "",
            "list": ["u1"],
            "object": {"u1": 1},
            "true": True,
            "hash": "u1#PROFILE",
            "nul": "u1\0",
            "surrogate": "\ud800",
            "3000-bytes": "u" * 3_000,
            "space": "u1 ",
            "newline": "u1\n",
            "other-digits": "u\u0661",
            "absent": ABSENT,
            "null": None,
            "unknown": "nobody",
        }.items()
    },
    "J-20-empty-beside-a-client": lambda: payload(user_id="", client_id="u1"),
    "J-20-null-beside-a-client": lambda: payload(user_id=None, client_id="u1"),
    "J-20-user-under-an-empty-name": lambda: payload(user_id=ABSENT, **{"": "u1"}),
    **{
        f"FB-04-{name}-of-{text}": lambda name=name, text=text: raw(name, text)  # type: ignore[misc]
        for name in ("nbf", "iat")
        for text in (f"{NOW + 61}.0", "1e308", "-1e308", "-1", "1e400", "NaN", "Infinity", "9" * 40)
    },
    **{
        f"FS-16-header-of-{typ}": lambda typ=typ: secret_signed(typ=typ)  # type: ignore[misc]
        for typ in (
            "id_token",
            "refresh+jwt",
            "rt+jwt",
            "logout+jwt",
            "application/logout+jwt",
            "dpop+jwt",
            "secevent+jwt",
            "oauth-authz-req+jwt",
            "token-introspection+jwt",
            "JWE",
            "at+jwt ",
            "application/application/jwt",
            "application/",
            "",
            None,
            1,
            ["JWT"],
        )
    },
    "FS-16-header-of-a-key-issuer": lambda: key_signed("RS256", typ="id_token"),
    **{
        f"FS-16-{claim}-of-{value}": lambda claim=claim, value=value: payload(  # type: ignore[misc]
            **{claim: value}
        )
        for claim, values in OTHER_KINDS.items()
        for value in values
    },
    "FS-16-client-id-alone": lambda: payload(user_id=ABSENT, client_id="u1"),
    "FS-16-subject-alone": lambda: payload(user_id=ABSENT, sub="u1"),
    "FS-16-authorized-party-alone": lambda: payload(user_id=ABSENT, azp="u1"),
    "J-23-user-twice": lambda: raw("user_id", '"nobody","user_id":"u1"'),
    "J-23-exp-twice": lambda: raw("exp", f'1,"exp":{NOW + 600}'),
    "J-23-twice-in-an-escape": lambda: raw("user_id", '"nobody","user_i\\u0064":"u1"'),
    "J-24-none-first": lambda: headed('{"alg":"none","alg":"HS256"}'),
    "J-24-none-last-unsigned": lambda: headed('{"alg":"HS256","alg":"none"}', jwt.unsigned),
    "J-25-7000-levels": lambda: jwt.token("{}", jwt.unsigned, '{"alg":"HS256","x":' + "[" * 7_000),
    "J-25-2900-levels": lambda: headed(nested(2_900)),
    "J-25-30-levels": lambda: headed(nested(30)),
    "J-25-payload": lambda: secret_signed('{"x":' + "[" * 2_900 + "]" * 2_900 + "}"),
    "J-26-9-kB": lambda: payload(padding="p" * 6_400),
    "J-29-one-segment": lambda: secret_signed().partition(".")[0],
    "J-29-two-segments": lambda: secret_signed().rpartition(".")[0],
    "J-29-two-and-a-dot": lambda: secret_signed().rpartition(".")[0] + ".",
    "J-29-second-signature": lambda: secret_signed() + "." + secret_signed().rpartition(".")[2],
    "J-29-five-segments": lambda: secret_signed() + ".a.b",
    "J-29-padded": lambda: secret_signed() + "=",
    "J-29-respelt": lambda: respelt(secret_signed()),
    "J-29-a-character-more": lambda: secret_signed() + "A",
    "J-29-altered-signature": lambda: secret_signed()[:-2] + "AA",
    "J-29-altered-payload": lambda: secret_signed().replace(
        jwt.part(claims()), jwt.part(claims(exp=NOW + 6_000))
    ),
    **{
        f"J-29-{alg}-signature-of-{length}": lambda alg=alg, length=length: jwt.token(  # type: ignore[misc]
            claims(iss=jwt.KEYS_ISSUER), lambda _: b"\xff" * length, {"alg": alg, "kid": alg}
        )
        for alg in ("RS256", "ES256", "EdDSA")
        for length in (1, 32, 63, 64, 65, 256, 257)
    },
    "J-29-empty-segments": lambda: "..",
    "J-29-payload-a-list": lambda: secret_signed("[]"),
    "J-29-payload-no-json": lambda: secret_signed("user_id=u1"),
    "J-29-payload-no-utf-8": lambda: secret_signed(b"\xff"),
    "J-29-payload-with-bom": lambda: secret_signed(b"\xef\xbb\xbf" + json.dumps(claims()).encode()),
    "J-29-header-a-string": lambda: headed('"HS256"'),
    "J-32-audience-of-another-stage": lambda: payload(aud=["cloud_controller_dev"]),
    "J-32-secret-of-another-stage": lambda: secret_signed(secret="d" * 32),
}

BELIEVED: dict[str, Callable[[], str]] = {
    "HS256": secret_signed,
    "HS384": lambda: secret_signed(alg="HS384"),
    "HS512": lambda: secret_signed(alg="HS512"),
    "RS256": lambda: key_signed("RS256"),
    "ES256": lambda: key_signed("ES256"),
    "EdDSA": lambda: key_signed("EdDSA"),
    "without-kid": lambda: jwt.token(
        claims(iss=jwt.KEYS_ISSUER), jwt.by_rsa(), {"alg": "RS256", "typ": "at+jwt"}
    ),
    "J-06-jku-is-not-heard": lambda: secret_signed(jku="http://127.0.0.1:1/"),
    "J-07-kid-beside-a-secret-is-not-heard": lambda: secret_signed(kid="../../dev/null"),
    "J-14-a-second-left": lambda: payload(exp=NOW + 1),
    "J-15-from-this-second": lambda: payload(nbf=NOW, iat=NOW),
    "J-15-float": lambda: payload(iat=NOW - 0.5),
    "J-16-year-9999-without-iat": lambda: payload(exp=253_402_300_799, iat=ABSENT),
    "J-16-past-any-date": lambda: payload(exp=10**30),
    "J-17-one-of-two": lambda: payload(aud=["x", "cloud_controller"]),
    "J-17-in-a-string": lambda: payload(aud="a cloud_controller b"),
    "J-17-between-commas": lambda: payload(aud="a,cloud_controller"),
    "J-18-any-other-issuer": lambda: payload(iss="https://uaa.example"),
    "J-19-access-token": lambda: payload(jti="0ea8"),
    **{
        f"FB-04-{name}-in-{ahead}-seconds": lambda name=name, ahead=ahead: payload(  # type: ignore[misc]
            **{name: NOW + ahead}
        )
        for name in ("nbf", "iat")
        for ahead in (0.4, 1, 2, 2.5, 60, 60.9)
    },
    "FB-04-nbf-of-1970": lambda: payload(nbf=0),
    "FS-16-header-without-typ": lambda: secret_signed(typ=ABSENT),
    **{
        f"FS-16-header-of-{typ}": lambda typ=typ: secret_signed(typ=typ)  # type: ignore[misc]
        for typ in ("jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt", "application/jwt")
    },
    **{
        f"FS-16-{claim}-of-{value}": lambda claim=claim, value=value: payload(  # type: ignore[misc]
            **{claim: value}
        )
        for claim, value in (
            ("typ", "Bearer"),
            ("token_use", "access"),
            ("token_type", "Bearer"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("client_id", "u2"),
            ("sub", "u2"),
        )
    },
}


NAMING: dict[str, tuple[list[str], dict[str, object], int]] = {
    "J-20-client": (["user_id", "client_id"], {"client_id": "u1"}, 200),
    "J-20-null-user-and-client": (["user_id", "client_id"], {"user_id": None, "client_id": "u1"}, 200),
    "FS-16-client-that-is-not-listed": (["user_id", "sub"], {"client_id": "u1"}, 401),
    "FS-16-subject": (["sub"], {"sub": "u1", "client_id": "cf", "azp": "cf"}, 200),
    "FS-16-subject-is-the-client": (["sub"], {"sub": "u1", "client_id": "u1"}, 401),
    "FS-16-subject-is-uaas-client": (["user_id", "sub"], {"sub": "u1", "cid": "u1"}, 401),
    "FS-16-subject-is-the-authorized-party": (["sub"], {"sub": "u1", "azp": "u1"}, 401),
    "FS-16-subject-is-a-listed-client": (["sub", "client_id"], {"sub": "u1", "client_id": "u1"}, 200),
    "FS-16-client-is-a-list": (["sub"], {"sub": "u1", "client_id": ["u1"], "azp": {}}, 200),
}
"""What an issuer's `userClaims` list, what a token says, and whether it names the user `u1`."""


@pytest.mark.parametrize("row", NAMING)
def test_a_claim_names_a_user_where_the_issuers_entry_says_so(site: Site, row: str) -> None:
    listed, said, status = NAMING[row]
    site.trust({**CONFIGURED[0], "userClaims": listed})
    token = payload(**{"user_id": ABSENT, **said})
    for endpoint in ENDPOINTS:
        assert site.bearing(endpoint, token).status == status


def same(one: Answer) -> tuple[int, dict[str, str], str]:
    """The answer without what names the request."""
    status, headers, text = bare(one)
    trace = json.loads(text).get("traceId")
    return status, headers, text.replace(trace, "") if trace else text


@pytest.mark.parametrize("row", FORGED)
@pytest.mark.row("item-04")
def test_a_forged_token_is_refused_like_any_garbage(site: Site, row: str) -> None:
    for endpoint in ENDPOINTS:
        answer = site.bearing(endpoint, FORGED[row]())
        assert answer.status == 401
        assert same(answer) == same(site.bearing(endpoint, "garbage"))


@pytest.mark.parametrize("row", BELIEVED)
def test_a_good_token_is_believed(site: Site, row: str) -> None:
    for endpoint in ENDPOINTS:
        assert site.bearing(endpoint, BELIEVED[row]()).status == 200


@pytest.mark.row("item-05")
def test_j01_the_documents_token_stays_refused_while_it_was_valid(site: Site) -> None:
    site.api.clock.moment = datetime(2016, 6, 1, tzinfo=UTC)
    site.directory.user("doc", id="uaa-id-310")
    assert site.bearing(USER, DOCUMENT_001).status == 401


@pytest.mark.parametrize("field", ["jku", "x5u"])
def test_j06_an_address_in_the_header_is_not_asked(site: Site, field: str) -> None:
    with serving({"keys": [jwt.rsa_jwk("RS256", "attacker")]}) as (server, _):
        for endpoint in ENDPOINTS:
            assert site.bearing(endpoint, by_attacker(kid="RS256", **{field: server.url})).status == 401
        assert server.asked == []


def test_j08_a_flood_of_unknown_kids_fetches_once_a_cool_down(site: Site) -> None:
    now = [0.0]
    with serving(jwt.key_set()) as (server, _):
        issuers = site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url})
        _clocked(issuers, now)
        for number in range(20):
            assert site.bearing(USER, key_signed("RS256", kid=f"k{number}")).status == 401
        assert len(server.asked) == 1
        now[0] = 29.9
        assert site.bearing(USER, key_signed("RS256", kid="unknown")).status == 401
        assert len(server.asked) == 1
        now[0] = 30.0
        assert site.bearing(USER, key_signed("RS256", kid="unknown")).status == 401
        assert len(server.asked) == 2
        assert site.bearing(USER, key_signed("RS256")).status == 200


def test_j09_known_keys_outlive_their_address(site: Site) -> None:
    now = [0.0]
    with serving(jwt.key_set()) as (server, stop):
        _clocked(site.trust({"issuer": jwt.KEYS_ISSUER, "jwksUrl": server.url}), now)
        assert site.bearing(USER, key_signed("RS256")).status == 200
        stop()
        now[0] = 1_000.0
        assert site.bearing(USER, key_signed("RS256", kid="new")).status == 401
        for endpoint in ENDPOINTS:
            assert site.bearing(endpoint, key_signed("RS256")).status == 200


def _clocked(issuers: Issuers, now: list[float]) -> None:
    key_set = issuers.by_name[jwt.KEYS_ISSUER].key_set
    assert key_set is not None
    key_set.clock = lambda: now[0]


@pytest.mark.parametrize(
    "iss", [ABSENT, None, "https://other.example", jwt.KEYS_ISSUER + "/", [jwt.KEYS_ISSUER]]
)
def test_j18_only_the_configured_issuer_is_believed(site: Site, iss: object) -> None:
    site.trust(CONFIGURED[1])
    assert site.bearing(USER, key_signed("RS256")).status == 200
    assert site.bearing(USER, key_signed("RS256", claims(iss=iss))).status == 401


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("cloud_controller.admin", ()),
        ({"cloud_controller.admin": 1}, ()),
        (["xcloud_controller.admin"], ("xcloud_controller.admin",)),
        ([["cloud_controller.admin"], "a", 1], ("a",)),
        (ABSENT, ()),
        (["cloud_controller.admin"], ("cloud_controller.admin",)),
    ],
)
def test_j21_scopes_are_the_texts_of_an_array(site: Site, scope: object, granted: tuple[str, ...]) -> None:
    issuers = site.trust(*CONFIGURED)
    assert issuers.verify(payload(scope=scope), AT).scopes == granted


def test_j21_no_scope_makes_a_site_admin(site: Site) -> None:
    admin = payload(scope=["cloud_controller.admin", "ADMIN"], roles=["ADMIN"])
    assert site.bearing("/api/v1/users", admin).status == 403


@pytest.mark.parametrize("levels", [7_000, 100_000])
def test_j25_depth_is_refused_by_the_verifier(levels: int) -> None:
    issuers = Issuers.read(json.dumps([CONFIGURED[0]]))
    for header in (nested(levels), '{"a":' * levels + "1" + "}" * levels):
        with pytest.raises(Unauthenticated):
            issuers.verify(jwt.token("{}", jwt.unsigned, header), AT)


def test_j26_what_no_gateway_lets_through_does_not_arrive(site: Site) -> None:
    assert site.bearing(USER, "a" * 10_240).status == 431


SCHEMES = {"Bearer {}": 200, "bearer {}": 200, "BEARER {}": 200, "bEARER {}": 200, "Bearer    {}": 200}
SCHEMES |= dict.fromkeys(
    [
        "Bearer: {}",
        "BEARERx {}",
        "Bearer\t{}",
        "Bearer \t{}",
        "Basic {}",
        "{}",
        "Bearer",
        "Bearer{}",
        "Token {}",
    ],
    401,
)
SCHEMES |= dict.fromkeys(
    ["Bearer {} x", "Bearer Bearer {}", '"Bearer {}"', "Bearer \xa0{}", "\u212aearer {}"], 401
)


@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
@pytest.mark.parametrize("form", SCHEMES)
def test_j27_a_scheme_is_bearer_in_any_case_and_spaces(site: Site, form: str, kind: str) -> None:
    token = _good(site, kind)
    for endpoint in ENDPOINTS:
        assert site.ask(endpoint, ("authorization", form.format(token))).status == SCHEMES[form]


def _good(site: Site, kind: str) -> str:
    made: dict[str, Callable[[], str]] = {
        "jwt": secret_signed,
        "token": lambda: site.directory.token(site.user),
        "imported": lambda: site.imported("legacy-secret-of-forty-characters-or-so!"),
    }
    return made[kind]()


@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
def test_j28_two_credentials_are_none(site: Site, kind: str) -> None:
    good = ("authorization", f"Bearer {_good(site, kind)}")
    for endpoint in ENDPOINTS:
        assert site.ask(endpoint, good).status == 200
        assert site.ask(endpoint, good, ("authorization", "Bearer other")).status == 401
        assert site.ask(endpoint, good, good).status == 401
        assert site.ask(endpoint, good, ("authorization", "")).status == 401
        for text in (f"{good[1]},x", f"{good[1]}, Bearer x", f"{good[1]},", f"Bearer ,{good[1][7:]}"):
            assert site.ask(endpoint, ("authorization", text)).status == 401


@pytest.mark.parametrize("extra", ["\n", "\r\n", "\t", " ", "\0", "\x0b", "\u2028", "\ud800", "\u0661"])
@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
def test_j29_a_character_that_no_gateway_sends_is_refused(site: Site, kind: str, extra: str) -> None:
    good = _good(site, kind)
    for endpoint in ENDPOINTS:
        for text in (f"Bearer {good}{extra}", f"Bearer {extra}{good}" if extra != " " else "Bearer  "):
            assert site.invoke(endpoint, {"authorization": text})["statusCode"] == 401


@pytest.mark.parametrize("extra", ["%0A", "%20", "%00", "%3D", "+", ",", "&access_token=x"])
@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
def test_j29_what_is_appended_in_a_query_is_refused(site: Site, kind: str, extra: str) -> None:
    target = f"{PROFILE}?access_token={_good(site, kind)}"
    assert site.ask(target).status == 200
    assert site.ask(f"{target}{extra}").status == 401


def test_j29_a_session_is_no_bearer_credential(site: Site) -> None:
    session = site.api.cookie(site.user)
    assert site.api.get("/api/auth/me", as_=session).status == 200
    for endpoint in ENDPOINTS:
        assert same(site.bearing(endpoint, session)) == same(site.bearing(endpoint, "garbage"))
    assert site.ask(f"{PROFILE}?access_token={session}").status == 401


WITHDRAWN: dict[str, Callable[[Site], str]] = {
    "altered": lambda site: _altered(site.directory.token(site.user)),
    "another-users": lambda site: site.directory.token(site.user).replace("_u1.", "_u2.", 1),
    "expired": lambda site: _expired(site),
    "revoked": lambda site: _revoked(site, site.directory.token(site.user)),
    "revoked-import": lambda site: _revoked(site, site.imported("s" * 40)),
    "altered-import": lambda site: _altered(site.imported("s" * 40)),
    "id-instead-of-secret": lambda site: f"token_u1.{api_tokens.id_of(site.directory.token(site.user))}",
}


def _altered(token: str) -> str:
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def _expired(site: Site) -> str:
    at = instant(site.api.clock() + timedelta(hours=1))
    token = site.directory.token(site.user, expires_at=at)
    assert site.bearing(USER, token).status == 200
    site.api.clock.advance(hours=1)
    return token


def _revoked(site: Site, token: str) -> str:
    assert site.bearing(USER, token).status == 200
    proof = token.rpartition(".")[2]
    api_tokens.revoke(site.api.store, site.user, api_tokens.id_of(proof), by=site.directory.by)
    return token


@pytest.mark.parametrize("kind", WITHDRAWN)
def test_j30_a_withdrawn_token_is_refused_like_any_garbage(site: Site, kind: str) -> None:
    token = WITHDRAWN[kind](site)
    for endpoint in ENDPOINTS:
        assert same(site.bearing(endpoint, token)) == same(site.bearing(endpoint, "garbage"))


@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
def test_j30_the_token_of_a_deleted_user_is_refused(site: Site, kind: str) -> None:
    token = _good(site, kind)
    users.delete(site.api.store, users.alive(site.api.store, "u1"), by=site.directory.by)
    for endpoint in ENDPOINTS:
        assert same(site.bearing(endpoint, token)) == same(site.bearing(endpoint, "garbage"))
    assert _at_user_space(site, token) == 401


@pytest.mark.parametrize("kind", ["jwt", "token", "imported"])
def test_j30_the_token_of_a_suspended_user_is_answered_as_each_dialect_says(site: Site, kind: str) -> None:
    token = _good(site, kind)
    assert _at_user_space(site, token) == 200
    site.api.clock.advance(seconds=1)
    site.directory.suspend(site.user)
    assert site.bearing(USER, token).status == 401
    assert site.bearing(PROFILE, token).status == 403
    assert _at_user_space(site, token) == 404


def _at_user_space(site: Site, token: str) -> int:
    identity = {"X-User-Id": "u1", "X-Org-Id": site.workspace.id, "X-Project-Id": site.project.id}
    return site.api.get("/minimal/rest/user/v1/org", bearer=token, headers=identity).status


@pytest.mark.parametrize("change", ["password", "suspension"])
def test_j31_what_was_issued_before_a_password_change_or_suspension_is_over(site: Site, change: str) -> None:
    site.api.clock.advance(seconds=60)
    kept, imported = site.directory.token(site.user), site.imported("k" * 40)
    before = users.alive(site.api.store, "u1")
    if change == "password":
        digest = passwords.digest("another horse battery")
        users.change(site.api.store, before, lambda one: one, by=site.directory.by, password=digest)
    else:
        site.directory.suspend(site.user)
        site.directory.change(site.user, active=True)
    garbage = {endpoint: same(site.bearing(endpoint, "garbage")) for endpoint in ENDPOINTS}
    for endpoint in ENDPOINTS:
        for issued in (NOW - 60, NOW + 59, NOW + 59.9, 0, ABSENT):
            assert same(site.bearing(endpoint, payload(iat=issued))) == garbage[endpoint]
        assert site.bearing(endpoint, payload(iat=NOW + 61)).status == 200
        # A directory's own token is revoked by name, not by a password.
        assert site.bearing(endpoint, kept).status == 200
        assert site.bearing(endpoint, imported).status == 200


@pytest.mark.parametrize(
    ("change", "issued", "status"),
    [
        (change, NOW + issued, status)
        for change in ({"password": "another horse battery"}, {"active": False})
        for issued, status in ((59, 401), (60, 401), (60.0, 401), (60.9, 401), (61, 200), (61.2, 200))
    ],
)
def test_fb_05_a_token_of_the_second_of_a_change_counts_as_older(
    site: Site, change: dict[str, object], issued: float, status: int
) -> None:
    site.api.clock.advance(seconds=60)
    root, path = site.directory.admin(), f"/api/admin/users/{site.user.id}"
    assert site.api.put(path, change, as_=root).status == 200
    if "active" in change:
        assert site.api.put(path, {"active": True}, as_=root).status == 200
    for later in (0, 1, 3_600):  # it stays so
        site.api.clock.moment = datetime.fromtimestamp(NOW + 60 + later, UTC)
        for endpoint in ENDPOINTS:
            assert site.bearing(endpoint, payload(iat=issued, exp=NOW + 7_200)).status == status


def test_fb_05_what_a_password_opens_in_the_second_of_its_change_lives_and_what_was_open_does_not(
    site: Site,
) -> None:
    """Sessions and refresh tokens go by the number of the change, which no clock makes."""
    old, new = "correct horse battery", "another horse battery"
    bob = site.directory.user("bob", password=old)
    site.directory.client("cf")

    def open_all(password: str) -> tuple[str, str, str]:
        login = site.api.post("/api/auth/login", {"email": bob.email, "password": password})
        form = {"grant_type": "password", "client_id": "cf", "username": bob.email, "password": password}
        granted = site.api.post("/oauth/token", form=form).json
        return str(session_in(login)), granted["access_token"], granted["refresh_token"]

    def lives(session: str, access: str, refresh: str) -> list[int]:
        form = {"grant_type": "refresh_token", "client_id": "cf", "refresh_token": refresh}
        return [
            site.api.get("/api/auth/me", as_=session).status,
            site.bearing(USER, access).status,
            site.api.post("/oauth/token", form=form).status,
        ]

    before = open_all(old)
    path = f"/api/admin/users/{bob.id}"
    assert site.api.put(path, {"password": new}, as_=site.directory.admin()).status == 200
    assert lives(*before) == [401, 401, 400]
    assert lives(*open_all(new)) == [200, 200, 200]


def test_j31_a_change_of_the_name_ends_no_token(site: Site) -> None:
    site.directory.change(site.user, full_name="Ada King")
    assert site.bearing(USER, payload(iat=NOW - 6_000)).status == 200
    assert site.bearing(USER, payload(iat=ABSENT)).status == 200


def test_j32_a_stage_believes_its_own_secret_and_audience(site: Site) -> None:
    site.trust({"issuer": None, "audiences": ["prod"], "hmacSecrets": ["p" * 32]})
    assert site.bearing(USER, secret_signed(claims(aud="prod"), secret="p" * 32)).status == 200
    assert site.bearing(USER, secret_signed(claims(aud="dev"), secret="p" * 32)).status == 401
    assert site.bearing(USER, secret_signed(claims(aud="prod"))).status == 401


@pytest.mark.row("item-05")
def test_without_issuers_no_jwt_is_believed(site: Site) -> None:
    site.trust()
    assert site.bearing(USER, secret_signed()).status == 401
    assert site.bearing(USER, site.directory.token(site.user)).status == 200


def test_of_two_secrets_both_are_believed_while_they_rotate(site: Site) -> None:
    site.trust({"issuer": None, "hmacSecrets": ["n" * 32, jwt.SECRET]})
    for secret in ("n" * 32, jwt.SECRET):
        assert site.bearing(USER, secret_signed(secret=secret)).status == 200


def test_only_a_secret_that_names_no_user_costs_a_trip_more(site: Site, meter: Meter) -> None:
    own, imported = site.directory.token(site.user), site.imported("i" * 40)
    for token, trips in ((own, 1), (imported, 2), (secret_signed(), 2)):
        with meter.measure() as reading:
            assert site.bearing(USER, token).status == 200
        assert reading.trips == trips


def test_a_refused_token_changes_nothing(site: Site) -> None:
    wrong = ("garbage", secret_signed(secret="x" * 32), site.api.cookie(site.user))
    with site.api.no_effect():
        for token in wrong:
            for endpoint in ENDPOINTS:
                assert site.bearing(endpoint, token).status == 401
