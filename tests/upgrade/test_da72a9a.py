"""A store as commit da72a9a wrote it is served, verified and repaired, for ever.

data/da72a9a.sql is a file of the embedded store, dumped; data/da72a9a.jsonl the items of a table on DynamoDB
Local, in DynamoDB's low-level JSON, sorted by key. write_as_da72a9a.py.txt wrote both, and says who is who.
"""

import json
import sqlite3
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.invariants import Invariant
from cli.repair import repair
from cli.verify import Finding, Report, verify
from functions.maintenance.cleanup import handler as clean_up
from local.embedded import open_embedded
from roster import dependencies
from roster.auth.issuers import Issuers
from roster.db import keys, list_log
from roster.db.dynamodb.attribute_values import from_wire, to_wire
from roster.db.store import Item, Key, Store
from roster.db.transactions import ReadConflict, Transaction
from roster.directory import members, users, workspaces
from roster.domain import Actor, Membership, WorkspaceRole
from tests.attacks import jwt
from tests.support import real
from tests.support.api import Answer, Api, Clock, Context, make_dependencies
from tests.support.guard import acting_as
from tests.support.snapshots import everything
from tests.tools.support import Records

DATA = Path(__file__).parent / "data"
DUMP, ITEMS = DATA / "da72a9a.sql", DATA / "da72a9a.jsonl"

RIGHT_AFTER = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
"""It was written at 12:00:00."""

PASSWORD = "correct horse battery"
NEW_PASSWORD = "a staple for the new one"  # bob's

ROOT_SESSION = "session_root.vf5MskkSB6RZKDO5EGB4SrC-hCCVjeG4VGo0660Mt9k"
ADA_SESSION = "session_ada.hUAqHoQPQH-gGeQx-xuBmxnuf3VYQwwGHL60ihskbHU"
BOB_SESSION = "session_bob.Eo-lTYy85tOJQjBCSJHPo1dR63EOwDoBvPKtJ16ZCxA"
BOB_DEAD_SESSION = "session_bob.z0MaO0OcndvOezYGDwwWwWISc-RZgM3ZxFNx5CV8nxc"
SUE_SESSION = "session_sue.SeZfVUg83HyR9uinvYDz5ZV2RAwM_AhvksWzNtYtAHs"
ZOE_SESSION = "session_zoe.a7hmzk8X4mY5kMZllLT4-t6niosrngjXBU3CfMaktU8"

ADA_TOKEN = "token_ada.AohLrFSAKhQ4_xNWdm7RZx_Rmiqmp7n6500XkSd5zSg"
ADA_LIMITED_TOKEN = "token_ada.3G99BxUenDeeKgQbonx-r8tw4NHsTbZ21txUHDEo5uc"  # to beta
ADA_EXPIRED_TOKEN = "token_ada.QOY37hqVIgvGVCE_j1ed4jI_IlkmmbPHi2NhPi1xUxU"  # at 12:01:00
ADA_LASTING_TOKEN = "token_ada.WhqvvPq-sidoHxItBmQ6KyIGj_6TmMPDxso6NubSvgo"
SUE_TOKEN = "token_sue.kQWITQ2Uuz0optwYoIpv-XEt7GjYSkWA0wHdooUusFY"
ADA_IMPORTED_TOKEN = "imported-secret-of-ada-long-enough"
ROOT_IMPORTED_TOKEN = "imported-secret-of-root-long-enough"
KIM_IMPORTED_TOKEN = "imported-secret-of-kim-long-enough"
LEA_IMPORTED_TOKEN = "imported-secret-of-lea-long-enough"
ZOE_IMPORTED_TOKEN = "imported-secret-of-zoe-long-enough"
ROBOT_IMPORTED_TOKEN = "imported-secret-of-the-robot-limited-to-acme"

CLIENT_SECRET = "the secret of the client build"
ADA_ACCESS_TOKEN = "access_ada.3a0e236063121ee87bc85c05e80fc73d.q7PSzoQ0qyrO4OLtiRpzbW3dEL4EmGtEDB7OmwGzn4M"
ADA_REFRESH_TOKEN = (
    "refresh_ada.-pBtL-poB1Rg_1ZVKJWcC5dD6b8cdByAAycWleUkjNM.yTfUeR4trrgdokQHy2LgsZdhBn2cFP7C2t4-4aQxwHI"
)
ADA_OTHER_USED_REFRESH_TOKEN = (
    "refresh_ada.SoiMvlFvcPm7dqoF-cmxHqukQz2hyYZ8KPOMj-HpD2A.cU3ewtMA862RY7z4OZoqQX2VYaH9AhaHCpxHIiVVmhw"
)
ADA_OTHER_REFRESH_TOKEN = (
    "refresh_ada.SoiMvlFvcPm7dqoF-cmxHqukQz2hyYZ8KPOMj-HpD2A.h4dsBE85ufY-U4Fdt3VgfpFfLAEhRDBaAkzLrN2fLis"
)
ROBOT_ACCESS_TOKEN = (
    "access_robot.4199472080a64ebac33b2fc4554a5008.DSAvtWD7jA3sKdzAJJI6-awtAun0_O7jC-wknrYqxZ8"
)
BOB_DEAD_ACCESS_TOKEN = (
    "access_bob.05180e13f8c5b56fa28c4a2f6607514b.qyCGJCi-RnJgFHj0ChgPNFJYWZMsSRlsSpQ09vENGTY"
)
BOB_DEAD_REFRESH_TOKEN = (
    "refresh_bob.zqEGljH4ck_tUdDCfHOzf5ohBQZckdB2lebCzqZZpYk.S7ZZaOQJ4DWc5MUN2cte3XLe0WL4I2UDZaIZcF0PlrE"
)
ZOE_REFRESH_TOKEN = (
    "refresh_zoe.GCzMQQk3l-SL5-LBQZiOh0EIFrbHD6LIhIMsqamcUvE.ABul2fo_n0LxlUd9te4_hHxR_PYrPMIJIgymHYJgeik"
)

