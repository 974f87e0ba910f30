"""Les tables par jour : ce qui ne dépend que d'un jour ne se demande qu'une fois par jour rencontré."""

from collections.abc import Callable, Sequence
from datetime import date
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from recouvrement.erreurs import RecouvrementError
from recouvrement.masse.colonnes import DERNIER, Entiers, en_date

T = TypeVar("T")
SANS_REPONSE = -(2**62)
"""Le droit a levé une erreur pour ce jour : la ligne va au moteur d'objets, qui dira laquelle."""


def sans_erreur(question: Callable[..., T]) -> Callable[..., T | int]:
    """La même question ; une erreur de droit y vaut ``SANS_REPONSE``."""

    def repondre(*donnees: Any) -> T | int:
        try:
            return question(*donnees)
        except (RecouvrementError, OverflowError):
            return SANS_REPONSE

    return repondre


class ParJour:
    """Une réponse qui ne dépend que d'un jour.

    Args:
        question: Pour chacun de ces jours, une rangée d'entiers par genre.
        genres: Le type de chaque rangée ; de la dernière, le plus petit nombre n'est jamais une réponse.
    """

    def __init__(self, question: Callable[[Entiers], Sequence[Any]], *genres: type[np.signedinteger[Any]]) -> None:
        self._question = question
        self._reponses = [np.zeros(DERNIER + 1, genre) for genre in genres]
        self._inconnu = np.iinfo(genres[-1]).min
        self._reponses[-1][:] = self._inconnu
        self._verrou = Lock()

    def __call__(self, jours: Entiers) -> list[Any]:
        """Les réponses, une rangée par genre."""
        vers = [np.empty(len(jours), reponses.dtype) for reponses in self._reponses]
        self.remplir(jours, vers)
        return vers

    def remplir(self, jours: Entiers, vers: Sequence[Any]) -> None:
        """Les mêmes, écrites dans ces tableaux de mêmes genres."""
        self._reponses[-1].take(jours, out=vers[-1], mode="clip")
        if len(jours) and vers[-1].min() == self._inconnu:
            self._apprendre(jours)
            self._reponses[-1].take(jours, out=vers[-1], mode="clip")
        for reponses, colonne in zip(self._reponses[:-1], vers, strict=False):
            reponses.take(jours, out=colonne, mode="clip")

    def _apprendre(self, jours: Entiers) -> None:
        with self._verrou:
            manquent = np.unique(np.maximum(jours, 0))
            manquent = manquent[self._reponses[-1][manquent] == self._inconnu]
            if len(manquent):
                for reponses, neuves in zip(self._reponses, self._question(manquent), strict=True):
                    reponses[manquent] = neuves


def par_date(question: Callable[[date], Sequence[int]], largeur: int = 1) -> ParJour:
    """Une question de droit, posée date par date ; une erreur y vaut ``SANS_REPONSE``."""
    posee = sans_erreur(question)

    def reponses(jours: Entiers) -> Any:
        rendues = np.empty((largeur, len(jours)), np.int64)
        for i, jour in enumerate(jours.tolist()):
            rendues[:, i] = posee(en_date(jour))
        return rendues

    return ParJour(reponses, *[np.int64] * largeur)
