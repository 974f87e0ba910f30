"""Comment une valeur sans dessin à elle se montre-t-elle ? Son nom, ses champs, ce qu'elle contient plié dessous."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from attrs import fields, has

from recouvrement.affichage.html import MONTREES, Html, carte, echapper, page, plier
from recouvrement.affichage.mots import decimal_fr, dire, en_clair

_CODES = """
a acheteur acte affectation canal canaux cause depart depuis effet etat famille fin_de_mois genre interets issue langue moyen nature poste
qualite regime territoire verifie
""".split()  # noqa: SIM905
_SANS_TEXTE: Any = object.__str__
_NOMMENT = ("nom", "intitule", "numero", "texte", "cle", "code", "reference", "voie")


def fiche(nom: str, **libelles: str) -> Callable[[Any], str]:
    """Le ``_repr_html_`` d'une valeur attrs sans dessin à elle : son nom, ses champs renseignés, ce qu'elle contient plié dessous.

    Args:
        libelles: Nom français d'un champ, là où ``en_clair`` ne suffit pas ; vide : le champ ne se montre pas.
    """

    def _repr_html_(self: Any) -> str:
        return page(_fiche(self, nom, libelles, 3))

    _repr_html_.nom = nom  # type: ignore[attr-defined]
    _repr_html_.libelles = libelles  # type: ignore[attr-defined]
    return _repr_html_


def nom_de(valeur: object) -> str:
    """Le nom français du genre d'une valeur."""
    return getattr(getattr(type(valeur), "_repr_html_", None), "nom", type(valeur).__name__)


def _fiche(valeur: Any, nom: str, libelles: Mapping[str, str], profondeur: int) -> Html:
    paires: list[tuple[str, str]] = []
    dessous: list[str] = []
    for f in fields(type(valeur)):
        v, libelle = getattr(valeur, f.name), libelles.get(f.name, en_clair(f.name))
        if f.name.startswith("_") or f.repr is False or not libelle or v is None or v in ((), ""):
            continue
        if callable(f.repr):
            paires.append((libelle, f.repr(v)))
        elif profondeur and _compose(v):
            dessous.append(plier(f"{libelle} : {_resume(v)}", _dedans(v, profondeur - 1)))
        else:
            paires.append((libelle, en_clair(v) if f.name in _CODES and isinstance(v, str) else _resume(v)))
    return Html(carte(nom, "" if type(valeur).__str__ is _SANS_TEXTE else str(valeur), paires) + "".join(dessous))


def _compose(valeur: object) -> bool:
    """Vrai d'une valeur qui se déplie : sans texte à elle, ou suite de telles valeurs."""
    if isinstance(valeur, tuple):
        return any(_compose(v) for v in valeur)
    return has(type(valeur)) and type(valeur).__str__ is _SANS_TEXTE


def _resume(valeur: Any) -> str:
    if isinstance(valeur, tuple):
        if not _compose(valeur):
            return " ; ".join([" : ".join(map(dire, v)) if isinstance(v, tuple) else dire(v) for v in valeur])
        return str(len(valeur))
    return (
        next((dire(v) for n in _NOMMENT if (v := getattr(valeur, n, None))), nom_de(valeur))
        if _compose(valeur)
        else decimal_fr(valeur)
        if isinstance(valeur, Decimal)
        else dire(valeur)
    )


def _dedans(valeur: Any, profondeur: int) -> str:
    if isinstance(valeur, tuple):
        reste = len(valeur) - MONTREES
        return "".join([_dedans(v, profondeur) for v in valeur[:MONTREES]]) + (
            f'<div class="f">et {reste} autres</div>' if reste > 0 else ""
        )
    if not _compose(valeur):
        return f'<div class="f">{echapper(dire(valeur))}</div>'
    return _fiche(valeur, nom_de(valeur), getattr(getattr(type(valeur), "_repr_html_", None), "libelles", {}), profondeur)
