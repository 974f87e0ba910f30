"""Ce qui s'affiche : tableaux pour les humains, JSON et CSV pour les programmes, avancement sur un terminal seulement."""

import argparse
import codecs
import csv
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from attrs import evolve

from recouvrement.affichage import date_fr, endormir
from recouvrement.erreurs import DonneeInvalide, RecouvrementError, a_la_commande
from recouvrement.ports import Anomalie
from recouvrement.resultat import pour_json

TOUT_LU, EN_PARTIE, IMPOSSIBLE = 0, 1, 2
PROCHES = {"\u202f": " ", "\u00a0": " ", "’": "'", "→": "->", "−": "-", "×": "x", "÷": "/", "€": "EUR", "…": "..."}
Ligne = Mapping[str, Any]
Erreur = TypeVar("Erreur", bound=RecouvrementError | None)


def accorder_la_sortie() -> None:
    """Une sortie étroite (cp1252, ascii) écrit au plus près ce qu'elle ne sait pas écrire, sans tomber."""
    codecs.register_error("typographie", _au_plus_pres)
    for sortie in (sys.stdout, sys.stderr):
        if isinstance(sortie, io.TextIOWrapper):
            sortie.reconfigure(errors="typographie")


def _au_plus_pres(erreur: UnicodeError) -> tuple[str, int]:
    assert isinstance(erreur, UnicodeEncodeError)  # noqa: S101 (une écriture, jamais une lecture)
    fautifs = erreur.object[erreur.start : erreur.end]
    textes = (PROCHES.get(c) or unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() or "?" for c in fautifs)
    return "".join(textes), erreur.end


def pour_un_programme(options: argparse.Namespace, lignes: Sequence[Ligne], objet: object = None) -> bool:
    """Écrit en JSON ou en CSV si c'est demandé ; faux si c'est un humain qui lit.

    Args:
        lignes: Un dictionnaire par ligne, pour le CSV ; dates ISO, montants exacts à point décimal.
        objet: Pour le JSON, s'il dit plus que les lignes.
    """
    if options.json:
        print(json.dumps(lignes if objet is None else objet, ensure_ascii=False, indent=2, default=_simple))
    elif options.csv:
        ecrivain = csv.DictWriter(sys.stdout, fieldnames=list(lignes[0]) if lignes else [], lineterminator="\n")
        ecrivain.writeheader()
        ecrivain.writerows({nom: "" if v is None else _cellule(v) for nom, v in ligne.items()} for ligne in lignes)
    return bool(options.json or options.csv)


def _cellule(valeur: object) -> object:
    """Un nombre tel quel ; un texte, sans rien qu'un tableur exécuterait."""
    simple = _simple(valeur)
    return endormir(simple) if isinstance(valeur, str) and isinstance(simple, str) else simple


def _simple(valeur: object) -> object:
    lue = pour_json(valeur)
    return lue if isinstance(lue, int | str) or lue is None else str(lue)


def tableau(lignes: Sequence[Sequence[str]], *, gauche: int = 2) -> str:
    """La première ligne est l'en-tête ; les ``gauche`` premières colonnes à gauche, les chiffres à droite."""
    largeurs = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]
    return "\n".join(
        "  ".join(v.ljust(n) if i < gauche else v.rjust(n) for i, (v, n) in enumerate(zip(ligne, largeurs, strict=True))).rstrip()
        for ligne in lignes
    )


def en_options(erreur: Erreur) -> Erreur:
    """La même, en français et en options plutôt qu'en Python."""
    if isinstance(erreur, DonneeInvalide):
        if isinstance(lue := erreur.valeur, date):
            erreur.valeur = date_fr(lue, longue=False)
        elif lue is not None:
            erreur.valeur = str(lue)
        erreur.remede = a_la_commande(erreur.remede)
    return erreur


def en_clair(anomalie: Anomalie) -> Anomalie:
    """La même, son remède en options."""
    return evolve(anomalie, remede=a_la_commande(anomalie.remede))


@contextmanager
def avancement(quoi: str) -> Iterator[Callable[[int, int | None], None]]:
    """De quoi dire où l'on en est : une barre sur un terminal si l'extra ``cli`` est là, rien sinon."""
    if not sys.stderr.isatty():
        yield lambda _faites, _total: None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield lambda _faites, _total: None
        return
    with Progress(console=Console(stderr=True), transient=True) as barre:
        tache = barre.add_task(quoi, total=None)
        yield lambda faites, total: barre.update(tache, completed=faites, total=total)
