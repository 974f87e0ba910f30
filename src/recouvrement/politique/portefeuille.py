"""Tous les dossiers d'un coup, examinés au même jour : ce qui vieillit, ce qui se prescrit, par où commencer.

Deux devises ne s'additionnent jamais : chaque total est donné par devise. Une créance qui ne peut être examinée est écartée, et dite ;
les autres de son dossier sont examinées.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Self

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.evenements import Echeancier, Paiement
from recouvrement.modele.personnes import Debiteur
from recouvrement.politique.balance import BalanceAgee, Par, PenalitesNonReclamees, balance_agee, partie, penalites_non_reclamees
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.dso import ChiffreDAffaires, Dso, dso
from recouvrement.politique.politique import Politique
from recouvrement.politique.priorites import POIDS, Poids, Priorites, Radar, priorites, radar
from recouvrement.politique.rapprochement import Rapprochement, rapprocher
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.temps import jour_civil


@frozen
class Ecarte:
    """Une créance, ou un dossier entier, que la politique n'a pu examiner : rien n'en entre dans aucun chiffre."""

    creancier: str
    debiteur: str
    creances: tuple[str, ...]
    erreur: str
    message: str

    _repr_html_ = fiche("Créance écartée")


def examiner_au_mieux(politique: Politique, dossier: Dossier, *, au: date) -> tuple[Bilan | None, tuple[Ecarte, ...]]:
    """Le bilan des créances que la politique sait examiner, et les autres : une nature non décrite n'écarte que sa créance.

    Un paiement qui ne désigne pas sa créance s'impute alors sur celles qui restent. Un échéancier qui en lie une écartée à d'autres
    les écarte toutes : sans elle, on ne sait s'il est tenu.
    """
    try:
        return politique.examiner(dossier, au=au), ()
    except RecouvrementError as e:
        entier = (ecarter(dossier, e),)
    ecartes = tuple([ecarte for x in dossier.creances if (ecarte := _seule(politique, x, au))])
    saines = {x.reference for x in dossier.creances} - {r for e in ecartes for r in e.creances}
    plans = [e for e in dossier.evenements if isinstance(e, Echeancier)]
    if not saines or not ecartes or any(not p.creances or not saines.issuperset(p.creances) for p in plans):
        return None, entier if saines else ecartes
    try:
        return politique.examiner(dossier.reduit(saines), au=au), ecartes
    except RecouvrementError:
        return None, entier


def _seule(politique: Politique, creance: Creance, au: date) -> Ecarte | None:
    """Ce qui empêche d'examiner cette créance, quoi qu'il lui soit arrivé."""
    seule = Dossier(creances=(creance,))
    try:
        politique.examiner(seule, au=au)
    except RecouvrementError as e:
        return ecarter(seule, e)
    return None


@frozen(init=False, repr=False)
class Portefeuille(EnTable):
    """Des dossiers examinés au jour ``au``, une fois pour toutes les vues. Leur ordre ne change rien.

    Args:
        dossiers: De tous créanciers, débiteurs et devises.

    Raises:
        DonneeInvalide: Une même créance donnée deux fois : elle compterait double.
    """

    dossiers: tuple[Dossier, ...]
    politique: Politique
    au: date
    _examens: tuple[tuple[Bilan | None, tuple[Ecarte, ...]], ...] = field(eq=False)

    def __init__(self, dossiers: Iterable[Dossier], *, politique: Politique, au: date) -> None:
        jour_civil(au, "au")
        ranges = _ranger(dossiers)
        examens = [examiner_au_mieux(politique, dossier, au=au) for dossier in ranges]
        self.__attrs_init__(ranges, politique, au, tuple(examens))

    def __repr__(self) -> str:
        return f"Portefeuille({len(self.dossiers)} dossiers, au={self.au.isoformat()}, {len(self.ecartes)} écartés)"

    def _repr_html_(self) -> str:
        from recouvrement.politique.presentation import portefeuille_en_html

        return portefeuille_en_html(self)

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par créance des dossiers examinés ; montants en ``Decimal``."""
        return [ligne for bilan in self.bilans for ligne in bilan.vers_lignes()]

    def _colonnes(self) -> Mapping[str, Genre]:
        from recouvrement.politique.presentation import COLONNES_DU_BILAN

        return COLONNES_DU_BILAN

    @property
    def bilans(self) -> tuple[Bilan, ...]:
        """Ceux des dossiers examinés, sans leurs créances écartées."""
        return tuple([bilan for bilan, _ in self._examens if bilan])

    @property
    def ecartes(self) -> tuple[Ecarte, ...]:
        """Les créances qui n'ont pu l'être, avec leur erreur."""
        return tuple([ecarte for _, ecartes in self._examens for ecarte in ecartes])

    def par(self, quoi: Par) -> dict[str, Self]:
        """Un portefeuille par débiteur ou par créancier, sous sa clé : chaque vue s'y demande, sans nouvel examen.

        Args:
            quoi: ``debiteur`` ou ``creancier``.
        """
        rangs: dict[str, list[int]] = {}
        for i, dossier in enumerate(self.dossiers):
            rangs.setdefault(partie(dossier, quoi).cle, []).append(i)
        return {cle: self._extrait(rangs[cle]) for cle in sorted(rangs)}

    def _extrait(self, rangs: Sequence[int]) -> Self:
        extrait = self.__class__.__new__(self.__class__)
        dossiers, examens = tuple([self.dossiers[i] for i in rangs]), tuple([self._examens[i] for i in rangs])
        extrait.__attrs_init__(dossiers, self.politique, self.au, examens)
        return extrait

    def balance_agee(self, tranches: Sequence[int] = (30, 60, 90), *, par: Par = "debiteur") -> BalanceAgee:
        """Le principal restant dû par ancienneté de retard, et les accessoires à côté.

        Args:
            tranches: Derniers jours de retard de chaque tranche, croissants ; le jour de l'échéance n'est pas un retard.
            par: Une ligne par ``debiteur`` ou par ``creancier``, et par devise.

        Raises:
            DonneeInvalide: Tranches en désordre.
        """
        return balance_agee(self.bilans, self.au, tuple(tranches), par)

    def dso(self, *, mois: int = 12, chiffre_d_affaires: ChiffreDAffaires = ()) -> tuple[Dso, ...]:
        """Combien de jours de ventes sont encore dehors, simple et par épuisement ; un par devise.

        Les ventes d'un mois sont celles que vous donnez, sinon les créances du portefeuille émises ce mois-là, nettes des avoirs :
        un portefeuille qui n'a que des impayés les ignore en partie, et le chiffre le dit.

        Args:
            mois: Période de la méthode simple : ce nombre de mois civils, celui de ``au`` compris, jusqu'à ``au``.
            chiffre_d_affaires: Par mois (un de ses jours), TTC ; celui du mois de ``au`` s'arrête à ``au``.

        Raises:
            DonneeInvalide: Mois à venir ou donné deux fois, chiffre négatif.
        Source:
            Usages de gestion : encours ÷ ventes × jours ; « exhaustion method » (Oracle Hyperion Financial Management, fonction DSO).
        """
        return dso(self.bilans, self.au, mois, chiffre_d_affaires)

    def penalites_non_reclamees(self) -> PenalitesNonReclamees:
        """Pénalités, intérêts, indemnités qui restent dus et qu'aucune mise en demeure n'a réclamés."""
        return penalites_non_reclamees(self.bilans, self.au)

    def radar(self, horizons: Sequence[int] = (60, 180, 365)) -> Radar:
        """Les prescriptions de tout ce qui reste dû, de la plus proche à la plus lointaine.

        Args:
            horizons: Niveaux, en jours avant le jour prudent, croissants.
        """
        return radar(self.bilans, self.au, tuple(horizons))

    def priorites(self, poids: Poids = POIDS) -> Priorites:
        """Les dossiers où il reste quelque chose à demander, du plus pressant au moins pressant ; chaque note se recompte."""
        return priorites(self.bilans, self.au, poids)

    def rapprocher(self, paiement: Paiement, *, libelle: str = "", debiteur: Debiteur | str | None = None) -> Rapprochement:
        """Les factures ouvertes d'un même débiteur dont la somme exacte est ce paiement. Rien n'est imputé.

        Sont essayés le total dû, le principal, le principal avec les intérêts ou avec l'indemnité, au jour du paiement ; et le total
        demandé au jour du dernier écrit. Une facture émise après le paiement n'est pas candidate. ``unique`` demande un seul
        candidat, une recherche complète, et un libellé qui ne le contredit pas.

        Args:
            libelle: Texte du relevé ; la référence du paiement s'y ajoute. Une facture qu'il nomme doit être du candidat.
            debiteur: Le payeur, ou sa clé, s'il est connu ; sinon le libellé peut le nommer.

        Raises:
            DonneeInvalide: Paiement qui désigne déjà sa créance, ou postérieur à ``au``.
        """
        return rapprocher(paiement, self.bilans, self.politique, au=self.au, libelle=libelle, debiteur=debiteur)


