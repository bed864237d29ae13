"""Writes `tests/contract/statuses.toml`: what each endpoint may answer, transcribed from the contracts.

Run as `python -m tools.statuses`. A test holds table and file equal, and the suite both to the truth.
"""

from pathlib import Path

FILE = Path(__file__).parent.parent / "tests" / "contract" / "statuses.toml"

_ANY = "200 401 413 503"
_OURS = f"{_ANY} 400"  # every endpoint refuses a query parameter that it does not know
_PUBLIC = "200 400 403 413 415 503"  # 403 to a page of others, and to a token

_USER_SPACE = f"{_ANY} 400 404"
_CF_LIST = f"{_ANY} 400 403"
_CF_ONE = f"{_CF_LIST} 404"
_TESTMO_PAGE = f"{_ANY} 400 422"
_TESTMO_SITE_PAGE = f"{_TESTMO_PAGE} 403"

_SCIM, _SCIM_READ = "/scim/v2/{workspaceId}", "401 413 503"
_SCIM_WRITE = f"{_SCIM_READ} 400 404 409 412 415"

_WEBHOOKS = "/api/workspaces/{workspaceId}/webhooks"
_SPACES = "/api/workspaces/{workspaceId}/spaces"

STATUSES: dict[str, str] = {
    # Workspaces.
    "POST /api/workspaces": f"{_OURS} 403 409 415 422",
    "GET /api/workspaces": f"{_OURS} 403",
    "GET /api/workspaces/{workspaceId}": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}": f"{_OURS} 403 404 409 412 415",
    "DELETE /api/workspaces/{workspaceId}": f"{_OURS} 403 404 409 412 415",
    "GET /api/workspaces/{workspaceId}/audit": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/usage": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/members/{userId}": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/members/{userId}": f"{_OURS} 403 404 409 412 415",
    "POST /api/workspaces/{workspaceId}/members": f"{_OURS} 403 404 409 415 422",
    "GET /api/workspaces/{workspaceId}/members": f"{_OURS} 403 404",
    "DELETE /api/workspaces/{workspaceId}/members/{userId}": f"{_OURS} 403 404 409 412 415",
    "POST /api/admin/users": f"{_OURS} 403 409 415 422",
    "GET /api/admin/users": f"{_OURS} 403",
    "GET /api/admin/users/{userId}": f"{_OURS} 403 404",
    "PUT /api/admin/users/{userId}": f"{_OURS} 403 404 409 412 415",
    "GET /api/admin/audit": f"{_OURS} 403",
    "DELETE /api/admin/users/{userId}": f"{_OURS} 403 404 409 412 415",
    # Its projects and features.
    "POST /api/workspaces/{workspaceId}/projects": f"{_OURS} 403 404 409 415 422",
    "GET /api/workspaces/{workspaceId}/projects": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/projects/{projectId}": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/projects/{projectId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/workspaces/{workspaceId}/projects/{projectId}": f"{_OURS} 403 404 409 412 415",
    "GET /api/workspaces/{workspaceId}/projects/{projectId}/members": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}": f"{_OURS} 403 404 409 412 415",
    "DELETE /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}": f"{_OURS} 403 404 412 415",
    "POST /api/workspaces/{workspaceId}/features": f"{_OURS} 403 404 415 422",
    "GET /api/workspaces/{workspaceId}/features": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/features/{featureId}": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/features/{featureId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/workspaces/{workspaceId}/features/{featureId}": f"{_OURS} 403 404 412 415",
    # The activity of days.
    "GET /api/admin/activity": f"{_OURS} 403",
    "GET /api/workspaces/{workspaceId}/activity": f"{_OURS} 403 404",
    # Events.
    "GET /api/admin/events": f"{_OURS} 403",
    "GET /api/workspaces/{workspaceId}/events": f"{_OURS} 403 404",
    # The site's groups, roles and clients.
    "POST /api/admin/groups": f"{_OURS} 403 409 415 422",
    "GET /api/admin/groups": f"{_OURS} 403",
    "GET /api/admin/groups/{number}": f"{_OURS} 403 404",
    "PUT /api/admin/groups/{number}": f"{_OURS} 403 404 409 412 415",
    "DELETE /api/admin/groups/{number}": f"{_OURS} 403 404 412 415",
    "POST /api/admin/roles": f"{_OURS} 403 409 415 422",
    "GET /api/admin/roles": f"{_OURS} 403",
    "GET /api/admin/roles/{number}": f"{_OURS} 403 404",
    "PUT /api/admin/roles/{number}": f"{_OURS} 403 404 409 412 415",
    "DELETE /api/admin/roles/{number}": f"{_OURS} 403 404 412 415",
    "POST /api/admin/clients": f"{_OURS} 403 409 415 422",
    "GET /api/admin/clients": f"{_OURS} 403",
    "GET /api/admin/clients/{clientId}": f"{_OURS} 403 404",
    "PUT /api/admin/clients/{clientId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/admin/clients/{clientId}": f"{_OURS} 403 404 412 415",
    "POST /api/admin/clients/{clientId}/secret": f"{_OURS} 403 404 409 415",
    # Webhooks of a workspace and of the site.
    "POST /api/workspaces/{workspaceId}/webhooks": f"{_OURS} 403 404 409 415 422",
    "GET /api/workspaces/{workspaceId}/webhooks": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/webhooks/{webhookId}": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/webhooks/{webhookId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/workspaces/{workspaceId}/webhooks/{webhookId}": f"{_OURS} 403 404 412 415",
    "POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/secret": f"{_OURS} 403 404 415",
    "POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/test": f"{_OURS} 403 404 409 415",
    "GET /api/workspaces/{workspaceId}/webhooks/{webhookId}/deliveries": f"{_OURS} 403 404",
    f"POST {_WEBHOOKS}/{{webhookId}}/deliveries/{{deliveryId}}/retry": f"{_OURS} 403 404 415",
    "POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/replay": f"{_OURS} 403 404 409 415",
    "POST /api/admin/webhooks": f"{_OURS} 403 409 415 422",
    "GET /api/admin/webhooks": f"{_OURS} 403",
    "GET /api/admin/webhooks/{webhookId}": f"{_OURS} 403 404",
    "PUT /api/admin/webhooks/{webhookId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/admin/webhooks/{webhookId}": f"{_OURS} 403 404 412 415",
    "POST /api/admin/webhooks/{webhookId}/secret": f"{_OURS} 403 404 415",
    "POST /api/admin/webhooks/{webhookId}/test": f"{_OURS} 403 404 409 415",
    "GET /api/admin/webhooks/{webhookId}/deliveries": f"{_OURS} 403 404",
    "POST /api/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry": f"{_OURS} 403 404 415",
    "POST /api/admin/webhooks/{webhookId}/replay": f"{_OURS} 403 404 409 415",
    # Spaces, roles in them, their apps.
    f"POST {_SPACES}": f"{_OURS} 403 404 409 415 422",
    f"GET {_SPACES}": f"{_OURS} 403 404",
    f"GET {_SPACES}/{{spaceId}}": f"{_OURS} 403 404",
    f"PUT {_SPACES}/{{spaceId}}": f"{_OURS} 403 404 409 412 415",
    f"DELETE {_SPACES}/{{spaceId}}": f"{_OURS} 403 404 409 412 415",
    f"GET {_SPACES}/{{spaceId}}/roles": f"{_OURS} 403 404",
    f"PUT {_SPACES}/{{spaceId}}/roles/{{role}}/{{userId}}": f"{_OURS} 403 404 409 412 415",
    f"DELETE {_SPACES}/{{spaceId}}/roles/{{role}}/{{userId}}": f"{_OURS} 403 404 412 415",
    f"POST {_SPACES}/{{spaceId}}/apps": f"{_OURS} 403 404 415 422",
    f"GET {_SPACES}/{{spaceId}}/apps": f"{_OURS} 403 404",
    f"DELETE {_SPACES}/{{spaceId}}/apps/{{appId}}": f"{_OURS} 403 404 412 415",
    # Its sessions and tokens.
    "POST /api/auth/login": f"{_OURS} 403 415",
    "POST /api/auth/logout": f"{_OURS} 403 415",
    "GET /api/auth/me": f"{_OURS} 403",
    "PUT /api/auth/me/password": f"{_OURS} 403 412 415",
    "POST /api/auth/tokens": f"{_OURS} 403 404 409 415",
    "GET /api/auth/tokens": f"{_OURS} 403",
    "DELETE /api/auth/tokens/{tokenId}": f"{_OURS} 403 404 412 415",
    # One's own account, and the accounts of others to a platform ADMIN.
    "GET /api/auth/sessions": f"{_OURS} 403",
    "DELETE /api/auth/sessions/{sessionId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/auth/sessions": f"{_OURS} 403 412 415",
    "GET /api/admin/users/{userId}/credentials": f"{_OURS} 403 404",
    "DELETE /api/admin/users/{userId}/credentials/{credentialId}": f"{_OURS} 403 404 412 415",
    "DELETE /api/admin/users/{userId}/credentials": f"{_OURS} 403 404 412 415",
    "PUT /api/auth/me": f"{_OURS} 403 412 415",
    "GET /api/admin/users/{userId}/memberships": f"{_OURS} 403 404",
    "POST /api/admin/users/{userId}/unlock": f"{_OURS} 403 404 415",
    # A proof anew, and the end of somebody's factors.
    "POST /api/auth/reauthenticate": f"{_OURS} 403 415",
    "DELETE /api/admin/users/{userId}/factors": f"{_OURS} 403 404 412 415",
    # Second factors.
    "POST /api/auth/login/second": f"{_OURS} 403 409 415",
    "GET /api/auth/factors": f"{_OURS} 403",
    "DELETE /api/auth/factors/{factorId}": f"{_OURS} 403 404 409 412 415",
    "POST /api/auth/factors/totp": f"{_OURS} 403 409 415",
    "POST /api/auth/factors/totp/{factorId}/confirm": f"{_OURS} 403 404 409 415",
    "POST /api/auth/factors/recovery-codes": f"{_OURS} 403 409 415",
    # SCIM: tokens and groups of a workspace.
    "POST /api/workspaces/{workspaceId}/scim-tokens": f"{_OURS} 403 404 409 415 422",
    "GET /api/workspaces/{workspaceId}/scim-tokens": f"{_OURS} 403 404",
    "DELETE /api/workspaces/{workspaceId}/scim-tokens/{tokenId}": f"{_OURS} 403 404 412 415",
    "GET /api/workspaces/{workspaceId}/groups": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/groups/{groupId}": f"{_OURS} 403 404",
    "GET /api/workspaces/{workspaceId}/groups/{groupId}/members": f"{_OURS} 403 404",
    "PUT /api/workspaces/{workspaceId}/groups/{groupId}": f"{_OURS} 403 404 409 412 415",
    # Invitations and forgotten passwords.
    "POST /api/workspaces/{workspaceId}/invitations": f"{_OURS} 403 404 409 415 422",
    "GET /api/workspaces/{workspaceId}/invitations": f"{_OURS} 403 404",
    "POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend": f"{_OURS} 403 404 409 415",
    "DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}": f"{_OURS} 403 404 409 412 415",
    "POST /api/auth/invitations/look": f"{_PUBLIC} 404",
    "POST /api/auth/invitations/accept": f"{_PUBLIC} 404 409",
    "POST /api/auth/password/forgotten": _PUBLIC,
    "POST /api/auth/password/reset": _PUBLIC,
    # Passkeys.
    "POST /api/auth/factors/passkeys/options": f"{_OURS} 403 409 415",
    "POST /api/auth/factors/passkeys": f"{_OURS} 403 409 415 422",
    "POST /api/auth/login/passkey/options": f"{_PUBLIC} 409",
    "POST /api/auth/login/passkey": f"{_OURS} 403 409 415",
    "POST /api/admin/users/{userId}/password-link": f"{_OURS} 403 404 415",
    # The token endpoint (RFC 6749).
    "POST /oauth/token": f"{_ANY} 400",
    "POST /oauth/revoke": f"{_ANY} 400",
    # User Space.
    "GET /minimal/rest/user/v1/org": _USER_SPACE,
    "GET /minimal/rest/user/v1/org/detail": _USER_SPACE,
    "GET /minimal/rest/user/v1/project": _USER_SPACE,
    "GET /minimal/rest/user/v1/project/detail": _USER_SPACE,
    "GET /minimal/rest/user/v1/space": _USER_SPACE,
    "GET /minimal/rest/user/v1/feature": _USER_SPACE,
    # Cloud Foundry v2.
    "GET /v2/users/{guid}/spaces": _CF_ONE,
    "GET /v2/users": _CF_LIST,
    "GET /v2/users/{guid}": _CF_ONE,
    "GET /v2/users/{guid}/{relation}": _CF_ONE,
    "GET /v2/spaces": _CF_LIST,
    "GET /v2/spaces/{guid}": _CF_ONE,
    "GET /v2/spaces/{guid}/{relation}": _CF_ONE,
    "GET /v2/organizations": _CF_LIST,
    "GET /v2/organizations/{guid}": _CF_ONE,
    "GET /v2/organizations/{guid}/{relation}": _CF_ONE,
    "GET /v2/apps/{guid}": _CF_ONE,
    "GET /v2/info": "200 413",
    "GET /": "200 413",
    # The Testmo API.
    "GET /api/v1/user": f"{_ANY} 400",
    "GET /api/v1/users": _TESTMO_SITE_PAGE,
    "GET /api/v1/users/{user_id}": f"{_ANY} 400 403 404 422",
    "GET /api/v1/projects/{project_id}/users": f"{_TESTMO_PAGE} 404",
    "GET /api/v1/project/{project_id}/users": f"{_TESTMO_PAGE} 404",
    "GET /api/v1/projects": _TESTMO_PAGE,
    "GET /api/v1/projects/{number}": f"{_ANY} 400 404 422",
    "GET /api/v1/groups": _TESTMO_SITE_PAGE,
    "GET /api/v1/groups/{number}": f"{_ANY} 400 403 404 422",
    "GET /api/v1/roles": _TESTMO_SITE_PAGE,
    "GET /api/v1/roles/{number}": f"{_ANY} 400 403 404 422",
    # SCIM.
    f"GET {_SCIM}/Users": f"{_ANY} 400",
    f"POST {_SCIM}/Users": "201 400 401 409 413 415 503",
    f"GET {_SCIM}/Users/{{userId}}": f"{_ANY} 304 404",
    f"PUT {_SCIM}/Users/{{userId}}": f"200 {_SCIM_WRITE}",
    f"PATCH {_SCIM}/Users/{{userId}}": f"200 {_SCIM_WRITE}",
    f"DELETE {_SCIM}/Users/{{userId}}": f"204 {_SCIM_READ} 404 409 412",
    f"GET {_SCIM}/Groups": f"{_ANY} 400",
    f"POST {_SCIM}/Groups": "201 400 401 409 413 415 503",
    f"GET {_SCIM}/Groups/{{groupId}}": f"{_ANY} 304 400 404",
    f"PUT {_SCIM}/Groups/{{groupId}}": f"200 {_SCIM_WRITE}",
    f"PATCH {_SCIM}/Groups/{{groupId}}": f"200 204 {_SCIM_WRITE}",
    f"DELETE {_SCIM}/Groups/{{groupId}}": f"204 {_SCIM_READ} 404 412",
    **dict.fromkeys(
        (f"GET {_SCIM}/{path}" for path in ("ServiceProviderConfig", "ResourceTypes", "Schemas")), _ANY
    ),
    **dict.fromkeys((f"GET {_SCIM}/{path}/{{id}}" for path in ("ResourceTypes", "Schemas")), f"{_ANY} 404"),
    f"ANY {_SCIM}/{{proxy+}}": f"{_ANY} 400 404 405 415 501",
    # Workspace profile.
    "GET /api/workspace/auth/me": f"{_ANY} 403",
    # The site of itself.
    "GET /openapi.json": "200 304 400 404 413",
    "GET /docs": "200 304 400 404 413",
    "GET /console": "200 304 404 413",
    "GET /console/{digest}/{file+}": "200 304 404 413",
    "GET /health": "200 400 413 503",
    # What has no endpoint.
    "$default": "204 308 404 413",
}


def text() -> str:
    """The file: one line an endpoint, its statuses in ascending order."""
    lines = ["# Made by tools/statuses.py: the statuses that each endpoint may answer, and no other."]
    for route, statuses in STATUSES.items():
        listed = ", ".join(str(status) for status in sorted(int(status) for status in statuses.split()))
        lines.append(f'"{route}" = [{listed}]')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
