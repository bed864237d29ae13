"""What every access pattern asks of the table, call by call; docs/access-patterns.md is made of it.

The figures are what the worst case takes, as those of `budgets.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from roster.auth import (
    acceptance,
    account,
    api_tokens,
    clients,
    enrolment,
    last_use,
    links,
    login_throttle,
    passkey_enrolment,
    passkey_login,
    password_links,
    refresh_tokens,
    scim_tokens,
    second_factor,
    sessions,
    source_failures,
)
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.clock import instant
from roster.db import counted_lists, keys, list_difference, list_log
from roster.db.codec import attributes, entity
from roster.db.store import Item, Key
from roster.db.transactions import item
from roster.directory import (
    activity,
    audit,
    changes,
    cleanup,
    cloud_events,
    deliveries,
    event_feed,
    factors,
    features,
    group_places,
    invitations,
    mail,
    members,
    projects,
    provisioning,
    reference_data,
    search,
    site_roles,
    space_roles,
    spaces,
    suspensions,
    user_lists,
    users,
    webhooks,
    workspace_groups,
    workspaces,
)
from roster.directory.provisioning import MemberProfile, WrittenMember
from roster.domain import (
    App,
    Group,
    ScimToken,
    Session,
    Space,
    SpaceRole,
    TokenFamily,
    User,
    WebhookHealth,
    Workspace,
    WorkspaceRole,
)
from tests.support.authenticator import PARTY
from tests.support.budgets import FAR, MANY, PAULA, SIZE, BudgetFixtures, bare
from tests.support.directory import PASSWORD, settle

MODULES = (
    users,
    workspaces,
    members,
    projects,
    features,
    spaces,
    space_roles,
    reference_data,
    sessions,
    api_tokens,
    login_throttle,
    counted_lists,
    list_log,
    cleanup,
    audit,
    refresh_tokens,
    source_failures,
    last_use,
    account,
    # Finding users, activity, the router:
    search,
    activity,
    changes,
    user_lists,
    list_difference,
    site_roles,
    clients,
    invitations,
    mail,
    password_links,
    acceptance,
    suspensions,
    webhooks,
    deliveries,
    event_feed,
    cloud_events,
    factors,
    enrolment,
    second_factor,
    passkey_enrolment,
    passkey_login,
    # SCIM:
    provisioning,
    group_places,
    workspace_groups,
    scim_tokens,
)
"""The modules whose public functions of a store have a row each."""


@dataclass(frozen=True)
class Pattern:
    """A public function of the table's modules, and the calls that DynamoDB gets from it."""

    name: str
    calls: Mapping[str, int]
    run: Callable[[BudgetFixtures], object]
    note: str = ""
    prepare: Callable[[BudgetFixtures], None] = bare

    @property
    def label(self) -> str:
        return f"{self.name} {self.note}".strip()


_GET, _BATCH, _QUERY, _TRANSACT = "GetItem", "BatchGetItem", "Query", "TransactWriteItems"
_UPDATE, _PUT, _DELETE = "UpdateItem", "PutItem", "DeleteItem"
_PAGE = {_BATCH: 1, _GET: 1, _QUERY: 1}
_JOINED = {_BATCH: 2, _GET: 1, _QUERY: 1}
_WEEK = audit.Search("2026-04-06T01:00:00Z", "2026-04-13T01:00:00Z")
_NEW_USER = User("", 0, "new@example.com", "New", "")
_NEW_WORKSPACE = Workspace("", 0, "umbra", "Umbra", "")
_NEW_SPACE = Space("", 0, "", "umbra", "")


def _alpha(on: BudgetFixtures) -> Space:
    """The space with its present count of apps."""
    return replace(on.alpha, apps=1)


def _spare(on: BudgetFixtures) -> Space:
    """The space without apps, which was made right after the first one."""
    return Space("spare", on.alpha.number + 1, on.base.acme.id, "spare", "", project_id=on.web.id, apps=0)


def _leave(on: BudgetFixtures) -> None:
    members.remove(on.store, on.base.acme, on.ada.id, by=on.by, even_last_admin=False)


_CHANGED: Item = {
    "PK": "AUDIT#00",
    "SK": "2026-01-01T00:00:00Z#x#000",
    "action": "user.changed",
    "target": "x",
}
"""An audit item."""


def _audited(on: BudgetFixtures) -> list[Key]:
    """Where the audit tells of ada's making, and of a sign-in of hers."""
    found = on.store.query(on.ada.id, index=keys.BY_TARGET, limit=2, consistent=False).items
    return [Key.of(one) for one in found]


def _token(text: str) -> links.LinkToken:
    token = links.LinkToken.read(text)
    assert token is not None
    return token


def _written(name: str) -> WrittenMember:
    """What a provider writes of somebody."""
    return WrittenMember(f"{name}@example.com", MemberProfile(f"{name}@example.com", name.title()))


def _let_crew_rule(on: BudgetFixtures) -> None:
    role = WorkspaceRole.ADMIN
    workspace_groups.set_role(on.store, on.base.acme, on.workspace_group, role, by=on.by)
    settle(on.store)


def _refer_to_crew(on: BudgetFixtures) -> None:
    edit = {"external_id": "g1"}
    workspace_groups.change(on.store, on.base.acme, on.workspace_group, edit, by=on.by)


def _scim_token(on: BudgetFixtures) -> ScimToken:
    """Acme's token, as it was used last."""
    at = "2026-04-13T01:01:00Z"
    return ScimToken(on.scim_token.id, on.base.acme.id, 1, "Entra ID", at, seen_at=at)


def _later(on: BudgetFixtures) -> None:
    on.api.clock.advance(hours=2)


def _confirm(on: BudgetFixtures) -> None:
    """Confirm eve's enrolment, in a session of hers."""
    credential = Credential.read(on.api.cookie(on.eve))
    assert credential is not None
    session = entity(Session, on.store.get(keys.session(on.eve.id, credential.id)) or {})
    found = {keys.enrolment(on.eve.id): on.store.get(keys.enrolment(on.eve.id)) or {}}
    factor_id, secret = on.begun
    enrolment.confirm(on.store, on.eve, session, factor_id, on.code(secret), found, by=on.by)


def _replay(owner: str) -> Item:
    """The order of a replay of a year."""
    since, until = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"
    return {"since": since, "until": until, "place": "", "shard": 0, "left": 100, "owner": owner}


def _replaying(on: BudgetFixtures) -> None:
    since, until = "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"
    deliveries.order_replay(on.store, on.webhook, since, until, 100, on.by.at)


def _leased(on: BudgetFixtures) -> None:
    deliveries.lease(on.store, on.webhook, WebhookHealth(), on.by.at)


