"""Cycle de vie de la facture électronique : ce qu'un message de statut (CDAR) change à une créance."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

from attrs import frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._commun import MEGA, REDEMANDER, lire_date, lire_octets, lire_somme, nom_de
from recouvrement.lecture._xml import lire_arbre, premier, unique
from recouvrement.lecture.constat import Constat
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import Blocage, Paiement
from recouvrement.modele.montant import Montant
from recouvrement.ports import Lecture

LIMITE_STATUTS = 20 * MEGA
MESSAGE = "CrossDomainAcknowledgementAndResponse"
_RACINE = f"{{urn:un:unece:uncefact:data:standard:{MESSAGE}:100}}{MESSAGE}"
# AFNOR XP Z12-012, message CDV ; les codes et ces libellés sont ceux du schematron BR-FR-CDV 1.4 du FNFE-MPE.
STATUTS = {
    "200": "déposée",
    "206": "approuvée partiellement",
    "207": "en litige",
    "208": "suspendue",
    "210": "refusée",
    "212": "encaissée",
    "213": "rejetée",
    "501": "irrecevable",
}
_REPETES = frozenset({"AcknowledgementDocument", "ReferenceReferencedDocument"})
_SANS_CREANCE = frozenset({"210", "213", "501"})
_A_SUIVRE = {
    "206": "approuvée en partie seulement : donnez une Contestation du reste si l'acheteur le conteste",
    "207": "en litige : donnez une Contestation si l'acheteur motive son désaccord",
    "208": "suspendue par l'acheteur : il attend une pièce",
}
_JOUR = re.compile(r"([0-9]{8})(?:[0-9]{4}(?:[0-9]{2})?)?(?:[+-][0-9]{4})?", re.ASCII)


@frozen
class LecteurStatuts:
    """Lit un message de statut CDAR : 210, 213 et 501 bloquent la créance, 212 la paie ; aucun autre n'arrête rien.

    La facture refusée ou rejetée n'ouvre pas encore de créance : un ``Blocage`` le dit, avec le motif. « Encaissée » porte le montant
    que vous avez déclaré, un ``Paiement`` ; « paiement transmis » (211) n'en est pas un : les fonds ne sont pas crédités.

    Source:
        AFNOR XP Z12-012 ; spécifications externes de la facturation électronique, v3.1 (31 octobre 2025).
    """

    def lire(self, source: Path | bytes) -> Lecture:
        """Blocages et paiements des factures nommées ; ``creance`` est le numéro de facture (BT-1).

        Raises:
            DonneeInvalide: Le fichier n'est pas un message CDAR lisible.
        """
        ou = nom_de(source)
        racine = lire_arbre(lire_octets(source, LIMITE_STATUTS), ou)
        if racine.tag != _RACINE:
            nom = racine.tag.rpartition("}")[2]
            remede = f"Un message de cycle de vie a pour racine {MESSAGE}."
            raise DonneeInvalide("ce XML n'est pas un statut de facture", ou=ou, champ="racine", valeur=nom, remede=remede)
        for e in racine.iter():
            e.tag = e.tag.rpartition("}")[2]
        accuses = racine.findall("AcknowledgementDocument")
        references = [(a, r) for a in accuses for r in a.findall("ReferenceReferencedDocument")]
        for element in (racine, *accuses):  # rien ne se relit une fois par facture
            element[:] = [e for e in element if e.tag not in _REPETES]
        if not references:
            raise DonneeInvalide("aucune facture nommée", ou=ou, champ="ReferenceReferencedDocument", remede=REDEMANDER)
        carnet = Constat(ou)
        evenements: list[Evenement] = []
        for accuse, reference in references:
            numero = premier(reference, "IssuerAssignedID")
            constat = carnet.a(f"{ou}, facture {numero[:60]}" if numero else ou)
            try:
                evenements += list(_faits(racine, accuse, reference, constat))
            except DonneeInvalide as e:
                constat.refuser(e, (numero,) if numero else ())
        return Lecture(evenements=tuple(evenements), anomalies=tuple(carnet.anomalies))


def _faits(racine: Element, accuse: Element, reference: Element, constat: Constat) -> Iterator[Evenement]:
    facture = unique(reference, "IssuerAssignedID")
    if not facture:
        raise DonneeInvalide("numéro de facture absent", champ="IssuerAssignedID", remede=REDEMANDER)
    code = unique(reference, "ProcessConditionCode")
    if not re.fullmatch("[2-6][0-9]{2}", code, re.ASCII):
        raise DonneeInvalide("statut inconnu", champ="ProcessConditionCode", valeur=code, remede=REDEMANDER)
    le = _jour(racine, accuse)
    if code in _SANS_CREANCE:
        motif = f"facture {STATUTS[code]} ({code}){_motif(reference)} : elle n'ouvre pas encore de créance"
        yield Blocage(le=le, motif=motif[:200], creance=facture, reference=f"{code} {facture}")
    elif code == "212":
        message = premier(racine, "ExchangedDocument/ID") or f"{le:%Y%m%d}"
        yield _encaissement(reference, le, f"212 {facture} {message}"[:200], constat)
    elif code in _A_SUIVRE:
        constat.alerter(f"{_A_SUIVRE[code]} ; rien n'est arrêté", champ=f"statut {code}", valeur=_motif(reference).lstrip(" :"))


def _encaissement(reference: Element, le: date, cle: str, constat: Constat) -> Evenement:
    """La somme des montants encaissés (MEN), un par taux de TVA ; sans eux, la créance est bloquée, rien n'est imputé."""
    facture = premier(reference, "IssuerAssignedID")
    caracteristiques = reference.findall("SpecifiedDocumentStatus/SpecifiedDocumentCharacteristic")
    parts = [c for c in caracteristiques if premier(c, "TypeCode") == "MEN"]
    sommes = [_montant(c) for c in parts]
    lues = [m for m in sommes if m is not None]
    if not lues or len(lues) < len(sommes):
        constat.alerter("encaissée, pour un montant que le message ne dit pas : la créance est bloquée", champ="statut 212")
        motif = "facture encaissée (212) d'après la plateforme, pour un montant qu'elle ne dit pas"
        return Blocage(le=le, motif=motif, creance=facture, reference=cle)
    total = sum(lues[1:], lues[0])
    if total.centimes <= 0:
        remede = "Une correction d'encaissement se donne en Rejet du paiement d'abord déclaré."
        raise DonneeInvalide("encaissement nul ou négatif", champ="MEN", valeur=total, remede=remede)
    constat.alerter(
        "encaissement que vous avez déclaré : lu comme un paiement, au jour du statut",
        champ="statut 212",
        valeur=total,
        remede="S'il est aussi au relevé de compte, gardez celui du relevé, qui a le jour du crédit.",
    )
    return Paiement(le=le, montant=total, creance=facture, reference=cle, moyen="inconnu")


