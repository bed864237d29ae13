"""POST /api/workspaces."""

from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Update, Value
from roster.domain import User
from roster.errors import Conflict
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.race import before_the_commit
from tests.workspaces.fixtures import assert_granted, assert_invalid, assert_refused
from tests.workspaces.rows import BAD_LINES, GOOD_LINES

pytestmark = pytest.mark.any_engine

PATH = "/api/workspaces"
DOCUMENTED = {"key": "acme", "name": "Acme Corp"}


@pytest.fixture
def root(api: Api, directory: Directory) -> User:
    admin = directory.admin()
    api.cookie(admin)
    return admin


def test_the_documented_request_gets_the_documented_answer(api: Api, root: User) -> None:
    answer = api.post(PATH, DOCUMENTED, as_=root)
    assert_granted(answer, "id", "key", "name", "createdAt")
    assert answer.data["key"] == "acme"
    assert answer.data["name"] == "Acme Corp"
    assert answer.data["createdAt"] == "2026-04-13T01:00:00Z"


def test_nobody_becomes_a_member_by_creating(api: Api, root: User) -> None:
    made = api.post(PATH, DOCUMENTED, as_=root).data
    assert api.get(f"{PATH}/{made['id']}/members", as_=root).data == []


def test_settings_may_be_sent_and_what_is_absent_takes_the_default(api: Api, root: User) -> None:
    made = api.post(PATH, {**DOCUMENTED, "settings": {"locale": "de-AT", "regionCode": "eu"}}, as_=root)
    assert_granted(made, "id", "key", "name", "createdAt")
    assert api.get(f"{PATH}/{made.data['id']}", as_=root).data["settings"] == {
        "locale": "de-AT",
        "timeZone": "UTC",
        "dateTimeFormat": "yyyy-MM-dd HH:mm",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "regionCode": "eu",
    }


@pytest.mark.parametrize("name", GOOD_LINES)
def test_a_name_is_kept_as_given(api: Api, root: User, name: str) -> None:
    made = api.post(PATH, {"key": "acme", "name": name}, as_=root).data
    assert made["name"] == name
    assert api.get(f"{PATH}/{made['id']}", as_=root).data["name"] == name
    assert [row["name"] for row in api.get(PATH, as_=root).data] == [name]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("ACME", "acme", id="P-23-upper-case"),
        pytest.param("ab", "ab", id="shortest"),
        pytest.param("a" + "-9" * 31, "a" + "-9" * 31, id="longest"),
    ],
)
def test_a_key_is_lower_cased(api: Api, root: User, sent: str, kept: str) -> None:
    assert api.post(PATH, {"key": sent, "name": "x"}, as_=root).data["key"] == kept


@pytest.mark.parametrize("again", ["acme", "ACME", "aCmE"])
@pytest.mark.row("P-23")
def test_a_key_in_use_is_refused(api: Api, root: User, again: str) -> None:
    api.post(PATH, DOCUMENTED, as_=root)
    with api.no_effect():
        assert_refused(api.post(PATH, {"key": again, "name": "Other"}, as_=root), 409)


def test_a_key_that_another_took_meanwhile_is_refused(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: directory.workspace("acme"))
    with pytest.raises(Conflict):
        directory.workspace("acme")


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(None, id="null"),
        pytest.param(7, id="number"),
        pytest.param(["acme"], id="list"),
        pytest.param("", id="P-23-empty"),
        pytest.param("a", id="P-23-one"),
        pytest.param("a" * 64, id="P-23-64"),
        pytest.param("a" * 300, id="P-23-300"),
        pytest.param("acme#1", id="P-23-delimiter"),
        pytest.param("../x", id="P-23-path"),
        pytest.param("1acme", id="P-23-digit-first"),
        pytest.param("-acme", id="P-23-hyphen-first"),
        pytest.param("ac me", id="P-23-space"),
        pytest.param(" acme", id="P-23-space-before"),
        pytest.param("acme\n", id="P-23-newline"),
        pytest.param("ac_me", id="P-23-underscore"),
        pytest.param("ac.me", id="P-23-dot"),
        pytest.param("\u00e4cme", id="P-23-umlaut"),
        pytest.param("\uff41cme", id="P-23-full-width"),
        pytest.param("ac\u0660", id="P-23-arabic-digit"),
        pytest.param("\u0130cme", id="P-23-dotted-i"),
    ],
)
def test_what_is_no_key_is_refused(api: Api, root: User, key: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {"key": key, "name": "x"}, as_=root), "key")


