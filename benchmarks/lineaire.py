"""Le coût croît-il comme la taille ? Un décompte selon ses lignes, un dossier selon ses créances, mesurés dans une même course.

    python benchmarks/lineaire.py

Chaque tableau donne la médiane par unité ; le rapport final est celui du plus grand au plus petit : 1 ou moins est linéaire (les
frais fixes d'un examen pèsent sur les plus petits), 2 dit qu'un facteur caché croît avec la taille.
"""

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter_ns

from recouvrement import Creance, Creancier, Debiteur, Dossier, Paiement, Politique, Qualite

PAIEMENTS = (1, 2, 5, 10, 20, 50, 100, 200)
CREANCES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
ECHEANCE, AU, UN_JOUR = date(2023, 3, 31), date(2026, 11, 21), timedelta(days=1)
PORT = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT)
SUD = Debiteur(nom="Ateliers du Sud SAS", qualite=Qualite.COMMERCANT)
POLITIQUE = Politique()


def creance(i: int = 0) -> Creance:
    echeance = ECHEANCE + (i % 90) * UN_JOUR
    return Creance(
        reference=f"F-{i:03}",
        principal="10000.00",
        emise_le=echeance - 30 * UN_JOUR,
        echeance=echeance,
        creancier=PORT,
        debiteur=SUD,
    )


def paye(nombre: int) -> Dossier:
    """Une créance et ``nombre`` petits paiements, un jour chacun."""
    faits = [Paiement(le=ECHEANCE + (i + 1) * 6 * UN_JOUR, montant="20.00", creance="F-000") for i in range(nombre)]
    return Dossier(creances=[creance()], evenements=faits)


def portefeuille(nombre: int, *, payees: bool) -> Dossier:
    """``nombre`` créances ; ``payees`` : un acompte sur chacune."""
    creances = [creance(i) for i in range(nombre)]
    faits = [Paiement(le=date(2024, 5, 2), montant="100.00", creance=c.reference) for c in creances if payees]
    return Dossier(creances=creances, evenements=faits)


def mesurer(fonctions: dict[int, Callable[[], object]], tours: int = 15) -> dict[int, float]:
    """Médiane des durées, en microsecondes : à chaque tour, toutes les tailles."""
    durees: dict[int, list[float]] = {taille: [] for taille in fonctions}
    for _ in range(tours):
        for taille, fonction in fonctions.items():
            appels = max(1, 100 // taille)
            debut = perf_counter_ns()
            for _ in range(appels):
                fonction()
            durees[taille].append((perf_counter_ns() - debut) / appels / 1000)
    return {taille: median(d) for taille, d in durees.items()}


def montrer(titre: str, unite: str, unites: dict[int, int], fonctions: dict[int, Callable[[], object]]) -> None:
    """Le temps par unité, et son rapport du plus grand au plus petit."""
    durees = mesurer(fonctions)
    par_unite = {taille: durees[taille] / unites[taille] for taille in durees}
    print(titre)
    for taille, duree in durees.items():
        print(f"  {unites[taille]:4} {unite} : {duree:10.1f} µs, {par_unite[taille]:7.2f} µs par {unite.rstrip('s')}")
    petit, grand = min(durees), max(durees)
    print(f"  du plus petit au plus grand : × {par_unite[grand] / par_unite[petit]:.2f}\n")


def main() -> None:
    dossiers = {n: paye(n) for n in PAIEMENTS}
    lignes = {
        n: len(POLITIQUE.decompte(d, au=AU).vers_lignes()) for n, d in dossiers.items()
    }  # celles qui courent, et les imputations
    assert lignes[200] > 400
    montrer(
        "Décompte d'une créance, selon ses lignes",
        "lignes",
        lignes,
        {n: lambda d=d: POLITIQUE.decompte(d, au=AU) for n, d in dossiers.items()},
    )
    for payees in (False, True):
        portefeuilles = {n: portefeuille(n, payees=payees) for n in CREANCES}
        montrer(
            f"Examen d'un dossier, selon ses créances{', un acompte sur chacune' if payees else ''}",
            "créances",
            {n: n for n in CREANCES},
            {n: lambda d=d: POLITIQUE.examiner(d, au=AU) for n, d in portefeuilles.items()},
        )


if __name__ == "__main__":
    main()
