"""Les tables de la loi et ses délais : ce que la commande en dit sans aucun fichier."""

import argparse
import json
import re
from datetime import date

from recouvrement.affichage import date_fr
from recouvrement.cli.entree import Lus
from recouvrement.cli.sortie import TOUT_LU, pour_un_programme, tableau
from recouvrement.droit.baremes import Bareme
from recouvrement.politique.politique import Politique
from recouvrement.ports import Anomalie
from recouvrement.temps import UN_JOUR

CERTITUDES = {"etabli": "établi", "une_source": "une source", "a_verifier": "à vérifier"}


def delai(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Le terme d'un délai de procédure, et ses raisons."""
    terme = Politique().delai(options.cle, depart=options.depart, distance=options.distance)
    print(json.dumps(terme.vers_dict(), ensure_ascii=False, indent=2) if options.json else terme.expliquer())
    return TOUT_LU


def baremes(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Chaque table, sa dernière valeur, et ce qui est attendu."""
    droit = Politique().droit
    fiches = [_fiche(b) for b in droit.baremes.values()]
    if pour_un_programme(options, fiches, {"a_jour_au": droit.a_jour_au.isoformat(), "baremes": fiches}):
        return TOUT_LU
    entetes = ("Barème", "Unité", "Connu du", "Dernière valeur", "Du", "Connu au", "Certitude", "Attendu pour le")
    cles = ("code", "unite", "connu_du", "valeur", "du", "connu_au", "certitude", "attendu")
    print(tableau([entetes, *(tuple(map(_en_clair, (f[c] for c in cles))) for f in fiches)]))
    for f in fiches:
        print(f"{f['code']} : {f['intitule']} ({f['texte']}). Dernière valeur : {f['source']}.")
    print(f"Toutes les tables de taux répondent jusqu'au {date_fr(droit.a_jour_au)}.")
    return TOUT_LU


def _fiche(bareme: Bareme) -> dict[str, str]:
    """Un barème et sa dernière valeur, en types de JSON ; dates ISO, valeurs exactes."""
    derniere = bareme.valeurs[-1]
    publie = derniere.source.publie_le
    return {
        "code": bareme.code,
        "intitule": bareme.intitule,
        "unite": bareme.unite,
        "texte": str(bareme.source),
        "connu_du": bareme.connu_du.isoformat(),
        "connu_au": bareme.connu_au.isoformat(),
        "valeur": str(derniere.valeur),
        "du": derniere.du.isoformat(),
        "au": derniere.au.isoformat() if derniere.au else "",
        "source": str(derniere.source),
        "publie_le": publie.isoformat() if publie else "",
        "certitude": derniere.verifie,
        "attendu": _attendu(bareme),
    }


def _attendu(bareme: Bareme) -> str:
    """Le premier jour qui demande une valeur non encore publiée ; vide pour une somme en vigueur jusqu'à nouvel ordre.

    Un taux sans fin connue est à relever de nouveau pour le semestre qui suit son dernier relevé.
    """
    connu = bareme.connu_au
    if bareme.valeurs[-1].au is not None:
        return (connu + UN_JOUR).isoformat()
    if bareme.unite != "%/an":
        return ""
    return (date(connu.year, 7, 1) if connu.month <= 6 else date(connu.year + 1, 1, 1)).isoformat()


def _en_clair(valeur: str) -> str:
    """Une date ISO en jour, mois, année ; une valeur exacte à la virgule ; un degré de certitude avec ses accents."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", valeur):
        return date_fr(date.fromisoformat(valeur), longue=False)
    clair = CERTITUDES.get(valeur, valeur)
    return clair.replace(".", ",") or "—"
