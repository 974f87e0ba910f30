"""Que dit la loi ? Un pays, un sous-paquet."""

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from recouvrement.erreurs import DroitIndisponible

if TYPE_CHECKING:
    from recouvrement.droit.baremes import Bareme
    from recouvrement.droit.base import Droit


@lru_cache(maxsize=16)
def pour(code: str, ajouts: "tuple[Bareme, ...]" = ()) -> "Droit":
    """Droit d'un pays par son code à deux lettres, avec d'éventuels barèmes ajoutés.

    Raises:
        DroitIndisponible: Pays non décrit.
    """
    if len(code) != 2 or not code.isascii() or not code.isalpha() or not code.islower():
        raise DroitIndisponible(f"code de pays à deux minuscules attendu, pas « {code} »")
    try:
        droit: Droit = import_module(f"recouvrement.droit.{code}").droit()
    except ModuleNotFoundError:
        raise DroitIndisponible(f"le droit « {code} » n'est pas décrit ; décrits : fr") from None
    return droit.avec(*ajouts) if ajouts else droit
