"""FS-01: an API token for one workspace acts in that workspace alone, in every dialect.

Ada belongs to acme and to globex in every way there is; her token is for acme. Root is a platform ADMIN.
"""

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from roster.directory import users
from roster.domain import PlatformRole, Project, Space, User, Workspace
from tests.support.api import Answer, Api, bare
from tests.support.directory import Directory

ROOT = Path(__file__).parents[2]
ROLES = ("developer", "manager", "auditor")


@dataclass(frozen=True)
class Two:
    """Two workspaces with a project and a space each, and the two callers' tokens for acme."""

    api: Api
    ada: User
    root: User
    acme: Workspace
    globex: Workspace
    web: Project
    mobile: Project
    alpha: Space
    beta: Space
    tokens: dict[str, str]

    def get(self, path: str, who: str = "ada", **more: Any) -> Answer:
        return self.api.get(path, bearer=self.tokens[who], **more)

    def names(self, path: str, who: str = "ada") -> list[str]:
        """The names that a list of Cloud Foundry shows, whose total must be as many."""
        body = self.get(path, who).json
        found = [row["entity"]["name"] for row in body["resources"]]
        assert body["total_results"] == len(found), path
        return found


@pytest.fixture
def two(api: Api, directory: Directory) -> Two:
    ada, root = directory.user("ada"), directory.admin()
    globex, acme = directory.workspace("globex"), directory.workspace("acme")
    mobile, web = directory.project(globex, "mobile"), directory.project(acme, "web")
    beta, alpha = directory.space(globex, "beta", mobile), directory.space(acme, "alpha", web)
    for workspace in (globex, acme):  # globex is the oldest of hers
        directory.member(workspace, ada, "ADMIN")
    directory.change(ada, default_workspace_id=globex.id)
    for place in (mobile, web):
        directory.grant(place, ada)
    for space in (beta, alpha):
        for role in ROLES:
            directory.grant(space, ada, role)
    tokens = {"ada": directory.token(ada, acme), "root": directory.token(root, acme)}
    return Two(api, ada, root, acme, globex, web, mobile, alpha, beta, tokens)


@pytest.mark.parametrize("relation", ["spaces", "managed_spaces", "audited_spaces"])
def test_fs_01_a_list_of_ones_spaces_holds_those_of_the_workspace(two: Two, relation: str) -> None:
    assert two.names(f"/v2/users/{two.ada.id}/{relation}") == ["alpha"]


@pytest.mark.parametrize(
    "path", ["/v2/users/{ada}/organizations", "/v2/users/{ada}/managed_organizations", "/v2/organizations"]
)
def test_fs_01_a_list_of_ones_organizations_holds_the_workspace_alone(two: Two, path: str) -> None:
    assert two.names(path.replace("{ada}", two.ada.id)) == ["Acme"]


def test_fs_01_a_list_of_all_spaces_holds_those_of_the_workspace(two: Two) -> None:
    assert two.names("/v2/spaces") == ["alpha"]


def test_fs_01_another_workspaces_things_are_not_seen(two: Two) -> None:
    for path in (f"/v2/spaces/{two.beta.id}", f"/v2/organizations/{two.globex.id}"):
        assert two.get(path).status == 403
    assert two.get(f"/v2/spaces/{two.alpha.id}").status == 200
    assert two.get(f"/api/v1/projects/{two.mobile.number}").status == 404
    assert two.get(f"/api/v1/projects/{two.web.number}").status == 200


def test_fs_01_what_is_inlined_is_of_the_workspace(two: Two) -> None:
    entity = two.get(f"/v2/users/{two.ada.id}?inline-relations-depth=2").json["entity"]
    for relation in ("spaces", "managed_spaces", "audited_spaces"):
        assert [each["entity"]["name"] for each in entity[relation]] == ["alpha"], relation
    for relation in ("organizations", "managed_organizations"):
        assert [each["entity"]["name"] for each in entity[relation]] == ["Acme"], relation
    assert two.globex.id not in two.get(f"/v2/organizations/{two.acme.id}?inline-relations-depth=2").text


def test_fs_01_testmo_shows_the_workspaces_projects_and_nothing_of_the_site(two: Two) -> None:
    assert [row["name"] for row in two.get("/api/v1/projects").json["result"]] == ["web"]
    for who in ("ada", "root"):
        for path in ("/api/v1/users", "/api/v1/groups", "/api/v1/roles"):
            assert two.get(path, who).status == 403
    assert two.get("/api/v1/projects", "root").json["result"] == []
    assert two.get("/api/v1/user", "root").status == 200


