"""A directory with an item of every kind, and one way to break each invariant behind its back, alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cli.invariants import Invariant
from roster.auth import (
    account,
    api_tokens,
    challenges,
    enrolment,
    login_throttle,
    refresh_tokens,
    scim_tokens,
    sessions,
    source_failures,
)
from roster.auth.credentials import digest
from roster.clock import instant
from roster.db import idempotency, keys, list_log
from roster.db.codec import attributes
from roster.db.store import Delete, Item, Key, Put, Store, Update, Value, every
from roster.db.transactions import Transaction, item
from roster.directory import (
    changes,
    cleanup,
    deliveries,
    event_feed,
    factors,
    grants,
    invitations,
    mail,
    members,
    projects,
    provisioning,
    reference_data,
    scim_views,
    spaces,
    users,
    webhooks,
    workspace_groups,
    workspaces,
)
from roster.directory.emails import canonical
from roster.domain import (
    Actor,
    ApiToken,
    App,
    ChallengePurpose,
    Client,
    Delivery,
    Enrolment,
    Factor,
    FactorKind,
    Feature,
    Group,
    Invitation,
    PasswordLink,
    PermissionRole,
    PlatformRole,
    Project,
    ScimToken,
    ScimView,
    Space,
    SpaceRole,
    User,
    Webhook,
    WebhookHealth,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)
from roster.events import Event
from tests.support.directory import settle

NOW = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
BY = Actor("test", NOW)
SECRET = "a secret that came with an import, long enough"
SESSION = "s1"


def whole(store: Store) -> None:
    """root (ADMIN), ann (ADMIN of acme, member of beta), bob (member of acme, with grants), gil and sue, whom
    the identity provider of acme made members, sue suspended; and the rest.
    """
    user(store, "root", roles=(PlatformRole.ADMIN,))
    ann = user(store, "ann", password="x")
    bob = user(store, "bob")
    acme, beta = workspace(store, "acme"), workspace(store, "beta")
    members.add(store, acme, "ann", WorkspaceRole.ADMIN, by=BY)
    later = replace(BY, at=NOW + timedelta(minutes=1))
    members.add(store, beta, "ann", WorkspaceRole.MEMBER, by=later)
    joined, _ = members.add(store, acme, "bob", WorkspaceRole.MEMBER, by=BY)
    project = Project("web", list_log.allocate(store, keys.PROJECTS), "acme", "Web")
    project = replace(project, place=list_log.allocate(store, keys.projects_in("acme")))
    space = Space("dev", list_log.allocate(store, keys.SPACES), "acme", "dev", instant(NOW), project_id="web")
    other = Space("ops", list_log.allocate(store, keys.SPACES), "acme", "ops", instant(NOW))
    work = Transaction(BY)
    projects.plan(work, project)
    work.commit(store)
    work = Transaction(BY)
    spaces.plan(work, space)
    spaces.plan(work, other)
    work.commit(store)
    work = Transaction(BY)
    spaces.plan_app(work, App("app", list_log.allocate(store, keys.APPS), "dev", "portal"))
    place = list_log.allocate(store, keys.features_in("acme"), 2)
    boards = Feature("boards", "acme", "Boards", project_id="web", module="Boards", place=place)
    reference_data.plan_feature(work, boards)
    reference_data.plan_feature(work, Feature("plain", "acme", "Plain", place=place + 1))
    reference_data.plan_role(work, PermissionRole(1, "Viewer", is_default=True))
    reference_data.plan_group(work, Group(1, "QA"))
    reference_data.plan_client(work, Client("cf", ("password",)), "d")
    grants.plan_space_role(work, space, bob, SpaceRole.DEVELOPER, joined.number)
    grants.plan_project_member(work, project, bob, joined.number)
    imported = ApiToken(api_tokens.id_of(SECRET), "ann", "ci", instant(NOW))
    api_tokens.plan(work, imported, SECRET, imported=True)
    question = idempotency.Question.of(idempotency.key_of("ann", "/x", "k"), "k", {})
    idempotency.keep(work, question, "{}")
    work.commit(store)
    for name in ("closed", "left"):
        workspace(store, name)
        _suspend(store, name)
    workspaces.delete(store, _workspace(store, "left"), by=BY, demand=lambda _: None)
    cleanup.run(store, keys.cleanup_of_workspace("left"), NOW)
    api_tokens.create(store, ann, "own", None, None, by=BY)
    sessions.start(store, ann, by=BY)
    refresh_tokens.start(store, ann, "cf", (), renewable=True, by=BY)
    login_throttle.take(store, keys.attempts("ann@example.com"), NOW)
    login_throttle.take(store, keys.client_attempts("cf", "192.0.2.1"), NOW)
    invite(store, acme)
    prove(store, users.alive(store, "ann"))
    for owner in ("acme", None):
        hear(store, Webhook("hook00", "https://hooks.example.com/", "whpk_", "", owner, signing="sealed"))
    provision(store, acme)
    settle(store)
    for kind in (keys.source_logins, keys.source_gateway, keys.source_forgotten):
        source_failures.add(store, "192.0.2.1", NOW, kind)
    routed(store)
    published(store)


def published(store: Store) -> None:
    """Number what was changed, as the publisher does."""
    places = [Key.of(found) for shard in keys.AUDIT_SHARDS for found in every(store, shard)]
    for row in event_feed.number(store, places, NOW):
        event_feed.sent(store, row)
    event_feed.publishing(store, NOW)


def hear(store: Store, webhook: Webhook) -> None:
    """A webhook that was sent an event, and is to be sent more."""
    work, made = webhooks.prepare(webhook, by=BY)
    work.commit(store)
    delivery = Delivery("e1", made.id, "roster.user.created", "2026-01-01T00:00:00Z#e#001")
    deliveries.record(store, delivery, 0, NOW)
    deliveries.lease(store, made, WebhookHealth(), NOW)
    deliveries.order_retry(store, made, delivery, NOW)


def routed(store: Store) -> None:
    """Let what follows the stream see every item."""
    changes.act(store, [Key.of(one) for one in store.scan().items], NOW)


def invite(store: Store, acme: Workspace) -> None:
    """An open invitation, one that was taken back, a link of ann's, and mails that were not sent yet."""
    for place, email in enumerate(("eve@example.com", "mallory@example.com")):
        wanted = Invitation(
            f"i{place}",
            0,
            "acme",
            email,
            WorkspaceRole.MEMBER,
            "",
            instant(NOW + timedelta(days=7)),
            nonce="n",
            digest="d",
        )
        work, made = invitations.prepare(store, acme, wanted, by=BY)
        work.commit(store)
    invitations.revoke(store, made, by=BY)
    work = Transaction(BY)
    link = PasswordLink("ann", "ann@example.com", 0, instant(NOW), instant(NOW), nonce="n", digest="d")
    work.do(Put(item(keys.password_link("ann"), attributes(link))))
    mail.order(work, keys.mail_of_user("ann"), "n", user_id="ann")
    mail.order(work, keys.mail_of_invitation("acme", "i0"), "n", workspace_id="acme", invitation_id="i0")
    mail.order(work, keys.mail_of_factors("ann"), "n", user_id="ann", about="factors")
    work.do(Put(item(keys.forgotten("ann@example.com"), {"since": 1, "count": 1})))
    work.commit(store)


def provision(store: Store, acme: Workspace) -> None:
    """Members as an identity provider wrote them, two groups, of which one makes its members ADMINs, and the
    provider's token.
    """
    for name, active in (("gil", True), ("sue", False)):
        profile = provisioning.MemberProfile(user(store, name).email, name.title())
        body = f'{{"emails":[{{"value":"{name}@home.example"}}]}}'
        wanted = provisioning.WrittenMember(name, profile, f"e-{name}", body, active)
        provisioning.create(store, acme, wanted, by=BY)
    for name, role in (("crew", None), ("chiefs", WorkspaceRole.ADMIN)):
        work = Transaction(BY)
        place = work.take(store, keys.groups_in("acme"))
        made = WorkspaceGroup(
            name, "acme", place, name.title(), instant(NOW), instant(NOW), f"e-{name}", role
        )
        workspace_groups.plan(work, made)
        work.commit(store)
        people = ["bob", "gil", "sue"] if role is None else ["gil", "sue"]
        workspace_groups.add(store, acme, made, people, by=BY)
    work, _, _ = scim_tokens.prepare(store, acme, "Entra ID", None, by=BY)
    work.commit(store)


def prove(store: Store, ann: User) -> None:
    """A factor of hers, recovery codes, an authenticator to confirm, and challenges of hers and of nobody."""
    phone = Factor("phone", "ann", FactorKind.TOTP, "Phone", instant(NOW), secret="s")
    work, changed = factors.prepare_adding(ann, phone, by=BY)
    begun = Enrolment("tablet", "ann", "Tablet", instant(NOW), instant(NOW), "s")
    work.do(Put(item(keys.enrolment("ann"), attributes(begun))))
    for user in (changed, None):
        work.do(challenges.new(ChallengePurpose.PASSKEY, user, NOW).write)
    work.commit(store)
    enrolment.renew_recovery_codes(store, changed, by=BY)


def user(
    store: Store, name: str, *, password: str | None = None, roles: tuple[PlatformRole, ...] = ()
) -> User:
    wanted = User(name, 0, f"{name}@example.com", name.title(), "", roles=roles or (PlatformRole.USER,))
    return users.create(store, wanted, password, by=BY)


def workspace(store: Store, name: str) -> Workspace:
    return workspaces.create(store, Workspace(name, 0, name, name.title(), ""), by=BY)


# Damages. Each returns the key that a report must name.

Damage = Callable[[Store], Key]


@dataclass(frozen=True)
class Case:
    """An invariant, how it is broken, and whether repair can tell what is right."""

    name: str
    invariant: Invariant
    damage: Damage
    mends: bool = True


def got(store: Store, key: Key) -> Item:
    found = store.get(key)
    assert found is not None, key
    return found


def number(store: Store, key: Key) -> int:
    value = got(store, key)["number"]
    assert isinstance(value, int)
    return value


def sets(where: Key | Callable[[Store], Key], **state: Value) -> Damage:
    """Something else stands in an item."""

    def damage(store: Store) -> Key:
        key = where if isinstance(where, Key) else where(store)
        got(store, key)
        store.write(Update(key, set=state))
        return key

    return damage


def lacks(where: Key, owner: Key) -> Damage:
    """An item is gone that another must have."""

    def damage(store: Store) -> Key:
        got(store, where)
        store.write(Delete(where))
        return owner

    return damage


def stray(where: Key, **state: Value) -> Damage:
    """An item is there that belongs to nobody."""

    def damage(store: Store) -> Key:
        store.write(Put(item(where, state)))
        return where

    return damage


