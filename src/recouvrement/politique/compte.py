"""Le compte d'une créance pendant le parcours d'un dossier : ce qui reste de chaque poste, et les lignes fermées."""

from bisect import bisect_left
from collections.abc import Iterator
from copy import copy
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.base import Course, Palier, Regime
from recouvrement.erreurs import ParametreNonPublie
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.creance import Creance
from recouvrement.modele.montant import Montant, somme
from recouvrement.politique.bilan import Imputation, LigneDecompte, Ouverture, compter
from recouvrement.politique.conventions import Conventions
from recouvrement.resultat import Resultat
from recouvrement.temps import UN_JOUR, Delai

Postes = tuple[str, ...]
CAPITALISES = " ; la base comprend les intérêts dus depuis une année entière (C. civ., art. 1343-2)"
DIVISEURS = {"365": 365, "360": 360}
_au = itemgetter(1)


class Trait(NamedTuple):
    """Une ligne fermée, en chiffres : la ligne elle-même n'est écrite que si on la lit."""

    du: date
    au: date
    jours: int
    base: int
    palier: Palier
    annee: int
    centimes: int
    capitalise: int


tracer = fabrique(Trait)


class Compte:
    """Une créance pendant le parcours : ce qui reste, en centimes, et le dernier jour déjà compté."""

    __slots__ = (
        "_lignes",
        "arret",
        "capitalise",
        "capitalises",
        "clause_due",
        "clause_penale",
        "course",
        "creance",
        "curseur",
        "devise",
        "documentes",
        "echeance",
        "en_retard",
        "exact",
        "execute_en_partie",
        "exigible_le",
        "frais",
        "frais_dus",
        "imputations",
        "indemnite",
        "indemnite_due",
        "interets",
        "nes",
        "penalites",
        "principal",
        "principal_echu",
        "regime",
        "remises",
        "traits",
        "trop_percu",
    )

    def __init__(self, creance: Creance, regime: Regime, echeance: Resultat[date], course: Course) -> None:
        self.creance = creance
        self.devise = creance.devise
        self.regime = regime
        self.echeance = echeance
        self.exigible_le = echeance.valeur
        self.course = course
        self.principal = creance.principal.centimes
        self.penalites = self.interets = self.clause_penale = self.indemnite = self.frais = 0
        self.principal_echu = self.clause_due = self.frais_dus = self.documentes = self.trop_percu = 0
        self.indemnite_due: Resultat[Montant] | None = None
        self.en_retard = self.execute_en_partie = False
        self.traits: list[Trait] = []
        self.imputations: list[Imputation] = []
        self.curseur: date | None = course.apres
        self.arret: date | None = None
        self.nes: list[tuple[date, str, int]] = []
        self.remises: dict[str, int] = {}
        self.capitalise = self.capitalises = 0  # les centimes, et les premiers traits, déjà capitalisés
        self.exact: Fraction | None = None
        self._lignes: tuple[LigneDecompte, ...] | None = None

    @property
    def courus(self) -> int:
        """Pénalités et intérêts courus et non payés."""
        return self.penalites + self.interets

    @property
    def total(self) -> int:
        """Ce qui reste des six postes."""
        return self.principal + self.penalites + self.interets + self.clause_penale + self.indemnite + self.frais

    @property
    def lignes(self) -> tuple[LigneDecompte, ...]:
        """Les lignes du décompte, une fois le parcours fini."""
        if self._lignes is None:
            self._lignes = tuple([self._en_ligne(trait) for trait in self.traits])
        return self._lignes

    def _en_ligne(self, trait: Trait) -> LigneDecompte:
        du, au, jours, base, palier, annee, centimes, capitalise = trait
        creance, course, devise = self.creance, self.course, self.devise
        return compter(
            creance.reference,
            course.poste,
            du,
            au,
            jours,
            creance.principal if base == creance.principal.centimes else somme(base, devise),
            palier.taux,
            annee,
            somme(centimes, devise),
            course.source,
            palier.reserves,
            palier.origine + CAPITALISES if capitalise else palier.origine,
        )

    @property
    def ouvertures(self) -> tuple[Ouverture, ...]:
        """Ce qui était dû d'un coup : le principal à l'émission, puis le reste."""
        reference, principal, devise = self.creance.reference, self.creance.principal, self.devise
        nes = [Ouverture(reference, le, nature, somme(centimes, devise)) for le, nature, centimes in self.nes]
        return (Ouverture(reference, self.creance.emise_le, "principal", principal), *nes)

    def avancer(self, jour: date, conventions: Conventions) -> None:
        """Ferme les lignes jusqu'à ``jour`` inclus ; au terme d'une année entière, les intérêts dus en produisent, s'il est convenu."""
        if self.curseur is None or jour <= self.curseur:
            return
        if self.course.capitalise_du is None:
            self._courir(jour, conventions)
            return
        for fin in self._fins(self.curseur, self.course.capitalise_du, jour):
            self._courir(fin, conventions)
            if (fin != jour or self._anniversaire(jour)) and self._une_annee_est_due(fin):
                self.capitalise, self.capitalises = self._net(self.courus), len(self.traits)

    def _fins(self, apres: date, origine: date, jour: date) -> Iterator[date]:
        """Les anniversaires de la capitalisation passés d'ici ``jour``, puis ``jour``."""
        for annees in range(max(1, apres.year - origine.year), jour.year - origine.year + 1):
            anniversaire = Delai(annees=annees).depuis(origine)
            if apres < anniversaire < jour and anniversaire <= self.course.capitalise_au:
                yield anniversaire
        yield jour

    def _anniversaire(self, jour: date) -> bool:
        origine = self.course.capitalise_du
        if origine is None or jour > self.course.capitalise_au or jour.year <= origine.year:
            return False
        return Delai(annees=jour.year - origine.year).depuis(origine) == jour

    def _une_annee_est_due(self, jour: date) -> bool:
        """Vrai si les intérêts non capitalisés qui restent dus couvrent une année entière : un paiement éteint les plus anciens d'abord.

        Source:
            C. civ., art. 1343-2.
        """
        dus, jours = self._net(self.courus) - self.capitalise, 0
        for trait in reversed(self.traits[self.capitalises :]):
            if trait.centimes and dus <= 0:
                break
            part = min(trait.centimes, dus)
            jours += trait.jours * part // trait.centimes if trait.centimes else trait.jours
            dus -= part
        origine = self.course.capitalise_du
        assert origine is not None  # noqa: S101 (avancer s'en est assuré)
        return jours >= (jour - Delai(annees=jour.year - origine.year - 1).depuis(origine)).days

    def a_courir(self, jour: date, conventions: Conventions) -> int:
        """Ce que ``avancer`` ajouterait, remises déduites, sans rien fermer."""
        essai = copy(self)
        essai.traits = self.traits.copy() if self.course.capitalise_du else []
        essai.avancer(jour, conventions)
        return self._net(essai.courus - self.courus)

    def _net(self, courus: int) -> int:
        """Ce qui reste de ``courus`` une fois servie la remise qui attend."""
        return max(0, courus - self.remises.get(self.course.poste, 0))

    def _courir(self, jour: date, conventions: Conventions) -> None:
        curseur = self.curseur
        assert curseur is not None  # noqa: S101 (avancer s'en est assuré)
        self.curseur = jour
        if self.principal + self.capitalise <= 0:
            return
        du, paliers, connu_au = curseur + UN_JOUR, self.course.paliers, self.course.connu_au
        fermer = self._par_annee if conventions.annee == "reelle" else self._fermer
        for palier in paliers[bisect_left(paliers, du, key=_au) :]:
            debut, fin = palier.du, palier.au
            if debut > jour:
                break
            fermer(max(du, debut), min(jour, fin), palier, conventions)
        if jour > connu_au:
            self.arret = connu_au
            if conventions.taux_inconnu == "refuser":
                lu = self.course.bareme
                code, connu_du = (lu.code, lu.connu_du) if lu else (self.regime.bareme, date.min)
                raise ParametreNonPublie(code, max(du, connu_au + UN_JOUR), connu_du, connu_au)

    def _par_annee(self, du: date, au: date, palier: Palier, conventions: Conventions) -> None:
        """La période, coupée entre années communes et bissextiles."""
        for longueur, groupe in groupby(range(du.year, au.year + 1), _longueur):
            annees = list(groupe)
            debut, fin = max(du, date(annees[0], 1, 1)), min(au, date(annees[-1], 12, 31))
            self._fermer(debut, fin, palier, conventions, longueur)

    def _fermer(self, du: date, au: date, palier: Palier, conventions: Conventions, annee: int | None = None) -> None:
        jours, taux, base = (au - du).days + 1, palier.taux.dix_milliemes, self.principal + self.capitalise
        annee = annee or DIVISEURS[conventions.annee]
        if conventions.arrondi == "ligne":
            centimes = interets_centimes(base, taux, jours, annee)
        else:
            centimes = self._part_exacte(Fraction(base * taux * jours, 1_000_000 * annee))
        if self.course.poste == "penalites":
            self.penalites += centimes
        else:
            self.interets += centimes
        self.traits.append(tracer(du, au, jours, base, palier, annee, centimes, self.capitalise))

    def _part_exacte(self, exact: Fraction) -> int:
        """Ce que la ligne ajoute au total arrondi une seule fois : la somme des lignes est ce total."""
        avant = self.exact or Fraction(0)
        self.exact = avant + exact
        return (self.exact + Fraction(1, 2)).__floor__() - (avant + Fraction(1, 2)).__floor__()

    def ouvrir(self, le: date, nature: str, centimes: int) -> None:
        """Une somme devient due d'un coup."""
        if centimes:
            setattr(self, nature, getattr(self, nature) + centimes)
            self.nes.append((le, nature, centimes))

    def du(self, postes: Postes) -> int:
        """Ce qui reste sur ces postes."""
        return sum([getattr(self, poste) for poste in postes])

    def eteindre(self, centimes: int, postes: Postes) -> dict[str, int]:
        """Retire ``centimes`` des postes, dans l'ordre ; au plus ce qui est dû."""
        pris: dict[str, int] = {}
        for poste in postes:
            part = min(centimes, getattr(self, poste))
            if part:
                setattr(self, poste, getattr(self, poste) - part)
                pris[poste] = part
                centimes -= part
        self.capitalise = min(self.capitalise, self.courus)
        return pris


def _longueur(annee: int) -> int:
    return 365 + (annee % 4 == 0 and (annee % 100 != 0 or annee % 400 == 0))
