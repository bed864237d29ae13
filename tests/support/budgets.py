"""What every endpoint and every access pattern may ask of the table; docs/access-patterns.md is made of it.

The figures are what the worst case takes: a page that begins in another branch than was guessed, a
membership that was the user's oldest, a first attempt to log in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from roster.auth import api_tokens, login_throttle, refresh_tokens, sessions, source_failures
from roster.auth.credentials import Credential
from roster.db import counted_lists, keys
from roster.db.codec import attributes
from roster.db.counted_lists import BRANCH
from roster.db.store import Item, Store, Value
from roster.db.transactions import Transaction, item
from roster.directory import (
    audit,
    cleanup,
    members,
    projects,
    reference_data,
    spaces,
    suspensions,
    users,
    workspaces,
)
from roster.domain import Actor, ApiToken, Membership, Project, Session, Space, User, Workspace, WorkspaceRole
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory
from tests.support.fixtures import made_once
from tests.workspaces.fixtures import Fixtures

MODULES = (
    users,
    workspaces,
    members,
    projects,
    spaces,
    reference_data,
    sessions,
    api_tokens,
    login_throttle,
    counted_lists,
    cleanup,
    audit,
    refresh_tokens,
    source_failures,
    suspensions,
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
    token: ApiToken  # of ada
    session: Session  # of ada
    refresh: Credential  # of ada, by her client
    family: Item  # of that refresh token

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
        refresh = refresh_tokens.start(api.store, ada, "robot", (), renewable=True, by=directory.by).refresh
        assert refresh is not None
        family = api.store.get(keys.family(ada.id, refresh.family_id))
        assert family is not None
        return cls(api, directory, base, ada, web, alpha, token, session, refresh, family)

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
        self._lengthen(keys.workspaces_of(stranger), lambda place, _: {"workspace_id": homes[place].id})
        self._lengthen(
            keys.members(acme),
            lambda place, number: attributes(
                Membership(acme, people[place].id, WorkspaceRole.MEMBER, number, people[place].created_at)
            ),
        )

    def _lengthen(self, listing: str, row: Callable[[int, int], Mapping[str, Value]]) -> None:
        first = counted_lists.allocate(self.store, listing, MANY + BRANCH)
        places = range(MANY)
        for some in (places[start : start + 75] for start in places[::75]):
            work = Transaction(self.by)
            for place in some:
                number = first + place + (BRANCH if place >= MANY // 2 else 0)
                work.add_row(listing, number, row(place, number))
            work.commit(self.store)


def _person(place: int) -> User:
    name = f"many-{place}"
    return User(name, place + 1, f"{name}@example.com", name, "2026-04-13T01:00:00Z")


def _home(place: int) -> Workspace:
    name = f"home-{place}"
    return Workspace(name, place + 1, name, name, "2026-04-13T01:00:00Z")


def _bare(fixtures: BudgetFixtures) -> None:
    """Nothing but the fixtures."""


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
        return fixtures.api.get(f"{where}?page={FAR}&size={SIZE}", as_=as_(fixtures))

    return ask


def _root(fixtures: BudgetFixtures) -> User:
    return fixtures.base.root


def _cloud_foundry(
    path: str, who: Callable[[BudgetFixtures], User] = lambda on: on.ada
) -> Callable[[BudgetFixtures], Answer]:
    """A request to Cloud Foundry v2; ids of the fixtures stand in braces."""

    def ask(on: BudgetFixtures) -> Answer:
        filled = path.format(ada=on.ada.id, acme=on.base.acme.id, alpha=on.alpha.id)
        return on.api.get(filled, bearer=who(on))

    return ask


ENDPOINTS = (
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
        2,
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
        5,
        5,
        0,
        _page("/api/workspaces/{acme}/members", lambda on: on.base.member),
        prepare=BudgetFixtures.bulk_users,
    ),
    Endpoint(
        "DELETE /api/workspaces/{workspaceId}/members/{userId}",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/workspaces/{on.base.acme.id}/members/{on.ada.id}", as_=on.base.boss),
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
        2,
        0,
        lambda on: on.api.get(f"/api/admin/users/{on.ada.id}", as_=on.base.root),
    ),
    Endpoint(
        "PUT /api/admin/users/{userId}",
        4,
        3,
        1,
        lambda on: on.api.put(
            f"/api/admin/users/{on.ada.id}",
            {"email": "else@example.com", "password": PASSWORD, "active": False},
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
        4,
        4,
        0,
        lambda on: on.api.get("/api/admin/audit", as_=on.base.root),
        "by day",
    ),
    Endpoint(
        "GET /api/admin/audit",
        4,
        2,
        0,
        lambda on: on.api.get(f"/api/admin/audit?target={on.ada.id}", as_=on.base.root),
        "of a user",
    ),
    Endpoint(
        "POST /api/auth/login",
        4,
        4,
        1,
        lambda on: on.api.post("/api/auth/login", {"email": on.ada.email, "password": PASSWORD}),
    ),
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
        3,
        1,
        lambda on: on.api.post(
            "/api/auth/tokens", {"name": "ci", "workspaceId": on.base.acme.id}, as_=on.ada
        ),
    ),
    Endpoint("GET /api/auth/tokens", 2, 2, 0, lambda on: on.api.get("/api/auth/tokens", as_=on.ada)),
    Endpoint(
        "DELETE /api/auth/tokens/{tokenId}",
        4,
        3,
        1,
        lambda on: on.api.delete(f"/api/auth/tokens/{on.token.id}", as_=on.ada),
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

_GET, _BATCH, _QUERY, _TRANSACT = "GetItem", "BatchGetItem", "Query", "TransactWriteItems"
_UPDATE, _PUT, _DELETE = "UpdateItem", "PutItem", "DeleteItem"
_PAGE = {_BATCH: 1, _GET: 1, _QUERY: 1}
_JOINED = {_BATCH: 2, _GET: 1, _QUERY: 1}
_WEEK = audit.Search("2026-04-06T01:00:00Z", "2026-04-13T01:00:00Z")
_NEW_USER = User("", 0, "new@example.com", "New", "")
_NEW_WORKSPACE = Workspace("", 0, "umbra", "Umbra", "")


def _leave(on: BudgetFixtures) -> None:
    members.remove(on.store, on.base.acme, on.ada.id, by=on.by, even_last_admin=False)


def _later(on: BudgetFixtures) -> None:
    on.api.clock.advance(hours=2)


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
        {_GET: 1, _UPDATE: 1, _TRANSACT: 1},
        lambda on: users.create(on.store, _NEW_USER, None, by=on.by),
    ),
    Pattern(
        "users.prepare",
        {_GET: 1, _UPDATE: 1},
        lambda on: users.prepare(on.store, _NEW_USER, None, by=on.by),
    ),
    Pattern(
        "users.change",
        {_TRANSACT: 1},
        lambda on: users.change(
            on.store, on.ada, lambda present: replace(present, email="else@example.com"), by=on.by
        ),
    ),
    Pattern("users.delete", {_TRANSACT: 1}, lambda on: users.delete(on.store, on.ada, by=on.by)),
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
        {_TRANSACT: 1},
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
    Pattern("members.remove", {_BATCH: 1, _QUERY: 1, _TRANSACT: 1}, _leave, "(the user's oldest)"),
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
        {_TRANSACT: 1},
        lambda on: api_tokens.create(on.store, on.ada, "x", None, None, by=on.by),
    ),
    Pattern("api_tokens.of_user", {_QUERY: 1}, lambda on: api_tokens.of_user(on.store, on.ada.id, on.by.at)),
    Pattern(
        "api_tokens.revoke",
        {_GET: 1, _TRANSACT: 1},
        lambda on: api_tokens.revoke(on.store, on.ada.id, on.token.id, by=on.by),
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
    Pattern(
        "counted_lists.allocate", {_UPDATE: 1}, lambda on: counted_lists.allocate(on.store, keys.USERS, 7)
    ),
    Pattern(
        "counted_lists.reserve", {_UPDATE: 1}, lambda on: counted_lists.reserve(on.store, keys.USERS, 7_000)
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
    Pattern("spaces.by_id", {_GET: 1}, lambda on: spaces.by_id(on.store, on.alpha.id)),
    Pattern("counted_lists.total", {_GET: 1}, lambda on: counted_lists.total(on.store, keys.USERS)),
    Pattern("audit.page", {_QUERY: audit.DAYS}, lambda on: audit.page(on.store, _WEEK, SIZE), "by day"),
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
        {_QUERY: 2, _UPDATE: 2},
        lambda on: audit.erase(on.store, on.base.stranger.id, "erased"),
        "(two entries)",
    ),
    Pattern("cleanup.jobs", {_QUERY: 1}, lambda on: list(cleanup.jobs(on.store))),
    Pattern(
        "cleanup.run",
        {_GET: 3, _QUERY: 1, _TRANSACT: 2, _DELETE: 1},
        lambda on: cleanup.run(on.store, keys.cleanup_of_member(on.base.acme.id, on.ada.id), on.by.at),
        "(a membership with two grants)",
        _leave,
    ),
)
