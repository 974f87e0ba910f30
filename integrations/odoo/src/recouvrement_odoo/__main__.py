"""``python -m recouvrement_odoo --url … --societe 1 --au AAAA-MM-JJ`` ; la clé d'API est dans ODOO_CLE, jamais en argument."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date

from recouvrement import Bilan, Politique, RecouvrementError
from recouvrement_odoo import Odoo, lire, noter, planifier


def main(arguments: Sequence[str] | None = None) -> int:
    """Code de retour : 0 tout est lu ; 1 une partie a été refusée ; 2 rien n'a pu se faire."""
    analyseur = argparse.ArgumentParser(prog="recouvrement_odoo", description="Les impayés d'une société d'Odoo.")
    analyseur.add_argument("--url", required=True)
    analyseur.add_argument("--base", default="", help="quand l'hôte en a plusieurs")
    analyseur.add_argument("--societe", type=int, default=1, help="identifiant de res.company (1 par défaut)")
    analyseur.add_argument("--au", required=True, type=date.fromisoformat, metavar="AAAA-MM-JJ")
    analyseur.add_argument("--ecrire", action="store_true", help="note les factures et planifie la prochaine étape dans Odoo")
    options = analyseur.parse_args(arguments)
    try:
        odoo = Odoo(options.url, base=options.base, cle=os.environ.get("ODOO_CLE", ""))
        return _examiner(odoo, options)
    except RecouvrementError as e:
        print(f"recouvrement : {e}", file=sys.stderr)
        return 2


def _examiner(odoo: Odoo, options: argparse.Namespace) -> int:
    dossiers, anomalies = lire(odoo, options.societe)
    code = int(any(a.gravite == "refus" for a in anomalies))
    for dossier, bilan in Politique().examiner_lot(dossiers, au=options.au):
        if not isinstance(bilan, Bilan):
            print(f"{dossier.debiteur.nom} : {bilan}", file=sys.stderr)
            code = 1
            continue
        print(f"{dossier.debiteur.nom} : {bilan.total.valeur} dus. {bilan.prochaine or 'Rien à faire pour l’instant'}")
        if options.ecrire:
            noter(odoo, bilan)
            planifier(odoo, bilan)
    for anomalie in anomalies:
        print(f"{'Refusé' if anomalie.gravite == 'refus' else 'À vérifier'} : {anomalie}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
