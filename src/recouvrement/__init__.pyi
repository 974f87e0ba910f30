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
from recouvrement.modele.actes import (
    Acte as Acte,
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
    Avoir as Avoir,
)
from recouvrement.modele.evenements import (
    Contestation as Contestation,
)
from recouvrement.modele.evenements import (
    DelaiDeGrace as DelaiDeGrace,
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
    Rejet as Rejet,
)
from recouvrement.modele.evenements import (
    Remise as Remise,
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
    Qualite as Qualite,
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
from recouvrement.politique.conventions import (
    Conventions as Conventions,
)
from recouvrement.politique.politique import (
    Politique as Politique,
)
from recouvrement.politique.scenario import (
    Etape as Etape,
)
from recouvrement.politique.scenario import (
    Scenario as Scenario,
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
