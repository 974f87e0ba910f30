"""L'inscription d'un registre, son écriture canonique et son empreinte. Une seule écriture pour la mémoire et pour SQLite.

Une ligne enchaîne la précédente par SHA-256 : la changer, l'ôter, en glisser une ou les permuter rompt la suite. Ce qui nomme une
personne n'est pas dans la ligne, mais à côté, sous un sceau salé que la ligne porte : il s'efface sans rompre la chaîne.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, get_args

from attrs import fields, frozen

from recouvrement.erreurs import RegistreCorrompu
from recouvrement.modele.actes import Demarche
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Destinataire, Document

ORIGINE = "0" * 64
"""Empreinte qui précède la première inscription."""

_ACTES: dict[str, type[Demarche]] = {genre.__name__: genre for genre in get_args(Demarche)}


@frozen
class Inscription:
    """Une ligne du journal, telle qu'elle est gardée.

    Attributes:
        numero: À partir de 1, sans trou.
        le: Instant de l'écriture, ISO 8601 avec décalage. L'ordre est celui des numéros, jamais celui de l'horloge.
        genre: ``intention``, ``jalon``, ``accuse``, ``decision``, ``avis``, ``effacement`` ou ``migration``.
        contenu: Ce qui reste toujours : JSON canonique, en ASCII, sans rien qui nomme une personne.
        prive: Ce qui s'efface : JSON canonique salé, tenu par le sceau du contenu ; ``None`` : rien, ou effacé.
    """

    numero: int
    le: str
    genre: str
    contenu: str
    precedente: str
    empreinte: str
    prive: str | None = None

    @cached_property
    def clair(self) -> dict[str, Any]:
        """Contenu lu, sans la part privée."""
        lu: dict[str, Any] = json.loads(self.contenu)
        return lu

    @cached_property
    def donnees(self) -> dict[str, Any]:
        """Contenu et part privée, lus ensemble."""
        return self.clair if self.prive is None else self.clair | json.loads(self.prive)

    def saine(self) -> "Inscription":
        """Elle-même, si elle n'a pas été changée : aucun état ne se lit d'une ligne altérée.

        Raises:
            RegistreCorrompu: Son empreinte ou son sceau n'est plus le sien.
        """
        juste = self.empreinte == empreinte(self.precedente, self.numero, self.le, self.genre, self.contenu)
        if not juste or not self.scellee:
            raise RegistreCorrompu(
                f"inscription {self.numero} : la ligne a été changée. Rien n'est ajouté ; reprenez une sauvegarde."
            )
        return self

    @property
    def sceau(self) -> str | None:
        """Empreinte de la part privée, telle que la chaîne la tient ; ``None`` : la ligne n'en a jamais eu."""
        scelle: str | None = self.clair.get("sceau")
        return scelle

    @property
    def scellee(self) -> bool:
        """Vrai si la part privée, quand elle est là, est celle qui a été écrite."""
        return self.prive is None or sceau(self.prive) == self.sceau

    @property
    def effacee(self) -> bool:
        """Vrai si la part privée a été effacée."""
        return self.prive is None and self.sceau is not None

    @property
    def intention(self) -> int | None:
        """Numéro de l'intention que cette ligne ouvre ou suit ; ``None`` si elle n'en suit aucune."""
        return self.numero if self.genre == "intention" else self.clair.get("intention")

    @property
    def termes(self) -> tuple[str, ...]:
        """Mots hachés sous lesquels la ligne se retrouve : son débiteur, ses clés, le numéro que le canal a donné."""
        return tuple(self.clair["termes"])

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


def sceau(prive: str) -> str:
    """SHA-256 d'une part privée. Elle porte son propre sel : effacée, son sceau ne dit plus rien d'elle."""
    return hashlib.sha256(prive.encode("utf-8", "surrogateescape")).hexdigest()


def sel() -> str:
    """Sel neuf, 128 bits."""
    return secrets.token_hex(16)


def terme(sel_du_registre: str, mot: str) -> str:
    """Un mot (``cle:…``, ``debiteur:…``, ``numero:…``) tel que l'index le garde : on le retrouve, on ne le lit pas."""
    return hmac.new(sel_du_registre.encode(), mot.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def suivante(
    precedente: Inscription | None, le: str, genre: str, clair: dict[str, Any], prive: dict[str, Any] | None = None
) -> Inscription:
    """Inscription qui continue la chaîne ; la part privée est salée et scellée."""
    numero = precedente.numero + 1 if precedente else 1
    tete = precedente.empreinte if precedente else ORIGINE
    texte = None if prive is None else canonique(prive | {"sel": sel()})
    contenu = canonique(clair if texte is None else clair | {"sceau": sceau(texte)})
    return Inscription(numero, le, genre, contenu, tete, empreinte(tete, numero, le, genre, contenu), texte)


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
