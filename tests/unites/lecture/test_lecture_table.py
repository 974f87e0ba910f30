"""Un tableau en mémoire se lit comme un CSV : mêmes colonnes, mêmes refus, et jamais un flottant."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fabrique import CREANCIER
from recouvrement import DependanceManquante, DonneeInvalide, Montant, Paiement, Qualite, Taux
from recouvrement.lecture import Correspondance, LecteurCsv, lire_table

COLONNES: dict[str, list[Any]] = {
    "reference": ["F-1", "F-2"],
    "principal": [Decimal("1200.5"), Decimal(80)],
    "emise_le": [date(2026, 6, 1), date(2026, 6, 2)],
    "echeance": [date(2026, 7, 1), None],
    "debiteur_nom": ["Atelier", "Camille"],
    "debiteur_siren": ["404833048", None],
    "taux_penalites": [Decimal("12.15"), None],
}
CSV = (
    "reference;principal;emise_le;echeance;debiteur_nom;debiteur_siren;taux_penalites\n"
    "F-1;1200,50;2026-06-01;2026-07-01;Atelier;404833048;12,15\nF-2;80;2026-06-02;;Camille;;\n"
)


def en_pandas() -> Any:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(COLONNES).assign(emise_le=lambda t: pandas.to_datetime(t["emise_le"]))


def en_pandas_arrow() -> Any:
    return en_arrow().to_pandas(types_mapper=pytest.importorskip("pandas").ArrowDtype)


def en_polars() -> Any:
    return pytest.importorskip("polars").DataFrame(COLONNES)


def en_arrow() -> Any:
    return pytest.importorskip("pyarrow").table(COLONNES)


class Capsule:
    """Un tableau d'une bibliothèque que nous ne connaissons pas."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return en_arrow().__arrow_c_stream__(requested_schema)


FORMES = [
    lambda: COLONNES,
    en_pandas,
    en_pandas_arrow,
    en_polars,
    en_arrow,
    lambda: en_arrow().to_batches()[0],
    Capsule,
    lambda: {nom: pytest.importorskip("numpy").array(v, dtype=object) for nom, v in COLONNES.items()},
]


@pytest.mark.parametrize("forme", FORMES)
def test_toutes_les_formes_se_lisent_comme_le_csv(forme: Any) -> None:
    lecture = lire_table(forme(), creancier=CREANCIER)
    assert lecture.creances == LecteurCsv(creancier=CREANCIER).lire(CSV.encode()).creances
    assert (lecture.creances[0].principal, lecture.creances[0].conditions.taux_penalites) == (Montant("1200.50"), Taux("12.15"))
    assert [a.ou for a in lecture.anomalies] == ["table, ligne 1", "table, ligne 2", "table, ligne 2"]


def test_des_evenements() -> None:
    lecture = lire_table({"type": ["paiement"], "le": [date(2026, 7, 1)], "montant": [Decimal("10.10")], "creance": ["F-1"]})
    assert lecture.evenements == (Paiement(le=date(2026, 7, 1), montant="10.10", creance="F-1"),)


def table(**autres: list[Any]) -> dict[str, list[Any]]:
    une = {nom: valeurs[:1] for nom, valeurs in COLONNES.items() if nom != "debiteur_siren"}
    return une | {"debiteur_qualite": ["commercant"]} | autres


def refus(**autres: list[Any]) -> tuple[str, str]:
    lecture = lire_table(table(**autres), creancier=CREANCIER)
    assert lecture.creances == ()
    (anomalie,) = lecture.anomalies
    return anomalie.champ, anomalie.message


@pytest.mark.parametrize("nom", ["principal", "taux_penalites"])
def test_une_colonne_de_flottants_est_refusee(nom: str) -> None:
    with pytest.raises(DonneeInvalide, match="un flottant n'est pas exact") as e:
        lire_table(table(**{nom: [12.5]}), creancier=CREANCIER)
    assert (e.value.ou, e.value.champ) == ("table, ligne 1", nom)
    assert "Decimal" in e.value.remede


def test_un_flottant_absent_est_une_cellule_vide() -> None:
    (lue,) = lire_table(table(echeance=[float("nan")]), creancier=CREANCIER).creances
    assert lue.echeance is None


