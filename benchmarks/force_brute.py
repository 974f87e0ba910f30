"""La force brute des essais, à grande échelle : cent mille créances au sort, jamais deux fois les mêmes. À la main seulement.

    python benchmarks/force_brute.py [NOMBRE] [--processus N] [--graine G]

Chaque processus tire sa part avec sa graine, écrite en tête : la même graine rejoue la même course. Un désaccord est réduit par
Hypothesis au plus petit exemple, et le programme finit en erreur.
"""

import argparse
import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from hypothesis import HealthCheck, given, seed, settings

from fabrique import examiner
from proprietes.strategies import histoires
from proprietes.test_argent import _brute, _obtenu

LENTS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def courir(nombre: int, graine: int) -> int:
    """Compare ``nombre`` histoires ; rend combien ont été comparées.

    Raises:
        AssertionError: Le moteur et la force brute ne disent pas la même chose.
    """
    vues = 0

    @seed(graine)
    @settings(max_examples=nombre, derandomize=False, database=None, deadline=None, print_blob=True, suppress_health_check=LENTS)
    @given(histoires())
    def accord(histoire) -> None:
        nonlocal vues
        vues += 1
        creance, faits, au = histoire
        bilan = examiner(creance, *faits, au=au)
        assert _obtenu(bilan) == _brute(creance, faits, au), bilan.expliquer()

    accord()
    return vues


def main() -> None:
    analyseur = argparse.ArgumentParser(description="La force brute sur N créances au sort.")
    analyseur.add_argument("nombre", nargs="?", type=int, default=100_000)
    analyseur.add_argument("--processus", type=int, default=os.cpu_count() or 1)
    analyseur.add_argument("--graine", type=int, default=None)
    options = analyseur.parse_args()
    graine = secrets.randbelow(2**32) if options.graine is None else options.graine
    parts = [options.nombre // options.processus + (i < options.nombre % options.processus) for i in range(options.processus)]
    parts = [part for part in parts if part]
    print(f"graine {graine}, {len(parts)} processus", flush=True)
    debut = perf_counter()
    with ProcessPoolExecutor(len(parts)) as processus:
        vues = sum(processus.map(courir, parts, range(graine, graine + len(parts))))
    print(f"{vues} créances comparées en {perf_counter() - debut:.0f} s : aucun désaccord")


if __name__ == "__main__":
    main()
