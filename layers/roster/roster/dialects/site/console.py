"""The console: pages for people, files that ask the API for everything. Public, and no table."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from aws_lambda_powertools.event_handler import Response

from roster.db.store import Store
from roster.dialects.site.static_document import takes
from roster.dialects.workspaces.api import Access, Workspaces
from roster.errors import DirectoryError, NotFound
from roster.http import entity_tags, handler
from roster.http.error_responses import ErrorResponse
from roster.http.request import Request
from roster.settings import settings

INDEX = "index.html"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
CODINGS = {"br": ".br", "gzip": ".gz"}
"""How a build has compressed each file, the better first, and what its name then ends with."""

_FOREVER = "public, max-age=31536000, immutable"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), "
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "no-referrer",
}
_WORKSPACES = Workspaces(Access.PUBLIC)  # in whose words errors are said, as where there is no route


class ConsolePages(handler.Dialect[Request]):
    """The dialect. A query is not read: a link that somebody has added one to leads to the same page."""

    ignores_unknown_parameters = True

    def authorize(self, request: Request, store: Store) -> Request:
        """Admit anybody. Raises NotFound, as a path without a route does, where `Console` is none."""
        if settings().console != "public":
            raise NotFound("route")
        return request

    def read_body(self, request: Request) -> None:
        """Whatever a body holds, it is not read."""

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        reply = _WORKSPACES.error_response(error, request)
        return replace(reply, headers={**reply.headers, "Content-Type": _WORKSPACES.content_type})


def endpoint() -> tuple[handler.Resolver[Request], handler.Handler]:
    """The resolver and the handler of the console."""
    return handler.endpoint(ConsolePages())


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is, and under each coding as it is compressed."""

    media_type: str
    body: bytes
    packed: Mapping[str, bytes]

    @property
    def tag(self) -> str:
        """What tells it from every other content."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    def response(self, request: Request, cache_control: str) -> Response[str]:
        """The file as the request takes it: 304 where `If-None-Match` has it, else 200."""
        accepted = request.headers.get("accept-encoding", "")
        coding = next((each for each in self.packed if takes(accepted, each)), None)
        plain = f'"{self.tag}"'
        tags = {each: f'"{self.tag}-{each}"' for each in self.packed}
        headers = {
            **_HEADERS,
            "Cache-Control": cache_control,
            "ETag": tags[coding] if coding else plain,
            "Vary": "Accept-Encoding",
        }
        if entity_tags.names(request.headers.get("if-none-match", ""), [plain, *tags.values()]):
            return Response(304, self.media_type, "", headers=headers)
        if coding is None:
            return Response(200, self.media_type, self.body.decode("utf-8"), headers=headers)
        packed = b64encode(self.packed[coding]).decode("ascii")
        response = Response(200, self.media_type, packed, headers={**headers, "Content-Encoding": coding})
        response.base64_encoded = True
        return response


@dataclass(frozen=True, slots=True)
class Edition:
    """All files as they belong together; `digest` names them, and leaves the index out, which names it."""

    digest: str
    files: Mapping[str, File]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """What a folder holds, at any depth; files of other types than a page has are left out."""
        files = {
            path.relative_to(folder).as_posix(): File(
                MEDIA_TYPES[path.suffix],
                path.read_bytes(),
                {
                    coding: packed.read_bytes()
                    for coding, suffix in CODINGS.items()
                    if (packed := path.with_name(path.name + suffix)).is_file()
                },
            )
            for path in sorted(folder.rglob("*"))
            if path.suffix in MEDIA_TYPES and path.is_file()
        }
        return cls(digest_of({name: file.body for name, file in files.items()}), files)


def digest_of(files: Mapping[str, bytes]) -> str:
    """The name of the folder that these files are served in."""
    sums = (
        f"{name} {hashlib.sha256(body).hexdigest()}" for name, body in sorted(files.items()) if name != INDEX
    )
    return hashlib.sha256("\n".join(sums).encode("utf-8")).hexdigest()[:32]


def addressed(index: str, digest: str, names: Mapping[str, object]) -> str:
    """The index as it is served: what it names by `src` and `href` lies in the folder of the digest."""
    for name in names:
        index = index.replace(f'="{name}"', f'="/console/{digest}/{name}"')
    return index


class Console:
    """The console's files: those that a build has made, else the sources, in which changes are seen."""

    def __init__(self, folder: Path, *, watched: bool) -> None:
        self._folder = folder
        self._watched = watched
        self._seen = self._state()
        self._edition = Edition.of(folder)

    @classmethod
    def beside(cls, module: Path) -> Self:
        """The files that a build put beside the function's module, else the sources of this tree."""
        given = settings().console_files
        built = Path(given) if given else module.with_name("files")
        return (
            cls(built, watched=False) if built.is_dir() else cls(module.parents[2] / "console", watched=True)
        )

    def index(self, request: Request) -> Response[str]:
        """The page that everything begins with; a browser asks each time whether it is still the same."""
        edition = self._current()
        index = edition.files.get(INDEX)
        if index is None:
            raise NotFound("page")
        if self._watched:
            text = addressed(index.body.decode("utf-8"), edition.digest, edition.files)
            index = replace(index, body=text.encode("utf-8"))
        return index.response(request, "no-cache")

    def file(self, request: Request) -> Response[str]:
        """A file of this edition. Raises NotFound for any other.

        Where sources are served, a page that was opened before one of them changed still gets its files.
        """
        edition = self._current()
        file = edition.files.get(request.path.get("file", ""))
        is_current = request.path.get("digest") == edition.digest
        if file is None or not (is_current or self._watched):
            raise NotFound("file")
        return file.response(request, _FOREVER if is_current else "no-store")

    def _current(self) -> Edition:
        if self._watched and (seen := self._state()) != self._seen:
            self._seen, self._edition = seen, Edition.of(self._folder)
        return self._edition

    def _state(self) -> list[tuple[str, int, int]]:
        """What changes when a file of the sources does."""
        if not self._watched:
            return []
        stats = [(str(path), path.stat()) for path in sorted(self._folder.rglob("*")) if path.is_file()]
        return [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
