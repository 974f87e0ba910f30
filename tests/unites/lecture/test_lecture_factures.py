"""Le lecteur de factures : une créance, un avoir, ou la raison. Les pièces partent de nos exemples, une valeur changée."""

import io
import sys
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from recouvrement import Avoir, Creance, DependanceManquante, DonneeInvalide, Dossier, Montant, Politique, Qualite
from recouvrement.lecture import LecteurFacture
from recouvrement.lecture._en16931 import AVOIRS, FACTURES
from recouvrement.ports import Lecture

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
CII = (IMPAYES / "facture-cii.xml").read_text(encoding="utf-8")
UBL = (IMPAYES / "facture-ubl.xml").read_text(encoding="utf-8")
AVOIR = (IMPAYES / "avoir.xml").read_text(encoding="utf-8")
LECTEUR = LecteurFacture()
IBAN = "FR7630006000011234567890189"


def lire(texte: str, *changements: tuple[str, str]) -> Lecture:
    for avant, apres in changements:
        assert avant in texte, avant
        texte = texte.replace(avant, apres)
    return LECTEUR.lire(texte.encode())


def creance(texte: str, *changements: tuple[str, str]) -> Creance:
    lecture = lire(texte, *changements)
    assert lecture.creances, lecture.anomalies
    return lecture.creances[0]


def refus(texte: str, *changements: tuple[str, str]) -> str:
    lecture = lire(texte, *changements)
    assert (lecture.creances, lecture.evenements) == ((), ())
    (seul,) = [a for a in lecture.anomalies if a.gravite == "refus"]
    assert seul.champ
    return str(seul)


def alertes(texte: str, *changements: tuple[str, str]) -> str:
    lecture = lire(texte, *changements)
    assert lecture.creances, lecture.anomalies
    return "\n".join(str(a) for a in lecture.anomalies)


def balise(nom: str, valeur: str, attributs: str = "") -> str:
    return f"<ram:{nom}{attributs}>{valeur}</ram:{nom}>"


DU = balise("DuePayableAmount", "2520.00")
TOTAL = balise("GrandTotalAmount", "3600.00")
VERSE = balise("TotalPrepaidAmount", "1080.00")
ECHEANCE = '<ram:DueDateDateTime><udt:DateTimeString format="102">20261014</udt:DateTimeString></ram:DueDateDateTime>'
TERMES = f"<ram:SpecifiedTradePaymentTerms>\n        {ECHEANCE}\n      </ram:SpecifiedTradePaymentTerms>"


# --- ce qui est lu --------------------------------------------------------------------------------------------------------


def test_cii() -> None:
    lecture = lire(CII)
    assert lecture.anomalies == ()
    (lue,) = lecture.creances
    assert (lue.reference, lue.facture, lue.principal) == ("FA-2026-054", "FA-2026-054", Montant("2520.00"))
    assert (lue.emise_le, lue.echeance, lue.executee_le) == (date(2026, 9, 14), date(2026, 10, 14), date(2026, 9, 11))
    assert (lue.creancier.nom, lue.creancier.siren, lue.creancier.iban) == ("Menuiserie du Port SARL", "999100019", IBAN)
    assert (lue.creancier.bic, lue.creancier.courriel) == ("AGRIFRPPXXX", "comptabilite@menuiserie-du-port.example")
    assert lue.creancier.qualite is Qualite.PROFESSIONNEL
    debiteur = lue.debiteur
    assert (debiteur.cle, debiteur.qualite, debiteur.courriel) == (
        "siren:999400054",
        Qualite.PROFESSIONNEL,
        "factures@vgo.example",
    )
    assert debiteur.adresse is not None
    assert (debiteur.adresse.voie, debiteur.adresse.complements) == ("40 avenue des Minimes", ("Bâtiment C",))


def test_ubl() -> None:
    lecture = lire(UBL)
    assert lecture.anomalies == ()
    (lue,) = lecture.creances
    assert (lue.reference, lue.principal, lue.echeance) == ("FA-2026-049", Montant("6300"), date(2026, 9, 30))
    assert (lue.creancier.siren, lue.debiteur.siren, lue.debiteur.courriel) == ("999100019", "999500069", "compta@kerven.example")
    assert lue.creancier.iban == IBAN


