"""Ada, who has a password, and the clients that ask for tokens of hers."""

import pytest

from tests.api import Api
from tests.directory import Directory
from tests.oauth.scene import Scene


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
