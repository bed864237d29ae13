"""One OpenAPI 3.1 document of every route of the template.

template     which routes there are, and which function answers
resolvers    parameters, bodies, shapes of success (Powertools makes them of the handlers' types)
statuses     which statuses each route may answer: the contract's, and no other
api_specs    what is left: refusals, credentials, headers, one table a dialect
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from local.gateway import Function, Route, Routes
from tools.openapi.api_spec import ApiSpec, DocumentedError, Operation, Schema, Security, reference
from tools.openapi.api_specs import API_SPECS, HEADERS, SECURITY
from tools.openapi.components import Shapes, closed, tidy, without_unused
from tools.openapi.description import DESCRIPTION
from tools.openapi.examples import with_examples
from tools.statuses import STATUSES

ROOT = Path(__file__).parents[2]


def build(template: Path = ROOT / "template.yaml") -> Schema:
    """The document. Raises Clash, and LookupError for a route or a status that no table knows."""
    # HEAD is GET without the body (RFC 9110, 9.3.2): clients know that by themselves.
    every = Routes.from_template(template)
    routes = [
        route
        for route in every.routes
        if route.key in every.keys and route.key != "$default" and not route.path.endswith("+}")
    ]
    routes.sort(key=lambda route: (API_SPECS.index(_spec_of(route)), route.path, route.method))
    shapes = Shapes()
    paths: dict[str, Schema] = {}
    for api_spec in API_SPECS:
        for schemas in (api_spec.schemas, *(one.schemas for one in api_spec.refusals.values())):
            shapes.add(schemas)
    for route in routes:
        shapes.add(_made(route.function)["components"]["schemas"])
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, routes, shapes)
    components = {
        "schemas": dict(sorted(shapes.named.items())),
        "responses": dict(_refusals()),
        "headers": HEADERS,
        "securitySchemes": SECURITY,
    }
    return with_examples(closed(without_unused({**_HEAD, "paths": paths, "components": components})))


_HEAD: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Roster",
        "version": "1",
        "summary": "A directory of workspaces, projects, spaces and users, in five dialects, and SCIM.",
        "description": DESCRIPTION,
        "contact": {"name": "Whoever runs this server"},
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/"}],
    "tags": [{"name": api_spec.name, "description": api_spec.about} for api_spec in API_SPECS],
}


def _spec_of(route: Route) -> ApiSpec:
    folder = route.function.module.split(".")[-2]
    for api_spec in API_SPECS:
        if folder in api_spec.folders:
            return api_spec
    raise LookupError(f"no dialect has the folder {folder}")


# What the resolvers know.


@cache
def _made(function: Function) -> Schema:
    """What Powertools makes of a function's resolver."""
    app = import_module(function.module).app
    made: Schema = app.get_openapi_schema().model_dump(mode="json", by_alias=True, exclude_none=True)
    return made


def _known(route: Route, more: Operation) -> Schema:
    """The resolver's operation for a route: the one with the fewest parameters where the route has words.

    A family that takes any path knows nothing of it; then the dialect's table says what is answered.
    """
    found = [
        (path.count("{"), operations[route.method.lower()])
        for path, operations in _made(route.function)["paths"].items()
        if _takes(path, route.path) and route.method.lower() in operations
    ]
    if not found and more.content is not None:
        return {}
    if not found:
        raise LookupError(f"no resolver takes {route.key}")
    known: Schema = min(found, key=lambda one: one[0])[1]
    return known


def _takes(pattern: str, path: str) -> bool:
    """Whether a resolver's path is the template's, which may have a word where a family has a parameter."""
    asked, given = pattern.split("/"), path.split("/")
    return len(asked) == len(given) and all(
        ask == give or (ask.startswith("{") and not give.startswith("{"))
        for ask, give in zip(asked, given, strict=True)
    )


# What is said of an operation.


def _operation(route: Route, routes: Iterable[Route], shapes: Shapes) -> Schema:
    api_spec = _spec_of(route)
    more = api_spec.operations.get(route.key, Operation())
    known = _known(route, more)
    summary, rest = _words(route.function)
    summary = more.summary or summary
    security = list(api_spec.security if more.security is None else more.security)
    statuses = sorted(int(status) for status in STATUSES[route.key].split())
    operation: Schema = {
        "tags": [api_spec.name],
        "summary": summary,
        "description": " ".join(filter(None, (rest, _sign_in(security)))),
        "operationId": more.id or _id(route, routes),
        "parameters": [
            *_path(route, {**api_spec.path, **more.path}),
            *api_spec.parameters,
            *_rest(known),
            *more.parameters,
        ],
        "requestBody": _body(more, known),
        "responses": {
            str(status): _refused(api_spec, status)
            if status >= 400
            else _empty("What `If-None-Match` names is what there is.", (*api_spec.headers, *more.headers))
            if status == 304
            else _empty("Done.", api_spec.headers)
            if status == 204
            else _answer("Done.", (*api_spec.headers, *more.headers), _content(more, known, shapes))
            for status in statuses
        },
        "security": security,
    }
    return {key: value for key, value in operation.items() if value or key == "security"}


