"""Ce qui est arrivé à la dette. ``le`` est le jour d'effet ; ``reference`` est la clé de l'hôte."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import Attribute, field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant, Taux, taux

POSTES = ("principal", "penalites", "interets", "clause_penale", "indemnite", "frais")


def _montant(valeur: Montant | Decimal | int | str) -> Montant:
    return c.en_montant(valeur, "montant")


def _montant_ou_rien(valeur: Montant | Decimal | int | str | None) -> Montant | None:
    return None if valeur is None else c.en_montant(valeur, "montant")


def _versements(valeur: Iterable[tuple[date, Montant | Decimal | int | str]]) -> tuple[tuple[date, Montant], ...]:
    """Chaque versement, un jour et un montant ; ce qui n'en a pas la forme est laissé au validateur."""
    lus = c.en_suite(valeur)
    if not isinstance(lus, tuple) or any(not isinstance(v, Sequence) or len(v) != 2 for v in lus):
        return lus
    return tuple((jour, c.en_montant(montant, "versements")) for jour, montant in lus)


def _taux_ou_rien(valeur: Taux | Decimal | int | str | None) -> Taux | None:
    return None if valeur is None else taux(valeur)


@frozen(kw_only=True)
class Paiement:
    """Somme mise à la disposition du créancier.

    Attributes:
        le: Jour où le compte est crédité (CJCE, 3 avril 2008, C-306/06) ; d'une compensation, le jour où ses conditions étaient réunies.
        creance: Créance désignée ; ``None`` : la loi répartit (C. civ., art. 1342-10).
        affectation: Qui a désigné la créance. ``creancier`` : ce n'est pas une reconnaissance certaine de cette dette.
        moyen: ``virement``, ``cheque``, ``compensation`` (C. civ., art. 1347)…
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))
    moyen: str = field(default="virement", converter=c.nfc, validator=c.texte(long=40))
    affectation: Literal["debiteur", "creancier"] = field(default="debiteur", validator=c.parmi("debiteur", "creancier"))

    _repr_html_ = fiche("Paiement")


@frozen(kw_only=True)
class Rejet:
    """Paiement revenu impayé : vu de ce jour-là, il n'a jamais été fait.

    Attributes:
        paiement: ``reference`` du paiement.
    """

    le: date = field(validator=c.jour)
    paiement: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Rejet d'un paiement")


@frozen(kw_only=True)
class Avoir:
    """Réduction du principal par le créancier : jamais une créance négative.

    Attributes:
        effet_le: Jour d'effet quand la facture était fausse dès l'origine ; ``None`` : ``le``.
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))
    effet_le: date | None = field(default=None, validator=c.jour_ou_rien)

    _repr_html_ = fiche("Avoir")

    @property
    def effet(self) -> date:
        """Jour où le principal baisse."""
        return self.effet_le or self.le


@frozen(kw_only=True)
class Remise:
    """Abandon par le créancier d'une partie d'un poste (C. civ., art. 1350) ; plus forte que lui, elle éteint ce qui en naît ensuite."""

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    creance: str = field(converter=c.nfc, validator=c.texte())
    poste: str = field(default="principal", validator=c.parmi(*POSTES))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Remise")

    @property
    def effet(self) -> date:
        """Jour où le poste baisse."""
        return self.le


@frozen(kw_only=True)
class FraisJustifies:
    """Frais de recouvrement dont la preuve est au dossier : seul ce qui excède les 40 € de la facture s'ajoute.

    Attributes:
        piece: La preuve (« facture n° 12 du cabinet X »).
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    motif: str = field(converter=c.nfc, validator=c.texte())
    creance: str = field(converter=c.nfc, validator=c.texte())
    piece: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Frais justifiés")


@frozen(kw_only=True)
class Contestation:
    """Désaccord motivé du débiteur.

    Attributes:
        montant: Part contestée ; ``None`` : le tout.
        levee_le: Jour où elle est réglée ou abandonnée.
    """

    le: date = field(validator=c.jour)
    creance: str = field(converter=c.nfc, validator=c.texte())
    montant: Montant | None = field(default=None, converter=_montant_ou_rien)
    levee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Contestation")

    def __attrs_post_init__(self) -> None:
        if self.montant is not None and self.montant.centimes <= 0:
            raise DonneeInvalide("un montant strictement positif est attendu", champ="montant", valeur=self.montant)
        if self.levee_le is not None and self.levee_le < self.le:
            raise DonneeInvalide("levée avant d'être élevée", champ="levee_le", valeur=self.levee_le)


@frozen(kw_only=True)
class DelaiDeGrace:
    """Délai accordé par le juge, bornes incluses : ni pénalité ni majoration n'y courent (C. civ., art. 1343-5).

    Attributes:
        taux: Taux réduit fixé par le juge pour les sommes reportées, ou rien.
    """

    du: date = field(validator=c.jour)
    au: date = field(validator=c.jour)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    taux: Taux | None = field(default=None, converter=_taux_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Délai de grâce")

    def __attrs_post_init__(self) -> None:
        if self.au < self.du:
            raise DonneeInvalide("le délai finit avant de commencer", champ="au", valeur=self.au)

    @property
    def le(self) -> date:
        """Jour d'effet."""
        return self.du


