"""Ce qu'un droit sait répondre : ses régimes, ligne à ligne, et les questions qu'on lui pose."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar

from attrs import evolve, field, frozen

from recouvrement.affichage import fiche
from recouvrement.droit.baremes import Bareme, Verifie, reserves_de
from recouvrement.droit.chronologie import Prescription, Versement
from recouvrement.erreurs import DroitIndisponible, ReglesConcurrentes
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Adresse, Debiteur, Qualite
from recouvrement.resultat import Regle, Reserve, Resultat, Source, fait
from recouvrement.temps import Delai, JoursOuvres

if TYPE_CHECKING:
    from recouvrement.droit.voies import Situation, Voie

Poste = Literal["penalites", "interets"]
Ligne = TypeVar("Ligne", "Regime", "RegimePrescription")
Distance = Literal["aucune", "outre_mer", "etranger"]
CLAUSES = 256  # taux indexés retenus par un droit
SANS_TAUX = Taux(0)
_au = attrgetter("au")


class Palier(NamedTuple):
    """Période, bornes incluses, pendant laquelle le même taux court ; ``origine`` dit d'où il vient."""

    du: date
    au: date
    taux: Taux
    origine: str
    reserves: tuple[Reserve, ...]


class Choix(NamedTuple):
    """Les lectures retenues là où les textes laissent le choix (voir ``Conventions``)."""

    envoi: bool = False
    fige: bool = False
    prolonger: bool = False
    sous_le_plancher: Literal["convenu", "plancher", "suppletif"] = "convenu"


@frozen(kw_only=True)
class Regime:
    """Une ligne de la table des régimes : qui doit à qui, et ce qui court.

    Attributes:
        acheteurs: Genres d'acheteur public visés ; vide : tous.
        bareme: Code du barème ; le taux est sa valeur plus ``plus``.
        fige: Le taux du jour de départ vaut pour toute la durée.
        depart: Ce qui fait courir : l'échéance, ou la mise en demeure.
        depuis: Délais de paiement à compter desquels le régime joue ; avant, rien ne court (``avant_depuis`` dit pourquoi).
        contrats_depuis: Contrats à compter desquels il joue ; ``None`` : tous.
        delais_legaux: Jours que la loi accorde sans échéance donnée, par genre d'acheteur ; ``general`` pour les autres.
        ordre_public: Aucune clause ne change le taux.
        taux_convenu: Au civil, un taux convenu remplace le taux légal (toujours admis pour des pénalités).
        versions: Rédactions de la loi, par jour d'entrée en vigueur ; vide : ``source`` seule.
        interets_sous: Jours laissés au débiteur pour payer les intérêts une fois le principal payé, et l'article.
        renonciation: Le texte qui répute non écrite une renonciation aux pénalités ; ``None`` : le créancier peut les remettre.
        imputation: Ce qu'un paiement éteint d'abord, quand la loi du régime le fixe ; sinon, la convention de calcul.
        sans_clause_penale: Pourquoi aucune clause pénale ne joue ; vide : elle joue.
        frais: Frais justifiés : le ``complement`` de l'indemnité, ceux faits depuis la mise en ``demeure``, ou ``aucun``.
    """

    code: str
    intitule: str
    creanciers: frozenset[Qualite]
    debiteurs: frozenset[Qualite]
    natures: frozenset[str]
    acheteurs: frozenset[str]
    poste: Poste
    bareme: str
    plus: Taux
    fige: bool
    depart: Literal["echeance", "mise_en_demeure"]
    delais_legaux: tuple[tuple[str, int], ...]
    indemnite: str | None
    source: Source
    depuis: date | None = None
    contrats_depuis: date | None = None
    avant_depuis: str = ""
    sans_penalites: str = ""
    sans_indemnite: str = ""
    ordre_public: bool = False
    taux_convenu: bool = False
    versions: tuple[tuple[date, Source], ...] = ()
    interets_sous: tuple[int, Source] | None = None
    renonciation: Source | None = None
    imputation: Literal["principal_d_abord"] | None = None
    sans_clause_penale: str = ""
    frais: Literal["complement", "demeure", "aucun"] = "aucun"

    _repr_html_ = fiche("Régime")

    @property
    def admet_un_taux_convenu(self) -> bool:
        """Vrai si le contrat peut fixer le taux."""
        return self.taux_convenu or (self.poste == "penalites" and not self.ordre_public)

    def joue(self, creance: Creance, echeance: date) -> bool:
        """Faux d'une dette née ou échue avant le régime, ou d'un contrat antérieur à ceux qu'il vise."""
        if self.depuis is None:
            return True
        ancien = self.contrats_depuis and creance.contrat_le and creance.contrat_le < self.contrats_depuis
        return not ancien and min(creance.nee_le, echeance) >= self.depuis

    def source_au(self, jour: date) -> Source:
        """La rédaction en vigueur ce jour-là ; la plus ancienne décrite, avant elle."""
        if not self.versions:
            return self.source
        for du, source in reversed(self.versions):
            if du <= jour:
                return source
        return self.versions[0][1]

    def delai_legal(self, acheteur: str) -> int:
        """Jours accordés par la loi à ce genre d'acheteur, sans échéance donnée."""
        delais = dict(self.delais_legaux)
        return delais.get(acheteur, delais["general"])

    def regit(self, creance: Creance) -> bool:
        """Vrai si les qualités, la nature et l'acheteur sont ceux de cette ligne."""
        return (
            creance.nature in self.natures
            and creance.creancier.qualite in self.creanciers
            and creance.debiteur.qualite in self.debiteurs
            and (not self.acheteurs or creance.debiteur.acheteur in self.acheteurs)
        )


