"""Device cookies: signed, bound to a user and her epoch, and of one shape alone."""

from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest

from roster.auth import device_cookies
from roster.auth.device_cookies import Device
from roster.auth.secrets import derived
from roster.domain import User
from tests.support.directory import Directory

KEYS = derived("the present key\nthe one before", device_cookies.PURPOSE)
PRESENT, BEFORE = KEYS


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada")


def test_fs_19_a_cookie_names_its_user_and_her_epoch(ada: User) -> None:
    found = device_cookies.read([device_cookies.cookie_of(ada, KEYS)], KEYS)
    assert found is not None
    assert (found.user_id, found.session_version) == (ada.id, ada.session_version)


def test_fs_19_every_cookie_is_another_device_and_tells_no_address(ada: User) -> None:
    made = [device_cookies.cookie_of(ada, KEYS) for _ in range(3)]
    assert len({device.id for one in made if (device := device_cookies.read([one], KEYS))}) == 3
    for one in made:
        assert "ada" not in one
        assert len(one) < 300


@pytest.mark.parametrize(
    "user_id", ["a", "..", "x" * 64, "a.b_c-d", "uaa-id-309", "auth0|abc", "f:1:2", "y" * 128]
)
def test_any_id_comes_back(ada: User, user_id: str) -> None:
    found = device_cookies.read([device_cookies.cookie_of(replace(ada, id=user_id), KEYS)], KEYS)
    assert found is not None
    assert found.user_id == user_id


def test_fs_19_a_cookie_of_the_key_before_still_counts_and_new_ones_have_the_present(ada: User) -> None:
    assert device_cookies.read([device_cookies.cookie_of(ada, [BEFORE])], KEYS) is not None
    assert device_cookies.read([device_cookies.cookie_of(ada, KEYS)], [PRESENT]) is not None
    assert device_cookies.read([device_cookies.cookie_of(ada, KEYS)], [BEFORE]) is None


def test_fs_19_a_cookie_of_another_key_or_purpose_is_none(ada: User) -> None:
    for keys in (derived("somebody's key", device_cookies.PURPOSE), derived("the present key", "links")):
        assert device_cookies.read([device_cookies.cookie_of(ada, keys)], KEYS) is None
    assert device_cookies.read([device_cookies.cookie_of(ada, KEYS)], ()) is None


def test_fs_19_what_is_changed_by_one_character_is_none(ada: User) -> None:
    whole = device_cookies.cookie_of(ada, KEYS)
    for place, letter in enumerate(whole[:-1]):  # the last holds two bits that base64 leaves unused
        other = "A" if letter != "A" else "B"
        assert device_cookies.read([whole[:place] + other + whole[place + 1 :]], KEYS) is None


def test_fs_19_two_cookies_of_the_name_are_none(ada: User) -> None:
    one = device_cookies.cookie_of(ada, KEYS)
    assert device_cookies.read([one, one], KEYS) is None
    assert device_cookies.read([], KEYS) is None


@pytest.mark.parametrize(
    "text", ["", "....", "a.0.b.c", "\u0661.0.x.y", "x" * 1_000_000, ".".join("A" * 4), "a.b.c.d\n"]
)
def test_what_has_not_the_shape_is_none(text: str) -> None:
    assert device_cookies.read([text], KEYS) is None


def test_every_purpose_has_a_key_of_its_own() -> None:
    assert len({*derived("one\ntwo", "links"), *derived("one\ntwo", device_cookies.PURPOSE)}) == 4
    assert all(len(key) == 32 for key in KEYS)
    assert derived("one\ntwo\nthree", "links") == derived("one two", "links")
    assert derived("", "links") == ()


def test_a_device_is_what_the_cookie_says(ada: User) -> None:
    owner = urlsafe_b64encode(ada.id.encode()).decode().rstrip("=")
    whole = device_cookies.cookie_of(ada, KEYS)
    assert whole.split(".")[:2] == [owner, str(ada.session_version)]
    assert device_cookies.read([whole], KEYS) == Device(ada.id, ada.session_version, whole.split(".")[2])
