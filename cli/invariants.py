"""What every item of the table says of others: the directory's invariants, item by item.

    owner ── copies ──> copy      an entity and what is derived from it: rows of lists, locks, other sides
    item  ── needs ──> target     a reference to what must be there
    item  ── awaits ──> cleanup   what is still to be cleared away

The owner is right about its copies. A reader takes an item under its key, and tells all that.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from roster import bounds
from roster.clock import moment
from roster.db import keys
from roster.db.codec import CorruptItem, attributes, entity, names
from roster.db.store import Item, Key
from roster.directory import (
    activity,
    event_feed,
    grants,
    invitations,
    scim_views,
    search,
    spaces,
    user_lists,
    users,
    workspaces,
)
from roster.directory.emails import canonical
from roster.directory.folding import folded
from roster.domain import (
    AccessToken,
    Activity,
    ApiToken,
    App,
    Challenge,
    Client,
    Delivery,
    Enrolment,
    Factor,
    Feature,
    Group,
    GroupPlace,
    Invitation,
    InvitationState,
    Membership,
    PasswordLink,
    PermissionRole,
    Project,
    RecoveryCodes,
    ScimToken,
    ScimView,
    Session,
    Space,
    TokenFamily,
    User,
    Webhook,
    Workspace,
    WorkspaceGroup,
)


class Invariant(StrEnum):
    """What must be true of the table; the value is what a report calls it."""

    SHAPE = "shape"
    USER_ROW = "user-row"
    EMAIL_LOCK = "email-lock"
    PASSWORD_OWNER = "password-owner"  # noqa: S105
    SESSION_OWNER = "session-owner"
    TOKEN_OWNER = "token-owner"  # noqa: S105
    FAMILY_OWNER = "family-owner"
    ACCESS_OWNER = "access-owner"
    SECRET_LOCK = "secret-lock"  # noqa: S105
    OLDEST_MEMBERSHIP = "oldest-membership"
    SITE_ADMINS = "site-admins"
    WORKSPACE_ROW = "workspace-row"
    KEY_LOCK = "key-lock"
    WORKSPACE_ADMINS = "workspace-admins"
    MODULE_COUNT = "module-count"
    MEMBER_ROW = "member-row"
    USERS_WORKSPACE_ROW = "users-workspace-row"
    MEMBERSHIP_USER = "membership-user"
    MEMBERSHIP_WORKSPACE = "membership-workspace"
    INVITATION_ROW = "invitation-row"
    INVITATION_LOCK = "invitation-lock"
    INVITATION_WORKSPACE = "invitation-workspace"
    LINK_OWNER = "link-owner"
    PROJECT_ROW = "project-row"
    WORKSPACES_PROJECT_ROW = "workspaces-project-row"
    PROJECT_CHILDREN = "project-children"
    WORKSPACES_FEATURE_ROW = "workspaces-feature-row"
    PROJECT_WORKSPACE = "project-workspace"
    SPACE_ROW = "space-row"
    WORKSPACES_SPACE_ROW = "workspaces-space-row"
    PROJECTS_SPACE = "projects-space"
    SPACE_NAME_LOCK = "space-name-lock"
    SPACE_APPS = "space-apps"
    USERS_SPACE_NAME = "users-space-name"
    SPACE_WORKSPACE = "space-workspace"
    SPACE_PROJECT = "space-project"
    APP_ROW = "app-row"
    SPACES_APP = "spaces-app"
    APP_SPACE = "app-space"
    PROJECTS_FEATURE = "projects-feature"
    FEATURE_WORKSPACE = "feature-workspace"
    FEATURE_PROJECT = "feature-project"
    SPACE_ROLE = "space-role"
    USERS_SPACE_ROW = "users-space-row"
    SPACES_HOLDER_ROW = "spaces-holder-row"
    PROJECT_MEMBER = "project-member"
    PROJECTS_USER_ROW = "projects-user-row"
    GRANT_USER = "grant-user"
    GRANT_PLACE = "grant-place"
    LEAF = "listing-leaf"
    BRANCH = "listing-branch"
    TOTAL = "listing-total"
    NEXT_NUMBER = "listing-next-number"
    LOG = "listing-log"
    ROOM = "listing-room"
    SUSPENDED_ROW = "suspended-row"
    SUSPENSIONS = "suspensions"
    ABANDONED_CLEANUP = "abandoned-cleanup"
    # Finding users, and activity.
    USER_KIND_ROW = "user-kind-row"
    SEARCH_ROW = "search-row"
    SEARCHED = "searched"
    COUNTED_CHANGE = "counted-change"
    # Events.
    NUMBERED_EVENT = "numbered-event"
    FEED = "feed"
    # The site's reference data.
    DEFAULT_ROLE = "default-role"
    CLIENT_ROW = "client-row"
    # Second factors.
    FACTOR_OWNER = "factor-owner"
    USERS_FACTORS = "users-factors"
    ADMINISTERED = "administered"
    # SCIM.
    SUSPENDED_IN = "suspended-in"
    ADMIN_BY_GROUPS = "admin-by-groups"
    SCIM_NAME_LOCK = "scim-name-lock"
    SCIM_EXTERNAL_ROW = "scim-external-row"
    SCIM_ADDRESS_ROW = "scim-address-row"
    SCIM_VIEW_MEMBER = "scim-view-member"
    GROUP_NAME_LOCK = "group-name-lock"
    GROUP_EXTERNAL_ROW = "group-external-row"
    GROUP_ROW = "group-row"
    GROUP_WORKSPACE = "group-workspace"
    GROUPS_MEMBER_ROW = "groups-member-row"
    GROUP_MEMBERS = "group-members"
    SCIM_TOKEN_WORKSPACE = "scim-token-workspace"  # noqa: S105


LATE = frozenset({Invariant.SEARCHED, Invariant.COUNTED_CHANGE, Invariant.NUMBERED_EVENT})
"""What the function on the stream has yet to do, or `repair` where it is too late for that: never broken."""

KEPT_SINCE = frozenset({Invariant.USER_KIND_ROW, Invariant.DEFAULT_ROLE, Invariant.CLIENT_ROW})
"""Copies that tables of earlier versions have not: where one lacks it is late, and not broken."""

COUNTED_SINCE = frozenset({Invariant.ADMINISTERED})
"""Counts that earlier versions did not keep: where too little is counted it is late, and not broken."""

Offer: TypeAlias = tuple[Key, "str | int | None"]
"""An item that is there, alone or together with something that it says."""


@dataclass(frozen=True, slots=True)
class Copy:
    """An item derived from another: whose it is, where it is, and what it holds of its owner.

    A place without sort key is the row under the number of the workspace that the content names.
    """

    invariant: Invariant
    owner: Key
    place: Key
    content: Item

    def fact(self) -> int:
        """What the owner's copy and the copy itself share exactly when they agree."""
        return hash((self.invariant, self.owner, self.place, json.dumps(self.content, sort_keys=True)))