class Parties(NamedTuple):
    """Qui agit, contre qui."""

    creanciers: frozenset[Qualite]
    debiteurs: frozenset[Qualite]


class Ancienne(NamedTuple):
    """Durée qu'une loi a réduite : celle d'avant ``RegimePrescription.depuis``."""

    duree: Delai
    reserves: tuple[Reserve, ...]


@frozen(kw_only=True)
class RegimePrescription:
    """Une ligne de la table des prescriptions.

    Attributes:
        natures: Natures de créance visées ; ``parties`` : couples de qualités ; vides : toutes. ``acheteurs`` : genres d'acheteur public.
        civile: Le délai se compte en années civiles entières, du 1er janvier suivant le départ.
        depart: ``exigibilite`` : l'échéance, sinon l'exécution, sinon l'émission ; ``execution`` : l'exécution, sinon l'émission ;
            ``emission``.
        depart_dit: L'événement à dater, quand la ligne a le sien.
        attente: Jours ajoutés au départ.
        prudence: Jusqu'à une première interruption, la plus proche de l'échéance et de l'exécution compte aussi.
        depuis: Entrée en vigueur de la durée ; ``ancienne`` : celle d'avant, si la loi l'a réduite (C. civ., art. 2222, al. 2).
        amenageable: Le contrat peut changer la durée (C. civ., art. 2254).
        forclusion: Ni suspension, ni reconnaissance (C. civ., art. 2220).
        butoir: Soumise aux vingt ans de l'article 2232.
        suspension_max: Durée d'une suspension, au plus.
        acte: Cause de l'acte qui l'interrompt à coup sûr.
        regle: La règle du dernier jour utile.
        duree_expliquee: La durée, comme un fait de l'arbre des raisons.
    """

    code: str
    intitule: str
    duree: Delai
    natures: frozenset[str]
    parties: tuple[Parties, ...]
    acheteurs: frozenset[str]
    civile: bool
    depart: Literal["exigibilite", "execution", "emission"]
    depart_dit: str
    attente: int
    prudence: bool
    depuis: date | None
    ancienne: Ancienne | None
    amenageable: bool
    forclusion: bool
    butoir: bool
    suspension_max: Delai | None
    acte: str
    source: Source
    verifie: Verifie
    reserves: tuple[Reserve, ...] = ()
    regle: Regle = field(init=False, eq=False, repr=False)
    duree_expliquee: Resultat[Delai] = field(init=False, eq=False, repr=False)

    _repr_html_ = fiche("Régime de prescription", regle="", duree_expliquee="")

    @regle.default
    def _la_regle(self) -> Regle:
        return Regle(f"prescription_{self.code}", "Prescription, dernier jour utile", self.source)

    @duree_expliquee.default
    def _la_duree(self) -> Resultat[Delai]:
        return fait("Durée", self.duree, self.intitule)

    def regit(self, creance: Creance) -> bool:
        """Vrai si la nature et les qualités sont celles de cette ligne."""
        creancier, debiteur = creance.creancier.qualite, creance.debiteur.qualite
        return (
            creance.nature in self.natures
            and (not self.parties or any(creancier in p.creanciers and debiteur in p.debiteurs for p in self.parties))
            and (not self.acheteurs or creance.debiteur.acheteur in self.acheteurs)
        )


