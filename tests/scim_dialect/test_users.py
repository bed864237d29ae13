"""/scim/v2/{workspaceId}/Users: members as their identity provider sees and writes them."""

# ruff: noqa: E501

from collections.abc import Callable

import pytest

from roster.directory import users
from roster.domain import User, Workspace
from tests.scim_dialect.conftest import Provider, op, user
from tests.support.api import Api
from tests.support.directory import Directory


def test_a_suspended_member_is_none_until_resumed(provider: Provider, directory: Directory) -> None:
    ada = provider.user("ada")
    session = str(directory.session(users.alive(provider.api.store, ada)))
    home = f"/api/workspaces/{provider.workspace.id}"
    assert provider.api.get(home, as_=session).status == 200
    provider.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": False})
    assert provider.api.get(home, as_=session).status == 403
    provider.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": True})
    assert provider.api.get(home, as_=session).status == 200


def test_members_that_scim_did_not_make_are_shown_and_adopted(provider: Provider, boss: User) -> None:
    [shown] = provider.get("/Users").json["Resources"]
    assert (shown["id"], shown["userName"]) == (boss.id, boss.email)
    assert shown["name"]["formatted"] == boss.full_name
    [found] = provider.get(f'/Users?filter=userName%20eq%20"{boss.email}"').json["Resources"]
    assert found == shown
    made = provider.post("/Users", user("boss", title="Chief"))
    assert (made.status, made.json["id"], made.json["title"]) == (201, boss.id, "Chief")
    assert users.alive(provider.api.store, boss.id).full_name == boss.full_name
    with provider.api.no_effect():
        again = provider.post("/Users", user("boss", title="Other"))  # a retried create wipes nothing
    assert (again.status, again.json["scimType"]) == (409, "uniqueness")


def test_an_account_of_another_tenant_is_not_taken_over(
    provider: Provider, directory: Directory, provider_of: Callable[[Workspace], Provider]
) -> None:
    other = provider_of(directory.workspace("globex"))
    ada = other.user("ada", title="At globex")
    assert provider.user("ada", title="At acme", name={"formatted": "Mallory"}) == ada
    provider.patch(f"/Users/{ada}", {"op": "replace", "path": 'emails[type eq "work"].value', "value": "m@evil.example"})  # fmt: skip
    present = users.alive(provider.api.store, ada)
    assert (present.email, present.full_name) == ("ada@example.com", "Ada Example")
    assert other.get(f"/Users/{ada}").json["title"] == "At globex"
    assert provider.get(f"/Users/{ada}").json["title"] == "At acme"
    assert provider.delete(f"/Users/{ada}").status == 204
    assert other.get(f"/Users/{ada}").status == 200


def test_the_last_admin_stays(provider: Provider, boss: User) -> None:
    assert provider.delete(f"/Users/{boss.id}").status == 409
    off = provider.patch(f"/Users/{boss.id}", {"op": "replace", "path": "active", "value": False})
    assert off.status == 409
    assert provider.get(f"/Users/{boss.id}").json["active"] is True


@pytest.mark.parametrize(
    ("body", "status", "scim_type"),
    [
        ({}, 400, "invalidValue"),
        ({"userName": "ada"}, 400, "invalidValue"),  # nothing names the person
        ({"userName": " "}, 400, "invalidValue"),
        ({"userName": 5}, 400, "invalidValue"),
        ({**user("ada"), "active": "perhaps"}, 400, "invalidValue"),
        ({**user("ada"), "emails": [{"value": "no address"}]}, 400, "invalidValue"),
        ({**user("ada"), "title": "x" * 2_000}, 400, "invalidValue"),
    ],
)
def test_what_is_refused_changes_nothing(
    provider: Provider, body: object, status: int, scim_type: str
) -> None:
    with provider.api.no_effect():
        refused = provider.post("/Users", body)
    assert (refused.status, refused.json["scimType"]) == (status, scim_type)


def test_a_refused_patch_changes_nothing(provider: Provider) -> None:
    ada = provider.user("ada")
    for last in ({"op": "move"}, {"op": "replace", "path": "active", "value": 5}, {"op": "remove"}):
        with provider.api.no_effect():
            refused = provider.patch(f"/Users/{ada}", {"op": "add", "path": "title", "value": "x"}, last)
        assert refused.status == 400


def test_etags(provider: Provider) -> None:
    ada = provider.user("ada")
    place = f"/Users/{ada}"
    tag = provider.get(place).headers["etag"]
    assert provider.get(place).json["meta"]["version"] == tag
    assert provider.get(place, If_None_Match=tag).status == 304
    title = {"op": "add", "path": "title", "value": "x"}
    assert provider.patch(place, title, If_Match=tag).status == 200
    assert provider.get(place, If_None_Match=tag).status == 200
    with provider.api.no_effect():
        assert provider.patch(place, title, If_Match=tag).status == 412
        assert provider.put(place, user("ada"), If_Match=tag).status == 412
        assert provider.delete(place, If_Match=tag).status == 412


