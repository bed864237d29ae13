"""What an attacker may try by SCIM, with a workspace's token or with none (docs/scim.md)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from local.gateway import Routes
from roster import bounds
from roster.auth import scim_tokens
from roster.db import keys
from roster.directory import users
from roster.domain import PlatformRole, User, Workspace
from tests.scim_dialect.conftest import Provider, user
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory
from tests.support.race import before_the_commit

NOBODY = "00000000-0000-4000-8000-000000000000"
SENT = "Sentinel-7f3a"
"""Stands in what is refused; no refusal repeats it."""


@dataclass
class App:
    """The provider of acme, of which boss is ADMIN; and globex with a provider of its own."""

    api: Api
    directory: Directory
    provider: Provider
    other: Provider
    boss: User

    @property
    def acme(self) -> Workspace:
        return self.provider.workspace

    def find(self, filter: str, kind: str = "Users") -> Answer:
        """A search; blanks are sent as `+`, which leaves room for the longest filters."""
        text = quote(filter, safe="\"'()[]$= ").replace(" ", "+")
        return self.provider.get(f"/{kind}?filter={text}")

    def raw(self, path: str, body: str | bytes, method: str = "POST") -> Answer:
        raw = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "application/scim+json"}
        return self.api.send(
            method, f"{self.provider.base}{path}", raw=raw, bearer=self.provider.token, headers=headers
        )


@pytest.fixture
def app(api: Api, directory: Directory) -> App:
    acme, globex = directory.workspace("acme"), directory.workspace("globex")
    boss = directory.user("boss")
    directory.member(acme, boss, "ADMIN")
    own, other = (Provider(api, each, str(directory.scim_token(each))) for each in (acme, globex))
    for each in (own, other):
        assert each.get("/Schemas").status == 200  # moves the token's last use
    return App(api, directory, own, other, boss)


def refused(answer: Answer, status: int, scim_type: str | None = None) -> None:
    """Demand a refusal in SCIM's words, which repeats nothing of what was sent."""
    assert answer.status == status, answer.text
    assert answer.json.get("scimType") == scim_type
    assert SENT.lower() not in answer.text.lower()


# The credential.


@pytest.mark.row("SC-01")
def test_a_scim_token_is_good_below_its_workspace_and_on_no_other_route(app: App, routes: Routes) -> None:
    """On every route of the template, of another workspace's SCIM too; and nothing is done."""
    token, asked = app.provider.token, 0
    with app.api.no_effect(apart=("LOGINS#", "GATEWAY#", "ATTEMPTS#")):
        for key in routes.keys:
            method, _, path = key.partition(" ")
            if path.startswith(_PUBLIC) or key in _PUBLIC:
                continue
            relation = {"users": "spaces", "spaces": "developers"}.get(path.split("/")[2:3][0], "users")
            values = {"workspaceId": app.other.workspace.id, "userId": app.boss.id, "relation": relation}
            for name, value in {**values, "proxy+": "Schemas"}.items():
                path = path.replace(f"{{{name}}}", value)
            path = path.replace("{", "").replace("}", "")
            body: dict[str, Any] | None = {} if method in ("POST", "PUT", "PATCH") else None
            answer = app.api.send(method.replace("ANY", "GET"), path, body, bearer=token)
            assert answer.status in (401, 400 if path.startswith("/minimal/") else 401), (key, answer.text)
            asked += 1
    assert asked > 100
    assert app.api.get(f"/api/workspace/auth/me?access_token={token}").status == 401
    form = {"token": token, "client_id": "cf"}
    app.directory.client("cf")
    assert app.api.post("/oauth/revoke", form=form).status in (200, 400)
    assert app.provider.get("/Users").status == 200, "it was not revoked as a token of the token endpoint"


_PUBLIC = (
    "/docs",
    "/openapi",
    "/console",
    "/health",
    "/oauth",
    "/v2/info",
    "/api/auth/login",
    "/api/auth/invitations",
    "/api/auth/password",
    "/api/auth/logout",
    "/api/events",
    "GET /",
    "$default",
)
"""Routes that ask for no credential, or for one in the body."""


