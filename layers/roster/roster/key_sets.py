"""Public keys of issuers, bundled with the configuration or fetched from their address.

Only where an issuer has such keys is this imported: it brings PyJWT and a good part of the standard library.
"""

import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from roster import strict_json
from roster.issuers import ASYMMETRIC

_COOL_DOWN = 30.0  # seconds between two fetches of one address
_FETCH_SECONDS = 2.0
_LARGEST = 65_536  # bytes of a fetched key set


@dataclass(slots=True)
class KeySet:
    """The public keys of an issuer: given with it, or fetched from its address and kept when that fails."""

    keys: list[Any]
    url: str | None = None
    clock: Callable[[], float] = time.monotonic
    _fetched: float = float("-inf")

    def for_header(self, algorithm: str, kid: str | None) -> list[Any]:
        """The keys that may have signed; an unknown `kid` fetches anew at most once a cool-down."""
        found = self._matching(algorithm, kid)
        if not found and self.url is not None and self.clock() - self._fetched >= _COOL_DOWN:
            self._fetch(self.url)
            found = self._matching(algorithm, kid)
        return found

    def _matching(self, algorithm: str, kid: str | None) -> list[Any]:
        return [
            key for key in self.keys if key.algorithm_name == algorithm and (kid is None or key.key_id == kid)
        ]

    def _fetch(self, url: str) -> None:
        self._fetched = self.clock()
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(url, timeout=_FETCH_SECONDS) as answer:
                fetched = usable(strict_json.loads(answer.read(_LARGEST).decode("utf-8")))
        except (OSError, ValueError, HTTPException):
            return  # the keys that are there stay
        if fetched:
            self.keys = fetched


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys come from the configured address or not at all; a redirect counts as a failure."""

    def redirect_request(self, *_: Any) -> None:
        return None


def usable(document: Any) -> list[Any]:
    """The keys of a JWKS that are of a kind we verify with. Raises ValueError where it is no JWKS."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no JWKS")
    found = []
    for entry in entries:
        try:
            key = PyJWK.from_dict(entry)
        except (PyJWTError, AttributeError, TypeError, ValueError):
            continue  # of a kind that we do not know
        if key.algorithm_name in ASYMMETRIC and key.public_key_use in ("sig", None):
            found.append(key)
    return found
