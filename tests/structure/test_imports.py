"""Imports point one way, without a cycle; keys and the environment are read in one place each."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LAYER = ROOT / "layers/roster/roster"
FOLDERS = ("layers/roster", "functions", "local", "cli", "tools", "bench", "tests")
TREE = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
SOURCES = [path for path in TREE if LAYER in path.parents or ROOT / "functions" in path.parents]
HANDLERS = [path for path in TREE if ROOT / "functions" in path.parents]

# What a module of a level may import of ours: its own level and those before it. A longer name counts first.
LEVELS = [
    {
        "roster.base64url",
        "roster.bounds",
        "roster.clock",
        "roster.deferred",
        "roster.domain",
        "roster.errors",
        "roster.events",
        "roster.queues",
        "roster.security_log",
        "roster.settings",
    },
    {"roster.db"},
    {"roster.directory"},
    {"roster.queues"},
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


@cache
def parsed(source: Path) -> ast.Module:
    return ast.parse(source.read_text())


@cache
def imports(source: Path) -> frozenset[str]:
    """Every module of ours that the file imports, also inside functions and for types alone."""
    return frozenset(_imports(source))


def _imports(source: Path) -> Iterator[str]:
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in BELOW)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in BELOW:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [name for name in named if name in MODULES]
            yield from modules
            if len(modules) < len(named):
                yield node.module


# One test a rule: what it says of a file that breaks it is the file's name and what is wrong there.


def faults(found: Iterable[tuple[Path, object]]) -> list[str]:
    return [f"{name_of(source)}: {what}" for source, what in found]


def test_a_module_imports_only_its_own_level_and_those_below() -> None:
    def wrong(source: Path) -> Iterator[str]:
        name = name_of(source)
        own = len(LEVELS) if name == "roster" else level_of(name)
        if own is None:
            yield "a module without a level: give it one"
            return
        for module in imports(source):
            level = level_of(module)
            if level is None:
                yield f"{module} has no level"
            elif level > own:
                yield f"imports {module}"

    assert faults((source, what) for source in SOURCES for what in wrong(source)) == []


def test_a_folder_imports_what_stands_below_it() -> None:
    """Nothing that ships or that a user runs imports the tests."""

    def others(source: Path) -> set[str]:
        own = name_of(source).split(".")[0]
        return {module.split(".")[0] for module in imports(source)} - {own} - BELOW[own]

    assert len(TREE) > 400
    assert faults((source, found) for source in TREE if (found := others(source))) == []


def test_there_is_no_cycle() -> None:
    """Modules that import each other, also within functions, are one module in two files."""
    graph = {name: imports(source) & set(MODULES) for name, source in MODULES.items()}
    graph["roster"] = frozenset()  # which only prepares the packages that come with Lambda
    TopologicalSorter(graph).prepare()  # raises CycleError, with the cycle


def test_domain_errors_and_events_import_nothing_of_ours() -> None:
    for name in ("domain.py", "errors.py", "events.py"):
        assert not list(imports(LAYER / name))


def test_a_function_imports_no_sibling() -> None:
    def siblings(source: Path) -> set[str]:
        others = {path.stem for path in source.parent.glob("*.py")}
        tops = {module.split(".")[0] for module in imports(source)}
        return tops & (others | {"functions", "local", "cli", "tools", "tests"})

    assert faults((source, found) for source in HANDLERS if (found := siblings(source))) == []


def test_only_the_file_of_keys_spells_keys() -> None:
    def spelt(source: Path) -> Iterator[str]:
        tree = parsed(source)
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
        for node in texts:
            if isinstance(node.value, str) and re.search(r"[A-Z]#", node.value):
                yield f"a key is spelt: {node.value!r}"

    others = [source for source in SOURCES if source.name != "keys.py"]
    assert faults((source, what) for source in others for what in spelt(source)) == []


def test_only_the_settings_read_the_environment() -> None:
    def reads(source: Path) -> bool:
        text = source.read_text()
        return "os.environ" in text or "getenv" in text

    others = [source for source in SOURCES if source.name != "settings.py"]
    assert faults((source, "reads the environment") for source in others if reads(source)) == []


def test_a_handler_is_one_screen() -> None:
    def lines(source: Path) -> int:
        return len(source.read_text().splitlines())

    assert HANDLERS
    assert faults((source, f"{found} lines") for source in HANDLERS if (found := lines(source)) > 30) == []
