"""Login by e-mail and password.

An attempt is counted by its source and by one other thing: the device, where its cookie is known, else
the address. A source over its limit is refused before anything is computed; a known device is not.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from roster import dependencies, security_log
from roster.auth import (
    challenges,
    device_cookies,
    login_throttle,
    passkeys,
    passwords,
    remembered,
    sessions,
    source_failures,
)
from roster.auth.credentials import Credential
from roster.auth.device_cookies import Device
from roster.auth.passkeys import RelyingParty
from roster.auth.remembered import Remembered
from roster.auth.sessions import Browser
from roster.db import keys
from roster.db.store import Delete, Item, Key, Store
from roster.db.transactions import retry_from
from roster.directory import factors, users
from roster.directory.emails import NotAnAddress, canonical
from roster.domain import Actor, ChallengePurpose, FactorKind, Session, User
from roster.errors import (
    FieldError,
    SecondFactorRequired,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
    fault_of,
)
from roster.http import source_address
from roster.http.request import Request
from roster.settings import device_cookie_name, remembered_cookie_name


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends an attempt, as far as that is known before a password is: a source, perhaps a device."""

    source: str
    device: Device | None = None
    device_keys: Sequence[bytes] = ()
    """What a new device cookie is signed with; none where the deployment's key is out of reach."""
    browser: Browser = sessions.UNKNOWN
    """What a session that is opened is shown with."""
    remembered: Remembered | None = None
    """Where a second factor was proved before, and need not be again for a while."""

    @classmethod
    def of(cls, request: Request) -> "Sender":
        """The sender of a browser's request.

        Without the deployment's key nobody has a device, and login goes on: it proves nobody.
        """
        try:
            signing = dependencies.current().deployment_keys(device_cookies.PURPOSE)
        except Unavailable as error:
            security_log.key_out_of_reach(type(error.__cause__ or error).__name__, fault_of(error))
            signing = ()
        device = device_cookies.read(request.cookie(device_cookie_name()), signing)
        known = remembered.presented(request.cookie(remembered_cookie_name()), dependencies.current().now())
        return cls(source_address.source_of(request), device, signing, Browser.of(request), known)

    def cookie_for(self, user: User) -> str | None:
        """The device cookie for who has just proved the password; None where no key is in reach."""
        return device_cookies.cookie_of(user, self.device_keys) if self.device_keys else None


def by_password(
    store: Store,
    email: str,
    password: str,
    sender: Sender,
    *,
    by: Actor,
    party: RelyingParty | None = None,
) -> tuple[User, Credential]:
    """The user and a new session: two BatchGets, one Write, one Transact, and one hash computed; of a user
    with a second factor one Query more.

    Raises Unauthenticated as `proved` does. Raises SecondFactorRequired, with a Write for the Transact, where
    the password was right and a second factor is wanted: then no failure is forgotten. `party` is for whom
    passkeys are asked; None where there is no host name that they could be for.
    """
    address = address_of(email)
    found = store.batch_get(asked_of(address, sender, by.at))
    user, forgotten = proved(store, address, password, sender, found, by.at)
    if user.factors:
        _demand_second_factor(store, user, sender, party, by.at)
    work, credential = sessions.prepare(user, by=by, browser=sender.browser)
    users.plan_sign_in(work, user)
    work.do(forgotten)
    work.commit(store)
    return user, credential


def _demand_second_factor(
    store: Store, user: User, sender: Sender, party: RelyingParty | None, at: datetime
) -> None:
    """Raise SecondFactorRequired, unless the browser is remembered for a factor that the user still has."""
    found = factors.of_user(store, user.id)
    if sender.remembered is not None and sender.remembered.counts_for(user, found.factors):
        return
    asked = challenges.new(ChallengePurpose.LOGIN, user, at, [each.id for each in found.factors])
    store.write(asked.write)
    held = found.of_kind(FactorKind.PASSKEY)
    if party is None or not held:
        methods = tuple(each for each in found.methods if each != FactorKind.PASSKEY)
        raise SecondFactorRequired(asked.text, asked.browser, methods)
    options = passkeys.request_options(party, asked.secret, held)
    raise SecondFactorRequired(asked.text, asked.browser, found.methods, options)


def asked_of(address: str, sender: Sender | None, at: datetime) -> list[Key]:
    """The keys of what `proved` looks at: who has the address, and what failed there and from the sender."""
    wanted = [keys.email(address), keys.attempts(address)]
    if sender is not None:
        wanted.append(source_failures.counter(sender.source, at))
        if sender.device is not None:
            wanted += [keys.device_attempts(address, sender.device.id), keys.user(sender.device.user_id)]
    return wanted


