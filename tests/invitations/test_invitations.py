"""Inviting: by an ADMIN of the workspace; one open invitation an address; renewed and taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from roster.settings import settings
from tests.invitations.fixtures import (
    accept,
    assert_dead,
    at,
    invite,
    link_to,
    of,
    token_in,
)
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import (
    NOWHERE,
    Fixtures,
    assert_granted,
    assert_invalid,
    assert_meta,
    assert_refused,
)

ADA = "Ada@Example.com"
DAY = timedelta(days=1)


def test_an_invitation_names_address_role_end_and_link(api: Api, fixtures: Fixtures) -> None:
    answer = invite(api, fixtures.acme, ADA, fixtures.boss, "ADMIN")
    assert_granted(answer, "id", "email", "role", "expiresAt", "link")
    assert (answer.data["email"], answer.data["role"]) == (ADA, "ADMIN")
    assert answer.data["expiresAt"] == at(api.clock() + 7 * DAY)
    page, _, token = answer.data["link"].rpartition("/")
    assert page == "https://roster.example/console#/invitations"
    assert token.startswith(f"invitation_{fixtures.acme.id}.{answer.data['id']}.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"role": "OWNER"}, "role"),
        ({"role": None}, "role"),
        ({"expiresAt": None}, "expiresAt"),
        ({"expiresAt": "2026-04-13T01:00:00Z"}, "expiresAt"),  # now
        ({"expiresAt": "2026-05-13T01:00:01Z"}, "expiresAt"),  # thirty days and a second
        ({"userId": "u"}, "userId"),
    ],
    ids=["address", "role", "null", "null-expiry", "past", "far", "unknown"],
)
def test_what_is_not_valid_invites_nobody(
    api: Api, fixtures: Fixtures, body: dict[str, Any], field: str
) -> None:
    with api.no_effect():
        answer = api.post(of(fixtures.acme), {"email": ADA, "role": "MEMBER", **body}, as_=fixtures.boss)
    assert_invalid(answer, field)


@pytest.mark.parametrize("again", ["ada@example.com", "ADA@EXAMPLE.COM"])
def test_an_address_has_one_open_invitation_in_a_workspace(api: Api, fixtures: Fixtures, again: str) -> None:
    link_to(api, fixtures.acme, ADA, fixtures.boss)
    with api.no_effect():
        assert_refused(invite(api, fixtures.acme, again, fixtures.boss), 409)
    assert invite(api, fixtures.globex, again, fixtures.rival).status == 200


def test_one_that_ended_makes_room_for_another(api: Api, fixtures: Fixtures) -> None:
    first = invite(api, fixtures.acme, ADA, fixtures.boss).data
    api.delete(of(fixtures.acme, first["id"]), as_=fixtures.boss)
    second = link_to(api, fixtures.acme, ADA, fixtures.boss)
    api.clock.advance(days=7)
    assert_dead(api, second)
    api.cookies.clear()
    third = link_to(api, fixtures.acme, ADA, fixtures.boss)
    assert accept(api, third).status == 200
    listed = api.get(of(fixtures.acme), as_=fixtures.boss).data
    assert [each["state"] for each in listed] == ["revoked", "expired", "accepted"]


def test_a_member_is_not_invited(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect(numbers=True):
        answer = invite(api, fixtures.acme, fixtures.member.email, fixtures.boss)
    assert_refused(answer, 409)
    assert answer.json["message"] == "The user is a member already."


def test_who_becomes_a_member_meanwhile_is_not_invited(
    api: Api, directory: Directory, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: directory.member(fixtures.acme, fixtures.stranger))
    assert_refused(invite(api, fixtures.acme, fixtures.stranger.email, fixtures.boss), 409)
    assert api.get(of(fixtures.acme), as_=fixtures.boss).data == []


def test_a_retry_under_a_key_is_given_the_answer_again_without_the_link(api: Api, fixtures: Fixtures) -> None:
    body, once = {"email": ADA, "role": "MEMBER"}, {"Idempotency-Key": "k"}
    first = api.post(of(fixtures.acme), body, as_=fixtures.boss, headers=once)
    again = api.post(of(fixtures.acme), body, as_=fixtures.boss, headers=once)
    assert again.data == {**first.data, "link": None}
    other = api.post(of(fixtures.acme), {**body, "role": "ADMIN"}, as_=fixtures.boss, headers=once)
    assert other.status == 422
    another = api.post(of(fixtures.acme), body, as_=fixtures.boss, headers={"Idempotency-Key": "l"})
    assert_refused(another, 409)


def test_the_list_has_pages_in_order_of_creation(api: Api, fixtures: Fixtures) -> None:
    for name in ("a", "b", "c"):
        link_to(api, fixtures.acme, f"{name}@example.com", fixtures.boss)
    answer = api.get(f"{of(fixtures.acme)}?page=2&size=2", as_=fixtures.boss)
    assert_meta(answer, 2, 2, 3, 2)
    [row] = answer.data
    assert list(row) == ["id", "email", "role", "expiresAt", "state", "createdAt"]
    assert (row["email"], row["state"], row["createdAt"]) == ("c@example.com", "open", at(api.clock()))


def test_a_new_link_kills_the_one_before(api: Api, fixtures: Fixtures) -> None:
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    api.clock.advance(days=6)
    api.cookies.clear()
    answer = api.post(f"{of(fixtures.acme, made['id'])}/resend", as_=fixtures.boss)
    assert_granted(answer, "id", "email", "role", "expiresAt", "link")
    assert answer.data == {
        **made,
        "expiresAt": at(api.clock() + 7 * DAY),
        "link": answer.data["link"],
    }
    assert_dead(api, token_in(made["link"]))
    assert accept(api, token_in(answer.data["link"])).status == 200


def _revoked(api: Api, fixtures: Fixtures, made: dict[str, Any]) -> None:
    assert api.delete(of(fixtures.acme, made["id"]), as_=fixtures.boss).status == 200


def _accepted(api: Api, fixtures: Fixtures, made: dict[str, Any]) -> None:
    assert accept(api, token_in(made["link"])).status == 200


def _expired(api: Api, fixtures: Fixtures, made: dict[str, Any]) -> None:
    api.clock.advance(days=7)
    api.cookies.clear()


@pytest.mark.parametrize("end", [_revoked, _accepted, _expired])
def test_what_is_open_no_more_is_neither_renewed_nor_taken_back(
    api: Api, fixtures: Fixtures, end: Callable[[Api, Fixtures, dict[str, Any]], None]
) -> None:
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    end(api, fixtures, made)
    api.cookie(fixtures.boss)
    with api.no_effect():
        assert_refused(api.post(f"{of(fixtures.acme, made['id'])}/resend", as_=fixtures.boss), 409)
        assert_refused(api.delete(of(fixtures.acme, made["id"]), as_=fixtures.boss), 409)
    assert_dead(api, token_in(made["link"]))


@pytest.mark.parametrize("what", ["resend", "revoke"])
def test_what_ends_meanwhile_is_neither_renewed_nor_taken_back(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    before_the_commit(monkeypatch, lambda: accept(api, token_in(made["link"])))
    path = of(fixtures.acme, made["id"])
    answer = (
        api.post(f"{path}/resend", as_=fixtures.boss)
        if what == "resend"
        else api.delete(path, as_=fixtures.boss)
    )
    assert_refused(answer, 409)
    assert [each["state"] for each in api.get(of(fixtures.acme), as_=fixtures.boss).data] == ["accepted"]


def test_an_invitation_has_no_revision_that_a_change_could_demand(api: Api, fixtures: Fixtures) -> None:
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    with api.no_effect():
        answer = api.delete(of(fixtures.acme, made["id"]), as_=fixtures.boss, headers={"If-Match": '"1"'})
    assert (answer.status, answer.code) == (412, "PRECONDITION_FAILED")


@pytest.mark.parametrize("place", ["foreign", "absent", "crooked"])
def test_an_invitation_is_found_in_its_own_workspace_alone(api: Api, fixtures: Fixtures, place: str) -> None:
    made = invite(api, fixtures.globex, ADA, fixtures.rival).data
    own = {"foreign": made["id"], "absent": NOWHERE, "crooked": "x%23y"}[place]
    with api.no_effect():
        for answer in (
            api.post(f"{of(fixtures.acme, own)}/resend", as_=fixtures.boss),
            api.delete(of(fixtures.acme, own), as_=fixtures.boss),
        ):
            assert_refused(answer, 404)


def test_sixteen_at_once_make_one_invitation(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, body = many_at_a_time(api, monkeypatch), {"email": ADA, "role": "MEMBER"}
    answers = at_once([lambda: many.post(of(fixtures.acme), body, as_=fixtures.boss)] * 16)
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15


def test_the_deployment_says_where_links_lead(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(PUBLIC_URL="https://console.example")
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    assert made["link"].startswith("https://console.example/console#/invitations/invitation_")


def test_by_mail_the_link_is_answered_to_nobody(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(MAIL_FROM="roster@example.com")
    assert settings().writes_mail
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    renewed = api.post(f"{of(fixtures.acme, made['id'])}/resend", as_=fixtures.boss).data
    assert (made["link"], renewed["link"]) == (None, None)
    [order] = [item for item in everything(api.store) if item["PK"] == "MAIL"]
    assert set(order) == {"PK", "SK", "v", "workspace_id", "invitation_id", "nonce", "job", "since"}


def test_the_audit_tells_it_by_ids_alone(api: Api, fixtures: Fixtures) -> None:
    made = invite(api, fixtures.acme, ADA, fixtures.boss).data
    api.post(f"{of(fixtures.acme, made['id'])}/resend", as_=fixtures.boss)
    api.delete(of(fixtures.acme, made["id"]), as_=fixtures.boss)
    found = api.get(f"/api/admin/audit?target={made['id']}", as_=fixtures.root).data
    assert [each["action"] for each in found] == [
        "invitation.revoked",
        "invitation.renewed",
        "invitation.created",
    ]
    assert {each["actor"] for each in found} == {fixtures.boss.id}
    assert found[-1]["details"] == {
        "workspace": fixtures.acme.id,
        "role": "MEMBER",
        "after": {"role": "MEMBER", "state": "open", "expires_at": made["expiresAt"]},
    }
