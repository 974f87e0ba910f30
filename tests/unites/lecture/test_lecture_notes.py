"""Les notes PMD, PMT et AAB d'une facture : lues à la lettre ou laissées, et nos propres mentions se relisent."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabrique import COMMUNE, SOCIETE, creance
from proprietes.strategies import profil
from recouvrement import ConditionsPaiement, Conventions, Politique, Qualite, Taux, TauxIndexe
from recouvrement.lecture import LecteurFacture
from recouvrement.lecture._notes import lire_notes
from recouvrement.lecture.constat import Constat
from recouvrement.ports import Anomalie

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
PRO = Qualite.PROFESSIONNEL
LEGAL = TauxIndexe("legal", fois=3)


def lire(code: str, *textes: str, qualite: Qualite = PRO) -> tuple[ConditionsPaiement, list[Anomalie]]:
    constat = Constat("facture")
    return lire_notes(tuple((code, texte) for texte in textes), qualite, constat), constat.anomalies


def taux(texte: str, qualite: Qualite = PRO) -> object:
    conditions, anomalies = lire("PMD", texte, qualite=qualite)
    return "illisible" if anomalies else conditions.taux_penalites


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("En cas de retard, pénalité égale à 3 fois le taux d'intérêt légal (article L.441-10 du Code de commerce).", LEGAL),
        ("Pénalités de retard : trois fois le taux de l'intérêt légal en vigueur.", LEGAL),
        ("Pénalités : 1,5 fois le taux légal", TauxIndexe("legal", fois=Decimal("1.5"))),
        ("Pénalités de retard au taux annuel de 12 % l'an", Taux("12")),
        ("Pénalités au taux de 10,50 % par an, sans rappel", Taux("10.5")),
        ("Pénalités au taux de la BCE majoré de 10 points de pourcentage (art. L. 441-10 II)", "illisible"),
        ("Pénalités au taux de la BCE majoré de 10 points de pourcentage (article L. 441-10, II)", None),
        ("Pénalités au taux de la Banque centrale européenne majoré de 12 points", TauxIndexe("bce", plus=12)),
        ("Pénalités au taux de la BCE majoré de 8 points", TauxIndexe("bce", plus=8)),
        ("Pénalités au taux de 1,5 % par mois", "illisible"),
        ("Pénalités de 15 %", "illisible"),
        ("Pénalités au taux annuel de 12 % l'an, minimum 3 fois le taux légal", "illisible"),
        ("Pénalités au taux annuel de 12 % l'an et 5 % de frais", "illisible"),
        ("Pénalités au taux annuel de 12 % l'an ou 10 € par jour", "illisible"),
        ("Pénalités selon nos conditions générales de vente", "illisible"),
        ("Verzugszinsen 9 Prozentpunkte über Basiszins", "illisible"),
        ("Pénalités au taux annuel de 12,12345 % l'an", "illisible"),
        ("Pénalités : 0,001 fois le taux légal", "illisible"),
    ],
)
def test_un_taux_se_lit_a_la_lettre(texte: str, attendu: object) -> None:
    assert taux(texte) == attendu


def test_huit_points_sont_le_taux_legal_d_un_acheteur_public_seulement() -> None:
    texte = "Intérêts moratoires au taux de la BCE majoré de 8 points"
    assert taux(texte, Qualite.PERSONNE_PUBLIQUE) is None
    assert taux(texte, PRO) == TauxIndexe("bce", plus=8)


@pytest.mark.parametrize("qualite", [Qualite.CONSOMMATEUR, Qualite.NON_PROFESSIONNEL])
def test_rien_n_est_retenu_contre_qui_n_est_pas_professionnel(qualite: Qualite) -> None:
    conditions, (alerte,) = lire("PMD", "Pénalités au taux annuel de 12 % l'an", qualite=qualite)
    assert conditions == ConditionsPaiement()
    assert "n'est pas retenu" in alerte.message


@pytest.mark.parametrize(
    ("texte", "compris"),
    [
        ("Indemnité forfaitaire pour frais de recouvrement : 40 €", True),
        ("Indemnité de 40,00 euros (article D. 441-5)", True),
        ("Indemnité de 80 €", False),
        ("Indemnité de 140 €", False),
        ("Indemnité de 40 € ou 15 € par rappel", False),
        ("Voir nos conditions", False),
    ],
)
def test_l_indemnite_ne_peut_etre_que_celle_de_la_loi(texte: str, compris: bool) -> None:
    conditions, anomalies = lire("PMT", texte)
    assert conditions == ConditionsPaiement()
    assert [a.champ for a in anomalies] == ([] if compris else ["note PMT (indemnité)"])


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Aucun escompte pour paiement anticipé.", None),
        ("Pas d'escompte pour paiement anticipé", None),
        ("Escompte : néant.", None),
        ("Les règlements reçus avant la date d'échéance ne donneront pas lieu à escompte.", None),
        ("Escompte : 1 % à huit jours.", "1 % à huit jours"),
        ("2 % sous 8 jours", "illisible"),
        ("Escompte : " + "1 % " * 60, "illisible"),
        ("Escompte : 1 % \u202eà huit jours", "illisible"),
    ],
)
def test_l_escompte(texte: str, attendu: str | None) -> None:
    conditions, anomalies = lire("AAB", texte)
    assert ("illisible" if anomalies else conditions.escompte) == attendu


def test_deux_notes_qui_se_contredisent_ne_sont_pas_lues() -> None:
    conditions, (alerte,) = lire("PMD", "Taux annuel de 10 % l'an", "Taux annuel de 12 % l'an")
    assert conditions == ConditionsPaiement()
    assert "se contredisent" in alerte.message
    assert lire("PMD", "Au taux annuel de 10 % l'an", "Au taux annuel  de 10 % l’an")[0].taux_penalites == Taux("10")


def test_une_autre_note_ne_dit_rien() -> None:
    assert lire("ABL", "Taux annuel de 10 % l'an") == (ConditionsPaiement(), [])


# --- l'aller-retour avec nos mentions ------------------------------------------------------------------------------------


def notes(facture: object, conventions: Conventions) -> tuple[tuple[str, str], ...]:
    """Chaque mention sous son code : ce qu'un logiciel de facturation en ferait."""
    mots = {"Escompte": "AAB", "Aucun escompte": "AAB", "En cas de retard": "PMD", "Tout retard": "PMT"}
    lues = [
        (code, m) for m in Politique(conventions=conventions).mentions(facture) for mot, code in mots.items() if m.startswith(mot)
    ]
    assert len(lues) >= 2
    return tuple(lues)


