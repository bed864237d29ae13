"""Conditions that name other objects: rows FS-04 (what they must not tell) and FS-05 (what they may cost).

What the caller may not see is asked for beside what does not exist: the bytes of both answers are equal but
for the guid that the links repeat, and so is all that the table was asked.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from roster.db.store import Key
from roster.domain import User
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.directory import Directory, settle
from tests.support.meter import Meter

pytestmark = pytest.mark.any_engine

NOBODY = "00000000-0000-4000-8000-000000000000"
"""A guid that nothing has, as long as those that are made here."""


@dataclass
class Asked:
    """What the table was asked: its calls, and how many keys each BatchGet held."""

    calls: Counter[str] = field(default_factory=Counter)
    keys: list[int] = field(default_factory=list)


@pytest.fixture
def asked(
    fixtures: Fixtures, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, User], tuple[str, Asked]]:
    """The text of an answer with a guid in place of `{}`, and what the table was asked for it."""
    batch_get: Any = type(fixtures.api.store).batch_get
    sizes: list[int] = []

    def counted(store: Any, wanted: list[Key], **how: Any) -> Any:
        sizes.append(len(set(wanted)))
        return batch_get(store, wanted, **how)

    monkeypatch.setattr(type(fixtures.api.store), "batch_get", counted)

    def ask(path: str, user: User) -> tuple[str, Asked]:
        token = fixtures.api.token(user)
        sizes.clear()
        with meter.measure() as reading:
            answer = fixtures.api.get(path, bearer=token)
        assert answer.status == 200, answer.text
        return answer.text, Asked(Counter(reading.calls), list(sizes))

    return ask


HIDDEN = {
    # Aud holds a role in alpha and is a member of acme alone; globex with its space gamma is another's.
    "users-by-organization": ("aud", "/v2/spaces/{alpha}/developers?q=organization_guid:{}", "globex"),
    "users-by-managed-organization": (
        "aud",
        "/v2/organizations/{acme}/users?q=managed_organization_guid:{}",
        "globex",
    ),
    "users-by-space": ("aud", "/v2/organizations/{acme}/users?q=space_guid:{}", "gamma"),
    "users-by-managed-space": ("aud", "/v2/organizations/{acme}/users?q=managed_space_guid:{}", "gamma"),
    "users-by-audited-space": ("aud", "/v2/spaces/{alpha}/developers?q=audited_space_guid:{}", "gamma"),
    "managers-by-organization": ("aud", "/v2/organizations/{acme}/managers?q=organization_guid:{}", "globex"),
    "users-by-several": ("aud", "/v2/organizations/{acme}/users?q=space_guid%20IN%20x,{},{alpha}", "gamma"),
    "users-by-hidden-space-of-own-organization": (
        "memo",
        "/v2/organizations/{acme}/users?q=space_guid:{}",
        "alpha",
    ),
    "organizations-by-space": ("memo", "/v2/organizations?q=space_guid:{}", "alpha"),
    "organizations-by-foreign-space": ("memo", "/v2/organizations?q=space_guid:{}", "gamma"),
    "own-organizations-by-space": ("memo", "/v2/users/{memo}/organizations?q=space_guid:{}", "alpha"),
    "organizations-by-user": ("memo", "/v2/organizations?q=user_guid:{}", "guest"),
    "organizations-by-manager": ("memo", "/v2/organizations?q=manager_guid:{}", "guest"),
    "managed-organizations-by-user": (
        "boss",
        "/v2/users/{boss}/managed_organizations?q=user_guid:{}",
        "guest",
    ),
    "spaces-by-developer": ("boss", "/v2/spaces?q=developer_guid:{}", "guest"),
    "spaces-of-an-organization-by-developer": (
        "boss",
        "/v2/organizations/{acme}/spaces?q=developer_guid:{}",
        "guest",
    ),
    "own-spaces-by-developer": ("max", "/v2/users/{max}/managed_spaces?q=developer_guid:{}", "guest"),
    "spaces-by-app": ("memo", "/v2/spaces?q=app_guid:{}", "app"),
    "own-spaces-by-app": ("max", "/v2/users/{max}/managed_spaces?q=app_guid:{}", "app"),
    "own-spaces-by-organization": ("max", "/v2/users/{max}/managed_spaces?q=organization_guid:{}", "globex"),
    "apps-by-space": ("dev", "/v2/spaces/{alpha}/apps?q=space_guid:{}", "beta"),
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"FS-04-{name}") for name in HIDDEN])
@pytest.mark.row("item-12", "Z-22")
def test_a_condition_on_what_is_hidden_is_one_on_nothing(
    fixtures: Fixtures,
    directory: Directory,
    asked: Callable[[str, User], tuple[str, Asked]],
    name: str,
) -> None:
    """The same bytes, the same calls, and as many keys in each of them."""
    who, path, hidden = HIDDEN[name]
    guest = directory.user("guest")  # of globex alone, and somebody there
    directory.member(fixtures.globex, guest, "ADMIN")
    for place in range(3):
        directory.grant(directory.space(fixtures.globex, f"delta {place}"), guest)
    directory.grant(fixtures.gamma, fixtures.dev, "manager")
    directory.grant(fixtures.gamma, fixtures.max, "auditor")
    directory.app(fixtures.gamma, "hidden-app")
    guids = {
        "globex": fixtures.globex.id,
        "gamma": fixtures.gamma.id,
        "alpha": fixtures.alpha.id,
        "beta": fixtures.beta.id,
        "guest": guest.id,
        "app": "hidden-app",
    }
    names = {"alpha": fixtures.alpha.id, "acme": fixtures.acme.id} | {
        each: getattr(fixtures, each).id for each in ("memo", "boss", "max")
    }
    user: User = getattr(fixtures, who)
    texts, costs = [], []
    for guid in (guids[hidden], NOBODY):
        text, cost = asked(path.replace("{}", guid).format(**names), user)
        texts.append(text.replace(guid, "?"))
        costs.append(cost)
    assert texts[0] == texts[1]
    assert costs[0] == costs[1]


SEEN = {
    "users-by-organization": ("aud", "/v2/spaces/{alpha}/developers?q=organization_guid:{acme}", ["dev"]),
    "users-by-space": ("aud", "/v2/organizations/{acme}/users?q=managed_space_guid:{alpha}", ["max"]),
    "users-of-two-spaces": (
        "dev",
        "/v2/organizations/{acme}/users?q=space_guid%20IN%20{alpha},{beta},{gamma}",
        ["dev"],
    ),
    "managers": ("memo", "/v2/organizations/{acme}/users?q=managed_organization_guid:{acme}", ["boss"]),
    "organizations-by-space": ("aud", "/v2/organizations?q=space_guid:{alpha}", ["Acme"]),
    "organizations-by-a-colleague": ("memo", "/v2/organizations?q=user_guid:{dev}", ["Acme"]),
    "organizations-by-their-manager": ("memo", "/v2/organizations?q=manager_guid:{boss}", ["Acme"]),
    "organizations-by-oneself": ("dev", "/v2/organizations?q=user_guid:{dev}", ["Acme", "Globex"]),
    "spaces-by-developer": ("boss", "/v2/spaces?q=developer_guid:{dev}", ["alpha"]),
    "spaces-by-one-of-two": ("dev", "/v2/spaces?q=developer_guid%20IN%20{max},{dev}", ["alpha", "gamma"]),
    "spaces-by-two-conditions": ("boss", "/v2/spaces?q=developer_guid:{dev}&q=app_guid:app-1", ["alpha"]),
    "spaces-by-who-is-no-developer": ("boss", "/v2/spaces?q=developer_guid:{max}", []),
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"FS-04-{name}") for name in SEEN])
def test_what_is_seen_is_matched_in_what_is_seen(fixtures: Fixtures, name: str) -> None:
    """A colleague's organizations and spaces elsewhere stay their own."""
    who, path, names = SEEN[name]
    filled = path.format(
        **{
            each: getattr(fixtures, each).id
            for each in ("acme", "alpha", "beta", "gamma", "dev", "max", "boss")
        }
    )
    wanted = [getattr(fixtures, each).id if hasattr(fixtures, each) else each for each in names]
    if "users" in path.partition("?")[0] or "developers" in path:
        assert fixtures.names(filled, getattr(fixtures, who)) == wanted
    else:
        assert fixtures.names(filled, getattr(fixtures, who)) == names


