"""Ce que Python dit en anglais, dit en français."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from fabrique import IBAN
from recouvrement import Creancier, Qualite
from recouvrement.erreurs import DonneeInvalide, cause, extrait
from recouvrement.ports import Anomalie
from recouvrement.serialisation import charger


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


HOSTILE = "F\x1b]0;faux\x07\x9b2J\u202egnp.\u2028\r"


def test_une_erreur_et_une_anomalie_ne_commandent_pas_le_terminal() -> None:
    """Où, champ, message et remède viennent parfois du fichier : un nom, un numéro, une colonne."""
    erreur = DonneeInvalide(f"lu {HOSTILE}", ou=HOSTILE + "\n", champ=HOSTILE, valeur=HOSTILE, remede=HOSTILE)
    anomalie = Anomalie(gravite="refus", ou=HOSTILE + "\n", message=HOSTILE, champ=HOSTILE, valeur=HOSTILE, remede=HOSTILE)
    for dit in (str(erreur), str(anomalie)):
        assert dit.isprintable()
        assert "gnp." in dit


@pytest.mark.parametrize(
    "ecrit", [IBAN, IBAN.lower(), f"{IBAN[:4]} {IBAN[4:8]} {IBAN[8:]}", f"compte {IBAN} Dupont", f"a;{IBAN}"]
)
def test_un_iban_donne_ailleurs_ne_se_montre_pas(ecrit: str) -> None:
    with pytest.raises(DonneeInvalide) as vue:
        Creancier(nom="A", qualite=Qualite.COMMERCANT, siren=ecrit)
    with pytest.raises(DonneeInvalide) as lue:
        charger(f'{{"recouvrement":1,"type":"{ecrit}"}}')
    for dit in (str(vue.value), str(lue.value)):
        assert IBAN[6:20].lower() not in dit.replace(" ", "").lower()
        assert IBAN[-4:] in dit


@pytest.mark.parametrize("reference", ["FA2026000000012", "FR76 3000 6000 0112 3456 7890 188", "12 av. du 8 mai 1945, 75012"])
def test_ce_qui_n_est_pas_un_iban_juste_se_montre(reference: str) -> None:
    assert extrait(reference) == reference
