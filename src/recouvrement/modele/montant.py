"""Montant et Taux : des entiers sous une unité, exacts, jamais un flottant."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, total_ordering
from typing import Self

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide, extrait
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.devises import decimales

FINE = "\N{NARROW NO-BREAK SPACE}"
INSECABLE = "\N{NO-BREAK SPACE}"
SYMBOLES = {"EUR": "€", "USD": "$US", "GBP": "£GB", "CHF": "CHF"}

_NOMBRE = r"([+-]?)([0-9]{1,18})(?:\.([0-9]{1,4}))?"  # compilé au premier usage
_REMEDE_MONTANT = "Écrivez « 1234.56 » : des chiffres, un point, deux décimales ; ou donnez un Decimal ou un int."
_LIMITE = 10**18  # au-delà, ce n'est plus une facture


def _entier(valeur: object, echelle: int, champ: str, remede: str, *, chiffres_exacts: bool = True) -> int:
    """``valeur`` en unités de 10^-echelle, ou un refus qui dit pourquoi."""
    if isinstance(valeur, bool) or not isinstance(valeur, int | str | Decimal):
        refus = "un flottant n'est pas exact" if isinstance(valeur, float) else "un Decimal, un int ou un texte est attendu"
        raise DonneeInvalide(refus, champ=champ, valeur=valeur, remede=remede)
    if isinstance(valeur, int):
        entier = valeur * 10**echelle if abs(valeur) < _LIMITE else _LIMITE
    elif isinstance(valeur, str):
        entier = _entier_de_texte(valeur, echelle, champ, remede, chiffres_exacts)
    else:
        entier = _entier_de_decimal(valeur, echelle, champ, remede)
    if abs(entier) >= _LIMITE:
        raise DonneeInvalide("nombre hors de toute mesure", champ=champ, valeur=extrait(valeur), remede=remede)
    return entier


def _entier_de_texte(texte: str, echelle: int, champ: str, remede: str, chiffres_exacts: bool) -> int:
    """« 1.230 » est refusé en euros : nul ne sait si le point y sépare des milliers."""
    lu = re.fullmatch(_NOMBRE, texte, re.ASCII)
    if lu is None and re.match("[+-]?[0-9]{19}", texte, re.ASCII):
        raise DonneeInvalide("nombre hors de toute mesure : plus de dix-huit chiffres", champ=champ, valeur=texte, remede=remede)
    if lu is None:
        raise DonneeInvalide("nombre illisible", champ=champ, valeur=texte, remede=remede)
    signe, unites, fraction = lu.groups(default="")
    if len(fraction) > echelle or (chiffres_exacts and fraction and len(fraction) != echelle):
        raise DonneeInvalide(f"{echelle} décimales attendues", champ=champ, valeur=texte, remede=remede)
    entier = int(unites + fraction.ljust(echelle, "0"))
    return -entier if signe == "-" else entier


def _entier_de_decimal(valeur: Decimal, echelle: int, champ: str, remede: str) -> int:
    """Sans contexte décimal : le triplet signe, chiffres, exposant est lu tel quel."""
    signe, chiffres, exposant = valeur.as_tuple()
    if not isinstance(exposant, int):
        raise DonneeInvalide("un nombre fini est attendu", champ=champ, valeur=valeur, remede=remede)
    decalage = exposant + echelle
    if decalage > 18 or len(chiffres) > 40:
        raise DonneeInvalide("nombre hors de toute mesure", champ=champ, valeur=str(valeur)[:32], remede=remede)
    nombre = int("".join(map(str, chiffres)) or "0")
    if decalage >= 0:
        nombre *= 10**decalage
    else:
        nombre, reste = divmod(nombre, 10 ** min(-decalage, 60))
        if reste:
            raise DonneeInvalide(f"au plus {echelle} décimale(s)", champ=champ, valeur=valeur, remede=remede)
    return int(-nombre if signe else nombre)


def ecrire_decimal(entier: int, echelle: int) -> str:
    """Forme canonique « -1234.50 » d'un entier de 10^-echelle."""
    signe, entier = ("-", -entier) if entier < 0 else ("", entier)
    if not echelle:
        return f"{signe}{entier}"
    unites, fraction = divmod(entier, 10**echelle)
    return f"{signe}{unites}.{fraction:0{echelle}d}"


