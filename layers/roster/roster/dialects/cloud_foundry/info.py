"""What Cloud Foundry's clients ask first, of anybody's: where the API is, and where tokens come from."""

import re
from collections.abc import Mapping
from typing import Any

from roster.db.store import Store
from roster.dialects.cloud_foundry.api import CloudFoundryDialect
from roster.http import handler
from roster.http.request import Request

API_VERSION = "2.293.0"
"""The version of the API whose behaviour the dialect follows."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


class Info(CloudFoundryDialect[Request]):
    """The dialect's public part; the call is the request itself."""

    def authorize(self, request: Request, store: Store) -> Request:
        return request


def base_of(request: Request) -> str:
    """The address under which the client reached the API, without a slash at its end."""
    host = request.headers.get("host", "")
    scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


def endpoint() -> tuple[handler.Resolver[Request], handler.Handler]:
    """The resolver and the handler of a public endpoint."""
    return handler.endpoint(Info())


def root(base: str) -> dict[str, Any]:
    """The links from which a client finds everything else; null is what this directory has not."""
    links: Mapping[str, str | None] = {
        "self": base,
        "cloud_controller_v2": f"{base}/v2",
        "cloud_controller_v3": None,
        "login": base,
        "uaa": base,
        "logging": None,
        "log_stream": None,
    }
    shown: dict[str, Any] = {name: {"href": href} if href else None for name, href in links.items()}
    shown["cloud_controller_v2"]["meta"] = {"version": API_VERSION}
    return {"links": shown}


def info(base: str) -> dict[str, Any]:
    """The reference of Cloud Foundry v2 says this at `/v2/info`; every field may be null."""
    return {
        "name": "Roster",
        "build": "",
        "support": "",
        "version": 2,
        "description": "A multi-tenant directory",
        "authorization_endpoint": base,
        "token_endpoint": base,
        "min_cli_version": None,
        "min_recommended_cli_version": None,
        "app_ssh_endpoint": None,
        "app_ssh_host_key_fingerprint": None,
        "app_ssh_oauth_client": None,
        "doppler_logging_endpoint": None,
        "api_version": API_VERSION,
        "osbapi_version": None,
    }
