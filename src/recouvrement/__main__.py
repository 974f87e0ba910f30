"""``python -m recouvrement`` et la commande ``recouvrement``."""

import sys

from recouvrement.cli import main

if __name__ == "__main__":
    sys.exit(main())
