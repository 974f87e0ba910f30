"""``python -m recouvrement_beancount livre.beancount --au AAAA-MM-JJ`` : le rapport."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from recouvrement import Bilan, Politique, RecouvrementError
from recouvrement.lecture import rassembler
from recouvrement_beancount.greffon import ouvert, resumer
from recouvrement_beancount.lecteur import LecteurBeancount


def main(arguments: Sequence[str] | None = None) -> int:
    """Code de retour : 0 tout est lu ; 1 une partie a été refusée ; 2 rien n'a pu se faire."""
    analyseur = argparse.ArgumentParser(prog="recouvrement_beancount", description="Ce qui est dû, jusqu'à quand, que faire.")
    analyseur.add_argument("livre", type=Path)
    analyseur.add_argument("--au", required=True, type=date.fromisoformat, metavar="AAAA-MM-JJ")
    analyseur.add_argument("--expliquer", metavar="FACTURE", help="les raisons de chaque chiffre, jusqu'aux articles")
    options = analyseur.parse_args(arguments)
    try:
        dossiers, anomalies = rassembler([(options.livre, LecteurBeancount().lire(options.livre))])
    except RecouvrementError as e:
        print(f"recouvrement : {e}", file=sys.stderr)
        return 2
    code = int(any(a.gravite == "refus" for a in anomalies))
    for dossier, bilan in Politique().examiner_lot(dossiers, au=options.au):
        if not isinstance(bilan, Bilan):
            print(f"{dossier.debiteur.nom} : {bilan}", file=sys.stderr)
            code = 1
        elif options.expliquer in bilan.par_creance:
            print(bilan.par_creance[options.expliquer].total.expliquer())
        elif not options.expliquer and ouvert(bilan):
            print(_fiche(bilan))
    for anomalie in anomalies:
        print(f"{'Refusé' if anomalie.gravite == 'refus' else 'À vérifier'} : {anomalie}", file=sys.stderr)
    return code


def _fiche(bilan: Bilan) -> str:
    ouvertes = [x for x in bilan.creances if not x.soldee]
    factures = [f"  {x.creance.numero:<12} {x.jours_retard:>4} j {x.total.valeur!s:>14}" for x in ouvertes]
    alertes = [f"  {a.gravite} : {a.message}" for a in bilan.alertes]
    return "\n".join([f"{bilan.dossier.debiteur.nom} : {resumer(bilan)}", *factures, *alertes])


if __name__ == "__main__":
    sys.exit(main())
