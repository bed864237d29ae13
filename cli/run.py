"""`python -m cli.run`: what `make run` starts."""

import os
import sys

from cli.output import printing
from cli.serve import APP
from local.server import main

if __name__ == "__main__":
    sys.exit(printing(lambda: main(os.environ, APP)))
