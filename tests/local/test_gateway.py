"""The gateway's own work: which route takes a request, the event made of it, the reply made of a result."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.gateway import (
    BAD_REQUEST,
    BODY_BYTES,
    EVENT_BYTES,
    FUNCTION_ERROR,
    HEAD_BYTES,
    NOT_FOUND,
    RESULT_BYTES,
    Function,
    Gateway,
    HttpRequest,
    Invocation,
    Response,
    Routes,
    event,
    reply,
)

TEMPLATE = Path(__file__).parent / "fixtures" / "template.yaml"


@pytest.fixture(scope="module")
def routes() -> Routes:
    return Routes.from_template(TEMPLATE)


def event_of(request: HttpRequest) -> dict[str, Any]:
    at = datetime(2026, 3, 12, 19, 3, 58, 390_000, tzinfo=UTC)
    return event(request, "GET /any", {}, at=at, request_id="r-1")


# Routes.


def test_a_function_is_found_by_its_id_with_its_module_and_limits(routes: Routes) -> None:
    assert routes.functions["Echo"] == Function("Echo", "handlers.echo", "handler", timeout=10, memory=256)
    assert routes.functions["Misbehave"].timeout == 1


def test_a_function_without_a_route_is_found_too(routes: Routes) -> None:
    assert routes.functions["Cleanup"].module == "handlers.cleanup"


def test_a_route_leads_to_its_function(routes: Routes) -> None:
    assert {route.function.id for route in routes.routes} == {"Echo", "Misbehave", "Hang"}


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/", "GET /", {}),
        ("GET", "/pets/dog", "GET /pets/dog", {}),
        ("GET", "/pets/cat", "GET /pets/{id}", {"id": "cat"}),
        ("POST", "/pets/cat", "ANY /pets/{id}", {"id": "cat"}),
        ("POST", "/pets/dog", "ANY /pets/{id}", {"id": "dog"}),
        ("GET", "/pets/cat/toys/1", "GET /pets/{id}/toys/{toy}", {"id": "cat", "toy": "1"}),
        ("GET", "/pets/cat/toys", "GET /pets/{rest+}", {"rest": "cat/toys"}),
        ("GET", "/pets/cat/", "GET /pets/{rest+}", {"rest": "cat/"}),
        ("GET", "/pets//cat", "GET /pets/{rest+}", {"rest": "/cat"}),
        ("GET", "/pets/a%20b+d%C3%A9", "GET /pets/{id}", {"id": "a b+dé"}),
        ("GET", "/pets/a%2Fb", "GET /pets/{rest+}", {"rest": "a/b"}),
        ("GET", "/pets/a%252Fb", "GET /pets/{id}", {"id": "a/b"}),
        ("GET", "/pets/%FF", "GET /pets/{id}", {"id": "\ufffd"}),
        ("GET", "/pets%2Fdog", "GET /pets/dog", {}),
        ("GET", "/pets/d%6Fg", "GET /pets/dog", {}),
    ],
)
def test_the_most_specific_route_takes_the_request(
    routes: Routes, method: str, path: str, key: str, parameters: dict[str, str]
) -> None:
    match = routes.match(method, path)
    assert match is not None
    assert (match[0].key, match[1]) == (key, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/pets"),
        ("GET", "/pets/"),
        ("GET", "//"),
        ("GET", "/Pets/dog"),
        ("POST", "/"),
        ("HEAD", "/"),
        ("GET", "/misbehave/raise"),
        ("POST", "/misbehave/raise/"),
        ("POST", "//misbehave/raise"),
        ("POST", "/pets/cat/toys"),
    ],
)
def test_what_no_route_takes_is_not_found(routes: Routes, method: str, path: str) -> None:
    assert routes.accept(HttpRequest(method, path)) == NOT_FOUND


@pytest.mark.parametrize("path", ["/pets/%", "/pets/%zz", "/pets/a%2", "/pets/a%25done"])
def test_what_cannot_be_decoded_twice_is_a_bad_request(routes: Routes, path: str) -> None:
    """API Gateway decodes a path, and then what came of that."""
    assert routes.accept(HttpRequest("GET", path)) == BAD_REQUEST


def test_the_default_route_takes_what_no_other_does(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        """
Transform: AWS::Serverless-2016-10-31
Resources:
  Any:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: functions/site
      Handler: any.handler
      Events: {All: {Type: HttpApi}, Home: {Type: HttpApi, Properties: {Method: GET, Path: "/{all+}"}}}
