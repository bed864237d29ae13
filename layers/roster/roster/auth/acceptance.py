"""Accepting an invitation: by somebody without an account, who makes one, or in a session of the account.

Whatever is wrong with a link is one and the same NotFound: nobody learns of an invitation but by its link.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from roster.auth import authentication, password_links, passwords, sessions
from roster.auth.credentials import Credential
from roster.auth.links import LinkToken
from roster.auth.sessions import Browser
from roster.clock import instant
from roster.db import keys
from roster.db.store import Equals, Item, Key, Present, Store, Update, all_of
from roster.db.transactions import Transaction, retry_on_conflict
from roster.directory import invitations, members, users, workspaces
from roster.directory.emails import canonical
from roster.domain import Actor, Instant, Invitation, InvitationState, Membership, User, Workspace
from roster.errors import (
    Conflict,
    EnrolmentRequired,
    FieldError,
    LoginFirst,
    NotFound,
    Unauthenticated,
    ValidationFailed,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link offers; neither workspace nor role where it invites a new user of the site."""

    email: str
    expires_at: Instant
    has_account: bool
    workspace: Workspace | None = None
    invitation: Invitation | None = None


def look(store: Store, text: str, now: datetime) -> Offer:
    """What a link offers: one BatchGet and one Get, or one BatchGet. Raises NotFound for one that is dead."""
    token = _token(text)
    if token.kind == "account":
        link, user = password_links.invited(store, token, now)
        return Offer(user.email, link.expires_at, has_account=False)
    invitation, workspace = _open(token, store.batch_get(_named(token)), now)
    has_account = store.get(keys.email(canonical(invitation.email))) is not None
    return Offer(invitation.email, invitation.expires_at, has_account, workspace, invitation)


def accept(
    store: Store,
    text: str,
    session: str | None,
    full_name: str | None,
    password: str | None,
    *,
    by: Actor,
    browser: Browser = sessions.UNKNOWN,
) -> tuple[User, Credential | None]:
    """Accept by a link: the user, and the session that was opened for a new account.

    `session` is the cookie that came along, if one did. One BatchGet; then in a session of the very address
    one BatchGet, one Write and one Transact, else two Writes and one Transact. Raises NotFound for a link
    that is dead, LoginFirst where the address has an account, Conflict where its user is a member already,
    LimitReached, and ValidationFailed where a new account lacks something.
    """
    token = _token(text)
    if token.kind == "account":
        if password is None:
            password_links.invited(store, token, by.at)
            raise ValidationFailed(FieldError("password", "is required"))
        return password_links.choose_first(store, token, full_name, password, by=by, browser=browser)
    caller, found = _caller(store, session, [*_named(token), keys.default_role()], by.at)
    invitation, workspace = _open(token, found, by.at)
    by = replace(by, workspace_id=workspace.id)
    if caller is not None and canonical(caller.email) == canonical(invitation.email):
        by = replace(by, user_id=caller.id, user_number=caller.number)
        return join(store, workspace, invitation, caller, by=by), None
    missing = [name for name, value in (("fullName", full_name), ("password", password)) if value is None]
    if full_name is None or password is None:
        if store.get(keys.email(canonical(invitation.email))) is not None:
            raise LoginFirst
        raise ValidationFailed(*(FieldError(name, "is required") for name in missing))
    wanted = User(
        str(uuid4()),
        0,
        invitation.email,
        full_name,
        instant(by.at),
        email_verified=invitation.mailed,
        role_number=users.default_role(found),
    )
    return join_as_new(store, workspace, invitation, wanted, password, by=by, browser=browser)


def join(store: Store, workspace: Workspace, invitation: Invitation, caller: User, *, by: Actor) -> User:
    """Make the caller a member and spend the invitation: one BatchGet, one Write, one Transact."""

    def attempt() -> User:
        work, (_, user) = members.prepare(store, workspace, caller.id, invitation.role, by=by)
        invitations.plan_acceptance(work, invitation, user.id)
        if invitation.mailed and not user.email_verified:
            _verify(work, user)
        work.commit(store)
        return user

    return retry_on_conflict(attempt)


def join_as_new(
    store: Store,
    workspace: Workspace,
    invitation: Invitation,
    wanted: User,
    password: str,
    *,
    by: Actor,
    browser: Browser = sessions.UNKNOWN,
) -> tuple[User, Credential]:
    """Make the user who is wanted, with a membership and a session, and spend the invitation: two Writes, one
    Transact, one hash.
    """
    passwords.demand_fit("password", password, wanted)
    digest = passwords.digest(password)

    def attempt() -> tuple[User, Credential]:
        work = Transaction(by)
        number = work.take(store, keys.members(workspace.id), limit=workspace.limits.members)
        membership = Membership(workspace.id, wanted.id, invitation.role, number, instant(by.at))
        user = replace(wanted, number=work.take(store, keys.USERS))
        invitations.plan_acceptance(work, invitation, user.id)
        made = members.joined(user, membership)
        users.plan(work, made, digest)
        members.plan(work, workspace, user, membership, is_new=True)
        opening, credential = sessions.prepare(made, by=by, browser=browser)
        work.operations += opening.operations
        work.commit(store)
        return made, credential

    try:
        return retry_on_conflict(attempt)
    except Conflict as error:
        if error.what == "email":
            raise LoginFirst from error
        raise


def _token(text: str) -> LinkToken:
    token = LinkToken.read(text)
    if token is None or token.kind == "reset":
        raise NotFound("invitation")
    return token


def _named(token: LinkToken) -> list[Key]:
    workspace_id, invitation_id = token.ids
    return [keys.invitation(workspace_id, invitation_id), keys.workspace(workspace_id)]


def _caller(
    store: Store, session: str | None, wanted: Sequence[Key], now: datetime
) -> tuple[User | None, Mapping[Key, Item]]:
    """Whose session came along, and the items that are wanted: one BatchGet.

    A dead session is none: a browser keeps its cookie, and nobody must log in to make an account.
    """
    if session is not None:
        with suppress(Unauthenticated):
            proof = authentication.by_session(store, session, now, lambda _: wanted)
            if authentication.must_enrol(proof.principal):
                raise EnrolmentRequired(proof.principal.user.id)
            return proof.principal.user, proof.prefetch
    return None, store.batch_get(wanted)


def _open(token: LinkToken, found: Mapping[Key, Item], now: datetime) -> tuple[Invitation, Workspace]:
    """The open invitation that a token proves, and its workspace. Raises NotFound."""
    place, home = _named(token)
    invitation, workspace = invitations.of_item(found.get(place)), workspaces.of_item(found.get(home))
    if (
        invitation is None
        or workspace is None
        or not workspace.active
        or not token.proves(invitation.digest)
        or invitation.state_at(instant(now)) is not InvitationState.OPEN
    ):
        raise NotFound("invitation")
    return invitation, workspace


def _verify(work: Transaction, user: User) -> None:
    """The address counts as proved: beside what the transaction changes in the profile, and in the row."""
    proved: Item = {"email_verified": True}
    for place, (operation, to_error) in enumerate(work.operations):
        if isinstance(operation, Update) and operation.key == keys.user(user.id):
            assert operation.condition is not None  # noqa: S101 - a membership is never added blindly
            also = replace(
                operation,
                set={**operation.set, **proved},
                add={**operation.add, "revision": 1},
                condition=all_of(operation.condition, Equals("email", user.email)),
            )
            work.operations[place] = also, to_error
    work.do(Update(keys.row(keys.USERS, user.number), set=proved, condition=Present()))