@dataclass(frozen=True, slots=True)
class Need:
    """A reference: what the target must offer."""

    invariant: Invariant
    target: Key
    mark: str | int | None = None

    @property
    def offer(self) -> Offer:
        return self.target, self.mark


Counted: TypeAlias = (
    User | Workspace | Membership | Project | Space | App | Feature | Factor | WorkspaceGroup | GroupPlace
)
"""What counts something, or is counted."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that one item tells. `copy` is what it is itself a copy of; `awaits` the cleanups it waits for."""

    copies: tuple[Copy, ...] = ()
    copy: Copy | None = None
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    awaits: tuple[Key, ...] = ()
    entity: Counted | None = None
    uncounted: str = ""
    """When the change was made that an audit item tells of, if the activity has not counted it."""
    unnumbered: str = ""
    """Likewise, if no event has its number."""
    feed: str = ""
    """The feed of which this is the counter or a row."""


_NOTHING = Told()
_Reader: TypeAlias = Callable[[Key, Item], Told]


def read(item: Item) -> Told:
    """What the item tells. Raises `CorruptItem` where it is not what its key says that it is."""
    key = Key.of(item)
    head, words = words_of(key)
    reader = _READERS.get((head, words)) or _READERS.get((head, ""))
    if reader is None:
        raise CorruptItem("item", "SK")
    try:
        return reader(key, item)
    except ValueError as error:  # no possible id, no address, no moment, no number
        raise CorruptItem(reader.__name__.strip("_"), "key") from error


def words_of(key: Key) -> tuple[str, str]:
    """The words that tell what kind of item is under a key."""
    parts = key.pk.split("#")
    if parts[0] == _LIST:
        return f"{parts[1]}/{len(parts)}", key.sk.partition("#")[0]
    if parts[0] in (_COUNTER, _LOG):
        return parts[0], ""
    return parts[0], key.sk.partition("#")[0]


def number_of(key: Key) -> int:
    """The number in the key of a row or a branch."""
    return int(key.sk.rpartition("#")[2])


def of_listing(listing: str) -> list[str]:
    """The ids in the name of a listing: whose it is."""
    return listing.split("#")[2:]


def workspace_of(key: Key) -> Key | None:
    """The workspace with which the item goes when it is deleted: that of its partition, or of its list."""
    kind, own = words_of(key)[0], ""
    if kind == words_of(keys.workspace(_X))[0] and key.sk not in (keys.PROFILE, _TOMBSTONE):
        own = keys.id_in(key)
    elif kind in _LISTS_OF_WORKSPACES:
        own = of_listing(key.pk)[0]
    return keys.workspace(own) if keys.is_id(own) else None


def is_counter(pk: str) -> bool:
    return pk.partition("#")[0] == _COUNTER


def is_log(pk: str) -> bool:
    return pk.partition("#")[0] == _LOG


def cleanup_of(need: Need) -> Key | None:
    """The cleanup that an item waits for whose target was deleted (of a project or space, its grants) or
    renamed (of a space, its rows in users' lists).
    """
    _, _, place_id = need.target.pk.partition("#")
    if need.invariant is Invariant.GRANT_PLACE and words_of(need.target) == _OF_GROUP:
        return keys.cleanup_of_workspace_group(place_id, need.target.sk.partition("#")[2])
    if need.invariant is Invariant.GRANT_PLACE and need.target == keys.project(place_id):
        return keys.cleanup_of_project(place_id)
    if need.invariant in (Invariant.GRANT_PLACE, Invariant.USERS_SPACE_NAME):
        return keys.cleanup_of_space(place_id)
    return None


def is_listing(pk: str) -> bool:
    return pk.partition("#")[0] == _LIST


# Checks of an item's own attributes.


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise CorruptItem("item", name)
    return value


def _whole(item: Item, name: str) -> int:
    value = item.get(name, 0)
    if type(value) is not int:
        raise CorruptItem("item", name)
    return value


def _under(key: Key, expected: Key) -> None:
    if key != expected:
        raise CorruptItem("item", "key")


def _number(number: int) -> None:
    """Demand a number that readers take."""
    if not 1 <= number <= bounds.LARGEST_NUMBER:
        raise CorruptItem("item", "number")


def _some(item: Item, names: Iterable[str]) -> Item:
    return {name: item[name] for name in names if name in item}


def _names(cls: Any, without: Iterable[str] = ()) -> tuple[str, ...]:
    return tuple(name for name in names(cls) if name not in set(without))


_USER_LISTED = _names(User, users.NOT_LISTED)
_MEMBERSHIP = _names(Membership)
_INVITATION_LISTED = _names(Invitation, invitations.NOT_LISTED)
_PROJECT_LISTED = ("id", "workspace_id", "name")
_SPACE_BESIDE = ("space_id", "workspace_id", "name", "created_at")
_APP_BESIDE = ("app_id", "space_id", "name", "created_at")
_SPACE, _FEATURE, _APP = _names(Space, spaces.NOT_COPIED), _names(Feature), _names(App)
_GRANT = (
    "user_id",
    "workspace_id",
    "space_id",
    "project_id",
    "role",
    "number",
    "user_number",
    "since",
    "created_at",
)
_GROUP_PLACE = ("user_id", "workspace_id", "group_id", "since", "created_at")
_SPACE_GRANTED = ("space_id", "workspace_id", "since")
_PLACE_GRANTED = ("user_id", "workspace_id", "since", "created_at")


# Users.


def _user(key: Key, item: Item) -> Told:
    if "deleted_at" in item:
        _under(key, keys.user(_text(item, "id")))
        moment(_text(item, "deleted_at"))
        return _NOTHING
    user = entity(User, item)
    _under(key, keys.user(user.id))
    _number(user.number)
    row = Copy(Invariant.USER_ROW, key, keys.row(keys.USERS, user.number), _some(item, _USER_LISTED))
    lock = Copy(Invariant.EMAIL_LOCK, key, keys.email(canonical(user.email)), {"user_id": user.id})
    awaits = tuple(
        keys.cleanup_of_member(workspace_id, user.id) for workspace_id in sorted(user.revoked_through)
    )
    words = search.words_of(user.email, user.full_name)
    more = (*_kinds(key, user), *_searched(key, words, {"user_id": user.id}))
    offers = ((key, None), (key, _told(words)))
    return Told(copies=(row, lock, *more), offers=offers, awaits=awaits, entity=user)


