"""The scene of document 004."""

import pytest

from tests.api import Api
from tests.directory import Directory
from tests.workspace_profile.scene import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
