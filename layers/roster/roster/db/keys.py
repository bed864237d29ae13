"""The keys of all items of the table. No other module writes a key.

    partition                     sort key                       item
    USER#<id>                     PROFILE                        the user, or the tombstone of one
                                  PASSWORD                       the password's hash
                                  SESSION#<id>  TOKEN#<id>       credentials
                                  FAMILY#<id>  ACCESS#<id>       those of the token endpoint
                                  ANSWER#<sha256>                what an Idempotency-Key was answered
                                  GRANT#<workspace>#...          the user's side of a role or project
                                  LINK                           the link to choose a password by
                                  FACTOR#<id>                    a second factor
                                  FACTORCODES                    the recovery codes that are left
                                  ENROLMENT                      a TOTP secret that is yet to be confirmed
                                  CHALLENGE#<id>                 what a browser must prove a factor for
    CHALLENGE#<id>                CHALLENGE                      one that asks anybody for a passkey
    EMAIL#<address>               LOCK                           who holds the address
                                  ATTEMPTS                       how many logins failed lately
                                  ATTEMPTS#<device>              how many of a device that is known
                                  FORGOTTEN                      how many links were asked for lately
    WORKSPACE#<id>  SITE          WEBHOOK#<place>                a webhook of it
    WEBHOOK#<id>                  HEALTH                         how it fares: `deliveries.py`
                                  DELIVERY#<event>               an event that it was, or will be, sent
    DELIVERIES                    <webhook>#<event>              a delivery that is to be tried now
                                  <webhook>#REPLAY               events that are to be sent once more
    WORKSPACE#<id>                PROFILE                        the workspace
                                  MEMBER#<user>                  a membership
                                  INVITATION#<id>                an invitation
                                  INVITED#<address>              which one of an address is open
                                  TOMBSTONE                      what is left of a deleted workspace
                                  SCIMTOKEN#<1 or 2>             a token of its identity provider
                                  SCIMVIEW#<user>                what the provider wrote of a member
                                  SCIMNAME#<sha256>              which member has the provider's user name
                                  SCIMUSER#<sha256>#<user>       which members have an external id
                                  SCIMMAIL#<sha256>#<user>       which members' views have an e-mail address
                                  SCIMGROUP#<sha256>#<group>     which groups have one
                                  GROUP#<id>                     a group of the workspace
                                  GROUPNAME#<sha256>             which group has the name
    KEY#<key>                     LOCK                           which workspace holds the key
    PROJECT#<id>                  PROFILE  MEMBER#<user>         a project and its people
                                  SPACE#<id>  FEATURE#<id>       copies, for lists by name
    SPACE#<id>                    PROFILE  ROLE#<role>#<user>    a space and its people
    SPACENAME#<workspace>#<name>  LOCK                           which space of the workspace has the name
    APP#<id>  FEATURE#<id>        PROFILE
    ROLES  GROUPS                 <number>                       the site's roles and groups
    CLIENT#<id>                   PROFILE                        a program of the token endpoint
                                  ATTEMPTS#<source>              how many proofs of it failed lately
    SOURCE#<address>              LOGINS#<window>                how much failed from there, of what checks
                                  GATEWAY#<window>               a password or client, of a gateway's secret
                                  FORGOTTEN#<window>             how many links were asked for from there
    SECRET#<sha256>               LOCK                           whose imported token this is
    LIST#<list>                   ROOT  BRANCH#n  ROW#n  NEXT    a counted list: `counted_lists.py`
    NEXT#<list>                   NEXT                           which numbers of it were given
    LOG#<list>                    <place>                        what is yet to be counted: `list_log.py`
    SITE                          ADMINS                         how many platform ADMINs there are
                                  SUSPENDED                      how many workspaces are suspended
    SUSPENDED                     WORKSPACE#<id>                 one of them
    SWEEP  SWEEP#<shard>          USER#...  MEMBER#...           a cleanup that is still to be done
                                  PROJECT#...  TOKENS#<user>
                                  SPACE#...
    AUDIT#<shard>                 <instant>#<transaction>#<n>    what was changed, and by whom
    AUDIT#<day>                   <instant>#<transaction>#<n>    the same, before version 0.2
    SITE                          REFERENCE  DEFAULTROLE         of the site's roles and groups
    CLIENTS                       <client>                       which programs there are
    SEARCH#<scope>#<two letters>  <words>#<id>                   what a search finds: `search.py`
    USER#...  WORKSPACE#...       SEARCHED#<sort key>            which of those an item of there has
    ACTIVITY#<scope>              <day>                          how much was done that day: `activity.py`
    MAIL                          USER#...  INVITATION#...       a mail that is still to be sent
                                  FACTORS#...
    FEED#ALL  FEED#SITE           <number>                       which audit items have the numbers from this
    FEED#WORKSPACE#<id>           <number>                       on in a feed: `event_feed.py`
    FEEDNEXT#<feed>               NEXT                           the last number of a feed
    SITE                          PUBLISHING                     how far events are numbered and delivered
                                  WORKSPACE#...                  likewise
                                  CHANGING                       that there may be cleanups of spaces

Ids are checked against `ID` before they come here, so no part of a key holds the delimiter.
"""

