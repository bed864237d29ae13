"""Who sees what, and in which order a request is refused (sections 1 and 3 of the contract)."""

from collections.abc import Callable

import pytest

from roster.db.store import Key
from roster.directory import cleanup, workspace_groups
from roster.domain import User, WorkspaceRole
from tests.cloud_foundry.conftest import Cloud
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory

pytestmark = pytest.mark.any_engine

OWN = "/v2/users/u1/spaces"


NONE = ["", "Basic dTpw", "token", "foo bar", "xbearer y"]
BAD = ["bearer", "bearerabc x", "bearer a b", "bearer nonsense", "bearer a,bearer b"]


@pytest.mark.parametrize(
    ("header", "code", "description"),
    [
        *((header, 10002, "Authentication error") for header in NONE),
        *((header, 1000, "Invalid Auth Token") for header in BAD),
    ],
)
def test_no_credential_is_told_from_a_bad_one(api: Api, header: str, code: int, description: str) -> None:
    answer = api.get(OWN, headers={"Authorization": header})
    assert (answer.status, answer.json["code"], answer.json["description"]) == (401, code, description)


@pytest.mark.parametrize(
    ("scopes", "own", "other"),
    [
        (["cloud_controller.read"], 200, 403),
        (["cloud_controller.write"], 403, 403),
        ([], 403, 403),
        (["cloud_controller.admin"], 200, 200),
        (["cloud_controller.admin_read_only"], 200, 200),
        (["cloud_controller.global_auditor"], 200, 403),
        (["xcloud_controller.admin", "cloud_controller.read"], 200, 403),
        (["read", "admin"], 403, 403),
        ("cloud_controller.admin", 403, 403),
        ({"cloud_controller.admin": True}, 403, 403),
        ([["cloud_controller.admin"]], 403, 403),
    ],
    ids=str,
)
@pytest.mark.row("J-21", "Z-21")
def test_what_a_scope_allows(cloud: Callable[..., Cloud], scopes: object, own: int, other: int) -> None:
    cloud_api = cloud("records.jsonl")
    token = cloud_api.token(scope=scopes)
    assert cloud_api.get(OWN, token).status in (own, 401 if not isinstance(scopes, list) else own)
    assert cloud_api.get("/v2/users/u2/spaces", token).status in (
        other,
        401 if not isinstance(scopes, list) else other,
    )


@pytest.mark.row("J-22")
def test_an_issuers_administrator_need_not_be_in_the_directory(cloud: Callable[..., Cloud]) -> None:
    cloud_api = cloud("records.jsonl")
    assert cloud_api.get(OWN, cloud_api.admin()).json["total_results"] == 7
    answer = cloud_api.get("/v2/users/nope/spaces", cloud_api.admin())
    assert (answer.status, answer.json["code"]) == (404, 20003)


@pytest.mark.parametrize("scopes", [[], ["cloud_controller.write"], ["openid"]], ids=str)
def test_a_platform_administrator_is_one_whatever_the_scopes(
    cloud: Callable[..., Cloud], directory: Directory, scopes: list[str]
) -> None:
    cloud_api, root, other = cloud(), directory.admin(), directory.user("other")
    token = cloud_api.token(user_id=root.id, scope=scopes)
    assert cloud_api.get(f"/v2/users/{other.id}/spaces", token).status == 200
    assert cloud_api.get("/v2/users", token).json["total_results"] == 2


@pytest.mark.parametrize(
    ("scopes", "own", "other"),
    [
        (("cloud_controller.read",), 200, 403),
        (("cloud_controller.write",), 403, 403),
        (("cloud_controller.read", "cloud_controller.admin"), 200, 403),
        (("cloud_controller.admin", "cloud_controller.global_auditor"), 403, 403),
        ((), 403, 403),
    ],
    ids=str,
)
def test_nobody_is_more_by_logging_in_with_a_client(
    api: Api, directory: Directory, scopes: tuple[str, ...], own: int, other: int
) -> None:
    """Scopes of the directory's own clients bound what a user may; those of a trusted issuer grant."""
    ada, root = directory.user("ada", password=PASSWORD), directory.admin()
    directory.client("ops", scopes=scopes)
    form = {"grant_type": "password", "username": ada.email, "password": PASSWORD, "client_id": "ops"}
    token = api.post("/oauth/token", form=form).json["access_token"]
    assert api.get(f"/v2/users/{ada.id}/spaces", bearer=token).status == own
    assert api.get(f"/v2/users/{root.id}/spaces", bearer=token).status == other


