"""Des livres et des relevés réels, hors du dépôt : RECOUVREMENT_CORPUS nomme le dossier qui contient fec/ et releves/."""

import os
from datetime import date
from pathlib import Path

import pytest

from fabrique import CREANCIER
from recouvrement import Montant, Politique, Qualite
from recouvrement.lecture import (
    LecteurCsv,
    LecteurFEC,
    diagnostiquer,
    ecrire_creances,
    ecrire_evenements,
    lire_fichiers,
    rassembler,
)
from recouvrement.ports import Lecture

CORPUS = os.environ.get("RECOUVREMENT_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOUVREMENT_CORPUS n'est pas donné")
LIVRES = sorted(Path(CORPUS).glob("fec/*.*")) if CORPUS else []
RELEVES = sorted(Path(CORPUS).glob("releves/*.*")) if CORPUS else []
LECTEUR = LecteurFEC(creancier=CREANCIER)


@pytest.mark.parametrize("chemin", LIVRES, ids=lambda p: p.name)
def test_les_livres_s_equilibrent_et_l_encours_se_retrouve(chemin: Path) -> None:
    lecture, resume = LECTEUR.resumer([chemin])
    assert resume.encours.juste
    assert sum((c.principal for c in lecture.creances), Montant("0")) == resume.encours.creances
    dossiers, anomalies = rassembler([(chemin, lecture)])
    assert sum(len(d.creances) for d in dossiers) == len(lecture.creances)
    assert sum(len(d.evenements) for d in dossiers) == len(lecture.evenements) + len(lecture.encaissements)
    assert len(anomalies) == len(lecture.anomalies)  # tout fait a trouvé son dossier


def test_le_fec_de_la_pme() -> None:
    chemin = Path(CORPUS) / "fec" / "111111111FEC20221231.TXT"
    if not chemin.exists():
        pytest.skip("ce FEC n'est pas dans ce corpus")
    lecture, resume = LECTEUR.resumer([chemin])
    (livres,) = resume.livres
    assert (len(livres.lignes), len(livres.ecritures), livres.total) == (934, 248, Montant("225682.23"))
    assert (resume.encours.solde, resume.encours.creances) == (Montant("14416.52"), Montant("14825.83"))
    assert (resume.encours.reglements, resume.encours.ecarte) == (Montant("427.99"), Montant("18.68"))
    assert len(lecture.creances) == 29
    assert {c.debiteur.qualite for c in lecture.creances} == {Qualite.CONSOMMATEUR}
    dossiers, _ = rassembler([(chemin, lecture)])
    reste = [Politique().examiner(d, au=date(2023, 7, 31)).principal.valeur for d in dossiers]
    assert sum(reste, Montant("0")) == resume.encours.creances - resume.encours.reglements


@pytest.mark.parametrize("chemin", LIVRES, ids=lambda p: p.name)
def test_les_livres_passent_par_un_tableur_et_reviennent(chemin: Path) -> None:
    dossiers, _ = rassembler([(chemin, LECTEUR.lire(chemin))])
    for dossier in dossiers:
        fichiers = (ecrire_creances(dossier.creances), ecrire_evenements(dossier.evenements))
        assert rassembler([(chemin, LecteurCsv().lire(octets)) for octets in fichiers])[0] == (dossier,)


@pytest.mark.parametrize("chemin", RELEVES, ids=lambda p: p.name)
def test_chaque_releve_donne_des_reglements_ou_une_raison(chemin: Path) -> None:
    ((_, lecture),) = lire_fichiers([chemin])
    if isinstance(lecture, Lecture):
        assert lecture.encaissements or any(a.gravite == "refus" for a in lecture.anomalies)
    vu = diagnostiquer(chemin)
    assert vu.genre in ("camt", "mt940")
    assert vu.compris or vu.erreur


@pytest.mark.parametrize("nom", ["genkgo_camt053.v2.minimal.xml", "genkgo_camt053.v8.xml"])
def test_ce_qu_on_sait_des_releves(nom: str) -> None:
    chemin = Path(CORPUS) / "releves" / nom
    if not chemin.exists():
        pytest.skip("absent de ce corpus")
    (encaissement,) = diagnostiquer(chemin).lecture.encaissements
    assert encaissement.paiement.montant == Montant("8.85")
    assert (encaissement.paiement.creance, encaissement.debiteur) == (None, None)  # proposé, jamais imputé


def test_un_mt940_est_reconnu_et_refuse() -> None:
    chemin = Path(CORPUS) / "releves" / "mt940_betterplace_sepa_snippet.sta"
    if not chemin.exists():
        pytest.skip("absent de ce corpus")
    vu = diagnostiquer(chemin)
    assert (vu.genre, "camt.053" in vu.erreur) == ("mt940", True)