NEW_ID, GAMMA_ID = "c0ac3c88-a9fd-4325-961e-8e7ee2bb6d0f", "ee633a35-f6f7-4612-8713-9a1f3065ba62"
NEW_ANSWER = (
    f'{{"code":"SUCCESS","data":{{"id":"{NEW_ID}","email":"new@example.com","fullName":"New",'
    '"roles":["USER"],"active":true,"createdAt":"2026-11-20T12:00:00Z"},"timestamp":"2026-11-20T12:00:00Z"}'
)
GAMMA_ANSWER = (
    f'{{"code":"SUCCESS","data":{{"id":"{GAMMA_ID}","key":"gamma","name":"Gamma",'
    '"createdAt":"2026-11-20T12:00:00Z"},"timestamp":"2026-11-20T12:00:00Z"}'
)
MEMBER_ANSWER = (
    f'{{"code":"SUCCESS","data":{{"userId":"{NEW_ID}","email":"new@example.com","fullName":"New",'
    '"role":"MEMBER","createdAt":"2026-11-20T12:00:00Z"},"timestamp":"2026-11-20T12:00:00Z"}'
)
OLD_ETAG, ETAG = '"1"', '"2"'  # of the user NEW_ID, who was changed once

JOBS = [
    keys.former_cleanup(keys.cleanup_of_member("acme", "kim")),
    keys.former_cleanup(keys.cleanup_of_member("acme", "lea")),
    keys.former_cleanup(keys.cleanup_of_user("zoe")),
]


# The store, from each of the two sources; marked `real` on DynamoDB itself.


def wire_items() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ITEMS.read_text("utf-8").splitlines()]


def written() -> dict[Key, Item]:
    """What the table on DynamoDB Local held."""
    items = [from_wire(each) for each in wire_items()]
    return {Key.of(item): item for item in items}


def undumped(path: Path) -> None:
    """Make the embedded store's file of the dump."""
    path.touch(0o600)  # as the store makes it
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text("utf-8"))


@pytest.fixture
def clock() -> Clock:
    return Clock(RIGHT_AFTER)


@pytest.fixture
def dynamo_table() -> None:
    """Neither source depends on the engine that the run was asked for."""


@pytest.fixture(params=["sqlite file", "dynamodb items", pytest.param("dynamodb", marks=pytest.mark.real)])
def bare_store(request: pytest.FixtureRequest, table_file: Path) -> Iterator[Store]:
    if request.param == "dynamodb":
        with real.fresh_table() as table:
            requests = [{"PutRequest": {"Item": item}} for item in wire_items()]
            for some in (requests[first : first + 25] for first in range(0, len(requests), 25)):
                assert not real.client().batch_write_item(RequestItems={table: some})["UnprocessedItems"]
            yield real.dynamo_store(table)
        return
    if request.param == "sqlite file":
        undumped(table_file)
    embedded = open_embedded(table_file)
    if request.param == "dynamodb items":
        embedded.bulk_put(list(written().values()))
    yield embedded
    embedded.close()


def data(answer: Answer) -> Any:
    assert answer.status == 200, answer.text
    return answer.data


def lives(api: Api, bearer: str) -> bool:
    answer = api.get("/api/v1/user", bearer=bearer)
    assert answer.status in (200, 401), answer.text
    return answer.status == 200


def login(api: Api, who: str, password: str) -> int:
    return api.post("/api/auth/login", {"email": f"{who}@example.com", "password": password}).status


def refreshed(api: Api, refresh_token: str) -> Answer:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return api.post("/oauth/token", form={**form, "client_id": "cf", "client_secret": ""})


def resources(api: Api, path: str, bearer: str = ADA_TOKEN) -> list[str]:
    """The guids in a list of the Cloud Foundry dialect."""
    answer = api.get(path, bearer=bearer)
    assert answer.status == 200, answer.text
    return [each["metadata"]["guid"] for each in answer.json["resources"]]