def test_fs_04_a_developer_whose_membership_has_ended_is_not_matched(
    fixtures: Fixtures, directory: Directory
) -> None:
    directory.grant(fixtures.beta, fixtures.dev)
    path = f"/v2/spaces?q=developer_guid:{fixtures.dev.id}"
    assert fixtures.names(path, fixtures.boss) == ["alpha", "beta"]
    directory.leave(fixtures.acme, fixtures.dev)
    assert fixtures.names(path, fixtures.boss) == []
    directory.member(fixtures.acme, fixtures.dev)
    directory.grant(fixtures.beta, fixtures.max)
    assert fixtures.names(path, fixtures.boss) == []
    assert fixtures.names(f"/v2/spaces?q=developer_guid:{fixtures.max.id}", fixtures.boss) == ["beta"]


def test_fs_04_two_hidden_spaces_of_one_organization_cost_what_two_absent_ones_do(
    fixtures: Fixtures, directory: Directory, asked: Callable[[str, User], tuple[str, Asked]]
) -> None:
    """What they have in common would be read once, and tell."""
    other = directory.space(fixtures.globex, "delta")
    path = f"/v2/organizations/{fixtures.acme.id}/users?q=space_guid%20IN%20"
    _, hidden = asked(f"{path}{fixtures.gamma.id},{other.id}", fixtures.memo)
    _, absent = asked(f"{path}{NOBODY},{NOBODY[:-1]}1", fixtures.memo)
    assert hidden == absent


REPEATED = {
    "organization": ("/v2/users", "organization_guid:{acme}"),
    "managed-organization": ("/v2/users", "managed_organization_guid:{acme}"),
    "space": ("/v2/users", "space_guid:{alpha}"),
    "user": ("/v2/organizations", "user_guid:{dev}"),
    "developer": ("/v2/spaces", "developer_guid:{dev}"),
    "app": ("/v2/spaces", "app_guid:app-1"),
    "space-of-organization": ("/v2/organizations", "space_guid:{alpha}"),
}


@pytest.mark.parametrize("who", ["root", "boss"])
@pytest.mark.parametrize("name", [pytest.param(name, id=f"FS-05-{name}") for name in REPEATED])
def test_a_condition_is_read_once_however_often_it_is_given(
    fixtures: Fixtures, asked: Callable[[str, User], tuple[str, Asked]], name: str, who: str
) -> None:
    path, condition = REPEATED[name]
    user: User = getattr(fixtures, who)
    if path == "/v2/users" and who != "root":
        path = f"/v2/organizations/{fixtures.acme.id}/users"
    filled = condition.format(acme=fixtures.acme.id, alpha=fixtures.alpha.id, dev=fixtures.dev.id)
    key, _, guid = filled.partition(":")
    _, once = asked(f"{path}?q={filled}", user)
    for query in (
        "&".join([f"q={filled}"] * min(190, 9_000 // len(f"&q={filled}"))),  # as many as a gateway takes
        "q=" + "%3B".join([filled] * 40),
        f"q={key}%20IN%20{','.join([guid] * 100)}&q={key}>{guid}&q={filled}",
    ):
        _, often = asked(f"{path}?{query}", user)
        assert often == once


@pytest.mark.parametrize(
    ("who", "path", "within", "over"),
    [
        pytest.param(
            "root",
            "/v2/users?q=managed_organization_guid:{acme}",
            "&q=organization_guid:{acme}",  # the same five members, who count once
            "&q=space_guid:{alpha}",
            id="FS-05-lists",
        ),
        pytest.param(
            "dev",
            "/v2/spaces?q=developer_guid%20IN%20{max},{aud}",  # two spaces, two others
            "&q=developer_guid:{max}",
            "&q=developer_guid:{boss}",
            id="FS-05-pairs",
        ),
        pytest.param(
            "dev",
            "/v2/organizations?q=user_guid:{dev}",  # two of one's own, and two that are listed
            "&q=user_guid:{boss}",
            "&q=user_guid%20IN%20{boss},{max}",
            id="FS-05-own-and-others",
        ),
    ],
)
def test_what_is_read_for_all_conditions_together_has_a_bound(
    fixtures: Fixtures,
    meter: Meter,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
    path: str,
    within: str,
    over: str,
) -> None:
    monkeypatch.setattr("roster.bounds.RELATED_ITEMS", 5)
    names = {each: getattr(fixtures, each).id for each in ("acme", "alpha", "dev", "max", "aud", "boss")}
    user: User = getattr(fixtures, who)
    assert fixtures.get((path + within).format(**names), user).status == 200
    token = fixtures.api.token(user)
    with meter.measure() as reading:
        answer = fixtures.api.get((path + over).format(**names), bearer=token)
    assert (answer.status, answer.json["code"]) == (400, 10005)
    assert "must not ask for more than 5 related objects" in answer.json["description"]
    assert reading.calls["BatchGetItem"] <= 6


def test_fs_05_lists_too_long_are_refused_unread(
    fixtures: Fixtures, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixtures.fill(fixtures.acme, 120)
    settle(fixtures.api.store)
    token = fixtures.api.token(fixtures.root)
    path = f"/v2/users?q=organization_guid:{fixtures.acme.id}"
    with meter.measure() as reading:
        assert fixtures.api.get(path, bearer=token).json["total_results"] == 125
    assert reading.calls["Query"] == 2  # of the members, and of the users
    monkeypatch.setattr("roster.bounds.RELATED_ITEMS", 124)
    with meter.measure() as reading:
        assert fixtures.api.get(path, bearer=token).status == 400
    assert reading.calls["Query"] == 0


def test_fs_05_many_lists_take_few_calls(fixtures: Fixtures, directory: Directory, meter: Meter) -> None:
    """Of 150 spaces: the profiles, the heads of the lists in three, the rows, and who calls."""
    made = [directory.space(fixtures.acme, f"s{place}") for place in range(150)]
    for space in made[:3]:
        directory.grant(space, fixtures.aud)
    token = fixtures.api.token(fixtures.root)
    path = f"/v2/users?q=space_guid%20IN%20{','.join(space.id for space in made)}"
    with meter.measure() as reading:
        found = fixtures.api.get(path, bearer=token).json["resources"]
    assert [each["metadata"]["guid"] for each in found] == [fixtures.aud.id]
    assert reading.calls == {"BatchGetItem": 1 + 2 + 3 + 1 + 1, "Query": 1}