@frozen(kw_only=True)
class ProcedureCollective:
    """Jugement d'ouverture : les intérêts s'arrêtent (C. com., art. L. 622-28)."""

    le: date = field(validator=c.jour)
    genre: Literal["sauvegarde", "redressement", "liquidation"] = field(
        validator=c.parmi("sauvegarde", "redressement", "liquidation")
    )
    publiee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    cloturee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Procédure collective")

    def __attrs_post_init__(self) -> None:
        if self.publiee_le is not None and self.publiee_le < self.le:
            raise DonneeInvalide("publiée avant d'être ouverte", champ="publiee_le", valeur=self.publiee_le)
        if self.cloturee_le is not None and self.cloturee_le < self.le:
            raise DonneeInvalide("close avant d'être ouverte", champ="cloturee_le", valeur=self.cloturee_le)


@frozen(kw_only=True)
class Titre:
    """Décision de justice, ou autre titre exécutoire.

    Attributes:
        le: Jour de la décision.
        executoire_le: Jour où elle est exécutoire, même par provision : fait courir les deux mois de la majoration.
        capitalisation_le: Jour de la demande de capitalisation que la décision accueille.
    """

    le: date = field(validator=c.jour)
    executoire_le: date = field(validator=c.jour)
    creance: str = field(converter=c.nfc, validator=c.texte())
    signifie_le: date | None = field(default=None, validator=c.jour_ou_rien)
    capitalisation_le: date | None = field(default=None, validator=c.jour_ou_rien)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Titre exécutoire")

    def __attrs_post_init__(self) -> None:
        if self.executoire_le < self.le:
            raise DonneeInvalide("exécutoire avant d'être rendu", champ="executoire_le", valeur=self.executoire_le)


@frozen(kw_only=True)
class Reconnaissance:
    """Le débiteur reconnaît devoir : la prescription repart (C. civ., art. 2240). Aucune forme ; partielle, elle vaut pour le tout.

    Attributes:
        creance: ``None`` : toutes celles du dossier.
    """

    le: date = field(validator=c.jour)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Reconnaissance")


@frozen(kw_only=True)
class Renonciation:
    """Le débiteur renonce, expressément ou sans équivoque, à une prescription déjà acquise (C. civ., art. 2250 et 2251)."""

    le: date = field(validator=c.jour)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Renonciation")


@frozen(kw_only=True)
class Promesse:
    """Le débiteur annonce un paiement.

    Attributes:
        pour_le: Jour promis.
    """

    le: date = field(validator=c.jour)
    montant: Montant = field(converter=_montant, validator=c.positif)
    pour_le: date = field(validator=c.jour)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Promesse de paiement")

    def __attrs_post_init__(self) -> None:
        if self.pour_le < self.le:
            raise DonneeInvalide("promesse pour un jour déjà passé", champ="pour_le", valeur=self.pour_le)


@frozen(kw_only=True)
class Echeancier:
    """Plan de paiement convenu.

    Attributes:
        versements: Jour et montant de chacun, dans l'ordre.
        creances: Références visées ; vide : toutes celles du dossier.
        interets: ``courent`` pendant le plan, ou ``abandonnes`` s'il est tenu.
        decheance: Vrai si un versement manqué rend le tout exigible.
    """

    le: date = field(validator=c.jour)
    versements: tuple[tuple[date, Montant], ...] = field(converter=_versements)
    creances: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    interets: Literal["courent", "abandonnes"] = field(default="courent", validator=c.parmi("courent", "abandonnes"))
    decheance: bool = field(default=True, validator=c.vrai_ou_faux)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        total = sum([m for _, m in self.versements[1:]], self.versements[0][1])
        faits = [
            ("convenu le", a.date_fr(self.le)),
            ("créances", ", ".join(self.creances) or "toutes celles du dossier"),
            ("intérêts", a.en_clair(self.interets)),
            ("un versement manqué", "rend le tout exigible" if self.decheance else "ne fait pas perdre le terme"),
        ]
        lignes = [(str(i), a.date_fr(le, semaine=True), str(m)) for i, (le, m) in enumerate(self.versements, 1)]
        return a.page(
            a.carte("Échéancier", str(total), faits),
            a.table(("N°", "Le", "Montant"), lignes, legende="Versements", nombres=(2,), total=("", "Total", str(total))),
        )

    @versements.validator
    def _en_ordre(self, attribut: "Attribute[object]", valeur: object) -> None:
        remede = "Donnez une suite de couples (jour, montant)."
        if not isinstance(valeur, tuple) or not valeur or any(not isinstance(v, tuple) for v in valeur):
            raise DonneeInvalide("au moins un versement est attendu", champ="versements", valeur=valeur, remede=remede)
        for jour, montant in valeur:
            c.jour(self, attribut, jour)
            c.positif(self, attribut, montant)
        jours = [jour for jour, _ in valeur]
        if jours != sorted(jours) or jours[0] < self.le:
            remede = "Rangez les versements par jour ; aucun ne précède l'accord."
            raise DonneeInvalide("versements en désordre", champ="versements", valeur=jours[0], remede=remede)
        if len({montant.devise for _, montant in valeur}) > 1:
            raise DonneeInvalide("une seule devise par échéancier", champ="versements")