import re
from hashlib import sha256
from zlib import crc32

from roster.db.store import Index, Key

ID = re.compile(r"[A-Za-z0-9._:|@+=-]{1,128}", re.ASCII)
"""What an id may be, in full. User ids of other systems are kept (`auth0|5f7c`, `f:1c2d:ann`)."""

PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""What the id of anything but a user may be, brought by an import or made here."""

PROFILE = "PROFILE"
PASSWORD = "PASSWORD"  # noqa: S105 - the word of its key
LOCK = "LOCK"
CLEANUP = "SWEEP"  # the partition keeps its first name
MAIL = "MAIL"
BY_ACTOR = Index("ByActor", "actor")
BY_TARGET = Index("ByTarget", "target")
BY_WORKSPACE = Index("ByWorkspace", "tenant")

_DIGITS = 12  # numbers of rows, zero-padded so that they sort as text


def is_id(text: str) -> bool:
    """Whether the text can be an id at all."""
    return ID.fullmatch(text) is not None


def is_plain_id(text: str) -> bool:
    """Whether the text can be the id of anything but a user."""
    return PLAIN_ID.fullmatch(text) is not None


def _part(text: str) -> str:
    if ID.fullmatch(text) is None:
        raise ValueError("not a possible id")
    return text


def user(user_id: str) -> Key:
    return Key(f"USER#{_part(user_id)}", PROFILE)


def password(user_id: str) -> Key:
    return Key(user(user_id).pk, PASSWORD)


SESSIONS = "SESSION#"
TOKENS = "TOKEN#"
FAMILIES = "FAMILY#"
ACCESSES = "ACCESS#"
ANSWERS = "ANSWER#"
GRANTS = "GRANT#"
SESSIONS_AND_TOKENS = SESSIONS, f"{TOKENS}~"  # a range of sort keys; the tilde follows every id


def session(user_id: str, session_id: str) -> Key:
    return Key(user(user_id).pk, f"{SESSIONS}{_part(session_id)}")


def token(user_id: str, token_id: str) -> Key:
    return Key(user(user_id).pk, f"{TOKENS}{_part(token_id)}")


def family(user_id: str, family_id: str) -> Key:
    return Key(user(user_id).pk, f"{FAMILIES}{_part(family_id)}")


def access(user_id: str, access_id: str) -> Key:
    return Key(user(user_id).pk, f"{ACCESSES}{_part(access_id)}")


def answer(user_id: str, digest: str) -> Key:
    return Key(user(user_id).pk, f"{ANSWERS}{_part(digest)}")


def grants_in(workspace_id: str) -> str:
    """The prefix of all that a user was granted in one workspace."""
    return f"{GRANTS}{_part(workspace_id)}#"


def project_grants_in(workspace_id: str) -> str:
    """The prefix of a user's places in the projects of one workspace."""
    return f"{grants_in(workspace_id)}PROJECT#"


def space_grant(user_id: str, workspace_id: str, space_id: str, role: str) -> Key:
    return Key(user(user_id).pk, f"{grants_in(workspace_id)}SPACE#{_part(space_id)}#{_part(role)}")


