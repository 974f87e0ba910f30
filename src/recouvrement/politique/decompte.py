"""Le décompte : un dossier parcouru dans le temps, toutes ses créances à la fois.

Une ligne est une suite maximale de jours de même base et de même taux, fermée le jour de chaque paiement ou avoir qui touche la
créance : ce jour est compté, puis le mouvement s'applique. Chaque ligne est arrondie une fois, au centime.
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from operator import attrgetter

from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.base import Course, Droit, Regime
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, creances_visees, vise
from recouvrement.modele.evenements import (
    Avoir,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Rejet,
    Remise,
)
from recouvrement.modele.montant import Montant, Taux, somme
from recouvrement.politique.accord import GRACE_DE_PAROLE, repartis, suivre
from recouvrement.politique.bilan import POSTES, Imputation
from recouvrement.politique.compte import Compte, Postes
from recouvrement.politique.conventions import Conventions
from recouvrement.resultat import Regle, Reserve, Resultat, Source
from recouvrement.temps import UN_JOUR

RANGS: dict[str, Postes] = {
    "interets_d_abord": ("penalites", "interets", "principal", "clause_penale"),
    "principal_d_abord": ("principal", "penalites", "interets", "clause_penale"),
    "frais_d_abord": ("frais", "indemnite", "penalites", "interets", "principal", "clause_penale"),
}
EN_DERNIER: Postes = ("frais", "indemnite")
IMPUTATION_PUBLIQUE = Reserve(
    "imputation_publique",
    "un paiement de l'acheteur public est imputé d'abord sur le principal : ses intérêts se paient à part, après lui ; "
    "la décision qui écarte la règle contraire du code civil est relevée dans une seule source",
    Source("CE, 23 mai 2012, n° 346352, Société SPIE SCGPM ; code de la commande publique", "R. 2192-36"),
)
ARRETE = Reserve(
    "taux_non_publie",
    "le taux n'est pas publié jusqu'au jour de l'examen : les lignes s'arrêtent au dernier jour connu, moins est réclamé",
    Source("Code de commerce", "L. 441-10, II"),
)
PAR_FACTURE = Reserve(
    "indemnite_par_facture",
    "une facture payable en plusieurs échéances : une seule indemnité est comptée ; une par échéance se soutient",
    Source("CJUE, 1er déc. 2022, C-370/21 ; 4 mai 2023, C-78/22"),
)
DECHEANCE = Regle("decheance_du_terme", "Échéance, terme perdu", Source("Code civil", "1305-4 et 1305-5"))
INTERETS_ABANDONNES = Reserve(
    "interets_abandonnes", "plan tenu, intérêts abandonnés : rien ne court après son jour ; manqué, ils seraient dus depuis lors"
)
DEJA_COMPTEE = "une seule indemnité par facture : déjà comptée sur une autre de ses échéances"
RANG_INDEMNITE = Reserve(
    "rang_indemnite",
    "le rang de l'indemnité de 40 € dans l'imputation n'est fixé par aucun texte : elle est payée en dernier",
)
Mouvement = Avoir | Remise | Paiement | FraisJustifies | MiseEnDemeure


class Parcours:
    """Le dossier au fil des jours, jusqu'à ``au``."""

    def __init__(
        self, creances: Sequence[Creance], evenements: Sequence[Evenement], droit: Droit, conventions: Conventions, au: date
    ) -> None:
        self.au = au
        self.devise = creances[0].devise
        self.droit = droit
        self.conventions = conventions
        self.evenements = self.repartis = connus(evenements, au) if evenements else ()
        self.faits = _par_creance(creances, self.evenements)
        self.comptes = [self._ouvrir(c) for c in creances]
        self.imputations: list[Imputation] = []
        self.trop_percu = 0
        self._a_constater = sorted(self.comptes, key=_exigible_le)[::-1]  # la première échue est la dernière de la pile
        self._indemnisees: set[str] = set()
        self._parcourir()

    @cached_property
    def par_reference(self) -> dict[str, Compte]:
        """Les comptes, par référence de leur créance."""
        return {c.creance.reference: c for c in self.comptes}

    @cached_property
    def _factures(self) -> dict[str, list[Compte]]:
        factures: dict[str, list[Compte]] = {}
        for compte in self.comptes:
            factures.setdefault(compte.creance.numero, []).append(compte)
        return factures

    def _ouvrir(self, creance: Creance) -> Compte:
        droit, c = self.droit, self.conventions
        regime, faits = droit.regime(creance), self.faits[creance.reference]
        echeance = droit.echeance(creance, regime, plafonner=c.au_dela_du_plafond == "plafond")
        if faits:
            echeance = _dechue(echeance, faits)
        course = droit.course(droit, creance, regime, echeance.valeur, faits, au=self.au, choix=c.choix)
        for fait in faits:
            if isinstance(fait, Echeancier) and fait.interets == "abandonnes":
                course = self._abandonner(course, fait)
        return Compte(creance, regime, echeance, course)

    def _abandonner(self, course: Course, plan: Echeancier) -> Course:
        """Tant que le plan est tenu, rien ne court après son jour ; manqué, tout a couru."""
        if suivre(plan, self.evenements, au=self.au, grace=GRACE_DE_PAROLE).etat not in ("tenu", "acheve"):
            return course
        avant = tuple([p._replace(au=min(p.au, plan.le)) for p in course.paliers if p.du <= plan.le])
        return course._replace(paliers=avant, reserves=(*course.reserves, INTERETS_ABANDONNES))

    def _parcourir(self) -> None:
        if self.evenements:
            dates = [(self._effet(e), e) for e in self.evenements if isinstance(e, _MOUVEMENTS)]
            self._appliquer([(jour, e) for jour, e in dates if jour is not None and jour <= self.au])
            if len(self.comptes) > 1:
                self.repartis = repartis(self.evenements, self.imputations)
        self._constater(self.au)
        for compte in self.comptes:
            compte.avancer(self.au, self.conventions)
            if compte.remises:
                self._remettre(compte, self.au)

    def _effet(self, mouvement: Mouvement) -> date | None:
        match mouvement:
            case MiseEnDemeure():
                return self._sans_effet_le(mouvement)
            case Avoir():
                return mouvement.effet
            case _:
                return mouvement.le

    def _sans_effet_le(self, demeure: MiseEnDemeure) -> date | None:
        """Lendemain du délai qu'elle accorde et de sa présentation : impayée ce jour-là, elle est restée sans effet."""
        recue_le = demeure.le if self.conventions.depart_interets == "envoi" else demeure.presentee_le
        return recue_le and max(recue_le, demeure.payer_avant_le or recue_le) + UN_JOUR

    def _appliquer(self, mouvements: list[tuple[date, Mouvement]]) -> None:
        mouvements.sort(key=_ordre)  # le tri garde l'ordre du dossier
        for jour, mouvement in mouvements:
            self._constater(jour)
            match mouvement:
                case Avoir():
                    self._reduire(mouvement.creance, jour, mouvement.montant, "principal", "avoir")
                case Remise():
                    self._reduire(mouvement.creance, jour, mouvement.montant, mouvement.poste, "remise")
                case Paiement():
                    self._payer(mouvement)
                case FraisJustifies():
                    self._documenter(mouvement)
                case MiseEnDemeure():
                    self._encourir(mouvement, jour)

    def _constater(self, jour: date) -> None:
        """Un retard naît quand il reste du principal à la fin du jour d'échéance ; l'indemnité naît avec lui."""
        while self._a_constater and self._a_constater[-1].exigible_le < jour:
            compte = self._a_constater.pop()
            compte.principal_echu = compte.principal
            compte.en_retard = compte.principal > 0
            if compte.en_retard:
                lendemain = compte.exigible_le + UN_JOUR
                compte.indemnite_due = due = self._indemnite(compte)
                self._faire_naitre(compte, lendemain, "indemnite", due.valeur.centimes)
                if compte.documentes:
                    self._completer(compte, lendemain)

    def _indemnite(self, compte: Compte) -> Resultat[Montant]:
        faits = self.faits[compte.creance.reference]
        due = self.droit.indemnite(self.droit, compte.creance, compte.regime, compte.exigible_le, faits)
        numero = compte.creance.numero
        if numero in self._indemnisees and due.valeur and self.conventions.indemnite_par == "facture":
            return Resultat(Montant.zero(self.devise), due.regle, (), DEJA_COMPTEE, (PAR_FACTURE,))
        self._indemnisees.add(numero)
        return due

    def _encourir(self, demeure: MiseEnDemeure, jour: date) -> None:
        """La clause pénale, une fois la mise en demeure restée sans effet : sur le principal resté dû à l'échéance, avoirs déduits.

        Source:
            C. civ., art. 1231-5.
        """
        for compte in self.comptes:
            clause = compte.creance.conditions.clause_penale
            if clause is None or compte.clause_due or compte.regime.sans_clause_penale or not compte.principal:
                continue
            if not self._met_en_demeure(demeure, compte) or self._paralysee(compte, demeure.le, jour):
                continue
            if isinstance(clause, Taux):
                compte.clause_due = interets_centimes(compte.principal_echu, clause.dix_milliemes, 1, 1)
            else:
                compte.clause_due = clause.centimes
            compte.execute_en_partie = compte.principal < compte.principal_echu
            self._faire_naitre(compte, jour, "clause_penale", compte.clause_due)

    def _documenter(self, frais: FraisJustifies) -> None:
        """Le complément de l'indemnité : ce qui l'excède, pièce à l'appui ; en copropriété, les frais depuis la demeure."""
        compte = self.par_reference[frais.creance]
        if not self.admet(compte, frais):
            return
        compte.documentes += frais.montant.centimes
        if compte.en_retard:
            self._completer(compte, frais.le)

    def admet(self, compte: Compte, frais: FraisJustifies) -> bool:
        """Vrai des frais que le retard a causés : faits depuis l'échéance ; en copropriété, depuis la mise en demeure."""
        regime, echeance = compte.regime, compte.exigible_le
        if regime.frais == "aucun" or not regime.joue(compte.creance, echeance):
            return False
        return self.en_demeure(compte, frais.le) if regime.frais == "demeure" else frais.le >= echeance

    def _completer(self, compte: Compte, jour: date) -> None:
        """Ce que les frais de la facture, toutes échéances ensemble, ajoutent à son indemnité ; porté par la dernière qui en a."""
        par_facture = self.conventions.indemnite_par == "facture"
        freres = [c for c in self._factures[compte.creance.numero] if c.en_retard] if par_facture else [compte]
        forfait = (
            sum(c.indemnite_due.valeur.centimes for c in freres if c.indemnite_due) if compte.regime.frais == "complement" else 0
        )
        dus = max(0, sum(c.documentes for c in freres) - forfait) - sum(c.frais_dus for c in freres)
        if dus > 0:
            self._faire_naitre(compte, jour, "frais", dus)
            compte.frais_dus += dus

    def _paralysee(self, compte: Compte, du: date, au: date) -> bool:
        """Procédure collective ouverte, ou délai de grâce, entre ces jours : la demeure y est sans effet."""
        for e in self.faits[compte.creance.reference]:
            if isinstance(e, ProcedureCollective) and compte.creance.nee_le <= e.le <= au:
                return True
            if isinstance(e, DelaiDeGrace) and e.du <= au and du <= e.au:
                return True
        return False

    @staticmethod
    def _met_en_demeure(acte: MiseEnDemeure, compte: Compte) -> bool:
        """Vrai si l'acte vise la créance, déjà échue (C. civ., art. 1305-2)."""
        return compte.echeance.valeur <= acte.le and vise(acte, compte.creance)

    def en_demeure(self, compte: Compte, jour: date) -> bool:
        """Vrai si une mise en demeure visait, ce jour-là, la créance déjà échue."""
        faits = self.faits[compte.creance.reference]
        return any(isinstance(e, MiseEnDemeure) and e.le <= jour and self._met_en_demeure(e, compte) for e in faits)

    def _jour_de_fermeture(self, jour: date) -> date:
        return jour if self.conventions.jour_du_paiement == "compte" else jour - UN_JOUR

    def _fermer(self, compte: Compte, jour: date) -> None:
        compte.avancer(self._jour_de_fermeture(jour), self.conventions)
        if compte.remises:
            self._remettre(compte, jour)

    def _faire_naitre(self, compte: Compte, jour: date, poste: str, centimes: int) -> None:
        compte.ouvrir(jour, poste, centimes)
        if compte.remises:
            self._remettre(compte, jour)

    def _remettre(self, compte: Compte, jour: date) -> None:
        """Une remise plus forte que ce qui était né éteint ce qui naît après elle : ce qui est remis ne se réclame plus.

        Source:
            C. civ., art. 1350.
        """
        for poste, reste in compte.remises.items():
            pris = compte.eteindre(reste, (poste,))
            compte.remises[poste] -= sum(pris.values())
            self._inscrire(jour, "remise", compte, pris)

    def _reduire(self, reference: str, jour: date, montant: Montant, poste: str, nom: str) -> None:
        """Un avoir ou une remise ne réduit que son poste ; le surplus d'un avoir est un trop-perçu, celui d'une remise attend."""
        compte = self.par_reference[reference]
        self._fermer(compte, jour)
        pris = compte.eteindre(montant.centimes, (poste,))
        self._inscrire(jour, nom, compte, pris)
        if not compte.clause_due:  # ce qui n'est plus dû n'est pas inexécuté
            compte.principal_echu -= min(pris.get("principal", 0), compte.principal_echu)
        if surplus := montant.centimes - sum(pris.values()):
            if nom == "avoir":
                compte.trop_percu += surplus
            else:
                compte.remises[poste] = compte.remises.get(poste, 0) + surplus

    def _payer(self, paiement: Paiement) -> None:
        reste = paiement.montant.centimes
        if paiement.creance is not None:
            compte = self.par_reference[paiement.creance]
            self._fermer(compte, paiement.le)
            premiers, derniers = ordre(compte.regime, self.conventions)
            compte.trop_percu += self._eteindre(compte, paiement.le, reste, premiers + derniers)
            return
        groupes: dict[tuple[bool, int, date, date], list[Compte]] = {}
        for compte in self.comptes:
            groupes.setdefault(_rang(compte, paiement.le), []).append(compte)
        suite = [groupes[rang] for rang in sorted(groupes)]
        for tour in (0, 1):  # les premiers rangs de toutes, puis les derniers
            for groupe in suite:
                if reste:
                    reste = self._repartir(groupe, paiement.le, reste, tour)
        self.trop_percu += reste

    def _eteindre(self, compte: Compte, jour: date, centimes: int, postes: Postes) -> int:
        pris = compte.eteindre(centimes, postes)
        self._inscrire(jour, "paiement", compte, pris)
        return centimes - sum(pris.values())

    def _repartir(self, groupe: Sequence[Compte], jour: date, centimes: int, tour: int) -> int:
        """Entre dettes de même rang : proportionnellement, les centimes conservés au plus fort reste.

        Seule une créance qui reçoit une part ferme une ligne.
        """
        ferme = self._jour_de_fermeture(jour)
        ordres = [ordre(compte.regime, self.conventions)[tour] for compte in groupe]
        dus = [
            compte.du(postes) + (compte.a_courir(ferme, self.conventions) if "principal" in postes else 0)
            for compte, postes in zip(groupe, ordres, strict=True)
        ]
        for compte, postes, part in zip(groupe, ordres, au_plus_fort_reste(min(centimes, sum(dus)), dus), strict=True):
            if part:
                self._fermer(compte, jour)
                centimes -= part - self._eteindre(compte, jour, part, postes)
        return centimes

    def _inscrire(self, jour: date, evenement: str, compte: Compte, pris: dict[str, int]) -> None:
        if pris:
            parts = [somme(pris.get(poste, 0), self.devise) for poste in POSTES]
            imputation = Imputation(jour, evenement, compte.creance.reference, *parts)
            self.imputations.append(imputation)
            compte.imputations.append(imputation)


