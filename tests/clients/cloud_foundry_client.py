"""Uses PyPI's cloudfoundry-client, as its readers would, and prints what it saw as JSON.

Run by `test_cloud_foundry_client.py` with the environment of requirements/clients.txt:
its argument says where, who and what, as JSON.
"""

import json
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from cloudfoundry_client.client import CloudFoundryClient
from cloudfoundry_client.errors import InvalidStatusCode
from oauth2_client.credentials_manager import OAuthError


def names(entities: Iterable[Any]) -> list[str]:
    return [entity["entity"]["name"] for entity in entities]


def refused(call: Callable[[], Any]) -> dict[str, Any]:
    """What the client makes of a refusal."""
    try:
        call()
    except InvalidStatusCode as error:
        return {"status": error.status_code.value, **error.body}
    except OAuthError as error:
        return {"status": error.status_code.value, "error": error.error}
    raise AssertionError("was not refused")


def by_password(url: str, username: str, password: str, guid: str, other: str) -> dict[str, Any]:
    """All that a user does with a password."""
    client = CloudFoundryClient(url)
    wrong = refused(lambda: client.init_with_user_credentials(username, "another phrase"))
    client.init_with_user_credentials(username, password)
    user = client.v2.users.get(guid)
    spaces = list(user.spaces())
    linked = [name.removesuffix("_url") for name in user["entity"] if name.endswith("_url")]
    below = [name.removesuffix("_url") for name in spaces[0]["entity"] if name.endswith("_url")]
    seen = {
        "wrong password": wrong,
        "info": client.get(f"{url}/v2/info").json(),
        "guid": user["metadata"]["guid"],
        "spaces": names(spaces),
        "pages of one": names(user.spaces(**{"results-per-page": 1})),
        "descending": names(user.spaces(**{"order-direction": "desc", "results-per-page": 2})),
        "second page": names(user.spaces(**{"page": 2, "results-per-page": 1})),
        "total": user.spaces(**{"results-per-page": 1}).total_results,
        "by name": names(user.spaces(name=spaces[1]["entity"]["name"])),
        "by no name": names(user.spaces(name="a b/ü")),
        "by organization": names(
            user.spaces(organization_guid=[spaces[0]["entity"]["organization_guid"], "x"])
        ),
        "organization": spaces[0].organization()["entity"]["name"],
        "developers": [each["metadata"]["guid"] for each in spaces[0].developers()],
        "links of the user": {
            name: len(list(getattr(user, name)())) for name in linked if name.endswith("s")
        },
        "links of the space": {
            name: len(list(getattr(spaces[0], name)())) for name in below if name.endswith("s")
        },
        "no such user": refused(lambda: client.v2.users.get("nobody")),
        "another's": refused(lambda: list(client.v2.users._list(f"/v2/users/{other}/spaces"))),
    }
    return {**seen, "renewed": _renewed(client, guid)}


def _renewed(client: CloudFoundryClient, guid: str) -> dict[str, Any]:
    """What happens where the access token is good no more: a letter of it is another, as nobody waits."""
    access, refresh = client._access_token, client.refresh_token
    client._access_token = access[:-1] + ("A" if access[-1] != "A" else "B")
    again = client.v2.users.get(guid)["metadata"]["guid"]
    return {
        "guid": again,
        "other access token": client._access_token != access,
        "other refresh token": client.refresh_token != refresh,
    }


def by_refresh_token(url: str, username: str, password: str, guid: str) -> str:
    """What a program does that kept the refresh token of an earlier run."""
    first = CloudFoundryClient(url)
    first.init_with_user_credentials(username, password)
    later = CloudFoundryClient(url)
    later.init_with_token(first.refresh_token)
    found: str = later.v2.users.get(guid)["metadata"]["guid"]
    return found


def by_client(url: str, client_id: str, secret: str, guid: str) -> list[str]:
    """What a program does that stands for a user: the names of that user's spaces."""
    client = CloudFoundryClient(url, client_id, secret)
    client.init_with_client_credentials()
    return names(client.v2.users.get(guid).spaces())


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    print(
        json.dumps(
            {
                "version": version("cloudfoundry_client"),
                "by password": by_password(**asked["user"], other=asked["other"]),
                "by refresh token": by_refresh_token(**asked["user"]),
                "by client": by_client(**asked["client"]),
            }
        )
    )
