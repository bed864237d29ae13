"""Workspaces and admin users (docs/workspaces.md): a session or an API token, enveloped JSON."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from roster import bounds, clock, dependencies
from roster.auth import account, authentication, passwords, sessions
from roster.auth import device_cookies as devices
from roster.db import counted_lists, idempotency, keys
from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction, retry_on_conflict
from roster.dialects import bearer
from roster.dialects.fields import Body, Wire
from roster.dialects.workspaces.schemas import Done, Listed, Meta, PageRequest, Success, T
from roster.directory import members, users, workspaces
from roster.domain import Actor, Membership, Principal, Session, User, Workspace, WorkspaceRole
from roster.errors import (
    Conflict,
    DirectoryError,
    EnrolmentRequired,
    FieldError,
    FieldForbidden,
    Forbidden,
    IdempotencyMismatch,
    LastAdmin,
    LastFactor,
    LimitReached,
    LoginFirst,
    NoRelyingParty,
    NotAMember,
    NotEmpty,
    NotFound,
    NotSuspended,
    OriginNotAllowed,
    PasswordChangeRequired,
    PreconditionFailed,
    ReauthenticationRequired,
    SecondFactorRequired,
    SessionRequired,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
    WrongMediaType,
)
from roster.http import entity_tags, handler
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.request import Request
from roster.settings import (
    challenge_cookie_name,
    cookie_name,
    device_cookie_name,
    settings,
)

_IDEMPOTENCY_KEY = re.compile(rf"[\x20-\x7e]{{1,{bounds.IDEMPOTENCY_KEY_CHARACTERS}}}")


class Access(Enum):
    """Who may call an endpoint."""

    PUBLIC = auto()
    ANY_USER = auto()
    WHOLE_USER = auto()  # any user, but by no token for one workspace
    ANY_SESSION = auto()  # what makes, shows or ends credentials: no token may
    PROVED_SESSION = auto()  # in a session whose user has proved lately who they are
    PASSWORD_CHANGE = auto()  # proved lately, also for who must change the password before anything else
    ENROLMENT = auto()  # in a session, also for who must enrol a second factor before anything else
    ENROLMENT_PROVED = auto()  # likewise, and whose user has proved lately who they are
    LOGOUT = auto()  # in a session, whatever its user must do before; and to prove anew who one is
    PLATFORM_ADMIN = auto()
    PLATFORM_ADMIN_SESSION = auto()  # of a platform ADMIN: what shows or ends credentials of others
    PLATFORM_ADMIN_PROVED = auto()  # likewise, and who has proved lately who they are
    MEMBER = auto()  # or platform ADMIN
    WORKSPACE_ADMIN = auto()  # or platform ADMIN
    WORKSPACE_ADMIN_PROVED = auto()  # likewise, in a session whose user has proved lately who they are


@dataclass(frozen=True, slots=True)
class WorkspacesCall:
    """An admitted request: who calls, and for a workspace's endpoints what was read of it."""

    store: Store
    now: datetime
    request: Request
    principal: Principal | None = None
    found: Mapping[Key, Item] = field(default_factory=dict)

    @property
    def user(self) -> User:
        """The caller. Raises Unauthenticated on a public endpoint, which asks for none."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal.user

    @property
    def session(self) -> Session:
        """The caller's session. Raises Unauthenticated for a caller with a token."""
        if self.principal is None or self.principal.session is None:
            raise Unauthenticated
        return self.principal.session

    def demand_recent_proof(self) -> None:
        """Raise ReauthenticationRequired where the session's user last proved who they are too long ago, or
        by the password alone though they have a second factor; SessionRequired for a token.
        """
        if self.principal is None or self.principal.session is None:
            raise SessionRequired(self.user.id)
        if not sessions.is_proved_lately(self.session, self.user, self.now):
            raise ReauthenticationRequired(self.user.id)

    @property
    def challenge_cookies(self) -> list[str]:
        """What the browser was given with the challenge that it answers."""
        return self.request.cookie(challenge_cookie_name())

    @property
    def workspace(self) -> Workspace:
        """The workspace that the path names. Raises NotFound where there is none."""
        workspace_id = self.request.path.get("workspaceId", "")
        item = self.found.get(keys.workspace(workspace_id)) if keys.is_id(workspace_id) else None
        workspace = workspaces.of_item(item)
        if workspace is None:
            raise NotFound("workspace", workspace_id)
        return workspace

    @property
    def named_user(self) -> User:
        """The user whom the path of an administrator's request names. Raises NotFound where there is none."""
        user_id = self.request.path.get("userId", "")
        user = users.of_item(self.found.get(keys.user(user_id))) if keys.is_id(user_id) else None
        if user is None:
            raise NotFound("user", user_id)
        return user

    @property
    def membership(self) -> Membership | None:
        """The caller's membership of the workspace that the path names."""
        workspace_id = self.request.path.get("workspaceId", "")
        if not keys.is_id(workspace_id):
            return None
        return members.of_item(members.item_of_caller(self.found, workspace_id, self.user))

    @property
    def actor(self) -> Actor:
        """Who is named in the audit of a change."""
        user = self.principal.user if self.principal else None
        workspace_id = self.request.path.get("workspaceId")
        return Actor(
            self.request.id, self.now, user.id if user else None, user.number if user else None, workspace_id
        )

    @property
    def member(self) -> tuple[Membership, User]:
        """The membership that the path names, with its user. Raises NotFound."""
        return members.among(self.found, self.workspace.id, self.request.path.get("userId", ""))

    def success(self, data: T) -> Success[T]:
        return Success(data=data, timestamp=clock.instant(self.now))

    def tagged(self, data: T, revision: int) -> Response[Success[T]]:
        """One object, with the ETag by which a later change can demand that it is still the same."""
        return Response(200, "application/json", self.success(data), headers={"ETag": _tag(revision)})

    def demand_match(self, revision: int | None) -> None:
        """Raise PreconditionFailed where `If-Match` names other revisions than this (None: it has no tag).

        A `W/` before our tag is no difference, though RFC 9110 (13.1.1) has `If-Match` compare strongly:
        proxies that compress an answer weaken its tag, and a revision stands for the object, not for bytes.
        """
        given = self.request.headers.get("if-match")
        tags = [] if revision is None else [_tag(revision)]
        if given is not None and not entity_tags.names(given, tags):
            raise PreconditionFailed

    def commit_once(
        self,
        body: Body,
        shape: type[Success[T]],
        prepare: Callable[[], tuple[Transaction, T]],
    ) -> Success[T]:
        """Commit a transaction and answer what it makes, as `prepare` gives both.

        Under an Idempotency-Key the answer is kept with it; where the key was used before, the first answer
        is given again and nothing is prepared. `prepare` is called again where what it read has changed.
        """
        given = _idempotency_key(self.request)
        if given is None:
            return retry_on_conflict(lambda: self._commit(*prepare(), None))
        key = idempotency.key_of(self.user.id, self.request.raw_path, given)
        question = idempotency.Question.of(key, given, body.question())
        found = idempotency.recall(self.found.get(key), question, self.now)
        try:
            if found is None:
                return retry_on_conflict(lambda: self._commit(*prepare(), question))
        except (idempotency.Given, Conflict):  # perhaps by the first of two requests that came at once
            found = idempotency.recall(self.store.get(key), question, self.now)
            if found is None:
                raise
        return shape.model_validate_json(found)

    def _commit(self, work: Transaction, data: T, question: idempotency.Question | None) -> Success[T]:
        answer = self.success(data)
        if question is not None:
            idempotency.keep(work, question, without_secrets(answer).model_dump_json())
        work.commit(self.store)
        return answer

    def done(self) -> Done:
        return Done(timestamp=clock.instant(self.now))

    def listed(self, paging: PageRequest, data: list[T], total: int) -> Listed[T]:
        """A list that says what it leaves out: `meta` where rows are, or where a page was asked for."""
        pages = -(-total // paging.size)
        meta = Meta(page=paging.page, size=paging.size, total=total, totalPages=pages)
        whole = not paging.asked and total <= paging.size
        return Listed(data=data, meta=None if whole else meta, timestamp=clock.instant(self.now))


SHOWN_ONCE = frozenset({"link", "secret"})
"""The fields of answers that are shown once: what is kept for a retry has null in their place."""


def without_secrets(answer: Success[T]) -> Success[T]:
    """The answer as it is kept under an Idempotency-Key."""
    data = answer.data
    if not isinstance(data, Wire) or not (shown := SHOWN_ONCE & type(data).model_fields.keys()):
        return answer
    return answer.model_copy(update={"data": data.model_copy(update=dict.fromkeys(shown))})


def cookie(name: str, value: str, max_age: int | None, same_site: SameSite = SameSite.STRICT_MODE) -> Cookie:
    """A cookie of the site, which no script reads; unless told otherwise only its own pages bring it."""
    return Cookie(
        name,
        value,
        path="/",
        secure=settings().secure_cookie,
        http_only=True,
        max_age=max_age,
        same_site=same_site,
    )


def session_cookie(credential: str) -> Cookie:
    """The session's cookie; an empty credential takes it away. The server ends it, so it names no age."""
    return cookie(cookie_name(), credential, None if credential else 0, SameSite.LAX_MODE)


def device_cookies(value: str | None) -> list[Cookie]:
    """The cookie by which this browser is told from strangers at the next login (`devices.py`), or none.

    It outlives the session and logout.
    """
    return [] if value is None else [cookie(device_cookie_name(), value, devices.MAX_AGE)]


def challenge_cookie(value: str) -> Cookie:
    """The cookie that binds a challenge to the browser that was given it; an empty one takes it away."""
    return cookie(challenge_cookie_name(), value, bounds.CHALLENGE_SECONDS if value else 0)


_ALLOWS: dict[Access, Callable[[WorkspacesCall], bool]] = {
    Access.PUBLIC: lambda call: True,
    Access.ANY_USER: lambda call: True,
    Access.WHOLE_USER: lambda call: call.user.limited_to is None,
    Access.ANY_SESSION: lambda call: True,
    Access.PROVED_SESSION: lambda call: True,
    Access.PASSWORD_CHANGE: lambda call: True,
    Access.ENROLMENT: lambda call: True,
    Access.ENROLMENT_PROVED: lambda call: True,
    Access.LOGOUT: lambda call: True,
    Access.PLATFORM_ADMIN: lambda call: call.user.is_admin,
    Access.PLATFORM_ADMIN_SESSION: lambda call: call.user.is_admin,
    Access.PLATFORM_ADMIN_PROVED: lambda call: call.user.is_admin,
    Access.MEMBER: lambda call: call.user.is_admin or call.membership is not None,
    Access.WORKSPACE_ADMIN_PROVED: lambda call: _ALLOWS[Access.WORKSPACE_ADMIN](call),
    Access.WORKSPACE_ADMIN: lambda call: (
        call.user.is_admin
        or (call.membership is not None and call.user.role_in(call.membership) is WorkspaceRole.ADMIN)
    ),
}


_OF_A_USER = "/api/admin/users/{userId}"
_PROVED = frozenset(
    {
        Access.PROVED_SESSION,
        Access.PASSWORD_CHANGE,
        Access.ENROLMENT_PROVED,
        Access.PLATFORM_ADMIN_PROVED,
        Access.WORKSPACE_ADMIN_PROVED,
    }
)
_BEFORE_PASSWORD = frozenset({Access.PASSWORD_CHANGE, Access.LOGOUT})
_BEFORE_ENROLMENT = frozenset({Access.ENROLMENT, Access.ENROLMENT_PROVED, Access.LOGOUT})
_SESSION_ALONE = frozenset(
    {
        Access.ANY_SESSION,
        Access.PLATFORM_ADMIN_SESSION,
        *_PROVED,
        *_BEFORE_PASSWORD,
        *_BEFORE_ENROLMENT,
    }
)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do something with what a path names below its workspace, such as a project.

    `prefetch` names what is read with the caller, by the request and the caller's id. `demand` judges by
    what was read (`call.found`), before the body is looked at: it raises NotFound for what is not there and,
    in the same words, for what the caller may not see, then Forbidden. `who` is the end of that refusal.
    """

    prefetch: Callable[[Request, str], Sequence[Key]]
    demand: Callable[[WorkspacesCall], object]
    who: str = ""


def allows(call: WorkspacesCall, access: Access) -> bool:
    """Whether the caller has this kind of access to the path's workspace."""
    return _ALLOWS[access](call)


NAMED_MEMBER = Rights(lambda request, user_id: (), lambda call: call.member)
"""Of an endpoint that changes the membership which the path names: it must be there."""


def demand_manager(call: WorkspacesCall) -> None:
    """Raise Forbidden unless the caller is ADMIN of the workspace or platform ADMIN."""
    if not allows(call, Access.WORKSPACE_ADMIN):
        raise Forbidden(call.user.id)


@dataclass(frozen=True, slots=True)
class Workspaces(handler.Dialect[WorkspacesCall]):
    """The dialect, for endpoints of one kind of access and perhaps of rights below a workspace."""

    access: Access
    rights: Rights | None = None

    def authorize(self, request: Request, store: Store) -> WorkspacesCall:
        """401 without one live credential; 403 where it must be a session, or the password must be changed or
        a second factor enrolled first; 403 for the origin; 415; 403, and where a later proof is demanded.

        Then 404 where there is no such workspace or user; with `rights`, where there is no such thing in it
        that the caller sees; 403.
        """
        now = dependencies.current().now()
        call = WorkspacesCall(store, now, request)
        if self.access is not Access.PUBLIC:
            proof = _proof(request, store, now, self.rights)
            call = WorkspacesCall(store, now, request, proof.principal, proof.prefetch)
            user = proof.principal.user
            if self.access in _SESSION_ALONE and proof.principal.session is None:
                raise SessionRequired(user.id)
            if user.must_change_password:
                if self.access not in _BEFORE_PASSWORD:
                    raise PasswordChangeRequired(user.id)
            elif self.access not in _BEFORE_ENROLMENT and authentication.must_enrol(proof.principal):
                raise EnrolmentRequired(user.id)
        elif "authorization" in request.headers:  # a login opens a session; it is not what a token does
            raise SessionRequired
        _demand_own_page(request)
        if not _ALLOWS[self.access](call):
            raise Forbidden(call.user.id)
        if self.access in _PROVED:
            call.demand_recent_proof()
        self._demand_named(call)
        if self.rights is not None:
            self.rights.demand(call)
        return call

    def _demand_named(self, call: WorkspacesCall) -> None:
        """Raise NotFound where there is no such workspace or user, before the body is looked at."""
        if self.access in (Access.MEMBER, Access.WORKSPACE_ADMIN, Access.WORKSPACE_ADMIN_PROVED):
            _ = call.workspace
        elif call.request.route.partition(" ")[2].startswith(_OF_A_USER):
            _ = call.named_user

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, code, message = entry_for(error, _ERRORS)
        if type(error) is Forbidden and error.user_id is not None:
            who = self.rights.who if self.rights and self.rights.who else _WHO[self.access]
            message = f"You may not do this. {who}"
        body: dict[str, object] = {"code": code, "message": _message(error) or message}
        if isinstance(error, ValidationFailed) and error.field_errors:
            body["data"] = [{"field": each.field, "message": each.message} for each in error.field_errors]
        cookies: tuple[str, ...] = ()
        if isinstance(error, SecondFactorRequired):
            passkeys = {} if error.options is None else {"options": error.options}
            body["data"] = {"challenge": error.challenge, "methods": [*error.methods], **passkeys}
            cookies = (str(challenge_cookie(error.browser)),)
        body["timestamp"] = clock.instant(dependencies.current().now())
        return ErrorResponse(status, compact(body), _HELP, cookies)


_HELP = {"Link": '</docs>; rel="help"'}  # RFC 8288; the body's names are the document's

_WHO = {
    Access.WHOLE_USER: "A token for one workspace may not.",
    Access.PLATFORM_ADMIN: "A platform ADMIN may.",
    Access.PLATFORM_ADMIN_SESSION: "A platform ADMIN may.",
    Access.PLATFORM_ADMIN_PROVED: "A platform ADMIN may.",
    Access.MEMBER: "A member of the workspace and a platform ADMIN may.",
    Access.WORKSPACE_ADMIN: "An ADMIN of the workspace and a platform ADMIN may.",
    Access.WORKSPACE_ADMIN_PROVED: "An ADMIN of the workspace and a platform ADMIN may.",
}
"""Whom an endpoint admits, in the words of its refusal; the others admit whoever is proved."""

_ERRORS: dict[type[DirectoryError], tuple[int, str, str]] = {
    ValidationFailed: (400, "VALIDATION_ERROR", "The request is not valid."),
    Unauthenticated: (401, "UNAUTHORIZED", "Authentication is required."),
    SecondFactorRequired: (
        401,
        "SECOND_FACTOR_REQUIRED",
        "Prove a second factor by POST /api/auth/login/second.",
    ),
    Forbidden: (403, "FORBIDDEN", "You may not do this."),
    SessionRequired: (403, "SESSION_REQUIRED", "A token may not do this; log in and use the session."),
    PasswordChangeRequired: (403, "PASSWORD_CHANGE_REQUIRED", "Change your password first, or log out."),
    EnrolmentRequired: (403, "ENROLMENT_REQUIRED", "Enrol a second factor first, or log out."),
    ReauthenticationRequired: (
        403,
        "REAUTHENTICATION_REQUIRED",
        "Prove anew who you are, by POST /api/auth/reauthenticate.",
    ),
    FieldForbidden: (403, "FORBIDDEN", "A platform ADMIN alone may change key, active and limits."),
    OriginNotAllowed: (403, "FORBIDDEN", "The origin of the page is not allowed to write here."),
    NotFound: (404, "NOT_FOUND", "There is no such resource."),
    Conflict: (409, "CONFLICT", "This is in use."),
    PreconditionFailed: (412, "PRECONDITION_FAILED", "It has changed since you read it; read it again."),
    TooLarge: (413, "PAYLOAD_TOO_LARGE", "The request is too large."),
    IdempotencyMismatch: (
        422,
        "IDEMPOTENCY_MISMATCH",
        "The Idempotency-Key was used for another request; use a new one.",
    ),
    LimitReached: (409, "LIMIT_REACHED", "There are as many as there may be."),
    NotEmpty: (409, "NOT_EMPTY", "Something is still in it; remove that first."),
    NotAMember: (409, "CONFLICT", "The user is not a member of the workspace."),
    LoginFirst: (409, "LOGIN_FIRST", "The address has an account; log in to it, and use the link again."),
    NotSuspended: (409, "NOT_SUSPENDED", "Suspend it first."),
    LastAdmin: (409, "CONFLICT", "The last administrator must stay."),
    LastFactor: (409, "CONFLICT", "A second factor is demanded of you; enrol another one first."),
    NoRelyingParty: (409, "NO_RELYING_PARTY", "Passkeys need a host name; this address is none."),
    WrongMediaType: (415, "UNSUPPORTED_MEDIA_TYPE", "A body must be application/json."),
    Unavailable: (503, "UNAVAILABLE", "The directory is busy; try again."),
    DirectoryError: (500, "INTERNAL_ERROR", "The request could not be completed."),
}

_TAKEN = {
    "email": "The e-mail address is in use.",
    "key": "The key is in use.",
    "name": "The name is in use.",
    "id": "The id is in use.",
    "client": "A public client has no secret.",
    "invitation": "An invitation of this address is open.",
    "invitation closed": "The invitation is not open any more.",
    "factor": "This second factor is enrolled already.",
    "test": "A test of this webhook is under way.",
    "replay": "A replay of this webhook is under way.",
    "no factor": "You have no second factor yet; enrol one first.",
}


def _message(error: DirectoryError) -> str | None:
    if isinstance(error, ValidationFailed) and error.field_errors:
        first = error.field_errors[0]
        return f"The request is not valid: {first.field or 'the request'} {first.message}."
    if isinstance(error, NotFound):
        return f"There is no such {error.what}."
    if isinstance(error, Conflict):
        return "The user is a member already." if error.what == "membership" else _TAKEN.get(error.what)
    return None


def _proof(
    request: Request, store: Store, now: datetime, rights: Rights | None = None
) -> authentication.Proof:
    """Who the one credential proves: a session's cookie or an API token. Raises Unauthenticated."""
    method, credential = bearer.presented(request)
    prove = authentication.by_session if method == "session" else authentication.by_api_token
    return prove(store, credential, now, lambda user_id: _prefetch(request, user_id, rights))


def _prefetch(request: Request, user_id: str, rights: Rights | None) -> Sequence[Key]:
    """What an endpoint wants read with the caller: the path's workspace, what rights below it depend on, and
    what was answered before.
    """
    prefetch: list[Key] = []
    workspace_id = request.path.get("workspaceId", "")
    if keys.is_id(workspace_id):
        prefetch += [keys.workspace(workspace_id), keys.member(workspace_id, user_id)]
        if request.route.endswith("/{workspaceId}/members/{userId}"):
            prefetch += members.places(workspace_id, request.path.get("userId", ""))
        if request.route == "GET /api/workspaces/{workspaceId}/members":
            prefetch += counted_lists.head(keys.members(workspace_id))
    if rights is not None and (keys.is_id(workspace_id) or "workspaceId" not in request.path):
        prefetch += rights.prefetch(request, user_id)
    if request.route == "GET /api/workspaces":
        prefetch.append(keys.suspensions())
    given = request.headers.get("idempotency-key")
    if request.method == "POST" and given:
        prefetch.append(idempotency.key_of(user_id, request.raw_path, given))
    return [*prefetch, *_account_prefetch(request, user_id)]


def _account_prefetch(request: Request, user_id: str) -> Sequence[Key]:
    """What the path names: a credential of the caller's own; to an administrator a user, and a credential."""
    path = request.route.partition(" ")[2]
    if path.startswith("/api/auth/factors"):
        return _factor_prefetch(request, user_id)
    if not path.startswith(_OF_A_USER):
        return account.keys_of(user_id, request.path.get("sessionId", ""))
    named = request.path.get("userId", "")
    if not keys.is_id(named):
        return []
    return [keys.user(named), *account.keys_of(named, request.path.get("credentialId", ""))]


def _factor_prefetch(request: Request, user_id: str) -> Sequence[Key]:
    """The factor that the path names, or the enrolment that it confirms."""
    factor_id = request.path.get("factorId", "")
    if not keys.is_plain_id(factor_id):
        return []
    return [keys.enrolment(user_id) if request.method == "POST" else keys.factor(user_id, factor_id)]


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is not None and _IDEMPOTENCY_KEY.fullmatch(given) is None:
        raise ValidationFailed(
            FieldError(
                "Idempotency-Key",
                f"must be 1 to {bounds.IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters",
            )
        )
    return given


def _tag(revision: int) -> str:
    return f'"{revision}"'


def _demand_own_page(request: Request) -> None:
    """A browser sends a cookie for any page: writes need an origin of ours, and JSON if anything."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin")
    if origin is not None and not _is_ours(origin, request):
        raise OriginNotAllowed
    if request.has_body and (
        request.media_type != "application/json" or request.charset not in ("", "utf-8", "utf8")
    ):
        raise WrongMediaType


def _is_ours(origin: str, request: Request) -> bool:
    """Whether pages of the origin may write: those that the deployment names, and the console's."""
    config = settings()
    own = config.public_url, request.address if config.is_at_its_domain else ""
    return origin in config.allowed_origins or (origin != "" and origin in own)


def expiry(call: WorkspacesCall, asked: str | None) -> str | None:
    """When a token expires that is asked for so: the deployment's bound, where nothing is asked.

    Raises ValidationFailed for a moment that has passed, or comes after the bound.
    """
    if asked is not None and asked <= clock.instant(call.now):
        raise ValidationFailed(FieldError("expiresAt", "must be in the future"))
    days = settings().maximum_token_days
    if days <= 0:
        return asked
    latest = clock.instant(call.now + timedelta(days=days))
    if asked is not None and asked > latest:
        raise ValidationFailed(FieldError("expiresAt", f"must be within {days} days"))
    return asked or latest


def demand_place(call: WorkspacesCall, workspace_id: str | None) -> None:
    """Raise NotFound where the caller may not see the workspace or there is none: one BatchGet."""
    if workspace_id is None:
        return
    found = call.store.batch_get([keys.workspace(workspace_id), keys.member(workspace_id, call.user.id)])
    membership = members.item_of_caller(found, workspace_id, call.user)
    belongs = call.user.is_admin or members.of_item(membership) is not None
    if keys.workspace(workspace_id) not in found or not belongs:
        raise NotFound("workspace", workspace_id)


def demand_own_workspace(call: WorkspacesCall, workspace_id: str | None) -> None:
    """Raise ValidationFailed where the caller is no member of the workspace, there or not: one BatchGet."""
    if workspace_id is None:
        return
    found = call.store.batch_get([keys.workspace(workspace_id), keys.member(workspace_id, call.user.id)])
    membership = members.of_item(members.item_of_caller(found, workspace_id, call.user))
    if workspaces.of_item(found.get(keys.workspace(workspace_id))) is None or membership is None:
        raise ValidationFailed(FieldError("defaultWorkspaceId", "is no workspace of yours"))


def demand_password_of_another(call: WorkspacesCall, user: User, password: str) -> None:
    """Raise ValidationFailed where the text may not be the user's password, and where the user is the caller.

    One's own password is changed only where the present one is asked for: a session alone, left open
    or stolen, must not be enough to keep its owner out. Before that raises as `demand_recent_proof` does.
    """
    call.demand_recent_proof()
    if user.id == call.user.id:
        raise ValidationFailed(
            FieldError("password", "is your own; change it with PUT /api/auth/me/password")
        )
    passwords.demand_fit("password", password, user)


def endpoint(
    access: Access, rights: Rights | None = None
) -> tuple[handler.Resolver[WorkspacesCall], handler.Handler]:
    """The resolver and the handler of an endpoint of this kind of access, perhaps of rights below it."""
    return handler.endpoint(Workspaces(access, rights))
