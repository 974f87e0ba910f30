"""Registre en mémoire : pour les essais et les calculs à blanc. Il ne survit pas au processus : ne le mettez pas en service."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from attrs import evolve

from recouvrement.ports import Document
from recouvrement.registre.controle import Piece
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.journal import Journal


class RegistreMemoire(Journal):
    """Même contrat que ``RegistreSqlite``, sans fichier.

    Args:
        horloge: Rend l'instant présent, avec fuseau.
    """

    def __init__(self, horloge: Callable[[], datetime]) -> None:
        super().__init__(horloge)
        self._lignes: list[Inscription] = []
        self._octets: dict[tuple[int, str], bytes] = {}
        self._termes: dict[str, list[int]] = {}
        self._verrou = threading.RLock()

    @contextmanager
    def _transaction(self, *, ecriture: bool) -> Iterator[None]:  # noqa: ARG002 — un seul verrou, en lecture comme en écriture
        with self._verrou:
            yield

    def _ligne(self, numero: int) -> Inscription | None:
        return self._lignes[numero - 1] if 0 <= numero <= len(self._lignes) and self._lignes else None

    def _ecrire(self, inscription: Inscription) -> None:
        self._lignes.append(inscription)
        for terme in inscription.termes:
            self._termes.setdefault(terme, []).append(inscription.numero)

    def _deposer(self, numero: int, document: Document) -> None:
        self._octets[numero, document.empreinte] = document.octets

    def _oublier(self, numero: int) -> None:
        self._lignes[numero - 1] = evolve(self._lignes[numero - 1], prive=None)
        self._octets = {cle: octets for cle, octets in self._octets.items() if cle[0] != numero}

    def _sous(self, terme: str) -> Iterable[Inscription]:
        return [self._lignes[numero - 1] for numero in self._termes.get(terme, ())]

    def _toutes(self) -> Iterable[Inscription]:
        return list(self._lignes)

    def _pieces(self) -> Iterable[Piece]:
        return [(numero, empreinte, octets) for (numero, empreinte), octets in self._octets.items()]

    def _index(self) -> Iterable[tuple[object, object]]:
        return [(terme, numero) for terme, numeros in self._termes.items() for numero in numeros]
