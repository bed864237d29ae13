"""The data that the Testmo API's tests stand on."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.testmo.fixtures import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
