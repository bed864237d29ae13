"""Every page of the console by its route, and where it is shown with something on it."""

import re

from cli import demo
from tests.console.roster import Roster
from tests.support.served import ROOT

ROUTES = tuple(re.findall(r'\{ path: "([^"]+)"', (ROOT / "console" / "app.js").read_text("utf-8")))

HOME = f"/api/workspaces/{demo.ORG_ID}"
SITE = "/api/admin"

OF_THE_DEMO = {
    "workspaceId": demo.ORG_ID,
    "userId": demo.LEAD_ID,
    "clientId": demo.CLIENT_ID,
    "projectId": demo.PROJECT_ID,
    "token": "a-token-of-a-link-that-is-none",
}
"""What stands for a parameter of a route; of the others the API's lists tell."""

NEEDS_NO_SESSION = ("/sign-in", "/forgotten", "/reset/:token", "/invitations/:token", "/parts")


def address(route: str, roster: Roster) -> str:
    """The address of a page of this route."""
    scope = HOME if ":workspaceId" in route else SITE
    for name in re.findall(r":(\w+)", route):
        value = OF_THE_DEMO.get(name) or _first(name, scope, roster)
        route = route.replace(f":{name}", value)
    return f"#{route}"


def _first(name: str, scope: str, roster: Roster) -> str:
    """The id of the first thing of a list, which is made where the demo has none."""
    path = {"spaceId": "spaces", "featureId": "features", "groupId": "groups", "webhookId": "webhooks"}[name]
    found: list[dict[str, str]] = roster.send("GET", f"{scope}/{path}").json["data"]
    if found:
        return found[0]["id"]
    return roster.scim_group(demo.ORG_ID) if name == "groupId" else roster.webhook(scope)