def test_facturx() -> None:
    pytest.importorskip("pypdf")
    (lue,) = LECTEUR.lire(IMPAYES / "facture-facturx.pdf").creances
    assert (lue.reference, lue.principal, lue.echeance) == ("FA-2026-069", Montant("3600"), date(2026, 11, 18))


def test_chemin_et_octets_donnent_la_meme_creance() -> None:
    assert LECTEUR.lire(IMPAYES / "facture-cii.xml").creances == lire(CII).creances


@pytest.mark.parametrize(("texte", "attendu"), [("2520", "2520"), ("2520.0", "2520"), ("2520.000000", "2520")])
def test_decimal_xml(texte: str, attendu: str) -> None:
    assert creance(CII, (DU, balise("DuePayableAmount", texte))).principal == Montant(attendu)


@pytest.mark.parametrize("texte", ["2520.001", "2.52e3", "NaN", "INF", "2 520", "2520,00", "+2520", ".5", "２５２０", "1" * 16])
def test_decimal_xml_refuse(texte: str) -> None:
    assert "BT-115" in refus(CII, (DU, balise("DuePayableAmount", texte)))


def test_un_commentaire_ne_tronque_pas_un_nombre() -> None:
    assert creance(CII, (DU, balise("DuePayableAmount", "25<!-- -->20.00"))).principal == Montant("2520")
    assert "un élément s'y trouve" in refus(CII, (DU, balise("DuePayableAmount", "25<ram:ID>1</ram:ID>20.00")))


# --- totaux ---------------------------------------------------------------------------------------------------------------


def test_totaux_incoherents() -> None:
    assert "écart 480,00" in refus(CII, (DU, balise("DuePayableAmount", "3000.00"))).replace("\N{NO-BREAK SPACE}", " ")
    assert "total HT + TVA" in refus(
        CII, ('<ram:TaxTotalAmount currencyID="EUR">600.00', '<ram:TaxTotalAmount currencyID="EUR">601.00')
    )


def test_arrondi_et_acompte() -> None:
    arrondi = balise("RoundingAmount", "-0.50")
    assert creance(CII, (VERSE, VERSE + arrondi), (DU, balise("DuePayableAmount", "2519.50"))).principal == Montant("2519.50")
    verse = "<cbc:PrepaidAmount>300.00</cbc:PrepaidAmount>"
    payable = '<cbc:PayableAmount currencyID="EUR">'
    assert creance(UBL, (payable + "6300.00", verse + payable + "6000.00")).principal == Montant("6000")


def test_deux_valeurs_qui_se_contredisent() -> None:
    assert "se contredisent" in refus(CII, (DU, DU + balise("DuePayableAmount", "9999.00")))


def test_rien_a_payer() -> None:
    assert "rien à payer" in refus(
        CII, (VERSE, balise("TotalPrepaidAmount", "3600.00")), (DU, balise("DuePayableAmount", "0.00"))
    )
    assert "rien à payer" in refus(
        CII, (VERSE, balise("TotalPrepaidAmount", "3700.00")), (DU, balise("DuePayableAmount", "-100.00"))
    )


def test_devise() -> None:
    code = balise("InvoiceCurrencyCode", "EUR")
    assert "devise inconnue" in refus(CII, (code, balise("InvoiceCurrencyCode", "EUX")))
    assert "BT-5" in refus(CII, (code, ""))
    assert "autre devise" in refus(UBL, ('PayableAmount currencyID="EUR"', 'PayableAmount currencyID="USD"'))
    assert creance(UBL, ("EUR", "USD")).principal == Montant("6300", "USD")


def test_tva_redite_en_monnaie_comptable() -> None:
    taxe = '<cbc:TaxAmount currencyID="EUR">1050.00</cbc:TaxAmount>'
    seconde = f'{taxe}\n  </cac:TaxTotal><cac:TaxTotal><cbc:TaxAmount currencyID="USD">1200.00</cbc:TaxAmount>'
    assert creance(UBL, (taxe, seconde)).principal == Montant("6300")