def _user_row(key: Key, item: Item) -> Told:
    user = entity(User, item)
    content = _some(item, _USER_LISTED)
    return Told(copy=Copy(Invariant.USER_ROW, keys.user(user.id), key, content))


def _email_lock(key: Key, item: Item) -> Told:
    owner = _text(item, "user_id")
    return Told(copy=Copy(Invariant.EMAIL_LOCK, keys.user(owner), key, {"user_id": owner}))


def _password(key: Key, item: Item) -> Told:
    _text(item, "hash")
    return Told(needs=(Need(Invariant.PASSWORD_OWNER, Key(key.pk, keys.PROFILE)),))


# Second factors.


def _factor(key: Key, item: Item) -> Told:
    factor = entity(Factor, item)
    _under(key, keys.factor(factor.user_id, factor.id))
    return Told(needs=(Need(Invariant.FACTOR_OWNER, keys.user(factor.user_id)),), entity=factor)


def _recovery_codes(key: Key, item: Item) -> Told:
    codes = entity(RecoveryCodes, item)
    _under(key, keys.recovery_codes(codes.user_id))
    return Told(needs=(Need(Invariant.FACTOR_OWNER, keys.user(codes.user_id)),))


def _enrolment(key: Key, item: Item) -> Told:
    begun = entity(Enrolment, item)
    _under(key, keys.enrolment(begun.user_id))
    return Told(needs=(Need(Invariant.FACTOR_OWNER, keys.user(begun.user_id)),))


def _challenge(key: Key, item: Item) -> Told:
    challenge = entity(Challenge, item)
    _under(key, keys.challenge(challenge.user_id, challenge.id))
    if challenge.user_id is None:
        return _NOTHING
    return Told(needs=(Need(Invariant.FACTOR_OWNER, keys.user(challenge.user_id)),))


def _session(key: Key, item: Item) -> Told:
    session = entity(Session, item)
    _under(key, keys.session(session.user_id, session.id))
    return Told(needs=(Need(Invariant.SESSION_OWNER, keys.user(session.user_id)),))


def _token(key: Key, item: Item) -> Told:
    token = entity(ApiToken, item)
    _under(key, keys.token(token.user_id, token.id))
    return Told(
        needs=(Need(Invariant.TOKEN_OWNER, keys.user(token.user_id)),),
        offers=((key, _text(item, "digest")),),
    )


def _family(key: Key, item: Item) -> Told:
    family = entity(TokenFamily, item)
    _under(key, keys.family(family.user_id, family.id))
    _text(item, "digest")
    return Told(needs=(Need(Invariant.FAMILY_OWNER, keys.user(family.user_id)),))


def _access(key: Key, item: Item) -> Told:
    """Its family may have ended: then it is dead, and goes with its time."""
    token = entity(AccessToken, item)
    _under(key, keys.access(token.user_id, token.id))
    _text(item, "digest")
    return Told(needs=(Need(Invariant.ACCESS_OWNER, keys.user(token.user_id)),))


def _secret(key: Key, item: Item) -> Told:
    digest = key.pk.rpartition("#")[2]
    token = keys.token(_text(item, "user_id"), _text(item, "token_id"))
    return Told(needs=(Need(Invariant.SECRET_LOCK, token, digest),))


# Workspaces and their members.


def _workspace(key: Key, item: Item) -> Told:
    workspace = entity(Workspace, item)
    _under(key, keys.workspace(workspace.id))
    row = Copy(
        Invariant.WORKSPACE_ROW,
        key,
        keys.row(keys.WORKSPACES, workspace.number),
        _some(item, workspaces.LISTED),
    )
    lock = Copy(Invariant.KEY_LOCK, key, keys.workspace_key(workspace.key), {"workspace_id": workspace.id})
    words = search.words_of(workspace.key, workspace.name)
    found = _searched(key, words, {"workspace_id": workspace.id})
    offers = ((key, None), (key, workspace.number))
    copies = (row, lock, *found) if workspace.active else (row, lock, *found, _suspension(workspace.id))
    return Told(copies=copies, offers=offers, entity=workspace)


def _suspension(workspace_id: str) -> Copy:
    owner, place = keys.workspace(workspace_id), keys.suspended(workspace_id)
    return Copy(Invariant.SUSPENDED_ROW, owner, place, {"workspace_id": workspace_id})


def _suspended_row(key: Key, item: Item) -> Told:
    workspace_id = _text(item, "workspace_id")
    _under(key, keys.suspended(workspace_id))
    return Told(copy=_suspension(workspace_id))


def _workspace_tombstone(key: Key, item: Item) -> Told:
    _under(key, keys.workspace_tombstone(_text(item, "id")))
    moment(_text(item, "deleted_at"))
    return _NOTHING


def teardown_of(target: Key) -> tuple[Key, Key] | None:
    """Of a workspace's key, what is left of it where it was deleted, and the cleanup that clears it away."""
    _, _, workspace_id = target.pk.partition("#")
    if not keys.is_id(workspace_id) or target != keys.workspace(workspace_id):
        return None
    return keys.workspace_tombstone(workspace_id), keys.cleanup_of_workspace(workspace_id)


def _workspace_row(key: Key, item: Item) -> Told:
    content = _some(item, workspaces.LISTED)
    return Told(copy=Copy(Invariant.WORKSPACE_ROW, keys.workspace(_text(item, "id")), key, content))


def _key_lock(key: Key, item: Item) -> Told:
    owner = _text(item, "workspace_id")
    return Told(copy=Copy(Invariant.KEY_LOCK, keys.workspace(owner), key, {"workspace_id": owner}))


def _member(key: Key, item: Item) -> Told:
    found = entity(Membership, item)
    _under(key, keys.member(found.workspace_id, found.user_id))
    listing = keys.suspended_members if found.suspended else keys.members
    copies = [
        Copy(
            Invariant.MEMBER_ROW,
            key,
            keys.row(listing(found.workspace_id), found.number),
            _some(item, _MEMBERSHIP),
        ),
        _users_workspace(key, found.user_id, item),
    ]
    if not found.suspended:  # nobody finds who is suspended
        copies.append(Copy(Invariant.SEARCHED, key, keys.searched(key), {"shows": attributes(found)}))
    needs = [
        Need(Invariant.MEMBERSHIP_USER, keys.user(found.user_id)),
        Need(Invariant.MEMBERSHIP_WORKSPACE, keys.workspace(found.workspace_id)),
    ]
    state = f"suspended {found.number}" if found.suspended else "in force"
    return Told(copies=tuple(copies), needs=tuple(needs), offers=((key, None), (key, state)), entity=found)


