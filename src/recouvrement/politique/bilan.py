"""Ce qui s'ensuit : ce qui est dû, ligne à ligne, jusqu'à quand, et que faire. Des valeurs, sans calcul."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

from attrs import frozen

from recouvrement.affichage import fiche
from recouvrement.droit.chronologie import Prescription
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.actes import Acte, ActeInterruptif
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.montant import Montant, Taux
from recouvrement.politique.scenario import Etape
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import Differe, Noeud, Reserve, Resultat, Source, toutes_reserves

POSTES = ("principal", "penalites", "interets", "clause_penale", "indemnite", "frais")
NOMS_DES_POSTES = dict(zip(POSTES, ("principal", "pénalités", "intérêts", "clause pénale", "indemnité", "frais"), strict=True))


@frozen
class LigneDecompte:
    """Suite de jours de même base et de même taux, bornes incluses, arrondie une fois au centime.

    Attributes:
        nature: ``penalites`` ou ``interets``.
        annee: Diviseur : 365, 366 ou 360.
        origine: D'où vient le taux (« …, 2,15 % + 10,00 % »).
    """

    creance: str
    nature: str
    du: date
    au: date
    jours: int
    base: Montant
    taux: Taux
    annee: int
    montant: Montant
    source: Source | None
    reserves: tuple[Reserve, ...] = ()
    origine: str = ""

    _repr_html_ = fiche("Ligne de décompte")

    @property
    def valeur(self) -> Montant:
        """Le montant de la ligne."""
        return self.montant

    @property
    def intitule(self) -> str:
        """« du 02/05/2026 au 30/06/2026 »."""
        from recouvrement.affichage import date_fr

        return f"du {date_fr(self.du, longue=False)} au {date_fr(self.au, longue=False)}"

    @property
    def motif(self) -> str:
        """« 10 000,00 € × 60 jours × 12,15 % ÷ 365 ; taux : … »."""
        origine = f" ; taux : {self.origine}" if self.origine else ""
        return f"{self.base} × {self.jours} jour{'s' * (self.jours > 1)} × {self.taux} ÷ {self.annee}{origine}"

    @property
    def sachant(self) -> tuple[Noeud, ...]:
        """Une ligne est une feuille : son motif dit tout."""
        return ()


compter = fabrique(LigneDecompte)


@frozen
class Imputation:
    """Ce qu'un paiement ou un avoir a éteint d'une créance, poste par poste."""

    le: date
    evenement: str
    creance: str
    principal: Montant
    penalites: Montant
    interets: Montant
    clause_penale: Montant
    indemnite: Montant
    frais: Montant

    _repr_html_ = fiche("Imputation")

    @property
    def valeur(self) -> Montant:
        """Total imputé sur cette créance."""
        return self.principal + self.penalites + self.interets + self.clause_penale + self.indemnite + self.frais

    @property
    def intitule(self) -> str:
        """« paiement du 01/07/2025 »."""
        from recouvrement.affichage import date_fr

        return f"{self.evenement} du {date_fr(self.le, longue=False)}"

    @property
    def source(self) -> Source | None:
        """Un paiement ou un avoir est un fait."""
        return None

    @property
    def motif(self) -> str:
        """Poste par poste."""
        return ", ".join(f"{NOMS_DES_POSTES[poste]} {m}" for poste in POSTES if (m := getattr(self, poste)))

    @property
    def sachant(self) -> tuple[Noeud, ...]:
        """Une imputation est une feuille."""
        return ()

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Aucune qui lui soit propre."""
        return ()


class Ouverture(NamedTuple):
    """Somme due d'un coup : le principal à l'émission, l'indemnité au premier jour de retard, une clause pénale, des frais."""

    creance: str
    le: date
    nature: str
    montant: Montant


class Mouvement(NamedTuple):
    """Ce qui fait monter ou descendre la dette, un jour donné."""

    le: date
    creance: str
    nature: str
    montant: Montant
    detail: str


