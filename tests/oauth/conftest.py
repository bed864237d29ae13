"""Ada, who has a password, and the clients that ask for tokens of hers."""

import pytest

from tests.oauth.fixtures import Scene
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def scene(api: Api, directory: Directory) -> Scene:
    return Scene.set(api, directory)
