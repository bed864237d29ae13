"""`python -m tools.translated FILE` writes the CloudFormation that SAM makes of the template, for linters."""

import json
import sys
from pathlib import Path

from local.gateway import translate

TEMPLATE = Path(__file__).parent.parent / "template.yaml"


def main(argv: list[str]) -> None:
    """Write to the path given, making its folder."""
    [path] = map(Path, argv)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(translate(TEMPLATE), indent=1), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