@frozen(kw_only=True)
class DecheanceTerme:
    """Le terme est perdu : ce qui restait à échoir devient exigible ce jour-là."""

    le: date = field(validator=c.jour)
    creance: str = field(converter=c.nfc, validator=c.texte())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Déchéance du terme")


CAUSES_DE_SUSPENSION = (
    "mediation",
    "conciliation",
    "procedure_participative",
    "petites_creances",
    "mesure_instruction",
    "impossibilite_agir",
)


@frozen(kw_only=True)
class Suspension:
    """Le temps de la prescription s'arrête le ``du`` et court à nouveau le ``au`` (C. civ., art. 2230 et 2234 à 2239).

    Attributes:
        du: Accord écrit, à défaut première réunion ; décision qui ordonne la mesure ; début de l'empêchement.
        au: Jour où le temps court à nouveau : ``(au - du).days`` jours s'ajoutent ; ``None`` : elle dure encore.
        cause: ``mediation``, ``conciliation``, ``procedure_participative``, ``petites_creances`` (de l'accord du débiteur),
            ``mesure_instruction`` : six mois restent au moins ; ``impossibilite_agir`` : sans ce plancher.
    """

    du: date = field(validator=c.jour)
    au: date | None = field(default=None, validator=c.jour_ou_rien)
    cause: str = field(validator=c.parmi(*CAUSES_DE_SUSPENSION))
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Suspension")

    def __attrs_post_init__(self) -> None:
        if self.au is not None and self.au < self.du:
            raise DonneeInvalide("la suspension finit avant de commencer", champ="au", valeur=self.au)

    @property
    def le(self) -> date:
        """Jour d'effet."""
        return self.du


ISSUES_D_APPEL = ("joint", "message_laisse", "infructueux", "refus_explicite")


@frozen(kw_only=True)
class Appel:
    """Appel passé au débiteur : il vaut l'étape d'appel du scénario, et son issue peut avancer la suivante.

    Attributes:
        issue: ``joint``, ``message_laisse``, ``infructueux`` ou ``refus_explicite`` (de payer).
        creances: Références dont on a parlé ; vide : toutes celles du dossier.
    """

    le: date = field(validator=c.jour)
    issue: str = field(validator=c.parmi(*ISSUES_D_APPEL))
    creances: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Appel")


NATURES_DE_SIGNAL = ("silence", "report", "difficultes")


@frozen(kw_only=True)
class Signal:
    """Signe avant-coureur : le débiteur ne répond plus, reporte un rendez-vous, annonce des difficultés."""

    le: date = field(validator=c.jour)
    nature: str = field(validator=c.parmi(*NATURES_DE_SIGNAL))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Signal")


@frozen(kw_only=True)
class Blocage:
    """Plus aucune démarche : débiteur représenté par un avocat, décédé, créance cédée, ou décision du créancier.

    Attributes:
        motif: ``represente``, ``decede``, ``cedee``, ou le motif en clair.
        jusqu_au: Dernier jour du blocage, inclus ; ``None`` : sans terme.
        creance: ``None`` : toutes celles du dossier.
    """

    le: date = field(validator=c.jour)
    motif: str = field(converter=c.nfc, validator=c.texte())
    jusqu_au: date | None = field(default=None, validator=c.jour_ou_rien)
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Blocage")

    def __attrs_post_init__(self) -> None:
        if self.jusqu_au is not None and self.jusqu_au < self.le:
            raise DonneeInvalide("le blocage finit avant de commencer", champ="jusqu_au", valeur=self.jusqu_au)