@pytest.mark.parametrize("is_admin", [False, True])
def test_a_suspended_caller_is_nobody_whatever_the_scopes(
    cloud: Callable[..., Cloud], directory: Directory, is_admin: bool
) -> None:
    cloud_api, user = cloud(), directory.user("ada", admin=is_admin)
    directory.admin("another")
    tokens = [
        cloud_api.token(user_id=user.id, scope=["cloud_controller.admin", "cloud_controller.read"]),
        cloud_api.api.token(user),
    ]
    directory.suspend(user)
    for token in tokens:
        answer = cloud_api.get(f"/v2/users/{user.id}/spaces", token)
        assert (answer.status, answer.json["code"]) == (401, 1000)


@pytest.mark.parametrize(
    ("scope", "spaces", "users"),
    [("admin", 10, 200), ("admin_read_only", 10, 200), ("global_auditor", 10, 403), ("read", 0, 403)],
)
def test_who_sees_all_spaces_and_who_lists_users(
    cloud: Callable[..., Cloud], scope: str, spaces: int, users: int
) -> None:
    cloud_api = cloud("records.jsonl")
    token = cloud_api.token(user_id="zz", scope=[f"cloud_controller.{scope}"])
    assert cloud_api.get("/v2/spaces", token).json["total_results"] == spaces
    assert cloud_api.get("/v2/spaces/space-10", token).status == (200 if spaces else 403)
    assert cloud_api.get("/v2/users", token).status == users
    assert cloud_api.get("/v2/users/zz", token).status == 404  # of themselves, but nobody is there


def test_whom_only_an_issuer_knows_has_empty_lists(cloud: Callable[..., Cloud]) -> None:
    cloud_api = cloud("records.jsonl")
    token = cloud_api.token(user_id="never-seen")
    for relation in ("spaces", "managed_spaces", "organizations", "audited_organizations"):
        answer = cloud_api.get(f"/v2/users/never-seen/{relation}", token)
        assert (answer.status, answer.json["total_results"], answer.json["resources"]) == (200, 0, [])
    for path in ("/v2/spaces", "/v2/organizations"):
        assert cloud_api.get(path, token).json["resources"] == []
    assert cloud_api.get("/v2/users/never-seen", token).status == 404


@pytest.mark.row("Z-21")
def test_the_order_of_refusals(cloud: Callable[..., Cloud]) -> None:
    """401, then the path, then 404, then scopes, then whose it is, then the query."""
    cloud_api = cloud("records.jsonl")
    nothing, bad = cloud_api.token(scope=[]), "q=bogus:1"
    codes = [
        cloud_api.get(f"/v2/users/%a5/spaces?{bad}", Authorization="").json["code"],
        cloud_api.get(f"/v2/users/%a5/spaces?{bad}", nothing).json["code"],
        cloud_api.get(f"/v2/users/nope/spaces?{bad}", nothing).json["code"],
        cloud_api.get(f"/v2/users/u2/spaces?{bad}", nothing).json["code"],
        cloud_api.get(f"/v2/users/u2/spaces?{bad}").json["code"],
        cloud_api.get(f"{OWN}?{bad}").json["code"],
    ]
    assert codes == [10002, 10004, 20003, 10007, 10003, 10005]


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("/v2/users/nope", 20003, "The user could not be found: nope"),
        ("/v2/users/a%23b/spaces", 20003, "The user could not be found: a#b"),
        ("/v2/spaces/nope", 40004, "The app space could not be found: nope"),
        ("/v2/organizations/nope", 30003, "The organization could not be found: nope"),
        ("/v2/apps/nope/", 10000, "Unknown request"),
        ("/v2/apps/nope", 100004, "The app could not be found: nope"),
    ],
)
def test_what_is_not_there_is_named(fixtures: Fixtures, path: str, code: int, text: str) -> None:
    answer = fixtures.get(path, fixtures.root)
    assert (answer.status, answer.json["code"], answer.json["description"]) == (404, code, text)


