"""Imports point one way, keys are spelt in one file, the environment is read in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LAYER = ROOT / "layers/roster/roster"
SOURCES = sorted([*LAYER.rglob("*.py"), *(ROOT / "functions").rglob("*.py")])

# What a module of a level may import of ours: its own level and those before it.
LEVELS = [
    {"roster.bounds", "roster.deferred", "roster.errors", "roster.events", "roster.domain", "roster.clock"},
    {
        "roster.settings",
        "roster.directory.emails",
        "roster.auth.passwords",
        "roster.auth.credentials",
        "roster.http.strict_form",
        "roster.http.strict_json",
        "roster.http.cursors",
        "roster.auth.device_cookies",
        "roster.security_log",
        "roster.http.log_formatter",
    },
    {"roster.table"},
    {
        "roster.auth.authentication",
        "roster.auth.issuers",
        "roster.auth.key_sets",
        "roster.auth.token_endpoint",
        "roster.auth.login",
        "roster.http.request",
        "roster.auth.secrets",
        "roster.http.source_address",
        "roster.dependencies",
    },
    {"roster.http.handler"},
    {"roster.dialects"},
    {"functions"},
]


def name_of(source: Path) -> str:
    base = ROOT if ROOT / "functions" in source.parents else LAYER.parent
    return ".".join(source.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def level_of(module: str) -> int | None:
    for level, names in enumerate(LEVELS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return level
    return None


def imports(source: Path) -> Iterator[str]:
    """Every module of ours that the file imports, also inside functions."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module in ("roster", "roster.table"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_module_imports_only_its_own_level_and_those_below(source: Path) -> None:
    own = level_of(name_of(source))
    if name_of(source) in ("roster", "roster.dialects"):
        own = len(LEVELS)
    assert own is not None, "a module without a level: give it one"
    for module in imports(source):
        if module.split(".")[0] in ("roster", "functions"):
            level = level_of(module)
            assert level is not None, f"{module} has no level"
            assert level <= own, f"{name_of(source)} imports {module}"


def test_model_errors_and_events_import_nothing_of_ours() -> None:
    for name in ("model.py", "errors.py", "events.py"):
        assert not [module for module in imports(LAYER / name) if module.startswith("roster")]


@pytest.mark.parametrize("source", sorted((ROOT / "functions").rglob("*.py")), ids=name_of)
def test_a_function_imports_no_sibling(source: Path) -> None:
    siblings = {path.stem for path in source.parent.glob("*.py")}
    tops = {module.split(".")[0] for module in imports(source)}
    assert not tops & (siblings | {"functions", "local", "tools", "tests"})


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_only_the_file_of_keys_spells_keys(source: Path) -> None:
    if source.name == "keys.py":
        return
    tree = ast.parse(source.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            assert re.search(r"[A-Z]#", node.value) is None, f"a key is spelt: {node.value!r}"


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_only_the_settings_read_the_environment(source: Path) -> None:
    text = source.read_text()
    if source.name != "settings.py":
        assert "os.environ" not in text
        assert "getenv" not in text


@pytest.mark.parametrize("source", sorted((ROOT / "functions").rglob("*.py")), ids=name_of)
def test_a_handler_is_one_screen(source: Path) -> None:
    assert len(source.read_text().splitlines()) <= 30
