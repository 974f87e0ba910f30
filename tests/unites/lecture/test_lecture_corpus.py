"""Des factures réelles, hors du dépôt : RECOUVREMENT_CORPUS nomme le dossier qui contient factures_*."""

import os
from datetime import date
from pathlib import Path

import pytest

from recouvrement import Avoir, Creance, Montant, TauxIndexe
from recouvrement.lecture import LecteurCsv, LecteurFacture, diagnostiquer, ecrire_creances

CORPUS = os.environ.get("RECOUVREMENT_CORPUS", "")
pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="RECOUVREMENT_CORPUS n'est pas donné"),
    pytest.mark.facturx,
]
FICHIERS = sorted(Path(CORPUS).glob("factures_*/*.*")) if CORPUS else []
LECTEUR = LecteurFacture()


def creance(nom: str) -> Creance:
    chemin = Path(CORPUS) / "factures_fr" / nom
    if not chemin.exists():
        pytest.skip(f"{nom} n'est pas dans ce corpus")
    (lue,) = LECTEUR.lire(chemin).creances
    return lue


@pytest.mark.parametrize("chemin", FICHIERS, ids=lambda p: p.name)
def test_chaque_fichier_donne_un_fait_ou_une_raison(chemin: Path) -> None:
    lecture = LECTEUR.lire(chemin)
    assert lecture.creances or lecture.evenements or any(a.gravite == "refus" for a in lecture.anomalies)
    assert all(str(a).startswith(chemin.name) for a in lecture.anomalies)


def test_la_meme_facture_en_deux_profils() -> None:
    courte, longue = creance("factur-x-basicwl.xml"), creance("factur-x-en16931.xml")
    for lue in (courte, longue):
        assert (lue.principal, lue.emise_le, lue.echeance) == (Montant("104.90"), date(2026, 1, 31), date(2026, 3, 2))
    assert (courte.reference, courte.debiteur.cle, courte.executee_le) == (
        longue.reference,
        longue.debiteur.cle,
        longue.executee_le,
    )
    assert courte.creancier.cle == longue.creancier.cle
    assert courte.debiteur.qualite is longue.debiteur.qualite


@pytest.mark.parametrize(
    ("nom", "reste_du", "emise_le", "echeance"),
    [
        ("factur-x-minimum.xml", "104.90", date(2026, 1, 31), None),
        ("ubl-21-en16931.xml", "208.03", date(2026, 6, 17), date(2026, 7, 16)),
        ("Facture_FR_BASICWL.pdf", "470.15", date(2017, 11, 13), date(2017, 12, 13)),
        ("Facture_DOM_EN16931.pdf", "383.75", date(2017, 11, 5), date(2017, 12, 5)),
    ],
)
def test_ce_qu_on_sait_d_elles(nom: str, reste_du: str, emise_le: date, echeance: date | None) -> None:
    lue = creance(nom)
    assert (lue.principal, lue.emise_le, lue.echeance) == (Montant(reste_du), emise_le, echeance)


def test_un_avoir_n_est_pas_une_creance() -> None:
    chemin = Path(CORPUS) / "factures_fr" / "Avoir_FR_type381_BASIC.pdf"
    if not chemin.exists():
        pytest.skip("absent de ce corpus")
    lecture = LECTEUR.lire(chemin)
    assert lecture.creances == ()
    (avoir,) = lecture.evenements
    assert isinstance(avoir, Avoir)
    assert (avoir.montant, avoir.creance, avoir.le) == (Montant("233.47"), "FA-2017-0010", date(2017, 11, 16))


@pytest.mark.parametrize("nom", ["factur-x-basicwl.xml", "factur-x-en16931.xml", "ubl-21-en16931.xml"])
def test_les_notes_francaises_sont_lues(nom: str) -> None:
    """PMD : trois fois le taux légal ; PMT : 40 € ; AAB : pas d'escompte."""
    lue = creance(nom)
    assert (lue.conditions.taux_penalites, lue.conditions.escompte) == (TauxIndexe("legal", fois=3), None)
    lecture = LECTEUR.lire(Path(CORPUS) / "factures_fr" / nom)
    assert not [a for a in lecture.anomalies if a.champ.startswith("note")]


def test_l_acheteur_de_la_reunion() -> None:
    lue = creance("Facture_DOM_EN16931.pdf")
    assert lue.debiteur.adresse is not None
    assert lue.debiteur.adresse.code_postal.startswith("974")


@pytest.mark.parametrize("chemin", FICHIERS, ids=lambda p: p.name)
def test_chaque_facture_se_diagnostique_et_s_exporte(chemin: Path) -> None:
    vu = diagnostiquer(chemin)
    assert (vu.genre, vu.erreur) == ("facture", "")
    assert LecteurCsv().lire(ecrire_creances(vu.lecture.creances)).creances == vu.lecture.creances
