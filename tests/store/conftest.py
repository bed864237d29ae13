"""A test that an engine cannot pass is not collected for it; the class of its suite says which, and why."""

import pytest

from tests.store.contract import Contract


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if _is_served(item)]


def _is_served(item: pytest.Item) -> bool:
    engine = getattr(item, "cls", None)
    return engine is None or not issubclass(engine, Contract) or engine.serves(item.name)