def _montant(caracteristique: Element) -> Montant | None:
    """Montant et devise ; rien si l'un manque : la devise de la facture n'est pas dans le message."""
    montant, texte = caracteristique.find("ValueAmount"), premier(caracteristique, "ValueAmount")
    devise = "" if montant is None else montant.get("currencyID", "")
    return lire_somme(texte, devise, "ValueAmount") if texte and devise else None


def _motif(reference: Element) -> str:
    """« : DOUBLON, facture déjà reçue » : le code du motif et son texte."""
    statut = reference.find("SpecifiedDocumentStatus")
    mots = [premier(statut, "ReasonCode"), premier(statut, "Reason")]
    return f" : {', '.join(m for m in mots if m)[:100]}" if any(mots) else ""


def _jour(racine: Element, accuse: Element) -> date:
    """Jour du statut (MDT-78), sinon celui du message (MDT-8)."""
    for element in (accuse, racine.find("ExchangedDocument")):
        texte = premier(element, "IssueDateTime/DateTimeString")
        if texte:
            lu = _JOUR.fullmatch(texte)
            if lu is None:
                raise DonneeInvalide("date illisible", champ="IssueDateTime", valeur=texte, remede="AAAAMMJJ, puis l'heure.")
            return lire_date(lu[1], "102", "IssueDateTime")
    raise DonneeInvalide("date absente", champ="IssueDateTime", remede=REDEMANDER)