@pytest.mark.row("SC-02")
def test_no_other_credential_is_good_at_scim_and_all_are_refused_alike(app: App) -> None:
    api, directory, boss = app.api, app.directory, app.boss
    root = directory.user("boss-of-all", admin=True, password=PASSWORD)
    directory.client("cf")
    form = {"grant_type": "password", "client_id": "cf", "username": root.email, "password": PASSWORD}
    access = api.post("/oauth/token", form=form).json
    kind, _, secret = app.provider.token.partition("_")
    credentials = [
        *(api.token(boss), api.token(root), directory.token(boss, app.acme), api.cookie(boss)),
        *(access["access_token"], access["refresh_token"]),
        *(app.other.token, app.provider.token[:-1], app.provider.token + "a", f"api_{secret}", secret),
        f"{kind}_{secret.partition('.')[0]}.",
        *("scim_.x", "scim_x.", "scim_" + "a" * 5_000, app.provider.token.upper()),
    ]
    texts = set()
    for credential in credentials:
        for path in ("/Users", f"/Users/{boss.id}", "/Groups", "/ServiceProviderConfig", "/Me", "/nothing"):
            answer = api.get(f"{app.provider.base}{path}", bearer=credential)
            assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer"), credential
            texts.add(answer.text)
    assert api.get(f"{app.provider.base}/Users", as_=boss).status == 401
    by_query = f"{app.provider.base}/Users?access_token={app.provider.token}"
    assert api.get(by_query).status == 401
    assert len(texts) == 1


def _expired(app: App) -> None:
    app.api.clock.advance(hours=25)


def _revoked(app: App) -> None:
    app.directory.end_scim_tokens(app.acme)


def _suspended(app: App) -> None:
    root = app.directory.admin()
    assert app.api.put(f"/api/workspaces/{app.acme.id}", {"active": False}, as_=root).status == 200


def _deleted(app: App) -> None:
    _suspended(app)
    root = app.directory.admin("another")
    assert app.api.delete(f"/api/workspaces/{app.acme.id}", as_=root).status == 200


@pytest.mark.row("SC-03")
@pytest.mark.parametrize("ends", [_expired, _revoked, _suspended, _deleted])
def test_a_scim_token_ends_at_once_and_does_not_say_why(app: App, ends: Any) -> None:
    work, _, credential = scim_tokens.prepare(
        app.api.store, app.acme, "Okta", "2026-04-14T00:00:00Z", by=app.directory.by
    )
    work.commit(app.api.store)
    provider = Provider(app.api, app.acme, str(credential))
    assert provider.get("/Users").status == 200
    ends(app)
    unknown = app.api.get(f"/scim/v2/{NOBODY}/Users", bearer=provider.token)
    for answer in (provider.get("/Users"), provider.post("/Users", user("eve"))):
        assert (answer.status, answer.text) == (401, unknown.text)
    assert app.api.store.get(keys.email("eve@example.com")) is None


# Other people's accounts.


def _reset_mail_goes_to(app: App, user_id: str) -> str:
    return users.alive(app.api.store, user_id).email


@pytest.mark.row("SC-04", "SC-05")
@pytest.mark.parametrize("owner", ["of globex", "platform ADMIN", "of nothing", "of acme"])
def test_nobodys_account_is_taken_over_by_a_create_with_their_address(app: App, owner: str) -> None:
    """Not by what comes after it either: the profile stays, the account stays, the credentials stay."""
    eve = app.directory.user("eve", admin=owner == "platform ADMIN", password=PASSWORD)
    if owner == "of globex":
        app.directory.member(app.other.workspace, eve, "ADMIN")
    elif owner == "of acme":
        app.directory.member(app.acme, eve, "ADMIN")
    session = app.api.cookie(eve)
    whole = users.alive(app.api.store, eve.id)
    made = app.provider.post("/Users", user("EVE", displayName="Mallory", password="a password of mine"))
    assert (made.status, made.json["id"]) == (201, eve.id)
    mine = user("mallory", displayName="Mallory", emails=[{"value": "mallory@evil.example", "primary": True}])
    place = f"/Users/{eve.id}"
    for write in (
        {"op": "replace", "path": "emails", "value": [{"value": "mallory@evil.example"}]},
        {"op": "replace", "value": {"userName": "mallory", "name.formatted": "Mallory"}},
    ):
        assert app.provider.patch(place, write).status == 200
    assert app.provider.put(place, mine).status == 200
    kept = users.alive(app.api.store, eve.id)
    assert (kept.email, kept.full_name, kept.roles) == (whole.email, whole.full_name, whole.roles)
    assert app.api.get("/api/auth/me", as_=session).status == 200
    assert app.provider.delete(place).status == 204
    assert users.alive(app.api.store, eve.id).email == "eve@example.com"
    form = {"email": "eve@example.com", "password": PASSWORD}
    assert app.api.post("/api/auth/login", form).status == 200


