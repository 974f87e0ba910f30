"""D'une version du fichier à la suivante. La version 1 chaînait les noms avec les faits : rien ne pouvait s'y effacer.

Chaque ligne garde son numéro et son instant ; la chaîne est refaite, puisque les noms en sortent. L'ancienne empreinte de chaque
ligne reste dans sa part privée, et l'ancienne tête dans une inscription « migration » : une ancre d'avant vaut encore.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from recouvrement.erreurs import RegistreCorrompu
from recouvrement.ports import Document
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.fichier import copier, ouvrir
from recouvrement.registre.inscriptions import Inscription

_TABLES = ("journal", "documents", "termes")
_COMMUNS = frozenset({"cles", "debiteur", "intention"})


def copies(chemin: Path) -> list[str]:
    """Copies d'avant conversion restées à côté du registre."""
    return sorted(f.name for f in chemin.parent.iterdir() if f.name.startswith(f"{chemin.name}.v1-"))


def copie_d_avant(base: sqlite3.Connection, chemin: Path) -> None:
    """Copie le fichier à côté, sous le nom de sa tête ; celle d'une conversion interrompue, de même tête, est gardée."""
    tete = _tete(base)
    copie = chemin.with_name(f"{chemin.name}.v1-{tete[:12]}")

    def relire(fichier: Path) -> None:
        with closing(ouvrir(fichier)) as lue:
            if _tete(lue) != tete:
                raise RegistreCorrompu(f"la copie de {chemin} avant conversion ne se relit pas. Rien n'a été converti.")

    if copie.exists():
        relire(copie)
    else:
        copier(chemin, copie, relire)


def mettre_de_cote(base: sqlite3.Connection) -> None:
    """Renomme les tables de la version 1 et lève leur protection, le temps de la transaction."""
    for table in _TABLES:
        for geste in ("update", "delete"):
            base.execute(f"DROP TRIGGER IF EXISTS {table}_sans_{geste}")
        base.execute(f"ALTER TABLE {table} RENAME TO v1_{table}")


def oter(base: sqlite3.Connection) -> None:
    """Ôte les tables de la version 1, une fois converties."""
    for table in _TABLES:
        base.execute(f"DROP TABLE v1_{table}")


def converties(base: sqlite3.Connection, le: str) -> Iterator[tuple[Inscription, list[Document]]]:
    """Les lignes de la version 1, récrites, puis l'inscription de la conversion.

    Raises:
        RegistreCorrompu: La chaîne de la version 1 ne tient pas, ou un document manque.
    """
    sel, derniere, tete = ins.sel(), None, ins.ORIGINE
    for numero, instant, genre, contenu, _precedente, tete in _lignes(base, "v1_journal"):
        lues = json.loads(contenu)
        clair, prive = _partager(genre, lues)
        termes = [f"debiteur:{lues['debiteur']}", *(f"cle:{cle}" for cle in lues["cles"])]
        termes += [f"numero:{lues['numero']}"] if lues.get("numero") else []
        clair |= {"termes": [ins.terme(sel, mot) for mot in termes]} | ({} if derniere else {"registre": sel})
        derniere = ins.suivante(derniere, instant, genre, clair, prive | {"ancienne": tete})
        if derniere.numero != numero:
            raise RegistreCorrompu(f"inscription {derniere.numero} : absente. Rien n'a été converti.")
        yield derniere, [_document(base, cite) for cite in lues.get("documents", ())]
    clair = {"termes": [], "version": 1, "ancienne": tete} | ({} if derniere else {"registre": sel})
    yield ins.suivante(derniere, le, "migration", clair), []


def _partager(genre: str, lues: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ce qui reste et ce qui s'efface, dans une ligne de la version 1."""
    if genre == "intention":
        prive = {nom: valeur for nom, valeur in lues.items() if nom != "porteur"}
        return {"envoi": lues["acte"]["genre"], "porteur": lues["porteur"]}, prive
    clair = {"intention": lues["intention"], "issue": lues["issue"]} | ({"recu": lues["le"]} if genre == "accuse" else {})
    return clair, {nom: valeur for nom, valeur in lues.items() if nom not in _COMMUNS | {"issue", "le"}}


def _document(base: sqlite3.Connection, cite: dict[str, Any]) -> Document:
    ligne = base.execute("SELECT octets FROM v1_documents WHERE empreinte = ?", (cite["empreinte"],)).fetchone()
    if ligne is None:
        raise RegistreCorrompu(f"document {cite['empreinte']:.16} : ôté. Rien n'a été converti.")
    return Document(cite["nom"], cite["type"], bytes(ligne[0]))


def _tete(base: sqlite3.Connection) -> str:
    """Tête d'une chaîne de version 1, relue en entier."""
    empreintes = [ligne[-1] for ligne in _lignes(base, "journal")]
    return empreintes[-1] if empreintes else ins.ORIGINE


def _lignes(base: sqlite3.Connection, table: str) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Lignes de la version 1, chacune vérifiée : elle chaînait comme aujourd'hui, le contenu entier avec."""
    tete = ins.ORIGINE
    for ligne in base.execute(f"SELECT seq, le, genre, contenu, precedente, empreinte FROM {table} ORDER BY seq"):  # noqa: S608
        numero, le, genre, contenu, precedente, empreinte = ligne
        if precedente != tete or empreinte != ins.empreinte(tete, numero, le, genre, contenu):
            raise RegistreCorrompu(f"inscription {numero} : la chaîne de version 1 est rompue. Rien n'a été converti.")
        tete = empreinte
        yield ligne
