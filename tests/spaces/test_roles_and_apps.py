"""Roles in a space are given and ended by its managers and the ADMINs; apps come and go by its developers."""

from collections.abc import Callable

import pytest

from roster.directory import space_roles
from roster.domain import SpaceRole
from tests.spaces.fixtures import NOWHERE, SpaceFixtures
from tests.support.api import Answer, Api, bare
from tests.support.race import before_the_commit


def holders(fixtures: SpaceFixtures, query: str = "", who: str = "boss") -> list[tuple[str, str]]:
    answer = fixtures.send("GET", f"/{{alpha}}/roles{query}", who=who)
    assert answer.status == 200, answer.text
    return [(each["fullName"], each["role"]) for each in answer.data]


WHOLE = [("Developer", "developer"), ("Manager", "manager"), ("Auditor", "auditor")]


@pytest.mark.parametrize("who", ["boss", "root", "manager"])
def test_a_member_is_given_a_role_once_and_loses_it(fixtures: SpaceFixtures, api: Api, who: str) -> None:
    api.clock.advance(minutes=1)
    path = "/{alpha}/roles/developer/{member}"
    given = fixtures.send("PUT", path, who=who)
    member = fixtures.people["member"]
    assert given.data == {
        **{"userId": member.id, "email": "member@example.com", "fullName": "Member", "role": "developer"},
        "createdAt": "2026-04-13T01:01:00Z",
    }
    api.clock.advance(minutes=1)
    with api.no_effect():
        assert fixtures.send("PUT", path, who=who).data == given.data
    assert given.data in fixtures.send("GET", "/{alpha}/roles", who="auditor").data
    assert holders(fixtures, who=who) == [("Member", "developer"), *WHOLE]  # in the order of the users

    assert fixtures.send("DELETE", path, who=who).status == 200
    assert holders(fixtures) == WHOLE
    with api.no_effect():
        assert fixtures.send("DELETE", path, who=who).status == 404


REFUSALS: list[tuple[str, str, str, int]] = [
    ("PUT", "owner/{member}", "boss", 400),
    ("DELETE", "Developer/{developer}", "boss", 400),
    ("PUT", "owner/{member}", "auditor", 403),  # who may not is told no more
    ("PUT", "owner/{member}", "member", 404),
    ("PUT", "developer/{stranger}", "boss", 409),
    ("PUT", f"developer/{NOWHERE}", "boss", 409),
    ("PUT", "developer/a%20b", "manager", 409),
    ("DELETE", "developer/{stranger}", "boss", 404),
    ("DELETE", f"developer/{NOWHERE}", "manager", 404),
    ("DELETE", "developer/{manager}", "boss", 404),
    ("DELETE", "auditor/{auditor}", "auditor", 403),
    ("PUT", "manager/{developer}", "developer", 403),
    ("PUT", "manager/{rival}", "rival", 403),
    ("PUT", "manager/{member}", "member", 404),
]


@pytest.mark.parametrize(("method", "path", "who", "status"), REFUSALS)
@pytest.mark.row("SP-02", "SP-06")
def test_what_is_refused_changes_nothing(
    fixtures: SpaceFixtures, method: str, path: str, who: str, status: int
) -> None:
    with fixtures.api.no_effect():
        answer = fixtures.send(method, f"/{{alpha}}/roles/{path}", who=who)
    assert answer.status == status, answer.text
    if status == 400:
        assert [each["field"] for each in answer.data] == ["role"]


@pytest.mark.row("SP-06")
def test_an_unknown_user_is_refused_as_one_who_is_no_member(fixtures: SpaceFixtures) -> None:
    known = fixtures.send("PUT", "/{alpha}/roles/developer/{stranger}")
    assert bare(known) == bare(fixtures.send("PUT", f"/{{alpha}}/roles/developer/{NOWHERE}"))


def test_a_role_has_no_tag_so_only_a_star_matches(fixtures: SpaceFixtures) -> None:
    for method, path in (
        ("PUT", "/{alpha}/roles/auditor/{member}"),
        ("DELETE", "/{alpha}/roles/developer/{developer}"),
        ("DELETE", f"/{{alpha}}/apps/{fixtures.directory.app(fixtures.alpha, 'app').id}"),
    ):
        assert fixtures.send(method, path, headers={"If-Match": '"1"'}).status == 412
        assert fixtures.send(method, path, headers={"If-Match": "*"}).status == 200


@pytest.mark.row("SP-07")
def test_who_comes_back_has_the_role_only_when_it_is_given_again(fixtures: SpaceFixtures) -> None:
    """The role of the ended membership is still there, until the cleanup; a new one takes its place."""
    developer = fixtures.people["developer"]
    fixtures.directory.leave(fixtures.acme, developer)
    assert holders(fixtures) == WHOLE[1:]
    assert fixtures.send("PUT", "/{alpha}/roles/developer/{developer}").status == 409
    fixtures.directory.member(fixtures.acme, developer)
    assert holders(fixtures) == WHOLE[1:]
    assert fixtures.send("GET", "/{alpha}", who="developer").status == 404
    assert fixtures.send("DELETE", "/{alpha}/roles/developer/{developer}").status == 404
    assert fixtures.send("PUT", "/{alpha}/roles/developer/{developer}").status == 200
    for _ in range(2):
        assert holders(fixtures) == WHOLE
        assert fixtures.seen_elsewhere()["developed"] == ["alpha"]
        fixtures.clean_up()


