"""Pourquoi ? Une valeur qui porte ses raisons : règle, article, faits, motif, réserves.

Une règle de droit ne peut rendre qu'un ``Resultat``. Rien n'est mis en forme pendant le calcul : l'arbre est fait de
références déjà en main, écrites seulement quand on les demande.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from attrs import frozen

from recouvrement.affichage import dire, fiche
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.montant import Montant, Taux

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Differe:
    """Une valeur qui peut n'être bâtie qu'à sa première lecture : ses chiffres sont connus, ses raisons attendent qu'on les demande.

    Lue, comparée, hachée, écrite ou sérialisée, elle est une valeur comme une autre. Ce qui peut échouer se calcule avant.
    """

    __slots__ = ("_champs",)

    @classmethod
    def plus_tard(cls, champs: Callable[[], Mapping[str, Any]]) -> Self:
        """La valeur que donneront ces champs, demandés quand l'un d'eux sera lu."""
        valeur = object.__new__(cls)
        _differer(valeur, champs)
        return valeur

    if not TYPE_CHECKING:

        def __getattr__(self, nom: str) -> Any:
            """Python ne vient ici que pour un champ encore vide."""
            if nom not in type(self).__slots__:
                raise AttributeError(f"{type(self).__name__} n'a pas de « {nom} »")
            if champs := self._champs:
                self.__init__(**champs())
                object.__setattr__(self, "_champs", None)
            return object.__getattribute__(self, nom)


_differer = Differe.__dict__["_champs"].__set__


@frozen(cache_hash=True)
class Source:
    """D'où vient une règle ou un chiffre : texte, article, identifiant de version, date de publication."""

    texte: str
    article: str = ""
    id: str = ""
    publie_le: date | None = None

    _repr_html_ = fiche("Source")

    def __str__(self) -> str:
        return f"{self.texte}, art. {self.article}" if self.article else self.texte

    def vers_dict(self) -> dict[str, str]:
        """Champs renseignés, en texte."""
        publie = {"publie_le": self.publie_le.isoformat()} if self.publie_le else {}
        return {k: v for k, v in (("texte", self.texte), ("article", self.article), ("id", self.id)) if v} | publie


@frozen(cache_hash=True)
class Reserve:
    """Ce qui n'est pas tranché, et la lecture retenue."""

    cle: str
    texte: str
    source: Source | None = None

    _repr_html_ = fiche("Réserve")


@frozen(cache_hash=True)
class Regle:
    """Une règle : sa clé, son intitulé, son article. Une constante par règle, partagée par tous ses résultats."""

    cle: str
    intitule: str
    source: Source | None = None

    _repr_html_ = fiche("Règle")