@total_ordering
@frozen(init=False, repr=False, order=False)
class Montant:
    """Somme d'argent : un nombre entier d'unités mineures et un code ISO 4217.

    ``Montant("10") == Montant("10.00")`` ; un montant n'égale jamais un nombre nu. Les devises ne se mêlent pas.

    Args:
        valeur: ``Decimal``, ``int`` ou texte « 1234.56 ». ``float``, ``bool``, NaN et exposants en texte sont refusés.
        devise: Code ISO 4217.

    Raises:
        DonneeInvalide: Nombre illisible, fraction de l'unité mineure, devise inconnue.
    """

    centimes: int = field()
    devise: str = field(default="EUR")

    _repr_html_ = fiche("Montant", centimes="", devise="")

    def __init__(self, valeur: Decimal | int | str, devise: str = "EUR") -> None:
        self.__attrs_init__(_entier(valeur, decimales(devise), "montant", _REMEDE_MONTANT), devise)

    @classmethod
    def de_centimes(cls, centimes: int, devise: str = "EUR") -> Self:
        """Montant de ``centimes`` unités mineures.

        Raises:
            DonneeInvalide: Autre chose qu'un entier, devise inconnue.
        """
        if type(centimes) is not int:
            raise DonneeInvalide("un nombre entier d'unités mineures est attendu", champ="centimes", valeur=centimes)
        decimales(devise)
        montant = cls.__new__(cls)
        montant.__attrs_init__(centimes, devise)
        return montant

    @staticmethod
    @lru_cache(maxsize=256)
    def zero(devise: str = "EUR") -> "Montant":
        """Rien, dans cette devise."""
        return Montant.de_centimes(0, devise)

    @property
    def decimal(self) -> Decimal:
        """Valeur décimale exacte, avec les décimales de la devise."""
        return Decimal(str(self._canonique()))

    def _canonique(self) -> str:
        return ecrire_decimal(self.centimes, decimales(self.devise))

    def _avec(self, autre: "Montant") -> int:
        if autre.devise != self.devise:
            raise DonneeInvalide(
                f"des montants en {self.devise} et en {autre.devise} ne s'additionnent ni ne se comparent",
                champ="devise",
                remede="Convertissez-les, ou faites un dossier par devise.",
            )
        return autre.centimes

    def __add__(self, autre: object) -> Self:
        if not isinstance(autre, Montant):
            return NotImplemented
        return self.de_centimes(self.centimes + self._avec(autre), self.devise)

    def __radd__(self, autre: object) -> Self:
        """``sum()`` commence par 0."""
        return self if type(autre) is int and autre == 0 else NotImplemented

    def __sub__(self, autre: object) -> Self:
        if not isinstance(autre, Montant):
            return NotImplemented
        return self.de_centimes(self.centimes - self._avec(autre), self.devise)

    def __mul__(self, facteur: object) -> Self:
        if type(facteur) is not int:
            return NotImplemented
        return self.de_centimes(self.centimes * facteur, self.devise)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return self.de_centimes(-self.centimes, self.devise)

    def __bool__(self) -> bool:
        return self.centimes != 0

    def __lt__(self, autre: object) -> bool:
        if not isinstance(autre, Montant):
            return NotImplemented
        return self.centimes < self._avec(autre)

    def __repr__(self) -> str:
        devise = "" if self.devise == "EUR" else f", {self.devise!r}"
        return f"Montant({self._canonique()!r}{devise})"

    def __str__(self) -> str:
        """Français typographique : « 10 453,76 € », espaces fine et insécable."""
        signe, _, fraction = self._canonique().lstrip("-").partition(".")
        groupes = f"{int(signe):,}".replace(",", FINE)
        moins = "\N{MINUS SIGN}" if self.centimes < 0 else ""
        virgule = f",{fraction}" if fraction else ""
        return f"{moins}{groupes}{virgule}{INSECABLE}{SYMBOLES.get(self.devise, self.devise)}"

    def vers_json(self) -> str:
        """« 10453.76 EUR »."""
        return f"{self._canonique()} {self.devise}"


somme: Callable[[int, str], Montant] = fabrique(Montant)  # de_centimes, pour ce que la bibliothèque a elle-même compté


def montant(valeur: "Montant | Decimal | int | str") -> Montant:
    """Convertisseur des champs de type Montant : un Montant, ou ce que ``Montant(…)`` accepte."""
    return valeur if isinstance(valeur, Montant) else Montant(valeur)


def centiemes(valeur: Decimal | int | str, champ: str) -> int:
    """Nombre à deux décimales au plus, en centièmes entiers."""
    return _entier(valeur, 2, champ, "Au plus deux décimales.", chiffres_exacts=False)


_REMEDE_TAUX = 'Écrivez « 12.15 » pour 12,15 % l\'an : au plus quatre décimales ; un taux indexé : TauxIndexe.lire("BCE + 10").'


@frozen(init=False, repr=False, order=True)
class Taux:
    """Taux annuel en pour cent, à quatre décimales au plus.

    Raises:
        DonneeInvalide: Nombre illisible, négatif, ou trop précis.
    """

    dix_milliemes: int

    _repr_html_ = fiche("Taux", dix_milliemes="")

    def __init__(self, pourcent: Decimal | int | str) -> None:
        lu = _entier(pourcent, 4, "taux", _REMEDE_TAUX, chiffres_exacts=False)
        if lu < 0:
            raise DonneeInvalide("un taux n'est jamais négatif", champ="taux", valeur=pourcent, remede=_REMEDE_TAUX)
        self.__attrs_init__(lu)

    @classmethod
    def de_dix_milliemes(cls, dix_milliemes: int) -> Self:
        """Taux de ``dix_milliemes`` dix-millièmes de pour cent (12,15 % : 121 500)."""
        taux = cls.__new__(cls)
        taux.__attrs_init__(dix_milliemes)
        return taux

    @property
    def pourcent(self) -> Decimal:
        """Valeur exacte, sans zéros de trop : ``Decimal("12.15")``."""
        return Decimal(self._canonique())

    def _canonique(self) -> str:
        unites, _, fraction = ecrire_decimal(self.dix_milliemes, 4).partition(".")
        return f"{unites}.{fraction.rstrip('0').ljust(2, '0')}"

    def __add__(self, autre: object) -> Self:
        if not isinstance(autre, Taux):
            return NotImplemented
        return self.de_dix_milliemes(self.dix_milliemes + autre.dix_milliemes)

    def __mul__(self, facteur: object) -> Self:
        if type(facteur) is not int:
            return NotImplemented
        return self.de_dix_milliemes(self.dix_milliemes * facteur)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"Taux({self._canonique()!r})"

    def __str__(self) -> str:
        return f"{self._canonique().replace('.', ',')}{INSECABLE}%"

    def vers_json(self) -> str:
        """« 12.15 » : pour cent par an."""
        return self._canonique()


def taux(valeur: "Taux | Decimal | int | str") -> Taux:
    """Convertisseur des champs de type Taux."""
    return valeur if isinstance(valeur, Taux) else Taux(valeur)