def stray_row(listing: str, **state: Value) -> Damage:
    """A row is there, and counted, that belongs to nobody."""

    def damage(store: Store) -> Key:
        work = Transaction(BY)
        work.add_row(listing, 7777, state)
        work.commit(store)
        list_log.reserve(store, listing, 7777)
        return keys.row(listing, 7777)

    return damage


def row(listing: str, owner: Key) -> Callable[[Store], Key]:
    return lambda store: keys.row(listing, number(store, owner))


def without_workspace(plan: Callable[[Transaction], Key]) -> Damage:
    """Something is there whose workspace has vanished without trace."""

    def damage(store: Store) -> Key:
        gone = workspace(store, "gone")
        work = Transaction(BY)
        broken = plan(work)
        work.commit(store)
        work = Transaction(BY)
        work.do(Delete(keys.workspace(gone.id)))
        work.do(Delete(keys.workspace_key(gone.key)))
        work.remove_row(keys.WORKSPACES, gone.number)
        work.commit(store)
        return broken

    return damage


def _project(work: Transaction) -> Key:
    projects.plan(work, Project("stray", 500, "gone", "Stray", place=1))
    work.do(Update(keys.counter(keys.PROJECTS), set={"last": 500}))
    work.do(Update(keys.counter(keys.projects_in("gone")), set={"last": 1}))
    return keys.project("stray")


def _space(work: Transaction) -> Key:
    spaces.plan(work, Space("stray", 500, "gone", "stray", instant(NOW)))
    work.do(Update(keys.counter(keys.SPACES), set={"last": 500}))
    return keys.space("stray")


def _feature(work: Transaction) -> Key:
    reference_data.plan_feature(work, Feature("stray", "gone", "Stray", place=1))
    work.do(Update(keys.counter(keys.features_in("gone")), set={"last": 1}))
    return keys.feature("stray")


def membership_of_nowhere(store: Store) -> Key:
    gone = workspace(store, "gone")
    members.add(store, gone, "root", WorkspaceRole.MEMBER, by=BY)
    work = Transaction(BY)
    work.do(Delete(keys.workspace("gone")))
    work.do(Delete(keys.workspace_key("gone")))
    work.remove_row(keys.WORKSPACES, gone.number)
    work.commit(store)
    return keys.member("gone", "root")


def planned(plan: Callable[[Transaction], Key]) -> Damage:
    def damage(store: Store) -> Key:
        work = Transaction(BY)
        broken = plan(work)
        work.commit(store)
        return broken

    return damage


def in_vanished_project(plan: Callable[[Transaction], Key]) -> Damage:
    """Something is there whose project has vanished without trace."""

    def damage(store: Store) -> Key:
        gone = Project("gone", list_log.allocate(store, keys.PROJECTS), "acme", "Gone")
        gone = replace(gone, place=list_log.allocate(store, keys.projects_in("acme")))
        work = Transaction(BY)
        projects.plan(work, gone)
        work.commit(store)
        broken = planned(plan)(store)
        work = Transaction(BY)
        work.do(Delete(keys.project("gone")))
        work.remove_row(keys.PROJECTS, gone.number)
        work.remove_row(keys.projects_in("acme"), gone.place)
        work.commit(store)
        return broken

    return damage


def _space_of_no_project(work: Transaction) -> Key:
    spaces.plan(work, Space("stray", 500, "acme", "stray", instant(NOW), project_id="gone"))
    work.do(Update(keys.counter(keys.SPACES), set={"last": 500}))
    return keys.space("stray")


def _feature_of_no_project(work: Transaction) -> Key:
    reference_data.plan_feature(work, Feature("stray", "acme", "Stray", project_id="gone", place=9))
    work.do(Update(keys.counter(keys.features_in("acme")), set={"last": 9}))
    return keys.feature("stray")


def _grant_of_no_project(work: Transaction) -> Key:
    nowhere = Project("gone", 500, "acme", "gone")
    grants.plan_project_member(work, nowhere, User("root", 1, "", "", ""), 0)
    return keys.project_grant("root", "acme", "gone")


def listed_nowhere(listing: str, owner: Key) -> Damage:
    """An item as an earlier version wrote it, which kept no list of these for each workspace."""

    def damage(store: Store) -> Key:
        place = got(store, owner)["place"]
        assert isinstance(place, int)
        work = Transaction(BY)
        work.do(Update(owner, remove=("place",)))
        work.remove_row(listing, place)
        work.commit(store)
        return owner

    return damage


def in_vanished_space(plan: Callable[[Transaction], Key]) -> Damage:
    """Something is there whose space has vanished without trace."""

    def damage(store: Store) -> Key:
        number = list_log.allocate(store, keys.SPACES)
        work = Transaction(BY)
        spaces.plan(work, Space("none", number, "acme", "none", instant(NOW)))
        work.commit(store)
        broken = planned(plan)(store)
        work = Transaction(BY)
        work.do(Delete(keys.space("none")))
        work.do(Delete(keys.space_name("acme", "none")))
        work.remove_row(keys.SPACES, number)
        work.remove_row(keys.spaces_in("acme"), number)
        work.commit(store)
        return broken

    return damage


def two_of_a_name(store: Store) -> Key:
    """A second space with a name that another of the workspace holds, as earlier versions allowed."""
    store.write(Delete(keys.space_name("acme", "ops")))
    for key in (keys.space("ops"), row(keys.SPACES, keys.space("ops"))(store)):
        store.write(Update(key, set={"name": "Dev"}))
    store.write(Update(row(keys.spaces_in("acme"), keys.space("ops"))(store), set={"name": "Dev"}))
    return keys.space("ops")


