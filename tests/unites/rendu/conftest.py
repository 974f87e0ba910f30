"""Les courriers d'essai sont partagés avec les lettres."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "lettres"))
