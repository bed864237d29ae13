"""Serving a small private site: another address, other origins, TLS in front."""

from pathlib import Path

import pytest

from cli import demo
from tests.support.served import Reply, Served, served

LOGIN = {"email": demo.ADMIN, "password": demo.PASSWORD}


def of_cors(answer: Reply) -> dict[str, str]:
    low = {name.lower(): value for name, value in answer.headers.items()}
    return {name: value for name, value in low.items() if name.startswith("access-control-")}


def log_in(site: Served, origin: str, **headers: str) -> Reply:
    return site.send("POST", "/api/auth/login", LOGIN, Origin=origin, **headers)


@pytest.mark.real
def test_fb_10_origins_names_whose_pages_may_call(tmp_path: Path) -> None:
    app = "http://localhost:5173"
    with served(tmp_path, ORIGINS=f"{app} https://app.example") as site:
        asked = {"Origin": app, "Access-Control-Request-Method": "POST"}
        answer = site.send("OPTIONS", "/api/auth/login", **asked)
        assert answer.status == 204
        assert of_cors(answer)["access-control-allow-origin"] == app
        assert of_cors(answer)["access-control-allow-credentials"] == "true"
        for allowed in (app, "https://app.example"):
            answer = log_in(site, allowed)
            assert (answer.status, of_cors(answer)["access-control-allow-origin"]) == (200, allowed)
        own = log_in(site, site.url)
        assert (own.status, of_cors(own)) == (200, {})
        evil = log_in(site, "https://evil.example")
        assert (evil.status, of_cors(evil)) == (403, {})
        assert "origin" in evil.json["message"]
        for path in ("/", "/console", "/docs", "/health"):
            head = site.send("HEAD", path)
            assert (head.status, head.text) == (200, ""), path
            assert int(head.headers["content-length"]) > 0


@pytest.mark.real
def test_fn_09_another_address_is_listened_at_where_that_is_said(tmp_path: Path) -> None:
    with served(tmp_path, HOST="127.0.0.2") as site:
        assert site.lines[-1].startswith("ready http://127.0.0.2:")
        (warning,) = [line for line in site.lines if line.startswith("# HOST=127.0.0.2: ")]
        assert "nothing is encrypted" in warning


@pytest.mark.real
def test_behind_tls_the_cookies_are_for_tls_alone_and_the_page_is_its_own(tmp_path: Path) -> None:
    with served(tmp_path, PUBLIC_URL="https://roster.example") as site:
        answer = log_in(site, "https://roster.example", Host="roster.example")
        assert answer.status == 200
        assert all(cookie.startswith("__Host-") and "; Secure" in cookie for cookie in answer.cookies)
        assert log_in(site, site.url).status == 403, "its pages are seen under the public address"


@pytest.mark.real
def test_behind_tls_at_another_port_the_console_may_write_and_the_default_port_may_not(
    tmp_path: Path,
) -> None:
    own = "https://roster.example:8443"
    with served(tmp_path, PUBLIC_URL=own, HOSTS="roster.example") as site:
        for host in ("roster.example", "roster.example:8443"):  # as nginx is told, with the port or without
            assert site.send("GET", "/console", Host=host).status == 200
            assert log_in(site, own, Host=host).status == 200
            for origin in (
                "https://roster.example",
                "http://roster.example:8443",
                "https://www.roster.example",
            ):
                assert log_in(site, origin, Host=host).status == 403, (origin, host)
