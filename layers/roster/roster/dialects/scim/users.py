"""SCIM Users: members of a workspace, as its identity provider sees and writes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from roster import bounds
from roster.db.store import Key
from roster.dialects.fields import is_blank, visible
from roster.dialects.scim import lists
from roster.dialects.scim.api import ScimCall
from roster.dialects.scim.attributes import CORE_USER, ENTERPRISE, USERS
from roster.dialects.scim.filters import Filter, is_hopeless, meets, sought
from roster.dialects.scim.patches import Intention, patched
from roster.dialects.scim.refusals import ScimRefused, invalid_value
from roster.dialects.scim.values import read_resource
from roster.directory import emails, provisioning
from roster.directory.provisioning import Edit, MemberProfile, Provisioned, WrittenMember
from roster.errors import NotFound
from roster.http.error_responses import compact
from roster.http.request import Request

ADDRESSES = 20
"""E-mail addresses of a user: each has a row, and rows come and go in one transaction."""


def place(request: Request) -> Sequence[Key]:
    """What is read with the token of the user whom the path names."""
    return provisioning.places(request.path.get("workspaceId", ""), request.path.get("userId", ""))


def of_path(call: ScimCall) -> Provisioned:
    """The member whom the path names. Raises NotFound."""
    return provisioning.among(call.found, call.workspace.id, call.request.path.get("userId", ""))


def version(one: Provisioned) -> str:
    return f'W/"{one.revision}"'


def resource(call: ScimCall, one: Provisioned) -> dict[str, Any]:
    """A member as SCIM shows them: as the provider wrote them, else from the profile."""
    found, view = attributes(one), one.view
    own = [CORE_USER, ENTERPRISE] if ENTERPRISE in found else [CORE_USER]
    began = one.membership.created_at
    return {
        "schemas": own,
        "id": one.user.id,
        **found,
        "active": one.active,
        "meta": {
            "resourceType": "User",
            "created": began,
            "lastModified": view.updated_at if view is not None else began,
            "location": call.location("Users", one.user.id),
            "version": version(one),
        },
    }


def attributes(one: Provisioned) -> dict[str, Any]:
    """What a provider may write of a member, as it is."""
    user, view = one.user, one.view
    if view is not None:
        refers = {} if view.external_id is None else {"externalId": view.external_id}
        return {**refers, "userName": view.user_name, **json.loads(view.body), "active": one.active}
    name = {"formatted": user.full_name, "givenName": user.first_name, "familyName": user.last_name}
    return {
        "userName": user.email,
        "name": {part: text for part, text in name.items() if text},
        "displayName": user.full_name,
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "active": one.active,
    }


def written(found: Mapping[str, Any]) -> WrittenMember:
    """What is to be kept of attributes that were read. Raises ScimRefused (`invalidValue`)."""
    user_name = found.get("userName", "").strip(" ")
    if is_blank(user_name):
        raise invalid_value("`userName` is required.")
    rest = {name: value for name, value in found.items() if name not in ("userName", "externalId", "active")}
    if len(found.get("emails", ())) > ADDRESSES:
        raise invalid_value(f"`emails` may have at most {ADDRESSES} elements.")
    body = compact(rest)
    if len(body.encode()) > bounds.SCIM_VIEW_BYTES:
        raise invalid_value(f"A user may have at most {bounds.SCIM_VIEW_BYTES} bytes of attributes.")
    return WrittenMember(
        user_name, _profile(found, user_name), found.get("externalId"), body, found.get("active")
    )


def read(body: Mapping[str, Any]) -> WrittenMember:
    """What a body of POST or PUT wants to be kept. Raises ScimRefused."""
    return written(read_resource(body, USERS))


def change(call: ScimCall, present: Provisioned, edit: Edit) -> Provisioned:
    """Write what `edit` makes of the member, if `If-Match` names what it is made of. Raises as
    `provisioning.change`, and PreconditionFailed.
    """

    def matched(one: Provisioned) -> WrittenMember:
        call.demand_match(version(one))
        return edit(one)

    return provisioning.change(call.store, call.workspace, present, matched, by=call.actor)


def patch(one: Provisioned, wanted: Sequence[Intention]) -> WrittenMember:
    """What is to be kept of a member after a PATCH. Raises ScimRefused."""
    return written(patched(attributes(one), wanted, USERS))


def _profile(found: Mapping[str, Any], user_name: str) -> MemberProfile:
    name = found.get("name", {})
    given, family = name.get("givenName"), name.get("familyName")
    told = (
        found.get("displayName"),
        name.get("formatted"),
        " ".join(filter(None, (given, family))),
        user_name,
    )
    full_name = next(text for text in told if text and not is_blank(text))
    for text in (full_name, given or "", family or ""):
        if len(text) > bounds.LINE_CHARACTERS:
            raise invalid_value(f"A name may have at most {bounds.LINE_CHARACTERS} characters.")
    try:
        visible(full_name)
    except ValueError:
        full_name = user_name  # an address in several lines
    return MemberProfile(_address(found, user_name), full_name, given or None, family or None)


def _address(found: Mapping[str, Any], user_name: str) -> str:
    """The address that names the person: the primary one, of type work, the first; else the user name."""
    listed = [each for each in found.get("emails", []) if each.get("value")]
    chosen = next((each for each in listed if each.get("primary") is True), None)
    chosen = chosen or next((each for each in listed if each.get("type", "").lower() == "work"), None)
    chosen = chosen or next(iter(listed), None)
    text = str(chosen["value"]) if chosen is not None else user_name
    try:
        emails.canonical(text)
    except emails.NotAnAddress as error:
        raise invalid_value("`emails` must hold an address, or `userName` must be one.") from error
    return emails.trimmed(text)


# Lists.


def list_places(request: Request) -> Sequence[Key]:
    """What is read with the token for a list: heads of the lists, or what a filter leads to."""
    home = request.path.get("workspaceId", "")
    try:
        filter = lists.filter_in(request.query, USERS)
    except ScimRefused:
        return ()
    asked = dict(sought(filter, USERS)) if filter is not None else {}
    if filter is not None and is_hopeless(filter, USERS):
        return ()
    if "id" in asked:
        return provisioning.places(home, asked["id"])
    if name := asked.get("userName", asked.get("emails.value")):
        return provisioning.name_places(home, name)
    return () if "externalId" in asked else provisioning.heads(home)


def page(call: ScimCall, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
    """A page of the users that the query's filter finds, and how many those are. Raises ScimRefused."""
    filter, store, home = lists.filter_in(call.request.query, USERS), call.store, call.workspace.id
    if filter is None:
        found, total = provisioning.page(store, home, start, count, known=call.found)
        return [resource(call, one) for one in found], total
    if is_hopeless(filter, USERS):
        return [], 0
    hits = [each for each in _candidates(call, filter) if meets(filter, each, USERS)]
    return hits[start - 1 : start - 1 + count], len(hits)


def _candidates(call: ScimCall, filter: Filter) -> list[dict[str, Any]]:
    store, home, asked = call.store, call.workspace.id, dict(sought(filter, USERS))
    if "id" in asked:
        try:
            found = [provisioning.among(call.found, home, asked["id"])]
        except NotFound:
            found = []
    elif "userName" in asked:
        one = provisioning.by_user_name(store, home, asked["userName"], known=call.found)
        found = [] if one is None else [one]
    elif "emails.value" in asked:
        found = _few(call, provisioning.ids_by_email(store, home, asked["emails.value"], known=call.found))
    elif "externalId" in asked:
        found = _few(call, provisioning.ids_by_external_id(store, home, asked["externalId"]))
    else:
        found, total = provisioning.page(store, home, 1, lists.EVALUATED, known=call.found)
        lists.demand_few(total)
    return [resource(call, one) for one in found]


def _few(call: ScimCall, user_ids: Sequence[str]) -> list[Provisioned]:
    lists.demand_few(len(user_ids))
    return provisioning.by_ids(call.store, call.workspace.id, user_ids) if user_ids else []
