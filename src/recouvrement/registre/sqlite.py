"""Registre durable dans un fichier SQLite : ajout seul, chaîné, écrit sur le disque avant que rien ne parte.

Journal ``DELETE`` et ``synchronous=EXTRA`` : un seul fichier à copier, aucun commit perdu à une coupure de courant. À mettre sur
un disque local : les verrous d'un disque réseau ne valent rien.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible, RecouvrementError, RegistreCorrompu, RegistreOccupe
from recouvrement.ports import Document
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.journal import Journal

_APPLICATION = 0x52435652  # « RCVR »
_VERSION = 1
_ATTENTE = 10.0  # secondes : au-delà, la base est tenue par un autre
_OCCUPE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CORROMPU = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TABLES = {
    "journal": "seq INTEGER PRIMARY KEY, le TEXT NOT NULL, genre TEXT NOT NULL, contenu TEXT NOT NULL, precedente TEXT NOT NULL,"
    " empreinte TEXT NOT NULL UNIQUE",
    "documents": "empreinte TEXT PRIMARY KEY NOT NULL, octets BLOB NOT NULL",
    "termes": "terme TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (terme, seq)",
}
_COLONNES = "j.seq, j.le, j.genre, j.contenu, j.precedente, j.empreinte"


class RegistreSqlite(Journal):
    """Registre dans un fichier ; à ouvrir avec ``with``. Plusieurs processus peuvent ouvrir le même.

    Args:
        chemin: Fichier, créé s'il n'existe pas ; son dossier doit exister.
        horloge: Rend l'instant présent, avec fuseau.

    Raises:
        DonneeInvalide: Le fichier ne peut pas être ouvert ni créé.
        RegistreCorrompu: Ce n'est pas un registre, il est abîmé, ou d'une version plus récente. Rien n'y est écrit.
    """

    def __init__(self, chemin: Path | str, horloge: Callable[[], datetime]) -> None:
        super().__init__(horloge)
        self._chemin = Path(chemin).absolute()
        self._verrou = threading.RLock()
        self._pid = os.getpid()
        self._base = _ouvrir(self._chemin)
        try:
            with _traduire(self._chemin):
                self._preparer()
        except BaseException:
            self.fermer()
            raise

    def __repr__(self) -> str:
        return f"RegistreSqlite({str(self._chemin)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None) -> None:
        self.fermer()

    def fermer(self) -> None:
        """Ferme le fichier. Ce qui était réservé sans être constaté devient incertain."""
        self._jeton.eteindre()
        self._base.close()

    def octets(self, empreinte: str) -> bytes:
        """Octets exacts d'un document envoyé ou d'une preuve.

        Raises:
            DonneeInvalide: Document inconnu.
        """
        with self._transaction(ecriture=False):
            ligne = self._base.execute("SELECT octets FROM documents WHERE empreinte = ?", (empreinte,)).fetchone()
        if ligne is None:
            raise DonneeInvalide("document inconnu de ce registre", champ="empreinte", valeur=empreinte)
        return bytes(ligne[0])

    def _preparer(self) -> None:
        """Reconnaît la base avant d'y rien écrire, puis la crée si elle est vide."""
        self._base.execute("PRAGMA synchronous = EXTRA")
        with self._transaction(ecriture=False):
            neuve = self._neuve()
        if neuve:
            with self._transaction(ecriture=True):
                if self._neuve():  # un autre processus a pu la créer entre-temps
                    self._creer()
        (verdict,) = self._base.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise RegistreCorrompu(f"{self._chemin} est abîmé ({verdict}). Rien n'y a été écrit ; reprenez une sauvegarde.")
        self._base.execute("PRAGMA journal_mode = DELETE")

    def _neuve(self) -> bool:
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        (tables,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (application, version, tables) == (0, 0, 0):
            return True
        if application != _APPLICATION:
            raise RegistreCorrompu(f"{self._chemin} est une autre base de données, pas un registre. Rien n'y a été écrit.")
        if version != _VERSION:
            raise RegistreCorrompu(
                f"{self._chemin} est un registre de version {version}, et cette bibliothèque connaît la version {_VERSION}."
                " Rien n'y a été écrit ; mettez-la à jour."
            )
        return False

    def _creer(self) -> None:
        for table, colonnes in _TABLES.items():
            self._base.execute(f"CREATE TABLE {table} ({colonnes})")
            for geste in ("UPDATE", "DELETE"):
                self._base.execute(
                    f"CREATE TRIGGER {table}_sans_{geste.lower()} BEFORE {geste} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END"
                )
        self._base.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._base.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _transaction(self, *, ecriture: bool) -> Iterator[None]:
        with self._verrou, _traduire(self._chemin):
            if os.getpid() != self._pid:
                raise EnvoiImpossible(f"{self._chemin} a été ouvert avant un fork : ouvrez-le dans le processus fils.")
            try:
                self._base.execute("BEGIN IMMEDIATE" if ecriture else "BEGIN")
                yield
                self._base.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._base.execute("ROLLBACK")
                raise

    def _derniere(self) -> Inscription | None:
        ligne = self._base.execute(f"SELECT {_COLONNES} FROM journal j ORDER BY seq DESC LIMIT 1").fetchone()  # noqa: S608
        return Inscription(*ligne) if ligne else None

    def _ecrire(self, i: Inscription) -> None:
        ligne = (i.numero, i.le, i.genre, i.contenu, i.precedente, i.empreinte)
        self._base.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", ligne)
        self._base.executemany("INSERT INTO termes VALUES (?, ?)", [(terme, i.numero) for terme in i.termes])

    def _deposer(self, document: Document) -> None:
        self._base.execute("INSERT OR IGNORE INTO documents VALUES (?, ?)", (document.empreinte, document.octets))

    def _sous(self, terme: str) -> Iterable[Inscription]:
        requete = f"SELECT {_COLONNES} FROM termes t JOIN journal j ON j.seq = t.seq WHERE t.terme = ? ORDER BY j.seq"  # noqa: S608
        return [Inscription(*ligne) for ligne in self._base.execute(requete, (terme,))]

    def _toutes(self) -> Iterable[Inscription]:
        return (Inscription(*ligne) for ligne in self._base.execute(f"SELECT {_COLONNES} FROM journal j ORDER BY seq"))  # noqa: S608

    def _documents(self) -> Iterable[tuple[object, object]]:
        return self._base.execute("SELECT empreinte, octets FROM documents")

    def _index(self) -> Iterable[tuple[object, object]]:
        return self._base.execute("SELECT terme, seq FROM termes")


def _ouvrir(chemin: Path) -> sqlite3.Connection:
    try:
        base = sqlite3.connect(chemin, timeout=_ATTENTE, isolation_level=None, check_same_thread=False)
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
def _traduire(chemin: Path) -> Iterator[None]:
    """Les erreurs de SQLite, dans notre arbre et en français."""
    try:
        yield
    except sqlite3.Error as e:
        raise _erreur(e, chemin) from e


def _erreur(erreur: sqlite3.Error, chemin: Path) -> RecouvrementError:
    code = getattr(erreur, "sqlite_errorcode", 0) & 0xFF
    if code in _OCCUPE:
        return RegistreOccupe(f"{chemin} est verrouillé par un autre processus. Rien n'a été inscrit ; réessayez.")
    if code in _CORROMPU or isinstance(erreur, sqlite3.IntegrityError):
        return RegistreCorrompu(f"{chemin} ne se lit plus comme un registre ({erreur}). Rien n'y a été écrit.")
    return EnvoiImpossible(f"{chemin} ne peut pas être lu ou écrit ({erreur}). Rien n'a été inscrit : rien ne doit partir.")
