"""Des faits aux types de JSON, et retour : cattrs, avec des lectures strictes et des fautes qui portent leur chemin."""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from itertools import cycle
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from attrs import Attribute
from cattrs import BaseConverter, Converter
from cattrs.errors import IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from recouvrement.droit import pour
from recouvrement.droit.baremes import Bareme
from recouvrement.droit.base import Droit
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.montant import Montant, Taux
from recouvrement.serialisation.fautes import PAR_LISTE, nommer
from recouvrement.serialisation.genres import EVENEMENTS
from recouvrement.serialisation.textes import ECRITURES, lire

Lecture = Callable[[Any, Any], Any]


@attrs.frozen(kw_only=True)
class DroitDepose:
    """Un droit tient dans son code et dans les barèmes qu'on lui a ajoutés."""

    code: str
    ajouts: tuple[Bareme, ...] = ()


FORMES: dict[type, type] = {Droit: DroitDepose}
"""Genres déposés sous une autre forme que leurs champs."""


def _exact(genre: type, attendu: str) -> Lecture:
    def lire_exact(brut: Any, _genre: Any) -> Any:
        if type(brut) is not genre:
            raise DonneeInvalide(f"{attendu} est attendu", valeur=nommer(brut))
        return brut

    return lire_exact


def _texte(brut: Any, _genre: Any = str) -> str:
    if not isinstance(brut, str):
        raise DonneeInvalide("un texte est attendu", valeur=nommer(brut))
    if not brut.isprintable() and any("\ud800" <= c <= "\udfff" for c in brut):
        raise DonneeInvalide("caractère incomplet (demi-codet UTF-16)", remede="Encodez le fichier en UTF-8.")
    return brut


def _parmi(brut: Any, choix: tuple[Any, ...]) -> Any:
    if _texte(brut) not in choix:
        raise DonneeInvalide("valeur inconnue", valeur=brut, remede=f"Choisissez parmi : {', '.join(choix)}.")
    return brut


def _enum(brut: Any, genre: type[Enum]) -> Enum:
    return genre(_parmi(brut, tuple(m.value for m in genre)))


def _litteral(brut: Any, genre: Any) -> Any:
    return _parmi(brut, get_args(genre))


def genres_de(union: Any) -> tuple[Any, ...]:
    """Membres d'une union, sans ``None``."""
    return tuple(g for g in get_args(union) if g is not type(None))


def est_union(genre: Any) -> bool:
    """``A | B``, ``Union[A, B]``, ``A | None``."""
    return get_origin(genre) in (Union, UnionType)


def est_suite(genre: Any) -> bool:
    """``tuple[A, ...]``, ``tuple[A, B]``."""
    origine: object = get_origin(genre)
    return origine is tuple


def est_litteral(genre: Any) -> bool:
    """``Literal["a", "b"]``."""
    origine: object = get_origin(genre)
    return origine is Literal


def est_enum(genre: Any) -> bool:
    """Une énumération."""
    return isinstance(genre, type) and issubclass(genre, Enum)


def _union(genre: Any, convertisseur: BaseConverter) -> Lecture:
    """L'événement se nomme ; un montant se reconnaît à sa devise, un taux indexé à ce qu'il est un objet."""
    membres, facultatif = genres_de(genre), type(None) in get_args(genre)
    if set(membres) == set(EVENEMENTS.values()):
        return lambda brut, _: _evenement(brut, convertisseur)

    def lire_union(brut: Any, _genre: Any) -> Any:
        if brut is None and facultatif:
            return None
        return convertisseur.structure(brut, _membre(brut, membres))

    return lire_union


def _membre(brut: Any, membres: tuple[Any, ...]) -> Any:
    if len(membres) == 1:
        return membres[0]
    if TauxIndexe in membres and isinstance(brut, dict):
        return TauxIndexe
    if Montant in membres and isinstance(brut, str) and " " in brut:
        return Montant
    return Taux if Taux in membres else str  # Condition.valeur : le texte devient un nombre selon le champ


def _evenement(brut: Any, convertisseur: BaseConverter) -> Any:
    if not isinstance(brut, dict):
        raise DonneeInvalide("un objet est attendu", valeur=nommer(brut))
    nom = brut.get("type")
    if not isinstance(nom, str) or nom not in EVENEMENTS:
        raise DonneeInvalide(
            "genre d'événement inconnu",
            champ="type",
            valeur=nom if isinstance(nom, str) else nommer(nom),
            remede=f"Choisissez parmi : {', '.join(EVENEMENTS)}.",
        )
    return convertisseur.structure({k: v for k, v in brut.items() if k != "type"}, EVENEMENTS[nom])


