"""Un créancier, un débiteur, une devise : leurs créances et ce qui leur est arrivé."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Self

from attrs import evolve, field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.actes import ActeInterruptif, Demarche, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.evenements import (
    Appel,
    Avoir,
    Blocage,
    Contestation,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Rejet,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Titre,
)
from recouvrement.modele.personnes import Creancier, Debiteur, Mandataire

Evenement = (
    Paiement
    | Rejet
    | Avoir
    | Remise
    | FraisJustifies
    | Contestation
    | Promesse
    | Echeancier
    | DecheanceTerme
    | Reconnaissance
    | Renonciation
    | Suspension
    | DelaiDeGrace
    | ProcedureCollective
    | Titre
    | Appel
    | Signal
    | Blocage
    | ActeInterruptif
    | Relance
    | MiseEnDemeure
    | Transmission
)

# Le même jour : avoirs et remises, puis paiements, puis rejets, puis le reste.
_GENRES: tuple[type, ...] = (
    Avoir,
    Remise,
    Paiement,
    Rejet,
    FraisJustifies,
    Contestation,
    Promesse,
    Echeancier,
    DecheanceTerme,
    Reconnaissance,
    Renonciation,
    Suspension,
    DelaiDeGrace,
    ProcedureCollective,
    Titre,
    Appel,
    Signal,
    Blocage,
    ActeInterruptif,
    Relance,
    MiseEnDemeure,
    Transmission,
)
_RANGS: dict[type, int] = {genre: rang for rang, genre in enumerate(_GENRES)}
_ACTES = (Relance, MiseEnDemeure, Transmission)
_DU_DOSSIER = (Rejet, ProcedureCollective, Signal)


def creances_visees(evenement: Evenement) -> tuple[str, ...]:
    """Références que l'événement nomme ; vide : le dossier entier."""
    if isinstance(evenement, _ACTES):
        return evenement.creances + evenement.pour_memoire
    if isinstance(evenement, Echeancier | Appel):
        return evenement.creances
    if isinstance(evenement, _DU_DOSSIER):
        return ()
    return (evenement.creance,) if evenement.creance else ()


def atteint(evenement: Evenement, reference: str) -> bool:
    """Vrai si l'événement vise cette créance, ou tout le dossier."""
    visees = creances_visees(evenement)
    return not visees or reference in visees


def vise(acte: Demarche, creance: Creance) -> bool:
    """Vrai si l'acte vise la créance : nommée, ou déjà née quand l'acte vise tout le dossier."""
    return (
        creance.reference in acte.creances
        if acte.creances
        else creance.emise_le <= acte.le and creance.reference not in acte.pour_memoire
    )


def declaree(procedure: ProcedureCollective, faits: Iterable[Evenement]) -> bool:
    """Vrai si la créance a été déclarée à cette procédure, ou à celle, non close, qu'elle convertit ; une déclaration anéantie ne compte pas."""
    faits = tuple(faits)
    procedures = [e for e in faits if isinstance(e, ProcedureCollective) and e.le <= procedure.le]
    depuis = min([p.le for p in procedures if p.cloturee_le is None or p.cloturee_le >= procedure.le], default=procedure.le)
    declarations = [e for e in faits if isinstance(e, ActeInterruptif) and e.cause == "declaration_de_creance"]
    return any(depuis <= e.le and not e.non_avenu for e in declarations)


def _ramener(evenement: Evenement, references: Collection[str]) -> Evenement | None:
    """L'événement sans les créances qui ne sont pas de celles-là ; rien, s'il ne visait qu'elles."""
    if set(references).issuperset(creances_visees(evenement)):
        return evenement
    if not isinstance(evenement, Echeancier | Appel | Relance | MiseEnDemeure | Transmission):
        return None
    creances = tuple([r for r in evenement.creances if r in references])
    if evenement.creances and not creances:
        return None
    if isinstance(evenement, Echeancier | Appel):
        return evolve(evenement, creances=creances)
    return evolve(evenement, creances=creances, pour_memoire=tuple([r for r in evenement.pour_memoire if r in references]))


def _ordre(evenement: Evenement) -> tuple[object, ...]:
    return (evenement.le, _RANGS[type(evenement)], evenement.reference, repr(evenement))


def _en_ordre(valeur: Iterable[Evenement]) -> tuple[Evenement, ...]:
    lus = c.en_suite(valeur)
    if not isinstance(lus, tuple) or len(lus) < 2 or any(type(e) not in _RANGS for e in lus):
        return lus  # le validateur dira ce qui ne va pas
    return tuple(sorted(lus, key=_ordre))


