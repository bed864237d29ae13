"""`make rehearse`: the build through an emulator of AWS: deployed, used, changed, put back, ailing, deleted.

The emulator takes the template as it was built, by SAM's own commands, and runs the handlers over the
layers. It serves no routes, and drops TTL and point-in-time recovery: tests/structure holds those on the
translated template. Neither proves AWS itself.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.output import printing
from tools.build import HERE, ROOT, folder
from tools.emulator import EmulatedAws, RehearsalFailed, emulator
from tools.listeners import outside, watched
from tools.rehearse_doctor import examine

LIMIT = 600
"""Seconds until a rehearsal that hangs is ended; one takes about 100 of CPU."""
EMAIL, PASSWORD = "first@example.com", "rehearsed-in-2026-and-never-used"
STARTED = time.monotonic()

CHANGE = """

_unchanged = handler


def handler(event, context):
    return _unchanged(event, context) | {"statusCode": 418}
"""


def rehearse(aws: EmulatedAws, build: Path, scratch: Path) -> None:
    """Every step of a stack's life. Raises `RehearsalFailed` at the first that goes wrong."""
    aws.deploy(build)
    table, first = aws.outputs()["TableName"], aws.shipped()
    _say(f"deployed {len(first)} functions; the table is {table}")
    _use(aws, table)
    _change(aws, build, scratch / "changed", first)
    _deploy_the_one_before(aws, build, first)
    _change_a_parameter(aws, build, first)
    faults = examine(aws, heard="AlarmTopic" in aws.resources())
    _say(f"let roster doctor look: nothing wrong at first, then each of {faults} faults named")
    _delete(aws, table)


def _use(aws: EmulatedAws, table: str) -> None:
    remote = aws.remote_invoke("UnknownRoute", _event("UnknownRoute"))
    _demand(remote["statusCode"] == 404, f"no route is {remote}")
    _demand_status(aws, "GetMe", 401)
    for public in ("GetDocs", "GetOpenapi", "GetConsole", "CfInfo"):
        _demand_status(aws, public, 200)
    first = ("admin", "create", "--email", EMAIL, "--name", "First", "--password-stdin")
    aws.roster(*first, table=table, stdin=f"{PASSWORD}\n")
    login = _demand_status(aws, "Login", 200, body=json.dumps({"email": EMAIL, "password": PASSWORD}))
    cookie = login["cookies"][0].partition(";")[0]
    me = _demand_status(aws, "GetMe", 200, cookies=[cookie])
    _demand(EMAIL in me["body"], "the first administrator is somebody else")
    _say("invoked: 404 without a route, 401 for nobody, 200 for the documents and the first administrator")


def _change(aws: EmulatedAws, build: Path, changed: Path, first: dict[str, tuple[str, ...]]) -> None:
    """Deploy other code for one function."""
    shutil.copytree(build, changed)
    with (changed / "UnknownRoute/unknown_route.py").open("a") as source:
        source.write(CHANGE)
    # Bytecode is trusted unchecked, so changed code needs its own.
    aws.run(ROOT / ".venv-rehearse/bin/python", ROOT / "tools/bytecode.py", changed)
    aws.deploy(changed)
    second = aws.shipped()
    differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    _demand(len(differing) == 1 and "UnknownRoute" in differing[0], f"one change changed {differing}")
    _demand_status(aws, "UnknownRoute", 418)
    _say("changed one function's code: it alone was replaced, and answers anew")


def _deploy_the_one_before(aws: EmulatedAws, build: Path, first: dict[str, tuple[str, ...]]) -> None:
    """Roll back: there are no versions to go back to, so the build before is deployed again."""
    aws.deploy(build)
    _demand(aws.shipped() == first, "the first build did not bring back its code and layers")
    _demand_status(aws, "UnknownRoute", 404)
    _say("rolled back by deploying the first build: every function runs its code and layers")


def _change_a_parameter(aws: EmulatedAws, build: Path, first: dict[str, tuple[str, ...]]) -> None:
    """Deploy the same build with another parameter."""
    before = set(aws.variables("AUDIT_DAYS").values())
    aws.deploy(build, AuditDays="30")
    after = aws.variables("AUDIT_DAYS")
    _demand(before == {"365"}, f"AuditDays is at first {before}")
    _demand(set(after.values()) == {"30"}, f"a parameter reached some functions alone: {after}")
    _demand(aws.shipped() == first, "a change of a parameter changed code")
    _demand_status(aws, "GetMe", 401)
    _say(f"changed a parameter alone: {len(after)} functions have its value")


def _delete(aws: EmulatedAws, table: str) -> None:
    aws.sam("delete", "--no-prompts")
    _demand(not aws.shipped(), "functions outlived the stack")
    _demand(EMAIL in aws.roster("export", table=table), "the table did not outlive the stack")
    _say("deleted the stack: no function is left; the table is, with the administrator in it")


def _demand_status(aws: EmulatedAws, function: str, status: int, **more: Any) -> dict[str, Any]:
    """The answer to the function's recorded event, which must have that status."""
    answer = aws.invoke(function, _event(function) | more)
    _demand(answer["statusCode"] == status, f"{function} does not answer {status}: {answer}")
    return answer


def _event(function: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{function}.json").read_text("utf-8"))
    return event


def _demand(fact: bool, otherwise: str) -> None:
    if not fact:
        raise RehearsalFailed(otherwise)


def _say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def main() -> int:
    """Rehearse the build for this machine; the exit code."""
    try:
        with TemporaryDirectory() as name, watched() as seen, emulator(Path(name), LIMIT) as aws:
            # A copy: whoever builds meanwhile changes nothing here.
            build = Path(shutil.copytree(folder(HERE), Path(name, "build")))
            rehearse(aws, build, Path(name))
        _demand(not outside(seen), f"listened outside of the loopback: {outside(seen)}")
    except (RehearsalFailed, subprocess.TimeoutExpired) as failed:
        print(f"the rehearsal failed: {failed}", file=sys.stderr)
        return 1
    _say(f"rehearsed; sockets that listened: {len(seen)}, outside of the loopback: 0")
    return 0


if __name__ == "__main__":
    sys.exit(printing(main))