class Course(NamedTuple):
    """Ce qui court sur une créance : quel poste, après quel jour, à quels taux.

    Attributes:
        apres: Dernier jour sans intérêt ; ``None`` : rien ne court, ``motif`` dit pourquoi.
        paliers: Dans l'ordre ; un jour sans palier ne porte rien (délai de grâce, procédure collective).
        connu_au: Dernier jour pour lequel le taux est publié.
        capitalise_du: Jour d'où se comptent les années entières de la capitalisation.
        reserves: Ce qui reste discuté de cette course entière.
        legale: Faux si le taux est convenu : la majoration d'après jugement ne le touche pas.
        bareme: Celui dont la dernière valeur publiée fixe ``connu_au`` ; ``None`` : aucun.
        capitalise_au: Dernier jour où une année entière de ces intérêts peut encore en produire.
    """

    poste: Poste
    apres: date | None
    paliers: tuple[Palier, ...]
    source: Source | None
    motif: str = ""
    connu_au: date = date.max
    capitalise_du: date | None = None
    reserves: tuple[Reserve, ...] = ()
    legale: bool = True
    bareme: Bareme | None = None
    capitalise_au: date = date.max

    def taux_au(self, jour: date) -> Taux:
        """Le taux de ce jour ; nul s'il n'en porte aucun."""
        rang = bisect_left(self.paliers, jour, key=_au)
        return self.paliers[rang].taux if rang < len(self.paliers) and self.paliers[rang].du <= jour else SANS_TAUX


courir = fabrique(Course)


class QuestionEcheance(Protocol):
    """Quand la somme est-elle due ?"""

    def __call__(self, creance: Creance, regime: Regime, *, plafonner: bool = False) -> Resultat[date]:
        """Échéance, avec son fondement ; ramenée au plafond légal si ``plafonner``."""


class QuestionCourse(Protocol):
    """Qu'est-ce qui court, depuis quand, à quel taux ?"""

    def __call__(
        self,
        droit: "Droit",
        creance: Creance,
        regime: Regime,
        echeance: date,
        evenements: tuple[Evenement, ...],
        *,
        au: date,
        choix: Choix,
    ) -> Course:
        """Une course sans départ dit son motif."""


class QuestionIndemnite(Protocol):
    """Quelle indemnité un retard fait-il naître ?"""

    def __call__(
        self, droit: "Droit", creance: Creance, regime: Regime, echeance: date, evenements: tuple[Evenement, ...]
    ) -> Resultat[Montant]:
        """Montant dû en cas de retard, nul avec son motif sinon."""


class QuestionPlancher(Protocol):
    """Le taux convenu est-il trop bas ?"""

    def __call__(self, droit: "Droit", creance: Creance, du: date, au: date) -> Resultat[Taux] | None:
        """Le premier plancher qu'il n'atteint pas entre ces jours, ou rien."""


class QuestionMentions(Protocol):
    """Que doit dire la facture de son paiement ?"""

    def __call__(
        self, droit: "Droit", creance: Creance, regime: Regime, echeance: date, *, choix: Choix = ...
    ) -> tuple[str, ...]:
        """Phrases à imprimer, dans l'ordre."""


class QuestionPrescription(Protocol):
    """Jusqu'à quand peut-on agir ?"""

    def __call__(
        self,
        droit: "Droit",
        creance: Creance,
        versements: tuple[Versement, ...],
        evenements: tuple[Evenement, ...],
        *,
        au: date,
    ) -> Prescription:
        """Dernier jour utile et jour prudent."""


class QuestionDelai(Protocol):
    """Quand finit un délai de procédure ?"""

    def __call__(self, cle: str, *, depart: date, distance: Distance = "aucune", calendrier: JoursOuvres) -> Resultat[date]:
        """Dernier jour pour agir, ou dernier jour d'une attente."""


class QuestionDistance(Protocol):
    """Celui qui agit demeure-t-il assez loin pour que ses délais s'allongent ?"""

    def __call__(self, adresse: Adresse | None) -> Distance:
        """Sans adresse, ``aucune`` : la lecture la plus courte."""


