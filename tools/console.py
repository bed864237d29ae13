"""Makes of the console's sources what is deployed: few files without comments, compressed (decision 0020).

`python -m tools.console FOLDER` writes them there; `make build` does. Without a folder it prints their sizes.
The sources follow rules (console/README.md) for which lines are enough: nothing here reads JavaScript.
"""

import argparse
import gzip
import hashlib
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import brotli

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "console"
MOST = 61_440
"""Bytes of all files together, compressed by brotli."""
START = "app.js"
ENGLISH, GERMAN = "texts/en.js", "texts/de.js"
FILES: Mapping[str, Sequence[str]] = {
    "de.js": (GERMAN,),
    START: ("*.js", "parts/*.js", "pages/*.js", ENGLISH),
}
"""The deployed scripts, and the modules that each is joined of: a module is of the first that fits.

One has all but the other language: in three, by area, they were a twentieth longer.
"""

_IMPORT = re.compile(r'import \{\s*([\w$]+(?:,\s*[\w$]+)*),?\s*\} from "(\.{1,2}/[\w./-]+)";\n')
_DYNAMIC = re.compile(r'\bimport\("(\.{1,2}/[\w./-]+)"\)')
_ODD = re.compile(r"(?m)^(import\b.*|export (?!async function|function|const|class).*)$")
_EXPORT = re.compile(r"(?m)^export (?:async function|function|const|class) ([\w$]+)")
_DECLARATION = re.compile(
    r"(?m)^(?:export )?(?:async function\*?|function\*?|class|const|let|var) ([\w$]+|[{\[][^=]*)"
)
_CAST = re.compile(r"/\*\* @\w+ [^*]*\*/ ?")
_BESIDE = re.compile(r"(?:^|[\s;,{}()\[\]])//|/\*")
_OPEN = re.compile(r"(?<=[{(\[,;])\n")
"""Where a line ends that says by its last character that no statement ends unsaid."""
_TEXT = r'[a-zA-Z_]\w*: "(?:[^"\\]|\\.)*",\s'
_AREA = re.compile(rf"([a-zA-Z_]\w*): \{{\s((?:{_TEXT})*)\}},\s")
_TEXTS = re.compile(rf"export const texts\w+ = \{{\s((?:{_AREA.pattern})*)\}};\s")
_LIKE_ENGLISH = """\
const textsInOrder = [%s];
const textsNamed = (names) => Object.fromEntries(names.map((name) => [name, textsInOrder.shift()]));
export const textsDe = Object.fromEntries(
Object.entries(textsEn).map(([area, texts]) => [area, textsNamed(Object.keys(texts))]));
"""


class BreaksARule(Exception):
    """A source is not as the rules have it; says which, and where."""


@dataclass(frozen=True, slots=True)
class Module:
    """A source without its comments and imports."""

    path: str
    body: str
    imports: Mapping[str, Sequence[str]]
    """The names that it takes of others, by their paths."""
    names: Sequence[str] = ()
    """What it declares at the top, exported or not."""

    @property
    def exports(self) -> list[str]:
        return _EXPORT.findall(self.body)


# Reading.


def read(folder: Path) -> dict[str, Module]:
    """The modules of a folder by their paths. Raises BreaksARule."""
    found = (
        _module(path.relative_to(folder).as_posix(), path.read_text("utf-8")) for path in folder.rglob("*.js")
    )
    modules = {module.path: module for module in sorted(found, key=lambda module: module.path)}
    for module in modules.values():
        for target, names in module.imports.items():
            if target not in modules:
                raise BreaksARule(f"{module.path}: there is no {target}")
            if lacking := {*names} - {*modules[target].exports}:
                raise BreaksARule(f"{module.path}: {target} exports no {', '.join(sorted(lacking))}")
    places: dict[str, list[str]] = {}
    for module in modules.values():
        for name in module.names:
            places.setdefault(name, []).append(module.path)
    if twice := [f"{name} ({', '.join(of)})" for name, of in places.items() if len(of) > 1]:
        raise BreaksARule(f"declared at the top of more than one module: {', '.join(twice)}")
    return modules