def test_les_absents_de_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    donnees = table(echeance=[pandas.NaT], debiteur_courriel=[pandas.NA], facture=[float("nan")])
    (lue,) = lire_table(donnees, creancier=CREANCIER).creances
    assert (lue.echeance, lue.debiteur.courriel, lue.facture) == (None, None, None)


@pytest.mark.parametrize(
    ("autres", "champ", "dit"),
    [
        ({"principal": [Decimal("10.005")]}, "principal", "illisible"),
        ({"principal": [Decimal(-10)]}, "principal", "jamais négatif"),
        ({"principal": [Decimal("NaN")]}, "principal", "pas un nombre"),
        ({"principal": [Decimal("1E+99")]}, "principal", "pas un nombre"),
        ({"principal": ["1 200,50"]}, "principal", "n'est pas la marque décimale"),
        ({"principal": [b"10"]}, "principal", "genre inattendu"),
        ({"principal": [True]}, "principal", "illisible"),
        ({"emise_le": [datetime(2026, 6, 1, 12)]}, "emise_le", "sans heure"),
        ({"emise_le": [datetime(2026, 6, 1, tzinfo=UTC)]}, "emise_le", "sans heure"),
        ({"emise_le": [20260601]}, "emise_le", "AAAA-MM-JJ"),
        ({"debiteur_code_postal": [1000]}, "debiteur_code_postal", "un texte est attendu"),
    ],
)
def test_une_cellule_douteuse_refuse_sa_ligne(autres: dict[str, list[Any]], champ: str, dit: str) -> None:
    lu, message = refus(**autres)
    assert lu == champ
    assert dit in message


def test_ce_qui_se_lit_sans_rien_interpreter() -> None:
    donnees = table(reference=[12], principal=[1200], debiteur_qualite=[Qualite.PROFESSIONNEL], capitalisation=[True])
    (lue,) = lire_table(donnees, creancier=CREANCIER).creances
    assert (lue.reference, lue.principal, lue.debiteur.qualite) == ("12", Montant("1200"), Qualite.PROFESSIONNEL)
    assert lue.conditions.capitalisation


def test_les_decimales_de_la_devise() -> None:
    (lue,) = lire_table(table(principal=[Decimal("10.5")], devise=["TND"]), creancier=CREANCIER).creances
    assert lue.principal == Montant("10.500", "TND")
    assert refus(principal=[Decimal("10.5")], devise=["XPF"])[0] == "principal"
    assert refus(principal=[Decimal("10.5")], devise=["EUX"])[0] in ("devise", "principal")


def test_avec_une_correspondance() -> None:
    donnees = table() | {"Montant TTC": [12.5]}
    del donnees["principal"]
    correspondance = Correspondance(colonnes={"principal": "Montant TTC"})
    with pytest.raises(DonneeInvalide, match="flottant"):
        lire_table(donnees, creancier=CREANCIER, correspondance=correspondance)
    donnees["Montant TTC"] = ["12.5x"]
    (refus,) = lire_table(donnees, creancier=CREANCIER, correspondance=correspondance, nom="ventes").anomalies
    assert (refus.ou, refus.champ) == ("ventes, ligne 1", "principal (votre colonne « Montant TTC »)")


@pytest.mark.parametrize(
    ("donnees", "dit"),
    [
        ([1, 2], "tableau en colonnes"),
        ({"reference": "F-1"}, "suite de valeurs"),
        ({"reference": ["F-1"], "principal": []}, "longueurs différentes"),
        ({"reference": ["F-1"], " reference": ["F-2"]}, "en double"),
        ({"reference": ["F-1"], "prinçipal": [1]}, "colonne inconnue"),
        ({"reference": ["F-1"]}, "colonne obligatoire absente"),
        ({}, "colonne obligatoire absente"),
    ],
)
def test_un_tableau_faux_est_refuse(donnees: Any, dit: str) -> None:
    with pytest.raises(DonneeInvalide, match=dit):
        lire_table(donnees, creancier=CREANCIER)


def test_une_capsule_sans_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    class Muette:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise AssertionError

    with pytest.raises(DependanceManquante):
        lire_table(Muette(), creancier=CREANCIER)


def test_le_module_n_importe_aucune_de_ces_bibliotheques() -> None:
    code = "import sys, recouvrement.lecture; assert not {'pandas', 'polars', 'pyarrow', 'numpy', 'pypdf'} & set(sys.modules), sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