def _grant_of_another_number(work: Transaction) -> Key:
    renumbered = Space("ops", 500, "acme", "ops", instant(NOW))
    grants.plan_space_role(work, renumbered, User("root", 1, "", "", ""), SpaceRole.AUDITOR, 0)
    return keys.space_grant("root", "acme", "ops", "auditor")


def _app_of_no_space(work: Transaction) -> Key:
    spaces.plan_app(work, App("stray", 99, "none", "stray"))
    work.do(Update(keys.counter(keys.APPS), set={"last": 99}))
    return keys.app("stray")


def _grant_of_no_space(work: Transaction) -> Key:
    nowhere = Space("none", 500, "acme", "none", instant(NOW))
    root = User("root", 1, "", "", "")
    grants.plan_space_role(work, nowhere, root, SpaceRole.AUDITOR, 0)
    return keys.space_grant("root", "acme", "none", "auditor")


def _grant_of_nobody(work: Transaction) -> Key:
    web = Project("web", 1, "acme", "Web")
    grants.plan_project_member(work, web, User("nobody", 500, "", "", ""), 0)
    return keys.project_grant("nobody", "acme", "web")


def membership_of_nobody(store: Store) -> Key:
    """The user has vanished without trace; the membership stands as it was."""
    gone = user(store, "gone")
    members.add(store, workspace(store, "gamma"), "gone", WorkspaceRole.MEMBER, by=BY)
    work = Transaction(BY)
    work.do(Delete(keys.user("gone")))
    work.do(Delete(keys.email(canonical(gone.email))))
    work.remove_row(keys.USERS, gone.number)
    work.commit(store)
    return keys.member("gamma", "gone")


def session(user_id: str) -> Damage:
    at = instant(NOW)
    state: Item = {"id": "s9", "user_id": user_id, "created_at": at, "seen_at": at, "epoch": 0, "digest": "d"}
    return stray(keys.session(user_id, "s9"), **state)


def token(user_id: str) -> Damage:
    state: Item = {"id": "t9", "user_id": user_id, "name": "t", "created_at": instant(NOW), "digest": "d"}
    return stray(keys.token(user_id, "t9"), **state)


def family(user_id: str) -> Damage:
    at = instant(NOW)
    state: Item = {"id": "f9", "user_id": user_id, "client_id": "cf", "epoch": 0, "digest": "d"}
    return stray(keys.family(user_id, "f9"), **state, created_at=at, expires_at=at)


def access(user_id: str) -> Damage:
    state: Item = {
        "id": "x9",
        "user_id": user_id,
        "family_id": "f9",
        "expires_at": instant(NOW),
        "digest": "d",
    }
    return stray(keys.access(user_id, "x9"), **state)


def deleted_without_cleanup(store: Store) -> Key:
    """A deleted user's membership, of which no cleanup knows any more."""
    user(store, "dead")
    members.add(store, workspace(store, "gamma"), "dead", WorkspaceRole.ADMIN, by=BY)
    users.delete(store, users.alive(store, "dead"), by=BY)
    store.write(Delete(keys.cleanup_of_user("dead")))
    return keys.member("gamma", "dead")


def floor_without_cleanup(store: Store) -> Key:
    members.remove(store, _workspace(store, "beta"), "ann", by=BY, even_last_admin=True)
    store.write(Delete(keys.cleanup_of_member("beta", "ann")))
    return keys.user("ann")


def old_cleanup(store: Store) -> Key:
    key = keys.cleanup_of_user("dead")
    user(store, "dead")
    users.delete(store, users.alive(store, "dead"), by=BY)
    store.write(Update(key, set={"since": instant(NOW - timedelta(hours=2))}))
    return key


def old_cleanup_of_tokens(store: Store) -> Key:
    """The API tokens of somebody living have all ended, and nobody removes them."""
    key = keys.cleanup_of_tokens("ann")
    account.end_all(store, users.alive(store, "ann"), by=BY)
    store.write(Update(key, set={"since": instant(NOW - timedelta(hours=2))}))
    return key


def void_grants_without_cleanup(store: Store) -> Key:
    """Grants of an ended membership; a new one has taken its place before they were cleared."""
    acme = _workspace(store, "acme")
    members.remove(store, acme, "bob", by=BY, even_last_admin=True)
    members.add(store, acme, "bob", WorkspaceRole.MEMBER, by=BY)
    store.write(Delete(keys.cleanup_of_member("acme", "bob")))
    return keys.project_grant("bob", "acme", "web")


def swapped_bit(store: Store) -> Key:
    """A leaf with as many bits as there are rows, but another one's."""
    key = keys.branch(keys.USERS, 0)
    store.write(Update(key, add={"0": (1 << 90) - (1 << number(store, keys.user("ann")))}))
    return key


def _suspend(store: Store, name: str) -> Workspace:
    return workspaces.change(store, _workspace(store, name), lambda one: replace(one, active=False), by=BY)


def suspended_without_row(store: Store) -> Key:
    _suspend(store, "beta")
    store.write(Delete(keys.suspended("beta")))
    store.write(Update(keys.suspensions(), add={"count": -1}))
    return keys.workspace("beta")


def row_of_an_active_one(store: Store) -> Key:
    store.write(Update(keys.suspensions(), add={"count": 1}))
    return stray(keys.suspended("acme"), workspace_id="acme")(store)


