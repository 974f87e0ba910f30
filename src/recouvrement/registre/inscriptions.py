"""L'inscription d'un registre, son écriture canonique et son empreinte. Une seule écriture pour la mémoire et pour SQLite.

Une ligne enchaîne la précédente par SHA-256 : la changer, l'ôter, en glisser une ou les permuter rompt la suite.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, get_args

from attrs import fields, frozen

from recouvrement.erreurs import RegistreCorrompu
from recouvrement.modele.actes import Demarche
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Destinataire, Document, Verification

ORIGINE = "0" * 64
"""Empreinte qui précède la première inscription."""

_ACTES: dict[str, type[Demarche]] = {genre.__name__: genre for genre in get_args(Demarche)}


@frozen
class Inscription:
    """Une ligne du journal, telle qu'elle est gardée.

    Attributes:
        numero: À partir de 1, sans trou.
        le: Instant de l'écriture, ISO 8601 avec décalage. L'ordre est celui des numéros, jamais celui de l'horloge.
        genre: ``intention``, ``accuse`` ou ``decision``.
        contenu: JSON canonique, en ASCII.
    """

    numero: int
    le: str
    genre: str
    contenu: str
    precedente: str
    empreinte: str

    @cached_property
    def donnees(self) -> dict[str, Any]:
        """Contenu lu."""
        lues: dict[str, Any] = json.loads(self.contenu)
        return lues

    def saine(self) -> "Inscription":
        """Elle-même, si elle n'a pas été changée : aucun état ne se lit d'une ligne altérée.

        Raises:
            RegistreCorrompu: Son empreinte n'est plus la sienne.
        """
        if self.empreinte != empreinte(self.precedente, self.numero, self.le, self.genre, self.contenu):
            raise RegistreCorrompu(
                f"inscription {self.numero} : la ligne a été changée. Rien n'est ajouté ; reprenez une sauvegarde."
            )
        return self

    @property
    def intention(self) -> int:
        """Numéro de l'intention que cette ligne ouvre ou suit."""
        return self.numero if self.genre == "intention" else int(self.donnees["intention"])

    @property
    def termes(self) -> Iterator[str]:
        """Mots sous lesquels la ligne se retrouve : ses clés et son débiteur."""
        yield f"debiteur:{self.donnees['debiteur']}"
        for cle in self.donnees["cles"]:
            yield f"cle:{cle}"

    @property
    def documents(self) -> Iterator[str]:
        """Empreintes des documents que la ligne cite."""
        for cite in self.donnees.get("documents", ()):
            yield cite["empreinte"]


