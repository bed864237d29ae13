"""The data that the Workspace profile's tests stand on."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspace_profile.fixtures import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
