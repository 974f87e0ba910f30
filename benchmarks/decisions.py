"""Ce que coûte la décision (que faire, quand, pourquoi), rapportée aux décomptes seuls des mêmes dossiers.

    python benchmarks/decisions.py [DOSSIERS]

Chaque dossier a deux factures et une histoire : rappels faits, appels, paiements partiels, promesses, contestations, plans. Les deux
façons passent l'une après l'autre, deux fois ; la meilleure durée compte. Un décompte n'écrit ses lignes que si on les lit : les deux
rapports sont donnés. Le plan et la simulation, qui rejouent l'examen, sont rapportés à un examen, sur un centième des dossiers.
"""

import sys
from collections import Counter
from datetime import date, timedelta
from time import perf_counter

from recouvrement import (
    Appel,
    Contestation,
    Creance,
    Creancier,
    Debiteur,
    Dossier,
    Echeancier,
    Paiement,
    Politique,
    Promesse,
    Qualite,
    Relance,
)

AU = date(2026, 9, 1)
PORT = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT)


def _histoire(i: int, une: str, echue: date) -> list[object]:
    """Une sur dix payée en partie, une sur dix promise, une sur dix contestée, une sur dix au plan ; la plupart déjà rappelées."""
    apres = [echue + timedelta(days=n) for n in (2, 8, 13, 20)]
    faits: list[object] = []
    if i % 3:
        faits.append(Relance(le=apres[0], etape="courriel", creances=[une]))
    if i % 3 == 2:
        faits.append(Appel(le=apres[1], issue="joint" if i % 2 else "infructueux", creances=[une]))
    match i % 10:
        case 0:
            faits.append(Paiement(le=apres[2], montant="60.00", creance=une))
        case 1:
            faits.append(Promesse(le=apres[2], montant="100.00", pour_le=apres[3], creance=une))
        case 2:
            faits.append(Contestation(le=apres[2], creance=une))
        case 3:
            faits.append(Echeancier(le=apres[2], versements=[(apres[3], "50.00"), (AU + timedelta(days=20), "50.00")]))
    return faits


def dossiers(nombre: int) -> list[Dossier]:
    """Deux factures par débiteur, échues depuis un à deux cents jours."""
    lot = []
    for i in range(nombre):
        client = Debiteur(
            nom=f"Client {i}", qualite=Qualite.COMMERCANT, identifiant=f"c{i}", telephone="1", courriel="c@c.example"
        )
        echues = [AU - timedelta(days=1 + (i * 13 + k * 97) % 200) for k in range(2)]
        creances = [
            Creance(
                reference=f"F-{i}-{k}",
                principal=f"{200 + (i * 7919 + k * 104729) % 9000}.00",
                emise_le=echues[k] - timedelta(days=30),
                echeance=echues[k],
                creancier=PORT,
                debiteur=client,
            )
            for k in range(2)
        ]
        lot.append(Dossier(creances=creances, evenements=_histoire(i, f"F-{i}-0", echues[0])))
    return lot


def chronometrer(*fonctions, fois: int = 2) -> list[float]:
    """La meilleure durée de chacune, en secondes, appelées tour à tour."""
    meilleures = [float("inf")] * len(fonctions)
    for _ in range(fois):
        for i, fonction in enumerate(fonctions):
            debut = perf_counter()
            fonction()
            meilleures[i] = min(meilleures[i], perf_counter() - debut)
    return meilleures


def main() -> None:
    nombre = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    politique, lot = Politique(), dossiers(nombre)
    quelques = lot[: max(1, nombre // 100)]
    decomptes, lus, examens, court, plans, simulation = chronometrer(
        lambda: [None for d in lot if politique.decompte(d, au=AU) is None],
        lambda: [None for d in lot if politique.decompte(d, au=AU).lignes is None],
        lambda: [None for _ in politique.examiner_lot(lot, au=AU)],
        lambda: [None for _ in politique.examiner_lot(quelques, au=AU)],
        lambda: [None for d in quelques if politique.calendrier(d, au=AU) is None],
        lambda: politique.simuler(quelques, au=AU, jusqu_au=AU + timedelta(days=60)),
    )
    decidees = Counter(a.etape.cle for d in lot for a in politique.examiner(d, au=AU).actions)
    print(f"{nombre} dossiers, {sum(len(d.evenements) for d in lot)} événements : décomptes seuls {decomptes:5.2f} s")
    print(
        f"examens, décision comprise : {examens:5.2f} s, ×{examens / decomptes:4.1f} "
        f"(lignes lues ×{examens / lus:4.1f}) ; {examens / nombre * 1e6:.0f} µs chacun"
    )
    print(f"plan : ×{plans / court:4.1f} un examen ; simulation de soixante jours : ×{simulation / court:4.1f}")
    print("décidées : " + ", ".join(f"{cle} {n}" for cle, n in sorted(decidees.items())))


if __name__ == "__main__":
    main()
