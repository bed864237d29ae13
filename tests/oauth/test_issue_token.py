"""POST /oauth/token: who is given what, and every refusal of RFC 6749."""

from base64 import b64encode

import pytest

from roster.auth import passwords
from roster.auth.credentials import Credential
from tests.oauth.fixtures import READ, SECRET, WRITE, Fixtures, assert_error, basic
from tests.support.api import OF_A_CLIENT, OF_A_SOURCE, Api
from tests.support.directory import PASSWORD
from tests.support.snapshots import everything

pytestmark = pytest.mark.any_engine

LOGIN = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}


def test_a_password_gives_an_access_token_and_a_refresh_token(fixtures: Fixtures) -> None:
    answer = fixtures.by_password()
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "refresh_token", "scope"]
    access, refresh = (Credential.read(answer.json[f"{kind}_token"]) for kind in ("access", "refresh"))
    assert access is not None
    assert refresh is not None
    assert (access.kind, refresh.kind) == ("access", "refresh")
    assert access.family_id == refresh.family_id
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("bearer", 600)
    assert answer.json["scope"] == f"{READ} {WRITE}"
    assert fixtures.lives(answer.json["access_token"])


def test_no_answer_may_be_cached(fixtures: Fixtures) -> None:
    headers = fixtures.by_password().headers
    assert (headers["cache-control"], headers["pragma"]) == ("no-store", "no-cache")
    assert headers["content-type"] == "application/json; charset=utf-8"


def test_the_client_may_prove_itself_in_the_form(fixtures: Fixtures) -> None:
    assert fixtures.send({**LOGIN, "client_id": "cf"}).status == 200
    assert fixtures.send({**LOGIN, "client_id": "cf", "client_secret": ""}).status == 200
    assert fixtures.send({**LOGIN, "client_id": "robot", "client_secret": SECRET}).status == 200


def test_a_client_may_prove_itself_twice_the_same_way(fixtures: Fixtures) -> None:
    """As cloudfoundry-client and cf-java-client do; an empty field counts as absent (RFC 6749, 3.2)."""
    named = {**LOGIN, "client_id": "cf", "client_secret": ""}
    assert fixtures.send(named, authorization=basic("cf")).status == 200
    named = {**LOGIN, "client_id": "robot", "client_secret": SECRET}
    assert fixtures.send(named, authorization=basic("robot", SECRET)).status == 200
    empty = {**LOGIN, "client_id": "", "client_secret": ""}
    assert fixtures.send(empty, authorization=basic("robot", SECRET)).status == 200


def test_basic_may_be_form_encoded_or_not(fixtures: Fixtures) -> None:
    """RFC 6749 wants it encoded; most clients send it as it is."""
    secret = "100% \u00fc+:=&"
    fixtures.directory.client("odd", secret, grants=("password",))
    assert fixtures.by_password("odd", secret).status == 200
    as_it_is = b64encode(f"odd:{secret}".encode()).decode()
    assert fixtures.send(LOGIN, authorization=f"Basic {as_it_is}").status == 200


def test_the_scheme_may_be_written_in_any_case(fixtures: Fixtures) -> None:
    header = basic("cf").replace("Basic", "bAsIc ")
    assert fixtures.send(LOGIN, authorization=header).status == 200


def test_a_client_that_may_not_renew_gets_no_refresh_token(fixtures: Fixtures) -> None:
    assert list(fixtures.log_in("plain", SECRET)) == ["access_token", "token_type", "expires_in", "scope"]


def test_a_client_may_act_for_its_user(fixtures: Fixtures) -> None:
    answer = fixtures.ask("robot", SECRET, grant_type="client_credentials")
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "scope"]
    shown = fixtures.api.get("/api/v1/user", bearer=answer.json["access_token"])
    assert shown.json["name"] == "Ada"


def test_fewer_scopes_may_be_asked_for(fixtures: Fixtures) -> None:
    assert fixtures.log_in(scope=READ)["scope"] == READ
    assert fixtures.log_in(scope=f"{WRITE} {READ} {WRITE}")["scope"] == f"{READ} {WRITE}"
    assert fixtures.log_in(scope="")["scope"] == f"{READ} {WRITE}"


def test_the_address_is_read_as_a_login_reads_it(fixtures: Fixtures) -> None:
    assert fixtures.by_password(username="Ada@EXAMPLE.com").status == 200


def test_fields_that_nobody_knows_are_ignored(fixtures: Fixtures) -> None:
    assert fixtures.by_password(response_type="token", login_hint="x").status == 200


def test_plus_and_percent_are_decoded_once(fixtures: Fixtures) -> None:
    fixtures.directory.user("grace", password="a+b %2B c&d=e")
    answer = fixtures.ask(grant_type="password", username="grace@example.com", password="a+b %2B c&d=e")
    assert answer.status == 200


