"""La politique : ce que veut un créancier. Légère à importer : l'examen n'est chargé qu'à son premier usage."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from recouvrement.droit import pour
from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.modele._champs import instance
from recouvrement.politique.conventions import Conventions

if TYPE_CHECKING:
    import decimal
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from types import ModuleType

    from attrs import Attribute

    from recouvrement.droit.base import Distance, Droit
    from recouvrement.droit.chronologie import Prescription
    from recouvrement.droit.voies import Voie
    from recouvrement.modele.creance import Creance
    from recouvrement.modele.dossier import Dossier, Evenement
    from recouvrement.modele.evenements import Echeancier
    from recouvrement.modele.montant import Montant
    from recouvrement.politique.bilan import Bilan, Decompte
    from recouvrement.politique.contentieux import DossierContentieux
    from recouvrement.politique.plan import Plan, Simulation
    from recouvrement.politique.presentation import Voies
    from recouvrement.politique.scenario import Scenario
    from recouvrement.politique.voies import Hypotheses
    from recouvrement.resultat import Resultat
    from recouvrement.temps import JoursOuvres


def _progressif() -> Scenario:
    from recouvrement.politique.scenario import prereglage

    return prereglage("progressif")


@cache
def _moteur() -> ModuleType:
    from recouvrement.politique import examen

    return examen


def _par_cle(scenarios: Mapping[str, Scenario] | Iterable[tuple[str, Scenario]]) -> tuple[tuple[str, Scenario], ...]:
    try:
        return tuple(sorted(dict(scenarios).items()))
    except (TypeError, ValueError):
        remede = "Donnez un dictionnaire de clés et de scénarios."
        recu = type(scenarios).__name__
        raise DonneeInvalide("un dictionnaire est attendu", champ="scenarios", valeur=recu, remede=remede) from None


def _un_droit(_politique: object, attribut: Attribute[Droit], valeur: object) -> None:
    from recouvrement.droit.base import Droit

    instance(Droit, remede="Donnez droit.pour('fr').")(_politique, attribut, valeur)


def _des_scenarios(_politique: object, attribut: Attribute[Any], valeur: Any) -> None:
    from recouvrement.politique.scenario import Scenario

    valider = instance(Scenario, remede="Donnez politique.scenario.prereglage(nom), ou Scenario.lire(fichier).")
    for un in [lu for _, lu in valeur] if isinstance(valeur, tuple) else [valeur]:
        valider(_politique, attribut, un)


@frozen
class Politique:
    """Ce que veut un créancier : un droit, un scénario, des conventions de calcul.

    Args:
        droit: Par défaut le droit français, tel que ses tables le connaissent.
        scenario: Par défaut le préréglage « progressif ».
        conventions: Par défaut les lectures prudentes.
        scenarios: Scénarios particuliers (un dictionnaire) : par référence de créance, clé de débiteur, clé de créancier,
            « nature:… » de la créance ou « qualite:… » du débiteur, dans cet ordre.

    Raises:
        DonneeInvalide: Un nom, là où il faut l'objet.
    """

    droit: Droit = field(factory=lambda: pour("fr"), validator=_un_droit)
    scenario: Scenario = field(factory=_progressif, validator=_des_scenarios)
    conventions: Conventions = field(factory=Conventions, validator=instance(Conventions))
    scenarios: tuple[tuple[str, Scenario], ...] = field(default=(), converter=_par_cle, validator=_des_scenarios)

    def scenario_de(self, creance: Creance) -> Scenario:
        """Scénario de la créance, sinon de son débiteur, de son créancier, de sa nature, de la qualité du débiteur, de la politique."""
        if not self.scenarios:
            return self.scenario
        choisis, qui = dict(self.scenarios), creance.debiteur
        cles = (creance.reference, qui.cle, creance.creancier.cle, f"nature:{creance.nature}", f"qualite:{qui.qualite.value}")
        return next((choisis[cle] for cle in cles if cle in choisis), self.scenario)

    def examiner(self, quoi: Creance | Dossier, evenements: Sequence[Evenement] = (), *, au: date) -> Bilan:
        """Le bilan d'une créance ou d'un dossier au jour ``au``, inclus. Les faits postérieurs n'existent pas encore.

        Args:
            evenements: Avec une ``Creance`` seulement.

        Raises:
            DonneeInvalide: ``au`` n'est pas une date ; événements donnés avec un dossier.
            DroitIndisponible: Aucun régime ne décrit la créance.
            ParametreNonPublie: Taux inconnu, si les conventions disent de refuser.
        """
        bilan: Bilan = _moteur().examiner(self, quoi, evenements, au)
        return bilan

    def examiner_lot(self, dossiers: Iterable[Dossier], *, au: date) -> Iterator[tuple[Dossier, Bilan | RecouvrementError]]:
        """Chaque dossier avec son bilan, ou l'erreur qui le concerne : un dossier fautif n'arrête pas les autres."""
        for dossier in dossiers:
            try:
                yield dossier, self.examiner(dossier, au=au)
            except RecouvrementError as e:
                yield dossier, e

    def decompte(self, quoi: Creance | Dossier, evenements: Sequence[Evenement] = (), *, au: date) -> Decompte:
        """Les lignes et les imputations seules."""
        decompte: Decompte = _moteur().decompter(self, quoi, evenements, au)
        return decompte

    def prescription(self, creance: Creance, evenements: Sequence[Evenement] = (), *, au: date) -> Prescription:
        """Dernier jour utile et jour prudent. Ne demande aucun taux : répond pour toute date."""
        prescription: Prescription = _moteur().prescrire(self, creance, evenements, au)
        return prescription

    def echeance(self, creance: Creance) -> Resultat[date]:
        """Échéance donnée, ou celle de la loi avec une réserve."""
        plafonner = self.conventions.au_dela_du_plafond == "plafond"
        return self.droit.echeance(creance, self.droit.regime(creance), plafonner=plafonner)

    def proposer_echeancier(
        self,
        bilan: Bilan,
        *,
        mensualites: int | None = None,
        montant: Montant | decimal.Decimal | int | str | None = None,
        jusqu_au: date | None = None,
        premiere_le: date | None = None,
        interets: Literal["courent", "abandonnes"] = "courent",
        decheance: bool = True,
    ) -> Echeancier:
        """Ce qui est dû et échu, en versements mensuels, à des jours ouvrés. Exactement un des trois premiers fixe le rythme.

        Args:
            mensualites: Nombre de versements, égaux ; les centimes qui restent vont au premier.
            montant: Montant de chacun ; ce qui n'en fait pas un entier va au premier.
            jusqu_au: Autant de versements qu'il en tient jusqu'à ce jour, inclus.
            premiere_le: Par défaut un mois après le bilan. Chaque jour chômé est reporté au jour ouvré qui suit.
            interets: ``abandonnes`` : ceux de la durée du plan ne sont pas réclamés s'il est tenu.
            decheance: Un versement manqué rend le tout exigible, après mise en demeure.

        Raises:
            DonneeInvalide: Rien d'échu n'est dû, créance prescrite, rythme impossible, intérêts d'un acheteur public abandonnés.
        """
        from recouvrement.politique.accord import proposer

        return proposer(
            bilan,
            self.droit.calendrier,
            mensualites=mensualites,
            montant=montant,
            jusqu_au=jusqu_au,
            premiere_le=premiere_le,
            interets=interets,
            decheance=decheance,
        )

    def delai(
        self, cle: str, *, depart: date, distance: Distance = "aucune", calendrier: JoursOuvres | None = None
    ) -> Resultat[date]:
        """Terme d'un délai de procédure, dans la version de la loi de son départ.

        Args:
            cle: ``injonction_signification``, ``injonction_opposition``, ``declaration_de_creance``… : la table est dans la référence.
            depart: L'acte, la décision ou la notification dont le délai se compte ; ce jour-là ne compte pas.
            distance: ``outre_mer``, ``etranger`` : où demeure celui qui doit agir, si le texte allonge son délai.
            calendrier: Par défaut celui de la métropole.

        Raises:
            DonneeInvalide: Délai inconnu ; distance demandée là où aucun texte n'allonge le délai.
            DroitIndisponible: Départ antérieur à la loi décrite, ou année hors du calendrier.
        Source:
            CPC, art. 640 à 647-1.
        """
        jours = self.droit.calendrier if calendrier is None else calendrier
        return self.droit.delai(cle, depart=depart, distance=distance, calendrier=jours)

    def voies(
        self,
        quoi: Creance | Dossier,
        evenements: Sequence[Evenement] = (),
        *,
        au: date,
        pieces: Iterable[str] = (),
        hypotheses: Hypotheses | None = None,
    ) -> Voies:
        """Après la phase amiable, les voies rangées : les praticables d'abord, les fermées à la fin, chacune avec ses raisons.

        Args:
            evenements: Avec une ``Creance`` seulement.
            pieces: Clés des pièces en main (``facture``, ``contrat``, ``cheque_impaye``…) ; les autres sont déduites des faits, ou manquent.
            hypotheses: Chances, durées et coûts supposés : sans elles, aucun recouvrement net n'est espéré.

        Raises:
            DonneeInvalide: Pièce inconnue ; dossier qui n'est pas en euros.
            DroitIndisponible: Aucun régime ne décrit la créance.
            ParametreNonPublie: Taux inconnu, si les conventions disent de refuser.
        """
        from recouvrement.politique.presentation import Voies
        from recouvrement.politique.voies import voies

        return Voies(voies(self, quoi, evenements, au, pieces, hypotheses))

    def dossier_contentieux(
        self,
        dossier: Creance | Dossier,
        voie: str | Voie,
        evenements: Sequence[Evenement] = (),
        *,
        au: date,
        pieces: Iterable[str] = (),
    ) -> DossierContentieux:
        """Ce qu'une voie demande de réunir : chronologie, décompte, bordereau, pièces manquantes.

        Args:
            voie: Sa clé, ou une ``Voie`` rendue par ``voies``. Fermée, le dossier se fait aussi : il n'est jamais ``pret``.
            pieces: Clés des pièces en main.

        Raises:
            DonneeInvalide: Voie ou pièce inconnue ; dossier qui n'est pas en euros.
        """
        from recouvrement.politique.contentieux import dossier_contentieux

        return dossier_contentieux(self, dossier, voie, evenements, au, pieces)

    def calendrier(self, quoi: Creance | Dossier, evenements: Sequence[Evenement] = (), *, au: date) -> Plan:
        """Chaque étape à venir si rien ne se passe, avec sa date : l'examen lui-même, rejoué."""
        from recouvrement.politique.plan import planifier

        return planifier(self, quoi, evenements, au)

    def simuler(
        self, dossiers: Iterable[Dossier], *, au: date, jusqu_au: date, hypotheses: Iterable[Evenement] = ()
    ) -> Simulation:
        """Ce que cette politique ferait de ces dossiers jusqu'à ``jusqu_au``, inclus ; rien n'est envoyé.

        Args:
            hypotheses: Faits supposés (un paiement, un refus) ; chacun n'existe qu'à partir de son jour.

        Raises:
            DonneeInvalide: Période à l'envers ; hypothèse sans dossier certain.
        """
        from recouvrement.politique.plan import simuler

        return simuler(self, dossiers, au=au, jusqu_au=jusqu_au, hypotheses=hypotheses)

    def mentions(self, creance: Creance) -> tuple[str, ...]:
        """Ce que la facture doit dire : échéance, escompte, pénalités, indemnité ; au taux que cette politique calculera."""
        from recouvrement.droit.base import Choix

        c = self.conventions
        choix = Choix(fige=c.taux_dans_le_temps == "fige_a_l_echeance", sous_le_plancher=c.sous_le_plancher)
        return self.droit.mentions(self.droit, creance, self.droit.regime(creance), self.echeance(creance).valeur, choix=choix)

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        choisies = [(a.en_clair(nom), a.en_clair(getattr(self.conventions, nom))) for nom in self.conventions.changees]
        particuliers = [(cle, scenario.cle) for cle, scenario in self.scenarios]
        return a.page(
            a.cartes(
                a.carte("Droit", self.droit.code, [("à jour au", a.date_fr(self.droit.a_jour_au))]),
                a.carte("Scénario", a.en_clair(self.scenario.cle), [("étapes", str(len(self.scenario.etapes)))]),
                a.carte("Conventions", "choisies" if choisies else "par défaut", choisies),
            ),
            self.scenario._tableau(),
            a.table(("Clé", "Scénario"), particuliers, legende="Scénarios particuliers") if particuliers else "",
            a.plier("Conventions de calcul", self.conventions._tableau()),
        )
