"""The account of a whole run: every status that the contracts list was produced by some test of some worker.

It comes after the last test, as a failure of `statuses.toml`; a run of a part, or one that failed, owes none.
"""

from typing import Any

import pytest

from tests.contract import recorder

ACCOUNT = "tests/contract/statuses.toml::every_listed_status_was_produced"
_NARROWING = ("collectonly", "keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise")


def is_whole(config: pytest.Config) -> bool:
    """Whether the run was asked for all that plain `pytest` runs."""
    narrowed = any(config.getoption(name, None) for name in _NARROWING)
    return config.args == ["tests"] and config.option.markexpr == "not real" and not narrowed


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A worker hands over what it saw; the process that reports to the user draws the account."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["statuses"] = sorted(recorder.SEEN)
    elif is_whole(session.config) and exitstatus == pytest.ExitCode.OK:
        missing = sorted(recorder.LISTED - recorder.SEEN)
        if missing:
            text = "\n".join(f"{route}: no test got a {status}" for route, status in missing)
            fail(session, ACCOUNT, text)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """The controller takes what a worker hands over; a worker that crashed hands over nothing."""
    recorder.SEEN.update(
        (route, status) for route, status in getattr(node, "workeroutput", {}).get("statuses", ())
    )


def fail(session: pytest.Session, account: str, text: str) -> None:
    """Let the run end as with a failed test: in its summary, its closing line and its exit code."""
    place = (account.partition("::")[0], None, account)
    report = pytest.TestReport(account, place, {}, "failed", text, "call", duration=0.0)
    session.config.hook.pytest_runtest_logreport(report=report)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED
