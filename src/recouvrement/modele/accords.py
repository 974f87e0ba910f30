"""Ce qu'un accord écrit doit dire : reconnaissance de dette et transaction. Des faits ; les lettres les mettent en forme."""

from datetime import date
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.evenements import Echeancier
from recouvrement.modele.lettres import somme_en_lettres
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite


def _montant(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "montant")


def _demande(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "demande")


@frozen(kw_only=True)
class ReconnaissanceDeDette:
    """Engagement unilatéral de payer une somme : le débiteur l'écrit lui-même, en lettres et en chiffres.

    Attributes:
        cause: D'où vient la dette (« factures F-1 et F-2 »).
        engagement: Ce qu'il s'engage à payer, et quand ; ses versements font la somme reconnue. Sans engagement, pas de
            reconnaissance (Cass. 1re civ., 8 décembre 2021, n° 20-12.334).
        interets: Taux convenu, ou rien.

    Raises:
        DonneeInvalide: Cause absente ; versements qui ne font pas la somme.
    Source:
        C. civ., art. 1376 ; elle interrompt la prescription (art. 2240).
    """

    le: date = field(validator=c.jour)
    creancier: Creancier = field(validator=c.instance(Creancier))
    debiteur: Debiteur = field(validator=c.instance(Debiteur))
    montant: Montant = field(converter=_montant, validator=c.positif)
    cause: str = field(converter=c.nfc, validator=c.texte(long=400))
    engagement: Echeancier = field(validator=c.instance(Echeancier))
    interets: Taux | None = field(default=None, validator=c.instance(Taux, rien=True))

    def __attrs_post_init__(self) -> None:
        versements = [m for _, m in self.engagement.versements]
        if versements[0].devise != self.montant.devise or sum(m.centimes for m in versements) != self.montant.centimes:
            raise DonneeInvalide("les versements ne font pas la somme reconnue", champ="engagement", valeur=self.montant)

    @property
    def en_lettres(self) -> str:
        """La somme en toutes lettres : en cas de différence, elle l'emporte sur les chiffres."""
        return somme_en_lettres(self.montant)

    @property
    def mention(self) -> str:
        """Modèle de la mention que le débiteur recopie ; jamais à sa place."""
        return f"Bon pour la somme de {self.en_lettres} ({self.montant})"

    @property
    def requise(self) -> bool:
        """Faux entre commerçants : la preuve y est libre."""
        return not (self.creancier.qualite is Qualite.COMMERCANT and self.debiteur.qualite is Qualite.COMMERCANT)

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        return {
            "le": self.le.isoformat(),
            "creancier": self.creancier.nom,
            "debiteur": self.debiteur.nom,
            "montant": self.montant.vers_json(),
            "en_lettres": self.en_lettres,
            "cause": self.cause,
            "versements": [{"le": le.isoformat(), "montant": m.vers_json()} for le, m in self.engagement.versements],
            "interets": self.interets.vers_json() if self.interets else None,
            "requise": self.requise,
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        paires = [("créancier", self.creancier.nom), ("cause", self.cause), ("en lettres", self.en_lettres)]
        lignes = [(a.date_fr(le), str(m)) for le, m in self.engagement.versements]
        return a.page(
            a.carte(f"Reconnaissance de dette de {self.debiteur.nom}", str(self.montant), paires),
            a.table(("Versement le", "Montant"), lignes, legende="Engagement", nombres=(1,)),
        )


@frozen(kw_only=True)
class Transaction:
    """Contrat écrit qui met fin à un différend par des concessions réciproques.

    Attributes:
        objet: Le différend, et la mesure exacte de ce à quoi chacun renonce.
        demande: Ce que le créancier demande.
        position: Ce que le débiteur soutient.
        montant: Ce qui sera payé : moins que la demande, sinon le créancier ne concède rien.
        payer_le: Dernier jour, inclus.
        renonciation: Ce à quoi le débiteur renonce.
        delai: Jours laissés par la mise en demeure avant que l'inexécution permette de résoudre l'accord.

    Raises:
        DonneeInvalide: Concession d'un seul côté, objet ou renonciation absents, devises différentes.
    Source:
        C. civ., art. 2044, 2048, 2049 et 2052.
    """

    le: date = field(validator=c.jour)
    creancier: Creancier = field(validator=c.instance(Creancier))
    debiteur: Debiteur = field(validator=c.instance(Debiteur))
    objet: str = field(converter=c.nfc, validator=c.texte(long=400))
    demande: Montant = field(converter=_demande, validator=c.positif)
    position: str = field(converter=c.nfc, validator=c.texte(long=400))
    montant: Montant = field(converter=_montant, validator=c.positif)
    payer_le: date = field(validator=c.jour)
    renonciation: str = field(converter=c.nfc, validator=c.texte(long=400))
    delai: int = field(validator=c.entier)
    originaux: int = field(default=2, validator=c.entier)

    def __attrs_post_init__(self) -> None:
        if self.demande.devise != self.montant.devise:
            raise DonneeInvalide("devise autre que celle de la demande", champ="montant", valeur=self.montant)
        if self.montant >= self.demande:
            remede = "Sans abandon du créancier, c'est un délai ou une reconnaissance, pas une transaction."
            raise DonneeInvalide("concession d'un seul côté", champ="montant", valeur=self.montant, remede=remede)
        if self.payer_le < self.le:
            raise DonneeInvalide("à payer avant l'accord", champ="payer_le", valeur=self.payer_le)
        for champ in ("delai", "originaux"):
            if getattr(self, champ) < 1:
                raise DonneeInvalide("un entier, au moins un, est attendu", champ=champ, valeur=getattr(self, champ))

    @property
    def concession(self) -> Montant:
        """Ce que le créancier abandonne."""
        return self.demande - self.montant

    @property
    def en_lettres(self) -> str:
        """La somme à payer en toutes lettres."""
        return somme_en_lettres(self.montant)

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        sommes = {nom: getattr(self, nom).vers_json() for nom in ("demande", "montant", "concession")}
        textes = {nom: getattr(self, nom) for nom in ("objet", "position", "renonciation", "en_lettres", "delai", "originaux")}
        jours = {"le": self.le.isoformat(), "payer_le": self.payer_le.isoformat()}
        return {"creancier": self.creancier.nom, "debiteur": self.debiteur.nom, **jours, **sommes, **textes}

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        paires = [
            ("différend", self.objet),
            ("demande", str(self.demande)),
            ("le créancier abandonne", str(self.concession)),
            ("le débiteur renonce à", self.renonciation),
            ("à payer au plus tard le", a.date_fr(self.payer_le)),
        ]
        return a.page(a.carte(f"Transaction avec {self.debiteur.nom}", str(self.montant), paires))
