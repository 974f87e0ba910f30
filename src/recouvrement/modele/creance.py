"""Ce qui est dû : Creance."""

from datetime import date
from decimal import Decimal

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.conditions import ConditionsPaiement
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.temps import Delai


def _principal(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "principal")


_SANS_CONDITIONS = ConditionsPaiement()


@frozen(kw_only=True)
class Creance:
    """Somme due, telle qu'elle l'était à l'origine. Montants TTC, dates civiles.

    Attributes:
        reference: Unique dans le dossier ; peut être la clé de la ligne chez l'hôte.
        principal: TTC, strictement positif : le montant d'origine, avant tout paiement ou avoir.
        echeance: ``None`` : calculée par la loi, avec une réserve.
        facture: Numéro imprimé ; les échéances d'une même facture le partagent. ``None`` : la référence.
        nature: Slug du droit (``facture``…) ; une nature sans règle décrite lève ``DroitIndisponible`` à l'examen.
        executee_le: Livraison ou fin de la prestation : départ de la prescription et du délai légal sans échéance.
        contrat_le: Date du contrat : choisit la version de la loi ; ``None`` : l'émission.
        prescription_convenue: Durée de prescription stipulée, d'un à dix ans (C. civ., art. 2254) ; refusée là où la loi l'interdit.
        recue_le: Réception de la facture ou de la demande de paiement (acheteur public).

    Raises:
        DonneeInvalide: Montant nul ou négatif, échéance avant l'émission, champ du mauvais type.
    """

    reference: str = field(converter=c.nfc, validator=c.texte())
    principal: Montant = field(converter=_principal, validator=c.positif)
    emise_le: date = field(validator=c.jour)
    creancier: Creancier = field(validator=c.instance(Creancier))
    debiteur: Debiteur = field(validator=c.instance(Debiteur))
    echeance: date | None = field(default=None, validator=c.jour_ou_rien)
    facture: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    nature: str = field(default="facture", converter=c.nfc, validator=c.texte(long=60))
    executee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    recue_le: date | None = field(default=None, validator=c.jour_ou_rien)
    contrat_le: date | None = field(default=None, validator=c.jour_ou_rien)
    conditions: ConditionsPaiement = field(default=_SANS_CONDITIONS, validator=c.instance(ConditionsPaiement))
    prescription_convenue: Delai | None = field(default=None, validator=c.instance(Delai, rien=True))

    def __attrs_post_init__(self) -> None:
        if self.echeance is not None and self.echeance < self.emise_le:
            raise DonneeInvalide(
                f"l'échéance ({self.echeance:%d/%m/%Y}) précède l'émission ({self.emise_le:%d/%m/%Y})",
                ou=f"créance {self.reference}",
                champ="echeance",
                remede="Vérifiez les deux dates.",
            )

        clause = self.conditions.clause_penale
        if isinstance(clause, Montant) and clause.devise != self.devise:
            raise DonneeInvalide(
                "devise autre que celle du principal", ou=f"créance {self.reference}", champ="clause_penale", valeur=clause
            )

    @property
    def numero(self) -> str:
        """Numéro imprimé de la facture."""
        return self.facture or self.reference

    @property
    def nee_le(self) -> date:
        """Jour où la dette est née, au plus tard : l'exécution, sinon l'émission."""
        return min(self.emise_le, self.executee_le or self.emise_le)

    @property
    def devise(self) -> str:
        """Code ISO 4217 du principal."""
        return self.principal.devise

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        facultatives = (
            ("nature", self.nature),
            ("exécutée le", self.executee_le),
            ("reçue le", self.recue_le),
            ("contrat du", self.contrat_le),
        )
        lignes = [
            ("créancier", self.creancier.nom),
            ("débiteur", f"{self.debiteur.nom} ({a.dire(self.debiteur.qualite)})"),
            ("émise le", a.date_fr(self.emise_le)),
            ("échéance", a.date_fr(self.echeance) if self.echeance else str(self.conditions.terme or "selon la loi")),
            *[(nom, a.dire(valeur)) for nom, valeur in facultatives if valeur and valeur != "facture"],
            *([("taux convenu", str(self.conditions.taux_penalites))] if self.conditions.taux_penalites else []),
        ]
        return a.page(a.carte(f"Créance {self.numero}", str(self.principal), lignes))