SEEN_BY = {
    "dev": (["alpha", "gamma"], ["acme", "globex"]),
    "max": (["alpha"], ["acme"]),
    "aud": (["alpha"], ["acme"]),
    "boss": (["alpha", "beta"], ["acme"]),
    "memo": ([], ["acme"]),
    "stranger": ([], []),
    "root": (["alpha", "beta", "gamma"], ["acme", "globex"]),
}


@pytest.mark.parametrize("name", SEEN_BY)
def test_everybody_sees_what_they_belong_to(fixtures: Fixtures, name: str) -> None:
    user = getattr(fixtures, name)
    spaces, organizations = SEEN_BY[name]
    assert fixtures.names("/v2/spaces", user) == spaces
    assert [each.lower() for each in fixtures.names("/v2/organizations", user)] == organizations
    for space in (fixtures.alpha, fixtures.beta, fixtures.gamma):
        expected = 200 if space.name in spaces else 403
        assert fixtures.get(f"/v2/spaces/{space.id}", user).status == expected
        assert fixtures.get(f"/v2/spaces/{space.id}/developers", user).status == expected
    assert fixtures.get("/v2/apps/app-1", user).status == (200 if "alpha" in spaces else 403)
    for workspace in (fixtures.acme, fixtures.globex):
        expected = 200 if workspace.key in organizations else 403
        assert fixtures.get(f"/v2/organizations/{workspace.id}", user).status == expected
    within = [each for each in spaces if each != "gamma"]
    if "acme" in organizations:
        assert fixtures.names(f"/v2/organizations/{fixtures.acme.id}/spaces", user) == within


def test_only_developers_list_a_space_among_their_spaces(fixtures: Fixtures) -> None:
    for user, spaces, managed, audited in (
        (fixtures.dev, ["alpha", "gamma"], [], []),
        (fixtures.max, [], ["alpha"], []),
        (fixtures.aud, [], [], ["alpha"]),
        (fixtures.boss, [], [], []),
    ):
        own = f"/v2/users/{user.id}"
        assert fixtures.names(f"{own}/spaces", user) == spaces
        assert fixtures.names(f"{own}/managed_spaces", user) == managed
        assert fixtures.names(f"{own}/audited_spaces", user) == audited


def test_workspace_admins_are_the_managers_of_the_organization(fixtures: Fixtures) -> None:
    own = f"/v2/organizations/{fixtures.acme.id}"
    assert fixtures.names(f"{own}/managers", fixtures.memo) == [fixtures.boss.id]
    joined = [fixtures.dev, fixtures.max, fixtures.aud, fixtures.memo, fixtures.boss]
    assert fixtures.names(f"{own}/users", fixtures.memo) == [user.id for user in joined]
    assert fixtures.names(f"{own}/billing_managers", fixtures.memo) == []
    assert fixtures.names(f"{own}/auditors", fixtures.memo) == []
    assert fixtures.names(f"/v2/users/{fixtures.boss.id}/managed_organizations", fixtures.boss) == ["Acme"]
    assert fixtures.names(f"/v2/users/{fixtures.memo.id}/managed_organizations", fixtures.memo) == []


