"""Les jours fériés français, par territoire, et ce qu'ils font d'un délai. Décrits depuis 1960."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide, DroitIndisponible
from recouvrement.modele._champs import en_suite
from recouvrement.temps import UN_JOUR, jour_civil, paques

PREMIERE_ANNEE = 1960
TERRITOIRES = ("metropole", "alsace_moselle", "guadeloupe", "martinique", "guyane", "reunion", "mayotte")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def _feries(territoire: str, annee: int) -> Mapping[date, str]:
    """Fériés nationaux, plus ceux du territoire."""
    if annee < PREMIERE_ANNEE:
        raise DroitIndisponible(f"les jours fériés ne sont décrits que depuis {PREMIERE_ANNEE} (demandé : {annee})")
    lignes = _table()["metropole"] + ([] if territoire == "metropole" else _table()[territoire])
    return MappingProxyType(
        dict(sorted((_jour(ligne, annee), ligne["nom"]) for ligne in lignes if annee >= ligne.get("depuis", 0)))
    )


def _jour(ligne: Mapping[str, Any], annee: int) -> date:
    if "paques" in ligne:
        return paques(annee) + timedelta(days=ligne["paques"])
    mois, jour = map(int, ligne["date"].split("-"))
    return date(annee, mois, jour)


@frozen
class Calendrier:
    """Calendrier légal d'un territoire, plus des jours chômés par l'usage ou par la juridiction.

    Args:
        territoire: ``metropole``, ``alsace_moselle``, ``guadeloupe``, ``martinique``, ``guyane``, ``reunion``, ``mayotte``.
        jours_chomes: Jours tenus pour fériés en plus.

    Raises:
        DonneeInvalide: Territoire inconnu, jour qui n'est pas une date.
    Source:
        C. trav., art. L. 3133-1, L. 3134-13, L. 3422-2 ; CPC, art. 642 (« férié ou chômé »).
    """

    territoire: str = "metropole"
    jours_chomes: tuple[date, ...] = field(default=(), converter=en_suite)

    def __attrs_post_init__(self) -> None:
        if self.territoire not in TERRITOIRES:
            raise DonneeInvalide(
                "territoire inconnu",
                champ="territoire",
                valeur=self.territoire,
                remede=f"Choisissez parmi : {', '.join(TERRITOIRES)}.",
            )
        for jour in self.jours_chomes:
            jour_civil(jour, "jours_chomes")

    def feries(self, annee: int) -> Mapping[date, str]:
        """Jours fériés légaux de l'année, avec leur nom.

        Raises:
            DroitIndisponible: Année antérieure à 1960.
        """
        return _feries(self.territoire, annee)

    def _chome(self, jour: date) -> bool:
        """Avant 1960, faute de table, seuls les week-ends comptent."""
        return (jour.year >= PREMIERE_ANNEE and jour in _feries(self.territoire, jour.year)) or jour in self.jours_chomes

    def ouvre(self, jour: date) -> bool:
        """Jour ouvré : du lundi au vendredi, ni férié ni chômé."""
        return jour.weekday() < 5 and not self._chome(jour)

    def ouvrable(self, jour: date) -> bool:
        """Jour ouvrable : du lundi au samedi, ni férié ni chômé."""
        return jour.weekday() < 6 and not self._chome(jour)

    def _cherche(self, jour: date, pas: timedelta) -> Iterator[date]:
        while True:
            if self.ouvre(jour):
                yield jour
            jour += pas

    def reporte(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le premier jour ouvré suivant.

        Source:
            CPC, art. 642, al. 2.
        """
        return next(self._cherche(jour, UN_JOUR))

    def recule(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le dernier jour ouvré précédent : là où aucune prorogation ne joue."""
        return next(self._cherche(jour, -UN_JOUR))

    def plus_ouvres(self, jour: date, n: int) -> date:
        """Le n-ième jour ouvré après ``jour`` (``n`` ≥ 1) ; ``n`` = 0 rend ``jour``."""
        if n < 0:
            raise DonneeInvalide("nombre de jours positif attendu", champ="n", valeur=n)
        suite = self._cherche(jour + UN_JOUR, UN_JOUR)
        for _ in range(n):
            jour = next(suite)
        return jour
