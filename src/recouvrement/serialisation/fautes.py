"""Toutes les fautes d'un dépôt en une erreur, chacune avec son chemin."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice

from attrs import fields_dict
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

from recouvrement.erreurs import DonneeInvalide, RecouvrementError, extrait

PAR_LISTE = 100  # éléments faux d'une même liste : au-delà, elle n'est plus lue
_MONTREES = 20  # fautes écrites dans le message
_GARDEES = 1000
_NOMS = {dict: "un objet", list: "une liste", str: "un texte", bool: "un booléen", type(None): "null"}


class DepotInvalide(DonneeInvalide):
    """Un JSON n'est pas un dépôt lisible. Une seule faute : elle est l'erreur elle-même.

    Attributes:
        fautes: Toutes, dans l'ordre de lecture : ``ou`` est le chemin de l'objet (« creances[0].debiteur »), ``champ`` son champ.
            Au plus mille, et les cent premiers éléments faux d'une liste : un dépôt hostile n'emplit pas la mémoire.
    """

    def __init__(
        self,
        message: str,
        *,
        ou: str = "",
        champ: str = "",
        valeur: object = None,
        remede: str = "",
        fautes: Iterable[DonneeInvalide] = (),
    ) -> None:
        super().__init__(message, ou=ou, champ=champ, valeur=valeur, remede=remede)
        self.fautes = tuple(fautes) or (self,)

    @classmethod
    def de(cls, fautes: Iterable[DonneeInvalide]) -> "DepotInvalide":
        """L'erreur qui les dit toutes."""
        toutes = tuple(islice(fautes, _GARDEES))
        if len(toutes) == 1:
            (f,) = toutes
            return cls(f.message, ou=f.ou, champ=f.champ, valeur=f.valeur, remede=f.remede, fautes=toutes)
        suite = f"\n… et {len(toutes) - _MONTREES} autres" if len(toutes) > _MONTREES else ""
        au_moins = "au moins " if len(toutes) == _GARDEES else ""
        return cls(f"{au_moins}{len(toutes)} fautes\n" + "\n".join(f"- {f}" for f in toutes[:_MONTREES]) + suite, fautes=toutes)


def nommer(brut: object) -> object:
    """De quoi une valeur reçue a l'air : un nombre ou un texte court se montre, le reste se nomme."""
    return brut if isinstance(brut, int | float) and not isinstance(brut, bool) else _NOMS.get(type(brut), type(brut).__name__)


def lister(erreur: BaseException, chemin: str = "") -> Iterator[DonneeInvalide]:
    """Les fautes d'une erreur de cattrs, dépliée."""
    if isinstance(erreur, ClassValidationError):
        avec, seules = erreur.group_exceptions()
        for fille, note in avec:
            yield from lister(fille, f"{chemin}.{note.name}" if chemin else note.name)
        for seule in seules:
            yield from lister(seule, chemin)
    elif isinstance(erreur, IterableValidationError):
        for fille, rang in erreur.group_exceptions()[0]:
            yield from lister(fille, f"{chemin}[{rang.index}]")
    elif isinstance(erreur, ForbiddenExtraKeysError):
        connus = list(fields_dict(erreur.cl))
        for nom in sorted(erreur.extra_fields):
            yield _situer(_inconnu(extrait(nom), connus), chemin)
    elif isinstance(erreur, KeyError):
        yield _situer(DonneeInvalide("champ obligatoire absent"), chemin)
    elif isinstance(erreur, RecouvrementError):
        yield _situer(erreur if isinstance(erreur, DonneeInvalide) else DonneeInvalide(str(erreur)), chemin)
    else:
        yield _situer(DonneeInvalide(f"valeur impossible ({type(erreur).__name__})"), chemin)


def _inconnu(nom: str, connus: list[str]) -> DonneeInvalide:
    proches = get_close_matches(nom, connus, 1)
    voulu = f"Vouliez-vous dire « {proches[0]} » ?" if proches else f"Champs connus : {', '.join(connus)}."
    return DonneeInvalide("champ inconnu", champ=nom, remede=voulu)


def _situer(faute: DonneeInvalide, chemin: str) -> DonneeInvalide:
    """Le chemin mène à l'objet, ou au champ lui-même : le champ est alors ôté du chemin."""
    ou, _, dernier = chemin.rpartition(".")
    if dernier.endswith("]") or faute.champ not in ("", dernier):
        ou, dernier = chemin, faute.champ
    return DonneeInvalide(faute.message, ou=ou or faute.ou, champ=dernier, valeur=faute.valeur, remede=faute.remede)
