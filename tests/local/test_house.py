"""`make run`, over real HTTP: the printed lines work, document 002 is walked, data is kept."""

import http.client
import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from local.embedded import open_embedded
from roster.table import keys, listings
from tests.local.served import Served, launch, ready, served
from tools import demo


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server with its demo data."""
    with served(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="the printed lines are for curl, which is not here")
def test_the_printed_curl_lines_work(house: Served, tmp_path: Path) -> None:
    curls = [line for line in house.lines if line.startswith("curl ")]
    assert curls
    for line in curls:
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout).keys() & {"data", "result", "Data", "resources"}, line


def test_the_last_line_is_ready(house: Served) -> None:
    assert house.lines[-1] == f"ready {house.url}"


def test_document_002_is_walked_in_one_sitting(house: Served) -> None:
    cookie = house.login(demo.ADMIN, demo.PASSWORD)
    made = house.send("POST", "/api/workspaces", {"key": "acme", "name": "Acme Corp"}, cookie=cookie)
    assert made.status == 200
    assert list(made.json["data"]) == ["id", "key", "name", "createdAt"]
    workspace = f"/api/workspaces/{made.json['data']['id']}"
    assert house.send("GET", workspace, cookie=cookie).json["data"]["key"] == "acme"
    listed = house.send("GET", "/api/workspaces", cookie=cookie).json["data"]
    assert [each["key"] for each in listed][-1] == "acme"

    ada = {"email": "ada@demo.test", "fullName": "Ada", "password": "difference engine", "roles": ["USER"]}
    user = house.send("POST", "/api/admin/users", ada, cookie=cookie).json["data"]
    place = f"/api/admin/users/{user['id']}"
    assert house.send("GET", place, cookie=cookie).json["data"] == user
    assert user in house.send("GET", "/api/admin/users", cookie=cookie).json["data"]

    member = {"userId": user["id"], "role": "MEMBER"}
    assert house.send("POST", f"{workspace}/members", member, cookie=cookie).status == 200
    members = house.send("GET", f"{workspace}/members", cookie=cookie).json["data"]
    assert [each["email"] for each in members] == ["ada@demo.test"]
    assert house.send("DELETE", f"{workspace}/members/{user['id']}", cookie=cookie).json["code"] == "SUCCESS"

    assert (
        house.send("PUT", place, {"fullName": "Ada King"}, cookie=cookie).json["data"]["fullName"]
        == "Ada King"
    )
    hers = house.login("ada@demo.test", "difference engine")
    assert house.send("GET", "/api/admin/users", cookie=hers).status == 403
    assert house.send("DELETE", place, cookie=cookie).json["code"] == "SUCCESS"
    assert house.send("GET", "/api/auth/me", cookie=hers).status == 401
    assert house.send("GET", place, cookie=cookie).status == 404


@pytest.mark.row("F-17")
def test_two_hundred_interleaved_requests_see_only_themselves(house: Served) -> None:
    people = {name: house.login(name, demo.PASSWORD) for name in (demo.ADMIN, demo.DEVELOPER)}

    def ask(turn: int) -> bool:
        name = list(people)[turn % 2]
        answer = house.send("GET", "/api/auth/me", cookie=people[name])
        return bool(answer.json["data"]["email"] == name)

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(200)))


def test_a_deleted_user_is_swept_by_the_running_server(house: Served) -> None:
    cookie = house.login(demo.ADMIN, demo.PASSWORD)
    body = {"email": "gone@demo.test", "fullName": "Gone", "password": "soon to be gone", "roles": ["USER"]}
    user_id = house.send("POST", "/api/admin/users", body, cookie=cookie).json["data"]["id"]
    workspace = "/api/workspaces/ws-tanuki/members"
    house.send("POST", workspace, {"userId": user_id, "role": "MEMBER"}, cookie=cookie)
    before = house.send("GET", f"{workspace}?size=1", cookie=cookie).json["meta"]["total"]
    house.send("DELETE", f"/api/admin/users/{user_id}", cookie=cookie)
    for _ in range(200):
        if house.send("GET", f"{workspace}?size=1", cookie=cookie).json["meta"]["total"] == before - 1:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the sweep did not come")


def records(count: int) -> Iterator[dict[str, object]]:
    """`count` records of every type, each relation pointing at one of the others."""
    for n in range(count):
        workspace, project, space, user = f"w-{n}", f"p-{n}", f"s-{n}", f"u-{n}"
        yield {"type": "membership", "workspaceId": workspace, "userId": user, "role": "MEMBER"}
        yield {"type": "projectMembership", "projectId": project, "userId": user}
        yield {"type": "spaceRole", "spaceId": space, "userId": user, "role": "developer"}
        yield {"type": "apiToken", "userId": user, "name": "ci", "secret": f"secret-{n:032}"}
        yield {"type": "client", "id": f"c-{n}", "secret": "", "userId": user, "grants": ["password"]}
        yield {"type": "workspace", "id": workspace, "key": f"key-{n}", "name": f"Workspace {n}"}
        yield {"type": "project", "id": project, "workspaceId": workspace, "name": f"Project {n}"}
        yield {"type": "space", "id": space, "workspaceId": workspace, "projectId": project, "name": "alpha"}
        yield {"type": "app", "id": f"a-{n}", "spaceId": space, "name": "web"}
        yield {"type": "feature", "id": f"f-{n}", "workspaceId": workspace, "name": "Boards"}
        yield {"type": "role", "number": n + 1, "name": f"Role {n}", "permissions": ["users.read"]}
        yield {"type": "group", "number": n + 1, "name": f"Group {n}"}
        yield {"type": "user", "id": user, "email": f"u{n}@demo.test", "groups": [n + 1], "roleNumber": n + 1}


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.real)])
def test_many_records_of_every_type_are_imported_once(tmp_path: Path, count: int) -> None:
    file, store = tmp_path / "records.jsonl", tmp_path / "store.db"
    lines = [json.dumps(record) for record in records(count)]
    lines.insert(6, '{"type":"user","id":"broken","email":"no address"}')
    file.write_text("\n".join(lines) + "\n")
    with served(tmp_path, DATA=str(file), STORE=str(store)) as first:
        assert f"# {13 * count} records imported, 0 there already, 1 bad lines left out" in first.lines
    assert "line 7: " in (tmp_path / "stderr").read_text()
    before = snapshot(store)
    with served(tmp_path, DATA=str(file), STORE=str(store)) as second:
        assert f"# 0 records imported, {13 * count} there already, 1 bad lines left out" in second.lines
    assert snapshot(store) == before


def snapshot(file: Path) -> list[object]:
    """Every item of an embedded store."""
    store = open_embedded(file)
    items: list[object] = []
    start = None
    while True:
        page = store.scan(start=start)
        items += page.items
        if (start := page.next) is None:
            store.close()
            return items


@pytest.mark.parametrize("kills", [1, pytest.param(3, marks=pytest.mark.real)])
def test_killing_the_server_loses_nothing_that_was_answered(tmp_path: Path, kills: int) -> None:
    store = tmp_path / "store.db"
    with served(tmp_path, STORE=str(store)):
        pass  # the demo data is there now
    answered: list[str] = []
    for _ in range(kills):
        process = launch(tmp_path, STORE=str(store))
        running = ready(process)
        cookie = running.login(demo.ADMIN, demo.PASSWORD)
        threads = [threading.Thread(target=write, args=(running, cookie, answered)) for _ in range(4)]
        for thread in threads:
            thread.start()
        wanted = len(answered) + 25
        while len(answered) < wanted:
            threading.Event().wait(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for thread in threads:
            thread.join()
    embedded = open_embedded(store)
    rows = {str(row["email"]) for row in listings.everything(embedded, keys.USERS)}
    assert set(answered) <= rows
    assert listings.total(embedded, keys.USERS) == len(rows)
    embedded.close()


def write(running: Served, cookie: str, answered: list[str]) -> None:
    """Make users until the server is gone; remember whom it acknowledged."""
    for _ in range(500):
        email = f"{uuid4()}@demo.test"
        body = {"email": email, "fullName": "K", "password": "kill and look", "roles": ["USER"]}
        try:
            answer = running.send("POST", "/api/admin/users", body, cookie=cookie)
        except (OSError, http.client.HTTPException):
            return  # half an answer is none
        if answer.status == 200:
            answered.append(email)
