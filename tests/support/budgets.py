"""What every endpoint and every access pattern may ask of the table; docs/access-patterns.md is made of it.

The figures are what the worst case takes: a page that begins in another branch than was guessed, a
membership that was the user's oldest, a first attempt to log in.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from roster.auth import (
    acceptance,
    account,
    api_tokens,
    challenges,
    clients,
    enrolment,
    last_use,
    links,
    login_throttle,
    passkey_enrolment,
    passkey_login,
    passkeys,
    password_links,
    refresh_tokens,
    remembered,
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
from roster.db.list_tree import BRANCH
from roster.db.store import Item, Key, Store, Update, Value, every
from roster.db.transactions import Transaction, item
from roster.dialects.scim.attributes import CORE_USER
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
from roster.directory.provisioning import MemberProfile, Provisioned, WrittenMember
from roster.domain import (
    Actor,
    ApiToken,
    App,
    ChallengePurpose,
    Delivery,
    Factor,
    Feature,
    Group,
    GroupPlace,
    Invitation,
    Membership,
    Project,
    ScimToken,
    Session,
    Space,
    SpaceRole,
    TokenFamily,
    User,
    Webhook,
    WebhookHealth,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)
from tests.support.api import Answer, Api
from tests.support.authenticator import PARTY, Authenticator, asked_for, passkey_of
from tests.support.codes import code_of
from tests.support.directory import PASSWORD, Directory, settle
from tests.support.fixtures import made_once
from tests.support.snapshots import put_rows
from tests.workspaces.fixtures import Fixtures

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

MANY = 300  # rows of every list
SIZE = 100  # rows a page
FAR = 3  # the page of a long list that takes most


@dataclass(frozen=True)
class BudgetFixtures:
    """What the rows stand on: the data of the Workspaces tests, and more of its people's belongings."""

    api: Api
    directory: Directory
    base: Fixtures
    ada: User  # can log in; member of acme and, a little later, of globex
    web: Project  # of acme; ada works in it
    alpha: Space  # of that project; ada develops it
    spare: Project  # of acme, with nothing and nobody in it
    boards: Feature  # of the first project
    token: ApiToken  # of ada
    session: Session  # of ada
    refresh: Credential  # of ada, by her client
    access: Credential  # of the same grant
    family: Item  # of that refresh token
    invitation: Invitation  # of nobody yet, to acme
    invited: str  # what its link carries
    invited_stranger: str  # what the link of an invitation of the stranger to acme carries
    account_link: str  # what a link for the member's first password carries
    reset_link: str  # what a link for ada's new password carries
    eve: User  # can log in; has an authenticator
    phone: Factor  # eve's
    secret: bytes  # of that
    begun: tuple[str, bytes]  # the enrolment of another one, by its id and secret
    asked: challenges.NewChallenge  # what a login of eve's was answered with
    holder: User  # has a passkey
    passkey: Factor  # the holder's
    authenticator: Authenticator  # which holds it
    enrolling: challenges.NewChallenge  # what ada was asked to make a passkey by
    signing: challenges.NewChallenge  # what a browser of nobody yet was asked for a passkey by
    workspace_group: WorkspaceGroup  # of acme; the member is in it
    scim_token: Credential  # of acme
    paula: Provisioned  # whom acme's provider made
    webhook: Webhook  # of acme
    site_webhook: Webhook  # of the site
    delivery: Delivery  # of acme's
    site_delivery: Delivery  # of the site's

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "BudgetFixtures":
        return cls.made(api, directory)

    @classmethod
    def made(cls, api: Api, directory: Directory) -> "BudgetFixtures":
        """Fixtures of a test's own, which may have changed what it is made of."""
        base = Fixtures.set(api, directory)
        ada = directory.user("ada", password=PASSWORD)
        directory.member(base.acme, ada)
        api.clock.advance(minutes=1)
        directory.member(base.globex, ada)
        token, _ = api_tokens.create(api.store, ada, "ci", None, None, by=directory.by)
        api.cookie(ada)
        web = directory.project(base.acme)
        directory.grant(web, ada)
        alpha = directory.space(base.acme, "alpha", web)
        directory.grant(alpha, ada)
        directory.app(alpha, "app-1")
        spare = directory.project(base.acme, "spare")
        boards = directory.feature(base.acme, "Boards", web, module="Boards", owner_id=ada.id)
        empty = directory.space(base.acme, "spare", web, id="spare")  # without apps
        directory.grant(empty, base.member, "auditor")
        directory.group(1, "QA")
        directory.role(1, "Tester")
        for user in (ada, base.root):
            api.token(user)
        credential = directory.session(ada)
        session = sessions.live(
            api.store.get(keys.session(ada.id, credential.id)), credential, ada, api.clock.moment
        )
        assert session is not None
        directory.client("robot", "s", grants=("password", "refresh_token", "client_credentials"), user=ada)
        issued = refresh_tokens.start(api.store, ada, "robot", (), renewable=True, by=directory.by)
        refresh = issued.refresh
        assert refresh is not None
        family = api.store.get(keys.family(ada.id, refresh.family_id))
        assert family is not None
        links_ = _links(directory, base, ada)
        second = _second(directory)
        api.cookie(second[0])
        ada = users.alive(api.store, ada.id)  # as the tokens have left it
        passkeys_ = _passkeys(directory, ada)
        crew = directory.workspace_group(base.acme, "Crew", base.member)
        scim_token = directory.scim_token(base.acme)
        paula = directory.provisioned(base.acme, "paula", user_name="paula@example.com", external_id="p1")
        hooks = _webhooks(directory, base)
        settle(api.store)
        credentials = (token, session, refresh, issued.access, family)
        return cls(
            api,
            directory,
            base,
            ada,
            web,
            alpha,
            spare,
            boards,
            *credentials,
            *links_,
            *second,
            *passkeys_,
            crew,
            scim_token,
            paula,
            *hooks,
        )

    @property
    def store(self) -> Store:
        return self.api.store

    @property
    def by(self) -> Actor:
        return self.directory.by

    def identity(self) -> dict[str, str]:
        """The identity headers of ada, and the proof of them."""
        return {
            "X-Org-Id": self.base.acme.id,
            "X-Project-Id": self.web.id,
            "X-User-Id": self.ada.id,
            "Authorization": f"Bearer {self.api.token(self.ada)}",
        }

    def code(self, secret: bytes | None = None) -> str:
        """The present code of eve's authenticator, or of another secret."""
        return code_of(self.secret if secret is None else secret, self.api.clock())

    def log_in_remembered(self) -> Answer:
        """A login of eve's, in a browser that proved her authenticator before."""
        kept = remembered.new(self.eve, self.phone.id, self.api.clock())
        headers = {"Cookie": f"__Host-remembered={kept}"}
        return self.api.post(
            "/api/auth/login", {"email": self.eve.email, "password": PASSWORD}, headers=headers
        )

    def log_in_second(self) -> Answer:
        """The second half of eve's login."""
        headers = {"Cookie": f"__Host-challenge={self.asked.browser}"}
        body = {"challenge": self.asked.text, "code": self.code(), "remember": True}
        return self.api.post("/api/auth/login/second", body, headers=headers)

    @property
    def attestation(self) -> dict[str, Any]:
        """What ada's browser made of the challenge that it was given."""
        return Authenticator().make(passkeys.creation_options(PARTY, self.ada, self.enrolling.secret, []))

    @property
    def assertion(self) -> dict[str, Any]:
        """What the passkey signs for the challenge of nobody yet."""
        return self.authenticator.sign(passkeys.request_options(PARTY, self.signing.secret))

    @property
    def copied(self) -> dict[str, Any]:
        """What a copy of the passkey signs for it."""
        copy = replace(self.authenticator, counter=0, counts=False)
        return copy.sign(passkeys.request_options(PARTY, self.signing.secret))

    def enrol_passkey(self) -> Answer:
        """What ada's browser made becomes a factor of hers."""
        headers = {"Cookie": f"__Host-challenge={self.enrolling.browser}", **_ONCE}
        body = {"attestation": self.attestation, "name": "Phone"}
        return self.api.post("/api/auth/factors/passkeys", body, as_=self.ada, headers=headers)

    def log_in_by_passkey(self) -> Answer:
        """A login by a passkey alone."""
        headers = {"Cookie": f"__Host-challenge={self.signing.browser}"}
        return self.api.post("/api/auth/login/passkey", {"assertion": self.assertion}, headers=headers)

    def ask_for_token(self, grant: str) -> Answer:
        """A request of ada's client to the token endpoint, with all that any grant wants."""
        form = {
            "grant_type": grant,
            "username": self.ada.email,
            "password": PASSWORD,
            "refresh_token": str(self.refresh),
            "client_id": "robot",
            "client_secret": "s",
        }
        return self.api.post("/oauth/token", form=form)

    def row_of_web(self) -> Item:
        """What the list of projects says of the project."""
        return {"id": self.web.id, "workspace_id": self.base.acme.id}

    def as_admin(self, path: str) -> Answer:
        """A request of the bearer dialects by the platform ADMIN."""
        return self.api.get(path, bearer=self.base.root)

    def numbered(self) -> None:
        """Let the publisher number what was changed."""
        places = [Key.of(found) for shard in keys.AUDIT_SHARDS for found in every(self.store, shard)]
        event_feed.number(self.store, places, self.by.at)

    def routed(self) -> None:
        """Let the stream's router do its work, on many users whose names begin alike."""
        people = [
            replace(_person(place), full_name=f"Found {place} times", active=place % 2 == 0)
            for place in range(MANY)
        ]
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        for place in range(0, SIZE, 5):
            self.directory.member(self.base.globex, people[place])
        search.refresh(self.store, [keys.user(user.id) for user in people], self.by.at)
        homes = [keys.member(self.base.globex.id, people[place].id) for place in range(0, SIZE, 5)]
        search.refresh(self.store, [*homes, keys.workspace(self.base.acme.id)], self.by.at)

    def suspend_globex(self) -> None:
        workspaces.change(self.store, self.base.globex, lambda one: replace(one, active=False), by=self.by)

    def bulk_users(self, *, suspended: bool = False) -> None:
        """Lengthen every list by hundreds of rows, half of them in a later branch than the others."""
        if suspended:
            self.suspend_globex()
        people = [_person(place) for place in range(MANY)]
        homes = [_home(place) for place in range(MANY)]
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        self.store.bulk_put(
            [item(keys.workspace(workspace.id), attributes(workspace)) for workspace in homes]
        )
        acme, stranger = self.base.acme.id, self.base.stranger.id
        self._lengthen(keys.USERS, lambda place, _: attributes(people[place]))
        self._lengthen(keys.WORKSPACES, lambda place, _: attributes(homes[place]))
        self._lengthen(
            keys.workspaces_of(stranger),
            lambda place, _: {
                "workspace_id": homes[place].id,
                "created_at": homes[place].created_at,
                "role": "MEMBER",
            },
        )
        self._lengthen(
            keys.members(acme),
            lambda place, number: attributes(
                Membership(acme, people[place].id, WorkspaceRole.MEMBER, number, people[place].created_at)
            ),
        )
        self._lengthen(
            keys.invitations_in(acme),
            lambda place, number: attributes(
                Invitation(
                    f"invitation-{place}",
                    number,
                    acme,
                    people[place].email,
                    WorkspaceRole.MEMBER,
                    people[place].created_at,
                    "2026-04-14T01:00:00Z",
                )
            ),
        )

    def bulk_projects(self) -> None:
        """Lengthen the workspace's list of projects."""
        acme = self.base.acme.id
        many = [Project(f"many-{place}", place + 900, acme, "Many") for place in range(MANY)]
        self.store.bulk_put([item(keys.project(one.id), attributes(one)) for one in many])
        self._lengthen(keys.projects_in(acme), lambda place, _: {"project_id": many[place].id})

    def bulk_features(self) -> None:
        """Lengthen the workspace's list of features."""
        acme = self.base.acme.id
        many = [Feature(f"many-{place}", acme, "Many") for place in range(MANY)]
        self.store.bulk_put([item(keys.feature(one.id), attributes(one)) for one in many])
        self._lengthen(keys.features_in(acme), lambda place, _: {"feature_id": many[place].id})

    def bulk_project_members(self) -> None:
        """Lengthen the project's list of members."""
        people = [_person(place) for place in range(MANY)]
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        acme, at = self.base.acme.id, people[0].created_at
        list_log.reserve(self.store, keys.users_of(self.web.id), 1_000)  # above the numbers of users
        self._lengthen(
            keys.users_of(self.web.id),
            lambda place, _: {
                "user_id": people[place].id,
                "workspace_id": acme,
                "since": 1,
                "created_at": at,
            },
        )

    def below_acme(self, method: str, path: str, body: object = None, who: str = "boss") -> Answer:
        """A request of somebody of acme, below the workspace; ids of the fixtures stand in braces."""
        filled = path.format(
            web=self.web.id,
            spare=self.spare.id,
            boards=self.boards.id,
            ada=self.ada.id,
            member=self.base.member.id,
            far=FAR,
            size=SIZE,
        )
        caller = self.ada if who == "ada" else self.base.boss
        headers = _ONCE if method == "POST" else {}
        target = f"/api/workspaces/{self.base.acme.id}/{filled}"
        return self.api.send(method, target, body, as_=caller, headers=headers)

    def bulk_spaces(self) -> None:
        """Lengthen the lists of the workspace's spaces, of a space's apps and of the people in it."""
        acme, many = self.base.acme.id, [_home(place) for place in range(MANY)]
        places = [Space(one.id, one.number, acme, one.name, one.created_at) for one in many]
        people = [_person(place) for place in range(MANY)]
        self.store.bulk_put([item(keys.space(space.id), attributes(space)) for space in places])
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        auditors = keys.holders_of(self.alpha.id, "auditor")
        for listing in (keys.spaces_in(acme), keys.apps_in(self.alpha.id), auditors):
            list_log.reserve(self.store, listing, 1_000)  # their numbers are those of other lists
        self._lengthen(keys.spaces_in(acme), lambda place, _: {"space_id": places[place].id})
        self._lengthen(
            keys.apps_in(self.alpha.id),
            lambda place, _: {"app_id": f"many-{place}", "space_id": self.alpha.id, "name": "portal"},
        )
        for user in people:
            grant: Item = {
                "user_id": user.id,
                "workspace_id": acme,
                "role": "auditor",
                "user_number": user.number,
                "since": 0,
            }
            self.store.bulk_put([item(keys.space_role(self.alpha.id, "auditor", user.id), grant)])
        self._lengthen(
            auditors,
            lambda place, _: {"user_id": people[place].id, "workspace_id": acme, "since": 0},
        )

    def bulk_suspended(self) -> None:
        """Lengthen the list of the workspace's members, and that of those who are suspended."""
        self.bulk_users()
        acme = self.base.acme.id
        people = [replace(_person(place), id=f"off-{place}") for place in range(MANY)]
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        self._lengthen(
            keys.suspended_members(acme),
            lambda place, number: attributes(
                Membership(
                    acme,
                    people[place].id,
                    WorkspaceRole.MEMBER,
                    number,
                    people[place].created_at,
                    suspended=True,
                )
            ),
        )

    def bulk_groups(self) -> None:
        """Lengthen the list of the workspace's groups."""
        acme, at = self.base.acme.id, "2026-04-13T01:00:00Z"
        many = [
            WorkspaceGroup(f"many-{place}", acme, place, f"many-{place}", at, at) for place in range(MANY)
        ]
        self.store.bulk_put([item(keys.workspace_group(acme, one.id), attributes(one)) for one in many])
        self._lengthen(
            keys.groups_in(acme), lambda place, _: {"group_id": many[place].id, "workspace_id": acme}
        )

    def bulk_places(self) -> None:
        """Lengthen the list of a group's members."""
        group, people = self.workspace_group, [_person(place) for place in range(MANY)]
        self.store.bulk_put([item(keys.user(user.id), attributes(user)) for user in people])
        self._lengthen(
            keys.members_of_group(self.base.acme.id, group.id),
            lambda place, number: attributes(
                GroupPlace(group.id, self.base.acme.id, people[place].id, number, 1, group.created_at)
            ),
        )
        grown = Update(keys.workspace_group(self.base.acme.id, group.id), add={"members": MANY})
        self.store.write(grown)

    def scim(self, method: str, path: str, body: object = None) -> Answer:
        """A request of acme's identity provider; ids of the fixtures stand in braces. The far page reaches
        from the members in force to those who are suspended.
        """
        filled = path.format(paula=self.paula.user.id, crew=self.workspace_group.id, far=MANY - 50, size=SIZE)
        raw = json.dumps(body).replace("{paula}", self.paula.user.id).encode() if body is not None else None
        target = f"/scim/v2/{self.base.acme.id}/{filled}"
        return self.api.send(method, target, raw=raw, bearer=str(self.scim_token))

    def limit_spaces(self) -> None:
        """Limit how many spaces the workspace may have."""
        self.store.write(Update(keys.workspace(self.base.acme.id), set={"limits": {"spaces": 500}}))

    def of_spaces(
        self, method: str, path: str = "", body: object = None, who: str = "boss", query: str = ""
    ) -> Answer:
        """A request of somebody of acme about spaces; ids of the fixtures stand in braces."""
        filled = f"{path}{query}".format(
            alpha=self.alpha.id, web=self.web.id, ada=self.ada.id, member=self.base.member.id
        )
        caller = self.ada if who == "ada" else self.base.boss
        target = f"/api/workspaces/{self.base.acme.id}/spaces{filled}"
        if isinstance(body, dict):
            body = {name: self.web.id if value == "{web}" else value for name, value in body.items()}
            body = {name: self.ada.id if value == "{ada}" else value for name, value in body.items()}
        return self.api.send(method, target, body, as_=caller, headers=_ONCE if method == "POST" else {})

    def _lengthen(self, listing: str, row: Callable[[int, int], Mapping[str, Value]]) -> None:
        first = list_log.allocate(self.store, listing, MANY + BRANCH)
        places = range(MANY)
        for some in (places[start : start + 75] for start in places[::75]):
            work = Transaction(self.by, bulk=True)
            for place in some:
                number = first + place + (BRANCH if place >= MANY // 2 else 0)
                work.add_row(listing, number, row(place, number))
            work.commit(self.store)

    def long_logs(self) -> None:
        """Let the next change of each list be one whose writer folds the log."""
        acme = self.base.acme.id
        of_acme = (keys.members, keys.invitations_in, keys.projects_in, keys.features_in, keys.spaces_in)
        of_one = keys.apps_in(self.alpha.id), keys.members_of_group(acme, self.workspace_group.id)
        of_site = (keys.USERS, keys.WORKSPACES, keys.PROJECTS, keys.SPACES, keys.APPS)
        voids: list[Item] = []
        for listing in (*of_site, *(of(acme) for of in (*of_acme, keys.groups_in)), *of_one):
            taken = list_log.take(self.store, listing, numbers=0)
            assert taken.change is not None
            last = taken.change
            while not replace(taken, change=last + 1).asks_for_fold:
                last += 1
            voids += [list_log.entry(listing, change, ()).item for change in range(taken.change, last + 1)]
            if last > taken.change:
                self.store.write(Update(keys.counter(listing), add={"changes": last - taken.change}))
        put_rows(self.store, voids)


def _second(
    directory: Directory,
) -> tuple[User, Factor, bytes, tuple[str, bytes], challenges.NewChallenge]:
    """Somebody with an authenticator and an enrolment of another, half-way through a login."""
    eve = directory.user("eve", password=PASSWORD)
    phone, secret = directory.authenticator(eve)
    asked, begun = directory.challenge(eve), directory.enrolment(eve)
    return users.alive(directory.store, eve.id), phone, secret, begun, asked


def _passkeys(
    directory: Directory, ada: User
) -> tuple[User, Factor, Authenticator, challenges.NewChallenge, challenges.NewChallenge]:
    """A passkey of somebody's, what ada was asked to make one by, and what a login by one was asked for."""
    holder = directory.user("holder")
    authenticator = passkey_of(directory, holder)
    [passkey] = factors.of_user(directory.store, holder.id).factors
    enrolling = asked_for(directory, ChallengePurpose.REGISTER, ada)
    signing = asked_for(directory, ChallengePurpose.PASSKEY)
    return users.alive(directory.store, holder.id), passkey, authenticator, enrolling, signing


def _links(directory: Directory, base: Fixtures, ada: User) -> tuple[Invitation, str, str, str, str]:
    invitation, invited = directory.invitation(base.acme, "invited@example.com")
    _, stranger = directory.invitation(base.acme, base.stranger.email)
    account, reset = directory.password_link(base.member, first=True), directory.password_link(ada)
    later: Item = {"expires_at": invitation.expires_at}  # some tests come an hour late
    directory.store.write(Update(keys.password_link(ada.id), set=later))
    return invitation, invited, stranger, account, reset


def _person(place: int) -> User:
    name = f"many-{place}"
    return User(name, place + 1, f"{name}@example.com", name, "2026-04-13T01:00:00Z")


def _home(place: int) -> Workspace:
    name = f"home-{place}"
    return Workspace(name, place + 1, name, name, "2026-04-13T01:00:00Z")


def _with_long_logs(prepare: Callable[[BudgetFixtures], None], fixtures: BudgetFixtures) -> None:
    prepare(fixtures)
    fixtures.long_logs()


def _bare(fixtures: BudgetFixtures) -> None:
    """Nothing but the fixtures."""


def _token_for_a_workspace(fixtures: BudgetFixtures) -> None:
    """One more API token of ada's."""
    fixtures.directory.token(fixtures.ada, fixtures.base.acme)


@dataclass(frozen=True)
class Endpoint:
    """A route, the design's budget for it, and what it takes: round trips, and transactions among them."""

    route: str
    budget: int
    trips: int
    transactions: int
    ask: Callable[[BudgetFixtures], Answer]
    note: str = ""
    prepare: Callable[[BudgetFixtures], None] = _bare

    @property
    def name(self) -> str:
        return f"{self.route} {self.note}".strip()


@dataclass(frozen=True)
class Pattern:
    """A public function of the table's modules, and the calls that DynamoDB gets from it."""

    name: str
    calls: Mapping[str, int]
    run: Callable[[BudgetFixtures], object]
    note: str = ""
    prepare: Callable[[BudgetFixtures], None] = _bare

    @property
    def label(self) -> str:
        return f"{self.name} {self.note}".strip()


_ONCE = {"idempotency-key": "once"}


def _page(path: str, as_: Callable[[BudgetFixtures], User]) -> Callable[[BudgetFixtures], Answer]:
    def ask(fixtures: BudgetFixtures) -> Answer:
        where = path.format(acme=fixtures.base.acme.id)
        joint = "&" if "?" in where else "?"
        return fixtures.api.get(f"{where}{joint}page={FAR}&size={SIZE}", as_=as_(fixtures))

    return ask


def _root(fixtures: BudgetFixtures) -> User:
    return fixtures.base.root


_NEW_CLIENT = {"id": "ci", "name": "CI", "grants": ["password"], "scopes": ["a.read"]}


def _reference_data(
    method: str, path: str, body: Mapping[str, object] | None = None
) -> Callable[[BudgetFixtures], Answer]:
    """A request of the platform ADMIN for groups, roles or clients."""
    return lambda on: on.api.send(
        method,
        f"/api/admin/{path}",
        body,
        as_=on.base.root,
        headers=_ONCE if method == "POST" else {},
    )


def _webhooks(directory: Directory, base: Fixtures) -> tuple[Webhook, Webhook, Delivery, Delivery]:
    """A webhook of acme and one of the site, and a delivery of each."""
    own, of_site = directory.webhook(base.acme)[0], directory.webhook(None)[0]
    return own, of_site, directory.delivery(own), directory.delivery(of_site)


def _replay(owner: str) -> Item:
    """The order of a replay of a year."""
    since, until = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"
    return {"since": since, "until": until, "place": "", "shard": 0, "left": 100, "owner": owner}


def _replaying(on: BudgetFixtures) -> None:
    since, until = "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"
    deliveries.order_replay(on.store, on.webhook, since, until, 100, on.by.at)


def _leased(on: BudgetFixtures) -> None:
    deliveries.lease(on.store, on.webhook, WebhookHealth(), on.by.at)


def _webhook(
    method: str, root: str, path: str, body: Mapping[str, object] | None
) -> Callable[[BudgetFixtures], Answer]:
    """A request of the platform ADMIN for a webhook of acme or of the site."""

    def ask(on: BudgetFixtures) -> Answer:
        webhook, delivery = (
            (on.site_webhook, on.site_delivery) if "admin" in root else (on.webhook, on.delivery)
        )
        filled = f"{root}{path}".format(
            workspaceId=on.base.acme.id, webhookId=webhook.id, deliveryId=delivery.id
        )
        told = {"from": instant(on.api.clock())} if body and "from" in body else body
        once = _ONCE if method == "POST" and path in ("", "/{webhookId}/secret") else {}
        return on.api.send(method, filled, told, as_=on.base.root, headers=once)

    return ask


def _cloud_foundry(
    path: str, who: Callable[[BudgetFixtures], User] = lambda on: on.ada
) -> Callable[[BudgetFixtures], Answer]:
    """A request to Cloud Foundry v2; ids of the fixtures stand in braces."""

    def ask(on: BudgetFixtures) -> Answer:
        filled = path.format(ada=on.ada.id, acme=on.base.acme.id, alpha=on.alpha.id)
        return on.api.get(filled, bearer=who(on))

    return ask


def _workspace_group(on: "BudgetFixtures") -> str:
    return f"/api/workspaces/{on.base.acme.id}/groups/{on.workspace_group.id}"


_PAULA = "paula@example.com"
_SCIM_USER = {"userName": "new@example.com", "name": {"givenName": "New"}}
_SCIM_STRANGER = {"userName": "stranger@example.com"}
_SCIM_OFF = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
_SCIM_JOIN = {"Operations": [{"op": "add", "path": "members", "value": [{"value": "{paula}"}]}]}
_SCIM_DESCRIBED = ("ResourceTypes/User", f"Schemas/{CORE_USER}")
_SCIM_NAMES = {
    "/{paula}": "/{userId}",
    "/{crew}": "/{groupId}",
    "Types/User": "Types/{id}",
    CORE_USER: "{id}",
}
"""What stands in routes for what a request names."""


def _of_scim(
    request: str,
    budget: int,
    trips: int,
    transactions: int = 0,
    body: object = None,
    note: str = "",
    prepare: Callable[[BudgetFixtures], None] = _bare,
) -> Endpoint:
    """The row of a request of acme's identity provider: method, and path below the workspace."""
    method, _, path = request.partition(" ")
    route = path.partition("?")[0]
    for own, name in _SCIM_NAMES.items():
        route = route.replace(own, name)
    ask = partial(BudgetFixtures.scim, method=method, path=path, body=body)
    return Endpoint(
        f"{method} /scim/v2/{{workspaceId}}/{route}", budget, trips, transactions, ask, note, prepare
    )


def _invitation(on: BudgetFixtures) -> str:
    return f"/api/workspaces/{on.base.acme.id}/invitations/{on.invitation.id}"


_NEWCOMER = {"fullName": "New Comer", "password": f"{PASSWORD} new"}

_LAST = f"?page={FAR}&size={SIZE}"
_OF_SPACES: tuple[tuple[str, str, int, int, dict[str, Any], str, Callable[[BudgetFixtures], None]], ...] = (
    ("POST", "", 4, 4, {"body": {"name": "Umbra", "projectId": "{web}", "ownerId": "{ada}"}}, "", _bare),
    ("POST", "", 4, 4, {"body": {"name": "Umbra"}}, "with a limit", BudgetFixtures.limit_spaces),
    ("GET", "", 5, 5, {"query": _LAST}, "all, to an ADMIN", BudgetFixtures.bulk_spaces),
    ("GET", "", 5, 3, {"who": "ada"}, "the caller's own", _bare),
    ("GET", "", 4, 2, {"query": "?projectId={web}"}, "of a project", _bare),
    ("GET", "/{spaceId}", 1, 1, {"path": "/{alpha}"}, "", _bare),
    (
        *("PUT", "/{spaceId}", 4, 3),
        {"path": "/spare", "body": {"name": "Umbra", "projectId": None, "ownerId": "{ada}"}},
        *("", _bare),
    ),
    ("DELETE", "/{spaceId}", 4, 4, {"path": "/spare"}, "", _bare),
    (
        *("GET", "/{spaceId}/roles", 5, 3),
        {"path": "/{alpha}/roles", "query": _LAST},
        *("", BudgetFixtures.bulk_spaces),
    ),
    ("PUT", "/{spaceId}/roles/{role}/{userId}", 4, 2, {"path": "/{alpha}/roles/auditor/{member}"}, "", _bare),
    (
        "DELETE",
        "/{spaceId}/roles/{role}/{userId}",
        4,
        2,
        {"path": "/{alpha}/roles/developer/{ada}"},
        "",
        _bare,
    ),
    ("POST", "/{spaceId}/apps", 4, 4, {"path": "/{alpha}/apps", "body": {"name": "portal"}}, "", _bare),
    (
        *("GET", "/{spaceId}/apps", 4, 3),
        {"path": "/{alpha}/apps", "query": _LAST},
        *("", BudgetFixtures.bulk_spaces),
    ),
    ("DELETE", "/{spaceId}/apps/{appId}", 4, 4, {"path": "/{alpha}/apps/app-1"}, "", _bare),
)

_ENDPOINTS = (
    Endpoint("GET /v2/users/{guid}/spaces", 4, 3, 0, _cloud_foundry("/v2/users/{ada}/spaces")),
    Endpoint(
        "GET /v2/users/{guid}/spaces",
        4,
        3,
        0,
        _cloud_foundry("/v2/users/{ada}/spaces?q=name:alpha&order-by=name"),
        "filtered and ordered",
    ),
    Endpoint(
        "GET /v2/users/{guid}/spaces",
        7,
        6,
        0,
        _cloud_foundry("/v2/users/{ada}/spaces?inline-relations-depth=1"),
        "inlined to depth 1",
    ),
    Endpoint(
        "GET /v2/users/{guid}/spaces",
        10,
        9,
        0,
        _cloud_foundry("/v2/users/{ada}/spaces?inline-relations-depth=2"),
        "inlined to depth 2",
    ),
    Endpoint("GET /v2/users", 5, 4, 0, _cloud_foundry("/v2/users", _root)),
    Endpoint("GET /v2/users/{guid}", 2, 1, 0, _cloud_foundry("/v2/users/{ada}")),
    Endpoint("GET /v2/users/{guid}/{relation}", 5, 3, 0, _cloud_foundry("/v2/users/{ada}/organizations")),
    Endpoint("GET /v2/spaces", 4, 3, 0, _cloud_foundry("/v2/spaces", _root)),
    Endpoint("GET /v2/spaces/{guid}", 2, 2, 0, _cloud_foundry("/v2/spaces/{alpha}")),
    Endpoint("GET /v2/spaces/{guid}/{relation}", 5, 4, 0, _cloud_foundry("/v2/spaces/{alpha}/developers")),
    Endpoint("GET /v2/organizations", 4, 3, 0, _cloud_foundry("/v2/organizations", _root)),
    Endpoint("GET /v2/organizations/{guid}", 2, 2, 0, _cloud_foundry("/v2/organizations/{acme}")),
    Endpoint(
        "GET /v2/organizations/{guid}/{relation}", 5, 4, 0, _cloud_foundry("/v2/organizations/{acme}/users")
    ),
    Endpoint("GET /v2/apps/{guid}", 4, 3, 0, _cloud_foundry("/v2/apps/app-1")),
    Endpoint("GET /v2/info", 0, 0, 0, _cloud_foundry("/v2/info")),
    Endpoint("GET /", 0, 0, 0, _cloud_foundry("/")),
    Endpoint(
        "POST /api/workspaces",
        4,
        4,
        1,
        lambda on: on.api.post(
            "/api/workspaces", {"key": "umbra", "name": "Umbra"}, as_=on.base.root, headers=_ONCE
        ),
    ),
    Endpoint(
        "GET /api/workspaces",
        4,
        4,
        0,
        _page("/api/workspaces", _root),
        "all, to an ADMIN",
        BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "GET /api/workspaces",
        5,
        5,
        0,
        _page("/api/workspaces", lambda on: on.base.stranger),
        "the caller's own",
        BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}",
        1,
        1,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}", as_=on.base.member),
    ),
    Endpoint(
        "PUT /api/workspaces/{workspaceId}",
        4,
        2,
        1,
        lambda on: on.api.put(
            f"/api/workspaces/{on.base.acme.id}",
            {"key": "umbra", "active": False, "limits": {"members": 5}},
            as_=on.base.root,
        ),
    ),
    Endpoint(
        "DELETE /api/workspaces/{workspaceId}",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/workspaces/{on.base.globex.id}", as_=on.base.root),
        prepare=lambda on: on.suspend_globex(),
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/audit",
        4,
        2,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/audit", as_=on.base.boss),
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/usage",
        2,
        2,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/usage", as_=on.base.member),
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/members/{userId}",
        2,
        1,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/members/{on.ada.id}", as_=on.base.member),
    ),
    Endpoint(
        "PUT /api/workspaces/{workspaceId}/members/{userId}",
        4,
        2,
        1,
        lambda on: on.api.put(
            f"/api/workspaces/{on.base.acme.id}/members/{on.ada.id}", {"role": "ADMIN"}, as_=on.base.boss
        ),
    ),
    Endpoint(
        "GET /api/workspaces",
        5,
        4,
        0,
        _page("/api/workspaces", lambda on: on.base.stranger),
        "the caller's own, while a workspace is suspended",
        lambda on: on.bulk_users(suspended=True),
    ),
    Endpoint(
        "GET /v2/users/{guid}/spaces",
        4,
        4,
        0,
        _cloud_foundry("/v2/users/{ada}/spaces"),
        "while a workspace is suspended",
        lambda on: on.suspend_globex(),
    ),
    Endpoint(
        "POST /api/workspaces/{workspaceId}/members",
        4,
        4,
        1,
        lambda on: on.api.post(
            f"/api/workspaces/{on.base.acme.id}/members",
            {"userId": on.base.stranger.id, "role": "MEMBER"},
            as_=on.base.boss,
            headers=_ONCE,
        ),
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/members",
        4,
        4,
        0,
        _page("/api/workspaces/{acme}/members", lambda on: on.base.member),
        prepare=BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "DELETE /api/workspaces/{workspaceId}/members/{userId}",
        4,
        4,
        1,
        lambda on: on.api.delete(f"/api/workspaces/{on.base.acme.id}/members/{on.ada.id}", as_=on.base.boss),
    ),
    *(
        Endpoint(
            f"{method} /api/workspaces/{{workspaceId}}/{route}",
            budget,
            trips,
            transactions,
            partial(BudgetFixtures.below_acme, method=method, path=path, body=body, who=who),
            note,
            prepare,
        )
        for method, route, path, body, who, budget, trips, transactions, note, prepare in (
            ("POST", "projects", "projects", {"name": "Umbra"}, "boss", 4, 4, 1, "", _bare),
            (
                *("GET", "projects", "projects?page={far}&size={size}", None, "boss", 5, 5, 0),
                *("all, to managers", BudgetFixtures.bulk_projects),
            ),
            ("GET", "projects", "projects", None, "ada", 5, 3, 0, "a member's own", _bare),
            ("GET", "projects/{projectId}", "projects/{web}", None, "ada", 1, 1, 0, "", _bare),
            ("PUT", "projects/{projectId}", "projects/{web}", {"name": "New"}, "boss", 4, 2, 1, "", _bare),
            ("DELETE", "projects/{projectId}", "projects/{spare}", None, "boss", 4, 4, 1, "", _bare),
            (
                *("GET", "projects/{projectId}/members", "projects/{web}/members?page={far}&size={size}"),
                *(None, "ada", 5, 5, 0, "", BudgetFixtures.bulk_project_members),
            ),
            (
                *("PUT", "projects/{projectId}/members/{userId}", "projects/{web}/members/{member}"),
                *(None, "boss", 4, 2, 1, "", _bare),
            ),
            (
                *("DELETE", "projects/{projectId}/members/{userId}", "projects/{web}/members/{ada}"),
                *(None, "boss", 4, 2, 1, "", _bare),
            ),
            (
                *("POST", "features", "features", {"name": "Umbra", "module": "Boards"}, "boss", 4, 3, 1),
                *("", _bare),
            ),
            (
                *("GET", "features", "features?page={far}&size={size}", None, "ada", 5, 5, 0),
                *("", BudgetFixtures.bulk_features),
            ),
            ("GET", "features", "features?projectId={web}", None, "ada", 4, 2, 0, "of a project", _bare),
            ("GET", "features/{featureId}", "features/{boards}", None, "ada", 1, 1, 0, "", _bare),
            (
                *("PUT", "features/{featureId}", "features/{boards}", {"ownerId": None}, "boss", 4, 2, 1),
                *("", _bare),
            ),
            ("DELETE", "features/{featureId}", "features/{boards}", None, "boss", 4, 3, 1, "", _bare),
        )
    ),
    Endpoint(
        "POST /api/workspaces/{workspaceId}/features",
        4,
        4,
        1,
        lambda on: on.below_acme(
            "POST", "features", {"name": "Umbra", "projectId": on.web.id, "ownerId": on.ada.id}
        ),
        "in a project, with an owner",
    ),
    Endpoint(
        "PUT /api/workspaces/{workspaceId}/features/{featureId}",
        4,
        3,
        1,
        lambda on: on.below_acme(
            "PUT", "features/{boards}", {"projectId": on.spare.id, "ownerId": on.base.member.id}
        ),
        "to another project and owner",
    ),
    Endpoint(
        "POST /api/admin/users",
        4,
        4,
        1,
        lambda on: on.api.post(
            "/api/admin/users",
            {"email": "new@example.com", "fullName": "New", "password": PASSWORD, "roles": ["USER"]},
            as_=on.base.root,
            headers=_ONCE,
        ),
    ),
    Endpoint(
        "GET /api/admin/users", 4, 4, 0, _page("/api/admin/users", _root), prepare=BudgetFixtures.bulk_users
    ),
    Endpoint(
        "GET /api/admin/users/{userId}",
        2,
        1,
        0,
        lambda on: on.api.get(f"/api/admin/users/{on.ada.id}", as_=on.base.root),
    ),
    Endpoint(
        "PUT /api/admin/users/{userId}",
        4,
        4,
        1,
        lambda on: on.api.put(
            f"/api/admin/users/{on.ada.id}",
            {"email": "else@example.com", "password": PASSWORD, "active": False, "groups": [1]},
            as_=on.base.root,
        ),
    ),
    Endpoint(
        "DELETE /api/admin/users/{userId}",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/admin/users/{on.ada.id}", as_=on.base.root),
    ),
    Endpoint(
        "GET /api/admin/audit",
        20,  # one for each of sixteen partitions, and three of days before version 0.2
        20,
        0,
        lambda on: on.api.get("/api/admin/audit", as_=on.base.root),
        "nobody named",
    ),
    Endpoint(
        "GET /api/admin/audit",
        4,
        2,
        0,
        lambda on: on.api.get(f"/api/admin/audit?target={on.ada.id}", as_=on.base.root),
        "of a user",
    ),
    # Webhooks of a workspace and of the site.
    *(
        Endpoint(f"{method} {root}{path}", 4, trips, transactions, _webhook(method, root, path, body))
        for root in ("/api/workspaces/{workspaceId}/webhooks", "/api/admin/webhooks")
        for method, path, trips, transactions, body in (
            ("POST", "", 3, 1, {"url": "https://hooks.example.com/in"}),
            ("GET", "", 2, 0, None),
            ("GET", "/{webhookId}", 1, 0, None),
            ("PUT", "/{webhookId}", 2, 1, {"enabled": False}),
            ("DELETE", "/{webhookId}", 2, 1, None),
            ("POST", "/{webhookId}/secret", 2, 1, None),
            ("POST", "/{webhookId}/test", 3, 1, None),
            ("GET", "/{webhookId}/deliveries", 2, 0, None),
            ("POST", "/{webhookId}/deliveries/{deliveryId}/retry", 2, 0, None),
            ("POST", "/{webhookId}/replay", 2, 1, {"from": "2026-01-31T00:00:00Z"}),
        )
    ),
    # The site's groups, roles and clients.
    *(
        Endpoint(f"{method} /api/admin/{path}", budget, trips, transactions, ask)
        for method, path, budget, trips, transactions, ask in (
            ("POST", "groups", 4, 4, 1, _reference_data("POST", "groups", {"name": "Staff"})),
            ("GET", "groups", 4, 2, 0, _reference_data("GET", "groups")),
            ("GET", "groups/{number}", 2, 2, 0, _reference_data("GET", "groups/1")),
            ("PUT", "groups/{number}", 4, 4, 1, _reference_data("PUT", "groups/1", {"name": "Staff"})),
            ("DELETE", "groups/{number}", 4, 3, 1, _reference_data("DELETE", "groups/1")),
            ("POST", "roles", 4, 4, 1, _reference_data("POST", "roles", {"name": "Staff"})),
            ("GET", "roles", 4, 2, 0, _reference_data("GET", "roles")),
            ("GET", "roles/{number}", 2, 2, 0, _reference_data("GET", "roles/1")),
            ("PUT", "roles/{number}", 4, 4, 1, _reference_data("PUT", "roles/1", {"isDefault": True})),
            ("DELETE", "roles/{number}", 4, 3, 1, _reference_data("DELETE", "roles/1")),
            ("POST", "clients", 4, 2, 1, _reference_data("POST", "clients", _NEW_CLIENT)),
            ("GET", "clients", 4, 3, 0, _reference_data("GET", "clients")),
            ("GET", "clients/{clientId}", 2, 2, 0, _reference_data("GET", "clients/robot")),
            ("PUT", "clients/{clientId}", 4, 3, 1, _reference_data("PUT", "clients/robot", {"name": "R"})),
            ("DELETE", "clients/{clientId}", 4, 3, 1, _reference_data("DELETE", "clients/robot")),
            ("POST", "clients/{clientId}/secret", 4, 3, 1, _reference_data("POST", "clients/robot/secret")),
        )
    ),
    # Finding users and the activity of days.
    Endpoint(
        "GET /api/admin/users",
        3,
        3,
        0,
        lambda on: on.api.get(f"/api/admin/users?q=found&size={SIZE}", as_=on.base.root),
        "that are searched for",
        BudgetFixtures.routed,
    ),
    Endpoint(
        "GET /api/admin/users",
        3,
        3,
        0,
        lambda on: on.api.get("/api/admin/users?email=ada@example.com", as_=on.base.root),
        "of an address",
    ),
    Endpoint(
        "GET /api/admin/users",
        4,
        4,
        0,
        _page("/api/admin/users?status=active", _root),
        "of a status most have",
        BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "GET /api/admin/users",
        5,
        4,
        0,
        lambda on: on.api.get("/api/admin/users?role=ADMIN", as_=on.base.root),
        "of a role few have",
    ),
    Endpoint(
        "GET /api/workspaces",
        3,
        3,
        0,
        lambda on: on.api.get("/api/workspaces?q=acme", as_=on.base.root),
        "that are searched for",
        BudgetFixtures.routed,
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/members",
        3,
        3,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.globex.id}/members?q=found", as_=on.base.rival),
        "that are searched for",
        BudgetFixtures.routed,
    ),
    Endpoint(
        "GET /api/admin/activity", 2, 2, 0, lambda on: on.api.get("/api/admin/activity", as_=on.base.root)
    ),
    Endpoint(
        "GET /api/admin/events",
        3,
        3,
        0,
        lambda on: on.api.get("/api/admin/events", as_=on.base.root),
        prepare=BudgetFixtures.numbered,
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/events",
        3,
        3,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/events", as_=on.base.boss),
        prepare=BudgetFixtures.numbered,
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/activity",
        2,
        2,
        0,
        lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/activity?days=90", as_=on.base.boss),
    ),
    Endpoint(
        "POST /api/auth/login",
        4,
        4,
        1,
        lambda on: on.api.post("/api/auth/login", {"email": on.ada.email, "password": PASSWORD}),
    ),
    Endpoint(
        "POST /api/auth/login",
        5,
        5,
        1,
        lambda on: on.log_in_remembered(),
        "of somebody with a second factor",
    ),
    Endpoint("POST /api/auth/login/second", 4, 4, 1, lambda on: on.log_in_second()),
    Endpoint("GET /api/auth/factors", 4, 2, 0, lambda on: on.api.get("/api/auth/factors", as_=on.eve)),
    Endpoint(
        "DELETE /api/auth/factors/{factorId}",
        4,
        2,
        1,
        lambda on: on.api.delete(f"/api/auth/factors/{on.phone.id}", as_=on.eve),
    ),
    Endpoint(
        "POST /api/auth/factors/totp",
        4,
        2,
        0,
        lambda on: on.api.post("/api/auth/factors/totp", {"name": "Phone"}, as_=on.eve),
    ),
    Endpoint(
        "POST /api/auth/factors/totp/{factorId}/confirm",
        4,
        2,
        1,
        lambda on: on.api.post(
            f"/api/auth/factors/totp/{on.begun[0]}/confirm", {"code": on.code(on.begun[1])}, as_=on.eve
        ),
    ),
    Endpoint(
        "POST /api/auth/factors/recovery-codes",
        4,
        2,
        1,
        lambda on: on.api.post("/api/auth/factors/recovery-codes", as_=on.eve),
    ),
    # Passkeys.
    Endpoint(
        "POST /api/auth/factors/passkeys/options",
        4,
        3,
        0,
        lambda on: on.api.post("/api/auth/factors/passkeys/options", as_=on.ada),
    ),
    Endpoint("POST /api/auth/factors/passkeys", 4, 3, 1, lambda on: on.enrol_passkey()),
    Endpoint(
        "POST /api/auth/login/passkey/options",
        4,
        1,
        0,
        lambda on: on.api.post("/api/auth/login/passkey/options"),
    ),
    Endpoint("POST /api/auth/login/passkey", 4, 3, 1, lambda on: on.log_in_by_passkey()),
    Endpoint("POST /oauth/token", 4, 4, 1, lambda on: on.ask_for_token("password"), "for a password"),
    Endpoint(
        "POST /oauth/token", 4, 2, 1, lambda on: on.ask_for_token("refresh_token"), "for a refresh token"
    ),
    Endpoint(
        "POST /oauth/token", 4, 3, 1, lambda on: on.ask_for_token("client_credentials"), "for the client"
    ),
    Endpoint("POST /api/auth/logout", 4, 2, 1, lambda on: on.api.post("/api/auth/logout", as_=on.ada)),
    Endpoint("GET /api/auth/me", 2, 1, 0, lambda on: on.api.get("/api/auth/me", as_=on.ada)),
    Endpoint(
        "PUT /api/auth/me/password",
        4,
        4,
        1,
        lambda on: on.api.put(
            "/api/auth/me/password",
            {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD} new"},
            as_=on.ada,
        ),
    ),
    Endpoint(
        "POST /api/auth/tokens",
        4,
        4,
        1,
        lambda on: on.api.post(
            "/api/auth/tokens", {"name": "ci", "workspaceId": on.base.acme.id}, as_=on.ada
        ),
    ),
    # Spaces, the roles in them and their apps.
    *(
        Endpoint(
            f"{method} /api/workspaces/{{workspaceId}}/spaces{route}",
            budget,
            trips,
            1 if method != "GET" else 0,
            lambda on, method=method, asked=asked: on.of_spaces(method, **asked),  # type: ignore[misc]
            note,
            prepare,
        )
        for method, route, budget, trips, asked, note, prepare in _OF_SPACES
    ),
    Endpoint(
        "GET /api/auth/tokens",
        3,
        3,
        0,
        lambda on: on.api.get("/api/auth/tokens", as_=on.ada),
        "with one for a workspace",
        _token_for_a_workspace,
    ),
    Endpoint(
        "DELETE /api/auth/tokens/{tokenId}",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/auth/tokens/{on.token.id}", as_=on.ada),
    ),
    # One's own account, and the accounts of others.
    Endpoint(
        "PUT /api/auth/me",
        4,
        3,
        1,
        lambda on: on.api.put(
            "/api/auth/me", {"fullName": "Ada K", "defaultWorkspaceId": on.base.acme.id}, as_=on.ada
        ),
    ),
    Endpoint(
        "GET /api/admin/users/{userId}/memberships",
        5,
        5,
        0,
        lambda on: on.api.get(
            f"/api/admin/users/{on.base.stranger.id}/memberships?page={FAR}&size={SIZE}", as_=on.base.root
        ),
        prepare=BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "POST /api/admin/users/{userId}/unlock",
        4,
        3,
        1,
        lambda on: on.api.post(f"/api/admin/users/{on.ada.id}/unlock", as_=on.base.root),
    ),
    Endpoint(
        "POST /oauth/revoke",
        4,
        2,
        1,
        lambda on: on.api.post(
            "/oauth/revoke",
            form={"token": str(on.refresh), "client_id": "robot", "client_secret": "s"},
        ),
    ),
    Endpoint("GET /api/auth/sessions", 4, 3, 0, lambda on: on.api.get("/api/auth/sessions", as_=on.ada)),
    Endpoint(
        "DELETE /api/auth/sessions/{sessionId}",
        4,
        2,
        1,
        lambda on: on.api.delete(f"/api/auth/sessions/{on.session.id}", as_=on.ada),
    ),
    Endpoint(
        "DELETE /api/auth/sessions", 4, 2, 1, lambda on: on.api.delete("/api/auth/sessions", as_=on.ada)
    ),
    Endpoint(
        "GET /api/admin/users/{userId}/credentials",
        4,
        4,
        0,
        lambda on: on.api.get(f"/api/admin/users/{on.ada.id}/credentials", as_=on.base.root),
        "with a token for a workspace",
        _token_for_a_workspace,
    ),
    Endpoint(
        "DELETE /api/admin/users/{userId}/credentials/{credentialId}",
        4,
        2,
        1,
        lambda on: on.api.delete(f"/api/admin/users/{on.ada.id}/credentials/{on.token.id}", as_=on.base.root),
    ),
    Endpoint(
        "DELETE /api/admin/users/{userId}/credentials",
        4,
        2,
        1,
        lambda on: on.api.delete(f"/api/admin/users/{on.ada.id}/credentials", as_=on.base.root),
    ),
    # A proof anew, and the end of somebody's factors.
    Endpoint(
        "POST /api/auth/reauthenticate",
        4,
        4,
        1,
        lambda on: on.api.post("/api/auth/reauthenticate", {"password": PASSWORD}, as_=on.ada),
        "by the password",
    ),
    Endpoint(
        "DELETE /api/admin/users/{userId}/factors",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/admin/users/{on.ada.id}/factors", as_=on.base.root),
    ),
    # SCIM: tokens and groups of a workspace.
    *(
        Endpoint(
            f"{method} /api/workspaces/{{workspaceId}}/{route}",
            budget,
            trips,
            transactions,
            request,
        )
        for method, route, budget, trips, transactions, request in (
            (
                *("POST", "scim-tokens", 4, 3, 1),
                lambda on: on.api.post(
                    f"/api/workspaces/{on.base.acme.id}/scim-tokens",
                    {"name": "Entra ID"},
                    as_=on.base.boss,
                    headers=_ONCE,
                ),
            ),
            (
                *("GET", "scim-tokens", 1, 1, 0),
                lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/scim-tokens", as_=on.base.boss),
            ),
            (
                *("DELETE", "scim-tokens/{tokenId}", 4, 3, 1),
                lambda on: on.api.delete(
                    f"/api/workspaces/{on.base.acme.id}/scim-tokens/{on.scim_token.id}", as_=on.base.boss
                ),
            ),
            (
                *("GET", "groups", 5, 4, 0),
                lambda on: on.api.get(f"/api/workspaces/{on.base.acme.id}/groups", as_=on.base.member),
            ),
            (
                *("GET", "groups/{groupId}", 1, 1, 0),
                lambda on: on.api.get(_workspace_group(on), as_=on.base.member),
            ),
            (
                *("GET", "groups/{groupId}/members", 5, 4, 0),
                lambda on: on.api.get(f"{_workspace_group(on)}/members", as_=on.base.member),
            ),
            (
                *("PUT", "groups/{groupId}", 4, 4, 1),
                lambda on: on.api.put(_workspace_group(on), {"workspaceRole": "ADMIN"}, as_=on.base.boss),
            ),
        )
    ),
    # SCIM: a lookup takes 3, a page of 100 members 5 at any place. Each list that grows takes a Write.
    _of_scim("GET Users?startIndex={far}&count={size}", 5, 5, prepare=BudgetFixtures.bulk_suspended),
    _of_scim(
        "GET Users?startIndex=201&count={size}",
        *(5, 5),
        note="in the midst of one list",
        prepare=BudgetFixtures.bulk_suspended,
    ),
    _of_scim(f"GET Users?filter=userName%20eq%20%22{_PAULA}%22", 3, 2, note="by the user name"),
    _of_scim("GET Users?filter=externalId%20eq%20%22p1%22", 3, 3, note="by the external id"),
    _of_scim("POST Users", 5, 5, 1, _SCIM_USER),
    _of_scim("POST Users", 5, 5, 1, _SCIM_STRANGER, "of a user who is no member"),
    _of_scim("GET Users/{paula}", 1, 1),
    _of_scim("PUT Users/{paula}", 5, 5, 1, {**_SCIM_USER, "active": False}, "by another name, suspended"),
    _of_scim("PATCH Users/{paula}", 4, 4, 1, _SCIM_OFF, "that suspends"),
    _of_scim("DELETE Users/{paula}", 4, 4, 1),
    _of_scim(
        "GET Groups?startIndex=201&count={size}&excludedAttributes=members",
        *(5, 5),
        note="without members",
        prepare=BudgetFixtures.bulk_groups,
    ),
    _of_scim("GET Groups?filter=displayName%20eq%20%22crew%22", 4, 3, note="by the name"),
    _of_scim("POST Groups", 4, 4, 1, {"displayName": "New"}, "without members"),
    _of_scim("GET Groups/{crew}", 2, 2),
    _of_scim("PUT Groups/{crew}", 4, 3, 1, {"displayName": "New"}, "without members"),
    _of_scim("PATCH Groups/{crew}", 6, 6, 1, _SCIM_JOIN, "by which up to thirty come"),
    _of_scim("DELETE Groups/{crew}", 4, 3, 1),
    *(_of_scim(f"GET {path}", 1, 1) for path in ("ServiceProviderConfig", "ResourceTypes", "Schemas")),
    *(_of_scim(f"GET {path}", 1, 1) for path in _SCIM_DESCRIBED),
    Endpoint(
        "ANY /scim/v2/{workspaceId}/{proxy+}", 1, 1, 0, lambda on: on.scim("GET", "ServiceProviderConfig/")
    ),
    # Invitations and forgotten passwords.
    Endpoint(
        "POST /api/workspaces/{workspaceId}/invitations",
        4,
        4,
        1,
        lambda on: on.api.post(
            f"/api/workspaces/{on.base.acme.id}/invitations",
            {"email": "new@example.com", "role": "MEMBER"},
            as_=on.base.boss,
            headers=_ONCE,
        ),
    ),
    Endpoint(
        "GET /api/workspaces/{workspaceId}/invitations",
        4,
        4,
        0,
        _page("/api/workspaces/{acme}/invitations", _root),
        prepare=BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend",
        4,
        3,
        1,
        lambda on: on.api.post(f"{_invitation(on)}/resend", as_=on.base.boss),
    ),
    Endpoint(
        "DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}",
        4,
        3,
        1,
        lambda on: on.api.delete(_invitation(on), as_=on.base.boss),
    ),
    Endpoint(
        "POST /api/auth/invitations/look",
        2,
        2,
        0,
        lambda on: on.api.post("/api/auth/invitations/look", {"token": on.invited}),
    ),
    Endpoint(
        "POST /api/auth/invitations/accept",
        4,
        4,
        1,
        lambda on: on.api.post("/api/auth/invitations/accept", {"token": on.invited, **_NEWCOMER}),
        "without an account",
    ),
    Endpoint(
        "POST /api/auth/invitations/accept",
        4,
        4,
        1,
        lambda on: on.api.post(
            "/api/auth/invitations/accept", {"token": on.invited_stranger}, as_=on.base.stranger
        ),
        "in a session of the address",
    ),
    Endpoint(
        "POST /api/auth/invitations/accept",
        4,
        3,
        1,
        lambda on: on.api.post("/api/auth/invitations/accept", {"token": on.account_link, **_NEWCOMER}),
        "by a user without a password",
    ),
    Endpoint(
        "POST /api/auth/password/forgotten",
        4,
        3,
        1,
        lambda on: on.api.post("/api/auth/password/forgotten", {"email": on.ada.email}),
        "of a user",
    ),
    Endpoint(
        "POST /api/auth/password/forgotten",
        4,
        3,
        1,
        lambda on: on.api.post("/api/auth/password/forgotten", {"email": "nobody@example.com"}),
        "of nobody",
    ),
    Endpoint(
        "POST /api/auth/password/reset",
        4,
        3,
        1,
        lambda on: on.api.post(
            "/api/auth/password/reset", {"token": on.reset_link, "password": f"{PASSWORD} new"}
        ),
    ),
    Endpoint(
        "POST /api/admin/users/{userId}/password-link",
        4,
        3,
        1,
        lambda on: on.api.post(f"/api/admin/users/{on.ada.id}/password-link", as_=on.base.root),
    ),
    *(
        Endpoint(
            f"GET /minimal/rest/user/v1/{name}",
            budget,
            trips,
            0,
            lambda on, name=name: on.api.get(f"/minimal/rest/user/v1/{name}", headers=on.identity()),  # type: ignore[misc]
        )
        for name, budget, trips in (
            ("org", 1, 1),
            ("org/detail", 2, 1),
            ("project", 1, 1),
            ("project/detail", 2, 1),
            ("space", 4, 3),
            ("feature", 4, 2),
        )
    ),
    *(
        Endpoint(
            f"GET /api/v1/{route}", budget, trips, 0, partial(BudgetFixtures.as_admin, path=f"/api/v1/{path}")
        )
        for route, path, budget, trips in (
            ("user", "user", 1, 1),
            ("users", "users", 4, 3),
            ("users/{user_id}", "users/1", 2, 2),
            ("projects/{project_id}/users", "projects/1/users", 5, 5),
            ("project/{project_id}/users", "project/1/users", 5, 5),
            ("groups", "groups", 4, 2),
            ("groups/{number}", "groups/1", 4, 2),
            ("roles", "roles", 4, 2),
            ("roles/{number}", "roles/1", 4, 2),
            ("projects", "projects", 4, 3),
            ("projects/{number}", "projects/1", 4, 3),
        )
    ),
    Endpoint(
        "GET /api/workspace/auth/me",
        2,
        2,
        0,
        lambda on: on.api.get("/api/workspace/auth/me", bearer=on.ada),
    ),
    Endpoint("GET /openapi.json", 0, 0, 0, lambda on: on.api.get("/openapi.json")),
    Endpoint("GET /docs", 0, 0, 0, lambda on: on.api.get("/docs")),
    Endpoint("GET /health", 1, 1, 0, lambda on: on.api.get("/health")),
    Endpoint("$default", 0, 0, 0, lambda on: on.api.get("/api/nowhere", as_=on.ada)),
)