def test_fs_01_the_profile_is_of_the_workspace_and_without_the_platform_role(
    two: Two, directory: Directory
) -> None:
    assert two.get("/api/workspace/auth/me").json["Data"]["WorkspaceName"] == "acme"
    assert two.get("/api/workspace/auth/me", "root").status == 403
    directory.member(two.acme, two.root)
    assert two.get("/api/workspace/auth/me", "root").json["Data"]["Roles"] == ["MEMBER", "USER"]


def test_fs_01_a_token_for_a_workspace_that_was_left_opens_no_other(two: Two, directory: Directory) -> None:
    directory.leave(two.acme, two.ada)
    assert two.get("/api/workspace/auth/me").status == 403
    assert two.get("/api/workspaces").data == []
    assert two.names("/v2/organizations") == two.names("/v2/spaces") == []


def test_fs_01_user_space_knows_the_workspace_alone(two: Two) -> None:
    for path in ("org", "org/detail", "project", "project/detail", "space", "feature"):
        for workspace, project, status in ((two.acme, two.web, 200), (two.globex, two.mobile, 404)):
            headers = {"X-User-Id": two.ada.id, "X-Org-Id": workspace.id, "X-Project-Id": project.id}
            assert two.get(f"/minimal/rest/user/v1/{path}", headers=headers).status == status
        of_root = {"X-User-Id": two.root.id, "X-Org-Id": two.acme.id, "X-Project-Id": two.web.id}
        assert two.get(f"/minimal/rest/user/v1/{path}", "root", headers=of_root).status == 404


def test_fs_01_workspaces_lists_the_workspace_and_refuses_the_others_like_unknown_ones(two: Two) -> None:
    listed = two.get("/api/workspaces?page=1&size=1").json
    assert [row["key"] for row in listed["data"]] == ["acme"]
    assert listed["meta"] == {"page": 1, "size": 1, "total": 1, "totalPages": 1}
    assert two.get("/api/workspaces?page=2&size=1").data == []
    foreign, absent = two.get(f"/api/workspaces/{two.globex.id}"), two.get("/api/workspaces/nowhere")
    assert foreign.status == 403
    assert bare(foreign) == bare(absent)
    assert two.get("/api/workspaces", "root").data == []


def test_fs_01_an_admins_limited_token_administers_its_workspace_alone(
    two: Two, api: Api, directory: Directory
) -> None:
    eve = directory.user("eve")
    body, bearer = {"userId": eve.id, "role": "MEMBER"}, two.tokens["ada"]
    with api.no_effect():
        assert api.post(f"/api/workspaces/{two.globex.id}/members", body, bearer=bearer).status == 403
    assert api.post(f"/api/workspaces/{two.acme.id}/members", body, bearer=bearer).status == 200


def test_fs_01_who_leaves_by_a_limited_token_keeps_the_other_workspaces(
    two: Two, api: Api, directory: Directory
) -> None:
    """The token hides what else the user belongs to; what is written knows it all the same."""
    directory.member(two.acme, two.root, "ADMIN")  # so that an ADMIN stays
    path = f"/api/workspaces/{two.acme.id}/members/{two.ada.id}"
    assert api.delete(path, bearer=two.tokens["ada"]).status == 200
    assert users.alive(api.store, two.ada.id).oldest_workspace_id == two.globex.id
    assert [row["key"] for row in api.get("/api/workspaces", as_=two.ada).data] == ["globex"]


def test_fs_01_a_limited_user_is_read_again_before_it_is_written(
    two: Two, api: Api, directory: Directory
) -> None:
    """A write that starts from the caller must not store what the token has hidden."""
    limited = users.alive(api.store, two.root.id).limited(two.acme.id)
    users.change(api.store, limited, lambda user: replace(user, full_name="Root"), by=directory.by)
    stored = users.alive(api.store, two.root.id)
    assert stored.roles == (PlatformRole.ADMIN,)
    assert (stored.full_name, stored.limited_to, stored.default_workspace_id) == ("Root", None, None)


def test_fs_01_a_token_without_a_workspace_has_no_limit(two: Two, directory: Directory) -> None:
    two.tokens["ada"] = directory.token(two.ada)
    assert two.names("/v2/organizations") == ["Globex", "Acme"]
    assert two.names(f"/v2/users/{two.ada.id}/spaces") == ["beta", "alpha"]


@pytest.mark.parametrize("folder", ["layers/roster/roster/dialects", "functions"])
def test_fs_01_no_dialect_looks_a_membership_up_by_itself(folder: str) -> None:
    """What a caller belongs to is asked of `members.item_of_caller`, which knows the token's limit."""
    for source in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
            ):
                assert "keys.member(" not in ast.unparse(node), f"{source.name}:{node.lineno}"
            if isinstance(node, ast.Compare):
                assert "keys.member(" not in ast.unparse(node), f"{source.name}:{node.lineno}"