@pytest.mark.row("SC-05")
@pytest.mark.parametrize("what", ["another workspace", "a platform role"])
@pytest.mark.parametrize("when", ["before", "at once"])
def test_the_mail_of_who_belongs_elsewhere_too_is_not_redirected(
    app: App, monkeypatch: pytest.MonkeyPatch, what: str, when: str
) -> None:
    """The workspace made the user, so that the profile followed its view, until they belonged to more."""
    ada = app.provider.user("ada")

    def more() -> None:
        present = users.alive(app.api.store, ada)
        if what == "another workspace":
            app.directory.member(app.other.workspace, present)
        else:
            roles = ["ADMIN", "USER"]
            path = f"/api/admin/users/{ada}"
            assert app.api.put(path, {"roles": roles}, as_=app.directory.admin()).status == 200

    if when == "before":
        more()
    else:
        before_the_commit(monkeypatch, more)
    redirect = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "m@evil.example"}
    changed = app.provider.patch(f"/Users/{ada}", redirect)
    assert (changed.status, changed.json["emails"][0]["value"]) == (200, "m@evil.example")
    assert _reset_mail_goes_to(app, ada) == "ada@example.com"
    assert app.provider.delete(f"/Users/{ada}").status == 204
    assert users.alive(app.api.store, ada).email == "ada@example.com", "nor is the user deleted"


@pytest.mark.row("SC-06")
def test_scim_gives_nobody_a_role_but_through_a_group_that_an_admin_gave_it(app: App) -> None:
    ada = app.provider.user("ada", role="ADMIN")
    session = str(app.directory.session(users.alive(app.api.store, ada)))
    crew = app.provider.group("Crew", ada)
    ways: list[dict[str, Any]] = [
        {"roles": [{"value": "ADMIN"}], "workspaceRole": "ADMIN", "role": "ADMIN", "platformRole": "ADMIN"},
        {"managed": True, "admin_by_groups": {app.acme.id: 1}, "id": app.boss.id, "number": 1},
        {"urn:ietf:params:scim:schemas:core:2.0:User": {"roles": ["ADMIN"], "role": "ADMIN"}},
        {"groups": [{"value": crew}], "entitlements": [{"value": "ADMIN"}], "userType": "ADMIN"},
    ]
    for way in ways:
        app.provider.put(f"/Users/{ada}", user("ada", **way))
        app.provider.patch(f"/Users/{ada}", {"op": "add", "value": way})
        app.provider.put(f"/Groups/{crew}", {"displayName": "Crew", **way})
        app.provider.patch(f"/Groups/{crew}", {"op": "replace", "value": way})
        app.provider.post("/Groups", {"displayName": "Other", "members": [{"value": ada}], **way})
    inside = f"/api/workspaces/{app.acme.id}"

    def role() -> str:
        listed = app.api.get(f"{inside}/members", as_=app.boss).data
        [found] = [each["role"] for each in listed if each["userId"] == ada]
        return str(found)

    assert role() == "MEMBER"
    assert users.alive(app.api.store, ada).roles == (PlatformRole.USER,)
    assert app.api.put(f"{inside}/groups/{crew}", {"workspaceRole": "ADMIN"}, as_=session).status == 403
    assert app.api.put(f"{inside}/groups/{crew}", {"workspaceRole": "ADMIN"}, as_=app.boss).status == 200
    assert role() == "ADMIN"  # by design: the provider says who is in the group
    for refused_way in (
        app.api.post(f"{inside}/scim-tokens", {"name": "x"}, bearer=app.provider.token),
        app.api.put(f"{inside}/groups/{crew}", {"workspaceRole": None}, bearer=app.provider.token),
    ):
        assert refused_way.status == 401


