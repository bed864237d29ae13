"""Workspaces from the first login to the last: each request as documented, and refused."""

from typing import Any

from roster.auth.credentials import Credential
from tests.support.api import Answer, Api, session_in
from tests.support.directory import Directory
from tests.workspaces.fixtures import NOWHERE, SENTINEL, USER, assert_granted, assert_listed, assert_refused

PASSWORD = "the first admin's password"
WORKSPACE = ("id", "key", "name", "createdAt")
MEMBER = ("userId", "email", "fullName", "role", "createdAt")
DETAIL = ("settings", "active", "limits", "organisation", "updatedAt")


class Sitting:
    """Requests of one person after the other; what is refused must leave the table as it was."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def log_in(self, email: str, password: str) -> str:
        answer = self.api.post("/api/auth/login", {"email": email, "password": password})
        assert_granted(answer, *USER)
        return str(session_in(answer))

    def refused(self, status: int, request: str, body: Any = None, *, by: str | None) -> Answer:
        method, path = request.split(" ")
        with self.api.no_effect(numbers=status == 409):
            answer = self.api.send(method, path, body, as_=by)
        assert_refused(answer, status)
        return answer


def test_the_document_in_one_sitting(api: Api, directory: Directory) -> None:
    sitting = Sitting(api)
    directory.user("root", admin=True, password=PASSWORD)
    with api.no_effect():
        assert_refused(api.post("/api/auth/login", {"email": "root@example.com"}), 400)
    assert_refused(
        api.post("/api/auth/login", {"email": "root@example.com", "password": "a wrong password"}), 401
    )
    root = sitting.log_in("root@example.com", PASSWORD)
    assert api.get("/api/auth/me", as_=root).data["roles"] == ["ADMIN"]
    dead = str(Credential.new("session", api.get("/api/auth/me", as_=root).data["id"]))

    # User Management: create, list, get.
    ada = {
        "email": "ada@example.com",
        "fullName": "Ada Lovelace",
        "password": SENTINEL,
        "roles": ["USER"],
    }
    made = api.post("/api/admin/users", ada, as_=root)
    assert_granted(made, *USER)
    ada_id = made.data["id"]
    user = sitting.log_in("ada@example.com", SENTINEL)
    of_ada = f"/api/admin/users/{ada_id}"
    sitting.refused(400, "POST /api/admin/users", {**ada, "email": "ada"}, by=root)
    sitting.refused(401, "POST /api/admin/users", ada, by=None)
    sitting.refused(401, "POST /api/admin/users", ada, by=dead)
    sitting.refused(403, "POST /api/admin/users", ada, by=user)
    sitting.refused(409, "POST /api/admin/users", ada, by=root)

    listed = api.get("/api/admin/users", as_=root)
    assert_listed(listed, *USER)
    assert [row["email"] for row in listed.data] == ["root@example.com", "ada@example.com"]
    sitting.refused(400, "GET /api/admin/users?page=0", by=root)
    sitting.refused(401, "GET /api/admin/users", by=None)
    sitting.refused(403, "GET /api/admin/users", by=user)

    assert api.get(of_ada, as_=root).data == made.data
    sitting.refused(401, f"GET {of_ada}", by=dead)
    sitting.refused(403, f"GET {of_ada}", by=user)
    sitting.refused(404, f"GET /api/admin/users/{NOWHERE}", by=root)

    # Workspaces: create as documented, list, get.
    documented = {"key": "acme", "name": "Acme Corp"}
    acme = api.post("/api/workspaces", documented, as_=root)
    assert_granted(acme, *WORKSPACE)
    assert acme.data == {
        "id": acme.data["id"],
        "key": "acme",
        "name": "Acme Corp",
        "createdAt": "2026-04-13T01:00:00Z",
    }
    of_acme = f"/api/workspaces/{acme.data['id']}"
    sitting.refused(400, "POST /api/workspaces", {"key": "acme"}, by=root)
    sitting.refused(401, "POST /api/workspaces", {"key": "other", "name": "Other"}, by=None)
    sitting.refused(403, "POST /api/workspaces", {"key": "other", "name": "Other"}, by=user)
    sitting.refused(409, "POST /api/workspaces", documented, by=root)

    assert api.get("/api/workspaces", as_=root).data == [acme.data]
    assert api.get("/api/workspaces", as_=user).data == []
    sitting.refused(400, "GET /api/workspaces?size=1001", by=root)
    sitting.refused(401, "GET /api/workspaces", by=None)

    assert_granted(api.get(of_acme, as_=root), *WORKSPACE, *DETAIL)
    sitting.refused(401, f"GET {of_acme}", by=dead)
    sitting.refused(403, f"GET {of_acme}", by=user)
    sitting.refused(403, f"GET /api/workspaces/{NOWHERE}", by=user)
    sitting.refused(404, f"GET /api/workspaces/{NOWHERE}", by=root)

    # Members: add, list, remove.
    joining = {"userId": ada_id, "role": "MEMBER"}
    member = api.post(f"{of_acme}/members", joining, as_=root)
    assert_granted(member, *MEMBER)
    assert (member.data["userId"], member.data["role"]) == (ada_id, "MEMBER")
    sitting.refused(400, f"POST {of_acme}/members", {**joining, "role": "OWNER"}, by=root)
    sitting.refused(401, f"POST {of_acme}/members", joining, by=None)
    sitting.refused(403, f"POST {of_acme}/members", joining, by=user)
    sitting.refused(404, f"POST {of_acme}/members", {**joining, "userId": NOWHERE}, by=root)
    sitting.refused(404, f"POST /api/workspaces/{NOWHERE}/members", joining, by=root)
    sitting.refused(409, f"POST {of_acme}/members", joining, by=root)

    shown = api.get(f"{of_acme}/members", as_=user).data[0]
    assert {name: shown[name] for name in MEMBER} == member.data
    assert api.get("/api/workspaces", as_=user).data == [acme.data]
    sitting.refused(400, f"GET {of_acme}/members?page=x", by=user)
    sitting.refused(401, f"GET {of_acme}/members", by=dead)
    sitting.refused(403, f"GET /api/workspaces/{NOWHERE}/members", by=user)
    sitting.refused(404, f"GET /api/workspaces/{NOWHERE}/members", by=root)

    sitting.refused(401, f"DELETE {of_acme}/members/{ada_id}", by=None)
    sitting.refused(403, f"DELETE {of_acme}/members/{ada_id}", by=user)
    sitting.refused(404, f"DELETE {of_acme}/members/{NOWHERE}", by=root)
    assert_granted(api.delete(f"{of_acme}/members/{ada_id}", as_=root))
    sitting.refused(404, f"DELETE {of_acme}/members/{ada_id}", by=root)
    sitting.refused(403, f"GET {of_acme}", by=user)
    assert_granted(api.post(f"{of_acme}/members", {**joining, "role": "ADMIN"}, as_=root), *MEMBER)
    sitting.refused(409, f"DELETE {of_acme}/members/{ada_id}", by=user)

    # User Management: update, delete.
    changed = api.put(of_ada, {"fullName": "Ada King"}, as_=root)
    assert_granted(changed, *USER)
    assert changed.data == {**made.data, "fullName": "Ada King"}
    root_id = listed.data[0]["id"]
    sitting.refused(400, f"PUT {of_ada}", {"fullName": None}, by=root)
    sitting.refused(401, f"PUT {of_ada}", {"fullName": "x"}, by=None)
    sitting.refused(403, f"PUT {of_ada}", {"roles": ["ADMIN"]}, by=user)
    sitting.refused(404, f"PUT /api/admin/users/{NOWHERE}", {"fullName": "x"}, by=root)
    sitting.refused(409, f"PUT {of_ada}", {"email": "root@example.com"}, by=root)
    sitting.refused(409, f"PUT /api/admin/users/{root_id}", {"roles": ["USER"]}, by=root)

    sitting.refused(401, f"DELETE {of_ada}", by=None)
    sitting.refused(403, f"DELETE {of_ada}", by=user)
    sitting.refused(404, f"DELETE /api/admin/users/{NOWHERE}", by=root)
    sitting.refused(409, f"DELETE /api/admin/users/{root_id}", by=root)
    assert_granted(api.delete(of_ada, as_=root))
    sitting.refused(404, f"DELETE {of_ada}", by=root)
    sitting.refused(401, "GET /api/auth/me", by=user)

    assert_granted(api.post("/api/auth/logout", as_=root))
    sitting.refused(401, "GET /api/auth/me", by=root)