def suspended_twice(store: Store) -> Key:
    store.write(Update(keys.suspensions(), add={"count": 1}))
    return keys.suspensions()


def workspace_without_teardown(store: Store) -> Key:
    """What was in a deleted workspace, of which no cleanup knows any more."""
    suspended = _suspend(store, "beta")
    workspaces.delete(store, suspended, by=BY, demand=lambda _: None)
    store.write(Delete(keys.cleanup_of_workspace("beta")))
    return keys.member("beta", "ann")


def two_of_an_address(store: Store) -> Key:
    """A second user with an address that another holds."""
    other = user(store, "twin")
    state: Item = {"email": "ann@example.com"}
    store.write(Update(keys.user("twin"), set=state))
    store.write(Update(keys.row(keys.USERS, other.number), set=state))
    store.write(Delete(keys.email("twin@example.com")))
    return keys.user("twin")


def _workspace(store: Store, name: str) -> Workspace:
    found = workspaces.by_id(store, name)
    assert found is not None
    return found


def invitation_to_nowhere(store: Store) -> Key:
    gone = workspace(store, "gone")
    at = instant(NOW)
    wanted = Invitation("i9", 0, "gone", "x@example.com", WorkspaceRole.MEMBER, "", at, digest="d")
    work, _ = invitations.prepare(store, gone, wanted, by=BY)
    work.commit(store)
    work = Transaction(BY)
    work.do(Delete(keys.workspace("gone")))
    work.do(Delete(keys.workspace_key("gone")))
    work.remove_row(keys.WORKSPACES, gone.number)
    work.commit(store)
    return keys.invitation("gone", "i9")


def row_of_events_lost(store: Store) -> Key:
    """A row in the middle of acme's feed."""
    feed = keys.feed_of("acme")
    for _ in range(3):
        work = Transaction(BY)
        work.audit(Event.MEMBER_ADDED, "ann", workspace="acme", role="ADMIN")
        work.commit(store)
        published(store)
    *_, lost, after = every(store, feed)
    store.write(Delete(Key.of(lost)))
    return Key.of(after)


def too_many_factors(store: Store) -> Key:
    sets(row(keys.USERS, _ANN), factors=2)(store)
    return sets(_ANN, factors=2)(store)


def factor_of_nobody(store: Store) -> Key:
    lost = Factor("lost", "none", FactorKind.PASSKEY, "Key", instant(NOW))
    return stray(keys.factor("none", "lost"), **attributes(lost))(store)


def link_of_nobody(store: Store) -> Key:
    at = instant(NOW)
    link = PasswordLink("none", "n@example.com", 0, at, at, digest="d")
    return stray(keys.password_link("none"), **attributes(link))(store)


def view_of_no_member(work: Transaction) -> Key:
    view = ScimView("acme", "root", "root", instant(NOW), instant(NOW), "e-root")
    scim_views.plan(work, None, view, {})
    return keys.scim_view("acme", "root")


def _group_of_nowhere(work: Transaction) -> Key:
    group = WorkspaceGroup("stray", "gone", 1, "Stray", instant(NOW), instant(NOW), "e-stray")
    workspace_groups.plan(work, group)
    work.do(Update(keys.counter(keys.groups_in("gone")), set={"last": 1}))
    return keys.workspace_group("gone", "stray")


def group_without_cleanup(store: Store) -> Key:
    """The places of a deleted group, of which no cleanup knows any more."""
    chiefs = workspace_groups.by_id(store, "acme", "chiefs")
    workspace_groups.delete(store, _workspace(store, "acme"), chiefs, by=BY)
    store.write(Delete(keys.cleanup_of_workspace_group("acme", "chiefs")))
    return keys.group_place("gil", "acme", "chiefs")


def scim_token_of_nothing(store: Store) -> Key:
    token = ScimToken("t9", "none", 1, "t", instant(NOW))
    return stray(keys.scim_token("none", 1), **attributes(token), digest="d")(store)


def number_of_one_who_is_suspended(store: Store) -> Key:
    """The number of a suspended membership may be given again: nothing in the members' own list has it."""
    store.write(Update(keys.counter(keys.members("acme")), set={"last": number(store, _SUES) - 1}))
    return keys.counter(keys.members("acme"))


_SUE, _GIL, _SUES = keys.user("sue"), keys.user("gil"), keys.member("acme", "sue")
_CREW, _CREWS = keys.workspace_group("acme", "crew"), keys.members_of_group("acme", "crew")
_SUES_VIEW, _SUES_NAME = keys.scim_view("acme", "sue"), keys.scim_user_name("acme", "sue")
_SUES_ADDRESS = keys.scim_address("acme", "sue@home.example", "sue")
_INVITATION = keys.invitation("acme", "i0")
_ANN, _BOB, _ACME = keys.user("ann"), keys.user("bob"), keys.workspace("acme")
_BOBS = keys.member("acme", "bob")
_ANN_LOCK, _WEB, _DEV = keys.email("ann@example.com"), keys.project("web"), keys.space("dev")
_APP = keys.app("app")
_PLACE, _ROLE = keys.project_grant("bob", "acme", "web"), keys.space_grant("bob", "acme", "dev", "developer")
_SECRET_LOCK = keys.secret(digest("another secret"))


def listed_as_suspended(store: Store) -> Key:
    """Who is active is among the suspended."""
    place = row(keys.SUSPENDED, keys.user("bob"))(store)
    work = Transaction(BY)
    work.add_row(keys.SUSPENDED, number(store, keys.user("bob")), {"user_id": "bob"})
    work.commit(store)
    return place


