"""The words of the first landing that the standard terms replaced (decision 0015) do not come back."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OLD = re.compile(
    r"\b(?:Unfit|unfit|Flaw|flaws?|NotKnown|NotAllowed|Poisoned|poisoned|LeanTransport|[Ss]cene|Ground"
    r"|[Cc]rowd(?:ed)?|halfway|[Ss]weep(?:s|er|ing)?|[Uu]nswept|swept|[Ww]iring|wired|enlist|delist|settled"
    r"|nothing_beside|Shoot|shoots|Sight|Face|FACES|lean)\b"
)
FOLDERS = ("layers/roster/roster", "functions", "local", "cli", "tools", "tests", "bench", "docs")
ENDINGS = (".py", ".md", ".yaml", ".toml")
KEPT = ("docs/decisions/", "tests/upgrade/", "docs/bench/", "tests/structure/test_words.py")
STORED = 'Actor("sweep"'
"""What stored items say."""


def test_the_old_words_are_gone() -> None:
    files = [*ROOT.glob("*.*"), ROOT / "Makefile"]
    files += [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.*")]
    names = [
        str(file.relative_to(ROOT)) for file in files if file.suffix in ENDINGS or file.name == "Makefile"
    ]
    assert len(names) > 300
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in names
        if not name.startswith(KEPT)
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if OLD.search(line) and STORED not in line
    ]
    assert found == []
