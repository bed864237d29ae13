"""Everybody who may call, each with the credential that a dialect wants, and what they call for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roster import bounds
from roster.auth import passkeys, refresh_tokens
from roster.auth.credentials import Credential
from roster.clock import instant
from roster.db import keys
from roster.db.store import Delete
from roster.dialects.scim.attributes import CORE_USER
from roster.directory import factors, users, webhooks
from roster.domain import ChallengePurpose, Project, Space, User, UserKind, Workspace
from tests.support.api import Answer, Api
from tests.support.authenticator import PARTY, Authenticator, asked_for, passkey_of, text
from tests.support.codes import code_of
from tests.support.console import script_of
from tests.support.directory import PASSWORD, Directory
from tests.support.fixtures import made_once

ROLES = (
    "nobody",  # no credential
    "suspended",  # was platform ADMIN and ADMIN of acme; the credentials are from before
    "stranger",  # a user, member of nothing
    "member",  # MEMBER of acme
    "boss",  # ADMIN of acme
    "rival",  # ADMIN of globex
    "worker",  # MEMBER of acme, and of its project
    "developer",  # MEMBER of acme, developer in a space of its project
    "root",  # platform ADMIN, member of nothing
    "service",  # a service user: MEMBER of acme, and of its project
    # With an API token for acme alone, although they belong to globex as much as to acme:
    "limited-member",  # MEMBER of both, of a project and developer of a space in each
    "limited-boss",  # ADMIN of both
    "limited-root",  # platform ADMIN, and MEMBER of both
    "provider",  # no user: the identity provider of acme, with its SCIM token
)
NO_USERS = ("nobody", "provider")
WORKERS = ("worker", "service", "limited-member")  # members of a project, where there is one
LIMITED = tuple(role for role in ROLES if role.startswith("limited-"))
LINKS = (
    "POST /api/auth/invitations/look",
    "POST /api/auth/invitations/accept",
    "POST /api/auth/password/forgotten",
    "POST /api/auth/password/reset",
    "POST /api/auth/login/passkey/options",
)
"""The routes that ask for no credential but what a link carries, or for none."""
LOGINS = (
    "POST /api/auth/login",
    "POST /api/auth/login/second",
    "POST /api/auth/login/passkey/options",
    "POST /api/auth/login/passkey",
)
PROVED = (
    "PUT /api/auth/me/password",
    "POST /api/auth/tokens",
    "DELETE /api/auth/tokens/{tokenId}",
    "DELETE /api/admin/users/{userId}/credentials",
    "DELETE /api/admin/users/{userId}/credentials/{credentialId}",
    "DELETE /api/admin/users/{userId}/factors",
    "POST /api/admin/users/{userId}/password-link",
    "DELETE /api/auth/factors/{factorId}",
    "POST /api/auth/factors/recovery-codes",
    "POST /api/auth/factors/totp",
    "POST /api/auth/factors/totp/{factorId}/confirm",
    "POST /api/auth/factors/passkeys/options",
    "POST /api/auth/factors/passkeys",
    "POST /api/workspaces/{workspaceId}/scim-tokens",
    "POST /api/admin/clients",
    "PUT /api/admin/clients/{clientId}",
    "POST /api/admin/clients/{clientId}/secret",
)
"""What changes credentials: only a session may, whose user has proved lately who they are."""
BY_BODY = (
    *("POST /api/auth/login", "POST /api/auth/login/second", "POST /api/auth/login/passkey"),
    *("POST /oauth/token", "POST /oauth/revoke"),
)
"""The routes that are told in the body who asks."""
SCIM = "/scim/v2/"
NOWHERE = "00000000-0000-4000-8000-000000000000"
NO_NUMBER = 999_999


def takes_bearer(route: str) -> bool:
    """Whether the dialect of a route or path takes bearer credentials of every kind."""
    return route.rpartition(" ")[2].startswith(("/minimal/", "/v2/", "/api/v1/", "/api/workspace/"))


def is_scim(route: str) -> bool:
    """Whether a route or path is SCIM's, which is for the identity provider alone."""
    return route.rpartition(" ")[2].startswith(SCIM)


