"""Switches named guards off, one at a time, in a copy of the tree, and demands that a test fails for each.

Run as `python -m tools.mutations [NAME...]`, in the tests' environment. Prints a table; the exit code is 1
where a mutation survives, and where a guard cannot be judged: its text is not found, or its tests do not
run, or fail without it being touched.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.output import printing

ROOT = Path(__file__).parent.parent
LAYER = "layers/roster/roster"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".tools", ".aws-sam*", ".*_cache", "__pycache__", "node_modules"
)
SECONDS = 300  # for the tests of one guard, on a machine that is busy


@dataclass(frozen=True)
class Guard:
    """A guard: where it stands, what takes it away, and the tests of which one must fail then."""

    name: str
    file: str
    text: str
    without: str
    tests: Sequence[str]


GUARDS = (
    Guard(
        "audience of a token",
        f"{LAYER}/auth/issuers.py",
        'if not _audiences(payload.get("aud")) & issuer.audiences:',
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "type of a token",  # FS-16
        f"{LAYER}/auth/issuers.py",
        'if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:',
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "kind that a token's claims say",  # FS-16
        f"{LAYER}/auth/issuers.py",
        "if not isinstance(kind, str) or kind.lower() not in kinds:",
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "client_id names nobody by itself",  # FS-16
        f"{LAYER}/auth/issuers.py",
        '_strings(entry, "userClaims", where) or ("user_id",),',
        '_strings(entry, "userClaims", where) or ("user_id", "client_id"),',
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "second of a password's change",  # FB-05
        f"{LAYER}/auth/authentication.py",
        "issued_at <= moment(user.session_version_at).timestamp()",
        "issued_at < moment(user.session_version_at).timestamp()",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "from what to what in the audit",  # FS-17
        f"{LAYER}/db/transactions.py",
        "details[side] = shown",
        "pass",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "states alone in the audit",  # FS-17
        f"{LAYER}/db/transactions.py",
        "for name in event.states if",
        "for name in {**before, **after} if",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "caller's address in the log",  # FS-17
        f"{LAYER}/security_log.py",
        '"source_ip": source_ip}',
        "}",
        ("tests/workspaces/test_security_log.py",),
    ),
    Guard(
        "last platform ADMIN",
        f"{LAYER}/directory/users.py",
        'add={"count": -1}, condition=AtLeast("count", 2)',
        'add={"count": -1}',
        ("tests/workspaces/test_delete_user.py", "tests/workspaces/test_update_user.py"),
    ),
    Guard(
        "origin of a browser's write",
        f"{LAYER}/dialects/workspaces/api.py",
        "if origin is not None and origin not in settings().allowed_origins:",
        "if False:",
        ("tests/workspaces/test_browser.py",),
    ),
    Guard(
        "same user in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/visibility.py",
        "return user_id == self.user_id or bool(self.scopes & _ANYBODY)",
        "return True",
        ("tests/cloud_foundry",),
    ),
    Guard(
        "spaces named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "{guid: each for guid, each in spaces.items() if self.visibility.sees(each, evidence)},",
        "spaces,",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "organizations named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "{guid: each for guid, each in workspaces.items() if self.visibility.sees(each, evidence)},",
        "workspaces,",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "cost of users named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "whole = [guid for guid in named if self.visibility.sees_all or guid == self.visibility.user_id]",
        "whole = named",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "cost of what is hidden in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "list(asked | spare)[: max(len(asked), len(spare))]",
        "list(asked)",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "bound of conditions in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "if self.left < 0:",
        "if False:",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "conditions given again in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/query_string.py",
        "different = tuple(dict.fromkeys(found))",
        "different = found",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "what is inlined in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/inlining.py",
        'return node.kind == "organization" or (node.kind == "user" and node.id != self.visibility.user_id)',
        "return False",
        ("tests/cloud_foundry/test_inlining.py",),
    ),
    Guard(
        "membership in User Space",
        f"{LAYER}/dialects/user_space/api.py",
        "if project.workspace_id != workspace.id or not (user.is_admin or membership):",
        "if project.workspace_id != workspace.id:",
        (
            "tests/user_space/test_get_org.py",
            "tests/user_space/test_identity.py",
            "tests/contract/test_matrix.py",
        ),
    ),
    Guard(
        "lockout",
        f"{LAYER}/auth/login_throttle.py",
        "if until > moment:",
        "if False:",
        ("tests/session/test_lockout.py",),
    ),
    Guard(
        "failures by source",
        f"{LAYER}/auth/source_failures.py",
        "return type(count) is int and count >= LIMIT",
        "return False",
        ("tests/session/test_source_throttle.py",),
    ),
    Guard(
        "source chosen by the client",
        f"{LAYER}/http/source_address.py",
        'hops = request.headers.get("x-forwarded-for", "").rsplit(",", proxies + 1)[-(proxies + 1) :]',
        'hops = request.headers.get("x-forwarded-for", "").split(",")[:proxies]',
        ("tests/unit/test_source_address.py",),
    ),
    Guard(
        "MAC of a device cookie",
        f"{LAYER}/auth/device_cookies.py",
        "if not any(matches):",
        "if False:",
        ("tests/session/test_device_cookie.py",),
    ),
    Guard(
        "session version of a device cookie",
        f"{LAYER}/auth/login.py",
        " or user.session_version != device.session_version",
        "",
        ("tests/session/test_device_cookie.py",),
    ),
    Guard(
        "guesses of a client's secret",
        f"{LAYER}/auth/token_endpoint.py",
        "if not over and proves and item is not None and not login_throttle.waits(seen, at):",
        "if not over and proves and item is not None:",
        ("tests/oauth/test_guesses.py",),
    ),
    Guard(
        "source of a client's guesses",
        f"{LAYER}/auth/token_endpoint.py",
        "if not over and proves and item is not None and",
        "if proves and item is not None and",
        ("tests/oauth/test_guesses.py",),
    ),
    Guard(
        "tombstone of a user",
        f"{LAYER}/directory/users.py",
        'return None if found is None or "deleted_at" in found else entity(User, found)',
        "return None if found is None else entity(User, found)",
        ("tests/workspaces/test_delete_user.py", "tests/contract/test_withdrawal.py"),
    ),
    Guard(
        "If-Match",
        f"{LAYER}/dialects/workspaces/api.py",
        "if revision is None or _tag(revision) not in tags:",
        "if False:",
        ("tests/workspaces/test_etag.py",),
    ),
    Guard(
        "body under an Idempotency-Key",
        f"{LAYER}/db/idempotency.py",
        'if not hmac.compare_digest(str(found.get("mac")), question.mac):',
        "if False:",
        ("tests/workspaces/test_idempotency.py",),
    ),
    Guard(
        "switch for tokens in the query",
        f"{LAYER}/dialects/workspace_profile/api.py",
        " or not settings().access_token_in_query",
        "",
        ("tests/workspace_profile/test_get_profile.py",),
    ),
    Guard(
        "seal of a cursor",
        f"{LAYER}/http/cursors.py",
        "if not any(hmac.compare_digest(mac, _mac(key, about, body)) for key in keys):",
        "if False:",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "score of a password",
        f"{LAYER}/auth/passwords.py",
        "if _score(password, own) < LOWEST_SCORE:",
        "if False:",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "score for who knows the person",
        f"{LAYER}/auth/passwords.py",
        "user_inputs=[part[: len(start)] for part in own]",
        "user_inputs=[]",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "own name as a password",
        f"{LAYER}/auth/login.py",
        'passwords.demand_fit("newPassword", new, user)',
        "pass",
        ("tests/session/test_change_password.py",),
    ),
    Guard(
        "cost of a score",
        f"{LAYER}/auth/passwords.py",
        "if len(seen) > SCORED_SUBSTITUTES:",
        "if False:",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "one's own password",
        f"{LAYER}/dialects/workspaces/api.py",
        "if user.id == call.user.id:",
        "if False:",
        ("tests/workspaces/test_update_user.py",),
    ),
    Guard(
        "length of a client's secret",
        "cli/records/shapes.py",
        "return text and _secret(text)",
        "return text",
        ("tests/tools/test_records.py",),
    ),
    Guard(
        "length of a gateway's secret",
        f"{LAYER}/auth/secrets.py",
        "if reason := credentials.flaw(each):",
        "if reason := None:",
        ("tests/unit/test_secrets.py",),
    ),
    Guard(
        "length of a gateway's secret at home",
        "local/server.py",
        "(reason := credentials.flaw(secret))",
        "(reason := None)",
        ("tests/local/test_server.py",),
    ),
)


class Useless(Exception):
    """A guard that this tool cannot judge, and why."""


def main(names: Sequence[str]) -> int:
    """Judge the guards of these names, or all; the exit code."""
    guards = [guard for guard in GUARDS if not names or guard.name in names]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(_judge, guards))
    for guard, (holds, said) in zip(guards, verdicts, strict=True):
        print(f"{guard.name:<32} {said}" if holds else f"{guard.name:<32} NOT PROVED: {said}")
    return 0 if verdicts and all(holds for holds, _ in verdicts) else 1


def _judge(guard: Guard) -> tuple[bool, str]:
    """Whether a test fails without the guard, in a copy of the tree of its own; which one, or why not."""
    with tempfile.TemporaryDirectory(prefix="roster-mutation-") as folder:
        tree = Path(shutil.copytree(ROOT, Path(folder) / "tree", ignore=LEFT_OUT))
        try:
            caught = _caught(tree, guard)
        except (Useless, subprocess.TimeoutExpired) as error:
            return False, str(error)
    return (True, caught) if caught else (False, "it can be taken away and all tests pass")


def _caught(tree: Path, guard: Guard) -> str | None:
    """The first test that fails without the guard, and passes with it; None where all pass."""
    with _mutated(tree / guard.file, guard.text, guard.without):
        caught = _first_failure(tree, guard.tests)
    if caught is not None and _first_failure(tree, [caught]) is not None:
        raise Useless(f"{caught} fails with the guard too")
    return caught


@contextmanager
def _mutated(path: Path, text: str, without: str) -> Iterator[None]:
    """The file with one place changed, as long as the block lasts."""
    if not path.exists():
        raise Useless(f"there is no {path.name}")
    whole = path.read_text("utf-8")
    if whole.count(text) != 1:
        raise Useless(f"{path.name} has the guard's text {whole.count(text)} times")
    path.write_text(whole.replace(text, without), "utf-8")
    try:
        yield
    finally:
        path.write_text(whole, "utf-8")


def _first_failure(tree: Path, tests: Sequence[str]) -> str | None:
    """The name of the first test that fails; None where all pass. Raises Useless where they cannot run."""
    missing = [test for test in tests if not (tree / test.partition("::")[0]).exists()]
    if missing:
        raise Useless(f"there is no {missing[0]}")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-rf", "--tb=no", "-p", "no:cacheprovider"]
    # A file changed twice within a second would be taken from the bytecode of before.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(  # noqa: S603 - our own tests
        [*command, *tests],
        cwd=tree,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if ran.returncode == 0:
        return None
    failure = re.search(r"^FAILED (.+?)( - .*)?$", ran.stdout, re.MULTILINE)
    if ran.returncode != 1 or failure is None:
        raise Useless(f"the tests do not run: {ran.stdout[-300:]}")
    return failure[1]


if __name__ == "__main__":
    sys.exit(printing(lambda: main(sys.argv[1:])))