def test_le_profil_francais_etendu_tolere_un_centime_par_ligne() -> None:
    """EXTENDED-CTC-FR, règle BR-FREXT-CO-15 ; ailleurs, un centime d'écart est un refus."""
    taxe = ("1050.00</cbc:TaxAmount>", "1050.01</cbc:TaxAmount>")
    profil = ("urn:cen.eu:en16931:2017<", "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr<")
    assert "ne s'additionne pas" in refus(UBL, taxe)
    assert "toléré" in alertes(UBL, taxe, profil)
    assert creance(UBL, taxe, profil).principal == Montant("6300")
    deux = ("1050.00</cbc:TaxAmount>", "1050.02</cbc:TaxAmount>")
    assert "ne s'additionne pas" in refus(UBL, deux, profil)
    assert creance(UBL, deux, profil, ("</Invoice>", "<cac:InvoiceLine/></Invoice>")).principal == Montant("6300")
    taxe = ('<ram:TaxTotalAmount currencyID="EUR">600.00', '<ram:TaxTotalAmount currencyID="EUR">600.01')
    profil = ("urn:factur-x.eu:1p0:basicwl", "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr")
    ligne = (
        "<ram:ApplicableHeaderTradeAgreement>",
        "<ram:IncludedSupplyChainTradeLineItem/><ram:ApplicableHeaderTradeAgreement>",
    )
    assert "toléré" in alertes(CII, taxe, profil, ligne)


# --- dates ----------------------------------------------------------------------------------------------------------------


def test_echeance_absente() -> None:
    assert creance(CII, (TERMES, "")).echeance is None
    assert "calculée par la loi" in alertes(CII, (TERMES, ""))


def test_echeance_avant_emission() -> None:
    message = refus(CII, ("20261014", "20260913"))
    assert "13/09/2026" in message
    assert "14/09/2026" in message


def test_plusieurs_echeances() -> None:
    assert creance(CII, (TERMES, TERMES + TERMES)).echeance == date(2026, 10, 14)
    assert "plusieurs échéances" in refus(CII, (TERMES, TERMES + TERMES.replace("20261014", "20261114")))
    terme = "<cac:PaymentTerms><cbc:InstallmentDueDate>2026-10-31</cbc:InstallmentDueDate></cac:PaymentTerms>"
    assert "plusieurs échéances" in refus(UBL, ("<cac:TaxTotal>", terme + "<cac:TaxTotal>"))


# --- paiements échelonnés -------------------------------------------------------------------------------------------------


def en_cii(*parts: tuple[str, str]) -> tuple[str, str]:
    """Une condition de paiement par échéance (profils EXTENDED)."""
    conditions = [
        ECHEANCE_VIDE.format(jour=jour) * bool(jour) + balise("PartialPaymentAmount", montant) * bool(montant)
        for jour, montant in parts
    ]
    return TERMES, "".join(balise("SpecifiedTradePaymentTerms", c) for c in conditions)


def en_ubl(*parts: tuple[str, str]) -> tuple[str, str]:
    termes = "".join(
        f'<cac:PaymentTerms><cbc:Amount currencyID="EUR">{montant}</cbc:Amount>'
        f"<cbc:InstallmentDueDate>{jour}</cbc:InstallmentDueDate></cac:PaymentTerms>"
        for jour, montant in parts
    )
    return "<cac:TaxTotal>", termes + "<cac:TaxTotal>"


ECHEANCE_VIDE = '<ram:DueDateDateTime><udt:DateTimeString format="102">{jour}</udt:DateTimeString></ram:DueDateDateTime>'


def test_une_creance_par_echeance_en_cii() -> None:
    lecture = lire(CII, en_cii(("20261114", "1520.00"), ("20261014", "1000.00")))
    assert [(x.reference, x.facture, x.principal, x.echeance) for x in lecture.creances] == [
        ("FA-2026-054 (1/2)", "FA-2026-054", Montant("1000"), date(2026, 10, 14)),
        ("FA-2026-054 (2/2)", "FA-2026-054", Montant("1520"), date(2026, 11, 14)),
    ]
    assert lecture.anomalies == ()
    (dossier,) = Dossier.regrouper(lecture.creances)
    bilan = Politique().examiner(dossier, au=date(2026, 12, 1))
    assert (bilan.principal.valeur, bilan.indemnite.valeur) == (Montant("2520"), Montant("40"))  # une indemnité par facture


def test_une_creance_par_echeance_en_ubl() -> None:
    parts = (("2026-09-30", "3000.00"), ("2026-10-31", "3000.00"), ("2026-11-30", "300.00"))
    lecture = lire(UBL, en_ubl(*parts))
    assert [(x.echeance.isoformat(), x.principal) for x in lecture.creances] == [(j, Montant(m)) for j, m in parts]
    assert {x.facture for x in lecture.creances} == {"FA-2026-049"}


def test_deux_versements_du_meme_jour_n_en_font_qu_un() -> None:
    assert creance(CII, en_cii(("20261014", "1000.00"), ("20261014", "1520.00"))).principal == Montant("2520")


@pytest.mark.parametrize(
    ("parts", "dit"),
    [
        ((("20261014", "1000.00"), ("20261114", "1000.00")), "le net à payer est"),
        ((("20261014", "1000.00"), ("20261114", "")), "une échéance sans son montant"),
        ((("20261014", "1000.00"), ("", "1520.00")), "un montant sans son échéance"),
        ((("20261014", "2520.00"), ("20261114", "0.00")), "montant nul ou négatif"),
        ((("20261014", "3000.00"), ("20261114", "-480.00")), "montant nul ou négatif"),
        ((("20261014", "1000.00"),), "le net à payer est"),
        ((("", "2520.00"),), "un montant sans son échéance"),
        ((("20261014", "1000,00"), ("20261114", "1520.00")), "montant illisible"),
    ],
)
def test_des_echeances_qui_ne_font_pas_le_net_a_payer_sont_refusees(parts: tuple[tuple[str, str], ...], dit: str) -> None:
    assert dit in refus(CII, en_cii(*parts))


def test_une_echeance_d_en_tete_hors_des_versements_est_refusee() -> None:
    assert "une échéance sans son montant" in refus(UBL, en_ubl(("2026-10-31", "3000.00"), ("2026-11-30", "3300.00")))


def test_un_versement_dans_une_autre_devise_est_refuse() -> None:
    avant, apres = en_ubl(("2026-09-30", "6300.00"))
    assert "autre devise" in refus(UBL, (avant, apres.replace("EUR", "USD")))


# --- formes de dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texte", ["20261", "2026-10-14", "20260231", "31/02/2026", "14102026 ", "2026101"])
def test_date_cii_refusee(texte: str) -> None:
    assert "BT-9" in refus(CII, ("20261014", texte))


@pytest.mark.parametrize("texte", ["20260930", "2026-02-31", "30/09/2026", "2026-09-30T10:00:00"])
def test_date_ubl_refusee(texte: str) -> None:
    assert "BT-9" in refus(UBL, ("2026-09-30", texte))


def test_date_ubl_avec_fuseau() -> None:
    assert creance(UBL, ("2026-09-30", "2026-09-30+02:00")).echeance == date(2026, 9, 30)


def test_forme_de_date_inconnue() -> None:
    assert "forme de date inconnue" in refus(CII, ('format="102">20261014', 'format="610">202610'))


# --- types et avoirs ------------------------------------------------------------------------------------------------------

TYPE = balise("TypeCode", "380")
ANTERIEURE = "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>FA-1</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>"
FIN = "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"


@pytest.mark.parametrize("code", sorted(FACTURES, key=int))
def test_types_de_factures(code: str) -> None:
    assert creance(CII, (TYPE, balise("TypeCode", code))).principal == Montant("2520")


@pytest.mark.parametrize("code", ["325", "999", "facture", ""])
def test_type_inconnu(code: str) -> None:
    assert "type de pièce inconnu" in refus(CII, (TYPE, balise("TypeCode", code)))


def test_avoir_ubl() -> None:
    lecture = lire(AVOIR)
    assert lecture.creances == ()
    assert lecture.evenements == (
        Avoir(le=date(2026, 10, 5), montant=Montant("300"), creance="FA-2026-049", reference="AV-2026-004"),
    )


@pytest.mark.parametrize("code", sorted(AVOIRS, key=int))
def test_avoir_cii(code: str) -> None:
    lecture = lire(CII, (TYPE, balise("TypeCode", code)), (FIN, FIN + ANTERIEURE))
    assert lecture.creances == ()
    assert lecture.evenements == (Avoir(le=date(2026, 9, 14), montant=Montant("3600"), creance="FA-1", reference="FA-2026-054"),)


