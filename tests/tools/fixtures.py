"""Copies of one whole directory, for tests that break it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.embedded import open_embedded
from local.sqlite_store import SqliteStore
from tests.tools import damage


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "roster.db"
    store = open_embedded(path)
    damage.whole(store)
    store.close()
    return path


@pytest.fixture
def whole(original: Path, tmp_path: Path) -> Iterator[SqliteStore]:
    """A directory with an item of every kind."""
    path = tmp_path / "copy.db"
    shutil.copy(original, path)
    store = open_embedded(path)
    yield store
    store.close()