def test_lists_have_any_page_of_members_and_then_suspended_ones(provider: Provider, boss: User) -> None:
    ids = [boss.id, *(provider.user(name) for name in ("ada", "bob", "cid"))]
    provider.patch(f"/Users/{ids[1]}", {"op": "replace", "path": "active", "value": False})
    ids = [ids[0], *ids[2:], ids[1]]
    for query, part in (
        ("", ids),
        ("?startIndex=2&count=2", ids[1:3]),
        ("?startIndex=0&count=1", ids[:1]),
        ("?startIndex=-5&count=1", ids[:1]),
        ("?startIndex=4&count=5", ids[3:]),
        ("?startIndex=5", []),
        ("?count=0", []),
        ("?count=-1", []),
    ):
        page = provider.get(f"/Users{query}").json
        assert ([each["id"] for each in page["Resources"]], page["totalResults"]) == (part, 4), query
        assert page["itemsPerPage"] == len(part)
    assert provider.get("/Users?count=many").status == 400


def test_filters(provider: Provider) -> None:
    ada, bob = provider.user("ada", title="Dr"), provider.user("bob")
    for filter, found in (
        ('userName eq "ada@example.com" and title eq "dr"', [ada]),
        ('userName eq "ada@example.com" and title eq "x"', []),
        ('emails[type eq "work"].value eq "bob@example.com"', [bob]),
        ('emails.value eq "bob@example.com"', [bob]),
        (f'id eq "{ada}"', [ada]),
        ('id eq "nobody"', []),
        ('title pr and userName sw "a"', [ada]),
        ('shoeSize eq "42"', []),
    ):
        answer = provider.get(f"/Users?filter={filter.replace(' ', '%20')}")
        assert [each["id"] for each in answer.json["Resources"]] == found, filter
    refused = provider.get("/Users?filter=userName%20is%20x")
    assert (refused.status, refused.json["scimType"]) == (400, "invalidFilter")


def test_attributes_are_chosen(provider: Provider) -> None:
    ada = provider.user("ada")
    place = f"/Users/{ada}"
    assert provider.get(f"{place}?attributes=userName,name.givenName").json == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": ada,
        "userName": "ada@example.com",
        "name": {"givenName": "Ada"},
    }
    less = provider.get(f"{place}?excludedAttributes=emails,id,name.familyName").json
    assert "emails" not in less
    assert (less["id"], less["name"]) == (ada, {"givenName": "Ada"})


def test_a_token_is_good_in_its_workspace_and_nowhere_else(
    provider: Provider,
    directory: Directory,
    boss: User,
    api: Api,
    provider_of: Callable[[Workspace], Provider],
) -> None:
    other = provider_of(directory.workspace("globex"))
    foreign = other.user("eve")
    assert provider.get(f"/Users/{foreign}").status == 404
    paths = ("/Users", f"/Users/{foreign}", "/Groups", "/Schemas", "/Me")
    for token in (other.token, api.token(boss), str(directory.session(boss)), "scim_x.y"):
        for path in paths:
            refused = api.get(f"{provider.base}{path}", bearer=token)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert refused.json["status"] == "401"
    assert api.get(f"{provider.base}/Users", as_=boss).status == 401
    for path in ("/Users", "/Users/u1", "/Groups/g1", "/Schemas"):  # a workspace that none can have
        assert api.get(f"/scim/v2/%C2%84{path}", bearer=provider.token).status == 401, path
    for path in (
        "/api/workspaces",
        "/api/v1/user",
        "/v2/organizations",
        f"/api/workspaces/{provider.workspace.id}",
    ):
        assert api.get(path, bearer=provider.token).status == 401, path


def test_bodies(provider: Provider) -> None:
    for media, status in (("application/json", 201), ("text/plain", 415)):
        headers = {"Content-Type": media}
        answer = provider.api.send(
            "POST", f"{provider.base}/Users", user(media[:4]), bearer=provider.token, headers=headers
        )
        assert answer.status == status
    broken = provider.api.send(
        "POST", f"{provider.base}/Users", raw=b"{", bearer=provider.token, headers={"Content-Type": "application/json"}
    )  # fmt: skip
    assert (broken.status, broken.json["scimType"]) == (400, "invalidSyntax")


def _written(who: str, **more: object) -> dict[str, object]:
    return {"userName": who, "name": {"formatted": "Ada King"}, **more}


HOME, WORK = {"value": "h@example.com", "type": "home"}, {"value": "w@example.com", "type": "Work"}


