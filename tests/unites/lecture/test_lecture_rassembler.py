"""Un fait refusé dit où il était, et quels dossiers il a pu atteindre."""

from pathlib import Path

import pytest

from fabrique import CONSOMMATEUR, creance
from fabrique_livres import fec, reglement, vente
from recouvrement import Creancier, DependanceManquante, DonneeInvalide, Qualite
from recouvrement.lecture import LecteurCsv, LecteurFacture, LecteurFEC, lire_table, rassembler
from recouvrement.ports import Anomalie, Lecture

LIVRES = (
    Path("livres.csv"),
    Lecture(creances=(creance("cle-1", facture="F-1"), creance("cle-2", debiteur=CONSOMMATEUR))),
)
ENTETE = "type;le;montant;creance;paiement;reference\n"
AVOIR = Path(__file__).parents[3] / "exemples" / "impayes" / "avoir.xml"


def reunir(faits: str) -> tuple[Anomalie, list[bool]]:
    """Le seul refus de ces lignes, et s'il atteint chacun des deux dossiers."""
    dossiers, anomalies = rassembler([LIVRES, (Path("faits.csv"), LecteurCsv().lire((ENTETE + faits).encode()))])
    (refus,) = anomalies
    return refus, [refus.atteint(d) for d in sorted(dossiers, key=lambda d: d.creances[0].reference)]


@pytest.mark.parametrize(
    ("faits", "atteints"),
    [
        ("paiement;2026-07-01;mille;cle-2;;\n", [False, True]),
        ("paiement;2026-07-01;mille;F-1;;\n", [True, False]),
        ("relance;2026-07-01;9,00;cle-2|F-1;;\n", [True, True]),
        ("paiement;2026-07-01;mille;;;\n", [True, True]),
        ("paiement;2026-07-01;10,00;F-7;;\n", [False, False]),
        ("paiement;2026-07-01;10,00;F-l;;\n", [True, False]),
        ("paiement;2026-07-01;10,00;f 001;;\n", [True, False]),
        ("paiement;2026-07-01;10,00;F-11;;\n", [False, False]),
        ("relance;2026-07-01;9,00;CLE_2|F-7;;\n", [False, True]),
        ("paiement;2026-07-01;10,00;--;;\n", [False, False]),
        ("paiement;2026-07-01;10,00;;;\n", [True, True]),
        ("rejet;2026-07-01;;;VIR-1;\n", [False, False]),
    ],
    ids=[
        "référence",
        "facture",
        "deux",
        "aucune",
        "inconnue",
        "un L pour un 1",
        "casse, espace et zéros",
        "un chiffre de plus",
        "tiret bas",
        "sans lettre ni chiffre",
        "sans dossier",
        "rejet sans paiement",
    ],
)
def test_les_dossiers_qu_un_refus_atteint(faits: str, atteints: list[bool]) -> None:
    assert reunir(faits)[1] == atteints


def test_une_creance_inconnue_est_dite_avec_sa_ligne() -> None:
    refus, _ = reunir("paiement;2026-07-01;10,00;cle-2;;A\npaiement;2026-07-01;10,00;F-l;;B\n")
    assert (refus.ou, refus.valeur, refus.creances) == ("données reçues, ligne 3", "F-l", ("F-l", "F-1"))
    assert refus.remede == "Vouliez-vous « F-1 » ?"


def test_un_fait_que_son_dossier_refuse_est_dit_avec_sa_ligne() -> None:
    faits = "paiement;2026-07-05;10,00;cle-2;;VIR-1\nrejet;2026-07-01;;;VIR-1;\n"
    refus, atteints = reunir(faits)
    assert (refus.ou, refus.champ, atteints) == ("données reçues, ligne 3", "paiement", [False, True])


def test_un_tableau_dit_aussi_sa_ligne() -> None:
    lus = lire_table({"type": ["paiement"] * 2, "le": ["2026-07-01"] * 2, "montant": [10, 20], "creance": ["cle-2", "F-l"]})
    _, (refus,) = rassembler([LIVRES, ("hôte", lus)])
    assert refus.ou == "table, ligne 2"


def test_un_fichier_illisible_a_pu_porter_un_paiement() -> None:
    dossiers, (refus,) = rassembler([LIVRES, (Path("x.csv"), DonneeInvalide("fichier vide", ou="x.csv"))])
    assert all(refus.atteint(d) for d in dossiers)


def test_un_fichier_qui_demande_un_complement_est_nomme() -> None:
    _, (refus,) = rassembler([LIVRES, (Path("avoir.pdf"), DependanceManquante("La lecture d'un PDF Factur-X", "facturx"))])
    assert str(refus).startswith("avoir.pdf : La lecture d'un PDF Factur-X demande un complément")


def test_un_avoir_refuse_atteint_sa_facture_seule() -> None:
    faux = AVOIR.read_text(encoding="utf-8").replace(">300.00<", ">3oo.00<")
    (refus,) = LecteurFacture().lire(faux.encode()).anomalies
    assert refus.creances == ("FA-2026-049",)


def test_un_credit_refuse_d_un_fec_atteint_les_factures_de_son_client() -> None:
    lecteur = LecteurFEC(creancier=Creancier(nom="Atelier", qualite=Qualite.COMMERCANT))
    lignes = (vente("1", "20260601", 100), reglement("2", "20260620", 40, EcritureLet="ZZ"))
    refus = [a for a in lecteur.lire(fec(*lignes)).anomalies if a.gravite == "refus"]
    assert [(a.message, a.creances) for a in refus] == [("crédit lettré avec une ligne écartée : rien n'en est déduit", ("F-1",))]


def test_une_creance_refusee_n_atteint_personne() -> None:
    fausse = b"reference;principal;emise_le;debiteur_nom;creancier_nom\nF-9;dix;2026-06-01;Durand;Atelier\n"
    (refus,) = LecteurCsv().lire(fausse).anomalies
    assert refus.creances is None
    assert not refus.atteint(rassembler([LIVRES])[0][0])
