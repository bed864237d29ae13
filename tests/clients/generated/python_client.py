"""A day's work with the client that openapi-python-client makes: python_client.py URL ADDRESS PASSWORD MARK.

It is run by the environment of other people's programs, with the made package `roster_client` in its path.
"""

import json
import sys

from roster_client import AuthenticatedClient, Client
from roster_client.api.cloud_foundry import list_cf_spaces
from roster_client.api.testmo import list_testmo_users
from roster_client.api.user_space import get_org
from roster_client.api.workspaces import create_token, create_user, get_user, list_users, login
from roster_client.models import (
    CreateToken,
    CreateUser,
    CreateUserRolesItem,
    ListTestmoUsersPerPage,
    Login,
    WorkspacesValidationError,
)

url, email, password, mark = sys.argv[1:]

with Client(base_url=url) as anybody:  # httpx keeps the session's cookie
    caller = login.sync(client=anybody, body=Login(email, password)).data
    granted = create_token.sync(client=anybody, body=CreateToken("a day's work")).data

client = AuthenticatedClient(base_url=url, token=granted.token)
body = CreateUser(
    email=f"{mark}@example.org",
    full_name="Grace Hopper",
    password="four shelves of green maps",
    roles=[CreateUserRolesItem.USER],
)
made = create_user.sync(client=client, body=body).data
again = create_user.sync_detailed(client=client, body=body)
body.password = "short"
short = create_user.sync(client=client, body=body)
absent = get_user.sync_detailed("nobody", client=client)

rows, page, last = [], 1, 1
while page <= last:
    found = list_users.sync(client=client, page=page, size=10)
    rows += [user.id for user in found.data]
    page, last = page + 1, found.meta.total_pages

place = {"x_user_id": caller.id, "x_org_id": "ws-northwind", "x_project_id": "p-web"}
org = get_org.sync(client=client, **place).data
testmo = list_testmo_users.sync(client=client, page=2, per_page=ListTestmoUsersPerPage.VALUE_15)
spaces = list_cf_spaces.sync(client=client, results_per_page=2)

print(
    json.dumps(
        {
            "caller": caller.full_name,
            "made": [made.email, made.roles],
            "again": [again.status_code, again.parsed.code],
            "short": [each.field for each in short.data]
            if isinstance(short, WorkspacesValidationError)
            else [],
            "absent": [absent.status_code, absent.parsed.code],
            "rows": [len(rows), len(set(rows)), made.id in rows],
            "org": org.org_id,
            "testmo": [testmo.page, len(testmo.result)],
            "spaces": len(spaces.resources),
        }
    )
)