def _par_echeance(valeur: Iterable[Creance]) -> tuple[Creance, ...]:
    lues = c.en_suite(valeur)
    if not isinstance(lues, tuple) or len(lues) < 2 or any(not isinstance(x, Creance) for x in lues):
        return lues
    return tuple(sorted(lues, key=lambda x: (x.echeance or x.emise_le, x.reference)))


@frozen(kw_only=True)
class Dossier:
    """Créances d'un créancier sur un débiteur, et les événements qui les touchent.

    L'ordre dans lequel les faits sont donnés ne change rien, l'égalité comprise.

    Attributes:
        mandataire: Celui qui le recouvre pour le créancier, s'il l'a confié à un autre.

    Raises:
        DonneeInvalide: Deux créanciers, deux débiteurs ou deux devises ; référence en double ; événement d'une créance inconnue.
    """

    creances: tuple[Creance, ...] = field(converter=_par_echeance, validator=c.suite_de(Creance))
    evenements: tuple[Evenement, ...] = field(default=(), converter=_en_ordre, validator=c.suite_de(*_RANGS))
    mandataire: Mandataire | None = field(
        default=None, validator=c.instance(Mandataire, remede="Donnez un Mandataire(nom=…, adresse=…, mandat_le=…).", rien=True)
    )

    def __attrs_post_init__(self) -> None:
        if not self.creances:
            raise DonneeInvalide("un dossier contient au moins une créance", champ="creances")
        if len(self.creances) > 1:
            self._un_seul("créancier", {x.creancier.cle for x in self.creances})
            self._un_seul("débiteur", {x.debiteur.cle for x in self.creances})
            self._un_seul("devise", {x.devise for x in self.creances})
            _sans_double("creances", [x.reference for x in self.creances])
        if self.evenements:
            self._verifier_evenements()

    def _un_seul(self, quoi: str, trouves: set[str]) -> None:
        if len(trouves) > 1:
            raise DonneeInvalide(
                f"un dossier n'a qu'un {quoi}" if quoi != "devise" else "un dossier n'a qu'une devise",
                champ=quoi,
                valeur=", ".join(sorted(trouves)),
                remede="Faites un dossier pour chacun : Dossier.regrouper(creances, evenements).",
            )

    def _verifier_evenements(self) -> None:
        connues = {x.reference for x in self.creances}
        for evenement in self.evenements:
            for reference in creances_visees(evenement):
                if reference not in connues:
                    raise DonneeInvalide(
                        f"{type(evenement).__name__} du {evenement.le:%d/%m/%Y} nomme une créance inconnue du dossier",
                        champ="creance",
                        valeur=reference,
                        remede="Corrigez la référence, ou ajoutez la créance.",
                    )
            montant = getattr(evenement, "montant", None) or (
                evenement.versements[0][1] if isinstance(evenement, Echeancier) else None
            )
            if montant is not None and montant.devise != self.devise:
                raise DonneeInvalide("devise autre que celle du dossier", champ="montant", valeur=montant)
        _sans_double("evenements", [f"{type(e).__name__} {e.reference}" for e in self.evenements if e.reference])
        payes = {e.reference: e.le for e in self.evenements if isinstance(e, Paiement)}
        for rejet in self.evenements:
            if isinstance(rejet, Rejet) and payes.get(rejet.paiement, date.max) > rejet.le:
                message = (
                    "rejet d'un paiement postérieur" if rejet.paiement in payes else "rejet d'un paiement inconnu du dossier"
                )
                remede = "Donnez au paiement la référence que le rejet nomme."
                raise DonneeInvalide(message, champ="paiement", valeur=rejet.paiement, remede=remede)

    @property
    def creancier(self) -> Creancier:
        """Créancier du dossier."""
        return self.creances[0].creancier

    @property
    def debiteur(self) -> Debiteur:
        """Débiteur du dossier ; chaque créance garde sa propre qualité."""
        return self.creances[0].debiteur

    @property
    def devise(self) -> str:
        """Devise commune des créances."""
        return self.creances[0].devise

    def mandataire_au(self, au: date) -> Mandataire | None:
        """Celui qui a mandat ce jour-là ; rien avant sa convention."""
        mandataire = self.mandataire
        return mandataire if mandataire is not None and mandataire.mandat_le <= au else None

    def avec(self, *evenements: Evenement) -> Self:
        """Le même dossier, plus ces événements."""
        return evolve(self, evenements=self.evenements + evenements)

    def reduit(self, references: Collection[str]) -> Self:
        """Ces créances seules, et les événements qui les atteignent ; un acte qui en nomme d'autres aussi est ramené à elles."""
        creances = [x for x in self.creances if x.reference in references]
        faits = [ramene for e in self.evenements if (ramene := _ramener(e, references)) is not None]
        payes = {e.reference for e in faits if isinstance(e, Paiement)}
        restent = [e for e in faits if not isinstance(e, Rejet) or e.paiement in payes]
        return evolve(self, creances=creances, evenements=restent)

    @classmethod
    def regrouper(
        cls, creances: Iterable[Creance], evenements: Sequence[Evenement] = (), mandataire: Mandataire | None = None
    ) -> "tuple[Dossier, ...]":
        """Dossiers par créancier, débiteur et devise. Un événement suit la créance qu'il nomme.

        Args:
            mandataire: Celui de tous ces dossiers.

        Raises:
            DonneeInvalide: Événement qui ne nomme aucune créance alors qu'il y a plusieurs dossiers, qui en nomme une
                inconnue, ou dont les références désignent plusieurs dossiers.
        """
        groupes: dict[tuple[str, str, str], list[Creance]] = {}
        for creance in c.liste(creances, "creances"):
            groupes.setdefault((creance.creancier.cle, creance.debiteur.cle, creance.devise), []).append(creance)
        dossiers = [cls(creances=groupes[cle], mandataire=mandataire) for cle in sorted(groupes)]
        suivis: list[list[Evenement]] = [[] for _ in dossiers]
        tous, aiguiller = c.liste(evenements, "evenements"), aiguillage(dossiers)
        visees = {e.reference: e.creance for e in tous if isinstance(e, Paiement)}
        for evenement in tous:
            visee = visees.get(evenement.paiement) if isinstance(evenement, Rejet) else None
            rangs = aiguiller((visee,) if visee else creances_visees(evenement))
            if len(rangs) != 1:
                raise DonneeInvalide(
                    f"{type(evenement).__name__} du {evenement.le:%d/%m/%Y} : dossier introuvable ou ambigu",
                    champ="creance",
                    valeur=", ".join(creances_visees(evenement)) or None,
                    remede="Nommez une créance du dossier visé.",
                )
            suivis[min(rangs)].append(evenement)
        return tuple(evolve(d, evenements=siens) for d, siens in zip(dossiers, suivis, strict=True))

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        total = sum([x.principal for x in self.creances[1:]], self.creances[0].principal)
        faits = [
            ("créancier", self.creancier.nom),
            ("créances", str(len(self.creances))),
            ("événements", str(len(self.evenements))),
        ]
        if self.mandataire:
            faits.insert(1, ("mandataire", self.mandataire.nom))
        creances = [
            (x.numero, a.date_fr(x.emise_le), a.date_fr(x.echeance) if x.echeance else "selon la loi", str(x.principal))
            for x in self.creances
        ]
        tableaux = [
            a.table(
                ("Facture", "Émise le", "Échéance", "Montant d'origine"),
                creances[: a.MONTREES],
                legende="Créances",
                nombres=(3,),
                total=("Total", "", "", str(total)),
                note=a.la_suite(len(creances)),
            )
        ]
        if self.evenements:
            faits_dates = [(a.date_fr(e.le), a.nom_de(e), ", ".join(creances_visees(e)), _montant_de(e)) for e in self.evenements]
            tableaux.append(
                a.table(
                    ("Le", "Événement", "Créances", "Montant"),
                    faits_dates[: a.MONTREES],
                    legende="Événements",
                    nombres=(3,),
                    note=a.la_suite(len(faits_dates)),
                )
            )
        return a.page(a.carte(f"Dossier de {self.debiteur.nom}", str(total), faits), *tableaux)


constituer = fabrique(Dossier)  # d'une créance seule : il n'y a rien à contrôler


def _montant_de(evenement: Evenement) -> str:
    montant = getattr(evenement, "montant", None)
    return "" if montant is None else str(montant)


def _sans_double(champ: str, references: list[str]) -> None:
    if len(set(references)) != len(references):
        double = next(r for i, r in enumerate(references) if r in references[:i])
        raise DonneeInvalide(
            "référence en double", champ=champ, valeur=double, remede="Chaque référence est unique dans le dossier."
        )


def aiguillage(dossiers: Sequence[Dossier]) -> Callable[[Sequence[str]], Collection[int]]:
    """À quels dossiers va un événement, par leurs rangs : ceux qui ont toutes les créances qu'il nomme ; tous, s'il n'en nomme aucune."""
    par_reference: dict[str, set[int]] = {}
    for rang, dossier in enumerate(dossiers):
        for creance in dossier.creances:
            par_reference.setdefault(creance.reference, set()).add(rang)

    def aiguiller(nommees: Sequence[str]) -> Collection[int]:
        trouves = [par_reference.get(reference, set()) for reference in nommees]
        return trouves[0].intersection(*trouves[1:]) if trouves else range(len(dossiers))

    return aiguiller
