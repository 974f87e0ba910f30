"""Créances et événements d'un tableau en mémoire : pandas, polars, Arrow, dictionnaire de colonnes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from recouvrement.erreurs import DependanceManquante, DonneeInvalide
from recouvrement.lecture._faits_csv import Parties
from recouvrement.lecture._ligne import Ligne
from recouvrement.lecture._tableau import Entete, Suite
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.correspondance import Correspondance
from recouvrement.modele.devises import decimales
from recouvrement.modele.personnes import Creancier
from recouvrement.ports import Lecture

_ABSENTS = frozenset({"NAType", "NaTType"})
_A_ZEROS = ("siren", "code_postal", "telephone")  # un nombre y aurait perdu ses zéros de tête


def lire_table(
    table: Any, *, creancier: Creancier | None = None, correspondance: Correspondance | None = None, nom: str = "table"
) -> Lecture:
    """Créances ou événements du tableau, aux colonnes du CSV ; chaque ligne fautive devient une anomalie.

    Les montants et les taux sont des ``Decimal``, des entiers ou des textes à point décimal (« 1234.50 ») ; les jours, des ``date``,
    des horodatages à minuit ou des textes AAAA-MM-JJ ; une cellule absente (``None``, NaN, NaT, NA) est vide.

    Args:
        table: ``DataFrame`` pandas ou polars, table ou lot Arrow, tout objet à capsule Arrow, dictionnaire de colonnes.
        nom: Sous lequel le tableau paraît dans les messages.

    Raises:
        DonneeInvalide: Autre chose qu'un tableau, colonne de flottants, colonne inconnue, en double ou absente.
        DependanceManquante: Capsule Arrow sans pyarrow.
    """
    colonnes = {str(c).strip(): valeurs for c, valeurs in _colonnes(table, nom)}
    carnet = Constat(nom, noms=correspondance.noms if correspondance else {})
    entete = Entete.lire(tuple(colonnes), creancier, correspondance, carnet)
    lues = list(colonnes.values())
    for colonne, rang in entete.places.items():
        _sans_flottant(lues[rang], colonne, nom)
    suite = Suite(entete, Parties(creancier))
    for numero, valeurs in enumerate(zip(*lues, strict=True), 1):
        constat = carnet.a(f"{nom}, ligne {numero}")
        try:
            ligne = _ligne(entete, valeurs)
        except DonneeInvalide as e:
            suite.refuser(e, constat)
        else:
            suite.lire(ligne, constat)
    return suite.lecture(carnet)


# --- les colonnes ----------------------------------------------------------------------------------------------------


def _colonnes(table: Any, nom: str) -> Iterator[tuple[Any, Sequence[Any]]]:
    """Chaque colonne et ses valeurs ; aucune bibliothèque n'est importée, sauf pyarrow pour une capsule inconnue."""
    genre = type(table).__module__.partition(".")[0]
    if isinstance(table, Mapping):
        lues = [(c, _liste(v, c, nom)) for c, v in table.items()]
    elif genre == "pandas" and hasattr(table, "columns"):
        lues = [(c, table.iloc[:, rang].tolist()) for rang, c in enumerate(table.columns)]
    elif genre == "polars" and hasattr(table, "get_columns"):
        lues = [(c.name, c.to_list()) for c in table.get_columns()]
    else:
        arrow = _arrow(table, nom)
        lues = [(c, arrow.column(rang).to_pylist()) for rang, c in enumerate(arrow.column_names)]
    noms = [str(c).strip() for c, _ in lues]
    if double := next((c for c in noms if noms.count(c) > 1), None):
        raise DonneeInvalide("colonne en double", ou=nom, champ=double, remede="Gardez-en une.")
    if len({len(valeurs) for _, valeurs in lues}) > 1:
        raise DonneeInvalide("colonnes de longueurs différentes", ou=nom, remede="Une valeur, ou None, par ligne et par colonne.")
    return iter(lues)


def _liste(valeurs: Any, colonne: Any, nom: str) -> list[Any]:
    if isinstance(valeurs, str | bytes) or not hasattr(valeurs, "__iter__"):
        raise DonneeInvalide("une suite de valeurs est attendue", ou=nom, champ=str(colonne), valeur=type(valeurs).__name__)
    return list(valeurs.tolist() if hasattr(valeurs, "tolist") else valeurs)


