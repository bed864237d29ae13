"""`python -m local`: what `make run` runs."""

import os
import sys

from local.house import HOUSE
from local.server import main
from tools.output import printing

if __name__ == "__main__":
    sys.exit(printing(lambda: main(os.environ, HOUSE)))
