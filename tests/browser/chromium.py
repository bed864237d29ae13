"""Debian's Chromium without a screen, driven by its DevTools protocol over two pipes: no port, no driver.

with chromium(folder) as browser:
    browser.open("http://localhost:3000/docs")
    browser.until("document.querySelectorAll('.opblock').length > 0")
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BOUND = 60.0  # seconds after which a test gives up

_FLAGS = (
    "--headless",
    "--no-sandbox",  # root, as CI is, may not have one
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--remote-debugging-pipe",
)


class Refused(AssertionError):
    """Chromium refused a command: what it names is perhaps no longer there."""


@dataclass
class Wire:
    """The two pipes: commands go out, and answers and events of all pages come in."""

    orders: int
    news: int
    events: list[dict[str, Any]] = field(default_factory=list)
    _sent: int = 0
    _unread: bytes = b""

    def call(self, session: str, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The result of a command of the protocol."""
        self._sent += 1
        number = self._sent
        command = {"id": number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self.orders, json.dumps(command).encode() + b"\0")
        while True:
            message = self.hear()
            if message.get("id") == number:
                if "error" in message:
                    raise Refused(method, message)
                result: dict[str, Any] = message["result"]
                return result

    def hear(self) -> dict[str, Any]:
        """The next message; kept where it is an event."""
        end = time.monotonic() + BOUND
        while b"\0" not in self._unread:
            heard, _, _ = select.select([self.news], [], [], max(0.0, end - time.monotonic()))
            assert heard, "Chromium says nothing"
            more = os.read(self.news, 1 << 16)
            assert more, "Chromium has ended"
            self._unread += more
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message


@dataclass
class Browser:
    """One page."""

    wire: Wire
    session: str = ""
    target: str = ""

    def tab(self) -> "Browser":
        """Another page of the same browser."""
        other = Browser(self.wire)
        other.attach()
        return other

    def attach(self) -> None:
        """Open a page, and ask it to tell of everything."""
        self.target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Close the page, and forget what it told."""
        self.wire.call("", "Target.closeTarget", {"targetId": self.target})
        self.wire.events[:] = [event for event in self.wire.events if event.get("sessionId") != self.session]

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has loaded."""
        loaded = len(self.told("Page.loadEventFired"))
        self.call("Page.navigate", url=url)
        while len(self.told("Page.loadEventFired")) == loaded:
            self.wire.hear()

    def value(self, script: str) -> Any:
        """What an expression of JavaScript is in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def result(self, script: str) -> Any:
        """What a promise of JavaScript in the page comes to."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true in the page."""
        end = time.monotonic() + BOUND
        while not self.value(script):
            assert time.monotonic() < end, f"never true: {script}"
            self.rest()

    def rest(self) -> None:
        """Wait a moment, or until Chromium tells something."""
        select.select([self.wire.news], [], [], 0.05)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the page told of its console, its exceptions and its network."""
        return [event for event in self.wire.events if event.get("sessionId") == self.session]

    def told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every event of that name, in order."""
        return [event["params"] for event in self.events if event["method"] == method]

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command of the protocol."""
        return self.wire.call(self.session, method, parameters)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser with a page, which lives as long as the block; its files go to the folder."""
    program = shutil.which("chromium")
    assert program is not None, "needs Debian's package chromium"
    (their_orders, orders), (news, their_news) = _pipe(), _pipe()
    # Bash gives the pipes the numbers, 3 and 4, at which Chromium looks for them.
    with (folder / "chromium").open("w") as errors:
        process = subprocess.Popen(
            [
                "bash",
                "-c",
                f'exec "$@" 3<&{their_orders} 4>&{their_news}',
                "bash",
                program,
                *_FLAGS,
                f"--user-data-dir={folder / 'profile'}",
            ],
            pass_fds=(their_orders, their_news),
            stdout=errors,
            stderr=errors,
        )
    os.close(their_orders)
    os.close(their_news)
    try:
        browser = Browser(Wire(orders, news))
        browser.attach()
        yield browser
    finally:
        os.close(orders)  # on which it ends
        os.close(news)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _pipe() -> tuple[int, int]:
    """A pipe whose ends have numbers above those that bash sets."""
    ends = os.pipe()
    above = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return above[0], above[1]
