"""Bâtir vite une valeur figée que la bibliothèque a elle-même calculée. Privé.

Une classe figée d'attrs écrit chaque champ par ``object.__setattr__`` : c'était le premier coût d'un bilan. Ici, la valeur naît
dans une classe jumelle, de même forme en mémoire mais ouverte à l'écriture, puis prend sa vraie classe : dès lors elle est figée,
égale, hachée et sérialisée comme toute autre. Ni convertisseur ni contrôle n'est appelé : ce que l'appelant écrit n'entre jamais
par une fabrique.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from attrs import NOTHING, fields

P = ParamSpec("P")
T = TypeVar("T")


def fabrique(classe: Callable[P, T]) -> Callable[P, T]:
    """S'appelle comme ``classe`` (attrs ou ``NamedTuple``), avec des champs déjà justes ; ils peuvent se suivre sans leurs noms.

    Une fonction écrite pour la classe, comme attrs écrit ses ``__init__`` ; pour une classe sans ``factory`` ni hachage gardé.
    """
    figee, neuve = cast("Any", classe), cast("Any", object.__new__)
    if issubclass(figee, tuple):
        noms, defauts, neuve = figee._fields, figee._field_defaults, tuple.__new__
        corps = [f"return neuve(Figee, ({', '.join(noms)},))"]
    else:
        noms = [c.name for c in fields(figee)]
        defauts = {c.name: c.default for c in fields(figee) if c.default is not NOTHING}
        corps = ["_v = neuve(Jumelle)", *[f"_v.{nom} = {nom}" for nom in noms], "_v.__class__ = Figee", "return _v"]
    ouverte = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    espace = {"neuve": neuve, "Figee": figee, "Jumelle": type(figee.__name__, (figee,), ouverte)}
    espace |= {f"_{nom}": defaut for nom, defaut in defauts.items()}
    parametres = ", ".join(f"{nom}=_{nom}" if nom in defauts else nom for nom in noms)
    exec(f"def batir({parametres}):\n " + "\n ".join(corps), espace)  # noqa: S102
    return cast("Callable[P, T]", espace["batir"])
