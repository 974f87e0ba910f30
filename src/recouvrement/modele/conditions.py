"""Ce que le contrat ou les conditions générales ont convenu : Terme, TauxIndexe, ConditionsPaiement."""

import re
from decimal import Context, Decimal
from typing import Literal, Self

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant, Taux, centiemes, taux

EXACT = Context(prec=40)  # le contexte décimal de l'hôte n'y touche pas
# En texte : compilé au premier usage, l'import reste léger.
_INDEXE = (
    r"(?:(?P<fois>[0-9]+(?:[.,][0-9]{1,2})?)\s*(?:×|x|\*|fois le)\s*)?(?P<indice>bce|taux (?:de la )?bce|taux légal|légal|legal)"
    r"(?:\s*(?:\+|majorée? de)\s*(?P<plus>[0-9]+(?:[.,][0-9]{1,4})?)\s*(?:points?|%)?)?"
)


def _plus(valeur: Taux | Decimal | int | str) -> Taux:
    return taux(valeur)


def _fois(valeur: Decimal | int | str) -> Decimal:
    return Decimal(centiemes(valeur, "fois")).scaleb(-2, EXACT)


@frozen
class TauxIndexe:
    """Taux convenu par rapport à un indice : « BCE + 10 », « 3 × taux légal ». Il suit l'indice de chaque semestre.

    Attributes:
        indice: ``bce`` ou ``legal`` (colonne des créanciers autres que particuliers).
        fois: Multiplicateur, à deux décimales au plus.
        plus: Points ajoutés.
    """

    indice: Literal["bce", "legal"] = field(validator=c.parmi("bce", "legal"))
    fois: Decimal = field(default=Decimal(1), kw_only=True, converter=_fois)
    plus: Taux = field(default=Taux(0), kw_only=True, converter=_plus)

    _repr_html_ = fiche("Taux indexé", indice="", fois="", plus="")

    def __attrs_post_init__(self) -> None:
        if centiemes(self.fois, "fois") <= 0:
            raise DonneeInvalide("un multiplicateur positif est attendu", champ="fois", valeur=self.fois)

    @classmethod
    def lire(cls, texte: str) -> Self:
        """« BCE + 10 », « 3 × taux légal », « 1,5 × taux légal + 2 ».

        Raises:
            DonneeInvalide: Autre chose.
        """
        lu = re.fullmatch(_INDEXE, texte.strip(), re.IGNORECASE) if isinstance(texte, str) else None
        if lu is None:
            raise DonneeInvalide(
                "taux indexé illisible", champ="taux", valeur=texte, remede="Écrivez « BCE + 10 » ou « 3 × taux légal »."
            )
        fois, plus = (lu["fois"] or "1").replace(",", "."), (lu["plus"] or "0").replace(",", ".")
        return cls("bce" if "bce" in lu["indice"].lower() else "legal", fois=Decimal(fois), plus=Taux(plus))

    def applique(self, indice: Taux) -> Taux:
        """Le taux qui en résulte pour cette valeur de l'indice, exact au dix-millième."""
        produit, reste = divmod(indice.dix_milliemes * centiemes(self.fois, "fois"), 100)
        if reste:
            raise DonneeInvalide("le taux indexé a plus de quatre décimales", champ="fois", valeur=self.fois)
        return Taux.de_dix_milliemes(produit) + self.plus

    def __str__(self) -> str:
        fois = "" if self.fois == 1 else f"{f'{self.fois:f}'.rstrip('0').rstrip('.').replace('.', ',')} × "
        nom = "taux de la BCE" if self.indice == "bce" else "taux légal"
        return f"{fois}{nom}" + (f" + {self.plus}" if self.plus.dix_milliemes else "")


