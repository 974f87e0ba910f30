"""Ce qu'un juge change à la course des intérêts : le délai de grâce, la majoration de l'intérêt légal."""

from collections.abc import Iterable, Iterator
from datetime import date

from recouvrement.droit.base import Course, Palier
from recouvrement.droit.fr.paliers import remplacer
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, atteint
from recouvrement.modele.evenements import DelaiDeGrace, Titre
from recouvrement.modele.montant import Taux
from recouvrement.resultat import Reserve, Source
from recouvrement.temps import UN_JOUR, Delai

MAJORATION = Taux(5)  # points
DELAI_DE_MAJORATION = Delai(mois=2)
ORIGINE_MAJORATION = " + 5 points, deux mois après le jugement exécutoire (C. mon. fin., art. L. 313-3)"
TAUX_REDUIT = "taux réduit fixé par le juge (C. civ., art. 1343-5)"
GRACE_MAX = Delai(annees=2)
GRACE_LONGUE = Reserve(
    "grace_longue",
    "délai de grâce de plus de deux ans : le juge ne peut en accorder davantage ; vérifiez ses dates, qui sont appliquées telles quelles",
    Source("Code civil", "1343-5"),
)
SANS_MAJORATION = Reserve(
    "titre_sans_majoration",
    "après jugement, pénalités et intérêts convenus continuent sans la majoration de cinq points, comptée sur le seul intérêt légal",
    Source("Code monétaire et financier", "L. 313-3"),
)


def titre_de(creance: Creance, evenements: Iterable[Evenement]) -> Titre | None:
    """Le premier titre obtenu sur cette créance."""
    titres = [e for e in evenements if isinstance(e, Titre) and atteint(e, creance.reference)]
    return min(titres, key=lambda t: t.le) if titres else None


def _delais(creance: Creance, evenements: Iterable[Evenement]) -> list[DelaiDeGrace]:
    return [e for e in evenements if isinstance(e, DelaiDeGrace) and atteint(e, creance.reference)]


def accorder_un_delai(course: Course, creance: Creance, evenements: Iterable[Evenement]) -> Course:
    """Aucune pénalité ne court pendant le délai, bornes incluses ; l'intérêt légal simple continue ; le juge peut fixer un taux réduit.

    Source:
        C. civ., art. 1343-5.
    """
    paliers, delais = course.paliers, _delais(creance, evenements)
    for delai in delais:
        if delai.taux is not None:
            reduit = Palier(delai.du, delai.au, delai.taux, TAUX_REDUIT, ())
            paliers = remplacer(paliers, (reduit,), delai.du, delai.au)
        elif course.poste == "penalites":
            paliers = remplacer(paliers, (), delai.du, delai.au)
    longs = any(delai.au > GRACE_MAX.depuis(delai.du) for delai in delais)
    return course._replace(paliers=paliers, reserves=(*course.reserves, GRACE_LONGUE) if longs else course.reserves)


def majorer(course: Course, creance: Creance, evenements: Iterable[Evenement]) -> Course:
    """L'intérêt légal est majoré de cinq points à l'expiration de deux mois depuis que la décision est exécutoire.

    Exécutoire le 17 septembre : le 17 novembre est le dernier jour au taux simple. Aucune majoration pendant un délai de grâce.

    Source:
        C. mon. fin., art. L. 313-3 ; C. civ., art. 1343-5 ; capitalisation demandée : C. civ., art. 1343-2.
    """
    titre = titre_de(creance, evenements)
    if titre is None:
        return course
    capitalise_du = course.capitalise_du
    if capitalise_du is None and titre.capitalisation_le is not None and course.apres is not None:
        capitalise_du = max(titre.capitalisation_le, course.apres)  # une année entière d'intérêts, pas de demande
    if course.poste == "penalites" or not course.legale:
        return course._replace(capitalise_du=capitalise_du, reserves=(*course.reserves, SANS_MAJORATION))
    paliers, depart = course.paliers, DELAI_DE_MAJORATION.depuis(titre.executoire_le) + UN_JOUR
    majores = [p._replace(taux=p.taux + MAJORATION, origine=p.origine + ORIGINE_MAJORATION) for p in paliers]
    for du, au in _hors_delais(depart, _delais(creance, evenements)):
        paliers = remplacer(paliers, majores, du, au)
    return course._replace(paliers=paliers, capitalise_du=capitalise_du)


def _hors_delais(depart: date, delais: list[DelaiDeGrace]) -> Iterator[tuple[date, date]]:
    """Les périodes à partir de ``depart`` qu'aucun délai de grâce ne couvre."""
    for delai in sorted(delais, key=lambda d: d.du):
        if delai.au < depart:
            continue
        if delai.du > depart:
            yield depart, delai.du - UN_JOUR
        depart = delai.au + UN_JOUR
    yield depart, date.max
