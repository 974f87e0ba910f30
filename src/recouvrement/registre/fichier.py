"""Le fichier SQLite : l'ouvrir, en dire les erreurs en français, le copier pendant qu'il sert."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible, RecouvrementError, RegistreCorrompu, RegistreOccupe, cause

_ATTENTE = 10.0  # secondes : au-delà, la base est tenue par un autre
_OCCUPE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CORROMPU = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CAUSES = {
    sqlite3.SQLITE_FULL: "disque plein",
    sqlite3.SQLITE_IOERR: "le disque refuse l'écriture ou la lecture",
    sqlite3.SQLITE_READONLY: "fichier en lecture seule",
    sqlite3.SQLITE_CANTOPEN: "il ne s'ouvre pas",
}
_COMPAGNONS = ("-journal", "-wal", "-shm")


def compagnons(chemin: Path) -> list[str]:
    """Fichiers que SQLite a laissés à côté de celui-ci."""
    return [f"{chemin.name}{suffixe}" for suffixe in _COMPAGNONS if chemin.with_name(chemin.name + suffixe).exists()]


def ouvrir(chemin: Path) -> sqlite3.Connection:
    """Connexion dont chaque transaction est explicite.

    Raises:
        DonneeInvalide: Le fichier ne peut pas être ouvert ni créé, ou il manque quand son journal est là.
    """
    restes = compagnons(chemin)
    if restes and not chemin.exists():  # dans cet ordre : un autre processus le crée peut-être, et son journal après lui
        raise DonneeInvalide(
            f"le registre manque, mais {', '.join(restes)} est là : le fichier a été déplacé ou effacé sans lui",
            champ="chemin",
            valeur=str(chemin),
            remede="Remettez les fichiers ensemble, ou reprenez une sauvegarde.",
        )
    return _connecter(chemin, chemin)


def naitre(chemin: Path, batir: Callable[[sqlite3.Connection], None]) -> None:
    """Crée la base sous un autre nom, entière, puis lui donne le sien : un fichier de ce nom n'est vide que s'il a été vidé.

    Rien n'est fait si le fichier existe, ou si un autre processus le crée en même temps : le sien vaut.

    Raises:
        DonneeInvalide: Le fichier est vide, ou ne peut pas être créé.
    """
    if chemin.exists():
        if not chemin.stat().st_size:
            remede = "S'il a servi, reprenez une sauvegarde avant tout envoi ; s'il est neuf, supprimez-le."
            raise DonneeInvalide("fichier vide : rien n'y est inscrit", champ="registre", valeur=str(chemin), remede=remede)
        return
    if compagnons(chemin):
        return  # « ouvrir » dira ce qui manque
    reel = chemin.resolve()  # un lien peut précéder le fichier qu'il désigne
    partielle = reel.with_name(f"{reel.name}.partiel-{token_hex(4)}")
    try:
        with traduire(chemin), closing(_connecter(partielle, chemin)) as base:
            base.execute("PRAGMA synchronous = EXTRA")
            base.execute("BEGIN IMMEDIATE")
            batir(base)
            base.execute("COMMIT")
        _nommer(partielle, reel)
    finally:
        partielle.unlink(missing_ok=True)


def _nommer(partielle: Path, chemin: Path) -> None:
    """Donne son nom au fichier, sans en remplacer un autre."""
    try:
        os.link(partielle, chemin)
    except FileExistsError:
        return
    except OSError:  # un système de fichiers sans liens
        if not chemin.exists():
            partielle.rename(chemin)
    _inscrire_le_nom(chemin.parent)


def _connecter(fichier: Path, chemin: Path) -> sqlite3.Connection:
    try:
        base = sqlite3.connect(fichier, timeout=_ATTENTE, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as e:
        raise DonneeInvalide(
            "le registre ne peut pas être ouvert ni créé",
            champ="chemin",
            valeur=str(chemin),
            remede="Vérifiez que le dossier existe et que vous pouvez y écrire.",
        ) from e
    # Un texte récrit à la main peut n'être plus de l'UTF-8 : il doit se lire assez pour être dénoncé.
    base.text_factory = lambda brut: brut.decode("utf-8", "surrogateescape")
    return base


@contextmanager
def traduire(chemin: Path) -> Iterator[None]:
    """Les erreurs de SQLite, dans notre arbre et en français."""
    try:
        yield
    except sqlite3.Error as e:
        raise _erreur(e, chemin) from e


def _erreur(erreur: sqlite3.Error, chemin: Path) -> RecouvrementError:
    code = getattr(erreur, "sqlite_errorcode", 0) & 0xFF
    if code in _OCCUPE:
        return RegistreOccupe(f"{chemin} est verrouillé par un autre processus. Rien n'a été inscrit ; réessayez.")
    if code == sqlite3.SQLITE_NOTADB:
        return RegistreCorrompu(f"{chemin} n'est pas une base SQLite, donc pas un registre. Rien n'y a été écrit.")
    if code in _CORROMPU or isinstance(erreur, sqlite3.IntegrityError):
        return RegistreCorrompu(f"{chemin} ne se lit plus comme un registre ({erreur}). Rien n'y a été écrit.")
    dite = _CAUSES.get(code, erreur)
    return EnvoiImpossible(f"{chemin} ne peut pas être lu ou écrit ({dite}). Rien n'a été inscrit : rien ne doit partir.")


def copier(chemin: Path, vers: Path, verifier: Callable[[Path], None]) -> None:
    """Copie en ligne, sous un autre nom tant qu'elle n'est pas vérifiée : un fichier du nom voulu est toujours entier.

    Raises:
        DonneeInvalide: ``vers`` existe, ou son dossier ne s'écrit pas.
    """
    deja = ([vers.name] if vers.exists() else []) + compagnons(vers)
    if deja:
        refus = f"{', '.join(deja)} existe déjà : une sauvegarde n'en remplace pas une autre"
        raise DonneeInvalide(refus, champ="vers", valeur=str(vers), remede="Donnez un nom neuf.")
    try:
        poignee, nom = tempfile.mkstemp(dir=vers.parent, prefix=f"{vers.name}.partiel-")
    except OSError as e:
        raise DonneeInvalide(f"la sauvegarde ne peut pas être écrite ({cause(e)})", champ="vers", valeur=str(vers)) from e
    os.close(poignee)
    partielle = Path(nom)
    try:
        with traduire(chemin), closing(ouvrir(chemin)) as source, closing(ouvrir(partielle)) as copie:
            copie.execute("PRAGMA synchronous = EXTRA")
            source.backup(copie)
        verifier(partielle)
        partielle.rename(vers)
        _inscrire_le_nom(vers.parent)
    finally:
        partielle.unlink(missing_ok=True)


def _inscrire_le_nom(dossier: Path) -> None:
    """Le nouveau nom survit à une coupure, là où le système sait le promettre."""
    with suppress(OSError):
        poignee = os.open(dossier, os.O_RDONLY)
        try:
            os.fsync(poignee)
        finally:
            os.close(poignee)
