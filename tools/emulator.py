"""AWS as far as a rehearsal needs it: MiniStack on the loopback, and commands that reach no other AWS."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tools.build import ROOT

STACK = "roster-rehearsal"
REGION = "eu-west-1"


class RehearsalFailed(Exception):
    """A rehearsal found something wrong."""


@dataclass(frozen=True)
class EmulatedAws:
    """Runs commands against the emulator until `until`, in `time.monotonic` seconds."""

    environ: Mapping[str, str]
    until: float

    def run(self, *command: str | Path, stdin: str = "") -> str:
        """The standard output of a command that succeeds; else raises `RehearsalFailed` with its output."""
        done = self._done(*command, stdin=stdin)
        if done.returncode != 0:
            raise RehearsalFailed(f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def _done(self, *command: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603
            command,
            cwd=ROOT,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=self.until - time.monotonic(),
            check=False,
        )

    def sam(self, *command: str | Path) -> str:
        """A command of SAM's, on the stack."""
        where = ("--stack-name", STACK, "--region", REGION)
        return self.run(Path(sys.executable).with_name("sam"), *command, *where)

    def roster(self, *command: str, table: str, stdin: str = "") -> str:
        """A command of ours, on the deployed table."""
        where = ("--table", table, "--region", REGION, "--endpoint", self.environ["AWS_ENDPOINT_URL"])
        return self.run(ROOT / ".venv/bin/roster", *command, *where, stdin=stdin)

    def doctor(self) -> tuple[int, str]:
        """The exit code and the output of `roster doctor` on the stack."""
        command = (ROOT / ".venv/bin/roster", "doctor", "--stack", STACK, "--region", REGION)
        done = self._done(*command)
        return done.returncode, done.stdout + done.stderr

    def deploy(self, build: Path, **parameters: str) -> None:
        """The build as it is, by `sam deploy`; a parameter that is not given keeps its value."""
        template = ("--template-file", build / "template.yaml")
        given = [f"{name}={value}" for name, value in parameters.items()]
        overrides = ("--parameter-overrides", *given) if given else ()
        self.sam(
            *("deploy", *template, "--resolve-s3", "--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", *overrides),
        )

    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        listed = json.loads(self.sam("list", "stack-outputs", "--output", "json"))
        return {row["OutputKey"]: row["OutputValue"] for row in listed}

    def remote_invoke(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """What the deployed handler answers to `sam remote invoke`."""
        told = self.sam("remote", "invoke", function, "--event", json.dumps(event))
        # The emulator appends the answer to the function's log, without a line break.
        answer: dict[str, Any] = json.loads(told[told.rindex('{"statusCode"') :])
        return answer

    def invoke(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """What the deployed function answers, as the API calls it."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=function
        )
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        done = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        answer: dict[str, Any] = json.load(done["Payload"])
        return answer

    def shipped(self) -> dict[str, tuple[str, ...]]:
        """What each function runs: the hash of its code, and its layers' versions."""
        return {
            function["FunctionName"]: (
                function["CodeSha256"],
                *(layer["Arn"] for layer in function.get("Layers", ())),
            )
            for function in self._functions()
        }

    def variables(self, name: str) -> dict[str, str]:
        """The value that each function has of a variable of its environment."""
        return {
            function["FunctionName"]: function["Environment"]["Variables"][name]
            for function in self._functions()
        }

    def resources(self, kind: str = "") -> dict[str, str]:
        """The physical ids of the stack's resources (of one type, where it is told), by their logical ids."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if not kind or each["ResourceType"] == kind
        }

    def _functions(self) -> Iterator[dict[str, Any]]:
        for page in self.client("lambda").get_paginator("list_functions").paginate():
            yield from page["Functions"]

    def client(self, service: str) -> Any:
        """A client of a service."""
        import boto3  # SAM's own

        session: Any = boto3.Session("rehearsal", "rehearsal", region_name=REGION)
        return session.client(service, endpoint_url=self.environ["AWS_ENDPOINT_URL"])


@contextmanager
def emulator(scratch: Path, seconds: float) -> Iterator[EmulatedAws]:
    """MiniStack on a port of the loopback, its files in `scratch`; raises `RehearsalFailed` with its log."""
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        port = any_socket.getsockname()[1]
    aws = EmulatedAws(_environ(scratch, port), time.monotonic() + seconds)
    # Without the first two it listens on every interface.
    own = {
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_ACCOUNT_ID": "123456789012",
    }
    log = scratch / "emulator.log"
    with log.open("wb") as out:
        command = map(str, (ROOT / ".venv-rehearse/bin/python", "-P", ROOT / "tools/lenient_ministack.py"))
        process = subprocess.Popen([*command], env={**aws.environ, **own}, stdout=out, stderr=out)  # noqa: S603
    try:
        _await_answer(process, aws)
        yield aws
    except RehearsalFailed as failed:
        raise RehearsalFailed(f"{failed}\nthe emulator's last words:\n{log.read_text()[-3000:]}") from failed
    finally:
        process.terminate()
        process.wait(timeout=20)


def _environ(scratch: Path, port: int) -> dict[str, str]:
    """The process environment without variables of AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "HOME": str(scratch),
        "SAM_CLI_TELEMETRY": "0",
        "TMPDIR": str(scratch),
    }


def _await_answer(process: subprocess.Popen[bytes], aws: EmulatedAws) -> None:
    while process.poll() is None and time.monotonic() < aws.until:
        try:
            urlopen(f"{aws.environ['AWS_ENDPOINT_URL']}/_localstack/health", timeout=5).close()  # noqa: S310
            return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise RehearsalFailed("the emulator did not start")
