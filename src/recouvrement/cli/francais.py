"""``argparse`` en français : ses titres, son aide, ses refus. Une phrase qu'il changerait passerait telle quelle, sans rien casser."""

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from recouvrement.erreurs import affichable

TITRES = {"positional arguments": "arguments"}
CITE = re.compile(r"""(?<!\w)(['"])(.*?)\1(?!\w)""", re.DOTALL)
REFUS = tuple(
    (re.compile(motif, re.DOTALL), dit)
    for motif, dit in (
        (r"the following arguments are required: (.+)", "il manque : {}"),
        (r"one of the arguments (.+) is required", "il manque l'une de ces options : {}"),
        (r"unrecognized arguments: (.+)", "en trop, ou inconnu : {}"),
        (r"ambiguous option: (.+) could match (.+)", "option ambiguë : {} peut être {}"),
        (r"argument (.+?): not allowed with argument (.+)", "{} ne va pas avec {}"),
        (r"argument (.+?): expected (?:one|at least one|\d+) arguments?", "{} attend une valeur"),
        (r"argument (.+?): ignored explicit argument (.+)", "{} n'attend pas de valeur (lu : {})"),
        (r"argument (.+?): invalid int value: (.+)", "{} : un nombre entier est attendu (lu : {})"),
        (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", "{} : {} est inconnu ; choisissez parmi : {}"),
        (r"argument (.+?): (.+)", "{} : {}"),
    )
)


class Analyseur(argparse.ArgumentParser):
    """Un analyseur qui parle français, comme ceux de ses sous-commandes."""

    def __init__(self, *, parents: Sequence[argparse.ArgumentParser] = (), **reste: Any) -> None:
        aide = argparse.ArgumentParser(add_help=False)
        aide.add_argument("-h", "--help", action="help", help="dit ceci, et s'arrête")
        super().__init__(parents=[aide, *parents], add_help=False, formatter_class=_Presentation, **reste)

    def error(self, message: str) -> NoReturn:
        """Dit le refus et où lire comment écrire la commande ; rend 2."""
        self.exit(2, f"{self.prog} : {affichable(traduit(message)).removesuffix('.')}. Voyez « {self.prog} -h ».\n")


class _Presentation(argparse.HelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(f"{TITRES.get(heading, heading)} " if heading else heading)


def traduit(message: str) -> str:
    """Le refus d'``argparse``, en français ; ce qu'il cite entre guillemets français."""
    for motif, dit in REFUS:
        if lu := motif.fullmatch(message):
            return dit.format(*[CITE.sub(r"« \2 »", mot) for mot in lu.groups()])
    return message
