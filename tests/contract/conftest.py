"""Everybody, for the suites that cross all dialects."""

import pytest

from tests.contract.fixtures import World
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def world(api: Api, directory: Directory) -> World:
    return World.make(api, directory)