def canonique(donnees: object) -> str:
    """JSON sans espace, clés triées, en ASCII : un contenu n'a qu'une écriture."""
    return json.dumps(donnees, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def empreinte(precedente: str, numero: int, le: str, genre: str, contenu: str) -> str:
    """SHA-256 de la précédente et de la ligne."""
    ligne = canonique([precedente, numero, le, genre, contenu])
    return hashlib.sha256(ligne.encode()).hexdigest()


def suivante(precedente: Inscription | None, le: str, genre: str, donnees: dict[str, Any]) -> Inscription:
    """Inscription qui continue la chaîne."""
    numero = precedente.numero + 1 if precedente else 1
    tete = precedente.empreinte if precedente else ORIGINE
    contenu = canonique(donnees)
    return Inscription(numero, le, genre, contenu, tete, empreinte(tete, numero, le, genre, contenu))


def _simple(valeur: object) -> object:
    return valeur.isoformat() if isinstance(valeur, date) else list(valeur) if isinstance(valeur, tuple) else valeur


def acte_en_donnees(acte: Demarche) -> dict[str, Any]:
    """Acte écrit : son genre et ses champs, dates en ISO."""
    return {"genre": type(acte).__name__, **{a.name: _simple(getattr(acte, a.name)) for a in fields(type(acte))}}


def acte_de_donnees(donnees: dict[str, Any]) -> Demarche:
    """Acte relu. Les champs de date finissent par ``le`` : c'est la convention de noms de la maison.

    Raises:
        RegistreCorrompu: Genre ou champ inconnu de cette version.
    """
    champs = {nom: valeur for nom, valeur in donnees.items() if nom != "genre"}
    for nom, valeur in champs.items():
        if (nom == "le" or nom.endswith("_le")) and valeur is not None:
            champs[nom] = date.fromisoformat(valeur)
    try:
        return _ACTES[donnees["genre"]](**champs)
    except (KeyError, TypeError) as e:
        genre = donnees.get("genre")
        raise RegistreCorrompu(f"acte « {genre} » illisible : écrit par une autre version. Mettez la bibliothèque à jour.") from e


def destinataire_en_donnees(destinataire: Destinataire) -> dict[str, Any]:
    """À qui le pli est parti, tel qu'on le savait alors."""
    ecrit = {a.name: getattr(destinataire, a.name) for a in fields(Destinataire)}
    if destinataire.adresse is not None:
        ecrit["adresse"] = {a.name: _simple(getattr(destinataire.adresse, a.name)) for a in fields(Adresse)}
    return ecrit


def documents_en_donnees(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Noms, types et empreintes : les octets sont gardés à part, sous leur empreinte."""
    return [{"nom": d.nom, "type": d.type_mime, "empreinte": d.empreinte, "taille": len(d.octets)} for d in documents]


def controler(
    inscriptions: Iterable[Inscription],
    documents: Iterable[tuple[object, object]],
    termes: Iterable[tuple[object, object]],
    ancre: str,
) -> Verification:
    """Relit la chaîne, puis les documents et l'index, qui doivent dire la même chose qu'elle."""
    tete, nombre = ORIGINE, 0
    cites: set[object] = set()
    attendus: set[tuple[object, object]] = set()
    ancree = not ancre or ancre == ORIGINE
    for inscription in inscriptions:
        defaut = _defaut(inscription, nombre + 1, tete)
        if defaut:
            return Verification(inscriptions=nombre, tete=tete, defaut=defaut)
        tete, nombre = inscription.empreinte, nombre + 1
        ancree = ancree or tete == ancre
        cites.update(inscription.documents)
        attendus.update((terme, inscription.numero) for terme in inscription.termes)
    defaut = "" if ancree else "l'empreinte ancrée n'est plus dans la chaîne : la fin du registre a été ôtée ou récrite"
    defaut = defaut or _defaut_documents(documents, cites)
    if not defaut and set(termes) != attendus:
        defaut = "l'index des clés ne correspond pas au journal"
    return Verification(inscriptions=nombre, tete=tete, defaut=defaut)


def _defaut(lue: Inscription, numero: int, tete: str) -> str:
    """Ce qui cloche dans une ligne, ou rien. Les types sont contrôlés : la base a pu être récrite à la main."""
    if lue.numero != numero:
        return f"inscription {numero} : absente (la suivante porte le numéro {lue.numero})"
    if not all(isinstance(v, str) for v in (lue.le, lue.genre, lue.contenu, lue.precedente, lue.empreinte)):
        return f"inscription {numero} : champ d'un autre type"
    if lue.precedente != tete:
        return f"inscription {numero} : ne suit pas la précédente"
    if lue.empreinte != empreinte(tete, numero, lue.le, lue.genre, lue.contenu):
        return f"inscription {numero} : empreinte fausse, la ligne a été changée"
    try:
        list(lue.termes), list(lue.documents)
    except (ValueError, KeyError, TypeError):
        return f"inscription {numero} : contenu illisible"
    return ""


def _defaut_documents(documents: Iterable[tuple[object, object]], cites: set[object]) -> str:
    vus = set()
    for cle, octets in documents:
        if not isinstance(octets, bytes) or hashlib.sha256(octets).hexdigest() != cle:
            return f"document {cle!s:.16} : octets changés"
        vus.add(cle)
    if vus != cites:
        return f"document {min(map(str, vus ^ cites)):.16} : {'ôté' if cites - vus else 'glissé'} après coup"
    return ""