def proved(
    store: Store,
    address: str,
    password: str,
    sender: Sender | None,
    found: Mapping[Key, Item],
    at: datetime,
) -> tuple[User, Delete]:
    """The active user with this address and password, and the operation by which a success forgets failures.

    One Write, one BatchGet and one hash computed, and for a failure one Write more; nothing of these where
    the source is over its limit. A success with another system's hash, or one of another cost, makes one of
    ours of it: a hash and a Write more. `sender` is None for what a client brings that has proved itself:
    then the address alone is counted. Raises Unauthenticated for an unknown address, a wrong password, an
    address, device or source that waits, and a user who cannot log in or is not active: all alike.
    """
    lock = found.get(keys.email(address))
    owner = (lock or {}).get("user_id")
    device = _known_device(address, sender, lock, found, at)
    if sender is not None and device is None and _is_over(sender, found, at):
        security_log.login_failed(user_id=owner, waits=False, source_over=True)
        raise Unauthenticated
    counter = keys.attempts(address) if device is None else keys.device_attempts(address, device.id)
    user, stored = None, None
    waits = True
    with suppress(Unauthenticated):
        login_throttle.take(store, counter, at, found.get(counter))
        waits = False
        user, stored = users.with_password(store, lock)
    matches = passwords.matches(stored, password)
    if user is None or not matches or not user.active:
        security_log.login_failed(user_id=owner, waits=waits, source_over=False)
        if sender is not None:
            source_failures.add(store, sender.source, at)
        raise Unauthenticated
    if stored is not None and passwords.is_outdated(stored):
        users.replace_hash(store, user.id, stored, passwords.digest(password))
    return user, login_throttle.forgotten(counter)


def take_attempt(store: Store, address: str, sender: Sender, found: Mapping[Key, Item], at: datetime) -> Key:
    """Take an attempt of somebody who is known, and answer its counter: one Write.

    `found` holds what is at `asked_of`. Raises Unauthenticated while the address (or the device) or the
    source waits.
    """
    device = _known_device(address, sender, found.get(keys.email(address)), found, at)
    if device is None and _is_over(sender, found, at):
        raise Unauthenticated
    counter = keys.attempts(address) if device is None else keys.device_attempts(address, device.id)
    login_throttle.take(store, counter, at, found.get(counter))
    return counter


def _known_device(
    address: str, sender: Sender | None, lock: Item | None, found: Mapping[Key, Item], at: datetime
) -> Device | None:
    """The sender's device, if it is the address owner's, of their present session version, and does not wait.

    While it waits, its attempts are those of anybody.
    """
    if sender is None or sender.device is None or lock is None:
        return None
    device = sender.device
    user = users.of_item(found.get(keys.user(device.user_id)))
    if (
        user is None
        or lock.get("user_id") != device.user_id
        or user.session_version != device.session_version
    ):
        return None
    return None if login_throttle.waits(found.get(keys.device_attempts(address, device.id)), at) else device


def _is_over(sender: Sender, found: Mapping[Key, Item], at: datetime) -> bool:
    return source_failures.is_over(found.get(source_failures.counter(sender.source, at)))


def change_password(
    store: Store,
    session: Session,
    user: User,
    old: str,
    new: str,
    sender: Sender,
    *,
    by: Actor,
    end_tokens: bool = False,
) -> User:
    """Change one's own password, ending every session but this: one BatchGet, one Write, one Transact.

    With `end_tokens` it ends all API tokens too. Answers the user as changed, who need not change it any
    more. Raises ValidationFailed where `new` may not be this user's password, where it is the old one
    although another was demanded, and where `old` is not the password, which counts as a failed login at the
    price of a Write more; Unauthenticated while the address (or the device), or the source waits, or where
    this session was ended meanwhile.
    """
    passwords.demand_fit("newPassword", new, user)
    address = canonical(user.email)
    secret = keys.password(user.id)
    found = store.batch_get([secret, *asked_of(address, sender, by.at)])
    counter = take_attempt(store, address, sender, found, by.at)
    if not passwords.matches(users.hash_in(found.get(secret)), old):
        source_failures.add(store, sender.source, by.at)
        raise ValidationFailed(FieldError("currentPassword", "is not your password"))

    if user.must_change_password and passwords.are_same(old, new):
        raise ValidationFailed(FieldError("newPassword", "is your present password; choose another"))
    digest = passwords.digest(new)

    def attempt(present: User) -> User:
        if present.session_version != session.session_version:  # `old` is the password no more
            raise Unauthenticated
        wanted = replace(
            present,
            must_change_password=False,
            token_version=present.token_version + (1 if end_tokens else 0),
        )
        work, changed = users.prepare_change(present, wanted, by=by, password=digest)
        if end_tokens:
            users.plan_cleanup_of_tokens(work, user.id)
        work.do(sessions.renewed(session, changed.session_version), lambda _: Unauthenticated())
        work.do(login_throttle.forgotten(counter))
        work.commit(store)
        return changed

    return retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt)


def address_of(email: str) -> str:
    """The address, or for a text that is none an address that nobody can have."""
    try:
        return canonical(email)
    except NotAnAddress:
        return "nobody"
