"""Links the environment that runs this to the work tree: the packages' folders, and the `roster` command."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = f"""#!{sys.executable}
import sys

from cli.main import main

sys.exit(main())
"""

if __name__ == "__main__":
    Path(sysconfig.get_path("purelib"), "roster.pth").write_text(f"{ROOT}\n{ROOT / 'layers/roster'}\n")
    command = Path(sysconfig.get_path("scripts"), "roster")
    command.write_text(COMMAND)
    command.chmod(0o755)
