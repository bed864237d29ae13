"""Ada, who has a password, and the clients that ask for tokens of hers."""

import pytest

from tests.oauth.fixtures import Fixtures
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)