def _words(function: Function) -> tuple[str, str]:
    """Summary and description: what the handler's docstring says after the route."""
    first, _, rest = (import_module(function.module).__doc__ or "").strip().partition("\n")
    summary = first.partition(": ")[2].rstrip(".")
    return summary[:1].upper() + summary[1:], " ".join(rest.split())


def _sign_in(security: Security) -> str:
    """What an operation is called with, in a sentence: the credentials any of which will do."""
    ways = ["nothing" if not need else " and ".join(_CREDENTIALS[name] for name in need) for need in security]
    return f"Call it with {', or '.join(ways)}." if ways else "Anybody may call it."


_CREDENTIALS = {
    "session": "a session's cookie",
    "bearer": "a bearer token",
    "scimToken": "a SCIM token of the workspace",
    "client": "a client's id and secret",
    "accessToken": "a token in the query",
    "gatewaySecret": "a gateway's secret",
}


def _body(more: Operation, known: Schema) -> Schema | None:
    """The body that is sent, with its example. Raises LookupError where a body has none."""
    body: Schema | None = more.body or tidy(known.get("requestBody"))
    if body is None:
        return None
    if more.example is None:
        raise LookupError("a body has no example: its dialect's table must say one")
    content = {media_type: {**one, "example": more.example} for media_type, one in body["content"].items()}
    return {**body, "content": content}


def _id(route: Route, routes: Iterable[Route]) -> str:
    """The function's name in the template. Raises LookupError in a family, whose table must say the id."""
    if sum(other.function == route.function for other in routes) > 1:
        raise LookupError(f"{route.key} shares its function: its dialect's table must say its id")
    return route.function.id[0].lower() + route.function.id[1:]


def _path(route: Route, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": schemas.get(name, {"type": "string"})}


def _rest(known: Schema) -> Iterator[Schema]:
    """The resolver's other parameters; the empty text that stands for none sent is no default."""
    for parameter in known.get("parameters", ()):
        if parameter["in"] != "path":
            said = {key: value for key, value in parameter["schema"].items() if key != "description"}
            if said.get("default") == "":
                del said["default"]
            yield {**parameter, "schema": _INTEGERS.get(said.get("pattern", ""), tidy(said))}


_INTEGERS: Mapping[str, Schema] = {
    "^[1-9][0-9]{0,8}$": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    "^([1-9][0-9]{0,2}|1000)$": {"type": "integer", "minimum": 1, "maximum": 1_000},
    "^(15|25|50|100)$": {"type": "integer", "enum": [15, 25, 50, 100]},
    "^([1-9][0-9]?|100)$": {"type": "integer", "minimum": 1, "maximum": 100},
    "^([1-9]|[1-8][0-9]|90)$": {"type": "integer", "minimum": 1, "maximum": 90},
}
"""The patterns of numbers: a handler reads them as text, so that it refuses `+1`, `01` and `1.0`."""


def _content(more: Operation, known: Schema, shapes: Shapes) -> Schema:
    if more.content is not None:
        return more.content
    content: Schema = tidy(known["responses"]["200"]["content"])
    if more.shape is None:
        return content
    return {media_type: {"schema": shapes.of_type(more.shape)} for media_type in content}


# What is said of the answers.


def _refusals() -> Iterator[tuple[str, Schema]]:
    """The failures of all dialects, each under the name by which the operations refer to it."""
    for api_spec in API_SPECS:
        for status, refusal in sorted(api_spec.refusals.items()):
            yield _refusal_name(api_spec, status), _refusal(api_spec, refusal)


def _refusal(api_spec: ApiSpec, refusal: DocumentedError) -> Schema:
    found = [reference(name) for name in refusal.schemas]
    content = {api_spec.media_type: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}
    return _answer(refusal.meaning, (*api_spec.headers, *refusal.headers), content)


def _refused(api_spec: ApiSpec, status: int) -> Schema:
    if status not in api_spec.refusals:
        raise LookupError(f"{api_spec.name} has no words for {status}")
    return {"$ref": f"#/components/responses/{_refusal_name(api_spec, status)}"}


def _refusal_name(api_spec: ApiSpec, status: int) -> str:
    return f"{api_spec.key}{status}"


def _empty(meaning: str, headers: Iterable[str]) -> Schema:
    """An answer without content."""
    told = _answer(meaning, headers, {})
    return {key: value for key, value in told.items() if key != "content"}


def _answer(meaning: str, headers: Iterable[str], content: Schema) -> Schema:
    named = {name.partition(".")[0]: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return {"description": meaning, "headers": named, "content": content}