def test_avoir_sans_facture_visee() -> None:
    assert "un avoir n'est pas une créance" in refus(CII, (TYPE, balise("TypeCode", "381")))
    deux = ANTERIEURE + ANTERIEURE.replace("FA-1", "FA-2")
    assert "plusieurs factures" in refus(CII, (TYPE, balise("TypeCode", "381")), (FIN, FIN + deux))


def negative(texte: str) -> tuple[tuple[str, str], ...]:
    montants = (
        "3000.00</ram:LineTotal",
        "3000.00</ram:TaxBasis",
        "600.00</ram:TaxTotal",
        "3600.00</ram:GrandTotal",
        "2520.00</ram:Due",
    )
    return (*((m, f"-{m}") for m in montants if m in texte), (VERSE, balise("TotalPrepaidAmount", "-1080.00")))


def test_facture_negative_est_un_avoir() -> None:
    (avoir,) = lire(CII, *negative(CII), (FIN, FIN + ANTERIEURE)).evenements
    assert isinstance(avoir, Avoir)
    assert (avoir.montant, avoir.creance) == (Montant("3600"), "FA-1")
    assert "un avoir n'est pas une créance" in refus(CII, *negative(CII))


def test_avoir_negatif_est_douteux() -> None:
    assert "douteux" in refus(CII, (TYPE, balise("TypeCode", "381")), *negative(CII), (FIN, FIN + ANTERIEURE))


def test_facture_rectificative_ou_affacturee_est_signalee() -> None:
    assert "ne réclamez plus" in alertes(CII, (TYPE, balise("TypeCode", "384")))
    assert "peut-être cédée" in alertes(CII, (TYPE, balise("TypeCode", "393")))
    payee = "<ram:PayeeTradeParty><ram:Name>Facteur SA</ram:Name></ram:PayeeTradeParty>"
    assert "Facteur SA" in alertes(CII, (balise("InvoiceCurrencyCode", "EUR"), balise("InvoiceCurrencyCode", "EUR") + payee))


# --- parties --------------------------------------------------------------------------------------------------------------

SIREN = '<ram:ID schemeID="0002">999400054</ram:ID>'
TVA = '<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR14999400054</ram:ID></ram:SpecifiedTaxRegistration>'


def test_siren_faux_laisse_vide_et_signale() -> None:
    faux = SIREN.replace("999400054", "999400055")
    lue = creance(CII, (SIREN, faux))
    assert (lue.debiteur.siren, lue.debiteur.cle) == (None, "id:FR14999400054")
    assert "clé de contrôle fausse" in alertes(CII, (SIREN, faux))


def test_siret_reduit_au_siren() -> None:
    siret = '<ram:ID schemeID="0009">99940005400006</ram:ID>'
    assert creance(CII, (SIREN, siret)).debiteur.siren == "999400054"
    assert creance(CII, (SIREN, siret.replace("99940005400006", "99940005499999"))).debiteur.siren is None


def test_deux_siren_qui_se_contredisent() -> None:
    nom = "<ram:Name>Voiles et Gréements de l'Ouest SAS</ram:Name>"
    autre = ((nom, '<ram:GlobalID schemeID="0002">999200025</ram:GlobalID>' + nom),)
    assert creance(CII, *autre).debiteur.cle == "id:FR14999400054"
    assert "deux SIREN se contredisent" in alertes(CII, *autre)


def test_qualite_de_l_acheteur() -> None:
    assert creance(CII, (TVA, "")).debiteur.qualite is Qualite.PROFESSIONNEL
    assert "associations" in alertes(CII, (TVA, ""))
    sans = ((TVA, ""), (SIREN, ""))
    assert creance(CII, *sans).debiteur.qualite is Qualite.CONSOMMATEUR
    assert "traité comme un consommateur" in alertes(CII, *sans)
    public = ((TVA, ""), ("999400054", "299900043"))
    assert creance(CII, *public).debiteur.qualite is Qualite.PERSONNE_PUBLIQUE