@pytest.mark.row("SC-07")
def test_users_and_groups_of_another_workspace_are_as_those_that_are_not_there(app: App) -> None:
    eve, crew = app.other.user("eve"), app.other.group("Crew")
    own = app.provider.group("Own")
    for kind, foreign in (("Users", eve), ("Groups", crew)):
        body = user("x") if kind == "Users" else {"displayName": "x"}
        operation = {"op": "add", "path": "displayName", "value": "x"}
        with app.api.no_effect():
            told = [
                [
                    app.provider.get(f"/{kind}/{id}").text,
                    app.provider.put(f"/{kind}/{id}", body).text,
                    app.provider.patch(f"/{kind}/{id}", operation).text,
                    app.provider.delete(f"/{kind}/{id}").text,
                    app.find(f'id eq "{id}"', kind).text,
                    app.find(f'userName eq "{id}" or id eq "{id}"', kind).text,
                ]
                for id in (foreign, NOBODY)
            ]
            assert told[0] == told[1]
    members = [[{"value": id}] for id in (eve, NOBODY)]
    with app.api.no_effect():
        for ways in (
            [app.provider.put(f"/Groups/{own}", {"displayName": "Own", "members": each}) for each in members],
            [app.provider.post("/Groups", {"displayName": "New", "members": each}) for each in members],
            [
                app.provider.patch(f"/Groups/{own}", {"op": "add", "path": "members", "value": each})
                for each in members
            ],
        ):
            assert ways[0].text == ways[1].text
            refused(ways[0], 400, "invalidValue")
    assert app.find('userName eq "eve@example.com"').json["totalResults"] == 0


# Bombs.

_TERM = "a pr"
FILTERS: dict[str, tuple[str, int]] = {
    "a thousand `or`": (" or ".join([_TERM] * 1_000), 400),
    "a thousand `and`": (" and ".join(["id pr"] * 800), 400),
    "a thousand brackets": ("(a pr)or" * 999 + "(a pr)", 400),
    "two hundred `or`": (" or ".join(["id pr"] * 200), 200),
    "deep": ("(" * 400 + _TERM + ")" * 400, 400),
    "deep `not`": ("not(" * 400 + _TERM + ")" * 400, 400),
    "brackets that stay open": ("(" * 4_000, 400),
    "deep elements": ("emails[" * 400 + _TERM + "]" * 400, 400),
    "long": ('title eq "' + "x" * 8_200 + '"', 400),
    "a number of five thousand digits": ("title eq " + "9" * 5_000, 400),
    "a number beyond all": ("title gt 1e999", 200),
    "half a character": (r'userName eq "\ud800"', 400),
    "half a character in an external id": (r'externalId eq "\udfff"', 400),
    "half a character in a name": (r'displayName eq "x\ud83d"', 400),
    "a whole character in two halves": (r'displayName eq "\ud83d\ude00"', 200),
    "NUL": (r'displayName eq "\u0000"', 200),
    "a pattern of a regular expression": (r'userName eq "(a+)+$"', 200),
    "backslashes": ('userName eq "' + "\\" * 1_001 + '"', 400),
    "keys of the table": ('id eq "x#MEMBER" or externalId eq "USER#x"', 200),
    "steps up": ('id eq "../../USER"', 200),
}


@pytest.mark.row("SC-08", "SC-15")
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_filter_bomb_is_refused_and_not_repeated(app: App, kind: str) -> None:
    for name, (text, status) in FILTERS.items():
        answer = app.find(text, kind)
        assert answer.status == status, (name, answer.text)
        if status == 400:
            refused(answer, 400, "invalidFilter")
        assert len(answer.text) < 5_000
    for text in (f'userName zz "{SENT}"', f"{SENT} eq", f'<{SENT}> eq "x"', f'a eq "{SENT}', f"a eq {SENT}"):
        refused(app.find(text, kind), 400, "invalidFilter")
    for text, status in (("%ff", 400), ('%22%00%22+eq+"x"', 400), ('userName+eq+"%ed%a0%80"', 200)):
        assert app.provider.get(f"/{kind}?filter={text}").status == status
    many = ",".join(["displayName"] * 300)
    assert app.provider.get(f"/{kind}?attributes={many}&excludedAttributes={many}").status == 200
    for paging in ("startIndex=%D9%A1", "count=1e3", "count=--1", f"count={SENT}"):
        refused(app.provider.get(f"/{kind}?{paging}"), 400, "invalidValue")


def _elements(count: int, at: int = 0) -> list[dict[str, str]]:
    return [{"value": f"a{at}.{each}@example.com"} for each in range(count)]


