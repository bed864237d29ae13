"""Everybody in every role, to be imitated by nonsense."""

import pytest

from tests.api import Api
from tests.contract.world import World
from tests.directory import Directory


@pytest.fixture
def world(api: Api, directory: Directory) -> World:
    return World.make(api, directory)