def test_who_is_admin_by_a_group_is_a_manager_of_the_organization_while_the_group_says_so(
    fixtures: Fixtures, directory: Directory
) -> None:
    """In every list and condition that tells of managers; a suspended one is none."""
    acme, boss, memo, root = fixtures.acme, fixtures.boss, fixtures.memo, fixtures.root
    directory.workspace_group(acme, "Idle", fixtures.dev, memo)
    crew = directory.workspace_group(acme, "Crew", memo)

    def managers(asks: User) -> list[list[str]]:
        own = f"/v2/organizations/{acme.id}"
        inlined = fixtures.get(f"{own}?inline-relations-depth=1", asks).json["entity"]["managers"]
        return [
            fixtures.names(f"{own}/managers", asks),
            fixtures.names(f"{own}/managers?order-direction=desc", asks)[::-1],
            fixtures.names(f"{own}/users?q=managed_organization_guid:{acme.id}", asks),
            [each["metadata"]["guid"] for each in inlined],
        ]

    def manages(user: User, asks: User) -> list[list[str]]:
        own = f"/v2/users/{user.id}"
        found = [fixtures.names(f"/v2/organizations?q=manager_guid:{user.id}", asks)]
        if asks in (user, root):
            inlined = fixtures.get(f"{own}?inline-relations-depth=1", asks).json["entity"]
            names = [each["entity"]["name"] for each in inlined["managed_organizations"]]
            found += [fixtures.names(f"{own}/managed_organizations", asks), names]
        return found

    def demand(*wanted: User) -> None:
        for asks in (boss, root):
            assert managers(asks) == [[user.id for user in wanted]] * 4
            for user in (boss, memo):
                assert all(names == ["Acme"] * (user in wanted) for names in manages(user, asks)), user.email
        for names in manages(memo, memo):
            assert names == ["Acme"] * (memo in wanted)

    demand(boss)
    assert fixtures.names("/v2/spaces", memo) == []
    crew = workspace_groups.set_role(directory.store, acme, crew, WorkspaceRole.ADMIN, by=directory.by)
    demand(memo, boss)
    assert fixtures.names("/v2/spaces", memo) == ["alpha", "beta"]
    directory.suspend_member(acme, memo)
    demand(boss)
    assert fixtures.names("/v2/spaces", memo) == []
    directory.suspend_member(acme, memo, active=True)
    demand(boss, memo)  # who is resumed joins anew
    workspace_groups.set_role(directory.store, acme, crew, None, by=directory.by)
    demand(boss)


