"""What others try by way of a person's browser: names as markup, links, frames, forms, and spreadsheets."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from cli import demo
from tests.console.axe import wider_than_the_window
from tests.console.person import Person
from tests.console.roster import PASSWORD, Roster

pytestmark = pytest.mark.real

MARKUP = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
CROOKED = {
    "markup": MARKUP,
    "long": "W" * 255,
    "right-to-left": "\u05d0\u05d9\u05e0\u05d2\u05e8\u05d9\u05d3 \u0644\u064a\u0644\u0649",
    "emoji": "Zoë 🦊👩🏽‍🚀🏳️‍🌈 e\u0301",
    "template": "${window.ran=1}{{constructor.constructor('window.ran=1')()}}%s&lt;b&gt;",
}
NOTHING_RAN = (
    "window.ran === undefined && document.querySelectorAll('main img, main script, dialog img').length === 0"
)


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """A page of another origin; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f'<link rel=icon href="data:,">{html}'.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.row("CO-01")
@pytest.mark.parametrize("name", CROOKED.values(), ids=CROOKED)
def test_a_name_is_shown_as_text(name: str, admin: Person, roster: Roster) -> None:
    """Of a user, a workspace and a project, wherever they are shown, on the narrowest screen too."""
    user, workspace = roster.user(name), roster.workspace(name)
    roster.member(workspace, user, "ADMIN")
    home = f"/api/workspaces/{workspace['id']}"
    project = roster.send("POST", f"{home}/projects", {"name": name[:100]}).json["data"]
    admin.sits_at(320)
    places = {
        f"#/users?find={user['email']}": name,
        f"#/users/{user['id']}": name,
        f"#/workspaces/{workspace['id']}": name,
        f"#/workspaces/{workspace['id']}/members": name,
        f"#/workspaces/{workspace['id']}/projects/{project['id']}": name[:100],
        f"#/workspaces/{workspace['id']}/audit": name,
        "#/audit": name,
        "#/": name,
    }
    for place, shown in places.items():
        admin.at(place)
        admin.sees(shown)
        admin.settles()
        assert admin.browser.value(NOTHING_RAN), place
        assert wider_than_the_window(admin) == [], place
    admin.sits_at(1440)
    admin.at(f"#/users/{user['id']}")
    admin.clicks("button", "Delete")
    admin.sees(f"Delete {name}?")
    assert admin.browser.value(NOTHING_RAN)


@pytest.mark.row("CO-02")
@pytest.mark.parametrize(
    "fragment",
    [
        "#javascript:window.ran=1",
        "#/users?find=<img src=x onerror=window.ran=1>",
        "#/users?find=%3Cscript%3Ewindow.ran=1%3C/script%3E&status=%3Cb%3E&page=-1&role=__proto__",
        "#/users?page=1e9",
        "#/users/%3Cimg%20src=x%20onerror=window.ran=1%3E",
        "#/users/..%2F..%2Fauth%2Fme",
        "#/workspaces/%2e%2e%2f/members",
        "#/workspaces/constructor/__proto__",
        "#/audit?actor=%3Csvg/onload=window.ran=1%3E&from=javascript:1",
        "#/%E0%A4%A",
        "#/reset/<svg onload=window.ran=1>",
        "#//evil.example/",
    ],
)
def test_a_link_with_something_in_its_fragment(fragment: str, admin: Person) -> None:
    """It does nothing, and leads to a page of ours that says what there is."""
    for status in (400, 403, 404, 422):
        admin.expects(status)
    admin.at("")
    admin.sees("Overview")
    before = len(admin.calls())
    admin.browser.value(f"location.hash = {fragment!r}")
    admin.browser.result("new Promise(done => setTimeout(done, 100))")
    admin.settles()
    assert admin.browser.value(NOTHING_RAN)
    assert admin.browser.value("location.origin") == admin.app.url
    assert [method for method, _, _ in admin.calls()[before:] if method != "GET"] == []


@pytest.mark.row("CO-02")
@pytest.mark.parametrize(
    "wanted", ["javascript:window.ran=1", "//evil.example/", "https://evil.example/", "/\\evil.example"]
)
def test_a_link_to_sign_in_leads_nowhere_else(wanted: str, person: Person, roster: Roster) -> None:
    user = roster.user("Ada Lovelace")
    person.at(f"#/sign-in?to={wanted}")
    person.types("E-mail address", user["email"])
    person.types("Password", PASSWORD)
    person.clicks("button", "Sign in")
    person.sees("Ada Lovelace")
    person.settles()
    assert person.browser.value("location.origin") == person.app.url
    assert person.browser.value(NOTHING_RAN)


@pytest.mark.row("CO-03")
def test_no_other_page_shows_the_console_in_a_frame(admin: Person) -> None:
    with elsewhere(f'<iframe src="{admin.app.url}/console#/users"></iframe>') as page:
        admin.browser.open(page)
        admin.browser.until("document.readyState === 'complete'")
        admin.waits(
            lambda: any(
                "frame-ancestors" in one["entry"]["text"] for one in admin.browser.told("Log.entryAdded")
            ),
            "the frame is refused",
            admin.complaints,
        )
        assert [path for _, path, _ in admin.calls()] == []
    admin.browser.wire.events.clear()