def _module(path: str, text: str) -> Module:
    names = [name for one in _DECLARATION.findall(text) for name in re.findall(r"[\w$]+", one)]
    text = without_comments(text)
    imports: dict[str, list[str]] = {}
    at = 0
    while found := _IMPORT.match(text, at):
        imports.setdefault(_resolved(path, found[2]), []).extend(re.findall(r"[\w$]+", found[1]))
        at = found.end()
    body = text[at:]
    if odd := _ODD.search(body):
        raise BreaksARule(f"{path}: an import or export of another form, or place: {odd[0]}")
    for line in body.splitlines():
        if line.count("`") % 2:
            raise BreaksARule(f"{path}: a template literal ends on another line: {line}")
        if _BESIDE.search(line):
            raise BreaksARule(f"{path}: a comment has no line of its own: {line}")
    return Module(path, body, imports, names)


def _resolved(path: str, target: str) -> str:
    """The path of what a module names by a relative one."""
    parts = list(PurePosixPath(path).parent.parts)
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def without_comments(text: str) -> str:
    """The text without blank lines, indentation, the comments that begin a line, and casts."""
    kept: list[str] = []
    within = False
    for line in text.splitlines():
        said = line.strip()
        if within or said.startswith("/*"):
            _, end, after = said.partition("*/")
            within = not end
            said = after.strip()
        if said and not said.startswith("//"):
            kept.append(_CAST.sub("", said))
    return "\n".join(kept) + "\n"


# Texts.


def texts(module: Module) -> dict[str, dict[str, str]]:
    """The literals of a language by area and name. Raises BreaksARule."""
    found = _TEXTS.fullmatch(module.body)
    if found is None:
        raise BreaksARule(f"{module.path}: it is not of areas, and in them texts by their names")
    areas: dict[str, dict[str, str]] = {}
    for area, inside in re.findall(_AREA, found[1]):
        pairs = [one.strip()[:-1].split(": ", 1) for one in re.findall(_TEXT, inside)]
        if area in areas or len(dict(pairs)) < len(pairs):
            raise BreaksARule(f"{module.path}: an area, or a name in it, is there twice: {area}")
        areas[area] = dict(pairs)
    return areas


