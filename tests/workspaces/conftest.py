"""The scene of document 002."""

import pytest

from tests.api import Api
from tests.directory import Directory
from tests.workspaces.scene import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
