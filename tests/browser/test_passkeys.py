"""Passkeys in a browser, whose authenticators are Chromium's own virtual ones (the DevTools domain WebAuthn).

The page is one of the server's; what its scripts would do is done in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.browser.chromium import Browser, chromium
from tests.support.served import ROOT, Served, served

ADMIN, ADMINS_PASSWORD = "amara.okafor@demo.test", "roster-demo-2016"
PASSWORD = "difference engine"
DOCUMENT = ROOT / "docs" / "second-factor.md"
ASKED = "/api/auth/login/passkey/options"

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Device:
    """A virtual authenticator of the browser; it answers while its user touches it."""

    browser: Browser
    id: str

    @classmethod
    def added(cls, browser: Browser, transport: str = "internal") -> "Device":
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = browser.call("WebAuthn.addVirtualAuthenticator", options=options)
        return cls(browser, made["authenticatorId"])

    def do(self, method: str, **more: Any) -> dict[str, Any]:
        return self.browser.call(f"WebAuthn.{method}", authenticatorId=self.id, **more)

    def touched(self, enabled: bool) -> None:
        self.do("setAutomaticPresenceSimulation", enabled=enabled)

    def remove(self) -> None:
        self.do("removeVirtualAuthenticator")


@dataclass(frozen=True)
class Site:
    """The server, and a page of its own in a browser."""

    app: Served
    browser: Browser
    email: str

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the body of an answer to the page's own request."""
        sent = {"method": method}
        if body is not None:
            sent |= {"body": json.dumps(body), "headers": {"Content-Type": "application/json"}}  # type: ignore[dict-item]
        asked = f"fetch({json.dumps(path)}, {json.dumps(sent)})"
        told = self.browser.result(f"{asked}.then(async one => [one.status, await one.text()])")
        return told[0], json.loads(told[1])

    def make(self, options: Mapping[str, Any]) -> Any:
        """What the browser makes of the options, or the name of its refusal."""
        return self._credential("create", "Creation", options)

    def sign(self, options: Mapping[str, Any]) -> Any:
        """What the browser has signed, or the name of its refusal."""
        return self._credential("get", "Request", options)

    def _credential(self, method: str, kind: str, options: Mapping[str, Any]) -> Any:
        read = f"PublicKeyCredential.parse{kind}OptionsFromJSON({json.dumps(options)})"
        asked = f"navigator.credentials.{method}({{publicKey: {read}}})"
        return self.browser.result(f"{asked}.then(one => one.toJSON(), one => one.name)")

    def log_in(self) -> tuple[int, Any]:
        """The first half of a login: whatever the password alone brings."""
        self.log_out()
        return self.send("POST", "/api/auth/login", {"email": self.email, "password": PASSWORD})

    def log_out(self) -> None:
        self.send("POST", "/api/auth/logout")

    def enrol(self, name: str) -> str:
        """Make a passkey of the one who is logged in; its id as a factor."""
        status, asked = self.send("POST", "/api/auth/factors/passkeys/options")
        assert status == 200, asked
        body = {"attestation": self.make(asked["data"]), "name": name}
        status, answer = self.send("POST", "/api/auth/factors/passkeys", body)
        assert status == 200, answer
        factor_id: str = answer["data"]["id"]
        return factor_id

    def log_in_by_passkey(self, **options: Any) -> int:
        """The status of a login by a passkey alone; `options` are otherwise than the server's."""
        self.log_out()
        _, asked = self.send("POST", ASKED)
        assertion = self.sign({**asked["data"], **options})
        return self.send("POST", "/api/auth/login/passkey", {"assertion": assertion})[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Browser]]:
    folder = tmp_path_factory.mktemp("passkeys")
    with served(folder, DATA="demo") as app, chromium(folder) as browser:
        assert app.url.startswith("http://localhost:")
        yield app, browser


