"""Ce qui est arrivé à la dette. ``le`` est le jour d'effet ; ``reference`` est la clé de l'hôte."""

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant


def _montant(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "montant")


@frozen(kw_only=True)
class Paiement:
    """Somme mise à la disposition du créancier.

    Attributes:
        le: Jour où le compte est crédité (CJCE, 3 avril 2008, C-306/06).
        creance: Créance désignée ; ``None`` : la loi répartit (C. civ., art. 1342-10).
        affectation: Qui a désigné la créance. ``creancier`` : ce n'est pas une reconnaissance certaine de cette dette.
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))
    moyen: str = field(default="virement", converter=c.nfc, validator=c.texte(long=40))
    affectation: Literal["debiteur", "creancier"] = field(default="debiteur", validator=c.parmi("debiteur", "creancier"))


@frozen(kw_only=True)
class Avoir:
    """Réduction du principal par le créancier : jamais une créance négative.

    Attributes:
        effet_le: Jour d'effet quand la facture était fausse dès l'origine ; ``None`` : ``le``.
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))
    effet_le: date | None = field(default=None, validator=c.jour_ou_rien)

    @property
    def effet(self) -> date:
        """Jour où le principal baisse."""
        return self.effet_le or self.le