def _suite(genre: Any, convertisseur: BaseConverter) -> Lecture:
    """Une liste de JSON, homogène ou de longueur fixe ; chaque faute garde son rang."""
    genres = get_args(genre)
    fixe = genres[-1] is not Ellipsis
    lectures: list[tuple[Any, Lecture]] = [(g, convertisseur.get_structure_hook(g)) for g in genres if g is not Ellipsis]

    def lire_suite(brut: Any, _genre: Any) -> tuple[Any, ...]:
        if not isinstance(brut, list) or (fixe and len(brut) != len(genres)):
            attendu = f"une liste de {len(genres)} éléments" if fixe else "une liste"
            raise DonneeInvalide(f"{attendu} est attendue", valeur=nommer(brut))
        lus: list[Any] = []
        fautes: list[Exception] = []
        for rang, (element, (sien, lire_element)) in enumerate(zip(brut, cycle(lectures), strict=False)):
            try:
                lus.append(lire_element(element, sien))
            except Exception as e:
                reste = len(fautes) == PAR_LISTE
                faute = DonneeInvalide(f"{PAR_LISTE} éléments faux avant celui-ci : la suite n'est pas lue") if reste else e
                faute.add_note(IterableValidationNote(f"rang {rang}", rang, sien))
                fautes.append(faute)
                if reste:
                    break
        if fautes:
            raise IterableValidationError("liste", fautes, genre)
        return tuple(lus)

    return lire_suite


def _objet(genre: type, convertisseur: BaseConverter) -> Lecture:
    """Un objet, ses champs contrôlés un à un, pour que toutes les fautes se disent ensemble."""
    controles = {a.name: override(struct_hook=_champ(a, genre, convertisseur)) for a in attrs.fields(genre)}
    fabriquer: Lecture = make_dict_structure_fn(
        genre,
        convertisseur,
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=True,
        **controles,  # type: ignore[arg-type]  # des noms de champs, jamais ceux de ses options
    )

    def lire_objet(brut: Any, _genre: Any) -> Any:
        if not isinstance(brut, dict):
            raise DonneeInvalide("un objet est attendu", valeur=nommer(brut))
        return fabriquer(brut, genre)

    return lire_objet


def _champ(attribut: "Attribute[Any]", genre: type, convertisseur: BaseConverter) -> Lecture:
    convertir: Any = attribut.converter or (lambda lu: lu)
    lire_type: Lecture = convertisseur.get_structure_hook(attribut.type)
    seul = attribut.validator if not _lit_les_autres(attribut, genre) else None

    def lire_champ(brut: Any, sien: Any) -> Any:
        lu = convertir(lire_type(brut, sien))
        if seul:
            seul(None, attribut, lu)
        return lu

    return lire_champ


def _lit_les_autres(attribut: "Attribute[Any]", genre: type) -> bool:
    """Vrai d'un contrôle écrit en méthode : il attend que l'objet soit bâti."""
    nom = getattr(attribut.validator, "__name__", "")
    return vars(genre).get(nom) is not None


def _ecrire_objet(genre: type, convertisseur: BaseConverter) -> Callable[[Any], dict[str, Any]]:
    """Tous les champs, sauf ceux qui valent rien : un défaut qui changerait un jour ne changerait pas un dépôt."""
    ecrire: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(genre, convertisseur)
    return lambda valeur: {cle: v for cle, v in ecrire(valeur).items() if v is not None}


def _lire_droit(brut: Any, convertisseur: BaseConverter) -> Droit:
    lu = convertisseur.structure(brut, DroitDepose)
    return pour(lu.code, lu.ajouts)


@cache
def convertisseur() -> Converter:
    """Le convertisseur, bâti au premier usage."""
    c = Converter(detailed_validation=True)
    c.register_structure_hook_factory(attrs.has, _objet)
    c.register_structure_hook_factory(est_suite, _suite)
    c.register_structure_hook_factory(est_union, _union)
    c.register_structure_hook_func(est_litteral, _litteral)
    c.register_structure_hook_func(est_enum, _enum)
    c.register_structure_hook(str, _texte)
    c.register_structure_hook(bool, _exact(bool, "true ou false"))
    c.register_structure_hook(int, _exact(int, "un nombre entier"))
    c.register_structure_hook(Droit, lambda brut, _: _lire_droit(brut, c))
    c.register_unstructure_hook_factory(attrs.has, _ecrire_objet)
    for genre, ecriture in ECRITURES.items():
        c.register_structure_hook(genre, lire)
        c.register_unstructure_hook(genre, ecriture.ecrire)
    c.register_unstructure_hook(Evenement, lambda valeur: _marque(valeur, c))
    c.register_unstructure_hook(Droit, lambda d: c.unstructure(DroitDepose(code=d.code, ajouts=d.ajouts)))
    return c


def _marque(valeur: Any, convertisseur: BaseConverter) -> Mapping[str, Any]:
    return {"type": type(valeur).__name__, **convertisseur.unstructure(valeur)}