def _users_workspace(owner: Key, user_id: str, item: Item) -> Copy:
    content = _some(item, ("workspace_id", "created_at", "role", "turn"))
    return Copy(Invariant.USERS_WORKSPACE_ROW, owner, Key(keys.workspaces_of(user_id), ""), content)


def _member_row(key: Key, item: Item) -> Told:
    found = entity(Membership, item)
    owner = keys.member(found.workspace_id, found.user_id)
    return Told(copy=Copy(Invariant.MEMBER_ROW, owner, key, _some(item, _MEMBERSHIP)))


def _users_workspace_row(key: Key, item: Item) -> Told:
    (user_id,) = of_listing(key.pk)
    workspace_id = _text(item, "workspace_id")
    for name in ("created_at", "role"):
        _text(item, name)
    copy = _users_workspace(keys.member(workspace_id, user_id), user_id, item)
    number = Need(Invariant.USERS_WORKSPACE_ROW, keys.workspace(workspace_id), number_of(key))
    return Told(copy=copy, needs=(number,))


# SCIM: views and groups of a workspace, and the tokens of its identity provider.


def _scim_view(key: Key, item: Item) -> Told:
    view = entity(ScimView, item)
    _under(key, keys.scim_view(view.workspace_id, view.user_id))
    content: Item = {"user_id": view.user_id}
    copies = [Copy(Invariant.SCIM_NAME_LOCK, key, scim_views.name_of(view), content)]
    if view.external_id is not None:
        row = keys.scim_user(view.workspace_id, view.external_id, view.user_id)
        copies.append(Copy(Invariant.SCIM_EXTERNAL_ROW, key, row, content))
    for address in scim_views.addresses(view):
        row = keys.scim_address(view.workspace_id, address, view.user_id)
        copies.append(Copy(Invariant.SCIM_ADDRESS_ROW, key, row, content))
    need = Need(Invariant.SCIM_VIEW_MEMBER, keys.member(view.workspace_id, view.user_id))
    return Told(copies=tuple(copies), needs=(need,))


def _scim_name(key: Key, item: Item) -> Told:
    owner = keys.scim_view(keys.id_in(key), _text(item, "user_id"))
    return Told(copy=Copy(Invariant.SCIM_NAME_LOCK, owner, key, _some(item, ("user_id",))))


def _scim_user(key: Key, item: Item) -> Told:
    owner = keys.scim_view(keys.id_in(key), _text(item, "user_id"))
    return Told(copy=Copy(Invariant.SCIM_EXTERNAL_ROW, owner, key, _some(item, ("user_id",))))


def _scim_address(key: Key, item: Item) -> Told:
    owner = keys.scim_view(keys.id_in(key), _text(item, "user_id"))
    return Told(copy=Copy(Invariant.SCIM_ADDRESS_ROW, owner, key, _some(item, ("user_id",))))


def _scim_token(key: Key, item: Item) -> Told:
    token = entity(ScimToken, item)
    _under(key, keys.scim_token(token.workspace_id, token.slot))
    _text(item, "digest")
    return Told(needs=(Need(Invariant.SCIM_TOKEN_WORKSPACE, keys.workspace(token.workspace_id)),))


def _workspace_group(key: Key, item: Item) -> Told:
    group = entity(WorkspaceGroup, item)
    _under(key, keys.workspace_group(group.workspace_id, group.id))
    content: Item = {"group_id": group.id}
    lock = keys.group_name(group.workspace_id, folded(group.name))
    row = keys.row(keys.groups_in(group.workspace_id), group.number)
    copies = [
        Copy(Invariant.GROUP_NAME_LOCK, key, lock, content),
        Copy(Invariant.GROUP_ROW, key, row, {**content, "workspace_id": group.workspace_id}),
    ]
    if group.external_id is not None:
        place = keys.scim_group(group.workspace_id, group.external_id, group.id)
        copies.append(Copy(Invariant.GROUP_EXTERNAL_ROW, key, place, content))
    return Told(
        copies=tuple(copies),
        needs=(Need(Invariant.GROUP_WORKSPACE, keys.workspace(group.workspace_id)),),
        offers=((key, None),),
        entity=group,
    )


def _group_copy(invariant: Invariant) -> _Reader:
    def read(key: Key, item: Item) -> Told:
        owner = keys.workspace_group(keys.id_in(key), _text(item, "group_id"))
        return Told(copy=Copy(invariant, owner, key, _some(item, ("group_id",))))

    return read


def _group_row(key: Key, item: Item) -> Told:
    owner = keys.workspace_group(_text(item, "workspace_id"), _text(item, "group_id"))
    content = _some(item, ("group_id", "workspace_id"))
    return Told(copy=Copy(Invariant.GROUP_ROW, owner, key, content))


def _groups_member_row(key: Key, item: Item) -> Told:
    owner = keys.group_place(_text(item, "user_id"), _text(item, "workspace_id"), _text(item, "group_id"))
    return Told(copy=Copy(Invariant.GROUPS_MEMBER_ROW, owner, key, _some(item, _GROUP_PLACE)))


# Invitations and links.


def _invitation(key: Key, item: Item) -> Told:
    found = entity(Invitation, item)
    _under(key, keys.invitation(found.workspace_id, found.id))
    _text(item, "digest")
    row = keys.row(keys.invitations_in(found.workspace_id), found.number)
    copies = [Copy(Invariant.INVITATION_ROW, key, row, _some(item, _INVITATION_LISTED))]
    if found.state is InvitationState.OPEN:
        lock = keys.invited(found.workspace_id, canonical(found.email))
        copies.append(Copy(Invariant.INVITATION_LOCK, key, lock, _some(item, invitations.LOCKED)))
    need = Need(Invariant.INVITATION_WORKSPACE, keys.workspace(found.workspace_id))
    return Told(copies=tuple(copies), needs=(need,))


def _invitation_row(key: Key, item: Item) -> Told:
    found = entity(Invitation, item)
    owner = keys.invitation(found.workspace_id, found.id)
    return Told(copy=Copy(Invariant.INVITATION_ROW, owner, key, _some(item, _INVITATION_LISTED)))


