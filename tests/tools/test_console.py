"""What a build makes of the console's sources: few files, of small size, that say the same."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import brotli
import pytest

from roster.dialects.site.console import Edition
from tools import console
from tools.console import BreaksARule

INDEX = '<link href="style.css"><a href="#/">Roster</a><script type="module" src="app.js"></script>'
SOURCES = {
    "index.html": INDEX,
    "style.css": "/* Colours,\n   first. */\nh1 {\n  margin: 0;\n}\n",
    "app.js": (
        "// The start.\n"
        'import { h } from "./render.js";\n'
        'import {\n  textsEn,\n} from "./texts/en.js";\n'
        "\n"
        "/**\n * Every page.\n * @type {Route[]}\n */\n"
        "const ROUTES = [\n"
        '  { path: "/users", load: () => import("./pages/users.js").then((m) => m.usersPage) },\n'
        '  { path: "/", load: () => import("./pages/account.js").then((m) => m.accountPage) },\n'
        "];\n"
        'const german = () => import("./texts/de.js");\n'
        "h(ROUTES, textsEn, german);\n"
    ),
    "render.js": (
        "/** A node. @param {any} what */\n"
        "export function h(what, ...more) {\n"
        "  const node = /** @type {HTMLElement} */ (what);\n"
        "  return [`https://${node}`, more];\n"
        "}\n"
    ),
    "parts/list.js": 'import { h } from "../render.js";\nexport const list = () => h(1);\n',
    "pages/users.js": (
        'import { list } from "../parts/list.js";\n'
        'import { userName } from "./names.js";\n'
        "export async function usersPage() {\n  return list(userName);\n}\n"
    ),
    "pages/names.js": 'export const userName = "Ada";\n',
    "pages/account.js": (
        'import { h } from "../render.js";\n'
        'import { userName } from "./names.js";\n'
        "export function accountPage() {\n  return h(userName);\n}\n"
    ),
    "texts/en.js": (
        "// English.\nexport const textsEn = {\n"
        '  core: {\n    // The shell.\n    save: "Save", end: "End \\"it\\": now",\n  },\n'
        '  users: {\n    title: "Users",\n  },\n};\n'
    ),
    "texts/de.js": (
        "export const textsDe = {\n"
        '  users: {\n    title: "Benutzer",\n  },\n'
        '  core: {\n    end: "Beenden, „jetzt“",\n    save: "Speichern", ended: "beendet",\n  },\n};\n'
    ),
    "README.md": "Rules.\n",
    "types.d.ts": "interface Route {}\n",
}


def written(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    """A folder of sources; a text that is empty is left out."""
    for name, text in {**SOURCES, **(changed or {})}.items():
        if text:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    return folder


def test_modules_are_joined_after_those_that_they_import(tmp_path: Path) -> None:
    assert console.made(written(tmp_path))["app.js"] == (
        "export function h(what, ...more) {const node = (what);return [`https://${node}`, more];}\n"
        'export const userName = "Ada";'
        "export function accountPage() {return h(userName);}\n"
        "export const list = () => h(1);"
        "export async function usersPage() {return list(userName);}\n"
        'export const textsEn = {core: {save: "Save", end: "End \\"it\\": now",},users: {title: "Users",},};'
        'const ROUTES = [{ path: "/users", load: () => import("./app.js").then((m) => m.usersPage) },'
        '{ path: "/", load: () => import("./app.js").then((m) => m.accountPage) },];'
        'const german = () => import("./de.js");'
        "h(ROUTES, textsEn, german);"
    )


def test_the_other_language_is_in_the_order_of_the_english_names(tmp_path: Path) -> None:
    german = console.made(written(tmp_path))["de.js"]
    assert german.startswith(
        'import{textsEn}from"./app.js";'
        'const textsInOrder = ["Speichern","Beenden, „jetzt“","Benutzer"];const textsNamed'
    )
    assert german.endswith('Object.assign(textsDe.core,{ended:"beendet"});')


def test_styles_lose_their_comments_and_the_index_names_the_folder(tmp_path: Path) -> None:
    made = console.made(written(tmp_path))
    assert made["style.css"] == "h1 {margin: 0;}\n"
    digest = console.digest_of({name: text for name, text in made.items() if name != "index.html"})
    assert made["index.html"] == INDEX.replace("style.css", f"/console/{digest}/style.css").replace(
        "app.js", f"/console/{digest}/app.js"
    )
    assert sorted(made) == ["app.js", "de.js", "index.html", "style.css"]


def test_what_is_written_is_what_the_function_serves(tmp_path: Path) -> None:
    target = tmp_path / "files"
    (target / "old").mkdir(parents=True)
    (target / "old/app.js").write_text("of the build before")
    sources = written(tmp_path / "sources")
    of = console.write(target, sources)
    made = console.made(sources)
    edition = Edition.of(target)
    assert f'"/console/{edition.digest}/app.js"' in made["index.html"]
    assert {name: file.body.decode() for name, file in edition.files.items()} == made
    for name, file in edition.files.items():
        assert list(file.packed) == ["br", "gzip"]
        assert brotli.decompress(file.packed["br"]) == file.body
        assert gzip.decompress(file.packed["gzip"]) == file.body
        assert of[name] == (len(file.body), len(file.packed["br"]), len(file.packed["gzip"]))


def test_the_same_sources_make_the_same_bytes(tmp_path: Path) -> None:
    sources = written(tmp_path / "sources")
    for target in ("one", "two"):
        console.write(tmp_path / target, sources)
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pages/a.js", 'import list from "../parts/list.js";\n', "import list from"),
        ("pages/a.js", 'import * as all from "../parts/list.js";\n', "import \\* as all"),
        ("pages/a.js", 'import { list as all } from "../parts/list.js";\n', "import { list as all }"),
        ("pages/a.js", 'import { list } from "https://cdn.example/list.js";\n', "cdn.example"),
        ("pages/a.js", 'const a = 1;\nimport { list } from "../parts/list.js";\n', "import { list }"),
        ("pages/a.js", 'import "../parts/list.js";\n', "import"),
        ("pages/a.js", "const a = 1;\nexport default a;\n", "export default"),
        ("pages/a.js", "const a = 1;\nexport { a };\n", "export { a }"),
        ("pages/a.js", 'export * from "../parts/list.js";\n', "export \\*"),
        ("pages/a.js", "export let a = 1;\n", "export let"),
        ("pages/a.js", 'import { list } from "../parts/none.js";\n', "no parts/none.js"),
        ("pages/a.js", 'import { none } from "../parts/list.js";\n', "exports no none"),
        ("pages/a.js", 'export const a = () => import("./none.js");\n', "no pages/none.js"),
        ("pages/a.js", "const list = 1;\n", "more than one module: list"),
        ("pages/a.js", "const { usersPage, b } = window;\n", "more than one module: usersPage"),
        ("pages/a.js", "const a = 1; // one\n", "no line of its own"),
        ("pages/a.js", "const a = /* one */ 1;\n", "no line of its own"),
        ("pages/a.js", "const a = `one\n  two`;\n", "another line"),
        ("other/a.js", "const a = 1;\n", "no script that is deployed takes it"),
        (
            "texts/de.js",
            'export const textsDe = {\n  core: {\n    save: "x",\n  },\n};\n',
            "lacks core.end, users.title",
        ),
        (
            "texts/de.js",
            SOURCES["texts/de.js"].replace("  core:", '  more: {\n    one: "eins",\n  },\n  core:'),
            "en.js lacks more",
        ),
        ("texts/de.js", "export const textsDe = {\n  core: {\n    save: `x`,\n  },\n};\n", "not of areas"),
        (
            "texts/en.js",
            'export const textsEn = {\n  core: {\n    save: "x", save: "y",\n  },\n};\n',
            "twice: core",
        ),
    ],
)
def test_a_source_that_breaks_a_rule_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(BreaksARule, match=said):
        console.made(written(tmp_path, {name: text}))


def test_the_command_says_how_long_the_files_are_and_refuses_what_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "MOST", 100)
    sources = written(tmp_path / "sources")
    assert list(console.report(console.sizes(sources)))[0].split() == ["bytes", "plain", "brotli", "gzip"]
    monkeypatch.setattr(console, "sizes", lambda: {"app.js": (900, 101, 120)})
    assert console.main([]) == 1
    assert "together          900      101      120" in capsys.readouterr().out
    monkeypatch.setattr(console, "MOST", 101)
    assert console.main([]) == 0


# The sources themselves.


def test_the_sources_keep_the_rules_and_are_under_60_kb_in_all() -> None:
    of = console.sizes()
    assert sum(row[1] for row in of.values()) <= console.MOST, "\n".join(console.report(of))


WORDS = ("audit.",)
"""Areas in which German has more: the API's own words, which English shows as they are."""


