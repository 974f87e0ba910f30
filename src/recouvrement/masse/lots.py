"""Pour les moteurs qui appellent une fonction par lot (Spark, Dask, Ray, DuckDB…) : une ligne entre, une ligne sort, fautive ou non."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from recouvrement.masse.examen import examiner_table
from recouvrement.masse.schemas import SORTIE, TEXTE
from recouvrement.politique.politique import Politique

REJET = "rejet"


def schema_des_lots() -> Any:
    """Le ``pyarrow.Schema`` rendu par ``examiner_lots`` : celui des bilans, en textes simples, sans ``ligne``, et ``rejet``."""
    champs = [pa.field(c.nom, TEXTE if pa.types.is_dictionary(c.type) else c.type) for c in SORTIE if c.nom != "ligne"]
    return pa.schema([*champs, pa.field(REJET, TEXTE)])


def examiner_lots(lots: Iterable[Any], *, politique: Politique | None = None, au: date) -> Iterator[Any]:
    """Des ``RecordBatch`` de créances à ceux de leurs bilans.

    Une ligne fautive n'a que sa ``reference`` et ``rejet``, la raison ; l'ordre des autres est gardé. Les événements viennent des colonnes
    de listes : un moteur réparti ne sait pas dans quel lot serait la créance d'une seconde table.

    Raises:
        DonneeInvalide: Colonne inconnue, absente ou d'un autre type ; ``au`` n'est pas une date.
    """
    rendu = schema_des_lots()
    for lot in lots:
        examines = examiner_table(pa.table(lot), politique=politique, au=au)
        bilans = examines.bilans.drop_columns(["ligne"]).append_column(REJET, pa.nulls(examines.bilans.num_rows, TEXTE))
        rejets = pa.table({"reference": examines.rejets.column("reference"), REJET: examines.rejets.column("motif")})
        yield from pa.concat_tables([bilans.cast(rendu), _completer(rejets, rendu)]).combine_chunks().to_batches()


def _completer(table: Any, schema: Any) -> Any:
    """Les colonnes qui manquent, vides."""
    connues = table.column_names
    colonnes = [table.column(c.name) if c.name in connues else pa.nulls(table.num_rows, c.type) for c in schema]
    return pa.table(colonnes, schema=schema)