@pytest.mark.row("CO-04")
def test_a_form_of_another_page_changes_nothing(admin: Person, roster: Roster) -> None:
    """Of another port of the same host even, whose requests have the cookie."""
    user = roster.user("Grace Hopper")
    path = f"{admin.app.url}/api/admin/users"
    stolen = '{"email":"mallory@console.test","fullName":"Mallory","roles":["ADMIN"],"a":"='
    html = f"""
        <form method=post enctype=text/plain action="{path}"><input name='{stolen}' value='"}}'></form>
        <script>
            const send = (path, method, more) =>
                fetch("{admin.app.url}" + path, {{ method, credentials: "include", ...more }}).catch(() => 0);
            const user = "/api/admin/users/{user["id"]}", plain = {{ mode: "no-cors" }};
            Promise.all([
                send(user, "DELETE"), send(user, "PUT", {{ body: '{{"active":false}}' }}),
                send(user + "/unlock", "POST", plain), send("/api/auth/logout", "POST", plain),
            ]).then(() => document.forms[0].submit());
        </script>"""
    with elsewhere(html) as page:
        admin.browser.call("Page.navigate", url=page)
        admin.waits(
            lambda: admin.browser.value("location.pathname") == "/api/admin/users", "the form is sent"
        )
        admin.browser.until("document.readyState === 'complete'")
        assert "mallory" not in admin.text()
    posted = [one for one in admin.calls() if one[0] == "POST"]
    assert len(posted) >= 2
    assert all(status in (0, 403) for _, _, status in posted), posted
    found = roster.send("GET", "/api/admin/users?page=1&size=1000").json["data"]
    assert "mallory@console.test" not in {one["email"] for one in found}
    assert next(one for one in found if one["id"] == user["id"])["active"]
    admin.browser.wire.events.clear()
    admin.at("#/users")
    admin.sees("Amara Okafor")


@pytest.mark.row("CO-06")
def test_markup_that_a_mistake_would_let_in_is_refused_by_the_browser(admin: Person) -> None:
    """A script of the page that forgot how nodes are made: Trusted Types and the policy refuse it."""
    admin.at("")
    admin.sees("Overview")
    sinks = {
        "innerHTML": "document.createElement('p').innerHTML = '<b>a</b>'",
        "write": "document.write('a')",
        "script": "document.createElement('script').src = '/console/other.js'",
    }
    name = """(() => { try { %s; return "done" } catch (error) { return error.name } })()"""
    refused = {sink: admin.browser.value(name % script) for sink, script in sinks.items()}
    assert {sink for sink, told in refused.items() if told == "done"} == set(), refused
    strictly = {"expression": "eval('1')", "allowUnsafeEvalBlockedByCSP": False}  # as the page's scripts are
    assert "exceptionDetails" in admin.browser.call("Runtime.evaluate", **strictly)
    inline = """(() => { const one = document.createElement("p"); one.setAttribute("style", "color: red");
        document.body.append(one); const shown = getComputedStyle(one).color; one.remove();
        try { one.setAttribute("onclick", "window.ran = 1") } catch { return shown }
        one.click(); return shown })()"""
    assert admin.browser.value(inline) != "rgb(255, 0, 0)"
    assert admin.browser.value("window.ran") is None
    admin.browser.wire.events.clear()
    admin.browser.value("globalThis.__reports = []")


@pytest.mark.row("CO-07")
@pytest.mark.parametrize("name", ['=HYPERLINK("https://evil.example")', "+1", "-1", "@SUM(A1)", '"=1'])
def test_a_name_is_no_formula_in_a_spreadsheet(name: str, admin: Person, roster: Roster) -> None:
    workspace, user = roster.workspace(), roster.user(name)
    roster.member(workspace, user)
    admin.at(f"#/workspaces/{workspace['id']}/members")
    admin.sees(name)
    admin.clicks("button", "CSV")
    _, text = admin.download()
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert any(name in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


@pytest.mark.row("CO-08")
def test_secrets_are_neither_stored_nor_in_an_address(admin: Person, roster: Roster) -> None:
    """What is shown once is gone with its dialog; the language alone is kept."""
    user = roster.user("Ada Lovelace")
    admin.at(f"#/users/{user['id']}")
    admin.clicks("button", "Make a reset link")
    admin.sees("It is shown this once")
    secret = admin.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    assert secret.rpartition("/")[2]
    admin.agrees("I have it")
    admin.browser.until("document.querySelector('dialog') === null")
    kept = """JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href,
        history.state])"""
    for text in (admin.browser.value(kept), admin.browser.value("document.documentElement.outerHTML")):
        assert secret.rpartition("/")[2] not in text
        assert demo.PASSWORD not in text
