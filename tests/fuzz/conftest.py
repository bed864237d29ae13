"""Everybody in every role, to be imitated by nonsense."""

import pytest

from tests.contract.fixtures import World
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def world(api: Api, directory: Directory) -> World:
    return World.make(api, directory)