def _arrow(table: Any, nom: str) -> Any:
    if not (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        remede = "Donnez un DataFrame pandas ou polars, une table Arrow, ou un dictionnaire de colonnes."
        raise DonneeInvalide("un tableau en colonnes est attendu", ou=nom, valeur=type(table).__name__, remede=remede)
    try:
        import pyarrow as pa
    except ImportError:
        raise DependanceManquante("La lecture d'une capsule Arrow", "masse") from None
    try:
        return pa.table(table)
    except (pa.ArrowException, TypeError, ValueError) as e:
        raise DonneeInvalide(f"table Arrow illisible ({e})", ou=nom, remede="Vérifiez les types et les longueurs.") from None


def _sans_flottant(valeurs: Sequence[Any], colonne: str, nom: str) -> None:
    for numero, valeur in enumerate(valeurs, 1):
        if isinstance(valeur, float) and not math.isnan(valeur):
            remede = "Donnez des Decimal, des entiers ou des textes ; de pandas, des entiers à trous sont en Int64."
            ou = f"{nom}, ligne {numero}"
            raise DonneeInvalide("un flottant n'est pas exact", ou=ou, champ=colonne, valeur=valeur, remede=remede)


# --- les cellules ----------------------------------------------------------------------------------------------------


def _ligne(entete: Entete, valeurs: Sequence[Any]) -> Ligne:
    """La ligne comme un CSV l'écrirait, montants compris."""
    textes = [""] * len(valeurs)
    for colonne, rang in entete.places.items():
        textes[rang] = _texte(valeurs[rang], colonne)
    cellules = entete.cellules(textes)
    devise = cellules.get("devise", "EUR")
    decimaux = {c for c, rang in entete.places.items() if isinstance(valeurs[rang], Decimal) and c in cellules}
    for colonne in decimaux - {"taux", "taux_penalites"}:
        cellules[colonne] = _completer(cellules[colonne], devise)
    return Ligne(cellules, ".", "iso", "donnez un Decimal")


def _texte(valeur: Any, colonne: str) -> str:
    if valeur is None or type(valeur).__name__ in _ABSENTS or (isinstance(valeur, float) and math.isnan(valeur)):
        return ""
    if isinstance(valeur, Enum):
        valeur = valeur.value
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, datetime):
        if valeur.tzinfo is not None or valeur.time() != time():
            remede = "Convertissez la colonne en dates, dans le bon fuseau."
            raise DonneeInvalide("une date civile est attendue, sans heure", champ=colonne, valeur=valeur, remede=remede)
        return valeur.date().isoformat()
    if isinstance(valeur, date):
        return valeur.isoformat()
    if isinstance(valeur, Decimal):
        return _decimal(valeur, colonne)
    if isinstance(valeur, int):
        if colonne.endswith(_A_ZEROS):
            remede = "Donnez un texte : un nombre perd ses zéros de tête."
            raise DonneeInvalide("un texte est attendu", champ=colonne, valeur=valeur, remede=remede)
        return str(valeur)
    if isinstance(valeur, str):
        return valeur.strip()
    raise DonneeInvalide("valeur d'un genre inattendu", champ=colonne, valeur=type(valeur).__name__)


def _decimal(valeur: Decimal, colonne: str) -> str:
    """Écriture exacte, sans exposant ni zéros de trop."""
    if not valeur.is_finite() or abs(valeur.adjusted()) > 30:
        raise DonneeInvalide("ce n'est pas un nombre", champ=colonne, valeur=str(valeur))
    texte = f"{valeur:f}"
    return texte.rstrip("0").rstrip(".") if "." in texte else texte


def _completer(texte: str, devise: str) -> str:
    """« 10.5 » devient « 10.50 » : toutes les décimales de la devise, ou rien de changé s'il y en a trop."""
    unites, point, fraction = texte.partition(".")
    try:
        exactes = decimales(devise)
    except DonneeInvalide:
        return texte  # la devise sera refusée à son tour
    return f"{unites}.{fraction:0<{exactes}}" if point and exactes else texte
