"""Les textes de loi qu'une lettre doit reproduire à l'identique : une table datée, jamais un résumé."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from recouvrement.erreurs import TableInvalide


@cache
def _table() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_name("reproductions.toml").read_text(encoding="utf-8"))


def l111_8(le: date) -> tuple[str, str]:
    """Les alinéas 2 et 3 de l'article L. 111-8 du code des procédures civiles d'exécution, tels qu'en vigueur ce jour-là.

    Raises:
        TableInvalide: Aucune version relevée à cette date.
    """
    versions = [v for v in _table()["l111_8"] if v["du"] <= le]
    if not versions:
        raise TableInvalide(f"aucune version de l'article L. 111-8 relevée au {le:%d/%m/%Y}")
    return versions[-1]["alinea_2"], versions[-1]["alinea_3"]
