"""What said no is in the log by its name: what passes as WARNING, what somebody must mend as ERROR."""

import io
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.gateway import translate
from roster import dependencies
from roster.auth.last_use import TOUCH
from roster.clock import Deadline
from roster.db import keys
from roster.db.dynamodb.transport import Reason, TransportError
from roster.db.store import Store
from roster.dialects.maintenance.api import clean_up
from roster.errors import Fault, Unavailable, fault_of
from tests.support.api import Api, make_dependencies
from tests.support.directory import PASSWORD, Directory
from tests.support.fault_injector import Hurried

pytestmark = pytest.mark.any_engine

ROOT = Path(__file__).parents[2]
SENTINEL = "sentinel 6f0d"
FACTS = ("error_code", "operation", "table", "secret_id", "http_status", "reasons")
DENIED = Fault("AccessDeniedException", False, "UpdateItem", "roster-1", http_status=400)

PASSING = {
    "throttled": TransportError("ThrottlingException", SENTINEL, status=400),
    "over capacity": TransportError("ProvisionedThroughputExceededException", SENTINEL, status=400),
    "slow down": TransportError("SlowDown", SENTINEL, status=503),
    "broken inside": TransportError("InternalFailure", SENTINEL, status=500),
    "unknown, of a 500": TransportError("NeverHeardOf", SENTINEL, status=500),
    "timed out": TransportError("TimeoutError", SENTINEL),
    "reset": TransportError("ConnectionError", SENTINEL),
    "in conflict": TransportError(
        "TransactionCanceledException",
        SENTINEL,
        (Reason("None"), Reason("TransactionConflict"), Reason("TransactionConflict")),
        status=400,
    ),
}
LASTING = {
    "a grant": TransportError("AccessDeniedException", SENTINEL, status=400),
    "the table": TransportError("ResourceNotFoundException", SENTINEL, status=400),
    "an old token": TransportError("ExpiredTokenException", SENTINEL, status=400),
    "a wrong key": TransportError("UnrecognizedClientException", SENTINEL, status=400),
    "a wrong signature": TransportError("InvalidSignatureException", SENTINEL, status=400),
    "no credentials": TransportError("NoCredentialsError", SENTINEL),
    "a container without": TransportError("CredentialRetrievalError", SENTINEL),
    "the key in KMS": TransportError("KMSAccessDeniedException", SENTINEL, status=400),
    "a proxy": TransportError("HTTP403", SENTINEL, status=403),
    "unknown": TransportError("NeverHeardOf", SENTINEL, status=400),
}


@dataclass
class Refusing:
    """A transport that refuses every call."""

    error: TransportError

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        raise self.error


@dataclass
class WithoutWrites:
    """A table of which single writes are refused."""

    inner: Store
    fault: Fault
    refused: list[object] = field(default_factory=list)

    def within(self, deadline: Deadline) -> "WithoutWrites":
        return self

    def write(self, operation: object, **_: object) -> None:
        self.refused.append(operation)
        raise Unavailable(fault=self.fault)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def told(caplog: pytest.LogCaptureFixture, message: str) -> dict[str, Any]:
    """The level and the facts of the one line with this message."""
    [record] = [record for record in caplog.records if record.getMessage() == message]
    assert SENTINEL not in repr(vars(record))
    facts = {name: value for name, value in vars(record).items() if name in FACTS}
    return {"level": record.levelname, **facts}


def facts(error: TransportError, operation: str) -> dict[str, Any]:
    reasons = {each.code for each in error.reasons} - {"None"}
    return {
        "error_code": error.code,
        "operation": operation,
        "table": "roster-1",
        **({"http_status": error.status} if error.status else {}),
        **({"reasons": sorted(reasons)} if reasons else {}),
    }


def refuse(api: Api, error: TransportError) -> None:
    store = Hurried.over(Refusing(error), "roster-1")
    dependencies.use(make_dependencies(store, api.clock))


@pytest.mark.parametrize("which", PASSING)
def test_fa_05_a_503_of_a_passing_fault_names_it_at_warning(
    api: Api, directory: Directory, caplog: pytest.LogCaptureFixture, which: str
) -> None:
    session = str(directory.session(directory.user("ada")))
    refuse(api, PASSING[which])
    assert api.get("/api/auth/me", as_=session).status == 503
    assert told(caplog, "unavailable") == {"level": "WARNING", **facts(PASSING[which], "BatchGetItem")}


@pytest.mark.parametrize("which", LASTING)
def test_fa_05_a_503_that_somebody_must_mend_names_its_fault_at_error(
    api: Api, directory: Directory, caplog: pytest.LogCaptureFixture, which: str
) -> None:
    session = str(directory.session(directory.user("ada")))
    refuse(api, LASTING[which])
    answer = api.get("/api/auth/me", as_=session)
    assert answer.status == 503
    assert LASTING[which].code not in answer.text
    assert told(caplog, "unavailable") == {"level": "ERROR", **facts(LASTING[which], "BatchGetItem")}


def test_fa_05_a_call_of_ours_that_dynamodb_finds_wrong_is_named_beside_the_500(
    api: Api, directory: Directory, caplog: pytest.LogCaptureFixture, broken_on_purpose: None
) -> None:
    session = str(directory.session(directory.user("ada")))
    error = TransportError("ValidationException", SENTINEL, status=400)
    refuse(api, error)
    assert api.get("/api/auth/me", as_=session).status == 500
    assert told(caplog, "broken") == {"level": "ERROR", **facts(error, "BatchGetItem")}


