"""Mails: written of templates, sent by Amazon SES or, by the local server, printed.

Of each kind there is a text and an HTML template in a folder that an operator may replace. The text's first
line is the subject. They know `link`, `expires` and `email`; those of an invitation also `workspace`, `role`,
and those of `factors`, which have no link, `email` and `at` alone.
A mail that is not to be sent any more (its link is dead) is dropped with its order.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roster.auth import links, password_links
from roster.clock import instant
from roster.db import keys
from roster.db.codec import entity
from roster.db.store import Item, Key, Store
from roster.dialects.maintenance import api
from roster.directory import invitations, mail, users, workspaces
from roster.domain import InvitationState, PasswordLink
from roster.http.logger import log
from roster.settings import settings

if TYPE_CHECKING:
    from jinja2 import Environment

REFUSED = frozenset({"BadRequestException", "MessageRejected"})
"""What SES says of a mail that it will never take, however often it is asked."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: to whom, and what its templates are filled with."""

    kind: str
    email: str
    filled: dict[str, str]

    def __repr__(self) -> str:
        return f"Mail({self.kind!r}, ...)"  # a link must not reach a log


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str

    def __repr__(self) -> str:
        return "Written(...)"


def send_ordered(store: Store, event: Any, now: datetime, folder: Path) -> dict[str, Any]:
    """Send the mails whose orders the messages announce; `folder` has the templates. As `api.each`."""
    return api.each(event, keys.MAIL.__eq__, lambda key: send(store, key, now, folder), "mail failed")


def send(store: Store, key: Key, now: datetime, folder: Path) -> None:
    """Send an ordered mail, if it is still to be sent: one Get, one BatchGet, one Write.

    Raises Unavailable where the deployment's key is out of reach, and whatever SES raises that may pass.
    """
    order = mail.ordered(store, key)
    if order is None:
        return
    due = _due(store, order, now)
    if due is not None:
        _deliver(due, written(due, folder))
    mail.done(store, order)


def written(due: Mail, folder: Path) -> Written:
    """The mail's subject, text and HTML, of the templates in the folder."""
    templates = _templates(folder)
    head, _, text = templates.get_template(f"{due.kind}.txt").render(due.filled).partition("\n")
    html = templates.get_template(f"{due.kind}.html").render(due.filled)
    return Written(" ".join(head.split()), text.strip() + "\n", html)


def _templates(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
    )


def _due(store: Store, order: Item, now: datetime) -> Mail | None:
    """The mail of an order; None where its link is dead, or another has taken its place."""
    if order.get("about") == "factors":
        return _factors(store, order)
    return _invitation(store, order, now) if "invitation_id" in order else _password(store, order, now)


def _invitation(store: Store, order: Item, now: datetime) -> Mail | None:
    workspace_id = str(order["workspace_id"])
    place, home = keys.invitation(workspace_id, str(order["invitation_id"])), keys.workspace(workspace_id)
    found = store.batch_get([place, home])
    invitation, workspace = invitations.of_item(found.get(place)), workspaces.of_item(found.get(home))
    if invitation is None or workspace is None or not workspace.active:
        return None
    if invitation.nonce != order["nonce"] or invitation.state_at(instant(now)) is not InvitationState.OPEN:
        return None
    token = links.of_invitation(links.keys(), invitation)
    filled = {"workspace": workspace.name, "role": invitation.role.value}
    return _mail("invitation", invitation.email, invitation.public_url, token, invitation.expires_at, filled)


def _password(store: Store, order: Item, now: datetime) -> Mail | None:
    user_id = str(order["user_id"])
    place, owner = keys.password_link(user_id), keys.user(user_id)
    found = store.batch_get([place, owner])
    user, held = users.of_item(found.get(owner)), found.get(place)
    if user is None or held is None:
        return None
    link = entity(PasswordLink, held)
    if (
        link.nonce != order["nonce"]
        or not password_links.is_of(link, user)
        or link.expires_at <= instant(now)
    ):
        return None
    token = links.of_password_link(links.keys(), link)
    return _mail(
        "account" if link.first else "reset", user.email, link.public_url, token, link.expires_at, {}
    )


def _factors(store: Store, order: Item) -> Mail | None:
    user = users.by_id(store, str(order["user_id"]))
    if user is None:
        return None
    return Mail("factors", user.email, {"email": user.email, "at": str(order["since"])})


def _mail(
    kind: str,
    email: str,
    public_url: str,
    token: links.LinkToken | None,
    expires: str,
    filled: dict[str, str],
) -> Mail | None:
    if token is None:  # the deployment has had two other keys since
        log.error("link cannot be made again", extra={"kind": kind})
        return None
    link = links.address(public_url, token)
    return Mail(kind, email, {**filled, "link": link, "expires": expires, "email": email})


def _deliver(due: Mail, content: Written) -> None:
    if settings().mail_printed:
        print(f"# mail to {due.email}: {content.subject}\n{content.text}", flush=True)
    if settings().mail_from:
        _send_by_ses(due.email, content)


def _send_by_ses(email: str, content: Written) -> None:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    config = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})
    make: Any = boto3.client
    try:
        make("sesv2", region_name=settings().region, config=config).send_email(
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": [email]},
            Content={
                "Simple": {
                    "Subject": {"Data": content.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": content.text, "Charset": "UTF-8"},
                        "Html": {"Data": content.html, "Charset": "UTF-8"},
                    },
                }
            },
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in REFUSED:
            raise
        log.error("mail refused", extra={"error_code": code})  # its message may hold the address