@pytest.mark.parametrize("name", BAD_LINES)
def test_what_is_no_name_is_refused(api: Api, root: User, name: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {"key": "acme", "name": name}, as_=root), "name")


@pytest.mark.parametrize("field", ["key", "name"])
def test_a_missing_field_is_named(api: Api, root: User, field: str) -> None:
    body = {name: value for name, value in DOCUMENTED.items() if name != field}
    with api.no_effect():
        answer = api.post(PATH, body, as_=root)
    assert_invalid(answer, field)
    assert answer.data == [{"field": field, "message": "is required"}]


@pytest.mark.parametrize("field", ["id", "createdAt", "number", "Key", "admins", "__proto__"])
@pytest.mark.row("P-21", "item-14")
def test_an_unknown_field_is_named(api: Api, root: User, field: str) -> None:
    with api.no_effect():
        answer = api.post(PATH, {**DOCUMENTED, field: "x"}, as_=root)
    assert_invalid(answer, field)


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("settings", None),
        ("settings", []),
        ("settings.locale", {"locale": "en US"}),
        ("settings.locale", {"locale": None}),
        ("settings.timeZone", {"timeZone": "UTC\n"}),
        ("settings.timeZone", {"timeZone": ""}),
        pytest.param("settings.timeZone", {"timeZone": "Mars/Olympus"}, id="FB-09-no-such-zone"),
        pytest.param("settings.timeZone", {"timeZone": "europe/berlin"}, id="FB-09-not-as-it-is-spelt"),
        pytest.param("settings.timeZone", {"timeZone": "+02:00"}, id="FB-09-offset"),
        pytest.param("settings.timeZone", {"timeZone": "../etc/passwd"}, id="FB-09-path"),
        pytest.param("settings.locale", {"locale": "xx_YY!!"}, id="FB-09-no-language"),
        pytest.param("settings.locale", {"locale": "en_US"}, id="FB-09-locale-of-posix"),
        pytest.param("settings.locale", {"locale": "-"}, id="FB-09-hyphen"),
        pytest.param("settings.locale", {"locale": "en-" + "x-abcdefgh" * 4}, id="FB-09-too-long"),
        ("settings.dateFormat", {"dateFormat": " "}),
        ("settings.timeFormat", {"timeFormat": 7}),
        ("settings.regionCode", {"regionCode": ""}),
        ("settings.theme", {"theme": "dark"}),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_a_setting_that_is_none_is_named(api: Api, root: User, field: str, settings: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**DOCUMENTED, "settings": settings}, as_=root), field)


def test_a_list_that_holds_the_one_body_is_refused(api: Api, root: User) -> None:
    with api.no_effect():
        assert_refused(api.post(PATH, [DOCUMENTED], as_=root), 400)


@pytest.mark.row("P-18", "item-23")
def test_a_key_named_twice_is_refused_although_both_would_do(api: Api, root: User) -> None:
    with api.no_effect():
        answer = api.post(PATH, raw=b'{"key":"acme","name":"x","key":"acme"}', as_=root)
    assert_refused(answer, 400)


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "US/Eastern"]
)
def test_fb_09_a_time_zone_of_the_iana_database_is_kept(api: Api, root: User, zone: str) -> None:
    made = api.post(PATH, {**DOCUMENTED, "settings": {"timeZone": zone}}, as_=root)
    assert api.get(f"{PATH}/{made.data['id']}", as_=root).data["settings"]["timeZone"] == zone


@pytest.mark.parametrize(
    "tag",
    ["de", "en-US", "zh-Hant-TW", "es-419", "sl-rozaj-biske", "de-DE-u-co-phonebk", "x-ours", "i-klingon"],
)
def test_fb_09_a_language_tag_is_kept(api: Api, root: User, tag: str) -> None:
    made = api.post(PATH, {**DOCUMENTED, "settings": {"locale": tag}}, as_=root)
    assert api.get(f"{PATH}/{made.data['id']}", as_=root).data["settings"]["locale"] == tag


def test_fb_09_what_an_earlier_version_kept_stays_readable(
    api: Api, directory: Directory, root: User
) -> None:
    acme = directory.workspace("acme")
    kept: dict[str, Value] = {"locale": "xx_YY", "time_zone": "Mars/Olympus"}
    api.store.write(Update(keys.workspace(acme.id), set={"settings": kept}))
    shown = api.get(f"{PATH}/{acme.id}", as_=root).data["settings"]
    assert (shown["locale"], shown["timeZone"]) == ("xx_YY", "Mars/Olympus")
