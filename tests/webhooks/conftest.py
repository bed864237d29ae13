"""What the tests of webhooks stand on."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)