@frozen
class Decompte(Differe, EnTable):
    """Lignes d'accroissement et imputations, par créance puis par jour ; et ce qui était dû d'un coup."""

    lignes: tuple[LigneDecompte, ...]
    imputations: tuple[Imputation, ...] = ()
    ouvertures: tuple[Ouverture, ...] = ()

    def _mouvements(self) -> "list[Mouvement]":
        """Dans l'ordre du temps ; le même jour : ce qui s'ouvre, ce qui court, ce qui s'éteint."""
        tous = [(0, Mouvement(o.le, o.creance, NOMS_DES_POSTES[o.nature], o.montant, "")) for o in self.ouvertures]
        tous += [(1, Mouvement(x.au, x.creance, NOMS_DES_POSTES[x.nature], x.montant, x.motif)) for x in self.lignes]
        tous += [(2, Mouvement(i.le, i.creance, i.evenement, -i.valeur, i.motif)) for i in self.imputations]
        return [m for _, m in sorted(tous, key=lambda x: (x[1].le, x[0], x[1].creance))]

    def solde_progressif(self) -> list[dict[str, Any]]:
        """Tout ce qui a fait monter ou descendre la dette, dans l'ordre du temps, avec le solde après chaque mouvement.

        Le dernier solde est le total dû ; montants en ``Decimal``.
        """
        solde, rendu = 0, []
        for m in self._mouvements():
            solde += m.montant.centimes
            cumul = Montant.de_centimes(solde, m.montant.devise).decimal
            rendu.append({"le": m.le, "creance": m.creance, "nature": m.nature, "montant": m.montant.decimal, "solde": cumul})
        return rendu

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Une ligne par accroissement et par imputation, dans l'ordre du temps ; montants en ``Decimal``."""
        accrus = [
            {
                "creance": x.creance,
                "nature": x.nature,
                "du": x.du,
                "au": x.au,
                "jours": x.jours,
                "base": x.base.decimal,
                "taux": x.taux.pourcent,
                "montant": x.montant.decimal,
                "devise": x.montant.devise,
            }
            for x in self.lignes
        ]
        eteints = [
            {
                "creance": i.creance,
                "nature": i.evenement,
                "du": i.le,
                "au": i.le,
                "jours": 0,
                "base": None,
                "taux": None,
                "montant": (-i.valeur).decimal,
                "devise": i.valeur.devise,
            }
            for i in self.imputations
        ]
        return sorted(accrus + eteints, key=lambda d: (d["au"], d["creance"], d["jours"] == 0))

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "creance": "texte",
            "nature": "texte",
            "du": "jour",
            "au": "jour",
            "jours": "entier",
            "base": "somme",
            "taux": "taux",
            "montant": "somme",
            "devise": "texte",
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        return a.page(self._tableau())

    def _tableau(self) -> str:
        from recouvrement import affichage as a

        solde, lignes = 0, []
        for m in self._mouvements():
            solde += m.montant.centimes
            cumul = Montant.de_centimes(solde, m.montant.devise)
            lignes.append((a.date_fr(m.le, longue=False), m.creance, m.nature, m.detail, str(m.montant), str(cumul)))
        return a.table(
            ("Le", "Créance", "Mouvement", "Détail", "Montant", "Solde"),
            lignes,
            legende="Décompte : tout ce qui a fait monter ou descendre la dette",
            nombres=(4, 5),
            total=("Solde", "", "", "", "", lignes[-1][5]) if lignes else (),
        )


Gravite = Literal["info", "attention", "grave"]


@frozen
class Alerte:
    """Ce que l'appelant doit savoir avant de se servir d'un chiffre."""

    cle: str
    gravite: Gravite
    message: str
    creance: str = ""
    source: Source | None = None

    _repr_html_ = fiche("Alerte")


@frozen
class Empechement:
    """Pourquoi rien n'est à faire aujourd'hui pour cette créance."""

    creance: str
    motif: str
    source: Source | None = None
    jusqu_au: date | None = None

    _repr_html_ = fiche("Empêchement")


@frozen(kw_only=True)
class ActionProposee:
    """Acte que le scénario appelle.

    Attributes:
        acte: Prêt à devenir un événement du dossier une fois envoyé ; ``acte.le`` est le jour de l'examen, ou le jour dû s'il est à venir.
        le: Jour où l'étape est devenue due.
        payer_avant_le: Dernier jour laissé au débiteur, inclus et ouvré ; ``None`` si l'étape n'en accorde pas.
        limite: Dernier jour pour faire l'acte, quand la loi en fixe un (prescription, déclaration de créance).
    """

    acte: Acte
    le: date
    canal: str
    etape: Etape
    motif: str
    source: Source | None = None
    payer_avant_le: date | None = None
    limite: date | None = None

    _repr_html_ = fiche("Action proposée")

    @property
    def creances(self) -> tuple[str, ...]:
        """Références que l'acte engage ; vide : toutes celles du dossier."""
        acte = self.acte
        return ((acte.creance,) if acte.creance else ()) if isinstance(acte, ActeInterruptif) else acte.creances

    @property
    def pour_memoire(self) -> tuple[str, ...]:
        """Références que l'acte rappelle, sans les engager."""
        return () if isinstance(self.acte, ActeInterruptif) else self.acte.pour_memoire

    def __str__(self) -> str:
        from recouvrement.politique.presentation import dire_action

        return dire_action(self)


