"""GET /console: files for people with a browser, kept for a year under the name of what they hold."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.console import get_console
from local.gateway import HttpRequest, Response
from roster.auth import links
from roster.dialects.site.console import Console, Edition, addressed
from tests.site.test_get_docs import Page, policy
from tests.support.api import Api, bare
from tests.support.console import folder_of, script_of

pytestmark = pytest.mark.any_engine

INDEX = '<!doctype html><link rel="stylesheet" href="style.css"><script type="module" src="app.js"></script>'
SCRIPT = 'import { users } from "./pages/users.js";\nusers("Grüße");\n'


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A console of a few files, with two that are none of its pages'."""
    folder = tmp_path / "console"
    (folder / "pages").mkdir(parents=True)
    for name, text in {
        "index.html": INDEX,
        "app.js": SCRIPT,
        "style.css": "h1 { margin: 0 }\n",
        "pages/users.js": "export function users() {}\n",
        "README.md": "How to add a page.\n",
        "types.d.ts": "type A = string;\n",
    }.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def console(sources: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources, which the function serves."""
    monkeypatch.setattr(get_console, "CONSOLE", Console(sources, watched=True))
    return sources


@pytest.fixture
def built(sources: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as a build has it: each file compressed beside it; brotli's is no more than a mark here."""
    index = sources / "index.html"
    edition = Edition.of(sources)
    index.write_text(addressed(INDEX, edition.digest, edition.files), "utf-8")
    for path in [path for path in sources.rglob("*") if path.is_file()]:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.with_name(f"{path.name}.br").write_bytes(b"\x0b" + path.name.encode())
    monkeypatch.setattr(get_console, "CONSOLE", Console(sources, watched=False))
    return sources


def get(api: Api, path: str, method: str = "GET", **headers: str) -> Response:
    """The response as it goes over the wire."""
    lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return api.gateway.handle(HttpRequest.of(method, path, lines))


def header(response: Response, name: str) -> str:
    return dict(response.headers)[name]


@pytest.mark.usefixtures("console")
def test_the_index_is_a_page_for_anybody_that_names_files_of_its_edition(api: Api) -> None:
    answer = api.get("/console")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    named = [value or "" for name, value in Page(answer.text).attributes if name in ("href", "src")]
    assert named == [f"{folder_of(api)}/style.css", f"{folder_of(api)}/app.js"]
    assert [get(api, path).status for path in named] == [200, 200]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("pages/users.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
    ],
)
def test_a_file_is_what_lies_there_and_kept_for_a_year(
    api: Api, console: Path, name: str, media_type: str
) -> None:
    response = get(api, f"{folder_of(api)}/{name}")
    assert (response.status, response.body) == (200, (console / name).read_bytes())
    assert header(response, "content-type") == media_type
    assert header(response, "cache-control") == "public, max-age=31536000, immutable"


@pytest.mark.usefixtures("console")
@pytest.mark.parametrize(
    "name",
    [
        "nowhere.js",
        "app.js/",
        "APP.JS",
        "pages",
        "README.md",
        "types.d.ts",
        "../console/app.js",
        "pages/../app.js",
        "%2e%2e/console/app.js",
        "pages%2fusers.js.gz",
        "..%2f..%2f..%2fetc%2fpasswd",
        "app.js%00",
        "%252e%252e/app.js",
        "./app.js",
        "index.html.br",
    ],
)
def test_what_is_no_file_of_it_is_404(api: Api, name: str) -> None:
    answer = api.get(f"{folder_of(api)}/{name}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("built")
def test_a_build_has_the_files_of_its_own_digest_alone(api: Api) -> None:
    own = folder_of(api)
    assert api.get(f"{own}/app.js").status == 200
    for digest in ("0" * 32, own.rpartition("/")[2].upper(), "latest", own.rpartition("/")[2][:-1]):
        assert api.get(f"/console/{digest}/app.js").status == 404


@pytest.mark.usefixtures("console")
def test_paths_beside_the_console_are_no_part_of_it(api: Api) -> None:
    for path in ("/console/app.js", "/consoles", "/Console", f"{folder_of(api)}", f"{folder_of(api)}/"):
        assert api.get(path).status == 404, path


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("identity", None),
        ("*", "br"),
        ("", None),
    ],
)
def test_a_build_sends_what_was_compressed_as_the_browser_takes_it(
    api: Api, accepted: str, coding: str | None
) -> None:
    for path in ("/console", script_of(api)):
        plain, response = get(api, path), get(api, path, accept_encoding=accepted)
        assert dict(response.headers).get("content-encoding") == coding
        assert header(response, "vary") == "Accept-Encoding"
        assert (header(response, "etag") == header(plain, "etag")) == (coding is None)
        body = gzip.decompress(response.body) if coding == "gzip" else response.body
        assert (body == plain.body) == (coding != "br")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_a_browser_that_has_it_is_not_sent_it_again(api: Api, coding: str) -> None:
    for path in ("/console", script_of(api)):
        first = get(api, path, accept_encoding=coding)
        again = get(api, path, accept_encoding=coding, if_none_match=header(first, "etag"))
        assert (again.status, again.body) == (304, b"")
        for name in ("etag", "cache-control", "vary", "content-security-policy"):
            assert header(again, name) == header(first, name)
        assert get(api, path, if_none_match='"another"').status == 200


@pytest.mark.usefixtures("console")
def test_the_index_is_asked_for_each_time(api: Api) -> None:
    assert header(get(api, "/console"), "cache-control") == "no-cache"