def _invited(key: Key, item: Item) -> Told:
    workspace_id = key.pk.partition("#")[2]
    owner = keys.invitation(workspace_id, _text(item, "id"))
    return Told(copy=Copy(Invariant.INVITATION_LOCK, owner, key, _some(item, invitations.LOCKED)))


def _password_link(key: Key, item: Item) -> Told:
    link = entity(PasswordLink, item)
    _under(key, keys.password_link(link.user_id))
    _text(item, "digest")
    return Told(needs=(Need(Invariant.LINK_OWNER, keys.user(link.user_id)),))


def _mail(_: Key, item: Item) -> Told:
    moment(_text(item, "since"))
    _text(item, "nonce")
    return _NOTHING


# What a workspace has.


def _project(key: Key, item: Item) -> Told:
    project = entity(Project, item)
    _under(key, keys.project(project.id))
    _number(project.number)
    place = keys.row(keys.PROJECTS, project.number)
    listed = keys.row(keys.projects_in(project.workspace_id), project.place)  # row 0 is never there
    return Told(
        copies=(
            Copy(Invariant.PROJECT_ROW, key, place, _some(item, _PROJECT_LISTED)),
            Copy(Invariant.WORKSPACES_PROJECT_ROW, key, listed, {"project_id": project.id}),
        ),
        needs=(Need(Invariant.PROJECT_WORKSPACE, keys.workspace(project.workspace_id)),),
        offers=((key, None), (key, project.workspace_id)),
        entity=project,
    )


def _workspaces_project_row(key: Key, item: Item) -> Told:
    project_id = _text(item, "project_id")
    copy = Copy(Invariant.WORKSPACES_PROJECT_ROW, keys.project(project_id), key, {"project_id": project_id})
    return Told(copy=copy)


def _workspaces_feature_row(key: Key, item: Item) -> Told:
    feature_id = _text(item, "feature_id")
    copy = Copy(Invariant.WORKSPACES_FEATURE_ROW, keys.feature(feature_id), key, {"feature_id": feature_id})
    return Told(copy=copy)


def _project_row(key: Key, item: Item) -> Told:
    owner = keys.project(_text(item, "id"))
    return Told(copy=Copy(Invariant.PROJECT_ROW, owner, key, _some(item, _PROJECT_LISTED)))


def _space(key: Key, item: Item) -> Told:
    space = entity(Space, item)
    _under(key, keys.space(space.id))
    listed = _some(item, spaces.LISTED)
    copies = [
        Copy(Invariant.SPACE_ROW, key, keys.row(keys.SPACES, space.number), listed),
        Copy(
            Invariant.WORKSPACES_SPACE_ROW,
            key,
            keys.row(keys.spaces_in(space.workspace_id), space.number),
            grants.row_of(space),
        ),
    ]
    if (lock := spaces.lock_of(space)) is not None:
        copies.append(Copy(Invariant.SPACE_NAME_LOCK, key, lock, {"space_id": space.id}))
    needs = [Need(Invariant.SPACE_WORKSPACE, keys.workspace(space.workspace_id))]
    if space.project_id is not None:
        place = keys.space_in_project(space.project_id, space.id)
        copies.append(Copy(Invariant.PROJECTS_SPACE, key, place, _some(item, _SPACE)))
        needs.append(Need(Invariant.SPACE_PROJECT, keys.project(space.project_id)))
    offers: tuple[Offer, ...] = (
        (key, None),
        (key, f"{space.workspace_id} {space.number}"),
        (key, f"name {space.name}"),
    )
    return Told(copies=tuple(copies), needs=tuple(needs), offers=offers, entity=space)


def _space_name(key: Key, item: Item) -> Told:
    owner = _text(item, "space_id")
    return Told(copy=Copy(Invariant.SPACE_NAME_LOCK, keys.space(owner), key, {"space_id": owner}))


def _space_row(key: Key, item: Item) -> Told:
    return Told(
        copy=Copy(Invariant.SPACE_ROW, keys.space(_text(item, "id")), key, _some(item, spaces.LISTED))
    )


def _workspaces_space_row(key: Key, item: Item) -> Told:
    owner = keys.space(_text(item, "space_id"))
    return Told(copy=Copy(Invariant.WORKSPACES_SPACE_ROW, owner, key, _some(item, _SPACE_BESIDE)))


def _projects_space(key: Key, item: Item) -> Told:
    owner = keys.space(entity(Space, item).id)
    return Told(copy=Copy(Invariant.PROJECTS_SPACE, owner, key, _some(item, _SPACE)))


def _app(key: Key, item: Item) -> Told:
    app = entity(App, item)
    _under(key, keys.app(app.id))
    return Told(
        copies=(
            Copy(Invariant.APP_ROW, key, keys.row(keys.APPS, app.number), _some(item, _APP)),
            Copy(
                Invariant.SPACES_APP,
                key,
                keys.row(keys.apps_in(app.space_id), app.number),
                spaces.row_of_app(app),
            ),
        ),
        needs=(Need(Invariant.APP_SPACE, keys.space(app.space_id)),),
        entity=app,
    )


def _app_row(key: Key, item: Item) -> Told:
    owner = keys.app(entity(App, item).id)
    return Told(copy=Copy(Invariant.APP_ROW, owner, key, _some(item, _APP)))


def _spaces_app(key: Key, item: Item) -> Told:
    owner = keys.app(_text(item, "app_id"))
    return Told(copy=Copy(Invariant.SPACES_APP, owner, key, _some(item, _APP_BESIDE)))


def _feature(key: Key, item: Item) -> Told:
    feature = entity(Feature, item)
    _under(key, keys.feature(feature.id))
    needs = [Need(Invariant.FEATURE_WORKSPACE, keys.workspace(feature.workspace_id))]
    listed = keys.row(keys.features_in(feature.workspace_id), feature.place)  # row 0 is never there
    copies: tuple[Copy, ...] = (
        Copy(Invariant.WORKSPACES_FEATURE_ROW, key, listed, {"feature_id": feature.id}),
    )
    if feature.project_id is not None:
        place = keys.feature_in_project(feature.project_id, feature.id)
        copies += (Copy(Invariant.PROJECTS_FEATURE, key, place, _some(item, _FEATURE)),)
        needs.append(Need(Invariant.FEATURE_PROJECT, keys.project(feature.project_id)))
    return Told(copies=copies, needs=tuple(needs), entity=feature)


def _projects_feature(key: Key, item: Item) -> Told:
    owner = keys.feature(entity(Feature, item).id)
    return Told(copy=Copy(Invariant.PROJECTS_FEATURE, owner, key, _some(item, _FEATURE)))