# Refusals.


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"username=ada",
        b"grant_type=",
        b"grant_type=password&username=ada%40example.com",
        b"grant_type=password&password=x",
        b"grant_type=password&username=&password=",
        b"grant_type=refresh_token",
        b"grant_type=refresh_token&refresh_token=",
        b"grant_type=password&grant_type=password&username=a&password=b",
        b"grant_type=password&username=a&user%6eame=b&password=c",
        b"grant_type=password&username=a&password=b&scope=&scope=x",
        b"grant_type=password&other=1&other=1&username=a&password=b",
        b"grant_type=password&username=%&password=b",
        b"grant_type=password&username=%zz&password=b",
        b"grant_type=password&username=%ff&password=b",
        b"grant_type=password&username=\xff&password=b",
        b"grant_type=password&username=a%00&password=b",
        b"&".join(b"f%d=" % number for number in range(60)),
        b'{"grant_type": "password"}',
    ],
)
def test_what_is_no_form_of_a_grant_is_an_invalid_request(fixtures: Fixtures, raw: bytes) -> None:
    form = {"authorization": basic("cf"), "content-type": "application/x-www-form-urlencoded"}
    with fixtures.api.no_effect():
        assert_error(fixtures.api.post("/oauth/token", raw=raw, headers=form), "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencodedx",
    ],
)
def test_another_media_type_is_an_invalid_request(fixtures: Fixtures, content_type: str) -> None:
    with fixtures.api.no_effect():
        answer = fixtures.send(LOGIN, **{"authorization": basic("cf"), "Content-Type": content_type})
        assert_error(answer, "invalid_request")


@pytest.mark.parametrize(
    "twice",
    [{"client_id": "robot", "client_secret": SECRET}, {"client_id": "robot"}, {"client_secret": SECRET}],
)
def test_a_client_does_not_prove_itself_as_two(fixtures: Fixtures, twice: dict[str, str]) -> None:
    with fixtures.api.no_effect():
        assert_error(fixtures.send({**LOGIN, **twice}, authorization=basic("cf")), "invalid_request")


def test_the_query_holds_no_field(fixtures: Fixtures) -> None:
    answer = fixtures.api.post(
        "/oauth/token?grant_type=password&username=ada%40example.com",
        form={"password": PASSWORD},
        headers={"authorization": basic("cf")},
    )
    assert_error(answer, "invalid_request")


@pytest.mark.parametrize(
    "header",
    [
        basic("nobody"),
        basic("cf", "x"),
        basic("robot"),
        basic("robot", "another secret than the robot's"),
        basic(""),
        basic("c#f"),
        "Basic",
        "Basic ",
        "Basic cf:",
        "Basic " + b64encode(b"cf").decode() + "=",
        "Basic " + b64encode(b"cf").decode(),
        "Basic " + b64encode(b"\xff:").decode(),
        "Basic " + b64encode(b"cf:%zz").decode(),
        "Basic " + b64encode(b"cf:\0").decode(),
        f"{basic('cf')},{basic('cf')}",
        "Bearer cf",
        "cf:",
    ],
)
def test_a_client_that_is_not_proved_is_an_invalid_client(fixtures: Fixtures, header: str) -> None:
    with fixtures.api.no_effect(apart=OF_A_CLIENT + OF_A_SOURCE):
        answer = fixtures.send(LOGIN, authorization=header)
    assert_error(answer, "invalid_client", 401)
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    "named", [{}, {"client_id": "nobody"}, {"client_id": "robot"}, {"client_id": "cf", "client_secret": "x"}]
)
def test_so_is_one_that_does_not_prove_itself_in_the_form(fixtures: Fixtures, named: dict[str, str]) -> None:
    with fixtures.api.no_effect(apart=OF_A_CLIENT + OF_A_SOURCE):
        assert_error(fixtures.send({**LOGIN, **named}), "invalid_client", 401)


@pytest.mark.parametrize(
    ("client", "secret", "form"),
    [
        ("cf", "", {"grant_type": "client_credentials"}),  # has no secret, whatever its grants
        ("idle", SECRET, {"grant_type": "client_credentials"}),  # stands for nobody
        ("idle", SECRET, LOGIN),
        ("plain", SECRET, {"grant_type": "refresh_token", "refresh_token": "x"}),
        ("plain", SECRET, {"grant_type": "client_credentials"}),
    ],
)
def test_a_grant_that_the_client_has_not_is_unauthorized(
    fixtures: Fixtures, client: str, secret: str, form: dict[str, str]
) -> None:
    with fixtures.api.no_effect():
        assert_error(fixtures.ask(client, secret, **form), "unauthorized_client")


