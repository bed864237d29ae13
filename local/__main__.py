"""`python -m local`: what `make run` runs."""

import os
import sys

from local.house import HOUSE
from local.server import main

if __name__ == "__main__":
    sys.exit(main(os.environ, HOUSE))
