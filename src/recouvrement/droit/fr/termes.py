"""Compter un terme : des jours, des mois, une fin de mois, un quantième. De l'arithmétique, et la date d'où elle part."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from recouvrement.modele.conditions import Terme
from recouvrement.modele.creance import Creance
from recouvrement.resultat import Reserve, Resultat, fait
from recouvrement.temps import Delai

DEPARTS: Mapping[str, tuple[str, str, str]] = {
    "emission": ("emise_le", "Émise le", "l'émission"),
    "livraison": ("executee_le", "Livrée le", "livraison"),
    "service_fait": ("executee_le", "Service fait le", "constatation du service fait"),
    "reception": ("recue_le", "Facture reçue le", "réception de la facture"),
    "dedouanement": ("executee_le", "Dédouanée le", "dédouanement"),
}
SANS_DEPART = {
    depart: Reserve(f"delai_sans_{depart}", f"date de {nom} inconnue : le délai est compté de l'émission, à confirmer")
    for depart, (_, _, nom) in DEPARTS.items()
}


def fin_de_mois(jour: date) -> date:
    """Dernier jour du mois."""
    return jour.replace(day=monthrange(jour.year, jour.month)[1])


def _fin_de_decade(jour: date) -> date:
    """Le 10, le 20 ou le dernier jour du mois."""
    return jour.replace(day=10 if jour.day <= 10 else 20) if jour.day <= 20 else fin_de_mois(jour)


def _prochain(quantieme: int, jour: date) -> date:
    """Le premier jour de ce quantième strictement après ``jour`` ; le dernier du mois s'il n'y en a pas."""
    for premier in (jour.replace(day=1), Delai(mois=1).depuis(jour.replace(day=1))):
        vise = premier.replace(day=min(quantieme, monthrange(premier.year, premier.month)[1]))
        if vise > jour:
            break
    return vise


def compter(terme: Terme, depart: date) -> date:
    """Le jour où tombe ce terme : fin de décade ou de mois d'abord, puis mois, jours, fin de mois, et quantième.

    « 45 jours fin de mois » se compte de deux façons, admises toutes deux (DGCCRF) : ``fin_de_mois`` dit celle du contrat. Aucun
    report au jour ouvré.

    Source:
        C. civ., art. 1103 et 1305 ; C. com., art. L. 441-10, I.

    Raises:
        DonneeInvalide: Le résultat dépasse l'an 9999.
    """
    jour = _fin_de_decade(depart) if terme.decade else fin_de_mois(depart) if terme.fin_de_mois == "avant" else depart
    jour = Delai(mois=terme.mois, jours=terme.jours).depuis(jour)
    jour = fin_de_mois(jour) if terme.fin_de_mois == "apres" else jour
    return _prochain(terme.quantieme, jour) if terme.quantieme else jour


def depart_de(creance: Creance, depart: str) -> tuple[Resultat[date], tuple[Reserve, ...]]:
    """Le jour qui fait courir ; à défaut de date, l'émission, avec une réserve."""
    champ, nom, _ = DEPARTS[depart]
    jour: date | None = getattr(creance, champ)
    if jour is None:
        return fait("Émise le", creance.emise_le), (SANS_DEPART[depart],)
    return fait(nom, jour), ()