@pytest.mark.usefixtures("console")
def test_head_is_get_without_the_body(api: Api) -> None:
    for path in ("/console", script_of(api)):
        head, whole = get(api, path, "HEAD"), get(api, path)
        assert (head.status, head.body) == (200, b"")
        assert whole.body
        assert _without_id(head) == _without_id(whole)


def _without_id(response: Response) -> list[tuple[str, str]]:
    return [one for one in response.headers if one[0] != "x-request-id"]


@pytest.mark.usefixtures("console")
def test_another_method_is_404_in_the_shape_of_the_rest(api: Api) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        for path in ("/console", script_of(api)):
            answer = api.send(method, path)
            assert (answer.status, answer.code) == (404, "NOT_FOUND"), (method, path)


@pytest.mark.usefixtures("console")
def test_the_page_may_load_its_own_files_alone_and_be_framed_by_nobody(api: Api) -> None:
    for path in ("/console", script_of(api)):
        answer = api.get(path)
        assert policy(answer) == {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "connect-src": ["'self'"],
            "img-src": ["'self'", "data:"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
            "base-uri": ["'none'"],
            "require-trusted-types-for": ["'script'"],
        }
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        permitted = answer.headers["permissions-policy"].split(", ")
        assert {"publickey-credentials-get=(self)", "publickey-credentials-create=(self)"} <= {*permitted}
        assert "camera=()" in permitted


@pytest.mark.usefixtures("console")
def test_neither_a_query_nor_a_body_nor_a_credential_changes_the_page(api: Api) -> None:
    plain = bare(api.get("/console"))
    assert bare(api.get("/console?utm_source=mail&utm_source=mail")) == plain
    assert bare(api.send("GET", "/console", raw=b'{"a": 1, "a": \xff')) == plain
    assert bare(api.get("/console", as_="session_nobody.x", headers={"Authorization": "Bearer x"})) == plain
    assert bare(api.get("/console", headers={"Origin": "https://evil.example"})) == plain


def test_a_source_that_changes_is_seen_at_once_and_the_page_that_is_open_still_gets_its_files(
    api: Api, console: Path
) -> None:
    before = folder_of(api)
    (console / "pages/users.js").write_text("export function users() { return 2; }\n", "utf-8")
    assert folder_of(api) != before
    assert b"return 2" in get(api, f"{folder_of(api)}/pages/users.js").body
    old = get(api, f"{before}/app.js")
    assert (old.status, header(old, "cache-control")) == (200, "no-store")


@pytest.mark.usefixtures("console")
def test_its_address_with_a_slash_leads_to_it(api: Api, deployed: Callable[..., None]) -> None:
    """The fragment, in which links carry their token, stays with the browser."""
    for method in ("GET", "HEAD"):
        answer = api.send(method, "/console/")
        assert (answer.status, answer.headers["location"], answer.text) == (308, "/console", "")
        assert answer.headers["cache-control"] == "no-store"
    for method, path in (("POST", "/console/"), ("GET", "/console//"), ("GET", "/console/x")):
        assert api.send(method, path).status == 404
    deployed(CONSOLE="none")
    assert api.get("/console/").status == 404


def test_the_digest_is_of_every_file_and_of_its_name_but_not_of_the_index(sources: Path) -> None:
    digests = [Edition.of(sources).digest]
    (sources / "app.js").rename(sources / "start.js")
    digests.append(Edition.of(sources).digest)
    (sources / "pages/users.js").write_text("", "utf-8")
    digests.append(Edition.of(sources).digest)
    assert len({*digests}) == 3
    for other in ("index.html", "README.md", "types.d.ts"):
        (sources / other).write_text("another", "utf-8")
    assert Edition.of(sources).digest == digests[-1]


@pytest.mark.usefixtures("console")
def test_a_deployment_may_serve_no_console(api: Api, deployed: Callable[..., None]) -> None:
    script = script_of(api)
    deployed(CONSOLE="none")
    for path in ("/console", script):
        assert bare(api.get(path)) == bare(api.get("/no-such-path"))
        assert api.get(path, headers={"If-None-Match": "*"}).status == 404
    assert api.get("/docs").status == 200
    assert "/console" not in api.get("/", headers={"Accept": "text/html"}).text


def test_the_functions_folder_holds_no_files_in_the_sources() -> None:
    """What a build adds beside the function would hide the sources."""
    assert not Path(get_console.__file__).with_name("files").exists()


@pytest.mark.parametrize("kind", ["invitation", "account", "reset"])
def test_a_link_leads_to_a_page_of_the_console(kind: links.Kind) -> None:
    """Without a setting it is of the name that the API was called by (tests/invitations)."""
    page, _, fragment = links.address("https://roster.example", links.LinkToken(kind, ("a",), "b")).partition(
        "#"
    )
    start = Path(get_console.__file__).parents[2] / "console/app.js"
    paths = re.findall(r'\{ path: "([^"]+)"', start.read_text("utf-8"))
    assert page == "https://roster.example/console"
    assert re.sub(r"/[^/]+$", "/:token", fragment) in paths


def test_the_sources_begin_with_a_page_without_inline_scripts_and_styles(api: Api) -> None:
    answer = api.get("/console")
    page = Page(answer.text)
    assert "".join(page.inline["script"] + page.inline["style"]).strip() == ""
    assert not [name for name, _ in page.attributes if name == "style" or name.startswith("on")]
    named = [value or "" for name, value in page.attributes if name in ("href", "src")]
    served = [value for value in named if not value.startswith(("data:", "#", "/docs"))]
    assert all(re.fullmatch(r"/console/[0-9a-f]{32}/[\w./-]+", value) for value in served)
    assert [api.get(value).status for value in served] == [200] * len(served)
