"""Who sees what, and in which order a request is refused (sections 1 and 3 of the contract)."""

from collections.abc import Callable

import pytest

from roster.db.store import Key
from roster.directory import cleanup
from tests.cloud_foundry.conftest import Cloud
from tests.cloud_foundry.fixtures import Scene
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory

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
    ground = cloud("records.jsonl")
    token = ground.token(scope=scopes)
    assert ground.get(OWN, token).status in (own, 401 if not isinstance(scopes, list) else own)
    assert ground.get("/v2/users/u2/spaces", token).status in (
        other,
        401 if not isinstance(scopes, list) else other,
    )


@pytest.mark.row("J-22")
def test_an_issuers_administrator_need_not_be_in_the_directory(cloud: Callable[..., Cloud]) -> None:
    ground = cloud("records.jsonl")
    assert ground.get(OWN, ground.admin()).json["total_results"] == 7
    answer = ground.get("/v2/users/nope/spaces", ground.admin())
    assert (answer.status, answer.json["code"]) == (404, 20003)


@pytest.mark.parametrize("scopes", [[], ["cloud_controller.write"], ["openid"]], ids=str)
def test_a_platform_administrator_is_one_whatever_the_scopes(
    cloud: Callable[..., Cloud], directory: Directory, scopes: list[str]
) -> None:
    ground, root, other = cloud(), directory.admin(), directory.user("other")
    token = ground.token(user_id=root.id, scope=scopes)
    assert ground.get(f"/v2/users/{other.id}/spaces", token).status == 200
    assert ground.get("/v2/users", token).json["total_results"] == 2


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
    ground, user = cloud(), directory.user("ada", admin=is_admin)
    directory.admin("another")
    tokens = [
        ground.token(user_id=user.id, scope=["cloud_controller.admin", "cloud_controller.read"]),
        ground.api.token(user),
    ]
    directory.suspend(user)
    for token in tokens:
        answer = ground.get(f"/v2/users/{user.id}/spaces", token)
        assert (answer.status, answer.json["code"]) == (401, 1000)


@pytest.mark.parametrize(
    ("scope", "spaces", "users"),
    [("admin", 10, 200), ("admin_read_only", 10, 200), ("global_auditor", 10, 403), ("read", 0, 403)],
)
def test_who_sees_all_spaces_and_who_lists_users(
    cloud: Callable[..., Cloud], scope: str, spaces: int, users: int
) -> None:
    ground = cloud("records.jsonl")
    token = ground.token(user_id="zz", scope=[f"cloud_controller.{scope}"])
    assert ground.get("/v2/spaces", token).json["total_results"] == spaces
    assert ground.get("/v2/spaces/space-10", token).status == (200 if spaces else 403)
    assert ground.get("/v2/users", token).status == users
    assert ground.get("/v2/users/zz", token).status == 404  # of themselves, but nobody is there


def test_whom_only_an_issuer_knows_has_empty_lists(cloud: Callable[..., Cloud]) -> None:
    ground = cloud("records.jsonl")
    token = ground.token(user_id="never-seen")
    for relation in ("spaces", "managed_spaces", "organizations", "audited_organizations"):
        answer = ground.get(f"/v2/users/never-seen/{relation}", token)
        assert (answer.status, answer.json["total_results"], answer.json["resources"]) == (200, 0, [])
    for path in ("/v2/spaces", "/v2/organizations"):
        assert ground.get(path, token).json["resources"] == []
    assert ground.get("/v2/users/never-seen", token).status == 404


