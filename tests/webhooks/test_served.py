"""Webhooks of the real server: who hangs keeps nobody waiting, and a server that is killed loses nothing."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli import demo
from tests.support.served import Served, launch, ready, served
from tests.webhooks.receiver import Behaviour, Received, Receiver, answers, hangs, receiving

pytestmark = [pytest.mark.real, pytest.mark.any_engine]

SOON = 2.0
"""Seconds within which a receiver hears that is well (docs/webhooks.md)."""
BOUND = 90.0
"""Seconds after which a test gives up."""


class Heard:
    """When a receiver heard of each event, by what the event is about."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.at: dict[str, float] = {}

    def __call__(self, connection: Any, received: Received) -> None:
        self.at.setdefault(str(json.loads(received.body)["subject"]), time.monotonic())
        self.behaviour(connection, received)


@contextmanager
def hearing(app: Served, cookie: str, behaviour: Behaviour) -> Iterator[tuple[Heard, Receiver]]:
    """A receiver, with a webhook of the site that sends it what becomes of groups."""
    heard = Heard(behaviour)
    with receiving(heard) as receiver:
        webhook = {"url": receiver.url, "types": ["roster.group.*"]}
        assert app.send("POST", "/api/admin/webhooks", webhook, cookie=cookie).status == 200
        yield heard, receiver


def changed(app: Served, cookie: str, name: str) -> str:
    """Make a group; returns what its event is about."""
    made = app.send("POST", "/api/admin/groups", {"name": name}, cookie=cookie)
    assert made.status == 200, made.text
    return f"group/{made.json['data']['number']}"


def wait_for(there: Callable[[], bool]) -> None:
    end = time.monotonic() + BOUND
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_while_one_receiver_hangs_another_hears_within_two_seconds(tmp_path: Path) -> None:
    with served(tmp_path, DATA="demo") as app:
        cookie = app.login(demo.ADMIN, demo.PASSWORD)
        with (
            hearing(app, cookie, hangs) as (_, hung),
            hearing(app, cookie, answers(204)) as (heard, _),
        ):
            first = {changed(app, cookie, f"Group {at}") for at in range(10)}
            wait_for(lambda: first <= heard.at.keys())  # the processes are there that send
            made: dict[str, float] = {}
            for at in range(10, 40):
                made[changed(app, cookie, f"Group {at}")] = time.monotonic()
                time.sleep(0.5)
            wait_for(lambda: made.keys() <= heard.at.keys())
            assert hung.connections > 0
            late = sorted(heard.at[subject] - when for subject, when in made.items())
            # A busy machine holds one or another up; who hangs would hold all up, for 15 seconds each.
            assert late[len(late) * 9 // 10] < SOON, late


def test_a_server_that_is_killed_between_change_and_delivery_delivers_when_it_is_back(tmp_path: Path) -> None:
    environ = {"STORE": str(tmp_path / "roster.db"), "DATA": "demo", "WEBHOOK_SCHEDULE": "1 1 1 1 1 1"}
    process = launch(tmp_path, **environ)
    app = ready(process)
    cookie = app.login(demo.ADMIN, demo.PASSWORD)
    with hearing(app, cookie, answers(204)) as (heard, _):
        made = {changed(app, cookie, f"Group {at}") for at in range(40)}
        process.kill()
        process.communicate()
        before = len(heard.at)
        with served(tmp_path, **environ):
            wait_for(lambda: made <= heard.at.keys())
    assert before < len(made)  # else nothing was on its way