PATTERNS = (
    Pattern("users.by_id", {_GET: 1}, lambda on: users.by_id(on.store, on.ada.id)),
    Pattern("users.by_ids", {_BATCH: 1}, lambda on: users.by_ids(on.store, [on.ada.id, on.base.boss.id])),
    Pattern(
        "users.page", _PAGE, lambda on: users.page(on.store, FAR, SIZE), prepare=BudgetFixtures.bulk_users
    ),
    Pattern(
        "users.with_password", {_BATCH: 1}, lambda on: users.with_password(on.store, {"user_id": on.ada.id})
    ),
    Pattern(
        "users.replace_hash",
        {_UPDATE: 1},
        lambda on: users.replace_hash(on.store, on.ada.id, "the hash", "a better one"),
    ),
    Pattern("users.by_number", {_GET: 1}, lambda on: users.by_number(on.store, on.ada.number)),
    Pattern(
        "users.create",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: users.create(on.store, _NEW_USER, None, by=on.by),
    ),
    Pattern(
        "users.prepare",
        {_BATCH: 1, _UPDATE: 1},
        lambda on: users.prepare(on.store, _NEW_USER, None, by=on.by),
    ),
    Pattern(
        "users.change",
        {_TRANSACT: 1},
        lambda on: users.change(
            on.store, on.ada, lambda present: replace(present, email="else@example.com"), by=on.by
        ),
    ),
    Pattern("users.delete", {_UPDATE: 1, _TRANSACT: 1}, lambda on: users.delete(on.store, on.ada, by=on.by)),
    Pattern("users.alive", {_GET: 1}, lambda on: users.alive(on.store, on.ada.id)),
    Pattern("workspaces.by_id", {_GET: 1}, lambda on: workspaces.by_id(on.store, on.base.acme.id)),
    Pattern(
        "workspaces.by_ids",
        {_BATCH: 1},
        lambda on: workspaces.by_ids(on.store, [on.base.acme.id, on.base.globex.id]),
    ),
    Pattern(
        "workspaces.page",
        _PAGE,
        lambda on: workspaces.page(on.store, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "workspaces.page_of_caller",
        _JOINED,
        lambda on: workspaces.page_of_caller(on.store, on.base.stranger, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "workspaces.memberships_page",
        _JOINED,
        lambda on: workspaces.memberships_page(on.store, on.base.stranger, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "workspaces.page_of_caller",
        {_BATCH: 1},
        lambda on: workspaces.page_of_caller(on.store, on.base.member.limited(on.base.acme.id), 1, SIZE),
        "by a token limited to one",
    ),
    Pattern(
        "workspaces.create",
        {_GET: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: workspaces.create(on.store, _NEW_WORKSPACE, by=on.by),
    ),
    Pattern(
        "workspaces.prepare",
        {_GET: 1, _UPDATE: 1},
        lambda on: workspaces.prepare(on.store, _NEW_WORKSPACE, by=on.by),
    ),
    Pattern(
        "workspaces.change",
        {_TRANSACT: 1},
        lambda on: workspaces.change(
            on.store, on.base.acme, lambda one: replace(one, key="umbra", active=False), by=on.by
        ),
    ),
    Pattern(
        "workspaces.delete",
        {_UPDATE: 1, _TRANSACT: 1},
        lambda on: workspaces.delete(
            on.store,
            replace(on.base.globex, active=False, revision=2),
            by=on.by,
            demand=lambda _: None,
        ),
        prepare=lambda on: on.suspend_globex(),
    ),
    Pattern("workspaces.alive", {_GET: 1}, lambda on: workspaces.alive(on.store, on.base.acme.id)),
    Pattern("workspaces.counts", {_BATCH: 1}, lambda on: workspaces.counts(on.store, on.base.acme.id)),
    Pattern(
        "suspensions.closed",
        {_QUERY: 1},
        lambda on: suspensions.closed(on.store, {keys.suspensions(): {"count": 1}}),
        "(none where the count is 0)",
        lambda on: on.suspend_globex(),
    ),
    Pattern(
        "members.change_role",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: members.change_role(
            on.store,
            on.base.acme,
            on.ada.id,
            WorkspaceRole.ADMIN,
            by=on.by,
            even_last_admin=False,
            demand=lambda _: None,
        ),
    ),
    Pattern(
        "members.page",
        _JOINED,
        lambda on: members.page(on.store, on.base.acme.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "members.rows_of_caller",
        {_QUERY: 1},
        lambda on: list(members.rows_of_caller(on.store, on.base.member)),
    ),
    Pattern(
        "members.add",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: members.add(on.store, on.base.acme, on.base.stranger.id, WorkspaceRole.ADMIN, by=on.by),
    ),
    Pattern(
        "members.prepare",
        {_BATCH: 1, _UPDATE: 1},
        lambda on: members.prepare(
            on.store, on.base.acme, on.base.stranger.id, WorkspaceRole.ADMIN, by=on.by
        ),
    ),
    Pattern(
        "members.remove", {_BATCH: 1, _QUERY: 1, _UPDATE: 1, _TRANSACT: 1}, _leave, "(the user's oldest)"
    ),
    Pattern(
        "sessions.start",
        {_TRANSACT: 1},
        lambda on: sessions.start(on.store, on.ada, by=on.by),
    ),
    Pattern(
        "sessions.touch",
        {_UPDATE: 1},
        lambda on: sessions.touch(on.store, on.session, on.by.at),
        "(once an hour)",
        _later,
    ),
    Pattern("sessions.touch", {}, lambda on: sessions.touch(on.store, on.session, on.by.at), "(otherwise)"),
    Pattern("sessions.end", {_TRANSACT: 1}, lambda on: sessions.end(on.store, on.session, by=on.by)),
    Pattern(
        "api_tokens.create",
        {_QUERY: 1, _TRANSACT: 1},
        lambda on: api_tokens.create(on.store, on.ada, "x", None, None, by=on.by),
    ),
    Pattern("api_tokens.of_user", {_QUERY: 1}, lambda on: api_tokens.of_user(on.store, on.ada, on.by.at)),
    Pattern(
        "api_tokens.standing",
        {_BATCH: 1},
        lambda on: api_tokens.standing(on.store, [replace(on.token, workspace_id=on.base.acme.id)]),
    ),
    Pattern(
        "api_tokens.revoke",
        {_GET: 1, _TRANSACT: 1},
        lambda on: api_tokens.revoke(on.store, on.ada, on.token.id, by=on.by),
    ),
    Pattern(
        "api_tokens.end",
        {_TRANSACT: 1},
        lambda on: api_tokens.end(
            on.store, on.ada, on.token.id, {**attributes(on.token), "digest": "d"}, by=on.by
        ),
    ),
    Pattern(
        "api_tokens.touch",
        {_UPDATE: 1},
        lambda on: api_tokens.touch(on.store, on.token, on.by.at),
        "(once an hour)",
    ),
    Pattern(
        "last_use.move",
        {_UPDATE: 1},
        lambda on: last_use.move(on.store, "token", keys.token(on.ada.id, on.token.id), None, on.by.at),
        "(once an hour)",
    ),
    Pattern(
        "login_throttle.unlock",
        {_QUERY: 1, _TRANSACT: 1},
        lambda on: login_throttle.unlock(on.store, on.ada, by=on.by),
    ),
    Pattern(
        "refresh_tokens.end_access",
        {_TRANSACT: 1},
        lambda on: refresh_tokens.end_access(on.store, entity(TokenFamily, on.family), on.access, by=on.by),
    ),
    Pattern("account.of_user", {_QUERY: 2}, lambda on: account.of_user(on.store, on.ada, on.by.at)),
    Pattern(
        "account.end_one",
        {_TRANSACT: 1},
        lambda on: account.end_one(
            on.store, on.ada, on.refresh.family_id, {Key.of(on.family): on.family}, by=on.by, tokens=False
        ),
    ),
    Pattern(
        "account.end_others",
        {_TRANSACT: 1},
        lambda on: account.end_others(on.store, on.ada, on.session, by=on.by),
    ),
    Pattern("account.end_all", {_TRANSACT: 1}, lambda on: account.end_all(on.store, on.ada, by=on.by)),
    Pattern(
        "refresh_tokens.end",
        {_TRANSACT: 1},
        lambda on: refresh_tokens.end(on.store, entity(TokenFamily, on.family), "a test", by=on.by),
    ),
    Pattern(
        "refresh_tokens.start",
        {_TRANSACT: 1},
        lambda on: refresh_tokens.start(on.store, on.ada, "robot", (), renewable=True, by=on.by),
    ),
    Pattern(
        "refresh_tokens.renew",
        {_TRANSACT: 1},
        lambda on: refresh_tokens.renew(on.store, on.family, on.refresh, (), by=on.by),
    ),
    Pattern(
        "login_throttle.take",
        {_UPDATE: 1},
        lambda on: login_throttle.take(on.store, keys.attempts(on.ada.email), on.by.at),
    ),
    Pattern(
        "login_throttle.forget",
        {_DELETE: 1},
        lambda on: login_throttle.forget(on.store, keys.client_attempts("robot", "192.0.2.1"), {}),
    ),
    Pattern(
        "source_failures.add",
        {_UPDATE: 1},
        lambda on: source_failures.add(on.store, "192.0.2.1", on.by.at),
    ),
    Pattern("list_log.allocate", {_UPDATE: 1}, lambda on: list_log.allocate(on.store, keys.USERS, 7)),
    Pattern(
        "list_log.reserve", {_GET: 1, _UPDATE: 1}, lambda on: list_log.reserve(on.store, keys.USERS, 7_000)
    ),
    Pattern(
        "counted_lists.page",
        _PAGE,
        lambda on: counted_lists.page(on.store, keys.USERS, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "counted_lists.page",
        {_BATCH: 1},
        lambda on: counted_lists.page(on.store, keys.USERS, FAR * FAR, SIZE),
        "(past the last)",
        BudgetFixtures.bulk_users,
    ),
    Pattern(
        "counted_lists.everything",
        {_QUERY: 1},
        lambda on: list(counted_lists.everything(on.store, keys.USERS)),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern("projects.visible", {_BATCH: 1}, lambda on: projects.visible(on.store, on.ada, on.row_of_web())),
    Pattern(
        "projects.users_page",
        {_BATCH: 2, _QUERY: 1},
        lambda on: projects.users_page(on.store, on.web, 1, SIZE),
    ),
    Pattern("projects.page", {_BATCH: 1, _QUERY: 1}, lambda on: projects.page(on.store, 1, SIZE)),
    Pattern(
        "projects.in_workspace",
        _JOINED,
        lambda on: projects.in_workspace(on.store, on.base.acme.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_projects,
    ),
    Pattern(
        "projects.of_user_in",
        {_QUERY: 1, _BATCH: 1},
        lambda on: projects.of_user_in(on.store, on.ada, on.base.acme.id),
    ),
    Pattern(
        "projects.members_page",
        _JOINED,
        lambda on: projects.members_page(on.store, on.web, FAR, SIZE),
        prepare=BudgetFixtures.bulk_project_members,
    ),
    Pattern("projects.alive", {_GET: 1}, lambda on: projects.alive(on.store, on.web.id)),
    Pattern(
        "projects.prepare",
        {_UPDATE: 2},
        lambda on: projects.prepare(on.store, on.base.acme, on.spare, by=on.by),
    ),
    Pattern(
        "projects.change",
        {_TRANSACT: 1},
        lambda on: projects.change(on.store, on.web, lambda one: replace(one, name="New"), by=on.by),
    ),
    Pattern(
        "projects.delete",
        {_UPDATE: 2, _TRANSACT: 1},
        lambda on: projects.delete(on.store, on.spare, by=on.by, demand=lambda _: None),
        "(two Queries more where it is from before children were counted)",
    ),
    Pattern(
        "projects.add_member",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: projects.add_member(on.store, on.web, on.base.member.id, by=on.by),
    ),
    Pattern(
        "projects.remove_member",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: projects.remove_member(on.store, on.web, on.ada.id, by=on.by),
    ),
    Pattern(
        "features.in_workspace",
        _JOINED,
        lambda on: features.in_workspace(on.store, on.base.acme.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_features,
    ),
    Pattern("features.in_project", {_QUERY: 1}, lambda on: features.in_project(on.store, on.web.id)),
    Pattern("features.alive", {_GET: 1}, lambda on: features.alive(on.store, on.boards.id)),
    Pattern(
        "features.unknown_references",
        {_BATCH: 1},
        lambda on: features.unknown_references(on.store, on.base.acme.id, on.web.id, on.ada.id),
    ),
    Pattern("features.prepare", {_UPDATE: 1}, lambda on: features.prepare(on.store, on.boards, by=on.by)),
    Pattern(
        "features.change",
        {_TRANSACT: 1},
        lambda on: features.change(on.store, on.boards, lambda one: replace(one, enabled=False), by=on.by),
    ),
    Pattern(
        "features.delete",
        {_UPDATE: 1, _TRANSACT: 1},
        lambda on: features.delete(on.store, on.boards, by=on.by, demand=lambda _: None),
    ),
    Pattern("projects.of_user", {_QUERY: 1, _BATCH: 1}, lambda on: projects.of_user(on.store, on.ada)),
    Pattern("spaces.in_project", {_QUERY: 1}, lambda on: spaces.in_project(on.store, on.web.id, None)),
    Pattern(
        "spaces.of_user_in", {_QUERY: 1}, lambda on: spaces.of_user_in(on.store, on.ada, on.base.acme.id)
    ),
    Pattern(
        "reference_data.features_in_project",
        {_QUERY: 1},
        lambda on: reference_data.features_in_project(on.store, on.web.id),
    ),
    Pattern("reference_data.all_groups", {_QUERY: 1}, lambda on: reference_data.all_groups(on.store)),
    Pattern("reference_data.all_roles", {_QUERY: 1}, lambda on: reference_data.all_roles(on.store)),
    Pattern(
        "counted_lists.few",
        {_BATCH: 1},
        lambda on: counted_lists.few(on.store, [keys.workspaces_of(on.ada.id)], 50),
        "(two where numbers lie past the first ten thousand)",
    ),
    Pattern(
        "counted_lists.rows_of",
        {_BATCH: 2},
        lambda on: counted_lists.rows_of(
            on.store, counted_lists.few(on.store, [keys.workspaces_of(on.ada.id)], 50)
        ),
        "(with `few`)",
    ),
    Pattern("spaces.by_id", {_GET: 1}, lambda on: spaces.by_id(on.store, on.alpha.id)),
    Pattern(
        "counted_lists.counted", {_BATCH: 1}, lambda on: counted_lists.counted(on.store, keys.USERS, None)
    ),
    Pattern("counted_lists.total", {_BATCH: 1}, lambda on: counted_lists.total(on.store, keys.USERS)),
    Pattern(
        "counted_lists.totals",
        {_BATCH: 1},
        lambda on: counted_lists.totals(on.store, [keys.USERS, keys.WORKSPACES]),
    ),
    Pattern("list_log.take", {_UPDATE: 1}, lambda on: list_log.take(on.store, keys.USERS)),
    Pattern("list_log.last_number", {_BATCH: 1}, lambda on: list_log.last_number(on.store, keys.USERS)),
    Pattern("list_log.is_open", {_GET: 1}, lambda on: list_log.is_open(on.store, keys.USERS)),
    Pattern(
        "list_log.open_list",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: list_log.open_list(on.store, keys.apps_in("none")),
    ),
    Pattern("list_log.give_up", {_PUT: 1}, lambda on: list_log.give_up(on.store, keys.USERS, 10_000)),
    Pattern("list_log.pending", {}, lambda on: list_log.pending(on.store, keys.USERS, {}, {}), "(at rest)"),
    Pattern(
        "list_log.fold",
        {_BATCH: 1, _QUERY: 1, _TRANSACT: 1},
        lambda on: list_log.fold(on.store, keys.USERS),
        "(and one Write where more is under way)",
        BudgetFixtures.long_logs,
    ),
    Pattern(
        "list_log.close",
        {_GET: 2, _UPDATE: 2, _BATCH: 1},
        lambda on: list_log.close(on.store, keys.members(on.base.acme.id)),
    ),
    Pattern(
        "audit.page",
        {_QUERY: len(keys.AUDIT_SHARDS) + audit.DAYS},
        lambda on: audit.page(on.store, _WEEK, SIZE),
        "(nobody named)",
    ),
    Pattern("spaces.by_ids", {_BATCH: 1}, lambda on: spaces.by_ids(on.store, [on.alpha.id])),
    Pattern(
        "spaces.page",
        _JOINED,
        lambda on: spaces.page(on.store, on.base.acme.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_spaces,
    ),
    Pattern(
        "spaces.seen_by",
        {_QUERY: 1, _BATCH: 1},
        lambda on: spaces.seen_by(on.store, on.ada, on.base.acme.id),
    ),
    Pattern("spaces.changing", {_QUERY: 1}, lambda on: spaces.changing(on.store)),
    Pattern(
        "spaces.prepare",
        {_UPDATE: 2},
        lambda on: spaces.prepare(on.store, on.base.acme, _NEW_SPACE, by=on.by),
    ),
    Pattern("spaces.alive", {_GET: 1}, lambda on: spaces.alive(on.store, on.alpha)),
    Pattern(
        "spaces.demand_related",
        {_BATCH: 1},
        lambda on: spaces.demand_related(on.store, on.base.acme.id, on.web.id, on.ada.id),
    ),
    Pattern(
        "spaces.change",
        {_TRANSACT: 1},
        lambda on: spaces.change(on.store, _alpha(on), lambda one: replace(one, name="beta"), by=on.by),
    ),
    Pattern(
        "spaces.delete",
        {_UPDATE: 2, _TRANSACT: 1},
        lambda on: spaces.delete(on.store, _spare(on), lambda _: None, by=on.by),
    ),
    Pattern(
        "spaces.prepare_app",
        {_UPDATE: 1},
        lambda on: spaces.prepare_app(on.store, _alpha(on), "portal", by=on.by),
    ),
    Pattern(
        "spaces.apps_page",
        _PAGE,
        lambda on: spaces.apps_page(on.store, on.alpha.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_spaces,
    ),
    Pattern(
        "spaces.delete_app",
        {_UPDATE: 2, _TRANSACT: 1},
        lambda on: spaces.delete_app(on.store, _alpha(on), App("app-1", 1, on.alpha.id, "app-1"), by=on.by),
    ),
    Pattern(
        "space_roles.page",
        {_BATCH: 2, _QUERY: 1},
        lambda on: space_roles.page(
            on.store, on.alpha, FAR, SIZE, on.store.batch_get(space_roles.heads_of(on.alpha.id))
        ),
        "(with the heads that come with the caller)",
        BudgetFixtures.bulk_spaces,
    ),
    Pattern(
        "space_roles.give",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: space_roles.give(on.store, on.alpha, on.base.member.id, SpaceRole.AUDITOR, by=on.by),
    ),
    Pattern(
        "space_roles.end",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: space_roles.end(on.store, on.alpha, on.ada.id, SpaceRole.DEVELOPER, by=on.by),
    ),
    Pattern(
        "audit.page",
        {_QUERY: 1},
        lambda on: audit.page(on.store, replace(_WEEK, actor="x"), SIZE),
        "by actor",
    ),
    Pattern(
        "audit.page",
        {_QUERY: 1},
        lambda on: audit.page(on.store, replace(_WEEK, workspace=on.base.acme.id), SIZE),
        "by workspace",
    ),
    Pattern(
        "audit.erase",
        {_QUERY: 18, _UPDATE: 2},
        lambda on: audit.erase(on.store, on.base.stranger.id, "erased"),
        "(two entries)",
    ),
    # The site's groups, roles and clients.
    Pattern(
        "site_roles.by_number", {_GET: 1}, lambda on: site_roles.by_number(on.store, site_roles.GROUPS, 1)
    ),
    Pattern(
        "site_roles.prepare",
        {_GET: 1, _QUERY: 1},
        lambda on: site_roles.prepare(on.store, site_roles.GROUPS, Group(0, "Staff"), by=on.by),
    ),
    Pattern(
        "site_roles.change",
        {_GET: 1, _QUERY: 1, _TRANSACT: 1},
        lambda on: site_roles.change(
            on.store, site_roles.ROLES, 1, lambda role: replace(role, is_default=True), by=on.by
        ),
    ),
    Pattern(
        "site_roles.delete",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: site_roles.delete(on.store, site_roles.ROLES, 1, by=on.by, demand=lambda _: None),
    ),
    Pattern("webhooks.by_id", {_GET: 1}, lambda on: webhooks.by_id(on.store, None, on.site_webhook.id)),
    Pattern("webhooks.of_owner", {_QUERY: 1}, lambda on: webhooks.of_owner(on.store, on.base.acme.id)),
    Pattern(
        "webhooks.change",
        {_TRANSACT: 1},
        lambda on: webhooks.change(on.store, on.webhook, lambda one: replace(one, enabled=False), by=on.by),
    ),
    Pattern(
        "webhooks.delete",
        {_TRANSACT: 1},
        lambda on: webhooks.delete(on.store, on.webhook, by=on.by, demand=lambda _: None),
    ),
    Pattern(
        "webhooks.disable",
        {_TRANSACT: 1},
        lambda on: webhooks.disable(on.store, on.webhook, "gone", by=on.by),
    ),
    Pattern(
        "webhooks.orders",
        {_QUERY: 1},
        lambda on: webhooks.orders(on.store, on.base.acme.id, [("a place", "roster.user.created")]),
    ),
    Pattern("deliveries.recent", {_QUERY: 1}, lambda on: deliveries.recent(on.store, on.webhook.id)),
    Pattern(
        "deliveries.record",
        {_PUT: 1},
        lambda on: deliveries.record(on.store, replace(on.delivery, tries=2), 1, on.by.at),
    ),
    Pattern(
        "deliveries.lease",
        {_UPDATE: 1},
        lambda on: deliveries.lease(on.store, on.webhook, WebhookHealth(), on.by.at),
    ),
    Pattern(
        "deliveries.lease",
        {_UPDATE: 2},
        lambda on: deliveries.lease(on.store, on.webhook, WebhookHealth(), on.by.at),
        "(while one is taken)",
        prepare=_leased,
    ),
    Pattern(
        "deliveries.release",
        {_UPDATE: 1},
        lambda on: deliveries.release(on.store, on.webhook, "lease_a", WebhookHealth()),
    ),
    Pattern(
        "deliveries.begin_test",
        {_TRANSACT: 1},
        lambda on: deliveries.begin_test(on.store, on.webhook, on.by.at),
    ),
    Pattern("deliveries.end_test", {_UPDATE: 1}, lambda on: deliveries.end_test(on.store, on.webhook)),
    Pattern(
        "deliveries.order_retry",
        {_PUT: 1},
        lambda on: deliveries.order_retry(on.store, on.webhook, on.delivery, on.by.at),
    ),
    Pattern("deliveries.order_replay", {_TRANSACT: 1}, _replaying),
    Pattern("deliveries.orders", {_QUERY: 1}, lambda on: deliveries.orders(on.store)),
    Pattern(
        "deliveries.ordered",
        {_GET: 1},
        lambda on: deliveries.ordered(on.store, keys.replay_order(on.webhook.id)),
    ),
    Pattern(
        "deliveries.went_on",
        {_UPDATE: 1},
        lambda on: deliveries.went_on(
            on.store, item(keys.replay_order(on.webhook.id), {"place": ""}), place="there"
        ),
        prepare=_replaying,
    ),
    Pattern(
        "deliveries.done",
        {_DELETE: 1},
        lambda on: deliveries.done(on.store, item(keys.replay_order(on.webhook.id), {})),
    ),
    Pattern(
        "deliveries.page_of_replay",
        {_QUERY: 1},
        lambda on: deliveries.page_of_replay(on.store, _replay(on.base.acme.id), 40),
        "(of a workspace)",
    ),
    Pattern(
        "deliveries.page_of_replay",
        {_QUERY: 1},
        lambda on: deliveries.page_of_replay(on.store, _replay(""), 40),
        "(of the site)",
    ),
    Pattern("clients.by_id", {_GET: 1}, lambda on: clients.by_id(on.store, "robot", on.by.at)),
    Pattern("clients.everyone", {_QUERY: 1, _BATCH: 1}, lambda on: clients.everyone(on.store, on.by.at)),
    Pattern(
        "clients.change",
        {_GET: 1, _TRANSACT: 1},
        lambda on: clients.change(on.store, "robot", lambda one, _: replace(one, name="R"), by=on.by),
    ),
    Pattern(
        "clients.prepare_secret",
        {_GET: 1},
        lambda on: clients.prepare_secret(on.store, "robot", "another", by=on.by),
    ),
    Pattern(
        "clients.delete",
        {_GET: 1, _TRANSACT: 1},
        lambda on: clients.delete(on.store, "robot", by=on.by, demand=lambda _: None),
    ),
    # Finding users, activity, the router.
    Pattern("search.by_address", {_GET: 2}, lambda on: search.by_address(on.store, "ADA@example.com")),
    Pattern(
        "search.users_page",
        {_QUERY: 1, _BATCH: 1},
        lambda on: search.users_page(on.store, "found", SIZE),
        prepare=BudgetFixtures.routed,
    ),
    Pattern(
        "search.members_page",
        {_QUERY: 1, _BATCH: 1},
        lambda on: search.members_page(on.store, on.base.globex.id, "found", SIZE),
        prepare=BudgetFixtures.routed,
    ),
    Pattern(
        "search.workspaces_page",
        {_QUERY: 1, _BATCH: 1},
        lambda on: search.workspaces_page(on.store, "acme", SIZE),
        prepare=BudgetFixtures.routed,
    ),
    Pattern(
        "search.refresh",
        {_BATCH: 1},
        lambda on: search.refresh(on.store, [keys.user("many-0")], on.by.at),
        "(of what has its rows)",
        BudgetFixtures.routed,
    ),
    Pattern(
        "search.refresh",
        {_BATCH: 4, _QUERY: 1, _TRANSACT: 3},
        lambda on: search.refresh(on.store, [keys.user(on.ada.id)], on.by.at),
        "(of a user with two memberships)",
    ),
    Pattern(
        "activity.days",
        {_QUERY: 1},
        lambda on: activity.days(on.store, keys.SITE_ACTIVITY, on.by.at, 90),
    ),
    Pattern(
        "activity.count",
        {_BATCH: 1, _QUERY: 1, _TRANSACT: 1},
        lambda on: activity.count(on.store, _audited(on), on.by.at),
        "(a change and a sign-in)",
    ),
    Pattern(
        "changes.act",
        {_BATCH: 2, _QUERY: 1, _TRANSACT: 1},
        lambda on: changes.act(on.store, [keys.user("many-0"), *_audited(on)], on.by.at),
        "(a user who has rows, a change and a sign-in)",
        BudgetFixtures.routed,
    ),
    # Events and their feeds.
    Pattern(
        "event_feed.page",
        {_QUERY: 1, _BATCH: 1},
        lambda on: event_feed.page(on.store, keys.WHOLE_FEED, "", SIZE),
        prepare=BudgetFixtures.numbered,
    ),
    Pattern(
        "event_feed.number",
        {_QUERY: 1, _BATCH: 2, _TRANSACT: 1},
        lambda on: event_feed.number(on.store, _audited(on), on.by.at),
        "(a change and a sign-in, found by the Query)",
    ),
    Pattern(
        "event_feed.number",
        {_QUERY: 1, _BATCH: 1},
        lambda on: event_feed.number(on.store, _audited(on), on.by.at),
        "(that have numbers, found by the Query)",
        BudgetFixtures.numbered,
    ),
    Pattern(
        "event_feed.rows_of",
        {_QUERY: 1, _BATCH: 2},
        lambda on: event_feed.rows_of(on.store, _audited(on)),
        "(found by the Query)",
        prepare=BudgetFixtures.numbered,
    ),
    Pattern("event_feed.sent", {_UPDATE: 1}, lambda on: event_feed.sent(on.store, event_feed.FeedRow(1, ()))),
    Pattern(
        "event_feed.restored",
        {_QUERY: len(keys.AUDIT_SHARDS)},
        lambda on: event_feed.restored(on.store, keys.WHOLE_FEED, 1, 40, on.by.at),
    ),
    Pattern(
        "event_feed.publishing",
        {_GET: 1, _UPDATE: 1},
        lambda on: event_feed.publishing(on.store, on.by.at),
        "(the first time)",
    ),
    Pattern(
        "event_feed.missing",
        {_QUERY: len(keys.AUDIT_SHARDS)},
        lambda on: list(event_feed.missing(on.store, instant(on.by.at), instant(on.by.at))),
    ),
    Pattern(
        "event_feed.catch_up",
        {_QUERY: len(keys.AUDIT_SHARDS), _UPDATE: 1},
        lambda on: event_feed.catch_up(
            on.store, event_feed.Publishing(instant(on.by.at), instant(on.by.at)), on.by.at
        ),
        "(where nothing is missing)",
        BudgetFixtures.numbered,
    ),
    Pattern("event_feed.advance", {_UPDATE: 1}, lambda on: event_feed.advance(on.store, "unsent", 2)),
    Pattern(
        "event_feed.rows_since",
        {_QUERY: 1},
        lambda on: list(event_feed.rows_since(on.store, 1)),
        prepare=BudgetFixtures.numbered,
    ),
    Pattern(
        "cloud_events.events_of",
        {},
        lambda on: cloud_events.events_of(on.store, [_CHANGED]),
        "(without profiles)",
    ),
    Pattern(
        "user_lists.page",
        {_BATCH: 3},
        lambda on: user_lists.page(on.store, "active", FAR, SIZE),
        "of a status most have",
        BudgetFixtures.bulk_users,
    ),
    Pattern(
        "user_lists.page",
        {_BATCH: 2, _QUERY: 1},
        lambda on: user_lists.page(on.store, "ADMIN", 1, SIZE),
        "of a role few have",
    ),
    Pattern(
        "user_lists.listed",
        {_BATCH: 1},
        lambda on: user_lists.listed(on.store, on.ada, replace(on.ada, active=False)),
        "(where status or roles change)",
    ),
    Pattern(
        "list_difference.page",
        {_BATCH: 3},
        lambda on: list_difference.page(on.store, keys.USERS, keys.SUSPENDED, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    # Invitations and links.
    Pattern(
        "invitations.open_in",
        {_GET: 1},
        lambda on: invitations.open_in(on.store, on.base.acme, on.invitation.id, instant(on.by.at)),
    ),
    Pattern(
        "invitations.page",
        _PAGE,
        lambda on: invitations.page(on.store, on.base.acme.id, FAR, SIZE),
        prepare=BudgetFixtures.bulk_users,
    ),
    Pattern(
        "invitations.prepare",
        {_BATCH: 1, _UPDATE: 1},
        lambda on: invitations.prepare(
            on.store, on.base.acme, replace(on.invitation, id="x", email="x@example.com"), by=on.by
        ),
    ),
    Pattern(
        "invitations.renew",
        {_TRANSACT: 1},
        lambda on: invitations.renew(on.store, on.invitation, replace(on.invitation, nonce="x"), by=on.by),
    ),
    Pattern(
        "invitations.revoke",
        {_TRANSACT: 1},
        lambda on: invitations.revoke(on.store, on.invitation, by=on.by),
    ),
    Pattern("mail.orders", {_QUERY: 1}, lambda on: list(mail.orders(on.store))),
    Pattern(
        "mail.order_again",
        {_UPDATE: 1},
        lambda on: mail.order_again(on.store, item(keys.mail_of_user("x"), {"job": "x"}), on.by.at),
    ),
    Pattern("mail.ordered", {_GET: 1}, lambda on: mail.ordered(on.store, keys.mail_of_user("x"))),
    Pattern(
        "mail.done",
        {_DELETE: 1},
        lambda on: mail.done(on.store, item(keys.mail_of_user("x"), {"job": "x"})),
    ),
    Pattern(
        "password_links.create",
        {_GET: 1, _TRANSACT: 1},
        lambda on: password_links.create(on.store, on.ada.id, "https://x", by=on.by),
    ),
    Pattern(
        "password_links.forget",
        {_BATCH: 1, _GET: 1, _TRANSACT: 1},
        lambda on: password_links.forget(on.store, on.ada.email, "192.0.2.1", "https://x", by=on.by),
    ),
    Pattern(
        "password_links.reset",
        {_BATCH: 2, _TRANSACT: 1},
        lambda on: password_links.reset(
            on.store, on.reset_link, f"{PASSWORD} new", end_tokens=True, by=on.by
        ),
    ),
    Pattern(
        "password_links.invited",
        {_BATCH: 1},
        lambda on: password_links.invited(on.store, _token(on.account_link), on.by.at),
    ),
    Pattern(
        "password_links.choose_first",
        {_BATCH: 2, _TRANSACT: 1},
        lambda on: password_links.choose_first(
            on.store, _token(on.account_link), None, f"{PASSWORD} new", by=on.by
        ),
    ),
    Pattern(
        "acceptance.look", {_BATCH: 1, _GET: 1}, lambda on: acceptance.look(on.store, on.invited, on.by.at)
    ),
    Pattern(
        "acceptance.accept",
        {_BATCH: 1, _UPDATE: 2, _TRANSACT: 1},
        lambda on: acceptance.accept(on.store, on.invited, None, "New", f"{PASSWORD} new", by=on.by),
    ),
    Pattern(
        "acceptance.join",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: acceptance.join(on.store, on.base.acme, on.invitation, on.base.stranger, by=on.by),
    ),
    Pattern(
        "acceptance.join_as_new",
        {_UPDATE: 2, _TRANSACT: 1},
        lambda on: acceptance.join_as_new(
            on.store,
            on.base.acme,
            on.invitation,
            User("new", 0, on.invitation.email, "New", ""),
            f"{PASSWORD} new",
            by=on.by,
        ),
    ),
    Pattern("factors.of_user", {_QUERY: 1}, lambda on: factors.of_user(on.store, on.eve.id)),
    Pattern(
        "factors.remove",
        {_TRANSACT: 1},
        lambda on: factors.remove(on.store, on.eve, on.phone, demanded=False, by=on.by),
    ),
    Pattern(
        "factors.prepare_reset",
        {_QUERY: 1},
        lambda on: factors.prepare_reset(on.store, on.eve, by=on.by),
    ),
    Pattern(
        "factors.reset",
        {_QUERY: 1, _TRANSACT: 1},
        lambda on: factors.reset(on.store, on.eve, mails=True, by=on.by),
    ),
    Pattern("enrolment.begin", {_PUT: 1}, lambda on: enrolment.begin(on.store, on.eve, "Phone", by=on.by)),
    Pattern("enrolment.confirm", {_GET: 2, _TRANSACT: 1}, _confirm, "(with the reading of what it is of)"),
    Pattern(
        "enrolment.renew_recovery_codes",
        {_TRANSACT: 1},
        lambda on: enrolment.renew_recovery_codes(on.store, on.eve, by=on.by),
    ),
    Pattern(
        "second_factor.log_in",
        {_BATCH: 2, _UPDATE: 1, _TRANSACT: 1},
        lambda on: second_factor.log_in(
            on.store,
            on.asked.text,
            on.code(),
            Sender("192.0.2.1"),
            [on.asked.browser],
            remember=False,
            by=on.by,
        ),
    ),
    Pattern(
        "second_factor.by_answer",
        {_TRANSACT: 1},
        lambda on: second_factor.by_answer(
            on.store,
            on.holder,
            factors.Factors([on.passkey]),
            on.signing.secret,
            second_factor.PasskeyAnswer(PARTY, on.copied),
            by=on.by,
        ),
        "(of a copied passkey)",
    ),
    Pattern(
        "second_factor.by_assertion",
        {_TRANSACT: 1},
        lambda on: second_factor.by_assertion(
            on.store,
            second_factor.PasskeyAnswer(PARTY, on.copied),
            on.holder,
            [on.passkey],
            on.signing.secret,
            by=on.by,
        ),
        "(of a copied passkey)",
    ),
    Pattern(
        "passkey_enrolment.begin",
        {_QUERY: 1, _PUT: 1},
        lambda on: passkey_enrolment.begin(on.store, PARTY, on.ada, by=on.by),
    ),
    Pattern(
        "passkey_enrolment.prepare",
        {_BATCH: 1},
        lambda on: passkey_enrolment.prepare(
            on.store, PARTY, on.session, "Phone", on.attestation, [on.enrolling.browser], by=on.by
        ),
    ),
    Pattern("passkey_login.begin", {_PUT: 1}, lambda on: passkey_login.begin(on.store, on.by.at)),
    Pattern(
        "passkey_login.log_in",
        {_BATCH: 2, _TRANSACT: 1},
        lambda on: passkey_login.log_in(
            on.store, PARTY, on.assertion, Sender("192.0.2.1"), [on.signing.browser], by=on.by
        ),
    ),
    # SCIM:
    Pattern(
        "provisioning.by_id", {_BATCH: 1}, lambda on: provisioning.by_id(on.store, on.base.acme.id, on.ada.id)
    ),
    Pattern(
        "provisioning.by_ids",
        {_BATCH: 1},
        lambda on: provisioning.by_ids(on.store, on.base.acme.id, [on.ada.id, on.base.boss.id]),
    ),
    Pattern(
        "provisioning.by_user_name",
        {_BATCH: 2},
        lambda on: provisioning.by_user_name(on.store, on.base.acme.id, PAULA),
    ),
    Pattern(
        "provisioning.by_external_id",
        {_QUERY: 1, _BATCH: 1},
        lambda on: provisioning.by_external_id(on.store, on.base.acme.id, "p1"),
    ),
    Pattern(
        "provisioning.ids_by_external_id",
        {_QUERY: 1},
        lambda on: provisioning.ids_by_external_id(on.store, on.base.acme.id, "p1"),
    ),
    Pattern(
        "provisioning.ids_by_email",
        {_BATCH: 1, _QUERY: 1},
        lambda on: provisioning.ids_by_email(on.store, on.base.acme.id, PAULA),
    ),
    Pattern(
        "provisioning.by_email",
        {_BATCH: 2, _QUERY: 1},
        lambda on: provisioning.by_email(on.store, on.base.acme.id, PAULA),
    ),
    Pattern(
        "provisioning.page",
        {_BATCH: 3, _GET: 1, _QUERY: 1},
        lambda on: provisioning.page(on.store, on.base.acme.id, 2 * SIZE + 1, SIZE),
        prepare=BudgetFixtures.bulk_suspended,
    ),
    Pattern(
        "provisioning.page",
        {_BATCH: 3, _QUERY: 2},
        lambda on: provisioning.page(on.store, on.base.acme.id, MANY - 50, SIZE),
        "(that reaches into both lists)",
        BudgetFixtures.bulk_suspended,
    ),
    Pattern(
        "provisioning.create",
        {_BATCH: 1, _UPDATE: 2, _TRANSACT: 1},
        lambda on: provisioning.create(on.store, on.base.acme, _written("new"), by=on.by),
    ),
    Pattern(
        "provisioning.create",
        {_BATCH: 2, _UPDATE: 1, _TRANSACT: 1},
        lambda on: provisioning.create(on.store, on.base.acme, _written("stranger"), by=on.by),
        "(of a user who is no member)",
    ),
    Pattern(
        "provisioning.change",
        {_BATCH: 1, _QUERY: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: provisioning.change(
            on.store, on.base.acme, on.paula, lambda _: replace(_written("new"), active=False), by=on.by
        ),
        "(that suspends, with another name)",
    ),
    Pattern("provisioning.is_all_of", {}, lambda on: provisioning.is_all_of(on.store, on.paula)),
    Pattern(
        "provisioning.is_all_of",
        {_BATCH: 1},
        lambda on: provisioning.is_all_of(on.store, replace(on.paula, user=on.ada)),
        "(of a user with a former one)",
    ),
    Pattern(
        "provisioning.end",
        {_UPDATE: 2, _TRANSACT: 1},
        lambda on: provisioning.end(on.store, on.base.acme, on.paula, by=on.by),
        "(with the user)",
    ),
    Pattern(
        "workspace_groups.by_id",
        {_GET: 1},
        lambda on: workspace_groups.by_id(on.store, on.base.acme.id, on.workspace_group.id),
    ),
    Pattern(
        "workspace_groups.by_name",
        {_GET: 1, _BATCH: 1},
        lambda on: workspace_groups.by_name(on.store, on.base.acme.id, "crew"),
    ),
    Pattern(
        "workspace_groups.by_external_id",
        {_QUERY: 1, _BATCH: 1},
        lambda on: workspace_groups.by_external_id(on.store, on.base.acme.id, "g1"),
        prepare=_refer_to_crew,
    ),
    Pattern(
        "workspace_groups.page",
        _JOINED,
        lambda on: workspace_groups.page(on.store, on.base.acme.id, 2 * SIZE + 1, SIZE),
        prepare=BudgetFixtures.bulk_groups,
    ),
    Pattern(
        "group_places.members_page",
        _JOINED,
        lambda on: group_places.members_page(on.store, on.workspace_group, FAR, SIZE),
        prepare=BudgetFixtures.bulk_places,
    ),
    Pattern(
        "group_places.places",
        {_QUERY: 1},
        lambda on: list(group_places.places(on.store, on.workspace_group)),
    ),
    Pattern(
        "group_places.granted",
        {_QUERY: 1},
        lambda on: list(group_places.granted(on.store, on.base.acme.id, on.workspace_group.id)),
    ),
    Pattern(
        "group_places.rulers",
        {_BATCH: 6},
        lambda on: group_places.rulers(on.store, [on.base.acme.id]),
        prepare=_let_crew_rule,
    ),
    Pattern(
        "group_places.pairs_among",
        {_BATCH: 1},
        lambda on: group_places.pairs_among(on.store, [on.workspace_group], [on.base.member.id]),
    ),
    Pattern(
        "workspace_groups.demand_members",
        {_BATCH: 1},
        lambda on: workspace_groups.demand_members(on.store, on.base.acme.id, [on.base.member.id]),
    ),
    Pattern(
        "workspace_groups.create_with",
        {_BATCH: 1, _UPDATE: 2, _TRANSACT: 1},
        lambda on: workspace_groups.create_with(
            on.store, on.base.acme, "New", None, [on.ada.id, on.base.boss.id], by=on.by
        ),
    ),
    Pattern(
        "workspace_groups.create",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: workspace_groups.create(on.store, on.base.acme, "New", None, by=on.by),
    ),
    Pattern(
        "workspace_groups.change",
        {_TRANSACT: 1},
        lambda on: workspace_groups.change(
            on.store, on.base.acme, on.workspace_group, {"name": "New"}, by=on.by
        ),
    ),
    Pattern(
        "workspace_groups.set_role",
        {_QUERY: 1, _BATCH: 1, _TRANSACT: 1},
        lambda on: workspace_groups.set_role(
            on.store, on.base.acme, on.workspace_group, WorkspaceRole.ADMIN, by=on.by
        ),
    ),
    Pattern(
        "workspace_groups.delete",
        {_UPDATE: 1, _TRANSACT: 1},
        lambda on: workspace_groups.delete(on.store, on.base.acme, on.workspace_group, by=on.by),
    ),
    Pattern(
        "workspace_groups.add",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: workspace_groups.add(
            on.store, on.base.acme, on.workspace_group, [on.ada.id, on.base.boss.id], by=on.by
        ),
        "(up to thirty)",
    ),
    Pattern(
        "workspace_groups.remove",
        {_BATCH: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: workspace_groups.remove(
            on.store, on.base.acme, on.workspace_group, [on.base.member.id], by=on.by
        ),
        "(up to thirty)",
    ),
    Pattern(
        "workspace_groups.replace_members",
        {_QUERY: 1, _BATCH: 3, _UPDATE: 2, _TRANSACT: 2},
        lambda on: workspace_groups.replace_members(
            on.store, on.base.acme, on.workspace_group, [on.ada.id], by=on.by
        ),
        "(of one by another)",
    ),
    Pattern(
        "scim_tokens.of_workspace",
        {_BATCH: 1},
        lambda on: scim_tokens.of_workspace(on.store, on.base.acme.id, on.by.at),
    ),
    Pattern(
        "scim_tokens.prepare",
        {_BATCH: 1},
        lambda on: scim_tokens.prepare(on.store, on.base.acme, "Okta", None, by=on.by),
    ),
    Pattern(
        "scim_tokens.revoke",
        {_BATCH: 1, _TRANSACT: 1},
        lambda on: scim_tokens.revoke(on.store, on.base.acme, on.scim_token.id, by=on.by),
    ),
    Pattern(
        "scim_tokens.touch",
        {_UPDATE: 1},
        lambda on: scim_tokens.touch(on.store, _scim_token(on), on.by.at),
        "(once an hour)",
        _later,
    ),
    Pattern("cleanup.jobs", {_QUERY: 1 + len(keys.CLEANUP_SHARDS)}, lambda on: list(cleanup.jobs(on.store))),
    Pattern(
        "cleanup.run",
        {_GET: 3, _QUERY: 1, _TRANSACT: 2, _DELETE: 1},
        lambda on: cleanup.run(on.store, keys.cleanup_of_member(on.base.acme.id, on.ada.id), on.by.at),
        "(a membership with two grants)",
        _leave,
    ),
)
