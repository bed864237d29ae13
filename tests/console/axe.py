"""axe-core in the page: what people who cannot see, or use no mouse, would stumble over."""

import json
from functools import cache
from typing import Any

from tests.console.npm_packages import package_file
from tests.console.person import Person

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]

_RUN = """
axe.run(document, {{ resultTypes: ["violations"], preload: false, runOnly: {rules} }}).then(done =>
    done.violations.map(one => `${{one.id}} (${{one.impact}}): ` + one.nodes.slice(0, 3).map(node => {{
        const why = node.any.concat(node.all).map(each => each.message).join("; ").slice(0, 300);
        return `${{node.target}} ${{node.html.slice(0, 160)}} ${{why}}`;
    }}).join(" | ")))
"""


@cache
def _source() -> str:
    return package_file("axe-core/axe.min.js").read_text("utf-8")


def violations(person: Person, only: str = "") -> list[str]:
    """What axe-core holds against the page as it is shown now; with "colours" against its colours alone."""
    rules = {"type": "rule", "values": COLOURS} if only else {"type": "tag", "values": TAGS}
    person.settles()
    if person.browser.value("typeof axe") == "undefined":
        answer = person.browser.call("Runtime.evaluate", expression=f"{_source()}; 0", returnByValue=True)
        assert "exceptionDetails" not in answer, answer
    found: list[str] = person.browser.result(_RUN.format(rules=json.dumps(rules)))
    return found


def wider_than_the_window(person: Person) -> list[str]:
    """Elements by which the page would be moved sideways to be read."""
    script = """(() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        const all = [...document.body.querySelectorAll("*")];
        return all.filter(one => one.getBoundingClientRect().right > width + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 160));
    })()"""
    found: Any = person.browser.value(script)
    return list(found)
