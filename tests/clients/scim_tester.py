"""scim2-tester in its own environment: `python -m tests.clients.scim_tester URL TOKEN` prints its checks."""

import json
import random
import sys

from httpx2 import Client  # type: ignore[import-not-found]
from scim2_client.engines.httpx2 import SyncSCIMClient  # type: ignore[import-not-found]
from scim2_tester import check_server  # type: ignore[import-not-found]


def main(url: str, token: str) -> None:
    random.seed(1)  # it fills resources by chance: the same each time
    with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        checks = check_server(SyncSCIMClient(client))
    told = [[one.status.name, one.title, one.resource_type, one.reason, repr(one.data)] for one in checks]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