def test_both_languages_have_the_same_texts() -> None:
    modules = console.read(console.SOURCES)
    english, german = (
        console.keys(console.texts(modules[name])) for name in (console.ENGLISH, console.GERMAN)
    )
    assert english - german == set()
    assert {key for key in german - english if not key.startswith(WORDS)} == set()


def test_a_text_has_the_same_values_and_the_same_forms_in_both_languages() -> None:
    modules = console.read(console.SOURCES)
    english, german = (console.texts(modules[name]) for name in (console.ENGLISH, console.GERMAN))
    for area, names in english.items():
        for name, text in names.items():
            other = german[area][name]
            values = [set(re.findall(r"\{\w+\}", one)) for one in (text, other)]
            assert values[0] == values[1], f"{area}.{name}"
            assert text.count("|") == other.count("|"), f"{area}.{name}"


def test_every_text_is_asked_for() -> None:
    """By its whole key, or by one that is made of its area or of its name."""
    modules = console.read(console.SOURCES)
    said = "".join(module.body for path, module in modules.items() if not path.startswith("texts/"))
    made = [
        re.compile(re.sub(r"\\\$\\\{[^}]*\\\}", r"\\w+", re.escape(one)))
        for one in re.findall(r"`([\w.]*\$\{[^`}]*\}[\w.]*)`", said)
        if "." in re.sub(r"\$\{[^}]*\}", "", one)
    ]
    unused = [
        key
        for key in console.keys(console.texts(modules[console.ENGLISH]))
        if f'"{key}"' not in said and not any(one.fullmatch(key) for one in made)
    ]
    assert sorted(unused) == []


def test_pages_are_loaded_by_the_start_alone() -> None:
    loading = [path for path, module in console.read(console.SOURCES).items() if "import(" in module.body]
    assert loading == [console.START]