_FOLDS = {
    "POST /api/workspaces": 1,
    "DELETE /api/workspaces/{workspaceId}": 1,
    "POST /api/workspaces/{workspaceId}/members": 1,
    "DELETE /api/workspaces/{workspaceId}/members/{userId}": 1,
    "POST /api/workspaces/{workspaceId}/invitations": 1,
    "POST /api/auth/invitations/accept without an account": 2,
    "POST /api/auth/invitations/accept in a session of the address": 1,
    "POST /api/admin/users": 1,
    "DELETE /api/admin/users/{userId}": 1,
    "POST /api/workspaces/{workspaceId}/projects": 2,
    "DELETE /api/workspaces/{workspaceId}/projects/{projectId}": 2,
    "POST /api/workspaces/{workspaceId}/features": 1,
    "DELETE /api/workspaces/{workspaceId}/features/{featureId}": 1,
    "POST /api/workspaces/{workspaceId}/spaces": 2,
    "DELETE /api/workspaces/{workspaceId}/spaces/{spaceId}": 2,
    "POST /api/workspaces/{workspaceId}/spaces/{spaceId}/apps": 2,
    "DELETE /api/workspaces/{workspaceId}/spaces/{spaceId}/apps/{appId}": 2,
    "POST /scim/v2/{workspaceId}/Users": 2,
    "POST /scim/v2/{workspaceId}/Users of a user who is no member": 1,
    "PUT /scim/v2/{workspaceId}/Users/{userId}": 1,
    "PATCH /scim/v2/{workspaceId}/Users/{userId}": 1,
    "DELETE /scim/v2/{workspaceId}/Users/{userId}": 2,
    "POST /scim/v2/{workspaceId}/Groups": 1,
    "PATCH /scim/v2/{workspaceId}/Groups/{groupId}": 1,
    "DELETE /scim/v2/{workspaceId}/Groups/{groupId}": 1,
}
"""How many lists a route moves rows of whose counts follow: one writer in ten folds a log that is long."""


FOLDS = "which folds long logs"


def _folds(row: Endpoint) -> int:
    return _FOLDS.get(row.name, _FOLDS.get(row.route, 0))


ENDPOINTS = _ENDPOINTS + tuple(
    replace(
        row,
        budget=row.budget + 4 * _folds(row),
        trips=row.trips + 4 * _folds(row),
        transactions=row.transactions + _folds(row),
        note=f"{row.note} {FOLDS}".strip(),
        prepare=partial(_with_long_logs, row.prepare),
    )
    for row in _ENDPOINTS
    if _folds(row)
)

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
        lambda on: provisioning.by_user_name(on.store, on.base.acme.id, _PAULA),
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
        lambda on: provisioning.ids_by_email(on.store, on.base.acme.id, _PAULA),
    ),
    Pattern(
        "provisioning.by_email",
        {_BATCH: 2, _QUERY: 1},
        lambda on: provisioning.by_email(on.store, on.base.acme.id, _PAULA),
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
