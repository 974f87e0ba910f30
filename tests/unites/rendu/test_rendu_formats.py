from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.affichage import date_fr
from recouvrement.courrier.document import Donnee, Jour
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, Taux
from recouvrement.rendu._formats import dire, lire, morceaux, nom_pays, phrase, typographier

F, N = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"

# courriers.md § 4 ; « · » y vaut U+00A0 et « ˙ » U+202F.
TABLE = [
    ("Voulez-vous payer ; merci !", "Voulez-vous payer˙; merci˙!"),
    ("Payé ? Oui.", "Payé˙? Oui."),
    ("Payé?! Merci!", "Payé˙?! Merci˙!"),
    ("Objet : rien", "Objet·: rien"),
    ("Objet: rien", "Objet·: rien"),
    ("« mise en demeure »", "«·mise en demeure·»"),
    ("«mise en demeure» !", "«·mise en demeure·»˙!"),
    ("une indemnité de 40 € due, 12,40 % l'an", "une indemnité de 40·€ due, 12,40·% l’an"),
    ("soit 40€", "soit 40·€"),
    ("au-delà de 10 000 €, ou 1 000 000,50 €", "au-delà de 10˙000·€, ou 1˙000˙000,50·€"),
    ("le 1er décembre 2026, le 12 mars", "le 1er·décembre 2026, le 12·mars"),
    ("facture n° F-1, factures n°s 1 et 2, § 4, art. 3, p. 12", "facture n°·F-1, factures n°s·1 et 2, §·4, art.·3, p.·12"),
    ("articles L. 441-10, II, et D. 441-5", "articles·L.·441-10, II, et D.·441-5"),
    ("l'article 1343-1 du code civil ; cet article vise", "l’article·1343-1 du code civil˙; cet article vise"),
    ("M. Le Goff, Mme Durand et Me Petit", "M.·Le Goff, Mme·Durand et Me·Petit"),
    ("Me permettez-vous de le dire", "Me permettez-vous de le dire"),
    ("À l'échéance, d'ici là", "À l’échéance, d’ici là"),
    ("à 8 h 30 ou 9 h", "à 8·h·30 ou 9·h"),
    ("le compte – arrêté ce jour – est exact", "le compte –·arrêté ce jour·– est exact"),
    ("deux  espaces", "deux espaces"),
    ("https://exemple.fr/a?b=1;c:8080 à 8:30", "https://exemple.fr/a?b=1;c:8080 à 8:30"),
]


@pytest.mark.parametrize(("brut", "attendu"), TABLE)
def test_typographie_francaise(brut: str, attendu: str) -> None:
    assert typographier(brut, "fr") == attendu.replace("·", N).replace("˙", F)


@given(st.text("a1 '«»:;!?€%n°.–L" + N + F, max_size=30))
def test_typographier_deux_fois_ne_change_rien(texte: str) -> None:
    une = typographier(texte, "fr")
    assert typographier(une, "fr") == une


def test_typographie_aux_bords_des_valeurs() -> None:
    m = Montant("1249.90")
    assert phrase(("Total : ", m, " ; merci"), "fr") == f"Total{N}: 1{F}249,90{N}€{F}; merci"
    assert phrase(("d'ici au ", Jour(date(2026, 12, 1), "limite"), " ?"), "fr") == f"d’ici au mardi 1er{N}décembre 2026{F}?"
    assert phrase(("commande n° ", Donnee("B 1")), "fr") == f"commande n°{N}B 1"
    assert phrase(("« ", Donnee("x"), " »"), "fr") == f"«{N}x{N}»"
    assert phrase(("soit ", 40, " €"), "fr") == f"soit 40{N}€"
    assert phrase(("Mme ", Donnee("Durand")), "fr") == f"Mme{N}Durand"
    assert phrase(("un ", Donnee(""), " vide"), "fr") == "un vide"


