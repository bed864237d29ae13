"""Imports point one way, without a cycle; keys and the environment are read in one place each."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LAYER = ROOT / "layers/roster/roster"
FOLDERS = ("layers/roster", "functions", "local", "cli", "tools", "bench", "tests")
TREE = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
SOURCES = [path for path in TREE if LAYER in path.parents or ROOT / "functions" in path.parents]

# What a module of a level may import of ours: its own level and those before it. A longer name counts first.
LEVELS = [
    {
        "roster.bounds",
        "roster.clock",
        "roster.deferred",
        "roster.domain",
        "roster.errors",
        "roster.events",
        "roster.security_log",
        "roster.settings",
    },
    {"roster.db"},
    {"roster.directory"},
    {"roster.auth", "roster.http", "roster.dependencies"},
    {"roster.http.handler"},
    {"roster.dialects"},
    {"functions"},
]
# What the folders beside the layer may import of ours, beside their own modules.
BELOW = {
    "roster": set[str](),
    "functions": {"roster"},
    "local": {"roster"},
    "cli": {"roster", "local"},
    "tools": {"roster", "functions", "local", "cli"},
    "bench": {"roster", "functions", "local", "cli", "tools", "tests"},
    "tests": {"roster", "functions", "local", "cli", "tools", "bench"},
}


def name_of(source: Path) -> str:
    base = LAYER.parent if LAYER in source.parents else ROOT
    return ".".join(source.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(source): source for source in TREE}


def level_of(module: str) -> int | None:
    """The level of the longest name that the module is, or is below."""
    found = [
        (len(name), level)
        for level, names in enumerate(LEVELS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    return max(found)[1] if found else None


def imports(source: Path) -> Iterator[str]:
    """Every module of ours that the file imports, also inside functions and for types alone."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in BELOW)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in BELOW:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [name for name in named if name in MODULES]
            yield from modules
            if len(modules) < len(named):
                yield node.module


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_module_imports_only_its_own_level_and_those_below(source: Path) -> None:
    name = name_of(source)
    own = len(LEVELS) if name == "roster" else level_of(name)
    assert own is not None, "a module without a level: give it one"
    for module in imports(source):
        level = level_of(module)
        assert level is not None, f"{module} has no level"
        assert level <= own, f"{name} imports {module}"


@pytest.mark.parametrize("source", TREE, ids=name_of)
def test_a_folder_imports_what_stands_below_it(source: Path) -> None:
    """Nothing that ships or that a user runs imports the tests."""
    own = name_of(source).split(".")[0]
    others = {module.split(".")[0] for module in imports(source)} - {own}
    assert others <= BELOW[own]


def test_there_is_no_cycle() -> None:
    """Modules that import each other, also within functions, are one module in two files."""
    graph = {name: set(imports(source)) & set(MODULES) for name, source in MODULES.items()}
    graph["roster"] = set()  # which only prepares the packages that come with Lambda
    TopologicalSorter(graph).prepare()  # raises CycleError, with the cycle


def test_domain_errors_and_events_import_nothing_of_ours() -> None:
    for name in ("domain.py", "errors.py", "events.py"):
        assert not list(imports(LAYER / name))


@pytest.mark.parametrize("source", sorted((ROOT / "functions").rglob("*.py")), ids=name_of)
def test_a_function_imports_no_sibling(source: Path) -> None:
    siblings = {path.stem for path in source.parent.glob("*.py")}
    tops = {module.split(".")[0] for module in imports(source)}
    assert not tops & (siblings | {"functions", "local", "cli", "tools", "tests"})


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