_exigible_le = attrgetter("exigible_le")
_MOUVEMENTS = (Avoir, Remise, Paiement, FraisJustifies, MiseEnDemeure)
_RANG_DU_JOUR: dict[type, int] = {MiseEnDemeure: 0, Avoir: 1, Remise: 1, Paiement: 2, FraisJustifies: 3}


def connus(evenements: Sequence[Evenement], au: date) -> tuple[Evenement, ...]:
    """Les faits d'ici ``au`` : le reste n'existe pas encore ; un paiement rejeté n'a jamais été."""
    faits = [e for e in evenements if e.le <= au]
    rejetes = {e.paiement for e in faits if isinstance(e, Rejet)}
    return tuple([e for e in faits if not (rejetes and isinstance(e, Paiement) and e.reference in rejetes)])


def _par_creance(creances: Sequence[Creance], evenements: Sequence[Evenement]) -> dict[str, tuple[Evenement, ...]]:
    """Les faits de chaque créance, dans l'ordre : ceux qui la nomment, et ceux du dossier entier."""
    if not evenements:
        return {c.reference: () for c in creances}
    faits: dict[str, list[Evenement]] = {c.reference: [] for c in creances}
    for e in evenements:
        for reference in creances_visees(e) or faits:
            faits[reference].append(e)
    return {reference: tuple(liste) for reference, liste in faits.items()}


