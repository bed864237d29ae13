"""The console's source: its types by TypeScript's compiler, the rest by ESLint."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.console.npm_packages import SETTINGS, package_file
from tests.support.served import ROOT

pytestmark = pytest.mark.real


def run(program: str, *arguments: str) -> str:
    """What a program of Node says, where it is not content."""
    command = ["node", str(package_file(program)), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_types() -> None:
    assert run("typescript/bin/tsc", "--project", str(SETTINGS)) == ""


def test_rules() -> None:
    assert run("eslint/bin/eslint.js", "--config", str(SETTINGS / "eslint.config.mjs"), "console") == ""


REFUSED = {
    "markup": ("export const a = document.body.innerHTML;", "render.js"),
    "default": ("export default 1;", "named imports"),
    "renamed": ('import { h as g } from "./render.js"; g("a");', "keeps its name"),
    "page": ('export const a = import("./pages/users.js");', "app.js alone"),
    "fetch": ('export const a = fetch("/api");', "api.js alone"),
    "comment": ("export const a = 1; // why", "no-inline-comments"),
    "let": ("export let a = 1;", "what it is"),
}


def test_rules_notice_what_they_are_for(tmp_path: Path) -> None:
    folder = tmp_path / "console"
    folder.mkdir()
    for name, (source, _) in REFUSED.items():
        (folder / f"{name}.js").write_text(f"{source}\n", "utf-8")
    settings = str(SETTINGS / "eslint.config.mjs")
    command = ["node", str(package_file("eslint/bin/eslint.js")), "--format", "json", "--config", settings]
    done = subprocess.run([*command, "console"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    told = {Path(one["filePath"]).stem: json.dumps(one["messages"]) for one in json.loads(done.stdout)}
    assert {name for name, (_, rule) in REFUSED.items() if rule not in told[name]} == set()
