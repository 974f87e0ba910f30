"""CII (UN/CEFACT Cross Industry Invoice, D16B/D22B) : la syntaxe de Factur-X et de ZUGFeRD. Privé."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._piece import Partie, Piece, Sommes
from recouvrement.lecture._xml import ESPACES, enfants, marque, premier, somme, textes, unique

RACINE = f"{{{ESPACES['rsm']}}}CrossIndustryInvoice"
_DATE = "/udt:DateTimeString"


def lire_cii(racine: Element) -> Piece:
    """Les termes utiles à une créance."""
    contexte = racine.find("rsm:ExchangedDocumentContext", ESPACES)
    document = racine.find("rsm:ExchangedDocument", ESPACES)
    affaire = racine.find("rsm:SupplyChainTradeTransaction", ESPACES)
    accord = racine.find("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement", ESPACES)
    livraison = racine.find("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery", ESPACES)
    reglement = racine.find("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement", ESPACES)
    moyens = "ram:SpecifiedTradeSettlementPaymentMeans"
    devise = unique(reglement, "ram:InvoiceCurrencyCode")
    return Piece(
        numero=unique(document, "ram:ID"),
        type=unique(document, "ram:TypeCode"),
        profil=premier(contexte, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
        devise=devise,
        forme_date="102",
        emise_le=_jour(document, "ram:IssueDateTime"),
        echeances=_jours(reglement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"),
        versements=_versements(reglement, devise),
        elements=_compter(affaire, "ram:IncludedSupplyChainTradeLineItem")
        + _compter(reglement, "ram:SpecifiedTradeAllowanceCharge"),
        notes=tuple(_notes(document)),
        livree_le=_jour(livraison, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"),
        sommes=_sommes(reglement, devise),
        vendeur=_partie(accord, "ram:SellerTradeParty"),
        acheteur=_partie(accord, "ram:BuyerTradeParty"),
        beneficiaire=premier(reglement, "ram:PayeeTradeParty/ram:Name"),
        ibans=textes(reglement, f"{moyens}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID"),
        bic=premier(reglement, f"{moyens}/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        anterieures=textes(reglement, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID"),
    )


def _compter(element: Element | None, chemin: str) -> int:
    return 0 if element is None else len(element.findall(chemin, ESPACES))


def _versements(reglement: Element | None, devise: str) -> tuple[tuple[str, str], ...]:
    """Une condition de paiement par échéance (profils EXTENDED)."""
    conditions = [] if reglement is None else enfants(reglement, "ram:SpecifiedTradePaymentTerms")
    lues = [(_jour(e, "ram:DueDateDateTime"), somme(e, "ram:PartialPaymentAmount", devise)) for e in conditions]
    return tuple((jour, montant) for jour, montant in lues if jour or montant)


def _notes(document: Element | None) -> Iterator[tuple[str, str]]:
    for note in [] if document is None else enfants(document, "ram:IncludedNote"):
        textes_lus = textes(note, "ram:Content")
        yield premier(note, "ram:SubjectCode"), " ".join(textes_lus)


def _jours(element: Element | None, chemin: str) -> tuple[str, ...]:
    for e in [] if element is None else enfants(element, chemin + _DATE):
        if e.get("format") != "102":
            remede = "EN 16931 ne connaît que le format 102 (AAAAMMJJ)."
            raise DonneeInvalide("forme de date inconnue", champ=chemin, valeur=e.get("format"), remede=remede)
    return textes(element, chemin + _DATE)


def _jour(element: Element | None, chemin: str) -> str:
    _jours(element, chemin)
    return unique(element, chemin + _DATE)


def _sommes(reglement: Element | None, devise: str) -> Sommes:
    totaux = None if reglement is None else reglement.find("ram:SpecifiedTradeSettlementHeaderMonetarySummation", ESPACES)
    return Sommes(
        hors_taxe=somme(totaux, "ram:TaxBasisTotalAmount", devise),
        # La TVA peut être redite dans la monnaie comptable (BT-111).
        taxe=unique(totaux, "ram:TaxTotalAmount", garder=marque("currencyID", devise, "")),
        total=somme(totaux, "ram:GrandTotalAmount", devise),
        verse=somme(totaux, "ram:TotalPrepaidAmount", devise),
        arrondi=somme(totaux, "ram:RoundingAmount", devise),
        du=somme(totaux, "ram:DuePayableAmount", devise),
    )


def _partie(accord: Element | None, role: str) -> Partie:
    partie = None if accord is None else accord.find(role, ESPACES)
    adresse = None if partie is None else partie.find("ram:PostalTradeAddress", ESPACES)
    lignes = (premier(adresse, f"ram:Line{n}") for n in ("One", "Two", "Three"))
    return Partie(
        nom=unique(partie, "ram:Name"),
        immatriculations=(
            *textes(partie, "ram:SpecifiedLegalOrganization/ram:ID", garder=marque("schemeID", "0002", "0009")),
            *textes(partie, "ram:GlobalID", garder=marque("schemeID", "0002", "0009")),
        ),
        tva=unique(partie, "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']"),
        identifiant=premier(partie, "ram:ID", "ram:GlobalID"),
        lignes=tuple(ligne for ligne in lignes if ligne),
        code_postal=premier(adresse, "ram:PostcodeCode"),
        commune=premier(adresse, "ram:CityName"),
        pays=premier(adresse, "ram:CountryID"),
        courriel=premier(
            partie,
            "ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID",
            "ram:URIUniversalCommunication/ram:URIID[@schemeID='EM']",
        ),
        telephone=premier(partie, "ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
    )
