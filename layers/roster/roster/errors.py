"""What can go wrong in the directory, in the directory's words; each dialect maps it to a status.

DirectoryError
├── Unauthenticated         no credential, or one that proves nobody
│   └── SecondFactorRequired  the password was right, and a second factor is wanted
├── Forbidden       known, but this is not theirs to do
│   ├── SessionRequired  a token may not do it; a session may
│   ├── PasswordChangeRequired  the caller must change the password before anything else
│   ├── EnrolmentRequired  the caller must enrol a second factor before anything else
│   ├── ReauthenticationRequired  the caller's last proof is too long ago
│   ├── FieldForbidden   what they may change has fields that others change
│   └── OriginNotAllowed  a page of another site may not do it in a browser's name
├── Missing          what was named is not there
├── Taken            a unique name is in use
├── LimitReached     the workspace has as many of them as it may
├── NotEmpty         something is still in what was to be deleted
├── NotAMember       the user is no member of the workspace, in which something was to be granted
├── LoginFirst       the address has an account, whose session it needs
├── NotSuspended     what was to be deleted is still in use
├── LastFactor       the deployment demands a second factor, and this is the only one
├── NoRelyingParty   passkeys need a host name, and the deployment's address has none
├── LastAdmin        the change would leave nobody in charge
├── Stale            the entity is no longer what the caller saw
├── Mismatch         an Idempotency-Key came again with another request
├── ValidationFailed            the input breaks a rule; carries which field and why
├── WrongMediaType   a body in a form that is not read here
├── TooLarge         a request beyond the bounds of what is read here
└── Unavailable      the table is throttled, contended or away; nothing was half-written
"""

from dataclasses import dataclass, field


class DirectoryError(Exception):
    """The root: whatever the directory refuses."""


class Unauthenticated(DirectoryError):
    """The caller proved no identity. Never says why."""


@dataclass
class SecondFactorRequired(Unauthenticated):
    """The password was right; a second factor answers the challenge, from the browser with this cookie."""

    challenge: str = field(repr=False)
    browser: str = field(repr=False)
    methods: tuple[str, ...]
    options: dict[str, object] | None = field(default=None, repr=False)
    """What a browser needs to ask a passkey; None where the user has none."""


@dataclass
class Forbidden(DirectoryError):
    """The caller is known and may not do this; `user_id` is for the log alone."""

    user_id: str | None = None


class SessionRequired(Forbidden):
    """The caller came with an API token, and this makes, shows or ends credentials."""


class PasswordChangeRequired(Forbidden):
    """The caller has to change the password, or log out, and may do nothing else before."""


class EnrolmentRequired(Forbidden):
    """The caller has to enrol a second factor, or log out, and may do nothing else before."""


class ReauthenticationRequired(Forbidden):
    """The caller has to prove anew who they are: the last proof is too long ago for this."""


class OriginNotAllowed(Forbidden):
    """A browser writes for a page whose origin is none of ours and none that the deployment allows."""


class FieldForbidden(Forbidden):
    """The caller may write there, but not all of the fields that the body names."""


@dataclass
class NotFound(DirectoryError):
    """`what` (a kind of entity) named `id` is not in the directory."""

    what: str
    id: str = ""


@dataclass
class Conflict(DirectoryError):
    """The value of `what` (an e-mail, a key, a membership) is in use."""

    what: str
    value: str = ""


@dataclass
class LimitReached(DirectoryError):
    """There are as many of `what` (members, projects, spaces, tokens) as there may be."""

    what: str


@dataclass
class NotEmpty(DirectoryError):
    """`what` cannot be deleted while something is in it."""

    what: str


class NotAMember(DirectoryError):
    """What is granted within a workspace goes to its members; the user, known or not, is none."""


class LoginFirst(DirectoryError):
    """What is offered to an address that has an account is accepted in a session of that account alone."""


@dataclass
class NotSuspended(DirectoryError):
    """`what` can be deleted only while it is suspended."""

    what: str


class LastFactor(DirectoryError):
    """The deployment demands a second factor of the user, who has no other."""


class NoRelyingParty(DirectoryError):
    """An IP address cannot be a relying party (WebAuthn); passkeys need a host name."""


@dataclass
class LastAdmin(DirectoryError):
    """`of` names what would be left without an administrator."""

    of: str


class PreconditionFailed(DirectoryError):
    """The entity has changed since the caller read it."""


class IdempotencyMismatch(DirectoryError):
    """The Idempotency-Key was used for another request."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One reason why an input is not valid: the field (dotted path, empty for the whole) and a sentence."""

    field: str
    message: str


class ValidationFailed(DirectoryError):
    """The input breaks rules; never carries the refused value, which may be a secret."""

    def __init__(self, *field_errors: FieldError) -> None:
        super().__init__(*field_errors)
        self.field_errors = field_errors


class WrongMediaType(DirectoryError):
    """The body's content type is not the one that is read there."""


class TooLarge(DirectoryError):
    """The body, or the head before it, is beyond a bound (`bounds.py`); it was not parsed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What said no outside of the directory, for the log alone: names and a status, never what was sent."""

    error_code: str
    """AWS's name of the error; `ConnectionError`, `TimeoutError` for the network; else the kind of error."""
    passing: bool
    """Whether the same call may yet succeed; if not, it is for somebody to mend."""
    operation: str | None = None
    table: str | None = None
    secret_id: str | None = None
    http_status: int | None = None
    reasons: tuple[str, ...] = ()
    """Why a transaction was cancelled, in DynamoDB's codes, each once."""

    def facts(self) -> dict[str, object]:
        """What a line of the log says of it, by name."""
        told = {
            "error_code": self.error_code,
            "operation": self.operation,
            "table": self.table,
            "secret_id": self.secret_id,
            "http_status": self.http_status,
            "reasons": list(self.reasons),
        }
        return {name: value for name, value in told.items() if value}


@dataclass
class Unavailable(DirectoryError):
    """The table could not answer in time; trying again after `retry_after` seconds is right."""

    retry_after: int = 1
    fault: Fault | None = None
    """Why; None where only time ran out, or writers overlapped."""


def fault_of(error: BaseException | None) -> Fault | None:
    """The fault that an error or the nearest of its causes carries."""
    while error is not None:
        fault = getattr(error, "fault", None)
        if isinstance(fault, Fault):
            return fault
        error = error.__cause__ or error.__context__
    return None


def is_passing(error: BaseException) -> bool:
    """Whether trying again later helps, as far as is known; if not, somebody has to do something."""
    fault = fault_of(error)
    return isinstance(error, Unavailable) and (fault is None or fault.passing)