_LONG = " or ".join(["value pr"] * 200)
PATCHES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "too many operations": ([{"op": "add", "path": "title", "value": SENT}] * 1_001, "tooMany"),
    "lists that grow": (
        [{"op": "add", "path": "emails", "value": _elements(50, at)} for at in range(900)],
        "invalidValue",
    ),
    "a list that grows and is cut": (
        [
            *({"op": "add", "path": "phoneNumbers", "value": _elements(30, at)} for at in range(2)),
            {"op": "remove", "path": "phoneNumbers"},
        ],
        "invalidValue",
    ),
    "filters without end": ([{"op": "remove", "path": f"emails[{_LONG}]"}] * 900, "tooMany"),
    "a thousand comparisons in a path": (
        [{"op": "remove", "path": f"emails[{' or '.join(['a pr'] * 1_000)}]"}],
        "invalidFilter",
    ),
    "deep brackets in a path": (
        [{"op": "remove", "path": "emails[" + "(" * 4_000 + "a pr" + ")" * 4_000 + "]"}],
        "invalidFilter",
    ),
    "elements of a filter": (
        [{"op": "add", "path": 'emails[type eq "work"]', "value": _elements(2)}],
        "invalidValue",
    ),
    "an unknown operation at the end": (
        [{"op": "add", "path": "title", "value": "x"}] * 10 + [{"op": SENT}],
        "invalidSyntax",
    ),
    "a path that is none": ([{"op": "add", "path": f"{SENT}[", "value": "x"}], "invalidFilter"),
    "a value of another kind": ([{"op": "add", "path": "title", "value": {"x": SENT}}], "invalidValue"),
    "operations that are none": ([SENT], "invalidSyntax"),  # type: ignore[list-item]
}


@pytest.mark.row("SC-09", "SC-15")
@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_bomb_is_refused_before_anything_is_written(app: App, name: str) -> None:
    operations, scim_type = PATCHES[name]
    ada = app.provider.user("ada")
    with app.api.no_effect():
        refused(app.provider.patch(f"/Users/{ada}", *operations), 400, scim_type)


@pytest.mark.row("SC-09")
def test_an_admin_group_that_would_be_too_large_takes_nobody_and_loses_nobody(app: App) -> None:
    """A hundred are more than a transaction holds; none of the first chunks is written."""
    people = [app.directory.provisioned(app.acme, f"u{each}").user.id for each in range(100)]
    crew = app.provider.group("Crew", app.boss.id)
    path = f"/api/workspaces/{app.acme.id}/groups/{crew}"
    assert app.api.put(path, {"workspaceRole": "ADMIN"}, as_=app.boss).status == 200
    everybody = [{"value": each} for each in people]
    one_by_one = [{"op": "Add", "path": "members", "value": [each]} for each in everybody]
    with app.api.no_effect():
        for answer in (
            app.provider.patch(f"/Groups/{crew}", {"op": "add", "path": "members", "value": everybody}),
            app.provider.patch(f"/Groups/{crew}", *one_by_one),
            app.provider.patch(f"/Groups/{crew}", {"op": "replace", "path": "members", "value": everybody}),
            app.provider.put(f"/Groups/{crew}", {"displayName": "Crew", "members": everybody}),
        ):
            refused(answer, 409)
    assert app.provider.members(crew) == [app.boss.id]


BODIES: dict[str, str] = {
    "a name twice": f'{{"userName": "a@example.com", "userName": "{SENT}@example.com"}}',
    "NaN": '{"userName": "a@example.com", "x": NaN}',
    "Infinity": '{"userName": "a@example.com", "x": -Infinity}',
    "deep": '{"userName": "a@example.com", "x": ' + "[" * 5_000 + "]" * 5_000 + "}",
    "a list": "[]",
    "text": f'"{SENT}"',
    "half a character": '{"userName": "\\ud800@example.com"}',
    "half a character in a name": '{"userName": "a@example.com", "\\ud800": 1}',
    "NUL": '{"userName": "a@example.com", "displayName": "a\\u0000b"}',
    "a comment": '{"userName": "a@example.com"} // x',
    "a hundred thousand fields": json.dumps({f"k{each}": 1 for each in range(100_001)}),
}


