"""What every endpoint may ask of the table; docs/access-patterns.md is made of it.

The figures are what the worst case takes: a page that begins in another branch than was guessed, a
membership that was the user's oldest, a first attempt to log in.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from roster.auth import (
    api_tokens,
    challenges,
    passkeys,
    refresh_tokens,
    remembered,
    sessions,
)
from roster.auth.credentials import Credential
from roster.clock import instant
from roster.db import keys, list_log
from roster.db.codec import attributes
from roster.db.list_tree import BRANCH
from roster.db.store import Item, Key, Store, Update, Value, every
from roster.db.transactions import Transaction, item
from roster.dialects.scim.attributes import CORE_USER
from roster.directory import (
    event_feed,
    factors,
    search,
    users,
    workspaces,
)
from roster.directory.provisioning import Provisioned
from roster.domain import (
    Actor,
    ApiToken,
    ChallengePurpose,
    Delivery,
    Factor,
    Feature,
    GroupPlace,
    Invitation,
    Membership,
    Project,
    Session,
    Space,
    User,
    Webhook,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)
from tests.support.api import Answer, Api
from tests.support.authenticator import PARTY, Authenticator, asked_for, passkey_of
from tests.support.codes import code_of
from tests.support.console import script_of
from tests.support.directory import PASSWORD, Directory, settle
from tests.support.fixtures import made_once
from tests.support.snapshots import put_rows
from tests.workspaces.fixtures import Fixtures

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


def bare(fixtures: BudgetFixtures) -> None:
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
    prepare: Callable[[BudgetFixtures], None] = bare

    @property
    def name(self) -> str:
        return f"{self.route} {self.note}".strip()


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


PAULA = "paula@example.com"
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
    prepare: Callable[[BudgetFixtures], None] = bare,
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
    ("POST", "", 4, 4, {"body": {"name": "Umbra", "projectId": "{web}", "ownerId": "{ada}"}}, "", bare),
    ("POST", "", 4, 4, {"body": {"name": "Umbra"}}, "with a limit", BudgetFixtures.limit_spaces),
    ("GET", "", 5, 5, {"query": _LAST}, "all, to an ADMIN", BudgetFixtures.bulk_spaces),
    ("GET", "", 5, 3, {"who": "ada"}, "the caller's own", bare),
    ("GET", "", 4, 2, {"query": "?projectId={web}"}, "of a project", bare),
    ("GET", "/{spaceId}", 1, 1, {"path": "/{alpha}"}, "", bare),
    (
        *("PUT", "/{spaceId}", 4, 3),
        {"path": "/spare", "body": {"name": "Umbra", "projectId": None, "ownerId": "{ada}"}},
        *("", bare),
    ),
    ("DELETE", "/{spaceId}", 4, 4, {"path": "/spare"}, "", bare),
    (
        *("GET", "/{spaceId}/roles", 5, 3),
        {"path": "/{alpha}/roles", "query": _LAST},
        *("", BudgetFixtures.bulk_spaces),
    ),
    ("PUT", "/{spaceId}/roles/{role}/{userId}", 4, 2, {"path": "/{alpha}/roles/auditor/{member}"}, "", bare),
    (
        "DELETE",
        "/{spaceId}/roles/{role}/{userId}",
        4,
        2,
        {"path": "/{alpha}/roles/developer/{ada}"},
        "",
        bare,
    ),
    ("POST", "/{spaceId}/apps", 4, 4, {"path": "/{alpha}/apps", "body": {"name": "portal"}}, "", bare),
    (
        *("GET", "/{spaceId}/apps", 4, 3),
        {"path": "/{alpha}/apps", "query": _LAST},
        *("", BudgetFixtures.bulk_spaces),
    ),
    ("DELETE", "/{spaceId}/apps/{appId}", 4, 4, {"path": "/{alpha}/apps/app-1"}, "", bare),
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
            ("POST", "projects", "projects", {"name": "Umbra"}, "boss", 4, 4, 1, "", bare),
            (
                *("GET", "projects", "projects?page={far}&size={size}", None, "boss", 5, 5, 0),
                *("all, to managers", BudgetFixtures.bulk_projects),
            ),
            ("GET", "projects", "projects", None, "ada", 5, 3, 0, "a member's own", bare),
            ("GET", "projects/{projectId}", "projects/{web}", None, "ada", 1, 1, 0, "", bare),
            ("PUT", "projects/{projectId}", "projects/{web}", {"name": "New"}, "boss", 4, 2, 1, "", bare),
            ("DELETE", "projects/{projectId}", "projects/{spare}", None, "boss", 4, 4, 1, "", bare),
            (
                *("GET", "projects/{projectId}/members", "projects/{web}/members?page={far}&size={size}"),
                *(None, "ada", 5, 5, 0, "", BudgetFixtures.bulk_project_members),
            ),
            (
                *("PUT", "projects/{projectId}/members/{userId}", "projects/{web}/members/{member}"),
                *(None, "boss", 4, 2, 1, "", bare),
            ),
            (
                *("DELETE", "projects/{projectId}/members/{userId}", "projects/{web}/members/{ada}"),
                *(None, "boss", 4, 2, 1, "", bare),
            ),
            (
                *("POST", "features", "features", {"name": "Umbra", "module": "Boards"}, "boss", 4, 3, 1),
                *("", bare),
            ),
            (
                *("GET", "features", "features?page={far}&size={size}", None, "ada", 5, 5, 0),
                *("", BudgetFixtures.bulk_features),
            ),
            ("GET", "features", "features?projectId={web}", None, "ada", 4, 2, 0, "of a project", bare),
            ("GET", "features/{featureId}", "features/{boards}", None, "ada", 1, 1, 0, "", bare),
            (
                *("PUT", "features/{featureId}", "features/{boards}", {"ownerId": None}, "boss", 4, 2, 1),
                *("", bare),
            ),
            ("DELETE", "features/{featureId}", "features/{boards}", None, "boss", 4, 3, 1, "", bare),
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
    _of_scim(f"GET Users?filter=userName%20eq%20%22{PAULA}%22", 3, 2, note="by the user name"),
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
    Endpoint("GET /console", 0, 0, 0, lambda on: on.api.get("/console")),
    Endpoint("GET /console/{digest}/{file+}", 0, 0, 0, lambda on: on.api.get(script_of(on.api))),
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
