"""Découper, fondre et superposer des paliers de taux. De l'arithmétique de périodes, sans droit."""

from collections.abc import Iterable, Iterator
from datetime import date

from recouvrement.droit.base import Palier
from recouvrement.temps import UN_JOUR


def borner(paliers: Iterable[Palier], du: date, au: date) -> Iterator[Palier]:
    """Ce qui tombe entre ``du`` et ``au`` inclus."""
    for p in paliers:
        if p.au >= du and p.du <= au:
            yield p._replace(du=max(p.du, du), au=min(p.au, au))


def fondre(paliers: Iterable[Palier]) -> Iterator[Palier]:
    """Deux périodes voisines de même taux et de mêmes réserves n'en font qu'une."""
    en_cours: Palier | None = None
    for p in paliers:
        if en_cours and p.du == en_cours.au + UN_JOUR and (p.taux, p.reserves) == (en_cours.taux, en_cours.reserves):
            en_cours = en_cours._replace(au=p.au)
            continue
        if en_cours:
            yield en_cours
        en_cours = p
    if en_cours:
        yield en_cours


def remplacer(paliers: Iterable[Palier], par: Iterable[Palier], du: date, au: date) -> tuple[Palier, ...]:
    """Les paliers, ceux de ``du`` à ``au`` étant remplacés par ``par``."""
    connus = tuple(paliers)
    avant = borner(connus, date.min, du - UN_JOUR) if du > date.min else ()
    apres = borner(connus, au + UN_JOUR, date.max) if au < date.max else ()
    return tuple(fondre((*avant, *borner(par, du, au), *apres)))
