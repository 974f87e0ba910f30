"""UBL 2.1 : Invoice et CreditNote. Privé."""

import re
from xml.etree.ElementTree import Element

from recouvrement.lecture._piece import Partie, Piece, Sommes
from recouvrement.lecture._xml import ESPACES, enfants, marque, premier, somme, textes, unique

RACINES = tuple(f"{{urn:oasis:names:specification:ubl:schema:xsd:{nom}-2}}{nom}" for nom in ("Invoice", "CreditNote"))
_ELEMENTS = ("cac:InvoiceLine", "cac:CreditNoteLine", "cac:AllowanceCharge")


def lire_ubl(racine: Element) -> Piece:
    """Les termes utiles à une créance."""
    devise = unique(racine, "cbc:DocumentCurrencyCode")
    compte = "cac:PaymentMeans/cac:PayeeFinancialAccount"
    return Piece(
        numero=unique(racine, "cbc:ID"),
        type=_type(racine),
        profil=premier(racine, "cbc:CustomizationID"),
        devise=devise,
        forme_date="xsd",
        emise_le=unique(racine, "cbc:IssueDate"),
        echeances=(
            *textes(racine, "cbc:DueDate"),
            *textes(racine, "cac:PaymentMeans/cbc:PaymentDueDate"),
            *(jour for jour, _ in _versements(racine, devise) if jour),
        ),
        versements=_versements(racine, devise),
        elements=sum(len(racine.findall(chemin, ESPACES)) for chemin in _ELEMENTS),
        notes=tuple(_note(texte) for texte in textes(racine, "cbc:Note")),
        livree_le=unique(racine, "cac:Delivery/cbc:ActualDeliveryDate"),
        sommes=_sommes(racine, devise),
        vendeur=_partie(racine.find("cac:AccountingSupplierParty/cac:Party", ESPACES)),
        acheteur=_partie(racine.find("cac:AccountingCustomerParty/cac:Party", ESPACES)),
        beneficiaire=premier(racine, "cac:PayeeParty/cac:PartyName/cbc:Name"),
        ibans=textes(racine, f"{compte}/cbc:ID"),
        bic=premier(racine, f"{compte}/cac:FinancialInstitutionBranch/cbc:ID"),
        anterieures=textes(racine, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
    )


def _versements(racine: Element, devise: str) -> tuple[tuple[str, str], ...]:
    """Une condition de paiement par échéance (profils étendus)."""
    lues = [
        (unique(e, "cbc:InstallmentDueDate") or unique(e, "cbc:PaymentDueDate"), somme(e, "cbc:Amount", devise))
        for e in enfants(racine, "cac:PaymentTerms")
    ]
    return tuple((jour, montant) for jour, montant in lues if jour or montant)


def _note(texte: str) -> tuple[str, str]:
    """« #PMD#En cas de retard… » : UBL n'a pas d'élément pour le code du sujet."""
    lu = re.fullmatch("#([A-Z]{3})# ?(.*)", texte, re.ASCII | re.DOTALL)
    return (lu[1], lu[2]) if lu else ("", texte)


def _type(racine: Element) -> str:
    """Un CreditNote est un avoir, quoi que dise son code."""
    if racine.tag == RACINES[1]:
        return "381"
    return unique(racine, "cbc:InvoiceTypeCode")


def _sommes(racine: Element, devise: str) -> Sommes:
    totaux = racine.find("cac:LegalMonetaryTotal", ESPACES)
    return Sommes(
        hors_taxe=somme(totaux, "cbc:TaxExclusiveAmount", devise),
        # La TVA peut être redite dans la monnaie comptable (BT-111).
        taxe=unique(racine, "cac:TaxTotal/cbc:TaxAmount", garder=marque("currencyID", devise, "")),
        total=somme(totaux, "cbc:TaxInclusiveAmount", devise),
        verse=somme(totaux, "cbc:PrepaidAmount", devise),
        arrondi=somme(totaux, "cbc:PayableRoundingAmount", devise),
        du=somme(totaux, "cbc:PayableAmount", devise),
    )


def _partie(partie: Element | None) -> Partie:
    adresse = None if partie is None else partie.find("cac:PostalAddress", ESPACES)
    lignes = (premier(adresse, c) for c in ("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line"))
    return Partie(
        nom=premier(partie, "cac:PartyLegalEntity/cbc:RegistrationName", "cac:PartyName/cbc:Name"),
        immatriculations=(
            *textes(partie, "cac:PartyLegalEntity/cbc:CompanyID", garder=marque("schemeID", "0002", "0009")),
            *textes(partie, "cac:PartyIdentification/cbc:ID", garder=marque("schemeID", "0002", "0009")),
        ),
        tva=_tva(partie),
        identifiant=premier(partie, "cac:PartyIdentification/cbc:ID"),
        lignes=tuple(ligne for ligne in lignes if ligne),
        code_postal=premier(adresse, "cbc:PostalZone"),
        commune=premier(adresse, "cbc:CityName"),
        pays=premier(adresse, "cac:Country/cbc:IdentificationCode"),
        courriel=premier(partie, "cac:Contact/cbc:ElectronicMail", "cbc:EndpointID[@schemeID='EM']"),
        telephone=premier(partie, "cac:Contact/cbc:Telephone"),
    )


def _tva(partie: Element | None) -> str:
    """PartyTaxScheme dont le régime est VAT."""
    regimes = [] if partie is None else partie.findall("cac:PartyTaxScheme", ESPACES)
    return next((unique(r, "cbc:CompanyID") for r in regimes if unique(r, "cac:TaxScheme/cbc:ID") == "VAT"), "")
