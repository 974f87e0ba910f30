"""Les valeurs en table : chaque colonne a son genre, un montant reste exact, rien n'est importé d'avance."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fabrique import CREANCIER, SOCIETE, creance
from recouvrement import DependanceManquante, Dossier, Hypotheses, Montant, Paiement, Politique, Portefeuille
from recouvrement.politique import plan as _plan  # noqa: F401 (ses valeurs comptent dans GENRES)
from recouvrement.politique import presentation as _presentation  # noqa: F401 (idem)
from recouvrement.politique.accord import suivre
from recouvrement.politique.tableau import EnTable

AU = date(2026, 9, 1)


@cache
def valeurs() -> dict[str, Any]:
    politique = Politique()
    paiement = Paiement(le=date(2026, 6, 30), montant="3000.00", creance="F-1", reference="V-1")
    dossier = Dossier(creances=(creance(), creance("F-2", "340.05", date(2026, 6, 15))), evenements=(paiement,))
    bilan = politique.examiner(dossier, au=AU)
    portefeuille = Portefeuille([dossier], politique=politique, au=AU)
    echeancier = politique.proposer_echeancier(bilan, mensualites=3)
    vues = [
        *(bilan, bilan.decompte, portefeuille, portefeuille.balance_agee(), portefeuille.radar(), portefeuille.priorites()),
        *(portefeuille.dso()[0], portefeuille.penalites_non_reclamees(), politique.calendrier(dossier, au=AU)),
        portefeuille.rapprocher(Paiement(le=AU, montant="340.05")),
        politique.simuler([dossier], au=AU, jusqu_au=date(2026, 12, 1)),
        politique.voies(dossier, au=AU, hypotheses=Hypotheses(chances={"injonction_de_payer": 80})),
        suivre(echeancier, [], au=date(2026, 11, 15)),
    ]
    return {type(v).__name__: v for v in vues}


GENRES = sorted({t.__name__ for t in EnTable.__subclasses__()})
TYPES = {str: pa.string(), date: pa.date32(), int: pa.int64(), bool: pa.bool_()}


def test_chaque_genre_de_table_est_essaye() -> None:
    assert sorted(valeurs()) == GENRES


@pytest.mark.parametrize("genre", GENRES)
def test_les_colonnes_sont_celles_des_lignes(genre: str) -> None:
    """Même ordre, mêmes noms, et le type Arrow de chaque valeur Python ; les valeurs se relisent à l'identique."""
    valeur = valeurs()[genre]
    lignes, table = valeur.vers_lignes(), pa.RecordBatchReader.from_stream(valeur).read_all()
    assert lignes
    assert {tuple(ligne) for ligne in lignes} == {tuple(table.column_names)}
    for nom, type_ in zip(table.column_names, table.schema.types, strict=True):
        for v in (ligne[nom] for ligne in lignes if ligne[nom] is not None):
            assert pa.types.is_decimal(type_) if isinstance(v, Decimal) else type_ == TYPES[type(v)]
    assert table.to_pylist() == lignes


@pytest.mark.parametrize("genre", GENRES)
def test_pandas_et_polars_gardent_les_lignes(genre: str) -> None:
    valeur = valeurs()[genre]
    lignes = valeur.vers_lignes()
    assert valeur.to_polars().to_dicts() == lignes
    tableau = valeur.to_pandas()
    assert all(isinstance(t, pd.ArrowDtype) for t in tableau.dtypes)
    assert tableau.astype(object).where(tableau.notna(), None).to_dict("records") == lignes


def test_un_montant_reste_exact() -> None:
    bilan = valeurs()["Bilan"]
    assert bilan.to_pandas()["total"].sum() == bilan.total.valeur.decimal
    assert str(bilan.to_pandas()["total"].dtype) == "decimal128(18, 2)[pyarrow]"
    polars = bilan.to_polars()
    assert polars.schema["total"] == pl.Decimal(18, 2)
    assert polars.schema["echeance"] == pl.Date
    assert polars["total"].sum() == bilan.total.valeur.decimal


def test_duckdb_lit_la_valeur() -> None:
    bilan = valeurs()["Bilan"]  # noqa: F841 (DuckDB la trouve par son nom)
    with duckdb.connect() as base:
        (ligne,) = base.sql("select facture, total, echeance from bilan order by total limit 1").fetchall()
    assert ligne == ("F-2", valeurs()["Bilan"].par_creance["F-2"].total.valeur.decimal, date(2026, 6, 15))


def test_une_devise_a_plus_de_deux_decimales() -> None:
    """Trois décimales pour le dinar koweïtien, aucune pour le yen : rien n'est arrondi."""
    for principal, type_ in ((Montant("1200.125", "KWD"), pa.decimal128(18, 3)), (Montant("1200", "JPY"), pa.decimal128(18, 2))):
        bilan = Politique().examiner(creance(principal=principal), au=date(2026, 5, 1))
        table = pa.table(bilan)
        assert table.schema.field("principal").type == type_
        assert table["principal"].to_pylist() == [principal.decimal]


def test_une_table_vide_garde_ses_colonnes() -> None:
    plan = Politique().calendrier(creance(), (Paiement(le=AU, montant="99999.00", creance="F-1"),), au=AU)
    assert plan.to_polars().schema["le"] == pl.Date
    assert len(plan.to_pandas()) == 0


@pytest.mark.parametrize(("module", "methode", "extra"), [("pandas", "to_pandas", "pandas"), ("polars", "to_polars", "polars")])
def test_sans_l_extra(monkeypatch: pytest.MonkeyPatch, module: str, methode: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependanceManquante, match=rf"recouvrement\[{extra}\]"):
        getattr(valeurs()["Bilan"], methode)()


def test_sans_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependanceManquante, match=r"recouvrement\[masse\]"):
        valeurs()["Bilan"].__arrow_c_stream__()


def test_examiner_et_montrer_ne_chargent_aucun_tableur() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from datetime import date; from fabrique import creance; from recouvrement import Politique;"
        "b = Politique().examiner(creance(), au=date(2026, 9, 1)); b.vers_lignes(); b._repr_html_();"
        "print(sorted(m for m in ('pandas', 'polars', 'pyarrow', 'numpy') if m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_les_parties_sont_dans_chaque_ligne() -> None:
    ligne = valeurs()["Portefeuille"].vers_lignes()[0]
    assert (ligne["creancier"], ligne["debiteur"]) == (CREANCIER.nom, SOCIETE.nom)