def project_grant(user_id: str, workspace_id: str, project_id: str) -> Key:
    return Key(user(user_id).pk, f"{project_grants_in(workspace_id)}{_part(project_id)}")


def email(canonical: str) -> Key:
    """The lock of an address; its delimiters are escaped, so that no address can be another key."""
    return Key(f"EMAIL#{_escaped(canonical)}", LOCK)


def _escaped(canonical: str) -> str:
    return canonical.replace("%", "%25").replace("#", "%23")


def attempts(canonical: str) -> Key:
    return Key(email(canonical).pk, "ATTEMPTS")


def device_attempts(canonical: str, device_id: str) -> Key:
    return Key(email(canonical).pk, f"{attempts(canonical).sk}#{_part(device_id)}")


def client_attempts(client_id: str, source: str) -> Key:
    return Key(client(client_id).pk, f"ATTEMPTS#{_part(source)}")


def source_logins(source: str, window: str) -> Key:
    return Key(f"SOURCE#{_part(source)}", f"LOGINS#{_part(window)}")


def source_gateway(source: str, window: str) -> Key:
    return Key(f"SOURCE#{_part(source)}", f"GATEWAY#{_part(window)}")


def workspace(workspace_id: str) -> Key:
    return Key(f"WORKSPACE#{_part(workspace_id)}", PROFILE)


def member(workspace_id: str, user_id: str) -> Key:
    return Key(workspace(workspace_id).pk, f"MEMBER#{_part(user_id)}")


INVITATIONS = "INVITATION#"


def invitation(workspace_id: str, invitation_id: str) -> Key:
    return Key(workspace(workspace_id).pk, f"{INVITATIONS}{_part(invitation_id)}")


def invited(workspace_id: str, canonical: str) -> Key:
    """The lock of the one open invitation of an address."""
    return Key(workspace(workspace_id).pk, f"INVITED#{_escaped(canonical)}")


def password_link(user_id: str) -> Key:
    return Key(user(user_id).pk, "LINK")


# The second factor.

FACTORS = "FACTOR#"
FACTORS_AND_CODES = "FACTOR"
"""The prefix of all that may answer a challenge: factors and recovery codes."""
CODES = "FACTORCODES"
ENROLMENT = "ENROLMENT"
CHALLENGES = "CHALLENGE#"


def factor(user_id: str, factor_id: str) -> Key:
    return Key(user(user_id).pk, f"{FACTORS}{_part(factor_id)}")


def recovery_codes(user_id: str) -> Key:
    return Key(user(user_id).pk, CODES)


def enrolment(user_id: str) -> Key:
    return Key(user(user_id).pk, ENROLMENT)


def challenge(user_id: str | None, challenge_id: str) -> Key:
    """A user's challenge; without a user, one that asks anybody for a passkey."""
    if user_id is None:
        return Key(f"{CHALLENGES}{_part(challenge_id)}", "CHALLENGE")
    return Key(user(user_id).pk, f"{CHALLENGES}{_part(challenge_id)}")


def forgotten(canonical: str) -> Key:
    return Key(email(canonical).pk, "FORGOTTEN")


def source_forgotten(source: str, window: str) -> Key:
    return Key(f"SOURCE#{_part(source)}", f"FORGOTTEN#{_part(window)}")


def mail_of_user(user_id: str) -> Key:
    return Key(MAIL, f"USER#{_part(user_id)}")


def mail_of_factors(user_id: str) -> Key:
    """The mail that tells a user that their factors were reset; it takes no link's place."""
    return Key(MAIL, f"FACTORS#{_part(user_id)}")


def mail_of_invitation(workspace_id: str, invitation_id: str) -> Key:
    return Key(MAIL, f"{INVITATIONS}{_part(workspace_id)}#{_part(invitation_id)}")


def workspace_tombstone(workspace_id: str) -> Key:
    """What is left of a deleted workspace: its id is never given again."""
    return Key(workspace(workspace_id).pk, "TOMBSTONE")


def workspace_key(key: str) -> Key:
    return Key(f"KEY#{_part(key)}", LOCK)


def project(project_id: str) -> Key:
    return Key(f"PROJECT#{_part(project_id)}", PROFILE)


