"""Qu'est-il arrivé ? Journaux en ajout seul, chaînés par empreintes."""

from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.sqlite import RegistreSqlite

__all__ = ["RegistreMemoire", "RegistreSqlite"]
