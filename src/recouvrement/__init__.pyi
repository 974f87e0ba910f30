from recouvrement.droit.baremes import (
    Bareme as Bareme,
)
from recouvrement.droit.baremes import (
    ValeurDatee as ValeurDatee,
)
from recouvrement.droit.base import (
    Droit as Droit,
)
from recouvrement.droit.base import (
    Regime as Regime,
)
from recouvrement.droit.base import (
    RegimePrescription as RegimePrescription,
)
from recouvrement.droit.chronologie import (
    Prescription as Prescription,
)
from recouvrement.droit.chronologie import (
    Segment as Segment,
)
from recouvrement.droit.fr.jours_feries import (
    Calendrier as Calendrier,
)
from recouvrement.droit.voies import (
    DelaiDeVoie as DelaiDeVoie,
)
from recouvrement.droit.voies import (
    Piece as Piece,
)
from recouvrement.droit.voies import (
    Voie as Voie,
)
from recouvrement.erreurs import (
    ContenuChange as ContenuChange,
)
from recouvrement.erreurs import (
    DejaEnvoye as DejaEnvoye,
)
from recouvrement.erreurs import (
    DelaiAmbigu as DelaiAmbigu,
)
from recouvrement.erreurs import (
    DependanceManquante as DependanceManquante,
)
from recouvrement.erreurs import (
    DonneeInvalide as DonneeInvalide,
)
from recouvrement.erreurs import (
    DroitIndisponible as DroitIndisponible,
)
from recouvrement.erreurs import (
    EnvoiImpossible as EnvoiImpossible,
)
from recouvrement.erreurs import (
    GreffonInconnu as GreffonInconnu,
)
from recouvrement.erreurs import (
    ModeleInvalide as ModeleInvalide,
)
from recouvrement.erreurs import (
    ParametreNonPublie as ParametreNonPublie,
)
from recouvrement.erreurs import (
    RecouvrementError as RecouvrementError,
)
from recouvrement.erreurs import (
    RegistreCorrompu as RegistreCorrompu,
)
from recouvrement.erreurs import (
    RegistreOccupe as RegistreOccupe,
)
from recouvrement.erreurs import (
    ReglesConcurrentes as ReglesConcurrentes,
)
from recouvrement.erreurs import (
    TableInvalide as TableInvalide,
)
from recouvrement.modele.accords import (
    ReconnaissanceDeDette as ReconnaissanceDeDette,
)
from recouvrement.modele.accords import (
    Transaction as Transaction,
)
from recouvrement.modele.actes import (
    Acte as Acte,
)
from recouvrement.modele.actes import (
    ActeInterruptif as ActeInterruptif,
)
from recouvrement.modele.actes import (
    MiseEnDemeure as MiseEnDemeure,
)
from recouvrement.modele.actes import (
    Relance as Relance,
)
from recouvrement.modele.actes import (
    Transmission as Transmission,
)
from recouvrement.modele.conditions import (
    ConditionsPaiement as ConditionsPaiement,
)
from recouvrement.modele.conditions import (
    TauxIndexe as TauxIndexe,
)
from recouvrement.modele.conditions import (
    Terme as Terme,
)
from recouvrement.modele.creance import (
    Creance as Creance,
)
from recouvrement.modele.dossier import (
    Dossier as Dossier,
)
from recouvrement.modele.dossier import (
    Evenement as Evenement,
)
from recouvrement.modele.evenements import (
    Appel as Appel,
)
from recouvrement.modele.evenements import (
    Avoir as Avoir,
)
from recouvrement.modele.evenements import (
    Blocage as Blocage,
)
from recouvrement.modele.evenements import (
    Contestation as Contestation,
)
from recouvrement.modele.evenements import (
    DecheanceTerme as DecheanceTerme,
)
from recouvrement.modele.evenements import (
    DelaiDeGrace as DelaiDeGrace,
)
from recouvrement.modele.evenements import (
    Echeancier as Echeancier,
)
from recouvrement.modele.evenements import (
    FraisJustifies as FraisJustifies,
)
from recouvrement.modele.evenements import (
    Paiement as Paiement,
)
from recouvrement.modele.evenements import (
    ProcedureCollective as ProcedureCollective,
)
from recouvrement.modele.evenements import (
    Promesse as Promesse,
)
from recouvrement.modele.evenements import (
    Reconnaissance as Reconnaissance,
)
from recouvrement.modele.evenements import (
    Rejet as Rejet,
)
from recouvrement.modele.evenements import (
    Remise as Remise,
)
from recouvrement.modele.evenements import (
    Renonciation as Renonciation,
)
from recouvrement.modele.evenements import (
    Signal as Signal,
)
from recouvrement.modele.evenements import (
    Suspension as Suspension,
)
from recouvrement.modele.evenements import (
    Titre as Titre,
)
from recouvrement.modele.montant import (
    Montant as Montant,
)
from recouvrement.modele.montant import (
    Taux as Taux,
)
from recouvrement.modele.personnes import (
    Adresse as Adresse,
)
from recouvrement.modele.personnes import (
    Creancier as Creancier,
)
from recouvrement.modele.personnes import (
    Debiteur as Debiteur,
)
from recouvrement.modele.personnes import (
    Mandataire as Mandataire,
)
from recouvrement.modele.personnes import (
    Qualite as Qualite,
)
from recouvrement.politique.accord import (
    SuiviEcheancier as SuiviEcheancier,
)
from recouvrement.politique.accord import (
    VersementSuivi as VersementSuivi,
)
from recouvrement.politique.balance import (
    BalanceAgee as BalanceAgee,
)
from recouvrement.politique.balance import (
    LigneAgee as LigneAgee,
)
from recouvrement.politique.balance import (
    PenalitesNonReclamees as PenalitesNonReclamees,
)
from recouvrement.politique.bilan import (
    ActionProposee as ActionProposee,
)
from recouvrement.politique.bilan import (
    Alerte as Alerte,
)
from recouvrement.politique.bilan import (
    Bilan as Bilan,
)
from recouvrement.politique.bilan import (
    BilanCreance as BilanCreance,
)
from recouvrement.politique.bilan import (
    Decompte as Decompte,
)
from recouvrement.politique.bilan import (
    Empechement as Empechement,
)
from recouvrement.politique.bilan import (
    Imputation as Imputation,
)
from recouvrement.politique.bilan import (
    LigneDecompte as LigneDecompte,
)
from recouvrement.politique.contentieux import (
    DossierContentieux as DossierContentieux,
)
from recouvrement.politique.conventions import (
    Conventions as Conventions,
)
from recouvrement.politique.dso import (
    Dso as Dso,
)
from recouvrement.politique.plan import (
    Plan as Plan,
)
from recouvrement.politique.plan import (
    Simulation as Simulation,
)
from recouvrement.politique.politique import (
    Politique as Politique,
)
from recouvrement.politique.portefeuille import (
    Ecarte as Ecarte,
)
from recouvrement.politique.portefeuille import (
    Portefeuille as Portefeuille,
)
from recouvrement.politique.priorites import (
    Poids as Poids,
)
from recouvrement.politique.priorites import (
    Priorite as Priorite,
)
from recouvrement.politique.priorites import (
    Priorites as Priorites,
)
from recouvrement.politique.priorites import (
    Radar as Radar,
)
from recouvrement.politique.rapprochement import (
    Candidat as Candidat,
)
from recouvrement.politique.rapprochement import (
    Rapprochement as Rapprochement,
)
from recouvrement.politique.scenario import (
    Condition as Condition,
)
from recouvrement.politique.scenario import (
    Etape as Etape,
)
from recouvrement.politique.scenario import (
    Scenario as Scenario,
)
from recouvrement.politique.voies import (
    Hypotheses as Hypotheses,
)
from recouvrement.resultat import (
    Noeud as Noeud,
)
from recouvrement.resultat import (
    Regle as Regle,
)
from recouvrement.resultat import (
    Reserve as Reserve,
)
from recouvrement.resultat import (
    Resultat as Resultat,
)
from recouvrement.resultat import (
    Source as Source,
)
from recouvrement.resultat import (
    fait as fait,
)
from recouvrement.temps import (
    Delai as Delai,
)
from recouvrement.temps import (
    Quantieme as Quantieme,
)