CASES = [
    Case("a user whose name is a number", Invariant.SHAPE, sets(_ANN, full_name=7), mends=False),
    Case("a client under another's key", Invariant.SHAPE, sets(keys.client("cf"), id="other"), mends=False),
    Case("an item of no kind", Invariant.SHAPE, stray(Key(_ANN.pk, "NONSENSE")), mends=False),
    Case("a partition of no kind", Invariant.SHAPE, stray(Key("NONSENSE", "PROFILE")), mends=False),
    Case("a count that is a text", Invariant.SHAPE, sets(keys.site_admins(), other="x"), mends=False),
    Case("a user whom no reader names", Invariant.SHAPE, sets(_ANN, number=10**9), mends=False),
    Case("a project that no reader names", Invariant.SHAPE, sets(_WEB, number=10**9), mends=False),
    Case(
        "another default role",
        Invariant.DEFAULT_ROLE,
        sets(keys.default_role(), number=7),
    ),
    Case(
        "a row of no client",
        Invariant.CLIENT_ROW,
        stray(keys.client_row("gone"), client_id="gone"),
    ),
    Case("a row of one who is active", Invariant.USER_KIND_ROW, listed_as_suspended),
    Case(
        "no search row",
        Invariant.SEARCH_ROW,
        lacks(keys.search_row(keys.SEARCHED_USERS, "bob", "bob"), keys.searched(keys.user("bob"))),
    ),
    Case("a stale row", Invariant.USER_ROW, sets(row(keys.USERS, _ANN), full_name="Old")),
    Case(
        "a row of nobody",
        Invariant.USER_ROW,
        stray_row(
            keys.USERS, id="none", number=7777, email="n@example.com", full_name="N", created_at=instant(NOW)
        ),
    ),
    Case("no lock", Invariant.EMAIL_LOCK, lacks(_ANN_LOCK, _ANN)),
    Case("a lock of nobody", Invariant.EMAIL_LOCK, stray(keys.email("n@example.com"), user_id="none")),
    Case(
        "a lock of another address", Invariant.EMAIL_LOCK, stray(keys.email("n@example.com"), user_id="ann")
    ),
    Case("two of an address", Invariant.EMAIL_LOCK, two_of_an_address, mends=False),
    Case("a password of nobody", Invariant.PASSWORD_OWNER, stray(keys.password("none"), hash="x")),
    Case("a session of nobody", Invariant.SESSION_OWNER, session("none"), mends=False),
    Case("a token of nobody", Invariant.TOKEN_OWNER, token("none"), mends=False),
    Case("a family of nobody", Invariant.FAMILY_OWNER, family("none"), mends=False),
    Case("an access token of nobody", Invariant.ACCESS_OWNER, access("none"), mends=False),
    Case("a lead to no token", Invariant.SECRET_LOCK, stray(_SECRET_LOCK, user_id="ann", token_id="none")),
    Case("another oldest", Invariant.OLDEST_MEMBERSHIP, sets(_ANN, oldest_workspace_id="beta")),
    Case("another day", Invariant.OLDEST_MEMBERSHIP, sets(_ANN, oldest_membership_at="2001-01-01T00:00:00Z")),
    Case(
        "an oldest of none",
        Invariant.OLDEST_MEMBERSHIP,
        sets(keys.user("root"), oldest_workspace_id="beta", oldest_membership_at=instant(NOW)),
    ),
    Case("too many ADMINs", Invariant.SITE_ADMINS, sets(keys.site_admins(), count=3)),
    Case("a stale row", Invariant.WORKSPACE_ROW, sets(row(keys.WORKSPACES, _ACME), name="Old")),
    Case("no lock", Invariant.KEY_LOCK, lacks(keys.workspace_key("acme"), _ACME)),
    Case("a lock of nothing", Invariant.KEY_LOCK, stray(keys.workspace_key("none"), workspace_id="none")),
    Case("too many ADMINs", Invariant.WORKSPACE_ADMINS, sets(_ACME, admins=2)),
    Case("a suspended one without its row", Invariant.SUSPENDED_ROW, suspended_without_row),
    Case(
        "a row of one that is not suspended",
        Invariant.SUSPENDED_ROW,
        row_of_an_active_one,
    ),
    Case("too many suspended", Invariant.SUSPENSIONS, suspended_twice),
    Case("a deleted workspace", Invariant.ABANDONED_CLEANUP, workspace_without_teardown),
    Case("too many boards", Invariant.MODULE_COUNT, sets(_ACME, features_Boards=3)),
    Case("bookings of none", Invariant.MODULE_COUNT, sets(_ACME, features_Booking=1)),
    Case("a stale row", Invariant.MEMBER_ROW, sets(row(keys.members("acme"), _BOBS), role="ADMIN")),
    Case(
        "a stale row",
        Invariant.USERS_WORKSPACE_ROW,
        sets(
            row(keys.workspaces_of("ann"), keys.workspace("beta")),
            created_at=instant(NOW + timedelta(hours=9)),
        ),
    ),
    Case("a member who is nobody", Invariant.MEMBERSHIP_USER, membership_of_nobody, mends=False),
    Case("a member of nothing", Invariant.MEMBERSHIP_WORKSPACE, membership_of_nowhere, mends=False),
    Case(
        "a stale row",
        Invariant.INVITATION_ROW,
        sets(row(keys.invitations_in("acme"), _INVITATION), state="revoked"),
    ),
    Case("no lock", Invariant.INVITATION_LOCK, lacks(keys.invited("acme", "eve@example.com"), _INVITATION)),
    Case(
        "a lock of one that ended",
        Invariant.INVITATION_LOCK,
        stray(keys.invited("acme", "mallory@example.com"), id="i1", number=2, expires_at=instant(NOW)),
    ),
    Case("of no workspace", Invariant.INVITATION_WORKSPACE, invitation_to_nowhere, mends=False),
    Case("a link of nobody", Invariant.LINK_OWNER, link_of_nobody),
    Case("a stale row", Invariant.PROJECT_ROW, sets(row(keys.PROJECTS, _WEB), name="Old")),
    Case(
        "a row of nothing",
        Invariant.PROJECT_ROW,
        stray_row(keys.PROJECTS, id="none", workspace_id="acme", name="None"),
    ),
    Case("of no workspace", Invariant.PROJECT_WORKSPACE, without_workspace(_project), mends=False),
    Case("listed nowhere", Invariant.WORKSPACES_PROJECT_ROW, listed_nowhere(keys.projects_in("acme"), _WEB)),
    Case(
        "listed nowhere",
        Invariant.WORKSPACES_FEATURE_ROW,
        listed_nowhere(keys.features_in("acme"), keys.feature("plain")),
    ),
    Case("too many spaces", Invariant.PROJECT_CHILDREN, sets(_WEB, children=7)),
    Case("a place in nothing", Invariant.ABANDONED_CLEANUP, in_vanished_project(_grant_of_no_project)),
    Case("a stale row", Invariant.SPACE_ROW, sets(row(keys.SPACES, _DEV), name="old")),
    Case("a stale row", Invariant.WORKSPACES_SPACE_ROW, sets(row(keys.spaces_in("acme"), _DEV), name="old")),
    Case("a stale copy", Invariant.PROJECTS_SPACE, sets(keys.space_in_project("web", "dev"), name="old")),
    Case("no copy", Invariant.PROJECTS_SPACE, lacks(keys.space_in_project("web", "dev"), _DEV)),
    Case("no lock", Invariant.SPACE_NAME_LOCK, lacks(keys.space_name("acme", "dev"), _DEV)),
    Case(
        "a lock of nothing",
        Invariant.SPACE_NAME_LOCK,
        stray(keys.space_name("acme", "none"), space_id="none"),
    ),
    Case("two of a name", Invariant.SPACE_NAME_LOCK, two_of_a_name, mends=False),
    Case("too many apps", Invariant.SPACE_APPS, sets(_DEV, apps=7)),
    Case(
        "an old name",
        Invariant.USERS_SPACE_NAME,
        sets(row(keys.spaces_of("bob", "developer"), _DEV), name="x"),
    ),
    Case("a role in nothing", Invariant.ABANDONED_CLEANUP, in_vanished_space(_grant_of_no_space)),
    Case("of no workspace", Invariant.SPACE_WORKSPACE, without_workspace(_space), mends=False),
    Case("of no project", Invariant.SPACE_PROJECT, in_vanished_project(_space_of_no_project), mends=False),
    Case("a stale row", Invariant.APP_ROW, sets(row(keys.APPS, _APP), name="old")),
    Case("a stale row", Invariant.SPACES_APP, sets(row(keys.apps_in("dev"), _APP), name="old")),
    Case("of no space", Invariant.APP_SPACE, in_vanished_space(_app_of_no_space), mends=False),
    Case(
        "no copy",
        Invariant.PROJECTS_FEATURE,
        lacks(keys.feature_in_project("web", "boards"), keys.feature("boards")),
    ),
    Case("a factor of nobody", Invariant.FACTOR_OWNER, factor_of_nobody),
    Case("too many factors", Invariant.USERS_FACTORS, too_many_factors),
    Case("too many workspaces", Invariant.ADMINISTERED, sets(_ANN, administers=2)),
    Case("of no workspace", Invariant.FEATURE_WORKSPACE, without_workspace(_feature), mends=False),
    Case(
        "of no project", Invariant.FEATURE_PROJECT, in_vanished_project(_feature_of_no_project), mends=False
    ),
    Case("no other side", Invariant.SPACE_ROLE, lacks(keys.space_role("dev", "developer", "bob"), _ROLE)),
    Case(
        "a stale row", Invariant.USERS_SPACE_ROW, sets(row(keys.spaces_of("bob", "developer"), _DEV), since=0)
    ),
    Case(
        "a stale row",
        Invariant.SPACES_HOLDER_ROW,
        sets(row(keys.holders_of("dev", "developer"), _BOB), since=0),
    ),
    Case(
        "a stale other side",
        Invariant.PROJECT_MEMBER,
        sets(keys.project_member("web", "bob"), role="developer"),
    ),
    Case("a stale row", Invariant.PROJECTS_USER_ROW, sets(row(keys.users_of("web"), _BOB), since=0)),
    Case("of nobody", Invariant.GRANT_USER, planned(_grant_of_nobody), mends=False),
    Case("of another number", Invariant.GRANT_PLACE, planned(_grant_of_another_number), mends=False),
    Case("a row that is gone", Invariant.FEED, row_of_events_lost),
    Case("numbers given twice", Invariant.FEED, sets(keys.feed_counter(keys.SITE_FEED), last=1)),
    Case(
        "a counter that is gone",
        Invariant.FEED,
        lacks(keys.feed_counter(keys.WHOLE_FEED), keys.feed_counter(keys.WHOLE_FEED)),
    ),
    Case("another row's bit", Invariant.LEAF, swapped_bit),
    Case("a wrong branch", Invariant.BRANCH, sets(keys.root(keys.USERS), b0=4, b1=1)),
    Case("a wrong total", Invariant.TOTAL, sets(keys.root(keys.USERS), total=9)),
    Case("numbers given twice", Invariant.NEXT_NUMBER, sets(keys.counter(keys.USERS), last=1)),
    Case(
        "a tree behind what is folded", Invariant.LOG, sets(keys.counter(keys.USERS), folded=99, changes=99)
    ),
    Case("changes of which nobody knows", Invariant.LOG, sets(keys.counter(keys.USERS), changes=1)),
    Case(
        "less room taken than there are rows",
        Invariant.ROOM,
        sets(keys.counter(keys.members("acme")), held=0),
    ),
    Case("a membership of the dead", Invariant.ABANDONED_CLEANUP, deleted_without_cleanup),
    Case("a floor alone", Invariant.ABANDONED_CLEANUP, floor_without_cleanup),
    Case("an old cleanup", Invariant.ABANDONED_CLEANUP, old_cleanup),
    Case("an old cleanup of tokens", Invariant.ABANDONED_CLEANUP, old_cleanup_of_tokens),
    Case("void grants", Invariant.ABANDONED_CLEANUP, void_grants_without_cleanup),
    # SCIM.
    Case("of one who is suspended", Invariant.NEXT_NUMBER, number_of_one_who_is_suspended),
    Case(
        "a stale row of a suspended one",
        Invariant.MEMBER_ROW,
        sets(row(keys.suspended_members("acme"), _SUES), role="ADMIN"),
    ),
    Case(
        "a suspended one",
        Invariant.OLDEST_MEMBERSHIP,
        sets(_SUE, oldest_workspace_id="acme", oldest_membership_at=instant(NOW)),
    ),
    Case("in another workspace too", Invariant.SUSPENDED_IN, sets(_SUE, suspended_in={"acme": 4, "beta": 1})),
    Case("under another number", Invariant.SUSPENDED_IN, sets(_SUE, suspended_in={"acme": 99})),
    Case("who is not", Invariant.SUSPENDED_IN, sets(_BOB, suspended_in={"beta": 1})),
    Case("by two groups", Invariant.ADMIN_BY_GROUPS, sets(_SUE, admin_by_groups={"acme": 2})),
    Case("by none that has the role", Invariant.ADMIN_BY_GROUPS, sets(_BOB, admin_by_groups={"acme": 1})),
    Case("and not told", Invariant.ADMIN_BY_GROUPS, sets(_GIL, admin_by_groups={})),
    Case("no lock", Invariant.SCIM_NAME_LOCK, lacks(_SUES_NAME, _SUES_VIEW)),
    Case(
        "a lock of nobody",
        Invariant.SCIM_NAME_LOCK,
        stray(keys.scim_user_name("acme", "none"), user_id="none"),
    ),
    Case("no row", Invariant.SCIM_EXTERNAL_ROW, lacks(keys.scim_user("acme", "e-sue", "sue"), _SUES_VIEW)),
    Case(
        "a row of another id",
        Invariant.SCIM_EXTERNAL_ROW,
        stray(keys.scim_user("acme", "e-old", "sue"), user_id="sue"),
    ),
    Case("no row", Invariant.SCIM_ADDRESS_ROW, lacks(_SUES_ADDRESS, _SUES_VIEW)),
    Case(
        "a row of another address",
        Invariant.SCIM_ADDRESS_ROW,
        stray(keys.scim_address("acme", "old@home.example", "sue"), user_id="sue"),
    ),
    Case("of nobody", Invariant.SCIM_VIEW_MEMBER, planned(view_of_no_member)),
    Case("no lock", Invariant.GROUP_NAME_LOCK, lacks(keys.group_name("acme", "crew"), _CREW)),
    Case(
        "a lock of nothing",
        Invariant.GROUP_NAME_LOCK,
        stray(keys.group_name("acme", "none"), group_id="none"),
    ),
    Case("no row", Invariant.GROUP_EXTERNAL_ROW, lacks(keys.scim_group("acme", "e-crew", "crew"), _CREW)),
    Case(
        "a row of nothing",
        Invariant.GROUP_EXTERNAL_ROW,
        stray(keys.scim_group("acme", "e-none", "none"), group_id="none"),
    ),
    Case("a stale row", Invariant.GROUP_ROW, sets(row(keys.groups_in("acme"), _CREW), workspace_id="beta")),
    Case("of no workspace", Invariant.GROUP_WORKSPACE, without_workspace(_group_of_nowhere), mends=False),
    Case(
        "a stale row",
        Invariant.GROUPS_MEMBER_ROW,
        sets(row(_CREWS, keys.group_place("bob", "acme", "crew")), since=0),
    ),
    Case("too many members", Invariant.GROUP_MEMBERS, sets(_CREW, members=7)),
    Case("places in nothing", Invariant.ABANDONED_CLEANUP, group_without_cleanup),
    Case(
        "in a workspace that was cleared away",
        Invariant.ABANDONED_CLEANUP,
        stray(keys.scim_user_name("left", "ann"), user_id="ann"),
    ),
    Case("of no workspace", Invariant.SCIM_TOKEN_WORKSPACE, scim_token_of_nothing),
]
