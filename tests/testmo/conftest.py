"""The scene of document 003."""

import pytest

from tests.api import Api
from tests.directory import Directory
from tests.testmo.scene import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
