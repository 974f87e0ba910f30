"""D'un nom à un objet : les greffons installés, par points d'entrée, chargés au premier usage.

Un nom de configuration (« pdf ») désigne une classe ou une fabrique, que l'appelant construit lui-même avec ses options. Passer
l'objet marche toujours : rien ici n'est nécessaire à qui l'a déjà en main.
"""

from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any, Literal

from attrs import frozen

from recouvrement.erreurs import DependanceManquante, DonneeInvalide, GreffonInconnu, RecouvrementError

Groupe = Literal["rendus", "notificateurs", "registres", "lecteurs", "calendriers", "baremes"]
GROUPES: tuple[Groupe, ...] = ("rendus", "notificateurs", "registres", "lecteurs", "calendriers", "baremes")
A_L_USAGE = {"recouvrement.rendu.docx:RenduDocx": ("docx", "docx"), "recouvrement.rendu.pdf:RenduPdf": ("typst", "pdf")}
"""Ceux d'ici qui n'importent qu'à l'usage un module qu'un extra apporte."""


class GreffonEnPanne(RecouvrementError):
    """Un greffon installé ne se charge pas : il est nommé, les autres restent."""

    def __init__(self, nom: str, paquet: str, cause: str) -> None:
        super().__init__(nom, paquet, cause)
        self.nom = nom
        self.paquet = paquet
        self.cause = cause

    def __str__(self) -> str:
        return f"le greffon « {self.nom} » du paquet « {self.paquet} » ne se charge pas : {self.cause}"


@frozen(kw_only=True)
class Greffon:
    """Un greffon installé, et ce qu'il en est.

    Attributes:
        nom: Son nom dans le groupe.
        paquet: Distribution qui le donne.
        cible: Où il est (« module:objet »).
        etat: ``pret`` ; ``incomplet`` : un extra manque ; ``en_panne`` : il ne se charge pas ; ``ambigu`` : deux paquets donnent ce nom.
        detail: Pourquoi il n'est pas prêt.
    """

    groupe: Groupe
    nom: str
    paquet: str
    version: str
    cible: str
    etat: Literal["pret", "incomplet", "en_panne", "ambigu"]
    detail: str = ""


def greffon(groupe: Groupe, nom: str) -> Any:
    """La classe ou la fabrique de ce nom ; à appeler avec ses options.

    Args:
        nom: « pdf », ou « paquet:pdf » quand deux paquets donnent ce nom.

    Raises:
        DonneeInvalide: Groupe inconnu, ou nom que deux paquets donnent : aucun n'est préféré en silence.
        GreffonInconnu: Aucun greffon de ce nom.
        GreffonEnPanne: Il ne se charge pas.
        DependanceManquante: Il demande un extra.
    """
    entrees = _entrees(groupe)
    paquet, _, court = nom.rpartition(":")
    choisies = [e for e in entrees if e.name == court and paquet in ("", _paquet(e))]
    if not choisies:
        raise GreffonInconnu(nom, sorted({e.name for e in entrees}))
    if len(choisies) > 1:
        noms = ", ".join(f"{_paquet(e)}:{e.name}" for e in choisies)
        raise DonneeInvalide("deux paquets donnent ce nom", champ=groupe, valeur=nom, remede=f"Choisissez : {noms}.")
    return _charger(choisies[0])


def installes(*groupes: Groupe) -> tuple[Greffon, ...]:
    """Tous les greffons de ces groupes, par groupe puis par nom, chacun avec son état. Chacun est chargé pour le savoir.

    Args:
        groupes: Aucun : tous.
    """
    return tuple(_decrire(groupe, e, entrees) for groupe in groupes or GROUPES for entrees in [_entrees(groupe)] for e in entrees)


def _entrees(groupe: str) -> list[EntryPoint]:
    """Par nom puis par paquet : l'ordre d'installation ne change rien."""
    if groupe not in GROUPES:
        raise DonneeInvalide("groupe inconnu", champ="groupe", valeur=groupe, remede=f"Choisissez parmi : {', '.join(GROUPES)}.")
    return sorted(entry_points(group=f"recouvrement.{groupe}"), key=lambda e: (e.name, _paquet(e)))


def _paquet(entree: EntryPoint) -> str:
    return entree.dist.name if entree.dist else ""


def _charger(entree: EntryPoint) -> Any:
    try:
        objet = entree.load()
    except DependanceManquante:
        raise
    except (Exception, SystemExit) as e:  # le code d'autrui : il peut tout lever
        raise GreffonEnPanne(entree.name, _paquet(entree), f"{type(e).__name__} : {e}") from e
    if not callable(objet):
        raise GreffonEnPanne(entree.name, _paquet(entree), f"{entree.value} n'est ni une classe ni une fabrique")
    module, extra = A_L_USAGE.get(entree.value, ("", ""))
    if module and find_spec(module) is None:
        raise DependanceManquante(f"Le greffon « {entree.name} »", extra)
    return objet


def _decrire(groupe: Groupe, entree: EntryPoint, entrees: list[EntryPoint]) -> Greffon:
    etat: Literal["pret", "incomplet", "en_panne", "ambigu"] = "pret"
    detail = ""
    try:
        _charger(entree)
        rivaux = [_paquet(e) for e in entrees if e.name == entree.name and e != entree]
        if rivaux:
            etat, detail = "ambigu", f"aussi donné par : {', '.join(rivaux)}"
    except DependanceManquante as e:
        etat, detail = "incomplet", str(e)
    except GreffonEnPanne as e:
        etat, detail = "en_panne", e.cause
    version = entree.dist.version if entree.dist else ""
    return Greffon(
        groupe=groupe, nom=entree.name, paquet=_paquet(entree), version=version, cible=entree.value, etat=etat, detail=detail
    )
