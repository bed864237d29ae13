"""The account of the template's grants: in a whole run, each function used all of its role's.

It comes after the last test, as a failure of `template.yaml`; a run of a part, or one that failed, owes none.
"""

from typing import Any

import pytest

from tests.contract import account
from tests.support import tally
from tests.support.guard import Grant, template_guard


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A worker hands over what it saw; the process that reports to the user draws the account."""
    output = getattr(session.config, "workeroutput", None)
    guard = template_guard()
    if output is not None:
        output["grants"] = [sorted((function, *grant) for function, grant in guard.used), dict(guard.asked)]
    elif account.is_whole(session.config) and exitstatus == pytest.ExitCode.OK:
        tally.say("least privilege", guard.report())
        lines = [
            f"{function} never used {one.action} on {one.resource}, which its role grants"
            for function, one in guard.unused()
        ]
        if lines:
            account.fail(session, "template.yaml::every_grant_was_used", "\n".join(lines))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """The controller takes what a worker hands over; a worker that crashed hands over nothing."""
    used, asked = getattr(node, "workeroutput", {}).get("grants", [(), {}])
    template_guard().used.update((function, Grant(*grant)) for function, *grant in used)
    template_guard().asked.update(asked)
