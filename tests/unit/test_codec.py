"""Entities to items and back: nothing is lost, nothing of another type comes in."""

from dataclasses import MISSING, fields, replace
from typing import Any

import pytest

from roster.db.codec import CorruptItem, attribute, attributes, entity, names, readable
from roster.domain import (
    Database,
    Feature,
    Membership,
    Organisation,
    PlatformRole,
    Project,
    Space,
    User,
    UserKind,
    Workspace,
    WorkspaceRole,
    WorkspaceSettings,
)
from roster.errors import DirectoryError

AT = "2026-04-13T01:00:00Z"
USER = User("u-1", 7, "a@example.com", "Ada", AT)
WORKSPACE = Workspace("ws-1", 1, "acme", "Acme", AT)

ENTITIES: list[Any] = [
    pytest.param(USER, id="user"),
    pytest.param(
        replace(
            USER,
            roles=(PlatformRole.ADMIN, PlatformRole.USER),
            active=False,
            kind=UserKind.SERVICE,
            groups=(1, 2),
            role_number=4,
            first_name="",
            session_version=3,
        ),
        id="user-in-full",
    ),
    pytest.param(WORKSPACE, id="workspace"),
    pytest.param(
        replace(
            WORKSPACE,
            settings=WorkspaceSettings(locale="de", region_code="eu"),
            organisation=Organisation(state="x"),
        ),
        id="workspace-in-full",
    ),
    pytest.param(Membership("ws-1", "u-1", WorkspaceRole.ADMIN, 3, AT), id="membership"),
    pytest.param(
        Project("p-1", 1, "ws-1", "web", database=(Database("h", "1", "u", "d", "t", 1, 2, 3, 4),)),
        id="project",
    ),
    pytest.param(Space("s-1", 1, "ws-1", "alpha", AT, allow_ssh=False), id="space"),
    pytest.param(Feature("f-1", "ws-1", "Boards", enabled=False, module="Boards"), id="feature"),
]


@pytest.mark.parametrize("one", ENTITIES)
def test_there_and_back_is_the_same(one: Any) -> None:
    assert entity(type(one), attributes(one)) == one


@pytest.mark.parametrize("one", ENTITIES)
def test_items_hold_only_plain_values_and_no_none(one: Any) -> None:
    def plain(value: Any) -> bool:
        if type(value) is list:
            return all(map(plain, value))
        if type(value) is dict:
            return all(type(name) is str and plain(inner) for name, inner in value.items())
        return type(value) in (str, int, bool)

    assert plain(attributes(one))


@pytest.mark.parametrize("one", ENTITIES)
def test_what_a_later_version_adds_is_ignored(one: Any) -> None:
    assert entity(type(one), {**attributes(one), "PK": "x", "v": 9, "later": {"x": [1]}}) == one


@pytest.mark.parametrize("one", ENTITIES)
def test_what_an_earlier_version_lacks_takes_the_default(one: Any) -> None:
    least = {field.name for field in fields(one) if field.default is field.default_factory is MISSING}
    needed = {attribute(type(one), name) for name in least}
    found = entity(type(one), {name: value for name, value in attributes(one).items() if name in needed})
    assert found == type(one)(**{name: getattr(one, name) for name in least})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", 7),
        ("email", None),
        ("email", ["a@example.com"]),
        ("number", "7"),
        ("number", True),
        ("active", 1),
        ("active", "true"),
        ("roles", "ADMIN"),
        ("roles", {"ADMIN": True}),
        ("groups", ["1"]),
        ("groups", [True]),
        ("first_name", 7),
        ("epoch", None),
    ],
    ids=repr,
)
def test_a_value_of_another_type_is_poison_and_never_told(field: str, value: Any) -> None:
    with pytest.raises(CorruptItem) as raised:
        entity(User, {**attributes(USER), field: value})
    assert isinstance(raised.value, DirectoryError)
    assert str(raised.value) == f"User.{field}"


@pytest.mark.parametrize("value", ["x", 7, [], {"locale": 7}], ids=repr)
def test_poison_inside_is_poison(value: Any) -> None:
    with pytest.raises(CorruptItem, match=r"^Workspace\.settings$"):
        entity(Workspace, {**attributes(WORKSPACE), "settings": value})


@pytest.mark.parametrize("field", ["id", "number", "email", "full_name", "created_at"])
def test_a_required_attribute_that_is_absent_is_poison(field: str) -> None:
    item = attributes(USER)
    del item[field]
    with pytest.raises(CorruptItem, match=rf"^User\.{field}$"):
        entity(User, item)


@pytest.mark.parametrize("role", ["OWNER", "admin", "", 7, None])
@pytest.mark.row("P-06")
def test_an_unknown_role_is_the_one_that_may_least(role: Any) -> None:
    assert entity(User, {**attributes(USER), "roles": [role]}).roles == (PlatformRole.USER,)
    item = attributes(Membership("ws-1", "u-1", WorkspaceRole.ADMIN, 3, AT))
    assert entity(Membership, {**item, "role": role}).role is WorkspaceRole.MEMBER
    assert entity(User, {**attributes(USER), "kind": role}).kind is UserKind.PERSON


def test_a_corrupt_item_costs_no_other_of_a_list() -> None:
    good = attributes(USER)
    assert readable(User, [good, {**good, "email": 7}, {}, good]) == [USER, USER]


def test_a_renamed_field_keeps_the_attribute_it_was_first_written_with() -> None:
    user = User("u-1", 1, "a@b", "A", AT, revoked_through={"w": 2}, session_version=3, session_version_at=AT)
    stored = {name: attributes(user)[name] for name in ("floors", "epoch", "epoch_at")}
    assert stored == {"floors": {"w": 2}, "epoch": 3, "epoch_at": AT}
    assert attribute(User, "session_version") == "epoch"
    assert set(attributes(user)) <= set(names(User))
    assert "limited_to" not in names(User)