def project_member(project_id: str, user_id: str) -> Key:
    return Key(project(project_id).pk, f"MEMBER#{_part(user_id)}")


MEMBERS_BESIDE = "MEMBER#"
SPACES_BESIDE = "SPACE#"
FEATURES_BESIDE = "FEATURE#"


def space_in_project(project_id: str, space_id: str) -> Key:
    return Key(project(project_id).pk, f"SPACE#{_part(space_id)}")


def feature_in_project(project_id: str, feature_id: str) -> Key:
    return Key(project(project_id).pk, f"FEATURE#{_part(feature_id)}")


def space(space_id: str) -> Key:
    return Key(f"SPACE#{_part(space_id)}", PROFILE)


SPACE_ROLES = "ROLE#"


def space_role(space_id: str, role: str, user_id: str) -> Key:
    return Key(space(space_id).pk, f"{SPACE_ROLES}{_part(role)}#{_part(user_id)}")


def space_name(workspace_id: str, folded: str) -> Key:
    """The lock of a space's name in its workspace; the name's delimiters are escaped."""
    escaped = folded.replace("%", "%25").replace("#", "%23")
    return Key(f"SPACENAME#{_part(workspace_id)}#{escaped}", LOCK)


def app(app_id: str) -> Key:
    return Key(f"APP#{_part(app_id)}", PROFILE)


def feature(feature_id: str) -> Key:
    return Key(f"FEATURE#{_part(feature_id)}", PROFILE)


def permission_role(number: int) -> Key:
    return Key("ROLES", f"{number:0{_DIGITS}}")


def group(number: int) -> Key:
    return Key("GROUPS", f"{number:0{_DIGITS}}")


def default_role() -> Key:
    """Which role a new user gets."""
    return Key("SITE", "DEFAULTROLE")


def client(client_id: str) -> Key:
    return Key(f"CLIENT#{_part(client_id)}", PROFILE)


def secret(digest: str) -> Key:
    """Where an imported secret leads, which names no user itself; by its SHA-256."""
    return Key(f"SECRET#{_part(digest)}", LOCK)


def site_admins() -> Key:
    return Key("SITE", "ADMINS")


def spaces_changing() -> Key:
    """The item that is there while the lists of spaces' holders may still be to correct."""
    return Key("SITE", "CHANGING")


SPACE_CLEANUPS = "SPACE#"


def cleanup_of_space(space_id: str) -> Key:
    return Key(CLEANUP, f"{SPACE_CLEANUPS}{_part(space_id)}")


def cleanup_of_user(user_id: str) -> Key:
    return _spread_cleanup(f"USER#{_part(user_id)}")


CLEANUP_SHARDS = tuple(f"{CLEANUP}#{shard}" for shard in range(8))
"""Where cleanups are ordered that may come by hundreds a second."""


def _spread_cleanup(order: str) -> Key:
    return Key(CLEANUP_SHARDS[crc32(order.encode()) % len(CLEANUP_SHARDS)], order)


def former_cleanup(job: Key) -> Key:
    """Where versions before 0.2 ordered a cleanup."""
    return Key(CLEANUP, job.sk)


def is_cleanup(pk: str) -> bool:
    """Whether the partition holds orders of cleanups."""
    return pk == CLEANUP or pk in CLEANUP_SHARDS


SUSPENDED_WORKSPACES = "SUSPENDED"


def suspended(workspace_id: str) -> Key:
    """The row of a suspended workspace, or of a deleted one until all that was in it is cleared away."""
    return Key(SUSPENDED_WORKSPACES, f"WORKSPACE#{_part(workspace_id)}")


def suspensions() -> Key:
    """How many such rows there are."""
    return Key("SITE", SUSPENDED_WORKSPACES)


def cleanup_of_workspace(workspace_id: str) -> Key:
    return Key(CLEANUP, f"WORKSPACE#{_part(workspace_id)}")


def cleanup_of_member(workspace_id: str, user_id: str) -> Key:
    return _spread_cleanup(f"MEMBER#{_part(workspace_id)}#{_part(user_id)}")


def cleanup_of_project(project_id: str) -> Key:
    return Key(CLEANUP, f"PROJECT#{_part(project_id)}")