# What is kept.


def test_both_sources_hold_the_same(tmp_path: Path) -> None:
    path = tmp_path / "roster.db"
    undumped(path)
    embedded = open_embedded(path)
    assert {Key.of(item): item for item in everything(embedded)} == written()
    embedded.close()


def test_the_codec_writes_the_items_as_they_were() -> None:
    assert [to_wire(from_wire(each)) for each in wire_items()] == wire_items()


def test_every_kind_of_item_is_there() -> None:
    kinds = {(key.pk.partition("#")[0], key.sk.partition("#")[0]) for key in written()}
    expected = {
        "WORKSPACE": {"PROFILE", "MEMBER"},
        "PROJECT": {"PROFILE", "MEMBER", "SPACE", "FEATURE"},
        "SPACE": {"PROFILE", "ROLE"},
        "APP": {"PROFILE"},
        "FEATURE": {"PROFILE"},
        "CLIENT": {"PROFILE"},
        "USER": {"PROFILE", "PASSWORD", "SESSION", "TOKEN", "FAMILY", "ACCESS", "ANSWER", "GRANT"},
        "EMAIL": {"LOCK", "ATTEMPTS"},
        "KEY": {"LOCK"},
        "SECRET": {"LOCK"},
        "SITE": {"ADMINS"},
        "SWEEP": {"USER", "MEMBER"},
        "LIST": {"ROOT", "BRANCH", "ROW", "NEXT"},
    }
    assert {(pk, sk) for pk, several in expected.items() for sk in several} <= kinds
    assert {pk for pk, _ in kinds} >= {"ROLES", "GROUPS", "AUDIT"}


def test_the_attributes_that_carry_rights_are_there() -> None:
    """Those of which this suite shows the effect: a store without them would prove nothing."""
    items = written()
    sessions = [item for key, item in items.items() if key.sk.startswith(keys.SESSIONS)]
    assert all("seal" in item for item in sessions)  # which nothing reads any more
    assert all("ttl" in item for item in sessions)
    kim, bob = items[keys.user("kim")], items[keys.user("bob")]
    assert kim["floors"] == {"acme": 4}
    assert (bob["epoch"], bob["epoch_at"]) == (1, "2026-11-20T12:00:00Z")
    assert set(items[keys.user("vic")]) == {"PK", "SK", "v", "id", "number", "deleted_at"}


# Credentials.


def test_a_session_cookie_is_good(api: Api) -> None:
    me = data(api.get("/api/auth/me", as_=ADA_SESSION))
    assert (me["id"], me["email"]) == ("ada", "ada@example.com")
    assert [each["id"] for each in data(api.get("/api/workspaces", as_=ADA_SESSION))] == ["acme", "beta"]
    api.clock.advance(hours=2)  # moves the session's last use
    assert api.get("/api/auth/me", as_=ADA_SESSION).status == 200
    assert api.post("/api/auth/logout", as_=ADA_SESSION).status == 200
    assert api.get("/api/auth/me", as_=ADA_SESSION).status == 401


def test_an_old_epoch_ends_sessions_and_families(api: Api) -> None:
    """Bob changed his password: the session that did so lives, all else is dead."""
    assert api.get("/api/auth/me", as_=BOB_SESSION).status == 200
    assert api.get("/api/auth/me", as_=BOB_DEAD_SESSION).status == 401
    assert not lives(api, BOB_DEAD_ACCESS_TOKEN)
    assert refreshed(api, BOB_DEAD_REFRESH_TOKEN).json["error"] == "invalid_grant"


def test_an_old_moment_of_the_epoch_ends_the_tokens_of_issuers(api: Api) -> None:
    """Bob's password was changed at 12:00:00: what was issued by then is void, for Ada it is not."""
    issuers = Issuers.read(json.dumps([{"issuer": None, "hmacSecrets": [jwt.SECRET]}]))
    dependencies.use(make_dependencies(api.store, api.clock, issuers=lambda: issuers))
    changed = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())

    def issued(who: str, at: int) -> str:
        return jwt.secret_signed(jwt.claims(user_id=who, iat=at, exp=changed + 3600))

    assert [lives(api, issued("bob", at)) for at in (changed - 60, changed, changed + 60)] == [
        False,
        False,
        True,
    ]
    assert lives(api, issued("ada", changed - 60))


@pytest.mark.parametrize("session", [SUE_SESSION, ZOE_SESSION], ids=["suspended", "deleted"])
def test_who_is_suspended_or_deleted_has_no_session(api: Api, session: str) -> None:
    assert api.get("/api/auth/me", as_=session).status == 401