def test_identifiant_de_l_acheteur() -> None:
    nom = "<ram:Name>Voiles et Gréements de l'Ouest SAS</ram:Name>"
    sans = ((TVA, ""), (SIREN, ""))
    assert creance(CII, *sans, (nom, "<ram:ID>C-7</ram:ID>" + nom)).debiteur.cle == "id:C-7"
    assert creance(CII, *sans).debiteur.cle.startswith("nom:")
    recopie = nom.replace("Name", "ID")
    assert creance(CII, *sans, (nom, recopie + nom)).debiteur.identifiant is None


def test_iban_faux_masque_et_signale() -> None:
    faux = ((IBAN, "FR7630006000011234567890188"),)
    assert creance(CII, *faux).creancier.iban is None
    assert "IBAN faux" in alertes(CII, *faux)
    assert "3456789" not in alertes(CII, *faux)


def test_plusieurs_iban() -> None:
    moyen = "<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>DE79000000001234567890</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    assert creance(UBL, ("<cac:TaxTotal>", moyen + "<cac:TaxTotal>")).creancier.iban == IBAN
    assert "plusieurs IBAN" in alertes(UBL, ("<cac:TaxTotal>", moyen + "<cac:TaxTotal>"))


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ("AGRIFRPPXXX", "BIC_MONCOMPTE", "BIC illisible"),
        ("factures@vgo.example", "factures", "courriel"),
        ("02 97 00 00 12", "0" * 31, "téléphone"),
        ("<ram:CityName>La Rochelle</ram:CityName>", "", "acheteur, adresse"),
        ("FR14999400054", "néant", "TVA illisible"),
        ("<ram:CountryID>FR", "<ram:CountryID>DE", "droit français a été supposé"),
    ],
)
def test_un_accessoire_faux_ne_perd_pas_la_creance(avant: str, apres: str, attendu: str) -> None:
    assert attendu in alertes(CII, (avant, apres))


@pytest.mark.parametrize(
    ("avant", "champ"),
    [
        ("<ram:ID>FA-2026-054</ram:ID>", "BT-1"),
        (TOTAL, "BT-112"),
        (DU, "BT-115"),
        ("<ram:Name>Menuiserie du Port SARL</ram:Name>", "vendeur, nom"),
        ('<udt:DateTimeString format="102">20260914</udt:DateTimeString>', "BT-2"),
    ],
)
def test_terme_obligatoire_absent(avant: str, champ: str) -> None:
    assert champ in refus(CII, (avant, ""))


# --- fichiers hostiles ----------------------------------------------------------------------------------------------------

RIRES = "".join(f'<!ENTITY r{n} "{f"&r{n - 1};" * 10}">' for n in range(1, 10))
ENTETE = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE x>",
        f'<!DOCTYPE x [<!ENTITY r0 "ha">{RIRES}]>',
        '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_dtd_refusee(doctype: str) -> None:
    with pytest.raises(DonneeInvalide, match="données reçues : DOCTYPE : DTD interdite"):
        lire(CII, (ENTETE, ENTETE + doctype))
    with pytest.raises(DonneeInvalide, match="DTD interdite"):
        LECTEUR.lire(CII.replace(ENTETE, '<?xml version="1.0" encoding="UTF-16"?>' + doctype).encode("utf-16"))


def test_entite_inconnue() -> None:
    with pytest.raises(DonneeInvalide, match=r"XML illisible \(ligne \d+, colonne \d+\)"):
        lire(CII, ("FA-2026-054", "&secret;"))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<",
        b"bonjour",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b'<?xml version="1.0" encoding="cp932"?><a/>',
        b"<a>" * 5000 + b"</a>" * 5000,
        CII.encode()[:-30],
        CII.encode("cp1252"),
        b"<html><body>Facture</body></html>",
        b'<Invoice xmlns="urn:autre"/>',
    ],
)
def test_ce_n_est_pas_une_facture(octets: bytes) -> None:
    with pytest.raises(DonneeInvalide) as e:
        LECTEUR.lire(octets)
    assert e.value.ou == "données reçues"


def test_xml_de_200_mo(tmp_path: Path) -> None:
    for nom, debut, limite in (("gros.xml", b"<a>", 20), ("gros.pdf", b"%PDF-1.7", 50)):
        gros = tmp_path / nom
        with gros.open("wb") as f:
            f.write(debut)
            f.truncate(200_000_000)
        with pytest.raises(DonneeInvalide, match=f"trop gros : 200 Mo, au plus {limite} Mo"):
            LECTEUR.lire(gros)