def cleanup_of_tokens(user_id: str) -> Key:
    return Key(CLEANUP, f"TOKENS#{_part(user_id)}")


def audit(instant: str, transaction: str, position: int) -> Key:
    return audited(f"{instant}#{transaction}#{position:03}")


AUDIT_SHARDS = tuple(f"AUDIT#{shard:02}" for shard in range(16))
"""The partitions of the audit. One takes a thousand write units a second, which are 500 transactions."""


def audited(place: str) -> Key:
    """The audit item of this sort key, in the partition that its transaction tells."""
    return Key(AUDIT_SHARDS[crc32(place.encode()) % len(AUDIT_SHARDS)], place)


def formerly_audited(place: str) -> Key:
    """The audit item of this sort key, which begins with its day, where versions before 0.2 put it."""
    return Key(audits_of(place[:10]), place)


def audits_of(day: str) -> str:
    """The partition of a day's audit, of which versions before 0.2 had one each."""
    return f"AUDIT#{day}"


def audits_between(since: str, until: str) -> tuple[str, str]:
    """The range of sort keys of what was changed from one instant to another, both included."""
    return since, f"{until}~"  # the tilde follows the delimiter


# The site's reference data.


def reference() -> Key:
    """What changes with the site's roles and groups, so that two changes at once do not miss each other."""
    return Key("SITE", "REFERENCE")


CLIENTS = "CLIENTS"


def client_row(client_id: str) -> Key:
    return Key(CLIENTS, _part(client_id))


def cleanup_of_group(number: int) -> Key:
    return Key(CLEANUP, f"GROUP#{number}")


def cleanup_of_role(number: int) -> Key:
    return Key(CLEANUP, f"ROLE#{number}")


# Webhooks.

WEBHOOKS = "WEBHOOK#"
DELIVERED = "DELIVERY#"
DELIVERIES = "DELIVERIES"


def webhooks_of(workspace_id: str | None) -> str:
    """The partition that has the webhooks of a workspace, or of the site."""
    return "SITE" if workspace_id is None else workspace(workspace_id).pk


def webhook(workspace_id: str | None, webhook_id: str) -> Key:
    """The webhook is in one of a few places, so that there are never more; its id ends with it."""
    return Key(webhooks_of(workspace_id), f"{WEBHOOKS}{_part(webhook_id)[-2:]}")


def webhook_health(webhook_id: str) -> Key:
    return Key(f"{WEBHOOKS}{_part(webhook_id)}", "HEALTH")


def delivery(webhook_id: str, event_id: str) -> Key:
    return Key(f"{WEBHOOKS}{_part(webhook_id)}", f"{DELIVERED}{_part(event_id)}")


def delivery_order(webhook_id: str, event_id: str) -> Key:
    return Key(DELIVERIES, f"{_part(webhook_id)}#{_part(event_id)}")


def replay_order(webhook_id: str) -> Key:
    return Key(DELIVERIES, f"{_part(webhook_id)}#REPLAY")


# What the stream's router keeps (`directory/changes.py`).

AUDITS = "AUDIT#"
OF_USERS = "USER#"
OF_WORKSPACES = "WORKSPACE#"
SEARCHED_USERS = "USERS"
SEARCHED_WORKSPACES = "WORKSPACES"
SEARCHED_MEMBERS = "MEMBERS#"
MEMBERS_BESIDE = "MEMBER#"
SITE_ACTIVITY = "ACTIVITY#SITE"

SEARCHED = "SEARCHED#"
_FIRST = 2  # characters by which the rows of a search are spread


def searched_members(workspace_id: str) -> str:
    """The scope of a search among the members of a workspace."""
    return f"{SEARCHED_MEMBERS}{_part(workspace_id)}"


def search_rows(scope: str, words: str) -> str:
    """The partition of all rows of a scope that begin like these words."""
    first = words[:_FIRST].replace("%", "%25").replace("#", "%23")
    return f"SEARCH#{scope}#{first}"


def search_row(scope: str, words: str, found_id: str) -> Key:
    """Where a search finds the user or workspace of this id under these words."""
    return Key(search_rows(scope, words), f"{words}#{_part(found_id)}")


