"""Le noyau NumPy sur toute une table : bloc par bloc, et sorte par sorte si elle en a plusieurs."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from recouvrement.masse.classes import Classe
from recouvrement.masse.colonnes import Lues, Masque, Paiements, Rangs
from recouvrement.masse.noyau import BLOC
from recouvrement.masse.sortie import Sortie


def par_colonnes(lues: Lues, sortie: Sortie) -> None:
    """Écrit ce que le noyau sait de ces lignes ; celles qu'il ne décrit pas ne sont pas faites."""
    classes = [sortie.droits.classe(sorte.cle) for sorte in lues.sortes]
    sortie.commencer(lues, classes)
    n, c, classe = len(lues.simples), lues.colonnes, classes[0]
    blocs = [slice(debut, min(debut + BLOC, n)) for debut in range(0, n, BLOC)]
    if lues.sorte is None and classe is not None and sortie.faites.all():  # des lignes voisines : ni tri ni copie
        for bloc in blocs:
            siennes = c.portion(bloc)
            sortie.preparer(siennes, bloc)
            sortie.examiner(classe, siennes, None, bloc)
            sortie.totaliser(bloc)
        return
    for bloc in blocs:
        sortie.preparer(c.portion(bloc), bloc)
    for classe, paiements, rangs in par_sorte(lues, classes, sortie.faites):
        sortie.examiner(classe, c.portion(rangs), paiements and paiements.portion(rangs), rangs)
    for bloc in blocs:
        sortie.totaliser(bloc)


def par_sorte(lues: Lues, classes: Sequence[Classe | None], faites: Masque) -> Iterator[tuple[Classe, Paiements | None, Rangs]]:
    """Les lignes à faire, par sorte et par blocs."""
    toutes = bool(faites.all())
    rangs = np.arange(len(faites)) if toutes else np.flatnonzero(faites)
    bornes = [0, len(rangs)]
    if lues.sorte is not None:
        sortes = lues.sorte if toutes else lues.sorte.take(rangs)
        ordre = np.argsort(sortes, kind="stable")
        rangs = ordre if toutes else rangs.take(ordre)
        bornes = [0, *np.bincount(sortes, minlength=len(lues.sortes)).cumsum().tolist()]
    for sorte, classe, (premier, dernier) in zip(lues.sortes, classes, pairwise(bornes), strict=True):
        if classe is not None:
            for debut in range(premier, dernier, BLOC):
                yield classe, lues.paiements if sorte.payees else None, rangs[debut : min(debut + BLOC, dernier)]


def etaler(numeros: Any, longueurs: Any, codes: Sequence[Any]) -> tuple[Any, Any]:
    """Les bornes de la liste de chaque numéro, et leurs éléments à la suite (voir ``sortie.Etaler``)."""
    bornes, dits = np.zeros(len(numeros) + 1, np.int32), []
    for debut in range(0, len(numeros), BLOC):
        siens = numeros[debut : debut + BLOC].astype(np.intp)
        combien = bornes[debut + 1 : debut + 1 + len(siens)]
        longueurs.take(siens, out=combien, mode="clip")
        siens = codes[combien.max()].take(siens.compress(siens > 0), axis=0, mode="clip").ravel()
        dits.append(siens.compress(siens >= 0))
    np.cumsum(bornes, out=bornes)
    return bornes, np.concatenate([codes[0].ravel(), *dits])
