"""A fault at every call of every endpoint: 503 with Retry-After or the success, and nothing half-written."""

from collections.abc import Iterator

import pytest

from local.gateway import Routes
from tests.faulty import fixtures
from tests.faulty.fixtures import FOLDING, TRYING, WEBHOOKS, WRITING, FaultyFixtures, is_done
from tests.support import budgets, tally
from tests.support.api import Answer
from tests.support.budgets import ENDPOINTS, Endpoint
from tests.support.fault_injector import LASTING, PASSING, Fault

pytestmark = pytest.mark.real

ASKING = [row for row in ENDPOINTS if row.trips]
_BEGUN = {
    "POST /api/auth/factors/totp",
    "POST /api/auth/factors/passkeys/options",
    "POST /api/auth/login/passkey/options",
    *(f"POST {webhook}/deliveries/{{deliveryId}}/retry" for webhook in WEBHOOKS),
}
"""What is begun, or ordered, by one write of its own."""
BEGINNING = [row for row in ASKING if row.route in _BEGUN]
READING = [row for row in ASKING if not row.transactions and row not in BEGINNING]


@pytest.fixture(scope="module")
def laid(routes: Routes) -> Iterator[FaultyFixtures]:
    with fixtures.laid(routes) as made:
        yield made


@pytest.fixture
def whole(laid: FaultyFixtures, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyFixtures]:
    """The fixtures as they were at first, before and after; their lists are asked for their first page."""
    monkeypatch.setattr(budgets, "FAR", 1)
    laid.fixtures.api.clock.moment = type(laid.fixtures.api.clock)().moment
    yield laid
    laid.restore()


@pytest.fixture
def ready(whole: FaultyFixtures, row: Endpoint) -> Iterator[FaultyFixtures]:
    """The fixtures with what the row's write needs."""
    with whole.with_what(row):
        yield whole


def by_name(row: Endpoint) -> str:
    return row.name


def cases(whole: FaultyFixtures, row: Endpoint) -> Iterator[tuple[Fault, int]]:
    """Every fault at every call that the request makes while nothing is wrong."""
    whole.injector.arm(None)
    assert is_done(row.ask(whole.fixtures))
    operations = list(whole.injector.calls)
    assert operations
    for at, operation in enumerate(operations):
        for fault in (*PASSING, *LASTING):
            if operation in fault.of:
                yield fault, at


def asked_with(whole: FaultyFixtures, row: Endpoint, fault: Fault, at: int) -> Answer:
    whole.injector.arm(fault, at)
    answer = row.ask(whole.fixtures)
    assert whole.injector.injected > 0, "the fault was not met"
    tally.count("faults injected", whole.injector.injected)
    whole.injector.arm(None)
    return answer


def demand_outage(answer: Answer) -> None:
    assert answer.status == 503, answer.text
    assert answer.headers["retry-after"] == "1"


@pytest.mark.row("F-01", "F-13", "item-36")
@pytest.mark.parametrize("row", READING, ids=by_name)
def test_a_read_that_meets_a_fault_answers_as_if_there_was_none_or_503(
    whole: FaultyFixtures, row: Endpoint
) -> None:
    undisturbed = row.ask(whole.fixtures)
    for fault, at in cases(whole, row):
        answer = asked_with(whole, row, fault, at)
        if fault.lasts:
            demand_outage(answer)
        else:
            assert (answer.status, answer.text) == (200, undisturbed.text), fault
    assert whole.kept() == {
        key: item for key, item in whole.first.items() if key.sk not in fixtures.OF_THEIR_OWN
    }


@pytest.mark.row("F-01", "F-06")
@pytest.mark.parametrize("row", BEGINNING, ids=by_name)
def test_what_meets_a_fault_at_its_beginning_is_begun_or_503(whole: FaultyFixtures, row: Endpoint) -> None:
    met, begun = list(cases(whole, row)), whole.kinds()
    whole.restore()
    before = whole.kinds()
    for fault, at in met:
        whole.restore()
        answer = asked_with(whole, row, fault, at)
        if fault.lasts:
            demand_outage(answer)
            assert whole.kinds() in (before, begun), fault
        else:
            assert answer.status == 200, (fault, answer.text)
            assert whole.kinds() == begun, fault


@pytest.mark.row("F-01")
@pytest.mark.parametrize("row", TRYING, ids=by_name)
def test_what_tries_a_webhook_and_meets_a_fault_tells_what_came_back_or_503(
    whole: FaultyFixtures, row: Endpoint
) -> None:
    """All that it writes is that it is tried, which keeps others waiting, and it takes that away again."""
    for fault, at in cases(whole, row):
        whole.restore()
        answer = asked_with(whole, row, fault, at)
        if not is_done(answer):
            assert fault.lasts, fault
            demand_outage(answer)


