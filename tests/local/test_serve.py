"""`make run`, over real HTTP: the printed lines work, all of Workspaces is walked, data is kept."""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from base64 import b32decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from cli import demo
from local.embedded import open_embedded
from roster.db import counted_lists, keys
from roster.db.store import Item, Key
from roster.directory.event_feed import SEQUENCE
from tests.support import real
from tests.support.codes import code_of
from tests.support.served import BOUND, ROOT, Served, launch, ready, served
from tests.support.snapshots import everything


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server with its demo data."""
    with served(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="the printed lines are for curl, which is not here")
def test_the_printed_curl_lines_work(app: Served, tmp_path: Path) -> None:
    curls = [line for line in app.lines if line.startswith("curl ")]
    assert curls
    for line in curls:
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout).keys() & {"data", "result", "Data", "resources"}, line


def test_fn_08_a_line_names_the_page_to_open_in_a_browser(app: Served) -> None:
    (line,) = [line for line in app.lines if "/docs" in line]
    url = next(word for word in line.split() if word.startswith("http"))
    assert url == f"{app.url}/docs"
    page = app.send("GET", "/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_line_names_the_console(app: Served) -> None:
    (line,) = [line for line in app.lines if "/console is" in line]
    url = next(word for word in line.split() if word.startswith("http"))
    assert url == f"{app.url}/console"
    page = app.send("GET", "/console")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    found = re.findall(r'="(/console/[^"]+)"', page.text)
    assert found
    for path in found:
        file = app.send("GET", path)
        assert (file.status, file.headers["cache-control"][:6]) == (200, "public")
        head = app.send("HEAD", path)
        assert (head.status, head.text) == (200, "")
        assert int(head.headers["content-length"]) == len(file.text.encode())


def test_pages_of_the_servers_own_origin_alone_may_write(app: Served) -> None:
    port = app.url.rpartition(":")[2]
    own = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
    others = [
        f"https://localhost:{port}",
        "https://localhost",
        "http://localhost",
        f"http://localhost:{int(port) - 1}",
        f"http://console.localhost:{port}",
        f"http://roster.example:{port}",
        "null",
    ]
    for origin in (*own, *others):
        body = {"email": "nobody@example.com", "password": "difference engine"}
        answer = app.send("POST", "/api/auth/login", body, Origin=origin)
        assert answer.status == (401 if origin in own else 403), origin


def test_fn_08_a_browser_that_opens_the_servers_address_is_led_on(app: Served) -> None:
    page = app.send("GET", "/", Accept="text/html,*/*;q=0.8")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/docs"' in page.text
    assert list(app.send("GET", "/", Accept="*/*").json) == ["links"]


def test_the_last_line_is_ready(app: Served) -> None:
    assert app.lines[-1] == f"ready {app.url.replace('localhost', '127.0.0.1')}"


def test_fn_01_a_reader_who_leaves_ends_the_server_without_a_word(tmp_path: Path) -> None:
    process = launch(tmp_path, DATA="none")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(BOUND) == 1
    assert (tmp_path / "stderr").read_text() == ""


def test_document_002_is_walked_in_one_sitting(app: Served) -> None:
    cookie = app.login(demo.ADMIN, demo.PASSWORD)
    made = app.send("POST", "/api/workspaces", {"key": "acme", "name": "Acme Corp"}, cookie=cookie)
    assert made.status == 200
    assert list(made.json["data"]) == ["id", "key", "name", "createdAt"]
    workspace = f"/api/workspaces/{made.json['data']['id']}"
    assert app.send("GET", workspace, cookie=cookie).json["data"]["key"] == "acme"
    listed = app.send("GET", "/api/workspaces", cookie=cookie).json["data"]
    assert [each["key"] for each in listed][-1] == "acme"

    ada = {"email": "ada@demo.test", "fullName": "Ada", "password": "difference engine", "roles": ["USER"]}
    user = app.send("POST", "/api/admin/users", ada, cookie=cookie).json["data"]
    place = f"/api/admin/users/{user['id']}"
    assert app.send("GET", place, cookie=cookie).json["data"] == user
    assert user in app.send("GET", "/api/admin/users", cookie=cookie).json["data"]

    member = {"userId": user["id"], "role": "MEMBER"}
    assert app.send("POST", f"{workspace}/members", member, cookie=cookie).status == 200
    members = app.send("GET", f"{workspace}/members", cookie=cookie).json["data"]
    assert [each["email"] for each in members] == ["ada@demo.test"]
    assert app.send("DELETE", f"{workspace}/members/{user['id']}", cookie=cookie).json["code"] == "SUCCESS"

    assert (
        app.send("PUT", place, {"fullName": "Ada King"}, cookie=cookie).json["data"]["fullName"] == "Ada King"
    )
    hers = app.login("ada@demo.test", "difference engine")
    assert app.send("GET", "/api/admin/users", cookie=hers).status == 403
    assert app.send("DELETE", place, cookie=cookie).json["code"] == "SUCCESS"
    assert app.send("GET", "/api/auth/me", cookie=hers).status == 401
    assert app.send("GET", place, cookie=cookie).status == 404


@pytest.mark.row("F-17")
def test_two_hundred_interleaved_requests_see_only_themselves(app: Served) -> None:
    people = {name: app.login(name, demo.PASSWORD) for name in (demo.ADMIN, demo.DEVELOPER)}

    def ask(turn: int) -> bool:
        name = list(people)[turn % 2]
        answer = app.send("GET", "/api/auth/me", cookie=people[name])
        return bool(answer.json["data"]["email"] == name)

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(200)))


def test_a_deleted_user_is_swept_by_the_running_server(app: Served) -> None:
    cookie = app.login(demo.ADMIN, demo.PASSWORD)
    body = {"email": "gone@demo.test", "fullName": "Gone", "password": "soon to be gone", "roles": ["USER"]}
    user_id = app.send("POST", "/api/admin/users", body, cookie=cookie).json["data"]["id"]
    workspace = "/api/workspaces/ws-tanuki/members"
    app.send("POST", workspace, {"userId": user_id, "role": "MEMBER"}, cookie=cookie)
    before = app.send("GET", f"{workspace}?size=1", cookie=cookie).json["meta"]["total"]
    app.send("DELETE", f"/api/admin/users/{user_id}", cookie=cookie)
    for _ in range(200):
        if app.send("GET", f"{workspace}?size=1", cookie=cookie).json["meta"]["total"] == before - 1:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the cleanup did not come")


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


@pytest.mark.real
def test_many_records_of_every_type_are_imported_once(tmp_path: Path) -> None:
    file, store = tmp_path / "records.jsonl", tmp_path / "store.db"
    count = 1000
    lines = [json.dumps(record) for record in records(count)]
    lines.insert(6, '{"type":"user","id":"broken","email":"no address"}')
    file.write_text("\n".join(lines) + "\n")
    with served(tmp_path, DATA=str(file), STORE=str(store)) as first:
        assert f"# {13 * count} records imported, 0 there already, 1 bad lines left out" in first.lines
    assert "line 7: " in (tmp_path / "stderr").read_text()
    before = imported(store)
    with served(tmp_path, DATA=str(file), STORE=str(store)) as second:
        assert f"# 0 records imported, {13 * count} there already, 1 bad lines left out" in second.lines
    assert imported(store) == before


def imported(file: Path) -> list[Item]:
    """Every item without what the stream keeps, which it does whenever it comes to a change."""
    items = [item for item in snapshot(file) if not _is_kept_by_the_stream(Key.of(item))]
    return [{name: item[name] for name in item.keys() - {"counted", SEQUENCE}} for item in items]


def _is_kept_by_the_stream(key: Key) -> bool:
    of_feeds = key.pk.startswith((keys.FEEDS, keys.FEED_COUNTERS)) or key == keys.publishing()
    of_searches = key.pk.startswith("SEARCH#") or key.sk.startswith(keys.SEARCHED)
    return of_feeds or of_searches or key.pk.startswith("ACTIVITY#")


def snapshot(file: Path) -> list[Item]:
    """Every item of an embedded store."""
    with closing(open_embedded(file)) as store:
        return everything(store)


def shown(lines: list[str]) -> tuple[list[str], list[str]]:
    """The commands among the printed lines: those of curl, and those of `roster`."""
    curls = [line for line in lines if line.startswith("curl ")]
    return curls, [line for line in lines if line.startswith(".venv/bin/roster ")]


@pytest.mark.real
def test_fs_11_a_kept_store_starts_empty_and_says_how_its_first_admin_is_made(tmp_path: Path) -> None:
    store = tmp_path / "a new.db"
    with served(tmp_path, STORE=str(store)) as empty:
        curls, (printed,) = shown(empty.lines)
        assert curls == []
        assert not [line for line in empty.lines if demo.PASSWORD in line]
        assert empty.send("POST", "/api/auth/login", LOGIN_OF_THE_DEMO).status == 401
        assert [key.pk for key in keys_of(store) if key.pk.startswith("USER#")] == []

        command = shlex.split(printed)
        assert command[:5] == [".venv/bin/roster", "admin", "create", "--store", str(store)]
        # While the server runs, as the line says; the password comes from a pipe in place of the terminal.
        made = roster(*command[1:], "--password-stdin", stdin="difference engine\n")
        assert made.returncode == 0, made.stderr
        cookie = empty.login("you@example.com", "difference engine")
        (user,) = empty.send("GET", "/api/admin/users", cookie=cookie).json["data"]
        assert (user["email"], user["roles"]) == ("you@example.com", ["ADMIN"])
    with served(tmp_path, STORE=str(store)) as again:
        assert shown(again.lines) == ([], [])
        assert again.login("you@example.com", "difference engine")


@pytest.mark.real
def test_where_administrators_must_have_a_second_factor_the_first_one_enrols_and_goes_on(
    tmp_path: Path,
) -> None:
    store = str(tmp_path / "new.db")
    with served(tmp_path, STORE=store, SECOND_FACTOR="admins") as empty:
        assert [line for line in empty.lines if "adds a second factor before anything else" in line]
        command = ["admin", "create", "--store", store, "--email", "you@example.com", "--name", "You"]
        made = roster(*command, "--password-stdin", stdin="difference engine\n", SECOND_FACTOR="admins")
        assert "a second factor is demanded" in made.stdout
        cookie = empty.login("you@example.com", "difference engine")
        refused = empty.send("GET", "/api/admin/users", cookie=cookie)
        assert (refused.status, refused.json["code"]) == (403, "ENROLMENT_REQUIRED")
        begun = empty.send("POST", "/api/auth/factors/totp", {}, cookie=cookie).json["data"]
        code = {"code": code_of(b32decode(begun["secret"]), datetime.now(UTC))}
        confirm = f"/api/auth/factors/totp/{begun['factorId']}/confirm"
        assert empty.send("POST", confirm, code, cookie=cookie).status == 200
        codes = empty.send("POST", "/api/auth/factors/recovery-codes", cookie=cookie).json["data"]["codes"]
        assert empty.send("GET", "/api/admin/users", cookie=cookie).status == 200

        login = {"email": "you@example.com", "password": "difference engine"}
        asked = empty.send("POST", "/api/auth/login", login)
        assert (asked.status, asked.json["code"]) == (401, "SECOND_FACTOR_REQUIRED")
        browser = asked.cookies[0].partition(";")[0]
        answer = {"challenge": asked.json["data"]["challenge"], "code": codes[0]}
        assert empty.send("POST", "/api/auth/login/second", answer, cookie=browser).status == 200

        reset = roster("factors", "reset", "--user", "you@example.com", "--store", store)
        assert reset.stdout.startswith("ended 1 factor of user ")
        assert empty.send("GET", "/api/auth/me", cookie=cookie).status == 401
        assert empty.login("you@example.com", "difference engine")


@pytest.mark.real
def test_fs_11_the_demo_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with served(tmp_path, STORE=store, DATA="demo") as first:
        assert first.login(demo.ADMIN, demo.PASSWORD)
        assert shown(first.lines)[0]
    with served(tmp_path, STORE=store) as second:  # whoever asked once is shown it again
        assert second.login(demo.ADMIN, demo.PASSWORD)
        assert shown(second.lines) == (
            [line.replace(first.url, second.url) for line in shown(first.lines)[0]],
            [],
        )


@pytest.mark.real
def test_fs_11_the_demo_is_never_added_to_what_is_there(tmp_path: Path) -> None:
    store, records_file = str(tmp_path / "store.db"), tmp_path / "records.jsonl"
    records_file.write_text('{"type":"group","number":9,"name":"Readers"}\n')
    assert roster("import", str(records_file), "--store", store).returncode == 0
    with served(tmp_path, STORE=store, DATA="demo") as app:
        assert app.send("POST", "/api/auth/login", LOGIN_OF_THE_DEMO).status == 401
        assert shown(app.lines)[0] == []
        assert "# the demo is left out: it is loaded into an empty store alone" in app.lines


def test_fs_11_an_empty_directory_that_is_not_kept_says_how_to_come_in(tmp_path: Path) -> None:
    with served(tmp_path, DATA="none") as app:
        curls, (printed,) = shown(app.lines)
        assert curls == []
        made = roster(*shlex.split(printed)[1:], "--password-stdin", stdin="difference engine\n")
        assert made.returncode == 0, made.stderr
        assert app.login("you@example.com", "difference engine")


@pytest.mark.real
def test_fs_11_a_table_at_an_endpoint_is_kept_too_and_starts_empty(tmp_path: Path) -> None:
    table = {"TABLE_ENDPOINT": real.endpoint(), "TABLE_NAME": f"test-{uuid4().hex}"}
    with served(tmp_path, AWS_REGION="eu-west-1", **table) as app:
        assert shown(app.lines)[0] == []
        assert app.send("POST", "/api/auth/login", LOGIN_OF_THE_DEMO).status == 401
        (printed,) = [line for line in app.lines if " admin create " in line]
        words = shlex.split(printed)
        command = words.index(".venv/bin/roster") + 1
        environ = dict(word.split("=", 1) for word in words[: command - 1])
        made = roster(*words[command:], "--password-stdin", stdin="difference engine\n", **environ)
        assert made.returncode == 0, made.stderr
        assert app.login("you@example.com", "difference engine")
    real.client().delete_table(TableName=table["TABLE_NAME"])


LOGIN_OF_THE_DEMO = {"email": demo.ADMIN, "password": demo.PASSWORD}


def keys_of(file: Path) -> list[Key]:
    """The keys of all items of an embedded store."""
    return [Key.of(item) for item in snapshot(file)]


def roster(*arguments: str, stdin: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
    """The `roster` command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/roster'}",
            "ARGON2_MEMORY_KIB": "8",
            "ARGON2_ITERATIONS": "1",
            **environ,
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.real
def test_killing_the_server_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    with served(tmp_path, STORE=str(store), DATA="demo"):
        pass  # the demo data is there now
    answered: list[str] = []
    for _ in range(3):
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
    # Of one moment: a worker whose server is gone ends what it has begun.
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(tmp_path / "copy.db")) as target:
        source.backup(target)
    with closing(open_embedded(tmp_path / "copy.db")) as embedded:
        rows = {str(row["email"]) for row in counted_lists.everything(embedded, keys.USERS)}
        assert set(answered) <= rows
        assert counted_lists.total(embedded, keys.USERS) == len(rows)


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
