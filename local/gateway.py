"""API Gateway's HTTP API, as the functions see it: routes, payload 2.0 events, replies, limits.

    Request -> Routes.accept -> Invocation -> event -> (the function) -> result -> reply -> Response
                             -> Response, where the gateway answers itself

Nothing here listens or waits; `server.py` does, and tests need neither.
"""

import base64
import binascii
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qsl, unquote

from local import private_files

log = logging.getLogger(__name__)

HEAD_BYTES = 10_240
"""Request line and headers, as sent."""
BODY_BYTES = 10 * 1024 * 1024
EVENT_BYTES = 6 * 1024 * 1024
"""What a function may be given, as JSON: a body in base64 counts a third more than it was."""
RESULT_BYTES = 6_291_556
"""What a function may return, as JSON."""
INTEGRATION_SECONDS = 30.0

_BLANK = " \t"  # all that HTTP trims of a value; of other spaces the functions must see each

Event: TypeAlias = dict[str, Any]

# Requests and responses.


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a client sent. `path` and `query` are as sent, still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    @classmethod
    def of(cls, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Self:
        """A request for a target such as `/users?page=2`."""
        path, _, query = target.partition("?")
        return cls(method, path, query, tuple(headers), body)

    def head_bytes(self) -> int:
        """The size of the request line and the headers."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        line = len(f"{self.method} {target} {self.protocol}\r\n")
        return line + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    def header(self, name: str) -> str:
        """The values of a header (`name` in lower case), joined as the gateway joins them."""
        return ",".join(value.strip(_BLANK) for other, value in self.headers if other.lower() == name)


@dataclass(frozen=True, slots=True)
class Response:
    """What the client gets; header names are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _answer(status: int, message: str) -> Response:
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return Response(status, [("content-type", "application/json")], body)


NO_CONTENT = Response(204, [], b"")
BAD_REQUEST = _answer(400, "Bad Request")
NOT_FOUND = _answer(404, "Not Found")
BODY_TOO_LONG = _answer(413, "Request Too Long")
EVENT_TOO_LONG = _answer(413, "Request Entity Too Large")
HEAD_TOO_LONG = _answer(431, "Request Header Fields Too Large")
FUNCTION_ERROR = _answer(500, "Internal Server Error")
TIMED_OUT = _answer(503, "Service Unavailable")


# The template.


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function of the template; `timeout` in seconds, `memory` in MB."""

    id: str
    module: str
    attribute: str
    timeout: float
    memory: int


def read_template(template: Path) -> dict[str, Any]:
    """The template as it stands, short intrinsics (`!Ref`) in their long form; the caller's to change."""
    return deepcopy(_parsed(template.read_text("utf-8")))


def translate(template: Path, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What SAM makes of a template, for CloudFormation; the caller's to change. Asks AWS for nothing."""
    made = _translated(template.read_text("utf-8"), tuple((parameters or {}).items()))
    translated: dict[str, Any] = json.loads(made)
    return translated


# Both are kept by the text, for they take half a second and one and a half, and many ask; the translation is
# kept in a file too, for every start of the server and every process of a test run asks for the same one.

TRANSLATIONS = Path(__file__).parent.parent / ".aws-sam/translations"
_MOST_KEPT = 8


@cache
def _parsed(text: str) -> dict[str, Any]:
    # Imported here and below: a worker process imports this module and never reads a template.
    from samtranslator.yaml_helper import yaml_parse

    content: dict[str, Any] = yaml_parse(text)
    return content


@cache
def _translated(text: str, parameters: tuple[tuple[str, str], ...]) -> str:
    from importlib.metadata import version

    of = json.dumps([Path(__file__).read_text("utf-8"), version("aws-sam-translator"), text, parameters])
    kept = TRANSLATIONS / f"{sha256(of.encode()).hexdigest()}.json"
    with suppress(OSError):
        return kept.read_text("utf-8")
    made = _translated_anew(text, parameters)
    with suppress(OSError):  # where nothing can be kept it is made each time
        TRANSLATIONS.mkdir(parents=True, exist_ok=True)
        with private_files.replacing(kept) as out:
            out.write(made)
        for old in sorted(TRANSLATIONS.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-_MOST_KEPT]:
            old.unlink()
    return made


def _translated_anew(text: str, parameters: tuple[tuple[str, str], ...]) -> str:
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    source = deepcopy(_parsed(text))
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://local/code"
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://local/layer"
    # Of a boto3 session SAM takes the region alone; a real one would read the user's AWS profile.
    session: Any = SimpleNamespace(region_name="us-east-1")
    translator = Translator({}, Parser(), boto_session=session)
    return json.dumps(translator.translate(source, dict(parameters), get_managed_policy_map=dict))


def _functions(source: dict[str, Any], translated: dict[str, Any]) -> dict[str, Function]:
    common = source.get("Globals", {}).get("Function", {})
    functions = {}
    for id_, resource in source["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = common | resource["Properties"]
        file, _, attribute = properties["Handler"].rpartition(".")
        made = translated["Resources"][id_]["Properties"]
        functions[id_] = Function(
            id_,
            ".".join(PurePosixPath(properties["CodeUri"], file).parts),
            attribute,
            # Lambda's own defaults
            timeout=made.get("Timeout", 3),
            memory=made.get("MemorySize", 128),
        )
    return functions


def _routes(translated: dict[str, Any], functions: Mapping[str, Function]) -> Iterable["Route"]:
    resources = translated["Resources"]
    for resource in resources.values():
        if resource["Type"] != "AWS::ApiGatewayV2::Api":
            continue
        for written, methods in resource["Properties"]["Body"]["paths"].items():
            # SAM writes $default as a path where the API's import fails on warnings.
            path = _DEFAULT if written == f"/{_DEFAULT}" else written
            for method, operation in methods.items():
                uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                target = _TARGET.search(uri)
                if target is None:
                    raise ValueError(f"{method} {path} does not lead to a function of the template: {uri}")
                any_method = method == "x-amazon-apigateway-any-method"
                yield Route("ANY" if any_method else method.upper(), path, functions[target["id"]])


_TARGET = re.compile(r"/functions/\$\{(?P<id>\w+)(\.Arn)?\}/invocations$")


# Cross-origin requests.


@dataclass(frozen=True, slots=True)
class Cors:
    """The gateway's CORS configuration: what it tells the browsers of a page of another origin."""

    origins: frozenset[str]
    settings: Mapping[str, Any]
    """The template's own, as the gateway's import spells them: `allowMethods`, `maxAge`..."""

    def preflight(self, request: HttpRequest) -> bool:
        """Whether a browser asks before it sends what a page of an allowed origin wants (Fetch, 4.8)."""
        asked = request.header("access-control-request-method")
        return request.method == "OPTIONS" and bool(asked) and self._allows(request)

    def dressed(self, request: HttpRequest, response: Response) -> Response:
        """The response with the gateway's headers for an allowed origin, without any of a function's own."""
        own = [(name, value) for name, value in response.headers if not name.startswith("access-control-")]
        if not self._allows(request):
            return Response(response.status, own, response.body)
        own += [("access-control-allow-origin", request.header("origin"))]
        if self.settings.get("allowCredentials"):
            own += [("access-control-allow-credentials", "true")]
        if self.preflight(request):
            own += [
                ("access-control-allow-methods", ",".join(self.settings.get("allowMethods", ()))),
                ("access-control-allow-headers", ",".join(self.settings.get("allowHeaders", ())).lower()),
                ("access-control-max-age", str(self.settings.get("maxAge", 0))),
            ]
        else:
            exposed = ",".join(self.settings.get("exposeHeaders", ())).lower()
            own += [("access-control-expose-headers", exposed)]
        return Response(response.status, own, response.body)

    def _allows(self, request: HttpRequest) -> bool:
        return request.header("origin") in self.origins


def _cors(translated: dict[str, Any], origins: Iterable[str]) -> Cors:
    for resource in translated["Resources"].values():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            settings = resource["Properties"]["Body"].get("x-amazon-apigateway-cors", {})
            if "Fn::If" in settings:  # where there are origins, and else nothing
                settings = settings["Fn::If"][1]
            return Cors(frozenset(origins if settings else ()), settings)
    return Cors(frozenset(), {})


# Routes.

_DEFAULT = "$default"


@dataclass(frozen=True, slots=True)
class Route:
    """`method` may be ANY; `path` has `{name}` and `{name+}` in it, or is `$default`."""

    method: str
    path: str
    function: Function

    @property
    def key(self) -> str:
        return self.path if self.path == _DEFAULT else f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters of a request that this route takes, else None; `path` is decoded once."""
        if self.path == _DEFAULT:
            return {}
        if self.method not in ("ANY", method):
            return None
        parts, wanted = path.split("/"), self.path.split("/")
        parameters = {}
        if wanted[-1].endswith("+}"):
            rest = "/".join(parts[len(wanted) - 1 :])
            if not rest:
                return None
            parameters[wanted.pop()[1:-2]] = rest
            parts = parts[: len(wanted)]
        if len(parts) != len(wanted):
            return None
        for part, want in zip(parts, wanted, strict=True):
            if want.startswith("{"):
                if not part:
                    return None
                parameters[want[1:-1]] = part
            elif part != want:
                return None
        return parameters

    def _precedence(self) -> tuple[bool, list[int], bool]:
        kinds = [2 if part.endswith("+}") else int(part.startswith("{")) for part in self.path.split("/")]
        return self.path == _DEFAULT, kinds, self.method == "ANY"


class EventTooLong(Exception):
    """Lambda would not take the event."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function, and what its event is made of."""

    function: Function
    request: HttpRequest
    route_key: str
    parameters: Mapping[str, str]
    at: datetime
    request_id: str

    @property
    def event(self) -> Event:
        """The event, made when it is asked for: with a long body that takes a while. Raises EventTooLong."""
        made = event(self.request, self.route_key, self.parameters, at=self.at, request_id=self.request_id)
        if _is_too_long(made):
            raise EventTooLong(f"its event has more than {EVENT_BYTES} bytes")
        return made


@dataclass(frozen=True, slots=True)
class Routes:
    """The HTTP API of a template: its routes, the most specific first, and all its functions by id."""

    routes: tuple[Route, ...]
    functions: Mapping[str, Function]
    cors: Cors = Cors(frozenset(), {})

    @classmethod
    def from_template(cls, template: Path, origins: Iterable[str] = ()) -> Self:
        """Read a SAM template by SAM's own rules. Raises ValueError for a route that leads nowhere.

        `origins` are what its CORS configuration allows, which the template makes of a parameter.
        """
        translated = translate(template)
        functions = _functions(read_template(template), translated)
        routes = sorted(_routes(translated, functions), key=Route._precedence)
        return cls(tuple(routes), functions, _cors(translated, origins))

    @property
    def keys(self) -> list[str]:
        """The keys of the routes without HEAD, which answers as GET does: no contract need say it again."""
        return sorted(route.key for route in self.routes if route.method != "HEAD")

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route that takes a request for `path` (as sent), with its path parameters.

        A slash that is sent encoded divides segments like any other; what is encoded twice is decoded after
        a route is found. Raises ValueError where the path cannot be decoded.
        """
        once = _decoded(path)
        for route in self.routes:
            if (parameters := route.match(method, once)) is not None:
                return route, {name: _decoded(value) for name, value in parameters.items()}
        return None

    def accept(self, request: HttpRequest) -> Invocation | Response:
        """What to invoke for a request, or what the gateway answers by itself."""
        if request.head_bytes() > HEAD_BYTES:
            return HEAD_TOO_LONG
        if len(request.body) > BODY_BYTES:
            return BODY_TOO_LONG
        try:
            match = self.match(request.method, request.path)
            raw_path(request.path)
        except ValueError:
            return BAD_REQUEST
        if match is None:
            return NO_CONTENT if self.cors.preflight(request) else NOT_FOUND
        if len(request.body) > EVENT_BYTES:  # no event of it is shorter, so none needs to be made
            return EVENT_TOO_LONG
        route, parameters = match
        at, request_id = datetime.now(UTC), str(uuid.uuid4())
        return Invocation(route.function, request, route.key, parameters, at, request_id)


# Events.


def _is_too_long(made: Event) -> bool:
    """Whether Lambda would not take the event."""
    if len(made.get("body", "")) < EVENT_BYTES // 10:  # in JSON a character of it takes six bytes at most
        return False
    return len(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")) > EVENT_BYTES


def event(
    request: HttpRequest, route_key: str, parameters: Mapping[str, str], *, at: datetime, request_id: str
) -> Event:
    """The event of payload format 2.0. Keys that would be empty are absent; path parameters are whole.

    Raises ValueError where the path cannot be decoded.
    """
    path = raw_path(request.path)
    domain = re.sub(r":\d+$", "", request.header("host")) or "localhost"
    made: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": _joined((name.lower(), value.strip(_BLANK)) for name, value in request.headers),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": request.header("user-agent"),
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    made["headers"].pop("cookie", None)
    cookies = [
        cookie.strip(_BLANK)
        for name, value in request.headers
        if name.lower() == "cookie"
        for cookie in value.split(";")
        if cookie.strip(_BLANK)
    ]
    if cookies:
        made["cookies"] = cookies
    if query := _joined(parse_qsl(request.query, keep_blank_values=True)):
        made["queryStringParameters"] = query
    if parameters:
        made["pathParameters"] = dict(parameters)
    if request.body:
        made["body"], made["isBase64Encoded"] = _body(request)
    return made


def raw_path(path: str) -> str:
    """`rawPath`, of a path as sent. Raises ValueError where it cannot be decoded.

    The gateway decodes the path, takes what then follows a question mark for a query that is not there, so
    that such a path is cut, and decodes what is left once more.
    """
    return _decoded(_decoded(path).partition("?")[0])


_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _decoded(path: str) -> str:
    """Percent-decoded once; bytes that are no UTF-8 become U+FFFD. Raises ValueError for half an escape."""
    if _BAD_ESCAPE.search(path):
        raise ValueError("a percent sign that escapes nothing")
    return unquote(path)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


# Every other type is base64, forms and a missing type among them.
_TEXT = re.compile(r"text/.+|application/(json|xml|javascript)|.+\+xml")


def _body(request: HttpRequest) -> tuple[str, bool]:
    media_type = request.header("content-type").partition(";")[0].strip(_BLANK).lower()
    if _TEXT.fullmatch(media_type):
        try:
            return request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            # Base64 keeps the bytes, so that the function sees what is wrong with them.
            pass
    return base64.b64encode(request.body).decode("ascii"), True


# Replies.


class _Malformed(Exception):
    """A function's result is not a response of payload format 2.0."""


def reply(result: Any) -> Response:
    """The response that a function's result stands for: payload 2.0, or its shorthand form."""
    try:
        payload = json.dumps(result, ensure_ascii=False, allow_nan=False).encode("utf-8")
        if len(payload) > RESULT_BYTES:
            raise _Malformed(f"{len(payload)} bytes are more than a function may return")
        if not isinstance(result, dict) or "statusCode" not in result:
            return Response(200, [("content-type", "application/json")], payload)
        return _full_reply(json.loads(payload))
    except (_Malformed, TypeError, ValueError, RecursionError) as error:
        log.warning("malformed result: %s", error)
        return FUNCTION_ERROR


_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# The gateway's connection is its own business.
_OWN = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}


def _full_reply(result: dict[str, Any]) -> Response:
    status, headers = result["statusCode"], result.get("headers") or {}
    cookies, body = result.get("cookies") or [], result.get("body") or ""
    if type(status) is not int or not 200 <= status <= 599:
        raise _Malformed("statusCode is not an HTTP status")
    if not isinstance(headers, dict) or not isinstance(cookies, list) or not isinstance(body, str):
        raise _Malformed("headers, cookies or body are not an object, a list and a string")
    sent = [(name.lower(), value) for name, value in headers.items() if name.lower() not in _OWN]
    sent += [("set-cookie", cookie) for cookie in cookies]
    for name, value in sent:
        if not isinstance(value, str) or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _Malformed(f"the header {name!r} is none")
    if body and not any(name == "content-type" for name, _ in sent):
        sent.append(("content-type", "text/plain; charset=utf-8"))
    if not result.get("isBase64Encoded"):
        return Response(status, sent, body.encode("utf-8"))
    try:
        return Response(status, sent, base64.b64decode(body, validate=True))
    except binascii.Error as error:
        raise _Malformed("the body is not base64") from error


@dataclass(frozen=True, slots=True)
class Gateway:
    """The whole way of a request in one call, for tests that need no server."""

    routes: Routes
    invoke: Callable[[Function, Event], Any]

    def handle(self, request: HttpRequest) -> Response:
        """The response, also to what the function raises."""
        response = self.routes.cors.dressed(request, self._handle(request))
        # RFC 9110, 9.3.2; a server's own HTTP does it for `Application`.
        return response if request.method != "HEAD" else Response(response.status, response.headers, b"")

    def _handle(self, request: HttpRequest) -> Response:
        accepted = self.routes.accept(request)
        if isinstance(accepted, Response):
            return accepted
        try:
            result = self.invoke(accepted.function, accepted.event)
        except EventTooLong:
            return EVENT_TOO_LONG
        except Exception:  # whatever a handler raises is a function error, as on Lambda
            log.exception("%s failed", accepted.function.id)
            return FUNCTION_ERROR
        return reply(result)