class QuestionEchelonnement(Protocol):
    """Un plan de paiement peut-il être autre chose qu'un délai ?"""

    def __call__(self, debiteur: Debiteur, accord_le: date, dernier_le: date, *, interets: bool) -> Reserve | None:
        """Ce qu'il risque d'être, ou rien."""


class QuestionVoies(Protocol):
    """Par quelles voies obtenir paiement ?"""

    def __call__(self, droit: "Droit", situation: "Situation") -> "tuple[Voie, ...]":
        """Toutes les voies décrites, ouvertes ou fermées, dans l'ordre de la table."""


@frozen(kw_only=True, eq=False, repr=False)
class Droit:
    """Le droit d'un pays : ses tables, et les questions auxquelles il répond.

    Égal et sérialisé par son code, ses valeurs ajoutées et son calendrier.

    Attributes:
        territoire: Pays (ISO 3166) où il s'applique de plein droit ; un créancier d'ailleurs reçoit une alerte.
        avertissements: Ce que le créancier risque, par clé de réserve : dit en alerte, jamais dans une lettre.
    """

    code: str
    baremes: Mapping[str, Bareme]
    regimes: tuple[Regime, ...]
    prescriptions: Mapping[str, RegimePrescription]
    territoire: frozenset[str]
    calendrier: JoursOuvres
    echeance: QuestionEcheance
    course: QuestionCourse
    indemnite: QuestionIndemnite
    plancher: QuestionPlancher
    prescription: QuestionPrescription
    mentions: QuestionMentions
    delai: QuestionDelai
    distance: QuestionDistance
    voies: QuestionVoies
    echelonnement: QuestionEchelonnement
    avertissements: Mapping[str, Regle] = field(factory=dict)
    ajouts: tuple[Bareme, ...] = ()
    _par_qualites: dict[tuple[object, ...], Regime] = field(factory=dict, init=False)
    _prescriptions: dict[tuple[object, ...], RegimePrescription] = field(factory=dict, init=False)
    _paliers: dict[str, tuple[Palier, ...]] = field(factory=dict, init=False)
    _indexes: dict[TauxIndexe, tuple[Palier, ...]] = field(factory=dict, init=False)

    @property
    def a_jour_au(self) -> date:
        """Dernier jour pour lequel toutes les tables de taux répondent."""
        return min(b.connu_au for b in self.baremes.values() if b.unite == "%/an")

    def regime(self, creance: Creance) -> Regime:
        """Régime de la créance, par sa nature et la qualité de ses parties.

        Raises:
            DroitIndisponible: Aucune ligne ne la décrit.
            ReglesConcurrentes: Deux lignes répondent.
        """
        cle = (creance.nature, creance.creancier.qualite, creance.debiteur.qualite, creance.debiteur.acheteur)
        trouve = self._par_qualites.get(cle)
        if trouve is None:
            trouve = self._par_qualites[cle] = self._seule("régime de la créance", self.regimes, creance)
        return trouve

    def regime_prescription(self, creance: Creance) -> RegimePrescription:
        """Régime de prescription de la créance, par sa nature et la qualité de ses parties.

        Raises:
            DroitIndisponible: Aucune ligne ne la décrit.
            ReglesConcurrentes: Deux lignes répondent.
        """
        cle = (creance.nature, creance.creancier.qualite, creance.debiteur.qualite, creance.debiteur.acheteur)
        trouve = self._prescriptions.get(cle)
        if trouve is None:
            lignes = tuple(self.prescriptions.values())
            trouve = self._prescriptions[cle] = self._seule("régime de prescription", lignes, creance)
        return trouve

    def _seule(self, question: str, table: Iterable[Ligne], creance: Creance) -> Ligne:
        """La ligne qui régit la créance : une, et une seule."""
        lignes = [r for r in table if r.regit(creance)]
        if len(lignes) > 1:
            raise ReglesConcurrentes(question, [r.code for r in lignes])
        if not lignes:
            qui = f"{creance.creancier.qualite.value} contre {creance.debiteur.qualite.value}"
            quoi = f"la nature « {creance.nature} » de la créance {creance.reference}"
            raise DroitIndisponible(f"droit « {self.code} » : {quoi}, {qui}, n'est pas encore décrite")
        return lignes[0]

    def paliers(self, regime: Regime) -> tuple[Palier, ...]:
        """Taux du régime dans le temps ; les périodes voisines de même taux n'en font qu'une."""
        connus = self._paliers.get(regime.code)
        if connus is None:
            connus = self._paliers[regime.code] = tuple(_fusionner(self.baremes[regime.bareme], regime.plus))
        return connus

    def indexes(
        self, indexe: TauxIndexe, calculer: Callable[[Bareme, TauxIndexe], Iterable[Palier]], code: str
    ) -> tuple[Palier, ...]:
        """Un taux indexé dans le temps, calculé une fois par clause du barème ``code`` ; les ``CLAUSES`` dernières, au plus."""
        connus = self._indexes.get(indexe)
        if connus is None:
            if len(self._indexes) == CLAUSES:
                self._indexes.clear()
            connus = self._indexes[indexe] = tuple(calculer(self.baremes[code], indexe))
        return connus

    def avec(self, *ajouts: "Path | Bareme") -> "Droit":
        """Le même droit, avec des valeurs datées ajoutées ou remplacées ; le reste de chaque barème est gardé.

        Args:
            ajouts: Barèmes, ou fichiers TOML du format des tables livrées.

        Raises:
            TableInvalide: Fichier faux, ou valeurs qui ne se raccordent pas.
        """
        from recouvrement.droit.tables import lire_baremes

        lus = [b for a in ajouts for b in ([a] if isinstance(a, Bareme) else lire_baremes(a).values())]
        baremes = dict(self.baremes)
        for bareme in lus:
            baremes[bareme.code] = baremes[bareme.code].avec(bareme) if bareme.code in baremes else bareme
            if f"{bareme.code}_semestre" in baremes:
                baremes[f"{bareme.code}_semestre"] = baremes[bareme.code].par_semestre()
        return evolve(self, baremes=baremes, ajouts=self.ajouts + tuple(lus))

    def __eq__(self, autre: object) -> bool:
        return isinstance(autre, Droit) and (self.code, self.ajouts, self.calendrier) == (
            autre.code,
            autre.ajouts,
            autre.calendrier,
        )

    def __hash__(self) -> int:
        return hash((self.code, self.ajouts))

    def __repr__(self) -> str:
        return f"<Droit {self.code}, à jour au {self.a_jour_au:%d/%m/%Y}>"

    def __reduce__(self) -> tuple[Callable[..., "Droit"], tuple[object, ...]]:
        return _retrouver, (self.code, self.ajouts, self.calendrier)

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        baremes = [(b.code, b.intitule, b.unite, a.date_fr(b.connu_du), a.date_fr(b.connu_au)) for b in self.baremes.values()]
        regimes = [(r.code, r.intitule, str(r.source)) for r in self.regimes]
        faits = [
            ("à jour au", a.date_fr(self.a_jour_au)),
            ("régimes", str(len(self.regimes))),
            ("barèmes ajoutés", str(len(self.ajouts))),
        ]
        return a.page(
            a.carte("Droit", self.code, faits),
            a.table(("Régime", "Intitulé", "Texte"), regimes, legende="Régimes"),
            a.table(("Barème", "Intitulé", "Unité", "Connu du", "Au"), baremes, legende="Barèmes"),
        )


def _fusionner(bareme: Bareme, plus: Taux) -> Iterator[Palier]:
    en_cours: Palier | None = None
    for du, au, v in bareme.paliers(bareme.connu_du, bareme.connu_au):
        origine = f"{bareme.intitule}, {Taux(v.valeur)}" + (f" + {plus}" if plus.dix_milliemes else "")
        suivant = Palier(du, au, Taux(v.valeur) + plus, origine, reserves_de(bareme, v))
        if en_cours and (en_cours.taux, en_cours.reserves) == (suivant.taux, suivant.reserves):
            en_cours = en_cours._replace(au=au)
            continue
        if en_cours:
            yield en_cours
        en_cours = suivant
    if en_cours:
        yield en_cours


def _retrouver(code: str, ajouts: tuple[Bareme, ...], calendrier: JoursOuvres) -> Droit:
    """Le droit d'un pays décrit ici, relu, avec son calendrier."""
    from recouvrement.droit import pour

    droit = pour(code, ajouts)
    return droit if calendrier == droit.calendrier else evolve(droit, calendrier=calendrier)
