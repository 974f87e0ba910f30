"""Et pour un million de créances ? Des colonnes entrent, des colonnes sortent, aux mêmes centimes et aux mêmes jours.

Une ligne est une créance seule dans son dossier. Celles que le noyau en colonnes décrit y passent ; les autres vont d'elles-mêmes
au moteur d'objets, et sont comptées. Demande l'extra ``masse`` (NumPy et PyArrow).
"""

from recouvrement.erreurs import DependanceManquante

try:
    import numpy as _numpy  # noqa: F401
    import pyarrow as _pyarrow  # noqa: F401
except ImportError as e:
    raise DependanceManquante("L'examen en colonnes", "masse") from e

from recouvrement.masse.examen import BilanTable, examiner_table
from recouvrement.masse.flux import Passage, examiner_fichier
from recouvrement.masse.lots import examiner_lots, schema_des_lots
from recouvrement.masse.schemas import (
    decrire,
    schema,
    schema_des_bilans,
    schema_des_decomptes,
    schema_des_evenements,
    schema_des_rejets,
)
from recouvrement.masse.vues import balance_agee, dso, priorites, radar

__all__ = [
    "BilanTable",
    "Passage",
    "balance_agee",
    "decrire",
    "dso",
    "examiner_fichier",
    "examiner_lots",
    "examiner_table",
    "priorites",
    "radar",
    "schema",
    "schema_des_bilans",
    "schema_des_decomptes",
    "schema_des_evenements",
    "schema_des_lots",
    "schema_des_rejets",
]
