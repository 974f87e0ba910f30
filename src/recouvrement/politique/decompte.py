"""Le décompte : un dossier parcouru dans le temps, toutes ses créances à la fois.

Une ligne est une suite maximale de jours de même base et de même taux, fermée le jour de chaque paiement ou avoir qui touche la
créance : ce jour est compté, puis le mouvement s'applique. Chaque ligne est arrondie une fois, au centime.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from recouvrement.droit.base import Course, Droit, Palier, Regime, interets_centimes
from recouvrement.erreurs import ParametreNonPublie
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.evenements import Avoir, Paiement
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import Imputation, LigneDecompte
from recouvrement.politique.conventions import Conventions
from recouvrement.resultat import Reserve, Resultat, Source
from recouvrement.temps import UN_JOUR

Postes = tuple[str, ...]
RANGS: dict[str, Postes] = {
    "interets_d_abord": ("penalites", "interets", "principal"),
    "principal_d_abord": ("principal", "penalites", "interets"),
    "frais_d_abord": ("indemnite", "penalites", "interets", "principal"),
}
EN_DERNIER: Postes = ("indemnite",)
DIVISEURS = {"365": 365, "360": 360}
PROLONGE = Reserve(
    "taux_prolonge",
    "taux non encore publié : le dernier connu est prolongé, à la demande de l'appelant",
    Source("Code de commerce", "L. 441-10, II"),
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
DEJA_COMPTEE = "une seule indemnité par facture : déjà comptée sur une autre de ses échéances"
RANG_INDEMNITE = Reserve(
    "rang_indemnite", "le rang de l'indemnité de 40 € dans l'imputation n'est fixé par aucun texte : elle est payée en dernier"
)


_debut = itemgetter(0)


class Compte:
    """Une créance pendant le parcours : ce qui reste, en centimes, et le dernier jour déjà compté."""

    __slots__ = (
        "arret",
        "course",
        "creance",
        "curseur",
        "echeance",
        "en_retard",
        "indemnite",
        "indemnite_due",
        "interets",
        "lignes",
        "penalites",
        "principal",
        "regime",
        "trop_percu",
    )

    def __init__(self, creance: Creance, regime: Regime, echeance: Resultat[date], course: Course) -> None:
        self.creance = creance
        self.regime = regime
        self.echeance = echeance
        self.course = course
        self.principal = creance.principal.centimes
        self.penalites = self.interets = self.indemnite = self.trop_percu = 0
        self.indemnite_due: Resultat[Montant] | None = None
        self.en_retard = False
        self.lignes: list[LigneDecompte] = []
        self.curseur: date | None = course.apres
        self.arret: date | None = None

    def avancer(self, jour: date, conventions: Conventions) -> None:
        """Ferme les lignes jusqu'à ``jour`` inclus."""
        for du, au, palier, annee in self._tranches(jour, conventions):
            self._fermer(du, au, palier, annee)
        if self.curseur is not None and jour > self.curseur:
            if self.principal > 0 and jour > self.course.paliers[-1].au:
                self.arret = self.arret or self.course.paliers[-1].au
            self.curseur = jour

    def couru(self, jour: date, conventions: Conventions) -> int:
        """Ce que ``avancer`` ajouterait, sans rien fermer."""
        tranches = self._tranches(jour, conventions)
        return sum(
            interets_centimes(self.principal, p.taux.dix_milliemes, (au - du).days + 1, annee) for du, au, p, annee in tranches
        )

    def _tranches(self, jour: date, conventions: Conventions) -> Iterator[tuple[date, date, Palier, int]]:
        """Du lendemain du dernier jour compté à ``jour`` inclus, par palier (et par genre d'année, si elle est réelle)."""
        if self.curseur is None or jour <= self.curseur or self.principal <= 0:
            return
        du, paliers = self.curseur + UN_JOUR, self.course.paliers
        rang = bisect_right(paliers, du, key=_debut) - 1  # le dernier palier commencé
        if rang < 0:
            raise ParametreNonPublie(self.regime.bareme, du, paliers[0].du, paliers[-1].au)
        for palier in paliers[rang:]:
            if palier.du > jour:
                return
            if palier.au >= du:
                yield from _par_annee(max(du, palier.du), min(jour, palier.au), palier, conventions.annee)
        if jour > palier.au:
            yield from self._au_dela(max(du, palier.au + UN_JOUR), jour, palier, conventions)

    def _au_dela(
        self, du: date, jour: date, dernier: Palier, conventions: Conventions
    ) -> Iterator[tuple[date, date, Palier, int]]:
        """Le taux n'est pas publié : moins est réclamé, sauf si l'appelant en décide autrement."""
        if conventions.taux_inconnu == "refuser":
            raise ParametreNonPublie(self.regime.bareme, du, self.course.paliers[0].du, dernier.au)
        if conventions.taux_inconnu == "prolonger":
            prolonge = dernier._replace(reserves=(*dernier.reserves, PROLONGE))
            yield from _par_annee(du, jour, prolonge, conventions.annee)

    def _fermer(self, du: date, au: date, palier: Palier, annee: int) -> None:
        course, principal = self.course, self.creance.principal
        jours, taux = (au - du).days + 1, palier.taux
        centimes = interets_centimes(self.principal, taux.dix_milliemes, jours, annee)
        if course.poste == "penalites":
            self.penalites += centimes
        else:
            self.interets += centimes
        base = principal if self.principal == principal.centimes else Montant.de_centimes(self.principal, principal.devise)
        montant = Montant.de_centimes(centimes, principal.devise)
        origine, reserves, reference = palier.origine, palier.reserves, self.creance.reference
        ligne = LigneDecompte(
            reference, course.poste, du, au, jours, base, taux, annee, montant, course.source, reserves, origine
        )
        self.lignes.append(ligne)

    def du(self, postes: Postes) -> int:
        """Ce qui reste sur ces postes."""
        return sum(getattr(self, poste) for poste in postes)

    def eteindre(self, centimes: int, postes: Postes) -> dict[str, int]:
        """Retire ``centimes`` des postes, dans l'ordre ; au plus ce qui est dû."""
        pris: dict[str, int] = {}
        for poste in postes:
            part = min(centimes, getattr(self, poste))
            if part:
                setattr(self, poste, getattr(self, poste) - part)
                pris[poste] = part
                centimes -= part
        return pris


