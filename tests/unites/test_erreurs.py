"""Ce que Python dit en anglais, dit en français."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from recouvrement.erreurs import cause


@pytest.mark.parametrize(
    ("echouer", "dit"),
    [
        (lambda d: (d / "absent").read_bytes(), "introuvable"),
        (lambda d: d.read_bytes(), "c'est un dossier"),
        (lambda d: d.mkdir(), "un fichier porte déjà ce nom"),
        (lambda d: (d / ("x" * 300)).touch(), "nom trop long"),
        (lambda _: b"a\xff".decode("utf-8"), "octet 1 étranger à l'encodage utf-8"),
        (lambda _: tomllib.loads("a = 1\nb ="), "texte inachevé"),
        (lambda _: tomllib.loads("a = 1\nb = ]\n"), "ligne 2, colonne 5"),
        (lambda _: int("x"), "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_la_cause_d_un_echec_de_python(tmp_path: Path, echouer: Callable[[Path], object], dit: str) -> None:
    with pytest.raises((OSError, ValueError)) as echec:
        echouer(tmp_path)
    assert cause(echec.value) == dit
