"""The DynamoDB store over a scripted transport: what it sends, what it repeats, how it refuses."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from roster.clock import Deadline
from roster.db.dynamodb.attribute_values import from_wire, to_wire
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, Reason, TransportError, boto_client
from roster.db.store import (
    Absent,
    AtLeast,
    Below,
    Check,
    Delete,
    Equals,
    Index,
    Item,
    Key,
    Malformed,
    Present,
    Put,
    Refusal,
    Refused,
    Update,
    all_of,
    any_of,
)
from roster.errors import Unavailable

KEY = Key("a", "b")
WIRE_KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
THROTTLED = TransportError("ThrottlingException", "slow down")


@dataclass
class Script:
    """A transport that plays answers in turn, and a clock that only sleeping moves."""

    answers: list[dict[str, Any] | TransportError]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    time: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        self.calls.append((operation, body))
        answer = self.answers.pop(0)
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    def store(self, seconds: float = 10.0) -> DynamoStore:
        deadline = Deadline(seconds, lambda: self.time)
        return DynamoStore(self, "table", deadline, sleep=self.sleep, random=lambda: 1.0)


def sent(operation: Put | Update | Delete, **options: Any) -> dict[str, Any]:
    script = Script([{}])
    script.store().write(operation, **options)
    return script.calls[0][1]


def cancelled(*reasons: Reason) -> TransportError:
    return TransportError("TransactionCanceledException", "cancelled", reasons)


# Values.


def test_an_item_survives_the_wire() -> None:
    item: Item = {"s": "", "n": -7, "t": True, "z": None, "l": [1, [], {"a": "é"}], "m": {"x": {}}}
    assert from_wire(json.loads(json.dumps(to_wire(item)))) == item


def test_true_is_not_one_on_the_wire() -> None:
    assert to_wire({"t": True, "n": 1}) == {"t": {"BOOL": True}, "n": {"N": "1"}}


@pytest.mark.parametrize("value", [1.5, b"x", {1}, (1,), 10**38, -(10**38), "\ud800", [{"deep": 0.1}]])
def test_a_value_outside_the_store_is_malformed(value: Any) -> None:
    with pytest.raises(Malformed):
        to_wire({"x": value})


def test_the_greatest_integers_pass() -> None:
    assert from_wire(to_wire({"x": 10**38 - 1, "y": 1 - 10**38})) == {"x": 10**38 - 1, "y": 1 - 10**38}


def test_a_type_that_no_store_writes_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="SS"):
        from_wire({"x": {"SS": ["a"]}})


# Requests.


def test_an_update_writes_every_name_and_value_through_a_placeholder() -> None:
    update = Update(KEY, set={"total": 1, "a.b": "x"}, add={"size": 2}, remove=("name",))
    assert sent(update, returning=True) == {
        "TableName": "table",
        "Key": WIRE_KEY,
        "UpdateExpression": "SET #0=:0,#1=:1 ADD #2 :2 REMOVE #3",
        "ExpressionAttributeNames": {"#0": "total", "#1": "a.b", "#2": "size", "#3": "name"},
        "ExpressionAttributeValues": {":0": {"N": "1"}, ":1": {"S": "x"}, ":2": {"N": "2"}},
        "ReturnValues": "ALL_NEW",
    }


def test_a_name_used_twice_has_one_placeholder() -> None:
    body = sent(Update(KEY, add={"n": 1}, condition=all_of(Present("n"), Below("n", 5))))
    assert body["ConditionExpression"] == "(attribute_exists(#0) AND #0<:1)"
    assert body["ExpressionAttributeNames"] == {"#0": "n"}


def test_conditions_nest() -> None:
    condition = any_of(Absent(), all_of(Equals("v", 1), AtLeast("until", "2026")))
    body = sent(Delete(KEY, condition=condition))
    assert body["ConditionExpression"] == "(attribute_not_exists(#0) OR (#1=:0 AND #2>=:1))"
    assert body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


def test_an_unconditional_put_has_no_expressions() -> None:
    assert sent(Put({"PK": "a", "SK": "b"})) == {"TableName": "table", "Item": WIRE_KEY}


@pytest.mark.parametrize("operation", [Update(KEY), Delete(KEY, condition=any_of())])
def test_an_operation_that_says_nothing_is_malformed(operation: Update | Delete) -> None:
    with pytest.raises(Malformed):
        Script([]).store().write(operation)


def test_a_query_of_an_index_starts_with_its_hash_and_is_not_consistent() -> None:
    script = Script([{"Items": [], "LastEvaluatedKey": WIRE_KEY | {"actor": {"S": "u1"}}}])
    page = script.store().query("u1", index=Index("ByActor", "actor"), start=Key("p", "s"), forward=False)
    assert page.next == KEY
    assert script.calls == [
        (
            "Query",
            {
                "TableName": "table",
                "IndexName": "ByActor",
                "KeyConditionExpression": "#0=:0",
                "ExpressionAttributeNames": {"#0": "actor"},
                "ExpressionAttributeValues": {":0": {"S": "u1"}},
                "ExclusiveStartKey": {"PK": {"S": "p"}, "SK": {"S": "s"}, "actor": {"S": "u1"}},
                "ScanIndexForward": False,
            },
        )
    ]


def test_a_query_asks_for_a_range_or_a_prefix_but_not_both() -> None:
    script = Script([{"Items": []}, {"Items": []}])
    script.store().query("a", between=("b", "c"), limit=3, consistent=False)
    script.store().query("a", begins="b")
    ranged, prefixed = (body for _, body in script.calls)
    assert ranged["KeyConditionExpression"] == "#0=:0 AND #1 BETWEEN :1 AND :2"
    assert (ranged["Limit"], ranged["ConsistentRead"]) == (3, False)
    assert prefixed["KeyConditionExpression"] == "#0=:0 AND begins_with(#1,:1)"
    with pytest.raises(Malformed):
        script.store().query("a", begins="b", between=("b", "c"))


# Batches.


def test_a_batch_get_asks_for_a_hundred_at_a_time_and_each_key_once() -> None:
    script = Script([{"Responses": {"table": [WIRE_KEY]}}, {"Responses": {}}])
    keys = [KEY, KEY, *(Key("x", str(number)) for number in range(100))]
    assert script.store().batch_get(keys) == {KEY: {"PK": "a", "SK": "b"}}
    asked = [body["RequestItems"]["table"] for _, body in script.calls]
    assert [(len(part["Keys"]), part["ConsistentRead"]) for part in asked] == [(100, True), (1, True)]


def test_nothing_is_asked_for_no_keys() -> None:
    script = Script([])
    assert script.store().batch_get([]) == {}
    script.store().bulk_put([])
    assert script.calls == []


def test_unprocessed_keys_are_asked_for_again() -> None:
    rest = {"table": {"Keys": [WIRE_KEY], "ConsistentRead": True}}
    first = {"Responses": {"table": [{"PK": {"S": "x"}, "SK": {"S": "y"}}]}, "UnprocessedKeys": rest}
    script = Script([first, {"Responses": {"table": [WIRE_KEY]}, "UnprocessedKeys": {}}])
    assert set(script.store().batch_get([KEY, Key("x", "y")])) == {KEY, Key("x", "y")}
    assert script.calls[1] == ("BatchGetItem", {"RequestItems": rest})
    assert script.sleeps == [0.025]


def test_unprocessed_puts_are_sent_until_the_deadline() -> None:
    items: list[Item] = [{"PK": "a", "SK": str(number)} for number in range(26)]
    rest = {"table": [{"PutRequest": {"Item": WIRE_KEY}}]}
    script = Script([{"UnprocessedItems": rest}, {"UnprocessedItems": {}}, {}])
    script.store().bulk_put(items)
    assert [len(body["RequestItems"]["table"]) for _, body in script.calls] == [25, 1, 1]

    script = Script([{"UnprocessedItems": rest}] * 50)
    with pytest.raises(Unavailable):
        script.store().bulk_put(items)
    assert 9 < script.time < 10


# Repeats.


@pytest.mark.parametrize(
    "code",
    [
        "ConnectionError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TimeoutError",
        "TransactionConflictException",
        "TransactionInProgressException",
    ],
)
def test_what_may_pass_is_asked_again(code: str) -> None:
    script = Script([TransportError(code), TransportError(code), {"Item": WIRE_KEY}])
    assert script.store().get(KEY) == {"PK": "a", "SK": "b"}
    assert script.sleeps == [0.025, 0.05]


def test_a_transaction_is_repeated_with_its_token() -> None:
    script = Script([TransportError("TimeoutError"), {}])
    script.store().transact([Put({"PK": "a", "SK": "b"})], token="t")
    assert script.calls[0] == script.calls[1]
    assert script.calls[0][1]["ClientRequestToken"] == "t"


def test_pauses_grow_to_a_second_and_end_with_the_deadline() -> None:
    script = Script([THROTTLED] * 50)
    with pytest.raises(Unavailable) as caught:
        script.store(seconds=5).get(KEY)
    assert caught.value.__cause__ is THROTTLED
    assert script.sleeps == [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_pauses_are_random() -> None:
    script = Script([THROTTLED, THROTTLED, {}])
    draws = iter([0.5, 0.0])
    DynamoStore(script, "table", sleep=script.sleep, random=lambda: next(draws)).get(KEY)
    assert script.sleeps == [0.0125, 0.0]


def test_no_pause_is_begun_that_leaves_no_time_for_an_attempt() -> None:
    script = Script([THROTTLED])
    with pytest.raises(Unavailable):
        script.store(seconds=0.06).get(KEY)
    assert script.sleeps == []


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "NoCredentialsError", "NeverHeardOf"]
)
def test_a_table_that_refuses_us_is_unavailable_at_once(code: str) -> None:
    script = Script([TransportError(code)])
    with pytest.raises(Unavailable):
        script.store().get(KEY)
    assert len(script.calls) == 1


@pytest.mark.parametrize(
    "code", ["ValidationException", "SerializationException", "IdempotentParameterMismatchException"]
)
def test_a_wrong_call_is_malformed_at_once(code: str) -> None:
    script = Script([TransportError(code)])
    with pytest.raises(Malformed):
        script.store().transact([Delete(KEY)], token="t")
    assert len(script.calls) == 1


def test_a_transaction_without_a_token_is_malformed() -> None:
    with pytest.raises(Malformed):
        Script([]).store().transact([Delete(KEY)], token="")


# Refusals.


def test_a_refused_write_carries_the_item_as_it_was() -> None:
    reason = Reason("ConditionalCheckFailed", WIRE_KEY)
    script = Script([TransportError("ConditionalCheckFailedException", "no", (reason,))])
    with pytest.raises(Refused) as caught:
        script.store().write(Put({"PK": "a", "SK": "b"}, condition=Absent()))
    assert caught.value.refusals == (Refusal(0, {"PK": "a", "SK": "b"}),)


@pytest.mark.row("F-02")
def test_a_refused_transaction_names_every_refusing_position() -> None:
    failed = "ConditionalCheckFailed"
    script = Script([cancelled(Reason("None"), Reason(failed, WIRE_KEY), Reason(failed))])
    with pytest.raises(Refused) as caught:
        script.store().transact([Check(KEY, Present())], token="t")
    assert caught.value.refusals == (Refusal(1, {"PK": "a", "SK": "b"}), Refusal(2, None))


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
@pytest.mark.parametrize("prefetch", ["None", "ConditionalCheckFailed"])
def test_a_transaction_cancelled_for_a_passing_reason_is_repeated(code: str, prefetch: str) -> None:
    script = Script([cancelled(Reason(prefetch), Reason(code)), {}])
    script.store().transact([Delete(KEY)], token="t")
    assert len(script.calls) == 2


def test_a_transaction_in_conflict_to_the_end_is_unavailable() -> None:
    script = Script([cancelled(Reason("TransactionConflict"))] * 50)
    with pytest.raises(Unavailable):
        script.store().transact([Delete(KEY)], token="t")


def test_a_transaction_that_is_sent_once_is_unavailable_in_conflict() -> None:
    script = Script([cancelled(Reason("TransactionConflict"))])
    with pytest.raises(Unavailable):
        script.store().transact([Delete(KEY)], token="t", once=True)
    assert script.sleeps == []


def test_a_pause_grows_and_ends_with_the_time() -> None:
    script = Script([])
    store = script.store(1.0)
    for attempt in range(4):
        store.pause(attempt)
    assert script.sleeps == [0.025, 0.05, 0.1, 0.2]
    with pytest.raises(Unavailable):
        store.pause(9)
    assert (len(script.sleeps), script.calls) == (4, [])


def test_a_transaction_with_a_wrong_operand_is_malformed() -> None:
    script = Script([cancelled(Reason("ConditionalCheckFailed"), Reason("ValidationError"))])
    with pytest.raises(Malformed):
        script.store().transact([Delete(KEY)], token="t")


# The transport over botocore.


class Answer(io.BytesIO):
    def stream(self, **_: object) -> Any:
        yield self.read()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client whose network is played by handlers of its `before-send` event."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    return boto_client(region="eu-west-1", endpoint="http://127.0.0.1:1")


GET = {"TableName": "t", "Key": WIRE_KEY}


def call(client: Any, status: int, answer: str, body: dict[str, Any] = GET) -> dict[str, Any]:
    def respond(**_: object) -> AWSResponse:
        return AWSResponse("", status, HTTPHeaders(), Answer(answer.encode()))

    client.meta.events.register("before-send.dynamodb", respond)
    return BotoTransport(client).call("GetItem", body, Deadline.after(10))


@pytest.mark.row("item-38")
def test_the_client_tries_once_and_soon_gives_up(client: Any) -> None:
    config = client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert (config.connect_timeout, config.read_timeout) == (1, 2.5)
    assert config.tcp_keepalive is True
    assert config.max_pool_connections >= 16
    assert config.user_agent_extra == "roster"


def test_an_answer_comes_back_in_low_level_json(client: Any) -> None:
    assert call(client, 200, '{"Item": {"n": {"N": "12"}}}')["Item"] == {"n": {"N": "12"}}


def test_parameters_are_left_for_dynamodb_to_check(client: Any) -> None:
    with pytest.raises(TransportError, match="ValidationException"):
        call(client, 400, '{"__type": "x#ValidationException"}', body={})


def test_a_failed_condition_carries_the_item(client: Any) -> None:
    body = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": WIRE_KEY}
    with pytest.raises(TransportError) as caught:
        call(client, 400, json.dumps(body))
    assert caught.value.code == "ConditionalCheckFailedException"
    assert caught.value.reasons == (Reason("ConditionalCheckFailed", WIRE_KEY),)


def test_a_cancelled_transaction_carries_a_reason_a_position(client: Any) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": WIRE_KEY, "Message": "failed"}]
    body = {"__type": "x#TransactionCanceledException", "Message": "no", "CancellationReasons": reasons}
    with pytest.raises(TransportError) as caught:
        call(client, 400, json.dumps(body))
    assert caught.value.code == "TransactionCanceledException"
    assert caught.value.reasons == (Reason("None"), Reason("ConditionalCheckFailed", WIRE_KEY))


def test_a_proxy_that_answers_for_dynamodb_is_a_service_unavailable(client: Any) -> None:
    with pytest.raises(TransportError) as caught:
        call(client, 502, "<html>Bad gateway</html>")
    assert caught.value.code == "ServiceUnavailable"


@pytest.mark.parametrize("error", [ReadTimeoutError(endpoint_url="x"), ConnectTimeoutError(endpoint_url="x")])
def test_a_timeout_of_the_network_is_named_so(client: Any, error: Exception) -> None:
    def fail(**_: object) -> None:
        raise error

    client.meta.events.register("before-send.dynamodb", fail)
    with pytest.raises(TransportError) as caught:
        BotoTransport(client).call("GetItem", {}, Deadline.after(10))
    assert caught.value.code == "TimeoutError"
    assert caught.value.__cause__ is error


def test_a_port_that_nobody_listens_on_is_a_connection_error(client: Any) -> None:
    with pytest.raises(TransportError) as caught:
        BotoTransport(client).call("GetItem", GET, Deadline.after(10))
    assert caught.value.code == "ConnectionError"


def test_missing_credentials_are_named(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    bare = boto_client(region="eu-west-1", endpoint="http://127.0.0.1:1")
    with pytest.raises(TransportError) as caught:
        BotoTransport(bare).call("GetItem", GET, Deadline.after(10))
    assert caught.value.code == "NoCredentialsError"


def test_no_call_is_begun_without_time_for_it(client: Any) -> None:
    def fail(**_: object) -> None:
        raise AssertionError("sent")

    client.meta.events.register("before-send.dynamodb", fail)
    with pytest.raises(TransportError) as caught:
        BotoTransport(client).call("GetItem", {}, Deadline.after(0.01))
    assert caught.value.code == "TimeoutError"
