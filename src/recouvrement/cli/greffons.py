"""Ce qui est branché, et dans quel état."""

import argparse

from recouvrement.cli.entree import Lus
from recouvrement.cli.sortie import EN_PARTIE, TOUT_LU, pour_un_programme, tableau
from recouvrement.greffons import installes
from recouvrement.ports import Anomalie

ETATS = {"pret": "prêt", "incomplet": "incomplet", "en_panne": "en panne", "ambigu": "ambigu"}


def greffons(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Chaque greffon installé ; rend 1 si l'un d'eux est en panne."""
    lus = installes()
    lignes = [
        {"groupe": g.groupe, "nom": g.nom, "paquet": g.paquet, "version": g.version, "etat": g.etat, "detail": g.detail}
        for g in lus
    ]
    if not pour_un_programme(options, lignes):
        rangees = [(g.groupe, g.nom, g.paquet, ETATS[g.etat], g.detail or "—") for g in lus]
        print(tableau([("Groupe", "Nom", "Paquet", "État", "Détail"), *rangees], gauche=5))
    return EN_PARTIE if any(g.etat == "en_panne" for g in lus) else TOUT_LU
