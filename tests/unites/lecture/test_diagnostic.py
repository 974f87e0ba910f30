"""Diagnostiquer : ce qu'est un fichier, ce qui en est compris, ce qui manque ; jamais d'exception."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabrique import CREANCIER
from fabrique_livres import camt, cdar, detail, fec, ntry, reglement, solde, vente
from recouvrement.cli import main
from recouvrement.lecture import Correspondance, LecteurCsv, LecteurFEC, diagnostiquer
from recouvrement.lecture.fichiers import reconnaitre

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
LIVRES = fec(vente("1", "20260601", 120000), vente("2", "20260602", 1000, EcritureLet="A"), reglement("1", "20260620", 20000))
RELEVE = camt(solde("OPBD", "0.00"), solde("CLBD", "10.00"), ntry("10.00", detail(payeur="A")))


@pytest.mark.parametrize(
    ("octets", "genre"),
    [
        (LIVRES, "fec"),
        (LIVRES.replace(b"JournalCode", b'"JOURNALCODE"'), "fec"),
        (LIVRES.decode().encode("utf-16"), "fec"),
        (b"\xef\xbb\xbf" + LIVRES, "fec"),
        (RELEVE, "camt"),
        (b"\xef\xbb\xbf\n" + RELEVE.partition(b"?>")[2], "camt"),
        (camt(version="054.001.08"), "camt"),
        (cdar("F-1", "210"), "statut"),
        (cdar("F-1", "210").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "statut"),
        (b"<Invoice/>", "facture"),
        (b"%PDF-1.7", "facture"),
        (b"\r\n:20:1\r\n:25:1/2\r\n:60F:C070903EUR1,00", "mt940"),
        (b"reference;principal", "csv"),
        (b"", "csv"),
    ],
)
def test_reconnaitre(octets: bytes, genre: str) -> None:
    assert reconnaitre(octets) == genre


def test_un_fec_se_comprend_sans_creancier() -> None:
    vu = diagnostiquer(LIVRES)
    assert (vu.genre, vu.erreur, vu.refuse) == ("fec", "", False)
    compris = dict(vu.compris)
    assert compris["contrôle"].startswith("3 écritures équilibrées, 6 lignes")
    assert compris["créances"] == "2, soit 1\u202f210,00\u00a0€"
    assert compris["règlements à rapprocher"] == "1, soit 200,00\u00a0€"
    assert "le créancier : un FEC ne le nomme pas" in vu.manque
    assert any("adresse" in m for m in vu.manque)
    assert not any("créancier :" in m for m in diagnostiquer(LIVRES, fec=LecteurFEC(creancier=CREANCIER)).manque)


def test_des_livres_boiteux_disent_l_ecriture() -> None:
    vu = diagnostiquer(LIVRES.replace(b"1200,00", b"1200,01", 1))
    assert vu.refuse
    assert "l'écriture 1 du journal VE" in vu.erreur
    assert "refusé : " in str(vu)


def test_un_releve_dit_ce_qu_il_propose() -> None:
    vu = diagnostiquer(RELEVE)
    assert dict(vu.compris) == {"règlements à rapprocher": "1, soit 10,00\u00a0€"}
    assert "rapprocher" in vu.manque[0]


def test_un_statut_dit_ce_qu_il_change() -> None:
    vu = diagnostiquer(cdar("F-1", "213", motif="DOUBLON"))
    assert dict(vu.compris) == {"événements « Blocage »": "1"}
    assert vu.manque == ("les créances que ces événements nomment : lisez-les avec ce fichier",)
    assert str(vu).startswith("données reçues : statut de facture électronique (CDAR)")


def test_un_export_d_un_autre_logiciel_se_comprend_avec_sa_correspondance() -> None:
    octets = b"N;Montant;Date;Client\n1;10,00;2026-06-01;A\n"
    assert "colonne inconnue" in diagnostiquer(octets).erreur
    colonnes = {"reference": "N", "principal": "Montant", "emise_le": "Date", "debiteur_nom": "Client"}
    lecteur = LecteurCsv(creancier=CREANCIER, correspondance=Correspondance(colonnes=colonnes))
    assert dict(diagnostiquer(octets, csv=lecteur).compris)["créances"] == "1, soit 10,00\u00a0€"


def test_un_tableau_se_diagnostique_aussi() -> None:
    table = {"reference": ["F-1"], "principal": [10], "emise_le": ["2026-06-01"], "debiteur_nom": ["A"]}
    vu = diagnostiquer(table, csv=LecteurCsv(creancier=CREANCIER))
    assert (vu.genre, vu.fichier, dict(vu.compris)["débiteurs"]) == ("table", "table", "1")
    assert "creancier_nom" in diagnostiquer(table).erreur
    assert "un flottant n'est pas exact" in diagnostiquer(table | {"principal": [1.5], "creancier_nom": ["B"]}).erreur
    assert "tableau en colonnes" in diagnostiquer(3).erreur


def test_nos_exemples_se_comprennent() -> None:
    pytest.importorskip("pypdf")
    vus = {f.name: diagnostiquer(f) for f in sorted(IMPAYES.iterdir()) if f.suffix != ".py"}
    assert not any(v.refuse for v in vus.values())
    assert dict(vus["evenements.csv"].compris)
    assert all("<" in v._repr_html_() and json.dumps(v.vers_dict()) for v in vus.values())


def test_un_fichier_absent_ou_etranger(tmp_path: Path) -> None:
    assert "introuvable" in diagnostiquer(tmp_path / "absent.txt").erreur
    (tmp_path / "a.docx").write_bytes(b"PK")
    assert "format inconnu" in diagnostiquer(tmp_path / "a.docx").erreur
    assert "MT940" in diagnostiquer(b":20:1\n:25:1\n").erreur


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60), st.sampled_from([b"", LIVRES, RELEVE, b"<", b"JournalCode\t"]), st.integers(0, 400))
def test_aucun_octet_ne_le_fait_lever(octets: bytes, debut: bytes, coupe: int) -> None:
    str(diagnostiquer(debut[:coupe] + octets + debut[coupe:]))


# --- la commande -----------------------------------------------------------------------------------------------------


def test_la_commande_diagnostiquer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bon, mauvais = tmp_path / "732829320FEC20261231.txt", tmp_path / "b.csv"
    bon.write_bytes(LIVRES)
    mauvais.write_text("colonne;folle\n", encoding="utf-8")
    assert main(["diagnostiquer", str(bon)]) == 0
    assert "fichier des écritures comptables" in capsys.readouterr().out
    assert main(["diagnostiquer", "--json", str(bon), str(mauvais)]) == 1
    lus = json.loads(capsys.readouterr().out)
    assert [(x["genre"], bool(x["erreur"])) for x in lus] == [("fec", False), ("csv", True)]


def test_la_commande_examine_un_fec_dont_on_dit_le_creancier(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fichier = tmp_path / "732829320FEC20261231.txt"
    fichier.write_bytes(LIVRES)
    assert main(["examiner", str(fichier), "--au", "2026-09-01"]) == 2
    assert "--creancier" in capsys.readouterr().err
    options = ["--creancier", "Atelier Lumière SAS", "--siren", "732829320"]
    assert main(["examiner", str(fichier), "--au", "2026-09-01", *options]) == 0
    dit = capsys.readouterr().out
    assert "Menuiserie du Port SARL" in dit
    assert "1\u202f010,00\u00a0€" in dit
