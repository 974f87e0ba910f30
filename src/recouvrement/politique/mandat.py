"""Recouvrer pour autrui : une première lettre, que toute autre démarche du mandataire suit et rappelle."""

from collections.abc import Iterable
from datetime import date

from recouvrement.affichage import date_fr
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.modele.dossier import Dossier, Evenement, vise
from recouvrement.modele.personnes import Mandataire
from recouvrement.politique.bilan import Alerte, BilanCreance
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.resultat import Source

LETTRE = "recouvrement_amiable"
ARTICLE = Source("Code des procédures civiles d'exécution", "R. 124-4")
CONVENTION = Source("Code des procédures civiles d'exécution", "R. 124-3")
MOTIF = "premier contact du mandataire : toute autre démarche suit cette lettre"
DELAI = "délai accordé par la première lettre du mandataire"
PREMIERE_LETTRE = Etape(cle=LETTRE, acte="relance", jours=1, canaux=("courrier",), ton=3, delai_accorde=8, lettre=LETTRE)


def premiere_lettre(
    mandataire: Mandataire, bilan: BilanCreance, evenements: Iterable[Evenement]
) -> Relance | MiseEnDemeure | None:
    """Celle que le mandataire a envoyée pour cette créance, échue ; avant son mandat, c'était celle d'un autre."""
    lettres = (e for e in _lettres(evenements) if e.le >= mandataire.mandat_le and e.le > bilan.echeance.valeur)
    return next((e for e in lettres if vise(e, bilan.creance)), None)


def etape_de(scenario: Scenario) -> Etape:
    """Cette lettre, telle que le scénario la règle s'il a une étape de ce nom."""
    return next((e for e in scenario.etapes if e.cle == LETTRE), PREMIERE_LETTRE)


def alertes(dossier: Dossier, au: date) -> tuple[Alerte, ...]:
    """Une première lettre d'avant le mandat ne compte pas : le mandat est écrit d'abord."""
    mandataire = dossier.mandataire_au(au)
    avant = [e.le for e in _lettres(dossier.evenements) if mandataire is not None and e.le < mandataire.mandat_le]
    if mandataire is None or not avant:
        return ()
    message = (
        f"lettre de recouvrement amiable du {date_fr(max(avant))}, antérieure au mandat écrit du {date_fr(mandataire.mandat_le)} :"
        " elle ne compte pas"
    )
    return (Alerte("lettre_avant_mandat", "attention", message, source=CONVENTION),)


def _lettres(evenements: Iterable[Evenement]) -> list[Relance | MiseEnDemeure]:
    ecrits = [e for e in evenements if isinstance(e, Relance | MiseEnDemeure)]
    return [e for e in ecrits if e.etape == LETTRE and e.canal != "telephone"]
