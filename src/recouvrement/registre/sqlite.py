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

from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible, RegistreCorrompu, RegistreOccupe
from recouvrement.ports import Document, Verification
from recouvrement.registre import migrations
from recouvrement.registre.controle import Piece, controler
from recouvrement.registre.fichier import copier, naitre, ouvrir, traduire
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.journal import Journal

_APPLICATION = 0x52435652  # « RCVR »
_VERSION = 2
_TABLES = {
    "journal": "seq INTEGER PRIMARY KEY, le TEXT NOT NULL, genre TEXT NOT NULL, contenu TEXT NOT NULL, precedente TEXT NOT NULL,"
    " empreinte TEXT NOT NULL UNIQUE",
    "pseudonymes": "terme TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (terme, seq)",
    "prives": "seq INTEGER PRIMARY KEY, contenu TEXT NOT NULL",
    "documents": "seq INTEGER NOT NULL, empreinte TEXT NOT NULL, octets BLOB NOT NULL, PRIMARY KEY (seq, empreinte)",
}
_EFFACABLES = ("prives", "documents")
# Un effacement inscrit après la ligne, sous le pseudonyme de son débiteur, est seul à permettre d'en ôter la part privée.
_SANS_EFFACEMENT = (
    "NOT EXISTS (SELECT 1 FROM pseudonymes o JOIN pseudonymes p ON p.terme = o.terme JOIN journal e ON e.seq = p.seq"
    " WHERE o.seq = OLD.seq AND e.seq > OLD.seq AND e.genre = 'effacement')"
)
_LIGNES = "SELECT j.seq, j.le, j.genre, j.contenu, j.precedente, j.empreinte, p.contenu FROM journal j LEFT JOIN prives p ON p.seq = j.seq"


