"""What the tests of invitations and links say often."""

from datetime import datetime
from typing import Any

from roster.clock import instant
from roster.domain import User, Workspace
from tests.support.api import Answer, Api
from tests.workspaces.fixtures import assert_refused

LOOK, ACCEPT = "/api/auth/invitations/look", "/api/auth/invitations/accept"
FORGOTTEN, RESET = "/api/auth/password/forgotten", "/api/auth/password/reset"
PHRASE = "quite another phrase"


def of(workspace: Workspace, invitation_id: str = "") -> str:
    """The path of a workspace's invitations, or of one."""
    path = f"/api/workspaces/{workspace.id}/invitations"
    return f"{path}/{invitation_id}" if invitation_id else path


def token_in(link: str) -> str:
    """What a link carries."""
    return link.rpartition("/")[2]


def invite(api: Api, workspace: Workspace, email: str, by: User, role: str = "MEMBER", **more: Any) -> Answer:
    return api.post(of(workspace), {"email": email, "role": role, **more}, as_=by)


def link_to(api: Api, workspace: Workspace, email: str, by: User, role: str = "MEMBER") -> str:
    """What the link of a new invitation carries."""
    answer = invite(api, workspace, email, by, role)
    assert answer.status == 200, answer.text
    return token_in(answer.data["link"])


def accept(api: Api, token: str, *, as_: User | str | None = None, **more: Any) -> Answer:
    """Accept as somebody without an account would, or in a session."""
    body = {} if as_ is not None else {"fullName": "Ada Lovelace", "password": PHRASE}
    return api.post(ACCEPT, {"token": token, **body, **more}, as_=as_)


def assert_dead(api: Api, token: str) -> None:
    """The link of an invitation opens nothing, and leaves no trace."""
    with api.no_effect():
        assert_refused(api.post(LOOK, {"token": token}), 404)
        assert_refused(accept(api, token), 404)


def at(moment: datetime) -> str:
    return instant(moment)
