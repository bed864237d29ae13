"""The data that the tests of spaces stand on."""

import pytest

from tests.spaces.fixtures import SpaceFixtures
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> SpaceFixtures:
    return SpaceFixtures.set(api, directory)