class RegistreSqlite(Journal):
    """Registre dans un fichier ; à ouvrir avec ``with``. Plusieurs processus peuvent ouvrir le même.

    Un registre de version 1 est copié à côté, puis converti, la première fois qu'il est ouvert.

    Args:
        chemin: Fichier, créé s'il n'existe pas ; son dossier doit exister.
        horloge: Rend l'instant présent, avec fuseau.

    Raises:
        DonneeInvalide: Le fichier ne peut pas être ouvert ni créé, ou il est vide : il a été vidé, une création ne le laisse pas ainsi.
        RegistreCorrompu: Ce n'est pas un registre, il est abîmé, ou d'une version plus récente. Rien n'y est écrit.
    """

    def __init__(self, chemin: Path | str, horloge: Callable[[], datetime]) -> None:
        super().__init__(horloge)
        self._chemin = Path(chemin).absolute()
        self._verrou = threading.RLock()
        self._pid = os.getpid()
        naitre(self._chemin, _creer)
        self._base = ouvrir(self._chemin)
        try:
            with traduire(self._chemin):
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
            DonneeInvalide: Document inconnu, ou effacé.
        """
        with self._transaction(ecriture=False):
            ligne = self._base.execute("SELECT octets FROM documents WHERE empreinte = ?", (empreinte,)).fetchone()
        if ligne is None:
            raise DonneeInvalide("document inconnu de ce registre", champ="empreinte", valeur=empreinte)
        return bytes(ligne[0])

    def sauvegarder(self, vers: Path | str) -> Verification:
        """Copie le registre pendant qu'il sert, et relit la copie : une sauvegarde est elle-même un registre.

        Returns:
            Le verdict sur la copie, et sa tête.

        Raises:
            DonneeInvalide: ``vers`` existe déjà, ou ne peut pas être écrit.
            RegistreCorrompu: La copie ne se vérifie pas : elle n'est pas gardée.
        """
        with self._transaction(ecriture=False):
            derniere = self._ligne(0)
        tete = derniere.empreinte if derniere else ""
        verdicts: list[Verification] = []

        def relire(copie: Path) -> None:
            with RegistreSqlite(copie, self._horloge) as registre:
                verdicts.append(self._verifie(registre.verifier(tete)))

        copier(self._chemin, Path(vers).absolute(), relire)
        return verdicts[0]

    def effacer(self, debiteur: str, motif: str, *, litige: bool = False) -> bool:
        """Efface, puis récrit le fichier : aucun octet de l'effacé ne reste dans ses pages libres.

        Si le fichier n'a pas pu être récrit, relancez l'effacement. Une sauvegarde s'efface à part, en l'ouvrant.

        Raises:
            RegistreOccupe: Un envoi est en cours ou incertain, ou le fichier est tenu par un autre.
            DonneeInvalide: Litige ouvert, motif vide ou qui nomme le débiteur, copie d'avant conversion encore là.
        """
        copies = migrations.copies(self._chemin)
        if copies:
            remede = "Supprimez-la, ou gardez-la ailleurs sous votre responsabilité."
            raise DonneeInvalide(
                "une copie d'avant conversion porte encore ce débiteur", champ="fichier", valeur=copies[0], remede=remede
            )
        efface = super().effacer(debiteur, motif, litige=litige)
        with self._verrou:
            try:
                self._base.execute("VACUUM")
            except sqlite3.Error as e:
                raise RegistreOccupe(f"{self._chemin} n'a pas pu être récrit ({e}) : relancez l'effacement.") from e
        return efface

    def _verifie(self, verdict: Verification) -> Verification:
        if not verdict.intacte:
            raise RegistreCorrompu(f"{self._chemin} : {verdict.defaut}. Rien n'a été copié ni converti.")
        return verdict

    def _preparer(self) -> None:
        """Reconnaît la base avant d'y rien écrire, puis la convertit si elle est ancienne."""
        self._base.execute("PRAGMA synchronous = EXTRA")
        self._base.execute("PRAGMA secure_delete = ON")
        with self._transaction(ecriture=False):
            version = self._version()
        (verdict,) = self._base.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise RegistreCorrompu(f"{self._chemin} est abîmé ({verdict}). Rien n'y a été écrit ; reprenez une sauvegarde.")
        self._base.execute("PRAGMA journal_mode = DELETE")
        if version == 1:
            self._convertir()

    def _version(self) -> int:
        """Version du schéma."""
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        (tables,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (application, version, tables) == (0, 0, 0):
            raise RegistreCorrompu(
                f"{self._chemin} est une base vide : rien n'y est inscrit. S'il a servi, reprenez une sauvegarde."
            )
        if application != _APPLICATION:
            raise RegistreCorrompu(f"{self._chemin} est une autre base de données, pas un registre. Rien n'y a été écrit.")
        if version not in (1, _VERSION):
            raise RegistreCorrompu(
                f"{self._chemin} est un registre de version {version}, et cette bibliothèque connaît la version {_VERSION}."
                " Rien n'y a été écrit ; mettez-la à jour."
            )
        return int(version)

    def _convertir(self) -> None:
        """De la version 1 à celle-ci, en une transaction ; la copie d'avant est faite et relue d'abord."""
        with self._transaction(ecriture=True):
            if self._version() == _VERSION:  # un autre processus l'a convertie entre-temps
                return
            migrations.copie_d_avant(self._base, self._chemin)
            migrations.mettre_de_cote(self._base)
            _creer(self._base)
            for inscription, documents in migrations.converties(self._base, self._instant(self._horloge())):
                self._ecrire(inscription)
                for document in documents:
                    self._deposer(inscription.numero, document)
            migrations.oter(self._base)
            self._verifie(controler(self._toutes(), self._pieces(), self._index(), ""))

    @contextmanager
    def _transaction(self, *, ecriture: bool) -> Iterator[None]:
        with self._verrou, traduire(self._chemin):
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

    def _ligne(self, numero: int) -> Inscription | None:
        suite = "WHERE j.seq = ?" if numero else "WHERE ? = 0 ORDER BY j.seq DESC LIMIT 1"
        ligne = self._base.execute(f"{_LIGNES} {suite}", (numero,)).fetchone()
        return Inscription(*ligne) if ligne else None

    def _ecrire(self, i: Inscription) -> None:
        ligne = (i.numero, i.le, i.genre, i.contenu, i.precedente, i.empreinte)
        self._base.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", ligne)
        self._base.executemany("INSERT INTO pseudonymes VALUES (?, ?)", [(terme, i.numero) for terme in i.termes])
        if i.prive is not None:
            self._base.execute("INSERT INTO prives VALUES (?, ?)", (i.numero, i.prive))

    def _deposer(self, numero: int, document: Document) -> None:
        ligne = (numero, document.empreinte, document.octets)
        self._base.execute("INSERT OR IGNORE INTO documents VALUES (?, ?, ?)", ligne)

    def _oublier(self, numero: int) -> None:
        for table in _EFFACABLES:
            self._base.execute(f"DELETE FROM {table} WHERE seq = ?", (numero,))  # noqa: S608

    def _sous(self, terme: str) -> Iterable[Inscription]:
        requete = f"{_LIGNES} JOIN pseudonymes t ON t.seq = j.seq WHERE t.terme = ? ORDER BY j.seq"
        return [Inscription(*ligne) for ligne in self._base.execute(requete, (terme,))]

    def _toutes(self) -> Iterable[Inscription]:
        return (Inscription(*ligne) for ligne in self._base.execute(f"{_LIGNES} ORDER BY j.seq"))

    def _pieces(self) -> Iterable[Piece]:
        return self._base.execute("SELECT seq, empreinte, octets FROM documents")

    def _index(self) -> Iterable[tuple[object, object]]:
        return self._base.execute("SELECT terme, seq FROM pseudonymes")


def _creer(base: sqlite3.Connection) -> None:
    """Les tables de cette version, que rien ne peut récrire."""
    for table, colonnes in _TABLES.items():
        base.execute(f"CREATE TABLE {table} ({colonnes})")
        for geste in ("UPDATE", "DELETE"):
            sauf = f" WHEN {_SANS_EFFACEMENT}" if geste == "DELETE" and table in _EFFACABLES else ""
            base.execute(
                f"CREATE TRIGGER {table}_sans_{geste.lower()} BEFORE {geste} ON {table}{sauf}"
                f" BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END"
            )
    base.execute("CREATE INDEX pseudonymes_par_ligne ON pseudonymes (seq)")
    base.execute("CREATE INDEX documents_par_empreinte ON documents (empreinte)")
    base.execute(f"PRAGMA application_id = {_APPLICATION}")
    base.execute(f"PRAGMA user_version = {_VERSION}")
