"""Les jours fériés français, par territoire, et ce qu'ils font d'un délai. Calculés de 1982 à 2100."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide, DroitIndisponible
from recouvrement.modele._champs import en_suite
from recouvrement.resultat import Reserve, Source
from recouvrement.temps import UN_JOUR, jour_civil, paques

PREMIERE_ANNEE, DERNIERE_ANNEE = 1982, 2100
TERRITOIRES = (
    "metropole",
    "alsace_moselle",
    "guadeloupe",
    "martinique",
    "guyane",
    "reunion",
    "mayotte",
    "saint_barthelemy",
    "saint_martin",
    "nouvelle_caledonie",
    "polynesie",
    "wallis_et_futuna",
)
NON_RELEVES = ("saint_pierre_et_miquelon", "terres_australes")
JOURS_LOCAUX = Reserve(
    "jours_locaux",
    "aucun texte relevé ne dit qu'un jour férié ou chômé dans un seul territoire proroge un délai : il le fait ici parce que ce calendrier"
    " a été choisi",
    Source("Code de procédure civile", "642"),
)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def _feries(territoire: str, annee: int) -> Mapping[date, str]:
    """Fériés nationaux, plus ceux du territoire."""
    if not PREMIERE_ANNEE <= annee <= DERNIERE_ANNEE:
        raise DroitIndisponible(
            f"les jours fériés ne sont calculés que de {PREMIERE_ANNEE} à {DERNIERE_ANNEE} (demandé : {annee})"
        )
    lignes = _table()["metropole"] + ([] if territoire == "metropole" else _table()[territoire])
    lignes = [x for x in lignes if x.get("depuis", PREMIERE_ANNEE) <= annee <= x.get("jusqu_a", DERNIERE_ANNEE)]
    return MappingProxyType(dict(sorted((_jour(x, annee), x["nom"]) for x in lignes)))


def _jour(ligne: Mapping[str, Any], annee: int) -> date:
    if "paques" in ligne:
        return paques(annee) + timedelta(days=ligne["paques"])
    mois, jour = map(int, ligne["date"].split("-"))
    return date(annee, mois, jour)


@lru_cache(maxsize=len(TERRITOIRES))
def _reserves(territoire: str) -> tuple[Reserve, ...]:
    """L'effet discuté des jours locaux, le doute de leur relevé, ce que leurs lignes supposent."""
    if territoire == "metropole":
        return ()
    lues = [JOURS_LOCAUX]
    for x in _table()[territoire]:
        origine = Source(x["source"]["texte"], x["source"].get("article", ""))
        if x.get("verifie", "etabli") != "etabli":
            lues.append(
                Reserve(f"feries_{territoire}_{x['verifie']}", "jours fériés locaux relevés dans une seule source", origine)
            )
        if "reserve" in x:
            lues.append(Reserve(f"feries_{territoire}", x["reserve"], origine))
    return tuple(dict.fromkeys(lues))


@frozen
class Calendrier:
    """Calendrier légal d'un territoire, plus des jours chômés par l'usage ou par la juridiction, de 1982 à 2100.

    Args:
        territoire: ``metropole``, ``alsace_moselle``, ``guadeloupe``, ``martinique``, ``guyane``, ``reunion``, ``mayotte``,
            ``saint_barthelemy``, ``saint_martin``, ``nouvelle_caledonie``, ``polynesie``, ``wallis_et_futuna``.
        jours_chomes: Jours tenus pour fériés en plus.

    Raises:
        DonneeInvalide: Territoire inconnu, jour qui n'est pas une date.
        DroitIndisponible: Territoire dont les jours fériés n'ont pas été relevés ; jour hors de 1982 à 2100, pour toute méthode.
    Source:
        C. trav., art. L. 3133-1, L. 3134-13, L. 3422-2 ; CPC, art. 642 (« férié ou chômé »).
    """

    territoire: str = "metropole"
    jours_chomes: tuple[date, ...] = field(default=(), converter=en_suite)

    _repr_html_ = fiche("Calendrier")

    def __attrs_post_init__(self) -> None:
        if self.territoire in NON_RELEVES:
            raise DroitIndisponible(f"les jours fériés de « {self.territoire} » n'ont pas été relevés")
        if self.territoire not in TERRITOIRES:
            raise DonneeInvalide(
                "territoire inconnu",
                champ="territoire",
                valeur=self.territoire,
                remede=f"Choisissez parmi : {', '.join(TERRITOIRES)}.",
            )
        for jour in self.jours_chomes:
            jour_civil(jour, "jours_chomes")

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Ce qui reste discuté des jours propres au territoire ; rien en métropole."""
        return _reserves(self.territoire)

    def feries(self, annee: int) -> Mapping[date, str]:
        """Jours fériés légaux de l'année, avec leur nom."""
        return _feries(self.territoire, annee)

    def ouvre(self, jour: date) -> bool:
        """Jour ouvré : du lundi au vendredi, ni férié ni chômé."""
        return jour not in _feries(self.territoire, jour.year) and jour.weekday() < 5 and jour not in self.jours_chomes

    def ouvrable(self, jour: date) -> bool:
        """Jour ouvrable : du lundi au samedi, ni férié ni chômé."""
        return jour not in _feries(self.territoire, jour.year) and jour.weekday() < 6 and jour not in self.jours_chomes

    def reporte(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le premier jour ouvré suivant.

        Source:
            CPC, art. 642, al. 2 : son « premier jour ouvrable » n'est ni un samedi, ni un dimanche, ni un jour férié ou chômé.
        """
        while not self.ouvre(jour):
            jour += UN_JOUR
        return jour

    def recule(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le dernier jour ouvré précédent : là où aucune prorogation ne joue."""
        while not self.ouvre(jour):
            jour -= UN_JOUR
        return jour

    def plus_ouvres(self, jour: date, n: int) -> date:
        """Le n-ième jour ouvré après ``jour`` (``n`` ≥ 1) ; ``n`` = 0 rend ``jour``."""
        return _plus(jour, n, self.ouvre)

    def plus_ouvrables(self, jour: date, n: int) -> date:
        """Le n-ième jour ouvrable après ``jour`` (``n`` ≥ 1) ; ``n`` = 0 rend ``jour``."""
        return _plus(jour, n, self.ouvrable)


def _plus(jour: date, n: int, compte: Callable[[date], bool]) -> date:
    if n < 0:
        raise DonneeInvalide("nombre de jours positif attendu", champ="n", valeur=n)
    while n:
        jour += UN_JOUR
        n -= compte(jour)
    return jour