def test_api_tokens_live_and_die_as_they_were_made(api: Api) -> None:
    good = ADA_TOKEN, ADA_LIMITED_TOKEN, ADA_LASTING_TOKEN, ADA_IMPORTED_TOKEN, ROBOT_IMPORTED_TOKEN
    dead = ADA_EXPIRED_TOKEN, SUE_TOKEN, ZOE_IMPORTED_TOKEN
    assert [lives(api, token) for token in good] == [True] * len(good)
    assert [lives(api, token) for token in dead] == [False] * len(dead)
    listed = data(api.get("/api/auth/tokens", as_=ADA_SESSION))
    assert {each["name"]: each["workspaceId"] for each in listed} == {
        "for a year": None,
        "for beta": "beta",
        "old tool": None,
        "unlimited": None,
    }
    (imported,) = (each["id"] for each in listed if each["name"] == "old tool")
    assert api.delete(f"/api/auth/tokens/{imported}", as_=ADA_SESSION).status == 200
    assert not lives(api, ADA_IMPORTED_TOKEN)


def test_a_limited_token_is_limited(api: Api) -> None:
    assert resources(api, "/v2/users/ada/spaces", ADA_TOKEN) == ["dev", "lab"]
    assert resources(api, "/v2/users/ada/spaces", ADA_LIMITED_TOKEN) == ["lab"]
    profile = api.get("/api/workspace/auth/me", bearer=ADA_LIMITED_TOKEN).json["Data"]
    assert profile["WorkspaceName"] == "beta"


def test_access_and_refresh_tokens_are_good(api: Api) -> None:
    assert lives(api, ADA_ACCESS_TOKEN)
    assert lives(api, ROBOT_ACCESS_TOKEN)
    answer = refreshed(api, ADA_REFRESH_TOKEN)
    assert answer.status == 200, answer.text
    assert lives(api, answer.json["access_token"])
    assert refreshed(api, answer.json["refresh_token"]).status == 200
    assert refreshed(api, ZOE_REFRESH_TOKEN).json["error"] == "invalid_grant"
    api.clock.advance(minutes=5)
    assert not lives(api, ADA_ACCESS_TOKEN)


def test_a_refresh_token_that_was_used_ends_its_family(api: Api) -> None:
    assert refreshed(api, ADA_OTHER_USED_REFRESH_TOKEN).json["error"] == "invalid_grant"
    assert refreshed(api, ADA_OTHER_REFRESH_TOKEN).json["error"] == "invalid_grant"
    assert refreshed(api, ADA_REFRESH_TOKEN).status == 200  # of another family