def test_fa_05_what_is_told_at_error_raises_the_alarm() -> None:
    resources = translate(ROOT / "template.yaml")["Resources"]
    counted = resources["FunctionErrors"]["Properties"]
    assert '$.level = "ERROR"' in counted["FilterPattern"]
    [metric] = counted["MetricTransformations"]
    alarm = resources["FunctionErrorsAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Threshold"]) == (metric["MetricName"], 0)


def test_fa_05_what_came_back_unprocessed_to_the_end_is_named() -> None:
    class Unprocessed:
        def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
            return {"Responses": {}, "UnprocessedKeys": body["RequestItems"]}

    store = Hurried.over(Unprocessed(), "roster-1").within(Deadline.after(0.5))
    with pytest.raises(Unavailable) as caught:
        store.batch_get([keys.user("u")])
    assert caught.value.fault == Fault("UnprocessedKeys", True, "BatchGetItem", "roster-1")


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (Unavailable(), "WARNING"),
        (Unavailable(fault=Fault("ThrottlingException", True, "Query", "roster-1")), "WARNING"),
        (Unavailable(fault=DENIED), "ERROR"),
        (RuntimeError(SENTINEL), "ERROR"),
    ],
    ids=["out of time", "throttled", "denied", "broken"],
)
def test_fa_05_a_cleanup_that_fails_says_why(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    api: Api,
    error: Exception,
    level: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("roster.directory.cleanup.run", fail)
    event = json.loads((ROOT / "events/Cleanup.json").read_text("utf-8"))
    assert clean_up(api.store, event, api.clock())["batchItemFailures"] != []
    fault = fault_of(error)
    assert told(caplog, "cleanup failed") == {"level": level, **(fault.facts() if fault else {})}


@pytest.mark.parametrize(
    ("fault", "level"),
    [(DENIED, "ERROR"), (Fault("ThrottlingException", True, "UpdateItem", "roster-1"), "WARNING")],
    ids=["denied", "throttled"],
)
def test_fa_05_a_last_use_that_cannot_be_written_fails_no_request_and_says_why(
    api: Api, directory: Directory, caplog: pytest.LogCaptureFixture, fault: Fault, level: str
) -> None:
    ada = directory.user("ada")
    session, token = str(directory.session(ada)), directory.token(ada)
    api.clock.moment += 2 * TOUCH
    without: Any = WithoutWrites(api.store, fault)
    dependencies.use(make_dependencies(without, api.clock))
    assert api.get("/api/auth/me", as_=session).status == 200
    assert len(without.refused) == 1
    assert told(caplog, "session not touched") == {"level": level, **fault.facts()}
    assert api.get("/api/auth/me", bearer=token).status == 200
    assert told(caplog, "token not touched") == {"level": level, **fault.facts()}


@pytest.mark.parametrize(
    ("fault", "level"),
    [
        (Fault("AccessDeniedException", False, "GetSecretValue", secret_id="arn:key"), "ERROR"),
        (Fault("TimeoutError", True, "GetSecretValue", secret_id="arn:key"), "WARNING"),
        (None, "WARNING"),
    ],
    ids=["denied", "timed out", "not said"],
)
def test_fa_05_a_key_out_of_reach_says_why(
    api: Api, directory: Directory, caplog: pytest.LogCaptureFixture, fault: Fault | None, level: str
) -> None:
    def away(purpose: str) -> tuple[bytes, ...]:
        raise Unavailable(fault=fault)

    ada = directory.user("ada", password=PASSWORD)
    dependencies.use(dependencies.Dependencies(api.store, api.clock, deployment_keys=away))
    assert api.post("/api/auth/login", {"email": ada.email, "password": PASSWORD}).status == 200
    assert told(caplog, "key out of reach") == {"level": level, **(fault.facts() if fault else {})}


def test_fa_05_a_line_has_the_facts_as_fields_of_its_own(
    api: Api, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As CloudWatch reads it: one JSON object, of which a search can ask for each."""
    stream = io.StringIO()
    [handler] = logging.getLogger("roster").handlers
    monkeypatch.setattr(handler, "stream", stream)
    session = str(directory.session(directory.user("ada")))
    refuse(api, LASTING["a grant"])
    assert api.get("/api/auth/me", as_=session).status == 503
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    [line] = [line for line in lines if line["message"] == "unavailable"]
    assert {name: line.get(name) for name in ("level", *FACTS)} == {
        "level": "ERROR",
        "secret_id": None,
        "reasons": None,
        **facts(LASTING["a grant"], "BatchGetItem"),
    }


def test_fa_05_operating_explains_each_line_and_field() -> None:
    page = " ".join((ROOT / "docs/operating.md").read_text("utf-8").split())
    lines = (
        "unavailable",
        "broken",
        "cleanup failed",
        "key out of reach",
        "session not touched",
        "token not touched",
    )
    assert [message for message in lines if f"`{message}`" not in page] == []
    whole = Fault("A", False, "Query", "roster-1", "arn", 400, ("TransactionConflict",))
    assert [name for name in whole.facts() if f"`{name}`" not in page] == []
    assert set(whole.facts()) == set(FACTS)