def _dechue(echeance: Resultat[date], faits: Sequence[Evenement]) -> Resultat[date]:
    """Le terme perdu, ce qui restait à échoir est exigible ce jour-là."""
    pertes = [e.le for e in faits if isinstance(e, DecheanceTerme) and e.le < echeance.valeur]
    return Resultat(min(pertes), DECHEANCE, (echeance,)) if pertes else echeance


def _ordre(mouvement: tuple[date, Mouvement]) -> tuple[date, int]:
    return mouvement[0], _RANG_DU_JOUR[type(mouvement[1])]


def imputation(regime: Regime, conventions: Conventions) -> str:
    """L'ordre du régime, sinon celui de la convention."""
    return regime.imputation or conventions.imputation


def ordre(regime: Regime, conventions: Conventions) -> tuple[Postes, Postes]:
    """Ce qu'un paiement éteint d'abord, et ce qu'il éteint en dernier."""
    premiers = RANGS[imputation(regime, conventions)]
    return premiers, tuple([p for p in EN_DERNIER if p not in premiers])


def _rang(compte: Compte, jour: date) -> tuple[bool, int, date, date]:
    """Dettes échues d'abord, puis les plus onéreuses ce jour-là, puis les plus anciennes.

    Source:
        C. civ., art. 1342-10.
    """
    apres = compte.course.apres
    taux = compte.course.taux_au(jour).dix_milliemes if apres is not None and jour >= apres else 0
    return compte.exigible_le > jour, -taux, compte.exigible_le, compte.creance.emise_le


def au_plus_fort_reste(total: int, poids: Sequence[int]) -> list[int]:
    """Parts entières de ``total``, proportionnelles à ``poids``, dont la somme est exactement ``total``.

    Les centimes qui restent vont aux plus forts restes ; à égalité, au premier.
    """
    somme = sum(poids)
    if not somme:
        return [0] * len(poids)
    parts = [total * p // somme for p in poids]
    par_reste = sorted(range(len(poids)), key=lambda i: (-(total * poids[i] % somme), i))
    for i in par_reste[: total - sum(parts)]:
        parts[i] += 1
    return parts