@frozen(kw_only=True)
class Terme:
    """Délai de paiement convenu, et la façon de le compter.

    Attributes:
        fin_de_mois: ``avant`` : fin du mois, puis les jours ; ``apres`` : les jours, puis la fin du mois ; ``non`` : jours nets.
            Les deux lectures sont admises : le contrat choisit.
        quantieme: Le jour du mois qui suit (« le 10 »).
        decade: Compté de la fin de la décade (10, 20, fin du mois).
        depart: Ce qui fait courir ; ``dedouanement`` se lit dans ``executee_le``.
    """

    jours: int = field(default=0, validator=c.entier)
    mois: int = field(default=0, validator=c.entier)
    fin_de_mois: Literal["non", "avant", "apres"] = field(default="non", validator=c.parmi("non", "avant", "apres"))
    quantieme: int | None = field(default=None, validator=c.entier_ou_rien)
    decade: bool = field(default=False, validator=c.vrai_ou_faux)
    depart: Literal["emission", "livraison", "reception", "service_fait", "dedouanement"] = field(
        default="emission", validator=c.parmi("emission", "livraison", "reception", "service_fait", "dedouanement")
    )

    _repr_html_ = fiche("Terme de paiement")

    def __attrs_post_init__(self) -> None:
        if self.jours < 0 or self.mois < 0 or not (self.quantieme is None or 1 <= self.quantieme <= 31):
            raise DonneeInvalide("jours et mois positifs, quantième de 1 à 31", champ="terme", valeur=str(self))
        if self.decade and self.fin_de_mois != "non":
            raise DonneeInvalide("fin de décade ou fin de mois, pas les deux", champ="terme", valeur=str(self))

    def __str__(self) -> str:
        duree = (
            " et ".join(p for p in (f"{self.mois} mois" * bool(self.mois), f"{self.jours} jours" * bool(self.jours)) if p)
            or "comptant"
        )
        forme = (
            {"non": "", "avant": "fin de mois puis ", "apres": ""}[self.fin_de_mois]
            + duree
            + (" fin de mois" if self.fin_de_mois == "apres" else "")
        )
        le = f" le {self.quantieme}" if self.quantieme else ""
        return f"{'fin de décade puis ' if self.decade else ''}{forme}{le}, de : {self.depart.replace('_', ' ')}"


def _taux_ou_rien(valeur: Taux | TauxIndexe | Decimal | int | str | None) -> Taux | TauxIndexe | None:
    return valeur if valeur is None or isinstance(valeur, TauxIndexe) else taux(valeur)


@frozen(kw_only=True)
class ConditionsPaiement:
    """Ce qui a été convenu pour le paiement.

    Attributes:
        taux_penalites: Taux annuel, fixe ou indexé ; ``None`` : le taux supplétif de la loi.
        terme: Délai de paiement ; ``None`` : l'échéance donnée, sinon celle de la loi.
        escompte: Conditions d'escompte, en clair (mention de facture).
        secteur: Slug d'un plafond légal particulier (« perissables », « transport », « jouet »…).
        clause_penale: Pour cent du principal restant dû à l'échéance, ou somme ; due après mise en demeure (C. civ., art. 1231-5).
        capitalisation: Les intérêts dus pour une année entière produisent intérêt (C. civ., art. 1343-2).
        periodique: Facture récapitulative : plafond de quarante-cinq jours.
    """

    taux_penalites: Taux | TauxIndexe | None = field(default=None, converter=_taux_ou_rien)
    terme: Terme | None = field(default=None, validator=c.instance(Terme, rien=True))
    escompte: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    secteur: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=60))
    clause_penale: Taux | Montant | None = None
    capitalisation: bool = field(default=False, validator=c.vrai_ou_faux)
    periodique: bool = field(default=False, validator=c.vrai_ou_faux)

    _repr_html_ = fiche("Conditions de paiement")

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.clause_penale, Taux | Montant | None):
            raise DonneeInvalide("un Taux ou un Montant est attendu", champ="clause_penale", valeur=self.clause_penale)
        if isinstance(self.clause_penale, Montant) and self.clause_penale.centimes <= 0:
            raise DonneeInvalide("un montant strictement positif est attendu", champ="clause_penale", valeur=self.clause_penale)
