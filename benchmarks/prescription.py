"""La prescription contre son horloge, à grande échelle, puis ce que coûte une longue histoire. À la main seulement.

    python benchmarks/prescription.py [NOMBRE] [--processus N] [--graine G]

Chaque processus tire sa part avec sa graine, écrite en tête : la même graine rejoue la même course. Un désaccord est réduit par
Hypothesis au plus petit exemple, et le programme finit en erreur.
"""

import argparse
import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from hypothesis import HealthCheck, given, seed, settings

from fabrique import creance
from proprietes import force_brute_prescription as fb
from proprietes.test_prescription import P, dire, en_clair, histoires
from recouvrement import ActeInterruptif, Paiement, Reconnaissance, Relance, Suspension

LENTS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
TAILLES = (10, 100, 1000, 10_000)


def courir(nombre: int, graine: int) -> int:
    """Compare ``nombre`` histoires ; rend combien ont été comparées.

    Raises:
        AssertionError: Le moteur et l'horloge ne disent pas la même chose.
    """
    vues = 0

    @seed(graine)
    @settings(max_examples=nombre, derandomize=False, database=None, deadline=None, print_blob=True, suppress_health_check=LENTS)
    @given(histoires())
    def accord(histoire) -> None:
        nonlocal vues
        vues += 1
        cadre, c, faits, au = histoire
        p = P.prescription(c, faits, au=au)
        assert (p.valeur, p.prudente) == fb.deux_dates(en_clair(cadre, c, faits, au)), dire(c, faits, au)

    accord()
    return vues


def longue(n: int) -> list:
    """``n`` faits, un par jour : paiements, reconnaissances, actes, suspensions qui se chevauchent, relances."""
    faits = []
    for k in range(n):
        le = date(2000, 1, 2) + timedelta(days=k)
        fin = le + timedelta(days=90)
        genres = [
            Paiement(le=le, montant="1.00", creance="F-1", reference=f"p{k}"),
            Suspension(du=le, au=fin, cause="mediation", reference=f"s{k}"),
            ActeInterruptif(le=le, cause="assignation", fin_le=fin, reference=f"a{k}"),
            Reconnaissance(le=le, reference=f"r{k}"),
            Relance(le=le, reference=f"l{k}"),
        ]
        faits.append(genres[k % 5])
    return faits


def couter() -> None:
    """Le temps d'une histoire de n faits : dix fois plus de faits, un peu plus de dix fois plus de temps."""
    dette, avant = creance(principal="100000.00", echeance=date(2000, 1, 1)), 0.0
    for n in TAILLES:
        faits = longue(n)
        temps = []
        for _ in range(3):
            debut = perf_counter()
            P.prescription(dette, faits, au=date(2028, 1, 1))
            temps.append(perf_counter() - debut)
        meilleur = min(temps)
        rapport = f", temps(n) / temps(n/10) = {meilleur / avant:.1f}" if avant else ""
        print(f"{n:6d} faits : {1000 * meilleur:9.2f} ms{rapport}", flush=True)
        avant = meilleur


def main() -> None:
    analyseur = argparse.ArgumentParser(description="La prescription sur N histoires au sort.")
    analyseur.add_argument("nombre", nargs="?", type=int, default=100_000)
    analyseur.add_argument("--processus", type=int, default=os.cpu_count() or 1)
    analyseur.add_argument("--graine", type=int, default=None)
    options = analyseur.parse_args()
    couter()
    graine = secrets.randbelow(2**32) if options.graine is None else options.graine
    parts = [options.nombre // options.processus + (i < options.nombre % options.processus) for i in range(options.processus)]
    parts = [part for part in parts if part]
    print(f"graine {graine}, {len(parts)} processus", flush=True)
    debut = perf_counter()
    if parts:
        with ProcessPoolExecutor(len(parts)) as processus:
            vues = sum(processus.map(courir, parts, range(graine, graine + len(parts))))
        print(f"{vues} histoires comparées en {perf_counter() - debut:.0f} s : aucun désaccord")


if __name__ == "__main__":
    main()