def ecrire(*jointes: tuple[str, bytes]) -> Any:
    ecrivain = pytest.importorskip("pypdf").PdfWriter()
    ecrivain.add_blank_page(width=10, height=10)
    for nom, contenu in jointes:
        ecrivain.add_attachment(nom, contenu)
    return ecrivain


def en_octets(ecrivain: Any) -> bytes:
    flux = io.BytesIO()
    ecrivain.write(flux)
    return flux.getvalue()


def pdf(*jointes: tuple[str, bytes], mot_de_passe: str = "") -> bytes:
    ecrivain = ecrire(*jointes)
    if mot_de_passe:
        ecrivain.encrypt(mot_de_passe, algorithm="RC4-128")
    return en_octets(ecrivain)


def test_pdf_sans_facture() -> None:
    for octets in (pdf(), pdf(("lisez-moi.txt", b"x")), pdf(("annexe.xml", b"<annexe/>")), pdf(("annexe.xml", b"<cass"))):
        with pytest.raises(DonneeInvalide, match="ne contient aucune facture électronique"):
            LECTEUR.lire(octets)


def test_pdf_a_deux_factures() -> None:
    with pytest.raises(DonneeInvalide, match="plusieurs factures"):
        LECTEUR.lire(pdf(("factur-x.xml", CII.encode()), ("autre.xml", UBL.encode())))


def test_pdf_avec_une_annexe() -> None:
    lecture = LECTEUR.lire(pdf(("factur-x.xml", CII.encode()), ("annexe.xml", b"<annexe/>"), ("a.csv", b"x")))
    assert lecture.creances == lire(CII).creances


def test_pdf_dont_la_facture_est_illisible() -> None:
    with pytest.raises(DonneeInvalide, match=r"pièce jointe factur-x.xml : XML illisible"):
        LECTEUR.lire(pdf(("factur-x.xml", b"<cass")))
    with pytest.raises(DonneeInvalide, match="DTD interdite"):
        LECTEUR.lire(pdf(("factur-x.xml", b"<!DOCTYPE x><a/>")))


def test_pdf_casse_ou_chiffre() -> None:
    for octets in (b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 500, pdf(("factur-x.xml", CII.encode()))[:-400]):
        with pytest.raises(DonneeInvalide):
            LECTEUR.lire(octets)
    with pytest.raises(DonneeInvalide):
        LECTEUR.lire(pdf(("factur-x.xml", CII.encode()), mot_de_passe="secret"))


def test_pieces_jointes_bornees(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DonneeInvalide, match="plus de 10 pièces XML"):
        LECTEUR.lire(pdf(*((f"{n}.xml", b"<a/>") for n in range(11))))
    octets = pdf(("factur-x.xml", CII.encode()))
    monkeypatch.setattr("recouvrement.lecture.facturx.LIMITE_XML", 1000)
    with pytest.raises(DonneeInvalide, match="pièce jointe trop grosse"):
        LECTEUR.lire(octets)


@pytest.mark.parametrize("megas", [30, 100])
def test_bombe_de_compression(megas: int) -> None:
    """30 Mo : notre borne ; 100 Mo : celle de pypdf, qui s'arrête avant la fin."""
    generic = pytest.importorskip("pypdf.generic")
    ecrivain = ecrire(("factur-x.xml", b"ici"))
    bombe = generic.EncodedStreamObject()
    bombe._data = zlib.compress(bytes(megas * 1_000_000))
    bombe[generic.NameObject("/Filter")] = generic.NameObject("/FlateDecode")
    jointe = next(o for o in ecrivain._objects if isinstance(o, generic.DictionaryObject) and "/EF" in o)
    jointe["/EF"][generic.NameObject("/F")] = ecrivain._add_object(bombe)
    octets = en_octets(ecrivain)
    assert len(octets) < 200_000
    with pytest.raises(DonneeInvalide, match=r"trop grosse|PDF illisible"):
        LECTEUR.lire(octets)


def test_pdf_sans_l_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(DependanceManquante, match=r"recouvrement\[facturx\]"):
        LECTEUR.lire(b"%PDF-1.7\n")