# Grants: the user's side owns the other; a project's side owns its row, which does not say the workspace.


def _grant(key: Key, item: Item) -> Told:
    user_id, workspace_id, number = (
        _text(item, "user_id"),
        _text(item, "workspace_id"),
        _whole(item, "number"),
    )
    _whole(item, "since")
    owner = Need(Invariant.GRANT_USER, keys.user(user_id))
    content = _some(item, _GRANT)
    if "group_id" in item:
        place = entity(GroupPlace, item)
        _under(key, keys.group_place(user_id, workspace_id, place.group_id))
        row = keys.row(keys.members_of_group(workspace_id, place.group_id), number)
        return Told(
            copies=(Copy(Invariant.GROUPS_MEMBER_ROW, key, row, _some(item, _GROUP_PLACE)),),
            needs=(owner, Need(Invariant.GRANT_PLACE, keys.workspace_group(workspace_id, place.group_id))),
            entity=place,
        )
    if "project_id" in item:
        project_id = _text(item, "project_id")
        _under(key, keys.project_grant(user_id, workspace_id, project_id))
        other = keys.project_member(project_id, user_id)
        return Told(
            copies=(Copy(Invariant.PROJECT_MEMBER, key, other, content),),
            needs=(owner, Need(Invariant.GRANT_PLACE, keys.project(project_id), workspace_id)),
        )
    space_id, role = _text(item, "space_id"), _text(item, "role")
    _under(key, keys.space_grant(user_id, workspace_id, space_id, role))
    row = keys.row(keys.spaces_of(user_id, role), number)
    holder = keys.row(keys.holders_of(space_id, role), _whole(item, "user_number"))
    return Told(
        copies=(
            Copy(Invariant.SPACE_ROLE, key, keys.space_role(space_id, role, user_id), content),
            Copy(Invariant.USERS_SPACE_ROW, key, row, _some(item, _SPACE_GRANTED)),
            Copy(Invariant.SPACES_HOLDER_ROW, key, holder, _some(item, _PLACE_GRANTED)),
        ),
        needs=(owner, Need(Invariant.GRANT_PLACE, keys.space(space_id), f"{workspace_id} {number}")),
    )


def _space_role(key: Key, item: Item) -> Told:
    owner = keys.space_grant(
        _text(item, "user_id"), _text(item, "workspace_id"), _text(item, "space_id"), _text(item, "role")
    )
    return Told(copy=Copy(Invariant.SPACE_ROLE, owner, key, _some(item, _GRANT)))


def _users_space_row(key: Key, item: Item) -> Told:
    user_id, role = of_listing(key.pk)
    space_id = _text(item, "space_id")
    owner = keys.space_grant(user_id, _text(item, "workspace_id"), space_id, role)
    name = Need(Invariant.USERS_SPACE_NAME, keys.space(space_id), f"name {_text(item, 'name')}")
    return Told(copy=Copy(Invariant.USERS_SPACE_ROW, owner, key, _some(item, _SPACE_GRANTED)), needs=(name,))


def _spaces_holder_row(key: Key, item: Item) -> Told:
    space_id, role = of_listing(key.pk)
    owner = keys.space_grant(_text(item, "user_id"), _text(item, "workspace_id"), space_id, role)
    return Told(copy=Copy(Invariant.SPACES_HOLDER_ROW, owner, key, _some(item, _PLACE_GRANTED)))


def _project_member(key: Key, item: Item) -> Told:
    user_id, project_id = _text(item, "user_id"), _text(item, "project_id")
    _under(key, keys.project_member(project_id, user_id))
    owner = keys.project_grant(user_id, _text(item, "workspace_id"), project_id)
    row = keys.row(keys.users_of(project_id), _whole(item, "number"))
    return Told(
        copy=Copy(Invariant.PROJECT_MEMBER, owner, key, _some(item, _GRANT)),
        copies=(Copy(Invariant.PROJECTS_USER_ROW, key, row, _some(item, _PLACE_GRANTED)),),
    )


def _projects_user_row(key: Key, item: Item) -> Told:
    (project_id,) = of_listing(key.pk)
    owner = keys.project_member(project_id, _text(item, "user_id"))
    return Told(copy=Copy(Invariant.PROJECTS_USER_ROW, owner, key, _some(item, _PLACE_GRANTED)))


# The rest.


def _permission_role(key: Key, item: Item) -> Told:
    role = entity(PermissionRole, item)
    _under(key, keys.permission_role(role.number))
    _number(role.number)
    if not role.is_default:
        return _NOTHING
    content: Item = {"number": role.number}
    return Told(copies=(Copy(Invariant.DEFAULT_ROLE, key, keys.default_role(), content),))


def _default_role(key: Key, item: Item) -> Told:
    number = _whole(item, "number")
    return Told(copy=Copy(Invariant.DEFAULT_ROLE, keys.permission_role(number), key, {"number": number}))


def _group(key: Key, item: Item) -> Told:
    group = entity(Group, item)
    _under(key, keys.group(group.number))
    _number(group.number)
    return _NOTHING


def _client(key: Key, item: Item) -> Told:
    client_id = entity(Client, item).id
    _under(key, keys.client(client_id))
    row = Copy(Invariant.CLIENT_ROW, key, keys.client_row(client_id), {"client_id": client_id})
    return Told(copies=(row,))


def _client_row(key: Key, item: Item) -> Told:
    client_id = _text(item, "client_id")
    return Told(copy=Copy(Invariant.CLIENT_ROW, keys.client(client_id), key, {"client_id": client_id}))


def _ordered(key: Key, job: Key) -> None:
    """As `_under`, also for an order of a version before 0.2."""
    _under(key, keys.former_cleanup(job) if key.pk == keys.CLEANUP else job)


