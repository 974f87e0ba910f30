"""La commande ``recouvrement``. Elle ne fait qu'appeler la bibliothèque ; elle seule lit l'horloge, l'environnement et le terminal.

Code de retour : 0, tout est lu et traité ; 1, une partie a été refusée, retenue, ou n'est pas partie ; 2, rien n'a pu se faire.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from recouvrement.cli.arguments import analyseur
from recouvrement.cli.entree import lire
from recouvrement.cli.sortie import EN_PARTIE, IMPOSSIBLE, TOUT_LU, accorder_la_sortie, en_options
from recouvrement.erreurs import RecouvrementError, affichable


def main(arguments: Sequence[str] | None = None) -> int:
    """Lit la ligne de commande, fait ce qu'elle dit, et rend le code de retour."""
    accorder_la_sortie()
    options = analyseur().parse_args(arguments)
    try:
        code = _faire(options)
        sys.stdout.flush()
    except BrokenPipeError:  # « | head » en a assez lu ; l'interpréteur videra le reste dans le vide
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EN_PARTIE
    return code


def _faire(options: argparse.Namespace) -> int:
    piece, _, nom = options.faire.partition(":")
    try:
        dossiers, anomalies = lire(options)
        code: int = getattr(import_module(f"recouvrement.cli.{piece}"), nom)(options, dossiers, anomalies)
    except RecouvrementError as e:
        print(affichable(f"recouvrement : {en_options(e)}", garder="\n"), file=sys.stderr)
        return IMPOSSIBLE
    for anomalie in anomalies:
        print(f"{'Refusé' if anomalie.gravite == 'refus' else 'À vérifier'} : {anomalie}", file=sys.stderr)
    refus = any(a.gravite == "refus" for a in anomalies)
    return max(code, TOUT_LU if not refus else EN_PARTIE if dossiers else IMPOSSIBLE)
