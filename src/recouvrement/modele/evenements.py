"""Ce qui est arrivé à la dette. ``le`` est le jour d'effet ; ``reference`` est la clé de l'hôte."""

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant, Taux, taux

POSTES = ("principal", "penalites", "interets", "clause_penale", "indemnite", "frais")


def _montant(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "montant")


def _montant_ou_rien(valeur: Montant | Decimal | int | str | None) -> Montant | None:
    return None if valeur is None else c.en_montant(valeur, "montant")


def _taux_ou_rien(valeur: Taux | Decimal | int | str | None) -> Taux | None:
    return None if valeur is None else taux(valeur)


@frozen(kw_only=True)
class Paiement:
    """Somme mise à la disposition du créancier.

    Attributes:
        le: Jour où le compte est crédité (CJCE, 3 avril 2008, C-306/06) ; d'une compensation, le jour où ses conditions étaient réunies.
        creance: Créance désignée ; ``None`` : la loi répartit (C. civ., art. 1342-10).
        affectation: Qui a désigné la créance. ``creancier`` : ce n'est pas une reconnaissance certaine de cette dette.
        moyen: ``virement``, ``cheque``, ``compensation`` (C. civ., art. 1347)…
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))
    moyen: str = field(default="virement", converter=c.nfc, validator=c.texte(long=40))
    affectation: Literal["debiteur", "creancier"] = field(default="debiteur", validator=c.parmi("debiteur", "creancier"))


@frozen(kw_only=True)
class Rejet:
    """Paiement revenu impayé : vu de ce jour-là, il n'a jamais été fait.

    Attributes:
        paiement: ``reference`` du paiement.
    """

    le: date = field(validator=c.jour)
    paiement: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


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


@frozen(kw_only=True)
class Remise:
    """Abandon par le créancier d'une partie d'un poste (C. civ., art. 1350)."""

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str = field(converter=c.nfc, validator=c.texte())
    poste: str = field(default="principal", validator=c.parmi(*POSTES))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    @property
    def effet(self) -> date:
        """Jour où le poste baisse."""
        return self.le


@frozen(kw_only=True)
class FraisJustifies:
    """Frais de recouvrement dont la preuve est au dossier : seul ce qui excède les 40 € de la facture s'ajoute.

    Attributes:
        piece: La preuve (« facture n° 12 du cabinet X »).
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    motif: str = field(converter=c.nfc, validator=c.texte())
    creance: str = field(converter=c.nfc, validator=c.texte())
    piece: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


@frozen(kw_only=True)
class Contestation:
    """Désaccord motivé du débiteur.

    Attributes:
        montant: Part contestée ; ``None`` : le tout.
        levee_le: Jour où elle est réglée ou abandonnée.
    """

    le: date = field(validator=c.jour)
    creance: str = field(converter=c.nfc, validator=c.texte())
    montant: Montant | None = field(default=None, converter=_montant_ou_rien)
    levee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    def __attrs_post_init__(self) -> None:
        if self.montant is not None and self.montant.centimes <= 0:
            raise DonneeInvalide("un montant strictement positif est attendu", champ="montant", valeur=self.montant)
        if self.levee_le is not None and self.levee_le < self.le:
            raise DonneeInvalide("levée avant d'être élevée", champ="levee_le", valeur=self.levee_le)


@frozen(kw_only=True)
class DelaiDeGrace:
    """Délai accordé par le juge, bornes incluses : ni pénalité ni majoration n'y courent (C. civ., art. 1343-5).

    Attributes:
        taux: Taux réduit fixé par le juge pour les sommes reportées, ou rien.
    """

    du: date = field(validator=c.jour)
    au: date = field(validator=c.jour)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    taux: Taux | None = field(default=None, converter=_taux_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    def __attrs_post_init__(self) -> None:
        if self.au < self.du:
            raise DonneeInvalide("le délai finit avant de commencer", champ="au", valeur=self.au)

    @property
    def le(self) -> date:
        """Jour d'effet."""
        return self.du


@frozen(kw_only=True)
class ProcedureCollective:
    """Jugement d'ouverture : les intérêts s'arrêtent (C. com., art. L. 622-28)."""

    le: date = field(validator=c.jour)
    genre: Literal["sauvegarde", "redressement", "liquidation"] = field(
        validator=c.parmi("sauvegarde", "redressement", "liquidation")
    )
    publiee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    cloturee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


@frozen(kw_only=True)
class Titre:
    """Décision de justice, ou autre titre exécutoire.

    Attributes:
        le: Jour de la décision.
        executoire_le: Jour où elle est exécutoire, même par provision : fait courir les deux mois de la majoration.
        capitalisation_le: Jour de la demande de capitalisation que la décision accueille.
    """

    le: date = field(validator=c.jour)
    executoire_le: date = field(validator=c.jour)
    creance: str = field(converter=c.nfc, validator=c.texte())
    signifie_le: date | None = field(default=None, validator=c.jour_ou_rien)
    capitalisation_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    def __attrs_post_init__(self) -> None:
        if self.executoire_le < self.le:
            raise DonneeInvalide("exécutoire avant d'être rendu", champ="executoire_le", valeur=self.executoire_le)