@given(st.text(max_size=20).filter(lambda t: t == "".join(c for c in t if c.isprintable())))
def test_une_donnee_n_est_jamais_retouchee(nom: str) -> None:
    """Les données restent entières, même si elles ressemblent à du texte de modèle."""
    garde = Donnee("l'a : b ; « c » 10 000 € " + nom)
    assert [m.texte for m in morceaux(("Nom : ", garde, " !"), "fr") if m.genre == "donnee"] == [garde.texte]


@pytest.mark.parametrize("piege", ["a\u202eb", "a\nb", "a\x00b", "a\u2028b", "a\u200fb"])
def test_les_caracteres_de_commande_sont_montres(piege: str) -> None:
    assert dire(Donnee(piege), "fr") == "a\N{REPLACEMENT CHARACTER}b"


montants = st.builds(Montant.de_centimes, st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "USD", "JPY", "TND", "CHF"]))
jours = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@given(montants, st.integers(0, 10**7), jours)
def test_le_francais_est_celui_du_coeur(montant: Montant, dix_milliemes: int, jour: date) -> None:
    taux = Taux.de_dix_milliemes(dix_milliemes)
    assert phrase((montant,), "fr") == str(montant)
    assert phrase((taux,), "fr") == str(taux)
    assert phrase((Jour(jour, "tableau"),), "fr") == date_fr(jour, longue=False)
    assert phrase((Jour(jour),), "fr") == date_fr(jour)
    assert phrase((Jour(jour, "limite"),), "fr") == date_fr(jour, semaine=True)


@given(st.integers(-(10**15), 10**15), jours)
def test_babel_dit_le_meme_francais(centimes: int, jour: date) -> None:
    """Oracle indépendant : babel, à ses manies près (moins ASCII, « 1 décembre »)."""
    montant = Montant.de_centimes(centimes)
    assert str(montant) == format_currency(montant.decimal, "EUR", locale="fr_FR").replace("-", "\N{MINUS SIGN}")
    attendu = format_date(jour, "EEEE d MMMM y", locale="fr_FR")
    assert date_fr(jour, semaine=True).replace(f"1er{N}", f"1{N}").replace(N, " ") == attendu


@given(montants)
def test_l_anglais_n_arrondit_rien(montant: Montant) -> None:
    dit = dire(montant, "en")
    chiffres = "".join(c for c in dit if c.isdigit() or c == ".")
    assert Decimal(chiffres) == abs(montant.decimal)
    assert ("\N{MINUS SIGN}" in dit) == (montant.centimes < 0)


def test_anglais() -> None:
    jour = date(2026, 11, 21)
    assert phrase(("due on ", Jour(jour), ": ", Montant("20275.23")), "en") == f"due on 21{N}November 2026: €20,275.23"
    assert phrase((Jour(jour, "limite"),), "en") == f"Saturday 21{N}November 2026"
    assert phrase((Jour(jour, "tableau"),), "en") == "21 Nov 2026"
    assert phrase((Taux("12.4"), " a year, it's ", 1200), "en") == "12.40% a year, it’s 1,200"
    assert dire(Montant("-3", "CHF"), "en") == f"\N{MINUS SIGN}CHF{N}3.00"
    assert dire(Montant("300", "JPY"), "en") == "JP¥300"


def test_entiers_et_langues() -> None:
    assert phrase((-1200,), "fr") == f"\N{MINUS SIGN}1{F}200"
    assert nom_pays("DE") == "Allemagne"
    with pytest.raises(DonneeInvalide, match="langue"):
        dire(1, "tlh")
    with pytest.raises(DonneeInvalide, match="pays"):
        nom_pays("QQ")


def test_les_morceaux_courts_sont_insecables() -> None:
    suite = morceaux(("a ", Donnee("F-2026-014"), " b ", Donnee("x" * 25), Jour(date(2026, 1, 1))), "fr")
    assert [m.insecable for m in suite] == [False, True, False, False, True]
    assert [
        m.insecable for m in morceaux((Donnee("comptabilite@atelier-lumiere.example"), Donnee("x" * 60 + "@y.fr")), "fr")
    ] == [
        True,
        False,
    ]
    assert lire(suite).startswith("a F-2026-014 b ")
