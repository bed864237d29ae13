"""Workspaces in the OpenAPI document."""

from collections.abc import Mapping

from tools.openapi.api_spec import (
    IDENTIFIER,
    MOMENT,
    NUMBER,
    PUBLIC,
    TEXT,
    TOO_LARGE,
    USER_ID,
    ApiSpec,
    DocumentedError,
    Operation,
    Schema,
    Security,
    header,
    record,
    reference,
)

_IF_MATCH = header("If-Match", "The ETag that the change demands; other than the present one is 412.")
_SESSION: Security = ({"session": ()},)
_ONCE = header(
    "Idempotency-Key",
    "A retry under the same key, within 24 hours, is given the first answer again.",
    {"type": "string", "pattern": "^[\\x20-\\x7e]{1,255}$"},
)


def failure(*codes: str, **more: Schema) -> Mapping[str, Schema]:
    """The schema of a failure's body, which holds one of the codes; it has its name from the first."""
    code: Schema = {"const": codes[0]} if len(codes) == 1 else {"type": "string", "enum": list(codes)}
    name = "Workspaces" + "".join(word.capitalize() for word in codes[0].split("_"))
    return {name: record(code=code, message=TEXT, **more, timestamp=MOMENT)}


def refused(meaning: str, body: Mapping[str, Schema], *headers: str) -> DocumentedError:
    """A failure, with the link to where there is more to read."""
    return DocumentedError(meaning, body, ("Link", *headers))


_FIELD_ERRORS: Schema = {"type": "array", "minItems": 1, "items": reference("WorkspacesFieldError")}

_CHALLENGE: Schema = {
    **record(
        challenge=TEXT,
        methods={"type": "array", "items": {"type": "string", "enum": ["totp", "passkey", "recovery"]}},
        options={"type": "object"},
    ),
    "required": ["challenge", "methods"],
}
"""What the right password of a user with a second factor is answered with; `options` are for a passkey."""

NO_PASSWORD = "yourpassword"  # noqa: S105
"""What stands for a password in examples. It is refused, so that no account comes to have a published one."""

_LINK_TOKEN = f"invitation_w-0000001.{'0' * 32}.{'0' * 43}"

_PASSKEY = {"id": "0" * 22, "rawId": "0" * 22, "type": "public-key"}
_CLIENT_DATA = "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0"

_PERSON = {"email": "ada.lovelace@example.org", "fullName": "Ada Lovelace"}

_WEBHOOK = {"url": "https://hooks.example.org/in", "types": ["roster.member.*"]}

_SPACES = "/api/workspaces/{workspaceId}/spaces"

NOT_VALID = refused(
    "The request breaks a rule; `data` names the fields.", failure("VALIDATION_ERROR", data=_FIELD_ERRORS)
)

