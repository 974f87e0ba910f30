"""Ce qu'un juge change : la majoration de l'intérêt légal, le délai de grâce."""

from collections.abc import Iterable
from datetime import date

from recouvrement.droit.base import Palier
from recouvrement.droit.fr.paliers import borner, remplacer
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, atteint
from recouvrement.modele.evenements import DelaiDeGrace, Titre
from recouvrement.modele.montant import Taux
from recouvrement.temps import UN_JOUR, Delai

MAJORATION = Taux(5)  # points
DELAI_DE_MAJORATION = Delai(mois=2)
ORIGINE_MAJORATION = " + 5 points deux mois après le jugement exécutoire (C. mon. fin., art. L. 313-3)"


def titre_de(creance: Creance, evenements: Iterable[Evenement]) -> Titre | None:
    """Le premier titre obtenu sur cette créance."""
    titres = [e for e in evenements if isinstance(e, Titre) and atteint(e, creance.reference)]
    return min(titres, key=lambda t: t.le) if titres else None


def apres_jugement(paliers: tuple[Palier, ...], titre: Titre | None, *, civil: bool) -> tuple[Palier, ...]:
    """L'intérêt légal est majoré de cinq points à l'expiration de deux mois depuis que la décision est exécutoire.

    Exécutoire le 17 septembre : le 17 novembre est le dernier jour au taux simple.

    Source:
        C. mon. fin., art. L. 313-3.
    """
    if titre is None or not civil:
        return paliers
    du = DELAI_DE_MAJORATION.depuis(titre.executoire_le) + UN_JOUR
    majores = [p._replace(taux=p.taux + MAJORATION, origine=p.origine + ORIGINE_MAJORATION) for p in paliers]
    return remplacer(paliers, majores, du, date.max)


def grace(
    majores: tuple[Palier, ...], simples: tuple[Palier, ...], creance: Creance, evenements: Iterable[Evenement], *, civil: bool
) -> tuple[Palier, ...]:
    """Ni pénalité ni majoration pendant un délai de grâce, bornes incluses ; le juge peut fixer un taux réduit.

    L'intérêt légal simple, lui, continue.

    Source:
        C. civ., art. 1343-5.
    """
    for delai in evenements:
        if not isinstance(delai, DelaiDeGrace) or not atteint(delai, creance.reference):
            continue
        par: Iterable[Palier] = borner(simples, delai.du, delai.au) if civil else ()
        if delai.taux is not None:
            par = (Palier(delai.du, delai.au, delai.taux, "taux réduit fixé par le juge (C. civ., art. 1343-5)", ()),)
        majores = remplacer(majores, par, delai.du, delai.au)
    return majores