RACES: dict[str, tuple[Callable[[SpaceFixtures], object], int]] = {
    "the membership ends": (
        lambda on: on.directory.leave(on.acme, on.people["member"]),
        409,
    ),
    "somebody else gives it": (
        lambda on: space_roles.give(
            on.api.store, on.alpha, on.people["member"].id, SpaceRole.AUDITOR, by=on.directory.by
        ),
        200,
    ),
    "the space is deleted": (lambda on: on.send("DELETE", "/{alpha}"), 404),
    "the space is renamed": (lambda on: on.send("PUT", "/{alpha}", {"name": "omega"}), 200),
}


@pytest.mark.parametrize("name", RACES)
@pytest.mark.row("SP-07")
def test_what_happens_meanwhile_counts(
    fixtures: SpaceFixtures, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    happens, status = RACES[name]
    before_the_commit(monkeypatch, lambda: happens(fixtures))
    assert fixtures.send("PUT", "/{alpha}/roles/auditor/{member}").status == status
    fixtures.clean_up()
    expected = {200: ["omega" if "renamed" in name else "alpha"]}.get(status, [])
    names = [each["name"] for each in fixtures.send("GET", who="boss" if status == 404 else "auditor").data]
    assert names == ([] if status == 404 else expected or ["alpha"])
    if status == 200:
        audited = f"/v2/users/{fixtures.people['member'].id}/audited_spaces?q=name:{expected[0]}"
        found = fixtures.api.get(audited, bearer=fixtures.people["member"]).json
        assert found["total_results"] == 1


@pytest.mark.parametrize("few", [0, 1_000], ids=["by lists", "by one query"])
def test_pages_of_roles_hold_everybody_once(
    fixtures: SpaceFixtures, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(space_roles, "FEW", few)
    for role in ("developer", "auditor"):
        for who in ("member", "manager"):
            fixtures.send("PUT", f"/{{alpha}}/roles/{role}/{{{who}}}")
    whole = holders(fixtures)
    assert sorted(whole, key=lambda each: ["developer", "manager", "auditor"].index(each[1])) == whole
    assert len(whole) == len(set(whole)) == 7
    for size in (1, 2, 3, 5, 7):
        pages = [holders(fixtures, f"?page={page}&size={size}") for page in range(1, 9)]
        assert [each for page in pages for each in page] == whole
    meta = fixtures.send("GET", "/{alpha}/roles?page=9&size=2").json["meta"]
    assert meta == {"page": 9, "size": 2, "total": 7, "totalPages": 4}


def test_developers_register_apps_and_remove_them(fixtures: SpaceFixtures) -> None:
    made = [
        fixtures.send("POST", "/{alpha}/apps", {"name": name}, "developer").data for name in ("b", "a", "b")
    ]
    assert made[0] == {
        **{"id": made[0]["id"], "spaceId": fixtures.alpha.id, "name": "b"},
        "createdAt": "2026-04-13T01:00:00Z",
    }
    fixtures.directory.app(fixtures.alpha, "imported")
    old = {"id": "imported", "spaceId": fixtures.alpha.id, "name": "imported", "createdAt": None}
    assert fixtures.send("GET", "/{alpha}/apps", who="auditor").data == [*made, old]
    page = fixtures.send("GET", "/{alpha}/apps?page=2&size=1")
    assert (page.data, page.json["meta"]["total"]) == (made[1:2], 4)
    assert fixtures.send("DELETE", f"/{{alpha}}/apps/{made[0]['id']}", who="developer").status == 200
    assert fixtures.send("GET", "/{alpha}/apps").data == [*made[1:], old]
    for app in made[:1]:
        assert fixtures.send("DELETE", f"/{{alpha}}/apps/{app['id']}").status == 404


@pytest.mark.row("SP-03")
def test_apps_are_of_their_space_alone_and_not_everybodys(fixtures: SpaceFixtures) -> None:
    foreign = fixtures.directory.app(fixtures.beta, "foreign").id
    other = fixtures.directory.space(fixtures.acme, "other")
    near = fixtures.directory.app(other, "near").id

    def remove(app: str, who: str) -> Answer:
        return fixtures.send("DELETE", f"/{{alpha}}/apps/{app}", who=who)

    with fixtures.api.no_effect():
        for who in ("boss", "developer"):
            absent = bare(remove(NOWHERE, who))
            assert absent[0] == 404
            assert bare(remove(foreign, who)) == bare(remove(near, who)) == absent
        for who, status in (("auditor", 403), ("manager", 403), ("member", 404)):
            assert remove(NOWHERE, who).status == status
            assert fixtures.send("POST", "/{alpha}/apps", {"name": ""}, who).status == status
        assert fixtures.send("POST", "/{alpha}/apps", {"name": "a", "spaceId": "x"}).status == 400


def test_an_app_of_a_space_that_is_deleted_meanwhile_is_not_made(
    fixtures: SpaceFixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: fixtures.send("DELETE", "/{alpha}"))
    assert fixtures.send("POST", "/{alpha}/apps", {"name": "late"}).status == 404


def test_a_role_that_is_not_held_is_404_before_its_tag_is_looked_at(fixtures: SpaceFixtures) -> None:
    for held, status in (("auditor", 412), ("developer", 404)):
        path = f"/{{alpha}}/roles/{held}/{{auditor}}"
        with fixtures.api.no_effect():
            assert fixtures.send("DELETE", path, headers={"If-Match": '"7"'}).status == status
