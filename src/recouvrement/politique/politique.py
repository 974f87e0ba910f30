"""La politique : ce que veut un créancier. Légère à importer : l'examen n'est chargé qu'à son premier usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from recouvrement.droit import pour
from recouvrement.erreurs import RecouvrementError
from recouvrement.politique.conventions import Conventions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from recouvrement.droit.base import Droit
    from recouvrement.droit.chronologie import Prescription
    from recouvrement.modele.creance import Creance
    from recouvrement.modele.dossier import Dossier, Evenement
    from recouvrement.politique.bilan import Bilan, Decompte
    from recouvrement.politique.scenario import Scenario
    from recouvrement.resultat import Resultat


def _progressif() -> Scenario:
    from recouvrement.politique.scenario import prereglage

    return prereglage("progressif")


@frozen
class Politique:
    """Ce que veut un créancier : un droit, un scénario, des conventions de calcul.

    Args:
        droit: Par défaut le droit français, tel que ses tables le connaissent.
        scenario: Par défaut le préréglage « progressif ».
        conventions: Par défaut les lectures prudentes.
    """

    droit: Droit = field(factory=lambda: pour("fr"))
    scenario: Scenario = field(factory=_progressif)
    conventions: Conventions = field(factory=Conventions)

    def examiner(self, quoi: Creance | Dossier, evenements: Sequence[Evenement] = (), *, au: date) -> Bilan:
        """Le bilan d'une créance ou d'un dossier au jour ``au``, inclus. Les faits postérieurs n'existent pas encore.

        Args:
            evenements: Avec une ``Creance`` seulement.

        Raises:
            DonneeInvalide: ``au`` n'est pas une date ; événements donnés avec un dossier.
            DroitIndisponible: Aucun régime ne décrit la créance.
            ParametreNonPublie: Taux inconnu, si les conventions disent de refuser.
        """
        from recouvrement.politique.examen import examiner

        return examiner(self, quoi, evenements, au)

    def examiner_lot(self, dossiers: Iterable[Dossier], *, au: date) -> Iterator[tuple[Dossier, Bilan | RecouvrementError]]:
        """Chaque dossier avec son bilan, ou l'erreur qui le concerne : un dossier fautif n'arrête pas les autres."""
        for dossier in dossiers:
            try:
                yield dossier, self.examiner(dossier, au=au)
            except RecouvrementError as e:
                yield dossier, e

    def decompte(self, quoi: Creance | Dossier, evenements: Sequence[Evenement] = (), *, au: date) -> Decompte:
        """Les lignes et les imputations seules."""
        from recouvrement.politique.examen import decompter

        return decompter(self, quoi, evenements, au)

    def prescription(self, creance: Creance, evenements: Sequence[Evenement] = (), *, au: date) -> Prescription:
        """Dernier jour utile et jour prudent. Ne demande aucun taux : répond pour toute date."""
        from recouvrement.politique.examen import prescrire

        return prescrire(self, creance, evenements, au)

    def echeance(self, creance: Creance) -> Resultat[date]:
        """Échéance donnée, ou celle de la loi avec une réserve."""
        plafonner = self.conventions.au_dela_du_plafond == "plafond"
        return self.droit.echeance(creance, self.droit.regime(creance), plafonner=plafonner)

    def mentions(self, creance: Creance) -> tuple[str, ...]:
        """Ce que la facture doit dire : échéance, escompte, pénalités, indemnité ; au taux que cette politique calculera."""
        from recouvrement.droit.base import Choix

        c = self.conventions
        choix = Choix(fige=c.taux_dans_le_temps == "fige_a_l_echeance", sous_le_plancher=c.sous_le_plancher)
        return self.droit.mentions(self.droit, creance, self.droit.regime(creance), self.echeance(creance).valeur, choix=choix)