@pytest.mark.row("F-01", "F-03", "F-04", "F-05", "F-06", "item-34")
@pytest.mark.parametrize("row", WRITING, ids=by_name)
def test_a_write_that_meets_a_fault_is_whole_or_not_at_all(ready: FaultyFixtures, row: Endpoint) -> None:
    whole, before = ready, ready.kinds()
    met = list(cases(whole, row))
    after = whole.kinds()
    assert after != before or row.route.startswith("PUT")
    for fault, at in met:
        whole.restore()
        answer = asked_with(whole, row, fault, at)
        if fault.lasts and not (row in FOLDING and is_done(answer)):  # a fold comes after the commit
            demand_outage(answer)
            untouched = whole.kinds() == before
            may_be_done = fault.applied or row.route in _READS_AFTERWARDS
            assert untouched or (may_be_done and whole.kinds() == after), fault
        else:
            assert is_done(answer), (fault, answer.text)
            assert whole.kinds() == after, fault
        assert whole.verify().broken == [], fault


_READS_AFTERWARDS = {"PATCH /scim/v2/{workspaceId}/Groups/{groupId}"}
"""What reads the group again for its answer: who is told 503 sends it again, which changes nothing more."""


@pytest.mark.row("F-06", "F-07")
@pytest.mark.parametrize("row", [row for row in WRITING if row not in FOLDING], ids=by_name)
def test_a_client_that_asks_again_after_a_lost_answer_gets_what_it_wanted_once(
    ready: FaultyFixtures, row: Endpoint
) -> None:
    """With an Idempotency-Key the first answer again; without, the success or what says that it is done."""
    whole = ready
    met = list(cases(whole, row))
    after = whole.kinds()
    [lost] = [fault for fault in LASTING if fault.applied]
    for at in (at for fault, at in met if fault is lost):
        whole.restore()
        demand_outage(asked_with(whole, row, lost, at))
        again = row.ask(whole.fixtures)
        done = {404} if row.route.startswith("DELETE") else set()
        assert is_done(again) or again.status in _AGAIN.get(row.route, done), again.text
        if row.route not in _TWICE:
            assert whole.kinds() == after, at
        assert whole.verify().broken == []


_AGAIN = {
    "DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}": {409},
    "POST /api/auth/logout": {401},
    "POST /api/auth/invitations/accept": {404},
    "POST /api/auth/password/reset": {400},
    "PUT /api/auth/me/password": {400},
    "POST /api/auth/login/second": {401},
    "POST /api/auth/login/passkey": {401},
    "POST /api/auth/reauthenticate": {401},
    "POST /api/auth/factors/totp/{factorId}/confirm": {404},
    "POST /api/auth/factors/passkeys": {422},  # for here each time another passkey is sent
    "POST /scim/v2/{workspaceId}/Users": {409},
    "POST /scim/v2/{workspaceId}/Groups": {409},
    **{f"POST {webhook}/replay": {409} for webhook in WEBHOOKS},
}
"""What says that it is done already, where no key tells a retry from another request; of DELETEs, 404."""

_TWICE = {
    "POST /oauth/token",
    "POST /api/auth/login",
    "POST /api/auth/tokens",
    "POST /api/auth/password/forgotten",
    "POST /api/admin/users/{userId}/password-link",
    "POST /api/admin/users/{userId}/unlock",
    "POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend",
    "PUT /api/workspaces/{workspaceId}/projects/{projectId}",
    "PUT /api/workspaces/{workspaceId}/features/{featureId}",
    "PUT /api/workspaces/{workspaceId}/spaces/{spaceId}",
    "PUT /api/admin/users/{userId}",
    "PUT /api/admin/groups/{number}",
    "PUT /api/admin/roles/{number}",
    "PUT /api/admin/clients/{clientId}",
    "PUT /api/auth/me/password",
    "PUT /api/auth/me",
    *(f"PUT {webhook}" for webhook in WEBHOOKS),
    "DELETE /api/auth/sessions",
    "DELETE /api/admin/users/{userId}/credentials",
    "DELETE /api/admin/users/{userId}/factors",
    "POST /api/auth/factors/recovery-codes",
    "POST /api/auth/login/passkey",
}
"""What a retry without a key does twice: another session or token, or the same change and its audit; or what
is a failed login to the address that it comes from, for its challenge is spent.
"""


@pytest.mark.row("F-01")
def test_a_last_use_that_cannot_be_moved_fails_nothing(whole: FaultyFixtures) -> None:
    api, ada = whole.fixtures.api, whole.fixtures.ada
    api.clock.advance(hours=2)
    for fault in (*PASSING, *LASTING):
        if "UpdateItem" in fault.of:
            whole.restore()
            whole.injector.arm(fault, 1)
            assert api.get("/api/auth/me", as_=ada).status == 200, fault
            assert whole.injector.injected > 0
