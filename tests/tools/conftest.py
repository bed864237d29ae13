"""The records' fixtures: an empty directory."""

from pathlib import Path

import pytest

from roster.db.store import Store
from tests.tools.support import Records


@pytest.fixture
def records(bare_store: Store, tmp_path: Path) -> Records:
    return Records(bare_store, tmp_path)