def _cleanup(key: Key, item: Item) -> Told:
    moment(_text(item, "since"))
    if "space_id" in item:
        _under(key, keys.cleanup_of_space(_text(item, "space_id")))
        told = Need(Invariant.ABANDONED_CLEANUP, keys.spaces_changing())
        return Told(awaits=(key,), needs=(told,))
    if "project_id" in item:
        _under(key, keys.cleanup_of_project(_text(item, "project_id")))
        return Told(awaits=(key,))
    if "group_id" in item:
        group = _text(item, "workspace_id"), _text(item, "group_id")
        _under(key, keys.cleanup_of_workspace_group(*group))
        return Told(awaits=(key,))
    for kind, place in (("group", keys.cleanup_of_group), ("role", keys.cleanup_of_role)):
        if kind in item:
            _under(key, place(_whole(item, kind)))
            return Told(awaits=(key,))
    if "workspace_id" in item and "user_id" not in item:
        _under(key, keys.cleanup_of_workspace(_text(item, "workspace_id")))
        _number(_whole(item, "number"))
        return Told(awaits=(key,))
    user_id = _text(item, "user_id")
    if "workspace_id" in item:
        _ordered(key, keys.cleanup_of_member(_text(item, "workspace_id"), user_id))
    elif words_of(key) == words_of(keys.cleanup_of_tokens(_X)):
        _under(key, keys.cleanup_of_tokens(user_id))
    else:
        _ordered(key, keys.cleanup_of_user(user_id))
    return Told(awaits=(key,))


# Finding users, and activity.


def _kinds(key: Key, user: User) -> Iterator[Copy]:
    for listing in user_lists.of(user):
        yield Copy(Invariant.USER_KIND_ROW, key, keys.row(listing, user.number), {"user_id": user.id})


def _user_kind_row(key: Key, item: Item) -> Told:
    owner = _text(item, "user_id")
    return Told(copy=Copy(Invariant.USER_KIND_ROW, keys.user(owner), key, {"user_id": owner}))


def _searched(owner: Key, words: list[str], shows: Item) -> Iterator[Copy]:
    """What says which search rows there are; of a membership the words are those of its user."""
    if words:
        content: Item = {"words": [*words], "shows": shows}
        yield Copy(Invariant.SEARCHED, owner, keys.searched(owner), content)


def _told(words: list[str]) -> str:
    """The words as a user's item offers them to the memberships."""
    return json.dumps(words)


def _marker(key: Key, item: Item) -> Told:
    owner = keys.owner_of_searched(key)
    words, shows = item.get("words"), item.get("shows")
    if not isinstance(words, list) or not isinstance(shows, dict):
        raise CorruptItem("searched", "words")
    named = [str(each) for each in words]
    needs: tuple[Need, ...] = ()
    content: Item = {"words": [*named], "shows": shows}
    if owner.sk.startswith(keys.MEMBERS_BESIDE):
        workspace_id, found_id = keys.workspace_and_member(owner)
        scope = keys.searched_members(workspace_id)
        content = {"shows": shows}
        needs = (Need(Invariant.SEARCHED, keys.user(found_id), _told(named)),)
    else:
        found_id = keys.id_in(owner)
        of_user = owner.pk.startswith(keys.OF_USERS)
        scope = keys.SEARCHED_USERS if of_user else keys.SEARCHED_WORKSPACES
    places = [keys.search_row(scope, each, found_id) for each in named]
    return Told(
        copy=Copy(Invariant.SEARCHED, owner, key, content),
        copies=tuple(Copy(Invariant.SEARCH_ROW, key, place, shows) for place in places),
        needs=needs,
    )


def _search_row(key: Key, item: Item) -> Told:
    shows: Item = {name: value for name, value in item.items() if name not in ("PK", "SK", "v")}
    if "user_id" in item and "workspace_id" in item:
        owner = keys.member(_text(item, "workspace_id"), _text(item, "user_id"))
    elif "user_id" in item:
        owner = keys.user(_text(item, "user_id"))
    else:
        owner = keys.workspace(_text(item, "workspace_id"))
    return Told(copy=Copy(Invariant.SEARCH_ROW, keys.searched(owner), key, shows))


def _audit(_: Key, item: Item) -> Told:
    at = str(item.get("at", ""))
    return Told(
        uncounted="" if activity.COUNTED in item else at,
        unnumbered="" if event_feed.SEQUENCE in item else at,
    )


def _feed_counter(key: Key, item: Item) -> Told:
    _whole(item, "last")
    return Told(feed=keys.feed_of_counter(key))


def _feed_row(key: Key, item: Item) -> Told:
    if not event_feed.FeedRow.of(item).places:
        raise CorruptItem("FeedRow", "places")
    return Told(feed=key.pk)


def _publishing(_: Key, item: Item) -> Told:
    for name in ("since", "through"):
        _text(item, name)
    return _NOTHING


def _activity(_: Key, item: Item) -> Told:
    entity(Activity, item)
    return _NOTHING


def _changing(key: Key, item: Item) -> Told:
    _text(item, "last")
    return Told(offers=((key, None),))


def _numbers(_: Key, item: Item) -> Told:
    for name in item:
        if name not in ("PK", "SK", "v"):
            _whole(item, name)
    return _NOTHING


def _counter(key: Key, item: Item) -> Told:
    return _numbers(key, {name: value for name, value in item.items() if name not in ("closed", "final")})


def _former_counter(key: Key, item: Item) -> Told:
    return _numbers(key, {name: value for name, value in item.items() if name != "moved"})


def _branch(key: Key, item: Item) -> Told:
    number_of(key)
    return _numbers(key, item)


def _unjudged(_: Key, __: Item) -> Told:
    return _NOTHING


def _webhook(key: Key, item: Item) -> Told:
    webhook = entity(Webhook, item)
    _under(key, keys.webhook(webhook.workspace_id, webhook.id))
    return _NOTHING


def _delivery(key: Key, item: Item) -> Told:
    delivery = entity(Delivery, item)
    _under(key, keys.delivery(delivery.webhook_id, delivery.id))
    return _NOTHING


def _change(_: Key, item: Item) -> Told:
    _whole(item, "number")
    for name in ("added", "removed"):
        numbers = item.get(name, [])
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise CorruptItem("change", name)
    return _NOTHING


_LIST = keys.USERS.partition("#")[0]
_COUNTER, _LOG = keys.COUNTERS.rstrip("#"), keys.LOGS.rstrip("#")
_X = "x"
_OF_GROUP = words_of(keys.workspace_group(_X, _X))
_TOMBSTONE = keys.workspace_tombstone(_X).sk
_LISTS_OF_WORKSPACES = {
    words_of(Key(listing, ""))[0]
    for listing in (
        keys.members(_X),
        keys.suspended_members(_X),
        keys.invitations_in(_X),
        keys.groups_in(_X),
        keys.members_of_group(_X, _X),
    )
}