@pytest.mark.row("Z-21")
def test_the_order_of_refusals(cloud: Callable[..., Cloud]) -> None:
    """401, then the path, then 404, then scopes, then whose it is, then the query."""
    ground = cloud("records.jsonl")
    nothing, bad = ground.token(scope=[]), "q=bogus:1"
    codes = [
        ground.get(f"/v2/users/%a5/spaces?{bad}", Authorization="").json["code"],
        ground.get(f"/v2/users/%a5/spaces?{bad}", nothing).json["code"],
        ground.get(f"/v2/users/nope/spaces?{bad}", nothing).json["code"],
        ground.get(f"/v2/users/u2/spaces?{bad}", nothing).json["code"],
        ground.get(f"/v2/users/u2/spaces?{bad}").json["code"],
        ground.get(f"{OWN}?{bad}").json["code"],
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
def test_what_is_not_there_is_named(scene: Scene, path: str, code: int, text: str) -> None:
    answer = scene.get(path, scene.root)
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
def test_everybody_sees_what_they_belong_to(scene: Scene, name: str) -> None:
    user = getattr(scene, name)
    spaces, organizations = SEEN_BY[name]
    assert scene.names("/v2/spaces", user) == spaces
    assert [each.lower() for each in scene.names("/v2/organizations", user)] == organizations
    for space in (scene.alpha, scene.beta, scene.gamma):
        expected = 200 if space.name in spaces else 403
        assert scene.get(f"/v2/spaces/{space.id}", user).status == expected
        assert scene.get(f"/v2/spaces/{space.id}/developers", user).status == expected
    assert scene.get("/v2/apps/app-1", user).status == (200 if "alpha" in spaces else 403)
    for workspace in (scene.acme, scene.globex):
        expected = 200 if workspace.key in organizations else 403
        assert scene.get(f"/v2/organizations/{workspace.id}", user).status == expected
    within = [each for each in spaces if each != "gamma"]
    if "acme" in organizations:
        assert scene.names(f"/v2/organizations/{scene.acme.id}/spaces", user) == within


def test_only_developers_list_a_space_among_their_spaces(scene: Scene) -> None:
    for user, spaces, managed, audited in (
        (scene.dev, ["alpha", "gamma"], [], []),
        (scene.max, [], ["alpha"], []),
        (scene.aud, [], [], ["alpha"]),
        (scene.boss, [], [], []),
    ):
        own = f"/v2/users/{user.id}"
        assert scene.names(f"{own}/spaces", user) == spaces
        assert scene.names(f"{own}/managed_spaces", user) == managed
        assert scene.names(f"{own}/audited_spaces", user) == audited


def test_workspace_admins_are_the_managers_of_the_organization(scene: Scene) -> None:
    own = f"/v2/organizations/{scene.acme.id}"
    assert scene.names(f"{own}/managers", scene.memo) == [scene.boss.id]
    joined = [scene.dev, scene.max, scene.aud, scene.memo, scene.boss]
    assert scene.names(f"{own}/users", scene.memo) == [user.id for user in joined]
    assert scene.names(f"{own}/billing_managers", scene.memo) == []
    assert scene.names(f"{own}/auditors", scene.memo) == []
    assert scene.names(f"/v2/users/{scene.boss.id}/managed_organizations", scene.boss) == ["Acme"]
    assert scene.names(f"/v2/users/{scene.memo.id}/managed_organizations", scene.memo) == []


def test_a_deactivated_target_is_shown_to_administrators(scene: Scene) -> None:
    scene.directory.suspend(scene.dev)
    assert scene.get(f"/v2/users/{scene.dev.id}", scene.root).json["entity"]["active"] is False
    assert scene.names(f"/v2/users/{scene.dev.id}/spaces", scene.root) == ["alpha", "gamma"]


def test_an_ended_membership_hides_what_was_held_at_once(scene: Scene, directory: Directory) -> None:
    """Before the sweep and after it, in every list that a space role leads to."""
    directory.leave(scene.acme, scene.dev)
    for _ in range(2):
        assert scene.names(f"/v2/users/{scene.dev.id}/spaces", scene.dev) == ["gamma"]
        assert scene.names("/v2/spaces", scene.dev) == ["gamma"]
        assert scene.names("/v2/organizations", scene.dev) == ["Globex"]
        assert scene.get(f"/v2/organizations/{scene.acme.id}", scene.dev).status == 403
        assert scene.get(f"/v2/spaces/{scene.alpha.id}", scene.dev).status == 403
        developers = f"/v2/spaces/{scene.alpha.id}/developers"
        assert scene.names(developers, scene.root) == []
        whole = scene.get(f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=1", scene.root).json
        assert whole["entity"]["developers"] == []
        inlined = scene.get(f"/v2/users/{scene.dev.id}?inline-relations-depth=1", scene.root).json
        assert [each["entity"]["name"] for each in inlined["entity"]["spaces"]] == ["gamma"]
        assert scene.names(f"/v2/spaces?q=developer_guid:{scene.dev.id}", scene.root) == ["gamma"]
        assert scene.names(f"/v2/users?q=space_guid:{scene.alpha.id}", scene.root) == []
        for job in list(cleanup.jobs(scene.api.store)):
            cleanup.run(scene.api.store, Key.of(job), scene.api.clock())


def test_who_is_no_longer_admin_of_a_workspace_sees_none_of_its_spaces(
    scene: Scene, directory: Directory
) -> None:
    directory.leave(scene.acme, scene.boss)
    assert scene.names("/v2/spaces", scene.boss) == []
    assert scene.get(f"/v2/spaces/{scene.beta.id}", scene.boss).status == 403
    directory.member(scene.acme, scene.boss)
    assert scene.names("/v2/spaces", scene.boss) == []
    assert scene.names(f"/v2/organizations/{scene.acme.id}/spaces", scene.boss) == []
    assert scene.names(f"/v2/organizations/{scene.acme.id}/managers", scene.boss) == []


def test_a_deleted_user_is_nobody_and_nowhere(scene: Scene) -> None:
    path = f"/v2/users/{scene.dev.id}"
    assert scene.api.delete(f"/api/admin/users/{scene.dev.id}", as_=scene.root).status == 200
    assert scene.get(f"{path}/spaces", scene.root).status == 404
    assert scene.names(f"/v2/spaces/{scene.alpha.id}/developers", scene.root) == []
    for filtered in ("spaces?q=developer_guid", "organizations?q=user_guid"):
        assert scene.names(f"/v2/{filtered}:{scene.dev.id}", scene.root) == []
    answer = scene.get(f"{path}/spaces", scene.dev)
    assert (answer.status, answer.json["code"]) == (401, 1000)


@pytest.mark.parametrize("path", ["/v2/spaces", "/v2/organizations", "/v2/users"])
def test_a_list_of_everything_wants_a_scope_too(cloud: Callable[..., Cloud], path: str) -> None:
    ground = cloud()
    answer = ground.get(path, ground.token(scope=["cloud_controller.write"]))
    assert (answer.status, answer.json["code"]) == (403, 10007)