WORKSPACES = ApiSpec(
    name="Workspaces",
    about="Workspaces, their members and the site's users: a session for people, a token for programs.",
    folders=(
        *("workspaces", "session", "people", "invitations", "projects", "features", "spaces", "apps"),
        *("scim_tokens", "workspace_groups"),
        "reference",
        "factors",
        "passkeys",
        "webhooks",
    ),
    security=({"session": ()}, {"bearer": ()}),
    path={
        "workspaceId": IDENTIFIER,
        "userId": USER_ID,
        "tokenId": IDENTIFIER,
        "projectId": IDENTIFIER,
        "featureId": IDENTIFIER,
        "sessionId": IDENTIFIER,
        "credentialId": IDENTIFIER,
        "clientId": IDENTIFIER,
        "factorId": IDENTIFIER,
        "number": NUMBER,
        "invitationId": IDENTIFIER,
        "groupId": IDENTIFIER,
        "spaceId": IDENTIFIER,
        "role": {"type": "string", "enum": ["developer", "manager", "auditor"]},
        "appId": IDENTIFIER,
        "webhookId": IDENTIFIER,
        "deliveryId": IDENTIFIER,
    },
    refusals={
        400: NOT_VALID,
        401: refused(
            "No session and no token, both, or one that has ended; of a login, a right password that a second"
            " factor must follow (`SECOND_FACTOR_REQUIRED`).",
            {**failure("UNAUTHORIZED"), **failure("SECOND_FACTOR_REQUIRED", data=_CHALLENGE)},
        ),
        403: refused(
            "Not the caller's to do, sent by a foreign page, not for tokens (`SESSION_REQUIRED`), not before"
            " the password is changed (`PASSWORD_CHANGE_REQUIRED`) or a second factor is enrolled"
            " (`ENROLMENT_REQUIRED`), or not without a recent proof (`REAUTHENTICATION_REQUIRED`).",
            failure(
                "FORBIDDEN",
                "SESSION_REQUIRED",
                "PASSWORD_CHANGE_REQUIRED",
                "ENROLMENT_REQUIRED",
                "REAUTHENTICATION_REQUIRED",
            ),
        ),
        404: refused("There is no such thing.", failure("NOT_FOUND")),
        409: refused(
            "In use, the last administrator, no member, not empty (`NOT_EMPTY`), as many as there may be "
            "(`LIMIT_REACHED`), not suspended (`NOT_SUSPENDED`), an address that has an account "
            "(`LOGIN_FIRST`), or one that is no host name, for which there are no passkeys "
            "(`NO_RELYING_PARTY`).",
            failure(
                "CONFLICT", "LIMIT_REACHED", "NOT_EMPTY", "NOT_SUSPENDED", "LOGIN_FIRST", "NO_RELYING_PARTY"
            ),
        ),
        412: refused("It has changed since.", failure("PRECONDITION_FAILED")),
        413: refused(TOO_LARGE, failure("PAYLOAD_TOO_LARGE")),
        415: refused("The body is not `application/json`.", failure("UNSUPPORTED_MEDIA_TYPE")),
        422: refused("The `Idempotency-Key` was another request's.", failure("IDEMPOTENCY_MISMATCH")),
        503: refused("Busy; try again.", failure("UNAVAILABLE"), "Retry-After"),
    },
    schemas={"WorkspacesFieldError": record(field=TEXT, message=TEXT)},
    operations={
        "POST /api/workspaces": Operation(
            example={
                "key": "acme",
                "name": "Acme Corp",
                "settings": {"locale": "en-GB", "timeZone": "Europe/Berlin"},
            },
            parameters=(_ONCE,),
        ),
        "GET /api/workspaces/{workspaceId}": Operation(headers=("ETag",)),
        "PUT /api/workspaces/{workspaceId}": Operation(
            example={"name": "Acme Corporation", "limits": {"members": 250, "projects": 20}},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "DELETE /api/workspaces/{workspaceId}": Operation(parameters=(_IF_MATCH,)),
        "GET /api/workspaces/{workspaceId}/members/{userId}": Operation(headers=("ETag",)),
        "PUT /api/workspaces/{workspaceId}/members/{userId}": Operation(
            example={"role": "ADMIN"}, parameters=(_IF_MATCH,), headers=("ETag",)
        ),
        "POST /api/workspaces/{workspaceId}/members": Operation(
            example={"userId": "u-0000003", "role": "MEMBER"}, parameters=(_ONCE,)
        ),
        "DELETE /api/workspaces/{workspaceId}/members/{userId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/workspaces/{workspaceId}/projects": Operation(
            example={
                "name": "Website",
                "abbreviation": "web",
                "database": [{"host": "db.example.org", "port": "5432", "db_name": "web", "username": "web"}],
            },
            parameters=(_ONCE,),
        ),
        "GET /api/workspaces/{workspaceId}/projects/{projectId}": Operation(headers=("ETag",)),
        "PUT /api/workspaces/{workspaceId}/projects/{projectId}": Operation(
            example={"name": "Web shop", "description": "What customers see."},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "DELETE /api/workspaces/{workspaceId}/projects/{projectId}": Operation(parameters=(_IF_MATCH,)),
        "PUT /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}": Operation(
            parameters=(_IF_MATCH,)
        ),
        "DELETE /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}": Operation(
            parameters=(_IF_MATCH,)
        ),
        "POST /api/workspaces/{workspaceId}/features": Operation(
            example={"name": "Boards", "module": "Boards", "enabled": True}, parameters=(_ONCE,)
        ),
        "GET /api/workspaces/{workspaceId}/features/{featureId}": Operation(headers=("ETag",)),
        "PUT /api/workspaces/{workspaceId}/features/{featureId}": Operation(
            example={"enabled": False, "ownerId": None}, parameters=(_IF_MATCH,), headers=("ETag",)
        ),
        "DELETE /api/workspaces/{workspaceId}/features/{featureId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/admin/users": Operation(
            example={**_PERSON, "password": NO_PASSWORD, "roles": ["USER"]}, parameters=(_ONCE,)
        ),
        "GET /api/admin/users/{userId}": Operation(headers=("ETag",)),
        "PUT /api/admin/users/{userId}": Operation(
            example={"fullName": "Ada King", "active": True}, parameters=(_IF_MATCH,), headers=("ETag",)
        ),
        "DELETE /api/admin/users/{userId}": Operation(parameters=(_IF_MATCH,)),
        # The site's groups, roles and clients.
        "POST /api/admin/groups": Operation(example={"name": "Quality"}, parameters=(_ONCE,)),
        "GET /api/admin/groups/{number}": Operation(headers=("ETag",)),
        "PUT /api/admin/groups/{number}": Operation(
            example={"name": "Quality"},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "DELETE /api/admin/groups/{number}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/admin/roles": Operation(
            example={"name": "Tester", "permissions": ["users.read"], "isDefault": False},
            parameters=(_ONCE,),
        ),
        "GET /api/admin/roles/{number}": Operation(headers=("ETag",)),
        "PUT /api/admin/roles/{number}": Operation(
            example={"permissions": ["users.read", "users.write"]},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "DELETE /api/admin/roles/{number}": Operation(
            parameters=(_IF_MATCH,),
        ),
        "POST /api/admin/clients": Operation(
            example={"name": "CI", "grants": ["client_credentials"], "scopes": [], "userId": "u-0000003"},
            security=_SESSION,
            parameters=(_ONCE,),
        ),
        "GET /api/admin/clients/{clientId}": Operation(headers=("ETag",)),
        "PUT /api/admin/clients/{clientId}": Operation(
            example={"name": "CI", "scopes": ["cloud_controller.read"]},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "DELETE /api/admin/clients/{clientId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/admin/clients/{clientId}/secret": Operation(security=_SESSION, parameters=(_ONCE,)),
        **{
            f"{method} {root}{rest}": operation
            for root in ("/api/workspaces/{workspaceId}/webhooks", "/api/admin/webhooks")
            for method, rest, operation in (
                ("POST", "", Operation(example=_WEBHOOK, parameters=(_ONCE,))),
                ("GET", "/{webhookId}", Operation(headers=("ETag",))),
                (
                    "PUT",
                    "/{webhookId}",
                    Operation(example={"enabled": True}, parameters=(_IF_MATCH,), headers=("ETag",)),
                ),
                ("DELETE", "/{webhookId}", Operation(parameters=(_IF_MATCH,))),
                ("POST", "/{webhookId}/secret", Operation(parameters=(_ONCE,))),
                ("POST", "/{webhookId}/replay", Operation(example={"from": "2026-01-31T09:30:00Z"})),
            )
        },
        f"POST {_SPACES}": Operation(
            example={"name": "staging", "projectId": None, "allowSsh": False}, parameters=(_ONCE,)
        ),
        f"GET {_SPACES}/{{spaceId}}": Operation(headers=("ETag",)),
        f"PUT {_SPACES}/{{spaceId}}": Operation(
            example={"name": "production", "ownerId": None}, parameters=(_IF_MATCH,), headers=("ETag",)
        ),
        f"DELETE {_SPACES}/{{spaceId}}": Operation(parameters=(_IF_MATCH,)),
        f"PUT {_SPACES}/{{spaceId}}/roles/{{role}}/{{userId}}": Operation(parameters=(_IF_MATCH,)),
        f"DELETE {_SPACES}/{{spaceId}}/roles/{{role}}/{{userId}}": Operation(parameters=(_IF_MATCH,)),
        f"POST {_SPACES}/{{spaceId}}/apps": Operation(example={"name": "portal"}, parameters=(_ONCE,)),
        f"DELETE {_SPACES}/{{spaceId}}/apps/{{appId}}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/auth/login": Operation(
            example={"email": _PERSON["email"], "password": NO_PASSWORD},
            security=PUBLIC,
            headers=("Set-Cookie",),
        ),
        # Second factors.
        "POST /api/auth/login/second": Operation(
            example={"challenge": f"challenge_u-0000003.{'0' * 43}", "code": "492039", "remember": True},
            security=PUBLIC,
            headers=("Set-Cookie",),
        ),
        "GET /api/auth/factors": Operation(security=_SESSION),
        "DELETE /api/auth/factors/{factorId}": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        "POST /api/auth/factors/totp": Operation(example={"name": "Phone"}, security=_SESSION),
        "POST /api/auth/factors/totp/{factorId}/confirm": Operation(
            example={"code": "492039"}, security=_SESSION
        ),
        "POST /api/auth/factors/recovery-codes": Operation(security=_SESSION),
        "POST /api/auth/logout": Operation(security=_SESSION, headers=("Set-Cookie",)),
        "GET /api/auth/me": Operation(headers=("ETag",)),
        "PUT /api/auth/me/password": Operation(
            example={"currentPassword": "the present one", "newPassword": NO_PASSWORD},
            security=_SESSION,
            parameters=(_IF_MATCH,),
        ),
        "POST /api/auth/tokens": Operation(
            example={"name": "nightly report", "workspaceId": None, "expiresAt": "2031-12-31T23:59:59Z"},
            security=_SESSION,
        ),
        "GET /api/auth/tokens": Operation(security=_SESSION),
        "POST /api/workspaces/{workspaceId}/scim-tokens": Operation(
            example={"name": "Entra ID"}, parameters=(_ONCE,), security=_SESSION
        ),
        "DELETE /api/workspaces/{workspaceId}/scim-tokens/{tokenId}": Operation(parameters=(_IF_MATCH,)),
        "PUT /api/workspaces/{workspaceId}/groups/{groupId}": Operation(
            example={"workspaceRole": "ADMIN"}, parameters=(_IF_MATCH,)
        ),
        "POST /api/workspaces/{workspaceId}/invitations": Operation(
            example={"email": _PERSON["email"], "role": "MEMBER", "expiresAt": "2031-12-31T23:59:59Z"},
            parameters=(_ONCE,),
        ),
        "DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}": Operation(parameters=(_IF_MATCH,)),
        "POST /api/auth/invitations/look": Operation(example={"token": _LINK_TOKEN}, security=PUBLIC),
        "POST /api/auth/invitations/accept": Operation(
            example={"token": _LINK_TOKEN, "fullName": _PERSON["fullName"], "password": NO_PASSWORD},
            security=PUBLIC,
        ),
        "POST /api/auth/password/forgotten": Operation(example={"email": _PERSON["email"]}, security=PUBLIC),
        "POST /api/auth/password/reset": Operation(
            example={"token": f"reset_u-0000003.{'0' * 43}", "password": NO_PASSWORD}, security=PUBLIC
        ),
        # Passkeys.
        "POST /api/auth/factors/passkeys/options": Operation(security=_SESSION, headers=("Set-Cookie",)),
        "POST /api/auth/factors/passkeys": Operation(
            example={
                "attestation": {
                    **_PASSKEY,
                    "response": {"clientDataJSON": _CLIENT_DATA, "attestationObject": "oA"},
                },
                "name": "Phone",
            },
            security=_SESSION,
            parameters=(_ONCE,),
        ),
        "POST /api/auth/login/passkey/options": Operation(security=PUBLIC, headers=("Set-Cookie",)),
        "POST /api/auth/login/passkey": Operation(
            example={
                "assertion": {
                    **_PASSKEY,
                    "response": {
                        "clientDataJSON": _CLIENT_DATA,
                        "authenticatorData": "oA",
                        "signature": "oA",
                        "userHandle": "Nw",
                    },
                }
            },
            security=PUBLIC,
            headers=("Set-Cookie",),
        ),
        "POST /api/admin/users/{userId}/password-link": Operation(security=_SESSION),
        "DELETE /api/auth/tokens/{tokenId}": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        # One's own account, and the accounts of others.
        "GET /api/auth/sessions": Operation(security=_SESSION),
        "DELETE /api/auth/sessions/{sessionId}": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        "DELETE /api/auth/sessions": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        "PUT /api/auth/me": Operation(
            example={"fullName": "Ada King", "timezone": "Europe/London", "lastName": None},
            parameters=(_IF_MATCH,),
            headers=("ETag",),
        ),
        "POST /api/auth/reauthenticate": Operation(
            example={"code": "123456"}, security=_SESSION, headers=("Set-Cookie",)
        ),
        "DELETE /api/admin/users/{userId}/factors": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
        "GET /api/admin/users/{userId}/memberships": Operation(),
        "POST /api/admin/users/{userId}/unlock": Operation(),
        "GET /api/admin/users/{userId}/credentials": Operation(security=_SESSION),
        "DELETE /api/admin/users/{userId}/credentials/{credentialId}": Operation(
            security=_SESSION, parameters=(_IF_MATCH,)
        ),
        "DELETE /api/admin/users/{userId}/credentials": Operation(security=_SESSION, parameters=(_IF_MATCH,)),
    },
)