def _par_annee(du: date, au: date, palier: Palier, annee: str) -> Iterator[tuple[date, date, Palier, int]]:
    """La période entière ; coupée entre années communes et bissextiles si l'année est réelle."""
    if annee != "reelle":
        yield du, au, palier, DIVISEURS[annee]
        return
    for jours, groupe in groupby(range(du.year, au.year + 1), _longueur):
        annees = list(groupe)
        yield max(du, date(annees[0], 1, 1)), min(au, date(annees[-1], 12, 31)), palier, jours


def _longueur(annee: int) -> int:
    return 365 + (annee % 4 == 0 and (annee % 100 != 0 or annee % 400 == 0))


class Parcours:
    """Le dossier au fil des jours, jusqu'à ``au``."""

    def __init__(self, dossier: Dossier, droit: Droit, conventions: Conventions, au: date) -> None:
        self.au = au
        self.devise = dossier.devise
        self.droit = droit
        self.conventions = conventions
        self.evenements: tuple[Evenement, ...] = tuple(
            [e for e in dossier.evenements if e.le <= au]
        )  # le reste n'existe pas encore
        self.comptes = [self._ouvrir(c) for c in dossier.creances]
        self.imputations: list[Imputation] = []
        self.trop_percu = 0
        self._a_constater = sorted(self.comptes, key=lambda x: x.echeance.valeur)[
            ::-1
        ]  # la première échue est la dernière de la pile
        self._indemnisees: set[str] = set()
        self._parcourir()

    def _ouvrir(self, creance: Creance) -> Compte:
        regime = self.droit.regime(creance)
        echeance = self.droit.echeance(creance, regime)
        envoi, fige = self.conventions.depart_interets == "envoi", self.conventions.taux_dans_le_temps == "fige_a_l_echeance"
        course = self.droit.course(
            self.droit, creance, regime, echeance.valeur, self.evenements, au=self.au, envoi=envoi, fige=fige
        )
        return Compte(creance, regime, echeance, course)

    def _parcourir(self) -> None:
        mouvements = [e for e in self.evenements if isinstance(e, (Avoir, Paiement)) and _effet(e) <= self.au]
        mouvements.sort(key=lambda e: (_effet(e), isinstance(e, Paiement)))  # le tri garde l'ordre du dossier
        for mouvement in mouvements:
            if isinstance(mouvement, Avoir):
                self._reduire(mouvement)
            else:
                self._payer(mouvement)
        self._constater(self.au)
        for compte in self.comptes:
            compte.avancer(self.au, self.conventions)

    def _constater(self, jour: date) -> None:
        """Un retard naît quand il reste du principal à la fin du jour d'échéance ; l'indemnité naît avec lui."""
        while self._a_constater and self._a_constater[-1].echeance.valeur < jour:
            compte = self._a_constater.pop()
            compte.en_retard = compte.principal > 0
            if compte.en_retard:
                compte.indemnite_due = self._indemnite(compte)
                compte.indemnite = compte.indemnite_due.valeur.centimes

    def _indemnite(self, compte: Compte) -> Resultat[Montant]:
        due = self.droit.indemnite(self.droit, compte.creance, compte.regime, compte.echeance.valeur)
        numero = compte.creance.numero
        if self.conventions.indemnite_par == "facture" and due.valeur and numero in self._indemnisees:
            return Resultat(Montant.zero(self.devise), due.regle, (), DEJA_COMPTEE, (PAR_FACTURE,))
        self._indemnisees.add(numero)
        return due

    def _jour_de_fermeture(self, jour: date) -> date:
        return jour if self.conventions.jour_du_paiement == "compte" else jour - UN_JOUR

    def _fermer(self, compte: Compte, jour: date) -> None:
        compte.avancer(self._jour_de_fermeture(jour), self.conventions)

    def _reduire(self, avoir: Avoir) -> None:
        """Un avoir ne réduit que le principal."""
        self._constater(avoir.effet)
        compte = next(c for c in self.comptes if c.creance.reference == avoir.creance)
        self._fermer(compte, avoir.effet)
        pris = compte.eteindre(avoir.montant.centimes, ("principal",))
        self._inscrire(avoir.effet, "avoir", compte, pris)
        compte.trop_percu += avoir.montant.centimes - sum(pris.values())

    def _payer(self, paiement: Paiement) -> None:
        self._constater(paiement.le)
        rangs = RANGS[self.conventions.imputation]
        reste = paiement.montant.centimes
        if paiement.creance is not None:
            compte = next(c for c in self.comptes if c.creance.reference == paiement.creance)
            self._fermer(compte, paiement.le)
            compte.trop_percu += self._eteindre(compte, paiement.le, reste, rangs + EN_DERNIER)
            return
        ordre = sorted(self.comptes, key=lambda c: _rang(c, paiement.le))
        for postes in (rangs, EN_DERNIER):
            for _, groupe in groupby(ordre, key=lambda c: _rang(c, paiement.le)):
                if reste:
                    reste = self._repartir(list(groupe), paiement.le, reste, postes)
        self.trop_percu += reste

    def _eteindre(self, compte: Compte, jour: date, centimes: int, postes: Postes) -> int:
        pris = compte.eteindre(centimes, postes)
        self._inscrire(jour, "paiement", compte, pris)
        return centimes - sum(pris.values())

    def _repartir(self, groupe: Sequence[Compte], jour: date, centimes: int, postes: Postes) -> int:
        """Entre dettes de même rang : proportionnellement, les centimes conservés au plus fort reste.

        Seule une créance qui reçoit une part ferme une ligne.
        """
        ferme = self._jour_de_fermeture(jour)
        courus = 0 if postes is EN_DERNIER else 1
        dus = [compte.du(postes) + courus * compte.couru(ferme, self.conventions) for compte in groupe]
        for compte, part in zip(groupe, au_plus_fort_reste(min(centimes, sum(dus)), dus), strict=True):
            if part:
                self._fermer(compte, jour)
                centimes -= part - self._eteindre(compte, jour, part, postes)
        return centimes

    def _inscrire(self, jour: date, evenement: str, compte: Compte, pris: dict[str, int]) -> None:
        if pris:
            parts = (Montant.de_centimes(pris.get(p, 0), self.devise) for p in ("principal", "penalites", "interets"))
            principal, penalites, interets = parts
            zero = Montant.zero(self.devise)
            indemnite = Montant.de_centimes(pris.get("indemnite", 0), self.devise)
            reference = compte.creance.reference
            self.imputations.append(Imputation(jour, evenement, reference, principal, penalites, interets, zero, indemnite, zero))


def _effet(mouvement: Avoir | Paiement) -> date:
    return mouvement.effet if isinstance(mouvement, Avoir) else mouvement.le


def _rang(compte: Compte, jour: date) -> tuple[bool, int, date, date]:
    """Dettes échues d'abord, puis les plus onéreuses ce jour-là, puis les plus anciennes.

    Source:
        C. civ., art. 1342-10.
    """
    apres = compte.course.apres
    court = apres is not None and jour >= apres
    taux = next((p.taux.dix_milliemes for p in compte.course.paliers if p.du <= jour <= p.au), 0) if court else 0
    return compte.echeance.valeur > jour, -taux, compte.echeance.valeur, compte.creance.emise_le


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