@pytest.mark.row("SC-10", "SC-15")
def test_a_body_that_is_no_strict_json_is_refused(app: App) -> None:
    crew, ada = app.provider.group("Crew"), app.provider.user("ada")
    with app.api.no_effect():
        for name, body in BODIES.items():
            for path, method in (
                *(("/Users", "POST"), ("/Groups", "POST"), (f"/Groups/{crew}", "PUT")),
                (f"/Users/{ada}", "PATCH"),
            ):
                answer = app.raw(path, body, method)
                assert answer.status == 400, (name, answer.text)
                refused(answer, 400, "invalidSyntax")
        for raw in (b"\xff", '{"userName": "ä"}'.encode("latin-1")):
            refused(app.raw("/Users", raw), 400, "invalidSyntax")
        most = b'{"x": "' + b"x" * bounds.SCIM_BODY_BYTES + b'"}'
        refused(app.raw("/Users", most), 413)
        whole = user("eve", **{f"phoneNumbers{each}": "x" for each in range(2)})
        refused(app.provider.post("/Users", {**whole, "emails": _elements(51)}), 400, "invalidValue")
        large = [{"value": f"+{each}", "display": "x" * 500} for each in range(40)]
        refused(app.provider.post("/Users", {**whole, "phoneNumbers": large}), 400, "invalidValue")


# Texts.

UNSEEN = {
    "a line break": "a\r\nX-Injected: 1",
    "an escape sequence": "a\x1b[31mb",
    "a direction": "gpj.\u202eexe",
    "an isolate": "a\u2066b",
    "a zero width": "a\u200bb",
    "a byte order mark": "\ufeffa",
    "only joiners": "\u200d\u200c",
    "only blanks": " \u00a0\u2003",
}


@pytest.mark.row("SC-11", "SC-14")
@pytest.mark.parametrize("name", UNSEEN)
def test_names_that_nobody_sees_whole_are_refused(app: App, name: str) -> None:
    text = UNSEEN[name]
    ada, crew = app.provider.user("ada"), app.provider.group("Crew")
    is_blank = name.startswith("only")
    wanted = (
        [] if is_blank else [("/Users", user("eve", displayName=text)), ("/Users", user("eve", title=text))]
    )
    wanted += [("/Users", {**user("eve"), "userName": text}), ("/Groups", {"displayName": text})]
    if not is_blank:
        wanted += [
            ("/Users", {**user("eve"), "externalId": text}),
            ("/Groups", {"displayName": "G", "externalId": text}),
        ]
    with app.api.no_effect():
        for path, body in wanted:
            refused(app.provider.post(path, body), 400, "invalidValue")
        renamed = {"op": "replace", "path": "displayName", "value": text}
        refused(app.provider.patch(f"/Groups/{crew}", renamed), 400, "invalidValue")
        refused(app.provider.put(f"/Users/{ada}", {**user("ada"), "userName": text}), 400, "invalidValue")
    if is_blank:  # of a person's names, another one is shown in its place
        made = app.provider.post("/Users", user("eve", displayName=text))
        assert made.status == 201
        assert users.alive(app.api.store, made.json["id"]).full_name == "Eve Example"


@pytest.mark.row("SC-11")
def test_markup_is_text_and_is_given_back_as_it_was_written(app: App) -> None:
    text = "<img src=x onerror=alert(1)>{{7*7}}';--"
    made = app.provider.post("/Users", user("eve", displayName=text, title=text, externalId=text))
    assert made.status == 201
    shown = app.provider.get(f"/Users/{made.json['id']}")
    assert [shown.json[name] for name in ("displayName", "title", "externalId")] == [text] * 3
    assert shown.headers["content-type"] == "application/scim+json; charset=utf-8"
    assert shown.headers["x-content-type-options"] == "nosniff"
    crew = app.provider.group(text)
    assert app.find(f'displayName eq "{text}"', "Groups").json["Resources"][0]["id"] == crew


IDS = ("..", "..%2f..%2fUsers", "a%00b", "x%23y", "%0d%0aX:1", "*", "~", "a" * 200, "%F0%9F%98%80", "%2e%2e")