def test_a_client_is_known_by_its_secret(api: Api) -> None:
    basic = b64encode(f"build:{CLIENT_SECRET.replace(' ', '+')}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    answer = api.post("/oauth/token", form={"grant_type": "client_credentials"}, headers=headers)
    assert answer.status == 200, answer.text
    assert (answer.json["scope"], lives(api, answer.json["access_token"])) == ("cloud_controller.read", True)


def test_passwords_are_known(api: Api) -> None:
    assert login(api, "ada", PASSWORD) == 200
    assert login(api, "bob", NEW_PASSWORD) == 200
    assert login(api, "bob", PASSWORD) == 401
    assert (login(api, "sue", PASSWORD), login(api, "zoe", PASSWORD)) == (401, 401)


def test_failures_go_on_being_counted(api: Api) -> None:
    """Bob failed three times already; with two more his address waits, though the password is right."""
    for _ in range(2):
        assert login(api, "bob", "not his password") == 401
    assert login(api, "bob", NEW_PASSWORD) == 401


# The dialects.


def test_workspaces_lists_members_by_pages(api: Api) -> None:
    """Zoe is deleted: she is not shown, and is counted until her cleanup."""
    pages = [api.get(f"/api/workspaces/acme/members?page={n}&size=3", as_=ADA_SESSION) for n in (1, 2, 3)]
    rows = [row["userId"] for page in pages for row in data(page)]
    assert rows == ["ada", "bob", "sue", "robot", NEW_ID, "kim"]
    assert pages[0].json["meta"] == {"page": 1, "size": 3, "total": 7, "totalPages": 3}
    users = data(api.get("/api/admin/users", as_=ROOT_SESSION))
    assert [each["id"] for each in users] == ["root", "ada", "bob", "sue", "kim", "lea", "robot", NEW_ID]
    assert [each["active"] for each in users] == [True, True, True, False, True, True, True, True]


def test_workspaces_answers_a_retry_as_it_did(api: Api) -> None:
    new = {"email": "new@example.com", "fullName": "New", "password": PASSWORD, "roles": ["USER"]}
    once = {"Idempotency-Key": "once"}
    with api.no_effect():
        for path, body, first in (
            ("/api/admin/users", new, NEW_ANSWER),
            ("/api/workspaces", {"name": "Gamma", "key": "gamma"}, GAMMA_ANSWER),
            ("/api/workspaces/acme/members", {"userId": NEW_ID, "role": "MEMBER"}, MEMBER_ANSWER),
        ):
            answer = api.post(path, body, as_=ROOT_SESSION, headers=once)
            kept = json.loads(first)  # fields that came later are shown with their defaults
            shown = {name: answer.data[name] for name in kept["data"]}
            assert (answer.status, {**answer.json, "data": shown}) == (200, kept)
        other = {**new, "fullName": "Another"}
        assert api.post("/api/admin/users", other, as_=ROOT_SESSION, headers=once).status == 422


def test_workspaces_knows_its_etags(api: Api) -> None:
    path = f"/api/admin/users/{NEW_ID}"
    assert api.get(path, as_=ROOT_SESSION).headers["etag"] == ETAG
    for etag, status in ((OLD_ETAG, 412), (ETAG, 200), (ETAG, 412)):
        change = {"fullName": "Newest"}
        assert api.put(path, change, as_=ROOT_SESSION, headers={"If-Match": etag}).status == status


def test_workspaces_shows_the_audit(api: Api) -> None:
    entries = data(api.get("/api/admin/audit?target=kim&actor=ada", as_=ROOT_SESSION))
    shown = [(each["at"], each["action"], each["workspaceId"]) for each in entries]
    assert sorted(shown) == [
        ("2026-11-20T12:00:00Z", "member.added", "acme"),
        ("2026-11-20T12:00:00Z", "member.removed", "acme"),
    ]
    assert {each["details"]["role"] for each in entries} == {"MEMBER"}
    assert whole_audit(api) == {
        "app.created": 1,
        "client.created": 2,
        "family.renewed": 2,
        "family.started": 5,
        "feature.created": 2,
        "group.created": 2,
        "member.added": 12,
        "member.removed": 2,
        "project.created": 1,
        "project_member.added": 5,
        "role.created": 2,
        "session.started": 6,
        "space.created": 3,
        "space_role.added": 10,
        "token.created": 11,
        "user.changed": 3,
        "user.created": 10,
        "user.deleted": 2,
        "workspace.created": 3,
    }


def whole_audit(api: Api) -> Counter[str]:
    """How often each action is told, page by page."""
    actions, cursor = Counter[str](), ""
    while True:
        answer = api.get(f"/api/admin/audit?size=50{cursor}", as_=ROOT_SESSION)
        actions.update(each["action"] for each in data(answer))
        if answer.json["meta"]["next"] is None:
            return actions
        cursor = f"&cursor={answer.json['meta']['next']}"


def test_user_space_shows_what_was_imported(api: Api) -> None:
    headers = {"X-Org-Id": "acme", "X-Project-Id": "web", "X-User-Id": "ada"}

    def ask(endpoint: str) -> Any:
        return data(api.get(f"/minimal/rest/user/v1/{endpoint}", headers=headers, bearer=ADA_TOKEN))

    assert ask("org/detail") == {
        "org_id": "acme",
        "name": "Acme",
        "abbreviation": "ac",
        "admin_email": "office@acme.example",
        "admin_name": "Ada King",
        "address": "1 Main Street",
        "state": "Bern",
        "country": "CH",
        "pin_code": "3000",
        "created_at": "2026-11-19T08:00:00Z",
    }
    project = ask("project/detail")
    assert (project["project_id"], project["description"]) == ("web", "The site")
    assert project["database"] == [
        {
            "host": "db.example",
            "port": "5432",
            "username": "app",
            "db_name": "web",
            "db_type": "postgres",
            "connect_timeout_secs": 5,
            "idle_timeout_secs": 60,
            "max_open_connections": 10,
            "max_idle_connections": 2,
        }
    ]
    shared = {"org_id": "acme", "project_id": "web", "owner_id": "ada"}
    (space,) = ask("space")
    assert space == shared | {
        "space_id": "dev",
        "name": "dev",
        "description": "Where it runs",
        "email": "dev@acme.example",
    }
    (feature,) = ask("feature")
    assert feature == shared | {
        "feature_id": "boards",
        "name": "Boards",
        "description": "Boards for Acme",
        "email": "product@acme.example",
        "touched_by": "bob",
    }


def test_testmo_shows_users_with_their_roles_and_groups(api: Api) -> None:
    assert api.get("/api/v1/user", bearer=ADA_TOKEN).json["id"] == 2
    everybody = api.get("/api/v1/users", bearer=ROOT_IMPORTED_TOKEN).json
    assert everybody["total"] == 8
    assert [(each["id"], each["name"], each["is_active"]) for each in everybody["result"]] == [
        (1, "Root", True),
        (2, "Ada", True),
        (3, "Bob", True),
        (4, "Sue", False),
        (5, "Kim", True),
        (6, "Lea", True),
        (9, "Robot", True),
        (10, "Newer", True),
    ]
    ada, bob = everybody["result"][1:3]
    assert (ada["role_id"], ada["groups"], ada["notifications"], ada["created_by"]) == (1, [1, 2], 2, 1)
    assert (bob["updated_at"], bob["updated_by"]) == ("2026-11-20T12:00:00Z", 3)
    in_web = api.get("/api/v1/projects/1/users", bearer=ADA_TOKEN).json
    assert [each["id"] for each in in_web["result"]] == [2, 9]  # neither Kim (5) nor Lea (6)


def test_workspace_profile_shows_settings_permissions_and_modules(api: Api) -> None:
    profile = api.get("/api/workspace/auth/me", bearer=ADA_TOKEN).json["Data"]
    assert [name for name, module in profile.pop("Modules").items() if module["Enabled"]] == ["Boards"]
    assert profile == {
        "UserId": "ada",
        "UserName": "ada.king",
        "Email": "ada@example.com",
        "FirstName": "Ada",
        "LastName": "King",
        "UserType": 0,
        "WorkspaceName": "acme",
        "Locale": "de-CH",
        "TimeZone": "Europe/Zurich",
        "DateTimeFormat": "dd.MM.yyyy HH:mm:ss",
        "DateFormat": "dd.MM.yyyy",
        "TimeFormat": "HH:mm:ss",
        "RegionCode": "eu",
        "OnboardingStatus": 2,
        "Roles": ["ADMIN", "USER"],
        "Permissions": ["runs.read", "users.read"],
    }


def test_cloud_foundry_inlines_relations(api: Api) -> None:
    answer = api.get("/v2/users/ada/spaces?inline-relations-depth=1", bearer=ADA_TOKEN)
    dev, lab = (each["entity"] for each in answer.json["resources"])
    assert (dev["name"], dev["allow_ssh"], lab["name"], lab["allow_ssh"]) == ("dev", False, "lab", True)
    assert (dev["organization"]["entity"]["name"], lab["organization"]["entity"]["name"]) == ("Acme", "Beta")

    def inlined(relation: str) -> list[str]:
        return [each["metadata"]["guid"] for each in dev[relation]]

    assert (inlined("developers"), inlined("auditors"), inlined("apps")) == (
        ["ada", "robot"],
        ["bob"],
        ["portal"],
    )
    assert [each["metadata"]["guid"] for each in lab["managers"]] == ["lea"]


def test_grants_up_to_a_floor_are_void(api: Api) -> None:
    """Kim is a member again: what was granted before is void, what was granted since is not."""
    assert resources(api, "/v2/users/kim/spaces", KIM_IMPORTED_TOKEN) == ["ops"]
    assert resources(api, "/v2/users/lea/spaces", LEA_IMPORTED_TOKEN) == []
    assert resources(api, "/v2/users/lea/managed_spaces", LEA_IMPORTED_TOKEN) == ["lab"]  # of beta
    assert resources(api, "/v2/users/kim/spaces", ROOT_IMPORTED_TOKEN) == ["ops"]
    assert resources(api, "/v2/spaces/dev/developers") == ["ada", "robot"]


# Verification, repair, and the cleanup that was pending.


def verified(api: Api) -> Report:
    return verify(api.store, now=api.clock())


LACKING = {
    Invariant.WORKSPACES_PROJECT_ROW,
    Invariant.WORKSPACES_FEATURE_ROW,
    Invariant.PROJECT_CHILDREN,
    Invariant.SPACE_NAME_LOCK,
    Invariant.SPACE_APPS,
}
"""What the commit did not write yet, and repair makes."""


def kinds(findings: list[Finding]) -> set[Invariant]:
    return {finding.invariant for finding in findings}


def brought_up_to_date(api: Api) -> None:
    """Repair adds what later versions keep, and once more changes nothing."""
    before = verified(api)
    outcome = repair(api.store, now=api.clock(), by=Actor("test", api.clock()))
    assert kinds(outcome.mended) == LACKING
    assert outcome.caught_up > 0
    assert (outcome.after.broken, outcome.after.pending) == ([], before.pending)
    # Memberships of those who are deleted wait for the cleanup.
    assert all(finding.key.sk.startswith(keys.MEMBERS_BESIDE) for finding in outcome.after.late)
    with api.no_effect():
        outcome = repair(api.store, now=api.clock(), by=Actor("test", api.clock()))
    assert (outcome.mended, outcome.after) == ([], verified(api))


def clean(api: Api) -> None:
    """Let the cleanup function hear of each job that waits."""
    names = [{"Keys": {name: {"S": part} for name, part in job.attributes().items()}} for job in JOBS]
    records = [{"eventName": "INSERT", "dynamodb": {**name, "SequenceNumber": "1"}} for name in names]
    with acting_as("Cleanup"):
        assert clean_up({"Records": records}, Context("Cleanup")) == {"batchItemFailures": []}


def assert_cleaned(api: Api) -> None:
    left = {Key.of(item): item for item in everything(api.store)}
    assert not [key for key in left if keys.is_cleanup(key.pk)]
    assert [key for key in left if "zoe" in key.pk + key.sk and not key.pk.startswith("AUDIT#")] == [
        keys.user("zoe")
    ]
    assert "deleted_at" in left[keys.user("zoe")]
    assert not [name for name in ("kim", "lea") if "floors" in left[keys.user(name)]]
    granted = [key.sk for key in left if key.pk in ("USER#kim", "USER#lea") and key.sk.startswith("GRANT#")]
    assert granted == ["GRANT#acme#SPACE#ops#developer", "GRANT#beta#SPACE#lab#manager"]


def test_a_pending_cleanup_is_told_and_nothing_is_broken(api: Api) -> None:
    report = verified(api)
    assert (kinds(report.broken), report.items) == (LACKING, len(wire_items()))
    assert {finding.invariant for finding in report.pending} == {Invariant.ABANDONED_CLEANUP}
    told = Counter((key.pk, key.sk.partition("#")[0]) for key in (finding.key for finding in report.pending))
    assert told == {
        ("SWEEP", "MEMBER"): 2,
        ("SWEEP", "USER"): 1,
        ("USER#kim", "GRANT"): 2,  # not the one within her second membership
        ("USER#kim", "PROFILE"): 1,
        ("USER#lea", "GRANT"): 2,  # not the one in beta
        ("USER#lea", "PROFILE"): 1,
        ("USER#zoe", "ACCESS"): 1,
        ("USER#zoe", "FAMILY"): 1,
        ("USER#zoe", "GRANT"): 2,
        ("USER#zoe", "SESSION"): 1,
        ("USER#zoe", "TOKEN"): 1,
        ("WORKSPACE#acme", "MEMBER"): 1,
    }
    brought_up_to_date(api)


def test_the_cleanup_is_finished(api: Api) -> None:
    clean(api)
    assert_cleaned(api)
    report = verified(api)
    assert (kinds(report.broken), report.pending) == (LACKING, [])
    brought_up_to_date(api)
    assert resources(api, "/v2/users/kim/spaces", KIM_IMPORTED_TOKEN) == ["ops"]
    members = data(api.get("/api/workspaces/acme/members", as_=ADA_SESSION))
    assert [each["userId"] for each in members] == ["ada", "bob", "sue", "robot", NEW_ID, "kim"]


def test_repair_finishes_a_cleanup_that_nobody_did(api: Api) -> None:
    api.clock.advance(hours=2)
    report = verified(api)
    assert kinds(report.broken) == {Invariant.ABANDONED_CLEANUP, *LACKING}
    outcome = repair(api.store, now=api.clock(), by=Actor("test", api.clock()))
    assert (outcome.after.broken, outcome.after.pending) == ([], [])
    assert kinds(outcome.mended) == {Invariant.ABANDONED_CLEANUP, *LACKING}
    assert_cleaned(api)


# Lists whose counts follow their rows (decision 0017): opened in the second deploy, and not before.


def opened_lists(store: Store) -> set[str]:
    """The lists of which something says how many numbers were given, in the place of now."""
    pks = {str(item["PK"]) for item in everything(store)}
    return {pk for pk in pks if pk.startswith((keys.COUNTERS, keys.LOGS))}


def people_come_and_go(api: Api, name: str) -> None:
    """A user and a workspace are made, a member comes, another goes, and a user is deleted."""
    new = {"email": f"{name}@example.com", "fullName": name, "password": PASSWORD, "roles": ["USER"]}
    user = data(api.post("/api/admin/users", new, as_=ROOT_SESSION))["id"]
    workspace = data(api.post("/api/workspaces", {"name": name, "key": name}, as_=ROOT_SESSION))["id"]
    for home in (workspace, "acme"):
        joining = {"userId": user, "role": "MEMBER"}
        data(api.post(f"/api/workspaces/{home}/members", joining, as_=ROOT_SESSION))
    before = api.get("/api/workspaces/acme/members?page=1", as_=ROOT_SESSION).json["meta"]["total"]
    assert api.delete(f"/api/workspaces/acme/members/{user}", as_=ROOT_SESSION).status == 200
    assert (
        api.get("/api/workspaces/acme/members?page=1", as_=ROOT_SESSION).json["meta"]["total"] == before - 1
    )
    (member,) = data(api.get(f"/api/workspaces/{workspace}/members", as_=ROOT_SESSION))
    assert member["userId"] == user
    total = api.get("/api/admin/users?page=1", as_=ROOT_SESSION).json["meta"]["total"]
    assert api.delete(f"/api/admin/users/{user}", as_=ROOT_SESSION).status == 200
    assert api.get("/api/admin/users?page=1", as_=ROOT_SESSION).json["meta"]["total"] == total - 1


def test_the_first_deploy_keeps_numbers_and_counts_as_they_were(
    api: Api, deployed: Callable[..., None], tmp_path: Path
) -> None:
    deployed(LIST_COUNTS="with")
    before = api.store.get(keys.next_number(keys.members("acme"))) or {}
    people_come_and_go(api, "first")
    records = [
        {"type": "workspace", "id": "delta", "key": "delta", "name": "Delta"},
        {"type": "user", "id": "dora", "email": "dora@example.com", "fullName": "Dora"},
        {"type": "membership", "workspaceId": "delta", "userId": "dora", "role": "ADMIN"},
        {"type": "membership", "workspaceId": "acme", "userId": "dora", "role": "MEMBER"},
        {"type": "space", "id": "sea", "workspaceId": "delta", "name": "sea"},
    ]
    Records(api.store, tmp_path).good(*records)
    assert opened_lists(api.store) == set()
    given = api.store.get(keys.next_number(keys.members("acme"))) or {}
    assert given["last"] == int(str(before["last"])) + 2
    assert "moved" not in given
    assert kinds(verified(api).broken) == LACKING


def test_the_second_deploy_opens_lists_and_moves_their_numbers_on(
    api: Api, deployed: Callable[..., None]
) -> None:
    deployed(LIST_COUNTS="with")
    people_come_and_go(api, "first")
    deployed(LIST_COUNTS="after")
    people_come_and_go(api, "second")
    for listing in (keys.USERS, keys.WORKSPACES, keys.members("acme")):
        formerly, counter = api.store.get(keys.next_number(listing)), api.store.get(keys.counter(listing))
        assert formerly is not None
        assert counter is not None
        assert formerly["moved"] is True
        assert counter["last"] == int(str(formerly["last"])) + 1
    assert kinds(verified(api).broken) == LACKING
    outcome = repair(api.store, now=api.clock(), by=Actor("test", api.clock()))
    assert outcome.after.broken == []
    people_come_and_go(api, "third")
    assert kinds(verified(api).broken) == set()


def test_a_list_that_was_opened_meanwhile_refuses_counts_that_move_with_rows(
    api: Api, deployed: Callable[..., None]
) -> None:
    deployed(LIST_COUNTS="with")
    acme, by = workspaces.by_id(api.store, "acme"), Actor("test", api.clock())
    lea = users.alive(api.store, "lea")
    assert acme is not None
    listing = keys.members("acme")
    work = Transaction(by)
    number = work.take(api.store, listing)
    members.plan(
        work, acme, lea, Membership("acme", "lea", WorkspaceRole.MEMBER, number, "2026-11-20T12:05:00Z")
    )
    list_log.open_list(api.store, listing)
    with pytest.raises(ReadConflict):
        work.commit(api.store)
    assert kinds(verified(api).broken) == LACKING


# SCIM, which the commit did not know: an identity provider takes over a workspace that has members.


@pytest.mark.parametrize("counts", ["with", "after"])
def test_an_identity_provider_suspends_and_resumes_members_of_before(
    api: Api, deployed: Callable[..., None], tmp_path: Path, counts: str
) -> None:
    deployed(LIST_COUNTS=counts)
    robot = {"workspaceId": "beta", "userId": "robot"}
    records: list[dict[str, Any]] = [
        {"type": "membership", **robot, "suspended": True},
        {"type": "scimUser", **robot, "userName": "robot"},
        {"type": "workspaceGroup", "id": "crew", "workspaceId": "beta", "displayName": "Crew"},
        {"type": "workspaceGroupMember", **robot, "groupId": "crew"},
    ]
    Records(api.store, tmp_path).good(*records)
    token = data(api.post("/api/workspaces/acme/scim-tokens", {"name": "Entra ID"}, as_=ROOT_SESSION))[
        "secret"
    ]

    def scim(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = api.send(method, f"/scim/v2/acme{path}", body, bearer=token)
        assert answer.status == status, answer.text
        return answer.json

    before = scim("GET", "/Users?count=200")
    assert [each["id"] for each in before["Resources"]] == ["ada", "bob", "sue", "robot", NEW_ID, "kim"]
    assert {each["active"] for each in before["Resources"]} == {True}
    group = scim("POST", "/Groups", {"displayName": "Crew", "members": [{"value": "bob"}]}, 201)["id"]
    home = "/api/workspaces/acme"
    assert api.get(home, as_=BOB_SESSION).status == 200
    for active, status in ((False, 403), (True, 200)):
        change = {"Operations": [{"op": "Replace", "path": "active", "value": active}]}
        assert scim("PATCH", "/Users/bob", change)["active"] is active
        assert api.get(home, as_=BOB_SESSION).status == status
        assert scim("GET", "/Users?count=0")["totalResults"] == before["totalResults"]
        assert [each["value"] for each in scim("GET", f"/Groups/{group}")["members"]] == ["bob"]
        assert kinds(verified(api).broken) == LACKING
    scim("PATCH", "/Users/sue", {"Operations": [{"op": "Replace", "path": "active", "value": False}]})
    outcome = repair(api.store, now=api.clock(), by=Actor("test", api.clock()))
    assert outcome.after.broken == []
    assert [each["id"] for each in scim("GET", "/Users")["Resources"]][-2:] == ["bob", "sue"]
    assert api.delete(f"{home}/members/sue", as_=ROOT_SESSION).status == 200
    assert kinds(verified(api).broken) == set()
