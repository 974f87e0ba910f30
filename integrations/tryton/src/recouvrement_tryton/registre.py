"""Le registre des envois dans la base de Tryton : il s'écrit dans la même transaction que les pièces jointes."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from attrs import asdict, evolve
from trytond.model import ModelSQL, Unique, fields
from trytond.pool import Pool

from recouvrement import Dossier
from recouvrement.envoi import completer
from recouvrement.ports import Document
from recouvrement.registre.inscriptions import Inscription as Ligne
from recouvrement.registre.journal import Journal


class Inscription(ModelSQL):
    """Une ligne du journal, en JSON."""

    __name__ = "recouvrement.inscription"
    _rec_name = "ligne"
    numero = fields.Integer("Numéro", required=True)
    ligne = fields.Text("Ligne", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints = [("numero_unique", Unique(table, table.numero), "recouvrement.msg_numero_unique")]
        cls._order = [("numero", "ASC"), ("id", "ASC")]


class Terme(ModelSQL):
    """Un mot sous lequel une ligne se retrouve."""

    __name__ = "recouvrement.terme"
    _rec_name = "terme"
    terme = fields.Char("Terme", required=True)
    numero = fields.Integer("Numéro", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [("numero", "ASC"), ("id", "ASC")]


class Piece(ModelSQL):
    """Les octets exacts d'un document envoyé."""

    __name__ = "recouvrement.piece"
    _rec_name = "empreinte"
    numero = fields.Integer("Numéro", required=True)
    empreinte = fields.Char("Empreinte", required=True)
    octets = fields.Binary("Octets", required=True)


class RegistreTryton(Journal):
    """``Registre`` dans la base de l'hôte. À construire au début de la requête : il prend le verrou de la table.

    Rien n'est validé avant la fin de la transaction de Tryton : il convient à un canal qui s'écrit dans la même base (pièce
    jointe, file de courriels), pas à un envoi par le réseau.
    """

    def __init__(self, horloge: Callable[[], datetime], *, ecriture: bool = True) -> None:
        super().__init__(horloge)
        pool = Pool()
        self._inscription, self._terme_, self._piece = (
            pool.get(f"recouvrement.{nom}") for nom in ("inscription", "terme", "piece")
        )
        if ecriture:
            self._inscription.lock()

    @contextmanager
    def _transaction(self, *, ecriture: bool) -> Iterator[None]:  # noqa: ARG002 -- celle de Tryton, verrou pris
        yield

    def _ligne(self, numero: int) -> Ligne | None:
        domaine = [("numero", "=", numero)] if numero else []
        trouvees = self._inscription.search(domaine, order=[("numero", "DESC")], limit=1)
        return _relue(trouvees[0]) if trouvees else None

    def _ecrire(self, inscription: Ligne) -> None:
        self._inscription.create([{"numero": inscription.numero, "ligne": json.dumps(asdict(inscription))}])
        self._terme_.create([{"terme": t, "numero": inscription.numero} for t in inscription.termes])

    def _deposer(self, numero: int, document: Document) -> None:
        self._piece.create([{"numero": numero, "empreinte": document.empreinte, "octets": document.octets}])

    def _oublier(self, numero: int) -> None:
        lignes = self._inscription.search([("numero", "=", numero)])
        self._inscription.write(lignes, {"ligne": json.dumps(asdict(evolve(_relue(lignes[0]), prive=None)))})
        self._piece.delete(self._piece.search([("numero", "=", numero)]))

    def _sous(self, terme: str) -> Iterable[Ligne]:
        numeros = [t.numero for t in self._terme_.search([("terme", "=", terme)])]
        return [_relue(x) for x in self._inscription.search([("numero", "in", numeros)])]

    def _toutes(self) -> Iterable[Ligne]:
        return [_relue(x) for x in self._inscription.search([])]

    def _pieces(self) -> Iterable[tuple[Any, Any, Any]]:
        return [(p.numero, p.empreinte, bytes(p.octets)) for p in self._piece.search([])]

    def _index(self) -> Iterable[tuple[object, object]]:
        return [(t.terme, t.numero) for t in self._terme_.search([])]


def avec_le_registre(dossier: Dossier) -> Dossier:
    """Le dossier et les actes que le registre lui connaît."""
    return completer(dossier, RegistreTryton(_jamais, ecriture=False).evenements(dossier.debiteur.cle))


def _relue(inscription: Any) -> Ligne:
    return Ligne(**json.loads(inscription.ligne))


def _jamais() -> datetime:
    raise AssertionError("une lecture n'écrit pas l'heure")
