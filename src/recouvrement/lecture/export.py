"""Vers un tableur et retour : ce qui est écrit se relit à l'identique, et aucune cellule ne s'exécute."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum
from typing import Any

from attrs import fields

from recouvrement.affichage import endormir
from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._faits_csv import COLONNES_CREANCES, COLONNES_EVENEMENTS, GENRES
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.temps import Delai

_ADRESSE = ("voie", "code_postal", "commune", "complements", "pays")
_SANS_COLONNE = frozenset({"creancier", "debiteur", "conditions", "adresse", "terme"})
_TYPES = {genre.classe: type_ for type_, genre in GENRES.items()}
_LECTEUR = LecteurCsv()


def ecrire_creances(creances: Iterable[Creance]) -> bytes:
    """CSV que ``LecteurCsv()`` relit à l'identique : point-virgule, virgule décimale, AAAA-MM-JJ, UTF-8 avec marque d'ordre.

    Un texte qu'un tableur exécuterait (``=``, ``+``, ``-``, ``@``) est précédé d'une apostrophe, retirée à la lecture.

    Raises:
        DonneeInvalide: Une créance ne s'écrit pas sans perte (un complément d'adresse qui contient « | »…).
    """
    lues = tuple(creances)
    octets = _ecrire(COLONNES_CREANCES, [dict(_de_la_creance(x)) for x in lues])
    return _verifier(octets, lues, _LECTEUR.lire(octets).creances, [x.reference for x in lues])


def ecrire_evenements(evenements: Iterable[Evenement]) -> bytes:
    """CSV d'événements, avec les mêmes garanties que ``ecrire_creances``.

    Un fait qui ne nomme aucune créance vaut pour tout son dossier : écrivez alors un fichier par dossier.

    Raises:
        DonneeInvalide: Un événement ne s'écrit pas sans perte.
    """
    lus = tuple(evenements)
    octets = _ecrire(COLONNES_EVENEMENTS, [dict(_de_l_evenement(e)) for e in lus])
    return _verifier(octets, lus, _LECTEUR.lire(octets).evenements, [f"{type(e).__name__} du {e.le:%d/%m/%Y}" for e in lus])


def _ecrire(colonnes: tuple[str, ...], lignes: list[dict[str, str]]) -> bytes:
    """Les colonnes qui servent, dans l'ordre de la documentation."""
    utiles = {c for ligne in lignes for c, v in ligne.items() if v}
    gardees = [c for c in colonnes if c in utiles or c in ("reference", "principal", "emise_le", "debiteur_nom", "creancier_nom")]
    if "type" in colonnes:
        gardees = [c for c in colonnes if c in utiles or c in ("type", "le")]
    flux = io.StringIO(newline="")
    plume = csv.writer(flux, delimiter=";", lineterminator="\r\n")
    plume.writerow(gardees)
    plume.writerows([[ligne.get(c, "") for c in gardees] for ligne in lignes])
    return flux.getvalue().encode("utf-8-sig")


def _verifier(octets: bytes, donnes: tuple[Any, ...], relus: tuple[Any, ...], noms: list[str]) -> bytes:
    if relus != donnes:
        rang = next((i for i, (a, b) in enumerate(zip(donnes, relus, strict=False)) if a != b), min(len(donnes), len(relus)))
        remede = "Une référence en double, ou un texte qui contient « | » ?"
        raise DonneeInvalide("ne s'écrit pas en CSV sans perte", champ="reference", valeur=noms[rang], remede=remede)
    return octets


def _de_la_creance(x: Creance) -> Iterator[tuple[str, str]]:
    yield from _champs(x, devise=x.devise)
    yield from _champs(x.conditions, devise=x.devise)
    yield "devise", x.devise
    if x.conditions.terme:
        yield from ((f"terme_{nom}", v) for nom, v in _champs(x.conditions.terme))
        yield "terme_jours", str(x.conditions.terme.jours)
    for role, partie in (("debiteur", x.debiteur), ("creancier", x.creancier)):
        yield from ((f"{role}_{nom}", v) for nom, v in _de_la_partie(partie))


def _de_la_partie(partie: Creancier | Debiteur) -> Iterator[tuple[str, str]]:
    yield from _champs(partie)
    if partie.adresse:
        yield from ((nom, _cellule(getattr(partie.adresse, nom))) for nom in _ADRESSE)


def _de_l_evenement(e: Evenement) -> Iterator[tuple[str, str]]:
    type_ = _TYPES[type(e)]
    yield "type", type_
    for colonne, champ in GENRES[type_].champs.items():
        if champ:
            yield colonne, _cellule(getattr(e, champ))
    montants = [getattr(e, "montant", None), *(m for _, m in getattr(e, "versements", ()))]
    yield from (("devise", m.devise) for m in montants if m is not None)


def _champs(objet: Any, *, devise: str = "") -> Iterator[tuple[str, str]]:
    """Chaque champ qui a sa colonne ; celui qui vaut son défaut reste vide."""
    for f in fields(type(objet)):
        valeur = getattr(objet, f.name)
        if f.name in _SANS_COLONNE or valeur == f.default:
            continue
        if isinstance(valeur, Montant) and valeur.devise != devise:
            raise DonneeInvalide("montant dans une autre devise que la créance", champ=f.name, valeur=valeur)
        taux_de_clause = f.name == "clause_penale" and isinstance(valeur, Taux)
        yield f.name, _cellule(valeur) + (" %" if taux_de_clause else "")


def _cellule(valeur: Any) -> str:
    """Une valeur dans les conventions de ``LecteurCsv()``."""
    match valeur:
        case None:
            return ""
        case bool():
            return "oui" if valeur else "non"
        case Enum():
            return str(valeur.value)
        case date():
            return valeur.isoformat()
        case Montant():
            return valeur.vers_json().partition(" ")[0].replace(".", ",")
        case Taux():
            return valeur.vers_json().replace(".", ",")
        case Delai():
            parts = ((valeur.annees, "ans"), (valeur.mois, "mois"), (valeur.jours, "jours"))
            return " ".join(f"{n} {nom}" for n, nom in parts if n)
        case tuple():
            return _suite(valeur)
        case _:
            return endormir(str(valeur))


def _suite(valeurs: tuple[Any, ...]) -> str:
    """Références « A | B », versements « jour = montant » ; une barre finale garde les espaces d'une référence seule."""
    if valeurs and isinstance(valeurs[0], tuple):
        return " | ".join(f"{_cellule(jour)} = {_cellule(montant)}" for jour, montant in valeurs)
    return endormir("|".join(valeurs) + "|") if valeurs else ""
