"""Qui tient une intention, et vit-il encore ? Une intention sans constat dont le porteur est mort est incertaine.

Un numéro de processus ne suffit pas : il est réemployé. On y joint la machine, son démarrage, l'instant de départ du processus
et un jeton par registre ouvert.
"""

import os
import platform
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4
from weakref import WeakValueDictionary

Sort = Literal["vivant", "mort", "inverifiable"]


class Jeton:
    """Vit tant que vit le registre qui le porte."""

    def __init__(self) -> None:
        self.cle = uuid4().hex
        _JETONS[self.cle] = self

    def eteindre(self) -> None:
        """Le registre est fermé : ce qu'il n'a pas constaté devient incertain."""
        _JETONS.pop(self.cle, None)


_JETONS: WeakValueDictionary[str, Jeton] = WeakValueDictionary()


def _lire(chemin: str) -> str:
    try:
        return Path(chemin).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""  # hors de Linux : on saura moins bien si un porteur vit


def _machine() -> str:
    """Nom de la machine et espace des numéros de processus : deux conteneurs de même nom ne se confondent pas."""
    try:
        espace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        espace = ""
    return f"{platform.node()} {espace}".strip()


def _depart(pid: int) -> str:
    """Instant de départ du processus (``/proc/…/stat``, champ 22) ; « Z » s'il est mort et pas encore enterré."""
    champs = _lire(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return "" if len(champs) < 20 else "Z" if champs[0] in {"Z", "X"} else champs[19]


def moi(jeton: Jeton) -> dict[str, Any]:
    """Porteur d'une intention prise maintenant."""
    pid = os.getpid()
    demarrage = _lire("/proc/sys/kernel/random/boot_id")
    return {"machine": _machine(), "demarrage": demarrage, "pid": pid, "depart": _depart(pid), "jeton": jeton.cle}


def sort_du_porteur(porteur: dict[str, Any]) -> Sort:
    """Vivant, mort, ou invérifiable d'ici. Dans le doute, jamais « mort »."""
    if porteur["machine"] != _machine():
        return "inverifiable"
    if porteur["demarrage"] != _lire("/proc/sys/kernel/random/boot_id"):
        return "mort"
    depart = _depart(porteur["pid"])
    if porteur["pid"] == os.getpid() and depart == porteur["depart"]:
        return "vivant" if porteur["jeton"] in _JETONS else "mort"
    if porteur["depart"]:
        return "vivant" if depart == porteur["depart"] else "mort"
    return _sort_posix(porteur["pid"])


def _sort_posix(pid: int) -> Sort:
    """Sans ``/proc`` : l'absence du numéro prouve la mort, sa présence ne prouve rien."""
    if os.name != "posix":
        return "inverifiable"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "mort"
    except OSError:
        pass
    return "inverifiable"
