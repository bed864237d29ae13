"""The server as `make run` starts it for a newcomer: the demo, the embedded store, little configured."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from roster.settings import Settings
from tests.support.served import Served, served

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, with the price of a hash that a newcomer pays, and the name in Cloud Foundry v2's example."""
    real = Settings()
    cost = {
        "ARGON2_MEMORY_KIB": str(real.argon2_memory_kib),
        "ARGON2_ITERATIONS": str(real.argon2_iterations),
    }
    with served(tmp_path_factory.mktemp("demo"), HOSTS="example.org", **cost) as app:
        yield app


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line about a client that was run."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\nclient: {text}")

    return line
