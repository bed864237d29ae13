"""Keys: no two things under one key, and nothing in a key that was not checked."""

import inspect
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from roster.db import keys
from roster.db.store import Key

Maker = Callable[..., Key]

OF_IDS: dict[str, Maker] = {
    name: maker
    for name, maker in vars(keys).items()
    if inspect.isfunction(maker)
    and maker.__module__ == keys.__name__
    and inspect.signature(maker).return_annotation is Key
    and name
    not in {
        "email",
        "attempts",
        "device_attempts",
        "audit",
        "audited",
        "formerly_audited",
        "_spread_cleanup",
        "site_admins",
        "root",
        "branch",
        "row",
        "next_number",
        "counter",
        "search_row",
        "activity",
        "forgotten",
        "invited",
        "space_name",
        "scim_user_name",
        "scim_user",
        "scim_address",
        "scim_group",
        "group_name",
        "feed_counter",  # of a feed, by its partition
    }
    and all(each.annotation is str for each in inspect.signature(maker).parameters.values())
}
LISTINGS = (keys.members, keys.workspaces_of, keys.spaces_in, keys.users_of, keys.apps_in)
OF_WEBHOOKS: tuple[Maker, ...] = (
    lambda text: keys.webhook(None, text),
    lambda text: keys.webhook("a", text),
    lambda text: keys.webhook(text, "a"),
)

NO_IDS = [
    "",
    " ",
    "a b",
    "u#1",
    "u\n",
    "\n",
    "\0",
    "u/1",
    "\u00e9",
    "\u0661",
    "x" * 129,
    "a%23b",
    "acme-*",
    "acm?",
    "u\u200b",
    "~",
    "a/b",
    "a b",
]


def _arguments(maker: Maker) -> int:
    return len(inspect.signature(maker).parameters)


def test_the_makers_of_keys_are_found() -> None:
    assert {
        "user",
        "password",
        "session",
        "workspace",
        "member",
        "workspace_key",
        "cleanup_of_member",
    } <= set(OF_IDS)


@pytest.mark.parametrize(
    "text", ["a", "A-1", "..", ".", "_", "-", "x" * 128, "uaa-id-309", "01HZX", "a|b:c@d+e=f"]
)
def test_what_can_be_an_id(text: str) -> None:
    assert keys.is_id(text)


@pytest.mark.parametrize("text", NO_IDS, ids=repr)
@pytest.mark.row("P-03", "F-19")
def test_what_cannot_be_an_id_comes_into_no_key(text: str) -> None:
    """At every place of every key."""
    assert not keys.is_id(text)
    for maker in OF_IDS.values():
        for place in range(_arguments(maker)):
            parts = ["a"] * _arguments(maker)
            parts[place] = text
            with pytest.raises(ValueError, match="^not a possible id$"):
                maker(*parts)
    for listing in LISTINGS:
        with pytest.raises(ValueError, match="^not a possible id$"):
            listing(text)
    for webhook in OF_WEBHOOKS:
        with pytest.raises(ValueError, match="^not a possible id$"):
            webhook(text)
    if text:  # none is the site's feed
        with pytest.raises(ValueError, match="^not a possible id$"):
            keys.feed_of(text)


@pytest.mark.row("item-21")
def test_no_two_things_share_a_key() -> None:
    """Ids that look like parts of keys change nothing."""
    ids = ["a", "b", "a-b", "PROFILE", "MEMBER", "LOCK", "u-1", "u-10"]
    made: dict[Key, tuple[str, tuple[str, ...]]] = {}
    for name, maker in OF_IDS.items():
        for parts in product(ids, repeat=_arguments(maker)):
            key = maker(*parts)
            assert made.setdefault(key, (name, parts)) == (name, parts)
    lists = [listing(each) for listing in LISTINGS for each in ids]
    lists += [keys.USERS, keys.WORKSPACES, keys.PROJECTS, keys.SPACES, keys.APPS]
    assert len(set(lists)) == len(lists)
    assert {key.pk for key in made}.isdisjoint(lists)


@pytest.mark.row("P-04", "item-21")
def test_a_prefix_ends_with_the_delimiter() -> None:
    """Those of u-1 are none of u-10's, those of workspace a none of a-b's."""
    assert not keys.space_grant("u", "a-b", "s", "r").sk.startswith(keys.grants_in("a"))
    assert keys.space_grant("u", "a", "s", "r").sk.startswith(keys.grants_in("a"))
    assert keys.user("u-1").pk != keys.user("u-10").pk


@pytest.mark.parametrize(
    "address", ["a#b@example.com", "a%23b@example.com", "a%b@example.com", "#@x.example"]
)
@pytest.mark.row("E-04")
def test_an_address_brings_no_delimiter_into_its_key(address: str) -> None:
    assert keys.email(address).pk.count("#") == 1
    assert keys.attempts(address).pk == keys.email(address).pk


@given(some.lists(some.text(alphabet="ab#%235", min_size=1, max_size=6), min_size=2, max_size=2, unique=True))
@settings(max_examples=200, deadline=None, database=None)
@pytest.mark.row("item-21")
def test_two_addresses_never_share_a_key(pair: list[str]) -> None:
    one, two = pair
    assert keys.email(one) != keys.email(two)


@given(some.integers(0, 10**12 - 1), some.integers(0, 10**12 - 1))
@settings(max_examples=200, deadline=None, database=None)
def test_rows_order_like_their_numbers(one: int, two: int) -> None:
    rows = [keys.row("L", number).sk for number in (one, two)]
    assert (rows[0] < rows[1]) == (one < two)
    low, high = keys.rows_from(one)
    assert (low <= rows[1] <= high) == (two >= one)
    low, high = keys.rows_to(one)
    assert (low <= rows[1] <= high) == (two <= one)


@pytest.mark.parametrize(
    "key", [keys.root("L"), keys.branch("L", 0), keys.branch("L", 99), keys.next_number("L")]
)
def test_no_count_lies_among_the_rows(key: Key) -> None:
    for low, high in (keys.rows_from(0), keys.rows_to(10**12 - 1)):
        assert not low <= key.sk <= high