@pytest.mark.parametrize(
    ("body", "email"),
    [
        (_written("ada", emails=[WORK, HOME, {"value": "p@example.com", "primary": True}]), "p@example.com"),
        (_written("ada", emails=[HOME, WORK]), "w@example.com"),
        (_written("ada", emails=[{"type": "work"}, HOME, {"value": "o@example.com"}]), "h@example.com"),
        (_written("ada", emails="h@example.com"), "h@example.com"),
        (_written("Ada@example.com", emails=[]), "Ada@example.com"),
        (_written("Ada@example.com"), "Ada@example.com"),
    ],
)
def test_who_is_written_is_named_by_an_address(
    provider: Provider, body: dict[str, object], email: str
) -> None:
    made = provider.post("/Users", {**body, "password": "correct horse battery", "roles": ["ADMIN"]})
    user = users.alive(provider.api.store, made.json["id"])
    assert (user.email, user.full_name) == (email, "Ada King")
    assert not user.is_platform_admin  # nor has the user a password
    login = {"email": email, "password": "correct horse battery"}
    assert provider.api.post("/api/auth/login", login).status == 401
    shown = provider.api.get(
        f"/api/workspaces/{provider.workspace.id}/members/{user.id}",
        as_=Directory(provider.api.store, provider.api.clock).admin(),
    )
    assert shown.data["role"] == "MEMBER"


def test_an_address_is_unique_on_the_site(provider: Provider, directory: Directory) -> None:
    """Also for a workspace that names a person anew whom it made."""
    directory.user("eve")
    ada = provider.user("ada")
    work = op("replace", 'emails[type eq "work"].value', "EVE@example.com")
    with provider.api.no_effect():
        refused = provider.patch(f"/Users/{ada}", work)
    assert (refused.status, refused.json["scimType"]) == (409, "uniqueness")


def test_what_the_site_suspends_no_provider_resumes(provider: Provider, directory: Directory) -> None:
    ada = provider.user("ada")
    directory.change(users.alive(provider.api.store, ada), active=False)
    assert provider.get(f"/Users/{ada}").json["active"] is True  # the membership's state
    again = provider.patch(f"/Users/{ada}", op("replace", "active", True), op("add", "title", "x"))
    assert again.status == 200
    assert users.alive(provider.api.store, ada).active is False


def test_removing_active_leaves_the_state(provider: Provider) -> None:
    ada = provider.user("ada", active="False")
    for operation in (
        op("remove", "active"),
        op("replace", "active", None),
        op("add", None, {"active": None}),
    ):
        assert provider.patch(f"/Users/{ada}", operation).json["active"] is False
    assert provider.put(f"/Users/{ada}", {**user("ada"), "active": None}).json["active"] is False


def test_answers_to_writes_have_the_attributes_that_are_asked(provider: Provider) -> None:
    made = provider.post("/Users?attributes=userName", user("ada"))
    assert (made.status, set(made.json)) == (201, {"schemas", "id", "userName"})
    assert made.headers["location"].endswith(made.json["id"])
    place = f"/Users/{made.json['id']}"
    assert "emails" not in provider.put(f"{place}?excludedAttributes=emails,meta", user("ada")).json
    title = provider.patch(f"{place}?attributes=title,nobody", op("add", "title", "Dr"))
    assert title.json == {**{name: made.json[name] for name in ("schemas", "id")}, "title": "Dr"}
    body = {"displayName": "Staff", "members": [{"value": made.json["id"]}]}
    group = provider.post("/Groups?excludedAttributes=members", body)
    assert (group.status, "members" in group.json) == (201, False)
    at = f"/Groups/{group.json['id']}"
    assert set(provider.put(f"{at}?attributes=displayName", body).json) == {"schemas", "id", "displayName"}
    assert provider.patch(f"{at}?excludedAttributes=members", op("add", "externalId", "g")).status == 204
    assert provider.patch(f"{at}?attributes=members", op("add", "externalId", "h")).json["members"]


def test_conditions_of_any_version(provider: Provider) -> None:
    place = f"/Users/{provider.user('ada')}"
    assert provider.get(place, If_None_Match="*").status == 304
    assert provider.get(place, If_None_Match='"x", W/"y"').status == 200
    title = op("add", "title", "x")
    assert provider.patch(place, title, If_Match="*").status == 200
    tag = provider.get(place).headers["etag"]
    assert tag.startswith('W/"')
    assert (
        provider.patch(place, op("add", "title", "y"), If_Match=f'"x", {tag.removeprefix("W/")}').status
        == 200
    )
    assert provider.delete(place, If_Match='"x"').status == 412


def test_meta_says_since_when_and_what_changed_last(provider: Provider, boss: User) -> None:
    place = f"/Users/{boss.id}"
    began = provider.get(place).json["meta"]["created"]
    clock, seen = provider.api.clock, []
    ada = provider.user("ada")
    for at, operation in (
        (place, op("add", "title", "x")),  # whom the provider did not make
        (f"/Users/{ada}", op("replace", "active", False)),
        (f"/Users/{ada}", op("replace", "active", True)),
        (f"/Users/{ada}", op("add", "title", "x")),
    ):
        clock.advance(minutes=1)
        seen.append(provider.patch(at, operation).json["meta"]["lastModified"])
        assert seen[-1] == provider.get(at).json["meta"]["lastModified"]
    assert seen == sorted(set(seen))
    assert provider.get(place).json["meta"]["created"] == began
