"""`python -m tools.translated FILE` writes the CloudFormation that SAM makes of the template, for linters.

It prints the number of resources, of which a stack may have 500.
"""

import json
import sys
from pathlib import Path

from local.gateway import translate

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
MOST_RESOURCES = 480
"""Resources that a test keeps the stack under: room for a fix before CloudFormation refuses it."""


def main(argv: list[str]) -> None:
    """Write to the path given, making its folder."""
    [path] = map(Path, argv)
    translated = translate(TEMPLATE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(translated, indent=1), "utf-8")
    print(f"{len(translated['Resources'])} resources in the stack, of at most {MOST_RESOURCES}")


if __name__ == "__main__":
    main(sys.argv[1:])