proposer = fabrique(ActionProposee)


@frozen(kw_only=True)
class BilanCreance:
    """Une créance au jour de l'examen.

    Attributes:
        imputation: Ce qu'un paiement éteint d'abord : l'ordre du régime, sinon celui de la convention (``Conventions.imputation``).
    """

    creance: Creance
    regime: str
    imputation: str
    echeance: Resultat[date]
    jours_retard: int
    conteste: Montant
    principal: Resultat[Montant]
    penalites: Resultat[Montant]
    interets: Resultat[Montant]
    clause_penale: Resultat[Montant]
    indemnite: Resultat[Montant]
    frais: Resultat[Montant]
    total: Resultat[Montant]
    trop_percu: Montant
    decompte: Decompte
    prescription: Prescription
    alertes: tuple[Alerte, ...]

    @property
    def soldee(self) -> bool:
        """Vrai quand plus rien n'est dû."""
        return not self.total.valeur

    def _repr_html_(self) -> str:
        from recouvrement.politique.presentation import creance_en_html

        return creance_en_html(self)


arreter_creance: Callable[..., BilanCreance] = fabrique(BilanCreance)  # trop de champs pour les nommer sans qu'il en coûte


@frozen(kw_only=True)
class Bilan(EnTable):
    """Un dossier au jour de l'examen : même dossier et même ``au``, même bilan, pour toujours.

    Attributes:
        total: Somme des six postes.
        trop_percu: Payé au-delà de ce qui était dû : rien ne l'absorbe d'office.
        prescription: Celle qui tombe la première parmi ce qui reste dû.
        actions: Dues au jour de l'examen, dans l'ordre ; peut être vide.
        prochaine: ``actions[0]``, sinon la prochaine à venir, sinon rien.
        empechements: Pourquoi il n'y a pas d'action, créance par créance.
    """

    dossier: Dossier
    au: date
    creances: tuple[BilanCreance, ...]
    principal: Resultat[Montant]
    penalites: Resultat[Montant]
    interets: Resultat[Montant]
    clause_penale: Resultat[Montant]
    indemnite: Resultat[Montant]
    frais: Resultat[Montant]
    total: Resultat[Montant]
    trop_percu: Montant
    decompte: Decompte
    prescription: Prescription
    actions: tuple[ActionProposee, ...]
    prochaine: ActionProposee | None
    empechements: tuple[Empechement, ...]
    alertes: tuple[Alerte, ...]

    @cached_property
    def par_creance(self) -> Mapping[str, BilanCreance]:
        """Bilans des créances, par référence."""
        return {b.creance.reference: b for b in self.creances}

    @property
    def soldee(self) -> bool:
        """Vrai quand plus rien n'est dû."""
        return not self.total.valeur

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Tout ce qui reste discuté dans ces chiffres, sans répétition."""
        trouvees = dict.fromkeys(r for b in self.creances for r in (*toutes_reserves(b.total), *b.echeance.reserves))
        trouvees.update(dict.fromkeys(r for b in self.creances for r in b.prescription.resultat.reserves))
        return tuple(trouvees)

    def __str__(self) -> str:
        """Qui doit combien à qui, et à quel jour."""
        from recouvrement.affichage import date_fr

        du = f"doit {self.total.valeur}" if self.total.valeur.centimes else "ne doit rien"
        return f"{self.dossier.debiteur.nom} {du} à {self.dossier.creancier.nom}, au {date_fr(self.au)}"

    def expliquer(self) -> str:
        """Les raisons de chaque chiffre, jusqu'aux articles et aux faits."""
        from recouvrement.politique.presentation import expliquer_bilan

        return expliquer_bilan(self)

    def vers_dict(self) -> dict[str, Any]:
        """Le bilan entier en types de JSON."""
        from recouvrement.politique.presentation import bilan_en_dict

        return bilan_en_dict(self)

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par créance, prêt pour un tableau ; montants en ``Decimal``."""
        from recouvrement.politique.presentation import bilan_en_lignes

        return bilan_en_lignes(self)

    def _colonnes(self) -> Mapping[str, Genre]:
        from recouvrement.politique.presentation import COLONNES_DU_BILAN

        return COLONNES_DU_BILAN

    def _repr_html_(self) -> str:
        from recouvrement.politique.presentation import bilan_en_html

        return bilan_en_html(self)


arreter: Callable[..., Bilan] = fabrique(Bilan)