@pytest.mark.parametrize("grant", ["authorization_code", "Password", "urn:ietf:params:oauth:grant-type:x"])
def test_another_grant_is_unsupported(fixtures: Fixtures, grant: str) -> None:
    with fixtures.api.no_effect():
        assert_error(fixtures.ask(grant_type=grant), "unsupported_grant_type")


@pytest.mark.parametrize(
    "scope", ["cloud_controller.admin", f"{READ} x", "Cloud_controller.read", f" {READ}", '"']
)
def test_a_scope_that_was_not_granted_is_invalid(fixtures: Fixtures, scope: str) -> None:
    with fixtures.api.no_effect():
        assert_error(fixtures.by_password(scope=scope), "invalid_scope")


@pytest.mark.parametrize(
    "named",
    [
        {"password": "another phrase"},
        {"username": "nobody@example.com"},
        {"username": "no address"},
        {"username": "mute@example.com"},
        {"username": "away@example.com"},
    ],
)
def test_whatever_is_wrong_with_a_password_is_one_invalid_grant(
    fixtures: Fixtures, named: dict[str, str]
) -> None:
    fixtures.directory.user("mute")
    fixtures.directory.suspend(fixtures.directory.user("away", password=PASSWORD))
    answer = fixtures.by_password(**named)
    assert_error(answer, "invalid_grant")
    assert answer.text == fixtures.renew("x").text


@pytest.mark.parametrize("username", ["ada@example.com", "nobody@example.com", "no address"])
@pytest.mark.row("S-01", "item-30")
def test_every_attempt_costs_one_hash(
    fixtures: Fixtures, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether there is such a user is not to be told from the time."""
    hashed: list[str] = []
    real = passwords.matches

    def counted(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return real(stored, password)

    monkeypatch.setattr(passwords, "matches", counted)
    fixtures.by_password(username=username, password="another phrase")
    assert hashed == ["another phrase"]


def test_a_client_whose_user_is_gone_is_given_nothing(fixtures: Fixtures) -> None:
    fixtures.directory.suspend(fixtures.ada)
    with fixtures.api.no_effect():
        assert_error(fixtures.ask("robot", SECRET, grant_type="client_credentials"), "invalid_grant")


@pytest.mark.row("S-02")
def test_failures_here_lock_the_login_and_failures_there_lock_this(fixtures: Fixtures, api: Api) -> None:
    for _ in range(3):
        assert_error(fixtures.by_password(password="another phrase"), "invalid_grant")
    for _ in range(2):
        body = {"email": fixtures.ada.email, "password": "another phrase"}
        assert api.post("/api/auth/login", body).status == 401
    with api.no_effect(apart=OF_A_SOURCE):
        assert_error(fixtures.by_password(), "invalid_grant")
        assert api.post("/api/auth/login", {**body, "password": PASSWORD}).status == 401
    api.clock.advance(minutes=1)
    fixtures.log_in()
    for _ in range(4):
        assert_error(fixtures.by_password(password="another phrase"), "invalid_grant")
    fixtures.log_in()  # the first success forgot the failures before it


def test_a_client_that_is_not_proved_locks_nobody_out(fixtures: Fixtures) -> None:
    for _ in range(6):
        assert_error(fixtures.by_password("nobody", password="another phrase"), "invalid_client", 401)
    fixtures.log_in()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_endpoint_is_for_post(fixtures: Fixtures, method: str) -> None:
    assert_error(fixtures.api.send(method, "/oauth/token"), "invalid_request", 404)


@pytest.mark.row("S-17", "item-10")
def test_nothing_that_is_kept_or_told_holds_a_secret(
    fixtures: Fixtures, capsys: pytest.CaptureFixture[str]
) -> None:
    first = fixtures.log_in("robot", SECRET)
    then = fixtures.renew(first["refresh_token"], "robot", SECRET).json
    issued = [answer[f"{kind}_token"] for answer in (first, then) for kind in ("access", "refresh")]
    told = str(everything(fixtures.api.store)) + capsys.readouterr().out
    for token in issued:
        credential = Credential.read(token)
        assert credential is not None
        assert credential.secret not in told
    for secret in (issued[1].split(".")[-2], PASSWORD, SECRET):  # the family's own, too
        assert secret not in told


@pytest.mark.parametrize("around", [" {}", "{} ", "  {}  "])
def test_fb_17_spaces_around_an_address_are_none_of_it_and_those_of_a_password_are(
    fixtures: Fixtures, around: str
) -> None:
    assert fixtures.by_password(username=around.format(fixtures.ada.email)).status == 200
    assert fixtures.by_password(password=around.format(PASSWORD)).status == 400


def test_fb_03_a_form_with_a_byte_order_mark_is_refused(fixtures: Fixtures) -> None:
    form = {"\ufeffgrant_type": "password", "username": fixtures.ada.email, "password": PASSWORD}
    assert_error(fixtures.send(form, authorization=basic("cf")), "invalid_request")