def searched_words(row: Key) -> str:
    """The words of a search row."""
    return row.sk.rpartition("#")[0]


def searched(owner: Key) -> Key:
    """Which search rows a user, a workspace or a membership has."""
    return Key(owner.pk, f"{SEARCHED}{owner.sk}")


def owner_of_searched(marker: Key) -> Key:
    """The user, workspace or membership of whose search rows this item tells."""
    return Key(marker.pk, marker.sk.partition("#")[2])


def workspace_and_member(member: Key) -> tuple[str, str]:
    """The ids of the workspace and the user of a membership."""
    return member.pk.partition("#")[2], member.sk.partition("#")[2]


def id_in(owner: Key) -> str:
    """The id of the user or the workspace whose partition this is."""
    return owner.pk.partition("#")[2]


def workspace_activity(workspace_id: str) -> str:
    """The partition of what was done in a workspace, by day."""
    return f"ACTIVITY#WORKSPACE#{_part(workspace_id)}"


def activity(scope: str, day: str) -> Key:
    """How much was done on a day."""
    return Key(scope, day)


# SCIM: what the identity provider of a workspace writes. What it names is found by a digest, so that any text
# can be a key. All of it but the groups' lists is in the workspace's partition, and goes with it.

SCIM_VIEWS = "SCIMVIEW#"
SCIM_NAMES = "SCIMNAME#"
SCIM_USERS = "SCIMUSER#"
SCIM_ADDRESSES = "SCIMMAIL#"
SCIM_GROUPS = "SCIMGROUP#"
GROUPS_BESIDE = "GROUP#"
GROUP_NAMES = "GROUPNAME#"
SCIM_TOKEN_SLOTS = 1, 2
GROUP_PLACES = "GROUP#"


def scim_token(workspace_id: str, slot: int) -> Key:
    """One of the two places for a SCIM token of the workspace."""
    return Key(workspace(workspace_id).pk, f"SCIMTOKEN#{slot}")


def scim_view(workspace_id: str, user_id: str) -> Key:
    return Key(workspace(workspace_id).pk, f"{SCIM_VIEWS}{_part(user_id)}")


def scim_user_name(workspace_id: str, folded: str) -> Key:
    """The lock of a user name that the workspace's provider gave a member, without regard to case."""
    return Key(workspace(workspace_id).pk, f"{SCIM_NAMES}{_digest(folded)}")


def scim_users_of(workspace_id: str, external_id: str) -> tuple[str, str]:
    """The partition, and the prefix in it, of the members of whom the provider wrote this external id."""
    return workspace(workspace_id).pk, f"{SCIM_USERS}{_digest(external_id)}#"


def scim_user(workspace_id: str, external_id: str, user_id: str) -> Key:
    pk, prefix = scim_users_of(workspace_id, external_id)
    return Key(pk, f"{prefix}{_part(user_id)}")


def scim_addresses_of(workspace_id: str, folded: str) -> tuple[str, str]:
    """The partition, and the prefix in it, of the members in whose views the e-mail address is."""
    return workspace(workspace_id).pk, f"{SCIM_ADDRESSES}{_digest(folded)}#"


def scim_address(workspace_id: str, folded: str, user_id: str) -> Key:
    pk, prefix = scim_addresses_of(workspace_id, folded)
    return Key(pk, f"{prefix}{_part(user_id)}")


def scim_groups_of(workspace_id: str, external_id: str) -> tuple[str, str]:
    """The partition, and the prefix in it, of the groups of which the provider wrote this external id."""
    return workspace(workspace_id).pk, f"{SCIM_GROUPS}{_digest(external_id)}#"


def scim_group(workspace_id: str, external_id: str, group_id: str) -> Key:
    pk, prefix = scim_groups_of(workspace_id, external_id)
    return Key(pk, f"{prefix}{_part(group_id)}")


def workspace_group(workspace_id: str, group_id: str) -> Key:
    return Key(workspace(workspace_id).pk, f"{GROUPS_BESIDE}{_part(group_id)}")