@pytest.fixture
def site(running: tuple[Served, Browser], request: pytest.FixtureRequest) -> Iterator[Site]:
    """A user of each test's own, and no authenticator yet."""
    app, browser = running
    email = f"{request.node.name}@demo.test"[-60:]
    user = {"email": email, "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}
    made = app.send("POST", "/api/admin/users", user, cookie=app.login(ADMIN, ADMINS_PASSWORD))
    assert made.status == 200, made.text
    browser.open(f"{app.url}/docs")
    browser.call("WebAuthn.enable")
    yield Site(app, browser, email)
    browser.call("WebAuthn.disable")


@contextmanager
def other_port(folder: Path) -> Iterator[str]:
    """The address of another site of the same host."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_passkey_signs_in_with_a_password_and_without(site: Site) -> None:
    Device.added(site.browser)
    assert site.log_in()[0] == 200
    site.enrol("Phone")
    assert site.log_in_by_passkey() == 200
    assert site.send("GET", "/api/auth/me")[1]["data"]["email"] == site.email
    status, told = site.log_in()
    assert (status, told["code"], told["data"]["methods"]) == (401, "SECOND_FACTOR_REQUIRED", ["passkey"])
    answer = {"challenge": told["data"]["challenge"], "assertion": site.sign(told["data"]["options"])}
    assert site.send("POST", "/api/auth/login/second", answer)[0] == 200
    assert site.send("GET", "/api/auth/me")[1]["data"]["email"] == site.email
    _, asked = site.send("POST", ASKED)
    assert site.send("POST", "/api/auth/reauthenticate", {"assertion": site.sign(asked["data"])})[0] == 200
    assert site.send("GET", "/api/auth/me")[1]["data"]["email"] == site.email


def test_what_the_document_has_in_a_page_works(site: Site) -> None:
    """Its script enrols a passkey in a session, and signs in without a password and with one."""
    Device.added(site.browser)
    assert site.log_in()[0] == 200
    [script] = re.findall(r"```js\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    for shown, own in (("ada@example.com", site.email), ('"..."', json.dumps(PASSWORD))):
        assert shown in script
        script = script.replace(shown, own)
    noting = "const statuses = [], plain = fetch; fetch = (...all) => plain(...all).then(noted);"
    noted = "const noted = answer => { statuses.push(answer.status); return answer };"
    told = site.browser.result(f"(async () => {{ {noted} {noting} {script}; return statuses }})()")
    assert told == [200, 200, 200, 200, 401, 200]


def test_two_devices_and_a_removed_one(site: Site) -> None:
    phone = Device.added(site.browser)
    assert site.log_in()[0] == 200
    of_phone = site.enrol("Phone")
    assert site.send("POST", "/api/auth/factors/passkeys/options")[0] == 200
    phone.touched(False)
    key = Device.added(site.browser, "usb")
    site.enrol("Key")
    assert site.log_in_by_passkey() == 200  # by the key
    assert site.send("DELETE", f"/api/auth/factors/{of_phone}")[0] == 200
    key.touched(False)
    phone.touched(True)
    assert site.log_in_by_passkey() == 401
    phone.touched(False)
    key.touched(True)
    assert site.log_in_by_passkey() == 200


def test_an_authenticator_that_has_a_passkey_of_the_user_makes_no_other(site: Site) -> None:
    Device.added(site.browser)
    assert site.log_in()[0] == 200
    site.enrol("Phone")
    _, asked = site.send("POST", "/api/auth/factors/passkeys/options")
    assert site.make(asked["data"]) == "InvalidStateError"


@pytest.mark.row("SF-19")
def test_without_user_verification_nothing_is_proved(site: Site) -> None:
    device = Device.added(site.browser)
    assert site.log_in()[0] == 200
    device.do("setUserVerified", isUserVerified=False)
    _, asked = site.send("POST", "/api/auth/factors/passkeys/options")
    assert site.make(asked["data"]) == "NotAllowedError"
    selection = {**asked["data"]["authenticatorSelection"], "userVerification": "discouraged"}
    made = site.make({**asked["data"], "authenticatorSelection": selection})
    status, answer = site.send("POST", "/api/auth/factors/passkeys", {"attestation": made, "name": "Phone"})
    assert (status, answer["code"]) == (400, "VALIDATION_ERROR")
    device.do("setUserVerified", isUserVerified=True)
    site.enrol("Phone")
    device.do("setUserVerified", isUserVerified=False)
    assert site.log_in_by_passkey(userVerification="discouraged") == 401


@pytest.mark.row("SF-20", "SF-21")
def test_a_page_of_another_origin_gets_nothing_that_counts(site: Site, tmp_path: Path) -> None:
    """One of another port gets a signature, which names its origin; one of another host gets none."""
    Device.added(site.browser)
    assert site.log_in()[0] == 200
    site.enrol("Phone")
    asked = site.app.send("POST", ASKED)
    options, cookie = asked.json["data"], asked.cookies[0].partition(";")[0]
    with other_port(tmp_path) as elsewhere:
        site.browser.open(elsewhere)
        assertion = site.sign(options)
        refused = site.app.send("POST", "/api/auth/login/passkey", {"assertion": assertion}, cookie=cookie)
        assert refused.status == 401
        site.browser.open(elsewhere.replace("localhost", "sub.localhost"))
        assert site.sign({**options, "rpId": "roster.example"}) == "SecurityError"
    site.browser.open(f"{site.app.url}/docs")
    assertion = site.sign(options)
    answer = site.app.send("POST", "/api/auth/login/passkey", {"assertion": assertion}, cookie=cookie)
    assert answer.status == 200


@pytest.mark.row("SF-22")
def test_a_copy_of_a_passkey_is_refused(site: Site) -> None:
    phone = Device.added(site.browser)
    assert site.log_in()[0] == 200
    site.enrol("Phone")
    [copied] = phone.do("getCredentials")["credentials"]
    assert site.log_in_by_passkey() == 200
    phone.remove()
    thief = Device.added(site.browser)
    thief.do("addCredential", credential=copied)
    assert site.log_in_by_passkey() == 401
