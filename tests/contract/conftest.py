"""Everybody, for the suites that cross all dialects."""

import pytest

from tests.contract.fixtures import ContractFixtures
from tests.support.api import Api
from tests.support.directory import Directory


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> ContractFixtures:
    return ContractFixtures.make(api, directory)
