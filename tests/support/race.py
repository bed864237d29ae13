"""Two at once: in threads that start together, or one in the other's most delicate moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, TypeVar, get_type_hints

import pytest
from aws_lambda_powertools.event_handler import Response

from local.gateway import Event, Function, Gateway
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, Workspaces, WorkspacesCall
from roster.errors import DirectoryError
from roster.http.request import Request
from tests.support.api import Api
from tests.support.guard import acting_as

T = TypeVar("T")


def at_once(attempts: Sequence[Callable[[], T]]) -> list[T]:
    """What the attempts come to, each in a thread of its own; none begins before all can."""
    start = threading.Barrier(len(attempts), timeout=10)

    def run(attempt: Callable[[], T]) -> T:
        start.wait()
        return attempt()

    with ThreadPoolExecutor(len(attempts)) as threads:
        return list(threads.map(run, attempts))


def before_the_commit(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let `action` happen once, when the next transaction has been decided on and not yet been sent."""
    commit = Transaction.commit

    def late(work: Transaction, store: Store) -> None:
        monkeypatch.setattr(Transaction, "commit", commit)
        with acting_as(None):  # it is not the function that does it
            action()
        commit(work, store)

    monkeypatch.setattr(Transaction, "commit", late)


class _App(threading.local):
    """Stands for an endpoint's resolver, of which every thread sees its own call."""

    call: WorkspacesCall


def many_at_a_time(api: Api, monkeypatch: pytest.MonkeyPatch, *, public: bool = False) -> Api:
    """The API past Powertools, which holds one request at a time in a process; rights are not asked."""
    app, dialect = _App(), Workspaces(Access.PUBLIC if public else Access.ANY_USER)

    def invoke(function: Function, event: Event) -> dict[str, Any]:
        module = import_module(function.module)
        endpoint = getattr(module, function.module.rpartition(".")[2])
        request = Request.of(event, None, 10)
        monkeypatch.setattr(module, "app", app)
        try:
            app.call = dialect.authorize(request, api.store)
            body = get_type_hints(endpoint)["body"].model_validate_json(event["body"])
            answer = endpoint(**request.path, body=body)
        except DirectoryError as error:
            refusal = dialect.error_response(error, request)
            return {"statusCode": refusal.status, "body": refusal.body}
        content: Any = answer.body if isinstance(answer, Response) else answer
        return {"statusCode": 200, "body": content.model_dump_json()}

    return Api(Gateway(api.gateway.routes, invoke), api.store, api.clock, api.cookies)