taux_convenus = (
    st.none()
    | st.integers(0, 9_999_999).map(Taux.de_dix_milliemes)
    | st.builds(
        lambda indice, fois, plus: TauxIndexe(indice, fois=fois, plus=plus),
        st.sampled_from(["bce", "legal"]),
        st.sampled_from([1, 3, Decimal("1.5"), Decimal("2.25")]),
        st.integers(0, 500_000).map(Taux.de_dix_milliemes),
    )
)
escomptes = st.none() | st.sampled_from(
    ["1 % à huit jours", "2 % si le paiement est comptant", "selon le contrat d'achat du 3 mai"]
)
conventions = st.builds(
    Conventions,
    sous_le_plancher=st.sampled_from(["convenu", "plancher", "suppletif"]),
    taux_dans_le_temps=st.sampled_from(["par_semestre", "fige_a_l_echeance"]),
)


@profil(300)
@given(taux_convenus, escomptes, conventions, st.sampled_from([SOCIETE, COMMUNE]))
def test_nos_mentions_se_relisent(
    convenu: Taux | TauxIndexe | None, escompte: str | None, choix: Conventions, debiteur: object
) -> None:
    convenu = None if debiteur is COMMUNE else convenu
    dites = ConditionsPaiement(taux_penalites=convenu, escompte=escompte)
    facture = creance(debiteur=debiteur, conditions=dites)
    constat = Constat("facture")
    assert lire_notes(notes(facture, choix), debiteur.qualite, constat) == dites
    assert constat.anomalies == []


@pytest.mark.parametrize("syntaxe", ["cii", "ubl"])
def test_les_notes_d_une_facture_deviennent_ses_conditions(syntaxe: str) -> None:
    dites = ConditionsPaiement(taux_penalites=Taux("10.5"), escompte="1 % à huit jours")
    lues = notes(creance(conditions=dites), Conventions())
    texte = (IMPAYES / f"facture-{syntaxe}.xml").read_text(encoding="utf-8")
    if syntaxe == "cii":
        bloc = "".join(
            f"<ram:IncludedNote><ram:Content>{escape(t)}</ram:Content><ram:SubjectCode>{code}</ram:SubjectCode></ram:IncludedNote>"
            for code, t in lues
        )
        texte = texte.replace("</rsm:ExchangedDocument>", bloc + "</rsm:ExchangedDocument>")
    else:
        bloc = "".join(f"<cbc:Note>#{code}#{escape(t)}</cbc:Note>" for code, t in lues)
        texte = texte.replace("<cbc:DocumentCurrencyCode>", bloc + "<cbc:DocumentCurrencyCode>")
    lecture = LecteurFacture().lire(texte.encode())
    assert lecture.anomalies == ()
    assert lecture.creances[0].conditions == dites


def test_une_note_incomprise_n_empeche_pas_de_lire_la_facture() -> None:
    texte = (IMPAYES / "facture-ubl.xml").read_text(encoding="utf-8")
    texte = texte.replace(
        "<cbc:DocumentCurrencyCode>", "<cbc:Note>#PMD#Selon nos conditions</cbc:Note><cbc:DocumentCurrencyCode>"
    )
    lecture = LecteurFacture().lire(texte.encode())
    assert lecture.creances[0].echeance == date(2026, 9, 30)
    assert [a.champ for a in lecture.anomalies] == ["note PMD (pénalités)"]
