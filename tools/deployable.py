"""`python -m tools.deployable ENV`: whether `samconfig.toml` says who hears the alarms of that environment.

`make deploy` asks this before it builds. Every environment but `dev` must name an `AlarmEmail`: an address,
or the word `none`, so that nobody deploys a directory by mistake whose alarms reach nobody.
"""

import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FREE = ("dev",)
"""The environments whose alarms may reach nobody, without a word said."""

_LONG = re.compile(r"ParameterKey=(\w+),ParameterValue=(.*)", re.DOTALL)


def parameters(config: Mapping[str, Any], environment: str) -> dict[str, str]:
    """The template's parameters that SAM CLI is to give a stack, by its own rules of configuration.

    Raises LookupError where the file does not have the environment.
    """
    commands = config[environment]
    both = (commands.get(name, {}).get("parameters", {}) for name in ("global", "deploy"))
    given = {name: value for section in both for name, value in section.items()}
    overrides = given.get("parameter_overrides", "")
    if isinstance(overrides, Mapping):
        return {name: str(value) for name, value in overrides.items()}
    words = shlex.split(overrides) if isinstance(overrides, str) else overrides
    pairs = (_LONG.fullmatch(word) or re.fullmatch(r"(\w+)=(.*)", word, re.DOTALL) for word in words)
    return {pair[1]: pair[2] for pair in pairs if pair is not None}


def fault(config: Mapping[str, Any], environment: str) -> str | None:
    """Why that environment is not to be deployed, in one line, or None."""
    try:
        given = parameters(config, environment)
    except LookupError:
        return f"samconfig.toml has no environment {environment}"
    if environment in FREE or given.get("AlarmEmail"):
        return None
    return (
        f"{environment} has nobody to hear its alarms: put AlarmEmail=you@example.com (or AlarmEmail=none) "
        f"into parameter_overrides of [{environment}.deploy.parameters] in samconfig.toml"
    )


def main(argv: list[str], file: Path = ROOT / "samconfig.toml") -> int:
    """Print the fault, if there is one; the exit code."""
    [environment] = argv
    said = fault(tomllib.loads(file.read_text("utf-8")), environment)
    if said is None:
        return 0
    print(f"make deploy: {said}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
