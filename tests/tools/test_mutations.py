"""`make mutations`: every guard is where the tool looks for it, and what is no proof is told from one."""

from pathlib import Path

import pytest

from tools import mutations
from tools.guards import GUARDS, Guard
from tools.mutations import ROOT, Useless

SOURCE = "def allowed(user):\n    return user == 'root'\n"
PASSES = "from app import allowed\n\n\ndef test_root():\n    assert allowed('root')\n"
NOTICES = PASSES + "\n\ndef test_nobody():\n    assert not allowed('nobody')\n"


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_in_its_file_and_its_tests_are_there(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text("utf-8").count(guard.text) == 1
    for test in guard.tests:
        file, _, function = test.partition("::")
        text = "" if (ROOT / file).is_dir() else (ROOT / file).read_text("utf-8")
        assert f"def {function}(" in text or not function


def test_the_guards_have_names_of_their_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) >= 80


@pytest.mark.parametrize("row", [f"FS-0{number}" for number in (1, 2, 3, 4, 5, 7, 8, 9)])
def test_a_severe_fault_has_a_guard(row: str) -> None:  # FS-06 is a document
    assert any(guard.name.startswith(row) for guard in GUARDS)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(SOURCE)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    return tmp_path


def guard(test: str, text: str = "user == 'root'") -> Guard:
    return Guard("root alone", "app.py", text, "True", (test,))


def test_the_test_that_notices_is_named_and_the_guard_stands_again(tree: Path) -> None:
    (tree / "test_house.py").write_text(NOTICES)
    assert mutations._caught(tree, guard("test_house.py")) == "test_house.py::test_nobody"
    assert (tree / "app.py").read_text() == SOURCE


def test_a_guard_that_no_test_misses_is_told(tree: Path) -> None:
    (tree / "test_house.py").write_text(PASSES)
    assert mutations._caught(tree, guard("test_house.py")) is None


@pytest.mark.parametrize(
    ("test", "text", "why"),
    [
        ("test_house.py", "user == 'nobody'", "0 times"),
        ("test_elsewhere.py", "user == 'root'", "there is no test_elsewhere.py"),
        ("test_broken.py", "user == 'root'", "do not run"),
    ],
)
def test_what_proves_nothing_is_an_error(tree: Path, test: str, text: str, why: str) -> None:
    (tree / "test_house.py").write_text(NOTICES)
    (tree / "test_broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(Useless, match=why):
        mutations._caught(tree, guard(test, text))


def test_a_test_that_fails_with_the_guard_too_proves_nothing(tree: Path) -> None:
    (tree / "test_house.py").write_text(NOTICES)
    (tree / "test_red.py").write_text("def test_red():\n    assert False\n")
    caught = {"root alone": "test_house.py::test_nobody", "red": "test_red.py::test_red"}
    assert mutations._red(tree, caught) == {"red": "test_red.py::test_red"}
    assert mutations._red(tree, {}) == {}
