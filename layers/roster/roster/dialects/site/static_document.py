"""A document that changes with a deployment alone: compressed once, and told apart by its hash (FA-08)."""

import gzip
import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from aws_lambda_powertools.event_handler import Response

from roster.http import entity_tags
from roster.http.request import BLANK, Request

CACHE_CONTROL = "public, max-age=300"
"""A new deployment is seen after five minutes; until then no cache asks again (RFC 9111)."""

_QUALITY_ZERO = re.compile(r"q=0(\.0{0,3})?", re.IGNORECASE)


@dataclass(frozen=True)
class StaticDocument:
    """The text as it is and as gzip makes it, each under an ETag of its own (RFC 9110, 8.8.3.3)."""

    media_type: str
    text: str
    tag: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, media_type: str, text: str, headers: dict[str, str] | None = None) -> Self:
        """The document of a text; `headers` go with every answer."""
        return cls(media_type, text, hashlib.sha256(text.encode("utf-8")).hexdigest()[:32], headers or {})

    @cached_property
    def compressed(self) -> str:
        """Gzip's bytes in base64, which is how a function hands bytes to the gateway.

        Made once, by the first request that takes gzip: at the start it would be a quarter of a cold start.
        """
        return b64encode(gzip.compress(self.text.encode("utf-8"), 6, mtime=0)).decode("ascii")

    def response(self, request: Request) -> Response[str]:
        """The document as the request takes it: 304 where `If-None-Match` has it, else 200."""
        plain, packed = f'"{self.tag}"', f'"{self.tag}-gzip"'
        takes_gzip = takes(request.headers.get("accept-encoding", ""), "gzip")
        headers = {
            **self.headers,
            "Cache-Control": CACHE_CONTROL,
            "ETag": packed if takes_gzip else plain,
            "Vary": "Accept-Encoding",
        }
        if entity_tags.names(request.headers.get("if-none-match", ""), [plain, packed]):
            return Response(304, self.media_type, "", headers=headers)
        if not takes_gzip:
            return Response(200, self.media_type, self.text, headers=headers)
        response = Response(
            200, self.media_type, self.compressed, headers={**headers, "Content-Encoding": "gzip"}
        )
        response.base64_encoded = True
        return response


def takes(header: str, coding: str) -> bool:
    """Whether `Accept-Encoding` has it, by name or `*`, and not at a quality of 0 (RFC 9110, 12.5.3)."""
    accepted = {}
    for part in header.lower().split(","):
        name, *parameters = (one.strip(BLANK) for one in part.split(";"))
        accepted[name] = not any(_QUALITY_ZERO.fullmatch(one) for one in parameters)
    return accepted.get(coding, accepted.get("*", False))
