"""La chaîne tient-elle ? Relit les lignes, les parts privées, les documents et l'index, qui doivent dire la même chose."""

import hashlib
from collections.abc import Iterable
from typing import Any

from attrs import Factory, define

from recouvrement.ports import Verification
from recouvrement.registre.inscriptions import ORIGINE, Inscription, empreinte

Piece = tuple[Any, Any, Any]
"""Numéro de l'inscription, empreinte, octets."""


@define
class _Relu:
    """Ce que les lignes saines disent du reste du fichier."""

    termes: set[tuple[object, object]] = Factory(set)
    cites: set[tuple[object, object]] = Factory(set)
    effaces: dict[str, int] = Factory(dict)  # débiteur haché : numéro de son dernier effacement
    absents: list[tuple[int, str]] = Factory(list)
    presents: list[tuple[int, str]] = Factory(list)

    def ajouter(self, lue: Inscription) -> None:
        self.termes.update((t, lue.numero) for t in lue.termes)
        self.cites.update((lue.numero, e) for e in lue.documents)
        if lue.genre == "effacement":
            self.effaces[lue.termes[0]] = lue.numero
        elif lue.effacee:
            self.absents.append((lue.numero, lue.termes[0]))
        elif lue.prive is not None:
            self.presents.append((lue.numero, lue.termes[0]))

    def defaut_d_effacement(self) -> str:
        """Une part privée n'est ôtée que par un effacement inscrit après elle, et tout effacement les ôte toutes."""
        for numero, debiteur in self.absents:
            if self.effaces.get(debiteur, 0) < numero:
                return f"inscription {numero} : contenu ôté sans effacement inscrit"
        for numero, debiteur in self.presents:
            if self.effaces.get(debiteur, 0) > numero:
                return f"inscription {numero} : contenu encore là après un effacement"
        return ""


def controler(
    inscriptions: Iterable[Inscription], pieces: Iterable[Piece], termes: Iterable[tuple[object, object]], ancre: str
) -> Verification:
    """Relit tout ; le premier défaut est dit."""
    tete, nombre, relu = ORIGINE, 0, _Relu()
    ancree = not ancre or ancre == ORIGINE
    for lue in inscriptions:
        defaut = _defaut(lue, nombre + 1, tete, relu)
        if defaut:
            return Verification(inscriptions=nombre, tete=tete, defaut=defaut)
        tete, nombre = lue.empreinte, nombre + 1
        ancree = ancree or ancre in (tete, lue.donnees.get("ancienne"))
    defaut = "" if ancree else "l'empreinte ancrée n'est plus dans la chaîne : la fin du registre a été ôtée ou récrite"
    defaut = defaut or relu.defaut_d_effacement() or _defaut_pieces(pieces, relu.cites)
    if not defaut and set(termes) != relu.termes:
        defaut = "l'index des clés ne correspond pas au journal"
    return Verification(inscriptions=nombre, tete=tete, defaut=defaut)


def _defaut(lue: Inscription, numero: int, tete: str, relu: _Relu) -> str:
    """Ce qui cloche dans une ligne, ou rien. Les types sont contrôlés : la base a pu être récrite à la main."""
    if lue.numero != numero:
        return f"inscription {numero} : absente (la suivante porte le numéro {lue.numero})"
    champs = (lue.le, lue.genre, lue.contenu, lue.precedente, lue.empreinte, lue.prive or "")
    if not all(isinstance(v, str) for v in champs):
        return f"inscription {numero} : champ d'un autre type"
    if lue.precedente != tete:
        return f"inscription {numero} : ne suit pas la précédente"
    if lue.empreinte != empreinte(tete, numero, lue.le, lue.genre, lue.contenu):
        return f"inscription {numero} : empreinte fausse, la ligne a été changée"
    try:
        if not lue.scellee:
            return f"inscription {numero} : sceau faux, le contenu a été changé"
        relu.ajouter(lue)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return f"inscription {numero} : contenu illisible"
    return ""


def _defaut_pieces(pieces: Iterable[Piece], cites: set[tuple[object, object]]) -> str:
    vues = set()
    for numero, cle, octets in pieces:
        if not isinstance(octets, bytes) or hashlib.sha256(octets).hexdigest() != cle:
            return f"document {cle!s:.16} : octets changés"
        vues.add((numero, cle))
    if vues != cites:
        _, cle = min(vues ^ cites, key=str)
        return f"document {cle!s:.16} : {'ôté' if cites - vues else 'glissé'} après coup"
    return ""
