"""Digits of other alphabets, and line ends that `$` forgives: the layer's patterns let neither through."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYER = Path(__file__).parents[2] / "layers/roster/roster"
MODULES = sorted(LAYER.rglob("*.py"))
OF_THE_TABLE = ("list_tree.py", "transport.py")  # which read what Roster or botocore wrote


def _calls(module: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls of a method or a module's function, by its last name."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


@pytest.mark.row("P-08", "item-22")
@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(LAYER)))
def test_a_digit_is_one_of_ten(module: Path) -> None:
    for name, call in _calls(module):
        assert name not in ("isdigit", "isnumeric", "isdecimal") or module.name in OF_THE_TABLE, call.lineno
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "re":
            pattern, flags = ast.unparse(call.args[0]), ast.unparse(call)
            is_open = any(kind in pattern for kind in (r"\d", r"\w", r"\b"))
            assert not is_open or "re.ASCII" in flags, call.lineno


@pytest.mark.row("item-22")
@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(LAYER)))
def test_a_pattern_of_the_whole_is_matched_as_a_whole(module: Path) -> None:
    """`$` also matches before a last line end: patterns with it are pydantic's, whose `$` is the very end.

    In a set of characters it is one of them.
    """
    for name, call in _calls(module):
        if name in ("match", "search", "compile", "fullmatch") and ast.unparse(call.func).startswith("re."):
            assert "$" not in re.sub(r"\[(\\.|[^\]\\])+\]", "", ast.unparse(call.args[0])), call.lineno
