"""The real server in a process of its own, as `make run` starts it, and requests to it over HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BOUND = 60.0  # seconds after which a test gives up


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Served:
    """A server that takes requests; `lines` is what it printed before."""

    process: "subprocess.Popen[str]"
    lines: list[str]
    url: str

    def send(self, method: str, path: str, body: Any = None, *, cookie: str = "", **headers: str) -> Reply:
        """One request on a connection of its own; `cookie` is a session's `name=value`."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.url.rpartition(":")[2]), timeout=BOUND)
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        if cookie:
            headers["Cookie"] = cookie
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            cookies = answer.headers.get_all("set-cookie", [])
            return Reply(answer.status, dict(answer.getheaders()), answer.read().decode(), cookies)
        finally:
            connection.close()

    def login(self, email: str, password: str) -> str:
        """The cookie of a new session."""
        answer = self.send("POST", "/api/auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer.text
        return answer.cookies[0].partition(";")[0]


@contextmanager
def served(folder: Path, **environ: str) -> Iterator[Served]:
    """Serve until the block ends, then demand an orderly end."""
    process = launch(folder, **environ)
    try:
        yield ready(process)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(BOUND) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def launch(folder: Path, **environ: str) -> "subprocess.Popen[str]":
    """Start the server on a free port; its temporary files and its error stream go to the folder."""
    with (folder / "stderr").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "cli.run"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/roster'}",
                "TMPDIR": str(folder),
                "PORT": "0",
                "ARGON2_MEMORY_KIB": "8",
                "ARGON2_ITERATIONS": "1",
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def ready(process: "subprocess.Popen[str]") -> Served:
    """The server, once it says that it is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("ready "):
            return Served(process, lines, line.split()[1].replace("//127.0.0.1:", "//localhost:"))
    raise AssertionError(f"the server ended with {process.wait()}: {lines}")
