"""Against an authenticator of others: `oathtool`, of Debian's package of that name, in its own process."""

import shutil
import subprocess
from datetime import timedelta

import pytest

from roster.domain import User
from tests.factors.fixtures import FACTORS, Browser, challenge_in
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import SENTINEL

pytestmark = pytest.mark.real


def _code(api: Api, secret: str, seconds: int = 0) -> str:
    """What oathtool makes of a secret at the present moment of the tests, or so many seconds later."""
    program = shutil.which("oathtool")
    assert program is not None, "needs Debian's package oathtool"
    now = (api.clock() + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S UTC")
    command = [program, "--totp", "--base32", "--now", now, secret]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def test_its_codes_confirm_and_log_in(api: Api, ada: User) -> None:
    begun = api.post(f"{FACTORS}/totp", {"name": "oathtool"}, as_=ada).data
    path = f"{FACTORS}/totp/{begun['factorId']}/confirm"
    assert api.post(path, {"code": _code(api, begun["secret"])}, as_=ada).status == 200
    browser = Browser(api)
    challenge = challenge_in(browser.log_in())
    codes = [_code(api, begun["secret"], seconds) for seconds in (0, 60, 30)]
    assert [browser.prove(challenge, code).status for code in codes] == [401, 401, 200]
