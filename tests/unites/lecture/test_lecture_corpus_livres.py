"""Des livres et des relevés réels, hors du dépôt : RECOUVREMENT_CORPUS nomme le dossier qui contient fec/ et releves/."""

import os
from datetime import date
from pathlib import Path

import pytest

from fabrique import CREANCIER
from recouvrement import Montant, Politique, Qualite
from recouvrement.lecture import LecteurFEC, diagnostiquer, lire_fichiers, rassembler
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


@pytest.mark.parametrize("chemin", RELEVES, ids=lambda p: p.name)
def test_chaque_releve_donne_des_reglements_ou_une_raison(chemin: Path) -> None:
    ((_, lecture),) = lire_fichiers([chemin])
    if isinstance(lecture, Lecture):
        assert lecture.encaissements or any(a.gravite == "refus" for a in lecture.anomalies)
    vu = diagnostiquer(chemin)
    assert vu.genre in ("camt", "mt940")
    assert vu.compris or vu.erreur
