"""Ce que coûte un examen, rapporté à la même arithmétique écrite à la main en Decimal, mesurés ensemble.

    python benchmarks/examiner.py

La référence fait le strict nécessaire : recherche du taux par dichotomie, un produit et un arrondi par ligne. Les deux façons
sont appelées en alternance ; le rapport est celui des médianes. Cibles : décompte ≤ 3, examen entier ≤ 10. Les lignes ne sont
écrites que si on les lit : « lu » compte aussi leur lecture, et celle de toutes les raisons d'un examen (son empreinte les visite).
"""

from bisect import bisect_right
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from time import perf_counter_ns

from recouvrement import Creance, Creancier, Debiteur, Politique, Qualite
from recouvrement.droit import pour

FR = pour("fr")
PALIERS = FR.paliers(next(r for r in FR.regimes if r.code == "b2b"))
DEBUTS = [p.du for p in PALIERS]
FINS = [p.au for p in PALIERS]
TAUX = [p.taux.pourcent for p in PALIERS]
CENT, UN_JOUR = Decimal("0.01"), timedelta(days=1)


def a_la_main(base: Decimal, echeance: date, au: date):
    """Les lignes et leur somme, sans raison, sans prescription, sans suite."""
    du, total, lignes = echeance + UN_JOUR, Decimal(0), []
    i = bisect_right(DEBUTS, du) - 1
    while du <= au:
        fin = min(FINS[i], au)
        jours = (fin - du).days + 1
        montant = (base * TAUX[i] * jours / 36500).quantize(CENT, ROUND_HALF_UP)
        lignes.append((du, fin, jours, TAUX[i], montant))
        total += montant
        du, i = fin + UN_JOUR, i + 1
    return lignes, total


def mesurer(*fonctions, tours: int = 60, appels: int = 200) -> list[float]:
    """Médiane des durées d'un appel, en microsecondes, les fonctions appelées tour à tour."""
    durees: list[list[float]] = [[] for _ in fonctions]
    for _ in range(tours):
        for fonction, duree in zip(fonctions, durees, strict=True):
            debut = perf_counter_ns()
            for _ in range(appels):
                fonction()
            duree.append((perf_counter_ns() - debut) / appels / 1000)
    return [median(d) for d in durees]


def main() -> None:
    politique = Politique()
    port = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT)
    sud = Debiteur(nom="Ateliers du Sud SAS", qualite=Qualite.COMMERCANT)
    for echeance, au in ((date(2026, 5, 1), date(2026, 9, 1)), (date(2022, 3, 31), date(2026, 11, 21))):
        creance = Creance(
            reference="F-1",
            principal="10000.00",
            emise_le=echeance - 30 * UN_JOUR,
            echeance=echeance,
            creancier=port,
            debiteur=sud,
        )
        lignes, total = a_la_main(Decimal("10000.00"), echeance, au)
        bilan = politique.examiner(creance, au=au)
        assert bilan.penalites.valeur.decimal == total and len(bilan.decompte.lignes) == len(lignes)
        main_, decompte, decompte_lu, examen, examen_lu = mesurer(
            lambda c=creance, e=echeance, a=au: a_la_main(c.principal.decimal, e, a),
            lambda c=creance, a=au: politique.decompte(c, au=a),
            lambda c=creance, a=au: politique.decompte(c, au=a).lignes,
            lambda c=creance, a=au: politique.examiner(c, au=a),
            lambda c=creance, a=au: hash(politique.examiner(c, au=a)),
        )
        print(
            f"{len(lignes):2} lignes : à la main {main_:6.1f} µs ; "
            f"décompte {decompte:6.1f} µs, ×{decompte / main_:4.1f} (lu ×{decompte_lu / main_:4.1f}) ; "
            f"examen {examen:6.1f} µs, ×{examen / main_:4.1f} (lu ×{examen_lu / main_:4.1f})"
        )


if __name__ == "__main__":
    main()
