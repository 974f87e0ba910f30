"""Une ligne entre, une ligne sort : ce que Spark, Dask ou Ray appellent, lot par lot."""

import os
import shutil
import sys
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from fabrique import RACINE
from recouvrement import DonneeInvalide
from recouvrement.masse import examiner_lots, examiner_table, schema_des_lots

AU = date(2026, 11, 21)
EXEMPLE = RACINE / "exemples" / "portefeuille.csv"


@pytest.mark.parametrize("taille", [1, 5, 100])
def test_les_memes_bilans_et_chaque_ligne_fautive_avec_sa_raison(taille: int) -> None:
    table = pyarrow.csv.read_csv(EXEMPLE)
    veut = examiner_table(table, au=AU)
    lots = list(examiner_lots(table.to_batches(max_chunksize=taille), au=AU))
    assert all(isinstance(lot, pa.RecordBatch) and lot.schema == schema_des_lots() for lot in lots)
    lignes = [x for lot in lots for x in lot.to_pylist()]
    assert len(lignes) == table.num_rows
    bons = [{nom: v for nom, v in x.items() if nom != "rejet"} for x in lignes if x["rejet"] is None]
    assert bons == [{nom: v for nom, v in x.items() if nom != "ligne"} for x in veut.bilans.to_pylist()]
    fautives = {x["reference"]: x["rejet"] for x in lignes if x["rejet"] is not None}
    assert fautives == {x["reference"]: x["motif"] for x in veut.rejets.to_pylist()}
    assert len(fautives) == 2


def test_un_lot_vide_et_une_colonne_inconnue() -> None:
    table = pyarrow.csv.read_csv(EXEMPLE)
    assert list(examiner_lots([], au=AU)) == []
    assert sum(lot.num_rows for lot in examiner_lots([table.slice(0, 0)], au=AU)) == 0
    with pytest.raises(DonneeInvalide, match="colonne inconnue"):
        list(examiner_lots([table.append_column("echeanse", table.column("echeance"))], au=AU))


@pytest.mark.skipif(not shutil.which("java"), reason="Spark demande Java")
@pytest.mark.filterwarnings("default")
def test_dans_spark(tmp_path, monkeypatch) -> None:
    pytest.importorskip("pyspark", reason="groupe « spark »")
    from pyspark.sql import SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema

    monkeypatch.setitem(os.environ, "PYSPARK_PYTHON", sys.executable)
    monkeypatch.setitem(os.environ, "SPARK_LOCAL_IP", "127.0.0.1")
    table = pyarrow.csv.read_csv(EXEMPLE)
    pq.write_table(table, tmp_path / "creances.parquet")
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        creances = spark.read.parquet(str(tmp_path / "creances.parquet"))
        bilans = creances.mapInArrow(partial(examiner_lots, au=AU), from_arrow_schema(schema_des_lots()))
        bilans.write.parquet(str(tmp_path / "bilans.parquet"))
    finally:
        spark.stop()
    rendus = pq.read_table(tmp_path / "bilans.parquet").sort_by("reference").to_pylist()
    veut = pa.Table.from_batches(examiner_lots(table.to_batches(), au=AU)).sort_by("reference").to_pylist()
    assert rendus == veut