class Noeud(Protocol):
    """Ce qu'un arbre de raisons sait lire."""

    @property
    def valeur(self) -> Any:
        """Ce qui est affirmé."""

    @property
    def intitule(self) -> str:
        """De quoi on parle."""

    @property
    def source(self) -> Source | None:
        """En vertu de quoi."""

    @property
    def motif(self) -> str:
        """Pourquoi."""

    @property
    def sachant(self) -> "tuple[Noeud, ...]":
        """Sur quoi cela repose."""

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Ce qui reste discuté."""


@frozen
class Resultat(Differe, Generic[T_co]):
    """Valeur conclue par une règle, avec ce qui la fonde.

    Attributes:
        motif: Pourquoi une condition est ou n'est pas remplie ; constante, jamais composée pendant le calcul.
        sachant: Faits et résultats dont celui-ci est tiré.
    """

    valeur: T_co
    regle: Regle
    sachant: tuple[Noeud, ...] = ()
    motif: str = ""
    reserves: tuple[Reserve, ...] = ()

    @property
    def intitule(self) -> str:
        """Intitulé de la règle."""
        return self.regle.intitule

    @property
    def source(self) -> Source | None:
        """Article de la règle."""
        return self.regle.source

    def expliquer(self, profondeur: int | None = None) -> str:
        """Arbre des raisons en texte français, jusqu'aux articles et aux faits.

        Args:
            profondeur: Nombre de niveaux montrés ; ``None`` : tous.
        """
        return expliquer(self, profondeur)

    def __str__(self) -> str:
        """La valeur, en clair."""
        return dire(self.valeur)

    def vers_dict(self) -> dict[str, Any]:
        """Le même arbre pour JSON : montants et taux en texte exact, dates ISO."""
        return vers_dict(self)

    def _repr_html_(self) -> str:
        from recouvrement import affichage

        return affichage.page(affichage.arbre(en_html(self)))


conclure = fabrique(Resultat)  # ce que font les règles à chaque examen


@lru_cache(maxsize=256)
def _regle_de_fait(intitule: str) -> Regle:
    return Regle("fait", intitule, None)


def fait(intitule: str, valeur: T, piece: str = "") -> Resultat[T]:
    """Un fait donné par l'appelant : une feuille de l'arbre.

    Args:
        piece: D'où il vient (« facture F-1 »).
    """
    return conclure(valeur, _regle_de_fait(intitule), (), piece)


def toutes_reserves(noeud: Noeud) -> tuple[Reserve, ...]:
    """Réserves de l'arbre entier, sans répétition, dans l'ordre de lecture."""
    trouvees: dict[Reserve, None] = dict.fromkeys(noeud.reserves)
    for enfant in noeud.sachant:
        trouvees.update(dict.fromkeys(toutes_reserves(enfant)))
    return tuple(trouvees)


def _ligne(noeud: Noeud) -> str:
    article = f" [{noeud.source}]" if noeud.source else ""
    motif = f" — {noeud.motif}" if noeud.motif else ""
    return f"{noeud.intitule} : {dire(noeud.valeur)}{motif}{article}"


def _branches(noeud: Noeud, marge: str, reste: int | None) -> Iterator[str]:
    if reste == 0:
        return
    suites: list[tuple[str, Noeud | None]] = [
        (f"réserve : {r.texte}" + (f" [{r.source}]" if r.source else ""), None) for r in noeud.reserves
    ]
    suites += [(_ligne(enfant), enfant) for enfant in noeud.sachant]
    for i, (texte, enfant) in enumerate(suites):
        dernier = i == len(suites) - 1
        yield f"{marge}{'└─ ' if dernier else '├─ '}{texte}"
        if enfant is not None:
            yield from _branches(enfant, marge + ("   " if dernier else "│  "), None if reste is None else reste - 1)


def expliquer(noeud: Noeud, profondeur: int | None = None) -> str:
    """Arbre des raisons d'un nœud quelconque, en texte."""
    return "\n".join([_ligne(noeud), *_branches(noeud, "", profondeur)])


def pour_json(valeur: object) -> Any:
    """Une valeur en types de JSON : montants et taux en texte exact, dates ISO, tuples en listes."""
    match valeur:
        case Montant() | Taux():
            return valeur.vers_json()
        case date():
            return valeur.isoformat()
        case Enum():
            return valeur.value
        case tuple():
            return [pour_json(v) for v in valeur]
        case None | bool() | int() | str():
            return valeur
        case _:
            return str(valeur)


def vers_dict(noeud: Noeud) -> dict[str, Any]:
    """Arbre d'un nœud quelconque en types de JSON ; les champs vides sont omis."""
    rendu: dict[str, Any] = {"intitule": noeud.intitule, "valeur": pour_json(noeud.valeur)}
    if noeud.source:
        rendu["source"] = noeud.source.vers_dict()
    if noeud.motif:
        rendu["motif"] = noeud.motif
    if noeud.reserves:
        rendu["reserves"] = [{"cle": r.cle, "texte": r.texte} for r in noeud.reserves]
    if noeud.sachant:
        rendu["sachant"] = [vers_dict(enfant) for enfant in noeud.sachant]
    return rendu


def en_html(noeud: Noeud) -> tuple[str, str, list[Any]]:
    """L'arbre en textes bruts (titre, détail, enfants), que l'affichage échappe et plie."""
    detail = " — ".join(p for p in (noeud.motif, str(noeud.source) if noeud.source else "") if p)
    reserves: list[Any] = [(f"Réserve : {r.texte}", str(r.source or ""), []) for r in noeud.reserves]
    return f"{noeud.intitule} : {dire(noeud.valeur)}", detail, reserves + [en_html(e) for e in noeud.sachant]