def _ranger(dossiers: Iterable[Dossier]) -> tuple[Dossier, ...]:
    """Par débiteur, créancier, devise et première référence ; chaque créance une seule fois."""
    vues: set[tuple[str, str, str, str]] = set()
    ranges = []
    for dossier in dossiers:
        if not isinstance(dossier, Dossier):
            raise DonneeInvalide("un Dossier est attendu", champ="dossiers", valeur=type(dossier).__name__)
        parties = (dossier.debiteur.cle, dossier.creancier.cle, dossier.devise)
        references = [x.reference for x in dossier.creances]
        for reference in references:
            if (*parties, reference) in vues:
                remede = "Donnez chaque créance une seule fois : Dossier.regrouper les rassemble."
                raise DonneeInvalide("créance en double", champ="dossiers", valeur=reference, remede=remede)
            vues.add((*parties, reference))
        ranges.append(((*parties, min(references)), dossier))
    return tuple([dossier for _, dossier in sorted(ranges, key=lambda r: r[0])])


def ecarter(dossier: Dossier, erreur: RecouvrementError) -> Ecarte:
    """Le dossier entier, et l'erreur qui l'écarte."""
    references = tuple([x.reference for x in dossier.creances])
    return Ecarte(dossier.creancier.nom, dossier.debiteur.nom, references, type(erreur).__name__, str(erreur))
