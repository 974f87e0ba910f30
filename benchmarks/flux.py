"""La mémoire d'un examen de fichier à fichier : elle ne dépend pas du nombre de lignes.

    python benchmarks/flux.py [lignes] [dossier]      # 50 000 000 : une dizaine de minutes, quelques gigaoctets de disque

Le portefeuille de ``masse.py`` est écrit en Parquet, par tranches ; puis un processus neuf examine le dixième, un autre le tout.
Chacun dit son sommet de mémoire résidente (Linux) et son temps ; aucune ligne ne manque à la sortie.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from masse import portefeuille

TRANCHE = 500_000
EXAMEN = """
import json, sys, time
from datetime import date
from pathlib import Path
import recouvrement.masse as masse
def sommet():
    return next(int(x.split()[1]) for x in open("/proc/self/status") if x.startswith("VmHWM"))
depart, debut = sommet(), time.perf_counter()
passage = masse.examiner_fichier(Path(sys.argv[1]), Path(sys.argv[2]), au=date(2026, 11, 21))
duree = time.perf_counter() - debut
print(json.dumps({"lignes": passage.lignes, "rejets": passage.rejetees, "reprises": passage.reprises,
                  "duree": duree, "depart": depart, "sommet": sommet()}))
"""


def ecrire(vers: Path, lignes: int) -> None:
    """Écrit le portefeuille, tranche par tranche."""
    with pq.ParquetWriter(vers, portefeuille(1_000).schema) as sortie:
        for rang, debut in enumerate(range(0, lignes, TRANCHE)):
            table = portefeuille(min(TRANCHE, lignes - debut), rang + 1)
            sortie.write_table(table)


def examiner(source: Path, vers: Path) -> dict[str, float]:
    """L'examen dans un processus neuf."""
    fait = subprocess.run([sys.executable, "-c", EXAMEN, str(source), str(vers)], check=True, capture_output=True, text=True)
    return json.loads(fait.stdout)


def main(lignes: int, dossier: Path) -> None:
    for n in (lignes // 10, lignes):
        source, vers = dossier / "creances.parquet", dossier / "bilans.parquet"
        ecrire(source, n)
        fait = examiner(source, vers)
        assert fait["lignes"] == n and not fait["rejets"]
        assert pq.read_metadata(vers).num_rows == n
        print(
            f"{n} lignes : {fait['duree']:.1f} s, {fait['duree'] / n * 1e6:.2f} µs par ligne, Parquet compris ; "
            f"sommet {fait['sommet'] / 1024:.0f} Mo, dont {fait['depart'] / 1024:.0f} avant de lire ; {fait['reprises']} reprises",
            flush=True,
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if sys.argv[2:] else None) as lieu:
        main(int(sys.argv[1]) if sys.argv[1:] else 2_000_000, Path(lieu))
