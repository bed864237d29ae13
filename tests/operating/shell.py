"""Runs a section of a page by bash, where functions stand for `aws`, `roster`, `make` and the like."""

import os
import re
import socketserver
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from cli import main
from tests.operating import command_line
from tests.operating.account import Account

PROGRAMS = ("aws", "git", "make", "roster", "sam", "sleep")
CLIENT = """\
_ask() {{
  local code out err
  exec 3<>/dev/tcp/127.0.0.1/{port}
  printf '%s\\0' $# "$@" >&3
  IFS= read -r -d '' code <&3 && IFS= read -r -d '' out <&3 && IFS= read -r -d '' err <&3
  exec 3>&-
  printf %s "$out"
  printf %s "$err" >&2
  return $code
}}
"""
"""Bash's own, because a section makes hundreds of calls and a process for each would cost a minute."""
SECONDS = 120


@dataclass
class Shell:
    """Bash over an account; `said` has the words of each program that is not AWS's, and when."""

    account: Account
    folder: Path
    said: list[tuple[float, list[str]]] = field(default_factory=list)

    def run(self, script: str) -> str:
        """The standard output of a script of which no command fails; else AssertionError."""
        done = self.tried(script)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{self.account.calls[-3:]}"
        return done.stdout

    def tried(self, script: str) -> subprocess.CompletedProcess[str]:
        """What bash made of a script that stops at the first command that fails."""
        return subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env={"PATH": os.defpath, "HOME": str(self.folder), "BASH_ENV": str(self.folder / "programs")},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def words(self, program: str) -> list[str]:
        """The calls of a program, each as it was typed."""
        return [" ".join(words[1:]) for _, words in self.said if words[0] == program]

    def answer(self, words: Sequence[str]) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a program."""
        name, *arguments = words
        if name == "aws":
            return command_line.run(arguments, self.account.do)
        if name == "sleep":
            self.account.now += int(arguments[0])
            return 0, "", ""
        self.said.append((self.account.now, list(words)))
        if name == "roster":
            parser_takes(arguments, self.folder)
        return 0, "", ""


def parser_takes(arguments: Sequence[str], folder: Path) -> None:
    """Raises AssertionError where the `roster` command does not take the arguments, files of the folder."""
    found = [str(folder / word) if (folder / word).is_file() else word for word in arguments]
    try:
        asked = main._parser().parse_args(found)
    except SystemExit as wrong:
        raise AssertionError(f"roster {arguments}") from wrong
    if arguments[0] == "export":
        (folder / asked.file).touch()


@contextmanager
def shell(account: Account) -> Iterator[Shell]:
    """A shell in a folder of its own."""
    with TemporaryDirectory(prefix="roster-") as name:
        made = Shell(account, Path(name))

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    words = [self._word() for _ in range(int(self._word()))]
                    answer = made.answer(words)
                except BaseException as error:  # whatever it is, the script tells
                    answer = (99, "", f"{type(error).__name__}: {error}\n")
                self.wfile.write("".join(f"{part}\0" for part in answer).encode())

            def _word(self) -> str:
                return b"".join(iter(lambda: self.rfile.read(1), b"\0")).decode()

        with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
            functions = "".join(f'{each}() {{ _ask {each} "$@"; }}\n' for each in PROGRAMS)
            (made.folder / "programs").write_text(CLIENT.format(port=server.server_address[1]) + functions)
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield made
            finally:
                server.shutdown()
                thread.join()


def blocks(page: str, heading: str) -> list[str]:
    """The shell blocks of a section."""
    section = re.split(r"^## ", page.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