def test_a_suspended_membership_hides_all_that_was_granted_until_it_is_resumed(
    fixtures: Fixtures, directory: Directory
) -> None:
    dev, acme, root = fixtures.dev, fixtures.acme, fixtures.root
    developers = f"/v2/spaces/{fixtures.alpha.id}/developers"

    def seen() -> list[object]:
        inlined = fixtures.get(f"/v2/users/{dev.id}?inline-relations-depth=1", root).json["entity"]
        space = fixtures.get(f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=2", root).json["entity"]
        colleague = fixtures.get(f"{developers}?inline-relations-depth=1", fixtures.boss).json["resources"]
        return [
            *(fixtures.names(f"/v2/users/{dev.id}/{kind}", dev) for kind in ("spaces", "organizations")),
            *(fixtures.names(f"/v2/users/{dev.id}/{kind}", root) for kind in ("spaces", "organizations")),
            *(fixtures.names(f"/v2/{kind}", dev) for kind in ("spaces", "organizations")),
            *([e["entity"]["name"] for e in inlined[kind]] for kind in ("spaces", "organizations")),
            fixtures.names(developers, root),
            [each["metadata"]["guid"] for each in space["developers"]],
            sorted(each["metadata"]["guid"] for each in space["organization"]["entity"]["users"]),
            [each["metadata"]["guid"] for each in colleague],
            sorted(fixtures.names(f"/v2/organizations/{acme.id}/users", root)),
            fixtures.names(f"/v2/spaces?q=developer_guid:{dev.id}", root),
            fixtures.names(f"/v2/organizations?q=user_guid:{dev.id}", root),
            fixtures.names(f"/v2/organizations?q=user_guid:{dev.id}", fixtures.boss),
            fixtures.names(f"/v2/users?q=space_guid:{fixtures.alpha.id}", root),
            dev.id in fixtures.names(f"/v2/users?q=organization_guid:{acme.id}", root),
            fixtures.get(f"/v2/organizations/{acme.id}", dev).status,
            fixtures.get(f"/v2/spaces/{fixtures.alpha.id}", dev).status,
        ]

    first = seen()
    directory.suspend_member(acme, dev)
    others = sorted(user.id for user in (fixtures.max, fixtures.aud, fixtures.memo, fixtures.boss))
    both: list[object] = [["gamma"], ["Globex"]]
    hidden = [*both * 4, [], [], others, [], others, ["gamma"], ["Globex"], [], [], False, 403, 403]
    assert seen() == hidden
    directory.suspend_member(acme, dev, active=True)
    assert seen() == first


def test_a_deactivated_target_is_shown_to_administrators(fixtures: Fixtures) -> None:
    fixtures.directory.suspend(fixtures.dev)
    assert fixtures.get(f"/v2/users/{fixtures.dev.id}", fixtures.root).json["entity"]["active"] is False
    assert fixtures.names(f"/v2/users/{fixtures.dev.id}/spaces", fixtures.root) == ["alpha", "gamma"]


def test_an_ended_membership_hides_what_was_held_at_once(fixtures: Fixtures, directory: Directory) -> None:
    """Before the cleanup and after it, in every list that a space role leads to."""
    directory.leave(fixtures.acme, fixtures.dev)
    for _ in range(2):
        assert fixtures.names(f"/v2/users/{fixtures.dev.id}/spaces", fixtures.dev) == ["gamma"]
        assert fixtures.names("/v2/spaces", fixtures.dev) == ["gamma"]
        assert fixtures.names("/v2/organizations", fixtures.dev) == ["Globex"]
        assert fixtures.get(f"/v2/organizations/{fixtures.acme.id}", fixtures.dev).status == 403
        assert fixtures.get(f"/v2/spaces/{fixtures.alpha.id}", fixtures.dev).status == 403
        developers = f"/v2/spaces/{fixtures.alpha.id}/developers"
        assert fixtures.names(developers, fixtures.root) == []
        whole = fixtures.get(f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=1", fixtures.root).json
        assert whole["entity"]["developers"] == []
        inlined = fixtures.get(f"/v2/users/{fixtures.dev.id}?inline-relations-depth=1", fixtures.root).json
        assert [each["entity"]["name"] for each in inlined["entity"]["spaces"]] == ["gamma"]
        assert fixtures.names(f"/v2/spaces?q=developer_guid:{fixtures.dev.id}", fixtures.root) == ["gamma"]
        assert fixtures.names(f"/v2/users?q=space_guid:{fixtures.alpha.id}", fixtures.root) == []
        for job in list(cleanup.jobs(fixtures.api.store)):
            cleanup.run(fixtures.api.store, Key.of(job), fixtures.api.clock())


def test_who_is_no_longer_admin_of_a_workspace_sees_none_of_its_spaces(
    fixtures: Fixtures, directory: Directory
) -> None:
    directory.leave(fixtures.acme, fixtures.boss)
    assert fixtures.names("/v2/spaces", fixtures.boss) == []
    assert fixtures.get(f"/v2/spaces/{fixtures.beta.id}", fixtures.boss).status == 403
    directory.member(fixtures.acme, fixtures.boss)
    assert fixtures.names("/v2/spaces", fixtures.boss) == []
    assert fixtures.names(f"/v2/organizations/{fixtures.acme.id}/spaces", fixtures.boss) == []
    assert fixtures.names(f"/v2/organizations/{fixtures.acme.id}/managers", fixtures.boss) == []


def test_a_deleted_user_is_nobody_and_nowhere(fixtures: Fixtures) -> None:
    path = f"/v2/users/{fixtures.dev.id}"
    fixtures.api.token(fixtures.dev)
    assert fixtures.api.delete(f"/api/admin/users/{fixtures.dev.id}", as_=fixtures.root).status == 200
    assert fixtures.get(f"{path}/spaces", fixtures.root).status == 404
    assert fixtures.names(f"/v2/spaces/{fixtures.alpha.id}/developers", fixtures.root) == []
    for filtered in ("spaces?q=developer_guid", "organizations?q=user_guid"):
        assert fixtures.names(f"/v2/{filtered}:{fixtures.dev.id}", fixtures.root) == []
    answer = fixtures.get(f"{path}/spaces", fixtures.dev)
    assert (answer.status, answer.json["code"]) == (401, 1000)


@pytest.mark.parametrize("path", ["/v2/spaces", "/v2/organizations", "/v2/users"])
def test_a_list_of_everything_wants_a_scope_too(cloud: Callable[..., Cloud], path: str) -> None:
    cloud_api = cloud()
    answer = cloud_api.get(path, cloud_api.token(scope=["cloud_controller.write"]))
    assert (answer.status, answer.json["code"]) == (403, 10007)