def keys(areas: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The keys of texts, as a page asks for them."""
    return {f"{area}.{name}" for area, names in areas.items() for name in names}


def _like_english(german: Module, english: Module) -> Module:
    """The other language's texts by their order: the names are the English ones. Raises BreaksARule.

    It may have more in some areas: words of the API's, of which English shows the name itself.
    """
    named, said = texts(english), texts(german)
    if lacking := keys(named) - keys(said):
        raise BreaksARule(f"{GERMAN} lacks {', '.join(sorted(lacking))}")
    if areas := said.keys() - named.keys():
        raise BreaksARule(f"{ENGLISH} lacks {', '.join(sorted(areas))}")
    values = ",".join(said[area][name] for area, names in named.items() for name in names)
    body = _LIKE_ENGLISH % values
    for area, names in said.items():
        if more := [f"{name}:{text}" for name, text in names.items() if name not in named[area]]:
            body += f"Object.assign(textsDe.{area},{{{','.join(more)}}});\n"
    return replace(german, body=body, imports={ENGLISH: ("textsEn",)})


# Joining.


def file_of(path: str) -> str:
    """The deployed script that a module goes into. Raises BreaksARule where none takes it."""
    for name, patterns in FILES.items():
        for pattern in patterns:
            if path.count("/") == pattern.count("/") and PurePosixPath(path).match(pattern):
                return name
    raise BreaksARule(f"{path}: no script that is deployed takes it (tools/console.py)")


def joined(modules: Mapping[str, Module]) -> dict[str, str]:
    """The deployed scripts by their names. Raises BreaksARule."""
    if GERMAN in modules:
        modules = {**modules, GERMAN: _like_english(modules[GERMAN], modules[ENGLISH])}
    members: dict[str, list[Module]] = {}
    for path in _in_order(modules):
        members.setdefault(file_of(path), []).append(modules[path])
    return {name: _text(name, of, modules) for name, of in members.items()}


def _in_order(modules: Mapping[str, Module]) -> list[str]:
    """The paths, each after those that it imports; what starts the console is the last."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(path: str) -> None:
        if path not in seen:
            seen.add(path)
            for target in modules[path].imports:
                visit(target)
            order.append(path)

    for path in sorted(modules, key=lambda path: path == START):
        visit(path)
    return order


def _text(name: str, members: Sequence[Module], modules: Mapping[str, Module]) -> str:
    wanted: dict[str, set[str]] = {}
    for module in members:
        for target, names in module.imports.items():
            if file_of(target) != name:
                wanted.setdefault(file_of(target), set()).update(names)
    imports = (
        f'import{{{",".join(sorted(of))}}}from"./{target}";\n' for target, of in sorted(wanted.items())
    )
    return _OPEN.sub("", "".join([*imports, *(_led(module, modules) for module in members)]))


def _led(module: Module, modules: Mapping[str, Module]) -> str:
    """The module's body; what it imports later is of the deployed scripts. Raises BreaksARule."""

    def target(found: re.Match[str]) -> str:
        path = _resolved(module.path, found[1])
        if path not in modules:
            raise BreaksARule(f"{module.path}: there is no {path}")
        return f'import("./{file_of(path)}")'

    return _DYNAMIC.sub(target, module.body)


# Writing.


def made(folder: Path = SOURCES) -> dict[str, str]:
    """The deployed files' texts; the index names the others by their digest. Raises BreaksARule."""
    files = joined(read(folder))
    for path in folder.rglob("*"):
        if path.suffix in (".css", ".svg"):
            text = without_comments(path.read_text("utf-8"))
            files[path.relative_to(folder).as_posix()] = _OPEN.sub("", text)
    digest = digest_of(files)
    index = (folder / "index.html").read_text("utf-8")
    for name in files:
        index = index.replace(f'="{name}"', f'="/console/{digest}/{name}"')
    return {**files, "index.html": index}


def digest_of(files: Mapping[str, str]) -> str:
    """The name of the folder that these files are served in: what the function makes of them."""
    sums = (f"{name} {hashlib.sha256(text.encode()).hexdigest()}" for name, text in sorted(files.items()))
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:32]


def compressed(text: str) -> dict[str, bytes]:
    """A file under each coding, by what its name then ends with."""
    raw = text.encode()
    return {"": raw, ".br": brotli.compress(raw, quality=11), ".gz": gzip.compress(raw, 9, mtime=0)}


def write(target: Path, folder: Path = SOURCES) -> dict[str, tuple[int, ...]]:
    """Write the deployed files into a folder, in place of what it holds; their sizes. Raises BreaksARule."""
    files = {name: compressed(text) for name, text in made(folder).items()}
    shutil.rmtree(target, ignore_errors=True)
    for name, codings in files.items():
        for suffix, content in codings.items():
            path = target / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return {name: tuple(map(len, codings.values())) for name, codings in files.items()}


def sizes(folder: Path = SOURCES) -> dict[str, tuple[int, ...]]:
    """Bytes of each deployed file: as it is, by brotli, by gzip. Raises BreaksARule."""
    return {name: tuple(map(len, compressed(text).values())) for name, text in made(folder).items()}


def report(of: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """A table of sizes, with their sums."""
    total = tuple(map(sum, zip(*of.values(), strict=True)))
    for name, row in [("bytes", ("plain", "brotli", "gzip")), *sorted(of.items()), ("together", total)]:
        yield f"{name:<12}" + "".join(f"{one:>9}" for one in row)
    yield f"By brotli it may have {MOST}."


def main(arguments: Iterable[str] | None = None) -> int:
    """Write, or print the sizes. Returns the exit code: 1 for a broken rule, and where they are too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    try:
        of = sizes() if chosen.folder is None else write(chosen.folder)
    except BreaksARule as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    print("\n".join(report(of)))
    return int(sum(row[1] for row in of.values()) > MOST)


if __name__ == "__main__":
    sys.exit(main())