"""
    )
    routes = Routes.from_template(template)
    keys = [
        match[0].key for request in ("GET /a", "GET /", "PUT /a") if (match := routes.match(*request.split()))
    ]
    assert keys == ["GET /{all+}", "$default", "$default"]
    assert routes.functions["Any"].module == "functions.site.any"


# Events.


def test_an_event_is_payload_2_0() -> None:
    request = HttpRequest(
        "POST",
        "/a%20b/c%2Fd",
        "q=1&q=2&empty=&none&plus=a+b&code=%C3%A9%26",
        (
            ("Host", "example.org:3000"),
            ("User-Agent", "probe/1"),
            ("Accept", "text/plain"),
            ("accept", "text/html "),
            ("Cookie", "a=1; b=2"),
            ("cookie", "c=3"),
            ("Content-Type", "application/json; charset=utf-8"),
        ),
        '{"name":"é"}'.encode(),
        "127.0.0.9",
        "HTTP/1.0",
    )
    at = datetime(2026, 3, 12, 19, 3, 58, 390_000, tzinfo=UTC)
    assert event(request, "POST /{x}/{y}", {"x": "a b", "y": "c/d"}, at=at, request_id="r-1") == {
        "version": "2.0",
        "routeKey": "POST /{x}/{y}",
        "rawPath": "/a b/c/d",
        "rawQueryString": "q=1&q=2&empty=&none&plus=a+b&code=%C3%A9%26",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "host": "example.org:3000",
            "user-agent": "probe/1",
            "accept": "text/plain,text/html",
            "content-type": "application/json; charset=utf-8",
        },
        "queryStringParameters": {"q": "1,2", "empty": "", "none": "", "plus": "a b", "code": "é&"},
        "pathParameters": {"x": "a b", "y": "c/d"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "example.org",
            "domainPrefix": "example",
            "http": {
                "method": "POST",
                "path": "/a b/c/d",
                "protocol": "HTTP/1.0",
                "sourceIp": "127.0.0.9",
                "userAgent": "probe/1",
            },
            "requestId": "r-1",
            "routeKey": "POST /{x}/{y}",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1773342238390,
        },
        "body": '{"name":"é"}',
        "isBase64Encoded": False,
    }


def test_what_a_request_does_not_have_is_absent_from_its_event() -> None:
    made = event_of(HttpRequest.of("GET", "/any?", [("cookie", "")]))
    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & made.keys()
    assert made["headers"] == {}
    assert made["rawQueryString"] == ""
    assert made["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=1&b=2&a=3", {"a": "1,3", "b": "2"}),
        ("a=1,2&a=3", {"a": "1,2,3"}),
        ("&&a=1&", {"a": "1"}),
        ("a==1", {"a": "=1"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("q=x+IN+a%2Cb", {"q": "x IN a,b"}),
        ("%61=%2B", {"a": "+"}),
    ],
)
def test_query_parameters_are_decoded_and_joined(query: str, parameters: dict[str, str]) -> None:
    made = event_of(HttpRequest.of("GET", f"/any?{query}"))
    assert made["queryStringParameters"] == parameters
    assert made["rawQueryString"] == query


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON;charset=UTF-8",
        "text/plain",
        "text/csv",
        "application/xml",
        "application/atom+xml",
        "application/javascript",
    ],
)
def test_a_body_of_text_is_handed_over_as_it_is(content_type: str) -> None:
    made = event_of(HttpRequest.of("POST", "/any", [("Content-Type", content_type)], "é".encode()))
    assert (made["body"], made["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/octet-stream", "application/scim+json", "text", ""],
)
def test_any_other_body_is_base64(content_type: str) -> None:
    made = event_of(HttpRequest.of("POST", "/any", [("content-type", content_type)], b"a=b"))
    assert (made["body"], made["isBase64Encoded"]) == ("YT1i", True)


def test_a_body_without_a_type_is_base64() -> None:
    assert event_of(HttpRequest.of("POST", "/any", body=b"a=b"))["isBase64Encoded"] is True


def test_text_that_is_none_keeps_its_bytes() -> None:
    made = event_of(HttpRequest.of("POST", "/any", [("content-type", "application/json")], b"\xff{"))
    assert base64.b64decode(made["body"]) == b"\xff{"
    assert made["isBase64Encoded"] is True


def test_every_request_has_an_id_of_its_own(routes: Routes) -> None:
    accepted = [routes.accept(HttpRequest("GET", "/")) for _ in range(2)]
    ids = {one.event["requestContext"]["requestId"] for one in accepted if isinstance(one, Invocation)}
    assert len(ids) == 2


# Replies.

JSON_TYPE = [("content-type", "application/json")]


@pytest.mark.parametrize(
    ("result", "response"),
    [
        ({"statusCode": 204}, Response(204, [], b"")),
        (
            {
                "statusCode": 201,
                "headers": {"Content-Type": "application/json", "X-A": "1"},
                "body": '{"a":"é"}',
            },
            Response(201, [*JSON_TYPE, ("x-a", "1")], '{"a":"é"}'.encode()),
        ),
        (
            {"statusCode": 200, "body": "words"},
            Response(200, [("content-type", "text/plain; charset=utf-8")], b"words"),
        ),
        (
            {"statusCode": 200, "headers": {"content-type": "a/b"}, "body": "//8=", "isBase64Encoded": True},
            Response(200, [("content-type", "a/b")], b"\xff\xff"),
        ),
        (
            {
                "statusCode": 302,
                "headers": {"location": "/"},
                "cookies": ["a=1; Path=/", "b=2"],
                "body": None,
            },
            Response(302, [("location", "/"), ("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2")], b""),
        ),
        (
            {"statusCode": 200, "headers": {"Connection": "close", "Content-Length": "9"}},
            Response(200, [], b""),
        ),
        ({"statusCode": 200, "headers": None, "cookies": None}, Response(200, [], b"")),
        ({"a": 1}, Response(200, JSON_TYPE, b'{"a": 1}')),
        ({"body": "x"}, Response(200, JSON_TYPE, b'{"body": "x"}')),
        ("words", Response(200, JSON_TYPE, b'"words"')),
        ([1, "é"], Response(200, JSON_TYPE, '[1, "é"]'.encode())),
        (None, Response(200, JSON_TYPE, b"null")),
    ],
)
def test_a_result_becomes_a_response(result: Any, response: Response) -> None:
    assert reply(result) == response


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": None},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": [["a", "b"]]},
        {"statusCode": 200, "headers": {"a": 1}},
        {"statusCode": 200, "headers": {"a": None}},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c=d"}},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "cookies": [1]},
        {"statusCode": 200, "cookies": ["a=1\nb"]},
        {"statusCode": 200, "body": "no base64", "isBase64Encoded": True},
        {"statusCode": 200, "body": "\ud800"},
        {"statusCode": 200, "body": object()},
        {"a": float("nan")},
        {1, 2},
        b"bytes",
    ],
)
def test_a_malformed_result_is_a_function_error(result: Any) -> None:
    assert reply(result) == FUNCTION_ERROR
    assert json.loads(FUNCTION_ERROR.body) == {"message": "Internal Server Error"}


# Limits.


def test_a_body_of_more_than_ten_megabytes_is_refused(routes: Routes) -> None:
    refused = routes.accept(HttpRequest("POST", "/echo/x", body=bytes(BODY_BYTES + 1)))
    assert refused == Response(413, JSON_TYPE, b'{"message":"Request Too Long"}')


def test_a_body_longer_than_any_event_is_refused_before_one_is_made(routes: Routes) -> None:
    refused = routes.accept(HttpRequest("POST", "/echo/x", body=bytes(EVENT_BYTES + 1)))
    assert refused == Response(413, JSON_TYPE, b'{"message":"Request Entity Too Large"}')


@pytest.mark.parametrize(
    ("media_type", "character", "share"),
    [
        pytest.param("text/plain", b"x", 1, id="FA-15-text"),
        pytest.param("text/plain", b'"', 2, id="FA-15-text-that-json-escapes"),
        pytest.param("text/plain", b"\x01", 6, id="FA-15-control-characters"),
        pytest.param("image/png", b"xxx", 4, id="FA-15-base64"),
    ],
)
def test_an_event_of_more_than_a_function_may_be_given_is_refused(
    routes: Routes, media_type: str, character: bytes, share: int
) -> None:
    """Lambda takes 6 MB, whatever the gateway took."""

    def request(times: int) -> HttpRequest:
        return HttpRequest("POST", "/echo/x", headers=headers, body=character * times)

    headers = (("content-type", media_type),)
    gateway = Gateway(routes, lambda function, event: {"statusCode": 204})
    # Without a body, but for the mark of base64, and with the time that each event tells.
    bare = routes.accept(request(1))
    assert isinstance(bare, Invocation)
    room = EVENT_BYTES - len(json.dumps(bare.event, ensure_ascii=False).encode())
    longest = 1 + room // share
    assert gateway.handle(request(longest)).status == 204
    assert gateway.handle(request(longest + 1)) == Response(
        413, JSON_TYPE, b'{"message":"Request Entity Too Large"}'
    )


@pytest.mark.parametrize(
    ("target", "path", "parameter"),
    [
        pytest.param("/pets/a%3Fb", "/pets/a", "a?b", id="FA-16-in-the-middle"),
        pytest.param("/pets/a%3F", "/pets/a", "a?", id="FA-16-at-the-end"),
        pytest.param("/pets/a%3Fb%3Fc?d=e", "/pets/a", "a?b?c", id="FA-16-twice-and-a-query"),
        pytest.param("/pets/a%253Fb", "/pets/a?b", "a?b", id="FA-16-encoded-twice-is-not-cut"),
    ],
)
def test_a_path_is_cut_at_a_decoded_question_mark(
    routes: Routes, target: str, path: str, parameter: str
) -> None:
    """As API Gateway does; what a parameter holds is whole, and no query comes of it."""
    accepted = routes.accept(HttpRequest.of("GET", target))
    assert isinstance(accepted, Invocation)
    event = accepted.event
    assert (event["rawPath"], event["requestContext"]["http"]["path"]) == (path, path)
    assert event["pathParameters"] == {"id": parameter}
    assert event["rawQueryString"] == ("d=e" if "d=e" in target else "")


@pytest.mark.parametrize(
    "space", ["\xa0", "\x85", "\x1f", "\x0b"], ids=lambda space: f"FS-07-{ord(space):02x}"
)
def test_only_blanks_are_trimmed_of_a_value(routes: Routes, space: str) -> None:
    """HTTP trims space and tab alone; with another space trimmed, a value would arrive that was not sent."""
    headers = (("x-a", f" \t{space}v{space}\t "), ("cookie", f"a=1;\t {space}b=2{space} "))
    accepted = routes.accept(HttpRequest("GET", "/pets/cat", headers=headers))
    assert isinstance(accepted, Invocation)
    assert accepted.event["headers"]["x-a"] == f"{space}v{space}"
    assert accepted.event["cookies"] == ["a=1", f"{space}b=2{space}"]


def test_a_head_of_more_than_10240_bytes_is_refused(routes: Routes) -> None:
    bare = HttpRequest.of("GET", "/echo/x?y=", [("a", "")])
    room = HEAD_BYTES - bare.head_bytes()
    assert len(b"GET /echo/x?y= HTTP/1.1\r\na: \r\n") == bare.head_bytes()
    assert isinstance(routes.accept(HttpRequest.of("GET", "/echo/x?y=", [("a", "v" * room)])), Invocation)
    for refused in (
        HttpRequest.of("GET", "/echo/x?y=", [("a", "v" * (room + 1))]),
        HttpRequest.of("GET", "/echo/x?y=" + "v" * (room + 1), [("a", "")]),
    ):
        response = routes.accept(refused)
        assert isinstance(response, Response)
        assert response.status == 431


def test_a_result_of_more_than_a_function_may_return_is_a_function_error() -> None:
    bare = len(json.dumps({"statusCode": 200, "body": ""}))
    assert reply({"statusCode": 200, "body": "x" * (RESULT_BYTES - bare)}).status == 200
    assert reply({"statusCode": 200, "body": "x" * (RESULT_BYTES - bare + 1)}) == FUNCTION_ERROR


# The whole way.


def test_a_request_goes_through_the_gateway_without_a_server(routes: Routes) -> None:
    gateway = Gateway(
        routes, lambda function, event: {"function": function.id, "id": event["pathParameters"]}
    )
    response = gateway.handle(HttpRequest.of("GET", "/pets/cat?a=1"))
    assert (response.status, json.loads(response.body)) == (200, {"function": "Echo", "id": {"id": "cat"}})
    assert gateway.handle(HttpRequest.of("GET", "/nowhere")) == NOT_FOUND


def test_what_a_function_raises_is_told_to_the_log_alone(
    routes: Routes, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(function: Function, event: dict[str, Any]) -> Any:
        raise RuntimeError("the reason")

    assert Gateway(routes, fail).handle(HttpRequest.of("GET", "/")) == FUNCTION_ERROR
    assert "the reason" in caplog.text
