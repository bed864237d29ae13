"""The scene of document 000."""

import pytest

from tests.api import Api
from tests.directory import Directory
from tests.user_space.scene import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