@pytest.mark.row("SC-12")
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_an_id_that_is_a_path_or_a_pattern_names_nothing(app: App, kind: str) -> None:
    crew = app.provider.group("Crew")
    body = user("x") if kind == "Users" else {"displayName": "x"}
    with app.api.no_effect():
        for id in IDS:
            for answer in (
                app.provider.get(f"/{kind}/{id}"),
                app.provider.put(f"/{kind}/{id}", body),
                app.provider.delete(f"/{kind}/{id}"),
            ):
                assert answer.status in (404, 405), (id, answer.status)
        for text in ("../x", "x#y", "USER#x", "", " ", "*", "a" * 2_000, None):
            members = [{"value": text}, *([None] if text is None else [])]
            answer = app.provider.put(f"/Groups/{crew}", {"displayName": "Crew", "members": members})
            refused(answer, 400, "invalidValue")
        for home in ("..", "%2e%2e", "x%23y", "*"):
            answer = app.api.get(f"/scim/v2/{home}/Users", bearer=app.provider.token)
            assert answer.status in (401, 404)


ALIKE = [
    ("straße", "STRASSE"),
    ("ada", "ADA"),
    ("\u212aelvin", "kelvin"),  # the Kelvin sign
    ("ﬁn", "FIN"),  # a ligature
    ("ａｄａ", "ada"),  # full width
    ("e\u0301ve", "\u00c9VE"),  # composed and not
    ("ΣΑΣ", "σας"),
]
APART = [("kılıç", "KILIÇ"), ("аda", "ada"), ("a da", "ada")]
"""The dotless i is another letter than the dotted, and the Cyrillic a than the Latin: as Unicode folds."""


@pytest.mark.row("SC-13")
def test_user_names_and_group_names_that_fold_alike_are_one(app: App) -> None:
    for first, second in ALIKE:
        made = app.provider.post("/Users", {**user("one"), "userName": first})
        assert made.status == 201
        refused(app.provider.post("/Users", {**user("two"), "userName": second}), 409, "uniqueness")
        [found] = app.find(f'userName eq "{second}"').json["Resources"]
        assert (found["id"], found["userName"]) == (made.json["id"], first)
        assert app.provider.delete(f"/Users/{made.json['id']}").status == 204
        crew = app.provider.group(first)
        refused(app.provider.post("/Groups", {"displayName": second}), 409, "uniqueness")
        assert app.provider.delete(f"/Groups/{crew}").status == 204
    for place, (first, second) in enumerate(APART):
        one, two = (
            app.provider.post("/Users", {**user(f"{who}{place}"), "userName": f"{place}{name}"})
            for who, name in (("a", first), ("b", second))
        )
        assert (one.status, two.status) == (201, 201)
        [found] = app.find(f'userName eq "{place}{second}"').json["Resources"]
        assert found["id"] == two.json["id"], "who looks alike is not found for another"


@pytest.mark.row("SC-13", "SC-04")
def test_a_user_name_that_is_a_members_address_names_nobody_else(app: App) -> None:
    """Boss is known by the address, of whom the provider has written nothing yet."""
    with app.api.no_effect():
        for taken in ("boss@example.com", "BOSS@EXAMPLE.COM", "ｂｏｓｓ@example.com"):
            refused(app.provider.post("/Users", {**user("eve"), "userName": taken}), 409, "uniqueness")
    ada = app.provider.user("ada")
    with app.api.no_effect():
        renamed = {"op": "replace", "path": "userName", "value": "Boss@Example.com"}
        refused(app.provider.patch(f"/Users/{ada}", renamed), 409, "uniqueness")


@pytest.mark.row("SC-14")
def test_a_header_neither_leads_a_location_elsewhere_nor_breaks_a_line(app: App) -> None:
    ada = app.provider.user("ada")
    place = f"/Users/{ada}"
    plain = app.provider.get(place)
    for headers in (
        {"X_Forwarded_Host": f"{SENT}.example", "Forwarded": f"host={SENT}.example"},
        {"X_Forwarded_Proto": SENT, "X_Original_URL": f"/{SENT}", "X_HTTP_Method_Override": "DELETE"},
        {"If_None_Match": f'"{SENT}", W/"'},
        {"If_None_Match": '"' * 7_000},
        {"Accept": "text/html"},
    ):
        answer = app.provider.get(place, **headers)
        assert (answer.status, answer.text) == (200, plain.text)
        assert dict(answer.headers).keys() == dict(plain.headers).keys()
    with app.api.no_effect():
        for tag in (f'"{SENT}"', '"' * 7_000, "W/", "W/*"):
            refused(app.provider.delete(place, If_Match=tag), 412)
