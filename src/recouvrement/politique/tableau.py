"""Les valeurs en table : pandas, polars, et tout ce qui lit le protocole Arrow (DuckDB…). Une colonne, un genre ; rien ne s'importe d'avance.

Un montant y est un décimal exact à deux chiffres, un jour une date, jamais un flottant ni un texte.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any, Literal

from recouvrement.erreurs import DependanceManquante

Genre = Literal["texte", "jour", "entier", "oui_non", "somme", "taux", "note"]
DECIMALES = {"somme": 2, "taux": 4, "note": 1}


class EnTable:
    """Ce que sait donner une valeur qui a des lignes et nomme le genre de ses colonnes."""

    __slots__ = ()

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par ligne ; montants en ``Decimal``."""
        raise NotImplementedError

    def _colonnes(self) -> Mapping[str, Genre]:
        """Le genre de chaque colonne, dans l'ordre."""
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Protocole PyCapsule d'Arrow : DuckDB, polars, pandas et pyarrow lisent la valeur sans copie ni traduction."""
        capsule: object = _arrow(self).__arrow_c_stream__(requested_schema)
        return capsule

    def to_pandas(self) -> Any:
        """``DataFrame`` aux colonnes Arrow : montants ``decimal128``, jours ``date32``.

        Raises:
            DependanceManquante: Sans l'extra ``pandas``.
        """
        pandas = _module("pandas", "pandas", "La table pandas")
        return _arrow(self, "pandas").to_pandas(types_mapper=pandas.ArrowDtype)

    def to_polars(self) -> Any:
        """``polars.DataFrame`` : montants ``Decimal``, jours ``Date``.

        Raises:
            DependanceManquante: Sans l'extra ``polars``.
        """
        return _module("polars", "polars", "La table polars").from_arrow(_arrow(self, "polars"))


def _module(nom: str, extra: str, quoi: str) -> Any:
    try:
        return import_module(nom)
    except ImportError as e:
        raise DependanceManquante(quoi, extra) from e


def _arrow(table: EnTable, extra: str = "masse") -> Any:
    """La table Arrow de ces lignes."""
    pa = _module("pyarrow", extra, "La table Arrow")
    simples: dict[str, Any] = {"texte": pa.string(), "jour": pa.date32(), "entier": pa.int64(), "oui_non": pa.bool_()}
    lignes, genres = table.vers_lignes(), table._colonnes()
    colonnes = []
    for nom, genre in genres.items():
        valeurs = [ligne[nom] for ligne in lignes]
        colonnes.append(pa.array(valeurs, simples.get(genre) or pa.decimal128(18, _echelle(genre, valeurs))))
    return pa.table(colonnes, names=list(genres))


def _echelle(genre: str, valeurs: Iterable[Decimal | None]) -> int:
    """Les décimales du genre ; davantage si la devise en a plus."""
    return max([DECIMALES[genre], *[-int(v.as_tuple().exponent) for v in valeurs if v is not None]])
