"""Les valeurs simples et leur unique écriture : un motif, lu par le dépôt et publié par le schéma."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, Taux
from recouvrement.serialisation.fautes import nommer


class Ecriture(NamedTuple):
    """Comment une valeur simple s'écrit."""

    motif: str
    lire: Callable[[str], Any]
    ecrire: Callable[[Any], str]
    exemple: str


def ecrire_decimal(valeur: Decimal) -> str:
    """Forme unique d'un nombre : « 100 » pour 100, 100.0 et 1E+2. Sans contexte décimal."""
    signe, chiffres, exposant = valeur.as_tuple()
    if not isinstance(exposant, int):
        raise DonneeInvalide("un nombre fini est attendu", valeur=str(valeur))
    entier = "".join(map(str, chiffres)).lstrip("0")
    utiles = entier.rstrip("0")
    exposant += len(entier) - len(utiles)
    if not utiles:
        return "0"
    if not -20 <= exposant <= 20:
        corps = f"{utiles}E{exposant}"
    elif exposant >= 0:
        corps = utiles + "0" * exposant
    else:
        plein = utiles.rjust(1 - exposant, "0")
        corps = f"{plein[:exposant]}.{plein[exposant:]}"
    return f"-{corps}" if signe else corps


def _lire_montant(texte: str) -> Montant:
    return Montant(*texte.split(" "))


ECRITURES: dict[type, Ecriture] = {
    Montant: Ecriture(r"^-?[0-9]{1,18}(\.[0-9]{1,4})? [A-Z]{3}$", _lire_montant, Montant.vers_json, "10453.76 EUR"),
    Taux: Ecriture(r"^[0-9]{1,18}(\.[0-9]{1,4})?$", Taux, Taux.vers_json, "12.15"),
    date: Ecriture(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", date.fromisoformat, date.isoformat, "2026-09-01"),
    Decimal: Ecriture(r"^-?[0-9]{1,60}(\.[0-9]{1,60})?(E-?[0-9]{1,9})?$", Decimal, ecrire_decimal, "1.5"),
}
NOMS = {Montant: "un montant", Taux: "un taux", date: "une date", Decimal: "un nombre en texte"}


def lire(brut: object, genre: type) -> Any:
    """Valeur simple, d'après son genre.

    Raises:
        DonneeInvalide: Autre chose qu'un texte de la forme attendue.
    """
    ecriture = ECRITURES[genre]
    remede = f"Écrivez « {ecriture.exemple} »."
    if not isinstance(brut, str) or not re.search(ecriture.motif.replace("$", r"\Z"), brut, re.ASCII):
        vu = brut if isinstance(brut, str) else nommer(brut)
        raise DonneeInvalide(f"{NOMS[genre]} est attendu{'e' * (genre is date)}", valeur=vu, remede=remede)
    try:
        return ecriture.lire(brut)
    except DonneeInvalide:
        raise
    except (ValueError, ArithmeticError):
        raise DonneeInvalide("cette valeur n'existe pas", valeur=brut, remede=remede) from None
