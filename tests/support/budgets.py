"""What every endpoint and every access pattern may ask of the table; docs/access-patterns.md is made of it.

The figures are what the worst case takes: a page that begins in another branch than was guessed, a
membership that was the user's oldest, a first attempt to log in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from roster.auth import api_tokens, login_throttle, refresh_tokens, sessions, source_failures
from roster.auth.credentials import Credential
from roster.db import counted_lists, keys
from roster.db.codec import attributes
from roster.db.counted_lists import BRANCH
from roster.db.store import Item, Store, Update, Value
from roster.db.transactions import Transaction, item
from roster.directory import (
    audit,
    cleanup,
    features,
    members,
    projects,
    reference_data,
    space_roles,
    spaces,
    users,
    workspaces,
)
from roster.domain import (
    Actor,
    ApiToken,
    App,
    Feature,
    Membership,
    Project,
    Session,
    Space,
    SpaceRole,
    User,
    Workspace,
    WorkspaceRole,
)
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory
from tests.support.fixtures import made_once
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
    cleanup,
    audit,
    refresh_tokens,
    source_failures,
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
        refresh = refresh_tokens.start(api.store, ada, "robot", (), renewable=True, by=directory.by).refresh
        assert refresh is not None
        family = api.store.get(keys.family(ada.id, refresh.family_id))
        assert family is not None
        return cls(api, directory, base, ada, web, alpha, spare, boards, token, session, refresh, family)

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

    def bulk_users(self) -> None:
        """Lengthen every list by hundreds of rows, half of them in a later branch than the others."""
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
        counted_lists.reserve(self.store, keys.users_of(self.web.id), 1_000)  # above the numbers of users
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
            counted_lists.reserve(self.store, listing, 1_000)  # their numbers are those of other lists
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

    def limit_spaces(self) -> None:
        """Limit how many spaces the workspace may have."""
        self.store.write(Update(keys.workspace(self.base.acme.id), set={"limits": {"spaces": 500}}))

    def of_spaces(
        self, method: str, path: str = "", body: object = None, who: str = "boss", query: str = ""
    ) -> Answer:
        """A request of somebody of acme about spaces; ids of the fixtures stand in braces."""
        filled = path.format(
            alpha=self.alpha.id, web=self.web.id, ada=self.ada.id, member=self.base.member.id
        )
        caller = self.ada if who == "ada" else self.base.boss
        target = f"/api/workspaces/{self.base.acme.id}/spaces{filled}{query}"
        if isinstance(body, dict):
            body = {name: self.web.id if value == "{web}" else value for name, value in body.items()}
            body = {name: self.ada.id if value == "{ada}" else value for name, value in body.items()}
        return self.api.send(method, target, body, as_=caller, headers=_ONCE if method == "POST" else {})

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


_LAST = f"?page={FAR}&size={SIZE}"
_OF_SPACES: tuple[tuple[str, str, int, int, dict[str, Any], str, Callable[[BudgetFixtures], None]], ...] = (
    ("POST", "", 4, 3, {"body": {"name": "Umbra", "projectId": "{web}", "ownerId": "{ada}"}}, "", _bare),
    ("POST", "", 4, 3, {"body": {"name": "Umbra"}}, "with a limit", BudgetFixtures.limit_spaces),
    ("GET", "", 5, 5, {"query": _LAST}, "all, to an ADMIN", BudgetFixtures.bulk_spaces),
    ("GET", "", 5, 3, {"who": "ada"}, "the caller's own", _bare),
    ("GET", "", 4, 2, {"query": "?projectId=web"}, "of a project", _bare),
    ("GET", "/{spaceId}", 1, 1, {"path": "/{alpha}"}, "", _bare),
    (
        *("PUT", "/{spaceId}", 4, 3),
        {"path": "/spare", "body": {"name": "Umbra", "projectId": None, "ownerId": "{ada}"}},
        *("", _bare),
    ),
    ("DELETE", "/{spaceId}", 4, 2, {"path": "/spare"}, "", _bare),
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
    ("POST", "/{spaceId}/apps", 4, 3, {"path": "/{alpha}/apps", "body": {"name": "portal"}}, "", _bare),
    (
        *("GET", "/{spaceId}/apps", 4, 3),
        {"path": "/{alpha}/apps", "query": _LAST},
        *("", BudgetFixtures.bulk_spaces),
    ),
    ("DELETE", "/{spaceId}/apps/{appId}", 4, 2, {"path": "/{alpha}/apps/app-1"}, "", _bare),
)

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
            ("DELETE", "projects/{projectId}", "projects/{spare}", None, "boss", 4, 2, 1, "", _bare),
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
            ("DELETE", "features/{featureId}", "features/{boards}", None, "boss", 4, 2, 1, "", _bare),
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


_NEW_SPACE = Space("", 0, "", "umbra", "")


def _alpha(on: BudgetFixtures) -> Space:
    """The space with its present count of apps."""
    return replace(on.alpha, apps=1)


def _spare(on: BudgetFixtures) -> Space:
    """The space without apps, which was made right after the first one."""
    return Space("spare", on.alpha.number + 1, on.base.acme.id, "spare", "", project_id=on.web.id, apps=0)


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
        {_TRANSACT: 1},
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
        {_TRANSACT: 1},
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
    Pattern("spaces.by_id", {_GET: 1}, lambda on: spaces.by_id(on.store, on.alpha.id)),
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
        {_UPDATE: 1},
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
        {_TRANSACT: 1},
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
        {_TRANSACT: 1},
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
    Pattern("counted_lists.total", {_GET: 1}, lambda on: counted_lists.total(on.store, keys.USERS)),
    Pattern("audit.page", {_QUERY: audit.DAYS}, lambda on: audit.page(on.store, _WEEK, SIZE), "by day"),
    Pattern(
        "audit.page",
        {_QUERY: 1},
        lambda on: audit.page(on.store, replace(_WEEK, actor="x"), SIZE),
        "by actor",
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
