"""Run by the functions' own Python: writes the bytecode of everything that a build folder holds.

Lambda cannot write it (/opt and /var/task are read-only there), so each cold start would compile again
what it imports. The bytecode is trusted unchecked, as a file's time does not survive the zip, and
names the files where Lambda has them, so that a build is the same wherever it was made.
"""

import sys
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode


def compile_build(build: Path) -> bool:
    """Compile each layer and function of a folder that SAM built; whether all of it compiled."""
    parts = sorted(path for path in build.iterdir() if path.is_dir())
    return all(_compile(part) for part in parts)


def _compile(part: Path) -> bool:
    layer = (part / "python").is_dir()
    return bool(
        compile_dir(
            part,
            quiet=1,
            stripdir=str(part),
            prependdir="/opt" if layer else "/var/task",
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    )


if __name__ == "__main__":
    sys.exit(not compile_build(Path(sys.argv[1])))
