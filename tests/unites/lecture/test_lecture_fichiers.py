"""Un lot de fichiers : chacun rend ce qu'il a donné ou son erreur, et les autres sont lus."""

import runpy
import sys
from pathlib import Path

import pytest

from recouvrement import DependanceManquante, DonneeInvalide, Dossier, Qualite
from recouvrement.lecture import LecteurCsv, lire_fichiers
from recouvrement.ports import Lecture

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
ENTETE = "reference;principal;emise_le;debiteur_nom;creancier_nom\n"


def test_le_lot_survit_a_ses_fichiers_fautifs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("colonne;folle\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(ENTETE + "F-1;10,00;2026-06-01;A;B\n", encoding="utf-8")
    (tmp_path / "c.xml").write_text("<!DOCTYPE x><x/>", encoding="utf-8")
    (tmp_path / "d.docx").write_bytes(b"PK")
    rendus = dict(lire_fichiers([tmp_path, tmp_path / "d.docx", tmp_path / "absent.csv"]))
    assert [p.name for p in rendus] == ["a.csv", "b.csv", "c.xml", "d.docx", "absent.csv"]
    bon = rendus.pop(tmp_path / "b.csv")
    assert isinstance(bon, Lecture)
    assert len(bon.creances) == 1
    for chemin, erreur in rendus.items():
        assert isinstance(erreur, DonneeInvalide)
        assert chemin.name in str(erreur)


def test_le_contenu_prime_sur_l_extension(tmp_path: Path) -> None:
    (tmp_path / "facture.txt").write_bytes(b"\xef\xbb\xbf\n" + (IMPAYES / "avoir.xml").read_bytes().partition(b"\n")[2])
    (tmp_path / "facture").write_bytes((IMPAYES / "facture-cii.xml").read_bytes())
    for _, lu in lire_fichiers([tmp_path / "facture.txt", tmp_path / "facture"]):
        assert isinstance(lu, Lecture)
        assert lu.creances or lu.evenements


def test_les_lecteurs_se_passent_en_argument(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text((ENTETE + "F-1;10.00;2026-06-01;A;B\n").replace(";", ","), encoding="utf-8")
    ((_, lu),) = lire_fichiers([tmp_path], csv=LecteurCsv(delimiteur=",", decimale="."))
    assert isinstance(lu, Lecture)
    assert len(lu.creances) == 1


def test_un_extra_manquant_n_arrete_pas_le_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    rendus = {p.name: lu for p, lu in lire_fichiers([IMPAYES])}
    assert isinstance(rendus["facture-facturx.pdf"], DependanceManquante)
    assert isinstance(rendus["facture-ubl.xml"], Lecture)


def test_nos_exemples_font_des_dossiers() -> None:
    pytest.importorskip("pypdf")
    lectures = [lu for _, lu in lire_fichiers([IMPAYES]) if isinstance(lu, Lecture)]
    assert len(lectures) == 6
    assert [a.gravite for lu in lectures for a in lu.anomalies] == ["alerte"]
    dossiers = Dossier.regrouper([x for lu in lectures for x in lu.creances], [e for lu in lectures for e in lu.evenements])
    assert {d.debiteur.nom: len(d.creances) for d in dossiers} == {
        "Atelier Lumen SAS": 3,
        "Brasserie des Docks SARL": 1,
        "Chantier naval Kerven SA": 1,
        "Commune de Port-Vallon": 1,
        "M. Hugo Lambert": 1,
        "Mme Camille Ferrand": 1,
        "Voiles et Gréements de l'Ouest SAS": 2,
    }
    assert {d.debiteur.qualite for d in dossiers} == {Qualite.PROFESSIONNEL, Qualite.CONSOMMATEUR, Qualite.PERSONNE_PUBLIQUE}
    assert {d.creancier.cle for d in dossiers} == {"siren:999100019"}


def test_le_pdf_d_exemple_est_deterministe() -> None:
    pytest.importorskip("pypdf")
    module = runpy.run_path(str(IMPAYES / "fabriquer.py"))
    assert module["facture_pdf"]() == module["facture_pdf"]()


def test_le_progres_se_dit_fichier_par_fichier(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("type;le\n", encoding="utf-8")
    (tmp_path / "b.xml").write_text("<a/>", encoding="utf-8")
    vus: list[tuple[str, int, int]] = []
    lire_fichiers([tmp_path, tmp_path / "absent.csv"], progres=lambda chemin, fait, total: vus.append((chemin.name, fait, total)))
    assert vus == [("a.csv", 1, 3), ("b.xml", 2, 3), ("absent.csv", 3, 3)]