def group_name(workspace_id: str, folded: str) -> Key:
    """The lock of a group's name in its workspace, without regard to case."""
    return Key(workspace(workspace_id).pk, f"{GROUP_NAMES}{_digest(folded)}")


def group_place(user_id: str, workspace_id: str, group_id: str) -> Key:
    """A user's place in a group, beside all else that they were granted in the workspace."""
    return Key(user(user_id).pk, f"{grants_in(workspace_id)}{GROUP_PLACES}{_part(group_id)}")


def cleanup_of_workspace_group(workspace_id: str, group_id: str) -> Key:
    return Key(CLEANUP, f"GROUPIN#{_part(workspace_id)}#{_part(group_id)}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def suspended_members(workspace_id: str) -> str:
    """The members of a workspace whose membership is suspended, by the membership's number."""
    return f"LIST#SUSPENDEDIN#{_part(workspace_id)}"


def groups_in(workspace_id: str) -> str:
    """The groups of a workspace."""
    return f"LIST#GROUPSIN#{_part(workspace_id)}"


def members_of_group(workspace_id: str, group_id: str) -> str:
    """The members of a group of a workspace, whose id another workspace's group may have too (an import)."""
    return f"LIST#MEMBERSOF#{_part(workspace_id)}#{_part(group_id)}"


# Counted listings. A listing is named by its partition.

USERS = "LIST#USERS"
WORKSPACES = "LIST#WORKSPACES"
PROJECTS = "LIST#PROJECTS"
SPACES = "LIST#SPACES"
APPS = "LIST#APPS"


SUSPENDED = "LIST#USERSBY#SUSPENDED"
ADMINS = "LIST#USERSBY#ADMIN"
NO_USERS = "LIST#USERSBY#NOUSER"


def members(workspace_id: str) -> str:
    return f"LIST#MEMBERS#{_part(workspace_id)}"


def invitations_in(workspace_id: str) -> str:
    """The invitations of a workspace, whatever has become of them."""
    return f"LIST#INVITATIONSIN#{_part(workspace_id)}"


WORKSPACES_OF = "LIST#WORKSPACES#"


def workspaces_of(user_id: str) -> str:
    return f"{WORKSPACES_OF}{_part(user_id)}"


def spaces_in(workspace_id: str) -> str:
    return f"LIST#SPACESIN#{_part(workspace_id)}"


def projects_in(workspace_id: str) -> str:
    return f"LIST#PROJECTSIN#{_part(workspace_id)}"


def features_in(workspace_id: str) -> str:
    return f"LIST#FEATURESIN#{_part(workspace_id)}"


def spaces_of(user_id: str, role: str) -> str:
    return f"LIST#SPACESOF#{_part(user_id)}#{_part(role)}"


def holders_of(space_id: str, role: str) -> str:
    return f"LIST#HOLDERSOF#{_part(space_id)}#{_part(role)}"


def apps_in(space_id: str) -> str:
    return f"LIST#APPSIN#{_part(space_id)}"


def users_of(project_id: str) -> str:
    return f"LIST#USERSOF#{_part(project_id)}"


def root(listing: str) -> Key:
    return Key(listing, "ROOT")


def branch(listing: str, index: int) -> Key:
    return Key(listing, f"BRANCH#{index:0{_DIGITS}}")


def row(listing: str, number: int) -> Key:
    return Key(listing, f"ROW#{number:0{_DIGITS}}")


def number_of(row: Key) -> int:
    """The number of a listing's row."""
    return int(row.sk.removeprefix("ROW#"))


def number_of_branch(branch: Key) -> int:
    """The index of a listing's branch."""
    return int(branch.sk.removeprefix("BRANCH#"))


def rows_from(number: int) -> tuple[str, str]:
    """The range of sort keys of a listing's rows from this number on."""
    return f"ROW#{number:0{_DIGITS}}", "ROW#:"  # the colon follows the digits


def rows_to(number: int) -> tuple[str, str]:
    """The range of sort keys of a listing's rows up to this number."""
    return "ROW#", f"ROW#{number:0{_DIGITS}}"


def next_number(listing: str) -> Key:
    """Where versions before 0.2 kept the last number of a listing."""
    return Key(listing, "NEXT")


def counter(listing: str) -> Key:
    """Which numbers of a listing were given; outside of its partition, whose writes the rows need."""
    return Key(f"{COUNTERS}{_list_name(listing)}", "NEXT")


COUNTERS = "NEXT#"
LOGS = "LOG#"


def log(listing: str) -> str:
    """The partition of a listing's changes that are yet to be counted."""
    return f"{LOGS}{_list_name(listing)}"


def change(listing: str, place: int) -> Key:
    """A place in a listing's log."""
    return Key(log(listing), f"{place:03}")


def listing_of_log(pk: str) -> str:
    """The listing to which a log or a counter belongs, by its partition."""
    return f"{_LIST}{pk.partition('#')[2]}"


_LIST = "LIST#"


def _list_name(listing: str) -> str:
    return listing.removeprefix(_LIST)


_COUNTED_AFTER = re.compile(
    r"LIST#(USERS|WORKSPACES|PROJECTS|SPACES|APPS"
    r"|(MEMBERS|PROJECTSIN|SPACESIN|FEATURESIN|APPSIN|INVITATIONSIN|GROUPSIN|MEMBERSOF)#.*)"
)
_LIMITED = re.compile(r"LIST#(MEMBERS|PROJECTSIN|SPACESIN)#.*")


def is_counted_after(listing: str) -> bool:
    """Whether a listing's counts follow its rows (`list_log.py`): a number of it comes once and goes once.

    The others (a person's memberships and roles, a space's and a project's people) take their numbers from
    what the rows refer to, so that one may come again; their counts move with each row.
    """
    return _COUNTED_AFTER.fullmatch(listing) is not None


_STARTS_EMPTY = re.compile(r"LIST#(PROJECTSIN|FEATURESIN|INVITATIONSIN|GROUPSIN|MEMBERSOF)#.*")


def starts_empty(listing: str) -> bool:
    """Whether no version before 0.2 wrote the listing, so that it has nothing where there is no counter."""
    return _STARTS_EMPTY.fullmatch(listing) is not None


def may_be_limited(listing: str) -> bool:
    """Whether a workspace may be given a limit for the rows of the listing."""
    return _LIMITED.fullmatch(listing) is not None


# Events (`directory/event_feed.py`). A feed is named by its partition.

FEEDS = "FEED#"
FEED_COUNTERS = "FEEDNEXT#"
WHOLE_FEED = f"{FEEDS}ALL"
"""All events, in the order in which they were numbered."""
SITE_FEED = f"{FEEDS}SITE"
"""The events that concern no workspace."""


def feed_of(workspace_id: str) -> str:
    """The feed of a workspace's events; of those that concern none, where the id is empty."""
    return f"{FEEDS}WORKSPACE#{_part(workspace_id)}" if workspace_id else SITE_FEED


def feed_row(feed: str, first: int) -> Key:
    """The row of a feed whose first event has this number."""
    return Key(feed, f"{first:0{_DIGITS}}")


def rows_of_feed_from(first: int) -> tuple[str, str]:
    """The range of sort keys of a feed's rows from this number on."""
    return f"{first:0{_DIGITS}}", ":"  # the colon follows the digits


def number_of_feed_row(row: Key) -> int:
    """The number of the first event in a feed's row."""
    return int(row.sk)


def feed_counter(feed: str) -> Key:
    """The last number of a feed; outside of its partition, whose writes the rows need."""
    return Key(f"{FEED_COUNTERS}{feed.removeprefix(FEEDS)}", "NEXT")


def is_feed_counter(key: Key) -> bool:
    """Whether the key is of a feed's counter."""
    return key.pk.startswith(FEED_COUNTERS)


def feed_of_counter(counter: Key) -> str:
    """The feed to which a counter belongs."""
    return f"{FEEDS}{counter.pk.removeprefix(FEED_COUNTERS)}"


def publishing() -> Key:
    """Up to which moment the audit is numbered, and from which row on events may be undelivered."""
    return Key("SITE", "PUBLISHING")


def event_id(audit: Key) -> str:
    """The id of the event that an audit item tells of: its transaction and place, without a dot."""
    _, transaction, position = audit.sk.split("#")
    return f"{transaction}-{position}"