_READERS: Mapping[tuple[str, str], _Reader] = {
    words_of(keys.user(_X)): _user,
    words_of(keys.password(_X)): _password,
    words_of(keys.session(_X, _X)): _session,
    words_of(keys.token(_X, _X)): _token,
    words_of(keys.family(_X, _X)): _family,
    words_of(keys.access(_X, _X)): _access,
    words_of(keys.answer(_X, _X)): _unjudged,
    words_of(keys.space_grant(_X, _X, _X, _X)): _grant,
    words_of(keys.email(_X)): _email_lock,
    words_of(keys.attempts(_X)): _unjudged,
    words_of(keys.client_attempts(_X, _X)): _unjudged,
    words_of(keys.source_logins(_X, _X)): _unjudged,
    words_of(keys.source_gateway(_X, _X)): _unjudged,
    words_of(keys.workspace(_X)): _workspace,
    words_of(keys.member(_X, _X)): _member,
    words_of(keys.scim_view(_X, _X)): _scim_view,
    words_of(keys.scim_user_name(_X, _X)): _scim_name,
    words_of(keys.scim_user(_X, _X, _X)): _scim_user,
    words_of(keys.scim_address(_X, _X, _X)): _scim_address,
    words_of(keys.scim_group(_X, _X, _X)): _group_copy(Invariant.GROUP_EXTERNAL_ROW),
    words_of(keys.scim_token(_X, 1)): _scim_token,
    words_of(keys.workspace_group(_X, _X)): _workspace_group,
    words_of(keys.group_name(_X, _X)): _group_copy(Invariant.GROUP_NAME_LOCK),
    words_of(keys.cleanup_of_workspace_group(_X, _X)): _cleanup,
    words_of(keys.workspace_key(_X)): _key_lock,
    words_of(keys.invitation(_X, _X)): _invitation,
    words_of(keys.invited(_X, _X)): _invited,
    words_of(keys.password_link(_X)): _password_link,
    words_of(keys.factor(_X, _X)): _factor,
    words_of(keys.recovery_codes(_X)): _recovery_codes,
    words_of(keys.enrolment(_X)): _enrolment,
    words_of(keys.challenge(_X, _X)): _challenge,
    words_of(keys.challenge(None, _X)): _challenge,
    words_of(keys.forgotten(_X)): _unjudged,
    words_of(keys.source_forgotten(_X, _X)): _unjudged,
    words_of(keys.mail_of_user(_X)): _mail,
    words_of(keys.mail_of_invitation(_X, _X)): _mail,
    words_of(keys.mail_of_factors(_X)): _mail,
    words_of(keys.project(_X)): _project,
    words_of(keys.project_member(_X, _X)): _project_member,
    words_of(keys.space_in_project(_X, _X)): _projects_space,
    words_of(keys.feature_in_project(_X, _X)): _projects_feature,
    words_of(keys.space(_X)): _space,
    words_of(keys.space_role(_X, _X, _X)): _space_role,
    words_of(keys.space_name(_X, _X)): _space_name,
    words_of(keys.spaces_changing()): _changing,
    words_of(keys.cleanup_of_space(_X)): _cleanup,
    words_of(keys.app(_X)): _app,
    words_of(keys.feature(_X)): _feature,
    words_of(keys.client(_X)): _client,
    words_of(keys.secret(_X)): _secret,
    words_of(keys.site_admins()): _numbers,
    words_of(keys.cleanup_of_user(_X)): _cleanup,
    words_of(keys.cleanup_of_member(_X, _X)): _cleanup,
    words_of(keys.cleanup_of_project(_X)): _cleanup,
    words_of(keys.counter(keys.USERS)): _counter,
    words_of(keys.change(keys.USERS, 0)): _change,
    words_of(keys.cleanup_of_tokens(_X)): _cleanup,
    words_of(keys.cleanup_of_group(1)): _cleanup,
    words_of(keys.cleanup_of_role(1)): _cleanup,
    words_of(keys.reference()): _numbers,
    words_of(keys.default_role()): _default_role,
    (words_of(keys.client_row(_X))[0], ""): _client_row,
    words_of(keys.cleanup_of_workspace(_X)): _cleanup,
    words_of(keys.workspace_tombstone(_X)): _workspace_tombstone,
    words_of(keys.webhook(_X, "x00")): _webhook,
    words_of(keys.webhook(None, "x00")): _webhook,
    words_of(keys.webhook_health(_X)): _unjudged,
    words_of(keys.delivery(_X, _X)): _delivery,
    (words_of(keys.replay_order(_X))[0], ""): _unjudged,
    words_of(keys.suspended(_X)): _suspended_row,
    words_of(keys.suspensions()): _numbers,
    (words_of(keys.permission_role(0))[0], ""): _permission_role,
    (words_of(keys.group(0))[0], ""): _group,
    (words_of(keys.audit(_X, _X, 0))[0], ""): _audit,
    words_of(keys.searched(keys.user(_X))): _marker,
    words_of(keys.searched(keys.workspace(_X))): _marker,
    (words_of(keys.search_row(keys.SEARCHED_USERS, _X, _X))[0], ""): _search_row,
    (words_of(keys.activity(keys.SITE_ACTIVITY, _X))[0], ""): _activity,
    (words_of(keys.feed_row(keys.WHOLE_FEED, 0))[0], ""): _feed_row,
    words_of(keys.feed_counter(keys.WHOLE_FEED)): _feed_counter,
    words_of(keys.publishing()): _publishing,
    **{
        (words_of(Key(listing, ""))[0], part): reader
        for listing, row in {
            keys.USERS: _user_row,
            keys.WORKSPACES: _workspace_row,
            keys.PROJECTS: _project_row,
            keys.SPACES: _space_row,
            keys.members(_X): _member_row,
            keys.suspended_members(_X): _member_row,
            keys.groups_in(_X): _group_row,
            keys.members_of_group(_X, _X): _groups_member_row,
            keys.invitations_in(_X): _invitation_row,
            keys.workspaces_of(_X): _users_workspace_row,
            keys.spaces_in(_X): _workspaces_space_row,
            keys.projects_in(_X): _workspaces_project_row,
            keys.features_in(_X): _workspaces_feature_row,
            keys.SUSPENDED: _user_kind_row,
            keys.APPS: _app_row,
            keys.apps_in(_X): _spaces_app,
            keys.holders_of(_X, _X): _spaces_holder_row,
            keys.spaces_of(_X, _X): _users_space_row,
            keys.users_of(_X): _projects_user_row,
        }.items()
        for part, reader in (
            (words_of(keys.row(listing, 0))[1], row),
            (words_of(keys.root(listing))[1], _numbers),
            (words_of(keys.branch(listing, 0))[1], _branch),
            (words_of(keys.next_number(listing))[1], _former_counter),
        )
    },
}

KINDS = frozenset(_READERS)
"""The words of every kind of item."""
