"""axe-core finds nothing on any page and part, in both colour schemes, on wide and narrow screens.

With PICTURES in the environment, pictures of the main pages are made on the way.
"""

import pytest

from tests.console import pages
from tests.console.axe import violations, wider_than_the_window
from tests.console.conftest import PICTURES
from tests.console.person import Person
from tests.console.roster import Roster

pytestmark = pytest.mark.real

WIDE, NARROW, NARROWEST = 1440, 390, 320
LOOKS = [(WIDE, "light", ""), (WIDE, "dark", "colours"), (NARROW, "dark", ""), (NARROW, "light", "colours")]
"""Each with what is looked at: all, or what a look that was seen before can differ in."""

NO_DIALOG = ("/parts", "/workspaces/:workspaceId/export")
"""Whose main button does something else."""

PICTURED = {
    "/": "overview",
    "/sign-in": "sign-in",
    "/users": "users",
    "/users/:userId": "user",
    "/audit": "audit",
    "/parts": "parts",
    "/account/factors": "factors",
    "/workspaces": "workspaces",
    "/workspaces/:workspaceId/settings": "settings",
    "/workspaces/:workspaceId/members": "members",
    "/workspaces/:workspaceId/spaces": "spaces",
    "/workspaces/:workspaceId/spaces/:spaceId": "space",
    "/workspaces/:workspaceId/webhooks/:webhookId": "webhook",
}
DARK = [("dark", name) for name in ("overview", "user", "space")]
"""The pages that are pictured dark too."""


@pytest.mark.parametrize("route", pages.ROUTES)
def test_a_page(route: str, visitor: Person, roster: Roster) -> None:
    """As it is first seen, and with the dialog open that its main button opens."""
    address = pages.address(route, roster)
    visitor.sits_at(WIDE)
    visitor.looks("light")
    visit(visitor, address)
    found: dict[str, list[str]] = {}
    for width, scheme, only in LOOKS:
        visitor.sits_at(width, 900 if width == WIDE else 844)
        visitor.looks(scheme)
        found[f"{width} {scheme}"] = violations(visitor, only)
        if width == NARROW:
            found[f"{width} wider"] = wider_than_the_window(visitor)
        look = "narrow" if width == NARROW else scheme
        if PICTURES and (name := PICTURED.get(route)) and (scheme == "light" or (look, name) in DARK):
            visitor.picture(PICTURES / f"{name}-{look}.png")
    visitor.sits_at(NARROWEST)
    found["320 wider"] = wider_than_the_window(visitor)
    visitor.sits_at(WIDE)
    if route not in NO_DIALOG and (dialog := main_dialog(visitor)):
        found["dialog light"] = violations(visitor)
        visitor.looks("dark")
        visitor.sits_at(NARROW)
        found[f"dialog {dialog}"] = violations(visitor) + wider_than_the_window(visitor)
    told = [f"{look}: {one}" for look, all_ in found.items() for one in all_]
    assert not told, "\n".join(told)


def visit(visitor: Person, address: str) -> None:
    """Go to a page, and wait until it has taken the place of the one before."""
    for _ in range(visitor.browser.value("document.querySelectorAll('dialog[open]').length")):
        visitor.presses("Escape")
    visitor.browser.value("for (const one of document.querySelector('main').children) one.id = 'former'")
    visitor.at("#/nowhere")
    visitor.at(address)
    visitor.browser.until("document.querySelector('main > #former') === null")
    visitor.settles()


def main_dialog(visitor: Person) -> str:
    """Open what the button beside the title opens; its name, or nothing where there is no such button."""
    name = visitor.browser.value(
        "document.querySelector('main button.primary[type=button]')?.innerText ?? ''"
    )
    if not name:
        return ""
    visitor.clicks("button", name)
    visitor.browser.until("document.querySelector('dialog[open]') !== null")
    return str(name)
