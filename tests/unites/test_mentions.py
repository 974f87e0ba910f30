"""Les mentions de la facture : le taux écrit est celui qui sera compté, et rien n'est dit à qui n'en doit rien."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import assume, given

from fabrique import COMMUNE, CONSOMMATEUR, SOCIETE, creance, examiner
from proprietes.strategies import creances, profil
from recouvrement import ConditionsPaiement, Conventions, Creance, Montant, Politique, Qualite, Taux
from recouvrement.droit import pour
from recouvrement.modele.conditions import TauxIndexe

FR = Politique()
FINE, INSECABLE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def dites(politique: Politique = FR, **parties: object) -> str:
    """Toutes les mentions, espaces ordinaires."""
    return "\n".join(politique.mentions(creance(**parties))).replace(FINE, " ").replace(INSECABLE, " ").replace("’", "'")


def convenu(taux: object, **autres: object) -> ConditionsPaiement:
    return ConditionsPaiement(taux_penalites=taux, **autres)


def test_entre_professionnels() -> None:
    assert dites().splitlines() == [
        "À payer au plus tard le 1er mai 2026.",
        "Aucun escompte pour paiement anticipé.",
        (
            "En cas de retard, des pénalités sont exigibles dès le lendemain de l'échéance, sans rappel, au taux appliqué par la Banque"
            " centrale européenne à son opération principale de refinancement la plus récente, majoré de dix points de pourcentage, révisé"
            " chaque semestre, soit 12,15 % l'an au 1er avril 2026 (article L. 441-10, II, du code de commerce)."
        ),
        (
            "Tout retard donne lieu, en outre, à une indemnité forfaitaire pour frais de recouvrement de 40 € (articles L. 441-10, II, et"
            " D. 441-5 du code de commerce)."
        ),
    ]


def test_escompte_convenu() -> None:
    assert "Escompte : 1 % à huit jours.\n" in dites(conditions=ConditionsPaiement(escompte="1 % à huit jours."))


@pytest.mark.parametrize(
    ("taux", "dit"),
    [
        (Taux("10"), "au taux convenu de 10,00 % l'an (article"),
        (
            TauxIndexe.lire("BCE + 8"),
            "au taux convenu (taux de la BCE + 8,00 %), révisé chaque semestre, soit 10,15 % l'an au 1er avril",
        ),
        (
            TauxIndexe.lire("3 × taux légal"),
            "au taux convenu (3 × taux légal), révisé chaque semestre, soit 7,86 % l'an au 1er avril",
        ),
    ],
    ids=["fixe", "bce", "legal"],
)
def test_taux_convenu(taux: object, dit: str) -> None:
    assert dit in dites(conditions=convenu(taux))


@pytest.mark.parametrize(
    ("conventions", "dit"),
    [
        (
            Conventions(sous_le_plancher="plancher"),
            "5,00 % l'an, sans pouvoir être inférieur à trois fois le taux de l'intérêt légal",
        ),
        (
            Conventions(sous_le_plancher="suppletif"),
            "trois fois le taux de l'intérêt légal : au taux appliqué par la Banque centrale",
        ),
    ],
    ids=["plancher", "suppletif"],
)
def test_la_convention_de_plancher_se_lit(conventions: Conventions, dit: str) -> None:
    assert dit in dites(Politique(conventions=conventions), conditions=convenu(Taux("5")))


def test_le_taux_fige_se_lit() -> None:
    dit = dites(Politique(conventions=Conventions(taux_dans_le_temps="fige_a_l_echeance")))
    assert "tel qu'en vigueur au premier jour du semestre où le retard commence" in dit
    assert "révisé" not in dit


def test_acheteur_public() -> None:
    dit = dites(debiteur=COMMUNE, conditions=convenu(Taux("15")))
    assert "majoré de huit points" in dit
    assert "R. 2192-31 du code de la commande publique" in dit
    assert "40 € (articles L. 2192-13 et D. 2192-35" in dit
    for absent in ("15,00", "escompte", "code de commerce"):
        assert absent not in dit, absent


@pytest.mark.parametrize(
    ("acheteur", "dit"),
    [("general", "30 jours"), ("sante", "50 jours"), ("entreprise_publique", "60 jours")],
)
def test_acheteur_public_sans_terme(acheteur: str, dit: str) -> None:
    """La facture ne connaît pas encore le jour de sa réception : elle dit le délai, pas une date."""
    premiere = dites(debiteur=evolve(COMMUNE, acheteur=acheteur), echeance=None).splitlines()[0]
    assert f"sous {dit} à compter de la réception" in premiere


def test_entite_adjudicatrice_releve_du_code_de_commerce() -> None:
    dit = dites(debiteur=evolve(COMMUNE, acheteur="entite_adjudicatrice"))
    assert "majoré de dix points" in dit
    assert "D. 441-5" in dit


@pytest.mark.parametrize("qualite", [Qualite.CONSOMMATEUR, Qualite.NON_PROFESSIONNEL])
def test_un_consommateur_ne_lit_que_l_echeance(qualite: Qualite) -> None:
    debiteur = evolve(CONSOMMATEUR, qualite=qualite)
    assert dites(debiteur=debiteur, conditions=convenu(Taux("10"))) == "À payer au plus tard le 1er mai 2026."


def test_l_indemnite_se_mentionne_en_toute_devise() -> None:
    assert "40 €" in dites(principal=Montant("100.00", "USD"))


def test_avant_2013_rien_n_est_annonce() -> None:
    assert len(FR.mentions(creance(echeance=date(2012, 6, 1)))) == 2


def test_un_taux_non_publie_ne_se_dit_pas() -> None:
    dit = dites(echeance=date(2028, 3, 1), emise_le=date(2028, 2, 1))
    assert "majoré de dix points" in dit
    assert "soit" not in dit


def test_la_typographie_est_francaise() -> None:
    dit = "\n".join(FR.mentions(creance()))
    assert f"12,15{INSECABLE}%" in dit
    assert f"40{INSECABLE}€" in dit
    assert f"L.{INSECABLE}441-10" in dit
    assert "'" not in dit


@profil(100)
@given(creances(debiteur=SOCIETE))
def test_le_taux_ecrit_est_le_taux_compte(c: Creance) -> None:
    """Une créance émise et échue le même jour : le taux de la mention est celui de la première ligne, s'il a le même semestre."""
    c = evolve(c, emise_le=c.echeance)
    lendemain = c.echeance + timedelta(days=1)
    assume((lendemain.month, lendemain.day) not in ((1, 1), (7, 1)))  # un autre semestre, peut-être pas encore publié
    (ligne,) = examiner(c, au=lendemain).decompte.lignes
    assert f"de {ligne.taux} l’an" in FR.mentions(c)[2] or f"soit {ligne.taux} l’an" in FR.mentions(c)[2]


def test_un_autre_droit_repond_autrement() -> None:
    ailleurs = evolve(pour("fr"), mentions=lambda *_, **__: ("Zahlbar sofort.",))
    assert Politique(droit=ailleurs).mentions(creance()) == ("Zahlbar sofort.",)
