"""Ce que coûtent les vues d'un portefeuille, rapportées aux examens seuls de ses dossiers.

    python benchmarks/portefeuille.py [DOSSIERS]

Chaque vue est la meilleure de trois. Cible : toutes les vues ensemble coûtent moins que les examens dont elles sont tirées ; un
rapprochement sans débiteur connu, moins de la moitié ; quand le libellé le nomme, moins d'un dixième.
"""

import sys
from datetime import date, timedelta
from time import perf_counter

from recouvrement import Creance, Creancier, Debiteur, Dossier, Paiement, Politique, Qualite
from recouvrement.politique.portefeuille import Portefeuille

AU = date(2026, 9, 1)
PORT = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT)


def dossiers(nombre: int) -> list[Dossier]:
    """Deux factures par débiteur, échues ou non ; montants presque tous différents."""
    lot = []
    for i in range(nombre):
        client = Debiteur(nom=f"Client {i}", qualite=Qualite.COMMERCANT, identifiant=f"c{i}")
        creances = [
            Creance(
                reference=f"F-{i}-{k}",
                principal=f"{100 + (i * 7919 + k * 104729) % 9000}.{(i * 31 + k) % 100:02}",
                emise_le=AU - timedelta(days=40 + (i * 13 + k * 97) % 500),
                echeance=AU - timedelta(days=(i * 13 + k * 97) % 500 - 20),
                creancier=PORT,
                debiteur=client,
            )
            for k in range(2)
        ]
        lot.append(Dossier(creances=creances))
    return lot


def chronometrer(fonction, fois: int = 3) -> float:
    """La meilleure durée, en secondes."""
    durees = []
    for _ in range(fois):
        debut = perf_counter()
        fonction()
        durees.append(perf_counter() - debut)
    return min(durees)


def main() -> None:
    nombre = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    politique, lot = Politique(), dossiers(nombre)
    seuls = chronometrer(lambda: [None for _ in politique.examiner_lot(lot, au=AU)])
    print(f"{nombre} dossiers : examens seuls {seuls:6.2f} s")
    gardes = chronometrer(lambda: list(politique.examiner_lot(lot, au=AU)), 2)
    print(f"examens gardés           {gardes:6.2f} s, ×{gardes / seuls:4.2f}")
    construit = chronometrer(lambda: Portefeuille(lot, politique=politique, au=AU), 2)
    print(f"portefeuille construit   {construit:6.2f} s, ×{construit / seuls:4.2f}")
    p = Portefeuille(lot, politique=politique, au=AU)
    paiement = Paiement(le=AU, montant=p.bilans[nombre // 2].total.valeur)
    vues = {
        "balance_agee": p.balance_agee,
        "dso": p.dso,
        "radar": p.radar,
        "priorites": p.priorites,
        "non_reclamees": p.penalites_non_reclamees,
        "par débiteur": lambda: p.par("debiteur"),
        "rapprocher": lambda: p.rapprocher(paiement),
        "rapprocher, libellé": lambda: p.rapprocher(paiement, libelle=f"VIR CLIENT {nombre // 2}"),
    }
    for nom, vue in vues.items():
        duree = chronometrer(vue)
        print(f"{nom:24} {duree:6.2f} s, ×{duree / seuls:4.2f}")


if __name__ == "__main__":
    main()