def granted(route: str, role: str = "root") -> str:
    """Who may call the route: the role, or the provider where it is SCIM's."""
    return "provider" if is_scim(route) else role


@dataclass
class ContractFixtures:
    """Two workspaces with a project each, and one user in every role that is one (`NO_USERS`)."""

    api: Api
    directory: Directory
    people: Mapping[str, User]
    acme: Workspace
    globex: Workspace
    web: Project
    mobile: Project
    alpha: Space
    beta: Space
    provider: str
    """The SCIM token of acme's identity provider."""
    made: int = 0
    code: str = ""
    """What confirms the enrolment that the last path named."""

    @classmethod
    @made_once
    def make(cls, api: Api, directory: Directory) -> "ContractFixtures":
        people = {name: _person(directory, name) for name in ROLES if name not in NO_USERS}
        directory.admin("deputy")
        acme, globex = directory.workspace("acme"), directory.workspace("globex")
        web, mobile = directory.project(acme, "web"), directory.project(globex, "mobile")
        alpha, beta = directory.space(acme, "alpha", web), directory.space(globex, "beta", mobile)
        for space in (alpha, beta):
            directory.app(space, f"app-of-{space.name}")
        for name in ("suspended", "member", "boss", "worker", "developer", "service"):
            role = "ADMIN" if name in ("suspended", "boss") else "MEMBER"
            directory.member(acme, people[name], role)
        directory.member(globex, people["rival"], "ADMIN")
        for name in LIMITED:
            for workspace in (acme, globex):
                directory.member(workspace, people[name], "ADMIN" if name == "limited-boss" else "MEMBER")
        for name in ("worker", "service"):
            directory.grant(web, people[name])
        directory.grant(alpha, people["developer"])
        for place in (web, mobile, alpha, beta):
            directory.grant(place, people["limited-member"])
        directory.group(1, "QA")
        directory.role(1, "Tester", "users.read")
        directory.client("cf")
        directory.client("robot", "a secret of the robot")
        for name, user in people.items():
            if name in LIMITED:
                api.tokens[user.id] = directory.token(user, acme)
            api.cookie(user)
            api.token(user)
        directory.suspend(people["suspended"])
        provider = str(directory.scim_token(acme))
        return cls(api, directory, people, acme, globex, web, mobile, alpha, beta, provider)

    def request(
        self,
        route: str,
        role: str,
        place: str,
        query: str = "",
        *,
        raw: bytes | None = None,
        content_type: str = "",
        by: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Callable[[], Answer]:
        """A request that is granted to whoever may make it; what it needs to exist is made here.

        `query`, `raw` (a body) and its `content_type` are what a test sends instead; `by` is another kind of
        credential than the dialect's: `as_` (a session), `bearer`, or `access_token` in the query. `headers`
        are sent beside those that it has.
        """
        method, _, path = route.partition(" ")
        if route == "$default":
            method, path = "GET", "/api/nowhere"
        if route == "DELETE /api/workspaces/{workspaceId}" and place != "absent":
            path = f"/api/workspaces/{self._suspended().id}"
        if method == "ANY":  # of the rest of SCIM's paths, one that is answered
            method = "GET" if raw is None else "POST"
            path = path.replace("{proxy+}", "ServiceProviderConfig/")
        path = self._filled(path, role, place)
        body, proof = self.body(route, role), self._proof(path, role, place, by)
        if by == "bearer" and route == "PUT /api/admin/clients/{clientId}":
            body = {"name": "Fresh"}  # whom it acts as no token may say
        if route == "POST /api/auth/login/second":
            body = self._second(role, proof)
        if route in ("POST /api/auth/factors/passkeys", "POST /api/auth/login/passkey"):
            body = self._passkey(role, proof, new="factors" in route)
        if route == "POST /oauth/token":
            proof["form"] = self._form(role)
        if route == "POST /oauth/revoke":
            proof["form"] = {"client_id": "cf", "token": self._grant(role)}
        if by == "access_token":
            query = f"access_token={proof.pop(by)}"
        proof["headers"] |= headers or {}
        if content_type:
            proof["headers"]["Content-Type"] = content_type
        target = f"{path}?{query}" if query else path
        return lambda: self.api.send(method, target, body, raw=raw, **proof)

    def _filled(self, path: str, role: str, place: str) -> str:
        at_globex = place == "foreign"
        if "{file+}" in path:
            return script_of(self.api) if place == "own" else f"/console/{NOWHERE}/{NOWHERE}.js"
        if "{webhookId}" in path:
            owner = None if "/admin/" in path else self.globex if at_globex else self.acme
            path = self._of_webhook(path, owner, place)
        if "{id}" in path:
            path = path.replace("{id}", "User" if "ResourceTypes" in path else CORE_USER)
        if "{clientId}" in path:
            return path.replace("{clientId}", NOWHERE if place == "absent" else "robot")
        if "{guid}" in path:
            return self._of_cloud_foundry(path, role, place)
        workspace, project = (self.globex, self.mobile) if at_globex else (self.acme, self.web)
        if "{invitationId}" in path:
            own = NOWHERE if place == "absent" else self._invitation(workspace)[0]
            path = path.replace("{invitationId}", own)
        if "{spaceId}" in path:
            return self._of_space(path, place)
        if "{workspaceId}" in path:
            path = path.replace("{workspaceId}", NOWHERE if place == "absent" else workspace.id)
            path = self._of_workspace(path, role, workspace, project)
            return path.replace("{userId}", self._member_of(workspace).id) if "{userId}" in path else path
        if "/projects" in path or "/project/" in path:
            number = NO_NUMBER if place == "absent" else project.number
        elif "{user_id}" in path:
            number = NO_NUMBER if place == "absent" else self._user(role, place).number
        else:
            number = NO_NUMBER if place == "absent" else 1  # the one group, the one role
        for name in ("{number}", "{project_id}", "{user_id}"):
            path = path.replace(name, str(number))
        if path.endswith(("/password-link", "/factors")) and place == "own":  # one's own is refused
            place = "foreign"
        if "{userId}" in path or "{sessionId}" in path:
            user = self._user(role, place)
            session = self.directory.session(user).id if "Id}" in path.replace("{userId}", "") else ""
            named = {"{userId}": user.id, "{credentialId}": session, "{sessionId}": session}
            for name, id_ in named.items():
                path = path.replace(name, NOWHERE if place == "absent" else id_)
        if "{factorId}" in path:
            user = self._user(role, place)
            made = self._enrolment(user) if "/totp/" in path else self._authenticator(user)
            path = path.replace("{factorId}", NOWHERE if place == "absent" else made)
        if "{tokenId}" in path:
            path = path.replace("{tokenId}", NOWHERE if place == "absent" else self._token(role, place))
        return path

    def _of_webhook(self, path: str, owner: Workspace | None, place: str) -> str:
        """A path below a webhook, of which no replay is under way; it is new where there is none."""
        found = webhooks.of_owner(self.api.store, owner.id if owner else None)
        webhook = found[0] if found else self.directory.webhook(owner)[0]
        self.api.store.write(Delete(keys.replay_order(webhook.id)))
        named = {"{webhookId}": webhook.id, "{deliveryId}": self.directory.delivery(webhook).id}
        for name, id_ in named.items():
            path = path.replace(name, NOWHERE if place == "absent" else id_)
        return path

    def _of_workspace(self, path: str, role: str, workspace: Workspace, project: Project) -> str:
        """A path below a workspace; what it names there is the workspace's own, and new where it may go."""
        if "{projectId}/members/{userId}" in path:
            user = self._member_of(workspace)
            self.directory.grant(project, user)
            return path.replace("{projectId}", project.id).replace("{userId}", user.id)
        if "{projectId}/members" in path:
            return path.replace("{projectId}", project.id)
        if "{projectId}" in path:
            made = self.directory.project(workspace, "fresh")
            if role in WORKERS:
                self.directory.grant(made, self.people[role])
            return path.replace("{projectId}", made.id)
        if "{groupId}" in path:
            return path.replace(
                "{groupId}", self.directory.workspace_group(workspace, f"fresh-{self._count()}").id
            )
        if path.endswith("/scim-tokens") or "{tokenId}" in path:  # a workspace has two at most
            self.directory.end_scim_tokens(workspace, self.provider)
        if "{tokenId}" in path:
            return path.replace("{tokenId}", self.directory.scim_token(workspace).id)
        if "{featureId}" in path:
            return path.replace("{featureId}", self.directory.feature(workspace, "fresh", project).id)
        return path

    def _of_space(self, path: str, place: str) -> str:
        """A path of acme below a space: acme's own, globex's, or nobody's; what it may end is new there."""
        space, app, user = self.alpha, NOWHERE, self.people["member"]
        if path.endswith("/spaces/{spaceId}"):  # which is not deleted while an app is in it
            space = self.directory.space(self.acme, f"fresh-{self._count()}")
            for name in ("developer", "limited-member"):
                self.directory.grant(space, self.people[name])
        if "{userId}" in path:
            user = self._member_of(self.acme)
            self.directory.grant(space, user, "auditor")
        if "{appId}" in path:
            app = self.directory.app(space, f"app-{self._count()}").id
        own = {"own": space.id, "foreign": self.beta.id, "absent": NOWHERE}[place]
        filled = {
            "workspaceId": self.acme.id,
            "spaceId": own,
            "role": "auditor",
            "userId": user.id,
            "appId": app,
        }
        for name, value in filled.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def _scim_body(self, route: str) -> dict[str, Any] | None:
        fresh, method = f"fresh-{self._count()}", route.partition(" ")[0]
        if "/Groups" in route:
            whole: dict[str, Any] = {"displayName": fresh}
            changed: dict[str, Any] = {
                "op": "add",
                "path": "members",
                "value": [{"value": self.people["member"].id}],
            }
        else:
            whole = {"userName": f"{fresh}@example.com", "name": {"givenName": "Fresh"}, "active": True}
            changed = {"op": "replace", "path": "active", "value": False}
        return {"POST": whole, "PUT": whole, "PATCH": {"Operations": [changed]}}.get(method)

    def _of_cloud_foundry(self, path: str, role: str, place: str) -> str:
        workspace, space = (self.globex, self.beta) if place == "foreign" else (self.acme, self.alpha)
        match path.split("/")[2]:
            case "users":
                guid, relation = self._user(role, place).id, "organizations"
            case "spaces":
                guid, relation = space.id, "developers"
            case "organizations":
                guid, relation = workspace.id, "spaces"
            case _:
                guid, relation = f"app-of-{space.name}", ""
        guid = NOWHERE if place == "absent" else guid
        return path.replace("{guid}", guid).replace("{relation}", relation)

    def body(self, route: str, role: str) -> dict[str, Any] | None:
        """The body of a granted request, if the route takes one."""
        fresh = f"fresh-{role}"
        if is_scim(route):
            return self._scim_body(route)
        if route == "POST /api/workspaces/{workspaceId}/members":
            return {"userId": self._newcomer().id, "role": "MEMBER"}
        if route in LINKS:
            return self._link_body(route)
        if route.startswith("POST /api/auth/factors/"):
            return self._factor_body(route, role)
        of_spaces: dict[str, dict[str, Any]] = {
            "POST /api/workspaces/{workspaceId}/spaces": {"name": f"fresh-{self._count()}"},
            "PUT /api/workspaces/{workspaceId}/spaces/{spaceId}": {"description": "Fresh"},
            "POST /api/workspaces/{workspaceId}/spaces/{spaceId}/apps": {"name": "portal"},
        }
        if route in of_spaces:
            return of_spaces[route]
        bodies: dict[str, dict[str, Any]] = {
            "POST /api/workspaces/{workspaceId}/invitations": {
                "email": f"{fresh}@example.com",
                "role": "MEMBER",
            },
            "POST /api/workspaces": {"key": fresh, "name": "Fresh"},
            "POST /api/admin/users": {
                "email": f"{fresh}@example.com",
                "fullName": "Fresh",
                "password": "quite another phrase",
                "roles": ["USER"],
            },
            "PUT /api/admin/users/{userId}": {"fullName": "Ada"},
            "POST /api/workspaces/{workspaceId}/projects": {"name": "Fresh"},
            "PUT /api/workspaces/{workspaceId}/projects/{projectId}": {"name": "Fresher"},
            "POST /api/workspaces/{workspaceId}/features": {"name": "Fresh", "module": "Boards"},
            "PUT /api/workspaces/{workspaceId}/features/{featureId}": {"enabled": False},
            "POST /api/workspaces/{workspaceId}/scim-tokens": {"name": "Entra ID"},
            "PUT /api/workspaces/{workspaceId}/groups/{groupId}": {"workspaceRole": "ADMIN"},
            **{
                f"{method} {root}/webhooks{rest}": body
                for root in ("/api/workspaces/{workspaceId}", "/api/admin")
                for method, rest, body in (
                    ("POST", "", {"url": "https://hooks.example.com/in", "types": ["roster.user.*"]}),
                    ("PUT", "/{webhookId}", {"enabled": False}),
                    ("POST", "/{webhookId}/replay", {"from": instant(self.api.clock())}),
                )
            },
            "POST /api/admin/groups": {"name": fresh},
            "PUT /api/admin/groups/{number}": {"name": fresh},
            "POST /api/admin/roles": {"name": fresh, "permissions": ["users.read"], "isDefault": True},
            "PUT /api/admin/roles/{number}": {"name": fresh, "isDefault": True},
            "POST /api/admin/clients": {"name": "Fresh", "grants": ["password"], "userId": self._known()},
            "PUT /api/admin/clients/{clientId}": {"name": "Fresh", "userId": self._known()},
            "PUT /api/workspaces/{workspaceId}": {"name": "Renamed"},
            "PUT /api/workspaces/{workspaceId}/members/{userId}": {"role": "ADMIN"},
            "POST /api/auth/login": {"email": f"{role}@example.com", "password": PASSWORD},
            "PUT /api/auth/me/password": {"currentPassword": PASSWORD, "newPassword": "quite another phrase"},
            "POST /api/auth/tokens": {"name": "ci"},
            "POST /api/auth/reauthenticate": {"password": PASSWORD},
            "PUT /api/auth/me": {"fullName": "Ada"},
        }
        return bodies.get(route)

    def _factor_body(self, route: str, role: str) -> dict[str, Any] | None:
        """The body of an enrolment's endpoint; who makes recovery codes has an authenticator."""
        user = self.people.get(role, self.people["member"])
        if route.endswith("/recovery-codes"):
            self._authenticator(user)
            return None
        if route.endswith("/confirm"):
            return {"code": self.code}
        if route.endswith("/passkeys/options"):
            return None
        return {"name": "Phone"}

    def _enrolment(self, user: User) -> str:
        factor_id, secret = self.directory.enrolment(user)
        self.code = code_of(secret, self.api.clock())
        return factor_id

    def _authenticator(self, user: User) -> str:
        return self.directory.authenticator(self._with_room(user))[0].id

    def _with_room(self, user: User) -> User:
        """The user as they are, with room for a factor more: another goes where there is none."""
        present, store = users.alive(self.api.store, user.id), self.api.store
        if present.factors < bounds.FACTORS:
            return present
        oldest = factors.of_user(store, user.id).factors[0]
        factors.remove(store, present, oldest, demanded=False, by=self.directory.by)
        return users.alive(store, user.id)

    def _second(self, role: str, proof: dict[str, Any]) -> dict[str, Any]:
        """A challenge of the role's own, and the code that answers it; of nobody neither."""
        user = self.people.get(role)
        if user is None:
            return {"challenge": f"challenge_{NOWHERE}.{'x' * 43}", "code": "000000"}
        _, secret = self.directory.authenticator(self._with_room(user))
        asked = self.directory.challenge(user)
        proof["headers"] |= {"Cookie": f"__Host-challenge={asked.browser}"}
        return {"challenge": asked.text, "code": code_of(secret, self.api.clock())}

    def _passkey(self, role: str, proof: dict[str, Any], *, new: bool) -> dict[str, Any]:
        """A new passkey of the role's own, or what one signs for a login; of nobody's no user has."""
        user = self.people.get(role, self.people["member"])
        if new:
            present = self._with_room(user)
            asked = asked_for(self.directory, ChallengePurpose.REGISTER, present)
            options = passkeys.creation_options(PARTY, present, asked.secret, [])
            body = {"attestation": Authenticator().make(options), "name": "Phone"}
        else:
            authenticator = (
                Authenticator() if role in NO_USERS else passkey_of(self.directory, self._with_room(user))
            )
            asked = asked_for(self.directory, ChallengePurpose.PASSKEY)
            authenticator.handle = authenticator.handle or text(b"999")
            options = passkeys.request_options(PARTY, asked.secret)
            body = {"assertion": authenticator.sign(options)}
        proof["headers"] |= {"Cookie": f"__Host-challenge={asked.browser}"}
        return body

    def _form(self, role: str) -> dict[str, str]:
        username = f"{role}@example.com"
        return {"grant_type": "password", "client_id": "cf", "username": username, "password": PASSWORD}

    def _grant(self, role: str) -> str:
        """A refresh token of the role's; of nobody what is none."""
        user = self.people.get(role)
        if user is None:
            return "nothing"
        by = self.directory.by
        issued = refresh_tokens.start(self.api.store, user, "cf", (), renewable=True, by=by)
        return str(issued.refresh)

    def _proof(self, path: str, role: str, place: str, by: str) -> dict[str, Any]:
        caller = self.people.get(role)
        headers: dict[str, str] = {}
        if path.startswith("/minimal/"):
            organisation, project = {
                "own": (self.acme.id, self.web.id),
                "foreign": (self.globex.id, self.mobile.id),
                "absent": (NOWHERE, NOWHERE),
            }[place]
            named = caller or self.people["boss"]
            headers = {"X-User-Id": named.id, "X-Org-Id": organisation, "X-Project-Id": project}
        if role == "nobody" or f"POST {path}" in (*LINKS, *BY_BODY):
            return {"headers": headers}
        if role == "provider":
            return {"headers": headers, by or "bearer": self.provider}
        assert caller is not None
        if by == "access_token":
            return {"headers": headers, by: self.api.token(caller)}
        usual = "bearer" if takes_bearer(path) or is_scim(path) or role in LIMITED else "as_"
        return {"headers": headers, by or usual: caller}

    def _invitation(self, workspace: Workspace) -> tuple[str, str]:
        """The id of a new invitation to the workspace, and what its link carries."""
        self.made += 1
        invitation, token = self.directory.invitation(workspace, f"invited-{self.made}@example.com")
        return invitation.id, token

    def _link_body(self, route: str) -> dict[str, Any]:
        if route == "POST /api/auth/password/forgotten":
            return {"email": self._newcomer().email}
        if route == "POST /api/auth/login/passkey/options":
            return {}
        if route == "POST /api/auth/password/reset":
            token = self.directory.password_link(self._newcomer())
            return {"token": token, "password": "quite another phrase"}
        body = {"token": self._invitation(self.acme)[1]}
        if route == "POST /api/auth/invitations/accept":
            body |= {"fullName": "Fresh", "password": "quite another phrase"}
        return body

    def _user(self, role: str, place: str) -> User:
        own = self.people.get(role, self.people["member"])
        return own if place == "own" else self._newcomer()

    def _token(self, role: str, place: str) -> str:
        credential = Credential.read(self.directory.token(self._user(role, place)))
        assert credential is not None
        return credential.id

    def _member_of(self, workspace: Workspace) -> User:
        newcomer = self._newcomer()
        self.directory.member(workspace, newcomer)
        return newcomer

    def _known(self) -> str:
        return self.people["member"].id

    def _suspended(self) -> Workspace:
        """A workspace that may be deleted."""
        self.made += 1
        return self.directory.workspace(f"suspended-{self.made}", active=False)

    def _newcomer(self) -> User:
        return self.directory.user(f"newcomer-{self._count()}")

    def _count(self) -> int:
        self.made += 1
        return self.made


def _person(directory: Directory, name: str) -> User:
    kind = UserKind.SERVICE if name == "service" else UserKind.PERSON
    return directory.user(
        name, admin=name in ("root", "suspended", "limited-root"), password=PASSWORD, kind=kind
    )
