"""Ce qui s'échange : les faits, relus sans perte ; les résultats, déposés pour l'audit."""

from typing import get_args

from attrs import resolve_types

from recouvrement.courrier.tiers import Tiers
from recouvrement.droit.baremes import Bareme
from recouvrement.droit.base import Droit
from recouvrement.droit.chronologie import Prescription
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.droit.voies import Voie
from recouvrement.modele.accords import ReconnaissanceDeDette, Transaction
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe, Terme
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Mandataire
from recouvrement.politique.accord import SuiviEcheancier
from recouvrement.politique.balance import BalanceAgee, PenalitesNonReclamees
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.contentieux import DossierContentieux
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.dso import Dso
from recouvrement.politique.plan import Plan
from recouvrement.politique.politique import Politique
from recouvrement.politique.priorites import Poids, Priorites, Radar
from recouvrement.politique.rapprochement import Rapprochement
from recouvrement.politique.scenario import Condition, Etape, Scenario
from recouvrement.politique.voies import Hypotheses
from recouvrement.resultat import Resultat
from recouvrement.temps import Delai

EVENEMENTS: dict[str, type] = {genre.__name__: genre for genre in get_args(Evenement)}
FAITS: dict[str, type] = {
    genre.__name__: genre
    for genre in (
        *(Montant, Taux, TauxIndexe, Delai, Terme, ConditionsPaiement),
        *(Adresse, Creancier, Debiteur, Mandataire, Tiers, Creance),
        *EVENEMENTS.values(),
        *(Dossier, ReconnaissanceDeDette, Transaction),
        *(Condition, Etape, Scenario, Conventions, Hypotheses, Poids, Calendrier, Bareme, Droit, Politique),
    )
}
RESULTATS: dict[str, type] = {
    genre.__name__: genre
    for genre in (
        *(Bilan, Resultat, Prescription, Plan, Voie, DossierContentieux, SuiviEcheancier),
        *(BalanceAgee, PenalitesNonReclamees, Dso, Priorites, Radar, Rapprochement),
    )
}

resolve_types(Politique, localns={"Droit": Droit, "Scenario": Scenario, "Conventions": Conventions})
