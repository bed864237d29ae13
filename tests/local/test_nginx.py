"""Behind nginx, as docs/private-site.md configures it: TLS, headers, cookies, a bound of bodies, HEAD."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import demo
from roster.auth.source_failures import LIMIT
from tests.support.served import BOUND, ROOT, Reply, served

NAME = "roster.example"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed here"),
    pytest.mark.skipif(OPENSSL is None, reason="openssl, which makes the certificate, is not installed here"),
]


@dataclass(frozen=True)
class Proxied:
    """The site as its users reach it."""

    port: int
    plain_port: int
    trust: ssl.SSLContext
    log: Path

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request over TLS, under the public name."""
        connection = http.client.HTTPSConnection(NAME, self.port, context=self.trust, timeout=BOUND)
        connection.sock = self.trust.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=BOUND), server_hostname=NAME
        )
        try:
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = connection.getresponse()
            cookies = answer.headers.get_all("set-cookie", [])
            low = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, low, answer.read().decode(), cookies)
        finally:
            connection.close()

    def login(self, **headers: str) -> Reply:
        body = json.dumps({"email": demo.ADMIN, "password": demo.PASSWORD}).encode()
        return self.send("POST", "/api/auth/login", body, {"Content-Type": "application/json", **headers})


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def configuration(folder: Path, port: int, plain_port: int, upstream: str) -> str:
    """The page's configuration, with this test's ports and paths, in a plain nginx.conf."""
    page = (ROOT / "docs/private-site.md").read_text("utf-8")
    (site,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    for written, ours in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "/etc/ssl/roster.example": str(folder / NAME),
        "http://127.0.0.1:3000": upstream,
    }.items():
        assert written in site, written
        site = site.replace(written, ours)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    return (
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    with proxied(tmp_path_factory) as one:
        yield one


@contextmanager
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """Roster, with nginx in front of it."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate, key = folder / f"{NAME}.pem", folder / f"{NAME}.key"
    subprocess.run(
        [
            *(str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    port, plain_port = free_port(), free_port()
    own = tmp_path_factory.mktemp("roster")
    with served(own, PUBLIC_URL=f"https://{NAME}", TRUSTED_PROXIES="1", LOG="json") as roster:
        file = folder / "nginx.conf"
        file.write_text(configuration(folder, port, plain_port, roster.url))
        with (folder / "stderr").open("w") as errors:
            nginx = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(file)], stderr=errors)
        try:
            await_port(nginx, port, folder / "stderr")
            trust = ssl.create_default_context(cafile=str(certificate))
            yield Proxied(port, plain_port, trust, own / "stderr")
        finally:
            nginx.terminate()
            nginx.wait(BOUND)


def await_port(process: "subprocess.Popen[bytes]", port: int, errors: Path) -> None:
    """Return once somebody listens there; fail where the process ends before."""
    while True:
        assert process.poll() is None, errors.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=BOUND).close()
        except ConnectionRefusedError:
            continue
        return


def test_a_session_over_tls_has_cookies_for_tls_alone(site: Proxied) -> None:
    answer = site.login(Origin=f"https://{NAME}")
    assert answer.status == 200
    assert len(answer.cookies) == 2
    for cookie in answer.cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    session = answer.cookies[0].partition(";")[0]
    assert site.send("GET", "/api/auth/me", headers={"Cookie": session}).status == 200


def test_the_answers_headers_come_through_and_name_the_public_address(site: Proxied) -> None:
    answer = site.send("GET", "/v2/info")
    assert answer.json["authorization_endpoint"] == f"https://{NAME}"
    assert answer.headers["strict-transport-security"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["server"] == "nginx"
    end = time.monotonic() + BOUND
    while answer.headers["x-vcap-request-id"] not in site.log.read_text():  # written after the answer
        assert time.monotonic() < end
        time.sleep(0.01)


def test_pages_of_the_public_origin_write_and_no_others(site: Proxied) -> None:
    assert site.login(Origin="https://evil.example").status == 403
    assert site.login(Origin=f"http://{NAME}").status == 403


def test_another_name_is_misdirected(site: Proxied) -> None:
    assert site.send("GET", "/v2/info", headers={"Host": "evil.example"}).status == 421


def test_failed_logins_count_by_the_address_that_nginx_saw(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the client says of itself is replaced: otherwise each would come from somewhere else."""
    with proxied(tmp_path_factory) as site:
        for number in range(LIMIT):
            body = json.dumps(
                {"email": f"nobody-{number}@demo.test", "password": "wrong horse battery"}
            ).encode()
            given = {"Content-Type": "application/json", "X-Forwarded-For": f"192.0.2.{number}"}
            assert site.send("POST", "/api/auth/login", body, given).status == 401
        assert site.login(**{"X-Forwarded-For": "198.51.100.7"}).status == 401


@pytest.mark.parametrize(
    ("size", "status", "says"),
    [
        (64 * 1024, 400, "application/json"),
        (64 * 1024 + 1, 413, "text/html"),
        (1024 * 1024, 413, "text/html"),
    ],
)
def test_a_body_beyond_the_bound_is_refused_by_nginx(
    site: Proxied, size: int, status: int, says: str
) -> None:
    answer = site.send("POST", "/api/auth/login", b"x" * size, {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (status, says)


@pytest.mark.parametrize(
    "path", ["/", "/console", "/docs", "/openapi.json", "/health"], ids=lambda path: f"FB-16-{path}"
)
def test_head_comes_through(site: Proxied, path: str) -> None:
    asked, got = site.send("HEAD", path), site.send("GET", path)
    assert (asked.status, asked.text, got.status) == (200, "", 200)
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert asked.headers["content-length"] == got.headers["content-length"]


def test_plain_http_leads_to_tls(site: Proxied) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.plain_port, timeout=BOUND)
    connection.request("GET", "/docs?page=1", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["location"]) == (301, f"https://{NAME}/docs?page=1")
    connection.close()
