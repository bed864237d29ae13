"""The bill of materials of a build: what its layers ship, as CycloneDX 1.6 in JSON.

Its components are those of the hash lock, as they lie in the layer; a build in which the two differ fails.
Licences, and who needs whom, are what the packages say of themselves. It names no moment and no serial
number, so that the same lock makes the same bytes.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "layers/dependencies/requirements.txt"
SITE = "DependenciesLayer/python"
"""Where a build has third parties."""
FILE = "roster.cdx.json"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_ALWAYS = re.compile(r"^([A-Za-z0-9._-]+)(?!.*;.*\bextra\b)")
_LONGEST_NAME = 64
"""Characters of a licence's name; what is longer is its text."""


class Differs(Exception):
    """The layer holds other packages than the lock file."""


def write(build: Path) -> Path:
    """Write the bill beside what was built; where it is. Raises `Differs`."""
    path = build / FILE
    path.write_text(json.dumps(bill(build / SITE), indent=2) + "\n", "utf-8")
    return path


def bill(site: Path, lock: Path = LOCK) -> dict[str, Any]:
    """The bill of materials of the packages in a folder. Raises `Differs` where it is not what is locked."""
    wanted = locked(lock)
    there = {_plain(each.name): each for each in distributions(path=[str(site)])}
    found = {name: each.version for name, each in there.items()}
    if found != wanted:
        raise Differs(
            f"{site} is not what {lock.name} names: {sorted(set(found.items()) ^ set(wanted.items()))}"
        )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = locked(lock.with_suffix(".in"))
    refs = {name: f"pkg:pypi/{name}@{version}" for name, version in wanted.items()}
    needs = {"roster": asked, **{refs[name]: _needs(each) for name, each in there.items()}}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "roster",
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": ref,
                "name": name,
                "version": wanted[name],
                "purl": ref,
                "licenses": _licences(there[name]),
            }
            for name, ref in sorted(refs.items())
        ],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted({refs[name] for name in names if name in refs})}
            for ref, names in sorted(needs.items())
        ],
    }


def locked(requirements: Path) -> Mapping[str, str]:
    """Name and version of each package that a file of requirements pins."""
    return {_plain(name): version for name, version in _PINNED.findall(requirements.read_text("utf-8"))}


def _plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _needs(package: Distribution) -> Iterable[str]:
    """The packages that a package requires, without its extras."""
    return (_plain(found[1]) for each in package.requires or () if (found := _ALWAYS.match(each)))


def _licences(package: Distribution) -> list[dict[str, Any]]:
    """An SPDX expression where the package has one, else the names that it uses."""
    told = package.metadata.json
    if expression := told.get("license_expression"):
        return [{"expression": expression}]
    classifiers = [each for each in told.get("classifier", []) if each.startswith("License :: ")]
    names = [each.rpartition(" :: ")[2] for each in classifiers]
    said = str(told.get("license", "")).strip()
    if not names and said and "\n" not in said and len(said) <= _LONGEST_NAME:
        names = [said]
    return [{"license": {"name": name}} for name in names]
