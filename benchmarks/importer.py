"""Ce que coûte l'import de la façade, rapporté à celui d'attrs et de dateutil seuls, en alternance, dans des processus neufs.

    python benchmarks/importer.py

Cible : ≤ 1,6 ; ni babel, ni typst, ni lxml, ni sqlite3 ne sont chargés.
"""

import subprocess
import sys
from statistics import median

NU = "import attrs, dateutil.relativedelta"
FACADE = "from recouvrement import Creance, Politique"
CHRONO = "import time; t = time.perf_counter_ns(); {code}; print(time.perf_counter_ns() - t)"
LOURDS = {"babel", "typst", "lxml", "sqlite3", "pypdf", "tomllib", "smtplib", "json"}


def duree(code: str) -> int:
    """Nanosecondes de l'import, dans un interpréteur neuf."""
    fini = subprocess.run([sys.executable, "-c", CHRONO.format(code=code)], capture_output=True, text=True, check=True)
    return int(fini.stdout)


def main(tours: int = 25) -> None:
    duree(NU), duree(FACADE)
    nus, facades = zip(*((duree(NU), duree(FACADE)) for _ in range(tours)), strict=True)
    rapport = median(f / n for f, n in zip(facades, nus, strict=True))
    print(
        f"attrs et dateutil : {median(nus) / 1e6:.1f} ms ; façade : {median(facades) / 1e6:.1f} ms ; rapport médian ×{rapport:.2f}"
    )
    code = f"import sys; {FACADE}; print(*sorted({LOURDS!r} & set(sys.modules)))"
    charges = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    print("modules lourds chargés :", ", ".join(charges) or "aucun")


if __name__ == "__main__":
    main()
